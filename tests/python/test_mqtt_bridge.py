"""The MQTT bridge of the examples, with the real Mosquitto: TLS, passwords, two gateways, a broker that is killed."""

import asyncio
import contextlib
import gc
import json
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import jinja2
import pytest
import warifu
from home import Home, authority, paired, somewhere

pytest.importorskip("paho.mqtt", reason="paho-mqtt is not installed; ./dev setup does it")
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))

import mosquitto
from mosquitto import PASSWORDS, Broker, Client, wait_until
from mqtt_bridge.bridge import Bridge
from mqtt_bridge.commands import Commands
from mqtt_bridge.config import Config
from mqtt_bridge.journal import Journal
from mqtt_bridge.outcome import Outcome
from paho.mqtt import client as mqtt

# paho leaves the socket of a failed handshake to the garbage collector.
LEFT = "ignore:.*SSLSocket:pytest.PytestUnraisableExceptionWarning"
pytestmark = [mosquitto.needed, pytest.mark.filterwarnings(LEFT)]

POLICY = """{"name": "mqtt", "rules": [
    {"allow": "write", "to": "known", "class": "generalLighting", "epc": ["operationStatus", "lightLevel"]},
    {"allow": "write", "to": "known", "class": "homeAirConditioner", "epc": ["operationStatus", "operationMode"]},
    {"deny": "write", "to": "known", "class": "electricLock", "epc": "*", "why": "doors are opened by hand"}]}"""
OBJECTS = {
    "generalLighting": {"operationStatus": False, "lightLevel": 0},
    "homeAirConditioner": {
        "operationStatus": True,
        "operationMode": "cooling",
        "targetTemperature": 26,
        "roomTemperature": 29,
    },
    "electricLock": {"mainElectricLock": True},
    "temperatureSensor": {"value": 21.5},
    "lvSmartElectricEnergyMeter": {
        "coefficient": 3,
        "unitForCumulativeElectricEnergy": 0.1,
        "normalDirectionCumulativeElectricEnergy": 700,
        "instantaneousElectricPower": -40,
    },
}


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with mosquitto.running(tmp_path) as broker:
        yield broker


def config(broker: Broker, gateway: str, **changes: Any) -> Config:
    folder = broker.folder
    (folder / f"{gateway}.password").write_text(changes.pop("password", PASSWORDS[gateway]) + "\n")
    (folder / "policy.json").write_text(POLICY)
    words = {"host": "127.0.0.1", "port": broker.port, "ca": "ca.pem", "user": gateway, "policy": "policy.json"}
    words |= {"identity": "controller.pem", "state": "state", "journal": f"{gateway}.journal"}
    words |= {"gateway": gateway, "password_file": f"{gateway}.password", "poll": 1, **changes}
    (folder / f"{gateway}.json").write_text(json.dumps(words))
    return Config.load(folder / f"{gateway}.json")


class Gateway:
    """A bridge, its controller, and one device, whose settings are noted."""

    device: warifu.Device

    def __init__(self, broker: Broker, name: str) -> None:
        self.broker, self.name, self.settings = broker, name, []
        self.task: asyncio.Task[None] | None = None

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["Gateway"]:
        home = Home()
        more = {"lightLevel": "get set inf", "operationStatus": "get set inf"}
        objects = [
            warifu.Object.named(name, values, access={each: more[each] for each in more.keys() & values.keys()})
            for name, values in OBJECTS.items()
        ]
        identity = authority().issue("device")
        self.device = warifu.Device(
            objects, identity=identity, address=somewhere(), port=home.port, answer_delay=0, on_set=self._note
        )
        async with self.device, home.controller() as controller:
            await paired(controller, self.device)
            async with self.bridge(controller):
                yield self

    @contextlib.asynccontextmanager
    async def bridge(self, controller: warifu.Controller) -> AsyncIterator[None]:
        task = asyncio.create_task(Bridge(controller, config(self.broker, self.name)).run())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def _note(self, owned: warifu.Object, epc: int, _: bytes, new: bytes) -> bool:
        self.settings.append((owned.eoj >> 8, epc, new))
        return True

    def topic(self, of_class: str) -> str:
        code = warifu.dictionary.find_class(of_class).code
        return f"warifu/{self.name}/{self.device.number.hex()}/{code:04x}01"


def bounded(test: Callable[[Broker], Awaitable[None]]) -> Callable[[Broker], None]:
    def run(broker: Broker) -> None:
        asyncio.run(asyncio.wait_for(test(broker), 60))

    return run


async def until(true: Any, what: str) -> None:
    await asyncio.to_thread(wait_until, true, what)


@contextlib.asynccontextmanager
async def client_of(broker: Broker) -> AsyncIterator[Client]:
    client = Client(broker)
    try:
        await until(lambda: client.is_connected, "the client is connected")
        yield client
    finally:
        await asyncio.to_thread(client.close)


async def shown(client: Client, gateway: Gateway) -> None:
    """The device's objects are there, and the gateway is online."""
    topics = [f"{gateway.topic(name)}/state" for name in OBJECTS] + [f"warifu/{gateway.name}/status"]
    await until(lambda: all(topic in client.retained for topic in topics), f"{gateway.name} shows its device")


async def result(client: Client, id: str) -> dict[str, Any]:
    return await asyncio.to_thread(client.result, id)


@bounded
async def test_no_command_is_executed_twice_and_none_is_lost_when_the_broker_is_killed(broker: Broker) -> None:
    up, down = Gateway(broker, "upstairs"), Gateway(broker, "downstairs")
    async with up.open(), down.open(), client_of(broker) as client:
        await asyncio.gather(shown(client, up), shown(client, down))
        sent: dict[str, tuple[str, int]] = {}
        for level in range(1, 41):
            gateway = (up, down)[level % 2]
            id = f"{gateway.name}-{level}"
            sent[id] = (gateway.topic("generalLighting"), level)
            client.command(sent[id][0], {"lightLevel": level}, id.encode())
            if level == 20:
                await until(lambda: len(client.results) >= 5, "some results")
                broker.kill()
        client.retained.clear()
        broker.start()
        for _ in range(mosquitto.SECONDS):  # who commands repeats, by the same id, until there is a result
            await until(lambda: client.is_connected, "the client is back")
            with contextlib.suppress(AssertionError):
                await asyncio.to_thread(wait_until, lambda: client.results.keys() >= sent.keys(), "results", 1)
                break
            for id in sent.keys() - client.results.keys():
                client.command(sent[id][0], {"lightLevel": sent[id][1]}, id.encode())
        assert client.results.keys() == sent.keys()
        assert {id: told[0]["status"] for id, told in client.results.items()} == dict.fromkeys(sent, "done")
        for gateway in (up, down):
            levels = [new[0] for _, epc, new in gateway.settings if epc == 0xB0]
            assert sorted(levels) == sorted(level for id, (_, level) in sent.items() if id.startswith(gateway.name))
        await asyncio.gather(shown(client, up), shown(client, down))  # retained again, by both
        assert any(topic.startswith("homeassistant/light/upstairs/") for topic in client.retained)

        executed = list(up.settings)
        before = {id: len(told) for id, told in client.results.items()}
        for id in sent:
            client.command(sent[id][0], {"lightLevel": sent[id][1]}, id.encode())
        await until(lambda: all(len(client.results[id]) > before[id] for id in sent), "each is answered again")
        assert up.settings == executed
        assert all(again == told[0] for told in client.results.values() for again in told)


@bounded
async def test_what_is_not_allowed_or_no_command_is_refused_with_the_reason(broker: Broker) -> None:
    gateway = Gateway(broker, "upstairs")
    async with gateway.open(), client_of(broker) as client:
        await shown(client, gateway)
        light, lock = gateway.topic("generalLighting"), gateway.topic("electricLock")
        cases = {
            "forbidden": (lock, {"mainElectricLock": False}, "doors are opened by hand"),
            "also forbidden": (light, {"operationStatus": True, "lightColor": "white"}, "no rule"),
            "wrong": (light, {"lightLevel": 101}, "101"),
            "misspelt": (light, {"lightlevel": 1}, "lightLevel"),
            "no JSON": (light, "ON", "JSON"),
            "deep": (light, "[" * 4000, "JSON"),
            "twice": (light, '{"lightLevel": 1, "lightLevel": 2}', "twice"),
            "nowhere": (f"warifu/upstairs/{bytes(17).hex()}/029001", {"lightLevel": 1}, "no such device"),
        }
        for id, (topic, values, _) in cases.items():
            client.command(topic, values, id.encode())
        client.command(light, {"lightLevel": 1})  # it has no id
        for id, reason in {**{id: case[2] for id, case in cases.items()}, "": "correlation data"}.items():
            told = await result(client, id)
            assert (told["status"], reason in told["reason"]) == ("refused", True), told
        assert gateway.settings == []
        client.command(light, {"lightLevel": 7}, qos=0)  # as Home Assistant does: that comes once, and needs no id
        client.command(light, {"lightLevel": 8, "id": "in the JSON"})
        assert (await result(client, "in the JSON"))["status"] == "done"
        assert [new for *_, new in gateway.settings] == [b"\x07", b"\x08"]


@bounded
async def test_availability_follows_the_device_and_the_gateway(broker: Broker) -> None:
    gateway = Gateway(broker, "upstairs")
    async with client_of(broker) as client:
        async with gateway.open():
            await shown(client, gateway)
            status = f"warifu/upstairs/{gateway.device.number.hex()}/status"
            await until(lambda: client.retained.get(status) == "online", "the device is online")
            assert client.retained["warifu/upstairs/status"] == "online"
            gateway.device.put(0x029001, "lightLevel", 55)
            await until(
                lambda: json.loads(client.retained[f"{gateway.topic('generalLighting')}/state"])["lightLevel"] == 55,
                "what the device announces is shown",
            )
        await until(lambda: client.retained["warifu/upstairs/status"] == "offline", "the last will")


@bounded
async def test_home_assistant_finds_entities_whose_templates_show_and_command(broker: Broker) -> None:
    gateway = Gateway(broker, "upstairs")
    async with gateway.open(), client_of(broker) as client:
        await shown(client, gateway)
        wanted = {"climate", "light", "lock", "sensor"}
        await until(lambda: wanted == {topic.split("/")[1] for topic in configs(client)}, "discovery")
        found = configs(client)
    assert len({entity["unique_id"] for entity in found.values()}) == len(found) == 6
    for topic, entity in found.items():
        _, component, node, _, _ = topic.split("/")
        assert node == "upstairs"
        assert REQUIRED[component] <= entity.keys()
        assert entity["device"]["identifiers"]
        assert all(client.retained[each["topic"]] == "online" for each in entity["availability"])
    entities = {topic.split("/")[3].split("_", 2)[2]: entity for topic, entity in found.items()}

    def shows(which: str, template: str, topic: str = "state_topic") -> str:
        state = json.loads(client.retained[entities[which][topic]])
        return jinja2.Template(entities[which][template]).render(value_json=state)

    def commands(which: str, template: str, **values: Any) -> Any:
        return json.loads(jinja2.Template(entities[which][template]).render(**values))

    assert shows("climate", "mode_state_template", "mode_state_topic") == "cool"
    assert shows("climate", "current_temperature_template", "current_temperature_topic") == "29"
    heat = {"operationStatus": True, "operationMode": "heating"}
    assert commands("climate", "mode_command_template", value="heat") == heat
    assert commands("climate", "mode_command_template", value="off") == {"operationStatus": False}
    assert commands("climate", "temperature_command_template", value=25.0) == {"targetTemperature": 25}
    assert shows("light", "state_template") == "off"
    assert commands("light", "command_on_template", brightness=255) == {"operationStatus": True, "lightLevel": 100}
    assert commands("light", "command_on_template") == {"operationStatus": True}
    assert shows("lock", "value_template") == "LOCKED"
    assert json.loads(entities["lock"]["payload_unlock"]) == {"mainElectricLock": False}
    assert shows("value", "value_template") == "21.5"
    assert float(shows("normalDirectionCumulativeElectricEnergy", "value_template")) == pytest.approx(210)
    assert shows("instantaneousElectricPower", "value_template") == "-40"


REQUIRED = {
    "climate": {"modes", "mode_command_topic", "mode_state_topic", "temperature_command_topic"},
    "light": {"schema", "command_topic", "command_on_template", "command_off_template"},
    "lock": {"command_topic", "payload_lock", "payload_unlock", "state_topic"},
    "sensor": {"state_topic", "device_class", "state_class", "unit_of_measurement"},
}


def configs(client: Client) -> dict[str, dict[str, Any]]:
    return {
        topic: json.loads(payload)
        for topic, payload in list(client.retained.items())
        if topic.startswith("homeassistant/") and payload
    }


@bounded
async def test_a_wrong_password_ends_the_bridge_with_the_reason(broker: Broker) -> None:
    async with Home().controller() as controller:
        with pytest.raises(ExceptionGroup) as caught:
            await Bridge(controller, config(broker, "upstairs", password="guessed")).run()
    assert [type(error) for error in caught.value.exceptions] == [PermissionError]
    assert "guessed" not in (broker.folder / "mosquitto.log").read_text()


@bounded
async def test_the_password_never_goes_to_a_broker_without_the_right_certificate(broker: Broker) -> None:
    """Neither in clear nor to another authority's: the log says who connected, and that is nobody."""
    (broker.folder / "other").mkdir()
    mosquitto.make_certificates(broker.folder / "other")
    for changes in ({"port": broker.plain_port}, {"ca": "other/ca.pem"}):
        heard: list[str] = []
        async with Home().controller() as controller:
            bridge = Bridge(controller, config(broker, "upstairs", **changes))
            with watched("mqtt_bridge", heard):
                task = asyncio.create_task(bridge.run())
                await until(lambda heard=heard: any("can't be reached" in line for line in heard), "it says so")
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
    gc.collect()
    assert "upstairs" not in (broker.folder / "mosquitto.log").read_text()


@contextlib.contextmanager
def watched(name: str, lines: list[str]) -> Iterator[None]:
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger(name).addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger(name).removeHandler(handler)


def test_the_broker_refuses_plaintext_and_wrong_passwords(broker: Broker) -> None:
    for options in ({"tls": False}, {"password": "guessed"}):
        client = Client(broker, **options)
        try:
            verdict = client.verdicts.get(timeout=mosquitto.SECONDS)
            assert "Success" not in verdict
            assert not client.is_connected
        finally:
            client.close()


def test_an_unknown_outcome_is_told_as_such_and_the_command_is_not_sent_again(tmp_path: Path) -> None:
    asyncio.run(asyncio.wait_for(_unknown_outcome(tmp_path), 10))


async def _unknown_outcome(tmp_path: Path) -> None:
    sent, told = [], []

    class Silent:
        eoj = 0x029001

        async def set(self, values: dict[str, Any]) -> None:
            sent.append(values)
            raise warifu.OutcomeUnknown("the connection broke")

    async def changed(_: str) -> None: ...

    def tell(topic: str, payload: str, id: bytes) -> int | None:
        told.append((topic, json.loads(payload), id))
        return None if len(told) == 1 else len(told)  # the broker is away at first

    with contextlib.closing(Journal(tmp_path / "journal")) as journal:
        policy = warifu.Policy.parse(POLICY)
        commands = Commands(journal, policy, lambda _: Silent(), tell, changed)  # type: ignore[arg-type,return-value]
        message = mqtt.MQTTMessage(topic=b"warifu/g/n/029001/set")
        message.qos, message.payload = 1, b'{"lightLevel": 3, "id": "x"}'
        commands.take(message)
        await until(lambda: len(told) == 1, "an outcome")
        commands.take(message)  # as after a reconnection
        commands.flush()
        await until(lambda: len(told) == 3, "the same, twice")
        assert journal.untold() == [("warifu/g/n/029001/set", b"x")]
        commands.told(2, True)
        assert journal.untold() == []
    assert sent == [{"lightLevel": 3}]
    assert {(topic, each["status"], each["error"], id) for topic, each, id in told} == {
        ("warifu/g/n/029001/result", "unknown", "OUTCOME_UNKNOWN", b"x")
    }


def test_a_password_comes_from_a_file_or_the_environment_alone(broker: Broker, monkeypatch) -> None:
    loaded = config(broker, "upstairs")
    assert loaded.password == "up-secret"
    assert "up-secret" not in repr(loaded)
    words = json.loads((broker.folder / "upstairs.json").read_text())
    del words["password_file"]
    path = broker.folder / "without.json"
    path.write_text(json.dumps(words))
    with pytest.raises(ValueError, match="no password"):
        Config.load(path)
    monkeypatch.setenv("WARIFU_MQTT_PASSWORD", "from outside")
    assert Config.load(path).password == "from outside"
    path.write_text(json.dumps(words | {"password": "in the file"}))
    with pytest.raises(ValueError, match="password"):
        Config.load(path)


def test_a_bridge_that_died_says_what_it_knows_of_its_commands(tmp_path: Path) -> None:
    before = Journal(tmp_path / "journal")
    waiting, under_way, over = [("warifu/g/n/o/set", id) for id in (b"waiting", b"under way", b"over")]
    for key in (waiting, under_way, over):
        assert before.take(key)
        assert not before.take(key)
    before.send(under_way)
    before.end(over, Outcome("done"))
    before.told(over)
    before.close()
    with contextlib.closing(Journal(tmp_path / "journal")) as after:
        assert not any(after.take(key) for key in (waiting, under_way, over))
        assert sorted(after.untold()) == sorted([waiting, under_way])
        outcomes = {key: after.outcome(key) for key in (waiting, under_way)}
    assert outcomes[waiting].status == "failed"
    assert (outcomes[under_way].status, outcomes[under_way].error) == ("unknown", "OUTCOME_UNKNOWN")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (warifu.OutcomeUnknown, "unknown"),
        (warifu.errors.Closed, "unknown"),
        (warifu.NoAnswer, "failed"),
        (warifu.Refused, "refused"),
        (warifu.WrongValue, "refused"),
        (OSError, "unknown"),
    ],
)
def test_an_outcome_says_no_more_than_is_known(error: type[Exception], status: str) -> None:
    assert Outcome.of(error("it")).status == status

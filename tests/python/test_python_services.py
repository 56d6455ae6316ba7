"""Every service of ECHONET Lite through the public API, in clear and under a session, and the nodes that it finds."""

import asyncio
import signal

import pytest
import warifu
from warifu import errors
from warifu.testing import Home, run

AIRCON, LAMP, PROFILE, CONTROLLER = 0x013001, 0x029001, 0x0EF001, 0x05FF01
POWER, TARGET, ROOM, SECRET = 0x80, 0xB3, 0xBB, 0xF1
FOUR, SIX = "10.0.0.99", "fd00::99"


def objects() -> list[warifu.Object]:
    aircon = warifu.Object(
        AIRCON,
        [
            warifu.Property(POWER, b"\x30", "get set inf"),
            warifu.Property(TARGET, b"\x18", "get set inf"),
            warifu.Property(ROOM, b"\x15", "get inf"),
        ],
    )
    lamps = [warifu.Object(LAMP + i, [warifu.Property(POWER, bytes([0x30 + i]), "get set inf")]) for i in range(3)]
    return [aircon, *lamps]


class Pair:
    """A device and a controller, and how each sees the other: as a peer, or as a node in clear."""

    def __init__(self, home: Home, *, trusted: bool) -> None:
        policy = "strict" if trusted else "open"
        self.trusted = trusted
        self.device = home.device(
            objects(), trusted=trusted, policy=policy, on_set=lambda _, epc, old, new: new[0] < 99
        )
        self.controller = home.controller(trusted=trusted, policy=policy, gap=0)

    async def __aenter__(self) -> "Pair":
        await self.device.__aenter__()
        await self.controller.__aenter__()
        if self.trusted:
            self.device.open_window()
            self.there: warifu.nodes.Remote = await self.controller.pair(
                self.device.addresses[0], number=self.device.number
            )
            self.back: warifu.nodes.Remote = self.device.peers[0]
        else:
            self.there = warifu.Node(self.controller, self.device.addresses[0], None, [], None)
            self.back = warifu.Node(self.device, self.controller.addresses[0], None, [], None)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.controller.close()
        self.device.close()


async def told_of(stream: warifu.Stream[warifu.Notification], eoj: int) -> warifu.Notification:
    """The next notification of that object: others announce their start meanwhile."""
    while (told := await anext(stream)).eoj != eoj:
        pass
    return told


BOTH = pytest.mark.parametrize("trusted", [False, True], ids=["clear", "session"])


# ---- one service after the other ----


@BOTH
async def test_get_and_setc(warifu_home, trusted):
    async with Pair(warifu_home, trusted=trusted) as pair:
        await pair.there.set(AIRCON, {TARGET: b"\x19"})
        assert await pair.there.get(AIRCON, TARGET, ROOM) == {TARGET: b"\x19", ROOM: b"\x15"}


@BOTH
async def test_get_of_every_instance(warifu_home, trusted):
    async with Pair(warifu_home, trusted=trusted) as pair:
        each = {LAMP: b"\x30", LAMP + 1: b"\x31", LAMP + 2: b"\x32"}
        assert await pair.there.get_each(LAMP, POWER) == {eoj: {POWER: edt} for eoj, edt in each.items()}
        assert await pair.there.get_each(LAMP & 0xFFFF00, POWER, ROOM) == {
            eoj: {POWER: edt} for eoj, edt in each.items()
        }
        with pytest.raises(warifu.NoAnswer):
            await pair.there.get_each(0x026001, POWER, timeout=1)
        with pytest.raises(ValueError, match="at least one"):
            await pair.there.get_each(LAMP)


@BOTH
async def test_seti_is_done_without_an_answer_and_tells_of_a_refusal(warifu_home, trusted):
    async with Pair(warifu_home, trusted=trusted) as pair:
        await pair.there.set_i(AIRCON, {TARGET: b"\x1a", POWER: b"\x31"})
        assert pair.device.get_own(AIRCON, TARGET) == b"\x1a"
        with pytest.raises(warifu.Refused) as caught:
            await pair.there.set_i(AIRCON, {POWER: b"\x30", TARGET: b"\x70"})
        assert caught.value.refused == (TARGET,)
        assert pair.device.get_own(AIRCON, POWER) == b"\x30"
        await pair.there.set_i(AIRCON, {"targetTemperature": 20})
        assert pair.device.get_own(AIRCON, TARGET) == b"\x14"


@BOTH
async def test_inf_req_gives_and_announces(warifu_home, trusted):
    async with Pair(warifu_home, trusted=trusted) as pair:
        stranger = warifu_home.controller(trusted=False, policy="open")
        async with stranger:
            overheard = stranger.watch()
            assert await pair.there.inf_req(AIRCON, TARGET, ROOM) == {TARGET: b"\x18", ROOM: b"\x15"}
            with pytest.raises(warifu.Refused) as caught:
                await pair.there.inf_req(AIRCON, TARGET, SECRET)
            assert (caught.value.refused, caught.value.values) == ((SECRET,), {TARGET: b"\x18"})
            await asyncio.sleep(1)
            assert len(overheard._items) == (0 if trusted else 1)  # a peer is answered, nobody else


@BOTH
async def test_setget(warifu_home, trusted):
    async with Pair(warifu_home, trusted=trusted) as pair:
        assert await pair.there.set_get(AIRCON, {TARGET: b"\x1b"}, TARGET, ROOM) == {TARGET: b"\x1b", ROOM: b"\x15"}


@BOTH
async def test_inf_and_infc_to_one_node(warifu_home, trusted):
    async with Pair(warifu_home, trusted=trusted) as pair:
        heard = pair.controller.watch()
        for tell in (pair.back.inf, pair.back.infc):
            await tell(AIRCON, TARGET, ROOM)
            told = await told_of(heard, AIRCON)
            assert told.properties == {TARGET: b"\x18", ROOM: b"\x15"}
            assert told.is_protected == trusted
        with pytest.raises(errors.NoProperty):
            await pair.back.infc(AIRCON, SECRET)
        with pytest.raises(errors.NoObject):
            await pair.back.inf(0x026001, POWER)
        warifu_home.disconnect(pair.controller)
        with pytest.raises(warifu.NoAnswer):
            await pair.back.infc(AIRCON, TARGET, timeout=2)


@BOTH
async def test_a_controller_informs_a_device_as_well(warifu_home, trusted):
    async with Pair(warifu_home, trusted=trusted) as pair:
        heard = pair.device.watch()
        await pair.there.infc(CONTROLLER, POWER)
        assert (await told_of(heard, CONTROLLER)).properties == {POWER: b"\x30"}
        await pair.back.get(CONTROLLER, POWER)


@BOTH
async def test_inf_to_everybody(warifu_home, trusted):
    async with Pair(warifu_home, trusted=trusted) as pair:
        heard = pair.controller.watch()
        pair.device.inf(AIRCON, TARGET, ROOM)
        told = await told_of(heard, AIRCON)
        assert (told.properties, told.is_protected) == ({TARGET: b"\x18", ROOM: b"\x15"}, trusted)
        with pytest.raises(errors.Argument):
            pair.device.inf(AIRCON)
        with pytest.raises(errors.NoProperty):
            pair.device.inf(AIRCON, SECRET)


async def test_what_the_policy_keeps_is_told_to_nobody_in_clear(warifu_home):
    home = warifu_home
    async with home.device(objects()) as device, home.controller(trusted=False, policy="open") as controller:
        heard = controller.watch()
        stranger = warifu.Node(device, controller.addresses[0], None, [], None)
        with pytest.raises(errors.Policy):
            await stranger.infc(AIRCON, TARGET)
        with pytest.raises(errors.Policy):
            await stranger.inf(AIRCON, TARGET)
        device.inf(AIRCON, TARGET)
        await asyncio.sleep(1)
        assert len(heard._items) == 0


# ---- messages as they are ----


@BOTH
async def test_a_message_as_it_is_gets_its_answers_as_they_are(warifu_home, trusted):
    async with Pair(warifu_home, trusted=trusted) as pair:
        ask, to = pair.controller.request, pair.there
        address = pair.device.addresses[0]
        assert await ask("Get", AIRCON, [TARGET, SECRET, TARGET], to=to) == [
            warifu.Answer(address, AIRCON, "Get_SNA", ((TARGET, b"\x18"), (SECRET, b""), (TARGET, b"\x18")))
        ]
        (answer,) = await ask("SetC", AIRCON, [(TARGET, b"\x70"), (POWER, b"\x31")], to=to)
        assert answer == warifu.Answer(address, AIRCON, "SetC_SNA", ((TARGET, b"\x70"), (POWER, b"")))
        assert answer.is_refusal
        (answer,) = await ask("SetGet", AIRCON, [(TARGET, b"\x10")], gets=[ROOM], to=to)
        assert answer == warifu.Answer(address, AIRCON, "SetGet_Res", ((TARGET, b""),), ((ROOM, b"\x15"),))
        assert not answer.is_refusal
        assert await ask("SetI", AIRCON, [(TARGET, b"\x11")], to=to) == []
        assert [each.service for each in await ask("INFC", PROFILE, [(POWER, b"\x30")], to=to)] == ["INFC_Res"]
        assert await ask("INF", PROFILE, [(POWER, b"\x30")], to=to) == []
        assert [each.service for each in await ask("INF_REQ", AIRCON, [TARGET], to=to)] == ["INF"]
        assert {each.eoj for each in await ask("Get", LAMP & 0xFFFF00, [POWER], to=to)} == {LAMP, LAMP + 1, LAMP + 2}
        with pytest.raises(warifu.NoAnswer):
            await ask("Get", 0x026001, [POWER], to=to, timeout=1)
        with pytest.raises(KeyError):
            await ask("GetAll", AIRCON, [POWER], to=to)


async def test_everybody_is_asked_at_once(warifu_home):
    home = warifu_home
    async with (
        home.device(objects(), trusted=False, policy="open") as one,
        home.device(objects(), trusted=False, policy="open") as other,
        home.controller(trusted=False) as controller,
    ):
        answers = await controller.request("Get", AIRCON, [ROOM])
        assert sorted(answer.address for answer in answers) == sorted(one.addresses + other.addresses)
        assert {answer.properties for answer in answers} == {((ROOM, b"\x15"),)}
        assert await controller.request("Get", 0x026001, [ROOM], timeout=1) == []
        by_address = await controller.request("Get", AIRCON, [ROOM], to=one.addresses[0])
        assert [answer.address for answer in by_address] == one.addresses


# ---- what a map excludes ----


@BOTH
async def test_what_a_read_map_excludes_is_not_asked_for_among_many(warifu_home, trusted):
    home = warifu_home
    async with Pair(home, trusted=trusted) as pair:
        await pair.there.get_many(AIRCON, [0x9F])
        with home.record() as records:
            came = await pair.there.get_many(AIRCON, [TARGET, SECRET, ROOM])
        assert {epc: result.status for epc, result in came.items()} == {
            TARGET: "value",
            SECRET: "unlisted",
            ROOM: "value",
        }
        assert len([record for record in records if record.fate == "sent"]) == 2  # one question, one answer
        with pytest.raises(warifu.Refused) as caught:
            await pair.there.get(AIRCON, TARGET, SECRET)
        assert (caught.value.refused, caught.value.values) == ((SECRET,), {TARGET: b"\x18"})
        pair.device.add_property(AIRCON, warifu.Property(SECRET, b"\x07", "get"))
        assert await pair.there.get(AIRCON, TARGET, SECRET, force=True) == {TARGET: b"\x18", SECRET: b"\x07"}
        assert (await pair.there.get_many(AIRCON, [TARGET, SECRET], force=True))[SECRET].value == b"\x07"
        assert await pair.there.get(AIRCON, SECRET) == {SECRET: b"\x07"}


# ---- who is found ----


async def test_a_device_in_both_families_is_one_node(warifu_home):
    home = warifu_home
    both = {"address": [FOUR, SIX]}
    async with (
        home.device(objects(), **both) as device,
        home.device(objects(), trusted=False, policy="open") as plain,
        home.controller(address=["10.0.0.98", "fd00::98"]) as controller,
    ):
        for _ in range(2):
            nodes = {node.address: node for node in await controller.discover()}
            assert set(nodes) == {f"{FOUR}:3610", *plain.addresses}
            node = nodes[f"{FOUR}:3610"]
            assert node.addresses == [f"{FOUR}:3610", f"[{SIX}]:3610"]
            assert node.number == device.number
            assert node.da is not None
            assert node.da.is_device
            assert AIRCON in node.objects
            assert len(controller.nodes) == 2
        (named,) = await controller.discover(address=SIX)
        assert named.addresses == [f"[{SIX}]:3610", f"{FOUR}:3610"]
        with home.record() as records:
            assert await named.get(PROFILE, POWER) == {POWER: b"\x30"}
        assert {record.receiver for record in records if record.sender.startswith("[fd00::98]")} == {f"[{SIX}]:3610"}
        home.move(device, SIX)  # it has lost its IPv4 address
        with pytest.raises(warifu.NoAnswer):
            await node.get(PROFILE, POWER, 0x82, timeout=2)
        assert node.address == f"[{SIX}]:3610"
        assert await node.get(PROFILE, POWER) == {POWER: b"\x30"}
        assert node.is_online


async def test_two_in_one_family_with_the_same_number_are_two(warifu_home):
    home = warifu_home
    number = bytes.fromhex("FE000006") + bytes(range(13))
    plain = {"trusted": False, "policy": "open", "number": number}
    async with (
        home.device(objects(), **plain) as one,
        home.device(objects(), **plain) as other,
        home.controller(trusted=False) as controller,
    ):
        found = await controller.discover()
        assert [node.address for node in found] == sorted([*one.addresses, *other.addresses])


async def test_a_hello_goes_to_those_alone_that_take_its_format(warifu_home):
    home = warifu_home
    old = [*objects(), warifu.Object(PROFILE, [warifu.Property(0x82, bytes.fromhex("010D0100"))])]
    async with (
        home.device(objects()) as device,
        home.device(old, trusted=False, policy="open") as plain,
        home.controller() as controller,
    ):
        with home.record() as records:
            nodes = {node.address: node for node in await controller.discover()}
        assert nodes[device.addresses[0]].da is not None
        assert nodes[plain.addresses[0]].da is None
        hellos = [record for record in records if record.data[:2] == b"\x10\x82"]
        assert hellos
        assert all(plain.addresses[0] not in (record.sender, record.receiver) for record in hellos)
        with home.record() as records:
            await controller.discover(greet=True)
        assert any(record.data[:2] == b"\x10\x82" and record.multicast for record in records)


# ---- leaving early ----


@BOTH
async def test_requests_that_are_cancelled_again_and_again_leave_nothing(warifu_home, trusted):
    async with Pair(warifu_home, trusted=trusted) as pair:
        warifu_home.disconnect(pair.device)
        there, controller = pair.there, pair.controller
        kinds = [
            lambda: there.get(AIRCON, TARGET),
            lambda: there.set(AIRCON, {TARGET: b"\x19"}, repeatable=True),
            lambda: there.get_each(LAMP, POWER),
            lambda: there.inf_req(AIRCON, TARGET),
            lambda: there.infc(CONTROLLER, POWER),
            lambda: controller.request("Get", AIRCON, [TARGET], to=there),
            lambda: controller.discover(),
        ]
        for _ in range(30):  # far more than there are places
            tasks = [asyncio.create_task(kind()) for kind in kinds]
            await asyncio.sleep(0.5)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            assert all(task.cancelled() for task in tasks)
        runtime = controller._open
        assert runtime._calls == {}
        asked = [asyncio.create_task(controller.request("Get", AIRCON, [TARGET], to=there)) for _ in range(64)]
        await asyncio.sleep(0)
        assert len(runtime._calls) == 64  # all places are free again
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)


def test_ctrl_c_in_a_request_leaves_nothing():
    left: list[int] = []

    async def main() -> None:
        async with Home() as home, Pair(home, trusted=True) as pair:
            home.disconnect(pair.device)
            asyncio.get_running_loop().call_later(1, signal.raise_signal, signal.SIGINT)
            try:
                await pair.there.set(AIRCON, {TARGET: b"\x19"}, repeatable=True)
            finally:
                left.append(len(pair.controller._open._calls))
                left.append(sum(1 for _ in range(64) if pair.controller._open.engine.hello(0, None, 100)))

    with pytest.raises((KeyboardInterrupt, asyncio.CancelledError)):
        run(main())
    assert left == [0, 64]

"""The connection to the broker: TLS always, a last will, back again by itself, and what is retained there."""

import asyncio
import logging
import ssl
from collections.abc import Callable

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from mqtt_bridge.config import Config

SESSION_S = 300  # commands wait in the broker for a bridge that is away; older ones would surprise
BACK_OFF_S = (1, 60)
NEVER = {"Not authorized", "Bad user name or password", "Client identifier not valid", "Banned"}

log = logging.getLogger("mqtt_bridge")


def _properties(kind: int, **values: object) -> Properties:
    made = Properties(kind)  # type: ignore[no-untyped-call]
    for name, value in values.items():
        setattr(made, name, value)
    return made


class Broker:
    """`take` is called in paho's thread, which acknowledges when it returns; `ready` and `told` in the loop's."""

    def __init__(
        self,
        config: Config,
        status: str,
        commands: str,
        take: Callable[[mqtt.MQTTMessage], None],
        ready: Callable[[], None],
        told: Callable[[int, bool], None],
    ) -> None:
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._loop = asyncio.get_running_loop()
        self._status, self._commands, self._take, self._ready, self._told = status, commands, take, ready, told
        self._retained: dict[str, str] = {}
        self._was_connected = False
        self._client = client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=f"warifu-{config.gateway}", protocol=mqtt.MQTTv5
        )
        client.username_pw_set(config.user, config.password)
        client.tls_set_context(ssl.create_default_context(cafile=config.ca))
        client.will_set(status, "offline", qos=1, retain=True)
        client.reconnect_delay_set(*BACK_OFF_S)
        client.on_connect, client.on_connect_fail = self._on_connect, self._on_connect_fail
        client.on_message, client.on_publish = self._on_message, self._on_publish
        session = _properties(PacketTypes.CONNECT, SessionExpiryInterval=SESSION_S)
        client.connect_async(config.host, config.port, keepalive=30, clean_start=False, properties=session)
        client.loop_start()

    async def close(self) -> None:
        """The broker says that the gateway is offline, as if it had died."""
        self._client.disconnect(ReasonCode(PacketTypes.DISCONNECT, "Disconnect with will message"))
        await asyncio.to_thread(self._client.loop_stop)

    def retain(self, topic: str, payload: str) -> None:
        """Now, if it is new, and again whenever the broker comes back; an empty one takes it away.

        QoS 0: what a broken connection swallows is repeated by the next one.
        """
        if self._retained.get(topic, "") == payload:
            return
        self._retained[topic] = payload
        if self._client.is_connected():
            self._client.publish(topic, payload, retain=True)

    def drop(self, fits: Callable[[str], bool]) -> None:
        for topic in filter(fits, list(self._retained)):
            self.retain(topic, "")

    def tell(self, topic: str, payload: str, id: bytes) -> int | None:
        """Publishes with QoS 1 and gives its number, by which `told` hears of it; None: there is no broker now."""
        if not self._client.is_connected():
            return None
        properties = _properties(PacketTypes.PUBLISH, CorrelationData=id) if id else None
        return self._client.publish(topic, payload, qos=1, properties=properties).mid

    # ---- in paho's thread ----

    def _on_connect(self, client: mqtt.Client, _1: object, _2: object, reason: ReasonCode, _3: object) -> None:
        if reason.is_failure:
            log.error("the broker refuses the connection: %s", reason)
            if not self._was_connected and reason.getName() in NEVER:
                self._fail(PermissionError(f"the broker refuses the connection: {reason}"))
            return
        self._was_connected = True
        client.subscribe(self._commands, options=SubscribeOptions(qos=1, retainHandling=2))
        self._call(self._renew)

    def _on_connect_fail(self, _1: mqtt.Client, _2: object) -> None:
        log.warning("the broker can't be reached, or is not the one that its certificate should name; trying again")

    def _on_message(self, _1: mqtt.Client, _2: object, message: mqtt.MQTTMessage) -> None:
        try:
            self._take(message)
        except Exception as error:  # it can't be kept: the bridge ends, and the broker keeps it
            self._fail(error)
            raise

    def _on_publish(self, _1: mqtt.Client, _2: object, number: int, reason: ReasonCode, _3: object) -> None:
        if reason.is_failure:
            log.error("the broker refuses what is published: %s", reason)
        self._call(self._told, number, not reason.is_failure)

    def _fail(self, error: Exception) -> None:
        def fail() -> None:
            if not self.failed.done():
                self.failed.set_exception(error)

        self._call(fail)

    def _call(self, function: Callable[..., object], *given: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *given)

    def _renew(self) -> None:
        log.info("connected to the broker")
        self._client.publish(self._status, "online", qos=1, retain=True)
        for topic, payload in self._retained.items():
            self._client.publish(topic, payload, retain=True)
        self._retained = {topic: payload for topic, payload in self._retained.items() if payload}
        self._ready()

"""Commands from MQTT: each is executed once at most, and each is answered."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4
from weakref import WeakValueDictionary

import warifu
from paho.mqtt.client import MQTTMessage

from mqtt_bridge.journal import Journal, Key
from mqtt_bridge.outcome import Outcome
from mqtt_bridge.values import check, read

MOST_BYTES = 64  # of an id
MOST_WAITING = 64
NO_ID = (
    'a command of QoS 1 or 2 needs correlation data or an "id" of 1 to 64 bytes: it can\'t be told from its repetition'
)
TOO_MANY = "too many commands wait; nothing was done"

Find = Callable[[str], warifu.RemoteObject]
Tell = Callable[[str, str, bytes], int | None]
Changed = Callable[[str], Awaitable[None]]

log = logging.getLogger("mqtt_bridge")


class Commands:
    """`find` gives the object of a topic or raises LookupError, `tell` publishes, `changed` hears what may be new."""

    def __init__(self, journal: Journal, policy: warifu.Policy, find: Find, tell: Tell, changed: Changed) -> None:
        self._journal, self._policy = journal, policy
        self._find, self._tell, self._changed = find, tell, changed
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._sent: dict[int, Key] = {}  # results on their way to the broker

    def take(self, message: MQTTMessage) -> None:
        """In the thread of the connection: when it returns the command is on disk, and the broker may forget it."""
        id = _id_of(message)
        if id is None:
            self._loop.call_soon_threadsafe(self._publish, (message.topic, b""), Outcome("refused", NO_ID))
        elif self._journal.take((message.topic, id)):
            self._loop.call_soon_threadsafe(self._start, (message.topic, id), message.payload)
        else:
            self._loop.call_soon_threadsafe(self._answer, (message.topic, id))

    def flush(self) -> None:
        """Tells what the broker has not confirmed."""
        for key in set(self._journal.untold()) - set(self._sent.values()):
            self._answer(key)

    def told(self, number: int, accepted: bool) -> None:
        key = self._sent.pop(number, None)
        if key and accepted:
            self._journal.told(key)

    async def close(self) -> None:
        """What is under way ends as unknown, which the next start tells."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, key: Key, payload: bytes | bytearray) -> None:
        if len(self._tasks) >= MOST_WAITING:
            self._end(key, Outcome("refused", TOO_MANY))
            return
        task = asyncio.create_task(self._execute(key, payload))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _execute(self, key: Key, payload: bytes | bytearray) -> None:
        topic = key[0]
        async with self._locks.setdefault(topic, asyncio.Lock()):  # in the order in which they came
            outcome = await self._outcome(key, payload)
            self._end(key, outcome)
        if outcome.status in ("done", "unknown"):
            await self._changed(topic)

    async def _outcome(self, key: Key, payload: bytes | bytearray) -> Outcome:
        try:
            target, values = self._find(key[0]), read(payload)
            values.pop("id", None)
            check(self._policy, target.eoj, values)
        except (LookupError, ValueError, PermissionError) as error:
            return Outcome("refused", f"{error}")
        self._journal.send(key)
        try:
            await target.set(values)
        except Exception as error:  # whatever it was, it is told
            return Outcome.of(error)
        return Outcome("done")

    def _end(self, key: Key, outcome: Outcome) -> None:
        self._journal.end(key, outcome)
        log.info("%s %r: %s %s", key[0], key[1], outcome.status, outcome.reason)
        self._answer(key)

    def _answer(self, key: Key) -> None:
        if outcome := self._journal.outcome(key):
            self._publish(key, outcome)

    def _publish(self, key: Key, outcome: Outcome) -> None:
        topic, id = key
        told = {"id": _text(id), "status": outcome.status, "error": outcome.error, "reason": outcome.reason}
        number = self._tell(topic.removesuffix("set") + "result", json.dumps(told), id)
        if number is not None and id:
            self._sent[number] = key


def _id_of(message: MQTTMessage) -> bytes | None:
    """Correlation data, or "id" in the JSON; what comes with QoS 0 comes once and needs none."""
    id: Any = getattr(message.properties, "CorrelationData", None)
    if id is None and b'"id"' in message.payload:
        try:
            id = str(read(message.payload)["id"]).encode()
        except (ValueError, KeyError):
            id = None
    if id is None and message.qos == 0:
        id = uuid4().hex.encode()
    return id if id is not None and 1 <= len(id) <= MOST_BYTES else None


def _text(id: bytes) -> str:
    try:
        return id.decode()
    except UnicodeDecodeError:
        return id.hex()

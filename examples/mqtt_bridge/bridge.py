"""Paired devices on one side, the broker on the other."""

import asyncio
import contextlib
import json
import logging
from typing import Any

import warifu

from mqtt_bridge.broker import Broker
from mqtt_bridge.commands import Commands
from mqtt_bridge.config import Config
from mqtt_bridge.discovery import entities
from mqtt_bridge.journal import Journal
from mqtt_bridge.values import named

ROOT = "warifu"

log = logging.getLogger("mqtt_bridge")


class Bridge:
    """`run` bridges what `controller` is paired with, until it is cancelled, or until the broker refuses it for ever (a
    wrong password): PermissionError in an ExceptionGroup."""

    def __init__(self, controller: warifu.Controller, config: Config) -> None:
        self._controller, self._config = controller, config
        self._place = f"{ROOT}/{config.gateway}"
        self._states: dict[str, dict[str, Any]] = {}  # topic of an object -> its properties
        self._objects: dict[str, warifu.RemoteObject] = {}
        self._following: dict[warifu.Peer, asyncio.Task[None]] = {}

    async def run(self) -> None:
        with contextlib.closing(Journal(self._config.journal)) as journal:
            commands = Commands(journal, self._config.policy, self._find, self._tell, self._changed)
            self._broker = broker = Broker(
                self._config,
                f"{self._place}/status",
                f"{self._place}/+/+/set",
                commands.take,
                commands.flush,
                commands.told,
            )
            try:
                await self._serve(broker)
            finally:
                await broker.close()
                await commands.close()

    async def _serve(self, broker: Broker) -> None:
        notes, events = self._controller.watch(), self._controller.events()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hear(notes))
            group.create_task(self._keep_up(events, group))
            for peer in self._controller.peers:
                self._follow(peer, group)
            await broker.failed

    # ---- devices ----

    def _follow(self, peer: warifu.Peer, group: asyncio.TaskGroup) -> None:
        self._following[peer] = group.create_task(self._read_all(peer))

    async def _keep_up(self, events: warifu.Stream[warifu.Event], group: asyncio.TaskGroup) -> None:
        async for event in events:
            if event.peer is None or event.kind not in ("paired", "unpaired"):
                continue
            if task := self._following.pop(event.peer, None):
                task.cancel()
                self._forget(event.peer)
            if event.kind == "paired":
                self._follow(event.peer, group)

    def _forget(self, peer: warifu.Peer) -> None:
        number = peer.number.hex()
        for topic in [topic for topic in self._objects if f"/{number}/" in topic]:
            del self._objects[topic], self._states[topic]
        self._broker.drop(lambda topic: number in topic)

    async def _read_all(self, peer: warifu.Peer) -> None:
        """Everything, now and every `poll` seconds: not all that changes is announced, and notifications get lost."""
        place = f"{self._place}/{peer.number.hex()}"
        while True:
            try:
                for remote in await peer.instances():
                    await self._read(f"{place}/{remote.eoj:06x}", remote)
                self._broker.retain(f"{place}/status", "online")
            except warifu.Error as error:
                log.warning("%s: %s", place, error)
                self._broker.retain(f"{place}/status", "offline")
            await asyncio.sleep(self._config.poll)

    async def _read(self, topic: str, remote: warifu.RemoteObject) -> None:
        results = await remote.get_many(await remote.properties())
        self._states[topic] = named({key: got.value for key, got in results.items() if got.status == "value"})
        if topic not in self._objects:
            self._objects[topic] = remote
            settable = await remote.properties("set")
            for where, config in entities(self._config.gateway, topic, remote, self._states[topic], settable):
                self._broker.retain(where, json.dumps(config))
        self._show(topic)

    async def _hear(self, notes: warifu.Stream[warifu.Notification]) -> None:
        async for note in notes:
            if note.peer is None or not note.is_protected:  # what comes in clear may be anybody's
                continue
            topic = f"{self._place}/{note.peer.number.hex()}/{note.eoj:06x}"
            if topic in self._states:
                self._states[topic] |= named(note.values)
                self._show(topic)

    def _show(self, topic: str) -> None:
        self._broker.retain(f"{topic}/state", json.dumps(self._states[topic]))

    # ---- for commands ----

    def _find(self, topic: str) -> warifu.RemoteObject:
        try:
            return self._objects[topic.removesuffix("/set")]
        except KeyError:
            raise LookupError("no such device or object is known here") from None

    def _tell(self, topic: str, payload: str, id: bytes) -> int | None:
        return self._broker.tell(topic, payload, id)

    async def _changed(self, topic: str) -> None:
        place = topic.removesuffix("/set")
        with contextlib.suppress(warifu.Error, KeyError):  # the next reading of all has it
            await self._read(place, self._objects[place])

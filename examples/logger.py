"""Logs what paired devices announce, and every minute all that they answer, to a CSV or an SQLite file (.db).

logger.py FILE [IDENTITY STATE]: the controller's PEM file and state directory; without them an hour of a virtual home
"""

import asyncio
import contextlib
import csv
import sqlite3
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import warifu
from warifu.testing import Home, run

COLUMNS = ("time", "number", "object", "property", "value", "unit")


class Log:
    def __init__(self, path: str, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.write: Callable[[tuple[str, ...]], object]  # each row is in the file at once
        if path.endswith(".db"):
            base = sqlite3.connect(path, isolation_level=None)
            base.execute(f"CREATE TABLE IF NOT EXISTS log ({', '.join(COLUMNS)})")
            self.close, self.write = base.close, lambda row: base.execute("INSERT INTO log VALUES (?,?,?,?,?,?)", row)
        else:
            file = open(path, "a", newline="", encoding="utf-8", buffering=1)  # noqa: SIM115 - until close
            self.close, self.write = file.close, csv.writer(file).writerow
            if file.tell() == 0:
                self.write(COLUMNS)

    def add(self, peer: warifu.Peer, eoj: int, values: Mapping[Any, Any]) -> None:
        moment = datetime.fromtimestamp(self.clock(), UTC).isoformat(timespec="seconds")
        for name, value in values.items():
            self.write((moment, peer.number.hex(), f"{eoj:06X}", f"{name}", f"{value}", getattr(value, "unit", "")))


async def ask(peer: warifu.Peer, log: Log) -> None:
    while True:
        with contextlib.suppress(warifu.NoAnswer, warifu.errors.NoSession):  # it may come back
            for each in await peer.instances():
                results = await each.get_many(await each.properties())
                log.add(peer, each.eoj, {name: got.value for name, got in results.items() if got.status == "value"})
        await asyncio.sleep(60)


async def record(controller: warifu.Controller, path: str, clock: Callable[[], float]) -> None:
    with contextlib.closing(Log(path, clock)) as log:
        async with asyncio.TaskGroup() as group:
            for peer in controller.peers:
                group.create_task(ask(peer, log))
            async for note in controller.watch():
                if note.peer is not None and note.is_protected:  # what comes in clear may be anybody's
                    log.add(note.peer, note.eoj, note.values)


async def real(path: str, identity: str, state: str) -> None:
    async with warifu.Controller(identity=warifu.Identity.load(identity), state=state) as controller:
        await record(controller, path, time.time)


async def virtual(path: str) -> None:
    room = warifu.Object.named("homeAirConditioner", {"operationStatus": False, "roomTemperature": 21})
    async with Home(seed=1) as home, home.device([room]) as device, home.controller() as controller:
        device.open_window()
        await controller.pair(device.addresses[0], number=device.number)
        asyncio.get_running_loop().call_later(1830, device.put, room.eoj, "operationStatus", True)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(record(controller, path, lambda: home.date), 3600)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(real(*sys.argv[1:])) if len(sys.argv) == 4 else run(virtual(*sys.argv[1:]))

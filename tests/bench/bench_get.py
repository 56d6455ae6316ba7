#!/usr/bin/env python3
"""Reads a property of a paired device again and again in the virtual home: how fast, and whether memory grows.

    .venv/bin/python tests/bench/bench_get.py [COUNT]

Both ends and the network between them are in this process. COUNT is 20,000 unless given; a million takes some minutes.
"""

import argparse
import asyncio
import json
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import warifu
from warifu.testing import Home, run

AIRCON, ROOM = 0x013001, 0xBB
WARM_UP = 2000  # until caches, pools and windows have their size
ROUNDS = 10


@dataclass(frozen=True)
class Measured:
    """So many reads by name, after the warm-up."""

    count: int
    seconds: float
    resident: list[int]  # bytes: before the first round and after each

    @property
    def growth(self) -> int:
        """Bytes by which the process is larger at the end."""
        return self.resident[-1] - self.resident[0]


def resident() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def rounds(count: int) -> Iterator[int]:
    for number in range(ROUNDS):
        yield count * (number + 1) // ROUNDS - count * number // ROUNDS


async def read(ac: warifu.RemoteObject, count: int) -> None:
    for _ in range(count):
        assert await ac.get("roomTemperature") == 24


async def measure(count: int) -> Measured:
    """Pairs, warms up, and reads `count` times."""
    device = warifu.Object(AIRCON, [warifu.Property(ROOM, b"\x18")])
    async with Home(seed=1) as home, home.device([device]) as other, home.controller() as controller:
        other.open_window()
        peer = await controller.pair(other.addresses[0], number=other.number)
        ac = peer.object("homeAirConditioner")
        await read(ac, WARM_UP)
        sizes, start = [resident()], time.perf_counter()
        for each in rounds(count):
            await read(ac, each)
            await asyncio.sleep(0.001)
            sizes.append(resident())
        return Measured(count, time.perf_counter() - start, sizes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=20_000, metavar="COUNT")
    parser.add_argument("--short", action="store_true", help="200 of them: enough to see that it runs")
    asked = parser.parse_args()
    found = run(measure(200 if asked.short else asked.count))
    print(f"resident memory: {' '.join(f'{size >> 10}K' for size in found.resident)}", file=sys.stderr)
    nothing_beside = {"theirs": None, "ratio": None, "against": None, "reach": None}
    each = found.seconds / found.count * 1e6
    for figure, ours, unit in (("virtual", each, "us"), ("virtual.growth", found.growth, "B")):
        print(json.dumps({"figure": f"python.get.{figure}", "ours": ours, "unit": unit, **nothing_beside}))


if __name__ == "__main__":
    main()

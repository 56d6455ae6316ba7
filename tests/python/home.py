"""A small home on the loopback interface: what the tests of the Python package share."""

import asyncio
import functools
import gc
import os
import random
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import warifu

AIRCON = 0x013001
POWER, TARGET, ROOM, NAME = 0x80, 0xB3, 0xBB, 0xF0
SECONDS = 60

_authority = functools.cache(warifu.Authority.create)


def authority(name: str = "home") -> warifu.Authority:
    """One root a name, for all tests."""
    return _authority(name)


def somewhere() -> str:
    """An address of this host that nobody else uses just now."""
    return f"127.{random.randint(1, 254)}.{random.randint(0, 254)}.{random.randint(1, 254)}"


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])


class Home:
    """Devices and controllers that share a port, and so hear each other."""

    def __init__(self) -> None:
        self.port = free_port()

    def device(self, *, issuer: str = "home", trusted: bool = True, **options: Any) -> warifu.Device:
        properties = [
            warifu.Property(POWER, b"\x30", "get set inf"),
            warifu.Property(TARGET, b"\x18", "get set inf"),
            warifu.Property(ROOM, b"\x15", "get inf"),
            warifu.Property(NAME, b"-", "get set", size=(1, 40)),
        ]
        if trusted and "identity" not in options:
            options["identity"] = authority(issuer).issue("device")
        options.setdefault("address", somewhere())
        options.setdefault("answer_delay", 0)  # there are no crowds in a test
        return warifu.Device([warifu.Object(AIRCON, properties)], port=self.port, **options)

    def controller(self, *, issuer: str = "home", trusted: bool = True, **options: Any) -> warifu.Controller:
        if trusted and "identity" not in options:
            options["identity"] = authority(issuer).issue("controller")
        options.setdefault("address", somewhere())
        return warifu.Controller(port=self.port, **options)


async def paired(controller: warifu.Controller, device: warifu.Device) -> warifu.Peer:
    device.open_window()
    return await controller.pair(device.addresses[0], number=device.number)


async def found(controller: warifu.Controller, *, da: int = 1, plain: int = 0) -> list[warifu.Node]:
    """Looks around until all answers of so many nodes are there: a busy machine may let the first look miss some."""
    nodes: list[warifu.Node] = []
    for _ in range(10):
        nodes = await controller.discover(0.3)
        numbered = [node for node in nodes if node.number is not None]
        if len(numbered) == da + plain and sum(node.da is not None for node in numbered) == da:
            return nodes
    raise AssertionError(f"not {da} nodes with DA and {plain} without: {nodes}")


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def in_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Runs a coroutine as a test. Afterwards no task, timer or descriptor is left, and the loop never complained."""

    async def guarded(*args: Any, **named: Any) -> None:
        loop = asyncio.get_running_loop()
        complaints: list[dict[str, Any]] = []
        loop.set_exception_handler(lambda _, context: complaints.append(context))
        gc.collect()  # what others left behind
        files = open_files()
        async with asyncio.timeout(SECONDS):
            await test(*args, **named)
        await asyncio.sleep(0)
        gc.collect()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert [timer for timer in loop._scheduled if not timer.cancelled()] == []  # type: ignore[attr-defined]
        assert open_files() == files
        assert complaints == []

    @functools.wraps(test)
    def run(*args: Any, **named: Any) -> None:
        asyncio.run(guarded(*args, **named))

    return run

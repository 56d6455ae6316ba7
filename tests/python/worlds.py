"""The same test in two worlds: the virtual home of `warifu.testing`, and real UDP on the loopback interface."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import home
import pytest
import warifu
from home import AIRCON, POWER, TARGET, authority, in_loop
from warifu import testing


class World:
    """Devices (an air conditioner each) and controllers; identities come from authorities by name."""

    def __init__(self, virtual: testing.Home | None, folder: Path) -> None:
        self.virtual = virtual
        self.folder = folder
        self._real = home.Home()

    def issue(self, role: str, *, issuer: str = "home", **options: Any) -> warifu.Identity:
        return authority(issuer).issue(role, **options)

    def keeping(self, name: str) -> dict[str, Any]:
        """Options of an endpoint that outlives its restarts; a virtual one always does."""
        return {"state": self.folder / name, "address": home.somewhere()} if self.virtual is None else {}

    def device(self, **options: Any) -> warifu.Device:
        options.setdefault("identity", self.issue("device"))
        if self.virtual is None:
            return self._real.device(**options)
        properties = [warifu.Property(POWER, b"\x30", "get set inf"), warifu.Property(TARGET, b"\x18", "get set inf")]
        return self.virtual.device([warifu.Object(AIRCON, properties)], **options)

    def controller(self, **options: Any) -> warifu.Controller:
        options.setdefault("identity", self.issue("controller"))
        return self._real.controller(**options) if self.virtual is None else self.virtual.controller(**options)


Test = Callable[[World], Awaitable[None]]


def _run_virtually(test: Test, folder: Path) -> None:
    """The virtual home is an hour ahead: what is made while a test runs is of the past there."""

    async def main() -> None:
        async with testing.Home(date=time.time() + 3600) as virtual:
            await test(World(virtual, folder))

    testing.run(main())


def _run_really(test: Test, folder: Path) -> None:
    async def main() -> None:
        await test(World(None, folder))

    in_loop(main)()


WORLDS = {"virtual": _run_virtually, "udp": _run_really}


def _in(test: Test, *worlds: str) -> Callable[..., None]:
    def run(world: str, tmp_path: Path) -> None:
        WORLDS[world](test, tmp_path)

    run.__name__, run.__module__ = test.__name__, test.__module__
    return pytest.mark.parametrize("world", worlds)(run)


def in_both_worlds(test: Test) -> Callable[..., None]:
    """Runs a coroutine that takes a World in each of them."""
    return _in(test, "virtual", "udp")


def in_the_virtual_world(test: Test) -> Callable[..., None]:
    """For what would take long in real time: a refusal is believed after 30 s."""
    return _in(test, "virtual")

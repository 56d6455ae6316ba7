"""The machine beneath an endpoint: its clocks, network and disk. `SYSTEM` is this one; `warifu.testing` has others."""

import asyncio
import logging
import os
import time
from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from . import _warifu
from ._warifu import FileStore, SimHost, SimStore, Udp
from .authority import random_number

Store = FileStore | SimStore
Received = tuple[str | None, bytes, bool, bool]  # address, datagram, multicast, own


class Transport(Protocol):
    """What carries an endpoint's datagrams. Its calls raise Error."""

    @property
    def port(self) -> int: ...
    @property
    def addresses(self) -> list[str]: ...
    @property
    def interfaces(self) -> list[str]: ...
    @property
    def by_address(self) -> bool: ...
    def receive(self) -> Received | None: ...
    def send(self, address: str | None, data: bytes, /) -> None: ...
    def rescan(self) -> bool: ...
    def close(self) -> None: ...


class Platform(Protocol):
    """A machine. Milliseconds are monotonic, the date is in seconds since 1970."""

    @property
    def has_power(self) -> bool:
        """Once it is false nothing is sent or told any more, and the endpoint closes."""
        ...

    @property
    def entropy(self) -> SimHost | None:
        """Where engines take their randomness from; None: from the system."""
        ...

    def monotonic(self) -> int: ...
    def date(self) -> float: ...
    def random_number(self) -> bytes: ...
    def open_transport(self, port: int, places: Sequence[str] | None, off: Collection[str]) -> Transport: ...
    def open_store(self, state: str | os.PathLike[str] | None) -> Store | None: ...
    def listen(
        self, loop: asyncio.AbstractEventLoop, transport: Transport, on_readable: Callable[[], None]
    ) -> None: ...
    def unlisten(self, loop: asyncio.AbstractEventLoop, transport: Transport) -> None: ...


class System:
    """The host's sockets, clocks and files, watched by the running event loop."""

    has_power = True
    entropy = None

    def monotonic(self) -> int:
        return _warifu.monotonic()

    def date(self) -> float:
        return time.time()

    def random_number(self) -> bytes:
        return random_number()

    def open_transport(self, port: int, places: Sequence[str] | None, off: Collection[str]) -> Udp:
        return Udp(port, interfaces=places, ipv6="ipv6" not in off, groups="group" not in off)

    def open_store(self, state: str | os.PathLike[str] | None) -> FileStore | None:
        if state is None:
            return None
        store = FileStore(state)
        if store.damaged:
            logging.getLogger("warifu").warning(
                "%s: damaged copies of entries: %d, healed from their other copy: %d; look after the disk",
                store.path,
                store.damaged,
                store.healed,
            )
        return store

    def listen(self, loop: asyncio.AbstractEventLoop, transport: Transport, on_readable: Callable[[], None]) -> None:
        assert isinstance(transport, Udp)
        for fileno in transport.filenos():
            loop.add_reader(fileno, on_readable)

    def unlisten(self, loop: asyncio.AbstractEventLoop, transport: Transport) -> None:
        assert isinstance(transport, Udp)
        for fileno in transport.filenos():
            loop.remove_reader(fileno)


SYSTEM = System()

"""A simulated machine: the platform beneath one endpoint."""

import asyncio
import os
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from .._platform import Received, Transport
from .._warifu import Argument, Closed, SimHost, SimStore, make_error

if TYPE_CHECKING:
    from .home import Home


class SimTransport:
    """Stands where sockets would."""

    by_address = True

    def __init__(self, machine: "Machine", port: int) -> None:
        self.port = port
        self.is_drained = True  # nothing waits in the inbox
        self._machine = machine
        self._is_open = True

    @property
    def addresses(self) -> list[str]:
        return self._machine.host.addresses

    @property
    def interfaces(self) -> list[str]:
        return [f"network{self._machine.network}"]

    def receive(self) -> Received | None:
        got = self._machine.host.receive()
        self.is_drained = got is None
        return got

    def send(self, address: str | None, data: bytes, /) -> None:
        if not self._is_open:
            raise make_error(Closed.code)
        if address is not None and ":" not in address:
            address = f"{address}:{self.port}"
        self._machine.home._send(self._machine.host, address, data)

    def rescan(self) -> bool:
        return False

    def close(self) -> None:
        self._is_open = False


class Machine:
    """One host of a home, with a disk and a power supply. Implements warifu._platform.Platform."""

    def __init__(self, home: "Home", host: SimHost, store: SimStore, network: int) -> None:
        self.home = home
        self.host = host
        self.store = store
        self.network = network
        self._transport: SimTransport | None = None
        self._on_readable: Callable[[], None] | None = None

    @property
    def has_power(self) -> bool:
        return self.store.has_power

    @property
    def entropy(self) -> SimHost:
        return self.host

    def monotonic(self) -> int:
        return self.home._now()

    def date(self) -> float:
        return self.home.date

    def random_number(self) -> bytes:
        return b"\xfe\xff\xff\xff" + self.host.random_bytes(13)

    def open_transport(self, port: int, places: Sequence[str] | None, off: Collection[str]) -> SimTransport:
        """Takes the addresses that the endpoint was given, or the next free one of the home."""
        self.store.power_on()
        if not self.host.addresses:
            for place in places or [self.home._next_address()]:
                self.move_in(place, port)
        self._transport = SimTransport(self, port)
        return self._transport

    def open_store(self, state: str | os.PathLike[str] | None) -> SimStore:
        if state is not None:
            raise make_error(Argument.code, "a simulated endpoint keeps its state in the home: leave `state` out")
        return self.store

    def listen(self, loop: asyncio.AbstractEventLoop, transport: Transport, on_readable: Callable[[], None]) -> None:
        self._on_readable = on_readable

    def unlisten(self, loop: asyncio.AbstractEventLoop, transport: Transport) -> None:
        self._on_readable = None

    # ---- what the home does with it ----

    def move_in(self, address: str, port: int) -> None:
        text = f"[{address}]:{port}" if address.count(":") > 1 else f"{address}:{port}"
        self.host.add_address(self.network, text)

    def move(self, addresses: Sequence[str], port: int) -> None:
        for old in self.host.addresses:
            self.host.remove_address(self.network, old)
        for new in addresses:
            self.move_in(new, port)

    def take_inbox(self) -> None:
        """Lets the endpoint read all that has come; who isn't listening misses it."""
        while self._on_readable is not None and self._transport is not None:
            self._transport.is_drained = True
            self._on_readable()
            if self._transport.is_drained:
                return
        while self.host.receive() is not None:
            pass

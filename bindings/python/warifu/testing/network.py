"""The network of a virtual home: its clock, its faults, and who listens in."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .._endpoint import Endpoint
from .._warifu import Sim, SimHost, SimStore

if TYPE_CHECKING:
    from .machine import Machine

NETWORK = 1

Tamper = Callable[[str | None, str | None, bytes], bytes | None]
"""hook(sender, receiver, data) gives what passes: `data`, other bytes, or None to drop it."""


@dataclass(frozen=True, slots=True)
class Record:
    """One turn in the fate of a datagram: sent, injected, delivered, duplicated, lost, changed, dropped."""

    seconds: float  # since the home began
    fate: str
    sender: str | None  # addresses, as "10.0.0.1:3610"
    receiver: str | None
    multicast: bool
    data: bytes


class Network:
    """What a home has of a network, and the clock of both."""

    def __init__(self, seed: int, date: float) -> None:
        self.sim = Sim(seed)
        self._date = date
        self._loop: asyncio.AbstractEventLoop | None = None
        self._start = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._machines: dict[int, Machine] = {}

    @property
    def date(self) -> float:
        """The date now, in seconds since 1970."""
        return self._date + self._now() / 1000

    @property
    def seconds(self) -> float:
        """How long the home has been there."""
        return self._now() / 1000

    async def sleep(self, seconds: float) -> None:
        """Lets so much time pass in the home."""
        await asyncio.sleep(seconds)

    def machine(self, endpoint: Endpoint) -> "Machine":
        """The simulated machine of an endpoint. Raises KeyError for one that isn't of this home."""
        for machine in self._machines.values():
            if endpoint._platform is machine:
                return machine
        raise KeyError(endpoint)

    def store(self, endpoint: Endpoint) -> SimStore:
        """Its disk: fail_at(k), cut_at(k), set_faults(...), clone(), restore(backup), entries()."""
        return self.machine(endpoint).store

    def set_faults(
        self,
        *,
        loss: float = 0,
        duplication: float = 0,
        reordering: float = 0,
        held_back: float = 0.02,
        delay: float | tuple[float, float] = 0,
        sender: Endpoint | None = None,
        receiver: Endpoint | None = None,
    ) -> None:
        """From now on: of every link, or of the one from `sender` to `receiver`, in that direction."""
        if (sender is None) != (receiver is None):
            raise ValueError("a link has a sender and a receiver")
        least, most = delay if isinstance(delay, tuple) else (delay, delay)
        self.sim.set_faults(
            loss=loss,
            duplication=duplication,
            reordering=reordering,
            held_back=round(held_back * 1000),
            least_delay=round(least * 1000),
            delay=round(most * 1000),
            sender=self.machine(sender).host.id if sender else 0,
            receiver=self.machine(receiver).host.id if receiver else 0,
        )

    def tamper(self, hook: Tamper | None) -> None:
        """hook(sender, receiver, data) sees each datagram on its way, by address, and gives what passes: `data`, other
        bytes, or None to drop it. None instead of a hook ends that."""
        if hook is None:
            self.sim.set_tamper(None)
        else:
            self.sim.set_tamper(lambda _sender, _receiver, come, go, data: hook(come, go, data))

    def inject(self, sender: str, receiver: str, data: bytes, *, delay: float = 0, network: int = NETWORK) -> None:
        """Puts a datagram on the network as if it came from `sender`; a receiver may be a group."""
        self.sim.run_until(self._now())
        self.sim.inject(network, sender, receiver, data, round(delay * 1000))
        self._arm()

    @contextlib.contextmanager
    def record(self) -> Iterator[list[Record]]:
        """Everything that happens to datagrams while the block lasts, in a list that grows."""
        records: list[Record] = []
        self.watch(records.append)
        try:
            yield records
        finally:
            self.watch(None)

    def watch(self, monitor: Callable[[Record], object] | None) -> None:
        """monitor(record) hears of every turn in the fate of every datagram; it must not send. None ends that."""

        def tell(
            now: int, fate: str, _s: int, _r: int, sender: str | None, receiver: str | None, group: bool, data: bytes
        ) -> None:
            if monitor is not None:
                monitor(Record(now / 1000, fate, sender, receiver, group, data))

        self.sim.set_monitor(None if monitor is None else tell)

    @property
    def counts(self) -> dict[str, int]:
        """How often each fate was met."""
        return self.sim.counts()

    # ---- the clock ----

    def _now(self) -> int:
        """Milliseconds of the loop's clock since the home was first used on it."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._start = self._loop.time()
        return round((self._loop.time() - self._start) * 1e6) // 1000

    def _send(self, host: SimHost, address: str | None, data: bytes) -> None:
        self.sim.run_until(self._now())
        try:
            host.send(address, data)
        finally:
            self._arm()

    def _arm(self) -> None:
        """Sets the timer to the next arrival; one that is early enough stays."""
        at = self.sim.next()
        if at is None or self._loop is None:
            return
        when = self._start + at / 1000
        if self._timer is not None:
            if self._timer.when() <= when:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(when, self._arrive)

    def _arrive(self) -> None:
        self._timer = None
        self.sim.run_until(self._now())
        while (host := self.sim.next_inbox()) != 0:
            machine = self._machines.get(host)
            if machine is not None:
                machine.take_inbox()
        self._arm()

"""The virtual home: hosts, their network, its faults."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import Any, Literal, Self

from .. import _warifu
from .._endpoint import Endpoint
from .._numbers import Number, as_number
from .._warifu import Identity, SetupCode, Sim, SimHost, SimStore
from ..authority import DAY_S, Authority
from ..controller import Controller
from ..device import Device
from ..objects import Object
from .machine import Machine

DATE = 1_790_000_000  # 2026-09-21, when the clock of a home begins
YEARS = 10 * 365 * DAY_S
NETWORK = 1
PROFILE, INF = 0x0EF001, 0x73

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


class Home:
    """Devices and controllers that share a simulated network and a clock. Use it in `async with`, on a VirtualLoop
    (`warifu.testing.run`, or the pytest fixture); on any other loop it works in real time.

    seed          what everything random comes from: keys, losses, delays; the same seed gives the same bytes
    loss          how often a datagram gets lost on its way to a receiver, from 0 to 1
    duplication   how often it arrives twice
    reordering    how often it is held back, for `held_back` seconds
    delay         seconds that each copy takes: one number, or (least, most)
    date          seconds since 1970 at the beginning
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        loss: float = 0,
        duplication: float = 0,
        reordering: float = 0,
        held_back: float = 0.02,
        delay: float | tuple[float, float] = 0,
        date: float = DATE,
    ) -> None:
        self.seed = seed
        self.sim = Sim(seed)
        self._date = date
        self._loop: asyncio.AbstractEventLoop | None = None
        self._start = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._machines: dict[int, Machine] = {}
        self._endpoints: list[Endpoint] = []
        self._addresses = 0
        self._authority_host = self.sim.add_host()
        self.set_faults(loss=loss, duplication=duplication, reordering=reordering, held_back=held_back, delay=delay)

    # ---- life ----

    async def __aenter__(self) -> Self:
        self._now()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the endpoints that are open still."""
        for endpoint in self._endpoints:
            endpoint.close()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

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

    # ---- who lives there ----

    @cached_property
    def authority(self) -> Authority:
        """The root that all of the home trust."""
        date = int(self._date)
        return Authority(_warifu.Ca.create(None, "home", date - YEARS, date + YEARS, entropy=self._authority_host))

    def issue(self, role: Literal["device", "controller"], *, number: Number | None = None) -> Identity:
        """An identity under the home's root, with a key that follows from the seed."""
        chosen = b"\xfe\xff\xff\xff" + self._authority_host.random_bytes(13) if number is None else as_number(number)
        start = int(self._date) - DAY_S
        return self.authority._ca.issue(role, chosen, role, start, start + YEARS)

    def setup_code(self, identity: Identity) -> SetupCode:
        """A set-up code for the device with this identity: the same for a seed."""
        return SetupCode.make(identity, entropy=self._authority_host)

    def device(
        self,
        objects: Iterable[Object],
        *,
        trusted: bool = True,
        network: int = NETWORK,
        in_place_of: Endpoint | None = None,
        **options: Any,
    ) -> Device:
        """A Device on a machine of its own, to be opened by `async with`; `options` are those of Device.

        It has an identity of this home unless it is not `trusted` (plain ECHONET Lite) or is given another one. Its
        address is the next free one (10.0.0.1, 10.0.0.2, ...) unless `address` names others, IPv6 included. It keeps
        its pairings in `store(device)`, from one opening to the next. With `in_place_of` it gets the machine, the disk
        and the addresses of an endpoint that is closed: another program, or one with a renewed identity.
        """
        if trusted and "identity" not in options:
            options["identity"] = self.issue("device")
        device = Device(objects, platform=self._machine_for(in_place_of, network), **options)
        self._endpoints.append(device)
        return device

    def controller(
        self, *, trusted: bool = True, network: int = NETWORK, in_place_of: Endpoint | None = None, **options: Any
    ) -> Controller:
        """The same for a Controller."""
        if trusted and "identity" not in options:
            options["identity"] = self.issue("controller")
        controller = Controller(platform=self._machine_for(in_place_of, network), **options)
        self._endpoints.append(controller)
        return controller

    def _machine_for(self, predecessor: Endpoint | None, network: int) -> Machine:
        if predecessor is not None:
            if predecessor._is_open:
                raise ValueError("close the endpoint before another one takes its place")
            return self.machine(predecessor)
        host = self.sim.add_host()
        store_seed = int.from_bytes(host.random_bytes(8))
        machine = self._machines[host.id] = Machine(self, host, SimStore(store_seed), network)
        return machine

    def _next_address(self) -> str:
        self._addresses += 1
        return f"10.0.{self._addresses >> 8}.{self._addresses & 255}"

    def machine(self, endpoint: Endpoint) -> Machine:
        """The simulated machine of an endpoint. Raises KeyError for one that isn't of this home."""
        for machine in self._machines.values():
            if endpoint._platform is machine:
                return machine
        raise KeyError(endpoint)

    def store(self, endpoint: Endpoint) -> SimStore:
        """Its disk: fail_at(k), cut_at(k), set_faults(...), clone(), restore(backup), entries()."""
        return self.machine(endpoint).store

    # ---- power and place ----

    def cut_power(self, endpoint: Endpoint) -> None:
        """Ends it without a word: memory gone, of its store what a power cut takes. Its requests raise Closed."""
        self.store(endpoint).cut_power()
        endpoint.close()

    async def power_on(self, endpoint: Endpoint) -> None:
        """Starts it again from its store. Leaving its `async with` ends it as ever."""
        await endpoint.__aenter__()

    def disconnect(self, endpoint: Endpoint) -> None:
        """Pulls its network cable."""
        self.machine(endpoint).host.set_connected(False)

    def connect(self, endpoint: Endpoint) -> None:
        """Puts it back."""
        self.machine(endpoint).host.set_connected(True)

    def split(self, *groups: Iterable[Endpoint]) -> None:
        """Parts the network: members of a group hear each other only, the rest hear the rest. No group: it is whole."""
        for machine in self._machines.values():
            machine.host.set_part(0)
        for part, group in enumerate(groups, 1):
            for endpoint in group:
                self.machine(endpoint).host.set_part(part)

    def move(self, endpoint: Endpoint, *addresses: str) -> None:
        """Gives it other addresses; without any: the next free one."""
        self.machine(endpoint).move(addresses or [self._next_address()], endpoint._port)

    # ---- faults of the network ----

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

    def forge(self, forger: Device, victim: Device, eoj: int, properties: Mapping[int, bytes]) -> None:
        """A device that has gone bad announces `properties` of `eoj` in the name of another member of its group.

        It knows all keys of the group: the record is right in each byte but the signature, which is by its own key.
        Raises State (they are in no group together).
        """
        runtime = forger._open
        edata = _warifu.edata_compose(eoj, PROFILE, INF, list(properties.items()), None)
        runtime.engine.forge(victim._open.engine, edata)
        runtime.pump()

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

"""The virtual home: who lives there, their power and their place."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from types import TracebackType
from typing import Any, Literal, Self

from .. import _warifu
from .._endpoint import Endpoint
from .._numbers import Number, as_number
from .._warifu import Identity, SetupCode, SimStore
from ..authority import DAY_S, Authority
from ..controller import Controller
from ..device import Device
from ..objects import Object
from .machine import Machine
from .network import NETWORK, Network

DATE = 1_790_000_000  # 2026-09-21, when the clock of a home begins
YEARS = 10 * 365 * DAY_S
PROFILE, INF = 0x0EF001, 0x73


class Home(Network):
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
        super().__init__(seed, date)
        self.seed = seed
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

    def forge(self, forger: Device, victim: Device, eoj: int, properties: Mapping[int, bytes]) -> None:
        """A device that has gone bad announces `properties` of `eoj` in the name of another member of its group.

        It knows all keys of the group: the record is right in each byte but the signature, which is by its own key.
        Raises State (they are in no group together).
        """
        runtime = forger._open
        edata = _warifu.edata_compose(eoj, PROFILE, INF, list(properties.items()), None)
        runtime.engine.forge(victim._open.engine, edata)
        runtime.pump()

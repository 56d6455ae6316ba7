"""Made by tools/sync.py from warifu/testing/home.py: the same, waiting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from .._numbers import Number
from .._warifu import Identity, SetupCode
from ..authority import Authority
from ..objects import Object
from ..testing import home
from ..testing.home import DATE
from ..testing.network import NETWORK
from ._network import Network
from ._own_loop import OwnLoop

if TYPE_CHECKING:
    from ._endpoint import Endpoint
    from .controller import Controller
    from .device import Device


class Home(Network, of=home.Home):
    """Devices and controllers that share a simulated network and a clock. Use it in `with`.
    Its clock goes on during calls only, and only the thread that made it may call.

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
        self._it = home.Home(
            seed=seed,
            loss=loss,
            duplication=duplication,
            reordering=reordering,
            held_back=held_back,
            delay=delay,
            date=date,
        )
        self._portal = OwnLoop()

    @property
    def authority(self) -> Authority:
        """The root that all of the home trust."""
        value: Authority = self._get("authority")
        return value

    def issue(self, role: Literal["device", "controller"], *, number: Number | None = None) -> Identity:
        """An identity under the home's root, with a key that follows from the seed."""
        result: Identity = self._call("issue", role, number=number)
        return result

    def setup_code(self, identity: Identity) -> SetupCode:
        """A set-up code for the device with this identity: the same for a seed."""
        result: SetupCode = self._call("setup_code", identity)
        return result

    def device(
        self,
        objects: Iterable[Object],
        *,
        trusted: bool = True,
        network: int = NETWORK,
        in_place_of: Endpoint | None = None,
        **options: Any,
    ) -> Device:
        """A Device on a machine of its own, to be opened by `with`; `options` are those of Device.

        It has an identity of this home unless it is not `trusted` (plain ECHONET Lite) or is given another one. Its
        address is the next free one (10.0.0.1, 10.0.0.2, ...) unless `address` names others, IPv6 included. It keeps
        its pairings in `store(device)`, from one opening to the next. With `in_place_of` it gets the machine, the disk
        and the addresses of an endpoint that is closed: another program, or one with a renewed identity.
        """
        result: Device = self._call(
            "device", objects, trusted=trusted, network=network, in_place_of=in_place_of, **options
        )
        return result

    def controller(
        self, *, trusted: bool = True, network: int = NETWORK, in_place_of: Endpoint | None = None, **options: Any
    ) -> Controller:
        """The same for a Controller."""
        result: Controller = self._call(
            "controller", trusted=trusted, network=network, in_place_of=in_place_of, **options
        )
        return result

    def cut_power(self, endpoint: Endpoint) -> None:
        """Ends it without a word: memory gone, of its store what a power cut takes. Its requests raise Closed."""
        self._call("cut_power", endpoint)

    def power_on(self, endpoint: Endpoint, *, timeout: float | None = None) -> None:
        """Starts it again from its store. Leaving its `with` ends it as ever.

        After `timeout` seconds it is given up: TimeoutError.
        """
        self._wait("power_on", endpoint, within=timeout)

    def disconnect(self, endpoint: Endpoint) -> None:
        """Pulls its network cable."""
        self._call("disconnect", endpoint)

    def connect(self, endpoint: Endpoint) -> None:
        """Puts it back."""
        self._call("connect", endpoint)

    def split(self, *groups: Iterable[Endpoint]) -> None:
        """Parts the network: members of a group hear each other only, the rest hear the rest. No group: it is whole."""
        self._call("split", *groups)

    def move(self, endpoint: Endpoint, *addresses: str) -> None:
        """Gives it other addresses; without any: the next free one."""
        self._call("move", endpoint, *addresses)

    def forge(self, forger: Device, victim: Device, eoj: int, properties: Mapping[int, bytes]) -> None:
        """A device that has gone bad announces `properties` of `eoj` in the name of another member of its group.

        It knows all keys of the group: the record is right in each byte but the signature, which is by its own key.
        Raises State (they are in no group together).
        """
        self._call("forge", forger, victim, eoj, properties)

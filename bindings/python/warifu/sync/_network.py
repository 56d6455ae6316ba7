"""Made by tools/sync.py from warifu/testing/network.py: the same, waiting."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from .._warifu import SimStore
from ..testing import network
from ..testing.machine import Machine
from ..testing.network import NETWORK, Record, Tamper
from ._own_loop import Owner

if TYPE_CHECKING:
    from ._endpoint import Endpoint


class Network(Owner, of=network.Network):
    """What a home has of a network, and the clock of both."""

    @property
    def date(self) -> float:
        """The date now, in seconds since 1970."""
        value: float = self._get("date")
        return value

    @property
    def seconds(self) -> float:
        """How long the home has been there."""
        value: float = self._get("seconds")
        return value

    def sleep(self, seconds: float, *, timeout: float | None = None) -> None:
        """Lets so much time pass in the home.

        After `timeout` seconds it is given up: TimeoutError.
        """
        self._wait("sleep", seconds, within=timeout)

    def machine(self, endpoint: Endpoint) -> Machine:
        """The simulated machine of an endpoint. Raises KeyError for one that isn't of this home."""
        result: Machine = self._call("machine", endpoint)
        return result

    def store(self, endpoint: Endpoint) -> SimStore:
        """Its disk: fail_at(k), cut_at(k), set_faults(...), clone(), restore(backup), entries()."""
        result: SimStore = self._call("store", endpoint)
        return result

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
        self._call(
            "set_faults",
            loss=loss,
            duplication=duplication,
            reordering=reordering,
            held_back=held_back,
            delay=delay,
            sender=sender,
            receiver=receiver,
        )

    def tamper(self, hook: Tamper | None) -> None:
        """hook(sender, receiver, data) sees each datagram on its way, by address, and gives what passes: `data`, other
        bytes, or None to drop it. None instead of a hook ends that.
        """
        self._call("tamper", hook)

    def inject(self, sender: str, receiver: str, data: bytes, *, delay: float = 0, network: int = NETWORK) -> None:
        """Puts a datagram on the network as if it came from `sender`; a receiver may be a group."""
        self._call("inject", sender, receiver, data, delay=delay, network=network)

    def record(self) -> AbstractContextManager[list[Record]]:
        """Everything that happens to datagrams while the block lasts, in a list that grows."""
        result: AbstractContextManager[list[Record]] = self._call("record")
        return result

    def watch(self, monitor: Callable[[Record], object] | None) -> None:
        """monitor(record) hears of every turn in the fate of every datagram; it must not send. None ends that."""
        self._call("watch", monitor)

    @property
    def counts(self) -> dict[str, int]:
        """How often each fate was met."""
        value: dict[str, int] = self._get("counts")
        return value

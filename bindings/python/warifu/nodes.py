"""Other nodes: found ones (`Node`) and paired ones (`Peer`)."""

from typing import TYPE_CHECKING, Literal

from ._naming import MAPS, RELEASE, listed
from ._remote import NODE_PROFILE, Remote
from ._warifu import Error, Hello, KnownRow, PeerRow, make_error

if TYPE_CHECKING:
    from ._base_endpoint import BaseEndpoint
    from .events import Notification


class Node(Remote):
    """A node that was heard; it is read and set in clear, unless it is paired. Nothing of it is proven.

    It is followed to another address if it has a number. With a number it has two addresses at most, one in IPv4 and
    one in IPv6: it is asked at the former, until it is silent there; but where `discover` was given its address it is
    asked at that one.
    """

    number: bytes | None  # identification number, as it says; None: it has none
    objects: list[int]  # EOJs, without the node profile
    da: Hello | None  # what it says of Device Authentication; None: it doesn't speak it

    def __init__(
        self,
        endpoint: "BaseEndpoint",
        address: str,
        number: bytes | None,
        objects: list[int],
        da: Hello | None,
        known: int = 0,
        other: str | None = None,
        named: bool = False,
    ) -> None:
        super().__init__(endpoint)
        self._address = address
        self._other = other
        self._named = named  # whoever asked chose this address
        self._known = known
        self.number, self.objects, self.da = number, objects, da

    def _row(self) -> KnownRow | None:
        return self._endpoint._open.engine.known_one(self._known) if self._known else None

    @property
    def address(self) -> str:
        """Where it is asked, as "192.0.2.1:3610"."""
        row = self._row()
        if row is None or (self._named and self._address == row.other):
            return self._address
        return row.address

    @property
    def addresses(self) -> list[str]:
        """All its addresses, the one where it is asked first."""
        row = self._row()
        first, both = self.address, (row.address, row.other) if row else (self._address, self._other)
        return [first, *(address for address in both if address is not None and address != first)]

    @property
    def is_online(self) -> bool:
        """Whether it answered when it was last asked."""
        row = self._row()
        return row is not None and row.is_online

    @property
    def reason(self) -> Error | None:
        """Why it is not online; None: it is, or it is no longer known."""
        row = self._row()
        return make_error(row.error, None, row.address) if row and row.error else None

    @property
    def limit(self) -> int | None:
        """Most properties that it takes at once, as learnt; None: no limit was met."""
        row = self._row()
        return row.limit or None if row else None

    async def interview(self, *, timeout: float | None = None) -> dict[int, dict[str, frozenset[int]]]:
        """Asks each object, the node profile first, for its property maps: EOJ -> "inf", "set", "get" -> EPCs.

        It also asks for the release (82) of each, by which `watch` and `notifications` decode from then on.
        A map that does not come is empty. Raises NoAnswer when the node is not there, and the like.
        """
        maps: dict[int, dict[str, frozenset[int]]] = {}
        for eoj in (NODE_PROFILE, *self.objects):
            came = await self.get_many(eoj, (*MAPS.values(), RELEASE), timeout=timeout)
            if came[RELEASE].value:
                self._take_release(eoj, came[RELEASE].value)
            maps[eoj] = {name: listed(came[epc].value) for name, epc in MAPS.items()}
        return maps

    def _is_sender(self, item: "Notification") -> bool:
        """By its address, whatever port it speaks from: that is all there is."""
        return not item.is_protected and _host(item.address) in map(_host, self.addresses)

    def _as_peer(self) -> None:
        return None

    def _target(self) -> tuple[int, str | None]:
        return 0, self.address

    def __repr__(self) -> str:
        objects = " ".join(f"{eoj:06X}" for eoj in self.objects)
        address = self.address if self._endpoint._is_open else self._address
        return f"<warifu.Node {address} {objects}{' DA' if self.da else ''}>"


def _host(place: str) -> str:
    return place.rpartition(":")[0]


class Peer(Remote):
    """A paired node. All that goes to it is encrypted, and it is known by its certificate, wherever it is."""

    id: int  # valid until the endpoint closes
    number: bytes  # identification number, proven
    fingerprint: bytes  # SHA-256 of its certificate
    role: Literal["device", "controller"] | None  # as its certificate says

    def __init__(self, endpoint: "BaseEndpoint", row: PeerRow) -> None:
        super().__init__(endpoint)
        self.id, self.number, self.fingerprint, self.role = row.id, row.number, row.fingerprint, row.role

    def _row(self) -> PeerRow | None:
        return next((row for row in self._endpoint._open.engine.peers() if row.id == self.id), None)

    @property
    def address(self) -> str | None:
        """Where it was last proven to be; None: unknown, or no longer paired."""
        row = self._row()
        return row.address if row else None

    @property
    def is_connected(self) -> bool:
        """Whether there is a session; without one the next request makes one."""
        row = self._row()
        return row is not None and row.has_session

    def _is_sender(self, item: "Notification") -> bool:
        return item.is_protected and item.peer is self

    def _as_peer(self) -> "Peer":
        return self

    def _target(self) -> tuple[int, str | None]:
        return self.id, None

    def __repr__(self) -> str:
        return f"<warifu.Peer {self.role} {self.number.hex().upper()}>"

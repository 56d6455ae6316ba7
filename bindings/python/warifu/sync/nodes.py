"""Made by tools/sync.py from warifu/nodes.py: the same, waiting."""

from __future__ import annotations

from typing import Literal

from .. import nodes
from .._warifu import Error, Hello
from ._remote import Remote


class Node(Remote, of=nodes.Node):
    """A node that was heard; it is read and set in clear, unless it is paired. Nothing of it is proven.

    It is followed to another address if it has a number. With a number it has two addresses at most, one in IPv4 and
    one in IPv6: it is asked at the former, until it is silent there; but where `discover` was given its address it is
    asked at that one.
    """

    @property
    def number(self) -> bytes | None:
        """Identification number, as it says; None: it has none."""
        value: bytes | None = self._get("number")
        return value

    @property
    def objects(self) -> list[int]:
        """EOJs, without the node profile."""
        value: list[int] = self._get("objects")
        return value

    @property
    def da(self) -> Hello | None:
        """What it says of Device Authentication; None: it doesn't speak it."""
        value: Hello | None = self._get("da")
        return value

    @property
    def address(self) -> str:
        """Where it is asked, as "192.0.2.1:3610"."""
        value: str = self._get("address")
        return value

    @property
    def addresses(self) -> list[str]:
        """All its addresses, the one where it is asked first."""
        value: list[str] = self._get("addresses")
        return value

    @property
    def is_online(self) -> bool:
        """Whether it answered when it was last asked."""
        value: bool = self._get("is_online")
        return value

    @property
    def reason(self) -> Error | None:
        """Why it is not online; None: it is, or it is no longer known."""
        value: Error | None = self._get("reason")
        return value

    @property
    def limit(self) -> int | None:
        """Most properties that it takes at once, as learnt; None: no limit was met."""
        value: int | None = self._get("limit")
        return value

    def interview(self, *, timeout: float | None = None) -> dict[int, dict[str, frozenset[int]]]:
        """Asks each object, the node profile first, for its property maps: EOJ -> "inf", "set", "get" -> EPCs.

        It also asks for the release (82) of each, by which `watch` and `notifications` decode from then on.
        A map that does not come is empty. Raises NoAnswer when the node is not there, and the like.
        """
        result: dict[int, dict[str, frozenset[int]]] = self._wait("interview", timeout=timeout)
        return result


class Peer(Remote, of=nodes.Peer):
    """A paired node. All that goes to it is encrypted, and it is known by its certificate, wherever it is."""

    @property
    def id(self) -> int:
        """Valid until the endpoint closes."""
        value: int = self._get("id")
        return value

    @property
    def number(self) -> bytes:
        """Identification number, proven."""
        value: bytes = self._get("number")
        return value

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of its certificate."""
        value: bytes = self._get("fingerprint")
        return value

    @property
    def role(self) -> Literal["device", "controller"] | None:
        """As its certificate says."""
        value: Literal["device", "controller"] | None = self._get("role")
        return value

    @property
    def address(self) -> str | None:
        """Where it was last proven to be; None: unknown, or no longer paired."""
        value: str | None = self._get("address")
        return value

    @property
    def is_connected(self) -> bool:
        """Whether there is a session; without one the next request makes one."""
        value: bool = self._get("is_connected")
        return value

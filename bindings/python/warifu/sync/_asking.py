"""Made by tools/sync.py from warifu/_asking.py: the same, waiting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import _asking
from ._facade import Facade


class Asking(Facade, of=_asking.Asking):
    """Another node, as far as single messages to it go."""

    @property
    def address(self) -> str | None:
        """Where it is, as "192.0.2.1:3610"; None: unknown."""
        value: str | None = self._get("address")
        return value

    def get_each(self, eoj: int, *epcs: int, timeout: float | None = None) -> dict[int, dict[int, bytes]]:
        """Reads properties of all instances of a class by one message (to instance 0): EOJ -> EPC -> EDT.

        Any EOJ of the class will do. The instances that answer within `timeout` seconds (3) are there, each with what
        it gave. Raises NoAnswer when none did, NotPaired, and the like.
        """
        result: dict[int, dict[int, bytes]] = self._wait("get_each", eoj, *epcs, timeout=timeout)
        return result

    def inf_req(self, eoj: int, *epcs: int, timeout: float | None = None) -> dict[int, bytes]:
        """Asks for an announcement (INF_REQ): in clear everybody hears it, of a peer only this node.

        Gives EPC -> EDT. Raises Refused, whose `values` came all the same, NoAnswer (some devices announce with a TID
        of their own: see `watch`), NotPaired, and the like.
        """
        result: dict[int, bytes] = self._wait("inf_req", eoj, *epcs, timeout=timeout)
        return result

    def set_i(
        self,
        eoj: int,
        values: Mapping[int, bytes] | Mapping[str, Any] | Mapping[int | str, Any],
        *,
        timeout: float | None = None,
    ) -> None:
        """Sets properties without asking for an answer (SetI), as `set` takes them.

        A node that refuses says so: then this raises Refused. It waits 2 s (or `timeout`) for that; silence means
        nothing, not even that the node is there.
        """
        self._wait("set_i", eoj, values, timeout=timeout)

    def inf(self, eoj: int, *epcs: int, timeout: float | None = None) -> None:
        """Tells this node alone properties of an object of our own as they are now (INF): done when it is sent.

        Raises NoObject, NoProperty, errors.Policy (in clear only what the policy lets be announced), NotPaired.

        After `timeout` seconds it is given up: TimeoutError.
        """
        self._wait("inf", eoj, *epcs, within=timeout)

    def infc(self, eoj: int, *epcs: int, timeout: float | None = None) -> None:
        """The same, and waits until the node confirms it (INFC), `timeout` seconds (20). Raises NoAnswer, too."""
        self._wait("infc", eoj, *epcs, timeout=timeout)

"""Made by tools/sync.py from warifu/_endpoint.py: the same, waiting."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, overload

from .. import _endpoint
from .._audit import AuditLog
from ..policy import Access, Explanation, PeerKind
from ..trace import Trace
from ._acting import Acting

if TYPE_CHECKING:
    from .nodes import Peer


class Endpoint(Acting, of=_endpoint.Endpoint):
    """One node on the network. `Device` and `Controller` are its two kinds."""

    def set_trace(self, trace: Trace | None) -> None:
        """From here on `trace` gets every datagram; None: nobody does."""
        self._call("set_trace", trace)

    def log_keys(self, path: str | os.PathLike[str] | None) -> None:
        """Writes the keys of all sessions, those there are and each new one, to a file of mode 0600; None ends it.

        Who has them reads and forges all that this node says to its peers, which is logged as a warning each time.
        Raises errors.Store, errors.State (no identity, or this build has no key log).
        """
        self._call("log_keys", path)

    @property
    def number(self) -> bytes:
        """The identification number of this node (17 bytes)."""
        value: bytes = self._get("number")
        return value

    @property
    def port(self) -> int:
        """The UDP port in use."""
        value: int = self._get("port")
        return value

    @property
    def addresses(self) -> list[str]:
        """Where this node listens, as "192.0.2.1:3610"; opened by interface: its addresses, without a port."""
        value: list[str] = self._get("addresses")
        return value

    @property
    def interfaces(self) -> list[str]:
        """Names of the interfaces in use at this moment: they come and go without a restart."""
        value: list[str] = self._get("interfaces")
        return value

    @property
    def counters(self) -> Mapping[str, int]:
        """What was counted since the start: received, sent, malformed, replays_dropped, ... and send_errors."""
        value: Mapping[str, int] = self._get("counters")
        return value

    def audit(self) -> AuditLog:
        """The audit log, oldest entry first: who was paired, what was refused, also before the last restart.

        It is kept in `state`; without one only the newest entries are, until it is closed. `warifu.audit(state)` reads
        it from outside, at any time.
        """
        result: AuditLog = self._call("audit")
        return result

    @overload
    def get_own(self, eoj: int, key: int) -> bytes: ...

    @overload
    def get_own(self, eoj: int, key: str) -> Any: ...

    def get_own(self, eoj: int, key: int | str) -> Any:
        """Reads a property of this node: by EPC its bytes, by name its value. Raises NoObject, NoProperty,
        NotInDictionary, WrongValue.
        """
        result: Any = self._call("get_own", eoj, key)
        return result

    def explain(self, peer: Peer | PeerKind | str, eoj: int, epc: int | str, access: Access) -> Explanation:
        """Which rule of the policy decides whether somebody may read, write, notify or announce a property.

        `peer` is a pairing, an address (who asks from there in clear), or a kind: "unknown", "known", "member",
        "paired". "announce" is told everybody: it asks for "unknown". Raises NotPaired, NotInDictionary, ValueError.
        """
        result: Explanation = self._call("explain", peer, eoj, epc, access)
        return result

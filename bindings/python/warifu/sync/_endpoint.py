"""Made by tools/sync.py from warifu/_endpoint.py: the same, waiting."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, overload

from .. import _endpoint
from .._audit import AuditLog
from .._dictionary import Dictionary
from .._services import Answer, Asked, Service
from ..policy import Access, Explanation, PeerKind, Policy
from ..revocation import RevocationList
from ..trace import Trace
from ._facade import Opened

if TYPE_CHECKING:
    from ._remote import Remote
    from ._stream import Stream
    from .events import Event, Notification
    from .group import GroupState
    from .nodes import Peer


class Endpoint(Opened, of=_endpoint.Endpoint):
    """One node on the network. `Device` and `Controller` are its two kinds."""

    @property
    def dictionary(self) -> Dictionary:
        """What names mean."""
        value: Dictionary = self._get("dictionary")
        return value

    @property
    def policy(self) -> Policy:
        """Who may do what."""
        value: Policy = self._get("policy")
        return value

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

    @property
    def peers(self) -> list[Peer]:
        """All pairings."""
        value: list[Peer] = self._get("peers")
        return value

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

    def events(self, *, limit: int = 256) -> Stream[Event]:
        """What happens to this node from now on: pairings, sessions, sets by others, the window, refusals.

        When more than `limit` wait the oldest is dropped and counted (`dropped`).
        """
        result: Stream[Event] = self._call("events", limit=limit)
        return result

    def watch(self, *, limit: int = 256) -> Stream[Notification]:
        """Notifications (INF and INFC) of other nodes from now on.

        When more than `limit` wait the oldest is dropped and counted (`dropped`), so that the newest values win.
        `is_protected` of a notification says whether its sender is proven; without it anybody may have sent it.
        """
        result: Stream[Notification] = self._call("watch", limit=limit)
        return result

    def inf(self, eoj: int, *epcs: int) -> None:
        """Announces properties of an object of this node as they are now: to peers under their sessions, and to
        everybody in clear those that the policy lets be announced. Changes are announced by themselves.

        Raises NoObject, NoProperty, TooSmall (more than one message holds).
        """
        self._call("inf", eoj, *epcs)

    def request(
        self,
        service: Service,
        eoj: int,
        properties: Asked,
        *,
        gets: Asked = (),
        to: Remote | str | None = None,
        timeout: float | None = None,
        repeatable: bool = False,
    ) -> list[Answer]:
        """Sends one message as it is and gives all answers, refusals among them.

        `service` is "SetI", "SetC", "Get", "INF_REQ", "SetGet", "INF" or "INFC"; `properties` are EPCs, or (EPC, EDT);
        `gets` is the second list of a SetGet. `to` is a node, a peer, an address, or None: everybody, in clear. From
        everybody, and from instance 0 of a class, answers are collected for `timeout` seconds (3); otherwise the first
        one ends it (20). A write is sent once, unless it is `repeatable`.

        Raises NoAnswer (one node, and nothing came), OutcomeUnknown, NotPaired, errors.Frame, TooSmall, and the like.
        """
        result: list[Answer] = self._wait(
            "request", service, eoj, properties, gets=gets, to=to, timeout=timeout, repeatable=repeatable
        )
        return result

    @property
    def groups(self) -> list[GroupState]:
        """The group that a controller manages; those that a device is a member of, two at most."""
        value: list[GroupState] = self._get("groups")
        return value

    def unpair(self, peer: Peer, *, timeout: float | None = None) -> None:
        """Ends a pairing from this side and tells the peer.

        Raises UnpairedHereOnly when the peer could not be told: remove the pairing there too. Raises NotPaired.

        After `timeout` seconds it is given up: TimeoutError.
        """
        self._wait("unpair", peer, within=timeout)

    def forget_peer(self, peer: Peer) -> None:
        """Removes a pairing here, whether its peer is there or not; it isn't told, so remove it there too.

        Raises NotPaired; errors.Store: it is gone, but would be back after a restart, so call again.
        """
        self._call("forget_peer", peer)

    def factory_reset(self) -> None:
        """Erases all pairings and their keys and ends what is under way with peers, who are not told.

        Identity, set-up code, counts of failures and the audit log stay. Raises State (no identity); errors.Store and
        Entropy: call again.
        """
        self._call("factory_reset")

    def take_revocation_list(self, issuer: str | bytes, crl: str | bytes) -> None:
        """Takes a revocation list; `issuer` is the certificate of the CA that signed it, a root's own included.

        At once no certificate on it counts: a paired peer that is on it is unpaired (event "unpaired", with the error
        Revoked), and nobody on it pairs again. The list is kept in `state`. Both are PEM text or DER.

        Raises Untrusted (not under the roots of this node), Signature, Chain (of another issuer), Crl, CrlOld (a newer
        one is held), CrlExpired, NotYetValid, Capacity (lists of 8 issuers), State (no identity, or no `state`), Pem,
        Der, errors.Store.
        """
        self._call("take_revocation_list", issuer, crl)

    def send_revocation_list(
        self, peer: Peer, issuer: str | bytes, crl: str | bytes, *, timeout: float | None = None
    ) -> None:
        """Gives a revocation list to a peer, which judges it as `take_revocation_list` does.

        Raises what kept the peer from taking it: CrlOld, CrlExpired, Untrusted, ...; NoAnswer, NotPaired.

        After `timeout` seconds it is given up: TimeoutError.
        """
        self._wait("send_revocation_list", peer, issuer, crl, within=timeout)

    def revocation_lists(self) -> list[RevocationList]:
        """The lists that this node holds, one of each issuer."""
        result: list[RevocationList] = self._call("revocation_lists")
        return result

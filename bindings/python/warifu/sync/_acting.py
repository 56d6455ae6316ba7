"""Made by tools/sync.py from warifu/_acting.py: the same, waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import _acting
from .._services import Answer, Asked, Service
from ..revocation import RevocationList
from ._base_endpoint import BaseEndpoint

if TYPE_CHECKING:
    from ._remote import Remote
    from .group import GroupState
    from .nodes import Peer


class Acting(BaseEndpoint, of=_acting.Acting):
    """An endpoint, as far as it acts."""

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

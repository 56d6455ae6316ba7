"""What an endpoint does to others and to its pairings."""

from ._base_endpoint import BaseEndpoint
from ._pem import certificate_from, list_from
from ._remote import Remote
from ._services import Answer, Asked, Service, request
from ._warifu import Refused
from .group import GroupState, group_state
from .nodes import Peer
from .revocation import RevocationList


class Acting(BaseEndpoint):
    """An endpoint, as far as it acts."""

    def inf(self, eoj: int, *epcs: int) -> None:
        """Announces properties of an object of this node as they are now: to peers under their sessions, and to
        everybody in clear those that the policy lets be announced. Changes are announced by themselves.

        Raises NoObject, NoProperty, TooSmall (more than one message holds).
        """
        runtime = self._open
        runtime.engine.inform(runtime.platform.monotonic(), eoj, bytes(epcs))
        runtime.pump()

    async def request(
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
        target = to._target() if isinstance(to, Remote) else (0, to)
        event, answers = await request(
            self, target, service, eoj, properties, gets, timeout=timeout, repeatable=repeatable
        )
        if event.error != Refused.code:
            self._check(event, to._as_peer() if isinstance(to, Remote) else None)
        return answers

    @property
    def groups(self) -> list[GroupState]:
        """The group that a controller manages; those that a device is a member of, two at most."""
        return [group_state(self, row) for row in self._open.engine.groups()]

    async def unpair(self, peer: Peer) -> None:
        """Ends a pairing from this side and tells the peer.

        Raises UnpairedHereOnly when the peer could not be told: remove the pairing there too. Raises NotPaired.
        """
        runtime = self._open
        with runtime.call(lambda now: runtime.engine.unpair(now, peer.id)) as call:
            self._check(await call.result(), peer)

    def forget_peer(self, peer: Peer) -> None:
        """Removes a pairing here, whether its peer is there or not; it isn't told, so remove it there too.

        Raises NotPaired; errors.Store: it is gone, but would be back after a restart, so call again.
        """
        runtime = self._open
        runtime.act(lambda now: runtime.engine.forget_peer(now, peer.id))

    def factory_reset(self) -> None:
        """Erases all pairings and their keys and ends what is under way with peers, who are not told.

        Identity, set-up code, counts of failures and the audit log stay. Raises State (no identity); errors.Store and
        Entropy: call again.
        """
        runtime = self._open
        runtime.act(runtime.engine.factory_reset)

    def take_revocation_list(self, issuer: str | bytes, crl: str | bytes) -> None:
        """Takes a revocation list; `issuer` is the certificate of the CA that signed it, a root's own included.

        At once no certificate on it counts: a paired peer that is on it is unpaired (event "unpaired", with the error
        Revoked), and nobody on it pairs again. The list is kept in `state`. Both are PEM text or DER.

        Raises Untrusted (not under the roots of this node), Signature, Chain (of another issuer), Crl, CrlOld (a newer
        one is held), CrlExpired, NotYetValid, Capacity (lists of 8 issuers), State (no identity, or no `state`), Pem,
        Der, errors.Store.
        """
        runtime = self._open
        certificate, der = certificate_from(issuer), list_from(crl)
        runtime.act(lambda now: runtime.engine.take_list(now, certificate, der))

    async def send_revocation_list(self, peer: Peer, issuer: str | bytes, crl: str | bytes) -> None:
        """Gives a revocation list to a peer, which judges it as `take_revocation_list` does.

        Raises what kept the peer from taking it: CrlOld, CrlExpired, Untrusted, ...; NoAnswer, NotPaired.
        """
        runtime = self._open
        certificate, der = certificate_from(issuer), list_from(crl)
        with runtime.call(lambda now: runtime.engine.send_list(now, peer.id, certificate, der)) as call:
            self._check(await call.result(), peer)

    def revocation_lists(self) -> list[RevocationList]:
        """The lists that this node holds, one of each issuer."""
        return [RevocationList.of(row) for row in self._open.engine.lists()]

"""What an endpoint is built on: its engine under way, who is paired, events, notifications."""

import contextlib
from collections.abc import Callable

from ._dictionary import Dictionary
from ._naming import RELEASE, Naming, release_in
from ._platform import Platform
from ._runtime import Runtime
from ._stream import Stream
from ._warifu import Closed, Error, NoObject, NoProperty, PeerRow, edata_parse, make_error
from ._warifu import Event as EngineEvent
from .events import Event, Notification
from .nodes import Peer
from .policy import Policy

CHANGES = {1: "address", 2: "instances", 4: "number", 8: "online", 16: "details"}
ACCESSES = {1: "read", 2: "write", 4: "notify", 8: "announce"}


class NotificationStream(Stream[Notification]):
    """A stream of the notifications that somebody wants."""

    def __init__(self, wanted: Callable[[Notification], bool], limit: int) -> None:
        super().__init__(limit)
        self.wanted = wanted


class BaseEndpoint:
    """What an endpoint is built on: its engine under way, who is paired, what it hears and tells."""

    dictionary: Dictionary  # what names mean
    policy: Policy  # who may do what
    _seoj: int  # the object that speaks for this node

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._runtime: Runtime | None = None
        self._peers: dict[int, Peer] = {}
        self._releases: dict[tuple[tuple[int, str | None], int], str | None] = {}  # of others' objects
        self._lookouts: set[Callable[[EngineEvent], None]] = set()

    @property
    def _is_open(self) -> bool:
        return self._runtime is not None and not self._runtime.closed

    @property
    def _open(self) -> Runtime:
        if self._runtime is None or self._runtime.closed:
            raise make_error(Closed.code, "use it inside `async with`")
        return self._runtime

    @property
    def peers(self) -> list[Peer]:
        """All pairings."""
        return [self._peer_of(row) for row in self._open.engine.peers()]

    def _peer_of(self, row: PeerRow) -> Peer:
        """The one object for this pairing; an id that now means another node gets a new one."""
        peer = self._peers.get(row.id)
        if peer is None or peer.fingerprint != row.fingerprint:
            peer = self._peers[row.id] = Peer(self, row)
        return peer

    def _peer(self, peer_id: int, *, anew: bool = False) -> Peer | None:
        if peer_id in self._peers and not anew:
            return self._peers[peer_id]
        return next((self._peer_of(row) for row in self._open.engine.peers() if row.id == peer_id), None)

    def events(self, *, limit: int = 256) -> Stream[Event]:
        """What happens to this node from now on: pairings, sessions, sets by others, the window, refusals.

        When more than `limit` wait the oldest is dropped and counted (`dropped`).
        """
        stream: Stream[Event] = Stream(limit)
        self._open.streams.add(stream)
        return stream

    def watch(self, *, limit: int = 256) -> Stream[Notification]:
        """Notifications (INF and INFC) of other nodes from now on.

        When more than `limit` wait the oldest is dropped and counted (`dropped`), so that the newest values win.
        `is_protected` of a notification says whether its sender is proven; without it anybody may have sent it.
        """
        return self._watch(lambda _: True, limit)

    def _watch(self, wanted: Callable[[Notification], bool], limit: int) -> Stream[Notification]:
        stream = NotificationStream(wanted, limit)
        self._open.streams.add(stream)
        return stream

    def _dispatch(self, event: EngineEvent) -> None:
        """Takes what the engine tells to whom it concerns."""
        if event.kind == "found":  # an answer to a hello belongs to whoever looks around at the time
            for take in self._lookouts:
                take(event)
            return
        if event.kind == "unpaired":
            known = self._peers.pop(event.peer, None)
        else:
            known = self._peer(event.peer, anew=event.kind == "paired") if event.peer else None
        if event.kind == "notification":
            note = self._notification(event, known)
            for stream in list(self._open.streams):
                if isinstance(stream, NotificationStream) and stream.wanted(note):
                    stream._push(note)
        else:
            item = self._event(event, known)
            for stream in list(self._open.streams):
                if not isinstance(stream, NotificationStream):
                    stream._push(item)

    def _notification(self, event: EngineEvent, known: Peer | None) -> Notification:
        frame = edata_parse(event.edata)
        naming = self._naming_of(known if event.is_protected else None, event.address, frame.seoj)
        return Notification(
            known,
            event.address or "",
            frame.seoj,
            dict(frame.properties),
            event.is_protected,
            event.signed_by,
            naming,
        )

    def _event(self, event: EngineEvent, known: Peer | None) -> Event:
        return Event(
            kind=event.kind,
            peer=known,
            number=event.number or (known.number if known else None),
            address=event.address,
            error=make_error(event.error, None, event.address) if event.error else None,
            eoj=event.eoj or None,
            epc=event.epc or None,
            value=event.edata,
            changes=frozenset(name for bit, name in CHANGES.items() if event.changes & bit),
            access=frozenset(name for bit, name in ACCESSES.items() if event.access & bit),
            is_protected=event.is_protected,
            signed_by=event.signed_by,
            _naming=self._own_naming(event.eoj) if event.kind == "property_set" else None,
        )

    def _own_naming(self, eoj: int) -> Naming:
        release = None
        with contextlib.suppress(NoObject, NoProperty):
            release = release_in(self.dictionary, eoj, self._open.engine.get(eoj, RELEASE))
        return Naming(self.dictionary, eoj >> 8, release)

    def _learn_release(self, target: tuple[int, str | None], eoj: int, release: str | None) -> None:
        self._releases[target, eoj] = release

    def _naming_of(self, peer: Peer | None, address: str | None, eoj: int) -> Naming:
        """For what others say by themselves: in the release of that object, if it was ever asked for."""
        target = (peer.id, None) if peer is not None else (0, address)
        return Naming(self.dictionary, eoj >> 8, self._releases.get((target, eoj)))

    def _check(self, event: EngineEvent, peer: Peer | None) -> None:
        """Raises what a request ended with, at the line that waits for it."""
        if event.error:
            raise self._error(event.error, event, peer)

    def _error(self, code: int, event: EngineEvent, peer: Peer | None, detail: str | None = None) -> Error:
        address = event.address if peer is None else peer.address or event.address
        error = make_error(code, detail, address)
        error.peer = peer
        if isinstance(error, TimeoutError) and self._runtime is not None and self._runtime.last_send_error is not None:
            error.__cause__ = self._runtime.last_send_error
        return error

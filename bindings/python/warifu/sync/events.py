"""Made by tools/sync.py from warifu/events.py: the same, waiting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .. import events
from .._naming import Naming
from .._warifu import Error
from ._facade import twin

if TYPE_CHECKING:
    from .nodes import Peer


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to this node.

    `kind` is one of: "paired", "unpaired", "session_up", "list_taken" (a revocation list counts; `peer` brought it, if
    anybody), "peer_moved" (`peer` proved that it is at `address` now), "property_set" (`peer`, or in clear who is at
    `address`, set `eoj` `epc` of this node to `value`), "window_opened", "window_closed" (`error` None: after a
    pairing), "security" (something from `address` was refused: `error`; by the policy: `eoj` and the first `epc`, all
    EPCs in `value`, and `access`, some of "read", "write", "notify", "announce"; `peer` with `is_protected` False: it
    came in clear from where that peer lives; EXPIRED with a `peer` is a notice: it goes on past its certificate's
    date). Of a controller, about the node at `address`: "node_found", "node_changed" (`changes`: some of "address",
    "instances", "number", "online", "details"), "node_gone" (`error` says why; None: it was forgotten), "node_object"
    (its `eoj` was interviewed: `value` holds EPC, length and bytes of what it said), "late_answer" (`value` is an EDATA
    that came too late). A "security" event with `signed_by` came in a group: SIGNATURE says that a member spoke in the
    name of `peer`, whose certificate that fingerprint is of.
    """

    kind: str
    peer: Peer | None = None
    number: bytes | None = None
    address: str | None = None
    error: Error | None = None
    eoj: int | None = None
    epc: int | None = None
    value: bytes = b""
    changes: frozenset[str] = frozenset()
    access: frozenset[str] = frozenset()
    is_protected: bool = False
    signed_by: bytes | None = None
    _naming: Naming | None = field(default=None, repr=False, compare=False)

    @property
    def values(self) -> dict[str, Any]:
        """Of "property_set": the property by name, with its value, as far as the endpoint's `dictionary` knows it."""
        return {} if self._naming is None or self.epc is None else self._naming.named({self.epc: self.value})


twin(events.Event, Event)


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification (INF or INFC): object `eoj` of the sender says what its properties are now.

    `is_protected` says that it came in a record of `peer`; otherwise it came in clear and anybody may have sent it.
    `signed_by` is the fingerprint of the certificate whose key signed it, for what came by multicast in a group; its
    `peer` is None where another member of the group speaks, who is no peer of this node (`listens` of Device).
    """

    peer: Peer | None
    address: str
    eoj: int
    properties: Mapping[int, bytes]
    is_protected: bool
    signed_by: bytes | None
    _naming: Naming = field(repr=False, compare=False)

    @property
    def values(self) -> dict[str, Any]:
        """The same by name, with values of the endpoint's `dictionary`; what it doesn't know is left out.

        The release is the object's, if `get` or `set` by name has asked for it before; else the newest.
        """
        return self._naming.named(self.properties)


twin(events.Notification, Notification)

"""Made by tools/sync.py from warifu/_base_endpoint.py: the same, waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import _base_endpoint
from .._dictionary import Dictionary
from ..policy import Policy
from ._facade import Opened

if TYPE_CHECKING:
    from ._stream import Stream
    from .events import Event, Notification
    from .nodes import Peer


class BaseEndpoint(Opened, of=_base_endpoint.BaseEndpoint):
    """What an endpoint is built on: its engine under way, who is paired, what it hears and tells."""

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

    @property
    def peers(self) -> list[Peer]:
        """All pairings."""
        value: list[Peer] = self._get("peers")
        return value

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

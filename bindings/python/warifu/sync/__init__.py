"""The same without asyncio: every call waits until it is done.

    with sync.Controller(identity=identity, state="home") as controller:
        for node in controller.discover():
            print(node)

Each endpoint has a thread of its own from opening to closing, in which its event loop runs: sessions go on and
notifications are heard between calls. Any thread may call, and waits alone. Ctrl-C and an exception in `progress` or
`confirm`, which are called in the thread that waits, cancel what is waited for. Other hooks (`on_set`, `on_get`,
`trace`) are called in the endpoint's thread: they may call what doesn't wait, like `put`.

Inside a running event loop these calls raise RuntimeError: await those of `warifu`. A virtual home for tests is in
`warifu.sync.testing`. All else (identities, authorities, policies, the dictionary, errors) waits for nothing and is
in `warifu`.
"""

from ._stream import Stream
from .controller import Controller
from .device import Device
from .events import Event, Notification
from .group import Group, GroupAnswer, GroupState
from .nodes import Node, Peer
from .remote_object import RemoteObject

__all__ = [
    "Controller",
    "Device",
    "Event",
    "Group",
    "GroupAnswer",
    "GroupState",
    "Node",
    "Notification",
    "Peer",
    "RemoteObject",
    "Stream",
]

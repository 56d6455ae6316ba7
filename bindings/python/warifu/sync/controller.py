"""Made by tools/sync.py from warifu/controller.py: the same, waiting."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .. import controller
from .._dictionary import Dictionary
from .._endpoint import PORT
from .._numbers import Number
from .._platform import Platform
from .._warifu import Identity, SetupCode
from ..controller import Confirm, Progress
from ..policy import ListenerName, Policy, PolicyName
from ..trace import Trace
from ._endpoint import Endpoint
from ._portal import ThreadPortal

if TYPE_CHECKING:
    from .group import Group
    from .nodes import Node, Peer


class Controller(Endpoint, of=controller.Controller):
    """A node that uses others, open between `with`. Its own object is 05FF01.

    identity    who it is (role "controller"), issued by an Authority; None: it can't pair
    state       directory that keeps the pairings; None: they end with the controller
    dictionary  names and values of properties; None: `warifu.dictionary`, without vendors' own
    groups      it manages a group of its peers; without one (or with the listener "group" off) each is told alone
    nodes       most nodes that it knows at the same time
    interview   every node that is found is asked for its property maps in the background: events "node_object"
    gap         rest of a node between its answer and the next message, in seconds; paired peers have none

    The other arguments are those of Device, and so is what entering raises.
    """

    def __init__(
        self,
        *,
        identity: Identity | None = None,
        former: Identity | None = None,
        build_date: datetime.datetime | None = None,
        state: str | os.PathLike[str] | None = None,
        address: str | Sequence[str] | None = None,
        interface: str | Sequence[str] | None = None,
        port: int = PORT,
        policy: PolicyName | Policy | os.PathLike[str] = "strict",
        known: Iterable[str] = (),
        listeners_off: Iterable[ListenerName] = (),
        trace: Trace | None = None,
        keylog: str | os.PathLike[str] | None = None,
        product_code: str = "",
        production_number: str = "",
        dictionary: Dictionary | None = None,
        platform: Platform | None = None,
        groups: bool = True,
        nodes: int = 1024,
        interview: bool = False,
        gap: float = 0.1,
    ) -> None:
        self._it = controller.Controller(
            identity=identity,
            former=former,
            build_date=build_date,
            state=state,
            address=address,
            interface=interface,
            port=port,
            policy=policy,
            known=known,
            listeners_off=listeners_off,
            trace=trace,
            keylog=keylog,
            product_code=product_code,
            production_number=production_number,
            dictionary=dictionary,
            platform=platform,
            groups=groups,
            nodes=nodes,
            interview=interview,
            gap=gap,
        )
        self._portal = ThreadPortal()

    @property
    def group(self) -> Group:
        """All peers at once: one signed record by multicast reads or sets them."""
        value: Group = self._get("group")
        return value

    def discover(
        self, timeout: float = 2.0, *, address: str | Sequence[str] | None = None, greet: bool = False
    ) -> list[Node]:
        """Asks everybody (or these addresses alone) who is there, and gives who answered within `timeout` seconds.

        Devices may wait up to a second before they answer everybody: in less than 2 s some are missed. Whoever answers
        later is in `nodes`.

        A node with a number is one node, though it answers in IPv4 and in IPv6. With an identity those that take frames
        of the arbitrary format, as they say in 82, are asked about Device Authentication (`da`); with `greet` all are,
        which makes some devices deaf. What nodes say here is proven by nothing.
        """
        result: list[Node] = self._wait("discover", timeout, address=address, greet=greet)
        return result

    def rescan(self, timeout: float = 2.0) -> list[Node]:
        """Asks everybody who is there, and gives all nodes that are known (`nodes`).

        Those that stayed silent are then asked one by one in the background: an event "node_gone" tells who is not
        there any more, and its `is_online` is False.
        """
        result: list[Node] = self._wait("rescan", timeout)
        return result

    @property
    def nodes(self) -> list[Node]:
        """All nodes that were heard since the start, also by their own announcements."""
        value: list[Node] = self._get("nodes")
        return value

    def forget(self, node: Node) -> None:
        """Drops a node from `nodes` with all that was learnt of it; it comes back when it is heard."""
        self._call("forget", node)

    def pair(
        self,
        node: Node | str,
        *,
        number: Number | None = None,
        code: SetupCode | str | None = None,
        root_too: bool = False,
        confirm: Confirm | None = None,
        progress: Progress | None = None,
        duration: float | None = None,
        timeout: float | None = None,
    ) -> Peer:
        """Pairs with a device whose pairing window is open.

        The owner says which device it is: `code` is what its label says, scanned or typed; `number` names its
        identification number; or `confirm(number)` is asked with the one that the device has proven, and gives True.
        With a code no root has to vouch for the device, unless `root_too` is set.
        `progress(step)` hears "started", "address_confirmed", "device_verified", "keys_agreed", "confirmed", and the
        first ones again when the network lost an answer: that goes on for `duration` seconds (180). Exceptions in
        `confirm` and `progress` end the pairing and come out here.

        Raises WindowClosed, CodeNeeded, WrongCode, LockedOut (too many wrong codes: wait), NoAnswer, PlaintextOnly,
        Untrusted, Expired, WrongDevice, PairingsFull, Busy, Disturbed, PairingIncomplete, State (no identity), Argument
        (neither code nor number nor confirm), NotACode. It takes up to 30 s until a refusal can be believed.

        After `timeout` seconds it is given up: TimeoutError.
        """
        result: Peer = self._wait(
            "pair",
            node,
            number=number,
            code=code,
            root_too=root_too,
            confirm=self._portal.ask(confirm),
            progress=self._portal.tell(progress),
            duration=duration,
            within=timeout,
        )
        return result

"""A controller: it finds nodes, pairs with devices, reads and sets them."""

import asyncio
import contextlib
import datetime
import inspect
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from . import _warifu
from ._dictionary import Dictionary
from ._endpoint import PORT, Endpoint
from ._numbers import Number, as_code, as_number, milliseconds
from ._platform import Platform
from ._runtime import Call
from ._warifu import Argument, Engine, Hello, Identity, KnownRow, SetupCode, make_error
from ._warifu import Event as EngineEvent
from .group import Group
from .nodes import Node, Peer
from .objects import Object
from .policy import ListenerName, Policy, PolicyName
from .trace import Trace

Confirm = Callable[[bytes], bool | Awaitable[bool]]
Progress = Callable[[str], object]
CONTROLLER, NODE_PROFILE = 0x05FF01, 0x0EF001
NUMBER, INSTANCES = 0x83, 0xD6
NO_GAP = 0xFFFFFFFF


@dataclass(slots=True)
class _Found:
    """What several answers said of one node."""

    number: bytes | None = None
    objects: tuple[int, ...] = ()
    hello: Hello | None = None

    def take(self, event: EngineEvent) -> None:
        if event.hello is not None:
            self.hello = event.hello
            return
        for epc, edt in _warifu.edata_parse(event.edata).properties:
            if epc == NUMBER and len(edt) == 17:
                self.number = edt
            elif epc == INSTANCES and edt:
                self.objects = tuple(int.from_bytes(edt[i : i + 3]) for i in range(1, len(edt) - 2, 3))


class Controller(Endpoint):
    """A node that uses others, open between `async with`. Its own object is 05FF01.

    identity    who it is (role "controller"), issued by an Authority; None: it can't pair
    state       directory that keeps the pairings; None: they end with the controller
    dictionary  names and values of properties; None: `warifu.dictionary`, without vendors' own
    groups      it manages a group of its peers; without one (or with the listener "group" off) each is told alone
    nodes       most nodes that it knows at the same time
    interview   every node that is found is asked for its property maps in the background: events "node_object"
    gap         rest of a node between its answer and the next message, in seconds; paired peers have none

    The other arguments are those of Device, and so is what entering raises.
    """

    _pairings = 64
    _calls = 64
    _seoj = CONTROLLER

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
        if identity is not None and identity.role != "controller":
            raise ValueError(f"a controller needs an identity with the role controller, not {identity.role}")
        if not 0 <= gap < 60:
            raise ValueError(f"a gap is less than a minute, not {gap} s")
        self._nodes, self._interview = nodes, interview
        self._gap_ms = round(gap * 1000) or NO_GAP
        super().__init__(
            [Object(CONTROLLER)],
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
        )

    @property
    def group(self) -> Group:
        """All peers at once: one signed record by multicast reads or sets them."""
        return Group(self)

    async def discover(
        self, timeout: float = 2.0, *, address: str | Sequence[str] | None = None, greet: bool = False
    ) -> list[Node]:
        """Asks everybody (or these addresses alone) who is there, and gives who answered within `timeout` seconds.

        Devices may wait up to a second before they answer everybody: in less than 2 s some are missed. Whoever answers
        later is in `nodes`.

        A node with a number is one node, though it answers in IPv4 and in IPv6. With an identity those that take frames
        of the arbitrary format, as they say in 82, are asked about Device Authentication (`da`); with `greet` all are,
        which makes some devices deaf. What nodes say here is proven by nothing.
        """
        return await self._look_around(timeout, address, check=False, greet=greet and self._identity is not None)

    async def rescan(self, timeout: float = 2.0) -> list[Node]:
        """Asks everybody who is there, and gives all nodes that are known (`nodes`).

        Those that stayed silent are then asked one by one in the background: an event "node_gone" tells who is not
        there any more, and its `is_online` is False.
        """
        await self._look_around(timeout, None, check=True, greet=False)
        return self.nodes

    @property
    def nodes(self) -> list[Node]:
        """All nodes that were heard since the start, also by their own announcements."""
        return [self._node(row) for row in self._open.engine.known()]

    def forget(self, node: Node) -> None:
        """Drops a node from `nodes` with all that was learnt of it; it comes back when it is heard."""
        self._open.engine.forget(node._known)

    def _node(self, row: KnownRow, hello: Hello | None = None) -> Node:
        return Node(self, row.address, row.number, list(row.objects), hello, row.id, row.other)

    async def _look_around(
        self, timeout: float, address: str | Sequence[str] | None, *, check: bool, greet: bool
    ) -> list[Node]:
        runtime = self._open
        found: dict[str, _Found] = {}

        def take(event: EngineEvent) -> None:
            if event.address is not None:
                found.setdefault(event.address, _Found()).take(event)

        duration = milliseconds(timeout)
        places: Sequence[str | None] = [address] if address is None or isinstance(address, str) else address
        starts = [partial(_ask_who_is_there, runtime.engine, place, duration, check) for place in places]
        if greet:
            starts += [partial(_hello, runtime.engine, place, duration) for place in places]
        with contextlib.ExitStack() as stack:
            self._lookouts.add(take)
            stack.callback(self._lookouts.discard, take)
            for call in [stack.enter_context(runtime.call(start)) for start in starts]:
                while (event := await call.next()).kind != "done":
                    take(event)
                if event.edata:
                    take(event)
        rows = {place: row for row in runtime.engine.known() for place in (row.address, row.other) if place}
        return [self._merged(seen, rows, named=address is not None) for seen in _one_by_one(found)]

    def _merged(self, seen: dict[str, _Found], rows: Mapping[str, KnownRow], *, named: bool) -> Node:
        """The node that answered from these addresses."""
        row = next((rows[place] for place in seen if place in rows), None)
        asked = row.address if row is not None and row.address in seen else min(seen, key=_ipv4_first)
        both = [seen[asked], *(said for place, said in seen.items() if place != asked)]
        return Node(
            self,
            asked,
            next((said.number for said in both if said.number), None),
            next((list(said.objects) for said in both if said.objects), []),
            next((said.hello for said in both if said.hello), None),
            row.id if row is not None else 0,
            next((place for place in seen if place != asked), None),
            named,
        )

    async def pair(
        self,
        node: Node | str,
        *,
        number: Number | None = None,
        code: SetupCode | str | None = None,
        root_too: bool = False,
        confirm: Confirm | None = None,
        progress: Progress | None = None,
        duration: float | None = None,
    ) -> Peer:
        """Pairs with a device whose pairing window is open.

        The owner says which device it is: `code` is what its label says, scanned or typed; `number` names its
        identification number; or `confirm(number)` is asked with the one that the device has proven, and gives True
        (it may be a coroutine function). With a code no root has to vouch for the device, unless `root_too` is set.
        `progress(step)` hears "started", "address_confirmed", "device_verified", "keys_agreed", "confirmed", and the
        first ones again when the network lost an answer: that goes on for `duration` seconds (180). Exceptions in
        `confirm` and `progress` end the pairing and come out here.

        Raises WindowClosed, CodeNeeded, WrongCode, LockedOut (too many wrong codes: wait), NoAnswer, PlaintextOnly,
        Untrusted, Expired, WrongDevice, PairingsFull, Busy, Disturbed, PairingIncomplete, State (no identity), Argument
        (neither code nor number nor confirm), NotACode. It takes up to 30 s until a refusal can be believed.
        """
        runtime = self._open
        address = node if isinstance(node, str) else node.address
        if number is None and code is None and confirm is None:
            raise make_error(Argument.code, "say which device it is: code=..., number=... or confirm=...", address)
        wanted, secret = None if number is None else as_number(number), as_code(code)
        lasting = milliseconds(duration)
        with runtime.call(
            lambda now: runtime.engine.pair(now, address, wanted, code=secret, root_too=root_too, duration_ms=lasting)
        ) as call:
            made = 0
            while (event := await call.next()).kind != "done":
                if event.kind == "pair_step":
                    made = event.peer or made
                    if progress is not None:
                        progress(event.step or "")
                elif event.kind == "pair_question":
                    accepted = await _answer(confirm, event, call)
                    if not call.done.done():
                        self._decide(call.id, accepted)
            self._check(event, None)
            return next(peer for peer in self.peers if peer.id == made)

    def _decide(self, request: int, accepted: bool) -> None:
        runtime = self._open
        runtime.act(lambda now: runtime.engine.pair_decide(now, request, accepted))


def _ipv4_first(place: str) -> tuple[bool, str]:
    return place.startswith("["), place


def _one_by_one(found: dict[str, _Found]) -> list[dict[str, _Found]]:
    """The addresses of each node: those with the same number, one in IPv4 and one in IPv6, are one node's."""
    nodes: list[dict[str, _Found]] = []
    for place, said in sorted(found.items(), key=lambda item: _ipv4_first(item[0])):
        for node in nodes:
            (first, known), *more = node.items()
            if said.number is not None and known.number == said.number and not more and first[0] != "[" == place[0]:
                node[place] = said
                break
        else:
            nodes.append({place: said})
    return nodes


def _ask_who_is_there(engine: Engine, place: str | None, duration: int, check: bool, now: int) -> int:
    return engine.discover(now, place, duration, check)


def _hello(engine: Engine, place: str | None, duration: int, now: int) -> int:
    return engine.hello(now, place, duration)


async def _answer(confirm: Confirm | None, event: EngineEvent, call: Call) -> bool:
    """Asks the owner, and stops asking when the pairing has ended meanwhile."""
    if confirm is None or event.number is None:
        return False
    verdict = confirm(event.number)
    if not inspect.isawaitable(verdict):
        return verdict is True
    task = asyncio.ensure_future(verdict)
    try:
        await asyncio.wait({task, call.done}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    return not task.cancelled() and task.result() is True

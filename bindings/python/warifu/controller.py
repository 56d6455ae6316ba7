"""A controller: it finds nodes, pairs with devices, reads and sets them."""

# ruff: noqa: ASYNC109 - the engine's own timeouts: it repeats, and says what it knows, until they pass

import asyncio
import contextlib
import inspect
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from . import _warifu
from ._endpoint import PORT, Endpoint, PolicyName, milliseconds
from ._numbers import Number, as_number
from ._runtime import Call
from ._warifu import Argument, Hello, Identity, make_error
from ._warifu import Event as EngineEvent
from .nodes import GET, Node, Peer
from .objects import Object
from .trace import Trace

Confirm = Callable[[bytes], bool | Awaitable[bool]]
Progress = Callable[[str], object]
CONTROLLER, NODE_PROFILE = 0x05FF01, 0x0EF001
NUMBER, INSTANCES = 0x83, 0xD6


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

    The other arguments are those of Device, and so is what entering raises.
    """

    _pairings = 64
    _seoj = CONTROLLER

    def __init__(
        self,
        *,
        identity: Identity | None = None,
        state: str | os.PathLike[str] | None = None,
        address: str | Sequence[str] | None = None,
        interface: str | Sequence[str] | None = None,
        port: int = PORT,
        policy: PolicyName = "strict",
        trace: Trace | None = None,
    ) -> None:
        if identity is not None and identity.role != "controller":
            raise ValueError(f"a controller needs an identity with the role controller, not {identity.role}")
        super().__init__(
            [Object(CONTROLLER)],
            identity=identity,
            state=state,
            address=address,
            interface=interface,
            port=port,
            policy=policy,
            trace=trace,
        )

    async def discover(self, timeout: float = 2.0, *, address: str | None = None) -> list[Node]:
        """Asks everybody (or `address` alone) who is there, and gives who answered within `timeout` seconds.

        What nodes say here is proven by nothing.
        """
        runtime = self._open
        found: dict[str, _Found] = {}

        def take(event: EngineEvent) -> None:
            if event.address is not None:
                found.setdefault(event.address, _Found()).take(event)

        edata = _warifu.edata_compose(CONTROLLER, NODE_PROFILE, GET, [(INSTANCES, b""), (NUMBER, b"")])
        duration = milliseconds(timeout)

        def ask(now: int) -> int:
            return runtime.engine.request(now, edata, address=address, timeout_ms=duration, repeatable=True)

        def hello(now: int) -> int:
            return runtime.engine.hello(now, address, duration)

        with contextlib.ExitStack() as stack:
            self._lookouts.add(take)
            stack.callback(self._lookouts.discard, take)
            calls = [stack.enter_context(runtime.call(ask))]
            if self._identity is not None:
                calls.append(stack.enter_context(runtime.call(hello)))
            for call in calls:
                while (event := await call.next()).kind != "done":
                    take(event)
                if event.edata:
                    take(event)
        return [Node(self, place, seen.number, list(seen.objects), seen.hello) for place, seen in sorted(found.items())]

    async def pair(
        self,
        node: Node | str,
        *,
        number: Number | None = None,
        confirm: Confirm | None = None,
        progress: Progress | None = None,
    ) -> Peer:
        """Pairs with a device whose pairing window is open.

        The owner says which device it is: `number` names its identification number, or `confirm(number)` is asked with
        the one that the device has proven, and gives True (it may be a coroutine function). `progress(step)` hears
        "started", "address_confirmed", "device_verified", "keys_agreed", "confirmed". Exceptions in both end the
        pairing and come out here.

        Raises WindowClosed, NoAnswer, PlaintextOnly, Untrusted, Expired, WrongDevice, PairingsFull, Busy,
        PairingIncomplete, State (no identity), Argument (neither number nor confirm). It takes up to 30 s until a
        refusal can be believed.
        """
        runtime = self._open
        address = node if isinstance(node, str) else node.address
        if number is None and confirm is None:
            raise make_error(Argument.code, "say which device it is: number=... or confirm=...", address)
        wanted = None if number is None else as_number(number)
        with runtime.call(lambda now: runtime.engine.pair(now, address, wanted)) as call:
            proven = wanted
            while (event := await call.next()).kind != "done":
                if event.kind == "pair_step" and progress is not None:
                    progress(event.step or "")
                elif event.kind == "pair_question":
                    proven = event.number
                    accepted = await _answer(confirm, event, call)
                    if not call.done.done():
                        self._decide(call.id, accepted)
            self._check(event, None)
            return next(peer for peer in self.peers if peer.number == proven)

    def _decide(self, request: int, accepted: bool) -> None:
        runtime = self._open
        runtime.act(lambda now: runtime.engine.pair_decide(now, request, accepted))


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

"""A program decides about the properties of its node: on_set and on_get, plain or coroutine functions."""

import asyncio
import contextlib
import inspect
from collections.abc import Awaitable, Callable

from . import errors
from ._endpoint import Endpoint, GetHook, SetHook
from .objects import Object

SetVerdict = bool | None
GetVerdict = bytes | bool | None
OnSet = Callable[[Object, int, bytes, bytes], SetVerdict | Awaitable[SetVerdict]]
OnGet = Callable[[Object, int, bytes], GetVerdict | Awaitable[GetVerdict]]


class Hooked(Endpoint):
    """An endpoint that asks before its properties are set and read."""

    _on_set: OnSet | None
    _on_get: OnGet | None
    _deciding: set[asyncio.Future[None]]  # verdicts that come later

    def _set_hook(self) -> SetHook | None:
        ask = self._on_set
        if ask is None:
            return None

        def hook(eoj: int, epc: int, old: bytes, new: bytes) -> bool | int | None:
            owned = self._objects.get(eoj)
            verdict = None if owned is None else ask(owned, epc, old, new)
            return self._later(verdict, (bool,)) if inspect.isawaitable(verdict) else verdict

        return hook

    def _get_hook(self) -> GetHook | None:
        ask = self._on_get
        if ask is None:
            return None

        def hook(eoj: int, epc: int, old: bytes) -> bytes | bool | int | None:
            owned = self._objects.get(eoj)
            verdict = None if owned is None else ask(owned, epc, old)
            return self._later(verdict, (bool, bytes)) if inspect.isawaitable(verdict) else verdict

        return hook

    def _later(self, verdict: Awaitable[GetVerdict], kinds: tuple[type, ...]) -> int | bool:
        """Lets the verdict come later; refuses when too many do."""
        runtime = self._open
        try:
            later = runtime.engine.later()
        except errors.Capacity:
            if inspect.iscoroutine(verdict):
                verdict.close()
            return False
        task = asyncio.ensure_future(self._decide(later, verdict, kinds), loop=runtime.loop)
        self._deciding.add(task)
        task.add_done_callback(self._deciding.discard)
        return later

    async def _decide(self, later: int, verdict: Awaitable[GetVerdict], kinds: tuple[type, ...]) -> None:
        try:
            result = await verdict
            if result is not None and not isinstance(result, kinds):
                raise TypeError(f"a hook does not give {result!r}")
            self._answer_later(later, result is not False, result if isinstance(result, bytes) else b"")
        except Exception as error:
            context = {"message": "a hook of a device failed: the property is refused", "exception": error}
            asyncio.get_running_loop().call_exception_handler(context)
            self._answer_later(later, False, b"")

    def _answer_later(self, later: int, accept: bool, value: bytes) -> None:
        runtime = self._runtime
        if runtime is not None and not runtime.closed:
            # Too late, or the object is gone: others have had their answer, or there is none to give.
            with contextlib.suppress(errors.State, errors.NoObject, errors.NoProperty):
                runtime.act(lambda now: runtime.engine.answer_later(now, later, accept, value))
            runtime.pump()

    def close(self) -> None:
        """Ends requests (they raise Closed), streams, sockets and the state's lock at once. A second time is fine."""
        super().close()
        for task in self._deciding:
            task.cancel()

"""An event loop whose clock leaps to the next timer instead of waiting for it."""

import asyncio
import selectors
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
OWN_DESCRIPTORS = 1  # the loop's self-pipe


class NothingToDo(RuntimeError):  # noqa: N818 - a verdict on the test, not on a call
    """Every task waits, no timer runs, and nobody else could wake the loop: it would hang for ever."""


class _Selector(selectors.DefaultSelector):
    """Looks at real descriptors without waiting for them, and lets virtual time pass where there is none to report."""

    def __init__(self) -> None:
        super().__init__()
        self.microseconds = 0  # an integer, so that sums of timeouts don't drift

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is not None:
            self.microseconds += max(1, round(timeout * 1e6))
            return ready
        if len(self.get_map()) <= OWN_DESCRIPTORS and threading.active_count() == 1:
            raise NothingToDo("every task waits, and nothing will ever happen")
        return super().select(None)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Begins at time 0. Timers, `asyncio.sleep` and timeouts cost no real time; real sockets and threads work, but the
    clock doesn't wait for them."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self._virtual.microseconds / 1e6


def run(main: Coroutine[Any, Any, T], *, debug: bool | None = None) -> T:
    """What asyncio.run does, in virtual time."""
    with asyncio.Runner(debug=debug, loop_factory=VirtualLoop) as runner:
        return runner.run(main)

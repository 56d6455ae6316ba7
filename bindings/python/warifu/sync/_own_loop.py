"""Where the calls to a virtual home run: an event loop on virtual time, during calls only."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from ..testing.loop import VirtualLoop
from ._facade import Opened
from ._portal import Start, at_once, bounded, plain, refuse_to_block, running_loop


class OwnLoop:
    """A loop that is used by the one thread that made it."""

    def __init__(self) -> None:
        self._runner: asyncio.Runner | None = asyncio.Runner(loop_factory=VirtualLoop)
        self._thread = threading.get_ident()

    def open(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing: it belongs to the home, not to who lives there."""

    def end(self) -> None:
        """Ends the loop with all that is under way."""
        runner, self._runner = self._runner, None
        if runner is not None:
            runner.close()

    def run(self, start: Start, within: float | None = None) -> Any:
        if threading.get_ident() != self._thread:
            raise RuntimeError("a virtual home of warifu.sync is used from the thread that made it")
        if self._runner is None:
            return at_once(start)
        refuse_to_block(self._runner.get_loop())
        return self._runner.run(bounded(start, within))

    def call(self, action: Callable[[], Any]) -> Any:
        if self._runner is None or running_loop() is self._runner.get_loop():
            return action()
        return self.run(lambda: plain(action))

    def ask(self, question: Callable[..., Any] | None) -> Callable[..., Any] | None:
        return question

    def tell(self, listener: Callable[..., Any] | None) -> Callable[..., Any] | None:
        return listener


class Owner(Opened):
    """A home: its loop ends with it."""

    def close(self) -> None:
        """Closes the endpoints that are open still."""
        super().close()
        assert isinstance(self._portal, OwnLoop)
        self._portal.end()

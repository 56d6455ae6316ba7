"""Events for whoever listens: a bounded queue that never makes its writer wait."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Stream(AsyncIterator[T], Generic[T]):
    """An endless `async for` over what happens from now on, for one task.

    At most `limit` items wait. When the reader is too slow the oldest goes, so that what is read is the most recent,
    and `dropped` counts it. The iteration ends when the endpoint closes, after `aclose()` and after its `async with`.
    """

    def __init__(self, limit: int) -> None:
        if limit < 1:
            raise ValueError("a stream holds at least one item")
        self.dropped = 0
        self._items: deque[T] = deque()
        self._limit = limit
        self._ended = False
        self._error: BaseException | None = None
        self._waiter: asyncio.Future[None] | None = None

    def _push(self, item: T) -> None:
        if self._ended:
            return
        if len(self._items) == self._limit:
            self._items.popleft()
            self.dropped += 1
        self._items.append(item)
        self._wake()

    def _end(self, error: BaseException | None = None) -> None:
        if not self._ended:
            self._ended = True
            self._error = error
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while not self._items:
            if self._ended:
                error, self._error = self._error, None
                raise error or StopAsyncIteration
            if self._waiter is not None:
                raise RuntimeError("another task reads this stream already")
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._items.popleft()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Ends the stream; what waits in it is forgotten."""
        self._items.clear()
        self._end()

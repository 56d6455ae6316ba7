"""Events for whoever waits for them."""

from types import TracebackType
from typing import Generic, Self, TypeVar

from .. import _stream
from ._facade import Facade

T = TypeVar("T")


class Stream(Facade, Generic[T], of=_stream.Stream):
    """An endless `for` over what happens from now on, for one thread; Ctrl-C ends the waiting.

    At most `limit` items wait. When the reader is too slow the oldest goes, so that what is read is the most recent,
    and `dropped` counts it. The iteration ends when the endpoint closes, after `close()` and after its `with`.
    """

    @property
    def dropped(self) -> int:
        """How many items nobody read in time."""
        count: int = self._get("dropped")
        return count

    def next(self, *, timeout: float | None = None) -> T:
        """The next item. Raises TimeoutError when none comes within `timeout` seconds, StopIteration at the end."""
        try:
            item: T = self._wait("__anext__", within=timeout)
        except StopAsyncIteration:
            raise StopIteration from None
        return item

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        return self.next()

    def close(self) -> None:
        """Ends the stream; what waits in it is forgotten."""
        self._wait("aclose")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

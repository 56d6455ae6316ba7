"""Where the calls of warifu.sync run: an event loop in a thread of its own."""

import asyncio
import contextvars
import inspect
import os
import queue
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from .._warifu import Closed, State, make_error

Start = Callable[[], Coroutine[Any, Any, Any]]
Inbox = queue.SimpleQueue[Any]  # what a waiting thread is to do next; the task that it waits for is the last

_inbox: contextvars.ContextVar[Inbox] = contextvars.ContextVar("_inbox")


class Portal(Protocol):
    """The way into an event loop. Its calls raise RuntimeError where they would block another one."""

    def open(self) -> bool:
        """Makes it usable; False: it is already."""
        ...

    def close(self) -> None:
        """Ends what `open` began. A second time is fine."""
        ...

    def run(self, start: Start, within: float | None = None) -> Any:
        """Waits for a coroutine; after `within` seconds it is cancelled, and this raises TimeoutError."""
        ...

    def call(self, action: Callable[[], Any]) -> Any:
        """Calls a function that doesn't wait, in the loop's thread; from inside the loop it is called at once."""
        ...

    def ask(self, question: Callable[..., Any] | None) -> Callable[..., Any] | None:
        """A function that has its answer from the thread that waits."""
        ...

    def tell(self, listener: Callable[..., Any] | None) -> Callable[..., Any] | None:
        """The same for one whose answer nobody waits for."""
        ...


def running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def refuse_to_block(loop: asyncio.AbstractEventLoop | None) -> None:
    running = running_loop()
    if running is None:
        return
    if running is loop:
        raise RuntimeError("a hook of warifu.sync can't wait: its own event loop would stand still")
    raise RuntimeError("warifu.sync would block the event loop that runs here: await the same call of warifu")


async def bounded(start: Start, within: float | None) -> Any:
    async with asyncio.timeout(within):
        return await start()


async def plain(action: Callable[[], Any]) -> Any:
    return action()


def at_once(start: Start) -> Any:
    """Of something that is closed, where everything ends without waiting."""
    coroutine = start()
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    coroutine.close()
    raise make_error(Closed.code, "use it inside `with`")


class ThreadPortal:
    """A loop that runs all the time, in a thread of its own; any thread may call."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stop: asyncio.Event | None = None
        self._pid = 0
        self._lock = threading.Lock()  # nothing is begun behind the end

    def open(self) -> bool:
        refuse_to_block(None)
        if self._thread is not None:
            return False
        ready = threading.Event()
        self._pid = os.getpid()
        self._thread = threading.Thread(target=asyncio.run, args=(self._live(ready),), name="warifu", daemon=True)
        self._thread.start()
        ready.wait()
        return True

    async def _live(self, ready: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        ready.set()
        await self._stop.wait()
        under_way = asyncio.all_tasks() - {asyncio.current_task()}
        if under_way:  # what it belongs to is closed: they end by themselves
            await asyncio.wait(under_way, timeout=1)

    def close(self) -> None:
        thread, loop, stop = self._thread, self._loop, self._stop
        if thread is None or loop is None or stop is None or self._pid != os.getpid():
            return
        refuse_to_block(loop)
        with self._lock:
            if self._loop is not None:
                loop.call_soon_threadsafe(stop.set)
            self._thread = self._loop = self._stop = None
        thread.join()

    def _own(self) -> asyncio.AbstractEventLoop | None:
        if self._loop is not None and self._pid != os.getpid():
            raise make_error(State.code, "its thread stayed behind in the process that forked: open another one here")
        return self._loop

    def _begun(self, start: Start) -> "_Job | None":
        """None: it is closed."""
        with self._lock:
            loop = self._own()
            refuse_to_block(loop)
            return None if loop is None else _Job(loop, start)

    def run(self, start: Start, within: float | None = None) -> Any:
        job = self._begun(lambda: bounded(start, within))
        return at_once(start) if job is None else job.wait()

    def call(self, action: Callable[[], Any]) -> Any:
        if self._loop is not None and running_loop() is self._own():
            return action()
        job = None if self._loop is None else self._begun(lambda: plain(action))
        return action() if job is None else job.wait()

    def ask(self, question: Callable[..., Any] | None) -> Callable[..., Any] | None:
        if question is None:
            return None

        async def asked(*what: Any) -> Any:
            loop = asyncio.get_running_loop()
            answer = loop.create_future()

            def answer_it() -> None:
                loop.call_soon_threadsafe(_settle, answer, _plainly(question(*what)))

            _inbox.get().put(answer_it)
            return await answer

        return asked

    def tell(self, listener: Callable[..., Any] | None) -> Callable[..., Any] | None:
        return None if listener is None else lambda *what: _inbox.get().put(lambda: listener(*what))


def _plainly(verdict: Any) -> Any:
    """Raises TypeError for what only an event loop could wait for."""
    if not inspect.isawaitable(verdict):
        return verdict
    if inspect.iscoroutine(verdict):
        verdict.close()
    raise TypeError("a callback of warifu.sync is a plain function; it may take its time")


def _settle(answer: asyncio.Future[Any], verdict: Any) -> None:
    if not answer.done():
        answer.set_result(verdict)


class _Job:
    """One call, from the thread that waits for it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, start: Start) -> None:
        self._loop, self._start = loop, start
        self._inbox: Inbox = queue.SimpleQueue()
        self._task: asyncio.Task[Any] | None = None
        context = contextvars.copy_context()
        context.run(_inbox.set, self._inbox)
        loop.call_soon_threadsafe(self._begin, context=context)

    def _begin(self) -> None:
        self._task = self._loop.create_task(self._start())
        self._task.add_done_callback(self._inbox.put)

    def wait(self) -> Any:
        """Its result. What interrupts the waiting (Ctrl-C, a failing callback) cancels it, and comes out after it."""
        try:
            task = self._next_task()
        except BaseException:
            self._loop.call_soon_threadsafe(lambda: self._task is None or self._task.cancel())
            while not isinstance(self._inbox.get(), asyncio.Task):
                pass
            raise
        try:
            return task.result()
        except asyncio.CancelledError:
            raise make_error(Closed.code) from None
        finally:
            del task  # an exception knows this frame

    def _next_task(self) -> asyncio.Task[Any]:
        while not isinstance(job := self._inbox.get(), asyncio.Task):
            job()
        return job

"""Drives an engine under asyncio: its datagrams, its timer, its requests. One instance for each open endpoint."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any
from weakref import WeakSet

from ._platform import Platform, Store, Transport
from ._stream import Stream
from ._warifu import Closed, Engine, Error, Event, State, make_error

RESCAN_S = 10.0  # how soon a new interface or address is noticed, and how old the date may be
LONGEST_WAIT_MS = 30_000  # the loop's clock may stand still while the machine sleeps, the engine's doesn't
OF_REQUESTS = frozenset({"done", "answer", "pair_step", "pair_question"})  # news for who asked, only
DATAGRAMS_IN_A_ROW = 64  # then the loop's other work gets its turn


class Call:
    """A request under way: its events in order, of which "done" is the last."""

    def __init__(self) -> None:
        self.id = 0
        self.done = asyncio.get_running_loop().create_future()  # set with the last event; never with an error
        self.results: list[Any] = []  # of a call of many properties, once it is done
        self._events: deque[Event] = deque()
        self._failure: Error | None = None
        self._waiter: asyncio.Future[None] | None = None

    def put(self, event: Event) -> None:
        self._events.append(event)
        if event.kind == "done":
            self._finish()
        self._wake()

    def fail(self, error: Error) -> None:
        self._failure = error
        self._finish()
        self._wake()

    def _finish(self) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def next(self) -> Event:
        while not self._events:
            if self._failure is not None:
                raise self._failure
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._events.popleft()

    async def result(self) -> Event:
        """The last event; those before it are passed over."""
        while (event := await self.next()).kind != "done":
            pass
        return event


class Runtime:
    """Owns engine, transport and store from `__init__` to `close`."""

    def __init__(
        self,
        platform: Platform,
        make_engine: Callable[[int, Transport], Engine],
        udp: Transport,
        store: Store | None,
        dispatch: Callable[[Event], None],
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self.platform = platform
        self.udp = udp
        self.store = store
        self.streams: WeakSet[Stream[Any]] = WeakSet()
        self.finished: asyncio.Future[Error | None] = self.loop.create_future()
        self.send_errors = 0
        self.last_send_error: Error | None = None
        self._dispatch = dispatch
        self._calls: dict[int, Call] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._rescan_timer: asyncio.TimerHandle | None = None
        self._timer_at = 0
        self.engine = make_engine(platform.monotonic(), udp)

    def start(self) -> None:
        """Begins to listen, and tells the network that this node is there."""
        now = self.platform.monotonic()
        self.engine.set_date(now, int(self.platform.date()))
        self.engine.announce(now)
        self.platform.listen(self.loop, self.udp, self._on_readable)
        self._rescan_timer = self.loop.call_later(RESCAN_S, self._on_rescan)
        self.pump()

    @property
    def closed(self) -> bool:
        return self.engine.closed

    def close(self, error: Error | None = None) -> None:
        """Ends everything at once: requests raise Closed (or `error`), streams end. A second time does nothing."""
        if self.closed:
            return
        if self.engine.busy:
            raise make_error(State.code, "an endpoint can't be closed from inside its own set hook or trace")
        self._send_all()
        self.platform.unlisten(self.loop, self.udp)
        for timer in (self._timer, self._rescan_timer):
            if timer is not None:
                timer.cancel()
        self.engine.close()
        self.udp.close()
        if self.store is not None:
            self.store.close()
        calls, self._calls = self._calls, {}
        for call in calls.values():
            call.fail(error or make_error(Closed.code))
        for stream in list(self.streams):
            stream._end(error)
        if not self.finished.done():
            self.finished.set_result(error)

    # ---- requests ----

    @contextlib.contextmanager
    def call(self, begin: Callable[[int], int]) -> Iterator[Call]:
        """Starts a request; leaving the block before it is done cancels it, whatever the reason."""
        call = Call()
        call.id = begin(self.platform.monotonic())
        self._calls[call.id] = call
        self.pump()
        try:
            yield call
        finally:
            if self._calls.pop(call.id, None) is not None and not self.closed:
                self.engine.cancel(self.platform.monotonic(), call.id)
                self.pump()

    def act(self, action: Callable[[int], None]) -> None:
        """Calls the engine, and sends what comes of it, also of what failed."""
        try:
            action(self.platform.monotonic())
        finally:
            self.pump()

    # ---- what the loop calls ----

    def _on_readable(self) -> None:
        try:
            for _ in range(DATAGRAMS_IN_A_ROW):
                got = self.udp.receive()
                if got is None:
                    break
                address, datagram, multicast, own = got
                if not own and address is not None:
                    self.engine.receive(self.platform.monotonic(), address, multicast, datagram)
                    self.pump()
        except Error as error:
            self.close(error)

    def _on_timer(self) -> None:
        self._timer = None
        self.engine.tick(self.platform.monotonic())
        self.pump()

    def _on_rescan(self) -> None:
        self._rescan_timer = self.loop.call_later(RESCAN_S, self._on_rescan)
        now = self.platform.monotonic()
        self.engine.set_date(now, int(self.platform.date()))
        if not self.udp.by_address:
            try:
                changed = self.udp.rescan()
            except Error as error:
                self._note_send_error(error)
                changed = False
            if changed:
                self.engine.announce(now)
        self.pump()

    # ---- what the engine has to say ----

    def pump(self) -> None:
        """Carries out datagrams and events until there are none, and sets the timer. Inside a hook it does nothing."""
        if self.engine.busy or self.closed:
            return
        if not self.platform.has_power:
            self.close()
            return
        while True:
            self._send_all()
            event = self.engine.next_event()
            if event is None:
                break
            self._take(event)
        self._arm()

    def _send_all(self) -> None:
        while self.platform.has_power and (item := self.engine.next_datagram()) is not None:
            try:
                self.udp.send(*item)
            except Error as error:  # a datagram may get lost, this one has: whoever waits for an answer finds out
                self._note_send_error(error)

    def _note_send_error(self, error: Error) -> None:
        self.send_errors += 1
        self.last_send_error = error.with_traceback(None)

    def _take(self, event: Event) -> None:
        call = self._calls.get(event.request) if event.request else None
        if call is not None:
            if event.kind == "done":
                del self._calls[event.request]
                call.results = self.engine.results()
            call.put(event)
        if event.kind not in OF_REQUESTS:
            self._dispatch(event)

    def _arm(self) -> None:
        """A timer that is early enough stays: an answered request takes its deadline along, so most timers are."""
        deadline = self.engine.deadline()
        if deadline is None or (self._timer is not None and self._timer_at <= deadline):
            return
        if self._timer is not None:
            self._timer.cancel()
        now = self.platform.monotonic()
        self._timer_at = min(max(deadline, now), now + LONGEST_WAIT_MS)
        self._timer = self.loop.call_later((self._timer_at - now) / 1000, self._on_timer)

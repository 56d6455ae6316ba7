"""What stands before an object of asyncio and waits for it."""

from collections.abc import Callable
from dataclasses import fields
from types import TracebackType
from typing import Any, Self

from ..errors import Error
from ._portal import Portal

_facades: dict[type, "type[Facade]"] = {}
_twins: dict[type, type] = {}


class Facade:
    """An object of asyncio, and the loop where it lives. Equal facades stand for equal objects."""

    _it: Any
    _portal: Portal

    def __init_subclass__(cls, of: type | None = None) -> None:
        if of is not None:
            _facades[of] = cls

    @classmethod
    def _before(cls, it: object, portal: Portal) -> Self:
        self = cls.__new__(cls)
        self._it, self._portal = it, portal
        return self

    def _wait(self, name: str, *args: Any, within: float | None = None, **named: Any) -> Any:
        """The result of one of its coroutine functions."""
        return self._guarded(lambda: self._portal.run(lambda: self._bound(name, args, named), within))

    def _call(self, name: str, *args: Any, **named: Any) -> Any:
        """The result of one of its other methods."""
        return self._guarded(lambda: self._portal.call(lambda: self._bound(name, args, named)))

    def _get(self, name: str) -> Any:
        """One of its attributes."""
        return self._guarded(lambda: self._portal.call(lambda: getattr(self._it, name)))

    def _bound(self, name: str, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        return getattr(self._it, name)(*map(behind, args), **{key: behind(value) for key, value in named.items()})

    def _guarded(self, action: Callable[[], Any]) -> Any:
        try:
            return before(action(), self._portal)
        except Error as error:
            error.peer = before(error.peer, self._portal)
            raise

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Facade) and bool(self._it == other._it)

    def __hash__(self) -> int:
        return hash(self._it)

    def __repr__(self) -> str:
        text: str = self._portal.call(lambda: repr(self._it))
        return text.replace("<warifu.", "<warifu.sync.", 1)


class Opened(Facade):
    """One that is open between `with`."""

    def __enter__(self) -> Self:
        opened = self._portal.open()
        try:
            self._wait("__aenter__")
        except BaseException:
            if opened:
                self._portal.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends requests (they raise Closed), streams, sockets and the state's lock at once. A second time is fine."""
        self._call("close")
        self._portal.close()


def twin(of: type, made: type) -> None:
    """Makes `made` the data class that is given in place of `of`, which has the same fields."""
    _twins[of] = made


def before(value: Any, portal: Portal) -> Any:
    """What the user gets for a value of asyncio's."""
    kind = type(value)
    if kind is list:
        return [before(each, portal) for each in value]
    if kind in _twins:
        return _twins[kind](**{field.name: before(getattr(value, field.name), portal) for field in fields(value)})
    facade = next((_facades[base] for base in kind.__mro__ if base in _facades), None)
    return value if facade is None else facade._before(value, portal)


def behind(value: Any) -> Any:
    """What asyncio gets for a value of the user's."""
    if isinstance(value, Facade):
        return value._it
    return type(value)(map(behind, value)) if type(value) in (list, tuple, set) else value

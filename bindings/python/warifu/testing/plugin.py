"""The pytest plugin: the fixtures `warifu_home`, and `async def` tests that ask for it, and `warifu_sync_home`."""

import inspect
from collections.abc import Coroutine, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from .home import Home
from .loop import run

if TYPE_CHECKING:
    from ..sync.testing import Home as WaitingHome


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "warifu(seed=0, loss=0, ...): what the home of warifu_home and warifu_sync_home is made with",
    )


@pytest.fixture
def warifu_home(request: pytest.FixtureRequest) -> Iterator[Home]:
    """A virtual home, made with the arguments of the marker `warifu`. Parametrize that for many seeds or losses."""
    home = Home(**_marked(request))
    yield home
    home.close()


@pytest.fixture
def warifu_sync_home(request: pytest.FixtureRequest) -> Iterator["WaitingHome"]:
    """The same for `warifu.sync`, already open."""
    from ..sync.testing import Home as WaitingHome

    with WaitingHome(**_marked(request)) as home:
        yield home


def _marked(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What the markers say, the nearest last."""
    arguments: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers("warifu"))):
        arguments.update(marker.kwargs)
    return arguments


async def _inside(home: Home, test: Coroutine[Any, Any, None]) -> None:
    async with home:
        await test


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs a coroutine test with a virtual home on the virtual clock; other plugins run the others."""
    home = pyfuncitem.funcargs.get("warifu_home")
    if not isinstance(home, Home) or not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    run(_inside(home, pyfuncitem.obj(**arguments)))
    return True

"""Every public name of the Python package says what it is, and is in the reference."""

import importlib.util
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import warifu
import warifu.sync.testing
import warifu.testing

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "python-names.md"
MODULES = [warifu, warifu.errors, warifu.keeping, warifu.testing, warifu.sync]
SHORTEST = 10  # letters of a docstring


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("python_reference", ROOT / "tools" / "python_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def public(module: ModuleType) -> Iterator[tuple[str, object]]:
    for name in module.__all__:
        item = getattr(module, name)
        if name != "__version__" and not inspect.ismodule(item):
            yield name, item


def members(kind: type) -> Iterator[tuple[str, object]]:
    """Methods and properties, those of private bases too."""
    for base in kind.__mro__:
        for name, member in vars(base).items() if base.__module__.startswith("warifu") else ():
            is_one = callable(member) or isinstance(member, property | classmethod | staticmethod)
            if not name.startswith("_") and (is_one or inspect.isdatadescriptor(member)):
                yield name, member


def is_slot(member: object) -> bool:
    return inspect.ismemberdescriptor(member)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_public_name_has_a_docstring_and_so_has_each_of_its_members(module: ModuleType) -> None:
    silent = []
    for name, item in public(module):
        if isinstance(item, type):
            if len(inspect.getdoc(item) or "") < SHORTEST or (item.__doc__ or "").startswith(f"{name}("):
                silent.append(name)
            if not issubclass(item, BaseException) and not issubclass(item, int | str | float | dict):
                each = [at for at, member in members(item) if not is_slot(member) and not inspect.getdoc(member)]
                silent += [f"{name}.{at}" for at in each]
        elif inspect.isroutine(item) and len(inspect.getdoc(item) or "") < SHORTEST:
            silent.append(name)
    assert silent == []


def test_the_reference_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == generator().page(), ".venv/bin/python tools/python_reference.py"


@pytest.mark.parametrize("module", [warifu, warifu.keeping, warifu.testing], ids=lambda module: module.__name__)
def test_the_reference_has_every_public_name(module: ModuleType) -> None:
    there = set(re.findall(r"^### (\w+)$", PAGE.read_text(encoding="utf-8"), flags=re.M))
    errors = {name for name, item in public(module) if isinstance(item, type) and issubclass(item, warifu.Error)}
    names = {name for name, _ in public(module)} - errors
    assert len(names) > 5
    assert names <= there
    page_of_errors = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in page_of_errors for name in errors - {"Error"})


def test_the_asyncio_classes_have_their_twins_that_wait() -> None:
    waiting = {name for name, item in public(warifu) if isinstance(item, type) and has_coroutines(item)}
    assert {"Controller", "Device", "Node", "Peer", "RemoteObject", "Stream"} <= waiting
    assert waiting <= set(warifu.sync.__all__)


def has_coroutines(kind: type) -> bool:
    return any(inspect.iscoroutinefunction(member) for _, member in inspect.getmembers(kind))

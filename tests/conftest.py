"""Makes one pytest run of everything: C programs, Lua files and fuzz harnesses become items beside the Python tests.

The programs come from the build directory WARIFU_BUILD (build/dev when unset). A C program or a Lua file names its
cases with `--list`, one a line, and runs one by its name: status 0 passed, 77 skipped (the last line says why), else
failed.
"""

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BUILD = Path(os.environ.get("WARIFU_BUILD") or ROOT / "build" / "dev").resolve()
SKIPPED = 77
SECONDS = 120
SANITIZERS = {
    "ASAN_OPTIONS": "abort_on_error=1:detect_stack_use_after_return=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
}
LUA = {"LUA_PATH": f"{ROOT}/tests/lua/?.lua;;", "LUA_CPATH": f"{BUILD}/lua/?.so;;"}


class ProgramError(Exception):
    """A program's case failed; the text is what it printed."""


def run(command: Sequence[str | Path]) -> str:
    """Runs a program of the build to its end and returns what it printed."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            cwd=ROOT,
            env={**os.environ, **SANITIZERS, **LUA},
            text=True,
            errors="replace",
        )
    except FileNotFoundError:
        raise ProgramError(f"{words[0]} is not there; ./dev build makes it") from None
    except subprocess.TimeoutExpired as late:
        raise ProgramError(f"{' '.join(words)} took longer than {SECONDS} s\n{late.output or ''}") from None
    if done.returncode == SKIPPED:
        raise pytest.skip.Exception(done.stdout.strip().rpartition("\n")[2], _use_item_location=True)
    if done.returncode < 0:
        died_of = signal.Signals(-done.returncode).name
        raise ProgramError(f"{' '.join(words)} died of {died_of}\n{done.stdout}")
    if done.returncode != 0:
        raise ProgramError(f"{' '.join(words)} gave {done.returncode}\n{done.stdout}")
    return done.stdout


class Case(pytest.Item):
    """One case of a program; `command` runs it."""

    def __init__(self, *, command: Sequence[str | Path], **rest: object) -> None:
        super().__init__(**rest)
        self.command = command

    def runtest(self) -> None:
        output = run(self.command)
        if output:
            self.add_report_section("call", "output", output)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> object:
        return str(excinfo.value) if excinfo.errisinstance(ProgramError) else super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, self.name  # a skip needs a line, though a case has none


class Program(pytest.File):
    """A test file whose cases are named by the program made from it."""

    def program(self) -> list[str | Path]:
        return [BUILD / "tests" / self.path.stem]

    def collect(self) -> Iterator[Case]:
        try:
            names = run([*self.program(), "--list"]).split()
        except ProgramError as error:
            raise self.CollectError(str(error)) from None
        for name in names:
            yield Case.from_parent(self, name=name, command=[*self.program(), name])


def lua() -> str | Path:
    """lua5.4; but a module with a sanitizer in it needs a program that has it too: the shell runs scripts as well."""
    cache = BUILD / "CMakeCache.txt"
    sanitized = cache.exists() and "-fsanitize=" in cache.read_text()
    return BUILD / "shell" / "warifu" if sanitized else "lua5.4"


class LuaFile(Program):
    def program(self) -> list[str | Path]:
        return [lua(), self.path]


class Harness(pytest.File):
    """A fuzz harness: its corpus in tests/fuzz/corpus/NAME goes in whole, cut and mutated (tests/fuzz/replay.c)."""

    def collect(self) -> Iterator[Case]:
        corpus = self.path.parent / "corpus" / self.path.stem.removeprefix("fuzz_")
        program = BUILD / "tests" / self.path.stem
        files = sorted(path for path in corpus.glob("*") if path.is_file())
        yield Case.from_parent(self, name="replay", command=[program, f"{program}.last", *files])


KINDS = {("c", "test_", ".c"): Program, ("lua", "test_", ".lua"): LuaFile, ("fuzz", "fuzz_", ".c"): Harness}


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.File | None:
    for (folder, prefix, suffix), kind in KINDS.items():
        if file_path.parent.name == folder and file_path.name.startswith(prefix) and file_path.suffix == suffix:
            return kind.from_parent(parent, path=file_path)
    return None


def pytest_configure() -> None:
    """Tests interrupt programs of theirs, but a run in the background of a shell hands on that SIGINT is ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_itemcollected(item: pytest.Item) -> None:
    item.extra_keyword_matches.add(item.nodeid)  # so that -k takes c/test_bytes.c::a_case too


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line of a run, for people and for scripts."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or config.option.collectonly:
        return
    count = {outcome: len(reports) for outcome, reports in reporter.stats.items()}
    passed = count.get("passed", 0) + count.get("xpassed", 0)
    failed = count.get("failed", 0) + count.get("error", 0)
    skipped = count.get("skipped", 0) + count.get("xfailed", 0)
    reporter.write_line(f"{passed} passed, {failed} failed, {skipped} skipped")


def outside(variable: str) -> Path:
    """The folder or file that an environment variable names; without it the test is skipped and says so."""
    value = os.environ.get(variable)
    if not value:
        pytest.skip(f"{variable} is not set")
    return Path(value).resolve(strict=True)


@pytest.fixture(scope="session")
def vectors() -> Path:
    return outside("WARIFU_VECTORS")


@pytest.fixture(scope="session")
def frames() -> Path:
    return outside("WARIFU_FRAMES")


@pytest.fixture(scope="session")
def mra() -> Path:
    return outside("WARIFU_MRA")


@pytest.fixture(scope="session")
def build() -> Path:
    """The build directory: tests/X_driver, lua/warifu.so and shell/warifu are in it."""
    return BUILD

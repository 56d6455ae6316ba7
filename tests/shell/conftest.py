"""What the tests of the shell share: the program, ways to run it with a terminal and without, ports that nobody has."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tools"))  # terminal.py

from shell_home import Home, hold_json
from terminal import Shell

SECONDS = 60


@pytest.fixture
def shell(build: Path) -> Path:
    return build / "shell" / "warifu"


@pytest.fixture
def run(shell: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the shell without a terminal; its usual state directory is the test's own."""

    def go(*words: str, text: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        place = {"XDG_STATE_HOME": str(tmp_path), "LC_ALL": "C.UTF-8", **variables}
        done = subprocess.run(
            [shell, *words],
            input=text,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            cwd=tmp_path,
            env={**os.environ, **place},
            check=False,
        )
        if not text:
            hold_json(shell, words, done.stdout)
        return done

    return go


@pytest.fixture
def free_port() -> int:
    """A UDP port that nobody has at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def screen(shell: Path, tmp_path: Path) -> Iterator[Callable[..., Shell]]:
    """Starts shells, waits for their first prompt, and ends them with the test."""
    started: list[Shell] = []

    def start(*words: str, columns: int = 80, lines: int = 24, **environment: str) -> Shell:
        command = [shell, "--state", tmp_path / "state", *words]
        started.append(Shell(command, {"HOME": str(tmp_path), **environment}, columns, lines))
        started[-1].ready()
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture
def home(shell: Path, tmp_path: Path, free_port: int, run: Callable) -> Iterator[Home]:
    one = Home(shell, tmp_path, free_port, run)
    yield one
    one.close()

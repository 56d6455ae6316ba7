"""What the tests of the shell share: the program, a way to run it, ports that nobody has."""

import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

SECONDS = 60


@pytest.fixture
def shell(build: Path) -> Path:
    return build / "shell" / "warifu"


@pytest.fixture
def run(shell: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the shell without a terminal; its usual state directory is the test's own."""

    def go(*words: str, text: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        place = {"XDG_STATE_HOME": str(tmp_path), "LC_ALL": "C.UTF-8", **variables}
        return subprocess.run(
            [shell, *words],
            input=text,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            cwd=tmp_path,
            env={**os.environ, **place},
            check=False,
        )

    return go


@pytest.fixture
def free_port() -> int:
    """A UDP port that nobody has at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

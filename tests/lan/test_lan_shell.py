"""Virtual devices of the shell in a LAN, as their how-to has it: by interface, and together at one address."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lan import BARE, OURS, PEER, address, command_on

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 20

Start = Callable[..., dict]


@pytest.fixture
def shell(build: Path) -> Path:
    return build / "shell" / "warifu"


@pytest.fixture
def start(shell: Path, tmp_path: Path) -> Iterator[Start]:
    """Runs a verb on a host, and gives the first thing that it tells."""
    running: list[subprocess.Popen[str]] = []

    def go(host: int, *words: str | Path) -> dict:
        command = command_on(host, shell, "--state", tmp_path / f"host{host}", "--json", *words)
        running.append(
            subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        )
        out = running[-1].stdout
        assert out is not None
        return json.loads(out.readline())

    yield go
    for one in running:
        one.kill()
        one.communicate()


@pytest.fixture
def controller(shell: Path, tmp_path: Path) -> Callable[..., str]:
    """Runs a verb to its end on a host of its own."""

    def go(*words: str) -> str:
        done = subprocess.run(
            command_on(BARE, shell, "--state", tmp_path / "controller", *words),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return go


def test_a_device_on_an_interface_is_found_and_pairs(start: Start, controller: Callable[..., str]) -> None:
    ready = start(PEER, "--interface", "eth0", "device", "aircon", "roomTemperature=30", "--window", "120")
    assert ready["number"] in controller("discover")
    assert "paired with" in controller("pair", address(PEER), "--code", ready["code_file"])
    assert controller("--quiet", "get", "aircon", "roomTemperature") == "30"


def test_a_home_together_at_one_address_has_one_code_for_all(start: Start, controller: Callable[..., str]) -> None:
    home = ROOT / "examples" / "home.lua"
    ready = start(OURS, "--address", address(OURS), "sim", "up", home, "--together", "--window", "120")
    controller("pair", address(OURS), "--code", ready["code_file"])
    assert controller("--quiet", "get", "meter", "unitForCumulativeElectricEnergy") == "0.001"
    assert controller("--quiet", "get", "lock", "mainElectricLock") == "true"

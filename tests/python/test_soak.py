"""`./dev soak` in small: it ends by itself, its figures add up, and an interrupt prints what is there."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("WARIFU_BUILD", ROOT / "build" / "dev")) / "tests" / "soak"


@pytest.fixture
def program() -> Path:
    if not PROGRAM.exists():
        pytest.skip(f"{PROGRAM} is not built")
    return PROGRAM


def test_a_short_soak_keeps_its_rules_and_its_figures_add_up(program: Path) -> None:
    done = subprocess.run([program, "2", "3", "--seed", "7", "--json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["seed"], told["devices"], told["verdict"]) == (7, 3, "all rules held")
    assert told["asked"] == told["ended_well"] + told["ended_badly"] + told["lost_with_power"]
    assert told["ended_well"] > 50


def test_an_interrupt_prints_what_is_there(program: Path) -> None:
    soak = subprocess.Popen(
        [program, "600", "2", "--seed", "7"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert soak.stderr.readline() == "seed 7\n"
    soak.send_signal(signal.SIGINT)
    printed, _ = soak.communicate(timeout=20)
    assert soak.returncode == 1
    assert re.search(r"^Get +asked \d+", printed, re.M)
    assert printed.splitlines()[-1] == "interrupted"


@pytest.mark.parametrize("words", [["0"], ["x"], ["5", "9999"], ["5", "5", "5"], ["--seed"], ["--what"]])
def test_what_makes_no_sense_is_told_how_to_say(program: Path, words: list[str]) -> None:
    done = subprocess.run([program, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: ./dev soak ")


def test_help_is_told_on_the_standard_output(program: Path) -> None:
    told = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    assert told.startswith("usage: ./dev soak ")
    assert "exit" in told

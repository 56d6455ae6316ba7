"""The examples in Lua run as they stand, in a simulated home, and show what they are about, as those in Python do."""

import csv
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
BUILD = Path(os.environ.get("WARIFU_BUILD", ROOT / "build" / "dev")).resolve()
NAMES = ["attack_lab", "gateway", "hello_controller", "logger", "peak_shaving", "thermostat"]
SECONDS = 100
MOST_LINES = 79


def run(name: str, *words: str | Path) -> str:
    environment = os.environ | {"LUA_CPATH": f"{BUILD}/lua/?.so;;"}
    command = ["lua5.4", EXAMPLES / f"{name}.lua", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    assert all("policy 'open' is for a laboratory" in line for line in done.stderr.splitlines())
    return done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_short_has_a_twin_in_python_and_says_what_it_is(name: str) -> None:
    lines = (EXAMPLES / f"{name}.lua").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= MOST_LINES
    assert lines[0].startswith("-- ")
    assert (EXAMPLES / f"{name}.py").exists()


def test_the_thermostat_keeps_the_room_at_what_the_hour_asks_for() -> None:
    rows = re.findall(r"(\d+) h: (\d+) degrees, wanted: (\d+)", run("thermostat"))
    found = {int(hour): (int(degrees), int(wanted)) for hour, degrees, wanted in rows}
    assert len(found) == 23
    assert all(degrees <= wanted + 1 for hour, (degrees, wanted) in found.items() if hour not in (17, 22))
    assert max(degrees for degrees, _ in found.values()) >= 27  # it was warm, so there was something to do


def test_peaks_are_shaved_and_the_car_is_charged() -> None:
    told = run("peak_shaving")
    highest, minutes = re.findall(r"highest: (\d+) W, above 3000 W until it was noticed: (\d+) minutes", told)[0]
    assert int(highest) > 3000
    assert int(minutes) <= 10
    assert "car: 100 %" in told


def test_the_logger_keeps_what_is_announced_and_what_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    run("logger", path)
    head, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
    assert head == ["time", "number", "object", "property", "value", "unit"]
    room = [row for row in rows if row[3] == "roomTemperature"]
    assert len(room) >= 55
    assert {row[5] for row in room} == {"Celsius"}
    assert {row[4] for row in rows if row[3] == "operationStatus"} == {"true", "false"}


def test_the_gateway_passes_on_what_the_house_says() -> None:
    assert run("gateway").splitlines() == ["the old device was set to	26", "and the house reads	26"]


def test_every_attack_fails_with_its_reason() -> None:
    told = run("attack_lab")
    lines = told.splitlines()
    assert len(lines) == 6
    assert all(": fails (" in line for line in lines), told
    for reason in ("0 of 6", "replays_dropped", "plaintext_from_paired", "tampered", "signature", "UNTRUSTED"):
        assert reason in told

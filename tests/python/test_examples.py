"""The examples in Python run as they stand, in a virtual home, and show what they are about."""

import csv
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import warifu
from home import authority, somewhere

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NAMES = ["attack_lab", "gateway", "logger", "peak_shaving", "thermostat"]
SECONDS = 100
MOST_LINES = 79


def run(name: str, *words: str | Path) -> str:
    command = [sys.executable, "-X", "dev", "-W", "error", EXAMPLES / f"{name}.py", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    assert all("policy 'open' is for a laboratory" in line for line in done.stderr.splitlines())
    return done.stdout


@pytest.mark.parametrize("name", [*NAMES, "hello_sync"])
def test_an_example_is_short_and_says_what_it_is(name: str) -> None:
    lines = (EXAMPLES / f"{name}.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= MOST_LINES
    assert lines[0].startswith('"""')


def test_the_thermostat_keeps_the_room_at_what_the_hour_asks_for() -> None:
    rows = re.findall(r"^ ?(\d+) h: (\d+) degrees, heating: (true|false)$", run("thermostat"), flags=re.M)
    degrees = {int(hour): int(found) for hour, found, _ in rows}
    assert len(degrees) == 24
    assert all(20 <= degrees[hour] <= 22 for hour in (8, 9))
    assert all(21 <= degrees[hour] <= 23 for hour in (19, 20, 21, 22))
    assert all(15 <= degrees[hour] <= 18 for hour in (4, 5, 14, 15, 16))
    assert {heating for *_, heating in rows} == {"true", "false"}


def test_peaks_are_shaved_and_the_car_is_charged() -> None:
    told = run("peak_shaving")
    assert "above 3000 W until it was noticed: 5 minutes" in told
    car, battery = map(int, re.findall(r"(\d+) Wh", told))
    assert car == 12500  # from seven to midnight
    assert 0 <= battery <= 6000


@pytest.mark.parametrize("name", ["log.csv", "log.db"])
def test_the_logger_keeps_what_is_announced_and_what_is_asked_for(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    run("logger", path)
    if path.suffix == ".db":
        rows = [list(map(str, row)) for row in sqlite3.connect(path).execute("SELECT * FROM log")]
    else:
        head, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
        assert head == ["time", "number", "object", "property", "value", "unit"]
    room = [row for row in rows if row[3] == "roomTemperature"]
    assert 55 <= len(room) <= 61
    assert {(row[4], row[5]) for row in room} == {("21", "Celsius")}
    announced = [row for row in rows if row[3] == "operationStatus" and row[0].endswith("14:43:50+00:00")]
    assert [row[4] for row in announced] == ["true"]


def test_the_gateway_passes_both_ways_what_the_house_may_do() -> None:
    told = run("gateway").splitlines()
    assert told == ["the old device was set to 26", "and the house hears {'operationStatus': 'false'}"]


def test_every_attack_fails_with_its_reason() -> None:
    told = run("attack_lab")
    lines = told.splitlines()
    assert len(lines) == 6
    assert all(": fails (" in line for line in lines), told
    for reason in ("0 of 9", "replays_dropped", "plaintext_from_paired", "signature", "tampered", "UNTRUSTED"):
        assert reason in told


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_the_controller_without_asyncio_pairs_if_its_owner_says_yes(answer: str, tmp_path: Path) -> None:
    for role in ("device", "controller"):
        authority().issue(role).save(tmp_path / f"{role}.pem")
    number = warifu.Identity.load(tmp_path / "device.pem").number or b""
    words = ["--identity", tmp_path / "device.pem", "--address", somewhere(), "--window", "60"]
    serve = [sys.executable, "-u", EXAMPLES / "air_conditioner.py", *words]
    ask = [EXAMPLES / "hello_sync.py", tmp_path / "controller.pem", number.hex(), "--address", somewhere()]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as device:
        try:
            assert device.stdout is not None
            assert device.stdout.readline().startswith("ready ")
            command = [sys.executable, "-X", "dev", "-W", "error", *ask]
            done = subprocess.run(command, input=f"{answer}\n", capture_output=True, text=True, timeout=SECONDS)
        finally:
            device.terminate()
    told = done.stdout.splitlines()
    assert f"pair with {number.hex().upper()}? (yes or no) " in done.stdout
    if answer == "yes":
        assert (done.returncode, done.stderr, told[-1]) == (0, "", "unpaired")
        assert told[-2] == "heard {'operationStatus': 'true'}"
    else:
        assert "WrongDevice" in done.stderr.splitlines()[-1]

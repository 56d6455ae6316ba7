"""What the C programs of `./dev bench` print of handshakes holds, and stands in the documents."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SUFFIXES = ("", ".unnamed")  # certificates of 464 bytes, and without a name
PAGE_ROWS = {  # of handshakes.md: the figure, and which side of it
    "Warifu, pairing: handshake": ("pairing", "ours"),
    "Warifu, pairing: with HELLO, CONFIRM and CONFIRMED": ("pairing.whole", "ours"),
    "DTLS 1.2 of OpenSSL, with cookie": ("pairing", "theirs"),
    "Warifu, again by x5t, the controller restarted: handshake": ("again.controller", "ours"),
    "Warifu, again by x5t, the device restarted: with WAKE": ("again.device", "ours"),
    "DTLS 1.2 of OpenSSL, resumed by session id, with cookie": ("again.controller", "theirs"),
}


def rows_of(program: Path) -> dict[str, dict]:
    """Figure to row. Standard output has nothing else."""
    done = subprocess.run([program, "--short"], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len({row["figure"] for row in found}) == len(found) > 0
    for row in found:
        assert set(row) == {"figure", "ours", "theirs", "ratio", "unit", "against", "reach"}
        assert row["reach"] is None or re.fullmatch(r"(ours|ratio) <= [\d.]+", row["reach"])
        assert (row["ratio"] is None) == (row["theirs"] is None)
    return {row["figure"]: row for row in found}


@pytest.fixture(scope="module")
def measured(build: Path) -> dict[str, dict]:
    rows = rows_of(build / "tests" / "bench_handshake")
    if rows["pairing.bytes"]["theirs"] is None:
        pytest.skip("it was built without OpenSSL 3")
    assert len(rows) == 16
    return rows


def test_a_pairing_takes_fewer_bytes_and_no_more_datagrams_than_dtls_with_the_same_certificates(
    measured: dict[str, dict],
) -> None:
    for suffix in SUFFIXES:
        assert measured["pairing.datagrams" + suffix]["ratio"] <= 1
        assert measured["pairing.bytes" + suffix]["ratio"] < 1


def test_meeting_again_takes_fewer_bytes_than_a_resumption_of_dtls(measured: dict[str, dict]) -> None:
    for suffix in SUFFIXES:
        assert measured["again.controller.bytes" + suffix]["ratio"] < 1
        assert measured["again.device.bytes" + suffix]["ratio"] < 1


def test_the_figures_in_the_documents_are_those_that_are_measured(measured: dict[str, dict]) -> None:
    """OpenSSL's vary by a few bytes with the DER of its signatures; so do our smallest certificates."""
    page = (ROOT / "docs" / "explanation" / "handshakes.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| (\d+) \| ([\d,]+) \|", page, flags=re.M)
    assert {what for what, _, _ in rows} == set(PAGE_ROWS)
    for what, datagrams, size in rows:
        figure, side = PAGE_ROWS[what]
        assert measured[f"{figure}.datagrams"][side] == int(datagrams)
        difference = measured[f"{figure}.bytes"][side] - int(size.replace(",", ""))
        assert abs(difference) <= (8 if side == "theirs" else 0)

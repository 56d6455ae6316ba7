"""What `./dev bench` prints of handshakes holds, and stands in the documents."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^ *(\d+)  (\S.*\S) +(\d+) datagrams +(\d+) bytes \((\d+) \+ (\d+)\)$", flags=re.M)


@pytest.fixture(scope="module")
def measured(build: Path) -> dict[tuple[int, str], tuple[int, int]]:
    """(bytes of a certificate, what) to (datagrams, bytes)."""
    program = build / "tests" / "bench_handshake"
    if not program.exists():
        pytest.skip("it was built without OpenSSL 3")
    done = subprocess.run([program], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    rows = ROW.findall(done.stdout)
    assert len(rows) == len(done.stdout.splitlines()) == 12
    assert all(int(row[3]) == int(row[4]) + int(row[5]) for row in rows)
    return {(int(row[0]), row[1]): (int(row[2]), int(row[3])) for row in rows}


def of(measured: dict, certificate: int, words: str) -> tuple[int, int]:
    (found,) = [counts for (size, what), counts in measured.items() if size == certificate and words in what]
    return found


def test_a_pairing_takes_fewer_bytes_and_no_more_datagrams_than_dtls_with_the_same_certificates(measured: dict) -> None:
    for size in {size for size, _ in measured}:
        ours, theirs = of(measured, size, "pairing: handshake"), of(measured, size, "OpenSSL, with cookie")
        assert ours[0] <= theirs[0]
        assert ours[1] < theirs[1]


def test_meeting_again_takes_fewer_bytes_than_a_resumption_of_dtls(measured: dict) -> None:
    for size in {size for size, _ in measured}:
        resumed = of(measured, size, "resumed by session id")
        assert of(measured, size, "the controller restarted")[1] < resumed[1]
        assert of(measured, size, "the device restarted")[1] < resumed[1]


def test_the_figures_in_the_documents_are_those_that_are_measured(measured: dict) -> None:
    """OpenSSL's vary by a few bytes with the DER of its signatures; so do our smallest certificates."""
    page = (ROOT / "docs" / "explanation" / "handshakes.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| (\d+) \| ([\d,]+) \|", page, flags=re.M)
    assert len(rows) == len(measured) // 2
    for what, datagrams, size in rows:
        counted = of(measured, 464, what)
        assert counted[0] == int(datagrams)
        assert abs(counted[1] - int(size.replace(",", ""))) <= (8 if "DTLS" in what else 0)

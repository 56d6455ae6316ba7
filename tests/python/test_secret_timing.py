"""Secrets under memcheck: no branch and no index of the core's own depends on one (tests/c/secret_monitor.h)."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("WARIFU_BUILD") or ROOT / "build" / "dev").resolve()
PROGRAM = BUILD / "tests" / "secrets_driver"
FOUND = 99  # memcheck's status when it has seen something


def memcheck(case: str) -> subprocess.CompletedProcess[str]:
    if not PROGRAM.exists() or shutil.which("valgrind") is None:
        pytest.skip("valgrind is not here (Debian: valgrind)")
    if b"__asan_init" in PROGRAM.read_bytes() or b"__tsan_init" in PROGRAM.read_bytes():
        pytest.skip("this build has a sanitizer, which memcheck can't run")
    options = ["-q", f"--error-exitcode={FOUND}", "--num-callers=30", f"--suppressions={ROOT}/tests/c/secrets.supp"]
    return subprocess.run(
        ["valgrind", *options, PROGRAM, case], capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.parametrize(
    "case",
    [
        "comparing_tags",
        "deriving_keys",
        "drawing_random_bytes",
        "sealing_and_opening",
        "making_keys_agreeing_and_signing",
        "pairing_talking_and_coming_back",
    ],
)
def test_no_branch_and_no_index_of_ours_depends_on_a_secret(case: str) -> None:
    done = memcheck(case)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("case", ["a_comparison_that_stops_early_is_seen", "a_table_with_a_secret_index_is_seen"])
def test_memcheck_sees_what_it_should(case: str) -> None:
    done = memcheck(case)
    assert done.returncode == FOUND, done.stderr
    assert "uninitialised" in done.stderr
    assert case in done.stderr


def test_no_case_of_the_program_is_left_out() -> None:
    if not PROGRAM.exists():
        pytest.skip("valgrind is not here (Debian: valgrind)")
    names = subprocess.run([PROGRAM, "--list"], capture_output=True, text=True, check=True).stdout.split()
    text = Path(__file__).read_text()
    assert names
    assert all(f'"{name}"' in text for name in names)


TIMING = BUILD / "tests" / "timing_secrets"


def timing(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([TIMING, *words], capture_output=True, text=True, timeout=100, check=False)


def test_each_operation_has_its_row() -> None:
    """What the times are is for `./dev timing`, not for a test."""
    done = timing("0.01", "compare", "control")
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert [row[0] for row in rows] == ["operation", "compare", "control"]
    assert all(int(row[1]) >= 100 and float(row[2]) > 0 for row in rows[1:])


def test_wrong_words_are_answered_with_the_right_ones() -> None:
    for words, said in ((["x"], '"x" is no number of seconds'), (["1", "foo"], 'no operation "foo"')):
        done = timing(*words)
        assert done.returncode == 2
        assert said in done.stderr
        assert "operations: compare open" in done.stderr
    assert timing("--help").stdout.startswith("usage: timing_secrets")

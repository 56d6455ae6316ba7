"""Frames as facts: every line of a frames.txt is parsed, told in its notation and written again by the C codec."""

import subprocess
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

OWN_FILE = Path(__file__).parent.parent / "vectors" / "frames.txt"


class Fact(NamedTuple):
    line: int
    kind: str
    hex: str
    parsed: str
    meaning: str


def facts_of(path: Path) -> list[Fact]:
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [(number, line) for number, line in enumerate(lines, 1) if line and not line.startswith("#")]
    return [Fact(number, *line.split(" | ")[:4]) for number, line in rows]


def complaint(fact: Fact, answer: str) -> str | None:
    """What is wrong with the codec's answer; None when it is as the fact's kind says."""
    if fact.kind == "B":
        return None if answer == "does not parse" else f"a malformed frame was taken: {answer}"
    parsed, _, again = answer.partition(" | ")
    if parsed != fact.parsed:
        return f"parsed as {answer!r}, expected {fact.parsed!r}"
    if fact.kind in "CF" and again != fact.hex:
        return f"written again as {again}"
    return None if fact.kind in "CFR" else f"unknown kind {fact.kind!r}"


def answers(build: Path, facts: list[Fact]) -> list[str]:
    done = subprocess.run(
        [build / "tests" / "frame_driver"],
        input="".join(f"{fact.hex}\n" for fact in facts),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    lines = done.stdout.splitlines()
    assert len(lines) == len(facts)
    return lines


def check(build: Path, facts: list[Fact]) -> None:
    pairs = zip(facts, answers(build, facts), strict=True)
    wrong = [f"line {fact.line} ({fact.meaning}): {why}" for fact, answer in pairs if (why := complaint(fact, answer))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("fact", facts_of(OWN_FILE), ids=lambda fact: f"{fact.line}-{fact.meaning}")
def test_own_frames_are_handled_as_their_kind_says(build: Path, fact: Fact) -> None:
    check(build, [fact])


def test_own_frames_hold_good_and_malformed_ones() -> None:
    kinds = Counter(fact.kind for fact in facts_of(OWN_FILE))
    assert kinds["F"] >= 15
    assert kinds["B"] >= 5


def test_frames_of_real_devices_are_handled_as_their_kind_says(build: Path, frames: Path) -> None:
    facts = facts_of(frames)
    assert facts
    check(build, facts)


def test_frames_are_checked_against_meaning_and_bytes(build: Path) -> None:
    """The check itself notices a wrong meaning, wrong bytes and a wrong kind."""
    good = next(fact for fact in facts_of(OWN_FILE) if fact.kind == "F")
    (answer,) = answers(build, [good])
    assert complaint(good, answer) is None
    assert complaint(good._replace(parsed="TID=0000"), answer)
    assert complaint(good._replace(hex=f"{good.hex}00"), answer)
    assert complaint(good._replace(kind="B"), answer)

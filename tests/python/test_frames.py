"""Frames as facts: every line of a frames.txt is parsed, told in its notation and written again by the C codec.

Then a whole engine gets it, and has to do what the frame's kind says.
"""

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


def answers(build: Path, facts: list[Fact], driver: str = "frame_driver") -> list[str]:
    done = subprocess.run(
        [build / "tests" / driver],
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


# ---- the same frames at a real engine ----

ANSWERS = {
    "SetI": ({"", "50"}, {"set"}),
    "SetC": ({"71", "51"}, {"set"}),
    "Get": ({"72", "52"}, set()),
    "INF_REQ": ({"73", "53"}, set()),
    "SetGet": ({"7E", "5E"}, {"set"}),
}


def fault_of(fact: Fact, told: str) -> str | None:
    """What is wrong with what an engine did; None when it is as the fact's kind, or the service of the frame, says."""
    if fact.kind == "B":
        return None if told == "malformed=1 sent= events= known=0 instances=0 changed=0" else told
    words = fact.parsed.split()
    service = "arbitrary" if words[1] == "arbitrary" else words[2]
    seen = dict(word.split("=") for word in told.split())
    sent, events = seen["sent"].rstrip(","), {event for event in seen["events"].split(",") if event}
    if seen["malformed"] != "0":
        return told
    if service in ("arbitrary", "reserved"):
        right = (sent, events, seen["known"], seen["changed"]) == ("", set(), "0", "0")
    elif service in ANSWERS:
        answers, may = ANSWERS[service]
        announced = sent.removesuffix("73").rstrip(",") if seen["changed"] == "1" else sent
        right = announced in answers and events <= may and seen["known"] == "0"
        right = right and (seen["changed"] == "0" or "set" in events)
    elif service in ("INF", "INFC"):
        right = events == {"found", "notification"} and sent == ("7A" if service == "INFC" else "")
    else:  # an answer that nobody waits for
        right = events == {"found", "late"} and sent == "" and seen["changed"] == "0"
    lists = [word[3:] for word in words if word.startswith(("D5=", "D6=")) and word[3:] not in ("", "-")]
    if right and service not in ANSWERS and words[1].startswith("0ef0") and lists:
        right = int(seen["instances"]) == int(lists[-1][:2], 16)
    return None if right else told


def check_engine(build: Path, facts: list[Fact]) -> None:
    pairs = zip(facts, answers(build, facts, "frame_engine_driver"), strict=True)
    wrong = [f"line {fact.line} ({fact.meaning}): {why}" for fact, told in pairs if (why := fault_of(fact, told))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("fact", facts_of(OWN_FILE), ids=lambda fact: f"{fact.line}-{fact.meaning}")
def test_an_engine_does_with_own_frames_what_their_kind_says(build: Path, fact: Fact) -> None:
    check_engine(build, [fact])


def test_an_engine_does_with_frames_of_real_devices_what_their_kind_says(build: Path, frames: Path) -> None:
    facts = facts_of(frames)
    assert facts
    check_engine(build, facts)


def test_the_check_of_the_engine_notices_what_is_wrong(build: Path) -> None:
    facts = facts_of(OWN_FILE)
    told = answers(build, facts, "frame_engine_driver")
    for fact, line in zip(facts, told, strict=True):
        assert fault_of(fact, line) is None
        if fact.kind == "B":
            assert fault_of(fact, line.replace("sent=", "sent=52,"))
            assert fault_of(fact, line.replace("malformed=1", "malformed=0"))
        else:
            assert fault_of(fact._replace(kind="B"), line)
            assert fault_of(fact, line.replace("sent=", "sent=7A,74,"))


def test_frames_are_checked_against_meaning_and_bytes(build: Path) -> None:
    """The check itself notices a wrong meaning, wrong bytes and a wrong kind."""
    good = next(fact for fact in facts_of(OWN_FILE) if fact.kind == "F")
    (answer,) = answers(build, [good])
    assert complaint(good, answer) is None
    assert complaint(good._replace(parsed="TID=0000"), answer)
    assert complaint(good._replace(hex=f"{good.hex}00"), answer)
    assert complaint(good._replace(kind="B"), answer)

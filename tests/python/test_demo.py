"""The demo: that it shows what it says, and fails when any of it does not hold."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
sys.path.insert(0, str(EXAMPLES))

from demo_parts.attacker import tampered  # noqa: E402 - the examples are no package of ours
from demo_parts.eavesdropper import Packet, parse_udp  # noqa: E402
from demo_parts.frames import Plain, Protected, parse  # noqa: E402
from demo_parts.judge import Evidence, facts, faults, judge, plaintext  # noqa: E402

SECONDS = 100
KEYS = {
    "paired", "suite", "handshake_bytes", "handshake_datagrams", "commit_bytes", "commit_datagrams", "get", "set",
    "notification", "reconnected", "stranger_refused", "replays_dropped", "tampered_dropped", "control_saw_plaintext",
    "eavesdropper_datagrams", "eavesdropper_saw_plaintext", "lua_controller", "unpaired",
}  # fmt: skip
PLACE = {"device": "127.1.1.2", "controller": "127.1.1.3", "lua": "127.1.1.4", "stranger": "127.1.1.5"}
GROUP = "224.0.23.0"
RECORD = bytes.fromhex("10829AA31811340352DDC69C26146A0B33E3921AA370F37F976F3ECBEDA1BCCC266899508324BA12")


@dataclass(frozen=True)
class Run:
    status: int
    output: str
    errors: str

    @property
    def result(self) -> dict[str, Any]:
        return json.loads(self.output.splitlines()[-1])


def command(*arguments: str) -> list[str]:
    return [sys.executable, str(EXAMPLES / "demo.py"), *arguments]


def run_demo(build: Path, *arguments: str) -> Run:
    environment = {**os.environ, "WARIFU_BUILD": str(build)}
    done = subprocess.run(command(*arguments), env=environment, capture_output=True, text=True, timeout=SECONDS)
    if "no place was found" in done.stderr:
        pytest.skip("neither packet capture nor a network namespace is allowed here")
    return Run(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def run(build: Path) -> Run:
    return run_demo(build, "--json")


@pytest.fixture(scope="module")
def open_run(build: Path) -> Run:
    return run_demo(build, "--json", "--policy", "open")


# ---- the whole demo ----


def test_all_of_it_holds(run: Run):
    assert run.errors == ""
    assert run.status == 0


def test_the_last_line_is_one_object_with_these_keys(run: Run):
    assert run.result.keys() == KEYS


def test_the_pairing_is_mutual_and_small(run: Run):
    result = run.result
    assert result["paired"] is True
    assert result["suite"] == 3
    assert result["handshake_datagrams"] == 6
    assert 1000 < result["handshake_bytes"] <= 1300
    assert result["commit_datagrams"] == 2


def test_values_are_read_set_and_notified(run: Run):
    result = run.result
    assert result["get"] == {"operationStatus": "off", "setTemperature": 24, "roomTemperature": 29}
    assert result["set"] == {"setTemperature": 26, "readBack": 26}
    assert result["notification"] == {"setTemperature": 26}


def test_a_killed_device_is_reached_again_and_unpaired(run: Run):
    assert run.result["reconnected"] is True
    assert run.result["unpaired"] is True


def test_strangers_replays_and_tampering_get_nowhere(run: Run):
    assert run.result["stranger_refused"] is True
    assert run.result["replays_dropped"] == 1
    assert run.result["tampered_dropped"] == 2


def test_the_eavesdropper_reads_the_control_run_and_nothing_else(run: Run):
    assert run.result["control_saw_plaintext"] is True
    assert run.result["eavesdropper_saw_plaintext"] is False
    assert run.result["eavesdropper_datagrams"] > 60


def test_the_lua_controller_does_the_same(run: Run):
    assert run.result["lua_controller"] is True


def test_every_record_is_shown_beside_the_frame_that_it_replaced(run: Run):
    lines = [line.split() for line in run.output.splitlines()]
    frames = [line for line in lines if line[:4] == ["it", "would", "have", "been"]]
    records = [line for line in lines if line[:4] == ["on", "the", "wire", "is"]]
    assert len(frames) == len(records) > 10
    assert {line[4] for line in frames} == {"1081"}
    assert {line[4] for line in records} == {"1082"}


def test_an_open_device_makes_it_fail(open_run: Run):
    assert open_run.status == 1
    assert open_run.result["eavesdropper_saw_plaintext"] is True
    assert open_run.result["stranger_refused"] is False
    assert "eavesdropper_saw_plaintext is True, not False" in open_run.errors


def cmdlines() -> Iterator[str]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_text(errors="replace")
        except OSError:
            continue  # it has just ended


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_nothing_behind(build: Path, tmp_path: Path, signum: signal.Signals):
    environment = {**os.environ, "WARIFU_BUILD": str(build), "TMPDIR": str(tmp_path)}
    demo = subprocess.Popen(command(), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert demo.stdout is not None
    for line in demo.stdout:
        if "device says: ready" in line:
            break
    assert any(str(tmp_path) in line for line in cmdlines()) or demo.wait() == 1
    demo.send_signal(signum)
    _, errors = demo.communicate(timeout=SECONDS)
    if "no place was found" in errors:
        pytest.skip("neither packet capture nor a network namespace is allowed here")
    assert demo.returncode == 130
    assert "interrupted" in errors
    assert not any(str(tmp_path) in line for line in cmdlines())
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_interface_is_named_with_the_next_step():
    done = subprocess.run(command("--interface", "nowhere0"), capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 1
    assert "nowhere0" in done.stderr
    assert "What to do: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "most"),
    [("air_conditioner.py", 59), ("hello_controller.py", 41), ("hello_controller.lua", 39), ("code_controller.py", 39)],
)
def test_the_examples_stay_short(name: str, most: int):
    assert len((EXAMPLES / name).read_text().splitlines()) <= most


@pytest.mark.parametrize(
    "name", ["air_conditioner.py", "hello_controller.py", "code_controller.py", "make_identities.py"]
)
def test_the_examples_explain_themselves(name: str):
    done = subprocess.run([sys.executable, EXAMPLES / name, "--help"], capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0
    assert "identit" in done.stdout


# ---- the judge, on captures that are made up ----


def packet(source: str, destination: str, payload: bytes | str) -> Packet:
    where = [PLACE.get(role, role) for role in (source, destination)]
    return Packet(time.time(), *where, bytes.fromhex(payload) if isinstance(payload, str) else payload)


INNOCENT = {
    "asking all for instance lists": packet("controller", GROUP, "1081000105FF010EF0016202D6008300"),
    "answering with the instance list": packet("device", "controller", "108100010EF00105FF017201D60401013001"),
    "announcing the instance list": packet("device", GROUP, "108100010EF0010EF0017301D50401013001"),
    "a record": packet("controller", "device", RECORD),
    "the stranger's Set": packet("stranger", "device", "1081000105FF010130016101B3011E"),
    "its refusal": packet("device", "stranger", "1081000101300105FF015101B3011E"),
}
GUILTY = {
    "a Set of the controller in clear": packet("controller", "device", "1081000105FF010130016101B3011A"),
    "a Set of the stranger to everybody": packet("stranger", GROUP, "1081000105FF010130016101B3011A"),
    "a Set of the stranger that was done": packet("device", "stranger", "1081000101300105FF017101B300"),
    "a refusal to somebody else": packet("device", "controller", "1081000101300105FF015101B3011E"),
    "a value in clear": packet("device", "stranger", "1081000101300105FF017201B3011A"),
    "a question for a value": packet("controller", "device", "1081000105FF010130016201B300"),
    "a notification in clear": packet("device", GROUP, "108100010130010EF0017301B3011A"),
    "a node profile that tells its state": packet("device", GROUP, "108100010EF0010EF0017301800130"),
    "a node profile that tells too much": packet("device", "stranger", "108100010EF00105FF01720188 0142"),
    "a Set to the node profile": packet("stranger", "controller", "1081000105FF010EF0016101800131"),
    "a record without room for a tag": packet("device", "controller", "10820001181134031A"),
    "an unknown type": packet("device", "controller", "108200017F1A"),
    "a frame that is cut short": packet("device", "controller", "108100010EF0010EF0017301D504"),
    "something else": packet("device", "controller", b"26 degrees"),
    "nothing": packet("device", "controller", b""),
}


@pytest.mark.parametrize("what", INNOCENT)
def test_discovery_records_and_the_strangers_failure_are_no_plaintext(what: str):
    assert plaintext([INNOCENT[what]], PLACE) == []


@pytest.mark.parametrize("what", GUILTY)
def test_plaintext_is_found_by_reading_the_frame(what: str):
    assert plaintext([*INNOCENT.values(), GUILTY[what]], PLACE) == [GUILTY[what]]


def test_the_control_run_may_speak_in_clear_and_nobody_after_it():
    seen = [*GUILTY.values(), *INNOCENT.values()]
    assert judge(Evidence(PLACE, seen, control_packets=len(GUILTY)))["eavesdropper_saw_plaintext"] is False
    assert judge(Evidence(PLACE, seen, control_packets=len(GUILTY) - 1))["eavesdropper_saw_plaintext"] is True


def test_a_control_run_without_the_26_degrees_is_no_control_run():
    deaf = Evidence(PLACE, list(INNOCENT.values()), control_packets=len(INNOCENT))
    assert judge(deaf)["control_saw_plaintext"] is False


def test_without_evidence_nothing_holds():
    evidence = Evidence(PLACE)
    result = judge(evidence)
    assert result.keys() == KEYS
    found = {line.split(" is ")[0] for line in faults(evidence, result)}
    rest = {"commit_bytes", "eavesdropper_datagrams", "eavesdropper_saw_plaintext"}  # nothing sent, nothing heard
    assert found == KEYS - rest


def test_a_datagram_that_the_eavesdropper_missed_is_a_fault():
    evidence = Evidence(PLACE, list(INNOCENT.values()), sent={"device": 3, "controller": 4})
    assert "eavesdropper_datagrams is 6, not 7" in faults(evidence, judge(evidence))
    evidence.lost = 1
    assert "the capture missed 1 packets" in faults(evidence, judge(evidence))


def test_the_suite_is_the_one_that_message_1_selects():
    def suite_of(suites: str, flags: str = "00", before: str = "") -> object:
        message_1 = f"1082000112{flags}{before}00{suites}5820{'AB' * 32}426558"
        return judge(Evidence(PLACE, [packet("controller", "device", message_1)]))["suite"]

    assert suite_of("03") == 3
    assert suite_of("820302") == 2
    assert suite_of("03", "01", "CC" * 16) == 3
    assert suite_of("03", "03", "CC" * 32) == 3


def test_a_record_that_was_lost_twice_is_counted_in_the_handshake():
    kinds = (0x12, 0x13, 0x12, 0x12, 0x14, 0x15, 0x16)
    seen = [packet("controller", "device", bytes([0x10, 0x82, 0, 1, kind]) + bytes(32)) for kind in kinds]
    result = judge(Evidence(PLACE, [*seen, INNOCENT["a record"], *seen]))
    assert result["handshake_datagrams"] == 14  # the commit has not ended
    result = judge(Evidence(PLACE, [*seen, INNOCENT["a record"], INNOCENT["a record"], *seen]))
    assert result["handshake_datagrams"] == 7
    assert result["commit_bytes"] == 2 * len(RECORD)


def test_words_of_a_program_are_read_as_facts():
    lines = ["getaway x=1", "get operationStatus=31 name=two words=3", "get x=2"]
    assert facts(lines, "get") == {"operationStatus": 31, "name": "two", "words": 3}
    assert facts(lines, "set") == {}


# ---- what the demo reads by itself ----


def test_a_tampered_record_has_a_number_that_was_not_seen_and_is_else_like_it():
    renumbered, flipped = tampered(RECORD)
    assert [a ^ b for a, b in zip(RECORD, renumbered, strict=True) if a != b] == [3 ^ 43]
    assert sum(a != b for a, b in zip(renumbered, flipped, strict=True)) == 1
    assert isinstance(parse(renumbered), Protected)


def test_frames_are_read_to_the_last_byte():
    message = parse(bytes.fromhex("1081000105FF010130016202B300BB00"))
    assert message == Plain(b"\0\1", bytes.fromhex("05FF01"), bytes.fromhex("013001"), 0x62, ((0xB3, b""), (0xBB, b"")))
    assert parse(bytes.fromhex("1081000105FF010130016202B300BB0000")) is None
    set_get = parse(bytes.fromhex("1081000105FF010130016E01B3011A01BB00"))
    assert isinstance(set_get, Plain)
    assert set_get.properties == ((0xB3, b"\x1a"), (0xBB, b""))


def test_the_capture_reads_udp_behind_options_and_skips_the_rest():
    udp = bytes.fromhex("0E1A0E1A000B0000") + b"abc" + b"padding"
    head = bytes.fromhex("4600002300000000011100007F0101027F010103") + bytes(4)
    assert parse_udp(head + udp) == ("127.1.1.2", "127.1.1.3", b"abc")
    assert parse_udp(head[:9] + b"\x06" + head[10:] + udp) is None
    assert parse_udp(b"\x66" + head[1:] + udp) is None
    assert parse_udp(head) is None

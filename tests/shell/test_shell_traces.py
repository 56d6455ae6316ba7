"""Traces, key logs and attacks on one's own device, as a shell user has them."""

import json
import os
import signal
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import warifu
from shell_home import Home
from terminal import Shell

GET = "1081000105FF010130016201B300"
SET = ("set", "AIRCON", "targetTemperature=26")


def test_any_verb_can_be_traced_and_the_trace_decoded(home: Home, tmp_path: Path) -> None:
    device = home.paired()
    for name in ("a.pcapng", "a.jsonl", "a.txt"):
        done = home.run("--trace", name, "get", device.address, "targetTemperature")
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    for name in ("a.pcapng", "a.jsonl"):
        records = list(warifu.trace.read(tmp_path / name))
        assert any(record.address == f"{device.address}:{home.port}" and record.sent for record in records)
        assert not any(record.inner for record in records)
        shown = home.run("decode", name).stdout
        assert shown.count("\n") == len(records)
        assert "DA message_1" in shown
        assert "bytes of ciphertext and tag" in shown
        lines = home.run("decode", name, "--json").stdout.splitlines()
        assert [json.loads(line)["bytes"] for line in lines] == [one.datagram.hex().upper() for one in records]


def test_what_records_protect_is_traced_only_when_asked_for_with_a_warning(home: Home, tmp_path: Path) -> None:
    device = home.paired()
    words = ("get", device.address, "targetTemperature")
    home.run("--trace", "shy.txt", *words)
    plain = home.run("--trace", "plain.txt", "--trace-plain", *words)
    assert "plain.txt gets in clear what records protect" in plain.stderr
    assert "| Get_Res 013001" not in (tmp_path / "shy.txt").read_text()
    assert "| Get_Res 013001 -> 05FF01: B3=14 (targetTemperature 20 Celsius)" in (tmp_path / "plain.txt").read_text()


def test_a_file_that_is_there_stays_as_it_was(home: Home, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    done = home.run("--trace", "mine", "discover")
    assert (done.returncode, done.stderr.startswith("STORE: ")) == (9, True)
    assert (tmp_path / "mine").read_text() == "mine"


def test_a_trace_that_ctrl_c_ended_can_be_read(home: Home, tmp_path: Path) -> None:
    device = home.paired()
    path = tmp_path / "a.pcapng"
    command = [home.shell, *home.options, "--trace", path, "watch", device.address]
    place = {**os.environ, "XDG_STATE_HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=place) as watching:
        end = time.monotonic() + 20
        while (not path.exists() or path.stat().st_size < 1000) and time.monotonic() < end:
            time.sleep(0.05)
        watching.send_signal(signal.SIGINT)
        assert watching.wait(20) == 130
    assert len(list(warifu.trace.read(path))) > 3


def test_a_trace_begins_and_ends_between_lines(home: Home, tmp_path: Path) -> None:
    device = home.paired()
    get = f"get {device.address} targetTemperature\n"
    done = home.run(text=f"trace\n{get}trace a.jsonl --plain\n{get}trace\ntrace off\n{get}")
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stdout.splitlines() if not line.startswith("targetTemperature")]
    assert said == [
        "nothing is traced",
        "every datagram goes to a.jsonl as json; trace off ends it",
        "every datagram goes to a.jsonl as json; trace off ends it",
        "nothing is traced",
    ]
    inner = [record.inner[6:7] for record in warifu.trace.read(tmp_path / "a.jsonl") if record.inner]
    assert inner.count(b"\x72") == 1


def test_who_traces_nothing_is_told_how(run: Callable, tmp_path: Path) -> None:
    for verb in ("trace", "keylog"):
        done = run(verb, "a")
        assert (done.returncode, f"warifu --{verb} FILE VERB" in done.stderr) == (2, True)
    assert not (tmp_path / "a").exists()


def test_a_trace_can_be_shown(home: Home) -> None:
    device = home.paired()
    done = home.run(text=f"trace on\nget {device.address} targetTemperature\ntrace off\n")
    assert "| Get 05FF01 -> 013001: B3 (targetTemperature)" in done.stderr


def test_files_of_digits_are_decoded_and_what_is_wrong_is_said(run: Callable, tmp_path: Path) -> None:
    (tmp_path / "frames").write_text(f"# two\n{GET}\n1082 0001 10 0000000000\n")
    shown = run("decode", "frames").stdout
    assert "05FF01 -> 013001 Get (62)" in shown
    assert "Device Authentication, TID 0001: hello (10)" in shown
    (tmp_path / "wrong").write_text(f"{GET}\nwrong\n")
    done = run("decode", "wrong")
    assert "05FF01 -> 013001 Get (62)" in done.stdout
    assert (done.returncode, "line 2" in done.stderr) == (3, True)


def keys_in(path: Path) -> list[str]:
    """Of the controller in each session of a key log."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [row["controller_key"] for row in rows if "controller_key" in row]


def test_keys_are_written_only_when_told_to_and_that_is_said(home: Home, tmp_path: Path) -> None:
    device = home.paired()
    words = ("get", device.address, "targetTemperature")
    done = home.run("--keylog", "keys", *words)
    assert done.returncode == 0
    assert "KEY LOG: who has keys reads and forges" in done.stderr
    (key,) = keys_in(tmp_path / "keys")
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o600
    home.run("--trace", "a.txt", "--trace-plain", *words)
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "keys"]
    assert not any(key in path.read_bytes().decode(errors="replace") for path in files)
    script = home.run(text=f"get {device.address} targetTemperature\nkeylog more\nkeylog off\n")
    assert "keys go to more\nno keys are written\n" in script.stdout
    assert len(keys_in(tmp_path / "more")) == 1


# ---- attacks on one's own device ----


def test_a_device_that_is_not_ones_own_is_left_alone(home: Home, tmp_path: Path) -> None:
    (tmp_path / "a").write_text(GET)
    for words in (("replay", "a", "--to", "192.0.2.9"), ("tamper", "192.0.2.9")):
        done = home.run(*words)
        assert (done.returncode, "attack what is yours" in done.stderr) == (8, True), done.stderr
        assert done.stdout == ""
    assert "--to NODE" in home.run("replay", "a").stderr


def test_what_was_recorded_earns_nothing_when_it_is_played_again(home: Home) -> None:
    device = home.paired()
    assert home.run("--trace", "a.pcapng", *SET).returncode == 0
    done = home.run("replay", "a.pcapng", "--to", device.address)
    assert done.returncode == 0, done.stderr
    assert "as anybody on the network could" in done.stderr
    records = done.stdout.split("DA request")[1:]
    assert records
    assert all("\n  no answer: it was dropped in silence" in record for record in records)


def test_changed_copies_of_a_record_are_dropped_and_the_record_itself_still_counts_once(home: Home) -> None:
    device = home.paired()
    done = home.run("tamper", device.address, "--json")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    outcomes = {row["change"]: row["outcome"] for row in rows}
    assert len(outcomes) == 10
    assert outcomes.pop("as it was, for the first time") == "answered"
    assert set(outcomes.values()) == {"silent"}


def test_a_virtual_device_of_this_shell_says_why_it_refused(
    run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, free_port: int
) -> None:
    code = tmp_path / "warifu" / "devices" / "electricLock" / "setup-code"
    lines = [
        "device lock --background --window 60",
        f"pair lock --code {code}",
        "trace a.pcapng",
        "set lock mainElectricLock=unlock",
        "trace off",
        "replay a.pcapng --to lock --quiet",
        "tamper lock",
    ]
    done = run("--port", str(free_port), "-", text="\n".join(lines) + "\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\nREPLAYED\n" in done.stdout
    reasons = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("  refused: ")]
    assert reasons == ["TAG", "TAG", "TAG", "TAG", "TAG", "NO_SESSION", "FRAME", "REPLAYED"]
    assert "as an answer\n  no answer: it was dropped in silence\n" in done.stdout


def test_at_the_prompt_what_arrives_is_shown_above_the_line(screen: Callable[..., Shell], home: Home) -> None:
    device = home.device()
    shell = screen("--address", home.address, "--port", str(home.port), lines=40, columns=160)
    assert any("-> everybody" in row for row in [*shell.line("trace on"), *shell.line("discover 0.5")])
    shell.type("half a li")
    home.run("raw", home.address, GET, "--wait", "0", "--address", device.address.rpartition(".")[0] + ".254")
    shell.wait(lambda: any("<- " in row and "Get 05FF01 -> 013001: B3" in row for row in shell.rows), "the datagram")
    assert shell.typed == "half a li"

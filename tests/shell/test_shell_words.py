"""How lines and words are read, and how results and failures come out, whatever the verb."""

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from shell_home import hold_json

GET = "1081000105FF010130016201B300"
MEANING = "ECHONET Lite, TID 0001: 05FF01 -> 013001 Get (62)\n  B3 (targetTemperature)"


@pytest.mark.parametrize(
    "line",
    [
        f"decode {GET}",
        f"decode '{GET[:8]}' \"{GET[8:]}\"",
        f"decode '{GET[:8]} {GET[8:]}'",
        f"decode {GET[:8]}\\ {GET[8:]}",
        f"  decode -- {GET}  ",
    ],
)
def test_quotes_and_backslashes_keep_words(run: Callable, line: str) -> None:
    done = run(text=line + "\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, MEANING + "\n", "")


def test_a_quote_that_is_never_closed_is_wrong_usage(run: Callable) -> None:
    done = run(text="decode '1081\n")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "warifu: a ' is never closed\n")


def test_a_line_that_goes_on_as_lua_is_lua(run: Callable) -> None:
    done = run(text="version\npeers = {'a'}\npeers[1]\nhelp, x = 1, 2\nx + 1\n")
    assert (done.returncode, done.stdout.splitlines()[1:]) == (0, ["a", "3"])


@pytest.mark.parametrize("words", [["--json", "decode", GET], ["decode", "--json", GET], ["decode", GET, "--json"]])
def test_options_of_every_verb_stand_before_and_after_it(run: Callable, words: list[str]) -> None:
    done = run(*words)
    assert json.loads(done.stdout) == {"bytes": GET, "text": MEANING}


def test_an_option_takes_its_value_after_a_blank_or_an_equals_sign(run: Callable) -> None:
    for words in (["peers", "--state", "nowhere"], ["peers", "--state=nowhere"]):
        assert run(*words).stderr.startswith("STORE: ")
    assert run("--json=1", "version").stderr == "warifu: --json takes no value; see warifu --help\n"


def test_a_failure_is_an_object_on_the_standard_error_with_json(run: Callable) -> None:
    done = run("decode", "1082", "--json")
    said = json.loads(done.stderr)
    assert (done.returncode, done.stdout) == (3, "")
    assert (said["error"], said["status"]) == ("FRAME", 3)
    assert said["next"]


def test_quiet_leaves_the_bare_result(run: Callable, free_port: int) -> None:
    where = ("--address", "127.0.0.1", "--port", str(free_port))
    assert run(*where, "discover", "0", "--quiet").stderr.startswith("NO_ANSWER: ")
    assert run("backup", "b", "--quiet", text="correct horse\n").stdout == ""


def test_the_first_use_makes_an_identity_and_says_so(run: Callable, tmp_path: Path, free_port: int) -> None:
    where = ("--address", "127.0.0.1", "--port", str(free_port))
    first = run(*where, "discover", "0").stderr
    assert first.startswith(f"made an identity for this shell, {tmp_path}/warifu/identity.pem; ")
    assert (tmp_path / "warifu" / "identity.pem").stat().st_mode & 0o777 == 0o600
    assert run(*where, "discover", "0").stderr.startswith("NO_ANSWER: ")


@pytest.mark.parametrize(
    ("word", "guess"), [("gte", " did you mean get?"), ("discvoer", " did you mean discover?"), ("nowhere", "")]
)
def test_a_slip_in_a_verb_is_said_with_what_was_meant(run: Callable, word: str, guess: str) -> None:
    done = run(word, "x")
    complaint = f"warifu: there is no verb or script '{word}';{guess} see warifu --help\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", complaint)
    if guess:
        for line in (word, f"{word} x y"):
            done = run(text=f"version\n{line}\n")
            assert (done.returncode, done.stderr) == (2, f"warifu: there is no verb '{word}';{guess}\n")


def test_lua_is_not_taken_for_a_slip(run: Callable) -> None:
    done = run(text="version\nshwo = 1\nshwo\nfor x = 1, 1 do print(x) end\nfor\n")
    assert done.stdout.splitlines()[1:] == ["1", "1"]
    assert "did you mean" not in done.stderr


def test_a_file_of_lines_is_run_as_the_standard_input_is(run: Callable, tmp_path: Path) -> None:
    (tmp_path / "lines").write_text(
        f"#!/usr/bin/env warifu\n-- a comment\n\ndecode {GET}\n# another\n1 + 1\ngte\nversion\n"
    )
    done = run("lines")
    assert (done.returncode, done.stdout) == (2, MEANING + "\n2\n")


def test_options_of_the_start_are_refused_once_the_controller_is_open(run: Callable, free_port: int) -> None:
    lines = ["version --address 127.0.0.1 --port PORT", "x = home", "version --port PORT", "version --port 4000"]
    done = run(text="\n".join(lines).replace("PORT", str(free_port)))
    assert done.returncode == 2
    assert "--port belongs to the start of warifu" in done.stderr
    assert done.stdout.count("Lua 5.4") == 2


def test_lua_runs_verbs_and_gets_values(run: Callable) -> None:
    code = f"""
        print(verb('decode', '{GET}').bytes)
        print(select('#', verb('decode', '1082')), select(3, verb('decode', '1082')))
        print(pcall(verb, 'decode'))
    """
    lines = run("-e", code).stdout.splitlines()
    assert lines[:2] == [GET, "3\tFRAME"]
    assert lines[2].startswith("false\t")
    assert lines[2].endswith("FRAME is missing; usage: decode [--dump] FRAME...")


def test_the_table_of_verbs_is_data(run: Callable) -> None:
    table = json.loads(run("help", "--json").stdout)
    assert {"verbs", "common", "start", "topics"} == set(table)
    (decode,) = (verb for verb in table["verbs"] if verb["name"] == "decode")
    assert decode["arguments"] == [{"name": "FRAME", "optional": False, "many": True, "complete": "file"}]
    assert [option["name"] for option in decode["options"]] == ["--dump"]


def test_a_field_that_its_verb_does_not_declare_is_noticed(shell: Path) -> None:
    hold_json(shell, ("decode", GET, "--json"), '{"bytes":"", "text":""}')
    with pytest.raises(AssertionError):
        hold_json(shell, ("decode", GET, "--json"), '{"secret":""}')


def test_ctrl_c_ends_a_verb_that_waits_with_130(shell: Path, tmp_path: Path, free_port: int) -> None:
    where = ("--address", "127.0.0.1", "--port", str(free_port), "--state", str(tmp_path / "state"))
    command = [shell, *where, "--quiet", "watch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watching:
        time.sleep(1)
        watching.send_signal(signal.SIGINT)
        assert watching.wait(20) == 130
        assert watching.stderr is not None
        assert watching.stderr.read() == "interrupted\n"


def test_frames_are_decoded_from_the_standard_input_line_by_line(run: Callable) -> None:
    done = run("decode", "-", text=f"{GET}\n\n{GET[:10]} {GET[10:]}\n")
    assert done.stdout == (MEANING + "\n") * 2
    bad = run("decode", "-", text=f"{GET}\n1082\n")
    assert (bad.returncode, bad.stdout, bad.stderr.startswith("FRAME: ")) == (3, MEANING + "\n", True)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["get", "999.1.1.1", "80"], "ARGUMENT: '999.1.1.1' is no address\n"),
        (["raw", "[::1", "00"], "NO_ANSWER: no node is called '[::1'"),
        (["discover", "--interface", "lo"], "ARGUMENT: either addresses or interfaces\n"),
        (["explain", "1.2.3.4:99999", "AIRCON", "80", "read"], "ARGUMENT: '1.2.3.4:99999' is no address\n"),
    ],
)
def test_words_that_mean_nothing_are_bad_input_and_no_mistake_of_a_script(
    run: Callable, free_port: int, words: list[str], complaint: str
) -> None:
    where = ("--address", "127.0.0.1", "--port", str(free_port), "--search", "0.1")
    assert run(*where, "identity", "--quiet").returncode == 0
    done = run(*where, *words)
    assert (done.returncode, done.stdout) == (6 if complaint.startswith("NO_ANSWER") else 3, "")
    assert done.stderr.startswith(complaint)

"""The program `warifu` as people and scripts meet it: as words, from files, from standard input."""

import os
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import warifu
from warifu._warifu import FileStore

SECONDS = 20
GET = "1081000105FF010130016201B300"
ESCAPE = "\x1b"


def test_a_script_file_gets_its_arguments(run: Callable, tmp_path: Path) -> None:
    (tmp_path / "a.lua").write_text("print(arg[0], arg[1], select('#', ...), (...))\nreturn 5\n")
    done = run("a.lua", "one", "--two")
    assert (done.returncode, done.stdout, done.stderr) == (0, "a.lua\tone\t2\tone\n", "")


def test_code_of_an_option_is_run(run: Callable) -> None:
    done = run("-e", "print(..., warifu.version, package.loaded.warifu == require 'warifu')", "x")
    assert re.fullmatch(r"x\t\d+\.\d+\.\d+\ttrue\n", done.stdout)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_script_from_the_standard_input_is_one_chunk(run: Callable) -> None:
    done = run(text="local x = 1\n-- a comment\nprint(x)\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")
    assert run("-", "a", text="print(...)").stdout == "a\n"


def test_verbs_from_the_standard_input_run_line_by_line(run: Callable) -> None:
    done = run(text=f"version\ndecode {GET}\nfor i = 1, 2 do\n  print(i)\nend\n1 + 1\n")
    assert done.returncode == 0
    assert re.fullmatch(r"warifu \S+, Lua 5\.4\n.*Get \(62\)\n  B3 \(targetTemperature\)\n1\n2\n2\n", done.stdout)


def test_lines_end_at_the_first_failure(run: Callable) -> None:
    done = run(text="version\ndecode 1081\nprint 'never'\n")
    assert done.returncode == 3
    assert "never" not in done.stdout
    assert done.stderr.startswith("FRAME: ")


def test_verbs_work_as_arguments(run: Callable) -> None:
    assert (
        run("decode", GET[:8], GET[8:]).stdout
        == "ECHONET Lite, TID 0001: 05FF01 -> 013001 Get (62)\n  B3 (targetTemperature)\n"
    )
    assert run("version").stdout == run("--version").stdout


def test_audit_shows_the_log_of_the_state_directory(run: Callable, free_port: int, tmp_path: Path) -> None:
    state = tmp_path / "state"
    made = run(
        "-e",
        f"""
            local identity = assert(assert(warifu.Authority.create "Test CA"):issue "device")
            local device <close> = assert(warifu.Device {{
                identity = identity, state = "{state}", address = "127.0.0.1", port = {free_port} }})
            assert(device:open_window())
            print(assert(warifu.audit "{state}")[1].what) -- while it runs
        """,
    )
    assert (made.returncode, made.stdout) == (0, "started\n")
    log = warifu.audit(state)
    assert [entry.what for entry in log] == ["started", "window_opened"]
    assert run("--state", str(state), "audit").stdout.splitlines() == [entry.text for entry in log]
    assert run("--state", str(state), "audit", "--json").stdout.splitlines() == [entry.json for entry in log]


def test_the_state_directory_is_looked_after(run: Callable, tmp_path: Path) -> None:
    state, copy = tmp_path / "state", tmp_path / "copy"
    at = ("--state", str(state))
    FileStore(state).close()
    assert run(*at, "peers").stdout == "there are no pairings\n"
    assert run(*at, "backup", "b", text="correct horse\n").stdout.startswith("written to b; ")
    assert run(*at, "restore", "b", text="correct horse\n").stdout == "restored\n"
    forced = run(*at, "restore", "b", "--force", text="correct horse\n").stdout
    assert re.fullmatch(rf"restored; what was there is in {re.escape(str(state))}\.before-\d+T\d+Z\.backup\n", forced)
    assert run(*at, "reset", "--yes").stdout == "reset; remove this node at its peers too\n"
    assert run(*at, "forget", "--damaged").stdout == "removed: 0\n"
    subprocess.run(["cp", "-a", state, copy], check=True)
    assert run("--state", str(copy), "forget", "--damaged").stderr.startswith("STORE_COPIED: ")
    assert run("--state", str(copy), "adopt", "--yes").stdout == "it belongs here now\n"
    assert run("--state", str(copy), "forget", "--damaged").returncode == 0


@pytest.mark.parametrize(
    ("words", "status", "complaint"),
    [
        (["-e", "error 'broken'"], 1, "warifu: (-e):1: broken\n"),
        (["-e", "="], 1, "warifu: (-e):1: unexpected symbol near '='\n"),
        (
            ["-e", "warifu.Controller{adress='x'}"],
            1,
            "warifu: (-e):1: bad argument 'adress' (there is no such option)\n",
        ),
        (["nowhere.lua"], 1, "warifu: cannot open nowhere.lua"),
        (["--nonsense"], 2, "warifu: there is no option --nonsense; see warifu --help\n"),
        (["-e"], 2, "warifu: -e needs a value: CODE; see warifu --help\n"),
        (["--port", "x"], 2, "warifu: --port takes a number from 1 to 65535, not 'x'; see warifu --help\n"),
        (["decode"], 2, "warifu: FRAME is missing; usage: decode [--dump] FRAME...\n"),
        (["decode", "10", "8"], 3, "ARGUMENT: "),
        (["decode", "1082"], 3, "FRAME: "),
        (["audit", "--xml"], 2, "warifu: there is no option --xml; usage: audit"),
        (["reset"], 3, "ARGUMENT: all pairings and their keys would go"),
        (["reset", "yes"], 2, "warifu: 'yes' is one word too many; usage: reset [--yes]"),
        (["adopt"], 3, "ARGUMENT: two nodes would be one"),
        (["forget"], 3, "ARGUMENT: either a PEER"),
        (["--state", "nowhere", "forget", "FE00"], 9, "STORE: "),
        (["--state", "nowhere", "forget", "FE" + 16 * "00"], 9, "STORE: "),
        (["--state", "nowhere", "peers"], 9, "STORE: "),
        (["--state", "nowhere", "backup", "b"], 3, "ARGUMENT: there is no passphrase"),
        (["--state", "fresh", "restore", "nowhere.backup", "--hard"], 2, "warifu: there is no option --hard"),
        (["--state", "nowhere", "audit"], 9, "STORE: "),
        (["-e", "return nil, 'text', 'TAG'"], 4, "TAG: text\n"),
        (["-e", "return nil, 'text', 'WINDOW_CLOSED'"], 5, "WINDOW_CLOSED: text\n"),
        (["--address", "127.0.0.1", "--port", "PORT", "--quiet", "discover", "0.1"], 6, "NO_ANSWER: "),
        (["-e", "return nil, 'text', 'NO_SESSION'"], 7, "NO_SESSION: text\n"),
        (["-e", "return nil, 'text', 'NO_PROPERTY'"], 8, "NO_PROPERTY: text\n"),
        (["-e", "return warifu.Identity.load 'nowhere.pem'"], 9, "STORE: "),
    ],
)
def test_the_exit_status_tells_the_class_of_failure(
    run: Callable, free_port: int, words: list[str], status: int, complaint: str
) -> None:
    done = run(*[str(free_port) if word == "PORT" else word for word in words])
    assert done.returncode == status
    assert done.stdout == ""
    assert done.stderr.startswith(complaint)


def test_an_interrupt_ends_a_script_with_130(shell: Path) -> None:
    script = "io.write('on\\n'); io.flush(); while true do end"
    with subprocess.Popen([shell, "-e", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout.readline() == "on\n"
        running.send_signal(signal.SIGINT)
        assert running.wait(SECONDS) == 130
        assert running.stderr.read() == "interrupted\n"


def test_help_names_every_verb_and_option(run: Callable) -> None:
    text = run("--help").stdout
    for word in ("discover", "decode FRAME...", "help", "version", "-e CODE", "--state DIR", "--interface INTERFACE"):
        assert word in text
    assert "\n  discover " in run("help").stdout


def test_nothing_but_text_goes_where_no_terminal_is(run: Callable) -> None:
    done = run(text="version\nhelp\n{1, 2}\nhelp nonsense\n")
    assert done.returncode != 0
    assert ESCAPE not in done.stdout + done.stderr
    assert "warifu> " not in done.stdout


def test_results_that_can_not_be_written_are_a_failure(shell: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([shell, "version"], stdout=full, stderr=subprocess.PIPE, timeout=SECONDS, check=False)
    assert done.returncode == 1
    assert b"No space left" in done.stderr


# ---- set-up codes ----

CODE = "WARIFU:1P1YSGZ05BQZMJ2HX32TZ800ZYPG1JMYEBNTFVW4NWMM1MX8TJHNSBCGEFPY9S787NEC8ARGQYT0GC3JZG6Y"
EXPLAINED = """\
a set-up code of version 1
  key: B07D987C055DFF490A3D18B5F4001FF5A01953CE5D74FDF095E5281A751A946B (SHA-256 of the device's SubjectPublicKeyInfo)
  secret: 128 bits, not shown
  checksum: right
"""


def test_a_set_up_code_is_explained_from_a_file_and_from_the_standard_input(run: Callable, tmp_path: Path) -> None:
    (tmp_path / "label.txt").write_text(CODE.lower() + "\n")
    for done in (run("code", "label.txt"), run("code", text=CODE)):
        assert (done.returncode, done.stdout, done.stderr) == (0, EXPLAINED, "")


def test_a_mistyped_set_up_code_is_bad_input_and_is_not_repeated(run: Callable) -> None:
    done = run("code", text=CODE[:50] + "0" + CODE[51:])
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("NOT_A_CODE: the text is not a set-up code: its checksum is wrong: ")
    assert CODE[20:26] not in done.stderr
    assert "(character 9)" in run("code", text="WARIFU:1U").stderr


def test_a_set_up_code_is_not_taken_as_a_word(run: Callable) -> None:
    done = run("code", CODE)
    assert done.returncode == 3
    assert done.stderr.startswith("ARGUMENT: a code is no word")
    assert CODE[20:26] not in done.stderr
    assert run("code", "nowhere.txt").stderr.startswith("STORE: nowhere.txt: ")
    assert run("code", "--red").stderr.startswith("warifu: there is no option --red; usage: code ")


@pytest.mark.parametrize(("locale", "ascii_only"), [("C.UTF-8", False), ("C", True)])
@pytest.mark.parametrize("invert", [False, True])
def test_a_set_up_code_is_drawn_as_the_locale_allows(shell: Path, locale: str, ascii_only: bool, invert: bool) -> None:
    done = subprocess.run(
        [shell, "code", "--qr", *(["--invert"] if invert else [])],
        input=CODE.encode(),
        env={**os.environ, "LC_ALL": locale},
        capture_output=True,
        check=True,
    )
    drawn = warifu.SetupCode.parse(CODE).qr(ascii=ascii_only, invert=invert)
    assert done.stdout.decode() == drawn + EXPLAINED

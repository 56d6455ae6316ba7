"""Verbs for bytes, policies and the audit log."""

import json
from collections.abc import Callable
from pathlib import Path

from shell_home import Home

GET = "1081000105FF010130016201B300"
ANSWER = "1081000101300105FF017201B30114"


def test_raw_sends_any_frame_and_shows_what_comes_back(home: Home) -> None:
    device = home.device()
    shown = home.run("raw", device.address, GET, "--wait", "0.3").stdout
    assert shown == (
        f"from {device.address}:{home.port} {ANSWER}\n"
        "  ECHONET Lite, TID 0001: 013001 -> 05FF01 Get_Res (72)\n"
        "    B3=14 (targetTemperature 20 Celsius)\n"
    )
    assert home.run("raw", "all", GET[:8], GET[8:], "--wait", "0.3", "--quiet").stdout == ANSWER + "\n"
    (line,) = home.run("raw", device.address, GET, "--wait", "0.3", "--json").stdout.splitlines()
    assert json.loads(line)["bytes"] == ANSWER


def test_raw_says_when_nothing_comes_back_and_need_not_wait(home: Home) -> None:
    device = home.device()
    silence = home.run("raw", device.address, "00", "--wait", "0.2")
    assert (silence.returncode, silence.stderr) == (6, "NO_ANSWER: nothing came back in 0.2 s\n")
    assert home.run("raw", device.address, "00", "--wait", "0").returncode == 0
    assert home.run("raw", device.address, "0").stderr.startswith("ARGUMENT: ")


def test_a_policy_is_shown_as_the_file_that_it_is(run: Callable, tmp_path: Path) -> None:
    shown = run("policy", "mixed").stdout
    assert shown.startswith("mixed, which extends strict\n{")
    (tmp_path / "copy.json").write_text(run("policy", "strict", "--json").stdout)
    assert run("policy", "copy.json", "--json").stdout == run("policy", "--json").stdout
    assert "for a laboratory" in run("policy", "--policy", "open").stdout
    (tmp_path / "wrong.json").write_text('{"name": "x", "rules": [{"allow": ["fly"]}]}')
    done = run("policy", "wrong.json")
    assert (done.returncode, done.stderr.startswith("POLICY_FILE: ")) == (3, True)
    assert "line 1" in done.stderr


def test_explain_names_the_rule_that_decides(run: Callable, tmp_path: Path) -> None:
    assert run("explain", "unknown", "AIRCON", "targetTemperature", "write").stdout.startswith(
        "an unknown peer may not set 013001:B3: no rule of"
    )
    decided = json.loads(run("explain", "paired", "013001", "B3", "write", "--json").stdout)
    assert (decided["allowed"], decided["policy"], decided["rule"]) == (True, "strict", 1)
    assert run("explain", "unknown", "AIRCON", "B3", "write", "--policy", "open", "--quiet").stdout == "allowed\n"
    assert run("explain", "unknown", "AIRCON", "B3", "fly").returncode == 2
    assert run("explain", "unknown", "toaster", "B3", "read").stderr.startswith("NOT_IN_DICTIONARY: ")


def test_explain_tells_peers_from_strangers(home: Home) -> None:
    peer, stranger = home.paired(), home.device(object="029001")
    words = ("controller", "80", "notify", "--quiet")
    assert home.run("explain", peer.number, *words).stdout == "allowed\n"
    assert home.run("explain", stranger.address, *words).stdout == "denied\n"


def test_a_vendors_dictionary_gives_names(home: Home, tmp_path: Path) -> None:
    sparkle = {"epc": "F0", "id": "sparkle", "access": "oo-", "type": {"number": "uint8", "from": 0, "to": 9}}
    overlay = tmp_path / "overlay.json"
    overlay.write_text(json.dumps({"classes": [{"class": "0130", "properties": [sparkle]}]}))
    home.device()
    done = home.run("get", "AIRCON", "sparkle", "--overlay", str(overlay))
    assert done.stdout == "sparkle: 1\n", done.stderr
    (tmp_path / "wrong.json").write_text("{")
    assert home.run("get", "AIRCON", "80", "--overlay", str(tmp_path / "wrong.json")).stderr.startswith("OVERLAY: ")

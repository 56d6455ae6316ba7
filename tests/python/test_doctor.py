"""The doctor as Python, the command lines and Lua show it. tests/c/test_doctor.c provokes each finding."""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import namespaces
import pytest
import warifu
from namespaces import drop, give, in_own_network, ip, other_program, pair
from warifu import __main__ as program

ROOT = Path(__file__).resolve().parents[2]
HEADER = ROOT / "core" / "include" / "warifu" / "doctor.h"
BUILD = Path(os.environ.get("WARIFU_BUILD") or ROOT / "build" / "dev").resolve()


def rows() -> dict[str, tuple[str, str, str]]:
    """id -> severity, what, next step, from the one table."""
    table = HEADER.read_text(encoding="utf-8").split("#define WF_FINDINGS(X)")[1].split("typedef")[0]
    found = re.findall(r'X\(\s*(\w+),\s*(\w+),\s*"([^"]*)",\s*"([^"]*)"\)', table.replace("\\\n", " "))
    return {name: (severity.lower(), what, then) for name, severity, what, then in found}


def of_network(findings: Sequence[warifu.Finding]) -> dict[str, warifu.Finding]:
    """By id. Whether the tests run in a container or beside a firewall is none of their business."""
    return {finding.id: finding for finding in findings if finding.id not in ("CONTAINER", "FIREWALL_ON")}


def have_network() -> None:
    """One interface with a peer, an address of each family and a default route."""
    pair("net1", "net1p")
    ip("link", "set", "net1", "addrgenmode", "none", "up")
    ip("link", "set", "net1p", "addrgenmode", "none", "up")
    give("net1", "10.61.1.1/24", "fe80::1:1/64")
    ip("route", "add", "default", "via", "10.61.1.254")
    while "state UP" not in run("ip", "link", "show", "net1").stdout:  # the kernel tells of a link a moment later
        time.sleep(0.01)


def run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=30)


# ---- Python ----


@in_own_network
def test_a_sound_host_has_no_findings() -> None:
    have_network()
    assert of_network(warifu.doctor()) == {}
    assert of_network(warifu.doctor(interface="net1", peer="10.61.1.9")) == {}
    assert of_network(warifu.doctor(address=["10.61.1.1", "fe80::1:1"])) == {}


@in_own_network
def test_a_finding_is_its_row_of_the_table_and_a_detail() -> None:
    have_network()
    with other_program("0.0.0.0", 3610) as process:
        findings = of_network(warifu.doctor(interface="net1"))
    taken = findings["PORT_TAKEN"]
    assert (taken.severity, taken.what, taken.next) == rows()["PORT_TAKEN"]
    assert taken.detail.startswith("0.0.0.0:3610 is held by ")
    assert taken.detail.endswith(f" (pid {process})")
    assert str(taken) == f"problem PORT_TAKEN: {taken.what} ({taken.detail}); {taken.next}"
    assert findings["GROUP_NOT_JOINED"].detail == "net1"


@in_own_network
def test_the_state_directory_and_a_wrong_interface_are_told() -> None:
    have_network()
    findings = of_network(warifu.doctor(interface="wlan7", state="/dev/null"))
    assert set(findings) == {"INTERFACE_UNKNOWN", "STATE_UNUSABLE"}
    assert "net1" in findings["INTERFACE_UNKNOWN"].detail
    assert "/dev/null" in findings["STATE_UNUSABLE"].detail


@in_own_network
def test_a_running_endpoint_is_not_in_its_own_way() -> None:
    have_network()

    async def look() -> dict[str, warifu.Finding]:
        async with warifu.Controller(interface="net1"):
            return of_network(await asyncio.to_thread(warifu.doctor, interface="net1"))

    assert asyncio.run(look()) == {}


@in_own_network
def test_a_firewall_is_likely_where_multicast_does_not_come_back() -> None:
    have_network()
    drop("input", "udp", "dport", 3610)
    findings = of_network(warifu.doctor(interface="net1"))
    assert set(findings) == {"MULTICAST_LOST", "UNICAST_LOST"}
    assert "UDP 3610 only" in findings["MULTICAST_LOST"].detail


def test_arguments_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="not both"):
        warifu.doctor(address="192.0.2.1", interface="eth0")
    with pytest.raises(warifu.errors.Argument, match="nowhere"):
        warifu.doctor(peer="nowhere")
    with pytest.raises(ValueError, match="70000"):
        warifu.doctor(port=70000)


# ---- the command lines ----


@in_own_network
def test_every_door_gives_the_same_findings_and_status() -> None:
    ip("link", "set", "lo", "down")  # no interface at all: the same findings each time
    expected = warifu.doctor()
    assert {finding.id for finding in expected} >= {"NO_INTERFACE", "LOOPBACK_DOWN"}
    for command in ([sys.executable, "-m", "warifu"], [BUILD / "shell" / "warifu", "--state", "/tmp"]):
        done = run(*command, "doctor")
        lines = [line for line in done.stdout.splitlines() if not line.startswith(" ")]
        heads = [line.split(":")[0] for line in lines if "STATE_" not in line]
        assert heads == [f"{finding.severity} {finding.id}" for finding in expected], done.stderr
        assert done.returncode == 9
    done = run(sys.executable, "-m", "warifu", "doctor", "--json")
    assert [warifu.Finding(**json.loads(line)) for line in done.stdout.splitlines()] == expected
    script = 'for _, f in ipairs(warifu.doctor()) do print(f.severity, f.id, f.what, f.next, f.detail, "") end'
    done = run(BUILD / "shell" / "warifu", "-e", script)
    fields = [line.split("\t")[:5] for line in done.stdout.splitlines()]
    assert fields == [[f.severity, f.id, f.what, f.next, f.detail] for f in expected], done.stderr


@in_own_network
def test_a_taken_port_is_named_in_lua_and_in_the_shell() -> None:
    have_network()
    script = 'return warifu.Controller { interface = "net1" }'
    with other_program("0.0.0.0", 3610) as process:
        done = run(BUILD / "shell" / "warifu", "-e", script)
        assert f"(pid {process})" in run(BUILD / "shell" / "warifu", "--interface", "net1", "discover", "0").stderr
    assert done.returncode == 9
    assert re.match(rf"PORT_IN_USE: .*0\.0\.0\.0:3610 is held by .* \(pid {process}\)", done.stderr), done.stderr


@pytest.mark.parametrize(("severity", "status"), [("note", 0), ("warning", 1), ("problem", 9)])
def test_the_exit_status_follows_the_worst(severity: str, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    worst = warifu.Finding(severity, "X", "what", "next", "")  # type: ignore[arg-type]
    monkeypatch.setattr(program, "doctor", lambda **_: [worst, warifu.Finding("note", "Y", "what", "next", "")])
    assert program.main(["doctor"]) == status


def test_nothing_found_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(program, "doctor", lambda **_: [])
    assert program.main(["doctor"]) == 0
    assert capsys.readouterr().out == "nothing is wrong with this host\n"


def test_a_peer_that_is_no_address_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["doctor", "nowhere"]) == 3
    assert "'nowhere' is no address" in capsys.readouterr().err
    done = run(BUILD / "shell" / "warifu", "doctor", "nowhere")
    assert done.returncode == 3
    assert "'nowhere' is no address" in done.stderr


# ---- the page ----


def test_every_finding_that_the_page_names_is_in_the_table() -> None:
    page = (ROOT / "docs" / "howto" / "nothing-arrives.md").read_text(encoding="utf-8")
    named = re.findall(r"`([A-Z]+_[A-Z_0-9]+)`", page)
    assert len(named) > 15
    assert [name for name in named if name not in rows() and name not in ("PORT_IN_USE", "SO_REUSEADDR")] == []


if __name__ == "__main__":
    namespaces.main()

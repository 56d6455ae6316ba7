"""The audit log as Python shows it. What is kept and when is proved in test_audit.c, what becomes an entry in
test_audit_engine.c."""

import datetime
import json
import re
from pathlib import Path

import pytest
import warifu
from home import AIRCON, TARGET, Home, found, in_loop, paired
from warifu import __main__ as program
from warifu import errors
from warifu.testing import Home as VirtualHome
from warifu.testing import run

ROOT = Path(__file__).resolve().parents[2]
HEADER = ROOT / "core" / "include" / "warifu" / "audit.h"


def kinds() -> set[str]:
    """All names of audited things, from the one table."""
    table = HEADER.read_text(encoding="utf-8").split("#define WF_AUDITED(X)")[1].split("typedef")[0]
    return set(re.findall(r'X\(\d+, \w+, "(\w+)"', table))


def last(log: warifu.AuditLog, what: str) -> warifu.AuditEntry:
    return [entry for entry in log if entry.what == what][-1]


@in_loop
async def test_both_sides_of_a_pairing_have_it_in_their_logs(tmp_path: Path) -> None:
    home = Home()
    began = datetime.datetime.now(datetime.UTC)
    async with home.device(state=tmp_path / "device") as device, home.controller(state=tmp_path / "home") as controller:
        await paired(controller, device)
        log = device.audit()
        assert {"started", "window_opened", "paired", "window_closed"} <= {entry.what for entry in log} <= kinds()
        assert [entry.sequence for entry in log] == sorted({entry.sequence for entry in log})
        entry = last(log, "paired")
        assert (entry.number, entry.error, entry.count, entry.boot) == (controller.number, None, 1, 1)
        assert entry.address == controller.addresses[0].split(":")[0]
        assert entry.date is not None
        assert abs(entry.date - began) < datetime.timedelta(minutes=2)
        assert last(controller.audit(), "paired").number == device.number


@in_loop
async def test_a_refused_access_names_address_object_and_property() -> None:
    home = Home()
    async with home.device() as device, home.controller(trusted=False) as stranger:
        (node,) = await found(stranger, da=0, plain=1)
        for _ in range(3):
            with pytest.raises(errors.Refused):
                await node.get(AIRCON, TARGET)
        entry = last(device.audit(), "policy_refused")
        assert (entry.error, entry.eoj, entry.epc, entry.count) == ("POLICY", AIRCON, TARGET, 3)
        assert entry.address == stranger.addresses[0].split(":")[0]
        assert str(entry) == entry.text
        assert "property B3, 3 times" in entry.text
        assert entry.as_dict()["epc"] == "B3"
        assert json.loads(entry.json) == entry.as_dict()


@in_loop
async def test_the_log_is_read_from_the_directory_while_the_node_runs_and_after(tmp_path: Path) -> None:
    home, state = Home(), tmp_path / "device"
    async with home.device(state=state) as device, home.controller(trusted=False) as stranger:
        (node,) = await found(stranger, da=0, plain=1)
        with pytest.raises(errors.Refused):
            await node.get(AIRCON, TARGET)
        assert [entry.what for entry in warifu.audit(state)] == ["started"]  # refusals wait for a minute
        device.open_window()
        assert last(warifu.audit(state), "window_opened") == last(device.audit(), "window_opened")
        live = device.audit()
    log = warifu.audit(str(state))
    assert list(log) == list(live)
    assert log.damaged == 0
    assert last(log, "policy_refused").count == 1
    async with home.device(state=state) as device:
        again = device.audit()
    assert [entry.json for entry in again[: len(log)]] == [entry.json for entry in log]
    assert [(entry.what, entry.boot) for entry in again[len(log) :]] == [("started", 2)]


def test_a_pairing_that_failed_is_in_the_log_of_who_asked_and_the_refusal_in_the_other() -> None:
    thing = warifu.Object(AIRCON, [warifu.Property(TARGET, b"\x18", "get")])

    async def main() -> None:
        async with VirtualHome() as home, home.device([thing]) as device, home.controller() as controller:
            with pytest.raises(errors.WindowClosed):
                await controller.pair(device.addresses[0], number=device.number)
            failed = last(controller.audit(), "pairing_failed")
            assert failed.error == "WINDOW_CLOSED"
            refused = last(device.audit(), "pairing_refused")
            assert refused.error == "WINDOW_CLOSED"
            assert refused.count > 1
            assert refused.last > refused.at

    run(main())


def test_reading_the_log_makes_no_directory_and_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(errors.Store, match=re.escape(str(tmp_path / "none"))):
        warifu.audit(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


def test_damaged_store_entries_are_counted_and_the_rest_is_read(tmp_path: Path) -> None:
    home = Home()

    @in_loop
    async def live() -> None:
        async with home.device(state=tmp_path) as device:
            device.open_window()

    live()
    for slot in tmp_path.glob("0400.*"):
        slot.write_bytes(b"torn")
    log = warifu.audit(tmp_path)
    assert (log.damaged, [entry.what for entry in log]) == (1, ["started"])


@pytest.fixture
def used_state(tmp_path: Path) -> Path:
    """The state directory of a device that had its window opened."""
    home = Home()

    @in_loop
    async def live() -> None:
        async with home.device(state=tmp_path / "state") as device:
            device.open_window()

    live()
    return tmp_path / "state"


def test_the_program_shows_the_log_as_text_and_as_json(
    used_state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = warifu.audit(used_state)
    assert program.main(["audit", "--state", str(used_state)]) == 0
    assert capsys.readouterr().out.splitlines() == [entry.text for entry in log]
    assert program.main(["audit", "--json", "--state", str(used_state)]) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [entry.as_dict() for entry in log]
    assert program.main(["audit", "--state", str(tmp_path / "none")]) == 9
    assert "none" in capsys.readouterr().err

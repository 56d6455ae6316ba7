"""Verbs that wait for what nodes tell: watch, wait-for, notify."""

import json
import re
import time

from shell_home import Home


def test_watch_shows_notifications_and_ends_after_so_many(home: Home) -> None:
    device = home.paired(warms=0.7, policy="strict")
    done = home.run("watch", "AIRCON", "roomTemperature", "--count", "2", "--json")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert done.returncode == 0
    assert (first["kind"], first["number"], first["protected"]) == ("notification", device.number, True)
    assert first["values"]["roomTemperature"] + 1 == second["values"]["roomTemperature"]


def test_watch_for_people_is_a_line_each(home: Home) -> None:
    device = home.paired(warms=0.7, policy="strict")
    line = home.run("watch", "--count", "1").stdout
    assert re.fullmatch(f"{device.address}:{home.port}/homeAirConditioner roomTemperature \\d+ Celsius\n", line)


def test_watch_ends_after_its_time_and_fails_only_where_a_count_was_asked_for(home: Home) -> None:
    home.paired()
    quiet = home.run("watch", "AIRCON", "--for", "0.3")
    assert (quiet.returncode, quiet.stdout) == (0, "")
    missing = home.run("watch", "AIRCON", "--for", "0.3", "--count", "1")
    assert (missing.returncode, missing.stderr) == (6, "NO_ANSWER: 0 of 1 came in 0.3 s\n")


def test_wait_for_sees_what_is_so_already(home: Home) -> None:
    home.paired()
    for condition in ("roomTemperature=24", "BB>=24", "BB<25", "BB!=3", "BB=0x18", "operationMode=cooling"):
        done = home.run("wait-for", "AIRCON", condition, "--for", "5")
        assert done.returncode == 0, (condition, done.stderr)


def test_wait_for_hears_a_change_and_gives_it(home: Home) -> None:
    home.paired(warms=0.7, policy="strict")
    before = time.monotonic()
    done = home.run("wait-for", "AIRCON", "BB>30", "--for", "20", "--every", "20", "--quiet")
    assert (done.returncode, done.stdout) == (0, "31\n")
    assert time.monotonic() - before < 10


def test_wait_for_gives_up_after_its_time(home: Home) -> None:
    home.paired()
    done = home.run("wait-for", "AIRCON", "BB=30", "--for", "0.5", "--every", "0.2")
    assert (done.returncode, done.stderr) == (6, "NO_ANSWER: it did not become so in time\n")
    assert home.run("wait-for", "AIRCON", "BB", "--for", "1").returncode == 3
    assert home.run("wait-for", "AIRCON", "operationMode>cooling", "--for", "1").returncode == 3


def test_notify_tells_a_peer_and_waits_for_its_word(home: Home) -> None:
    device = home.paired()
    assert home.run("notify", "operationStatus", "--to", "AIRCON").stdout == "told\n"
    assert device.said("notification 80")
    assert home.run("notify", "80", "--to", "AIRCON", "--confirm").stdout == "told and confirmed\n"
    assert device.said("notification 80")
    assert home.run("notify", "F5").returncode == 8

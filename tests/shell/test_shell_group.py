"""One record to all peers, from the shell."""

import json

from shell_home import Home


def two(home: Home) -> dict[str, str]:
    """Number -> address of two peers with an air conditioner each."""
    return {device.number: device.address for device in (home.paired(policy="strict"), home.paired(policy="strict"))}


def test_all_objects_of_a_class_are_set_and_read_by_one_record(home: Home) -> None:
    peers = two(home)
    done = home.run("group", "set", "AIRCON", "targetTemperature=29", "--json", "--search", "3", "--timeout", "1.5")
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)["answers"]
    assert {answer["number"] for answer in answers} == set(peers)
    read = json.loads(
        home.run("group", "get", "AIRCON", "B3", "80", "--json", "--search", "3", "--timeout", "1.5").stdout
    )["answers"]
    assert [answer["values"] for answer in read] == 2 * [{"targetTemperature": 29, "operationStatus": False}]
    shown = home.run("group", "get", "AIRCON", "B3", "--search", "3", "--timeout", "1.5").stdout.splitlines()
    assert sorted(shown) == sorted(
        f"{address}:{home.port}/013001 targetTemperature: 29 Celsius" for address in peers.values()
    )


def test_a_refusal_is_said_beside_the_answers(home: Home) -> None:
    two(home)
    done = home.run("group", "set", "AIRCON", "targetTemperature=45", "--search", "3", "--timeout", "1.5")
    assert (done.returncode, done.stderr) == (5, "REFUSED: 2 of 2 objects refused\n")
    assert done.stdout.count(" refused\n") == 2


def test_the_group_is_shown_and_renewed(home: Home) -> None:
    assert home.run("group").stderr.startswith("NO_SESSION: ")
    two(home)
    lines = home.run(
        "--json", "--search", "3", "--timeout", "1.5", text="group --json\ngroup renew --json\n"
    ).stdout.splitlines()
    before, after = (json.loads(line) for line in lines)
    assert (before["members"], before["waiting"]) == (2, 0)
    assert before["id"][:8] == after["id"][:8]
    assert before["id"] != after["id"]

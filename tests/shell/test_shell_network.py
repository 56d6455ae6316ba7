"""Verbs that find nodes and read and write properties, over UDP with devices in processes of their own."""

import json
from typing import Any

import pytest
from shell_home import Home

# A table as get shows it and set takes it back.
PURIFIER_ON = (
    "autoOfClusterIon=false, autoOfElectronic=false, levelOfClusterIon=1, levelOfElectronic=1, "
    'modeOfClusterIon="on", modeOfElectronic="off"'
)
PURIFIER = {
    "autoOfClusterIon": False,
    "autoOfElectronic": False,
    "levelOfClusterIon": 1,
    "levelOfElectronic": 1,
    "modeOfClusterIon": "off",
    "modeOfElectronic": "off",
}


def answer(home: Home, *words: str, status: int = 0) -> dict[str, Any]:
    done = home.run(*words, "--json")
    assert done.returncode == status, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_discover_finds_nodes_and_what_they_say_of_device_authentication(home: Home) -> None:
    device, plain = home.device(), home.device(plain="yes", object="029001")
    nodes = {node["number"]: node for node in answer(home, "discover", "0.5")["nodes"]}
    assert set(nodes) == {device.number, plain.number}
    assert nodes[device.number]["address"].startswith(device.address)
    assert nodes[device.number]["objects"] == [{"object": "013001", "class": "homeAirConditioner"}]
    assert nodes[device.number]["da"]["window_open"]
    assert nodes[device.number]["da"]["demands_code"]
    assert "da" not in nodes[plain.number]


def test_discover_shows_people_the_same_and_addresses_with_quiet(home: Home) -> None:
    device = home.device()
    shown = home.run("discover", "0.5").stdout
    assert f"{device.address}:{home.port} {device.number} [013001 homeAirConditioner]\n  device, unpaired, " in shown
    assert home.run("discover", "0.5", "--quiet").stdout == f"{device.address}:{home.port}\n"


def test_one_command_reads_a_property_by_names(home: Home) -> None:
    home.device()
    done = home.run("get", "AIRCON", "operationStatus")
    assert (done.returncode, done.stdout) == (0, "operationStatus: false (Off)\n")
    assert home.run("get", "AIRCON", "operationStatus", "--quiet").stdout == "false\n"


def test_an_object_that_only_one_node_has_names_it(home: Home) -> None:
    home.device()
    home.device(object="029002", plain="yes")
    assert home.run("get", "lighting:2", "BB", "--quiet").returncode == 0
    assert home.run("get", "lighting:1", "BB", "--quiet").returncode == 6
    names = ["AIRCON", "airconditioner", "homeAirConditioner", "'Home air conditioner'", "エアコン", "0130", "013001"]
    done = home.run("--quiet", text="version\n" + "".join(f"get {name} BB\n" for name in names))
    assert done.stdout.splitlines()[1:] == ["24"] * len(names), done.stderr


def test_nodes_are_named_by_address_number_and_the_end_of_a_number(home: Home) -> None:
    device = home.device()
    for name in (device.address, f"{device.address}:{home.port}", device.number, device.number[-6:].lower()):
        assert home.run("get", name, "BB", "--quiet").stdout == "24\n"
        assert home.run("get", f"{name}/AIRCON", "BB", "--quiet").stdout == "24\n"


def test_a_name_that_fits_two_nodes_is_said_to(home: Home) -> None:
    one, other = home.device(plain="yes"), home.device(plain="yes")
    done = home.run("get", "AIRCON", "80")
    assert (done.returncode, done.stdout) == (3, "")
    for device in (one, other):
        assert f"{device.address}/013001" in done.stderr
    assert home.run("get", f"{other.address}/AIRCON", "80").returncode == 0


def test_a_name_that_nobody_has_is_no_answer_and_an_object_that_a_node_lacks_none(home: Home) -> None:
    device = home.device()
    nobody, lacking = home.run("get", "refrigerator", "80"), home.run("get", f"{device.address}/refrigerator", "80")
    assert (nobody.returncode, lacking.returncode) == (6, 8)
    assert "help names" in nobody.stderr
    assert lacking.stderr.startswith("NO_OBJECT: ")


def test_get_without_properties_reads_all_of_them(home: Home) -> None:
    home.device()
    values = answer(home, "get", "AIRCON", "--policy", "open")["values"]
    assert values["roomTemperature"] == 24
    assert values["operationMode"] == "cooling"
    assert values["F0"] == "01"
    assert "B3" in values["getPropertyMap"]


def test_get_gives_each_property_with_its_bytes_and_unit(home: Home) -> None:
    device = home.device()
    got = answer(home, "get", "AIRCON", "BB", "operationMode")
    assert (got["number"], got["object"], got["class"]) == (device.number, "013001", "homeAirConditioner")
    assert got["protected"] is False
    assert got["values"] == {"roomTemperature": 24, "operationMode": "cooling"}
    assert got["properties"][0] == {
        "epc": "BB",
        "property": "roomTemperature",
        "value": 24,
        "unit": "Celsius",
        "bytes": "18",
        "text": "24 Celsius",
    }


def test_who_is_refused_in_clear_is_told_to_pair(home: Home) -> None:
    home.device(policy="strict")
    done = home.run("get", "AIRCON", "operationStatus")
    assert (done.returncode, done.stderr.startswith("REFUSED: ")) == (5, True)
    assert done.stderr.endswith("pair first\n")


def test_what_is_there_is_given_though_something_else_is_not(home: Home) -> None:
    home.device()
    done = home.run("get", "AIRCON", "BB", "humidity", "--json")
    assert json.loads(done.stdout)["values"] == {"roomTemperature": 24}
    assert json.loads(done.stdout)["failed"].keys() == {"BA"}
    assert done.returncode in {5, 8}
    assert "humidity (BA)" in json.loads(done.stderr)["message"]


def test_names_are_japanese_on_request_and_as_lang_says(home: Home) -> None:
    home.device()
    wanted = "運転モード設定 (operationMode): 冷房 (cooling)\n"
    assert home.run("get", "AIRCON", "B0", "--lang", "ja").stdout == wanted
    assert home.run("get", "エアコン", "運転モード設定", LC_ALL="ja_JP.UTF-8").stdout == wanted
    assert home.run("get", "AIRCON", "B0", "--lang", "en", LC_ALL="ja_JP.UTF-8").stdout == "operationMode: cooling\n"


@pytest.mark.parametrize(
    ("setting", "wanted"),
    [
        ("targetTemperature=26", {"targetTemperature": 26}),
        ("B3=26C", {"targetTemperature": 26}),
        ("B3=26 ℃", {"targetTemperature": 26}),
        ("targettemperature=26 Celsius", {"targetTemperature": 26}),
        ("B3=0x1A", {"targetTemperature": 26}),
        ("operationStatus=on", {"operationStatus": True}),
        ("80=0x30", {"operationStatus": True}),
        ("operationMode=Heating", {"operationMode": "heating"}),
        ("運転モード設定=暖房", {"operationMode": "heating"}),
        ("F0=0x05", {"F0": "05"}),
        ("timeOfOnTimer=07:30", {"timeOfOnTimer": {"hour": 7, "min": 30, "sec": 0}}),
        ("91={hour=23, min=5}", {"timeOfOnTimer": {"hour": 23, "min": 5, "sec": 0}}),
        ("currentDateAndTime=2027-1-31", {"currentDateAndTime": {"year": 2027, "month": 1, "day": 31}}),
        ("airFlowLevel=3", {"airFlowLevel": 3}),
        (f"C7={{{PURIFIER_ON}}}", {"airPurifierFunction": {**PURIFIER, "modeOfClusterIon": "on"}}),
        ("airFlowLevel=auto", {"airFlowLevel": "auto"}),
    ],
)
def test_values_are_written_by_names_numbers_units_and_bytes(home: Home, setting: str, wanted: dict) -> None:
    home.paired()
    done = home.run("set", "AIRCON", setting, "--verify")
    assert (done.returncode, done.stdout) == (0, "set, and read back\n")
    assert answer(home, "get", "AIRCON", setting.partition("=")[0])["values"] == wanted


@pytest.mark.parametrize(
    ("setting", "status", "complaint"),
    [
        ("targetTemperature=26F", 3, "WRONG_VALUE: targetTemperature: its unit is Celsius, not F"),
        ("targetTemperature=99", 3, "WRONG_VALUE: "),
        ("targetTemperature=45", 5, "REFUSED: "),
        ("operationMode=cold", 3, "WRONG_VALUE: operationMode: 'cold' is none of auto (Automatic), cooling, heating, "),
        ("operationStatus=up", 3, "WRONG_VALUE: operationStatus: 'up' is none of true (On), false (Off)"),
        ("F0=5", 8, "NOT_IN_DICTIONARY: the dictionary doesn't know F0: its value is bytes such as 0x1A"),
        ("nothing=1", 8, "NOT_IN_DICTIONARY: "),
        ("12=1", 3, "ARGUMENT: an EPC is 80 to FF"),
        ("80", 3, "ARGUMENT: '80' is no PROPERTY=VALUE"),
    ],
)
def test_a_value_that_does_not_fit_is_told_with_what_does(
    home: Home, setting: str, status: int, complaint: str
) -> None:
    home.paired()
    done = home.run("set", "AIRCON", setting)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith(complaint)


def test_setget_writes_and_reads_in_one_step(home: Home) -> None:
    home.paired()
    assert home.run("setget", "AIRCON", "B3=30", "BB", "80").stdout == (
        "roomTemperature: 24 Celsius\noperationStatus: false (Off)\n"
    )
    assert home.run("get", "AIRCON", "B3", "--quiet").stdout == "30\n"
    assert home.run("setget", "AIRCON", "BB").stderr.startswith("ARGUMENT: at least one PROPERTY=VALUE")


def test_set_without_an_answer_is_heard_by_the_device(home: Home) -> None:
    device = home.paired()
    assert home.run("set", "AIRCON", "B3=31", "--no-answer").returncode == 0
    device.said("property_set 1F")


def test_show_lists_objects_and_what_can_be_done_with_their_properties(home: Home) -> None:
    device = home.device()
    shown = answer(home, "show", "AIRCON")
    (properties,) = (row["properties"] for row in shown["objects"] if row["object"] == "013001")
    by_epc = {row["epc"]: row for row in properties}
    assert by_epc["B3"] == {"epc": "B3", "property": "targetTemperature", "access": ["get", "set", "inf"]}
    assert by_epc["BB"]["access"] == ["get", "inf"]
    assert shown["da"]["is_device"]
    text = home.run("show", device.address).stdout
    assert "\n    B3 get set inf  targetTemperature\n" in text


def test_nodes_tells_peers_from_those_in_clear(home: Home) -> None:
    peer, plain = home.paired(), home.device(plain="yes", object="029001")
    nodes = {node["number"]: node for node in answer(home, "nodes")["nodes"]}
    assert (nodes[peer.number]["paired"], nodes[plain.number]["paired"]) == (True, False)
    assert [row["object"] for row in nodes[peer.number]["objects"]] in ([], ["013001"])
    known = answer(home, "nodes", "--known")["nodes"]
    assert [node["number"] for node in known] == [peer.number]


def test_a_window_is_shown_waited_for_and_followed(home: Home) -> None:
    device, closed = home.device(window=200), home.device(window=0)
    state = answer(home, "window", device.address)
    assert state["open"]
    assert 150 < state["seconds"] <= 200
    assert home.run("window", closed.address).stdout == f"{closed.address}: closed\n"
    assert home.run("window", closed.address, "--wait", "1").returncode == 6
    assert home.run("window", device.address, "--wait", "5", "--quiet").returncode == 0
    assert home.run("window", closed.address, "--follow", "--quiet").stdout == "0\n"


def test_the_window_of_who_does_not_speak_device_authentication_is_refused(home: Home) -> None:
    assert home.run("window", home.device(plain="yes").address).stderr.startswith("PLAINTEXT_ONLY: ")


def test_lines_of_a_script_share_one_controller(home: Home) -> None:
    home.device()
    lines = "get AIRCON roomTemperature\nprint(verb('get', 'AIRCON', 'BB').values.roomTemperature + 1)\nget AIRCON 80\n"
    done = home.run(text=lines)
    assert (done.returncode, done.stdout) == (0, "roomTemperature: 24 Celsius\n25\noperationStatus: false (Off)\n")


def test_nothing_is_coloured(home: Home) -> None:
    home.device()
    done = home.run("show", "AIRCON", TERM="xterm-256color")
    assert "\x1b" not in done.stdout + done.stderr

"""Groups of the DA profile: the core and the second implementation in Python (da_profile_group.py) agree.

Both compute the examples of tests/vectors/da-profile-1.json; and what a manager and two members say to each other is
taken apart by the second one alone. tests/python/test_group_oscore.py holds the records against a third one, aiocoap's.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import da_profile as profile
import da_profile_file
import da_profile_group as groups
import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag
from test_da_profile import Listener, words
from test_group_oscore import ask

Values = dict[str, Any]


@pytest.fixture(scope="module")
def file() -> Values:
    return da_profile_file.load()


def terms(group: Values, own: str) -> str:
    shared = " ".join(f"{name}={group[name]}" for name in ("secret", "salt", "gid"))
    return f"{shared} own={group[own + '_id']} manager={group['manager_public_key']}"


def hear(build: Path, group: Values, item: Values, datagram: str) -> dict[str, str]:
    listener = "device" if item["from"] != "device" else "manager"
    sender = f"id={group[item['from'] + '_id']} public={group[item['from'] + '_public_key']}"
    return ask(build, f"open {terms(group, listener)} {sender} datagram={datagram}")[0]


def private_key_of(file: Values, who: str) -> str:
    own = {"manager": file["pairing"]["sk_i"], "device": file["pairing"]["sk_r"]}
    return own.get(who, file["group"]["other_private_key"])


def sender_of(group: Values, who: str) -> groups.Sender:
    names = (f"{who}_id", f"{who}_public_key", "manager_public_key", f"{who}_key", "common_iv", "signature_key")
    return groups.Sender(*(bytes.fromhex(group[name]) for name in ("gid", *names)))


# ---- the core against the file ----


@pytest.mark.parametrize("own", ["manager", "device", "other"])
def test_the_core_derives_the_keys_of_the_example(build: Path, file: Values, own: str) -> None:
    group = file["group"]
    assert ask(build, f"derive {terms(group, own)}") == [
        {"key": group[f"{own}_key"], "iv": group["common_iv"], "signature_key": group["signature_key"]}
    ]


def test_the_core_opens_the_group_records_of_the_example(build: Path, file: Values) -> None:
    for item in file["group"]["records"]:
        assert hear(build, file["group"], item, item["datagram"]) == {"plain": item["plaintext"]}, item["name"]


def test_the_core_seals_the_group_records_of_the_example_but_for_what_is_random_in_a_signature(
    build: Path, file: Values
) -> None:
    group = file["group"]
    for item in group["records"]:
        about = " ".join(f"{name}={item[name]}" for name in ("tid", "piv"))
        own = f"{terms(group, item['from'])} private={private_key_of(file, item['from'])}"
        (made,) = ask(build, f"seal {own} {about} plain={item['plaintext']}")
        assert made["datagram"][:-128] == item["datagram"][:-128]
        opened = sender_of(group, item["from"]).open(bytes.fromhex(made["datagram"]))
        assert opened.hex() == item["plaintext"]


def flipped(datagram: str) -> Iterator[tuple[int, str]]:
    raw = bytes.fromhex(datagram)
    for place in range(len(raw)):
        yield place, (raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]).hex()


def test_neither_opens_a_group_record_with_a_flipped_bit_in_any_byte(build: Path, file: Values) -> None:
    group = file["group"]
    item = group["records"][0]
    sender = sender_of(group, item["from"])
    before_signature = len(item["datagram"]) // 2 - groups.SIGNATURE_LEN
    for place, damaged in flipped(item["datagram"]):
        answer = hear(build, group, item, damaged)
        assert answer["error"] == ("SIGNATURE" if place >= before_signature else answer["error"])
        assert answer["error"] in ("TAG", "FRAME", "SIGNATURE")
        with pytest.raises((InvalidTag, InvalidSignature, AssertionError)):
            sender.open(bytes.fromhex(damaged))


def test_the_core_takes_keys_and_senders_of_the_example(build: Path, file: Values) -> None:
    group = file["group"]
    plain = {item["name"]: item["plaintext"] for item in file["records"]}
    fingerprint = profile.sha256(bytes.fromhex(file["pairing"]["cert_i"])).hex()
    manager = f"public={group['manager_public_key']} fingerprint={fingerprint}"
    (taken,) = ask(build, f"take group={plain['GROUP']} senders={plain['SENDERS']} {manager}")
    assert taken == {name: str(group[name]) for name in taken}
    assert len(taken) == 12


def test_the_second_implementation_reads_what_it_wrote(file: Values) -> None:
    group = file["group"]
    read = {item["name"]: groups.read(bytes.fromhex(item["plaintext"])) for item in file["records"] if "group" in item}
    assert {name: said["kind"] for name, said in read.items()} == {
        "JOIN": 11,
        "GROUP": 12,
        "GROUP_TAKEN": 13,
        "SENDERS": 14,
        "GROUP_TAKEN to SENDERS": 13,
        "GROUP_ANSWER": 15,
    }
    ear = groups.Ear(read["GROUP"])
    for card in read["SENDERS"]["senders"]:
        ear.cards[card["id"]] = card
    for item in group["records"][1:]:
        assert ear.open(bytes.fromhex(item["datagram"])) == (
            bytes.fromhex(group[item["from"] + "_id"]),
            bytes.fromhex(item["plaintext"]),
        )
    assert read["GROUP_ANSWER"]["piv"] == group["records"][1]["piv"]


# ---- a manager and two members, listened to by the second implementation ----


class Home:
    """Follows the driver's `life`: opens sessions by their keys, and groups by what GROUP and SENDERS say there."""

    def __init__(self, line: str) -> None:
        self.keys: dict[str, Values] = {}
        self.ears: dict[str, list[groups.Ear]] = {"lamp": [], "fan": []}
        self.told: list[tuple[str, Values]] = []
        self.said: list[tuple[str, bytes, bytes]] = []
        self.listeners: dict[str, Listener] = {}
        self.manager_public_key = b""
        whose = ""
        for name, value in words(line):
            if name == "keys":
                whose = value
                self.keys[whose] = {}
            elif name in ("manager", "lamp", "fan", "to_lamp", "to_fan"):
                self.take(name, bytes.fromhex(value))
            elif name == "manager_public_key":
                self.manager_public_key = bytes.fromhex(value)
            else:
                self.keys[whose][name] = value

    def take(self, way: str, datagram: bytes) -> None:
        if datagram[1] != 0x82 or datagram[4] < profile.TYPES["request"]:
            return
        if datagram[4] == profile.TYPES["group"]:
            self.said.append((way, datagram[5:11], datagram))
            return
        device = way.removeprefix("to_")
        listener = self.listeners.setdefault(device, Listener(self.keys[device]))
        plaintext = listener.open("controller" if way.startswith("to_") else "device", datagram)
        if plaintext[0] >= groups.JOIN:
            self.hear(way, device, groups.read(plaintext))

    def hear(self, way: str, device: str, said: Values) -> None:
        self.told.append((way, said))
        if said["kind"] == groups.GROUP:
            self.ears[device].append(groups.Ear(said))
        for card in said.get("senders", ()):
            self.ears[device][-1].cards[card["id"]] = card

    def ear(self, device: str, gid: bytes) -> groups.Ear:
        (found,) = (ear for ear in self.ears[device] if ear.offer["gid"] == gid)
        return found


@pytest.fixture(scope="module")
def home(build: Path) -> Home:
    done = subprocess.run(
        [build / "tests" / "group_driver"], input="life\n", capture_output=True, text=True, check=True, timeout=60
    )
    return Home(done.stdout)


def test_the_kinds_of_engines_are_those_of_the_document(home: Home) -> None:
    kinds = [(way, said["kind"]) for way, said in home.told]
    joined = [("to_lamp", groups.GROUP), ("lamp", groups.GROUP_TAKEN)]
    assert kinds[:2] == joined
    assert sorted(kinds[2:8]) == sorted(
        [
            ("to_fan", groups.GROUP),
            ("fan", groups.GROUP_TAKEN),
            ("to_fan", groups.SENDERS),
            ("fan", groups.GROUP_TAKEN),
            ("to_lamp", groups.SENDERS),
            ("lamp", groups.GROUP_TAKEN),
        ]
    )
    assert sorted(kinds[8:10]) == [("fan", groups.GROUP_ANSWER), ("lamp", groups.GROUP_ANSWER)]
    assert kinds[10:] == [*joined, ("fan", groups.JOIN)]  # it hears that there is another epoch


def test_the_group_records_of_engines_open_by_what_their_members_were_told(home: Home) -> None:
    ends = {}
    for way, gid, datagram in home.said:
        listener = "fan" if way == "lamp" and home.ears["fan"][-1].offer["gid"] == gid else "lamp"
        if way == "lamp" and listener == "lamp":  # it is alone by now
            ear = home.ear("lamp", gid)
            ear.cards[ear.offer["own"]] = {"public_key": bytes.fromhex(home.keys["lamp"]["public_key"])}
        kid, plaintext = home.ear(listener, gid).open(datagram)
        ends.setdefault(way, []).append((kid.hex(), plaintext[0], plaintext[-1]))
    assert ends == {
        "lamp": [("01", 0, 0x42), ("01", 0, 0x44), ("01", 0, 0x45)],
        "fan": [("02", 0, 0x43), ("02", 0, 0x44)],
        "manager": [("00", 1, 0x44)],
    }


def test_a_manager_shows_itself_by_the_key_of_its_certificate_and_gives_every_id_once(home: Home) -> None:
    offers = [said for _, said in home.told if said["kind"] == groups.GROUP]
    assert {offer["manager"]["public_key"] for offer in offers} == {home.manager_public_key}
    assert [(offer["gid"][4:].hex(), offer["own"].hex(), offer["grace"]) for offer in offers] == [
        ("0001", "01", 0),
        ("0001", "02", 0),
        ("0002", "01", 0),
    ]
    assert len({(offer["secret"], offer["gid"]) for offer in offers}) == 2


def test_answers_name_the_record_that_they_answer(home: Home) -> None:
    answers = [said for _, said in home.told if said["kind"] == groups.GROUP_ANSWER]
    (command,) = (datagram for way, _, datagram in home.said if way == "manager")
    assert [(said["gid"], said["piv"]) for said in answers] == [(command[5:11], command[13])] * 2
    assert {said["edata"].hex() for said in answers} == {"01300105ff017101b000"}


def test_who_was_put_out_has_no_key_that_opens_the_next_epoch(home: Home) -> None:
    _, gid, last = home.said[-1]
    (ear,) = home.ears["fan"]
    assert gid != ear.offer["gid"]
    public = bytes.fromhex(home.keys["lamp"]["public_key"])
    for one in range(8):
        sender = ear.sender(bytes([one]), public)
        stolen = groups.Sender(gid, *list(vars(sender).values())[1:])
        with pytest.raises((InvalidTag, AssertionError)):
            stolen.open(last)

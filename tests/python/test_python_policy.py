"""Policies, explanations and listeners through the public API."""

import asyncio
import json
import logging
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import warifu
from home import AIRCON, POWER, ROOM, TARGET, Home, free_port, in_loop, paired, somewhere
from warifu import errors
from warifu.testing import Home as SimHome

GUEST = """{
  "name": "guest",
  "extends": "strict",
  "rules": [
    {"allow": "read", "to": ["unknown", "known"], "class": "homeAirConditioner", "epc": "roomTemperature"},
    {"deny": "write", "to": "paired", "class": "0130", "instance": 1, "epc": ["80"], "why": "by hand only"}
  ]
}
"""
OPEN = "everybody in the network may read and set everything"

# ---- policies ----


def test_the_shipped_policies_are_made_by_name_and_say_what_they_are():
    strict, mixed, everything = (warifu.Policy(name) for name in ("strict", "mixed", "open"))
    assert [policy.name for policy in (strict, mixed, everything)] == ["strict", "mixed", "open"]
    assert (strict.extends, mixed.extends, everything.extends) == (None, "strict", None)
    assert [policy.is_for_laboratory for policy in (strict, mixed, everything)] == [False, False, True]
    assert repr(mixed) == "<warifu.Policy 'mixed'>"
    with pytest.raises(ValueError, match="strict, mixed, open"):
        warifu.Policy("lax")


@pytest.mark.parametrize("name", ["strict", "mixed", "open"])
def test_a_policy_written_out_is_read_back_as_the_same(name):
    text = warifu.Policy(name).to_json()
    again = warifu.Policy.parse(text)
    assert again.to_json() == text
    assert again.is_for_laboratory == (name == "open")
    assert json.loads(text)["name"] == name


@pytest.mark.parametrize("name", ["strict", "mixed", "open"])
def test_the_reference_shows_the_shipped_policies_as_they_are(name):
    page = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "policy-file.md").read_text()
    assert f"```json\n{warifu.Policy(name).to_json()}```" in page


def test_the_example_of_the_how_to_is_a_policy():
    page = (Path(__file__).resolve().parents[2] / "docs" / "howto" / "choose-a-policy.md").read_text()
    (text,) = re.findall(r"```json\n(.*?)```", page, flags=re.S)
    sentence = warifu.Policy.parse(text).explain("paired", 0x026F01, "mainElectricLock", "write").text
    assert f"# {sentence}\n" in page


def test_a_file_is_read_and_its_errors_name_the_line(tmp_path: Path):
    path = tmp_path / "guest.json"
    path.write_text(GUEST)
    policy = warifu.Policy.load(path)
    assert (policy.name, policy.extends) == ("guest", "strict")
    path.write_text(GUEST.replace('"80"', '"8"'))
    with pytest.raises(errors.PolicyFile, match="line 6, column 79: the class has no property '8'; take two digits"):
        warifu.Policy.load(path)
    with pytest.raises(ValueError, match="line 1, column 1"):
        warifu.Policy.parse("")
    with pytest.raises(errors.Store, match="No such file"):
        warifu.Policy.load(tmp_path / "none.json")


def test_names_in_a_file_may_come_from_an_overlay(tmp_path: Path):
    overlay = tmp_path / "vendor.json"
    overlay.write_text(
        '{"classes": [{"class": "0130", "properties": [{"epc": "F1", "id": "sleepMode", "access": "oo-",'
        ' "type": {"number": "uint8", "from": 0, "to": 9}}]}]}'
    )
    text = GUEST.replace("roomTemperature", "sleepMode")
    with pytest.raises(errors.PolicyFile, match="no property 'sleepMode'"):
        warifu.Policy.parse(text)
    vendor = warifu.Dictionary.load(overlay)
    policy = warifu.Policy.parse(text, dictionary=vendor)
    assert policy.explain("unknown", AIRCON, 0xF1, "read")
    assert policy.explain("unknown", AIRCON, "sleepMode", "read", dictionary=vendor)


def test_an_explanation_is_a_verdict_data_and_a_sentence():
    policy = warifu.Policy.parse(GUEST)
    denied = policy.explain("paired", AIRCON, "operationStatus", "write")
    assert not denied
    assert (denied.peer, denied.policy, denied.rule, denied.line) == ("paired", "guest", 2, 6)
    assert denied.why == "by hand only"
    assert str(denied) == 'a paired peer may not set 013001:80: rule 2 of "guest", line 6, denies it (by hand only)'
    allowed = policy.explain("paired", AIRCON + 1, POWER, "write")
    assert allowed
    assert (allowed.policy, allowed.rule, allowed.line) == ("strict", 1, None)
    nothing = policy.explain("known", AIRCON, TARGET, "write")
    assert (nothing.allowed, nothing.rule, nothing.why) == (False, None, None)
    assert "no rule of" in nothing.text


@pytest.mark.parametrize(("peer", "access"), [("friend", "read"), ("paired", "own")])
def test_what_is_no_peer_and_no_access_is_refused(peer, access):
    with pytest.raises(ValueError, match=r"an? (peer|access) is"):
        warifu.Policy("strict").explain(peer, AIRCON, POWER, access)


# ---- endpoints ----


@pytest.mark.parametrize("given", ["file", "policy"])
@in_loop
async def test_a_device_lives_by_the_policy_of_a_file(tmp_path_factory, given):
    path = tmp_path_factory.mktemp("policy") / "guest.json"
    path.write_text(GUEST)
    home = Home()
    policy = path if given == "file" else warifu.Policy.load(path)
    async with (
        home.device(policy=policy) as device,
        home.controller() as controller,
        home.controller(trusted=False) as old,
    ):
        peer = await paired(controller, device)
        node = next(node for node in await old.discover(0.5, address=device.addresses[0]))
        assert await node.get(AIRCON, ROOM) == {ROOM: b"\x15"}
        with pytest.raises(errors.Refused):
            await node.get(AIRCON, TARGET)
        with pytest.raises(errors.Refused):
            await peer.set(AIRCON, {POWER: b"\x31"})
        await peer.set(AIRCON, {TARGET: b"\x19"})
        assert device.policy.name == "guest"


@in_loop
async def test_a_device_explains_for_peers_addresses_and_kinds():
    home = Home()
    friend = somewhere()
    async with home.device(policy="mixed", known=[friend]) as device, home.controller() as controller:
        await paired(controller, device)
        (peer,) = device.peers
        assert device.explain(peer, AIRCON, "operationStatus", "write").peer == "paired"
        assert device.explain(peer, AIRCON, POWER, "write")
        by_address = device.explain(controller.addresses[0], AIRCON, ROOM, "read")
        assert (by_address.allowed, by_address.peer) == (False, "unknown")  # in clear: no way back
        assert device.explain(friend, AIRCON, "targetTemperature", "write").peer == "known"
        assert not device.explain(friend, AIRCON, POWER, "write")
        assert not device.explain(somewhere(), AIRCON, "targetTemperature", "write")
        assert device.explain("member", AIRCON, POWER, "notify")
        assert not device.explain("unknown", AIRCON, POWER, "announce")
        await controller.unpair(controller.peers[0])
        with pytest.raises(errors.NotPaired):
            device.explain(peer, AIRCON, POWER, "read")


@pytest.mark.parametrize("policy", ["strict", "mixed", "open", "on open"])
@in_loop
async def test_a_policy_for_a_laboratory_says_so_loudly(policy, caplog):
    own = '{"name": "mine", "extends": "open", "rules": []}'
    chosen = warifu.Policy.parse(own) if policy == "on open" else policy
    home = Home()
    with caplog.at_level(logging.WARNING):
        async with home.device(trusted=False, policy=chosen):
            pass
        async with home.controller(trusted=False, policy=chosen):
            pass
    loud = [record for record in caplog.records if OPEN in record.message]
    assert [record.name for record in loud] == (["warifu"] * 2 if "open" in policy else [])


def test_wrong_choices_are_refused_at_once():
    with pytest.raises(ValueError, match=r"Policy\.load"):
        warifu.Device([], policy="guest.json")
    with pytest.raises(ValueError, match="a listener is hello, plaintext, group, ipv6, not 'telnet'"):
        warifu.Device([], listeners_off=["telnet"])


@in_loop
async def test_an_address_that_is_none_is_not_known():
    with pytest.raises(errors.Argument):
        async with Home().device(known=["the kitchen"]):
            pass


# ---- listeners: a scan of what still answers ----

GET = bytes.fromhex("1081 0001 05FF01 0EF001 62 01 D6 00")
HELLO = bytes.fromhex("1082 0002 10 0000000000")
MESSAGE_1 = bytes.fromhex("1082 0003 12 00") + bytes(40)
RECORD = bytes.fromhex("1082 0004 18 11 01 00") + bytes(24)
WAKE = bytes.fromhex("1082 0005 1B") + bytes(24)
FRAMES = {"plaintext": GET, "hello": HELLO, "message_1": MESSAGE_1, "record": RECORD, "wake": WAKE}
ALL = {("plaintext", "own"), ("plaintext", "group"), ("hello", "own"), ("hello", "group")}
SCANS = [
    (set(), ALL),
    ({"hello"}, {("plaintext", "own"), ("plaintext", "group")}),
    ({"plaintext"}, {("hello", "own"), ("hello", "group")}),
    ({"group"}, {("plaintext", "own"), ("hello", "own")}),
    ({"hello", "plaintext"}, set()),
    ({"hello", "plaintext", "group", "ipv6"}, set()),
]
NAMES = ["nothing off", "hello", "plaintext", "group", "hello and plaintext", "everything"]


def _scanner(address: str, port: int) -> socket.socket:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind((address, port))
    one.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
    one.setblocking(False)
    return one


async def _answers(one: socket.socket, to: tuple[str, int], data: bytes) -> bool:
    loop = asyncio.get_running_loop()
    one.sendto(data, to)
    try:
        async with asyncio.timeout(0.3):
            while (await loop.sock_recv(one, 2048))[2:4] != data[2:4]:
                pass
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize(("off", "left"), SCANS, ids=NAMES)
@in_loop
async def test_a_scan_with_real_sockets_finds_the_listeners_that_are_on(off, left):
    home = Home()
    async with home.device(listeners_off=off) as device:
        host = device.addresses[0].partition(":")[0]
        with _scanner(somewhere(), home.port) as one:
            found = {
                (kind, path)
                for kind, data in FRAMES.items()
                for path, to in (("own", host), ("group", "224.0.23.0"))
                if await _answers(one, (to, home.port), data)
            }
    assert found == left


@pytest.mark.parametrize("off", [False, True], ids=["on", "off"])
@in_loop
async def test_ipv6_is_listened_to_unless_it_is_switched_off(off):
    if not socket.has_ipv6:
        pytest.skip("no IPv6 in this Python")
    port = free_port()
    device = warifu.Device([], interface="lo", port=port, listeners_off=["ipv6"] if off else [])
    async with device:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("::1", port))
            except OSError as error:
                taken = error.errno != 99
                if not taken:
                    pytest.skip("no IPv6 on this host")
            else:
                taken = False
    assert taken != off


@asynccontextmanager
async def _simulated(home: SimHome, off: set[str]) -> AsyncIterator[warifu.Device]:
    addresses = ["10.0.9.1", "fe80::1"]
    async with home.device([warifu.Object(AIRCON)], listeners_off=off, answer_delay=0, address=addresses) as device:
        yield device


@pytest.mark.parametrize(("off", "left"), [*SCANS, ({"ipv6"}, ALL)], ids=[*NAMES, "ipv6"])
async def test_a_scan_in_the_simulator_finds_the_listeners_that_are_on(warifu_home, off, left):
    places = {"4": ("10.0.9.2:3610", "10.0.9.1:3610", "224.0.23.0:3610")}
    places["6"] = ("[fe80::2%1]:3610", "[fe80::1%1]:3610", "[ff02::1%1]:3610")
    found = {}
    async with _simulated(warifu_home, off):
        await asyncio.sleep(1)
        for family, (sender, own, group) in places.items():
            found[family] = set()
            for kind, data in FRAMES.items():
                for path, to in (("own", own), ("group", group)):
                    with warifu_home.record() as records:
                        warifu_home.inject(sender, to, data)
                        await asyncio.sleep(2)
                    if any(record.fate == "sent" for record in records):
                        found[family].add((kind, path))
    assert found == {"4": left, "6": set() if "ipv6" in off else left}


@in_loop
async def test_with_every_listener_off_who_is_paired_is_still_served():
    home = Home()
    async with home.device(listeners_off=["hello", "plaintext", "group"]) as device, home.controller() as controller:
        peer = await paired(controller, device)
        await peer.set(AIRCON, {POWER: b"\x31"})
        assert device.get_own(AIRCON, POWER) == b"\x31"
        assert device.counters["listener_off"] >= 1


@in_loop
async def test_a_controller_that_speaks_nothing_in_clear_finds_devices_by_hello_and_asks_nobody_else():
    home = Home()
    async with (
        home.device() as device,
        home.device(trusted=False) as old,
        home.controller(listeners_off=["plaintext"]) as controller,
    ):
        assert [node.address for node in await controller.discover(0.5)] == [device.addresses[0]]
        peer = await paired(controller, device)
        assert await peer.get(AIRCON, ROOM) == {ROOM: b"\x15"}
        assert await controller.discover(0.2, address=old.addresses[0]) == []
        assert old.counters["received"] > 0
        assert old.counters["sent"] == 1  # its announcement: it was asked nothing that it understands

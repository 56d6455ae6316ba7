"""The three topologies of the trial of 2017, end to end: both sides speak DA, only the controller, only the device."""

import asyncio
from typing import Any

import pytest
import warifu
from warifu import errors
from warifu.testing import Home, Record

AIRCON, LOCK, NODE_PROFILE = 0x013001, 0x026F01, 0x0EF001
POWER, PLACE, MODE, TARGET, ROOM, FLOW, LOCKED = 0x80, 0x81, 0xB0, 0xB3, 0xBB, 0xA0, 0xE0
ON, OFF, WARM = b"\x30", b"\x31", b"\x1c"


def objects() -> list[warifu.Object]:
    return [
        warifu.Object(
            AIRCON,
            [
                warifu.Property(POWER, OFF, "get set inf"),
                warifu.Property(PLACE, b"\x08", "get set"),
                warifu.Property(MODE, b"\x42", "get set"),
                warifu.Property(TARGET, b"\x18", "get set inf"),
                warifu.Property(ROOM, b"\x15", "get inf"),
                warifu.Property(FLOW, b"\x31", "get set"),
            ],
        ),
        warifu.Object(LOCK, [warifu.Property(LOCKED, b"\x41", "get set inf")]),
    ]


async def paired(controller: warifu.Controller, device: warifu.Device) -> warifu.Peer:
    device.open_window()
    return await controller.pair(device.addresses[0], number=device.number)


async def node_at(controller: warifu.Controller, device: warifu.Device) -> warifu.Node:
    return next(node for node in await controller.discover() if node.address == device.addresses[0])


async def may_set(node: Any, eoj: int, epc: int, value: bytes) -> bool:
    try:
        await node.set(eoj, {epc: value})
    except errors.Refused:
        return False
    return True


async def may_read(node: Any, eoj: int, epc: int) -> bool:
    try:
        return epc in await node.get(eoj, epc)
    except errors.Refused:
        return False


def in_clear(records: list[Record]) -> list[Record]:
    return [record for record in records if record.fate == "sent" and record.data[1] == 0x81]


# ---- both ----


async def test_with_da_on_both_sides_everything_works_and_nothing_is_said_in_clear(warifu_home: Home) -> None:
    home = warifu_home
    async with home.device(objects()) as device, home.controller() as controller:
        peer = await paired(controller, device)
        notes = controller.watch()
        with home.record() as records:
            assert await peer.get(AIRCON, POWER) == {POWER: OFF}
            await peer.set(AIRCON, {POWER: ON})
            await peer.set(LOCK, {LOCKED: b"\x42"})
            device.put(AIRCON, ROOM, b"\x16")
            seen = [(note.eoj, dict(note.properties), note.is_protected) async for note in first(notes, 3)]
        assert in_clear(records) == []
        assert seen == [(AIRCON, {POWER: ON}, True), (LOCK, {LOCKED: b"\x42"}, True), (AIRCON, {ROOM: b"\x16"}, True)]
        assert (device.get_own(AIRCON, POWER), device.get_own(LOCK, LOCKED)) == (ON, b"\x42")


async def test_with_da_on_both_sides_a_third_one_is_told_what_discovery_needs_and_no_more(warifu_home: Home) -> None:
    home = warifu_home
    async with (
        home.device(objects()) as device,
        home.controller() as controller,
        home.controller(trusted=False) as stranger,
    ):
        await paired(controller, device)
        refusals = device.events()
        node = await node_at(stranger, device)
        assert (node.number, node.objects) == (device.number, [AIRCON, LOCK])
        for eoj, epc in [(AIRCON, POWER), (AIRCON, ROOM), (LOCK, LOCKED)]:
            assert not await may_read(node, eoj, epc)
            assert not await may_set(node, eoj, epc, b"\x42")
        told = [event async for event in first(refusals, 5)]
        assert {event.kind for event in told} == {"security"}
        assert {event.address for event in told} == {stranger.addresses[0]}
        assert (told[0].eoj, told[0].epc, told[0].access) == (AIRCON, POWER, {"read"})
        assert (told[1].eoj, told[1].epc, told[1].access) == (AIRCON, POWER, {"write"})
        assert device.counters["policy_refused"] >= 5


async def test_with_da_on_both_sides_a_forged_address_opens_no_way_in_clear(warifu_home: Home) -> None:
    home = warifu_home
    power_on = bytes.fromhex("1081 0001 05FF01 013001 61 01 80 01 30")
    unlocked = bytes.fromhex("1081 0002 026F01 0EF001 73 01 E0 01 42")
    async with home.device(objects(), policy="open") as device, home.controller(policy="open") as controller:
        await paired(controller, device)
        notes, refusals = controller.watch(), device.events()
        home.inject(controller.addresses[0], device.addresses[0], power_on)
        home.inject(device.addresses[0], controller.addresses[0], unlocked)
        await asyncio.sleep(1)
        assert device.get_own(AIRCON, POWER) == OFF
        assert device.counters["plaintext_from_paired"] == 1
        assert controller.counters["plaintext_from_paired"] == 2  # the device's refusal comes in clear as well
        refusal = await anext(refusals)
        assert (refusal.kind, refusal.eoj, refusal.epc, refusal.is_protected) == ("security", AIRCON, POWER, False)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await anext(notes)


# ---- only the controller ----


async def test_with_da_on_the_controller_alone_it_uses_old_devices_in_clear_and_pairs_with_none(
    warifu_home: Home,
) -> None:
    home = warifu_home
    async with home.device(objects(), trusted=False, policy="open") as old, home.controller() as controller:
        node = await node_at(controller, old)
        assert node.da is None
        assert await node.get(AIRCON, ROOM) == {ROOM: b"\x15"}
        await node.set(AIRCON, {POWER: ON})
        assert old.get_own(AIRCON, POWER) == ON
        with pytest.raises(errors.PlaintextOnly):
            await controller.pair(node, number=old.number)
        assert controller.peers == []


async def test_with_da_on_the_controller_alone_strict_hears_no_old_device_and_mixed_the_listed_ones(
    warifu_home: Home,
) -> None:
    home = warifu_home
    async with home.device(objects(), trusted=False, policy="open", address="10.0.9.1") as old:
        for policy, known, heard in [
            ("strict", [], []),
            ("strict", ["10.0.9.1"], []),
            ("mixed", [], []),
            ("mixed", ["10.0.9.1"], [(AIRCON, {ROOM: b"\x19"}, False)]),
        ]:
            async with home.controller(policy=policy, known=known) as controller:
                notes = controller.watch()
                for value in (b"\x18", b"\x19"):
                    old.put(AIRCON, ROOM, value)
                old.put(LOCK, LOCKED, b"\x42")
                old.put(LOCK, LOCKED, b"\x41")
                await asyncio.sleep(1)
                counted = controller.counters["policy_refused"]
                controller.close()
                told = [(note.eoj, dict(note.properties), note.is_protected) async for note in notes]
                assert told[-1:] == heard
                assert {eoj for eoj, _, _ in told} == ({AIRCON} if heard else set())
                assert counted >= 2


async def test_with_da_on_the_controller_alone_old_controllers_are_told_what_discovery_needs(warifu_home: Home) -> None:
    home = warifu_home
    async with home.controller() as controller, home.controller(trusted=False) as old:
        node = next(node for node in await old.discover() if node.address == controller.addresses[0])
        assert node.number == controller.number
        assert not await may_read(node, 0x05FF01, POWER)
        assert not await may_set(node, NODE_PROFILE, POWER, OFF)


# ---- only the device ----


@pytest.mark.parametrize("policy", ["strict", "mixed"])
@pytest.mark.parametrize("listed", [False, True], ids=["stranger", "known"])
async def test_with_da_on_the_device_alone_an_old_controller_may_what_the_policy_gives_it(
    warifu_home: Home, policy: warifu.policy.PolicyName, listed: bool
) -> None:
    home = warifu_home
    known = ["10.0.9.2"] if listed else []
    async with (
        home.device(objects(), policy=policy, known=known) as device,
        home.controller(trusted=False, address="10.0.9.2") as old,
    ):
        node = await node_at(old, device)
        assert (node.number, node.objects) == (device.number, [AIRCON, LOCK])
        mixed = policy == "mixed"
        for eoj, epc, value, read, write in [
            (AIRCON, ROOM, b"\x20", mixed, False),
            (AIRCON, TARGET, WARM, mixed, mixed and listed),
            (AIRCON, FLOW, b"\x32", mixed, mixed and listed),
            (AIRCON, MODE, b"\x43", mixed, False),
            (AIRCON, POWER, ON, mixed, False),
            (AIRCON, PLACE, b"\x09", False, False),
            (LOCK, LOCKED, b"\x42", False, False),
            (NODE_PROFILE, 0x83, bytes(17), True, False),
        ]:
            before = device.get_own(eoj, epc)
            assert await may_read(node, eoj, epc) == read, f"{eoj:06X}:{epc:02X}"
            assert await may_set(node, eoj, epc, value) == write, f"{eoj:06X}:{epc:02X}"
            assert device.get_own(eoj, epc) == (value if write else before)


@pytest.mark.parametrize("policy", ["strict", "mixed"])
async def test_with_da_on_the_device_alone_an_old_controller_hears_the_instance_list_only(
    warifu_home: Home, policy: warifu.policy.PolicyName
) -> None:
    home = warifu_home
    async with home.controller(trusted=False, policy="open") as old:
        with home.record() as records:
            async with home.device(objects(), policy=policy, address="10.0.9.1") as device:
                device.open_window()
                device.put(AIRCON, POWER, ON)
                device.put(LOCK, LOCKED, b"\x42")
                await asyncio.sleep(5)
        sent = [record.data for record in in_clear(records)]
        assert [(data[10], data[12]) for data in sent] == [(0x73, 0xD5)]
        with pytest.raises(errors.State):
            await old.pair("10.0.9.1", number=device.number)


async def first(stream: Any, count: int) -> Any:
    """The first `count` items, of which each comes within a minute."""
    for _ in range(count):
        async with asyncio.timeout(60):
            item = await anext(stream)
        yield item

"""A controller among devices with the habits of real ones."""

import asyncio

import pytest
import warifu
from home import AIRCON, POWER, ROOM, TARGET, Home, in_loop, paired, somewhere
from quirky import GET, SETC, SETGET, Quirky

EPCS = range(0xB0, 0xC0)
FULL = {epc: bytes([epc + 1]) for epc in EPCS}
NUMBER = bytes.fromhex("FE000006") + bytes(range(13))


def device(home: Home, **habits: object) -> Quirky:
    return Quirky(somewhere(), home.port, {AIRCON: dict(FULL)}, **habits)  # type: ignore[arg-type]


async def node_of(controller: warifu.Controller, quirky: Quirky) -> warifu.Node:
    (node,) = await controller.discover(1.0, address=quirky.address)
    return node


@in_loop
async def test_more_than_a_device_takes_is_split_and_the_limit_remembered() -> None:
    home = Home()
    async with device(home, cap=6) as quirky, home.controller(trusted=False, gap=0) as controller:
        node = await node_of(controller, quirky)
        assert node.limit is None
        assert await node.get(AIRCON, *EPCS) == FULL
        assert node.limit == 6
        quirky.asked.clear()
        results = await node.get_many(AIRCON, EPCS)
        assert results == {epc: warifu.Result("value", edt) for epc, edt in FULL.items()}
        assert [len(epcs) for _, epcs in quirky.asked] == [6, 6, 4]


@in_loop
async def test_refused_and_silent_properties_are_told_one_by_one() -> None:
    home = Home()
    async with device(home, silent=0xB2) as quirky, home.controller(trusted=False, gap=0) as controller:
        node = await node_of(controller, quirky)
        results = await node.get_many(AIRCON, [0xB0, 0xB1, 0xB2, 0xA0], timeout=0.3)
        assert {epc: result.status for epc, result in results.items()} == {
            0xB0: "value",
            0xB1: "value",
            0xB2: "silent",
            0xA0: "refused",
        }
        with pytest.raises(warifu.Refused) as caught:
            await node.get(AIRCON, 0xB0, 0xB2, timeout=0.3)
        assert caught.value.values == {0xB0: b"\xb1"}
        assert caught.value.refused == (0xB2,)


@in_loop
async def test_a_write_without_effect_is_found_by_reading_back() -> None:
    home = Home()
    async with device(home, ignores_sets=True) as quirky, home.controller(trusted=False, gap=0) as controller:
        node = await node_of(controller, quirky)
        await node.set(AIRCON, {0xB3: b"\x19"})
        with pytest.raises(warifu.Refused, match="read back differently") as caught:
            await node.set(AIRCON, {0xB3: b"\x19"}, verify=True, timeout=0.5)
        assert caught.value.values == {0xB3: b"\xb4"}
        quirky.ignores_sets = False
        await node.set(AIRCON, {0xB3: b"\x19"}, verify=True)


@in_loop
async def test_setget_falls_back_to_setc_and_get() -> None:
    home = Home()
    async with device(home) as quirky, home.controller(trusted=False, gap=0) as controller:
        node = await node_of(controller, quirky)
        quirky.asked.clear()
        assert await node.set_get(AIRCON, {0xB1: b"\x02"}, 0xB1, 0xB3) == {0xB1: b"\x02", 0xB3: b"\xb4"}
        quirky.has_setget = False
        for _ in range(2):
            assert await node.set_get(AIRCON, {0xB1: b"\x03"}, 0xB1) == {0xB1: b"\x03"}
        assert [esv for esv, _ in quirky.asked] == [SETGET, SETGET, SETC, GET, SETC, GET]
        with pytest.raises(warifu.Refused):
            await node.set_get(AIRCON, {0xA1: b"\x03"}, 0xB1)
        with pytest.raises(ValueError, match="at least one"):
            await node.set_get(AIRCON, {}, 0xB1)


@in_loop
async def test_nodes_are_found_by_a_list_of_addresses_and_stay_known() -> None:
    home = Home()
    async with (
        device(home, number=NUMBER) as one,
        device(home) as other,
        home.controller(trusted=False) as controller,
    ):
        events = controller.events()
        found = await controller.discover(1.0, address=[one.address, other.address, somewhere()])
        assert {node.number for node in found} == {NUMBER, None}
        assert {node.address for node in controller.nodes} == {node.address for node in found}
        assert all(node.is_online and node.objects == [AIRCON] for node in controller.nodes)
        assert {(await anext(events)).kind, (await anext(events)).kind} == {"node_found"}
        controller.forget(found[0])
        assert len(controller.nodes) == 1


@in_loop
async def test_a_node_without_an_answer_is_no_longer_online_after_a_rescan() -> None:
    home = Home()
    async with device(home) as quirky, home.controller(trusted=False, gap=0) as controller:
        node = await node_of(controller, quirky)
        quirky.is_off = True
        events = controller.events()
        assert len(await controller.rescan(0.2)) == 1
        async with asyncio.timeout(30):
            while (event := await anext(events)).kind != "node_gone":
                pass
        assert event.address == node.address
        assert not node.is_online
        assert isinstance(node.reason, warifu.NoAnswer)
        quirky.is_off = False
        await node.get(AIRCON, 0xB0)
        assert node.is_online
        assert ((event := await anext(events)).kind, event.changes) == ("node_changed", {"online"})


@in_loop
async def test_an_interview_gives_the_maps_of_every_object() -> None:
    home = Home()
    async with device(home) as quirky, home.controller(trusted=False, gap=0) as controller:
        quirky.values[AIRCON][0x9F] = bytes([3, 0x80, 0xB0, 0xB3])
        node = await node_of(controller, quirky)
        maps = await node.interview(timeout=0.5)
        assert maps[AIRCON] == {"inf": frozenset(), "set": frozenset(), "get": frozenset({0x80, 0xB0, 0xB3})}
        assert set(maps) == {AIRCON, 0x0EF001}


@in_loop
async def test_a_paired_peer_is_read_and_set_by_the_same_calls() -> None:
    home = Home()
    async with home.device() as there, home.controller() as controller:
        peer = await paired(controller, there)
        results = await peer.get_many(AIRCON, [POWER, TARGET, ROOM, 0xF7])
        assert [result.status for result in results.values()] == ["value", "value", "value", "refused"]
        await peer.set(AIRCON, {TARGET: b"\x1b"}, verify=True)
        assert await peer.set_get(AIRCON, {TARGET: b"\x1c"}, TARGET) == {TARGET: b"\x1c"}
        assert [node.number for node in controller.nodes] == [there.number]


@in_loop
async def test_a_gap_and_a_node_that_is_not_there() -> None:
    home = Home()
    with pytest.raises(ValueError, match="gap"):
        home.controller(gap=-1)
    async with device(home) as quirky, home.controller(trusted=False) as controller:
        node = await node_of(controller, quirky)
        quirky.is_off = True
        with pytest.raises(warifu.NoAnswer):
            await node.get_many(AIRCON, EPCS, timeout=0.2)
        assert not node.is_online

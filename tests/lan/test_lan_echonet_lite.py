"""echonet-lite.js (npm) on the LAN: as a controller of our device, and as a device of our controller."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import warifu
from home import in_loop
from lan import (
    AIRCON,
    GET,
    GET_RES,
    INF_REQ,
    INFC,
    INSTANCE_LIST,
    LIGHT,
    MAPS,
    MODE,
    NODE,
    OURS,
    PEER,
    POWER,
    READABLE,
    ROOM,
    SETC,
    SETI,
    SILENCE_S,
    TARGET,
    Bare,
    address,
    device,
    place,
)
from peer import Peer, node_command, running

THEIRS = ("013001", "029001")
FROM = {4: address(OURS), 6: "fe80::1%eth0"}  # how we look to it, asking and asked by multicast
FAMILIES = pytest.mark.parametrize("family", [4, 6], ids=["ipv4", "ipv6"])


@pytest.fixture(scope="module")
def one_for_all() -> Iterator[Peer]:
    yield from running(*node_command("echonet_lite.js", address(PEER)))


@pytest.fixture
def el(one_for_all: Peer) -> Peer:
    one_for_all.heard.clear()
    return one_for_all


def els(row: dict[str, Any]) -> tuple[str, str, dict[str, str]]:
    frame = row.get("els", {})
    return frame.get("ESV", ""), frame.get("SEOJ", ""), frame.get("DETAILs", {})


# ---- its controller, our device ----


@FAMILIES
@in_loop
async def test_it_hears_our_start(el: Peer, family: int) -> None:
    async with device():
        row = await el.hear(lambda row: row["from"] == FROM[family])
        assert els(row) == ("73", "0ef001", {"d5": INSTANCE_LIST.hex()})


@FAMILIES
@in_loop
async def test_its_search_finds_us(el: Peer, family: int) -> None:
    async with device() as ours:
        await el.do("forget")
        await el.do("call", "search")
        known = await el.until(lambda known: "d6" in known.get(FROM[family], {}).get("0ef001", {}), "facilities")
        profile = known[FROM[family]]["0ef001"]
        assert (profile["d6"], profile["83"]) == (INSTANCE_LIST.hex(), ours.number.hex())


@in_loop
async def test_it_reads_every_property_of_every_object_of_ours(el: Peer) -> None:
    def all_of(known: dict[str, Any], eoj: int) -> dict[str, str]:
        return known.get(address(OURS), {}).get(f"{eoj:06x}", {})

    async with device() as ours:
        expected = {epc: ours.get_own(AIRCON, epc).hex() for epc in READABLE if epc not in MAPS}
        await el.do("forget")
        await el.do("autoGet", True)
        await el.do("call", "search")
        known = await el.until(lambda known: all("80" in all_of(known, eoj) for eoj in (AIRCON, LIGHT)), "facilities")
        await el.do("autoGet", False)
        seen = all_of(known, AIRCON)
        assert {epc: seen.get(f"{epc:02x}") for epc in expected} == expected
        assert bytes.fromhex(seen["9f"])[1:] == bytes(READABLE)  # it rewrites the bit form
        assert all_of(known, LIGHT)["9e"] == "028081"


@in_loop
async def test_its_sets_are_taken_refused_and_heard_of(el: Peer) -> None:
    async with device() as ours:
        await el.do("call", "sendDetails", address(OURS), "0ef001", "013001", "61", {"b0": "43", "80": "30"})
        assert els(await el.hear(lambda row: els(row)[0] == "71")) == ("71", "013001", {"b0": "", "80": ""})
        for epc, edt in (("b0", "43"), ("80", "30")):
            told = await el.hear(lambda row, epc=epc: els(row)[:2] == ("73", "013001") and epc in els(row)[2])
            assert els(told)[2] == {epc: edt}
        await el.do("call", "sendDetails", address(OURS), "0ef001", "013001", "61", {"b3": "63", "b0": "44"})
        assert els(await el.hear(lambda row: els(row)[0] == "51"))[2] == {"b3": "63", "b0": ""}
        await el.do("call", "sendDetails", address(OURS), "0ef001", "013001", "60", {"b3": "63"})
        assert els(await el.hear(lambda row: els(row)[0] == "50"))[2] == {"b3": "63"}
        assert (ours.get_own(AIRCON, MODE), ours.get_own(AIRCON, TARGET)) == (b"\x44", b"\x18")


@in_loop
async def test_its_reads_are_answered_in_part_and_by_every_instance(el: Peer) -> None:
    async with device():
        await el.do("call", "sendDetails", address(OURS), "0ef001", "013001", "62", {"bb": "", "ee": ""})
        assert els(await el.hear(lambda row: els(row)[0] == "52"))[2] == {"bb": "1d", "ee": ""}
        await el.do("call", "sendOPC1", address(OURS), "0ef001", "029000", "62", "80", "")
        for eoj in ("029001", "029002"):
            await el.hear(lambda row, eoj=eoj: els(row) == ("72", eoj, {"80": "30"}))


@FAMILIES
@in_loop
async def test_a_change_of_ours_reaches_it(el: Peer, family: int) -> None:
    async with device() as ours:
        ours.put(AIRCON, ROOM, b"\x1e")
        await el.hear(lambda row: row["from"] == FROM[family] and els(row) == ("73", "013001", {"bb": "1e"}))


@in_loop
async def test_its_inf_req_is_answered_though_it_carries_an_edt(el: Peer) -> None:
    async with device():
        await el.hear(lambda row: row["from"] == FROM[4] and els(row)[0] == "73")
        await el.do("call", "sendOPC1", "224.0.23.0", "0ef001", "0ef001", "63", "d5", [0])
        row = await el.hear(lambda row: row["from"] == FROM[4] and els(row)[0] == "73")
        assert els(row)[2] == {"d5": INSTANCE_LIST.hex()}


# ---- our controller, its device ----


@in_loop
async def test_its_start_is_heard_as_a_notification() -> None:
    async with warifu.Controller(policy="open") as controller:
        heard = controller.watch()
        for peer in running(*node_command("echonet_lite.js", address(PEER))):
            told = await anext(heard)
            assert (told.eoj, told.properties, told.is_protected) == (
                NODE,
                {0xD5: bytes.fromhex("02013001029001")},
                False,
            )
            assert peer.said == []


@FAMILIES
@in_loop
async def test_it_is_found(el: Peer, family: int) -> None:
    async with warifu.Controller(policy="open") as controller:
        (node,) = await controller.discover(1.0)
        assert [place.startswith("[") for place in node.addresses] == [False, True]  # it answers with both families
        assert node.objects == [AIRCON, LIGHT]
        assert node.number is not None
        assert node.number[:4] == b"\xfe\x00\x00\x77"
        (alone,) = await controller.discover(1.0, address=place(PEER, family))
        assert (alone.objects, alone.number) == (node.objects, node.number)


async def node_of(controller: warifu.Controller, family: int = 4) -> warifu.Node:
    (node,) = await controller.discover(0.5, address=place(PEER, family))
    return node


@FAMILIES
@in_loop
async def test_values_come_in_the_order_asked_though_it_sorts_them(el: Peer, family: int) -> None:
    trace = warifu.Recorder()
    async with warifu.Controller(policy="open", trace=trace) as controller:
        node = await node_of(controller, family)
        values = await node.get(AIRCON, ROOM, POWER, TARGET)
        assert list(values) == [ROOM, POWER, TARGET]
        assert values[ROOM] == b"\x1d"
        assert await node.get(AIRCON, ROOM) == {ROOM: b"\x1d"}
        answers = [warifu.decode(item.datagram) for item in trace.records if not item.sent and item.address]
        assert any("Get_Res 013001 -> 05FF01: 80=" in line for line in answers)  # 80 first: sorted


@in_loop
async def test_its_answers_come_from_port_23610_and_count_all_the_same(el: Peer) -> None:
    async with Bare() as bare:
        bare.ask(address(PEER), AIRCON, GET, (ROOM, b""))
        assert (await bare.hear(lambda item: item.frame.esv == GET_RES)).port == 23610
    async with warifu.Controller(policy="open") as controller:
        node = await node_of(controller)
        assert node.address == place(PEER)  # where requests go to
        assert await node.get(AIRCON, ROOM) == {ROOM: b"\x1d"}


@in_loop
async def test_both_forms_of_its_maps_are_read(el: Peer) -> None:
    async with warifu.Controller(policy="open") as controller:
        node = await node_of(controller)
        bits = (await node.get(AIRCON, 0x9F))[0x9F]
        assert len(bits) == 17
        readable = warifu._warifu.property_map_read(bits)
        assert len(readable) == 16
        assert {epc: value for epc, value in (await node.get(AIRCON, *readable)).items() if not value} == {}
        codes = (await node.get(NODE, 0x9F))[0x9F]
        assert (len(codes), len(warifu._warifu.property_map_read(codes))) == (16, 15)


@in_loop
async def test_a_set_is_read_back_and_announced(el: Peer) -> None:
    async with warifu.Controller(policy="open") as controller:
        node = await node_of(controller)
        heard = controller.watch()
        for mode in (b"\x43", b"\x42"):
            await node.set(AIRCON, {MODE: mode}, verify=True)
            told = await anext(heard)
            assert (told.address, told.eoj, told.properties) == (place(PEER), AIRCON, {MODE: mode})


@in_loop
async def test_what_it_refuses_is_named(el: Peer) -> None:
    async with warifu.Controller(policy="open") as controller:
        node = await node_of(controller)
        with pytest.raises(warifu.Refused) as refused:
            await node.set(AIRCON, {TARGET: b"\x63", MODE: b"\x42"})
        assert refused.value.refused == (TARGET,)
        with pytest.raises(warifu.Refused) as refused:
            await node.get(AIRCON, ROOM, 0xEE)
        assert (refused.value.refused, refused.value.values) == ((0xEE,), {ROOM: b"\x1d"})
        assert await node.get(AIRCON, ROOM, 0xEE, partial=True) == {ROOM: b"\x1d"}


@in_loop
async def test_its_refusal_of_a_longer_value_is_cut_short_and_no_answer(el: Peer) -> None:
    async with Bare() as bare:
        bare.ask(address(PEER), AIRCON, SETC, (0xF1, b"\x01\x02"))
        await asyncio.sleep(SILENCE_S)
        assert (bare.heard, bare.unreadable) == ([], [bytes.fromhex("1081471101300105ff015101f10202")])
    async with warifu.Controller(policy="open") as controller:
        node = await node_of(controller)
        with pytest.raises(warifu.NoAnswer):
            await node.set(AIRCON, {0xF1: b"\x01\x02"}, timeout=SILENCE_S)


@in_loop
async def test_a_set_that_it_accepts_and_forgets_is_found_by_reading_back(el: Peer) -> None:
    async with warifu.Controller(policy="open") as controller:
        node = await node_of(controller)
        await node.set(LIGHT, {POWER: b"\x31"})
        with pytest.raises(warifu.Refused) as refused:
            await node.set(LIGHT, {POWER: b"\x31"}, verify=True, timeout=0.5)
        assert (refused.value.refused, refused.value.values) == ((POWER,), {POWER: b"\x30"})


@in_loop
async def test_a_setget_that_it_ignores_is_done_as_setc_and_get(el: Peer) -> None:
    async with warifu.Controller(policy="open") as controller:
        node = await node_of(controller)
        values = await node.set_get(AIRCON, {TARGET: b"\x16"}, TARGET, ROOM, timeout=0.5, repeatable=True)
        assert values == {TARGET: b"\x16", ROOM: b"\x1d"}


@in_loop
async def test_the_node_profile_is_reached_by_instance_0(el: Peer) -> None:
    async with warifu.Controller(policy="open") as controller:
        (answer,) = await controller.request("Get", NODE & 0xFFFF00, [0xD3], to=place(PEER), timeout=1)
        assert answer == warifu.Answer(place(PEER), NODE, "Get_Res", ((0xD3, b"\x00\x00\x02"),))


@in_loop
async def test_it_answers_for_an_object_that_it_lacks(el: Peer) -> None:
    async with warifu.Controller(policy="open") as controller:
        (answer,) = await controller.request("Get", AIRCON + 4, [POWER], to=place(PEER))
        assert answer == warifu.Answer(place(PEER), AIRCON + 4, "Get_SNA", ((POWER, b""),))


@in_loop
async def test_its_answer_to_our_inf_req_has_a_tid_of_its_own_and_is_a_notification(el: Peer) -> None:
    async with warifu.Controller(policy="open") as controller:
        heard = controller.watch()
        assert await controller.request("INF_REQ", NODE, [(0xD5, b"\x00")], timeout=0.5) == []
        told = await anext(heard)  # by either family
        assert (told.eoj, told.properties) == (NODE, {0xD5: bytes.fromhex("02013001029001")})


@in_loop
async def test_it_leaves_inf_req_infc_setget_and_refused_seti_unanswered(el: Peer) -> None:
    async with Bare() as bare:
        bare.ask(address(PEER), NODE, INF_REQ, (0xD5, b""))
        bare.ask(address(PEER), NODE, INFC, (POWER, b"\x30"))
        bare.ask(address(PEER), AIRCON, SETI, (TARGET, b"\x63"))
        bare.send(address(PEER), "1081471105ff010130016e01b3011801b300")
        bare.ask(address(PEER), AIRCON, 0x66, (POWER, b""))
        assert await bare.silence() == []
        bare.ask(address(PEER), NODE, INF_REQ, (0xD5, b"\x00"))
        told = await bare.hear(lambda item: item.where == "group")
        assert dict(told.frame.properties) == {0xD5: bytes.fromhex("02013001029001")}

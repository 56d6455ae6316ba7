"""Our device as a bare host sees it on the wire: port 3610, multicast, IPv4 and IPv6."""

import asyncio

import pytest
import warifu
from home import in_loop
from lan import (
    AIRCON,
    BARE,
    CONTROLLER,
    GET,
    GET_RES,
    GET_SNA,
    GROUPS,
    INF,
    INF_REQ,
    INFC,
    INFC_RES,
    INSTANCE_LIST,
    LIGHT,
    MODE,
    NODE,
    OURS,
    PORT,
    POWER,
    ROOM,
    SET_RES,
    SETC,
    SETC_SNA,
    SETGET,
    SETGET_RES,
    SETI,
    SETI_SNA,
    TARGET,
    Bare,
    address,
    device,
    place,
)
from warifu import _warifu

FAMILIES = pytest.mark.parametrize("family", [4, 6], ids=["ipv4", "ipv6"])


@FAMILIES
@in_loop
async def test_a_start_is_announced_to_the_group(family: int) -> None:
    async with Bare(family=family) as bare, device():
        told = await bare.hear(lambda item: item.where == "group")
        assert (told.port, told.frame.seoj, told.frame.deoj, told.frame.esv) == (PORT, NODE, NODE, INF)
        assert dict(told.frame.properties) == {0xD5: INSTANCE_LIST}


@FAMILIES
@in_loop
async def test_a_multicast_get_is_answered_to_the_asker_alone(family: int) -> None:
    async with Bare(family=family) as bare, device() as ours:
        bare.ask(GROUPS[family], NODE, GET, (0xD6, b""), (0x83, b""))
        answer = await bare.answer(GET_RES)
        assert (answer.seoj, answer.deoj) == (NODE, CONTROLLER)
        assert list(answer.properties) == [(0xD6, INSTANCE_LIST), (0x83, ours.number)]


@FAMILIES
@in_loop
async def test_inf_req_is_answered_to_the_group(family: int) -> None:
    async with Bare(family=family) as bare, device():
        bare.ask(GROUPS[family], NODE, INF_REQ, (0xD5, b""))
        assert dict((await bare.answer(INF, where="group")).properties) == {0xD5: INSTANCE_LIST}


@FAMILIES
@in_loop
async def test_a_request_from_any_port_is_answered_to_3610(family: int) -> None:
    async with Bare(family=family) as bare, device():
        bare.ask(address(OURS, family), AIRCON, GET, (ROOM, b""), port="other")
        assert dict((await bare.answer(GET_RES)).properties) == {ROOM: b"\x1d"}
        assert [item for item in await bare.silence() if item.where == "other"] == []


@FAMILIES
@in_loop
async def test_several_properties_are_read_and_refused_in_their_order(family: int) -> None:
    async with Bare(family=family) as bare, device():
        bare.ask(address(OURS, family), AIRCON, GET, (TARGET, b""), (0xEE, b""), (POWER, b""), (TARGET, b""))
        answer = await bare.answer(GET_SNA)
        assert list(answer.properties) == [(TARGET, b"\x18"), (0xEE, b""), (POWER, b"\x31"), (TARGET, b"\x18")]


@FAMILIES
@in_loop
async def test_sets_are_applied_refused_and_announced(family: int) -> None:
    async with Bare(family=family) as bare, device() as ours:
        to = address(OURS, family)
        bare.ask(to, AIRCON, SETC, (POWER, b"\x30"), (TARGET, b"\x63"))
        answer = await bare.answer(SETC_SNA)
        assert list(answer.properties) == [(POWER, b""), (TARGET, b"\x63")]
        told = await bare.hear(lambda item: (item.where, item.frame.seoj) == ("group", AIRCON))
        assert (told.frame.esv, told.frame.deoj, list(told.frame.properties)) == (INF, NODE, [(POWER, b"\x30")])
        bare.ask(to, AIRCON, SETI, (TARGET, b"\x63"), tid=2)
        assert list((await bare.answer(SETI_SNA, tid=2)).properties) == [(TARGET, b"\x63")]
        bare.ask(to, AIRCON, SETI, (TARGET, b"\x14"), tid=3)
        bare.ask(to, AIRCON, SETC, (MODE, b"\x43"), tid=4)
        assert list((await bare.answer(SET_RES, tid=4)).properties) == [(MODE, b"")]
        assert [item for item in await bare.silence() if item.frame.tid == 3] == []
        assert ours.get_own(AIRCON, TARGET) == b"\x14"


@FAMILIES
@in_loop
async def test_a_change_at_the_device_is_announced(family: int) -> None:
    async with Bare(family=family) as bare, device() as ours:
        ours.put(AIRCON, ROOM, b"\x1e")
        told = await bare.hear(lambda item: (item.where, item.frame.seoj) == ("group", AIRCON))
        assert (told.frame.esv, list(told.frame.properties)) == (INF, [(ROOM, b"\x1e")])


@FAMILIES
@in_loop
async def test_setget_and_infc_are_answered(family: int) -> None:
    async with Bare(family=family) as bare, device():
        to = address(OURS, family)
        frame = _warifu.frame_compose(0x4711, CONTROLLER, AIRCON, SETGET, [(TARGET, b"\x10")], [(TARGET, b"")])
        bare.send(to, frame)
        answer = await bare.answer(SETGET_RES)
        assert (list(answer.properties), list(answer.gets)) == ([(TARGET, b"")], [(TARGET, b"\x10")])
        bare.ask(to, NODE, INFC, (POWER, b"\x30"), tid=2)
        assert list((await bare.answer(INFC_RES, tid=2)).properties) == [(POWER, b"")]


@FAMILIES
@in_loop
async def test_instance_0_is_answered_by_every_object_in_its_own_name(family: int) -> None:
    async with Bare(family=family) as bare, device():
        to = address(OURS, family)
        bare.ask(to, LIGHT & 0xFFFF00, GET, (POWER, b""))
        assert {(await bare.answer(GET_RES)).seoj, (await bare.answer(GET_RES)).seoj} == {LIGHT, LIGHT + 1}
        bare.ask(to, NODE & 0xFFFF00, GET, (0xD6, b""), tid=2)
        assert (await bare.answer(GET_RES, tid=2)).seoj == NODE


@FAMILIES
@in_loop
async def test_both_forms_of_property_maps_are_sent(family: int) -> None:
    async with Bare(family=family) as bare, device():
        for eoj, form in ((AIRCON, "bits"), (LIGHT, "codes")):
            bare.ask(address(OURS, family), eoj, GET, (0x9F, b""), tid=eoj & 0xFFFF)
            ((_, edt),) = (await bare.answer(GET_RES, tid=eoj & 0xFFFF)).properties
            assert (len(edt) == 17 and edt[0] > 15) == (form == "bits")
            assert {POWER, 0x9F} <= set(_warifu.property_map_read(edt))


@FAMILIES
@in_loop
async def test_what_is_no_request_to_an_object_of_ours_meets_silence(family: int) -> None:
    async with Bare(family=family) as bare, device():
        to = address(OURS, family)
        await bare.hear(lambda item: item.where == "group")
        for esv in (0x64, 0x6F, 0x75, 0x00, 0xFF, GET_RES, GET_SNA):
            bare.ask(to, AIRCON, esv, (POWER, b""))
        bare.ask(to, 0x026001, GET, (POWER, b""))  # no such object
        bare.ask(to, AIRCON + 1, GET, (POWER, b""))  # no such instance
        for wrong in (
            "1081",
            "108147110ef001013001620180",
            "108047110ef001013001620180 00",
            "000047110ef00101300162018000",
        ):
            bare.send(to, wrong)
        assert await bare.silence() == []
        bare.ask(to, AIRCON, GET, (POWER, b""))
        await bare.answer(GET_RES)


@FAMILIES
@in_loop
async def test_our_controller_asks_everybody_by_inf_req_and_takes_the_answers(family: int) -> None:
    async with Bare(family=family) as bare, warifu.Controller(policy="open") as controller:
        heard = controller.watch()
        asked = asyncio.create_task(controller.request("INF_REQ", NODE, [0xD5], timeout=1.0))
        request = await bare.hear(lambda item: (item.where, item.frame.esv) == ("group", INF_REQ))
        frame = _warifu.frame_compose(request.frame.tid, NODE, CONTROLLER, INF, [(0xD5, b"\x01\x02\x60\x01")])
        bare.send(GROUPS[family], frame, port="other")
        told = await anext(heard)
        assert (told.address, told.eoj, told.properties) == (place(BARE, family), NODE, {0xD5: b"\x01\x02\x60\x01"})
        assert [answer.service for answer in await asked] == ["INF"]


# ---- a node in both families ----


class BothFamilies:
    """A device on the bare host, in both families under one number, that is heard and answers by hand."""

    NUMBER = bytes.fromhex("FE000006") + bytes(range(13))

    def __init__(self) -> None:
        self.places = [Bare(family=4), Bare(family=6)]
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "BothFamilies":
        for bare in self.places:
            await bare.__aenter__()
            self._tasks.append(asyncio.create_task(self._answer(bare)))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for bare in self.places:
            await bare.__aexit__()

    async def _answer(self, bare: Bare) -> None:
        values = {0xD6: INSTANCE_LIST, 0x83: self.NUMBER, 0x82: bytes.fromhex("010D0100"), POWER: b"\x30"}
        while True:
            asked = await bare.hear(lambda item: item.frame.esv == GET, seconds=60)
            answers = [(epc, values[epc]) for epc, _ in asked.frame.properties]
            bare.send(
                asked.address + ("%eth0" if asked.address.startswith("fe80") else ""),
                _warifu.frame_compose(asked.frame.tid, NODE, CONTROLLER, GET_RES, answers),
            )


@in_loop
async def test_a_node_that_answers_in_both_families_is_one_node() -> None:
    async with BothFamilies() as both, warifu.Controller() as controller:
        for _ in range(2):
            (node,) = await controller.discover(1.0)
            assert node.address == place(BARE, 4)
            assert node.number == both.NUMBER
            (_, other) = node.addresses
            assert other.startswith("[")
            assert [known.addresses for known in controller.nodes] == [node.addresses]
        assert await node.get(NODE, POWER) == {POWER: b"\x30"}
        by_other = warifu.Node(controller, other, None, [], None)
        assert await by_other.get(NODE, POWER) == {POWER: b"\x30"}

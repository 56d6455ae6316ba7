"""A device that changes while it is open, takes its time to answer, and says of itself what it is told to."""

import asyncio
import socket

import pytest
import warifu
from home import AIRCON, POWER, ROOM, TARGET, Home, in_loop, paired, somewhere
from warifu import _warifu, errors

LIGHT, PROFILE, NUMBER, INSTANCES = 0x029001, 0x0EF001, 0x83, 0xD6


def light() -> warifu.Object:
    return warifu.Object(LIGHT, [warifu.Property(0xB0, b"\x64", "get set inf")])


async def next_with(stream, epc):
    async for notification in stream:
        if epc in notification.properties:
            return notification
    raise AssertionError("the stream ended")


# ---- objects come and go ----


@in_loop
async def test_an_object_that_is_added_answers_and_is_announced():
    home = Home()
    async with home.device() as device, home.controller() as controller:
        peer = await paired(controller, device)
        news = peer.notifications()
        device.add(light())
        assert (await next_with(news, 0xD5)).properties[0xD5] == bytes.fromhex("02 013001 029001")
        assert await peer.get(LIGHT, 0xB0) == {0xB0: b"\x64"}
        assert [owned.eoj for owned in device.objects] == [AIRCON, LIGHT]


@in_loop
async def test_an_object_that_is_removed_is_gone_and_that_is_announced():
    home = Home()
    async with home.device() as device, home.controller() as controller:
        peer = await paired(controller, device)
        device.add(light())
        await peer.get(LIGHT, 0xB0)
        news = peer.notifications()
        device.remove(LIGHT)
        while (await next_with(news, 0xD5)).properties[0xD5] != bytes.fromhex("01 013001"):
            pass
        with pytest.raises(errors.NoObject):
            device.get_own(LIGHT, 0xB0)
        with pytest.raises(errors.NoObject):
            device.remove(LIGHT)
        assert await peer.get(PROFILE, INSTANCES) == {INSTANCES: bytes.fromhex("01 013001")}


@in_loop
async def test_objects_that_came_and_went_stay_so_when_it_is_opened_again():
    home = Home()
    device = home.device()
    async with device:
        device.add(light())
        device.remove(AIRCON)
    async with device:
        assert device.get_own(PROFILE, INSTANCES) == bytes.fromhex("01 029001")


@in_loop
async def test_two_hundred_objects_can_be_added():
    home = Home()
    async with home.device() as device:
        for instance in range(1, 101):
            device.add(warifu.Object(0x029000 + instance))
            device.add(warifu.Object(0x026B00 + instance))
        assert device.get_own(PROFILE, 0xD3) == b"\0\0\xc9"


@in_loop
async def test_an_object_that_does_not_fit_leaves_nothing_behind():
    home = Home()
    async with home.device() as device:
        with pytest.raises(errors.Argument):
            device.add(warifu.Object(LIGHT, [warifu.Property(0x81, b"\1\2")]))
        assert device.get_own(PROFILE, 0xD3) == b"\0\0\1"
        device.add(light())
        for wrong in (light(), warifu.Object(0x029000), warifu.Object(PROFILE)):
            with pytest.raises(errors.Argument):
                device.add(wrong)
        assert [owned.eoj for owned in device.objects] == [AIRCON, LIGHT]


@in_loop
async def test_properties_come_and_go():
    home = Home()
    async with home.device() as device, home.controller() as controller:
        peer = await paired(controller, device)
        device.add_property(AIRCON, warifu.Property(0xA0, b"\x41", "get set"))
        assert await peer.get(AIRCON, 0xA0) == {0xA0: b"\x41"}
        device.remove_property(AIRCON, 0xA0)
        with pytest.raises(errors.Refused):
            await peer.get(AIRCON, 0xA0)
        with pytest.raises(errors.NoProperty):
            device.remove_property(AIRCON, 0xA0)
        with pytest.raises(errors.NoObject):
            device.add_property(LIGHT, warifu.Property(0xA0, b"\x41"))


def test_an_object_can_be_given_by_names_and_takes_its_access_from_the_specification():
    values = {"operationStatus": True, "targetTemperature": 24, "roomTemperature": 21}
    owned = warifu.Object.named("homeAirConditioner", values, instance=2, access={"roomTemperature": "get inf"})
    assert owned.eoj == 0x013002
    assert [owned.properties[epc].value for epc in (0x80, 0xB3, 0xBB)] == [b"\x30", b"\x18", b"\x15"]
    assert [owned.properties[epc].access for epc in (0x80, 0xB3, 0xBB)] == ["get set inf", "get set", "get inf"]
    meter = warifu.Object.named("lvSmartElectricEnergyMeter", {"instantaneousElectricPower": -1200})
    assert meter.properties[0xE7].sizes == (4, 4)
    assert meter.properties[0xE7].access == "get"
    with pytest.raises(errors.WrongValue, match="targetTemperature"):
        warifu.Object.named("homeAirConditioner", {"targetTemperature": 99})
    with pytest.raises(errors.NotInDictionary, match="roomTemperature"):
        warifu.Object.named("homeAirConditioner", {"roomTemperatur": 20})


def test_an_object_is_given_once():
    with pytest.raises(ValueError, match="given twice"):
        warifu.Device([light(), light()])


# ---- the node profile ----


@in_loop
async def test_the_node_profile_takes_properties_and_their_place():
    home = Home()
    device = home.device()
    maker = [warifu.Property(0x8C, b"WARIFU      "), warifu.Property(0x80, b"\x30", "get set inf")]
    device = warifu.Device(
        [*device.objects, warifu.Object(PROFILE, maker)],
        identity=device._identity,
        address=somewhere(),
        port=home.port,
    )
    async with device, home.controller() as controller:
        peer = await paired(controller, device)
        assert await peer.get(PROFILE, 0x8C, 0x9E) == {0x8C: b"WARIFU      ", 0x9E: b"\2\x80\xbf"}
        await peer.set(PROFILE, {POWER: b"\x31"})
        assert device.get_own(PROFILE, POWER) == b"\x31"
        assert device.get_own(PROFILE, 0xD3) == b"\0\0\1"


@in_loop
async def test_product_code_production_number_and_unique_identifier_data_are_the_node_s_own(tmp_path):
    def opened() -> warifu.Device:
        return warifu.Device(
            [light()],
            policy="open",
            state=tmp_path,
            address=address,
            port=home.port,
            product_code="WF-1",
            production_number="0123456789AB",
        )

    home, address = Home(), somewhere()
    user = warifu.Controller(address=somewhere(), port=home.port, product_code="WF-C", gap=0)
    async with user:
        assert user.get_own(PROFILE, 0x8C) == b"WF-C" + bytes(8)
        async with opened() as device:
            first = device.get_own(PROFILE, 0xBF)
            node = (await user.discover(1, address=address))[0]
            came = await node.get(PROFILE, 0x8C, 0x8D, 0xBF, 0x9E)
            assert came == {0x8C: b"WF-1" + bytes(8), 0x8D: b"0123456789AB", 0xBF: first, 0x9E: b"\1\xbf"}
            with pytest.raises(warifu.Refused):
                await node.set(PROFILE, {0xBF: b"\x81\x23"})
            await node.set(PROFILE, {0xBF: b"\x41\x23"})
        async with opened() as device:
            assert device.get_own(PROFILE, 0xBF) == b"\xc1\x23"


@pytest.mark.parametrize("wrong", ["0123456789ABC", "Wärme", "a\n"])
def test_a_product_code_is_up_to_12_ascii_characters(wrong):
    with pytest.raises(ValueError, match="12 ASCII"):
        warifu.Device([light()], product_code=wrong)
    with pytest.raises(ValueError, match="12 ASCII"):
        warifu.Controller(production_number=wrong)


def test_the_number_of_the_node_is_no_property_to_give():
    with pytest.raises(ValueError, match="identification number"):
        warifu.Object(PROFILE, [warifu.Property(NUMBER, bytes(17))])


@in_loop
async def test_without_an_identity_the_number_is_kept_in_the_state(tmp_path):
    home = Home()
    numbers = set()
    for _ in range(3):
        async with home.device(trusted=False, state=tmp_path / "state") as device:
            numbers.add(device.number)
            assert device.get_own(PROFILE, NUMBER) == device.number
    assert len(numbers) == 1


@in_loop
async def test_a_number_can_be_given():
    home = Home()
    number = bytes.fromhex("fe000077" + "11" * 13)
    async with home.device(trusted=False, number=number) as device:
        assert device.number == device.get_own(PROFILE, NUMBER) == number
    with pytest.raises(ValueError, match="comes with the identity"):
        home.device(number=number)


@in_loop
async def test_a_device_that_only_transmits_announces_and_answers_nothing():
    home = Home()
    async with home.controller(trusted=False, policy="open") as controller:
        news = controller.watch()
        async with home.device(trusted=False, transmission_only=True, policy="open") as device:
            start = await next_with(news, 0xD5)
            assert start.eoj == PROFILE + 1
            assert start.properties[0xD5] == bytes.fromhex("01 013001")
            device.put(AIRCON, ROOM, b"\x1a")
            assert (await next_with(news, ROOM)).properties == {ROOM: b"\x1a"}
            assert await controller.discover(0.3) == []
    with pytest.raises(ValueError, match="only transmits"):
        home.device(transmission_only=True)


@in_loop
async def test_the_dictionary_may_say_which_values_there_are():
    home = Home()
    async with home.device(check_values=True) as device, home.controller() as controller:
        peer = await paired(controller, device)
        await peer.set(AIRCON, {TARGET: b"\x1a"})
        with pytest.raises(errors.Refused):
            await peer.set(AIRCON, {TARGET: b"\x63"})  # 99 degrees
        with pytest.raises(errors.Argument):
            device.put(AIRCON, POWER, b"\x32")
        assert device.get_own(AIRCON, TARGET) == b"\x1a"


# ---- hooks ----


@in_loop
async def test_on_get_gives_the_present_value_or_refuses():
    home = Home()
    seen = []

    def on_get(owned, epc, old):
        seen.append((owned.eoj, epc, old))
        return {ROOM: b"\x1c", TARGET: False}.get(epc)

    async with home.device(on_get=on_get) as device, home.controller() as controller:
        peer = await paired(controller, device)
        assert await peer.get(AIRCON, ROOM, POWER) == {ROOM: b"\x1c", POWER: b"\x30"}
        assert seen == [(AIRCON, ROOM, b"\x15"), (AIRCON, POWER, b"\x30")]
        assert device.get_own(AIRCON, ROOM) == b"\x1c"
        with pytest.raises(errors.Refused) as refused:
            await peer.get(AIRCON, TARGET, POWER)
        assert refused.value.values == {POWER: b"\x30"}


@in_loop
async def test_a_coroutine_of_on_set_answers_when_it_is_done():
    home = Home()
    asked, go = asyncio.Event(), asyncio.Event()
    seen = []

    async def on_set(owned, epc, old, new):
        seen.append((owned.eoj, epc, old, new))
        asked.set()
        await go.wait()
        return new != b"\x63"

    async with home.device(on_set=on_set) as device, home.controller() as controller, home.controller() as other:
        peer = await paired(controller, device)
        the_same = await paired(other, device)
        events = device.events()
        setting = asyncio.create_task(peer.set(AIRCON, {TARGET: b"\x1a"}))
        await asked.wait()
        assert await the_same.get(AIRCON, TARGET) == {TARGET: b"\x18"}  # others are answered meanwhile
        assert not setting.done()
        go.set()
        await setting
        assert await peer.get(AIRCON, TARGET) == {TARGET: b"\x1a"}
        assert seen == [(AIRCON, TARGET, b"\x18", b"\x1a")]
        while (event := await anext(events)).kind != "property_set":
            pass
        assert (event.eoj, event.epc, event.value) == (AIRCON, TARGET, b"\x1a")
        with pytest.raises(errors.Refused):
            await peer.set(AIRCON, {TARGET: b"\x63"})


@in_loop
async def test_a_coroutine_of_on_get_gives_the_value_that_it_found():
    home = Home()

    async def on_get(owned, epc, old):
        await asyncio.sleep(0.05)
        return {ROOM: b"\x1d", TARGET: False}.get(epc)

    async with home.device(on_get=on_get) as device, home.controller() as controller:
        peer = await paired(controller, device)
        assert await peer.get(AIRCON, ROOM, POWER) == {ROOM: b"\x1d", POWER: b"\x30"}
        with pytest.raises(errors.Refused):
            await peer.get(AIRCON, TARGET)


@in_loop
async def test_a_coroutine_that_takes_too_long_refuses():
    home = Home()

    async def on_get(owned, epc, old):
        await asyncio.sleep(60 if epc == ROOM else 0)

    async with home.device(on_get=on_get, decide_within=0.2) as device, home.controller() as controller:
        peer = await paired(controller, device)
        with pytest.raises(errors.Refused) as refused:
            await peer.get(AIRCON, ROOM, POWER)
        assert refused.value.values == {POWER: b"\x30"}


@in_loop
async def test_a_coroutine_that_fails_or_gives_no_such_value_refuses_and_is_reported():
    home = Home()
    wrong = {POWER: 7, TARGET: b"\1\2\3"}
    complaints = []

    async def on_get(owned, epc, old):
        await asyncio.sleep(0)
        return wrong[epc]

    async with home.device(on_get=on_get) as device, home.controller() as controller:
        peer = await paired(controller, device)
        loop = asyncio.get_running_loop()
        usual = loop.get_exception_handler()
        loop.set_exception_handler(lambda _, context: complaints.append(type(context["exception"])))
        for epc in (POWER, TARGET, ROOM):
            with pytest.raises(errors.Refused):
                await peer.get(AIRCON, epc)
        loop.set_exception_handler(usual)
        assert complaints == [TypeError, errors.Argument, KeyError]


@in_loop
async def test_more_coroutines_than_may_wait_refuse():
    home = Home()

    async def on_get(owned, epc, old):
        await asyncio.sleep(60)

    device = home.device(trusted=False, on_get=on_get, policy="open", address="127.0.0.3")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.setblocking(False)
        async with device:
            asker.bind((somewhere(), device.port))
            for tid in range(17):
                frame = _warifu.frame_compose(tid, 0x05FF01, AIRCON, 0x62, [(POWER, b"")])
                asker.sendto(frame, ("127.0.0.3", device.port))
            answer = await asyncio.get_running_loop().sock_recv(asker, 2000)
            assert _warifu.frame_parse(answer).esv == 0x52
            await asyncio.sleep(0.1)
            with pytest.raises(BlockingIOError):
                asker.recv(2000)


# ---- the engine itself ----


def engine_with(**options):
    engine = _warifu.Engine(0, policy="open", objects=1, properties=1, value_bytes=1, **options)
    engine.add_object(AIRCON)
    engine.add_property(AIRCON, POWER, 7, 1, 1, b"\x30")
    return engine


def test_an_answer_to_multicast_waits_a_random_while():
    frame = _warifu.frame_compose(1, 0x05FF01, AIRCON, 0x62, [(POWER, b"")])
    waits = set()
    for _ in range(20):
        engine = engine_with()
        engine.receive(1000, "127.0.0.9:3610", True, frame)
        due = engine.deadline() or 1000
        waits.add(due)
        engine.tick(due)
        assert engine.next_datagram() is not None
        assert 1000 <= due <= 1500
    assert len(waits) > 3
    engine = engine_with(answer_delay_ms=0xFFFFFFFF)
    engine.receive(1000, "127.0.0.9:3610", True, frame)
    assert engine.next_datagram() is not None


def test_later_is_for_hooks_and_its_decision_comes_once():
    frame = _warifu.frame_compose(1, 0x05FF01, AIRCON, 0x61, [(POWER, b"\x31")])
    asked = []

    def hook(*_):
        asked.append(engine.later())
        return asked[-1]

    engine = engine_with(set_hook=hook)
    with pytest.raises(errors.State):
        engine.later()
    engine.receive(0, "127.0.0.9:3610", False, frame)
    assert engine.next_datagram() is None
    with pytest.raises(errors.Argument):
        engine.answer_later(0, asked[0], True, b"too long")
    engine.answer_later(0, asked[0], True)
    assert engine.get(AIRCON, POWER) == b"\x31"
    _, answer = engine.next_datagram()
    assert _warifu.frame_parse(answer).esv == 0x71
    with pytest.raises(errors.State):
        engine.answer_later(0, asked[0], True)

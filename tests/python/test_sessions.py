"""Sessions through the public API in a simulated home: commands held back, moves, and no way to clear text."""

import asyncio

import pytest
from test_testing import AIRCON, POWER, aircon, paired
from warifu import errors

REQUEST, ANSWER, MESSAGE_1, WAKE = 0x18, 0x19, 0x12, 0x1B


def kind(data: bytes) -> int:
    """The type of a DA frame; 0: it is none."""
    return data[4] if data[1] == 0x82 else 0


async def test_a_command_held_back_for_11_seconds_is_refused_and_repeated_by_itself(warifu_home):
    home = warifu_home
    sets = []
    device = home.device([aircon()], on_set=lambda *what: sets.append(what) or True)
    async with device, home.controller(groups=False) as controller:
        peer = await paired(controller, device)
        held = []

        def hold(sender, _receiver, data):
            if sender == controller.addresses[0] and kind(data) == REQUEST and not held:
                held.append(data)
                return None
            return data

        home.tamper(hold)
        command = asyncio.ensure_future(peer.set(AIRCON, {POWER: b"\x31"}))
        await asyncio.sleep(11)
        assert (sets, command.done()) == ([], False)
        home.inject(controller.addresses[0], device.addresses[0], held[0])
        await command
        assert device.counters["late_refused"] == 1
        assert len(sets) == 1
        home.inject(controller.addresses[0], device.addresses[0], held[0], delay=60)
        await asyncio.sleep(61)
        assert len(sets) == 1


async def test_a_command_held_back_for_hours_opens_nothing(warifu_home):
    home = warifu_home
    sets = []
    device = home.device([aircon()], on_set=lambda *what: sets.append(what) or True)
    async with device, home.controller() as controller:
        peer = await paired(controller, device)
        held = []

        def hold(sender, _receiver, data):
            if sender == controller.addresses[0] and kind(data) == REQUEST:
                held.append(data)
                return None
            return data

        home.tamper(hold)
        with pytest.raises(errors.OutcomeUnknown):
            await peer.set(AIRCON, {POWER: b"\x31"})
        home.tamper(None)
        for data in held:
            home.inject(controller.addresses[0], device.addresses[0], data, delay=3 * 3600)
        await asyncio.sleep(3 * 3600 + 1)
        assert (sets, device.counters["late_refused"]) == ([], 1)


@pytest.mark.parametrize("who", ["controller", "device"])
async def test_a_peer_that_gets_another_address_is_followed_without_a_handshake(warifu_home, who):
    home = warifu_home
    async with home.device([aircon()]) as device, home.controller() as controller:
        peer = await paired(controller, device)
        mover, other = (controller, device) if who == "controller" else (device, controller)
        events = other.events()
        with home.record() as records:
            home.move(mover)
            device.put(AIRCON, POWER, b"\x31")
            assert await peer.get(AIRCON, POWER) == {POWER: b"\x31"}
            await asyncio.sleep(1)
        async with asyncio.timeout(60):
            event = await anext(event async for event in events if event.kind == "peer_moved")
        assert (event.address, event.number) == (mover.addresses[0], mover.number)
        assert not {kind(record.data) for record in records} & {MESSAGE_1, WAKE}


async def test_a_paired_device_is_never_asked_in_clear_whatever_stands_in_its_place(warifu_home):
    home = warifu_home
    device, impostor = home.device([aircon()]), home.device([aircon()], trusted=False)
    async with device, impostor, home.controller() as controller:
        peer = await paired(controller, device)
        place = device.addresses[0]
        home.disconnect(device)
        home.move(device)
        home.move(impostor, place.removesuffix(":3610"))
        assert impostor.addresses == [place]
        with home.record() as records:
            with pytest.raises((errors.NoSession, errors.NoAnswer)):
                await peer.get(AIRCON, POWER)
            with pytest.raises((errors.NoSession, errors.OutcomeUnknown)):
                await peer.set(AIRCON, {POWER: b"\x31"})
        said = [one.data for one in records if (one.sender, one.receiver) == (controller.addresses[0], place)]
        assert said
        assert all(kind(data) for data in said)
        assert impostor.get_own(AIRCON, POWER) == b"\x30"

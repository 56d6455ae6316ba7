"""The group of a controller from Python: signed notifications, and what one record says to all peers."""

import asyncio

import pytest
import warifu
from warifu.testing import Home, run

AIRCON = 0x013001
GROUP_RECORD = 0x1A
ON, OFF = b"\x30", b"\x31"


def air_conditioner():
    return warifu.Object(AIRCON, [warifu.Property(0x80, OFF, "get set inf"), warifu.Property(0xB3, b"\x18", "get set")])


async def paired(controller, device):
    device.open_window()
    return await controller.pair(device.addresses[0], number=device.number)


async def joined(controller, members):
    for _ in range(60):
        state = controller.group.state
        if state is not None and state.members == members:
            return state
        await asyncio.sleep(1)
    raise AssertionError(f"{members} members were to be in the group: {state}")


def in_a_home_of_two(scenario, **options):
    async def main():
        async with (
            Home(seed=1) as home,
            home.controller() as controller,
            home.device([air_conditioner()], **options) as first,
            home.device([air_conditioner()], **options) as second,
        ):
            peers = [await paired(controller, device) for device in (first, second)]
            await joined(controller, 2)
            await scenario(home, controller, (first, second), peers)

    run(main())


def test_whoever_pairs_is_in_the_controllers_group():
    async def scenario(home, controller, devices, peers):
        state = controller.group.state
        assert state.manager is None
        assert state.waiting == 0
        assert len(state.id) == 12
        (seen,) = devices[0].groups
        assert seen.id == state.id
        assert seen.manager.number == controller.number
        assert seen.members == 1

    in_a_home_of_two(scenario)


def test_watch_yields_the_authenticated_sender_of_a_group_notification():
    async def scenario(home, controller, devices, peers):
        async with controller.watch() as news:
            with home.record() as records:
                devices[1].put(AIRCON, 0x80, ON)
                note = await anext(news)
        assert note.peer is peers[1]
        assert note.is_protected
        assert note.values == {"operationStatus": "true"}
        assert note.signed_by == peers[1].fingerprint
        sent = [record for record in records if record.fate == "sent"]
        assert len(sent) == 1
        assert sent[0].multicast
        assert sent[0].data[4] == GROUP_RECORD

    in_a_home_of_two(scenario)


def test_one_record_sets_all_objects_of_a_class_and_each_answers():
    async def scenario(home, controller, devices, peers):
        with home.record() as records:
            answers = await controller.group.set("homeAirConditioner", {"operationStatus": True})
        assert {answer.peer for answer in answers} == set(peers)
        assert not any(a.is_refusal for a in answers)
        assert [device.get_own(AIRCON, 0x80) for device in devices] == [ON, ON]
        commands = [r for r in records if r.fate == "sent" and r.multicast and r.sender.startswith("10.0.0.1:")]
        assert len(commands) == 1

    in_a_home_of_two(scenario)


def test_all_objects_of_a_class_are_read_by_name():
    async def scenario(home, controller, devices, peers):
        answers = await controller.group.get(0x0130, "operationStatus", "targetTemperature")
        found = {answer.peer: answer.values for answer in answers}
        assert found == {peer: {"operationStatus": "false", "targetTemperature": 24} for peer in peers}
        assert all(answer.eoj == AIRCON for answer in answers)

    in_a_home_of_two(scenario)


def test_what_a_device_refuses_to_all_is_told_as_a_refusal():
    async def scenario(home, controller, devices, peers):
        answers = await controller.group.set(0x0130, {0xCF: b"\x01"})
        assert len(answers) == 2
        assert all(answer.is_refusal for answer in answers)

    in_a_home_of_two(scenario)


def test_renewing_gives_new_keys_and_all_members_get_them():
    async def scenario(home, controller, devices, peers):
        before = controller.group.state.id
        controller.group.renew()
        after = await joined(controller, 2)
        assert after.id != before
        assert after.id[:8] == before[:8]
        assert devices[0].groups[0].id == after.id

    in_a_home_of_two(scenario)


def test_a_device_that_listens_hears_other_members_and_knows_their_certificate():
    async def scenario(home, controller, devices, peers):
        await asyncio.sleep(1)
        async with devices[1].watch() as news:
            devices[0].put(AIRCON, 0x80, ON)
            note = await anext(news)
        assert note.peer is None
        assert note.is_protected
        assert note.signed_by == peers[0].fingerprint

    in_a_home_of_two(scenario, listens=4)


def test_a_member_that_speaks_in_anothers_name_is_refused_and_reported():
    async def scenario(home, controller, devices, peers):
        spy, victim = devices
        async with controller.events() as events, controller.watch() as news:
            home.forge(spy, victim, AIRCON, {0x80: ON})
            event = await anext(events)
            victim.put(AIRCON, 0x80, ON)
            note = await anext(news)
        assert (event.kind, event.error.name) == ("security", "SIGNATURE")
        assert event.peer is peers[1]
        assert event.address == spy.addresses[0]
        assert note.address == victim.addresses[0]
        assert controller.counters["group_forged"] == 1

    in_a_home_of_two(scenario)


def test_nobody_is_in_the_group_of_a_controller_without_peers():
    async def main():
        async with Home() as home, home.controller() as controller:
            assert controller.group.state is None
            assert controller.groups == []
            with pytest.raises(warifu.errors.NoSession):
                await controller.group.get(0x0130, 0x80)

    run(main())


def test_without_groups_there_is_none_and_peers_are_told_one_by_one():
    async def main():
        async with (
            Home() as home,
            home.controller(groups=False) as controller,
            home.device([air_conditioner()]) as device,
        ):
            peer = await paired(controller, device)
            await asyncio.sleep(5)
            assert controller.groups == []
            assert device.groups == []
            with pytest.raises(warifu.errors.State):
                controller.group.renew()
            async with controller.watch() as news:
                device.put(AIRCON, 0x80, ON)
                note = await anext(news)
            assert note.peer is peer
            assert note.is_protected
            assert note.signed_by is None

    run(main())


@pytest.mark.parametrize("listens", [-1, 256])
def test_a_device_says_how_many_others_it_can_hear(listens):
    with pytest.raises(ValueError, match="255"):
        warifu.Device([], listens=listens)

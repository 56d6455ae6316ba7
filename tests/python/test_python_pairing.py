"""Controllers and devices through the public API, over real UDP on loopback addresses."""

import asyncio
import errno
import gc
import io
import json
import os
import socket
import sys
from collections import Counter

import pytest
import warifu
from home import AIRCON, NAME, POWER, ROOM, TARGET, Home, authority, found, in_loop, paired, somewhere
from warifu import _runtime, errors

NODE_PROFILE = 0x0EF001


async def until(condition, seconds=5):
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not condition() and loop.time() < end:  # noqa: ASYNC110 - the condition has no event
        await asyncio.sleep(0.01)
    assert condition()


# ---- discovery ----


@in_loop
async def test_discovery_finds_devices_and_what_they_say_of_themselves():
    home = Home()
    async with home.device() as device, home.device(trusted=False) as plain, home.controller() as controller:
        device.open_window(60)
        nodes = {node.address: node for node in await found(controller, plain=1)}
        assert set(nodes) == {device.addresses[0], plain.addresses[0]}
        seen = nodes[device.addresses[0]]
        assert (seen.number, seen.objects) == (device.number, [AIRCON])
        assert seen.da is not None
        assert (seen.da.is_device, seen.da.window_open, seen.da.has_pairings) == (True, True, False)
        assert 55 <= seen.da.window_seconds <= 60
        assert nodes[plain.addresses[0]].da is None


@in_loop
async def test_discovery_can_ask_one_address_alone():
    home = Home()
    async with home.device() as device, home.device(), home.controller() as controller:
        nodes = await controller.discover(0.3, address=device.addresses[0])
        assert [node.address for node in nodes] == [device.addresses[0]]
        assert await controller.discover(0.1, address=somewhere()) == []


@in_loop
async def test_a_controller_without_an_identity_discovers_but_can_not_pair():
    home = Home()
    async with home.device() as device, home.controller(trusted=False) as controller:
        nodes = await found(controller, da=0, plain=1)
        assert [node.number for node in nodes] == [device.number]
        with pytest.raises(errors.State):
            await controller.pair(nodes[0], number=device.number)


# ---- pairing ----


@in_loop
async def test_pairing_by_number_tells_its_steps_and_shows_on_both_sides():
    home = Home()
    async with home.device() as device, home.controller() as controller:
        events = device.events()
        device.open_window(60)
        assert 50 < device.window.left <= 60
        steps = []
        peer = await controller.pair(device.addresses[0], number=device.number, progress=steps.append)
        assert steps == ["started", "address_confirmed", "device_verified", "keys_agreed", "confirmed"]
        assert controller.peers == [peer]
        assert (peer.number, peer.role, peer.address) == (device.number, "device", device.addresses[0])
        assert peer.is_connected
        assert [other.number for other in device.peers] == [controller.number]
        assert device.peers[0].role == "controller"
        assert device.window == warifu.Window(left=0, pairings=0, failures=0, opened_today=1)
        kinds = [(await anext(events)).kind for _ in range(4)]
        assert sorted(kinds) == ["paired", "session_up", "window_closed", "window_opened"]


@pytest.mark.parametrize("patient", [False, True], ids=["function", "coroutine"])
@in_loop
async def test_the_owner_confirms_the_number_that_the_device_has_proven(patient):
    home = Home()
    asked = []

    def confirm(number):
        asked.append(number)
        return True

    async def confirm_later(number):
        await asyncio.sleep(0.05)
        return confirm(number)

    async with home.device() as device, home.controller() as controller:
        device.open_window()
        peer = await controller.pair(device.addresses[0], confirm=confirm_later if patient else confirm)
        assert asked == [device.number]
        assert await peer.get(AIRCON, ROOM) == {ROOM: b"\x15"}


@pytest.mark.parametrize("verdict", [False, None, "yes"])
@in_loop
async def test_anything_but_true_refuses_the_device(verdict):
    home = Home()
    async with home.device() as device, home.controller() as controller:
        device.open_window()
        with pytest.raises(errors.WrongDevice):
            await controller.pair(device.addresses[0], confirm=lambda number: verdict)
        assert controller.peers == device.peers == []


@in_loop
async def test_an_exception_of_the_owner_ends_the_pairing_and_comes_out():
    home = Home()

    async def confirm(number):
        raise ZeroDivisionError("the owner fell off the chair")

    def progress(step):
        raise LookupError(step)

    async with home.device() as device, home.controller() as controller:
        device.open_window()
        with pytest.raises(ZeroDivisionError):
            await controller.pair(device.addresses[0], confirm=confirm)
        with pytest.raises(LookupError, match="started"):
            await controller.pair(device.addresses[0], number=device.number, progress=progress)
        assert controller.peers == device.peers == []


@in_loop
async def test_a_pairing_needs_an_owner_who_says_which_device():
    home = Home()
    async with home.device() as device, home.controller() as controller:
        with pytest.raises(ValueError, match="which device"):
            await controller.pair(device.addresses[0])
        with pytest.raises(ValueError, match="17 bytes"):
            await controller.pair(device.addresses[0], number=b"short")


@in_loop
async def test_a_device_of_another_number_is_the_wrong_one():
    home = Home()
    async with home.device() as device, home.controller() as controller:
        device.open_window()
        with pytest.raises(errors.WrongDevice) as caught:
            await controller.pair(device.addresses[0], number=bytes(17))
        assert isinstance(caught.value, PermissionError)
        assert caught.value.address == device.addresses[0]
        assert controller.peers == device.peers == []


@in_loop
async def test_a_refusal_is_believed_after_the_timer_and_says_which():
    """Four runs of 30 s at the same time."""
    home = Home()
    async with (
        home.device() as shut,
        home.device(trusted=False) as plain,
        home.device(issuer="neighbour") as foreign,
        home.controller() as controller,
    ):
        foreign.open_window()
        nobody = f"{somewhere()}:{home.port}"
        places = [shut.addresses[0], plain.addresses[0], foreign.addresses[0], nobody]
        ends = await asyncio.gather(
            *(controller.pair(place, confirm=lambda number: True) for place in places), return_exceptions=True
        )
        assert [type(end) for end in ends] == [
            errors.WindowClosed,
            errors.PlaintextOnly,
            errors.Untrusted,
            errors.NoAnswer,
        ]
        assert [end.address for end in ends] == places
        assert isinstance(ends[3], TimeoutError)
        assert controller.peers == shut.peers == foreign.peers == []


@in_loop
async def test_a_paired_device_is_still_discovered():
    home = Home()
    async with home.device() as device, home.controller() as controller:
        await paired(controller, device)
        await asyncio.sleep(0.1)  # the pairing asked too, and a node answers so many hellos a second only
        (node,) = await found(controller)
        assert (node.number, node.da.has_pairings, node.da.window_open) == (device.number, True, False)
        assert await node.get(AIRCON, ROOM) == {ROOM: b"\x15"}  # by address it is the peer, and protected


@in_loop
async def test_pairing_again_renews_the_pairing():
    home = Home()
    async with home.device() as device, home.controller() as controller:
        first = await paired(controller, device)
        again = await paired(controller, device)
        assert controller.peers == [again]
        assert again.fingerprint == first.fingerprint
        assert len(device.peers) == 1
        assert await again.get(AIRCON, ROOM) == {ROOM: b"\x15"}


@in_loop
async def test_a_device_serves_several_controllers_and_each_hears_it():
    home = Home()
    async with home.device() as device, home.controller() as one, home.controller() as two:
        peers = [await paired(one, device), await paired(two, device)]
        streams = [peer.notifications() for peer in peers]
        await peers[0].set(AIRCON, {TARGET: b"\x1a"})
        assert [(await anext(stream)).properties for stream in streams] == [{TARGET: b"\x1a"}] * 2
        assert {peer.number for peer in device.peers} == {one.number, two.number}
        await one.unpair(peers[0])
        assert [peer.number for peer in device.peers] == [two.number]
        assert await peers[1].get(AIRCON, TARGET) == {TARGET: b"\x1a"}


# ---- get and set ----


@in_loop
async def test_a_peer_is_read_and_set():
    home = Home()
    asked = []

    def on_set(owned, epc, old, new):
        asked.append((owned.eoj, epc, old, new))

    async with home.device(on_set=on_set) as device, home.controller() as controller:
        peer = await paired(controller, device)
        assert list((await peer.get(AIRCON, TARGET, POWER)).items()) == [(TARGET, b"\x18"), (POWER, b"\x30")]
        events = device.events()
        await peer.set(AIRCON, {POWER: b"\x31", TARGET: b"\x1a"}, verify=True)
        assert asked == [(AIRCON, POWER, b"\x30", b"\x31"), (AIRCON, TARGET, b"\x18", b"\x1a")]
        assert device.get_own(AIRCON, TARGET) == b"\x1a"
        event = await anext(events)
        assert (event.kind, event.eoj, event.epc, event.value) == ("property_set", AIRCON, POWER, b"\x31")


@in_loop
async def test_values_of_any_allowed_length_go_both_ways():
    home = Home()
    async with home.device() as device, home.controller() as controller:
        peer = await paired(controller, device)
        await peer.set(AIRCON, {NAME: b"n" * 40})
        assert await peer.get(AIRCON, NAME) == {NAME: b"n" * 40}
        with pytest.raises(errors.Refused):
            await peer.set(AIRCON, {NAME: b"n" * 41})


@in_loop
async def test_a_partial_answer_is_refused_with_what_came():
    home = Home()
    async with home.device() as device, home.controller() as controller:
        peer = await paired(controller, device)
        with pytest.raises(errors.Refused) as caught:
            await peer.get(AIRCON, ROOM, 0xA0, 0xA1)
        assert isinstance(caught.value, PermissionError)
        assert (caught.value.values, caught.value.refused) == ({ROOM: b"\x15"}, (0xA0, 0xA1))
        assert caught.value.peer is peer
        assert "A0 A1 of 013001" in str(caught.value)
        assert await peer.get(AIRCON, ROOM, 0xA0, partial=True) == {ROOM: b"\x15"}


@in_loop
async def test_a_device_refuses_some_values_and_takes_the_others():
    home = Home()
    async with (
        home.device(on_set=lambda owned, epc, old, new: epc != TARGET) as device,
        home.controller() as controller,
    ):
        peer = await paired(controller, device)
        with pytest.raises(errors.Refused) as caught:
            await peer.set(AIRCON, {TARGET: b"\x1a", POWER: b"\x31", ROOM: b"\x00"})
        assert caught.value.refused == (TARGET, ROOM)
        assert await peer.get(AIRCON, TARGET, POWER) == {TARGET: b"\x18", POWER: b"\x31"}


@in_loop
async def test_verify_finds_a_device_that_says_yes_and_does_otherwise():
    home = Home()

    def on_set(owned, epc, old, new):
        asyncio.get_running_loop().call_soon(device.put, owned.eoj, epc, b"\x10")

    async with home.device(on_set=on_set) as device, home.controller() as controller:
        peer = await paired(controller, device)
        with pytest.raises(errors.Refused) as caught:
            await peer.set(AIRCON, {TARGET: b"\x1a"}, verify=True, timeout=0.5)
        assert (caught.value.refused, caught.value.values) == ((TARGET,), {TARGET: b"\x10"})


@in_loop
async def test_an_exception_in_on_set_is_reported_and_refuses(monkeypatch):
    home = Home()
    seen = []
    monkeypatch.setattr(sys, "unraisablehook", lambda report: seen.append(type(report.exc_value)))
    async with (
        home.device(on_set=lambda *what: 1 / 0) as device,
        home.controller() as controller,
    ):
        peer = await paired(controller, device)
        with pytest.raises(errors.Refused):
            await peer.set(AIRCON, {TARGET: b"\x1a"})
        assert device.get_own(AIRCON, TARGET) == b"\x18"
    assert seen == [ZeroDivisionError]


@in_loop
async def test_on_set_may_put_other_values():
    home = Home()

    def on_set(owned, epc, old, new):
        device.put(owned.eoj, ROOM, b"\x16")

    async with home.device(on_set=on_set) as device, home.controller() as controller:
        peer = await paired(controller, device)
        watch = peer.notifications()
        await peer.set(AIRCON, {TARGET: b"\x1a"})
        told = {}
        while len(told) < 2:
            told.update((await anext(watch)).properties)
        assert told == {TARGET: b"\x1a", ROOM: b"\x16"}


def test_an_identity_is_used_in_its_own_role():
    with pytest.raises(ValueError, match="role device"):
        warifu.Device([], identity=authority().issue("controller"))
    with pytest.raises(ValueError, match="role controller"):
        warifu.Controller(identity=authority().issue("device"))
    with pytest.raises(ValueError, match="not both"):
        warifu.Controller(address="127.0.0.1", interface="lo")


@in_loop
async def test_nothing_grows_with_the_number_of_requests():
    home = Home()
    async with home.device() as device, home.controller() as controller:
        peer = await paired(controller, device)
        watch = peer.notifications(limit=4)

        async def blocks_after(rounds):
            for degrees in range(rounds):
                await peer.get(AIRCON, ROOM, POWER)
                await peer.set(AIRCON, {TARGET: bytes([degrees % 30])})
                device.put(AIRCON, ROOM, bytes([degrees % 30]))
            gc.collect()
            return sys.getallocatedblocks()

        await blocks_after(50)
        before = await blocks_after(50)
        assert await blocks_after(300) - before < 100
        assert watch.dropped > 300


# ---- strangers ----


@in_loop
async def test_a_stranger_reads_what_discovery_needs_and_sets_nothing():
    home = Home()
    async with home.device() as device, home.controller() as stranger:
        events = device.events()
        (node,) = await found(stranger)
        assert (await node.get(NODE_PROFILE, 0x83))[0x83] == device.number
        with pytest.raises(PermissionError):
            await node.get(AIRCON, ROOM)
        with pytest.raises(errors.Refused):
            await node.set(AIRCON, {TARGET: b"\x1a"})
        assert device.get_own(AIRCON, TARGET) == b"\x18"
        event = await anext(events)
        assert (event.kind, type(event.error)) == ("security", errors.Policy)
        assert event.address == stranger.addresses[0]
        assert device.counters["policy_refused"] == 2


@in_loop
async def test_an_open_node_is_read_and_set_in_clear_by_everybody():
    home = Home()
    async with (
        home.device(trusted=False, policy="open") as device,
        home.controller(trusted=False, policy="open") as controller,
    ):
        (node,) = await found(controller, da=0, plain=1)
        watch = controller.watch()
        await node.set(AIRCON, {TARGET: b"\x1a"}, verify=True)
        notification = await anext(watch)
        assert (notification.eoj, notification.properties) == (AIRCON, {TARGET: b"\x1a"})
        assert not notification.is_protected
        assert notification.peer is None
        with pytest.raises(errors.State):
            device.open_window()


@in_loop
async def test_garbage_is_counted_and_survived():
    home = Home()
    garbage = [
        b"\x00",
        b"\x10",
        b"\x10\x81\x00",
        b"\x10\x81" + bytes(9),
        b"\x10\x82\x00\x01",
        b"\x10\x82\x00\x01\x18\xff",
    ]
    async with home.device() as device, home.controller() as controller:
        peer = await paired(controller, device)
        host, port = device.addresses[0].split(":")
        before = device.counters
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for datagram in garbage:
                stranger.sendto(datagram, (host, int(port)))
        await until(lambda: device.counters["received"] >= before["received"] + len(garbage))
        assert device.counters["malformed"] >= before["malformed"] + 4
        assert await peer.get(AIRCON, ROOM) == {ROOM: b"\x15"}


# ---- notifications ----


@in_loop
async def test_a_change_is_told_to_who_is_paired_and_protected():
    home = Home()
    async with home.device() as device, home.device() as other, home.controller() as controller:
        peer, second = await paired(controller, device), await paired(controller, other)
        everything, own = controller.watch(), peer.notifications()
        other.put(AIRCON, ROOM, b"\x17")
        device.put(AIRCON, ROOM, b"\x16")
        device.put(AIRCON, ROOM, b"\x16")  # no change, no word
        device.put(AIRCON, NAME, b"not announced")
        device.put(AIRCON, POWER, b"\x31")
        told = [await anext(own) for _ in range(2)]
        assert [item.properties for item in told] == [{ROOM: b"\x16"}, {POWER: b"\x31"}]
        assert all(item.is_protected and item.peer is peer for item in told)
        heard = [await anext(everything) for _ in range(3)]
        assert Counter(item.peer for item in heard) == Counter({peer: 2, second: 1})


@in_loop
async def test_a_slow_reader_loses_the_oldest_and_is_told_how_many():
    home = Home()
    async with home.device() as device, home.controller() as controller:
        peer = await paired(controller, device)
        watch = peer.notifications(limit=3)
        for degrees in range(10):
            device.put(AIRCON, ROOM, bytes([degrees]))
        await until(lambda: watch.dropped == 7)
        assert [(await anext(watch)).properties[ROOM][0] for _ in range(3)] == [7, 8, 9]


@in_loop
async def test_a_stream_ends_with_its_endpoint_or_by_its_reader():
    home = Home()
    async with home.device() as device:
        events, closed = device.events(), device.events()
        device.open_window()
        await closed.aclose()
        assert [event async for event in closed] == []
        reader = asyncio.create_task(anext(device.watch(), None))
        await asyncio.sleep(0.01)
    assert [event.kind async for event in events] == ["window_opened"]
    assert await reader is None


@in_loop
async def test_a_forgotten_stream_is_no_burden():
    home = Home()
    async with home.device() as device:
        runtime = device._runtime
        device.events()
        gc.collect()
        assert len(runtime.streams) == 0


# ---- restarts, the end of a pairing ----


@in_loop
async def test_a_device_that_kept_its_state_is_reached_again_after_a_restart(tmp_path):
    home = Home()
    options = {"identity": authority().issue("device"), "address": somewhere(), "state": tmp_path / "device"}
    async with home.controller() as controller:
        async with home.device(**options) as device:
            peer = await paired(controller, device)
        async with home.device(**options) as device:
            assert [other.number for other in device.peers] == [controller.number]
            assert await peer.get(AIRCON, ROOM) == {ROOM: b"\x15"}
            await peer.set(AIRCON, {TARGET: b"\x1a"})


@in_loop
async def test_a_controller_that_kept_its_state_needs_no_second_pairing(tmp_path):
    home = Home()
    options = {"identity": authority().issue("controller"), "address": somewhere(), "state": tmp_path / "controller"}
    async with home.device() as device:
        async with home.controller(**options) as controller:
            await paired(controller, device)
        async with home.controller(**options) as controller:
            (peer,) = controller.peers
            assert await peer.get(AIRCON, ROOM) == {ROOM: b"\x15"}


@in_loop
async def test_an_endpoint_can_be_opened_again_and_not_twice():
    home = Home()
    device = home.device()
    async with device:
        with pytest.raises(RuntimeError, match="open already"):
            await device.__aenter__()
    with pytest.raises(errors.Closed):
        device.put(AIRCON, ROOM, b"\x16")
    async with device:
        device.put(AIRCON, ROOM, b"\x16")
        device.close()
        device.close()


@in_loop
async def test_opening_fails_whole(tmp_path):
    home = Home()
    async with home.device(state=tmp_path / "state", address="127.0.0.77"):
        with pytest.raises(errors.PortInUse):
            await home.device(address="127.0.0.77").__aenter__()
        with pytest.raises(errors.StoreLocked):
            await home.device(state=tmp_path / "state").__aenter__()
        with pytest.raises(errors.Socket):
            await home.device(address="192.0.2.1").__aenter__()
    no_instance = warifu.Device([warifu.Object(0x013000)], address=somewhere(), port=home.port)
    with pytest.raises(errors.Argument):
        await no_instance.__aenter__()


@in_loop
async def test_unpairing_is_told_to_the_peer():
    home = Home()
    async with home.device() as device, home.controller() as controller:
        peer = await paired(controller, device)
        events = device.events()
        await controller.unpair(peer)
        assert controller.peers == device.peers == []
        gone = [event async for event in _first(events, "unpaired")]
        assert gone[0].number == controller.number
        with pytest.raises(KeyError):
            await peer.get(AIRCON, ROOM)
        with pytest.raises(errors.NotPaired):
            await controller.unpair(peer)


async def _first(events, kind):
    async for event in events:
        if event.kind == kind:
            yield event
            return


@in_loop
async def test_an_unpairing_that_can_not_be_told_says_so():
    home = Home()
    async with home.controller() as controller:
        async with home.device() as device:
            peer = await paired(controller, device)
        with pytest.raises(errors.UnpairedHereOnly) as caught:
            await controller.unpair(peer)
        assert isinstance(caught.value, ConnectionError)
        assert controller.peers == []


# ---- cancelling, closing ----


@in_loop
async def test_a_silent_node_is_a_timeout():
    home = Home()
    async with home.controller() as controller:
        silent = warifu.Node(controller, f"{somewhere()}:{home.port}", None, [], None)
        with pytest.raises(TimeoutError) as caught:
            await silent.get(AIRCON, ROOM, timeout=0.1)
        assert isinstance(caught.value, errors.NoAnswer)
        assert caught.value.address == silent.address
        assert caught.traceback[-1].path.parent.name == "warifu"
        assert any(entry.path.name == "test_python_pairing.py" for entry in caught.traceback)


@in_loop
async def test_cancelling_frees_the_request():
    home = Home()
    async with home.controller() as controller:
        silent = warifu.Node(controller, f"{somewhere()}:{home.port}", None, [], None)
        for _ in range(4):
            tasks = [asyncio.create_task(silent.get(AIRCON, ROOM)) for _ in range(60)]
            await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            assert all(task.cancelled() for task in tasks)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await silent.get(AIRCON, ROOM)


@in_loop
async def test_too_many_requests_at_once_are_a_capacity_error():
    home = Home()
    async with home.controller() as controller:
        silent = warifu.Node(controller, f"{somewhere()}:{home.port}", None, [], None)
        ends = await asyncio.gather(*(silent.get(AIRCON, ROOM, timeout=0.2) for _ in range(70)), return_exceptions=True)
        assert Counter(type(end) for end in ends) == {errors.NoAnswer: 64, errors.Capacity: 6}


@in_loop
async def test_cancelling_a_pairing_leaves_nothing():
    home = Home()

    async def confirm(number):
        await asyncio.Event().wait()

    async with home.device() as device, home.controller() as controller:
        device.open_window()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await controller.pair(device.addresses[0], confirm=confirm)
        assert controller.peers == device.peers == []


@in_loop
async def test_closing_ends_every_request_under_way():
    home = Home()
    async with home.controller() as controller:
        silent = warifu.Node(controller, f"{somewhere()}:{home.port}", None, [], None)
        tasks = [
            asyncio.create_task(silent.get(AIRCON, ROOM)),
            asyncio.create_task(controller.discover(30)),
            asyncio.create_task(controller.pair(f"{somewhere()}:{home.port}", number=bytes(17))),
        ]
        await asyncio.sleep(0.05)
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(end) for end in ends] == [errors.Closed] * 3
    assert len({id(end) for end in ends}) == 3


@in_loop
async def test_serving_lasts_until_it_is_cancelled_or_closed():
    home = Home()
    async with home.device() as device:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await device.serve()
        task = asyncio.create_task(device.serve())
        await asyncio.sleep(0)
        device.put(AIRCON, ROOM, b"\x16")
    await task


@in_loop
async def test_serving_ends_with_what_made_the_network_fail():
    home = Home()
    async with home.device() as device:
        task = asyncio.create_task(device.serve())
        await asyncio.sleep(0)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for fileno in device._open.udp.filenos():
            os.dup2(nothing, fileno)
        os.close(nothing)
        device._open._on_readable()
        with pytest.raises(errors.Socket) as caught:
            await task
        assert caught.value.errno == errno.ENOTSOCK
        with pytest.raises(errors.Closed):
            device.put(AIRCON, ROOM, b"\x16")


@in_loop
async def test_interfaces_are_looked_at_again_while_nothing_happens(monkeypatch):
    monkeypatch.setattr(_runtime, "RESCAN_S", 0.01)
    home = Home()
    async with home.device(address=None, interface="lo") as device:
        sent = device.counters["sent"]
        await asyncio.sleep(0.1)
        assert device._open.udp.interfaces == ["lo"]
        assert (device.counters["sent"], device.counters["send_errors"]) == (sent, 0)


@in_loop
async def test_an_endpoint_is_not_closed_from_inside_its_own_hook(monkeypatch):
    home = Home()
    seen = []
    monkeypatch.setattr(sys, "unraisablehook", lambda report: seen.append(type(report.exc_value)))
    async with home.device(on_set=lambda *what: device.close()) as device, home.controller() as controller:
        peer = await paired(controller, device)
        with pytest.raises(errors.Refused):
            await peer.set(AIRCON, {TARGET: b"\x1a"})
        assert await peer.get(AIRCON, TARGET) == {TARGET: b"\x18"}
    assert seen == [errors.State]


# ---- the trace ----


@in_loop
async def test_a_trace_shows_what_the_records_protect():
    home = Home()
    recorder = warifu.Recorder()
    async with home.device() as device, home.controller(trace=recorder, groups=False) as controller:
        peer = await paired(controller, device)
        recorder.records.clear()
        await peer.get(AIRCON, ROOM)
        request, answer = recorder.records
        assert (request.sent, answer.sent) == (True, False)
        assert request.address == answer.address == device.addresses[0]
        assert warifu.decode_edata(request.inner) == "Get 05FF01 -> 013001: BB (roomTemperature)"
        assert warifu.decode_edata(answer.inner) == "Get_Res 013001 -> 05FF01: BB=15 (roomTemperature 21 Celsius)"
        assert answer.inner not in answer.datagram
        assert str(answer).endswith("| Get_Res 013001 -> 05FF01: BB=15 (roomTemperature 21 Celsius)")
        assert "DA answer" in str(answer)


@in_loop
async def test_a_trace_can_be_printed_and_kept_as_lines_of_json(tmp_path):
    home = Home()
    printed, path = io.StringIO(), tmp_path / "trace.jsonl"
    async with (
        home.device(trace=warifu.TraceFile(path)) as device,
        home.controller(trace=warifu.Printer(printed)) as one,
    ):
        (node,) = await found(one)
        await node.get(NODE_PROFILE, 0x83)
        assert f"-> {device.addresses[0]} 14 bytes" in printed.getvalue()
        assert f"Get_Res 0EF001 -> 05FF01: 83={device.number.hex().upper()}" in printed.getvalue()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert {line["sent"] for line in lines} == {True, False}
    assert device.number.hex() in lines[-1]["datagram"].lower()

"""Pairing with a set-up code, through the public API, in a virtual home and over real UDP."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
import warifu
from home import AIRCON, TARGET, authority, in_loop, somewhere
from warifu import errors
from worlds import World, in_both_worlds, in_the_virtual_world

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def coded(world: World, *, issuer: str = "home", **options) -> tuple[warifu.Device, warifu.SetupCode]:
    """A device with a set-up code of its own."""
    identity = world.issue("device", issuer=issuer)
    code = warifu.SetupCode.make(identity)
    return world.device(identity=identity, setup_code=code, **options), code


async def works(device: warifu.Device, peer: warifu.Peer) -> None:
    assert peer.number == device.number
    await peer.set(AIRCON, {TARGET: b"\x1a"})
    assert device.get_own(AIRCON, TARGET) == b"\x1a"


@in_both_worlds
async def test_code_and_root_together_pair(world):
    device, code = coded(world)
    async with device, world.controller() as controller:
        device.open_window()
        steps = []
        peer = await controller.pair(device.addresses[0], code=code, root_too=True, progress=steps.append)
        assert steps == ["started", "address_confirmed", "device_verified", "keys_agreed", "confirmed"]
        await works(device, peer)


@in_both_worlds
async def test_the_code_alone_pairs_who_share_no_root(world):
    device, code = coded(world, code_alone=True)
    stranger = world.issue("controller", issuer="neighbour")
    async with device, world.controller(identity=stranger) as controller:
        device.open_window()
        peer = await controller.pair(device.addresses[0], code=code)
        await works(device, peer)
        assert [other.number for other in device.peers] == [controller.number]


@in_both_worlds
async def test_a_code_is_taken_as_people_type_it(world):
    device, code = coded(world)
    async with device, world.controller() as controller:
        device.open_window()
        typed = code.text(grouped=True).lower()
        await works(device, await controller.pair(device.addresses[0], code=typed, number=device.number))


@in_the_virtual_world
async def test_a_device_that_demands_the_root_too_refuses_who_has_the_code_alone(world):
    device, code = coded(world)
    stranger = world.issue("controller", issuer="neighbour")
    async with device, world.controller(identity=stranger) as controller:
        device.open_window()
        with pytest.raises(errors.Untrusted):
            await controller.pair(device.addresses[0], code=code)
        assert controller.peers == device.peers == []


@in_the_virtual_world
async def test_an_owner_who_demands_the_root_too_refuses_a_device_of_another(world):
    device, code = coded(world, issuer="neighbour", code_alone=True)
    async with device, world.controller() as controller:
        device.open_window()
        with pytest.raises(errors.Untrusted):
            await controller.pair(device.addresses[0], code=code, root_too=True)
        assert controller.peers == device.peers == []


@in_the_virtual_world
async def test_without_the_code_the_error_says_that_it_is_needed(world):
    device, _ = coded(world)
    async with device, world.controller() as controller:
        device.open_window()
        with pytest.raises(errors.CodeNeeded, match="label") as caught:
            await controller.pair(device.addresses[0], number=device.number)
        assert isinstance(caught.value, PermissionError)
        assert controller.peers == device.peers == []
        assert device.window.is_open  # nothing was proven wrongly


@in_the_virtual_world
async def test_the_code_of_another_device_is_the_wrong_one(world):
    device, _ = coded(world)
    _, other = coded(world)
    async with device, world.controller() as controller:
        device.open_window()
        with pytest.raises((errors.WrongCode, errors.WrongDevice)) as caught:
            await controller.pair(device.addresses[0], code=other)
        assert caught.value.address == device.addresses[0]
        assert caught.value.hint
        assert controller.peers == device.peers == []


@in_the_virtual_world
async def test_an_old_code_of_the_same_device_is_wrong_and_the_right_one_pairs_then(world):
    identity = world.issue("device")
    old, code = warifu.SetupCode.make(identity), warifu.SetupCode.make(identity)
    async with world.device(identity=identity, setup_code=code) as device, world.controller() as controller:
        device.open_window(300)
        with pytest.raises(errors.WrongCode, match="label"):
            await controller.pair(device.addresses[0], code=old)
        await works(device, await controller.pair(device.addresses[0], code=code))


@in_the_virtual_world
async def test_what_a_device_demands_is_seen_when_it_is_discovered(world):
    both, _ = coded(world)
    alone, _ = coded(world, code_alone=True)
    async with both, alone, world.device() as plain, world.controller() as controller:
        alone.open_window(60, pairings=2)
        demands = {}
        for _ in range(5):
            nodes = await controller.discover(1)
            demands |= {node.number: (node.da.demands_code, node.da.demands_root) for node in nodes if node.da}
        assert demands == {both.number: (True, True), alone.number: (True, False), plain.number: (False, True)}


@in_both_worlds
async def test_a_window_for_two_serves_two_and_closes(world):
    device, code = coded(world)
    async with device, world.controller() as first, world.controller() as second:
        device.open_window(120, pairings=2)
        assert (device.window.pairings, device.window.failures, device.window.opened_today) == (2, 0, 1)
        await first.pair(device.addresses[0], code=code)
        assert device.window.is_open
        assert device.window.pairings == 1
        await second.pair(device.addresses[0], code=code)
        assert not device.window.is_open
        assert {peer.number for peer in device.peers} == {first.number, second.number}


@in_the_virtual_world
async def test_a_window_opens_39_times_a_day(world):
    async with world.device() as device:
        for _ in range(39):
            device.open_window()
            device.close_window()
        with pytest.raises(errors.LockedOut):
            device.open_window()
        assert device.window == warifu.Window(left=0, pairings=0, failures=0, opened_today=39)
        await asyncio.sleep(24 * 3600 + 60)
        device.open_window()
        assert device.window.opened_today == 1


@in_both_worlds
async def test_a_pairing_by_code_outlives_a_restart_of_the_device(world):
    device, code = coded(world, **world.keeping("device"))
    async with world.controller() as controller:
        async with device:
            device.open_window()
            peer = await controller.pair(device.addresses[0], code=code)
        async with device:
            assert await peer.get(AIRCON, TARGET) == {TARGET: b"\x18"}
            await works(device, peer)


@in_loop
async def test_refusals_of_codes_say_which_over_udp_too(tmp_path):
    """Three runs of 30 s at the same time."""
    world = World(None, tmp_path)
    device, _ = coded(world)
    other, code = coded(world)
    shut, shut_code = coded(world)
    async with device, other, shut, world.controller() as controller:
        device.open_window()
        other.open_window()
        wrong = warifu.SetupCode.make(world.issue("device"))
        orders = [
            controller.pair(device.addresses[0], number=device.number),
            controller.pair(other.addresses[0], code=wrong),
            controller.pair(shut.addresses[0], code=shut_code),
        ]
        ends = await asyncio.gather(*orders, return_exceptions=True)
        assert [type(end) for end in ends] == [errors.CodeNeeded, errors.WrongCode, errors.WindowClosed]
        await works(other, await controller.pair(other.addresses[0], code=code))


def test_the_examples_pair_as_the_how_to_says(tmp_path):
    authority().issue("device").save(tmp_path / "device.pem")
    authority().issue("controller").save(tmp_path / "controller.pem")
    number = warifu.Identity.load(tmp_path / "device.pem").number.hex()
    there, here = somewhere(), somewhere()
    serve = [EXAMPLES / "air_conditioner.py", "--identity", tmp_path / "device.pem", "--code", tmp_path / "device.code"]
    pair = [EXAMPLES / "code_controller.py", tmp_path / "controller.pem", number, "--address", here]
    device = subprocess.Popen(
        [sys.executable, *serve, "--address", there, "--window", "60"],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
        text=True,
    )
    with device:
        try:
            shown = next(line for line in device.stdout if line.startswith("WARIFU:1"))
            assert device.stdout.readline().startswith("ready ")
            assert warifu.SetupCode.parse(shown) == warifu.SetupCode.load(tmp_path / "device.code")
            done = subprocess.run(
                [sys.executable, "-W", "ignore", *pair],
                input=shown,
                capture_output=True,
                text=True,
                timeout=60,
                start_new_session=True,  # no terminal to ask at
            )
        finally:
            device.terminate()
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "unpaired"
    assert shown.strip() not in done.stdout + done.stderr


# ---- misuse ----


def test_a_code_belongs_to_a_device_with_an_identity():
    identity = authority().issue("device")
    code = warifu.SetupCode.make(identity)
    with pytest.raises(ValueError, match="needs an identity"):
        warifu.Device([], setup_code=code)
    with pytest.raises(ValueError, match="needs a setup_code"):
        warifu.Device([], identity=identity, code_alone=True)
    with pytest.raises(errors.NotACode):
        warifu.Device([], identity=identity, setup_code="WARIFU:1")
    with pytest.raises(TypeError, match="SetupCode"):
        warifu.testing.run(enter(warifu.Device([], identity=identity, setup_code=object())))


async def enter(device):
    async with device:
        pass


@in_the_virtual_world
async def test_the_code_of_another_device_is_no_devices_own(world):
    other = warifu.SetupCode.make(world.issue("device"))
    with pytest.raises(errors.WrongDevice):
        await enter(world.device(setup_code=other))


@in_the_virtual_world
async def test_pairing_names_what_is_missing_or_wrong(world):
    async with world.device() as device, world.controller() as controller:
        with pytest.raises(ValueError, match="code="):
            await controller.pair(device.addresses[0])
        with pytest.raises(errors.NotACode):
            await controller.pair(device.addresses[0], code="WARIFU:1")
        with pytest.raises(ValueError, match="one pairing"):
            device.open_window(pairings=0)


# ---- where the code is kept ----


def test_a_device_keeps_its_code_over_restarts(tmp_path):
    identity, path = authority().issue("device"), tmp_path / "device.code"
    code = warifu.SetupCode.load_or_make(path, identity)
    assert code.belongs_to(identity)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text() == code.text() + "\n"
    assert warifu.SetupCode.load_or_make(path, identity) == warifu.SetupCode.load(path) == code


def test_a_file_with_a_code_is_its_owners_alone(tmp_path):
    identity, path = authority().issue("device"), tmp_path / "device.code"
    code = warifu.SetupCode.make(identity)
    code.save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(errors.WrongDevice):
        warifu.SetupCode.load_or_make(path, authority().issue("device"))
    path.chmod(0o644)
    with pytest.raises(errors.Store):
        warifu.SetupCode.load(path)
    with pytest.raises(errors.Store) as caught:
        warifu.SetupCode.load(tmp_path / "none.code")
    assert caught.value.errno == 2
    with pytest.raises(errors.Store):
        code.save(tmp_path / "nowhere" / "device.code")

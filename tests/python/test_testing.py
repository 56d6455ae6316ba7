"""warifu.testing: the very classes Device and Controller, on a virtual network and a virtual clock."""

import asyncio
import gc
import re
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path

import pytest
import warifu
from warifu import errors
from warifu.testing import Home, NothingToDo, Record, VirtualLoop, run

ROOT = Path(__file__).resolve().parents[2]
AIRCON, POWER, TARGET = 0x013001, 0x80, 0xB3
WINDOW_S = 180
LOSSES = [pytest.param(seed, marks=pytest.mark.warifu(seed=seed, loss=0.3, delay=(0.001, 0.05))) for seed in range(8)]


def aircon() -> warifu.Object:
    properties = [warifu.Property(POWER, b"\x30", "get set inf"), warifu.Property(TARGET, b"\x18", "get set inf")]
    return warifu.Object(AIRCON, properties)


async def paired(controller: warifu.Controller, device: warifu.Device) -> warifu.Peer:
    device.open_window()
    return await controller.pair(device.addresses[0], number=device.number)


# ---- the clock ----


def test_virtual_time_costs_no_real_time_and_is_exact():
    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        stamps = [loop.time()]
        await asyncio.sleep(3600)
        stamps.append(loop.time())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.25):
                await asyncio.sleep(10)
        stamps.append(loop.time())
        for _ in range(1000):
            await asyncio.sleep(0.001)
        return [*stamps, loop.time()]

    assert run(main()) == [0, 3600, 3600.25, 3601.25]  # an hour of real time would pass the limit of a test


def test_tasks_wake_in_the_order_of_their_time():
    async def main() -> list[int]:
        order: list[int] = []

        async def wake(seconds: int) -> None:
            await asyncio.sleep(seconds)
            order.append(seconds)

        await asyncio.gather(*(wake(seconds) for seconds in (30, 10, 20)))
        return order

    assert run(main()) == [10, 20, 30]


def test_a_wait_that_nothing_can_end_is_told_instead_of_hanging():
    async def main() -> None:
        await asyncio.get_running_loop().create_future()

    assert threading.active_count() == 1, "another test has left a thread behind"
    with pytest.raises(NothingToDo):
        run(main())


def test_threads_still_work_beside_the_virtual_clock():
    async def main() -> str:
        return await asyncio.to_thread(lambda: "from a thread")

    assert run(main()) == "from a thread"


# ---- devices and controllers ----


@pytest.mark.parametrize("seed", LOSSES)
async def test_pairing_reading_and_setting_get_through_heavy_loss(warifu_home, seed):
    home = warifu_home
    async with home.device([aircon()]) as device, home.controller() as controller:
        peer = await paired(controller, device)
        assert home.seconds < WINDOW_S
        assert await peer.get(AIRCON, POWER) == {POWER: b"\x30"}
        await peer.set(AIRCON, {TARGET: b"\x1a"}, repeatable=True)
        assert device.get_own(AIRCON, TARGET) == b"\x1a"
    assert home.counts["lost"] > 0


async def test_discovery_finds_all_of_a_home_over_both_families(warifu_home):
    home = warifu_home
    async with (
        home.device([aircon()]) as device,
        home.device([aircon()], trusted=False, address=["fe80::5", "10.0.9.9"]),
        home.controller(address=["10.0.9.1", "fe80::1"]) as controller,
    ):
        nodes = {node.address: node for node in await controller.discover()}
        assert set(nodes) == {device.addresses[0], "10.0.9.9:3610"}
        assert nodes["10.0.9.9:3610"].addresses == ["10.0.9.9:3610", "[fe80::5%1]:3610"]
        assert nodes[device.addresses[0]].da is not None
        assert nodes["10.0.9.9:3610"].da is None


async def test_notifications_reach_a_watcher(warifu_home):
    home = warifu_home
    async with home.device([aircon()]) as device, home.controller() as controller:
        peer = await paired(controller, device)
        stream = controller.watch()
        device.put(AIRCON, TARGET, b"\x1c")
        got = await anext(stream)
        assert (got.peer, got.properties, got.is_protected) == (peer, {TARGET: b"\x1c"}, True)


@pytest.mark.warifu(date=2_500_000_000)
async def test_a_home_of_another_time_trusts_its_own_certificates(warifu_home):
    home = warifu_home
    async with home.device([aircon()]) as device, home.controller() as controller:
        assert (await paired(controller, device)).number == device.number
        assert 2_500_000_000 <= home.date < 2_500_000_200


# ---- same seed, same bytes ----


def journey(seed: int) -> list[Record]:
    async def main() -> list[Record]:
        async with Home(seed=seed, loss=0.2, duplication=0.1, reordering=0.1, delay=(0.001, 0.03)) as home:
            with home.record() as records:
                async with home.device([aircon()]) as device, home.controller() as controller:
                    peer = await paired(controller, device)
                    for value in range(16, 24):
                        await peer.set(AIRCON, {TARGET: bytes([value])}, repeatable=True)
                        await asyncio.sleep(1)
            return records

    return run(main())


def test_a_seed_brings_back_every_byte_at_its_time():
    first, second, other = journey(4), journey(4), journey(5)
    assert first == second
    assert {record.fate for record in first} == {"sent", "delivered", "duplicated", "lost"}
    assert [record.data for record in first] != [record.data for record in other]


# ---- power ----


async def heal(seed: int, cut: str, at: int, loss: float) -> bool:
    """Pairs while the power of one side goes at its write number `at`; False when it makes fewer writes than that."""
    async with Home(seed=seed) as home, home.device([aircon()]) as device, home.controller() as controller:
        victim = device if cut == "device" else controller
        home.store(victim).set_faults(loss=loss)
        home.store(victim).cut_at(at)
        pairing = asyncio.create_task(paired(controller, device))
        await asyncio.wait([pairing])
        if home.store(victim).has_power:
            await pairing
            return False
        assert pairing.exception() is None or isinstance(pairing.exception(), errors.Error)
        await home.power_on(victim)
        await asyncio.sleep(WINDOW_S)
        if not (controller.peers and device.peers):
            await paired(controller, device)
        peer = next(peer for peer in controller.peers if peer.number == device.number)
        assert await peer.get(AIRCON, POWER) == {POWER: b"\x30"}
        return True


@pytest.mark.parametrize("cut", ["device", "controller"])
@pytest.mark.parametrize("loss", [0.0, 1.0], ids=["write_made", "write_lost"])
def test_a_power_cut_at_any_write_of_a_pairing_heals(cut, loss):
    writes = 0
    while run(heal(writes, cut, writes + 1, loss)):
        writes += 1
    assert writes > 0


async def test_a_device_keeps_its_pairing_over_a_power_cut_and_forgets_its_values(warifu_home):
    home = warifu_home
    async with home.device([aircon()]) as device, home.controller() as controller:
        peer = await paired(controller, device)
        await peer.set(AIRCON, {TARGET: b"\x1a"})
        asking = asyncio.create_task(peer.get(AIRCON, TARGET))
        await asyncio.sleep(0)
        home.cut_power(device)
        with pytest.raises(errors.NoAnswer):
            await asking
        with pytest.raises(errors.Closed):
            device.put(AIRCON, TARGET, b"\x1b")
        await home.power_on(device)
        assert await peer.get(AIRCON, TARGET) == {TARGET: b"\x18"}


async def test_a_store_that_fails_keeps_the_pairing_from_being_half_made(warifu_home):
    home = warifu_home
    async with home.device([aircon()]) as device, home.controller() as controller:
        home.store(controller).fail_all(writes=True)
        with pytest.raises(errors.Error):
            await paired(controller, device)
        assert controller.peers == []
        home.store(controller).fail_all()


async def test_a_backup_brings_an_old_state_back(warifu_home):
    home = warifu_home
    identity = home.issue("device")
    async with home.device([aircon()], identity=identity) as device, home.controller() as controller:
        empty = home.store(controller).clone()
        await paired(controller, device)
        assert home.store(controller).contains(identity.certificate)
        home.cut_power(controller)
        home.store(controller).restore(empty)
        await home.power_on(controller)
        assert controller.peers == []
        assert not home.store(controller).contains(identity.certificate)


async def test_an_endpoint_takes_the_place_of_one_that_is_closed(warifu_home):
    home = warifu_home
    async with home.controller() as controller:
        async with home.device([aircon()]) as device:
            await paired(controller, device)
            with pytest.raises(ValueError, match="close the endpoint"):
                home.device([aircon()], in_place_of=device)
        addresses, identity = ["10.0.0.2:3610"], device._identity
        async with home.device([aircon()], identity=identity, in_place_of=device) as again:
            assert (again.addresses, again.number) == (addresses, device.number)
            assert await controller.peers[0].get(AIRCON, POWER) == {POWER: b"\x30"}


def test_a_seed_brings_back_the_same_set_up_code():
    def code(seed: int) -> warifu.SetupCode:
        home = Home(seed=seed)
        return home.setup_code(home.issue("device"))

    assert code(1) == code(1)
    assert code(1) != code(2)


# ---- the network ----


async def test_cables_parts_and_moves_keep_nodes_from_each_other(warifu_home):
    home = warifu_home
    async with home.device([aircon()]) as device, home.controller() as controller:
        peer = await paired(controller, device)
        home.disconnect(device)
        with pytest.raises(errors.NoAnswer):
            await peer.get(AIRCON, POWER, timeout=5)
        home.connect(device)
        assert await peer.get(AIRCON, POWER)
        home.split([device])
        with pytest.raises(errors.NoAnswer):
            await peer.get(AIRCON, POWER, timeout=5)
        home.split()
        assert await peer.get(AIRCON, POWER)
        old = device.addresses
        home.move(device)
        assert device.addresses != old
        nodes = await controller.discover()
        assert [node.address for node in nodes] == device.addresses


async def test_one_direction_of_one_link_can_be_deaf(warifu_home):
    home = warifu_home
    async with home.device([aircon()]) as device, home.device([aircon()]) as other, home.controller() as controller:
        home.set_faults(loss=1, sender=device, receiver=controller)
        nodes = await controller.discover()
        assert [node.address for node in nodes] == other.addresses
        with pytest.raises(ValueError, match="sender and a receiver"):
            home.set_faults(loss=1, sender=device)


async def test_tampering_and_injection_are_noticed(warifu_home):
    home = warifu_home
    async with home.device([aircon()]) as device, home.controller() as controller:
        peer = await paired(controller, device)
        spoiled = []

        def spoil(sender, receiver, data):
            if sender == device.addresses[0] and not spoiled:
                spoiled.append(data)
                return data[:-1] + bytes([data[-1] ^ 1])
            return data

        home.tamper(spoil)
        assert await peer.get(AIRCON, POWER) == {POWER: b"\x30"}
        home.tamper(None)
        assert controller.counters["tampered_dropped"] == 1
        with home.record() as records:
            await peer.get(AIRCON, POWER)
        answer = records[-1]
        assert (answer.fate, answer.sender) == ("delivered", device.addresses[0])
        home.inject(device.addresses[0], controller.addresses[0], answer.data)
        await asyncio.sleep(0.1)
        assert controller.counters["replays_dropped"] == 1
        assert (home.counts["changed"], home.counts["injected"]) == (1, 1)


def test_two_hundred_devices_answer_one_discovery():
    async def main() -> int:
        async with Home(seed=1, delay=(0, 0.5)) as home:
            devices = [home.device([aircon()], trusted=False) for _ in range(200)]
            for device in devices:
                await device.__aenter__()
            async with home.controller(trusted=False) as controller:
                return len(await controller.discover())

    assert run(main()) == 200


def test_a_home_works_on_a_real_loop_in_real_time():
    async def main() -> float:
        async with (
            Home(delay=0.01) as home,
            home.device([aircon()], answer_delay=0) as device,
            home.controller() as controller,
        ):
            assert [node.address for node in await controller.discover(0.2)] == device.addresses
            return home.seconds

    before = time.monotonic()
    assert 0.2 <= asyncio.run(main()) <= time.monotonic() - before


def test_a_simulated_endpoint_takes_no_state_directory(tmp_path):
    async def main() -> None:
        async with Home() as home, home.device([aircon()], state=tmp_path):
            pass

    with pytest.raises(errors.Argument, match="leave `state` out"):
        run(main())


def test_a_home_that_nobody_needs_goes_with_all_that_lived_there():
    async def main() -> weakref.ref[Home]:
        async with Home() as home:
            home.watch(lambda record: home.counts)
            home.tamper(lambda _sender, _receiver, data: data if home.counts else None)
            async with home.device([aircon()], on_set=lambda *what: bool(home)) as device, home.controller() as one:
                await paired(one, device)
            return weakref.ref(home)

    home = run(main())
    gc.collect()
    assert home() is None


# ---- the plugin ----


@pytest.mark.warifu(seed=42, loss=0.5)
async def test_the_marker_makes_the_home_and_the_fixture_its_clock(warifu_home):
    assert warifu_home.seed == 42
    assert isinstance(asyncio.get_running_loop(), VirtualLoop)


def test_the_howto_runs_as_it_stands(tmp_path):
    text = (ROOT / "docs" / "howto" / "test-your-controller.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n# (\w+\.py)\n(.*?)^```$", text, flags=re.M | re.S)
    assert {name for name, _ in blocks} == {"heating.py", "test_heating.py"}
    for name, block in blocks:
        (tmp_path / name).write_text(block, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^(\d+) passed", done.stdout, flags=re.M)

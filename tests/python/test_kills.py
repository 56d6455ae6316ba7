"""Two real processes that pair and part, killed at any moment: nothing stays half made, is lost, or comes back."""

import asyncio
import json
import random
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any

import pytest
from home import AIRCON, ROOM, Home, authority, in_loop, somewhere
from warifu import keeping

ROUNDS = 10  # of each seed
LONGEST = 0.35  # seconds until a kill: a pairing on two loopback addresses takes less

DEVICE = """
import asyncio, sys, warifu
path, state, address, port = sys.argv[1:]

async def main():
    properties = [warifu.Property(0xBB, b"\\x15", "get inf")]
    device = warifu.Device([warifu.Object(0x013001, properties)], identity=warifu.Identity.load(path), state=state,
                           address=address, port=int(port), answer_delay=0)
    async with device:
        if not device.peers:
            device.open_window()
        print("ready", flush=True)
        await device.serve()

asyncio.run(main())
"""

CONTROLLER = """
import asyncio, json, sys, warifu
path, state, address, port, device, number, act = sys.argv[1:]

async def main():
    said = {}
    async with warifu.Controller(identity=warifu.Identity.load(path), state=state, address=address,
                                 port=int(port)) as controller:
        print("ready", flush=True)
        try:
            if act == "pair":
                await controller.pair(device, number=number)
            elif act == "unpair":
                for peer in controller.peers:
                    await controller.unpair(peer)
        except warifu.Error as error:
            said["error"] = error.name
        print(json.dumps(said), flush=True)

asyncio.run(main())
"""


class Stage:
    """Files and addresses of a device and a controller."""

    def __init__(self, folder: Path) -> None:
        self.home = Home()
        self.folder = folder
        self.places = {"device": somewhere(), "controller": somewhere()}
        self.identities = {role: authority().issue(role) for role in ("device", "controller")}
        for role, identity in self.identities.items():
            identity.save(folder / f"{role}.pem")

    def state(self, role: str) -> Path:
        return self.folder / role

    async def start(self, role: str, program: str, *more: str) -> Process:
        arguments = [self.folder / f"{role}.pem", self.state(role), self.places[role], str(self.home.port), *more]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, *arguments, stdout=PIPE, stderr=None
        )
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        return process

    def stored(self, role: str) -> list[keeping.StoredPeer]:
        found = keeping.peers(self.state(role))
        assert [peer.error for peer in found] == [None] * len(found)
        return found

    async def check_usable(self) -> None:
        """They find together: by themselves where both know each other, else by one more pairing."""
        known = all(any(peer.confirmed for peer in self.stored(role)) for role in self.places)
        device = self.home.device(
            identity=self.identities["device"], state=self.state("device"), address=self.places["device"]
        )
        controller = self.home.controller(
            identity=self.identities["controller"], state=self.state("controller"), address=self.places["controller"]
        )
        async with device, controller:
            if not known:
                device.open_window()
                await controller.pair(device.addresses[0], number=device.number)
            (peer,) = controller.peers
            assert await peer.get(AIRCON, ROOM, timeout=30) == {ROOM: b"\x15"}
            assert len(device.peers) == 1


async def killed(process: Process) -> str:
    """What it had said until then."""
    assert process.stdout is not None
    if process.returncode is None:
        process.kill()
    said = (await process.stdout.read()).decode()
    await process.wait()
    return said


async def one_round(stage: Stage, act: str, victim: str, after: float) -> dict[str, Any] | None:
    """What the controller was told; None: nothing before a kill."""
    device = await stage.start("device", DEVICE)
    number = stage.identities["device"].number.hex()
    controller = await stage.start("controller", CONTROLLER, stage.places["device"], number, act)
    await asyncio.sleep(after)
    await killed(device if victim == "device" else controller)
    said = await killed(controller)
    await killed(device)
    return json.loads(said) if said else None


@pytest.mark.parametrize("seed", [1, 2, 3])
@in_loop
async def test_killed_at_any_moment_no_pairing_is_half_made_lost_or_back_again(seed, tmp_path):
    chance = random.Random(seed)
    stage = Stage(tmp_path)
    told = 0
    for turn in range(ROUNDS):
        act = "unpair" if any(peer.confirmed for peer in (stage.stored("controller") if turn else [])) else "pair"
        said = await one_round(stage, act, chance.choice(["device", "controller"]), chance.uniform(0, LONGEST))
        told += said is not None
        if said == {} and act == "unpair":
            assert stage.stored("device") == stage.stored("controller") == []
        if said == {} and act == "pair":
            assert all(peer.confirmed for role in stage.places for peer in stage.stored(role))
            assert len(stage.stored("device")) == len(stage.stored("controller")) == 1
        if turn % 5 == 4:
            await stage.check_usable()
    assert told < ROUNDS

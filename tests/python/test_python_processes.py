"""A device in a process of its own, which dies and comes back."""

import asyncio
import json
import os
import signal
import subprocess
import sys

from home import AIRCON, ROOM, TARGET, Home, authority, found, in_loop, somewhere

DEVICE = """
import asyncio, json, sys, warifu
path, state, address, port = sys.argv[1:]

async def main():
    properties = [warifu.Property(0xB3, b"\\x18", "get set inf"), warifu.Property(0xBB, b"\\x15", "get inf")]
    device = warifu.Device([warifu.Object(0x013001, properties)], identity=warifu.Identity.load(path), state=state,
                           address=address, port=int(port))
    async with device:
        if not device.peers:
            device.open_window()
        print(json.dumps({"number": device.number.hex(), "peers": len(device.peers)}), flush=True)
        await device.serve()

asyncio.run(main())
"""


class Process:
    """The device's process, from its first word to its end."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-W", "error", "-c", DEVICE, *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    async def ready(self) -> dict[str, object]:
        line = await asyncio.to_thread(self.process.stdout.readline)
        return json.loads(line)

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        status = self.process.wait(10)
        self.process.stdout.close()
        return status


@in_loop
async def test_a_device_killed_and_started_again_needs_no_second_pairing(tmp_path):
    home = Home()
    path, place = tmp_path / "device.pem", somewhere()
    authority().issue("device").save(path)
    arguments = (os.fspath(path), os.fspath(tmp_path / "state"), place, str(home.port))
    async with home.controller(state=tmp_path / "controller") as controller:
        first = Process(*arguments)
        try:
            said = await first.ready()
            (node,) = await found(controller)
            peer = await controller.pair(node, number=said["number"])
            await peer.set(AIRCON, {TARGET: b"\x1a"}, verify=True)
        finally:
            assert first.end(signal.SIGKILL) == -signal.SIGKILL
        waiting = asyncio.create_task(peer.get(AIRCON, ROOM))
        await asyncio.sleep(0.1)
        second = Process(*arguments)
        try:
            assert (await second.ready())["peers"] == 1
            assert await waiting == {ROOM: b"\x15"}
            await peer.set(AIRCON, {TARGET: b"\x1b"}, verify=True)
            await controller.unpair(peer)
        finally:
            second.end(signal.SIGINT)

#!/usr/bin/env python3
"""How many reads a second `await get()` gives over real UDP, beside the barest loop that asyncio can run.

Both ends are in this process and its one loop, on addresses of the loopback interface; so are those of the bare loop,
which sends the same request of 14 bytes, gives the same answer of 15 and waits for it by a future, unprotected and
unparsed. Blocks go by turns, the time is the processor's, and the quietest block of each counts.
"""

import argparse
import asyncio
import contextlib
import json
import socket
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable

import warifu

AIRCON, ROOM = 0x013001, 0xBB
REQUEST = bytes.fromhex("1081000005ff010130016201bb00")
ANSWER = bytes.fromhex("1081000001300105ff017201bb0118")
CLIENT, SERVER = "127.0.0.21", "127.0.0.22"
Read = Callable[[], Awaitable[object]]


class Echo(asyncio.DatagramProtocol):
    """Answers whatever comes."""

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.transport.sendto(ANSWER, addr)


class Asker(asyncio.DatagramProtocol):
    """One question at a time."""

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self.transport = transport
        self.loop = asyncio.get_running_loop()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.answer.set_result(data)

    async def read(self) -> bytes:
        self.answer = self.loop.create_future()
        self.transport.sendto(REQUEST)
        return await self.answer


@contextlib.asynccontextmanager
async def bare() -> AsyncIterator[Read]:
    loop = asyncio.get_running_loop()
    server, _ = await loop.create_datagram_endpoint(Echo, local_addr=(SERVER, 0))
    client, asker = await loop.create_datagram_endpoint(Asker, remote_addr=server.get_extra_info("sockname"))
    try:
        assert await asker.read() == ANSWER
        yield asker.read
    finally:
        client.close()
        server.close()


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("", 0))
        return probe.getsockname()[1]


def identities() -> tuple[warifu.Identity, warifu.Identity]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", warifu.AuthorityWarning)
        with warifu.Authority.create("Bench root") as authority:
            return authority.issue("device", name="Air conditioner"), authority.issue("controller", name="Controller")


@contextlib.asynccontextmanager
async def paired() -> AsyncIterator[Read]:
    objects, port = [warifu.Object(AIRCON, [warifu.Property(ROOM, b"\x18")])], free_port()
    of_device, of_controller = identities()
    async with (
        warifu.Device(objects, identity=of_device, address=SERVER, port=port) as device,
        warifu.Controller(identity=of_controller, address=CLIENT, port=port) as controller,
    ):
        device.open_window()
        peer = await controller.pair(f"{SERVER}:{port}", number=device.number)
        room = peer.object(AIRCON)

        async def read() -> object:
            return await room.get(ROOM)

        assert await read() == b"\x18"
        yield read


async def block(read: Read, count: int) -> float:
    """Reads a second."""
    start = time.process_time()
    for _ in range(count):
        await read()
    return count / (time.process_time() - start)


async def compare(rounds: int, count: int) -> tuple[float, float]:
    """The best rates: ours, and that of the bare loop. The first round doesn't count."""
    best = {}
    async with bare() as floor, paired() as protected:
        for number in range(rounds + 1):
            for who, read in (("ours", protected), ("floor", floor)):
                rate = await block(read, count)
                best[who] = max(best[who], rate) if number > 1 else rate
    return best["ours"], best["floor"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="work less: enough to see that it runs")
    rounds, count = (1, 100) if parser.parse_args().short else (7, 2000)
    ours, floor = asyncio.run(compare(rounds, count))
    row = {"figure": "python.get.protected", "ours": round(ours), "theirs": round(floor), "ratio": ours / floor}
    print(json.dumps({**row, "unit": "/s", "against": "bare asyncio loop, plain", "reach": "ratio >= 0.9"}))


if __name__ == "__main__":
    main()

"""A controller made with pychonet (PyPI), driven over stdin.

One request a line, {do: [name, ...]}, is answered by one line {result}. Every datagram that it hears is a line. Its end
is the end of stdin.
"""

import asyncio
import json
import os
import sys
from typing import Any

from pychonet import ECHONETAPIClient, EchonetInstance, HomeAirConditioner
from pychonet.lib.udpserver import UDPServer

AIRCON = (0x01, 0x30, 0x01)


def say(**line: object) -> None:
    print(json.dumps(line, default=lambda value: bytes(value).hex()), flush=True)


class Server(UDPServer):
    def _datagram_received(self, data: bytes, addr: tuple[str, int]) -> Any:
        say(**{"from": addr[0], "port": addr[1], "datagram": data.hex()})
        return super()._datagram_received(data, addr)


class Home:
    def __init__(self) -> None:
        self.server = Server()
        self.server.run("0.0.0.0", 3610, loop=asyncio.get_running_loop())
        self.client = ECHONETAPIClient(server=self.server)
        self.client.configure(message_timeout=20, logger=lambda *_: None)
        self.pushed: list[int] = []

    async def discover(self, host: str) -> object:
        self.client.unregister_host(host)
        found = await self.client.discover(host)
        return [found, self.client.state[host]]

    async def search(self) -> object:
        """By multicast: hosts make themselves known."""
        known: list[str] = []

        async def add(host: str) -> None:
            known.append(host)

        self.client.configure(discover_callback=add)
        await self.client.discover()
        return known

    async def maps(self, host: str, *eoj: int) -> object:
        await self.client.getAllPropertyMaps(host, *eoj)
        instance = EchonetInstance(host, *eoj, self.client)
        return [instance.getGetProperties(), instance.getSetProperties()]

    async def update(self, host: str, *epcs: int) -> object:
        values = await HomeAirConditioner(host, self.client).update(list(epcs) or None)
        if len(epcs) == 1:
            return values
        return {f"{epc:02X}": value for epc, value in values.items()}

    async def mode(self, host: str, mode: str) -> object:
        return await HomeAirConditioner(host, self.client).setMode(mode)

    async def set(self, host: str, epc: int, value: int) -> object:
        return await HomeAirConditioner(host, self.client).setMessage(epc, value)

    async def listen(self, host: str) -> None:
        async def told(is_push: bool) -> None:
            if is_push:
                room = await HomeAirConditioner(host, self.client).update(0xBB, no_request=True)
                say(**{"from": host, "room": room})

        self.client.register_async_update_callbacks(host, *AIRCON, told)


async def main() -> None:
    home = Home()
    say(result="ready")
    while line := await asyncio.to_thread(sys.stdin.readline):
        name, *words = json.loads(line)["do"]
        say(result=await getattr(home, name)(*words))
    home.server.close()
    os._exit(0)


asyncio.run(main())

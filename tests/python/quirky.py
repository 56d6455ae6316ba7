"""A plain ECHONET Lite device with the habits of real ones, on a socket of its own."""

import asyncio
from typing import Any

from warifu import _warifu

PROFILE = 0x0EF001
GET, SETC, SETGET = 0x62, 0x61, 0x6E


class Quirky(asyncio.DatagramProtocol):
    """`values` by EOJ and EPC; see the arguments for its habits. `asked` keeps what it was asked: (ESV, EPCs)."""

    def __init__(
        self,
        address: str,
        port: int,
        values: dict[int, dict[int, bytes]],
        *,
        cap: int | None = None,
        silent: int | None = None,
        has_setget: bool = True,
        ignores_sets: bool = False,
        number: bytes = b"",
    ) -> None:
        self.address, self.port = address, port
        self.values = values
        self.cap, self.silent, self.has_setget, self.ignores_sets = cap, silent, has_setget, ignores_sets
        self.asked: list[tuple[int, list[int]]] = []
        self.is_off = False
        self.values.setdefault(PROFILE, {0x82: bytes.fromhex("010D0100")})
        objects = [eoj for eoj in values if eoj != PROFILE]
        self.values[PROFILE][0xD6] = bytes([len(objects)]) + b"".join(eoj.to_bytes(3) for eoj in objects)
        if number:
            self.values[PROFILE][0x83] = number

    async def __aenter__(self) -> "Quirky":
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self.address, self.port))
        return self

    async def __aexit__(self, *rest: object) -> None:
        self.transport.close()
        await asyncio.sleep(0)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        frame = _warifu.frame_parse(data)
        epcs = [epc for epc, _ in frame.properties]
        self.asked.append((frame.esv, epcs))
        if self.is_off or self.silent in epcs or frame.deoj not in self.values:
            return
        answer = self._answer(frame)
        if answer is not None:
            self.transport.sendto(answer, (addr[0], self.port))  # type: ignore[attr-defined]

    def _answer(self, frame: Any) -> bytes | None:
        there = self.values[frame.deoj]
        refuses = frame.esv == SETGET and not self.has_setget
        sets: list[tuple[int, bytes]] = []
        gets = frame.properties if frame.esv == GET else frame.gets or ()
        if frame.esv in (SETC, SETGET):
            for epc, edt in frame.properties:
                taken = epc in there and not refuses
                if taken and not self.ignores_sets:
                    there[epc] = edt
                sets.append((epc, b"" if taken else edt))
        elif frame.esv != GET:
            return None
        came = [(epc, b"" if refuses else there.get(epc, b"")) for epc, _ in gets][: self.cap]
        good = not any(edt for _, edt in sets) and all(edt for _, edt in came) and len(came) == len(gets)
        esv = frame.esv + (0x10 if good else -0x10)
        if frame.esv == SETGET:
            return _warifu.frame_compose(frame.tid, frame.deoj, frame.seoj, esv, sets, came)
        return _warifu.frame_compose(frame.tid, frame.deoj, frame.seoj, esv, sets or came)

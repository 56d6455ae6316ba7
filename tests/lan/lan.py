"""What the tests on the private LAN share: its hosts, a bare host that sends and hears datagrams, a device of ours."""

import asyncio
import contextlib
import ctypes
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import warifu
from warifu import _warifu

PORT = 3610
OURS, PEER, BARE = 1, 2, 3  # hosts
AIRCON, LIGHT, NODE, CONTROLLER = 0x013001, 0x029001, 0x0EF001, 0x05FF01
SETI_SNA, SETC_SNA, GET_SNA, INF_SNA, SETGET_SNA = 0x50, 0x51, 0x52, 0x53, 0x5E
SETI, SETC, GET, INF_REQ, SETGET = 0x60, 0x61, 0x62, 0x63, 0x6E
SET_RES, GET_RES, INF, INFC, INFC_RES, SETGET_RES = 0x71, 0x72, 0x73, 0x74, 0x7A, 0x7E
POWER, PLACE, MODE, TARGET, ROOM, NAME = 0x80, 0x81, 0xB0, 0xB3, 0xBB, 0xF0
GROUPS = {4: "224.0.23.0", 6: "ff02::1%eth0"}
HELLO = "10820001100000000000"  # of Device Authentication, in the arbitrary format
CLONE_NEWNET = 0x40000000
ANSWER_S = 3.0  # an answer comes within that, also on a busy machine
SILENCE_S = 0.3


def address(host: int, family: int = 4) -> str:
    return f"10.61.0.{host}" if family == 4 else f"fd61::{host}"


def place(host: int, family: int = 4) -> str:
    """As warifu writes it."""
    return f"{address(host, family)}:{PORT}" if family == 4 else f"[{address(host, family)}]:{PORT}"


@contextlib.contextmanager
def inside(host: int) -> Iterator[None]:
    """What is opened meanwhile belongs to that host."""
    libc = ctypes.CDLL(None, use_errno=True)

    def enter(path: str) -> None:
        with open(path) as file:
            if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), f"can't enter {path}")

    enter(f"/run/netns/host{host}")
    try:
        yield
    finally:
        enter(f"/run/netns/host{OURS}")


def command_on(host: int, *words: object) -> list[str]:
    return ["nsenter", f"--net=/run/netns/host{host}", *map(str, words)]


# ---- a bare host ----


@dataclass(frozen=True)
class Heard:
    """A datagram: on which socket ("group", "own" for port 3610, or "other"), from whom, and what."""

    where: str
    address: str
    port: int
    datagram: bytes
    frame: _warifu.ParsedFrame = field(compare=False)


class Bare:
    """A host without a stack: what it hears on port 3610 by unicast and by multicast, and on one other port."""

    def __init__(self, host: int = BARE, family: int = 4) -> None:
        self.host, self.family = host, family
        self.heard: list[Heard] = []
        self.unreadable: list[bytes] = []
        self._news = asyncio.Event()
        self._sockets: dict[str, socket.socket] = {}

    async def __aenter__(self) -> "Bare":
        with inside(self.host):
            for name, bound in (
                ("own", (address(self.host, self.family), PORT)),
                ("group", (GROUPS[self.family], PORT)),
            ):
                self._open(name, *bound)
            self._open("other", address(self.host, self.family), 0)
            group = self._sockets["group"]
            if self.family == 4:
                membership = socket.inet_aton(GROUPS[4]) + socket.inet_aton(address(self.host))
                group.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
            else:
                index = socket.if_nametoindex("eth0")
                membership = socket.inet_pton(socket.AF_INET6, "ff02::1") + struct.pack("@I", index)
                group.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, membership)
        return self

    async def __aexit__(self, *_: object) -> None:
        for one in self._sockets.values():
            asyncio.get_running_loop().remove_reader(one)
            one.close()

    def _open(self, name: str, host: str, port: int) -> None:
        one = socket.socket(socket.AF_INET if self.family == 4 else socket.AF_INET6, socket.SOCK_DGRAM)
        self._sockets[name] = one
        one.setblocking(False)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(socket.getaddrinfo(host, port, one.family, socket.SOCK_DGRAM)[0][4])
        asyncio.get_running_loop().add_reader(one, self._take, name)

    def _take(self, name: str) -> None:
        datagram, source = self._sockets[name].recvfrom(65536)
        host = source[0].partition("%")[0]
        if host == address(self.host, self.family):
            return
        try:
            self.heard.append(Heard(name, host, source[1], datagram, _warifu.frame_parse(datagram)))
        except warifu.Error:
            self.unreadable.append(datagram)
        self._news.set()

    def send(self, to: str, datagram: bytes | str, *, port: str = "own") -> None:
        """To port 3610 of a host or group, from 3610 or from the other port."""
        data = bytes.fromhex(datagram) if isinstance(datagram, str) else datagram
        one = self._sockets[port]
        one.sendto(data, socket.getaddrinfo(to, PORT, one.family, socket.SOCK_DGRAM)[0][4])

    def ask(
        self, to: str, eoj: int, esv: int, *properties: tuple[int, bytes], tid: int = 0x4711, port: str = "own"
    ) -> None:
        self.send(to, _warifu.frame_compose(tid, CONTROLLER, eoj, esv, list(properties)), port=port)

    async def hear(self, wanted: Callable[[Heard], bool], seconds: float = ANSWER_S) -> Heard:
        """The first that fits; it is taken out. Raises TimeoutError with what was heard instead."""
        try:
            async with asyncio.timeout(seconds):
                while (found := next((item for item in self.heard if wanted(item)), None)) is None:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise TimeoutError(
                f"heard only {[(item.where, item.datagram.hex()) for item in self.heard]}, {self.unreadable}"
            ) from None
        self.heard.remove(found)
        return found

    async def answer(self, esv: int, *, tid: int = 0x4711, where: str = "own") -> _warifu.ParsedFrame:
        return (await self.hear(lambda item: (item.where, item.frame.tid, item.frame.esv) == (where, tid, esv))).frame

    async def silence(self) -> list[Heard]:
        await asyncio.sleep(SILENCE_S)
        return list(self.heard)


# ---- ours ----

MANY = [warifu.Property(epc, b"\x01", "get") for epc in range(0xC0, 0xD0)]  # so its map 9F takes the bit form


MAPS = [0x9D, 0x9E, 0x9F]
READABLE = sorted([POWER, PLACE, 0x82, 0x88, 0x8A, *MAPS, MODE, TARGET, ROOM, NAME, *(item.epc for item in MANY)])


def _in_range(_: warifu.Object, epc: int, old: bytes, new: bytes) -> bool:
    return epc != TARGET or new[0] <= 50


def device(**options: object) -> warifu.Device:
    """An air conditioner with many properties and two lamps with few; everybody may do everything."""
    properties = [
        warifu.Property(POWER, b"\x31", "get set inf"),
        warifu.Property(MODE, b"\x42", "get set inf"),
        warifu.Property(TARGET, b"\x18", "get set"),
        warifu.Property(ROOM, b"\x1d", "get inf"),
        warifu.Property(NAME, b"-", "get set", size=(1, 8)),
        *MANY,
    ]
    lamps = [warifu.Object(LIGHT + i, [warifu.Property(POWER, b"\x30", "get set inf")]) for i in range(2)]
    return warifu.Device([warifu.Object(AIRCON, properties), *lamps], policy="open", on_set=_in_range, **options)


OBJECTS = [AIRCON, LIGHT, LIGHT + 1]
INSTANCE_LIST = bytes([len(OBJECTS)]) + b"".join(eoj.to_bytes(3) for eoj in OBJECTS)

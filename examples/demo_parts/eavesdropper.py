"""The eavesdropper: a packet capture (AF_PACKET) that keeps every UDP datagram the demo's addresses send."""

import contextlib
import ctypes
import socket
import struct
import time
from collections.abc import Collection
from dataclasses import dataclass

ETH_P_ALL, ETH_P_IP = 0x0003, 0x0800
IPPROTO_UDP, IP_HEADER_LEN, UDP_HEADER_LEN = 17, 20, 8
SOL_PACKET, PACKET_STATISTICS = 263, 6
SO_ATTACH_FILTER, SO_RCVBUFFORCE, ROOM = 26, 33, 4 << 20
ONE_NET = 0xFFFFFF00


@dataclass(frozen=True)
class Packet:
    """One UDP datagram as it went over the interface; addresses without ports."""

    time: float
    source: str
    destination: str
    payload: bytes


def parse_udp(packet: bytes) -> tuple[str, str, bytes] | None:
    """Source, destination and payload of an IPv4 packet that carries UDP; None for any other."""
    if len(packet) < IP_HEADER_LEN or packet[0] >> 4 != 4 or packet[9] != IPPROTO_UDP:
        return None
    header = (packet[0] & 15) * 4
    if len(packet) < header + UDP_HEADER_LEN:
        return None
    (length,) = struct.unpack_from("!H", packet, header + 4)
    source, destination = socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20])
    return source, destination, packet[header + UDP_HEADER_LEN : header + length]


def _filter(net: int) -> list[tuple[int, int, int, int]]:
    """A classic BPF program: outgoing IPv4 UDP of sources in that /24, so that no other traffic fills our buffer."""
    load_half, load_byte, load_word, jump_if_equal, and_with, give = 0x28, 0x30, 0x20, 0x15, 0x54, 0x06
    protocol, way = 0xFFFFF000, 0xFFFFF004  # SKF_AD_PROTOCOL, SKF_AD_PKTTYPE
    return [
        (load_half, 0, 0, protocol),
        (jump_if_equal, 0, 8, ETH_P_IP),
        (load_byte, 0, 0, way),
        (jump_if_equal, 0, 6, socket.PACKET_OUTGOING),
        (load_byte, 0, 0, 9),
        (jump_if_equal, 0, 4, IPPROTO_UDP),
        (load_word, 0, 0, 12),
        (and_with, 0, 0, ONE_NET),
        (jump_if_equal, 0, 1, net),
        (give, 0, 0, 0x40000),
        (give, 0, 0, 0),
    ]


class Eavesdropper:
    """Hears the addresses, which share a /24, from its creation to `close`; `collect` takes what the kernel has kept.

    Inside one machine each packet passes twice, on its way out and on its way in; only the way out is counted.
    """

    def __init__(self, addresses: Collection[str], interface: str | None) -> None:
        self.packets: list[Packet] = []
        self.lost = 0  # packets that the kernel had no room for
        self._addresses = frozenset(addresses)
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
        self._socket.setblocking(False)
        with contextlib.suppress(PermissionError):  # the usual buffer will do
            self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, ROOM)
        (first,) = struct.unpack("!I", socket.inet_aton(min(self._addresses)))
        program = b"".join(struct.pack("HBBI", *line) for line in _filter(first & ONE_NET))
        kept = ctypes.create_string_buffer(program)
        descriptor = struct.pack("HP", len(program) // 8, ctypes.addressof(kept))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, descriptor)
        self._lost_meanwhile()  # what came before the filter is none of ours
        if interface is not None:
            self._socket.bind((interface, ETH_P_ALL))

    def collect(self) -> list[Packet]:
        """All packets so far."""
        while True:
            try:
                data, (_, protocol, way, *_) = self._socket.recvfrom(65535)
            except BlockingIOError:
                break
            datagram = parse_udp(data) if way == socket.PACKET_OUTGOING and protocol == ETH_P_IP else None
            if datagram is not None and datagram[0] in self._addresses:
                self.packets.append(Packet(time.time(), *datagram))
        self.lost += self._lost_meanwhile()
        return self.packets

    def _lost_meanwhile(self) -> int:
        """Packets lost since the last call."""
        _, lost = struct.unpack("II", self._socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
        return int(lost)

    def fileno(self) -> int:
        """To wait for packets."""
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

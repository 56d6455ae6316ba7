"""The eavesdropper: a packet capture (AF_PACKET) that keeps every UDP datagram the demo's addresses send."""

import socket
import struct
import time
from collections.abc import Collection
from dataclasses import dataclass

ETH_P_ALL, ETH_P_IP = 0x0003, 0x0800
IPPROTO_UDP, IP_HEADER_LEN, UDP_HEADER_LEN = 17, 20, 8
SOL_PACKET, PACKET_STATISTICS = 263, 6


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


class Eavesdropper:
    """Hears from its creation to `close`; `collect` takes what the kernel has kept meanwhile.

    Inside one machine each packet passes twice, on its way out and on its way in; only the way out is counted.
    """

    def __init__(self, addresses: Collection[str], interface: str | None) -> None:
        self.packets: list[Packet] = []
        self.lost = 0  # packets that the kernel had no room for
        self._addresses = frozenset(addresses)
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
        self._socket.setblocking(False)
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
        _, lost = struct.unpack("II", self._socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
        self.lost += lost
        return self.packets

    def forget(self) -> None:
        """Begins anew."""
        self.collect()
        self.packets.clear()

    def fileno(self) -> int:
        """To wait for packets."""
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

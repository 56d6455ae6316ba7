"""The attacker: it has heard a record, and sends it again, as it was or changed. It has no keys."""

import socket

from . import frames

FAR_AHEAD = 40  # so that the number of a tampered record is one that the device has not seen


def tampered(record: bytes) -> list[bytes]:
    """The record with another number, and the same with one bit of its ciphertext flipped as well."""
    seen = frames.parse(record)
    assert isinstance(seen, frames.Protected)
    renumbered = bytearray(record)
    last = seen.piv_at + seen.piv_len - 1
    renumbered[last] = (renumbered[last] + FAR_AHEAD) % 256
    flipped = bytearray(renumbered)
    flipped[-1] ^= 1
    return [bytes(renumbered), bytes(flipped)]


class Attacker:
    """Sends from its own address; who sent a record is proven by its keys, not by the address."""

    def __init__(self, source: str, target: str, port: int) -> None:
        self.sent = 0
        self._target = target, port
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((source, 0))

    def send(self, datagram: bytes) -> None:
        self._socket.sendto(datagram, self._target)
        self.sent += 1

    def close(self) -> None:
        self._socket.close()

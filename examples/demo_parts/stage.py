"""Where the demo plays: a way in which several nodes on this machine own UDP port 3610 each, and can be overheard."""

import contextlib
import ctypes
import fcntl
import os
import random
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .eavesdropper import Eavesdropper
from .failure import DemoError

PORT, GROUP = 3610, "224.0.23.0"
ROLES = ("device", "controller", "lua", "stranger")
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
HELLO = bytes.fromhex("10820000100000000000")
PROBES, PROBE_S = 1, 2.0
ANYWHERE = (
    "run it as root, or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1), or give a container the "
    "capability NET_RAW (docker run --cap-add NET_RAW)"
)


@dataclass(frozen=True)
class Stage:
    """The way that was found. `addresses`: role -> IPv4 address."""

    way: str
    addresses: dict[str, str]
    eavesdropper: Eavesdropper


@contextlib.contextmanager
def find_stage(interface: str | None) -> Iterator[Stage]:
    """Opens the first way that works. Raises DemoError with all that was tried."""
    ways: list[Callable[[contextlib.ExitStack], Stage]] = [_loopback_here, _own_namespace]
    next_step = ANYWHERE
    if interface not in (None, "lo"):
        ways = [lambda undo: _on_interface(undo, interface)]
        next_step = "be root, and choose one that `ip address` shows; or leave --interface out"
    tried = []
    for way in ways:
        with contextlib.ExitStack() as undo:
            try:
                stage = way(undo)
            except (OSError, subprocess.CalledProcessError) as error:
                tried.append(str(error))
                continue
            yield stage
            return
    raise DemoError(
        "no place was found where nodes can talk and be overheard:" + "".join(f"\n  - {why}" for why in tried),
        next_step,
    )


# ---- the ways ----


def _loopback_here(undo: contextlib.ExitStack) -> Stage:
    """Addresses of the loopback interface, in the network namespace that the demo was started in."""
    if not _interface_flags("lo") & IFF_UP:
        raise OSError("here: the loopback interface is down")
    net = f"127.{random.randint(1, 250)}.{random.randint(1, 250)}"
    with _said("here"):
        return _open(undo, "the loopback interface of this machine", _addresses(net), "lo")


def _own_namespace(undo: contextlib.ExitStack) -> Stage:
    """The same in a network namespace of the demo's own; without being root it takes a user namespace too."""
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.getuid(), os.getgid()
    with _said("in a network namespace of its own"):
        if libc.unshare(CLONE_NEWNET) != 0:
            if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
                raise OSError(os.strerror(ctypes.get_errno()))
            for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
                with open(f"/proc/self/{name}", "w") as file:
                    file.write(text)
        _raise_loopback()
        return _open(undo, "the loopback interface of a network namespace made for this", _addresses("127.0.0"), "lo")


def _on_interface(undo: contextlib.ExitStack, name: str) -> Stage:
    """Addresses added to an interface for as long as the demo runs; its multicast really leaves by it."""
    addresses = _addresses(f"10.61.{random.randint(1, 250)}")
    with _said(f"on {name}"):
        for address in addresses.values():
            _ip("add", address, name)
            undo.callback(_ip, "del", address, name)
        return _open(undo, f"the interface {name}, with addresses added to it for now", addresses, None)


# ---- what they share ----


def _addresses(net: str) -> dict[str, str]:
    return {role: f"{net}.{last}" for last, role in enumerate(ROLES, 2)}


@contextlib.contextmanager
def _said(where: str) -> Iterator[None]:
    """Names the place in what goes wrong there."""
    try:
        yield
    except subprocess.CalledProcessError as error:
        raise OSError(f"{where}: {error.stderr.strip()}") from error
    except OSError as error:
        raise OSError(f"{where}: {error}") from error


def _ip(what: str, address: str, name: str) -> None:
    command = ["ip", "address", what, f"{address}/32", "dev", name]
    subprocess.run(command, check=True, capture_output=True, text=True)


def _interface_flags(name: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        answer = fcntl.ioctl(any_socket, SIOCGIFFLAGS, struct.pack("16sH22x", name.encode(), 0))
    return int(struct.unpack_from("16xH", answer)[0])


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", _interface_flags("lo") | IFF_UP))


def _open(undo: contextlib.ExitStack, way: str, addresses: dict[str, str], capture_on: str | None) -> Stage:
    """Proves that the port is free, that multicast arrives and that the capture sees it."""
    for address in addresses.values():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((address, PORT))
    eavesdropper = Eavesdropper(addresses.values(), capture_on)
    undo.callback(eavesdropper.close)
    _probe_multicast(addresses["stranger"], addresses["device"])
    if len(eavesdropper.collect()) != PROBES:
        raise OSError("the packet capture does not see what is sent")
    return Stage(way, addresses, eavesdropper)


def _probe_multicast(source: str, receiver: str) -> None:
    """One hello to the group of ECHONET Lite. It counts as sent."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hearing,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speaking,
    ):
        hearing.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        hearing.bind((GROUP, PORT))
        membership = socket.inet_aton(GROUP) + socket.inet_aton(receiver)
        hearing.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        hearing.settimeout(PROBE_S)
        speaking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(source))
        speaking.bind((source, 0))
        speaking.sendto(HELLO, (GROUP, PORT))
        end = time.monotonic() + PROBE_S
        while hearing.recvfrom(100)[1][0] != source:
            if time.monotonic() > end:
                raise OSError("multicast does not arrive")

"""Tests that need hosts and networks of their own: they run in a child, which is cut off from the machine's networks.

A test `@in_own_network` is run by its file as a program, `python FILE NAME`. It takes no root where user namespaces are
allowed; where none are, or a tool is missing, the test is skipped with the reason.
"""

import contextlib
import ctypes
import functools
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SKIPPED = 77
SECONDS = 60
_tests: dict[str, Callable[[], None]] = {}


class UnavailableError(Exception):
    """Why there is no such place here."""


def _try(*command: object) -> str:
    """Empty, or why it failed."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stderr.strip() or f"status {done.returncode}"


def ip(*words: object) -> None:
    failure = _try("ip", *words)
    assert not failure, f"ip {words}: {failure}"


def drop(hook: str, *packets: object) -> None:
    """A firewall on this host that drops these packets: `drop("input", "udp", "dport", 3610)`."""
    if shutil.which("nft") is None:
        raise UnavailableError("nft is not installed")
    if failure := _try("nft", "add", "table", "inet", "test"):
        raise UnavailableError(f"nft can't be used: {failure.splitlines()[0]}")
    chain = f"{{ type filter hook {hook} priority 0; }}"
    assert not _try("nft", "add", "chain", "inet", "test", hook, chain)
    assert not _try("nft", "add", "rule", "inet", "test", hook, *packets, "drop")


def pair(name: str, *other: object) -> None:
    """A cable from the interface `name` to another one; neither is up."""
    if failure := _try("ip", "link", "add", name, "type", "veth", "peer", "name", *other):
        raise UnavailableError(f"no pair of interfaces: {failure}")


def _call(name: str, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


class Host:
    """A network stack of its own; what is opened `with host.inside()` belongs to it."""

    def __init__(self) -> None:
        here = os.open("/proc/self/ns/net", os.O_RDONLY)
        try:
            _call("unshare", CLONE_NEWNET)
            self.fd = os.open("/proc/self/ns/net", os.O_RDONLY)
            ip("link", "set", "lo", "up")
            _call("setns", here, CLONE_NEWNET)
        finally:
            os.close(here)

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        here = os.open("/proc/self/ns/net", os.O_RDONLY)
        try:
            _call("setns", self.fd, CLONE_NEWNET)
            yield
        finally:
            _call("setns", here, CLONE_NEWNET)
            os.close(here)


def link(name: str, other: Host, other_name: str) -> None:
    """A cable from this host's interface `name` to another host's. Both are up; they have no address."""
    place = f"/proc/{os.getpid()}/fd/{other.fd}"
    pair(name, other_name, "netns", place)
    ip("link", "set", name, "addrgenmode", "none", "up")
    with other.inside():
        ip("link", "set", other_name, "addrgenmode", "none", "up")


def give(interface: str, *addresses: str) -> None:
    """The kernel takes packets for a new IPv6 address a moment after it has taken the address: waits for that."""
    for address in addresses:
        ip("address", "add", address, "dev", interface, *(["nodad"] if ":" in address else []))
    local = ["ip", "-6", "route", "show", "table", "local", "dev", interface]
    for address in addresses:
        wanted = f"local {address.partition('/')[0]} "
        while ":" in address and wanted not in subprocess.run(local, capture_output=True, text=True).stdout:
            time.sleep(0.01)


HOLDER = """
import socket, sys
held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
held.bind((sys.argv[1], int(sys.argv[2])))
print("ready", flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def other_program(address: str, port: int) -> Iterator[int]:
    """Another program of this host has the port meanwhile. Gives its process id."""
    command = [sys.executable, "-c", HOLDER, address, str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        yield other.pid
        other.communicate()


def in_own_network(test: Callable[[], None]) -> Callable[[], None]:
    """Runs a test in a child with an empty network, whose loopback interface is up."""
    _tests[test.__name__] = test
    file = Path(sys.modules[test.__module__].__file__ or "")

    @functools.wraps(test)
    def run() -> None:
        command = [sys.executable, "-W", "error", str(file), test.__name__]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
        if done.returncode == SKIPPED:
            pytest.skip(done.stdout.strip().rpartition("\n")[2])
        assert done.returncode == 0, f"\n{done.stdout}{done.stderr}"

    return run


def _enter() -> None:
    user, group = os.getuid(), os.getgid()
    try:
        _call("unshare", CLONE_NEWNET)
    except OSError:
        try:
            _call("unshare", CLONE_NEWUSER | CLONE_NEWNET)
            for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
                Path("/proc/self", name).write_text(text)
        except OSError as error:
            raise UnavailableError(f"network namespaces are not allowed ({error})") from None
    if shutil.which("ip") is None:
        raise UnavailableError("ip (iproute2) is not installed")
    ip("link", "set", "lo", "up")


def main() -> None:
    """What the file of the tests does as a program."""
    try:
        _enter()
        _tests[sys.argv[1]]()
    except UnavailableError as why:
        print(f"no network of its own: {why}")
        sys.exit(SKIPPED)

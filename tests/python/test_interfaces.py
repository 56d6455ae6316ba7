"""One controller and several networks: every interface, a chosen one, IPv4 and IPv6, and interfaces that come and go.

The controller's host has a cable to each of two other hosts, on which a device lives.
"""

import asyncio
import contextlib
import errno
import time
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import namespaces
import pytest
import warifu
from namespaces import Host, give, in_own_network, ip, link, other_program
from warifu import _runtime

AIRCON, ROOM = 0x013001, 0xBB
PORT = 3610
LATEST_S = 15.0


class Networks:
    """Host 0 is this one. Its interface net1 leads to host 1, net2 to host 2, whose own interface is eth0."""

    def __init__(self) -> None:
        self.hosts = [Host(), Host()]
        for number, host in enumerate(self.hosts, 1):
            link(f"net{number}", host, "eth0")
            give(f"net{number}", *self.addresses(number, 1))
            with host.inside():
                give("eth0", *self.addresses(number, 2))

    @staticmethod
    def addresses(network: int, host: int) -> list[str]:
        return [f"10.61.{network}.{host}/24", f"fd61:{network}::{host}/64", f"fe80::{network}:{host}/64"]

    @contextlib.asynccontextmanager
    async def device(self, network: int, *, families: str = "46") -> AsyncIterator[warifu.Device]:
        """An air conditioner on the other host of that network. By address: it looks at no interface again."""
        places = {"4": f"10.61.{network}.2", "6": f"fd61:{network}::2"}
        room = warifu.Property(ROOM, bytes([network]), "get inf")
        address = [places[family] for family in families]
        device = warifu.Device([warifu.Object(AIRCON, [room])], address=address, policy="open")
        with self.hosts[network - 1].inside():
            await device.__aenter__()
        try:
            yield device
        finally:
            device.close()


async def eventually(check: Callable[[], bool]) -> None:
    end = time.monotonic() + LATEST_S
    while not check():
        assert time.monotonic() < end
        await asyncio.sleep(0.05)


async def found(controller: warifu.Controller, devices: Iterable[warifu.Device]) -> list[warifu.Node]:
    """Looks around until these devices are found, and gives what was found of all nodes in that look."""
    wanted = {device.number for device in devices}
    end = time.monotonic() + LATEST_S
    while True:
        nodes = await controller.discover(0.5)
        if wanted <= {node.number for node in nodes}:
            return nodes
        assert time.monotonic() < end, nodes


def numbers(nodes: Iterable[warifu.Node]) -> set[bytes | None]:
    return {node.number for node in nodes}


def in_networks(test: Callable[[Networks], Any]) -> Callable[[], None]:
    """A coroutine in networks of its own. Interfaces are looked at five times a second instead of every ten."""

    def run() -> None:
        _runtime.RESCAN_S = 0.2
        asyncio.run(asyncio.wait_for(test(Networks()), 45))

    run.__name__, run.__module__ = test.__name__, test.__module__
    return in_own_network(run)


@in_networks
async def test_devices_on_every_interface_are_found_and_read(networks: Networks) -> None:
    async with networks.device(1) as one, networks.device(2) as two, warifu.Controller() as controller:
        assert set(controller.interfaces) == {"net1", "net2"}
        nodes = await found(controller, [one, two])
        for network, device in ((1, one), (2, two)):
            node = next(node for node in nodes if node.number == device.number)
            assert await node.get(AIRCON, ROOM) == {ROOM: bytes([network])}


@in_networks
async def test_both_families_are_used_at_once(networks: Networks) -> None:
    async with (
        networks.device(1, families="4") as one,
        networks.device(2, families="6") as two,
        warifu.Controller() as controller,
    ):
        nodes = {node.number: node for node in await found(controller, [one, two])}
        assert nodes[one.number].address == f"10.61.1.2:{PORT}"
        assert (nodes[two.number].address or "").startswith(("[fe80::", "[fd61:2::2]"))
        assert await nodes[one.number].get(AIRCON, ROOM) == {ROOM: b"\1"}
        assert await nodes[two.number].get(AIRCON, ROOM) == {ROOM: b"\2"}


@in_networks
async def test_one_device_is_reached_by_both_families(networks: Networks) -> None:
    async with networks.device(1) as device, warifu.Controller(interface="net1") as controller:
        for address in ("10.61.1.2", "fd61:1::2"):
            nodes = await controller.discover(1, address=address)
            assert numbers(nodes) == {device.number}
            assert address in (nodes[0].address or "")
            assert await nodes[0].get(AIRCON, ROOM) == {ROOM: b"\1"}


@in_networks
async def test_what_was_not_chosen_is_neither_asked_nor_heard(networks: Networks) -> None:
    async with warifu.Controller(interface="net2") as controller:
        assert controller.interfaces == ["net2"]
        heard = controller.watch()
        async with networks.device(1) as one, networks.device(2) as two:  # each says that it is there
            assert one.number not in numbers(await found(controller, [two]))
            addresses = [(await anext(heard)).address or ""]
            with contextlib.suppress(TimeoutError):
                while True:
                    addresses.append((await asyncio.wait_for(anext(heard), 0.5)).address or "")
        assert any("10.61.2.2" in address for address in addresses)
        assert not any("10.61.1." in address or "fd61:1:" in address for address in addresses)


@in_networks
async def test_an_interface_goes_down_and_comes_up_again(networks: Networks) -> None:
    async with networks.device(1) as one, networks.device(2) as two, warifu.Controller() as controller:
        await found(controller, [one, two])
        ip("link", "set", "net2", "down")
        await eventually(lambda: controller.interfaces == ["net1"])
        assert numbers(await found(controller, [one])).isdisjoint({two.number})
        ip("link", "set", "net2", "up")
        give("net2", *(text for text in networks.addresses(2, 1) if ":" in text))  # IPv6 addresses go with the link
        await eventually(lambda: set(controller.interfaces) == {"net1", "net2"})
        nodes = await found(controller, [one, two])
        node = next(node for node in nodes if node.number == two.number)
        assert await node.get(AIRCON, ROOM) == {ROOM: b"\2"}


@in_networks
async def test_a_new_address_of_this_host_needs_no_restart(networks: Networks) -> None:
    async with networks.device(1) as device, warifu.Controller(interface="net1") as controller:
        await found(controller, [device])
        ip("address", "del", "10.61.1.1/24", "dev", "net1")
        give("net1", "10.61.1.77/24")
        await eventually(lambda: "10.61.1.77" in controller.addresses)
        assert "10.61.1.1" not in controller.addresses
        nodes = await found(controller, [device])
        node = next(node for node in nodes if "10.61.1.2" in (node.address or ""))
        assert await node.get(AIRCON, ROOM) == {ROOM: b"\1"}


@in_networks
async def test_an_interface_that_appears_later_is_used(networks: Networks) -> None:
    ip("link", "set", "net2", "down")
    async with networks.device(1) as one, warifu.Controller() as controller:
        assert controller.interfaces == ["net1"]
        ip("link", "set", "net2", "up")
        give("net2", *(text for text in networks.addresses(2, 1) if ":" in text))
        async with networks.device(2) as two:
            await found(controller, [one, two])


@in_networks
async def test_several_nodes_of_one_host_share_the_port_by_address(networks: Networks) -> None:
    give("net1", "10.61.1.11/24", "10.61.1.12/24")
    async with networks.device(1) as far:
        near = warifu.Device([warifu.Object(AIRCON, [])], address="10.61.1.11", policy="open")
        async with near, warifu.Controller(address="10.61.1.12") as controller:
            assert near.port == controller.port == PORT
            assert numbers(await found(controller, [near, far])) >= {near.number, far.number}


@in_networks
async def test_a_taken_port_names_who_has_it(networks: Networks) -> None:
    with (
        other_program("0.0.0.0", PORT) as process,
        pytest.raises(warifu.PortInUse, match=rf"is held by .+ \(pid {process}\).*choose an address") as caught,
    ):
        await warifu.Controller().__aenter__()
    assert caught.value.errno == errno.EADDRINUSE
    async with warifu.Controller() as controller:
        assert set(controller.interfaces) == {"net1", "net2"}


if __name__ == "__main__":
    namespaces.main()

"""Revocation and renewal through the public API, in a virtual home and over real UDP."""

import asyncio
import datetime
import sys

import pytest
import warifu
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from home import AIRCON, TARGET
from warifu import errors
from worlds import World, in_both_worlds, in_the_virtual_world

DAY = datetime.timedelta(days=1)
GONE_S = 1  # an answer of a peer that is there takes less


def authority(name: str = "Revoking") -> warifu.Authority:
    """One of its own for each test: lists of others would be in its way."""
    return warifu.Authority.create(name)


def issued(world: World, ca: warifu.Authority) -> tuple[warifu.Device, warifu.Controller, warifu.Controller]:
    """A device and two controllers, all with a state."""
    return (
        world.device(identity=ca.issue("device"), **world.keeping("device")),
        world.controller(identity=ca.issue("controller"), **world.keeping("one")),
        world.controller(identity=ca.issue("controller"), **world.keeping("other")),
    )


async def paired(controller: warifu.Controller, device: warifu.Device) -> warifu.Peer:
    device.open_window()
    return await controller.pair(device.addresses[0], number=device.number, duration=1)


async def unpaired(events: warifu.Stream[warifu.Event]) -> warifu.Event:
    async with asyncio.timeout(60):
        return await anext(event async for event in events if event.kind == "unpaired")


def to_pem(der: bytes, kind: str) -> str:
    loaded = x509.load_der_x509_crl(der) if kind == "crl" else x509.load_der_x509_certificate(der)
    return loaded.public_bytes(serialization.Encoding.PEM).decode()


@in_both_worlds
async def test_a_lost_controller_is_shut_out_by_a_list_that_another_one_brings(world):
    ca = authority()
    device, lost, owner = issued(world, ca)
    async with device, lost, owner:
        its_peer, peer = await paired(lost, device), await paired(owner, device)
        await its_peer.set(AIRCON, {TARGET: b"\x1a"})
        events, told = device.events(), device.events()
        ca.revoke(lost._identity, "key_compromise")
        crl = ca.publish()["root"]
        await owner.send_revocation_list(peer, ca.certificate, crl)
        taken = await anext(event async for event in told if event.kind == "list_taken")
        assert taken.peer is not None
        assert taken.peer.number == owner.number
        gone = await unpaired(events)
        assert (gone.number, type(gone.error)) == (lost.number, errors.Revoked)
        assert [other.number for other in device.peers] == [owner.number]
        (held,) = device.revocation_lists()
        assert (held.entries, held.kept) == (1, 1)
        assert held.this_update < datetime.datetime.now(datetime.UTC) < held.next_update
        with pytest.raises(errors.Error):
            await its_peer.set(AIRCON, {TARGET: b"\x1b"}, timeout=GONE_S)
        assert device.get_own(AIRCON, TARGET) == b"\x1a"
        assert await peer.get(AIRCON, TARGET) == {TARGET: b"\x1a"}
        assert any(entry.what == "revoked" for entry in device.audit())


@in_the_virtual_world
async def test_who_is_revoked_does_not_pair_again_also_after_a_restart(world):
    ca = authority()
    device, lost, _ = issued(world, ca)
    async with lost:
        async with device:
            await paired(lost, device)
            ca.revoke(lost._identity)
            device.take_revocation_list(ca.certificate, ca.publish()["root"])
            assert device.peers == []
            with pytest.raises(errors.Revoked, match="certificate"):
                await paired(lost, device)
        async with device:
            assert [held.entries for held in device.revocation_lists()] == [1]
            with pytest.raises(errors.Revoked):
                await paired(lost, device)


@in_the_virtual_world
async def test_a_controller_turns_a_revoked_device_away(world):
    ca = authority()
    device, controller, _ = issued(world, ca)
    async with device, controller:
        peer = await paired(controller, device)
        ca.revoke(device._identity)
        events = controller.events()
        controller.take_revocation_list(to_pem(ca.certificate, "certificate"), to_pem(ca.publish()["root"], "crl"))
        assert type((await unpaired(events)).error) is errors.Revoked
        assert controller.peers == []
        with pytest.raises(errors.NotPaired):
            await peer.get(AIRCON, TARGET)
        with pytest.raises(errors.Revoked):
            await paired(controller, device)


@in_both_worlds
async def test_a_list_published_by_another_implementation_counts(world):
    ca = foreign(world)
    device, lost, owner = issued(world, ca)
    async with device, lost, owner:
        await paired(lost, device)
        peer = await paired(owner, device)
        await owner.send_revocation_list(peer, to_pem(ca.certificate, "certificate"), published_elsewhere(world, lost))
        assert [other.number for other in device.peers] == [owner.number]
        assert device.revocation_lists()[0].number == 7


def foreign(world: World) -> warifu.Authority:
    with pytest.warns(warifu.AuthorityWarning, match="HSM"):
        return warifu.Authority.create("Kept in a folder", folder=world.folder / "ca")


def published_elsewhere(world: World, lost: warifu.Controller) -> str:
    """PEM, by the package `cryptography` with the root's key."""
    text = (world.folder / "ca" / "root.pem").read_bytes()
    key = serialization.load_pem_private_key(text, None)
    (root,) = x509.load_pem_x509_certificates(text)
    now = datetime.datetime.now(datetime.UTC)
    serial = x509.load_der_x509_certificate(lost._identity.certificate).serial_number
    entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now).build()
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(now - DAY)
        .next_update(now + DAY)
        .add_revoked_certificate(entry)
        .add_extension(x509.CRLNumber(7), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(
                root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


@in_the_virtual_world
async def test_the_list_of_an_issuing_ca_counts_too(world):
    ca = authority()
    ca.add_ca("controllers", "Of controllers")
    device, lost, owner = issued(world, ca)
    async with device, lost, owner:
        await paired(lost, device)
        peer = await paired(owner, device)
        ca.revoke(lost._identity)
        lists = ca.publish()
        for kind in ("root", "controllers"):
            await owner.send_revocation_list(peer, ca.certificates[kind], lists[kind])
        assert [other.number for other in device.peers] == [owner.number]
        assert {held.entries for held in device.revocation_lists()} == {0, 1}


@in_the_virtual_world
async def test_an_older_list_and_that_of_a_stranger_are_refused(world):
    ca, stranger = authority(), authority("Stranger")
    device, _, owner = issued(world, ca)
    async with device, owner:
        peer = await paired(owner, device)
        old, new = ca.publish()["root"], ca.publish()["root"]
        device.take_revocation_list(ca.certificate, new)
        with pytest.raises(errors.CrlOld):
            device.take_revocation_list(ca.certificate, old)
        with pytest.raises(errors.CrlOld) as caught:
            await owner.send_revocation_list(peer, ca.certificate, old)
        assert caught.value.peer is peer
        with pytest.raises(errors.Untrusted):
            device.take_revocation_list(stranger.certificate, stranger.publish()["root"])
        spoiled = new[:-1] + bytes([new[-1] ^ 1])
        with pytest.raises(errors.Error):
            device.take_revocation_list(ca.certificate, spoiled)
        numbers = [x509.load_der_x509_crl(crl).extensions.get_extension_for_class(x509.CRLNumber) for crl in (old, new)]
        assert numbers[0].value.crl_number < numbers[1].value.crl_number
        assert [held.number for held in device.revocation_lists()] == [numbers[1].value.crl_number]


@in_the_virtual_world
async def test_an_expired_list_stops_new_pairings_only(world):
    ca = authority()
    device, first, second = issued(world, ca)
    async with device, first, second:
        peer = await paired(first, device)
        device.take_revocation_list(ca.certificate, ca.publish(days=0.5)["root"])
        await asyncio.sleep(DAY.total_seconds())
        assert device.revocation_lists()[0].next_update.timestamp() < world.virtual.date
        assert await peer.get(AIRCON, TARGET) == {TARGET: b"\x18"}
        with pytest.raises(errors.CrlExpired):
            await paired(second, device)
        assert await peer.get(AIRCON, TARGET) == {TARGET: b"\x18"}
        late = warifu.Authority.publish(ca, days=3)["root"]
        device.take_revocation_list(ca.certificate, late)
        await paired(second, device)


@in_the_virtual_world
async def test_a_list_is_lent_until_it_was_sent_or_given_up(world):
    ca = authority()
    device, _, owner = issued(world, ca)
    async with device, owner:
        peer = await paired(owner, device)
        crl = ca.publish()["root"]
        before = sys.getrefcount(crl)
        await owner.send_revocation_list(peer, ca.certificate, crl)
        assert sys.getrefcount(crl) == before
        world.virtual.disconnect(device)
        sending = asyncio.create_task(owner.send_revocation_list(peer, ca.certificate, crl))
        await asyncio.sleep(0.1)
        assert sys.getrefcount(crl) > before
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        del sending
        await asyncio.sleep(0.1)
        assert sys.getrefcount(crl) == before
        with pytest.raises(errors.NoAnswer):
            await owner.send_revocation_list(peer, ca.certificate, crl)


@in_both_worlds
async def test_a_renewed_device_goes_on_without_a_new_pairing(world):
    ca = authority()
    old = ca.issue("device")
    new = ca.renew(old)
    assert new.number == old.number
    assert new.fingerprint != old.fingerprint
    keeping, controller = world.keeping("device"), world.controller(identity=ca.issue("controller"))
    async with controller:
        async with world.device(identity=old, **keeping) as device:
            peer = await paired(controller, device)
        keeping = keeping or {"in_place_of": device}
        async with world.device(identity=new, former=old, **keeping) as device:
            assert await peer.get(AIRCON, TARGET) == {TARGET: b"\x18"}
            await until(lambda: [other.fingerprint for other in controller.peers] == [new.fingerprint])
            assert [other.number for other in device.peers] == [controller.number]
        async with world.device(identity=new, **keeping):
            assert await controller.peers[0].get(AIRCON, TARGET) == {TARGET: b"\x18"}


async def until(condition) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - the condition has no event
            await asyncio.sleep(0.05)


@in_both_worlds
async def test_a_renewed_controller_goes_on_without_a_new_pairing(world):
    ca = authority()
    old = ca.issue("controller")
    new = ca.renew(old)
    keeping = world.keeping("controller")
    async with world.device(identity=ca.issue("device")) as device:
        async with world.controller(identity=old, **keeping) as controller:
            await paired(controller, device)
        keeping = keeping or {"in_place_of": controller}
        async with world.controller(identity=new, former=old, **keeping) as controller:
            (peer,) = controller.peers
            assert await peer.get(AIRCON, TARGET) == {TARGET: b"\x18"}
            await until(lambda: [other.fingerprint for other in device.peers] == [new.fingerprint])


def test_a_former_certificate_is_of_the_same_node():
    ca = authority()
    with pytest.raises(ValueError, match="same node"):
        warifu.Device([], identity=ca.issue("device"), former=ca.issue("device"))
    with pytest.raises(ValueError, match="same node"):
        warifu.Device([], former=ca.issue("device"))


@in_the_virtual_world
async def test_a_list_needs_pem_or_der_and_an_identity(world):
    ca = authority()
    crl = ca.publish()["root"]
    async with world.device(identity=None) as plain, world.device(identity=ca.issue("device")) as device:
        with pytest.raises(errors.State):
            plain.take_revocation_list(ca.certificate, crl)
        for issuer, given in [(b"nothing", crl), (ca.certificate, "nothing"), ("", crl)]:
            with pytest.raises(errors.Pem):
                device.take_revocation_list(issuer, given)
        with pytest.raises(ValueError, match="data"):
            device.take_revocation_list(ca.certificate, crl[:40])
        assert device.revocation_lists() == []


@in_the_virtual_world
async def test_no_date_before_the_build_is_right(world):
    ca = authority()
    built = datetime.datetime.fromtimestamp(world.virtual.date, datetime.UTC) + 20 * 365 * DAY
    async with (
        world.device(identity=ca.issue("device"), build_date=built) as device,
        world.controller(identity=ca.issue("controller")) as controller,
    ):
        with pytest.raises(errors.Expired):
            await paired(controller, device)

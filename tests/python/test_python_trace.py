"""Files of traces and key logs: read by tshark, by a reader of this file's own, and by `cryptography`."""

import asyncio
import ipaddress
import json
import logging
import resource
import shutil
import stat
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import warifu
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from da_profile import enc_structure, expand, external_aad, nonce_of
from da_profile_group import Sender, info_of, public_key
from home import AIRCON, TARGET, Home, authority, in_loop, paired
from warifu import errors, testing

FORMS = {"pcapng": ".pcapng", "json": ".jsonl", "text": ".txt"}
VALUE = b"\x1a"
SECRET = b"\xb3\x01" + VALUE  # as it stands in EDATA


async def traced(path: Path | None = None, **options: Any) -> warifu.Recorder:
    """A pairing and a SetC of 26 degrees, as the controller saw it and, with a path, wrote it down."""
    home, recorder = Home(), warifu.Recorder()
    file = None if path is None else warifu.TraceFile(path, **options)

    def both(record: warifu.Traced) -> None:
        recorder(record)
        if file is not None:
            file(record)

    async with home.device() as device, home.controller(trace=both) as controller:
        peer = await paired(controller, device)
        await peer.set(AIRCON, {TARGET: VALUE})
        await controller.discover(0.3)
    if file is not None:
        file.close()
    return recorder


def host_of(address: str | None) -> str:
    assert address is not None
    return address.rpartition(":")[0]


# ---- an independent reader ----


def blocks(data: bytes) -> Iterator[tuple[int, bytes]]:
    while data:
        kind, length = struct.unpack(">II", data[:8])
        assert struct.unpack(">I", data[length - 4 : length]) == (length,)
        yield kind, data[8 : length - 4]
        data = data[length:]


def options_of(data: bytes) -> dict[int, bytes]:
    found = {}
    while data:
        code, length = struct.unpack(">HH", data[:4])
        if code == 0:
            break
        found[code] = data[4 : 4 + length]
        data = data[4 + (length + 3) // 4 * 4 :]
    return found


def checksum(data: bytes) -> int:
    total = sum(struct.unpack(f">{(len(data) + 1) // 2}H", data + bytes(len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def udp_in(packet: bytes) -> tuple[str, int, str, int, bytes]:
    """Addresses, ports and payload; both checksums have to be right."""
    assert checksum(packet[:20]) == 0xFFFF
    assert packet[0] == 0x45
    assert packet[9] == 17
    source, destination, udp = packet[12:16], packet[16:20], packet[20:]
    assert struct.unpack(">H", packet[2:4]) == (len(packet),)
    assert checksum(source + destination + struct.pack(">HH", 17, len(udp)) + udp) == 0xFFFF
    from_port, to_port, length = struct.unpack(">HHH", udp[:6])
    assert length == len(udp)
    return str(ipaddress.ip_address(source)), from_port, str(ipaddress.ip_address(destination)), to_port, udp[8:]


def packets_of(path: Path) -> list[tuple[int, float, int, str, bytes]]:
    """(interface, time, flags, comment, packet)"""
    packets = []
    for kind, body in blocks(path.read_bytes()):
        if kind == 6:
            interface, high, low, length, original = struct.unpack(">IIIII", body[:20])
            assert length == original
            options = options_of(body[20 + (length + 3) // 4 * 4 :])
            flags, comment = struct.unpack(">I", options[2])[0], options[1].decode()
            packets.append((interface, (high << 32 | low) / 1e6, flags, comment, body[20 : 20 + length]))
    return packets


@in_loop
async def test_pcapng_has_every_datagram_with_addresses_checksums_direction_and_words(tmp_path):
    recorder = await traced(tmp_path / "a.pcapng")
    packets = packets_of(tmp_path / "a.pcapng")
    assert len(packets) == len(recorder.records) > 10
    group = "224.0.23.0"
    for (interface, time, flags, comment, packet), record in zip(packets, recorder.records, strict=True):
        source, from_port, destination, to_port, payload = udp_in(packet)
        peer, own = (destination, source) if record.sent else (source, destination)
        assert payload == record.datagram
        assert (interface, flags & 3, flags >> 2) == (0, 2 if record.sent else 1, 2 if record.multicast else 1)
        assert time == pytest.approx(record.time, abs=2e-6)
        assert comment == warifu.decode(record.datagram)
        assert peer == (group if record.address is None else host_of(record.address))
        assert own == (group if record.multicast and not record.sent else host_of(record.own))
        assert from_port > 0
        assert to_port > 0


def tshark(path: Path, *fields: str) -> list[list[str]]:
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    wanted = [word for field in fields for word in ("-e", field)]
    checks = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"]
    done = subprocess.run(
        ["tshark", "-r", path, *checks, "-T", "fields", "-E", "separator=|", *wanted],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "malformed" not in done.stdout.lower() + done.stderr.lower()
    return [line.split("|") for line in done.stdout.splitlines()]


@in_loop
async def test_tshark_reads_what_was_written_and_finds_no_fault(tmp_path):
    path = tmp_path / "a.pcapng"
    recorder = await traced(path)
    fields = ("ip.src", "ip.dst", "udp.srcport", "udp.dstport", "udp.payload", "ip.checksum.status")
    rows = tshark(path, *fields, "udp.checksum.status", "frame.interface_name", "frame.packet_flags_direction")
    assert len(rows) == len(recorder.records)
    for row, record in zip(rows, recorder.records, strict=True):
        peer = (row[1], row[3]) if record.sent else (row[0], row[2])
        address = record.address or f"224.0.23.0:{peer[1]}"
        assert ":".join(peer) == address
        assert bytes.fromhex(row[4]) == record.datagram
        assert row[5:] == ["1", "1", "warifu", "0x00000002" if record.sent else "0x00000001"]


@in_loop
async def test_tshark_shows_the_inside_on_an_interface_of_its_own(tmp_path):
    path = tmp_path / "a.pcapng"
    recorder = await traced(path, plain=True)
    inside = [row for row in tshark(path, "frame.interface_name", "udp.payload") if row[0] == "inside"]
    protected = [record for record in recorder.records if record.inner]
    assert [bytes.fromhex(row[1]) for row in inside] == [
        b"\x10\x81" + record.datagram[2:4] + record.inner for record in protected
    ]
    assert len(inside) >= 2


def test_ipv6_packets_have_right_checksums_too(tmp_path):
    path = tmp_path / "a.pcapng"
    with warifu.TraceFile(path) as file:
        for length in (14, 15):
            data = bytes.fromhex("1081 0001 05FF01 013001 62 01 8000 FF")[:length]
            file(warifu.Traced(5.0, True, "[fe80::7%3]:3610", data, own="[fe80::1%3]:3610"))
    rows = tshark(path, "ipv6.src", "ipv6.dst", "udp.checksum.status", "udp.length")
    assert rows == [["fe80::1", "fe80::7", "1", "22"], ["fe80::1", "fe80::7", "1", "23"]]


# ---- the files ----


@pytest.mark.parametrize("form", FORMS)
@in_loop
async def test_what_records_protect_is_in_a_file_only_when_asked_for(tmp_path, caplog, form):
    shy, plain = (tmp_path / f"{name}{FORMS[form]}" for name in ("shy", "plain"))
    with caplog.at_level(logging.WARNING, "warifu"):
        await traced(shy)
        assert caplog.messages == []
        await traced(plain, plain=True)
    assert [message.startswith(str(plain)) for message in caplog.messages] == [True]
    shown = {path: path.read_bytes() for path in (shy, plain)}
    found = {path: SECRET in data or SECRET.hex().upper().encode() in data for path, data in shown.items()}
    found[plain] |= b"B3=1A" in shown[plain]
    assert found == {shy: False, plain: True}
    assert b"B3=1A" not in shown[shy]
    assert {stat.S_IMODE(path.stat().st_mode) for path in shown} == {0o600}


@pytest.mark.parametrize("form", ["pcapng", "json"])
@in_loop
async def test_what_was_written_reads_back(tmp_path, form):
    path = tmp_path / "a"
    recorder = await traced(path, form=form, plain=True)
    with warifu.TraceFile(path, form, append=True) as file:
        file(recorder.records[0])
    again = list(warifu.trace.read(path))
    assert [replaced(record) for record in again] == [
        replaced(record) for record in [*recorder.records, recorder.records[0]]
    ]
    for one, other in zip(again, recorder.records, strict=False):
        assert one.time == pytest.approx(other.time, abs=2e-6)


def replaced(record: warifu.Traced) -> tuple[Any, ...]:
    return record.sent, record.multicast, record.address, record.datagram, record.inner


def test_a_file_that_is_there_is_not_written_over(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("mine")
    with pytest.raises(errors.Store) as caught:
        warifu.TraceFile(path)
    assert isinstance(caught.value, OSError)
    assert path.read_text() == "mine"
    with pytest.raises(errors.Store):
        warifu.TraceFile(path, append=True)  # others may read it
    path.chmod(0o600)
    with pytest.raises(errors.NotATrace):
        warifu.TraceFile(path, append=True)
    link = tmp_path / "link.jsonl"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(errors.Store):
        warifu.TraceFile(link, append=True)
    with pytest.raises(errors.Argument):
        warifu.TraceFile(tmp_path / "b", "xml")


def write(file: warifu.TraceFile, record: warifu.Traced, times: int) -> None:
    for _ in range(times):
        file(record)


def test_a_full_disk_is_said_once_and_what_was_whole_stays(tmp_path):
    path = tmp_path / "a.pcapng"
    record = warifu.Traced(1.0, True, "192.0.2.7:3610", bytes(500))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with warifu.TraceFile(path) as file:
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, limits[1]))
        try:
            with pytest.raises(errors.Store, match="the trace ends here"):
                write(file, record, 20)
            write(file, record, 3)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert file.lost == 4
        assert len(list(warifu.trace.read(path))) >= 5


def test_a_file_that_is_cut_gives_what_was_whole(tmp_path):
    path = tmp_path / "a.pcapng"
    with warifu.TraceFile(path) as file:
        for _ in range(3):
            file(warifu.Traced(1.0, True, "192.0.2.7:3610", b"\x10\x81"))
    path.write_bytes(path.read_bytes()[:-1])
    records = warifu.trace.read(path)
    assert [next(records).datagram, next(records).datagram] == [b"\x10\x81"] * 2
    with pytest.raises(errors.NotATrace):
        next(records)
    (tmp_path / "b").write_text("10 81\nnothing\n")
    with pytest.raises(errors.NotATrace, match="line 2"):
        list(warifu.trace.read(tmp_path / "b"))


@in_loop
async def test_a_trace_can_begin_and_end_at_any_time():
    home, recorder = Home(), warifu.Recorder()
    async with home.device() as device, home.controller() as controller:
        peer = await paired(controller, device)
        controller.set_trace(recorder)
        await peer.get(AIRCON, TARGET)
        controller.set_trace(None)
        seen = {record.sent for record in recorder.records}, len(recorder.records)
        await peer.get(AIRCON, TARGET)
    assert seen == ({True, False}, len(recorder.records))


# ---- the key log ----


def session_in(path: Path) -> dict[str, str]:
    """The one session of a key log."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    (session,) = (row for row in rows if "controller_kid" in row)
    return session


def opened(log: dict[str, str], record: bytes, request: bytes | None = None) -> bytes:
    """A record of a capture, with what the key log holds and nothing else."""
    keys = {bytes.fromhex(log[f"{side}_kid"]): bytes.fromhex(log[f"{side}_key"]) for side in ("controller", "device")}

    def head(data: bytes) -> tuple[bytes, int, int]:
        kid_len, piv_len = data[5] >> 4, data[5] & 15
        end = 6 + kid_len + piv_len
        return data[6 : 6 + kid_len], int.from_bytes(data[6 + kid_len : end], "big"), end

    kid, piv, end = head(record)
    request_kid, request_piv, _ = head(record if request is None else request)
    nonce = nonce_of(bytes.fromhex(log["common_iv"]), kid, piv)
    aad = enc_structure(external_aad(request_kid, request_piv, record[:end]))
    return AESCCM(keys[kid], tag_length=16).decrypt(nonce, record[end:], aad)


@in_loop
async def test_the_key_log_alone_opens_what_was_captured(tmp_path, caplog):
    path = tmp_path / "keys.jsonl"
    home, recorder = Home(), warifu.Recorder()
    with caplog.at_level(logging.WARNING, "warifu"):
        async with home.device() as device, home.controller(trace=recorder, keylog=path) as controller:
            peer = await paired(controller, device)
            recorder.records.clear()
            await peer.set(AIRCON, {TARGET: VALUE})
    assert any("KEY LOG" in message for message in caplog.messages)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    log = session_in(path)
    request = next(record for record in recorder.records if SECRET in record.inner)
    answer = next(record for record in recorder.records if record.datagram[2:5] == request.datagram[2:4] + b"\x19")
    plain = opened(log, request.datagram)
    assert (plain[0], plain[5:]) == (1, request.inner)  # TIMED_EDATA: kind, stamp, EDATA
    assert opened(log, answer.datagram, request.datagram) == b"\0" + answer.inner


def test_the_key_log_opens_records_of_groups_too(tmp_path):
    path, recorder = tmp_path / "keys.jsonl", warifu.Recorder()
    lamp = warifu.Object(AIRCON, [warifu.Property(TARGET, b"\x18", "get set inf")])

    async def main() -> None:
        async with testing.Home(seed=1) as home:
            identity = home.issue("device")
            identity.save(tmp_path / "device.pem")
            async with (
                home.controller(trace=recorder, keylog=path) as controller,
                home.device([lamp], identity=identity) as device,
            ):
                device.open_window()
                await controller.pair(device.addresses[0], number=device.number)
                await asyncio.sleep(60)  # meanwhile it joins the group
                device.put(AIRCON, TARGET, VALUE)
                await asyncio.sleep(2)

    testing.run(main())
    record = next(one for one in recorder.records if one.datagram[4] == 0x1A and SECRET in one.inner)
    gid, kid = record.datagram[5:11], record.datagram[12:13]
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    row = next(row for row in rows if "gid" in row)
    log = {name: bytes.fromhex(value) for name, value in row.items() if name != "time"}
    assert log["gid"] == gid
    public = public_key(load_pem_private_key((tmp_path / "device.pem").read_bytes(), None))
    key = expand(log["prk"], info_of(kid, gid, "Key"), 16)
    sender = Sender(gid, kid, public, log["manager"], key, log["common_iv"], log["signature_key"])
    assert sender.open(record.datagram).endswith(record.inner)


@in_loop
async def test_both_sides_log_the_same_keys_also_of_sessions_that_there_are(tmp_path):
    home = Home()
    async with home.device(keylog=tmp_path / "device") as device, home.controller() as controller:
        peer = await paired(controller, device)
        controller.log_keys(tmp_path / "controller")
        controller.log_keys(None)
        await peer.get(AIRCON, TARGET)
    logs = [session_in(tmp_path / name) for name in ("device", "controller")]
    same = ("controller_kid", "controller_key", "device_kid", "device_key", "common_iv")
    assert [logs[0][name] for name in same] == [logs[1][name] for name in same]
    assert logs[0]["address"] != logs[1]["address"]


@in_loop
async def test_nothing_but_the_key_log_has_a_key(tmp_path, caplog):
    home, printed = Home(), []
    paths = [tmp_path / f"trace{ending}" for ending in FORMS.values()]
    files = [warifu.TraceFile(path, plain=True) for path in paths]

    def everywhere(record: warifu.Traced) -> None:
        printed.extend([repr(record), record.text(dump=True)])
        for file in files:
            file(record)

    with caplog.at_level(logging.DEBUG):
        async with (
            home.device(trace=everywhere, keylog=tmp_path / "keys") as device,
            home.controller(trace=everywhere, state=tmp_path / "state") as controller,
        ):
            peer = await paired(controller, device)
            await peer.set(AIRCON, {TARGET: VALUE})
            printed += [repr(controller), repr(device), repr(peer), str(controller.audit()), repr(vars(controller))]
    log = session_in(tmp_path / "keys")
    keys = [bytes.fromhex(log[name]) for name in ("controller_key", "device_key", "common_iv")]
    shown = "\n".join([*printed, caplog.text]).encode() + b"".join(path.read_bytes() for path in paths)
    shown += b"".join(path.read_bytes() for path in (tmp_path / "state").rglob("*") if path.is_file())
    for key in keys:
        assert key not in shown
        assert key.hex().encode() not in shown.lower()


@in_loop
async def test_a_node_without_an_identity_has_no_keys_to_log(tmp_path):
    async with Home().controller(trusted=False) as controller:
        with pytest.raises(errors.State):
            controller.log_keys(tmp_path / "keys")
    async with Home().controller(identity=authority().issue("controller")) as controller:
        with pytest.raises(errors.Store):
            controller.log_keys(tmp_path / "nowhere" / "keys")

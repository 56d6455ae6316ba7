"""Files of traces: read by tshark, and by a reader of this file's own."""

import ipaddress
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
from home import AIRCON, TARGET, Home, in_loop, paired
from warifu import errors

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

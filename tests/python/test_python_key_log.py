"""The key log: what it opens, with `cryptography` and nothing else, and that nothing else has a key."""

import asyncio
import json
import logging
import stat
from pathlib import Path

import pytest
import warifu
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from da_profile import enc_structure, expand, external_aad, nonce_of
from da_profile_group import Sender, info_of, public_key
from home import AIRCON, TARGET, Home, authority, in_loop, paired
from warifu import errors, testing

ENDINGS = (".pcapng", ".jsonl", ".txt")
VALUE = b"\x1a"
SECRET = b"\xb3\x01" + VALUE  # as it stands in EDATA


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
    paths = [tmp_path / f"trace{ending}" for ending in ENDINGS]
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

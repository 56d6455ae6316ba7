"""State directories backed up, restored, copied, damaged, full, forbidden, locked: a clear error each, nothing lost."""

import asyncio
import errno
import os
import resource
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from home import AIRCON, ROOM, Home, authority, in_loop, paired, somewhere
from warifu import Controller, Device, errors, keeping
from warifu._warifu import FileStore

WORDS = "correct horse battery staple"
FEW = 1000  # iterations, so that tests are quick
PAIRING = "1000"  # the first entry of a pairing


def snapshot(folder: Path) -> dict[str, bytes]:
    """What matters in a state directory: the lock's file names processes."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != "lock"}


def flip(path: Path, at: int = 30) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


class Pair:
    """A device and a controller whose states last; both are made anew by each `async with`."""

    def __init__(self, folder: Path) -> None:
        self.home = Home()
        self.device_state, self.state = folder / "device", folder / "controller"
        self.device_place, self.place = somewhere(), somewhere()
        self.device_identity, self.identity = authority().issue("device"), authority().issue("controller")

    def device(self) -> Device:
        return self.home.device(identity=self.device_identity, state=self.device_state, address=self.device_place)

    def controller(self) -> Controller:
        return self.home.controller(identity=self.identity, state=self.state, address=self.place)

    async def make(self) -> "Pair":
        async with self.device() as device, self.controller() as controller:
            await paired(controller, device)
        return self

    async def check(self) -> None:
        """They know each other, without a second pairing."""
        async with self.device() as device, self.controller() as controller:
            (peer,) = controller.peers
            assert await peer.get(AIRCON, ROOM, timeout=20) == {ROOM: b"\x15"}
            assert len(device.peers) == 1


# ---- backups ----


@in_loop
async def test_a_restored_controller_needs_no_second_pairing(tmp_path):
    pair = await Pair(tmp_path).make()
    keeping.backup(tmp_path / "b", WORDS, pair.state, iterations=FEW)
    shutil.rmtree(pair.state)
    keeping.restore(tmp_path / "b", WORDS, pair.state)
    await pair.check()


@in_loop
async def test_a_state_with_pairings_is_replaced_only_after_it_was_kept(tmp_path):
    pair = await Pair(tmp_path).make()
    keeping.backup(tmp_path / "b", WORDS, pair.state, iterations=FEW)
    before = snapshot(pair.state)
    with pytest.raises(errors.StoreNotEmpty):
        keeping.restore(tmp_path / "b", WORDS, pair.state)
    assert snapshot(pair.state) == before
    keeping.restore(tmp_path / "b", WORDS, pair.state, keep_old=tmp_path / "old")
    keeping.restore(tmp_path / "old", WORDS, pair.state, keep_old=tmp_path / "older")
    await pair.check()


@in_loop
async def test_a_wrong_passphrase_and_a_damaged_file_change_nothing(tmp_path):
    pair = await Pair(tmp_path).make()
    keeping.backup(tmp_path / "b", WORDS, pair.state, iterations=FEW)
    before = snapshot(pair.state)
    with pytest.raises(errors.Passphrase):
        keeping.restore(tmp_path / "b", WORDS + "!", pair.state, keep_old=tmp_path / "old")
    flip(tmp_path / "b", 100)
    with pytest.raises(errors.Backup, match="take another copy"):
        keeping.restore(tmp_path / "b", WORDS, pair.state, keep_old=tmp_path / "old")
    with pytest.raises(errors.Store) as caught:
        keeping.restore(tmp_path / "none", WORDS, pair.state)
    assert caught.value.errno == errno.ENOENT
    assert snapshot(pair.state) == before
    assert not (tmp_path / "old").exists()


@in_loop
async def test_a_backup_is_its_owners_overwrites_nothing_and_shows_nothing(tmp_path):
    pair = await Pair(tmp_path).make()
    with pytest.raises(errors.Argument):
        keeping.backup(tmp_path / "b", "short", pair.state)
    assert not (tmp_path / "b").exists()
    keeping.backup(tmp_path / "b", WORDS, pair.state)
    assert (tmp_path / "b").stat().st_mode & 0o7777 == 0o600
    content = (tmp_path / "b").read_bytes()
    assert not any(data[20:28] in content for name, data in snapshot(pair.state).items() if name.startswith(PAIRING))
    with pytest.raises(errors.Store) as caught:
        keeping.backup(tmp_path / "b", WORDS, pair.state, iterations=FEW)
    assert caught.value.errno == errno.EEXIST
    assert (tmp_path / "b").read_bytes() == content


def test_a_mistyped_directory_is_an_error_and_none_is_made(tmp_path):
    acts: list[Callable[[Path], object]] = [
        keeping.peers,
        keeping.reset,
        keeping.adopt,
        keeping.forget_damaged,
        lambda state: keeping.forget("FE" + "00" * 16, state),
        lambda state: keeping.backup(tmp_path / "b", WORDS, state),
    ]
    for act in acts:
        with pytest.raises(errors.Store) as caught:
            act(tmp_path / "nowhere")
        assert caught.value.errno == errno.ENOENT
    assert list(tmp_path.iterdir()) == []


# ---- removing ----


@in_loop
async def test_a_peer_forgotten_offline_stays_away_and_can_pair_again(tmp_path):
    pair = await Pair(tmp_path).make()
    (stored,) = keeping.peers(pair.device_state)
    assert (stored.number, stored.role, stored.confirmed) == (pair.identity.number, "controller", True)
    with pytest.raises(errors.NotPaired):
        keeping.forget(pair.device_identity.number, pair.device_state)
    keeping.forget(stored.number, pair.device_state)
    assert keeping.peers(pair.device_state) == []
    async with pair.device() as device, pair.controller() as controller:
        await asyncio.sleep(1.5)
        assert device.peers == []
        await paired(controller, device)
    await pair.check()


@in_loop
async def test_a_running_node_removes_a_peer_that_is_away(tmp_path):
    pair = await Pair(tmp_path).make()
    async with pair.device() as device:
        (peer,) = device.peers
        device.forget_peer(peer)
        assert device.peers == []
        with pytest.raises(errors.NotPaired):
            device.forget_peer(peer)
    assert keeping.peers(pair.device_state) == []


@in_loop
async def test_a_factory_reset_leaves_no_pairing_in_memory_or_on_disk(tmp_path):
    pair = await Pair(tmp_path).make()
    before = (pair.device_state / f"{PAIRING}.a").read_bytes()
    async with pair.device() as device:
        device.open_window()
        device.factory_reset()
        assert (device.peers, device.window.left) == ([], 0)
        pieces = [before[at : at + 16] for at in range(24, len(before) - 16, 16)]
        files = b"".join(snapshot(pair.device_state).values())
        assert not any(piece in files for piece in pieces if len(set(piece)) > 8)
    assert keeping.peers(pair.device_state) == []
    keeping.reset(pair.state)
    assert keeping.peers(pair.state) == []
    await pair.make()
    await pair.check()


# ---- damage ----


@in_loop
async def test_one_damaged_slot_is_healed_and_reported(tmp_path, caplog):
    pair = await Pair(tmp_path).make()
    flip(pair.state / f"{PAIRING}.a")
    store = FileStore(pair.state)
    assert (store.damaged, store.healed) == (1, 1)
    store.close()
    flip(pair.state / f"{PAIRING}.b")
    await pair.check()
    assert "damaged copies of entries: 1, healed from their other copy: 1" in caplog.text
    caplog.clear()
    await pair.check()
    assert caplog.text == ""


@in_loop
async def test_two_damaged_slots_are_an_error_that_names_the_way_out(tmp_path):
    pair = await Pair(tmp_path).make()
    keeping.backup(tmp_path / "b", WORDS, pair.state, iterations=FEW)
    for slot in "ab":
        flip(pair.state / f"{PAIRING}.{slot}")
    with pytest.raises(errors.StoreDamaged, match="restore a backup, or forget that peer, or reset"):
        await pair.controller().__aenter__()
    (stored,) = keeping.peers(pair.state)
    assert stored.number is None
    assert isinstance(stored.error, errors.StoreDamaged)
    with pytest.raises(errors.StoreDamaged):
        keeping.backup(tmp_path / "c", WORDS, pair.state, iterations=FEW)
    keeping.backup(tmp_path / "c", WORDS, pair.state, iterations=FEW, skip_damaged=True)
    shutil.copytree(pair.state, tmp_path / "again")
    keeping.adopt(tmp_path / "again")
    assert keeping.forget_damaged(tmp_path / "again") == 1
    FileStore(tmp_path / "again").close()
    keeping.restore(tmp_path / "b", WORDS, pair.state, keep_old=tmp_path / "old")
    await pair.check()


# ---- copies and locks ----


@in_loop
async def test_a_copied_state_is_refused_until_it_is_adopted_and_a_moved_one_is_not(tmp_path):
    pair = await Pair(tmp_path).make()
    await asyncio.to_thread(subprocess.run, ["cp", "-a", pair.state, tmp_path / "copy"], check=True)
    original, pair.state = pair.state, tmp_path / "copy"
    with pytest.raises(errors.StoreCopied, match="adopt the copy once that is gone"):
        await pair.controller().__aenter__()
    with pytest.raises(errors.StoreCopied):
        keeping.backup(tmp_path / "b", WORDS, pair.state)
    pair.state = original.rename(tmp_path / "moved")
    await pair.check()
    pair.state = tmp_path / "copy"
    keeping.adopt(pair.state)
    await pair.check()


def test_the_error_of_a_locked_state_names_the_process_that_has_it(tmp_path):
    program = "import sys; from warifu._warifu import FileStore; s = FileStore(sys.argv[1]); print(flush=True); input()"
    command = [sys.executable, "-c", program, tmp_path / "state"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(errors.StoreLocked, match=f"process {holder.pid} has it"):
            FileStore(tmp_path / "state")
        with pytest.raises(errors.StoreLocked, match=f"process {holder.pid} has it"):
            keeping.reset(tmp_path / "state")
        assert keeping.peers(tmp_path / "state") == []
        holder.communicate(b"\n")
    FileStore(tmp_path / "state").close()


def test_a_forked_child_does_not_share_the_state(tmp_path):
    store = FileStore(tmp_path / "state")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of fork beside threads
        child = os.fork()
    if child == 0:
        try:
            FileStore(tmp_path / "state")
        except errors.StoreLocked:
            os._exit(0)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    store.close()


# ---- what the system refuses ----

OPEN = """
import asyncio, sys, warifu
async def main():
    identity = warifu.Identity.load(sys.argv[1])
    try:
        async with warifu.Controller(identity=identity, state=sys.argv[2], address="127.0.0.1", port=int(sys.argv[3])):
            print("open")
    except warifu.errors.Store as error:
        print(error.errno, error)
asyncio.run(main())
"""


def opened(pair: Pair, folder: Path, *around: str, before: Callable[[], None] | None = None) -> str:
    """What another process says when it opens the controller: prepared by `before`, run by the command `around`."""
    path = folder / "controller.pem"
    if not path.exists():
        pair.identity.save(path)
    command = [*around, sys.executable, "-c", OPEN, path, pair.state, str(pair.home.port)]
    return subprocess.run(command, capture_output=True, text=True, check=True, preexec_fn=before).stdout


def leave_no_room() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


@in_loop
async def test_a_full_disk_is_a_clear_error_and_loses_nothing(tmp_path):
    pair = await Pair(tmp_path).make()
    before = snapshot(pair.state)
    said = await asyncio.to_thread(opened, pair, tmp_path, before=leave_no_room)
    assert said.startswith(f"{errno.EFBIG} ")
    assert "write: File too large" in said
    assert snapshot(pair.state) == before
    await pair.check()


@in_loop
async def test_a_state_open_to_others_or_of_another_owner_is_refused(tmp_path):
    pair = await Pair(tmp_path).make()
    pair.state.chmod(0o750)
    with pytest.raises(errors.Store, match="mode of the store"):
        await pair.controller().__aenter__()
    pair.state.chmod(0o700)
    if os.geteuid() == 0:
        os.chown(pair.state, 65534, 65534)
        with pytest.raises(errors.Store, match="owner of the store"):
            await pair.controller().__aenter__()
        os.chown(pair.state, 0, 0)
    await pair.check()


READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" "$0" && exec "$@"'


@in_loop
async def test_a_read_only_state_is_a_clear_error_and_loses_nothing(tmp_path):
    pair = await Pair(tmp_path).make()
    before = snapshot(pair.state)
    around = ["unshare", "-rm", "sh", "-c", READ_ONLY, os.fspath(pair.state)]
    if (await asyncio.to_thread(subprocess.run, [*around, "true"], capture_output=True, check=False)).returncode != 0:
        pytest.skip("no mounts of its own are to be had here")
    said = await asyncio.to_thread(opened, pair, tmp_path, *around)
    assert said.startswith(f"{errno.EROFS} ")
    assert "Read-only file system" in said
    assert snapshot(pair.state) == before
    await pair.check()

"""Looking after a state directory while no node uses it: backup, restore, forget, reset, adopt.

Every call raises errors.Store (no such directory, what the system says), StoreLocked (a node uses it), StoreVersion and
StoreCopied. None as `state` means the usual directory.
"""

import os
import time
from dataclasses import dataclass

from ._numbers import Number, as_number
from ._warifu import (
    FileStore,
    make_error,
    stored_adopt,
    stored_backup,
    stored_forget,
    stored_forget_damaged,
    stored_peers,
    stored_reset,
    stored_restore,
)
from .errors import Error

__all__ = ["StoredPeer", "adopt", "backup", "forget", "forget_damaged", "peers", "reset", "restore"]

Path = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class StoredPeer:
    """A pairing as it is stored.

    number       identification number; None: it can't be read
    fingerprint  SHA-256 of its certificate; None: it can't be read
    role         "device" or "controller"; None: it can't be read
    address      where it was last proven to be
    confirmed    False: the device's answer was missing; it is tried at the next start
    error        why it can't be read: StoreDamaged, StoreVersion; None: it can
    """

    number: bytes | None
    fingerprint: bytes | None
    role: str | None
    address: str | None
    confirmed: bool
    error: Error | None


def _place(state: Path | None) -> Path:
    return FileStore.default_path() if state is None else state


def _secret(passphrase: str | bytes) -> bytes:
    return passphrase.encode() if isinstance(passphrase, str) else passphrase


def peers(state: Path | None = None) -> list[StoredPeer]:
    """The pairings; also while a node uses the directory."""
    return [
        StoredPeer(number, fingerprint, role, address, confirmed, make_error(error) if error else None)
        for error, confirmed, number, fingerprint, role, address in stored_peers(_place(state))
    ]


def forget(number: Number, state: Path | None = None) -> None:
    """Removes the peer with this number; it is not told, and has to be unpaired there too. Raises NotPaired."""
    stored_forget(_place(state), as_number(number))


def forget_damaged(state: Path | None = None) -> int:
    """Removes the pairings that nobody can read any more, and says how many: the others can be used again."""
    return stored_forget_damaged(_place(state))


def reset(state: Path | None = None) -> None:
    """A factory reset: no pairing and no key of one stays. Counts of failures and the audit log do."""
    stored_reset(_place(state))


def adopt(state: Path | None = None) -> None:
    """Lets a copied directory belong where it is. Only when the original is used no more: two nodes would be one."""
    stored_adopt(_place(state))


def backup(
    file: Path,
    passphrase: str | bytes,
    state: Path | None = None,
    *,
    iterations: int = 0,
    skip_damaged: bool = False,
) -> None:
    """Writes all of the state to a new file, encrypted under a passphrase of 8 bytes or more.

    iterations    of PBKDF2, at most 10,000,000; 0: 600,000, about half a second
    skip_damaged  leaves out what nobody can read any more, instead of raising StoreDamaged

    Raises Argument (passphrase too short), errors.Store (the file is there already).
    """
    stored_backup(_place(state), file, _secret(passphrase), int(time.time()), iterations, skip_damaged)


def restore(file: Path, passphrase: str | bytes, state: Path | None = None, *, keep_old: Path | None = None) -> None:
    """Puts the pairings back to those of a backup; the directory is made when it is missing.

    keep_old  where the state that there is is backed up first, under the same passphrase; without it a state that has
              pairings is left alone

    Counts of failures, numbers of revocation lists and the audit log never go back: they come from the backup only
    where there are none. Raises Passphrase, errors.Backup (no backup, or damaged), StoreNotEmpty: nothing has changed.
    """
    stored_restore(_place(state), file, keep_old, _secret(passphrase), int(time.time()), 0)

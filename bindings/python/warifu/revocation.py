"""Revocation lists: which certificates of an issuer count no more."""

import datetime
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class RevocationList:
    """A list that a node holds; dates are UTC.

    issuer       SHA-256 of the issuer's name
    number       grows from list to list
    this_update  when it was published
    next_update  until when it counts; from then on nobody new pairs with a certificate of that issuer
    entries      how many certificates are on it
    kept         of how many of these the node remembers; fewer than `entries`: nobody new pairs
    """

    issuer: bytes
    number: int
    this_update: datetime.datetime
    next_update: datetime.datetime
    entries: int
    kept: int

    @classmethod
    def of(cls, row: tuple[bytes, int, int, int, int, int]) -> Self:
        """From what the core says."""
        issuer, number, this_update, next_update, entries, kept = row
        return cls(issuer, number, _utc(this_update), _utc(next_update), entries, kept)


def _utc(seconds: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)

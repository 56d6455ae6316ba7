"""Who vouches for devices and controllers: a certificate authority small enough for a home or a test bench."""

import os
import secrets
import time
from typing import Literal, Self

from . import _warifu
from ._numbers import Number, as_number
from ._warifu import Identity, ParsedCertificate

TEST_MAKER = b"\xff\xff\xff"  # the maker code for experiments
CLOCK_SKEW_S = 3600  # a certificate begins an hour ago, for those whose clock is a little late
DAY_S = 86400


def random_number(maker: bytes = TEST_MAKER) -> bytes:
    """An identification number (17 bytes: FE, maker code, 13 random bytes) for a node that has none of its own."""
    return b"\xfe" + maker + secrets.token_bytes(13)


class Authority:
    """A root certificate with its key: whoever trusts the root trusts what it issues.

    Keep its file where the devices aren't: with it anybody can make a controller that all of them accept.
    """

    def __init__(self, identity: Identity) -> None:
        if identity.chain or not self._describe(identity).is_ca:
            raise ValueError("this identity is no authority: its certificate may not sign others")
        self._identity = identity

    @staticmethod
    def _describe(identity: Identity) -> ParsedCertificate:
        return _warifu.certificate_parse(identity.certificate)

    @classmethod
    def create(cls, name: str, *, days: float = 7300) -> Self:
        """Makes a key and a self-signed root of that name, valid for so many days."""
        now = int(time.time())
        return cls(_warifu.issue(name, now - CLOCK_SKEW_S, now + int(days * DAY_S)))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Reads an authority's file. Raises errors.Store, Pem, Der, errors.Certificate, errors.Key."""
        return cls(Identity.load(path))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes key and root to a PEM file of mode 0600. Raises errors.Store."""
        self._identity.save(path)

    @property
    def certificate(self) -> bytes:
        """The root in DER: public."""
        return self._identity.certificate

    def issue(
        self,
        role: Literal["device", "controller"],
        *,
        number: Number | None = None,
        name: str | None = None,
        days: float = 3650,
    ) -> Identity:
        """Makes an identity that everybody accepts who trusts this root.

        `number` is the ECHONET identification number (17 bytes, or hexadecimal); None: random, under the maker code
        FFFFFF for experiments. `name` stands in the certificate for people to read. Raises Argument.
        """
        now = int(time.time())
        return _warifu.issue(
            name or role,
            now - CLOCK_SKEW_S,
            now + int(days * DAY_S),
            role=role,
            number=random_number() if number is None else as_number(number),
            issuer=self._identity,
        )

    def __repr__(self) -> str:
        return f"<warifu.Authority {self._identity.fingerprint.hex()[:16]}>"

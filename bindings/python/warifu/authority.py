"""Who vouches for devices and controllers: a certificate authority for laboratories, homes and small makers."""

import datetime
import os
import secrets
import time
import warnings
from dataclasses import dataclass
from typing import Literal, Self, get_args, overload

from . import _warifu
from ._numbers import Number, as_number
from ._pem import certificates_to_pem
from ._rows import CaKind
from ._warifu import Identity

Role = Literal["device", "controller"]
Kind = CaKind
Reason = Literal[
    "unspecified",
    "key_compromise",
    "ca_compromise",
    "affiliation_changed",
    "superseded",
    "cessation",
    "privilege_withdrawn",
    "aa_compromise",
]

TEST_MAKER = b"\xff\xff\xff"  # the maker code for experiments
CLOCK_SKEW_S = 3600  # certificates and lists begin an hour ago, for those whose clock is a little late
DAY_S = 86400

_KINDS: tuple[Kind, ...] = get_args(Kind)
_REASONS: dict[Reason, int] = dict(zip(get_args(Reason), (0, 1, 2, 3, 4, 5, 9, 10), strict=True))
_REASON_NAMES: dict[int, str] = {number: name for name, number in _REASONS.items()}


class AuthorityWarning(UserWarning):
    """Keys of an authority lie in plain files: right for a laboratory, wrong for what is sold."""


def random_number(maker: bytes = TEST_MAKER) -> bytes:
    """An identification number (17 bytes: FE, maker code, 13 random bytes) for a node that has none of its own."""
    return b"\xfe" + maker + secrets.token_bytes(13)


@dataclass(frozen=True)
class Issued:
    """A certificate that an authority issued; dates are UTC."""

    serial: bytes
    issuer: Kind
    role: Role | None  # None: a CA
    number: bytes | None
    not_before: datetime.datetime
    not_after: datetime.datetime
    revoked: datetime.datetime | None
    reason: str | None
    certificate: bytes  # DER


def _utc(seconds: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def _period(days: float) -> tuple[int, int]:
    now = int(time.time())
    return now - CLOCK_SKEW_S, now + int(days * DAY_S)


class Authority:
    """A root, CAs under it, what they issued and revoked: in one folder, or in memory for tests.

        with warifu.Authority.create("My home", folder="ca") as authority:
            authority.issue("controller").save("controller.pem")

    Whoever can read the folder can make a controller that every device accepts. What is sold needs its keys in an HSM.
    """

    def __init__(self, ca: _warifu.Ca) -> None:
        self._ca = ca

    @classmethod
    def create(cls, name: str, *, folder: str | os.PathLike[str] | None = None, days: float = 7300) -> Self:
        """Makes a root of that name, valid for so many days, in a new or empty folder (mode 0700).

        Without a folder it lives in memory and ends with the object. Warns with AuthorityWarning where there is one.
        Raises errors.Store, Argument.
        """
        made = cls(_warifu.Ca.create(folder, name, *_period(days)))
        if folder is not None:
            warnings.warn(
                f"the keys of the authority in {os.fspath(folder)!r} lie in files: that is for laboratories and homes. "
                "A product needs an HSM, and rules for who may use it.",
                AuthorityWarning,
                stacklevel=2,
            )
        return made

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> Self:
        """The authority in that folder. Raises errors.Store, StoreLocked, errors.Authority, Pem."""
        return cls(_warifu.Ca.open(folder))

    def close(self) -> None:
        """Wipes its keys from memory; another process may open the folder."""
        self._ca.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def certificate(self) -> bytes:
        """The root in DER: public."""
        der = self._ca.certificate("root")
        assert der is not None
        return der

    @property
    def certificates(self) -> dict[Kind, bytes]:
        """The certificates of the root and its CAs, in DER."""
        found: dict[Kind, bytes | None] = {kind: self._ca.certificate(kind) for kind in _KINDS}
        return {kind: der for kind, der in found.items() if der is not None}

    def add_ca(self, kind: Kind, name: str, *, days: float = 3650) -> None:
        """Makes a CA under the root, which from then on issues in its place.

        `kind` is "issuing" (for both roles), "devices" or "controllers". Afterwards root.pem may be kept elsewhere:
        only adding a CA and publishing the root's list need it. Raises State, Argument, errors.Store.
        """
        self._ca.add_ca(kind, name, *_period(days))

    def issue(
        self, role: Role, *, number: Number | None = None, name: str | None = None, days: float = 3650
    ) -> Identity:
        """Makes a key and an identity that everybody accepts who trusts this root.

        `number` is the ECHONET identification number (17 bytes, or hexadecimal); None: random, under the maker code
        FFFFFF for experiments. `name` stands in the certificate for people to read. Raises Argument, State, Revoked.
        """
        chosen = random_number() if number is None else as_number(number)
        return self._ca.issue(role, chosen, name or role, *_period(days))

    def sign(
        self,
        request: str | bytes,
        *,
        role: Role | None = None,
        number: Number | None = None,
        name: str | None = None,
        days: float = 3650,
    ) -> str:
        """Issues for the key of a certificate request (PKCS#10, PEM or DER): chain and root, as PEM text.

        What is not given here is taken from the request; where both say something, they must agree. Look at what you
        sign: a request proves that someone has the key, not who it is. Raises Request, Signature, Pem, Der, Argument.
        """
        chosen = None if number is None else as_number(number)
        return certificates_to_pem(self._ca.sign(_bytes_of(request), role, chosen, name, *_period(days)))

    @overload
    def renew(self, what: Identity, *, days: float = 3650) -> Identity: ...
    @overload
    def renew(self, what: bytes, *, request: str | bytes | None = None, days: float = 3650) -> str: ...
    def renew(
        self, what: Identity | bytes, *, request: str | bytes | None = None, days: float = 3650
    ) -> Identity | str:
        """Issues anew with the same subject, role and number: for an Identity or for a serial number.

        An Identity gives an Identity with the same key; a serial number gives PEM text as `sign` does, for the same key
        or for that of `request`. The old certificate stays valid until it ends. Raises Argument, Revoked, Request.
        """
        asked = None if request is None else _bytes_of(request)
        made = certificates_to_pem(self._ca.renew(_serial_of(what), asked, *_period(days)))
        if isinstance(what, bytes):
            return made
        key, _, _ = what.to_pem().partition("-----BEGIN CERTIFICATE-----")
        return Identity.from_pem(key + made)

    def revoke(self, what: Identity | bytes, reason: Reason = "unspecified") -> None:
        """Puts a certificate on its issuer's next list, for good: of an Identity, or by serial number; a CA's too.

        Nobody knows until a list is published and handed to the devices. Raises Argument, Revoked, errors.Store.
        """
        if reason not in _REASONS:
            raise ValueError(f"reason must be one of {', '.join(_REASONS)}")
        self._ca.revoke(_serial_of(what), _REASONS[reason], int(time.time()))

    def publish(self, *, days: float = 30) -> dict[Kind, bytes]:
        """The next revocation list of every CA whose key is here, in DER; in the folder as `KIND.crl.pem` too.

        Each has the next number, begins an hour ago for those whose clock is late, and counts for so many days. Raises
        errors.Store.
        """
        since, until = _period(days)
        lists: dict[Kind, bytes] = {}
        for kind in self.certificates:
            try:
                lists[kind] = self._ca.publish(kind, since, until)
            except _warifu.State:  # its key is kept elsewhere
                continue
        return lists

    def issued(self) -> list[Issued]:
        """What was issued, the CAs included, the oldest first."""
        return [self._entry(*entry) for entry in self._ca.entries()]

    @staticmethod
    def _entry(der: bytes, issuer: int, revoked: int | None, reason: int) -> Issued:
        parsed = _warifu.certificate_parse(der)
        return Issued(
            serial=parsed.serial,
            issuer=_KINDS[issuer],
            role=parsed.role,
            number=parsed.number,
            not_before=_utc(parsed.not_before),
            not_after=_utc(parsed.not_after),
            revoked=None if revoked is None else _utc(revoked),
            reason=None if revoked is None else _REASON_NAMES[reason],
            certificate=der,
        )

    def __repr__(self) -> str:
        try:
            return f"<warifu.Authority {_warifu.certificate_parse(self.certificate).fingerprint.hex()[:16]}>"
        except _warifu.Closed:
            return "<warifu.Authority closed>"


def _serial_of(what: Identity | bytes) -> bytes:
    return what if isinstance(what, bytes) else _warifu.certificate_parse(what.certificate).serial


def _bytes_of(request: str | bytes) -> bytes:
    return request.encode() if isinstance(request, str) else request

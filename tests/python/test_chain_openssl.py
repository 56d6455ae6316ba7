"""Chains at random within the profile: whoever issues them, OpenSSL and we both accept them; with one thing wrong,
both refuse."""

import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pki import DAY, NOW, Chain, Driver, new_key, openssl, role, usage

CASES, JUDGED_BY_OPENSSL = 150, 40
TEXTS = ["CA", "Maker", "割符", "x" * 60, "a b-c.d", "Ünïcödé"]
PLACES = [NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.LOCALITY_NAME]
ENDS = [("digital_signature",), ("digital_signature", "key_agreement"), ("digital_signature", "content_commitment")]
CAS = [("key_cert_sign", "crl_sign"), ("key_cert_sign",), ("digital_signature", "key_cert_sign", "crl_sign")]
PURPOSES = [
    [ExtendedKeyUsageOID.CLIENT_AUTH],
    [ExtendedKeyUsageOID.SERVER_AUTH],
    [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION],
    [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH],
]


@pytest.fixture(scope="module")
def driver(build: Path) -> Iterator[Driver]:
    driver = Driver(build / "tests" / "pki_driver")
    yield driver
    driver.close()


@dataclass
class Link:
    name: x509.Name
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate | None = None


class Maker:
    """Draws a chain: up to two CAs between root and end, and whatever the profile leaves open."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.number = "FE" + self.chance.randbytes(16).hex().upper()
        self.role = self.chance.choice([1, 2])
        self.cas = self.chance.randrange(3)
        self.has_ids = self.chance.random() < 0.8

    def name(self, place: int, number: str | None = None) -> x509.Name:
        attributes = [x509.NameAttribute(NameOID.COMMON_NAME, f"{self.chance.choice(TEXTS)} {place}")]
        for oid in self.chance.sample(PLACES, self.chance.randrange(len(PLACES))):
            text = "JP" if oid == NameOID.COUNTRY_NAME else self.chance.choice(TEXTS)
            attributes.insert(self.chance.randrange(len(attributes) + 1), x509.NameAttribute(oid, text))
        if number:
            place = self.chance.randrange(len(attributes) + 1)
            attributes.insert(place, x509.NameAttribute(NameOID.SERIAL_NUMBER, number))
        return x509.Name(attributes)

    def period(self) -> tuple[datetime.datetime, datetime.datetime]:
        before = NOW - self.chance.choice([1, 400, 20000]) * DAY
        return before, NOW + self.chance.choice([1, 3650, 9150, 100000]) * DAY

    def extensions(self, own: Link, issuer: Link, below: int | None) -> list[tuple[x509.ExtensionType, bool]]:
        """`below`: how many CAs may follow; None: an end."""
        if below is None:
            wanted: list[tuple[x509.ExtensionType, bool]] = [role(self.role)]
            wanted += (
                [(usage(*self.chance.choice(ENDS)), self.chance.random() < 0.8)] if self.chance.random() < 0.8 else []
            )
            if self.chance.random() < 0.4:
                wanted.append((x509.ExtendedKeyUsage(self.chance.choice(PURPOSES)), self.chance.random() < 0.3))
            if self.chance.random() < 0.3:
                wanted.append((x509.BasicConstraints(ca=False, path_length=None), self.chance.random() < 0.5))
            if self.chance.random() < 0.3:
                wanted.append((x509.SubjectAlternativeName([x509.DNSName("lamp.example")]), False))
        else:
            length = self.chance.choice([None, below, below + 1, 200])
            wanted = [(x509.BasicConstraints(ca=True, path_length=length), True)]
            wanted.append((usage(*self.chance.choice(CAS)), True))
        if self.has_ids:
            wanted.append((x509.SubjectKeyIdentifier.from_public_key(own.key.public_key()), False))
            if own is not issuer:
                above = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
                wanted.append((above, False))
        if self.chance.random() < 0.3:
            wanted.append((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), False))
        self.chance.shuffle(wanted)
        return wanted

    def issue(self, own: Link, issuer: Link, below: int | None) -> None:
        before, after = self.period()
        builder = (
            x509.CertificateBuilder()
            .subject_name(own.name)
            .issuer_name(issuer.name)
            .public_key(own.key.public_key())
            .serial_number(self.chance.randrange(1, 2 ** self.chance.choice([7, 8, 64, 128, 159])))
            .not_valid_before(before)
            .not_valid_after(after)
        )
        for value, critical in self.extensions(own, issuer, below):
            builder = builder.add_extension(value, critical)
        own.certificate = builder.sign(issuer.key, hashes.SHA256())

    def chain(self) -> Chain:
        links = [Link(self.name(place), new_key(self.chance.randrange(1, 2**250))) for place in range(self.cas + 1)]
        links.append(Link(self.name(99, self.number), new_key(self.chance.randrange(1, 2**250))))
        for place, link in enumerate(links):
            is_end = place == len(links) - 1
            self.issue(link, links[max(0, place - 1)], None if is_end else self.cas - place)
        made = [link.certificate for link in links if link.certificate is not None]
        return Chain(made[0], made[:0:-1])


def test_chains_within_the_profile_are_accepted_by_both(driver: Driver, tmp_path: Path) -> None:
    for seed in range(CASES):
        maker = Maker(seed)
        chain = maker.chain()
        assert driver.verify(chain, maker.role) == f"ok {maker.number.lower()}", seed
        assert driver.verify(chain, 3 - maker.role) == "error WRONG_ROLE", seed
        if seed < JUDGED_BY_OPENSSL:
            assert openssl(tmp_path, chain, strict=False), seed


def test_the_same_chains_with_one_certificate_too_old_are_refused_by_both(driver: Driver, tmp_path: Path) -> None:
    for seed in range(CASES):
        maker = Maker(seed)
        chain = maker.chain()
        ends = [certificate.not_valid_after_utc for certificate in [chain.root, *chain.given]]
        late = min(ends) + datetime.timedelta(seconds=1)
        assert driver.verify(chain, maker.role, late) == "error EXPIRED", seed
        if seed < JUDGED_BY_OPENSSL // 4:
            assert not openssl(tmp_path, chain, late, strict=False), seed


def test_the_same_chains_signed_by_someone_else_are_refused_by_both(driver: Driver, tmp_path: Path) -> None:
    """The end of one chain, issued under the name of its issuer by another key."""
    for seed in range(CASES // 3):
        maker = Maker(seed)
        chain = maker.chain()
        issuer = chain.given[1] if len(chain.given) > 1 else chain.root
        end = chain.given[0]
        builder = (
            x509.CertificateBuilder()
            .subject_name(end.subject)
            .issuer_name(issuer.subject)
            .public_key(new_key(7).public_key())
            .serial_number(end.serial_number)
            .not_valid_before(end.not_valid_before_utc)
            .not_valid_after(end.not_valid_after_utc)
        )
        for extension in end.extensions:
            builder = builder.add_extension(extension.value, extension.critical)
        forged = Chain(chain.root, [builder.sign(new_key(7), hashes.SHA256()), *chain.given[1:]])
        assert driver.verify(forged, maker.role) == "error SIGNATURE", seed
        if seed < JUDGED_BY_OPENSSL // 4:
            assert not openssl(tmp_path, forged, strict=False), seed

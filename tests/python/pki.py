"""Certificates for tests: ours through tests/c/pki_driver.c, others' through `cryptography`, and what the openssl
command says of both."""

import datetime
import hashlib
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROLE_OID = x509.ObjectIdentifier("2.25.307740283708968765326157968925915606854")
NUMBER = "FE00007701020304050607080900ABCDEF"
NOW = datetime.datetime(2025, 6, 15, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
FIRST = datetime.datetime(1950, 1, 1, tzinfo=datetime.UTC)
LONGEST = 4  # WF_CHAIN_MAX_LEN
LAST = datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=datetime.UTC)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def seconds(time: datetime.datetime) -> int:
    return (time - EPOCH) // datetime.timedelta(seconds=1)


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def key_id(key: ec.EllipticCurvePublicKey) -> bytes:
    return hashlib.sha256(point(key)).digest()[:20]


def der(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.DER).hex()


def new_key(number: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(number, ec.SECP256R1())


class Driver:
    """tests/c/pki_driver.c, one process for all lines."""

    def __init__(self, program: Path) -> None:
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words: object) -> str:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def close(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.stdout.close()
        assert self.process.wait(30) == 0

    def parse(self, certificate: x509.Certificate) -> dict[str, str] | str:
        answer = self.ask("parse", der(certificate))
        if not answer.startswith("ok "):
            return answer
        return dict(word.split("=") for word in answer.split()[1:])

    def verify(self, chain: "Chain", role: int = 0, now: datetime.datetime = NOW) -> str:
        given = ",".join(der(certificate) for certificate in chain.given)
        return self.ask("verify", role, seconds(now), der(chain.root), given, LONGEST)


@dataclass
class Order:
    """What our issuer is asked for."""

    kind: str
    common_name: str | None
    number: str | None = None
    path: int = -1
    before: datetime.datetime = NOW - DAY
    after: datetime.datetime = NOW + DAY
    serial: int = 0x1234

    def issue(
        self, driver: Driver, key: ec.EllipticCurvePrivateKey, issuer: tuple[x509.Certificate, object] | None = None
    ) -> x509.Certificate:
        signer = issuer[1] if issuer else key
        assert isinstance(signer, ec.EllipticCurvePrivateKey)
        answer = driver.ask(
            "issue",
            self.kind,
            f"{signer.private_numbers().private_value:064x}",
            der(issuer[0]) if issuer else "-",
            point(key.public_key())[1:].hex(),
            self.common_name.encode().hex() if self.common_name else "-",
            self.number or "-",
            self.path,
            seconds(self.before),
            seconds(self.after),
            f"{self.serial:032x}",
        )
        assert answer.startswith("ok "), answer
        return x509.load_der_x509_certificate(bytes.fromhex(answer[3:]))


@dataclass
class Chain:
    root: x509.Certificate
    given: list[x509.Certificate]


def our_chain(driver: Driver) -> Chain:
    root = Order("ca", "Warifu test root", path=1).issue(driver, new_key(1))
    ca = Order("ca", "Maker CA 割符", path=0).issue(driver, new_key(2), (root, new_key(1)))
    device = Order("device", "lamp", NUMBER).issue(driver, new_key(3), (ca, new_key(2)))
    return Chain(root, [device, ca])


def openssl(
    tmp_path: Path,
    chain: Chain,
    now: datetime.datetime = NOW,
    *,
    strict: bool = True,
    crls: Sequence[x509.CertificateRevocationList] = (),
) -> bool:
    """What the openssl command says of the chain; with revocation lists each certificate needs one."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("there is no openssl command")
    pem = serialization.Encoding.PEM
    (tmp_path / "root.pem").write_bytes(chain.root.public_bytes(pem))
    (tmp_path / "end.pem").write_bytes(chain.given[0].public_bytes(pem))
    (tmp_path / "rest.pem").write_bytes(b"".join(certificate.public_bytes(pem) for certificate in chain.given[1:]))
    command = [program, "verify", "-check_ss_sig", "-attime", str(seconds(now)), "-no-CApath", "-no-CAstore"]
    command += ["-x509_strict"] if strict else []
    if crls:
        (tmp_path / "crls.pem").write_bytes(b"".join(crl.public_bytes(pem) for crl in crls))
        command += ["-crl_check_all", "-CRLfile", "crls.pem"]
    command += ["-CAfile", "root.pem"] + (["-untrusted", "rest.pem"] if chain.given[1:] else []) + ["end.pem"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 2), done.stderr
    return done.returncode == 0


def usage(*names: str) -> x509.KeyUsage:
    every = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"]
    every += ["key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]
    return x509.KeyUsage(**{name: name in names for name in every})


@dataclass
class Foreign:
    """A certificate built by `cryptography`; `extra` are pairs of extension and criticality."""

    subject: str
    key: ec.EllipticCurvePrivateKey
    issuer: "Foreign | None" = None
    number: str | None = None
    ca: bool = False
    path: int | None = None
    before: datetime.datetime = NOW - DAY
    after: datetime.datetime = NOW + DAY
    usage: x509.KeyUsage | None = None
    extra: list[tuple[x509.ExtensionType, bool]] = field(default_factory=list)
    public_key: object = None
    hash: hashes.HashAlgorithm = field(default_factory=hashes.SHA256)

    def name(self) -> x509.Name:
        attributes = [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.COMMON_NAME, self.subject),
        ]
        if self.number:
            attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, self.number))
        return x509.Name(attributes)

    def build(self) -> x509.Certificate:
        issuer = self.issuer or self
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.name())
            .issuer_name(issuer.name())
            .public_key(self.public_key or self.key.public_key())  # type: ignore[arg-type]
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.before)
            .not_valid_after(self.after)
        )
        default = usage("key_cert_sign", "crl_sign") if self.ca else usage("digital_signature")
        own = x509.SubjectKeyIdentifier.from_public_key(self.key.public_key())
        above = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
        every = [(x509.BasicConstraints(self.ca, self.path), True), (self.usage or default, True), (own, False)]
        for value, critical in [*every, (above, False), *self.extra]:
            builder = builder.add_extension(value, critical)
        return builder.sign(issuer.key, self.hash)


def role(number: int) -> tuple[x509.ExtensionType, bool]:
    return x509.UnrecognizedExtension(ROLE_OID, bytes([0x0A, 1, number])), False


def foreign_home() -> tuple[Foreign, Foreign, Foreign]:
    root = Foreign("Root", new_key(11), ca=True)
    ca = Foreign("CA", new_key(12), root, ca=True, path=0)
    return root, ca, Foreign("lamp", new_key(13), ca, NUMBER, extra=[role(1)])

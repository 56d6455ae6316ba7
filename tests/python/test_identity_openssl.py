"""Identity files against OpenSSL, through Python's `cryptography`: it reads ours, and ours reads what it writes."""

import base64
import datetime
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

START = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
PKCS8 = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
ROLE = x509.ObjectIdentifier("2.25.307740283708968765326157968925915606854")
NUMBER = "FE00007701" + 24 * "0"


class Driver:
    """tests/c/identity_driver.c, one run a call."""

    def __init__(self, build: Path) -> None:
        self.program = build / "tests" / "identity_driver"

    def run(self, verb: str, path: Path) -> list[str]:
        done = subprocess.run([self.program, verb, path], capture_output=True, text=True, timeout=60, check=True)
        return done.stdout.splitlines()

    def save(self, path: Path) -> list[str]:
        return self.run("save", path)

    def load(self, path: Path, text: bytes) -> list[str]:
        path.touch(mode=0o600)
        path.write_bytes(text)
        return self.run("load", path)


@pytest.fixture
def driver(build: Path) -> Driver:
    return Driver(build)


def name(common_name: str, number: str | None = None) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if number:
        attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, number))
    return x509.Name(attributes)


def builder(subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=public_key,
        serial_number=x509.random_serial_number(),
        not_valid_before=START,
        not_valid_after=START + datetime.timedelta(days=3650),
    )


@pytest.fixture
def theirs() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate, x509.Certificate]:
    """A device's key and certificate, and the root it stands under, all made by OpenSSL."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    usage = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False)
    usage |= {"crl_sign": False, "encipher_only": False, "decipher_only": False}
    root = (
        builder(name("Root"), name("Root"), root_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=False, key_cert_sign=True, **usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    end = (
        builder(name("Device", NUMBER), name("Root"), key.public_key())
        .add_extension(x509.KeyUsage(digital_signature=True, key_cert_sign=False, **usage), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .add_extension(x509.UnrecognizedExtension(ROLE, b"\x0a\x01\x01"), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    return key, end, root


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def test_openssl_reads_our_file(driver: Driver, tmp_path: Path) -> None:
    path = tmp_path / "identity.pem"
    assert driver.save(path) == ["OK"]
    text = path.read_bytes()
    key = serialization.load_pem_private_key(text, password=None)
    end, root = x509.load_pem_x509_certificates(text)
    assert key.public_key() == end.public_key()
    end.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)


def test_our_file_is_byte_for_byte_what_openssl_writes(driver: Driver, tmp_path: Path) -> None:
    path = tmp_path / "identity.pem"
    driver.save(path)
    text = path.read_bytes()
    key = serialization.load_pem_private_key(text, password=None)
    assert text == key.private_bytes(*PKCS8) + b"".join(map(pem, x509.load_pem_x509_certificates(text)))


def test_we_read_what_openssl_wrote(driver: Driver, tmp_path: Path, theirs: tuple) -> None:
    key, end, root = theirs
    scalar = key.private_numbers().private_value.to_bytes(32, "big").hex()
    expected = ["OK", f"key {scalar}", f"chain {der(end).hex()}", f"anchor {der(root).hex()}"]
    blocks = [key.private_bytes(*PKCS8), pem(end), pem(root)]
    assert driver.load(tmp_path / "a", b"".join(blocks)) == expected
    assert driver.load(tmp_path / "b", b"".join(reversed(blocks))) == expected


def test_a_key_of_another_kind_is_refused(driver: Driver, tmp_path: Path, theirs: tuple) -> None:
    key, end, root = theirs
    certificates = pem(end) + pem(root)
    traditional = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    secret = serialization.BestAvailableEncryption(b"secret")
    encrypted = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, secret)
    p384 = ec.generate_private_key(ec.SECP384R1()).private_bytes(*PKCS8)
    large = rsa.generate_private_key(65537, 2048).private_bytes(*PKCS8)
    other = ec.generate_private_key(ec.SECP256R1()).private_bytes(*PKCS8)
    found = [
        driver.load(tmp_path / str(i), text + certificates)
        for i, text in enumerate([traditional, encrypted, p384, large, other])
    ]
    assert found == [["PEM"], ["PEM"], ["KEY"], ["TOO_SMALL"], ["KEY"]]


def test_a_public_half_that_is_not_the_keys_is_refused(driver: Driver, tmp_path: Path, theirs: tuple) -> None:
    key, end, root = theirs
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    structure = key.private_bytes(serialization.Encoding.DER, *PKCS8[1:])
    assert structure.endswith(point)
    text = key.private_bytes(*PKCS8) + pem(end) + pem(root)
    assert driver.load(tmp_path / "a", text)[0] == "OK"
    wrong = structure[:-1] + bytes([structure[-1] ^ 1])
    body = base64.encodebytes(wrong).replace(b"\n", b"")
    lines = b"\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    block = b"-----BEGIN PRIVATE KEY-----\n" + lines + b"\n-----END PRIVATE KEY-----\n"
    assert driver.load(tmp_path / "b", block + pem(end) + pem(root)) == ["KEY"]

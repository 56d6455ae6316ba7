"""Certificates against OpenSSL, through Python's `cryptography` and the openssl command: what we issue is read and
verified there, what is issued there within the profile is read and verified here, and both refuse the same chains."""

import datetime
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pki import (
    DAY,
    EPOCH,
    FIRST,
    LAST,
    NOW,
    NUMBER,
    ROLE_OID,
    Chain,
    Driver,
    Foreign,
    Order,
    der,
    foreign_home,
    key_id,
    new_key,
    openssl,
    our_chain,
    point,
    role,
    seconds,
    usage,
)


@pytest.fixture(scope="module")
def driver(build: Path) -> Iterator[Driver]:
    driver = Driver(build / "tests" / "pki_driver")
    yield driver
    driver.close()


# --- what we issue ----------------------------------------------------------------------------------------------------


def test_the_fields_we_issue_are_read_there(driver: Driver) -> None:
    chain = our_chain(driver)
    device, ca = chain.given
    assert device.version is x509.Version.v3
    assert device.serial_number == 0x1234
    assert device.signature_hash_algorithm is not None
    assert device.signature_hash_algorithm.name == "sha256"
    assert device.issuer == ca.subject
    assert device.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "Maker CA 割符"
    names = [(attribute.oid, attribute.value) for attribute in device.subject]
    assert names == [(NameOID.COMMON_NAME, "lamp"), (NameOID.SERIAL_NUMBER, NUMBER)]
    assert (device.not_valid_before_utc, device.not_valid_after_utc) == (NOW - DAY, NOW + DAY)
    assert device.public_key() == new_key(3).public_key()
    device.verify_directly_issued_by(ca)
    ca.verify_directly_issued_by(chain.root)
    chain.root.verify_directly_issued_by(chain.root)


def extensions(certificate: x509.Certificate) -> dict[x509.ObjectIdentifier, tuple[bool, object]]:
    return {extension.oid: (extension.critical, extension.value) for extension in certificate.extensions}


@pytest.mark.parametrize(("kind", "role"), [("device", 1), ("controller", 2)])
def test_the_extensions_of_an_end_are_read_there(driver: Driver, kind: str, role: int) -> None:
    root = Order("ca", "Root").issue(driver, new_key(1))
    end = Order(kind, None, NUMBER).issue(driver, new_key(3), (root, new_key(1)))
    assert extensions(end) == {
        x509.KeyUsage.oid: (True, usage("digital_signature")),
        x509.SubjectKeyIdentifier.oid: (False, x509.SubjectKeyIdentifier(key_id(new_key(3).public_key()))),
        x509.AuthorityKeyIdentifier.oid: (
            False,
            x509.AuthorityKeyIdentifier(key_id(new_key(1).public_key()), None, None),
        ),
        ROLE_OID: (False, x509.UnrecognizedExtension(ROLE_OID, bytes([0x0A, 1, role]))),
    }


@pytest.mark.parametrize("path", [-1, 0, 127, 128, 255])
def test_the_extensions_of_a_ca_are_read_there(driver: Driver, path: int) -> None:
    root = Order("ca", "Root", path=path).issue(driver, new_key(1))
    assert extensions(root) == {
        x509.BasicConstraints.oid: (True, x509.BasicConstraints(ca=True, path_length=None if path < 0 else path)),
        x509.KeyUsage.oid: (True, usage("key_cert_sign", "crl_sign")),
        x509.SubjectKeyIdentifier.oid: (False, x509.SubjectKeyIdentifier(key_id(new_key(1).public_key()))),
    }


def test_openssl_verifies_what_we_issue(driver: Driver, tmp_path: Path) -> None:
    assert openssl(tmp_path, our_chain(driver))


def test_what_we_issue_fits_the_wire(driver: Driver) -> None:
    chain = our_chain(driver)
    assert all(len(der(certificate)) // 2 <= 512 for certificate in chain.given)


@pytest.mark.parametrize("serial", [1, 0x7F, 0x80, 0xFF00, 2**127, 2**128 - 1])
def test_serials_are_the_same_on_both_sides(driver: Driver, serial: int) -> None:
    certificate = Order("ca", "Root", serial=serial).issue(driver, new_key(1))
    assert certificate.serial_number == serial
    fields = driver.parse(certificate)
    assert isinstance(fields, dict)
    assert int(fields["serial"], 16) == serial


def test_times_are_the_same_on_both_sides(driver: Driver) -> None:
    chance = random.Random(5280)
    span = seconds(LAST) - seconds(FIRST)
    times = [FIRST, EPOCH, datetime.datetime(2049, 12, 31, 23, 59, 59, tzinfo=datetime.UTC)]
    times += [times[-1] + datetime.timedelta(seconds=1), datetime.datetime(2400, 2, 29, tzinfo=datetime.UTC), LAST]
    times += [FIRST + datetime.timedelta(seconds=chance.randrange(span)) for _ in range(60)]
    for before, after in zip(sorted(times), sorted(times)[1:], strict=False):
        certificate = Order("ca", "Root", before=before, after=after).issue(driver, new_key(1))
        assert (certificate.not_valid_before_utc, certificate.not_valid_after_utc) == (before, after)
        fields = driver.parse(certificate)
        assert isinstance(fields, dict)
        assert (int(fields["before"]), int(fields["after"])) == (seconds(before), seconds(after))


# --- what is issued there ---------------------------------------------------------------------------------------------


def test_the_fields_issued_there_are_read_here(driver: Driver) -> None:
    _, ca, device = foreign_home()
    certificate = device.build()
    fields = driver.parse(certificate)
    assert isinstance(fields, dict)
    own, above = (
        x509.SubjectKeyIdentifier.from_public_key(side.key.public_key()).digest.hex() for side in (device, ca)
    )
    assert fields == {
        "ca": "0",
        "path": "-1",
        "role": "1",
        "before": str(seconds(NOW - DAY)),
        "after": str(seconds(NOW + DAY)),
        "usage": "1",
        "purposes": "-1",
        "serial": fields["serial"],
        "issuer": certificate.issuer.public_bytes().hex(),
        "subject": certificate.subject.public_bytes().hex(),
        "key": point(device.key.public_key())[1:].hex(),
        "ski": own,
        "aki": above,
        "number": NUMBER.lower(),
    }
    assert int(fields["serial"], 16) == certificate.serial_number
    fields = driver.parse(ca.build())
    assert isinstance(fields, dict)
    assert (fields["ca"], fields["path"], fields["usage"], fields["number"]) == ("1", "0", "6", "")


def test_a_chain_issued_there_is_verified_here(driver: Driver, tmp_path: Path) -> None:
    root, ca, device = (side.build() for side in foreign_home())
    chain = Chain(root, [device, ca])
    assert driver.verify(chain, 1) == f"ok {NUMBER.lower()}"
    assert driver.verify(chain, 2) == "error WRONG_ROLE"
    assert openssl(tmp_path, chain)


def test_a_key_of_theirs_under_a_ca_of_ours_and_the_reverse(driver: Driver, tmp_path: Path) -> None:
    ours = Order("ca", "Root").issue(driver, new_key(1))
    root, ca, _ = foreign_home()
    theirs = ca.build()
    device = Order("device", "lamp", NUMBER).issue(driver, new_key(3), (theirs, ca.key))
    mixed = Chain(root.build(), [device, theirs])
    assert driver.verify(mixed, 1) == f"ok {NUMBER.lower()}"
    assert openssl(tmp_path, mixed)
    assert driver.verify(Chain(ours, [device, theirs]), 1) == "error UNTRUSTED"


def test_the_certificates_of_the_edhoc_traces_give_their_keys(driver: Driver) -> None:
    """Version 3 without extensions, issued by someone else."""
    file = Path(__file__).parents[1] / "vectors" / "edhoc" / "rfc9528-method0-p256.json"
    traces = json.loads(file.read_text())
    assert traces
    for trace in traces:
        for side in "ir":
            fields = driver.parse(x509.load_der_x509_certificate(bytes.fromhex(trace[f"cert_{side}"])))
            assert isinstance(fields, dict)
            assert fields["key"] == point(new_key(int(trace[f"sk_{side}"], 16)).public_key())[1:].hex()
            assert (fields["role"], fields["usage"], fields["number"]) == ("0", "-1", "")


def rsa_key() -> rsa.RSAPublicKey:
    return rsa.generate_private_key(65537, 2048).public_key()


OUTSIDE = {
    "a hash other than SHA-256": {"hash": hashes.SHA384()},
    "a curve other than P-256": {"public_key": ec.derive_private_key(5, ec.SECP384R1()).public_key()},
    "an RSA key": {"public_key": rsa_key()},
    "a number in lower case": {"number": NUMBER.lower()},
    "a number that is too short": {"number": NUMBER[:-2]},
    "an unknown critical extension": {
        "extra": [(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)]
    },
    "a critical name constraint": {"extra": [(x509.NameConstraints([x509.DNSName("a.example")], None), True)]},
    "an unknown role": {"extra": [role(3)]},
}


@pytest.mark.parametrize("what", OUTSIDE)
def test_outside_the_profile_is_refused(driver: Driver, what: str) -> None:
    _, ca, device = foreign_home()
    device.issuer = ca
    for attribute, value in OUTSIDE[what].items():
        setattr(device, attribute, value)
    assert driver.parse(device.build()) == "error CERTIFICATE"


TOLERATED = [
    x509.SubjectAlternativeName([x509.DNSName("lamp.example"), x509.UniformResourceIdentifier("urn:lamp")]),
    x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("1.2.3.4"), None)]),
    x509.AuthorityInformationAccess(
        [
            x509.AccessDescription(
                x509.ObjectIdentifier("1.3.6.1.5.5.7.48.1"), x509.UniformResourceIdentifier("http://a.example")
            )
        ]
    ),
    x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]),
]


@pytest.mark.parametrize("extension", TOLERATED, ids=lambda extension: type(extension).__name__)
def test_an_extension_without_weight_is_tolerated(driver: Driver, extension: x509.ExtensionType) -> None:
    root, ca, device = foreign_home()
    device.extra.append((extension, False))
    chain = Chain(root.build(), [device.build(), ca.build()])
    assert driver.verify(chain, 1) == f"ok {NUMBER.lower()}"


# --- refused by both --------------------------------------------------------------------------------------------------


def stranger(root: Foreign, ca: Foreign, device: Foreign) -> None:
    ca.issuer = Foreign("Root", new_key(21), ca=True)


def no_ca(root: Foreign, ca: Foreign, device: Foreign) -> None:
    ca.ca, ca.path, ca.usage = False, None, usage("digital_signature")


def no_cert_sign(root: Foreign, ca: Foreign, device: Foreign) -> None:
    ca.path, ca.usage = None, usage("crl_sign")


def too_deep(root: Foreign, ca: Foreign, device: Foreign) -> None:
    root.path = 0


def late_device(root: Foreign, ca: Foreign, device: Foreign) -> None:
    device.after = NOW - datetime.timedelta(seconds=1)


def early_device(root: Foreign, ca: Foreign, device: Foreign) -> None:
    device.before = NOW + datetime.timedelta(seconds=1)


def late_ca(root: Foreign, ca: Foreign, device: Foreign) -> None:
    ca.after = NOW - datetime.timedelta(seconds=1)


def late_root(root: Foreign, ca: Foreign, device: Foreign) -> None:
    root.after = NOW - datetime.timedelta(seconds=1)


def other_issuer(root: Foreign, ca: Foreign, device: Foreign) -> None:
    device.issuer = Foreign("Another CA", ca.key, root, ca=True)


def other_key(root: Foreign, ca: Foreign, device: Foreign) -> None:
    device.issuer = Foreign("CA", new_key(22), root, ca=True)


REFUSED = [
    (stranger, "UNTRUSTED"),
    (no_ca, "CHAIN"),
    (no_cert_sign, "CHAIN"),
    (too_deep, "CHAIN"),
    (late_device, "EXPIRED"),
    (early_device, "NOT_YET_VALID"),
    (late_ca, "EXPIRED"),
    (late_root, "EXPIRED"),
    (other_issuer, "CHAIN"),
    (other_key, "CHAIN"),
]


@pytest.mark.parametrize(("change", "error"), REFUSED, ids=lambda value: getattr(value, "__name__", value))
def test_both_sides_refuse(driver: Driver, tmp_path: Path, change: object, error: str) -> None:
    root, ca, device = foreign_home()
    assert callable(change)
    change(root, ca, device)
    chain = Chain(root.build(), [device.build(), ca.build()])
    assert driver.verify(chain, 1) == f"error {error}"
    assert not openssl(tmp_path, chain, strict=False)


def test_both_sides_refuse_a_changed_signature(driver: Driver, tmp_path: Path) -> None:
    root, ca, device = (side.build() for side in foreign_home())
    changed = bytearray(device.public_bytes(serialization.Encoding.DER))
    changed[-1] ^= 1
    chain = Chain(root, [x509.load_der_x509_certificate(bytes(changed)), ca])
    assert driver.verify(chain, 1) == "error SIGNATURE"
    assert not openssl(tmp_path, chain)


@pytest.mark.parametrize("moment", [-1, 1], ids=["before", "after"])
def test_both_sides_agree_around_the_last_second(driver: Driver, tmp_path: Path, moment: int) -> None:
    """At the last second itself openssl says expired; RFC 5280 4.1.2.5 and we count it in."""
    chain = our_chain(driver)
    now = NOW + DAY + datetime.timedelta(seconds=moment)
    assert driver.verify(chain, 1, now).startswith("ok") == (moment < 0)
    assert openssl(tmp_path, chain, now) == (moment < 0)

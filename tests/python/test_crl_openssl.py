"""Revocation lists against OpenSSL: what we publish is verified and obeyed there, what is published there within the
profile is read here, and what is outside is refused."""

import datetime
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pki import DAY, NOW, Chain, Driver, Order, der, foreign_home, new_key, openssl, our_chain, seconds

REASONS = {
    1: x509.ReasonFlags.key_compromise,
    2: x509.ReasonFlags.ca_compromise,
    3: x509.ReasonFlags.affiliation_changed,
    4: x509.ReasonFlags.superseded,
    5: x509.ReasonFlags.cessation_of_operation,
    9: x509.ReasonFlags.privilege_withdrawn,
    10: x509.ReasonFlags.aa_compromise,
}


@pytest.fixture(scope="module")
def driver(build: Path) -> Iterator[Driver]:
    driver = Driver(build / "tests" / "pki_driver")
    yield driver
    driver.close()


def publish(
    driver: Driver,
    issuer: x509.Certificate,
    key: ec.EllipticCurvePrivateKey,
    entries: list[tuple[int, datetime.datetime, int]],
    *,
    number: int = 1,
    this: datetime.datetime = NOW - DAY,
    following: datetime.datetime = NOW + DAY,
) -> x509.CertificateRevocationList:
    words = [f"{serial:040x}:{seconds(at)}:{reason}" for serial, at, reason in entries]
    secret = f"{key.private_numbers().private_value:064x}"
    answer = driver.ask(
        "publish", secret, der(issuer), number, seconds(this), seconds(following), ",".join(words) or "-"
    )
    assert answer.startswith("ok "), answer
    return x509.load_der_x509_crl(bytes.fromhex(answer[3:]))


def read(
    driver: Driver, crl: x509.CertificateRevocationList, issuer: x509.Certificate, *asked: x509.Certificate
) -> dict[str, str] | str:
    text = crl.public_bytes(serialization.Encoding.DER).hex()
    answer = driver.ask("crl", text, der(issuer), ",".join(der(certificate) for certificate in asked) or "-")
    return dict(word.split("=") for word in answer.split()[1:]) if answer.startswith("ok ") else answer


def test_a_list_of_ours_is_read_there(driver: Driver) -> None:
    root = Order("ca", "Root").issue(driver, new_key(1))
    entries = [(0x80 + i, NOW - i * DAY, reason) for i, reason in enumerate([0, *REASONS])]
    crl = publish(driver, root, new_key(1), entries, number=0x8000)
    assert crl.is_signature_valid(new_key(1).public_key())
    assert crl.issuer == root.subject
    assert (crl.last_update_utc, crl.next_update_utc) == (NOW - DAY, NOW + DAY)
    assert {e.oid: (e.critical, e.value) for e in crl.extensions} == {
        x509.AuthorityKeyIdentifier.oid: (
            False,
            x509.AuthorityKeyIdentifier(
                root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest, None, None
            ),
        ),
        x509.CRLNumber.oid: (False, x509.CRLNumber(0x8000)),
    }
    for revoked, (serial, at, reason) in zip(crl, entries, strict=True):
        assert (revoked.serial_number, revoked.revocation_date_utc) == (serial, at)
        assert [e.value for e in revoked.extensions] == ([x509.CRLReason(REASONS[reason])] if reason else [])


@pytest.mark.parametrize("victim", [None, 0, 1], ids=["nobody", "the device", "the CA"])
def test_openssl_obeys_our_lists(driver: Driver, tmp_path: Path, victim: int | None) -> None:
    chain = our_chain(driver)
    device, ca = chain.given
    lists = []
    for issuer, key, place in ((chain.root, new_key(1), 1), (ca, new_key(2), 0)):
        entries = [(chain.given[place].serial_number, NOW - DAY, 1)] if victim == place else []
        lists.append(publish(driver, issuer, key, [(7, NOW - DAY, 4), *entries]))
    assert openssl(tmp_path, chain, crls=lists) == (victim is None)
    revoked = [read(driver, lists[0], chain.root, ca), read(driver, lists[1], ca, device)]
    assert [fields["revoked"] for fields in revoked if isinstance(fields, dict)] == [
        "1" if victim == 1 else "0",
        "1" if victim == 0 else "0",
    ]


def test_openssl_misses_a_list_that_is_expired(driver: Driver, tmp_path: Path) -> None:
    chain = our_chain(driver)
    lists = [
        publish(driver, chain.root, new_key(1), []),
        publish(driver, chain.given[1], new_key(2), [], this=NOW - 2 * DAY, following=NOW - DAY),
    ]
    assert not openssl(tmp_path, chain, crls=lists)


def foreign_list(
    issuer: x509.Certificate, key: ec.EllipticCurvePrivateKey, *, number: int = 5
) -> x509.CertificateRevocationListBuilder:
    return (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(NOW - DAY)
        .next_update(NOW + DAY)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .add_extension(x509.CRLNumber(number), critical=False)
    )


def revoked(serial: int, *extensions: tuple[x509.ExtensionType, bool]) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW - DAY)
    for value, critical in extensions:
        builder = builder.add_extension(value, critical)
    return builder.build()


def test_lists_published_there_within_the_profile_are_read_here(driver: Driver) -> None:
    """200 random ones: sizes, serials, reasons, dates of invalidity, extensions without weight."""
    chance = random.Random(5280)
    root, ca, _ = (side.build() for side in foreign_home())
    key = new_key(11)
    for _ in range(200):
        number = chance.choice([0, 1, 0x7F, 0x80, 2**63, 2**64 - 1, chance.randrange(2**40)])
        builder = foreign_list(root, key, number=number)
        serials = {chance.randrange(1, 2 ** chance.randrange(1, 159)) for _ in range(chance.randrange(30))}
        victim = chance.random() < 0.5
        reason = chance.choice(list(REASONS))
        if victim:
            serials |= {ca.serial_number}
        for serial in chance.sample(sorted(serials), len(serials)):
            extensions: list[tuple[x509.ExtensionType, bool]] = []
            if serial == ca.serial_number or chance.random() < 0.5:
                extensions.append((x509.CRLReason(REASONS[reason]), False))
            if chance.random() < 0.3:
                extensions.append((x509.InvalidityDate(NOW.replace(tzinfo=None) - 2 * DAY), False))
            builder = builder.add_revoked_certificate(revoked(serial, *extensions))
        if chance.random() < 0.3:
            builder = builder.add_extension(x509.IssuerAlternativeName([x509.DNSName("ca.example")]), critical=False)
        fields = read(driver, builder.sign(key, hashes.SHA256()), root, ca)
        assert isinstance(fields, dict), fields
        assert (int(fields["number"]), int(fields["entries"])) == (number, len(serials))
        assert fields["revoked"] == ("1" if victim else "0")
        assert int(fields["reason"]) == (reason if victim else 0)


def test_lists_outside_the_profile_are_refused(driver: Driver) -> None:
    root, ca, _ = (side.build() for side in foreign_home())
    key = new_key(11)
    good = foreign_list(root, key)
    assert isinstance(read(driver, good.sign(key, hashes.SHA256()), root, ca), dict)
    point = x509.IssuingDistributionPoint(
        full_name=None,
        relative_name=None,
        only_contains_user_certs=True,
        only_contains_ca_certs=False,
        only_some_reasons=None,
        indirect_crl=False,
        only_contains_attribute_certs=False,
    )
    bare = (
        x509.CertificateRevocationListBuilder().issuer_name(root.subject).last_update(NOW - DAY).next_update(NOW + DAY)
    )
    hold = x509.CRLReason(x509.ReasonFlags.remove_from_crl)
    outside = {
        "a distribution point": (good.add_extension(point, critical=True), hashes.SHA256()),
        "a delta": (good.add_extension(x509.DeltaCRLIndicator(4), critical=True), hashes.SHA256()),
        "a large number": (foreign_list(root, key, number=2**64), hashes.SHA256()),
        "another hash": (good, hashes.SHA384()),
        "without extensions": (bare, hashes.SHA256()),
        "a removal": (good.add_revoked_certificate(revoked(5, (hold, False))), hashes.SHA256()),
        "a certificate issuer": (
            good.add_revoked_certificate(revoked(5, (x509.CertificateIssuer([x509.DirectoryName(ca.subject)]), True))),
            hashes.SHA256(),
        ),
    }
    answers = {what: read(driver, builder.sign(key, hash_), root) for what, (builder, hash_) in outside.items()}
    assert answers == dict.fromkeys(outside, "error CRL")


def test_a_list_of_another_issuer_or_key_is_refused(driver: Driver) -> None:
    root, ca, device = foreign_home()
    crl = foreign_list(root.build(), root.key).sign(root.key, hashes.SHA256())
    assert read(driver, crl, ca.build()) == "error CHAIN"
    forged = foreign_list(root.build(), root.key).sign(device.key, hashes.SHA256())
    assert read(driver, forged, root.build()) == "error SIGNATURE"
    other_key = foreign_list(root.build(), device.key).sign(device.key, hashes.SHA256())
    assert read(driver, other_key, root.build()) == "error CHAIN"
    device_list = foreign_list(device.build(), device.key).sign(device.key, hashes.SHA256())
    assert read(driver, device_list, device.build()) == "error CHAIN"


def test_both_sides_obey_lists_published_there(driver: Driver, tmp_path: Path) -> None:
    root, ca, device = foreign_home()
    chain = Chain(root.build(), [device.build(), ca.build()])
    lists = [
        foreign_list(chain.root, root.key).sign(root.key, hashes.SHA256()),
        foreign_list(chain.given[1], ca.key)
        .add_revoked_certificate(revoked(chain.given[0].serial_number))
        .sign(ca.key, hashes.SHA256()),
    ]
    fields = read(driver, lists[1], chain.given[1], chain.given[0])
    assert isinstance(fields, dict)
    assert fields["revoked"] == "1"
    assert not openssl(tmp_path, chain, crls=lists)
    lists[1] = foreign_list(chain.given[1], ca.key).sign(ca.key, hashes.SHA256())
    assert openssl(tmp_path, chain, crls=lists)


CA_CONF = """
[ca]
default_ca = here
[here]
database = index.txt
new_certs_dir = .
serial = serial
crlnumber = crlnumber
certificate = ca.pem
private_key = ca.key
default_md = sha256
default_days = 30
default_crl_days = 30
policy = any
copy_extensions = none
x509_extensions = end
crl_extensions = list
unique_subject = no
[any]
commonName = supplied
serialNumber = optional
[end]
keyUsage = critical,digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[list]
authorityKeyIdentifier = keyid:always
"""


def test_the_lists_of_the_openssl_command_are_read_here(driver: Driver, tmp_path: Path) -> None:
    """A CA of `openssl ca`: it issues five certificates, revokes them one after the other, and we follow its lists."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("there is no openssl command")

    def run(*words: str) -> None:
        subprocess.run([program, *words], cwd=tmp_path, check=True, capture_output=True, timeout=60)

    def current() -> x509.CertificateRevocationList:
        run("ca", "-config", "ca.conf", "-gencrl", "-out", "list.pem")
        return x509.load_pem_x509_crl((tmp_path / "list.pem").read_bytes())

    (tmp_path / "ca.conf").write_text(CA_CONF)
    (tmp_path / "index.txt").write_text("")
    (tmp_path / "serial").write_text("80\n")
    (tmp_path / "crlnumber").write_text("7F\n")
    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-sha256"]
    run(
        *["req", "-x509", *new, "-subj", "/CN=OpenSSL CA", "-days", "30", "-keyout", "ca.key", "-out", "ca.pem"],
        *["-addext", "keyUsage=critical,keyCertSign,cRLSign"],
    )
    ends = []
    for place in range(5):
        run("req", "-new", *new, "-subj", f"/CN=lamp {place}", "-keyout", "end.key", "-out", "end.csr")
        run("ca", "-config", "ca.conf", "-batch", "-notext", "-in", "end.csr", "-out", f"{place}.pem")
        ends.append(x509.load_pem_x509_certificate((tmp_path / f"{place}.pem").read_bytes()))
    issuer = x509.load_pem_x509_certificate((tmp_path / "ca.pem").read_bytes())
    reasons = ["unspecified", "keyCompromise", "superseded", "cessationOfOperation", "certificateHold"]
    for revoked_so_far in range(6):
        fields = read(driver, current(), issuer, *ends)
        assert isinstance(fields, dict), fields
        assert (int(fields["number"]), int(fields["entries"])) == (0x7F + revoked_so_far, revoked_so_far)
        assert fields["revoked"] == "1" * revoked_so_far + "0" * (5 - revoked_so_far)
        if revoked_so_far < 5:
            reason = ["-crl_reason", reasons[revoked_so_far]]
            run("ca", "-config", "ca.conf", "-revoke", f"{revoked_so_far}.pem", *reason)

"""The authority through the public API: its folder, requests, renewal, revocation, and OpenSSL as the other judge."""

import itertools
import random
import shutil
import subprocess
import time
import warnings
from pathlib import Path

import pytest
import warifu
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pki import NUMBER, ROLE_OID
from warifu import errors

KINDS = ["issuing", "devices", "controllers"]


def pem(*certificates: bytes) -> str:
    return "".join(
        x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM).decode() for der in certificates
    )


def openssl(
    folder: Path, root: bytes, chain: list[bytes], lists: dict[str, bytes] | None = None
) -> subprocess.CompletedProcess[str]:
    """`openssl verify` on a chain (end first), with all revocation lists where some are given."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("there is no openssl command")
    (folder / "root.pem").write_text(pem(root))
    (folder / "end.pem").write_text(pem(chain[0]))
    (folder / "rest.pem").write_text(pem(*chain[1:]))
    command = [program, "verify", "-x509_strict", "-check_ss_sig", "-no-CApath", "-no-CAstore", "-CAfile", "root.pem"]
    command += ["-untrusted", "rest.pem"] if chain[1:] else []
    if lists:
        text = b"".join(x509.load_der_x509_crl(der).public_bytes(serialization.Encoding.PEM) for der in lists.values())
        (folder / "lists.pem").write_bytes(text)
        command += ["-crl_check_all", "-CRLfile", "lists.pem"]
    return subprocess.run([*command, "end.pem"], cwd=folder, capture_output=True, text=True, timeout=60)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "openssl").mkdir()
    return tmp_path / "openssl"


def create(folder: Path, *kinds: str) -> warifu.Authority:
    with pytest.warns(warifu.AuthorityWarning, match="HSM"):
        authority = warifu.Authority.create("Test root", folder=folder)
    for kind in kinds:
        authority.add_ca(kind, f"Test {kind}")
    return authority


def test_a_folder_warns_loudly_and_memory_does_not(tmp_path: Path) -> None:
    create(tmp_path / "ca").close()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warifu.Authority.create("in memory").close()


def test_a_folder_is_opened_again_by_one_at_a_time(tmp_path: Path) -> None:
    with create(tmp_path / "ca", "issuing") as authority:
        identity = authority.issue("controller", number=NUMBER, name="me")
        with pytest.raises(errors.StoreLocked):
            warifu.Authority.open(tmp_path / "ca")
    with warifu.Authority.open(tmp_path / "ca") as again:
        assert [entry.certificate for entry in again.issued()][-1] == identity.certificate
        assert [(entry.role, entry.issuer) for entry in again.issued()] == [
            (None, "root"),
            (None, "root"),
            ("controller", "issuing"),
        ]
        assert again.certificate == identity.anchors[0]
        assert again.certificates["issuing"] == identity.chain[1]
    with pytest.raises(errors.Closed):
        again.issue("device")
    assert "closed" in repr(again)
    with pytest.raises(errors.Store, match="already"):
        warifu.Authority.create("another", folder=tmp_path / "ca")


@pytest.mark.parametrize("count", range(4))
def test_openssl_accepts_everything_that_is_issued(tmp_path: Path, place: Path, count: int) -> None:
    """Root alone, one CA, one for each role, all of them; names, numbers and periods at random."""
    chance = random.Random(count)
    for kinds in itertools.combinations(KINDS, count):
        with create(tmp_path / "-".join(["ca", *kinds]), *kinds) as authority:
            lists = authority.publish()
            assert set(lists) == {"root", *kinds}
            for _ in range(6):
                role = chance.choice(["device", "controller"])
                name = chance.choice([None, "ランプ", "x" * 25, "a"])
                number = "FE" + chance.randbytes(16).hex().upper()
                identity = authority.issue(role, number=number, name=name, days=chance.choice([1, 3650, 20000]))
                done = openssl(place, authority.certificate, identity.chain, lists)
                assert done.returncode == 0, done.stderr
                key = serialization.load_pem_private_key(identity.to_pem().encode(), None)
                end = x509.load_der_x509_certificate(identity.chain[0])
                assert isinstance(key, ec.EllipticCurvePrivateKey)
                assert key.public_key() == end.public_key()
                assert (
                    end.not_valid_after_utc <= x509.load_der_x509_certificate(authority.certificate).not_valid_after_utc
                )


def test_openssl_obeys_what_is_revoked(tmp_path: Path, place: Path) -> None:
    with create(tmp_path / "ca", "devices", "controllers") as authority:
        device, controller = authority.issue("device"), authority.issue("controller")
        authority.revoke(device, "key_compromise")
        lists = authority.publish()
        assert openssl(place, authority.certificate, controller.chain, lists).returncode == 0
        assert "certificate revoked" in openssl(place, authority.certificate, device.chain, lists).stderr
        authority.revoke(x509_serial(controller.chain[1]), "ca_compromise")
        lists = authority.publish()
        assert "certificate revoked" in openssl(place, authority.certificate, controller.chain, lists).stderr
        written = (tmp_path / "ca" / "root.crl.pem").read_bytes()
        assert x509.load_pem_x509_crl(written).public_bytes(serialization.Encoding.DER) == lists["root"]
        by_serial = {entry.serial: entry for entry in authority.issued()}
        entry = by_serial[x509_serial(device.certificate)]
        assert entry.reason == "key_compromise"
        assert entry.revoked is not None
        with pytest.raises(errors.Revoked):
            authority.issue("controller")
        authority.add_ca("controllers", "Test controllers 2")
        fresh = authority.issue("controller")
        assert openssl(place, authority.certificate, fresh.chain, authority.publish()).returncode == 0


def x509_serial(der: bytes) -> bytes:
    serial = x509.load_der_x509_certificate(der).serial_number
    return serial.to_bytes((serial.bit_length() + 7) // 8, "big")


def test_numbers_of_lists_only_grow(tmp_path: Path) -> None:
    numbers = []
    create(tmp_path / "ca").close()
    for _ in range(3):
        with warifu.Authority.open(tmp_path / "ca") as authority:
            for _ in range(2):
                crl = x509.load_der_x509_crl(authority.publish(days=1)["root"])
                numbers.append(crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number)
    assert numbers == sorted(set(numbers))


def test_an_authority_restored_from_an_old_copy_does_not_fall_behind_its_lists(tmp_path: Path) -> None:
    create(tmp_path / "ca").close()
    shutil.copytree(tmp_path / "ca", tmp_path / "old")
    numbers = []
    for folder in ("ca", "old"):
        time.sleep(1.1)
        with warifu.Authority.open(tmp_path / folder) as authority:
            crl = x509.load_der_x509_crl(authority.publish()["root"])
            numbers.append(crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number)
    assert numbers[0] < numbers[1]


def request(key: ec.EllipticCurvePrivateKey, *, number: str | None = None, name: str | None = "lamp") -> str:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else []
    attributes += [x509.NameAttribute(NameOID.SERIAL_NUMBER, number)] if number else []
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(attributes))
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def identity_of(key: ec.EllipticCurvePrivateKey, certificates: str) -> warifu.Identity:
    encoding = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return warifu.Identity.from_pem(key.private_bytes(*encoding).decode() + certificates)


def test_a_request_made_elsewhere_becomes_an_identity(tmp_path: Path, place: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    with create(tmp_path / "ca", "issuing") as authority:
        identity = identity_of(key, authority.sign(request(key, number=NUMBER), role="device"))
        assert (identity.role, identity.number) == ("device", bytes.fromhex(NUMBER))
        assert openssl(place, authority.certificate, identity.chain).returncode == 0
        with pytest.raises(errors.Request):
            authority.sign(request(key, number=NUMBER), role="device", number="FE" + "00" * 16)
        with pytest.raises(errors.Argument):
            authority.sign(request(key), role="device")
        with pytest.raises(errors.Pem):
            authority.sign("no request", role="device")
        damaged = bytearray(x509.load_pem_x509_csr(request(key).encode()).public_bytes(serialization.Encoding.DER))
        damaged[-1] ^= 1
        with pytest.raises(errors.Signature):
            authority.sign(bytes(damaged), role="device", number=NUMBER)


def test_a_renewed_identity_keeps_number_role_and_key(tmp_path: Path, place: Path) -> None:
    with create(tmp_path / "ca", "issuing") as authority:
        old = authority.issue("device", number=NUMBER, name="lamp", days=1)
        fresh = authority.renew(old, days=100)
        assert (fresh.number, fresh.role) == (old.number, old.role)
        assert fresh.certificate != old.certificate
        assert fresh.to_pem().split("-----END")[0] == old.to_pem().split("-----END")[0]
        assert openssl(place, authority.certificate, fresh.chain).returncode == 0
        key = ec.generate_private_key(ec.SECP256R1())
        text = authority.renew(x509_serial(old.certificate), request=request(key, number=NUMBER))
        assert identity_of(key, text).number == old.number
        other = request(key, number="FE" + "00" * 16)
        with pytest.raises(errors.Request):
            authority.renew(x509_serial(old.certificate), request=other)
        with pytest.raises(errors.Argument, match="serial"):
            authority.renew(b"\x01")
        authority.revoke(old, "superseded")
        with pytest.raises(errors.Revoked):
            authority.renew(old)
        with pytest.raises(ValueError, match="superseded"):
            authority.revoke(fresh, "whim")


def test_without_the_roots_key_a_ca_goes_on(tmp_path: Path, place: Path) -> None:
    create(tmp_path / "ca", "issuing").close()
    (tmp_path / "ca" / "root.pem").rename(tmp_path / "kept-elsewhere.pem")
    with warifu.Authority.open(tmp_path / "ca") as authority:
        identity = authority.issue("device")
        assert openssl(place, authority.certificate, identity.chain).returncode == 0
        assert set(authority.publish()) == {"issuing"}
        with pytest.raises(errors.State, match=r"root\.pem"):
            authority.add_ca("devices", "Test devices")


def test_what_openssl_issues_within_the_profile_pairs_up_with_ours(tmp_path: Path) -> None:
    """A CA made by the openssl command: its chain is read as an identity here."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("there is no openssl command")

    def run(*words: str) -> None:
        subprocess.run([program, *words], cwd=tmp_path, check=True, capture_output=True, timeout=60)

    (tmp_path / "end.ext").write_text(
        f"keyUsage=critical,digitalSignature\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
        f"{ROLE_OID.dotted_string}=ASN1:ENUMERATED:1\n"
    )
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-sha256"]
    run(
        *["req", "-x509", *new_key, "-subj", "/CN=OpenSSL root", "-days", "30", "-keyout", "ca.key", "-out", "ca.pem"],
        *["-addext", "keyUsage=critical,keyCertSign,cRLSign"],
    )
    run("req", "-new", *new_key, "-subj", f"/CN=lamp/serialNumber={NUMBER}", "-keyout", "end.key", "-out", "end.csr")
    run(
        *["x509", "-req", "-in", "end.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30"],
        *["-sha256", "-extfile", "end.ext", "-out", "end.pem"],
    )
    parts = [(tmp_path / name).read_text() for name in ("end.key", "end.pem", "ca.pem")]
    identity = warifu.Identity.from_pem("".join(parts))
    assert (identity.role, identity.number) == ("device", bytes.fromhex(NUMBER))
    assert len(identity.chain) == len(identity.anchors) == 1

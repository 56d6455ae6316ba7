"""Certificate requests against OpenSSL: ours are verified there, those made there are read here."""

import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AttributeOID, NameOID
from pki import NUMBER, ROLE_OID, Driver, new_key, point, role


@pytest.fixture(scope="module")
def driver(build: Path) -> Iterator[Driver]:
    driver = Driver(build / "tests" / "pki_driver")
    yield driver
    driver.close()


def read(driver: Driver, request: x509.CertificateSigningRequest) -> dict[str, str] | str:
    answer = driver.ask("request", request.public_bytes(serialization.Encoding.DER).hex())
    return dict(word.split("=") for word in answer.split()[1:]) if answer.startswith("ok ") else answer


@pytest.mark.parametrize("number", [None, NUMBER])
@pytest.mark.parametrize("asked", [0, 1, 2])
def test_a_request_of_ours_is_read_there(driver: Driver, tmp_path: Path, number: str | None, asked: int) -> None:
    answer = driver.ask("ask", f"{3:064x}", "割符".encode().hex(), number or "-", asked)
    assert answer.startswith("ok ")
    request = x509.load_der_x509_csr(bytes.fromhex(answer[3:]))
    assert request.is_signature_valid
    assert request.public_key() == new_key(3).public_key()
    expected = [(NameOID.COMMON_NAME, "割符")] + ([(NameOID.SERIAL_NUMBER, number)] if number else [])
    assert [(a.oid, a.value) for a in request.subject] == expected
    wanted = [(False, x509.UnrecognizedExtension(ROLE_OID, bytes([0x0A, 1, asked])))] if asked else []
    assert [(e.critical, e.value) for e in request.extensions] == wanted
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("there is no openssl command")
    (tmp_path / "r.pem").write_bytes(request.public_bytes(serialization.Encoding.PEM))
    done = subprocess.run(
        [program, "req", "-in", "r.pem", "-verify", "-noout"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "verify OK" in done.stderr + done.stdout


def test_requests_made_there_are_read_here(driver: Driver) -> None:
    """100 random ones: names, numbers, roles, wishes that have no weight."""
    chance = random.Random(2986)
    for _ in range(100):
        key = new_key(chance.randrange(1, 2**200))
        name = chance.choice([None, "lamp", "ランプ", "x" * 64])
        number = chance.choice([None, "FE" + chance.randbytes(16).hex().upper()])
        attributes = [x509.NameAttribute(NameOID.COUNTRY_NAME, "JP")] if chance.random() < 0.5 else []
        attributes += [x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else []
        attributes += [x509.NameAttribute(NameOID.SERIAL_NUMBER, number)] if number else []
        builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(attributes))
        asked = chance.randrange(3)
        wishes = [*([role(asked)] if asked else [])]
        if chance.random() < 0.5:
            wishes.append((x509.SubjectAlternativeName([x509.DNSName("lamp.example")]), False))
        ca = chance.random() < 0.3
        if ca:
            wishes.append((x509.BasicConstraints(ca=True, path_length=chance.choice([None, 0, 3])), True))
        for value, critical in wishes:
            builder = builder.add_extension(value, critical)
        if chance.random() < 0.3:
            builder = builder.add_attribute(AttributeOID.CHALLENGE_PASSWORD, b"secret")
        fields = read(driver, builder.sign(key, hashes.SHA256()))
        assert fields == {
            "role": str(asked),
            "ca": "1" if ca else "0",
            "name": (name or "").encode().hex(),
            "number": (number or "").lower(),
            "key": point(key.public_key())[1:].hex(),
        }


def test_the_openssl_commands_request_is_read_here(driver: Driver, tmp_path: Path) -> None:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("there is no openssl command")
    command = [program, "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command += ["-subj", f"/CN=lamp/serialNumber={NUMBER}", "-keyout", "key.pem", "-out", "request.pem"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    request = x509.load_pem_x509_csr((tmp_path / "request.pem").read_bytes())
    fields = read(driver, request)
    assert isinstance(fields, dict), fields
    assert (fields["name"], fields["number"]) == (b"lamp".hex(), NUMBER.lower())


def test_requests_outside_the_profile_are_refused(driver: Driver) -> None:
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    other_key = rsa.generate_private_key(65537, 2048)
    assert read(driver, builder.sign(other_key, hashes.SHA256())) == "error REQUEST"
    assert read(driver, builder.sign(new_key(3), hashes.SHA384())) == "error REQUEST"
    assert read(driver, builder.add_extension(*role(3)).sign(new_key(3), hashes.SHA256())) == "error REQUEST"

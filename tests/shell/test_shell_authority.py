"""An authority of one's own: from its root to what it issues, revokes and renews, in the shell alone."""

import json
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import warifu
from cryptography import x509
from shell_home import Home

NUMBER = "FE" + "00007701" + 24 * "A"


@pytest.fixture
def ca(run: Callable) -> Callable:
    assert run("ca", "init", "Our home").returncode == 0
    return lambda *words: run("ca", *words)


def test_an_authority_issues_identities(ca: Callable, tmp_path: Path) -> None:
    done = ca("issue", "device", "lamp.pem", "--number", NUMBER, "--name", "Lamp")
    assert done.stdout == f"device {NUMBER} is in lamp.pem\n"
    lamp = warifu.Identity.load(tmp_path / "lamp.pem")
    assert (lamp.number.hex().upper(), lamp.role) == (NUMBER, "device")
    assert (tmp_path / "lamp.pem").stat().st_mode & 0o777 == 0o600
    rows = json.loads(ca("list", "--json").stdout)["issued"]
    assert {row["number"] for row in rows if "number" in row} == {NUMBER}
    again = ca("issue", "device", "lamp.pem")
    assert (again.returncode, again.stderr.startswith("ARGUMENT: lamp.pem is there already")) == (3, True)


def test_the_authority_stays_where_it_is_told_to(run: Callable, tmp_path: Path) -> None:
    made = run("ca", "init", "Elsewhere", "--folder", "authority", "--root-alone")
    assert made.stdout == "made Elsewhere in authority\n"
    assert "laboratories and homes" in made.stderr
    root = run("ca", "certificate", "--folder", "authority").stdout
    assert x509.load_pem_x509_certificate(root.encode()).subject.rfc4514_string() == "CN=Elsewhere"
    assert ssl.PEM_cert_to_DER_cert(root)
    assert run("ca", "certificate", "issuing", "--folder", "authority").returncode == 3
    assert run("ca", "list").returncode == 9


def test_a_request_of_the_shell_becomes_its_identity(ca: Callable, run: Callable) -> None:
    before = json.loads(run("identity", "--json").stdout)
    assert run("ca", "request", "shell.csr").returncode == 0
    assert ca("sign", "shell.csr", "shell.pem").stdout == "written to shell.pem\n"
    after = json.loads(run("identity", "--take", "shell.pem", "--json").stdout)
    assert after["number"] == before["number"]
    assert after["fingerprint"] != before["fingerprint"]
    assert ca("issue", "controller", "other.pem").returncode == 0
    assert run("ca", "request", "other.csr", "--identity", "other.pem").returncode == 0
    assert ca("sign", "other.csr", "others.pem").returncode == 0
    stranger = run("identity", "--take", "others.pem")
    assert (stranger.returncode, stranger.stderr.startswith("KEY: ")) == (3, True)


def test_what_was_issued_is_named_by_serial_number_and_file(ca: Callable) -> None:
    assert ca("issue", "device", "lamp.pem", "--number", NUMBER).returncode == 0
    (row,) = (row for row in json.loads(ca("list", "--json").stdout)["issued"] if row.get("number") == NUMBER)
    for at, name in enumerate((row["serial"], "lamp.pem")):
        assert ca("renew", name, f"{at}.pem").returncode == 0
    assert ca("renew", "AAAA", "x.pem").stderr.startswith("ARGUMENT: 'AAAA' may be the certificates ")
    assert ca("revoke", "BBBB").stderr.startswith("ARGUMENT: nothing of 'BBBB' was issued")
    assert ca("revoke", row["serial"], "superseded").returncode == 0
    (row,) = (each for each in json.loads(ca("list", "--json").stdout)["issued"] if each["serial"] == row["serial"])
    assert (row["reason"], "revoked" in row) == ("superseded", True)
    assert ca("revoke", row["serial"], "boredom").returncode == 2


def test_a_published_list_unpairs_who_is_on_it(home: Home, tmp_path: Path) -> None:
    for words in (["init", "Our home"], ["issue", "device", "lamp.pem"], ["issue", "controller", "shell.pem"]):
        assert home.run("ca", *words).returncode == 0
    assert home.run("identity", "--take", "shell.pem").returncode == 0
    device = home.device(identity=tmp_path / "lamp.pem")
    assert home.run("pair", device.address, "--number", device.number).returncode == 0
    (tmp_path / "issuing.pem").write_text(home.run("ca", "certificate", "issuing").stdout)
    published = home.run("ca", "crl", "--days", "7").stdout.split()
    (issuing,) = (path for path in published if path.endswith("issuing.crl.pem"))
    assert home.run("crl", "send", device.number, "issuing.pem", issuing).stdout == "it took the list\n"
    device.said("list_taken")
    assert home.run("crl", "take", "issuing.pem", issuing).returncode == 0
    assert json.loads(home.run("crl", "list", "--json").stdout)["lists"][0]["entries"] == 0
    assert home.run("ca", "revoke", "lamp.pem", "key_compromise").returncode == 0
    assert home.run("ca", "crl").returncode == 0
    assert home.run("crl", "take", "issuing.pem", issuing).returncode == 0
    assert home.run("peers").stdout == "there are no pairings\n"
    again = home.run("crl", "send", device.address, "issuing.pem", issuing)
    assert (again.returncode, again.stderr.startswith("NOT_PAIRED: ")) == (8, True)


def test_a_renewed_identity_goes_on_with_its_peers(home: Home, tmp_path: Path) -> None:
    for words in (["init", "Our home"], ["issue", "device", "lamp.pem"], ["issue", "controller", "shell.pem"]):
        assert home.run("ca", *words).returncode == 0
    assert home.run("identity", "--take", "shell.pem").returncode == 0
    device = home.device(identity=tmp_path / "lamp.pem")
    assert home.run("pair", device.address, "--number", device.number).returncode == 0
    assert home.run("ca", "renew", "shell.pem", "renewed.pem").returncode == 0
    taken = json.loads(home.run("identity", "--take", "renewed.pem", "--json").stdout)
    assert taken["fingerprint"] == warifu.Identity.load(tmp_path / "renewed.pem").fingerprint.hex().upper()
    for _ in range(2):
        assert home.run("get", "AIRCON", "BB", "--quiet").stdout == "24\n"

"""Keys that stay in a token, with SoftHSM2 through PKCS#11: the program that pairs never has them."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import warifu
from cryptography import x509
from home import AIRCON, ROOM, Home, authority, in_loop, paired
from pki import NUMBER
from warifu import _warifu, errors

MODULES = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so"]
PIN = "3610"


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A token for all tests here, for the module reads its configuration once a process: module, token, pin."""
    module = next((path for path in MODULES if Path(path).exists()), None)
    tool = shutil.which("softhsm2-util")
    if module is None or tool is None:
        pytest.skip("there is no SoftHSM2")
    folder = tmp_path_factory.mktemp("softhsm")
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(conf)
    command = [tool, "--init-token", "--free", "--label", "warifu", "--pin", PIN, "--so-pin", "4711"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    yield {"module": module, "token": "warifu", "pin": PIN}
    del os.environ["SOFTHSM2_CONF"]


def certified(place: dict[str, str], role: str, key: str) -> str:
    """Makes a key in the token and has it certified by the home's authority."""
    request = warifu.pkcs11_request(**place, key=key, name=key, number=NUMBER, role=role, make=True)
    return authority().sign(request)


def test_a_request_is_signed_by_the_token(place: dict[str, str]) -> None:
    request = warifu.pkcs11_request(**place, key="asked", name="lamp", make=True)
    again = warifu.pkcs11_request(**place, key="asked", name="lamp")
    first, second = (x509.load_pem_x509_csr(text.encode()) for text in (request, again))
    assert first.is_signature_valid
    assert first.public_key() == second.public_key()
    with pytest.raises(errors.Token, match="already"):
        warifu.pkcs11_request(**place, key="asked", name="lamp", make=True)
    with pytest.raises(errors.Token, match="CKR_PIN_INCORRECT"):
        warifu.pkcs11_request(**{**place, "pin": "0000"}, key="asked", name="lamp")


def test_an_identity_whose_key_is_in_a_token_can_not_be_saved(place: dict[str, str], tmp_path: Path) -> None:
    text = certified(place, "controller", "kept")
    identity = warifu.Identity.from_pkcs11(text, **place, key="kept")
    assert (identity.role, identity.number) == ("controller", bytes.fromhex(NUMBER))
    with pytest.raises(errors.Argument):
        identity.save(tmp_path / "me.pem")
    with pytest.raises(errors.Argument):
        identity.to_pem()


def test_a_session_with_a_token_does_not_outlive_a_fork(place: dict[str, str]) -> None:
    identity = warifu.Identity.from_pkcs11(certified(place, "device", "forked"), **place, key="forked")
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _warifu.Engine(0, identity=identity)
        except errors.State as error:
            status = 0 if "fork" in str(error) else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_certificates_for_another_key_are_refused(place: dict[str, str]) -> None:
    text = certified(place, "controller", "one")
    certified(place, "controller", "two")
    with pytest.raises(errors.Key):
        warifu.Identity.from_pkcs11(text, **place, key="two")
    with pytest.raises(errors.Token, match="nobody"):
        warifu.Identity.from_pkcs11(text, **place, key="nobody")
    with pytest.raises(errors.Pem):
        warifu.Identity.from_pkcs11(authority().issue("device").to_pem(), **place, key="one")
    with pytest.raises(TypeError, match="module"):
        warifu.Identity.from_pkcs11(text)


@in_loop
async def test_both_sides_pair_with_keys_in_a_token(place: dict[str, str]) -> None:
    home = Home()
    identities = {
        role: warifu.Identity.from_pkcs11(certified(place, role, f"my {role}"), **place, key=f"my {role}")
        for role in ("device", "controller")
    }
    device_side = home.device(identity=identities["device"])
    async with device_side as device, home.controller(identity=identities["controller"]) as controller:
        aircon = await paired(controller, device)
        assert await aircon.get(AIRCON, ROOM) == {ROOM: b"\x15"}

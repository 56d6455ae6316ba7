"""warifu.SetupCode, and the QR codes that it draws, read back by a decoder that shares nothing with the encoder."""

import hashlib
import pickle

import pytest
import qr_reader
import setup_code_model as model
import warifu
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from home import authority
from warifu import _warifu, errors

VECTORS = model.vectors()
FIRST, SECOND = VECTORS["codes"][:2]
CODE = warifu.SetupCode.parse(FIRST["text"])


@pytest.fixture(scope="module")
def device():
    return authority().issue("device")


def spki(identity):
    key = x509.load_der_x509_certificate(identity.certificate).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_a_code_is_read_and_written_as_the_examples_say():
    assert CODE.text() == FIRST["text"]
    assert CODE.text(grouped=True) == FIRST["grouped"]
    assert CODE.fingerprint.hex() == FIRST["spki_hash"]
    for typed in VECTORS["typed"]:
        assert warifu.SetupCode.parse(typed) == CODE
        assert warifu.SetupCode.parse(typed.encode()) == CODE


@pytest.mark.parametrize("row", VECTORS["refused"], ids=lambda row: row["name"])
def test_what_is_no_code_is_a_value_error_that_says_where_and_never_the_code(row):
    with pytest.raises(errors.NotACode) as raised:
        warifu.SetupCode.parse(row["text"])
    said = str(raised.value)
    assert isinstance(raised.value, ValueError)
    assert (f"character {row['position']}" in said) == (row["position"] > 0)
    assert (f"({row['count']})" in said) == (row["count"] > 0 and row["part"] == "SHORT")
    assert not row["text"][20:26] or row["text"][20:26] not in said


def test_a_code_is_made_for_the_key_of_an_identity_with_a_fresh_secret(device):
    first, second = warifu.SetupCode.make(device), warifu.SetupCode.make(device)
    assert first.fingerprint == second.fingerprint == hashlib.sha256(spki(device)).digest()
    assert first != second
    assert first == warifu.SetupCode.parse(first.text())
    assert first.belongs_to(device)
    assert not CODE.belongs_to(device)


def test_a_code_is_made_for_a_public_key(device):
    point = spki(device)[-64:]
    code = warifu.SetupCode.make(point)
    assert code.belongs_to(device)
    assert code.belongs_to(point)
    with pytest.raises(errors.Argument):
        warifu.SetupCode.make(point[:63])
    with pytest.raises(errors.Point):
        warifu.SetupCode.make(bytes(64))
    with pytest.raises(TypeError):
        warifu.SetupCode.make("a device")
    with pytest.raises(TypeError):
        warifu.SetupCode()


def test_the_entropy_of_a_simulation_makes_the_same_code_again(device):
    first, second = (warifu.SetupCode.make(device, entropy=_warifu.Sim(7).add_host()) for _ in range(2))
    assert first == second


def test_the_secret_is_shown_by_text_and_qr_only(device):
    code = warifu.SetupCode.make(device)
    secret = code.text()[60:]
    for shown in (repr(code), str(code), f"{code}"):
        assert shown == f"<warifu.SetupCode of the key {code.fingerprint.hex().upper()[:16]}...>"
        assert secret not in shown
    assert not hasattr(code, "__dict__")
    with pytest.raises(TypeError, match="holds a secret"):
        pickle.dumps(code)


def test_codes_are_equal_by_their_whole_contents_and_have_no_hash():
    other = warifu.SetupCode.parse(SECOND["text"])
    mixed = model.write(bytes.fromhex(FIRST["spki_hash"]), bytes.fromhex(SECOND["secret"]))
    assert warifu.SetupCode.parse(FIRST["text"]) == CODE
    assert other != CODE
    assert warifu.SetupCode.parse(mixed) not in (CODE, other)
    assert FIRST["text"] != CODE
    with pytest.raises(TypeError, match="unhashable"):
        hash(CODE)


# ---- drawn ----


@pytest.mark.parametrize("invert", [False, True])
@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("example", VECTORS["codes"], ids=lambda code: code["name"])
def test_a_decoder_reads_the_drawn_code_as_its_text(example, ascii_only, invert):
    code = warifu.SetupCode.parse(example["text"])
    drawing = code.qr(ascii=ascii_only, invert=invert)
    assert qr_reader.read(drawing, ascii_only=ascii_only, invert=invert).decode() == example["text"]


def test_the_quiet_zone_is_four_modules_wide():
    rows = qr_reader.rows_of(CODE.qr(invert=True), ascii_only=False)
    dark = [(x, y) for y, row in enumerate(rows) for x, drawn in enumerate(row) if drawn]
    columns, lines = {x for x, _ in dark}, {y for _, y in dark}
    assert (min(columns), min(lines)) == (4, 4)
    assert len(rows[0]) - 1 - max(columns) == 4
    assert len(rows) - 1 - max(lines) >= 4  # half a line may be left over
    assert {len(row) for row in rows} == {max(columns) + 5}


def test_the_code_is_short_enough_for_the_alphanumeric_mode_of_version_5():
    assert len(qr_reader.rows_of(CODE.qr(ascii=True), ascii_only=True)) == 37 + 2 * 4


def test_both_drawings_show_the_same_modules():
    blocks = qr_reader.rows_of(CODE.qr(), ascii_only=False)
    lines = qr_reader.rows_of(CODE.qr(ascii=True), ascii_only=True)
    assert blocks[: len(lines)] == lines
    assert CODE.qr(ascii=True).isascii()

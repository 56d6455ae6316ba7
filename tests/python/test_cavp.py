"""NIST's CAVP cases, from the package cryptography-vectors: AES-128-CCM, public keys and signatures of P-256."""

import re
from collections.abc import Iterator
from pathlib import Path

import cryptography_vectors
import pytest
from vector_driver import ask

CCM = "ciphers/AES/CCM"
ECDSA = "asymmetric/ECDSA/FIPS_186-3"


def lines(name: str) -> Iterator[str]:
    with cryptography_vectors.open_vector_file(name, "r") as file:
        yield from (line.strip() for line in file if not line.startswith("#"))


def records(name: str, last: str) -> Iterator[dict[str, str]]:
    """The fields in force each time that the field `last` has been read."""
    fields: dict[str, str] = {}
    for line in lines(name):
        if re.match(r"\[[PKB]-", line):  # a curve
            fields = {"section": line.strip("[]")}
        for key, value in re.findall(r"(\w+) = ([^,\]]*)", line):
            fields[key] = value.strip()
            if key == last:
                yield dict(fields)


def ccm_fields(record: dict[str, str]) -> tuple[bytes, bytes, int, bytes]:
    """Key, nonce, tag length, associated data; a length of 0 is printed as the one byte 00."""
    aad = bytes.fromhex(record["Adata"])[: int(record["Alen"])]
    return bytes.fromhex(record["Key"]), bytes.fromhex(record["Nonce"]), int(record["Tlen"]), aad


@pytest.mark.parametrize(("name", "count"), [("VADT128", 330), ("VNT128", 70), ("VPT128", 250), ("VTT128", 70)])
def test_cavp_ccm_seals_and_opens_as_published(name: str, count: int, build: Path) -> None:
    cases = list(records(f"{CCM}/{name}.rsp", last="CT"))
    assert len(cases) == count
    plains = [bytes.fromhex(case["Payload"])[: int(case["Plen"])] for case in cases]
    sealed = [bytes.fromhex(case["CT"]) for case in cases]
    seals = ask(build, [("ccm_seal", *ccm_fields(c), plain) for c, plain in zip(cases, plains, strict=True)])
    opens = ask(build, [("ccm_open", *ccm_fields(c), text) for c, text in zip(cases, sealed, strict=True)])
    assert [(a.error, a.result) for a in seals] == [("OK", text) for text in sealed]
    assert [(a.error, a.result) for a in opens] == [("OK", plain) for plain in plains]


def test_cavp_ccm_decryption_tells_forgeries_from_the_rest(build: Path) -> None:
    cases = list(records(f"{CCM}/DVPT128.rsp", last="Result"))
    assert len(cases) == 240
    answers = ask(build, [("ccm_open", *ccm_fields(case), bytes.fromhex(case["CT"])) for case in cases])
    assert [a.error for a in answers] == [{"Pass": "OK", "Fail": "TAG"}[case["Result"]] for case in cases]


def number(text: str) -> bytes:
    return int(text, 16).to_bytes(33, "big").removeprefix(b"\0")


def test_cavp_public_keys_off_the_curve_are_refused(build: Path) -> None:
    cases = [case for case in records(f"{ECDSA}/PKV.rsp", last="Result") if case["section"] == "P-256"]
    assert len(cases) == 12
    answers = ask(build, [("check", number(case["Qx"]) + number(case["Qy"])) for case in cases])
    assert [a.ok for a in answers] == [case["Result"].startswith("P") for case in cases]


def test_cavp_public_halves_are_computed_from_private_ones(build: Path) -> None:
    cases = [case for case in records(f"{ECDSA}/KeyPair.rsp", last="Qy") if case["section"] == "P-256"]
    assert len(cases) == 10
    answers = ask(build, [("public", number(case["d"])) for case in cases])
    assert [a.result for a in answers] == [number(case["Qx"]) + number(case["Qy"]) for case in cases]


def test_cavp_signatures_are_judged_as_published(build: Path) -> None:
    cases = [case for case in records(f"{ECDSA}/SigVer.rsp", last="Result") if case["section"] == "P-256,SHA-256"]
    assert len(cases) == 15
    answers = ask(
        build,
        [
            ("ecdsa_raw", number(c["Qx"]) + number(c["Qy"]), bytes.fromhex(c["Msg"]), number(c["R"]) + number(c["S"]))
            for c in cases
        ],
    )
    assert [a.ok for a in answers] == [case["Result"].startswith("P") for case in cases]

"""Project Wycheproof's cases for AES-128-CCM, P-256 with SHA-256, HKDF and HMAC: the valid are taken, the rest not."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from vector_driver import Answer, ask

HEXADECIMAL = {"key", "iv", "aad", "msg", "ct", "tag", "sig", "public", "shared", "ikm", "salt", "info", "okm"}
# Cases marked "acceptable", each with what we do and why.
ACCEPTABLE = {
    ("ecdh_secp256r1_ecpoint", 2): (True, "a compressed point is read: EDHOC's x-only keys need decompression anyway"),
}


class Case(NamedTuple):
    id: int
    result: str
    comment: str
    question: tuple[str, *tuple[bytes | int, ...]]
    good: Callable[[Answer], bool]  # whether the answer is the valid one


def groups(vectors: Path, name: str) -> list[dict]:
    return json.loads((vectors / "wycheproof" / f"{name}_test.json").read_text())["testGroups"]


def rows(vectors: Path, name: str, wanted: Callable[[dict], bool] = lambda group: True) -> Iterator[tuple]:
    for group in groups(vectors, name):
        if wanted(group):
            for test in group["tests"]:
                yield group, test, {key: bytes.fromhex(test[key]) for key in test if key in HEXADECIMAL}


def case(test: dict, question: tuple, good: Callable[[Answer], bool]) -> Case:
    return Case(test["tcId"], test["result"], test["comment"], question, good)


def gives(expected: bytes) -> Callable[[Answer], bool]:
    return lambda answer: answer.ok and answer.result == expected


def accepted(answer: Answer) -> bool:
    return answer.ok


def ccm_open(vectors: Path, name: str) -> Iterator[Case]:
    for group, test, b in rows(vectors, name, lambda group: group["keySize"] == 128):
        question = ("ccm_open", b["key"], b["iv"], group["tagSize"] // 8, b["aad"], b["ct"] + b["tag"])
        yield case(test, question, gives(b["msg"]))


def ccm_seal(vectors: Path, name: str) -> Iterator[Case]:
    """Sealing must give ciphertext and tag; of the invalid cases those that are so by their lengths or their tag."""
    for group, test, b in rows(vectors, name, lambda group: group["keySize"] == 128):
        question = ("ccm_seal", b["key"], b["iv"], group["tagSize"] // 8, b["aad"], b["msg"])
        yield case(test, question, gives(b["ct"] + b["tag"]))


def ecdsa(op: str) -> Callable[[Path, str], Iterator[Case]]:
    def cases(vectors: Path, name: str) -> Iterator[Case]:
        for group, test, b in rows(vectors, name):
            public = bytes.fromhex(group["publicKey"]["uncompressed"])[1:]
            yield case(test, (op, public, b["msg"], b["sig"]), accepted)

    return cases


def ecdh(vectors: Path, name: str) -> Iterator[Case]:
    for _, test, b in rows(vectors, name):
        private = int(test["private"], 16).to_bytes(32, "big")
        yield case(test, ("ecdh", private, b["public"]), gives(b["shared"]))


def hkdf(vectors: Path, name: str) -> Iterator[Case]:
    for _, test, b in rows(vectors, name):
        yield case(test, ("hkdf", b["ikm"], b["salt"], b["info"], test["size"]), gives(b["okm"]))


def hmac(vectors: Path, name: str) -> Iterator[Case]:
    for group, test, b in rows(vectors, name):
        length = group["tagSize"] // 8
        tag = b["tag"]
        yield case(test, ("hmac", b["key"], b["msg"]), lambda a, n=length, tag=tag: a.ok and a.result[:n] == tag)


FILES = {
    "ccm_open": ("aes_ccm", ccm_open, 184),
    "ccm_seal": ("aes_ccm", ccm_seal, 184),
    "ecdsa_raw": ("ecdsa_secp256r1_sha256_p1363", ecdsa("ecdsa_raw"), 262),
    "ecdsa_der": ("ecdsa_secp256r1_sha256", ecdsa("ecdsa_der"), 484),
    "ecdh": ("ecdh_secp256r1_ecpoint", ecdh, 355),
    "hkdf": ("hkdf_sha256", hkdf, 86),
    "hmac": ("hmac_sha256", hmac, 174),
}


def expected(name: str, one: Case) -> bool:
    if one.result == "acceptable":
        return ACCEPTABLE[name, one.id][0]
    return one.result == "valid"


@pytest.mark.parametrize("what", FILES)
def test_wycheproof_valid_is_taken_and_invalid_refused(what: str, build: Path, vectors: Path) -> None:
    name, make, least = FILES[what]
    cases = list(make(vectors, name))
    assert len(cases) >= least
    answers = ask(build, [one.question for one in cases])
    wrong = [
        f"{name} tcId {one.id} ({one.result}: {one.comment}) gave {answer.error}"
        for one, answer in zip(cases, answers, strict=True)
        if one.good(answer) != expected(name, one)
    ]
    assert not wrong, "\n".join(wrong)


def test_wycheproof_invalid_points_are_refused_as_points(build: Path, vectors: Path) -> None:
    """Not by chance of a wrong shared secret: by POINT, before anything is computed with the key."""
    attacks = [test for _, test, _ in rows(vectors, "ecdh_secp256r1_ecpoint") if "InvalidCurveAttack" in test["flags"]]
    private = [int(test["private"], 16).to_bytes(32, "big") for test in attacks]
    questions = [("ecdh", key, bytes.fromhex(test["public"])) for key, test in zip(private, attacks, strict=True)]
    assert len(attacks) == 16
    assert {answer.error for answer in ask(build, questions)} == {"POINT"}

"""The published path-validation cases of C2SP/x509-limbo that use P-256, from the folder that WARIFU_VECTORS names.

A case gives anchors and a heap of intermediates, and leaves it to the judge to choose among them. Our peers send their
chain in order, so this test offers every chain that the names allow: a case counts as accepted when one of them is.
Where a case brings revocation lists, each certificate of the path is looked up in the list of its issuer.
"""

import base64
import datetime
import itertools
import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from pki import EPOCH, LONGEST, Driver

CHAINS = 200  # tried at most

# Deliberate differences: the beginning of a case's id, and the reason.
DIFFERENT = {
    "pathlen::validation-ignores-pathlen-in-leaf": "its end is a CA, which may not sign messages: no CA is a node",
    "rfc5280::aki::cross-signed-root-missing-aki": "someone installed the anchor: its signer is not looked at",
    "webpki::aki::root-with-aki-ski-mismatch": "the same: the signer of an anchor is not looked at",
    "rfc5280::eku::ee-wrong-eku": "both sides of a handshake sign: the purposes of server and client weigh the same",
    "rfc5280::ski::intermediate-missing-ski": "key identifiers are compared where both are there; the signature proves",
    "webpki::malformed-aia": "an extension that is not critical and not of the profile is passed over unread",
}


@pytest.fixture(scope="module")
def driver(build: Path) -> Iterator[Driver]:
    driver = Driver(build / "tests" / "pki_driver")
    yield driver
    driver.close()


def unpack(pem: str) -> bytes:
    return base64.b64decode("".join(line for line in pem.splitlines() if not line.startswith("-----")))


def elements(der: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Tag, contents and whole of each element; nothing is judged."""
    while der:
        length, at = der[1], 2
        if length > 0x80:
            at += length - 0x80
            length = int.from_bytes(der[2:at], "big")
        yield der[0], der[at : at + length], der[: at + length]
        der = der[at + length :]


def names(der: bytes) -> tuple[bytes, bytes]:
    """Issuer and subject, as their bytes."""
    _, certificate, _ = next(elements(der))
    _, tbs, _ = next(elements(certificate))
    fields = [whole for tag, _, whole in elements(tbs) if tag != 0xA0]
    return fields[2], fields[4]


def chains(case: dict) -> Iterator[list[bytes]]:
    """Every chain from the peer's certificate upwards that the names allow, the shortest first."""
    heap = [unpack(pem) for pem in case["untrusted_intermediates"]]
    ready = [[unpack(case["peer_certificate"])]]
    for _ in range(CHAINS):
        if not ready:
            return
        chain = ready.pop(0)
        yield chain
        if len(chain) <= LONGEST:
            above = names(chain[-1])[0]
            ready += [[*chain, der] for der in heap if der not in chain and names(der)[1] == above]


def moment(case: dict) -> int:
    """In whole seconds: what lies between two of them belongs to the earlier one."""
    time = case["validation_time"]
    now = datetime.datetime.fromisoformat(time) if time else datetime.datetime.now(datetime.UTC)
    return math.floor((now - EPOCH).total_seconds())


def longest(case: dict) -> int:
    """Certificates without the anchor: a depth counts the intermediates alone."""
    depth = case["max_chain_depth"]
    return LONGEST if depth is None else min(LONGEST, depth + 1)


def is_revoked(driver: Driver, case: dict, path: list[bytes]) -> bool:
    """A list that is not believed counts as one that revokes."""
    for pem in case["crls"]:
        for below, issuer in itertools.pairwise(path):
            answer = driver.ask("crl", unpack(pem).hex(), issuer.hex(), below.hex())
            if answer == "error CHAIN":  # of another issuer
                continue
            if not answer.startswith("ok ") or " revoked=1 " in answer:
                return True
    return False


def judge(driver: Driver, case: dict) -> tuple[bool, list[str]]:
    """Accepted or not, and what was said of each chain."""
    answers = []
    for chain in chains(case):
        for anchor in map(unpack, case["trusted_certs"]):
            given = ",".join(der.hex() for der in chain)
            answers.append(driver.ask("verify", 0, moment(case), anchor.hex(), given, longest(case)))
            if answers[-1].startswith("ok") and not is_revoked(driver, case, [*chain, anchor]):
                return True, answers
    return False, answers


def test_every_case_agrees_or_differs_for_a_reason(driver: Driver, vectors: Path) -> None:
    cases = json.loads((vectors / "x509-limbo" / "limbo-p256.json").read_text())["testcases"]
    assert len(cases) >= 50
    wrong = []
    for case in cases:
        accepted, answers = judge(driver, case)
        agrees = accepted == (case["expected_result"] == "SUCCESS")
        reason = next((why for prefix, why in DIFFERENT.items() if case["id"].startswith(prefix)), None)
        if agrees == (reason is not None):
            wrong.append((case["id"], case["expected_result"], answers[:4], case["description"][:300]))
    assert wrong == []

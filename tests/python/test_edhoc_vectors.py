"""EDHOC traces: every value that stands in a trace is computed by the core and compared, in both roles.

The committed traces are our own computation on P-256 (suite 3 with x5chain, suite 2 with x5t) and RFC 9529's trace 1
(section 2: method 0, suite 0). Of the latter all counts that doesn't depend on Curve25519: from G_XY on, with the AEAD
that suite 0 and suite 2 share, and without judging the EdDSA signatures.
"""

import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "vectors" / "edhoc"
P256 = "rfc9528-method0-p256.json"
TRACE_1 = "rfc9529-trace-1.json"

Vector = dict[str, str | int]

# What a role is given. All else it must compute, and some of this as well.
SECRETS = ["x", "y", "sk_i", "sk_r", "cert_i", "cert_r", "key_update_context"]
GIVEN = {
    "initiator": [*SECRETS, "suite", "id_cred", "c_i", "c_r", "message_2", "message_4"],
    "responder": [*SECRETS, "suite", "id_cred", "c_i", "c_r", "message_1", "message_3"],
    "schedule": [
        "g_xy",
        "g_y",
        "cert_i",
        "cert_r",
        "message_1",
        "message_2",
        "message_3",
        "message_4",
        "key_update_context",
    ],
}
# What a role doesn't compute although it stands in the trace, because only the peer does.
PEERS = {
    "initiator": {"g_y", "c_i", "id_cred_r", "message_2", "message_4"},
    "responder": {"g_x", "c_r", "id_cred_i", "message_1", "message_3", "method"},
    "schedule": {"g_xy", "cert_i", "cert_r", "c_i", "id_cred_i", "id_cred_r", "method", "message_1", "message_2"}
    | {"message_3", "message_4", "key_update_context", "signed_2", "signed_3"},
}
NOT_SHOWN = {role: PEERS[role] | ({*SECRETS, "id_cred"} if role != "schedule" else set()) for role in PEERS}


def load(path: Path) -> list[Vector]:
    return json.loads(path.read_text(encoding="utf-8"))


def question(role: str, vector: Vector) -> str:
    return " ".join([role, *(f"{name}={vector[name]}" for name in GIVEN[role])])


def ask(build: Path, questions: list[str]) -> list[dict[str, str]]:
    done = subprocess.run(
        [build / "tests" / "edhoc_driver"],
        input="".join(f"{line}\n" for line in questions),
        capture_output=True,
        text=True,
        check=True,
        timeout=110,
    )
    lines = done.stdout.splitlines()
    assert len(lines) == len(questions)
    return [dict(word.split("=", 1) for word in line.split()) for line in lines]


def differences(role: str, vector: Vector, answer: dict[str, str]) -> list[str]:
    """The names whose values differ; a value that is missing differs too."""
    return [name for name, value in vector.items() if name not in NOT_SHOWN[role] and answer.get(name) != str(value)]


def traces(path: Path) -> list[tuple[str, Vector]]:
    return [(role, vector) for vector in load(path) for role in ("initiator", "responder")]


def check_traces(build: Path, path: Path) -> None:
    pairs = traces(path)
    answers = ask(build, [question(role, vector) for role, vector in pairs])
    for (role, vector), answer in zip(pairs, answers, strict=True):
        assert "error" not in answer, answer["error"]
        assert differences(role, vector, answer) == [], f"{role}, suite {vector['suite']}"


def test_edhoc_every_value_of_a_trace_is_computed_in_some_role() -> None:
    for vector in load(FOLDER / P256):
        shown = {name for role in ("initiator", "responder") for name in vector if name not in NOT_SHOWN[role]}
        assert set(vector) - shown == {*SECRETS, "id_cred"}


def test_edhoc_both_roles_compute_every_value_of_the_p256_traces(build: Path) -> None:
    check_traces(build, FOLDER / P256)


def test_edhoc_both_roles_compute_every_value_of_the_outside_traces(build: Path, vectors: Path) -> None:
    paths = sorted((vectors / "edhoc").glob("*.json"))
    assert paths
    for path in paths:
        check_traces(build, path)


def test_edhoc_key_schedule_and_framing_of_rfc_9529_trace_1(build: Path) -> None:
    (vector,) = load(FOLDER / TRACE_1)
    (answer,) = ask(build, [question("schedule", vector)])
    assert "error" not in answer, answer["error"]
    assert differences("schedule", vector, answer) == []
    for n in "23":
        signed = hashlib.sha256(bytes.fromhex(str(vector[f"signed_{n}"]))).hexdigest()
        assert answer[f"signed_hash_{n}"] == signed
    assert str(vector["plaintext_2"]).startswith("4118" + str(vector["id_cred_r"]))
    assert str(vector["plaintext_3"]).startswith(str(vector["id_cred_i"]))


def flipped(value: str | int, position: int) -> str:
    """The value with one byte changed: a bit of it, or for a word its letter."""
    text = str(value)
    if len(text) % 2 == 0 and all(digit in "0123456789abcdef" for digit in text):
        byte = int(text[2 * position : 2 * position + 2], 16) ^ 1
        return f"{text[: 2 * position]}{byte:02x}{text[2 * position + 2 :]}"
    return f"{text[:position]}{chr(ord(text[position]) ^ 1)}{text[position + 1 :]}"


def width(value: str | int) -> int:
    text = str(value)
    return len(text) // 2 if len(text) > 2 and text[0] != "x" else 1


def damaged(vector: Vector, names: set[str], step: int) -> Iterator[tuple[str, Vector]]:
    for name in sorted(names):
        last = width(vector[name]) - 1
        for position in sorted({*range(0, last, step), last}):
            yield f"{name}[{position}]", {**vector, name: flipped(vector[name], position)}


def test_edhoc_a_flipped_byte_in_any_computed_value_is_seen(build: Path) -> None:
    for vector in load(FOLDER / P256):
        answers = {role: ask(build, [question(role, vector)])[0] for role in ("initiator", "responder")}
        for what, bad in damaged(vector, set(vector) - {*SECRETS, "id_cred"}, 1):
            assert any(differences(role, bad, answer) for role, answer in answers.items()), what


def test_edhoc_a_flipped_byte_in_any_given_value_is_seen(build: Path) -> None:
    """Every 8th byte of each and the last: each costs both roles' public-key work."""
    cases = [case for vector in load(FOLDER / P256) for case in damaged(vector, {*SECRETS, "id_cred"}, 8)]
    answers = {role: ask(build, [question(role, bad) for _, bad in cases]) for role in ("initiator", "responder")}
    for index, (what, bad) in enumerate(cases):
        assert any(differences(role, bad, answers[role][index]) for role in answers), what

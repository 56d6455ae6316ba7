"""The DA profile: the core and a second implementation in Python (da_profile.py) compute the same bytes.

Both compute every example of tests/vectors/da-profile-1.json, which docs/reference/da-profile-1.md shows; and what two
engines say to each other from pairing to unpairing is taken apart by the second one alone.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import da_profile as profile
import da_profile_file
import pytest
from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from test_edhoc_vectors import ask as ask_edhoc
from test_edhoc_vectors import differences, question

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "docs" / "reference" / name for name in ("da-profile-1.md", "da-profile-1-groups.md")]
ROLES = {"device": 1, "controller": 2}
NOW = 1_800_000_000  # a date at which the certificates of the examples are valid

Values = dict[str, Any]


@pytest.fixture(scope="module")
def file() -> Values:
    return da_profile_file.load()


def words(line: str) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (word.partition("=") for word in line.split())]


def ask(build: Path, questions: list[str]) -> list[str]:
    done = subprocess.run(
        [build / "tests" / "da_driver"],
        input="".join(f"{line}\n" for line in questions),
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == len(questions)
    return lines


def answers(build: Path, questions: list[tuple[str, Values]]) -> list[dict[str, str]]:
    lines = [" ".join([op, *(f"{name}={value}" for name, value in fields.items())]) for op, fields in questions]
    return [dict(words(line)) for line in ask(build, lines)]


# ---- the file against the second implementation ----


def test_the_vectors_are_what_a_second_implementation_computes(file: Values) -> None:
    assert da_profile_file.recompute(file) == file


def test_the_key_derivation_examples_are_those_of_rfc_8613_appendix_c(file: Values) -> None:
    client, server, unsalted, _ = file["rfc8613"]
    assert client["sender_key"] == server["recipient_key"] == "f0910ed7295e6ad4b54fc793154302ff"
    assert client["recipient_key"] == server["sender_key"] == "ffb14e093c94c9cac9471648b4f98710"
    assert client["iv"] == client["sender_nonce_0"] == "4622d4dd6d944168eefb54987c"
    assert client["recipient_nonce_0"] == "4722d4dd6d944169eefb54987c"
    assert unsalted["sender_key"] == "321b26943253c7ffb6003b0b64d74041"
    assert unsalted["recipient_key"] == "e57b5635815177cd679ab4bcec9d7dda"
    assert unsalted["iv"] == "be35ae297d2dace910c52e99f9"
    assert unsalted["recipient_nonce_0"] == "bf35ae297d2dace810c52e99f9"


def test_the_signatures_of_the_example_have_the_smaller_s(file: Values) -> None:
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    for n in "23":
        assert int(file["pairing"][f"sig_{n}"][64:], 16) <= order // 2


# ---- the core against the file ----


def test_rfc8613_derivation_by_the_core(build: Path, file: Values) -> None:
    cases = file["rfc8613"]
    asked = [
        (
            "derive",
            {
                "secret": case["master_secret"],
                "salt": case["master_salt"],
                "alg": case["alg"],
                "send": case["sender_id"],
                "receive": case["recipient_id"],
            },
        )
        for case in cases
    ]
    for case, answer in zip(cases, answers(build, asked), strict=True):
        assert answer == {name: case[name] for name in ("sender_key", "recipient_key", "iv")}


def test_edhoc_both_roles_of_the_core_compute_the_pairing_of_the_example(build: Path, file: Values) -> None:
    run = file["pairing"]
    for role in ("initiator", "responder"):
        (answer,) = ask_edhoc(build, [question(role, run)])
        assert "error" not in answer, answer["error"]
        assert differences(role, run, answer) == []


def test_the_certificates_of_the_example_are_in_the_profile(build: Path, file: Values) -> None:
    root = x509.load_der_x509_certificate(bytes.fromhex(file["anchor"]))
    for role, name in (("controller", "cert_i"), ("device", "cert_r")):
        certificate = file["pairing"][name]
        x509.load_der_x509_certificate(bytes.fromhex(certificate)).verify_directly_issued_by(root)
        fields = {"certificate": certificate, "anchor": file["anchor"], "now": NOW}
        right, wrong = answers(build, [("chain", {**fields, "role": code}) for code in (ROLES[role], 3 - ROLES[role])])
        assert right["number"].startswith("feffffff")
        assert wrong["error"] == "WRONG_ROLE"


def test_the_core_exports_the_session_of_the_example(build: Path, file: Values) -> None:
    (exported,) = answers(build, [("export", {"prk_out": file["pairing"]["prk_out"]})])
    assert exported["admission_key"] == file["session"]["admission_key"]
    for name in ("oscore_master_secret", "oscore_master_salt"):
        assert exported[name] == file["pairing"][name]


def side(file: Values, sender: str) -> Values:
    """What derive takes at that side; the records of an example always have the algorithm of the profile."""
    keys, run = file["session"], file["pairing"]
    other = "device" if sender == "controller" else "controller"
    return {
        "secret": run["oscore_master_secret"],
        "salt": run["oscore_master_salt"],
        "send": keys[f"{sender}_kid"],
        "receive": keys[f"{other}_kid"],
    }


def parameters(item: Values) -> Values:
    return {name: item[name] for name in ("tid", "piv", "request_piv") if name in item}


def test_the_core_seals_the_records_of_the_example(build: Path, file: Values) -> None:
    asked = [
        ("seal", {**side(file, item["from"]), **parameters(item), "plain": item["plaintext"]})
        for item in file["records"]
    ]
    for item, answer in zip(file["records"], answers(build, asked), strict=True):
        assert answer == {"datagram": item["datagram"]}, item["name"]


def opening(file: Values, item: Values, **changed: Any) -> tuple[str, Values]:
    receiver = "device" if item["from"] == "controller" else "controller"
    fields = {**side(file, receiver), **parameters(item), "datagram": item["datagram"], **changed}
    return "open", {name: value for name, value in fields.items() if value is not None}


def test_the_core_opens_the_records_of_the_example(build: Path, file: Values) -> None:
    asked = [opening(file, item) for item in file["records"]]
    for item, answer in zip(file["records"], answers(build, asked), strict=True):
        assert answer == {"plain": item["plaintext"]}, item["name"]


def flipped(item: Values) -> Iterator[str]:
    datagram = bytes.fromhex(item["datagram"])
    for place in range(len(datagram)):
        yield (datagram[:place] + bytes([datagram[place] ^ 1]) + datagram[place + 1 :]).hex()


def test_the_core_opens_no_record_with_a_flipped_bit_in_any_byte(build: Path, file: Values) -> None:
    for item in file["records"]:
        for answer in answers(build, [opening(file, item, datagram=damaged) for damaged in flipped(item)]):
            assert answer["error"] in ("TAG", "FRAME")


def test_an_answer_opens_for_its_own_request_alone(build: Path, file: Values) -> None:
    for item in (item for item in file["records"] if "request_piv" in item):
        asked = [opening(file, item, request_piv=piv) for piv in (item["request_piv"] + 1, None)]
        assert [answer["error"] for answer in answers(build, asked)] == ["TAG", "TAG"]


def test_the_replay_window_of_the_core_is_that_of_the_examples(build: Path, file: Values) -> None:
    asked = [("replay", {"numbers": ",".join(map(str, case["numbers"]))}) for case in file["replay"]]
    for case, answer in zip(file["replay"], answers(build, asked), strict=True):
        assert [mark == "1" for mark in answer["accepted"]] == case["accepted"]


def test_the_replay_window_of_the_core_is_that_of_a_set_on_random_sequences(build: Path) -> None:
    random = Random(8613)
    sequences = []
    for _ in range(300):
        centre, reach = random.choice([0, 100, 2**40 - 400]), random.choice([3, 70, 200])
        sequences.append([centre + step + random.randrange(reach) for step in range(100)])
    got = answers(build, [("replay", {"numbers": ",".join(map(str, numbers))}) for numbers in sequences])
    for numbers, answer in zip(sequences, got, strict=True):
        seen: set[int] = set()
        for number, mark in zip(numbers, answer["accepted"], strict=True):
            fresh = number not in seen and (not seen or number > max(seen) - 64)
            assert (mark == "1") == fresh
            seen |= {number} if fresh else set()


def test_the_core_reads_the_frames_of_the_example(build: Path, file: Values) -> None:
    asked = [("frame", {"datagram": item["datagram"]}) for item in file["frames"]]
    for item, answer in zip(file["frames"], answers(build, asked), strict=True):
        clear = {name: value for name, value in item.items() if name not in ("title", "datagram", "hello")}
        clear |= {name: int(value) for name, value in item.get("hello", {}).items()}
        assert {name: answer[name] for name in clear} == {name: str(value) for name, value in clear.items()}
        assert answer["multicast"] == str(int(item["type"] in ("hello", "wake", "group")))


def test_the_core_refuses_what_is_no_frame(build: Path, file: Values) -> None:
    asked = [("frame", {"datagram": datagram}) for _, datagram in file["not_frames"]]
    for (why, _), answer in zip(file["not_frames"], answers(build, asked), strict=True):
        assert answer == {"error": "FRAME"}, why


def test_the_core_writes_the_hello_of_the_example(build: Path, file: Values) -> None:
    (written,) = (item for item in file["frames"] if item["type"] == "hello_answer")
    flags, suites, *seconds = bytes.fromhex(written["datagram"])[5:9]
    fields = {"tid": written["tid"], "flags": flags, "suites": suites, "seconds": int.from_bytes(seconds)}
    assert answers(build, [("hello", fields)]) == [{"datagram": written["datagram"]}]


def test_the_core_makes_the_cookie_of_the_example_and_takes_it_until_the_next_slot_ends(
    build: Path, file: Values
) -> None:
    place = {name: value for name, value in file["cookie"].items() if name != "cookie"}
    place["message_1"] = file["pairing"]["message_1"]
    left = 32000 - place["now_ms"] % 32000  # of its slot
    asked = [("cookie", {**place, "later_ms": later}) for later in (0, left + 31999, left + 32000)]
    got = answers(build, asked)
    assert {answer["cookie"] for answer in got} == {file["cookie"]["cookie"]}
    assert [answer["right_later"] for answer in got] == ["1", "1", "0"]


def test_the_core_makes_the_tags_of_the_example(build: Path, file: Values) -> None:
    key, message_1, nonce = file["session"]["admission_key"], file["pairing"]["message_1"], file["wake"]["nonce"]
    slot_key = file["setup_code"]["slot_key"]
    frames = [item for item in file["frames"] if item["type"] == "message_1" and "tag" in item]
    asked = []
    for item in frames:
        covered = nonce if item["flags"] & 4 else ""
        under = slot_key if item["flags"] & 8 else key
        asked.append(
            ("admission", {"key": under, "cookie": item.get("cookie", ""), "nonce": covered, "message_1": message_1})
        )
    assert len(asked) == 5
    assert [answer["tag"] for answer in answers(build, asked)] == [item["tag"] for item in frames]
    assert answers(build, [("wake", {"key": key, "nonce": nonce})]) == [
        {"hint": file["wake"]["hint"], "tag": file["wake"]["tag"]}
    ]


def test_the_core_makes_slot_key_and_proofs_of_the_example(build: Path, file: Values) -> None:
    code = file["setup_code"]
    fields = {name: code[name] for name in ("secret", "fingerprint")}
    (made,) = answers(build, [("code", {**fields, "prk_out": file["pairing"]["prk_out"]})])
    assert made == {name: code[name] for name in ("slot_key", "proof_i", "proof_r")}


def test_the_core_writes_the_edhoc_errors_of_the_example(build: Path, file: Values) -> None:
    asked = [("error", {"reason": item["reason"]}) for item in file["errors"]]
    assert [answer["message"] for answer in answers(build, asked)] == [item["message"] for item in file["errors"]]


# ---- the document against the file ----


def test_every_byte_string_of_the_document_is_in_the_vectors(file: Values) -> None:
    """Indented blocks hold examples: hexadecimal of four bytes and more in them must stand in the file."""
    everything = json.dumps(file)
    blocks = [one for page in PAGES for one in re.findall(r"(?:^    .*\n?)+", page.read_text("utf-8"), flags=re.M)]
    shown = [word.replace(" ", "") for block in blocks for word in re.findall(r"\b(?:[0-9a-f]{2} ?){4,}", block)]
    assert len(shown) > 20
    assert [word for word in shown if word not in everything] == []


# Constants of core/src and what their rows in the document's table of limits say; times are in milliseconds.
LIMITS = [
    ("da/life.h", "WF_FIRST_INTERVAL_MS", "MESSAGE_1, MESSAGE_3 again", "1 s,", 1000),
    ("da/life.c", "LONGEST_INTERVAL_MS", "MESSAGE_1, MESSAGE_3 again", "at most 4 s", 4000),
    ("da/life.h", "WF_RUN_MS", "a handshake, controller", "30 s", 30000),
    ("da/state.h", "WF_SLOT_LIFE_MS", "a handshake, device", "45 s", 45000),
    ("da/state.h", "WF_MAX_RETRIES", "RETRYs followed", "3 a run", 3),
    ("da/admission.c", "COOKIE_SLOT_MS", "cookie", "32 to 64 s", 32000),
    ("da/initiator.c", "DECISION_MS", "the owner's decision", "40 s", 40000),
    ("da/commit.c", "COMMIT_MS", "CONFIRM", "40 s", 40000),
    ("da/commit.h", "WF_UNPAIR_MS", "UNPAIR", "8 s", 8000),
    ("da/responder.c", "SLOT_SAFE_MS", "a place that can't be taken", "3 s", 3000),
    ("da/window.h", "WF_WINDOW_DEFAULT_MS", "window", "180 s", 180000),
    ("da/window.h", "WF_WINDOW_MAX_MS", "window", "at most 900 s", 900000),
    ("da/peers.h", "WF_FIRST_PAUSE_MS", "WAKE", "10 s apart", 10000),
    ("da/call.c", "LONGEST_PAUSE_MS", "WAKE", "to 320 s", 320000),
    ("da/window.h", "WF_WINDOW_FAILURES", "wrong proofs", "5 close the window", 5),
    ("da/guard.h", "WF_GUARD_LONGEST_WAIT_S", "wrong proofs", "to 64 s", 64),
    ("da/guard.h", "WF_GUARD_WINDOWS", "windows opened", "39", 39),
    ("da/state.h", "WF_CANDIDATE_LIFE_MS", "message_4 until CONFIRM, device", "90 s", 90000),
    ("da/tokens.h", "WF_TOKENS_AT_ONCE", "handshakes of a host of strangers", "8 at once", 8),
    ("da/tokens.h", "WF_TOKEN_MS", "handshakes of a host of strangers", "one more each 3 s", 3000),
    ("da/tokens.h", "WF_TOKEN_HOSTS", "handshakes of a host of strangers", "16 hosts remembered", 16),
    ("da/proof.h", "WF_EXPECTATIONS", "proofs awaited", "4", 4),
    ("da/hello.c", "PAUSE_MS", "hello answers", "20 a second", 50),
    ("da/hello.c", "SAVED_MS", "hello answers", "10 at once", 500),
    ("da/record.c", "WINDOW", "replay window", "64", 64),
    ("da/session.h", "WF_SESSION_EXCHANGES", "requests whose answers count", "16 a session", 16),
    ("engine/requests.c", "MOST_AT_ONCE", "requests under way", "8 to a peer", 8),
    ("da/session.h", "WF_COMMAND_AGE_TENTHS", "age of a command", "10 s", 100),
    ("da/session.h", "WF_SESSION_GRACE_MS", "old keys", "30 s", 30000),
    ("da/path.c", "CHALLENGE_PAUSE_MS", "CHALLENGE", "1 s apart", 1000),
    ("da/path.c", "MOVED_PAUSE_MS", "CHALLENGE", "10 s after", 10000),
    ("engine/engine.c", "MOST_PEERS_OF_DEVICE", "pairings of a device", "4", 4),
    ("da/group_member.h", "WF_GROUPS_AT_MOST", "groups of a device", "2", 2),
    ("da/group_manager.c", "DAYS_OF_AN_EPOCH", "an epoch", "30 days", 30),
    ("da/group_manager.c", "IDS_PER_PAIRING", "ids in an epoch", "2 for each", 2),
    ("da/group_manager.c", "SPARE_IDS", "ids in an epoch", "and 16", 16),
    ("da/group.h", "WF_GROUP_GRACE_MS", "grace", "30 s", 30000),
    ("da/group_push.c", "PATIENCE_MS", "GROUP, SENDERS again", "for 60 s", 60000),
    ("da/group_push.c", "AT_ONCE", "members served at once", "16,", 16),
    ("da/group_push.c", "GAP_MS", "members served at once", "20 ms", 20),
    ("da/group.h", "WF_GROUP_SENDERS_AT_ONCE", "cards in SENDERS", "10", 10),
    ("da/group_member.c", "JOIN_PAUSE_MS", "JOIN", "10 s apart", 10000),
    ("da/group_push.c", "JOIN_PAUSE_MS", "JOIN", "2 s apart", 2000),
    ("da/group.h", "WF_GROUP_AT_ONCE", "signatures of a sender at home", "200 at once", 200),
    ("da/group.h", "WF_GROUP_TOKEN_MS", "signatures of a sender at home", "each 10 ms", 10),
    ("da/group_push.c", "REFRESH_MS", "clock told anew", "6 h", 6),
    ("da/group.h", "WF_GROUP_WORD_MS", "keys without another GROUP", "13 h", 13),
    ("da/group_manager.h", "WF_GROUP_QUESTIONS", "group questions answered", "last 8", 8),
]


@pytest.mark.parametrize(("file", "constant", "row", "words", "value"), LIMITS, ids=[limit[1] for limit in LIMITS])
def test_a_limit_of_the_document_is_that_of_the_core(
    file: str, constant: str, row: str, words: str, value: int
) -> None:
    source = (ROOT / "core" / "src" / file).read_text(encoding="utf-8")
    assert re.findall(rf"\b{constant} = (\d+)\b", source) == [str(value)]
    rows = dict(
        row for page in PAGES for row in re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", page.read_text("utf-8"), flags=re.M)
    )
    assert words in rows[row]


# ---- two engines, listened to by the second implementation ----


class Listener:
    """Knows the keys of a session, and follows it datagram by datagram."""

    def __init__(self, keys: Values) -> None:
        self.keys = {name: bytes.fromhex(value) for name, value in keys.items()}
        self.requests: dict[tuple[str, int], int] = {}
        self.seen: list[tuple[str, int]] = []

    def open(self, sender: str, datagram: bytes) -> bytes:
        tid, answer = int.from_bytes(datagram[2:4]), datagram[4] == profile.TYPES["answer"]
        other = "device" if sender == "controller" else "controller"
        kid_len, piv_len = datagram[5] >> 4, datagram[5] & 15
        kid, piv = datagram[6 : 6 + kid_len], int.from_bytes(datagram[6 + kid_len : 6 + kid_len + piv_len])
        assert kid == self.keys[f"{sender}_kid"]
        assert (sender, piv) not in self.seen
        self.seen.append((sender, piv))
        if not answer:
            self.requests[sender, tid] = piv
        clear = profile.clear_part("answer" if answer else "request", tid, kid, piv)
        assert datagram.startswith(clear)
        bond = (self.keys[f"{other}_kid"], self.requests[other, tid]) if answer else (kid, piv)
        aad = profile.enc_structure(profile.external_aad(*bond, clear))
        nonce = profile.nonce_of(self.keys["common_iv"], kid, piv)
        return AESCCM(self.keys[f"{sender}_key"]).decrypt(nonce, datagram[len(clear) :], aad)


class Life:
    """The words of the driver's `life`, up to the next start of the device."""

    def __init__(self, began_ms: int) -> None:
        self.began_ms = began_ms
        self.keys: Values = {}
        self.said: list[tuple[str, bytes]] = []

    def of(self, name: str) -> list[tuple[str, bytes]]:
        wanted = profile.TYPES[name]
        return [(who, datagram) for who, datagram in self.said if datagram[1] == 0x82 and datagram[4] == wanted]

    def kinds(self) -> list[tuple[str, int]]:
        """Sender and kind of every record."""
        listener = Listener(self.keys)
        records = [(who, one) for who, one in self.said if one[1] == 0x82 and one[4] in (0x18, 0x19)]
        return [(who, listener.open(who, one)[0]) for who, one in records]

    def check_cookies(self, ip: str) -> None:
        key = bytes.fromhex(self.keys["cookie_key"])
        (first, *_), ((_, retry), *_) = self.of("message_1"), self.of("retry")
        flags = first[1][5]
        message_1 = first[1][6 + 16 * (flags >> 1 & 1) :]
        place = bytes(10) + b"\xff\xff" + bytes(map(int, ip.split(".")))
        assert retry[5:] == profile.cookie(key, self.began_ms, place, 3610, 0, message_1)
        assert {one[6:22] for _, one in self.of("message_1")[1:]} == {retry[5:]}


def listen(build: Path, life: str) -> list[Life]:
    out: list[Life] = []
    for name, value in words(ask(build, [life])[0]):
        if name == "began_ms":
            out.append(Life(int(value)))
        elif name in ("controller", "device"):
            out[-1].said.append((name, bytes.fromhex(value)))
        else:
            out[-1].keys[name] = value
    return out


@pytest.fixture(scope="module")
def lives(build: Path) -> list[Life]:
    return listen(build, "life")


def test_a_pairing_is_six_datagrams_a_confirm_and_its_answer(lives: list[Life]) -> None:
    paired = lives[0]
    handshake = [(who, one) for who, one in paired.said if one[1] == 0x82 and 0x12 <= one[4] <= 0x16]
    assert [one[4] for _, one in handshake] == [0x12, 0x13, 0x12, 0x14, 0x15, 0x16]
    assert len({one[2:4] for _, one in handshake}) == 1
    assert sum(len(one) for _, one in handshake) <= 1300
    assert paired.kinds()[:2] == [("controller", 2), ("device", 3)]


def test_the_records_of_engines_open_by_the_document(lives: list[Life]) -> None:
    first, second = lives
    talk = [("controller", 0), ("controller", 1), ("device", 0), ("device", 0), ("device", 0)]
    confirmed = [("controller", 2), ("device", 3)]
    assert first.kinds() == [*confirmed, *talk]
    moved = [("device", 0), ("controller", 7), ("device", 8)]
    assert second.kinds() == [*confirmed, *talk, *moved, ("controller", 5), ("device", 6)]
    assert first.keys["controller_key"] != second.keys["controller_key"]
    assert first.keys["admission_key"] == second.keys["admission_key"]


def test_a_record_of_one_session_does_not_open_under_the_next(lives: list[Life]) -> None:
    first, second = lives
    who, datagram = first.of("request")[0]
    listener = Listener({**second.keys, "controller_kid": first.keys["controller_kid"]})
    with pytest.raises(InvalidTag):
        listener.open(who, datagram)


def test_the_cookies_of_engines_are_those_of_the_document(lives: list[Life]) -> None:
    for life in lives:
        life.check_cookies("10.0.0.1")


def test_a_restarted_device_calls_and_the_controller_answers_with_tags_of_the_document(lives: list[Life]) -> None:
    again = lives[1]
    key = bytes.fromhex(again.keys["admission_key"])
    calls = {call for _, call in again.of("wake")}
    (call,) = calls
    hint, nonce, tag = call[5:13], call[13:21], call[21:37]
    assert (hint, tag) == (profile.wake_hint(key), profile.wake_tag(key, nonce))
    assert nonce == (2).to_bytes(4) + (1).to_bytes(4)  # the second start, and its first call
    assert len(call) == len(again.of("message_1")[0][1])
    (_, first), (_, second) = again.of("message_1")
    assert (first[5], second[5]) == (0b110, 0b111)
    assert first[6:22] == profile.admission_tag(key, b"", nonce, first[22:])
    assert second[22:38] == profile.admission_tag(key, second[6:22], nonce, second[38:])
    assert first[22:] == second[38:]
    assert [len(one) for _, one in again.of("message_2")] == [120]  # by hash: no certificates


def test_engines_pair_by_the_set_up_code_with_tags_and_proofs_of_the_document(build: Path) -> None:
    (life,) = listen(build, "code_life")
    secret, prk_out = (bytes.fromhex(life.keys[name]) for name in ("secret", "prk_out"))
    key = x509.load_der_x509_certificate(bytes.fromhex(life.keys["certificate"])).public_key()
    fingerprint = profile.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    slot_key = profile.code_key(fingerprint, secret, "slot")
    (_, first), (_, second) = life.of("message_1")
    assert (first[5], second[5]) == (0b1010, 0b1011)
    assert first[6:22] == profile.admission_tag(slot_key, b"", b"", first[22:])
    assert second[22:38] == profile.admission_tag(slot_key, second[6:22], b"", second[38:])
    assert [one[5] for _, one in life.of("hello_answer")] == [0b010101]
    listener = Listener(life.keys)
    records = [(who, listener.open(who, one)) for who, one in life.said if one[1] == 0x82 and one[4] in (0x18, 0x19)]
    proofs = [profile.proof(fingerprint, secret, side, prk_out) for side in ("initiator", "responder")]
    assert records[:2] == [("controller", b"\2" + proofs[0]), ("device", b"\3" + proofs[1])]
    assert life.keys["admission_key"] == profile.exporter(prk_out, profile.ADMISSION_LABEL, 32).hex()

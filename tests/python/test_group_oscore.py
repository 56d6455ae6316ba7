"""Group records against aiocoap's Group OSCORE (group mode, AES-CCM-16-128-128, ES256), in both directions.

Compared byte by byte: the sender's and the listener's key, Common IV and Signature Encryption Key; ciphertext and tag,
and so nonce, OSCORE_option, credentials and the order of everything in external_aad; the keystream and the structure
under the countersignature, since each side's is believed by the other. aiocoap's external_aad has an empty `options`,
where ours has the clear part of the frame: that one element is put in here, and the frame is made and taken apart here.
The plaintext is a CoAP message, for aiocoap knows no other; to the core it is bytes.
"""

import subprocess
from pathlib import Path

import cbor2
import pytest
from aiocoap import POST, Message, oscore
from aiocoap.message import Direction
from cryptography.hazmat.primitives.asymmetric import ec

SECRET, SALT = bytes(range(16)), bytes.fromhex("9e7ca92223786340")
GID = bytes.fromhex("a1a2a3a40007")
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SCALARS = {"manager": 0x1111, "alice": 0x2222, "bob": 0x3333, "mallory": 0x4444}
KEYS = {name: ec.derive_private_key(scalar << 200 | scalar, ec.SECP256R1()) for name, scalar in SCALARS.items()}
ALICE, BOB = bytes.fromhex("2a"), bytes.fromhex("0b0c")
TEXT = b"the light is on"
PLAIN = bytes([POST, 0xFF]) + TEXT

PIVS = [0, 5, 0xFF, 0x100, 1 << 20, (1 << 40) - 2]  # aiocoap ends one before the standard


def public(name: str) -> bytes:
    numbers = KEYS[name].public_key().public_numbers()
    return numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def private(name: str) -> bytes:
    return KEYS[name].private_numbers().private_value.to_bytes(32, "big")


def claims(name: str) -> bytes:
    key = public(name)
    return cbor2.dumps({8: {1: {1: 2, 3: -7, -1: 1, -2: key[:32], -3: key[32:]}}})


def with_options(external_aad: bytes, clear: bytes) -> bytes:
    array = cbor2.loads(external_aad)
    assert array[4] == b""
    array[4] = clear
    return cbor2.dumps(array)


class Member(oscore.SimpleGroupContext):
    """alg_aead goes once the keys are made: aiocoap derives no Common IV without it, and the group has none."""

    clear: bytes

    def __init__(self, name: str, own: bytes, peers: dict[bytes, str], **other: bytes):
        terms = {"group_id": GID, "master_secret": SECRET, "master_salt": SALT} | other
        super().__init__(
            alg_aead=oscore.AES_CCM_16_128_128(),
            hashfun=oscore.hashfunctions["sha256"],
            alg_signature=oscore.ECDSA_SHA256_P256(),
            alg_group_enc=oscore.AES_CCM_16_128_128(),
            alg_pairwise_key_agreement=None,
            sender_id=own,
            private_key=KEYS[name],
            sender_auth_cred=claims(name),
            peers={peer: claims(who) for peer, who in peers.items()},
            group_manager_cred=claims("manager"),
            **terms,
        )
        self.alg_aead = None

    def _extract_external_aad(self, *about, **more) -> bytes:
        return with_options(super()._extract_external_aad(*about, **more), self.clear)


class Ear(oscore._GroupContextAspect):
    """What Member hears from one peer. aiocoap asks alg_aead for a tag's length, whatever the mode."""

    alg_aead = oscore.AES_CCM_16_128_128()

    def _extract_external_aad(self, *about, **more) -> bytes:
        array = cbor2.loads(super()._extract_external_aad(*about, **more))
        array[1][0] = None
        return with_options(cbor2.dumps(array), self.groupcontext.clear)


def clear_part(kid: bytes, piv: int, tid: int = 0x1001) -> bytes:
    number = piv.to_bytes(max(1, (piv.bit_length() + 7) // 8), "big")
    return b"\x10\x82" + tid.to_bytes(2, "big") + b"\x1a" + GID + bytes([len(kid) << 4 | len(number)]) + kid + number


def protect(member: Member, piv: int) -> tuple[bytes, bytes]:
    """The datagram of aiocoap's record, and its OSCORE option."""
    member.clear = clear_part(member.sender_id, piv)
    member.sender_sequence_number = piv
    message = Message(code=POST, payload=TEXT)
    message.direction = Direction.OUTGOING
    outer, _ = member.protect(message)
    return member.clear + outer.payload, outer.opt.oscore


def unprotect(member: Member, kid: bytes, piv: int, datagram: bytes) -> bytes:
    member.clear = clear_part(kid, piv)
    assert datagram.startswith(member.clear)
    number = member.clear[len(clear_part(kid, 0)) - 1 :]
    outer = Message(code=POST, payload=datagram[len(member.clear) :])
    outer.opt.oscore = bytes([0x38 | len(number)]) + number + bytes([len(GID)]) + GID + kid
    outer.direction = Direction.INCOMING
    return Ear(member, kid).unprotect(outer)[0].payload


def one_s(member: Member, larger: bool) -> None:
    """aiocoap signs with either s; from here on with the smaller or the larger one."""
    either = oscore.ECDSA_SHA256_P256()

    class Chosen(oscore.ECDSA_SHA256_P256):
        def sign(self, body, aad, private_key):
            signature = either.sign(body, aad, private_key)
            s = int.from_bytes(signature[32:], "big")
            return signature[:32] + (s if (s > ORDER // 2) == larger else ORDER - s).to_bytes(32, "big")

    member.alg_signature = Chosen()


def ask(build: Path, *questions: str) -> list[dict[str, str]]:
    done = subprocess.run(
        [build / "tests" / "group_driver"],
        input="".join(f"{line}\n" for line in questions),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    lines = done.stdout.splitlines()
    assert len(lines) == len(questions)
    return [dict(word.split("=", 1) for word in line.split()) for line in lines]


def terms(own: bytes) -> str:
    manager = public("manager").hex()
    return f"secret={SECRET.hex()} salt={SALT.hex()} gid={GID.hex()} own={own.hex()} manager={manager}"


def seal(build: Path, own: bytes, name: str, pivs: list[int]) -> list[bytes]:
    asked = [f"seal {terms(own)} private={private(name).hex()} tid=4097 piv={piv} plain={PLAIN.hex()}" for piv in pivs]
    return [bytes.fromhex(answer["datagram"]) for answer in ask(build, *asked)]


def hear(build: Path, own: bytes, kid: bytes, name: str, datagram: bytes) -> dict[str, str]:
    line = f"open {terms(own)} id={kid.hex()} public={public(name).hex()} datagram={datagram.hex()}"
    return ask(build, line)[0]


@pytest.mark.parametrize("own", [ALICE, BOB, b"\x00", b"\xff\xff"], ids=bytes.hex)
def test_a_member_has_the_keys_that_aiocoap_derives(build: Path, own: bytes) -> None:
    peer = b"\x77"
    theirs = Member("alice", own, {peer: "bob"})
    ours, listener = ask(build, f"derive {terms(own)}", f"sender {terms(own)} id=77 public={public('bob').hex()}")
    assert ours == {
        "key": theirs._sender_key.hex(),
        "iv": theirs.common_iv.hex(),
        "signature_key": theirs.signature_encryption_key.hex(),
    }
    assert listener == {"key": theirs.recipient_keys[peer].hex()}


@pytest.mark.parametrize(("own", "other"), [(ALICE, BOB), (BOB, ALICE)], ids=["kid of 1", "kid of 2"])
def test_aiocoap_hears_a_record_of_the_core(build: Path, own: bytes, other: bytes) -> None:
    for piv, datagram in zip(PIVS, seal(build, own, "alice", PIVS), strict=True):
        member = Member("bob", other, {own: "alice"})
        assert unprotect(member, own, piv, datagram) == TEXT
        changed = datagram[:-1] + bytes([datagram[-1] ^ 1])
        with pytest.raises(oscore.ProtectionInvalid):
            unprotect(Member("bob", other, {own: "alice"}), own, piv, changed)


@pytest.mark.parametrize(("own", "other"), [(ALICE, BOB), (BOB, ALICE)], ids=["kid of 1", "kid of 2"])
def test_the_core_hears_a_record_of_aiocoap(build: Path, own: bytes, other: bytes) -> None:
    member = Member("alice", own, {})
    one_s(member, larger=False)
    for piv in PIVS:
        datagram, option = protect(member, piv)
        assert option[0] & 0x38 == 0x38
        assert hear(build, other, own, "alice", datagram) == {"plain": PLAIN.hex()}


def test_ciphertext_and_tag_are_aiocoaps_byte_for_byte(build: Path) -> None:
    member = Member("alice", ALICE, {})
    for piv, datagram in zip(PIVS, seal(build, ALICE, "alice", PIVS), strict=True):
        theirs, _ = protect(member, piv)
        assert datagram[:-64] == theirs[:-64]


def test_the_larger_s_of_another_implementation_is_refused(build: Path) -> None:
    member = Member("alice", ALICE, {})
    one_s(member, larger=True)
    datagram, _ = protect(member, 5)
    assert hear(build, BOB, ALICE, "alice", datagram) == {"error": "SIGNATURE"}


def test_a_member_that_signs_with_its_own_key_in_anothers_name_is_refused(build: Path) -> None:
    member = Member("alice", ALICE, {})
    member.private_key = KEYS["mallory"]
    one_s(member, larger=False)
    datagram, _ = protect(member, 5)
    assert hear(build, BOB, ALICE, "alice", datagram) == {"error": "SIGNATURE"}


@pytest.mark.parametrize(
    "other",
    [{"master_secret": bytes(16)}, {"master_salt": bytes(8)}, {"group_id": bytes(6)}],
    ids=lambda other: next(iter(other)),
)
def test_a_record_of_another_epoch_is_refused(build: Path, other: dict[str, bytes]) -> None:
    datagram, _ = protect(Member("alice", ALICE, {}, **other), 5)
    assert hear(build, BOB, ALICE, "alice", datagram) == {"error": "TAG"}

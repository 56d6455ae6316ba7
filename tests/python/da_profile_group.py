"""Groups of docs/reference/da-profile-1.md a second time: keys, records, and the kinds that bring them to the members.

`group` computes the section `group` of tests/vectors/da-profile-1.json; Ear takes apart what engines say in a group.
"""

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from da_profile import (
    RECORD_ALG,
    aead,
    cbor,
    enc_structure,
    expand,
    extract,
    frame,
    nonce_of,
    piv_bytes,
    private_key,
    sha256,
    sign,
)

Values = dict[str, Any]

ES256 = -7
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SIGNATURE_LEN = 64
JOIN, GROUP, GROUP_TAKEN, SENDERS, GROUP_ANSWER = 11, 12, 13, 14, 15


# ---- keys (RFC 10021 section 2) ----


def info_of(identifier: bytes, gid: bytes, kind: str) -> bytes:
    return cbor([identifier, gid, RECORD_ALG, kind, 13 if kind == "IV" else 16])


def derive(secret: bytes, salt: bytes, identifier: bytes, gid: bytes, kind: str) -> bytes:
    return expand(extract(salt, secret), info_of(identifier, gid, kind), 13 if kind == "IV" else 16)


def public_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    numbers = key.public_key().public_numbers()
    return numbers.x.to_bytes(32) + numbers.y.to_bytes(32)


def credential(public: bytes) -> bytes:
    """A CWT Claims Set: cnf, COSE_Key."""
    return cbor({8: {1: {1: 2, 3: ES256, -1: 1, -2: public[:32], -3: public[32:]}}})


# ---- records ----


@dataclass(frozen=True)
class Sender:
    """Who made a record, and in which group: all that stands around its text."""

    gid: bytes
    kid: bytes
    public: bytes
    manager: bytes
    key: bytes
    common_iv: bytes
    signature_key: bytes

    def clear(self, tid: int, piv: int) -> bytes:
        short = piv_bytes(piv)
        return frame("group", tid, self.gid + bytes([len(self.kid) << 4 | len(short)]) + self.kid + short)

    def option(self, piv: int) -> bytes:
        """What CoAP would carry: group flag, gid and kid are there; PIV, length of the gid, gid, kid."""
        short = piv_bytes(piv)
        return bytes([0x38 | len(short)]) + short + bytes([len(self.gid)]) + self.gid + self.kid

    def external_aad(self, piv: int, clear: bytes) -> bytes:
        algorithms = [None, RECORD_ALG, ES256, None]
        parts = [self.kid, piv_bytes(piv), clear, self.gid, self.option(piv)]
        return cbor([1, algorithms, *parts, credential(self.public), credential(self.manager)])

    def nonce(self, piv: int) -> bytes:
        return nonce_of(self.common_iv, self.kid, piv)

    def to_sign(self, external: bytes, sealed: bytes) -> bytes:
        return cbor(["CounterSignature0", b"", b"", external, sealed])

    def keystream_info(self) -> bytes:
        return cbor([self.kid, self.gid, True, SIGNATURE_LEN])

    def keystream(self, piv: int) -> bytes:
        return expand(extract(piv_bytes(piv), self.signature_key), self.keystream_info(), SIGNATURE_LEN)

    def open(self, datagram: bytes) -> bytes:
        """The plaintext; InvalidTag or InvalidSignature when it is not this sender's."""
        piv_len = datagram[11] & 15
        start = 12 + len(self.kid)
        piv = int.from_bytes(datagram[start : start + piv_len])
        clear = self.clear(int.from_bytes(datagram[2:4]), piv)
        assert datagram.startswith(clear)
        sealed, hidden = datagram[len(clear) : -SIGNATURE_LEN], datagram[-SIGNATURE_LEN:]
        external = self.external_aad(piv, clear)
        plaintext = AESCCM(self.key).decrypt(self.nonce(piv), sealed, enc_structure(external))
        verify(self.public, xor(hidden, self.keystream(piv)), self.to_sign(external, sealed))
        return plaintext


def xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


def low_s(signature: bytes) -> bytes:
    s = int.from_bytes(signature[32:])
    return signature[:32] + min(s, ORDER - s).to_bytes(32)


def verify(public: bytes, signature: bytes, message: bytes) -> None:
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    assert s <= ORDER // 2
    numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(public[:32]), int.from_bytes(public[32:]), ec.SECP256R1())
    numbers.public_key().verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))


def group_record(given: Values, sender: Sender, key: ec.EllipticCurvePrivateKey) -> Values:
    tid, piv = given["tid"], given["piv"]
    plaintext = bytes([given["kind"]]) + bytes.fromhex(given["content"])
    clear = sender.clear(tid, piv)
    external = sender.external_aad(piv, clear)
    aad = enc_structure(external)
    sealed = aead(sender.key, sender.nonce(piv), aad, plaintext)
    signed = sender.to_sign(external, sealed)
    signature = low_s(sign(key, signed))
    stream = sender.keystream(piv)
    computed = {
        "plaintext": plaintext,
        "clear": clear,
        "nonce": sender.nonce(piv),
        "option": sender.option(piv),
        "external_aad": external,
        "aad": aad,
        "ciphertext": sealed,
        "countersign_structure": signed,
        "countersignature": signature,
        "keystream_info": sender.keystream_info(),
        "keystream": stream,
        "encrypted_countersignature": xor(signature, stream),
        "datagram": clear + sealed + xor(signature, stream),
    }
    return {**given, **{name: value.hex() for name, value in computed.items()}}


# ---- the kinds under a session ----


def write_card(kid: bytes, following: int, public: bytes, fingerprint: bytes) -> bytes:
    return bytes([len(kid)]) + kid + following.to_bytes(5) + public + fingerprint


class Reader:
    def __init__(self, content: bytes) -> None:
        self.left = content

    def take(self, length: int) -> bytes:
        assert length <= len(self.left)
        taken, self.left = self.left[:length], self.left[length:]
        return taken

    def number(self, length: int) -> int:
        return int.from_bytes(self.take(length))

    def kid(self) -> bytes:
        return self.take(self.number(1))

    def card(self) -> Values:
        kid = self.kid()
        return {"id": kid, "next": self.number(5), "public_key": self.take(64), "fingerprint": self.take(32)}


def read(plaintext: bytes) -> Values:
    """What a plaintext of one of these kinds says; AssertionError when it is out of form."""
    r = Reader(plaintext)
    out: Values = {"kind": r.number(1)}
    if out["kind"] == GROUP:
        out |= {"session_clock": r.number(4), "gid": r.take(6), "clock": r.number(4), "grace": r.number(1)}
        out |= {"secret": r.take(16), "salt": r.take(8), "own": r.kid(), "manager": r.card()}
    elif out["kind"] == GROUP_TAKEN:
        out |= {"gid": r.take(6), "room": r.number(1)}
    elif out["kind"] == SENDERS:
        out |= {"gid": r.take(6), "senders": []}
        while r.left:
            out["senders"].append(r.card())
    elif out["kind"] == GROUP_ANSWER:
        out |= {"gid": r.take(6), "piv": r.number(5), "edata": r.take(len(r.left))}
    else:
        assert out["kind"] == JOIN
    assert not r.left
    return out


# ---- one member ----


class Ear:
    """A member made of the plaintext of a GROUP: it knows all keys, and whom it was told of."""

    def __init__(self, offer: Values) -> None:
        self.offer = offer
        self.cards = {offer["manager"]["id"]: offer["manager"]}

    def sender(self, kid: bytes, public: bytes) -> Sender:
        terms = self.offer["secret"], self.offer["salt"]
        gid = self.offer["gid"]
        keys = [derive(*terms, name, gid, kind) for name, kind in ((kid, "Key"), (b"", "IV"), (b"", "SEKey"))]
        return Sender(gid, kid, public, self.offer["manager"]["public_key"], *keys)

    def open(self, datagram: bytes) -> tuple[bytes, bytes]:
        """Who said it, and what."""
        kid = datagram[12 : 12 + (datagram[11] >> 4)]
        return kid, self.sender(kid, self.cards[kid]["public_key"]).open(datagram)


# ---- the section of the file ----


def contents(given: Values, run: Values) -> dict[str, bytes]:
    """Of the kinds under the session, by their names there."""
    v = {name: bytes.fromhex(value) for name, value in given.items() if isinstance(value, str)}
    manager = public_key(private_key(bytes.fromhex(run["sk_i"])))
    fingerprint = sha256(bytes.fromhex(run["cert_i"]))
    other = public_key(private_key(v["other_private_key"]))
    terms = given["clock"].to_bytes(4) + bytes([given["grace"]]) + v["secret"] + v["salt"]
    own = bytes([len(v["device_id"])]) + v["device_id"]
    question = (given["records"][1]["piv"]).to_bytes(5)
    return {
        "JOIN": b"",
        "GROUP": given["session_clock"].to_bytes(4)
        + v["gid"]
        + terms
        + own
        + write_card(v["manager_id"], given["manager_next"], manager, fingerprint),
        "GROUP_TAKEN": v["gid"] + bytes([given["room"]]),
        "SENDERS": v["gid"] + write_card(v["other_id"], given["other_next"], other, v["other_fingerprint"]),
        "GROUP_ANSWER": v["gid"] + question + v["answer"],
    }


GIVEN = (
    "secret salt gid session_clock clock grace manager_id manager_next device_id other_id other_private_key "
    "other_fingerprint other_next room answer records"
)
RECORD_GIVEN = "name from tid piv kind content"


def group(file: Values, run: Values) -> Values:
    given = {name: file[name] for name in GIVEN.split()}
    scalars = {"manager": run["sk_i"], "device": run["sk_r"], "other": given["other_private_key"]}
    keys = {who: private_key(bytes.fromhex(scalar)) for who, scalar in scalars.items()}
    manager = {"id": bytes.fromhex(given["manager_id"]), "public_key": public_key(keys["manager"])}
    terms = {name: bytes.fromhex(given[name]) for name in ("secret", "salt", "gid")}
    ear = Ear({**terms, "manager": manager})
    senders = {who: ear.sender(bytes.fromhex(given[f"{who}_id"]), public_key(key)) for who, key in keys.items()}
    out: dict[str, bytes] = {}
    for who, sender in senders.items():
        out[f"{who}_public_key"] = sender.public
        out[f"{who}_key_info"] = info_of(sender.kid, sender.gid, "Key")
        out[f"{who}_key"] = sender.key
    out["common_iv_info"], out["common_iv"] = info_of(b"", sender.gid, "IV"), sender.common_iv
    out["signature_key_info"] = info_of(b"", sender.gid, "SEKey")
    out["signature_key"] = sender.signature_key
    out["manager_credential"] = credential(senders["manager"].public)
    given["records"] = [
        group_record({name: item[name] for name in RECORD_GIVEN.split()}, senders[item["from"]], keys[item["from"]])
        for item in given["records"]
    ]
    return {**given, **{name: value.hex() for name, value in out.items()}}

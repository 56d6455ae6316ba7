"""docs/reference/da-profile-1.md a second time, in Python and on `cryptography`, sharing nothing with the core.

Groups are in da_profile_group.py; da_profile_file.py makes the examples of it.
"""

import hashlib
from typing import Any

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Values = dict[str, Any]

TYPES = {
    "hello": 0x10,
    "hello_answer": 0x11,
    "message_1": 0x12,
    "retry": 0x13,
    "message_2": 0x14,
    "message_3": 0x15,
    "message_4": 0x16,
    "edhoc_error": 0x17,
    "request": 0x18,
    "answer": 0x19,
    "group": 0x1A,
    "wake": 0x1B,
}
RECORD_ALG = 30  # AES-CCM-16-128-128
ADMISSION_LABEL = 32768
PROOF_LABEL = 32769


# ---- CBOR, as much as is needed (RFC 8949) ----


def head(major: int, value: int) -> bytes:
    for size, mark in ((1, 24), (2, 25), (4, 26)):
        if value < 24:
            return bytes([major << 5 | value])
        if value < 1 << 8 * size:
            return bytes([major << 5 | mark]) + value.to_bytes(size)
    raise ValueError(value)


def cbor(item: Any) -> bytes:
    if item is None:
        return b"\xf6"
    if item is True:
        return b"\xf5"
    if isinstance(item, int):
        return head(0, item) if item >= 0 else head(1, -1 - item)
    if isinstance(item, bytes):
        return head(2, len(item)) + item
    if isinstance(item, str):
        return head(3, len(item.encode())) + item.encode()
    if isinstance(item, dict):
        return head(5, len(item)) + b"".join(cbor(key) + cbor(value) for key, value in item.items())
    return head(4, len(item)) + b"".join(map(cbor, item))


# ---- hashes ----


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def mac(key: bytes, *parts: bytes) -> bytes:
    context = hmac.HMAC(key, hashes.SHA256())
    context.update(b"".join(parts))
    return context.finalize()


def extract(salt: bytes, secret: bytes) -> bytes:
    return mac(salt or bytes(32), secret)


def expand(prk: bytes, info: bytes, length: int) -> bytes:
    return HKDFExpand(hashes.SHA256(), length, info).derive(prk)


# ---- EDHOC, method 0 (RFC 9528) ----


def edhoc_kdf(prk: bytes, label: int, context: bytes, length: int) -> bytes:
    return expand(prk, cbor(label) + cbor(context) + cbor(length), length)


def exporter(prk_out: bytes, label: int, length: int) -> bytes:
    return edhoc_kdf(edhoc_kdf(prk_out, 10, b"", 32), label, b"", length)


def connection_id(identifier: bytes) -> bytes:
    """As RFC 9528 3.3.2 writes it."""
    one = len(identifier) == 1 and (identifier[0] < 0x18 or 0x20 <= identifier[0] < 0x38)
    return identifier if one else cbor(identifier)


def private_key(scalar: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(scalar), ec.SECP256R1())


def x_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_numbers().x.to_bytes(32)


def sign(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """With the nonce of RFC 6979, so that the vector can be computed again."""
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)))
    return r.to_bytes(32) + s.to_bytes(32)


def aead(key: bytes, nonce: bytes, aad: bytes, plaintext: bytes, tag_len: int = 16) -> bytes:
    return AESCCM(key, tag_length=tag_len).encrypt(nonce, plaintext, aad)


def id_cred(certificate: bytes, kind: str) -> bytes:
    return cbor({33: certificate} if kind == "x5chain" else {34: [-15, sha256(certificate)[:8]]})


def handshake(given: Values) -> Values:
    """Every value of a run, from the private ones."""
    v = {name: bytes.fromhex(value) for name, value in given.items() if name not in ("method", "suite", "id_cred")}
    suite, kind, tag_len = given["suite"], given["id_cred"], 16 if given["suite"] == 3 else 8
    x, y, sk_i, sk_r = (private_key(v[name]) for name in ("x", "y", "sk_i", "sk_r"))
    v["g_x"], v["g_y"] = x_of(x), x_of(y)
    v["id_cred_i"], v["id_cred_r"] = id_cred(v["cert_i"], kind), id_cred(v["cert_r"], kind)
    v["message_1"] = cbor(given["method"]) + cbor(suite) + cbor(v["g_x"]) + connection_id(v["c_i"])
    v["th_2"] = sha256(cbor(v["g_y"]), cbor(sha256(v["message_1"])))
    v["g_xy"] = x.exchange(ec.ECDH(), y.public_key())
    v["prk_2e"] = extract(v["th_2"], v["g_xy"])

    v["context_2"] = connection_id(v["c_r"]) + v["id_cred_r"] + cbor(v["th_2"]) + cbor(v["cert_r"])
    v["mac_2"] = edhoc_kdf(v["prk_2e"], 2, v["context_2"], 32)
    signed = cbor(["Signature1", v["id_cred_r"], cbor(v["th_2"]) + cbor(v["cert_r"]), v["mac_2"]])
    v["sig_2"] = sign(sk_r, signed)
    v["plaintext_2"] = connection_id(v["c_r"]) + v["id_cred_r"] + cbor(v["sig_2"])
    v["keystream_2"] = edhoc_kdf(v["prk_2e"], 0, v["th_2"], len(v["plaintext_2"]))
    hidden = bytes(a ^ b for a, b in zip(v["plaintext_2"], v["keystream_2"], strict=True))
    v["message_2"] = cbor(v["g_y"] + hidden)

    v["th_3"] = sha256(cbor(v["th_2"]), v["plaintext_2"], cbor(v["cert_r"]))
    v["context_3"] = v["id_cred_i"] + cbor(v["th_3"]) + cbor(v["cert_i"])
    v["mac_3"] = edhoc_kdf(v["prk_2e"], 6, v["context_3"], 32)
    signed = cbor(["Signature1", v["id_cred_i"], cbor(v["th_3"]) + cbor(v["cert_i"]), v["mac_3"]])
    v["sig_3"] = sign(sk_i, signed)
    v["plaintext_3"] = v["id_cred_i"] + cbor(v["sig_3"])
    v["k_3"], v["iv_3"] = edhoc_kdf(v["prk_2e"], 3, v["th_3"], 16), edhoc_kdf(v["prk_2e"], 4, v["th_3"], 13)
    v["message_3"] = cbor(aead(v["k_3"], v["iv_3"], cbor(["Encrypt0", b"", v["th_3"]]), v["plaintext_3"], tag_len))

    v["th_4"] = sha256(cbor(v["th_3"]), v["plaintext_3"], cbor(v["cert_i"]))
    v["k_4"], v["iv_4"] = edhoc_kdf(v["prk_2e"], 8, v["th_4"], 16), edhoc_kdf(v["prk_2e"], 9, v["th_4"], 13)
    v["message_4"] = cbor(aead(v["k_4"], v["iv_4"], cbor(["Encrypt0", b"", v["th_4"]]), b"", tag_len))
    v["prk_out"] = edhoc_kdf(v["prk_2e"], 7, v["th_4"], 32)
    v["prk_exporter"] = edhoc_kdf(v["prk_out"], 10, b"", 32)
    v["oscore_master_secret"] = exporter(v["prk_out"], 0, 16)
    v["oscore_master_salt"] = exporter(v["prk_out"], 1, 8)
    updated = edhoc_kdf(v["prk_out"], 11, v["key_update_context"], 32)
    v["prk_out_updated"] = updated
    v["prk_exporter_updated"] = edhoc_kdf(updated, 10, b"", 32)
    v["oscore_master_secret_updated"] = exporter(updated, 0, 16)
    v["oscore_master_salt_updated"] = exporter(updated, 1, 8)
    return {**given, **{name: value.hex() for name, value in v.items()}}


# ---- sessions and records (RFC 8613) ----


def derive(secret: bytes, salt: bytes, identifier: bytes, algorithm: int, kind: str) -> tuple[bytes, bytes]:
    """info and what comes of it."""
    length = 16 if kind == "Key" else 13
    info = cbor([identifier, None, algorithm, kind, length])
    return info, expand(extract(salt, secret), info, length)


def nonce_of(common_iv: bytes, kid: bytes, piv: int) -> bytes:
    plain = bytes([len(kid)]) + kid.rjust(7, b"\0") + piv.to_bytes(5)
    return bytes(a ^ b for a, b in zip(plain, common_iv, strict=True))


def piv_bytes(piv: int) -> bytes:
    return piv.to_bytes(max(1, (piv.bit_length() + 7) // 8))


def frame(name: str, tid: int, body: bytes) -> bytes:
    return b"\x10\x82" + tid.to_bytes(2) + bytes([TYPES[name]]) + body


def clear_part(name: str, tid: int, kid: bytes, piv: int) -> bytes:
    short = piv_bytes(piv)
    return frame(name, tid, bytes([len(kid) << 4 | len(short)]) + kid + short)


def external_aad(request_kid: bytes, request_piv: int, clear: bytes) -> bytes:
    return cbor([1, [RECORD_ALG], request_kid, piv_bytes(request_piv), clear])


def enc_structure(external: bytes) -> bytes:
    return cbor(["Encrypt0", b"", external])


def session(run: Values) -> Values:
    secret, salt = bytes.fromhex(run["oscore_master_secret"]), bytes.fromhex(run["oscore_master_salt"])
    c_i, c_r = bytes.fromhex(run["c_i"]), bytes.fromhex(run["c_r"])
    out: dict[str, bytes] = {}
    for name, identifier, kind in (
        ("controller_key", c_r, "Key"),
        ("device_key", c_i, "Key"),
        ("common_iv", b"", "IV"),
    ):
        out[f"{name}_info"], out[name] = derive(secret, salt, identifier, RECORD_ALG, kind)
    out["controller_kid"], out["device_kid"] = c_r, c_i
    out["admission_key"] = exporter(bytes.fromhex(run["prk_out"]), ADMISSION_LABEL, 32)
    return {name: value.hex() for name, value in out.items()}


def record(given: Values, keys: Values) -> Values:
    """One record. `from` is the sender; an answer names the PIV of its request, whose kid is the other side's."""
    kids = {side: bytes.fromhex(keys[f"{side}_kid"]) for side in ("controller", "device")}
    sender, tid, piv = given["from"], given["tid"], given["piv"]
    other = "device" if sender == "controller" else "controller"
    is_answer = "request_piv" in given
    plaintext = bytes([given["kind"]]) + bytes.fromhex(given["content"])
    clear = clear_part("answer" if is_answer else "request", tid, kids[sender], piv)
    external = external_aad(kids[other if is_answer else sender], given["request_piv"] if is_answer else piv, clear)
    aad = enc_structure(external)
    nonce = nonce_of(bytes.fromhex(keys["common_iv"]), kids[sender], piv)
    sealed = aead(bytes.fromhex(keys[f"{sender}_key"]), nonce, aad, plaintext)
    computed = {
        "plaintext": plaintext,
        "clear": clear,
        "nonce": nonce,
        "external_aad": external,
        "aad": aad,
        "ciphertext": sealed,
        "datagram": clear + sealed,
    }
    return {**given, **{name: value.hex() for name, value in computed.items()}}


# ---- proofs before the handshake ----


def cookie(key: bytes, now: int, ip: bytes, port: int, scope: int, message_1: bytes) -> bytes:
    slot = now // 32000
    place = slot.to_bytes(8) + ip + port.to_bytes(2) + scope.to_bytes(4)
    return mac(key, b"warifu 1 cookie\0", place, message_1)[:16]


def admission_tag(key: bytes, cookie: bytes, nonce: bytes, message_1: bytes) -> bytes:
    return mac(key, b"warifu 1 admission\0", bytes([len(cookie), len(nonce)]), cookie, nonce, message_1)[:16]


def wake_tag(key: bytes, nonce: bytes) -> bytes:
    return mac(key, b"warifu 1 wake\0", nonce)[:16]


def wake_hint(key: bytes) -> bytes:
    return mac(key, b"warifu 1 hint\0")[:8]


def message_1_body(
    cookie: bytes, tag: bytes, message_1: bytes, covers_wake: bool = False, of_code: bool = False
) -> bytes:
    flags = bool(cookie) | bool(tag) << 1 | covers_wake << 2 | of_code << 3
    return bytes([flags]) + cookie + tag + message_1


# ---- the set-up code ----


def code_key(spki_hash: bytes, secret: bytes, purpose: str) -> bytes:
    """The fingerprint is the salt, the secret the input (RFC 5869)."""
    return expand(extract(spki_hash, secret), f"warifu 1 code {purpose}\0".encode(), 32)


def proof(spki_hash: bytes, secret: bytes, side: str, prk_out: bytes) -> bytes:
    return mac(code_key(spki_hash, secret, side), exporter(prk_out, PROOF_LABEL, 32))[:16]


def setup_code(secret: bytes, run: Values) -> Values:
    """What becomes of the secret of the device's set-up code in this run."""
    spki = private_key(bytes.fromhex(run["sk_r"])).public_key()
    fingerprint = sha256(spki.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    prk_out = bytes.fromhex(run["prk_out"])
    out = {
        "secret": secret,
        "fingerprint": fingerprint,
        "slot_key": code_key(fingerprint, secret, "slot"),
        "exporter": exporter(prk_out, PROOF_LABEL, 32),
        "proof_i": proof(fingerprint, secret, "initiator", prk_out),
        "proof_r": proof(fingerprint, secret, "responder", prk_out),
    }
    return {name: value.hex() for name, value in out.items()}


def hello_body(hello: Values) -> bytes:
    bits = ("is_device", "is_controller", "window_open", "has_pairings", "demands_code", "demands_root")
    flags = sum(hello[name] << place for place, name in enumerate(bits))
    suites = hello["takes_suite_2"] | hello["takes_suite_3"] << 1
    return bytes([flags, suites]) + hello["window_seconds"].to_bytes(2) + b"\0"

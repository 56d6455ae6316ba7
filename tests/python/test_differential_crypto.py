"""The façade against Python's `cryptography` (OpenSSL): the same random questions, the same answers."""

import random
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from vector_driver import ask

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ROUNDS = 300
POINT_ROUNDS = 60


def scalar(rng: random.Random) -> int:
    """Mostly any, sometimes one near an end of the range."""
    return rng.choice(
        [rng.randrange(1, ORDER), rng.randrange(1, ORDER), rng.randrange(1, 9), ORDER - rng.randrange(1, 9)]
    )


def private_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_numbers().private_value.to_bytes(32, "big")


def public_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def keys(seed: int) -> list[ec.EllipticCurvePrivateKey]:
    rng = random.Random(seed)
    return [ec.derive_private_key(scalar(rng), ec.SECP256R1()) for _ in range(POINT_ROUNDS)]


def dss(signature: bytes) -> bytes:
    r, s = decode_dss_signature(signature)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def messages(seed: int, count: int) -> list[bytes]:
    rng = random.Random(seed)
    return [rng.randbytes(rng.randrange(0, 200)) for _ in range(count)]


def test_differential_ccm(build: Path) -> None:
    rng = random.Random(1)
    seals, opens, sealed_texts, plains = [], [], [], []
    for _ in range(ROUNDS):
        key, nonce, tag_len = rng.randbytes(16), rng.randbytes(13), rng.choice([8, 16])
        aad, plain = rng.randbytes(rng.choice([0, 1, 14, 15, 300])), rng.randbytes(rng.randrange(0, 1300))
        sealed = AESCCM(key, tag_len).encrypt(nonce, plain, aad)
        seals.append(("ccm_seal", key, nonce, tag_len, aad, plain))
        opens.append(("ccm_open", key, nonce, tag_len, aad, sealed))
        sealed_texts.append(sealed)
        plains.append(plain)
    assert [a.result for a in ask(build, seals)] == sealed_texts
    assert [(a.error, a.result) for a in ask(build, opens)] == [("OK", plain) for plain in plains]


def test_differential_ccm_refuses_every_flipped_bit(build: Path) -> None:
    key, nonce, aad = bytes(16), bytes(13), b"warifu"
    sealed = AESCCM(key, 8).encrypt(nonce, b"0EF001", aad)
    flipped = [
        bytes(byte ^ (1 << bit if at == place else 0) for at, byte in enumerate(sealed))
        for place in range(len(sealed))
        for bit in range(8)
    ]
    answers = ask(build, [("ccm_open", key, nonce, 8, aad, text) for text in flipped])
    assert {(a.error, a.result) for a in answers} == {("TAG", b"")}


def test_differential_hmac_and_hkdf(build: Path) -> None:
    rng = random.Random(2)
    questions, expected = [], []
    for _ in range(ROUNDS):
        secret, salt, info = (rng.randbytes(rng.choice([0, 1, 32, 63, 64, 65, 200])) for _ in range(3))
        length = rng.randrange(1, 8161)
        mac = HMAC(secret, SHA256())
        mac.update(info)
        questions += [("hmac", secret, info), ("hkdf", secret, salt, info, length)]
        expected += [mac.finalize(), HKDF(SHA256(), length, salt, info).derive(secret)]
    assert [a.result for a in ask(build, questions)] == expected


def test_differential_public_halves_and_decompression(build: Path) -> None:
    all_keys = keys(3)
    points = [public_bytes(key)[1:] for key in all_keys]
    assert [a.result for a in ask(build, [("public", private_bytes(key)) for key in all_keys])] == points
    found = [a.result for a in ask(build, [("decompress", point[:32]) for point in points])]
    assert all(f[:32] == point[:32] for f, point in zip(found, points, strict=True))
    assert all(f[63] % 2 == 0 for f in found)
    assert {a.error for a in ask(build, [("check", f) for f in found])} == {"OK"}


def test_differential_decompression_knows_which_x_have_a_point(build: Path) -> None:
    rng = random.Random(4)
    candidates = [rng.randbytes(32) for _ in range(ROUNDS)]

    def has_point(x: bytes) -> bool:
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\2" + x)
        except ValueError:
            return False
        return True

    answers = ask(build, [("decompress", x) for x in candidates])
    assert [a.ok for a in answers] == [has_point(x) for x in candidates]
    assert {a.error for a in answers} == {"OK", "POINT"}


def test_differential_ecdh(build: Path) -> None:
    pairs = list(zip(keys(5), keys(6), strict=True))
    answers = ask(build, [("ecdh", private_bytes(own), public_bytes(peer)) for own, peer in pairs])
    assert [a.result for a in answers] == [own.exchange(ec.ECDH(), peer.public_key()) for own, peer in pairs]


def test_differential_our_signatures_verify_there(build: Path) -> None:
    texts = messages(7, POINT_ROUNDS)
    signers = keys(8)
    answers = ask(build, [("sign", private_bytes(k), text, b"seed") for k, text in zip(signers, texts, strict=True)])
    for key, text, answer in zip(signers, texts, answers, strict=True):
        r, s = int.from_bytes(answer.result[:32], "big"), int.from_bytes(answer.result[32:], "big")
        assert s <= ORDER // 2
        key.public_key().verify(encode_dss_signature(r, s), text, ec.ECDSA(SHA256()))


def test_differential_their_signatures_verify_here(build: Path) -> None:
    rng = random.Random(9)
    questions, verdicts = [], []
    for key, text in zip(keys(10), messages(11, POINT_ROUNDS), strict=True):
        der = key.sign(text, ec.ECDSA(SHA256(), deterministic_signing=True))
        raw, public = dss(der), public_bytes(key)[1:]
        bent = bytearray(raw)
        bent[rng.randrange(64)] ^= 1 << rng.randrange(8)
        questions += [("ecdsa_raw", public, text, raw), ("ecdsa_der", public, text, der)]
        questions += [("ecdsa_raw", public, text, bytes(bent)), ("ecdsa_raw", public, text + b"!", raw)]
        verdicts += [True, True, openssl_takes(key, text, bytes(bent)), False]
    assert [a.ok for a in ask(build, questions)] == verdicts


def openssl_takes(key: ec.EllipticCurvePrivateKey, text: bytes, raw: bytes) -> bool:
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    try:
        key.public_key().verify(encode_dss_signature(r, s), text, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True

"""The examples of docs/reference/da-profile-1.md, computed by its second implementation.

`recompute` takes what tests/vectors/da-profile-1.json gives (names in GIVEN) and computes all the rest of it. Run as
a program it writes the file anew.
"""

import json
from pathlib import Path
from typing import Any

import da_profile_group as groups
from da_profile import (
    admission_tag,
    cbor,
    cookie,
    derive,
    frame,
    handshake,
    hello_body,
    message_1_body,
    nonce_of,
    record,
    session,
    setup_code,
    wake_hint,
    wake_tag,
)

FILE = Path(__file__).parent.parent / "vectors" / "da-profile-1.json"
Values = dict[str, Any]

GIVEN = {
    "pairing": "method suite id_cred x y c_i c_r sk_i sk_r cert_i cert_r key_update_context",
    "rfc8613": "name master_secret master_salt sender_id recipient_id alg",
    "records": "name from tid kind proof group content piv request_piv",
    "cookie": "key now_ms ip port scope",
    "errors": "reason",
}


def given_of(section: str, values: Values) -> Values:
    return {name: values[name] for name in GIVEN[section].split() if name in values}


def rfc8613(case: Values) -> Values:
    v = given_of("rfc8613", case)
    secret, salt, sender, recipient = (
        bytes.fromhex(v[name]) for name in ("master_secret", "master_salt", "sender_id", "recipient_id")
    )
    out = {}
    for name, identifier, kind in (
        ("sender_key", sender, "Key"),
        ("recipient_key", recipient, "Key"),
        ("iv", b"", "IV"),
    ):
        out[name] = derive(secret, salt, identifier, v["alg"], kind)[1]
    out["sender_nonce_0"] = nonce_of(out["iv"], sender, 0)
    out["recipient_nonce_0"] = nonce_of(out["iv"], recipient, 0)
    return {**v, **{name: value.hex() for name, value in out.items()}}


def error_body(reason: str) -> bytes:
    """An EDHOC error message: its code and what that code brings (RFC 9528 section 6)."""
    if reason == "UNSUPPORTED_SUITE":
        return cbor(2) + cbor([3, 2])
    return cbor(3) + cbor(True) if reason == "CREDENTIAL" else cbor(1) + cbor(reason)


def frames(file: Values, records: list[Values]) -> list[Values]:
    """One datagram of each kind, with the clear values that stand in it."""
    run, keys = file["pairing"], file["session"]
    message = {n: bytes.fromhex(run[f"message_{n}"]) for n in "1234"}
    admission_key, nonce = bytes.fromhex(keys["admission_key"]), bytes.fromhex(file["wake"]["nonce"])
    token = bytes.fromhex(file["cookie"]["cookie"])
    tag, plain_tag = (admission_tag(admission_key, token, n, message["1"]) for n in (nonce, b""))
    first_tag = admission_tag(admission_key, b"", b"", message["1"])
    c_r = bytes.fromhex(run["c_r"])
    out = []

    def add(title: str, name: str, tid: int, body: bytes, **clear: Any) -> None:
        values = {key: value.hex() if isinstance(value, bytes) else value for key, value in clear.items()}
        out.append({"title": title, "type": name, "tid": tid, **values, "datagram": frame(name, tid, body).hex()})

    add("hello", "hello", 0x0A01, bytes(5))
    add("hello_answer", "hello_answer", 0x0A01, hello_body(file["hello"]), hello=file["hello"])
    one = message["1"]
    add("message_1 of a stranger", "message_1", 0x0B01, message_1_body(b"", b"", one), flags=0, payload=one)
    add("retry", "retry", 0x0B01, token, cookie=token)
    body = message_1_body(token, b"", one)
    add("message_1 with the cookie", "message_1", 0x0B01, body, flags=1, cookie=token, payload=one)
    add("message_2", "message_2", 0x0B01, message["2"], payload=message["2"])
    add("message_3", "message_3", 0x0B01, c_r + message["3"], connection_id=c_r[0], payload=message["3"])
    add("message_4", "message_4", 0x0B01, message["4"], payload=message["4"])
    refusal = bytes.fromhex(file["errors"][0]["message"])
    add("edhoc_error", "edhoc_error", 0x0B01, refusal, payload=refusal)
    body = message_1_body(b"", first_tag, one)
    add("message_1 of a peer", "message_1", 0x0C01, body, flags=2, tag=first_tag, payload=one)
    body = message_1_body(token, plain_tag, one)
    add(
        "message_1 of a peer with the cookie",
        "message_1",
        0x0C01,
        body,
        flags=3,
        cookie=token,
        tag=plain_tag,
        payload=one,
    )
    body = message_1_body(token, tag, one, covers_wake=True)
    add("message_1 that answers a wake", "message_1", 0x0C02, body, flags=7, cookie=token, tag=tag, payload=one)
    slot_key = bytes.fromhex(file["setup_code"]["slot_key"])
    tag = admission_tag(slot_key, b"", b"", one)
    body = message_1_body(b"", tag, one, of_code=True)
    add("message_1 of who has the set-up code", "message_1", 0x0B02, body, flags=10, tag=tag, payload=one)
    tag = admission_tag(slot_key, token, b"", one)
    body = message_1_body(token, tag, one, of_code=True)
    title = "message_1 of who has the set-up code, with the cookie"
    add(title, "message_1", 0x0B02, body, flags=11, cookie=token, tag=tag, payload=one)
    call, hint = bytes.fromhex(file["wake"]["tag"]), bytes.fromhex(file["wake"]["hint"])
    add("wake", "wake", 0x0D01, hint + nonce + call + bytes(24), hint=hint, nonce=nonce, tag=call)
    for item in records:
        kid = keys[f"{item['from']}_kid"]
        name = "answer" if "request_piv" in item else "request"
        clear, sealed = bytes.fromhex(item["clear"]), bytes.fromhex(item["ciphertext"])
        body = (clear + sealed)[5:]
        add(item["name"], name, item["tid"], body, kid=kid, piv=item["piv"], clear=clear, payload=sealed)
    for item in file["group"]["records"]:
        parts = {name: bytes.fromhex(item[name]) for name in ("clear", "ciphertext", "encrypted_countersignature")}
        clear, sealed, signature = parts.values()
        gid, kid = file["group"]["gid"], file["group"][f"{item['from']}_id"]
        body = (clear + sealed + signature)[5:]
        about = {"gid": gid, "kid": kid, "piv": item["piv"], "clear": clear, "payload": sealed, "signature": signature}
        add(item["name"], "group", item["tid"], body, **about)
    return out


def recompute(file: Values) -> Values:
    """The whole file from what is given in it."""
    out: Values = {"about": file["about"], "anchor": file["anchor"]}
    out["rfc8613"] = [rfc8613(case) for case in file["rfc8613"]]
    out["pairing"] = run = handshake(given_of("pairing", file["pairing"]))
    out["session"] = keys = session(run)
    out["setup_code"] = code = setup_code(bytes.fromhex(file["setup_code"]["secret"]), run)
    out["records"] = []
    out["group"] = groups.group(file["group"], run)
    of_group = groups.contents(file["group"], run)
    for item in file["records"]:
        given = given_of("records", item)
        given["content"] = code[given["proof"]] if "proof" in given else given["content"]
        given["content"] = of_group[given["group"]].hex() if "group" in given else given["content"]
        out["records"].append(record(given, keys))
    out["hello"] = file["hello"]
    place = given_of("cookie", file["cookie"])
    key, ip = bytes.fromhex(place["key"]), bytes.fromhex(place["ip"])
    message_1 = bytes.fromhex(run["message_1"])
    out["cookie"] = {
        **place,
        "cookie": cookie(key, place["now_ms"], ip, place["port"], place["scope"], message_1).hex(),
    }
    nonce = bytes.fromhex(file["wake"]["nonce"])
    call = bytes.fromhex(keys["admission_key"])
    out["wake"] = {"nonce": nonce.hex(), "hint": wake_hint(call).hex(), "tag": wake_tag(call, nonce).hex()}
    out["errors"] = [{**given_of("errors", e), "message": error_body(e["reason"]).hex()} for e in file["errors"]]
    out["replay"] = file["replay"]
    out["frames"] = frames(out, out["records"])
    out["not_frames"] = file["not_frames"]
    return out


def load() -> Values:
    return json.loads(FILE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    text = json.dumps(recompute(load()), indent=1)
    FILE.write_text(text + "\n", encoding="utf-8")

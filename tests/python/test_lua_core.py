"""The Lua module reaches the whole public core: what it does not call has its reason here."""

import re
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEADERS = sorted((ROOT / "core" / "include" / "warifu").glob("*.h"))
DECLARED = re.compile(r"\b(wf_[a-z0-9_]+)\(")

# Patterns of functions that Lua does not call -> why not.
NOT_CALLED = {
    "wf_read* wf_write_* wf_writer_* wf_bytes_equal": "cursors for C; Lua has string.pack",
    "wf_address_*": "Lua has addresses as text",
    "wf_ccm_* wf_drbg_* wf_hash_* wf_hkdf_* wf_hmac_* wf_p256_* wf_pbkdf2_* wf_sha256": "primitives: certificates, "
    "pairing and records use them, and keys stay out of Lua's memory",
    "wf_edhoc_* wf_x5t wf_setup_code_* wf_da_*": "pairing is the engine's: pair, open_window",
    "wf_node_*": "own objects are the engine's: add, put, on_get, on_set",
    "wf_audit_record wf_audited_at": "the engine writes the log; reading it is audit()",
    "wf_policy_*": "Policy, explain",
    "wf_backup_* wf_stored_* wf_file_store_adopt": "one call of the host layer does each: keeping",
    "wf_certificate_issue wf_crl_issue wf_signer_sign wf_signature_*": "an authority does it: issue, sign, publish",
    "wf_certificate_id_* wf_crl_*": "the engine holds lists: take_revocation_list; one of them is read by pki",
    "wf_chain_verify": "pki.judge, which also gives the path",
    "wf_spki_write wf_pkcs11_text": "parts of what setup codes and tokens do",
    "wf_dictionary_class wf_dictionary_class_named wf_value_check wf_value_text wf_overlay_parse": "the dictionary's "
    "tables are read once; find_class, encode, text and load stand on the same rows",
    "wf_named_call_*": "names are looked up in Lua: get, set, get_at",
    "wf_esv_* wf_frame_*": "codec.parse and codec.compose",
    "wf_pcapng_*": "wf_trace_file and wf_trace_reader use them: trace.open, trace.read",
    "wf_epc_set_count": "the length of a list",
    "wf_engine_interview wf_engine_known_*": "the option interview, known(), and peer:interview, which waits",
    "wf_sim_*": "a home in Lua drives engines of Lua, not those of C",
}


def declared() -> set[str]:
    texts = [re.sub(r"/\*.*?\*/", "", header.read_text(encoding="utf-8"), flags=re.DOTALL) for header in HEADERS]
    return {name for text in texts for name in DECLARED.findall(text)}


def called() -> set[str]:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "bindings" / "lua").glob("*.[ch]")]
    return {name for text in sources for name in re.findall(r"\bwf_[a-z0-9_]+\b", text)}


def patterns() -> list[str]:
    return [pattern for patterns in NOT_CALLED for pattern in patterns.split()]


def test_every_function_of_the_public_core_is_called_or_has_its_reason() -> None:
    names = declared()
    assert len(names) > 200
    rest = names - called()
    assert sorted(name for name in rest if not any(fnmatch(name, pattern) for pattern in patterns())) == []


def test_every_reason_is_needed() -> None:
    rest = declared() - called()
    assert [pattern for pattern in patterns() if not any(fnmatch(name, pattern) for name in rest)] == []

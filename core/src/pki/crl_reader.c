#include "pki/crl_entry.h"
#include "pki/der.h"
#include "pki/name.h"
#include "pki/profile.h"
#include <string.h>

/* What comes next (RFC 5280 5.1). Of LIST, TBS and ENTRIES only the head is collected, of the others the whole. */
enum step {
    STEP_LIST,
    STEP_TBS,
    STEP_VERSION,
    STEP_ALGORITHM,
    STEP_ISSUER,
    STEP_THIS_UPDATE,
    STEP_NEXT_UPDATE,
    STEP_ENTRIES,
    STEP_ENTRY,
    STEP_EXTENSIONS,
    STEP_OUTER_ALGORITHM,
    STEP_SIGNATURE,
    STEP_END
};

enum { EXTENSIONS_TAG = WF_DER_CONTEXT | WF_DER_CONSTRUCTED | 0 };

static bool is_head(enum step step) {
    return step == STEP_LIST || step == STEP_TBS || step == STEP_ENTRIES;
}

static bool is_signed(enum step step) {
    return step >= STEP_TBS && step <= STEP_EXTENSIONS;
}

/* The bytes left in the element around. Nothing is around the list itself. */
static uint32_t *room_of(wf_crl_reader *reader) {
    if (reader->step == STEP_ENTRY) {
        return &reader->entries_left;
    }
    return is_signed((enum step)reader->step) && reader->step != STEP_TBS ? &reader->tbs_left : &reader->list_left;
}

static void next_element(wf_crl_reader *reader, enum step step) {
    reader->step = (uint8_t)step;
    reader->have = 0;
    reader->need = 2;
    reader->has_head = false;
}

/* After nextUpdate come the entries, if there are any (5.1.2.6), and then the extensions. */
static bool tag_fits(wf_crl_reader *reader) {
    uint8_t tag = reader->element[0];
    switch ((enum step)reader->step) {
    case STEP_VERSION:
        return tag == WF_DER_INTEGER;
    case STEP_THIS_UPDATE:
    case STEP_NEXT_UPDATE:
        return tag == WF_DER_UTC_TIME || tag == WF_DER_GENERALIZED_TIME;
    case STEP_ENTRIES:
        if (tag == EXTENSIONS_TAG) {
            reader->step = STEP_EXTENSIONS;
            return true;
        }
        return tag == WF_DER_SEQUENCE;
    case STEP_EXTENSIONS:
        return tag == EXTENSIONS_TAG;
    case STEP_SIGNATURE:
        return tag == WF_DER_BIT_STRING;
    default:
        return tag == WF_DER_SEQUENCE;
    }
}

/* X.690 10.1: definite lengths of up to three octets, in the fewest. *more gets the octets after the first one. */
static wf_error read_length(const wf_crl_reader *reader, size_t *more, uint32_t *len) {
    uint8_t first = reader->element[1];
    *more = first < 0x80 ? 0 : first & 0x7Fu;
    *len = first < 0x80 ? first : 0;
    if (first == 0x80 || *more > 3) {
        return WF_ERROR_DER;
    }
    for (size_t i = 0; i < *more && 2 + i < reader->have; i++) {
        *len = *len << 8 | reader->element[2 + i];
    }
    uint32_t least = *more == 0 ? 0 : *more == 1 ? 0x80 : UINT32_C(1) << 8 * (*more - 1);
    return reader->have == 2 + *more && *len < least ? WF_ERROR_DER : WF_OK;
}

/* An element of `len` bytes, of which its head is there, begins in what is around it. */
static wf_error enter_element(wf_crl_reader *reader, size_t len, uint32_t contents_len) {
    if (reader->step != STEP_LIST) {
        uint32_t *room = room_of(reader);
        if (len > *room) {
            return WF_ERROR_DER;
        }
        *room -= (uint32_t)len;
    }
    switch ((enum step)reader->step) {
    case STEP_LIST:
        reader->list_left = contents_len;
        return len <= WF_CRL_LEN ? WF_OK : WF_ERROR_CRL;
    case STEP_TBS:
        reader->tbs_left = contents_len;
        return WF_OK;
    case STEP_ENTRIES:
        reader->entries_left = contents_len;
        return contents_len > 0 ? WF_OK : WF_ERROR_CRL; /* 5.1.2.6: without entries the field is absent */
    default:
        reader->need = len;
        return len <= sizeof reader->element ? WF_OK : WF_ERROR_CRL;
    }
}

/* So many bytes are there as were needed for the head. */
static wf_error read_head(wf_crl_reader *reader) {
    size_t more;
    uint32_t contents_len;
    bool is_missing = reader->step != STEP_LIST && *room_of(reader) == 0;
    if (is_missing || !tag_fits(reader)) {
        return WF_ERROR_CRL;
    }
    wf_error error = read_length(reader, &more, &contents_len);
    if (error != WF_OK) {
        return error;
    }
    reader->need = 2 + more;
    if (reader->have < reader->need) {
        return WF_OK;
    }
    reader->has_head = true;
    return enter_element(reader, reader->have + contents_len, contents_len);
}

static wf_error take_issuer(wf_crl_reader *reader, wf_bytes name) {
    if (wf_name_is_empty(name) || wf_name_check(name) != WF_OK) { /* 5.1.2.3 */
        return WF_ERROR_CRL;
    }
    return wf_sha256(reader->crl.issuer, &name, 1);
}

static wf_error take_time(int64_t *out, wf_bytes der) {
    wf_reader r = wf_reader_of(der);
    *out = wf_der_read_time(&r);
    return wf_reader_finish(&r) == WF_OK ? WF_OK : WF_ERROR_CRL;
}

static wf_error take_entry(wf_crl_reader *reader, wf_bytes der) {
    wf_crl_entry entry;
    wf_error error = wf_crl_entry_read(&entry, der);
    if (error != WF_OK) {
        return error;
    }
    reader->crl.entries++;
    if (reader->on_entry != NULL) {
        wf_certificate_id id;
        memcpy(id.issuer, reader->crl.issuer, sizeof id.issuer);
        memcpy(id.serial, entry.serial, sizeof id.serial);
        reader->on_entry(reader->context, &id);
    }
    for (size_t i = 0; i < reader->query_count; i++) {
        wf_crl_query *query = &reader->queries[i];
        if (memcmp(query->id.serial, entry.serial, sizeof entry.serial) == 0 &&
            memcmp(query->id.issuer, reader->crl.issuer, sizeof query->id.issuer) == 0) {
            query->seen = true;
            query->seen_reason = entry.reason;
            query->seen_at = entry.revoked_at;
        }
    }
    return WF_OK;
}

static wf_error take_extensions(wf_crl_reader *reader, wf_bytes der) {
    wf_bytes key_id;
    wf_error error = wf_crl_extensions_read(&key_id, &reader->crl.number, der);
    if (error == WF_OK && reader->tbs_left > 0) {
        error = WF_ERROR_CRL;
    }
    return error != WF_OK ? error : wf_sha256(reader->key_id, &key_id, 1);
}

static wf_error take_signature(wf_crl_reader *reader, wf_bytes der) {
    wf_reader r = wf_reader_of(der);
    wf_bytes signature = wf_der_read_octet_aligned(&r);
    if (r.failed || reader->list_left > 0) {
        return WF_ERROR_CRL;
    }
    return wf_signature_from_der(reader->signature, signature);
}

/* A whole element is there. */
static wf_error take_element(wf_crl_reader *reader) {
    static const uint8_t version_2[] = {WF_DER_INTEGER, 1, 1};
    wf_bytes der = wf_bytes_of(reader->element, reader->have);
    if (wf_der_check(der) != WF_OK) {
        return WF_ERROR_DER;
    }
    switch ((enum step)reader->step) {
    case STEP_VERSION:
        return wf_bytes_equal(der, wf_bytes_of(version_2, sizeof version_2)) ? WF_OK : WF_ERROR_CRL;
    case STEP_ISSUER:
        return take_issuer(reader, der);
    case STEP_THIS_UPDATE:
        return take_time(&reader->crl.this_update, der);
    case STEP_NEXT_UPDATE: {
        wf_error error = take_time(&reader->crl.next_update, der);
        return error == WF_OK && reader->crl.next_update < reader->crl.this_update ? WF_ERROR_CRL : error;
    }
    case STEP_ENTRY:
        return take_entry(reader, der);
    case STEP_EXTENSIONS:
        return take_extensions(reader, der);
    case STEP_SIGNATURE:
        return take_signature(reader, der);
    default: /* the algorithm, inside and outside (5.1.1.2) */
        return wf_bytes_equal(der, wf_algorithm_ecdsa_sha256()) ? WF_OK : WF_ERROR_CRL;
    }
}

static wf_error finish_element(wf_crl_reader *reader) {
    enum step step = (enum step)reader->step;
    wf_error error = is_head(step) ? WF_OK : take_element(reader);
    if (error == WF_OK && is_signed(step)) {
        error = wf_hash_feed(&reader->tbs, wf_bytes_of(reader->element, reader->have));
    }
    if (error == WF_OK) {
        next_element(reader, step == STEP_ENTRY && reader->entries_left > 0 ? STEP_ENTRY : (enum step)(step + 1));
    }
    return error;
}

/* Takes the bytes that the element at hand still needs; true when they are there. */
static bool collect(wf_crl_reader *reader, wf_reader *bytes) {
    size_t missing = reader->need - reader->have;
    size_t len = bytes->left < missing ? bytes->left : missing;
    wf_read_copy(bytes, reader->element + reader->have, len);
    reader->have += len;
    return len == missing;
}

static wf_error feed(wf_crl_reader *reader, wf_reader *bytes) {
    wf_error error = WF_OK;
    while (error == WF_OK && bytes->left > 0) {
        if (reader->step == STEP_END) {
            return WF_ERROR_TRAILING;
        }
        if (!collect(reader, bytes)) {
            break;
        }
        if (!reader->has_head) {
            error = read_head(reader);
        }
        if (error == WF_OK && reader->has_head && reader->have == reader->need) {
            error = finish_element(reader);
        }
    }
    return error;
}

wf_error wf_crl_reader_start(wf_crl_reader *reader, wf_crl_query *queries, size_t count) {
    *reader = (wf_crl_reader){.queries = queries, .query_count = count};
    for (size_t i = 0; i < count; i++) {
        queries[i] = (wf_crl_query){.id = queries[i].id};
    }
    next_element(reader, STEP_LIST);
    reader->error = wf_hash_start(&reader->tbs);
    return reader->error;
}

wf_error wf_crl_reader_feed(wf_crl_reader *reader, wf_bytes bytes) {
    if (bytes.at == NULL && bytes.len > 0) {
        return WF_ERROR_ARGUMENT;
    }
    if (reader->error == WF_OK) {
        wf_reader r = wf_reader_of(bytes);
        reader->error = feed(reader, &r);
    }
    return reader->error;
}

bool wf_crl_reader_knows_issuer(const wf_crl_reader *reader, uint8_t issuer[static WF_HASH_LEN]) {
    memcpy(issuer, reader->crl.issuer, WF_HASH_LEN);
    return reader->step > STEP_ISSUER;
}

/* By name and key identifier, as certificates and their issuers link (RFC 5280 5.2.1, 4.2.1.1). */
static wf_error check_issuer(const wf_crl_reader *reader, const wf_certificate *issuer) {
    uint8_t name[WF_HASH_LEN], key_id[WF_HASH_LEN];
    wf_error error = wf_sha256(name, &issuer->subject, 1);
    if (error == WF_OK) {
        error = wf_sha256(key_id, &issuer->subject_key_id, 1);
    }
    if (error != WF_OK) {
        return error;
    }
    bool same_name = memcmp(name, reader->crl.issuer, sizeof name) == 0;
    bool same_key = issuer->subject_key_id.len == 0 || memcmp(key_id, reader->key_id, sizeof key_id) == 0;
    return same_name && same_key && wf_crl_may_sign(issuer) ? WF_OK : WF_ERROR_CHAIN;
}

static wf_error believe(const wf_crl_reader *reader, const wf_certificate *issuer) {
    if (reader->error != WF_OK) {
        return reader->error;
    }
    if (reader->step != STEP_END) {
        return WF_ERROR_TRUNCATED;
    }
    uint8_t hash[WF_HASH_LEN];
    wf_error error = check_issuer(reader, issuer);
    if (error == WF_OK) {
        error = wf_hash_finish(hash, &reader->tbs);
    }
    return error != WF_OK ? error : wf_p256_verify(issuer->public_key, hash, reader->signature, WF_S_ANY);
}

wf_error wf_crl_reader_finish(wf_crl_reader *reader, wf_crl *out, const wf_certificate *issuer) {
    wf_error error = believe(reader, issuer);
    *out = error == WF_OK ? reader->crl : (wf_crl){0};
    for (size_t i = 0; error == WF_OK && i < reader->query_count; i++) {
        wf_crl_query *query = &reader->queries[i];
        query->revoked = query->seen;
        query->reason = query->seen_reason;
        query->revoked_at = query->seen_at;
    }
    reader->error = error != WF_OK ? error : WF_ERROR_STATE;
    return error;
}

#include "host/authority_state.h"
#include "host/pem.h"
#include "pki/der.h"
#include <stdlib.h>
#include <string.h>
#include <warifu/csr.h>

/* ---- issuing ---- */

/* A serial number of 16 octets, positive and of one length. */
static wf_error start_order(wf_authority *a, wf_drbg *drbg, wf_certificate_order *order, const wf_p256_key *issuer) {
    wf_error error = wf_drbg_start_for(drbg, a->entropy, wf_signer_of(issuer), wf_bytes_of(NULL, 0));
    if (error == WF_OK) {
        error = wf_drbg_bytes(drbg, order->serial, sizeof order->serial);
    }
    order->serial[0] = (uint8_t)((order->serial[0] & 0x3F) | 0x40);
    return error;
}

/* Issues and writes down. `issuer` NULL: the root itself. */
static wf_error issue(wf_authority *a, uint8_t der[static WF_CERTIFICATE_LEN], size_t *len, wf_authority_ca which,
                      wf_certificate_order *order, bool self_signed) {
    const wf_authority_signer *s = &a->signers[which];
    wf_certificate issuer;
    wf_drbg drbg;
    wf_error error = start_order(a, &drbg, order, &s->key);
    if (error == WF_OK && !self_signed) {
        error = wf_certificate_parse(&issuer, wf_authority_certificate(a, which));
    }
    if (error == WF_OK && !self_signed && order->not_after > issuer.not_after) {
        order->not_after = issuer.not_after;
    }
    wf_writer w = wf_writer_of(der, WF_CERTIFICATE_LEN);
    if (error == WF_OK) {
        error = wf_certificate_issue(&w, order, self_signed ? NULL : &issuer, wf_signer_of(&s->key), &drbg);
        *len = w.len;
    }
    wf_drbg_wipe(&drbg);
    return error == WF_OK ? wf_authority_note_issued(a, which, wf_bytes_of(der, *len)) : error;
}

static wf_error make_key(wf_authority *a, wf_p256_key *key) {
    wf_drbg drbg;
    wf_error error = wf_drbg_start(&drbg, a->entropy, wf_bytes_of(NULL, 0), wf_bytes_of(NULL, 0));
    if (error == WF_OK) {
        error = wf_p256_generate(key, &drbg);
    }
    wf_drbg_wipe(&drbg);
    return error;
}

/* ---- CAs ---- */

/* The root may have CAs below it, which have none. */
static wf_error make_ca(wf_authority *a, wf_authority_ca which, const char *name, int64_t not_before,
                        int64_t not_after) {
    wf_authority_signer *s = &a->signers[which];
    wf_authority_ca issuer = WF_CA_ROOT;
    wf_error error = make_key(a, &s->key);
    if (error != WF_OK) {
        return error;
    }
    wf_certificate_order order = {.common_name = name,
                                  .is_ca = true,
                                  .path_len = which == WF_CA_ROOT ? 1 : 0,
                                  .not_before = not_before,
                                  .not_after = not_after,
                                  .public_key = s->key.public_key};
    error = issue(a, s->der, &s->der_len, issuer, &order, which == WF_CA_ROOT);
    if (error == WF_OK) {
        s->has_certificate = s->has_key = true;
        error = wf_authority_save_signer(a, which);
    }
    if (error != WF_OK) {
        *s = (wf_authority_signer){.list_number = s->list_number};
    }
    return error;
}

wf_error wf_authority_add_ca(wf_authority *a, wf_authority_ca which, const char *name, int64_t not_before,
                             int64_t not_after) {
    a->text[0] = '\0';
    bool is_free = !a->signers[which].has_certificate || wf_authority_is_revoked(a, which);
    if (which == WF_CA_ROOT || !is_free) {
        return wf_authority_fail(a, WF_ERROR_STATE, false, "there is already a CA called", wf_authority_ca_name(which));
    }
    if (!a->signers[WF_CA_ROOT].has_key) {
        return wf_authority_fail(a, WF_ERROR_STATE, false, "root.pem is not here", NULL);
    }
    return make_ca(a, which, name, not_before, not_after);
}

static wf_authority *new_authority(wf_entropy entropy) {
    wf_authority *a = calloc(1, sizeof *a);
    if (a != NULL) {
        a->lock = a->records_file = -1;
        a->entropy = entropy;
    }
    return a;
}

/* Takes over `a`. */
static wf_error hand_out(wf_authority **out, char text[static WF_AUTHORITY_TEXT_LEN], wf_authority *a, wf_error error) {
    text[0] = '\0';
    if (error != WF_OK && a != NULL) {
        memcpy(text, a->text, sizeof a->text);
        wf_authority_close(a);
        a = NULL;
    }
    *out = a;
    return error;
}

wf_error wf_authority_create(wf_authority **out, char text[static WF_AUTHORITY_TEXT_LEN], const char *folder,
                             const char *name, int64_t not_before, int64_t not_after, wf_entropy entropy) {
    wf_authority *a = new_authority(entropy);
    wf_error error = a == NULL ? WF_ERROR_CAPACITY : wf_crypto_start();
    if (error == WF_OK && folder != NULL) {
        error = wf_authority_enter(a, folder, true);
    }
    if (error == WF_OK && folder != NULL) {
        error = wf_authority_read_records(a);
    }
    if (error == WF_OK) {
        error = make_ca(a, WF_CA_ROOT, name, not_before, not_after);
    }
    return hand_out(out, text, a, error);
}

wf_error wf_authority_open(wf_authority **out, char text[static WF_AUTHORITY_TEXT_LEN], const char *folder,
                           wf_entropy entropy) {
    wf_authority *a = new_authority(entropy);
    wf_error error = a == NULL ? WF_ERROR_CAPACITY : wf_crypto_start();
    if (error == WF_OK) {
        error = wf_authority_enter(a, folder, false);
    }
    if (error == WF_OK) {
        error = wf_authority_load_signers(a);
    }
    if (error == WF_OK) {
        error = wf_authority_read_records(a);
    }
    return hand_out(out, text, a, error);
}

void wf_authority_close(wf_authority *a) {
    if (a == NULL) {
        return;
    }
    wf_authority_leave(a);
    free(a->records);
    free(a->list);
    wf_wipe(a, sizeof *a);
    free(a);
}

const char *wf_authority_text(const wf_authority *a) {
    return a->text;
}

/* ---- requests ---- */

enum { REQUEST_LEN = 4096 };

/* A request as DER or as PEM (RFC 7468 section 7). The views of `out` point into `room` or `request`. */
static wf_error read_request(wf_csr *out, uint8_t room[static REQUEST_LEN], wf_bytes request) {
    static const char label_text[] = "CERTIFICATE REQUEST";
    if (request.len > 0 && request.at[0] != WF_DER_SEQUENCE) {
        wf_bytes label, wanted = wf_bytes_of((const uint8_t *)label_text, sizeof label_text - 1);
        wf_reader text = wf_reader_of(request);
        wf_writer der = wf_writer_of(room, REQUEST_LEN);
        wf_error error = wf_pem_next(&text, &label, &der);
        if (error != WF_OK || !wf_bytes_equal(label, wanted)) {
            return error != WF_OK ? error : WF_ERROR_PEM;
        }
        request = wf_bytes_of(room, der.len);
    }
    return wf_csr_parse(out, request);
}

/* ---- devices and controllers ---- */

static wf_authority_ca issuer_for(const wf_authority *a, wf_role role) {
    wf_authority_ca own = role == WF_ROLE_DEVICE ? WF_CA_DEVICES : WF_CA_CONTROLLERS;
    if (a->signers[own].has_certificate) {
        return own;
    }
    return a->signers[WF_CA_ISSUING].has_certificate ? WF_CA_ISSUING : WF_CA_ROOT;
}

/* Chain and root around the certificate that stands in der[0] already. */
static void fill_identity(const wf_authority *a, wf_identity_file *out, wf_authority_ca issuer, size_t len) {
    const wf_authority_signer *ca = &a->signers[issuer], *root = &a->signers[WF_CA_ROOT];
    out->chain[0] = wf_bytes_of(out->der[0], len);
    out->view = (wf_identity){.chain = out->chain, .chain_len = 1, .anchors = out->anchors, .anchor_count = 1};
    if (issuer != WF_CA_ROOT) {
        memcpy(out->der[1], ca->der, ca->der_len);
        out->chain[1] = wf_bytes_of(out->der[1], ca->der_len);
        out->view.chain_len = 2;
    }
    memcpy(out->der[WF_CHAIN_LEN], root->der, root->der_len);
    out->anchors[0] = wf_bytes_of(out->der[WF_CHAIN_LEN], root->der_len);
}

/* `order` has subject, dates and key. */
static wf_error issue_end(wf_authority *a, wf_identity_file *out, wf_certificate_order *order) {
    wf_authority_ca issuer = issuer_for(a, order->role);
    size_t len = 0;
    if (!a->signers[issuer].has_key) {
        return wf_authority_fail(a, WF_ERROR_STATE, false, "its key file is not here:", wf_authority_ca_name(issuer));
    }
    if (wf_authority_is_revoked(a, issuer)) {
        return wf_authority_fail(a, WF_ERROR_REVOKED, false, "make another CA in the place of",
                                 wf_authority_ca_name(issuer));
    }
    wf_error error = issue(a, out->der[0], &len, issuer, order, false);
    if (error == WF_OK) {
        fill_identity(a, out, issuer, len);
    }
    return error;
}

static wf_certificate_order order_for(const wf_authority_order *order, const uint8_t *public_key) {
    return (wf_certificate_order){.common_name = order->common_name,
                                  .role = order->role,
                                  .number = order->number,
                                  .not_before = order->not_before,
                                  .not_after = order->not_after,
                                  .public_key = public_key};
}

wf_error wf_authority_issue(wf_authority *a, wf_identity_file *out, const wf_authority_order *order) {
    a->text[0] = '\0';
    memset(out, 0, sizeof *out);
    wf_error error = make_key(a, &out->key);
    if (error == WF_OK) {
        wf_certificate_order full = order_for(order, out->key.public_key);
        error = issue_end(a, out, &full);
    }
    if (error == WF_OK) {
        out->view.signer = wf_signer_of(&out->key);
    } else {
        wf_identity_file_wipe(out);
    }
    return error;
}

/* What the request says, where the order is silent; and no contradiction. */
static wf_error merge(wf_authority_order *order, char name[static WF_NAME_LEN + 1], const wf_csr *request) {
    memset(name, 0, WF_NAME_LEN + 1);
    if (order->common_name == NULL && request->common_name.len > 0 && request->common_name.len <= WF_NAME_LEN) {
        memcpy(name, request->common_name.at, request->common_name.len);
        order->common_name = name;
    }
    if (request->has_number) {
        if (order->number != NULL && memcmp(order->number, request->number, WF_NUMBER_LEN) != 0) {
            return WF_ERROR_REQUEST;
        }
        order->number = request->number;
    }
    if (request->role != WF_ROLE_NONE && order->role != WF_ROLE_NONE && request->role != order->role) {
        return WF_ERROR_REQUEST;
    }
    if (order->role == WF_ROLE_NONE) {
        order->role = request->role;
    }
    return request->asks_ca ? WF_ERROR_REQUEST : WF_OK;
}

wf_error wf_authority_sign(wf_authority *a, wf_identity_file *out, wf_bytes request, const wf_authority_order *order) {
    wf_csr parsed;
    uint8_t room[REQUEST_LEN];
    wf_authority_order merged = *order;
    char name[WF_NAME_LEN + 1];
    a->text[0] = '\0';
    memset(out, 0, sizeof *out);
    wf_error error = read_request(&parsed, room, request);
    if (error == WF_OK) {
        error = merge(&merged, name, &parsed);
    }
    if (error == WF_OK) {
        wf_certificate_order full = order_for(&merged, parsed.public_key);
        error = issue_end(a, out, &full);
    }
    if (error != WF_OK) {
        wf_identity_file_wipe(out);
    }
    return error;
}

/* ---- renewal ---- */

static wf_error find_end(wf_authority *a, wf_certificate *old, const uint8_t serial[static WF_SERIAL_LEN]) {
    const wf_authority_record *record = wf_authority_find(a, serial);
    if (record == NULL) {
        return wf_authority_fail(a, WF_ERROR_ARGUMENT, false, "no certificate of that serial number was issued", NULL);
    }
    if (record->revoked) {
        return WF_ERROR_REVOKED;
    }
    wf_error error = wf_certificate_parse(old, wf_bytes_of(record->der, record->der_len));
    return error == WF_OK && old->is_ca
               ? wf_authority_fail(a, WF_ERROR_ARGUMENT, false, "a CA is not renewed: make another authority", NULL)
               : error;
}

wf_error wf_authority_renew(wf_authority *a, wf_identity_file *out, const uint8_t serial[static WF_SERIAL_LEN],
                            wf_bytes request, int64_t not_before, int64_t not_after) {
    wf_certificate old = {0};
    wf_csr parsed = {0};
    uint8_t room[REQUEST_LEN];
    char name[WF_NAME_LEN + 1];
    wf_certificate_order order;
    a->text[0] = '\0';
    memset(out, 0, sizeof *out);
    wf_error error = find_end(a, &old, serial);
    uint8_t public_key[WF_P256_PUBLIC_LEN];
    if (error == WF_OK) {
        memcpy(public_key, old.public_key, sizeof public_key);
        error = wf_certificate_reorder(&order, name, &old);
    }
    if (error == WF_OK && request.len > 0) {
        error = read_request(&parsed, room, request);
        if (error == WF_OK && (parsed.asks_ca || !wf_bytes_equal(parsed.subject, old.subject) ||
                               (parsed.role != WF_ROLE_NONE && parsed.role != old.role))) {
            error = WF_ERROR_REQUEST;
        }
        memcpy(public_key, parsed.public_key, sizeof public_key);
    }
    if (error == WF_OK) {
        order.public_key = public_key;
        order.not_before = not_before;
        order.not_after = not_after;
        error = issue_end(a, out, &order);
    }
    if (error != WF_OK) {
        wf_identity_file_wipe(out);
    }
    return error;
}

/* ---- what was issued ---- */

size_t wf_authority_count(const wf_authority *a) {
    return a->count;
}

wf_error wf_authority_at(const wf_authority *a, wf_authority_entry *out, size_t index) {
    if (index >= a->count) {
        return WF_ERROR_ARGUMENT;
    }
    const wf_authority_record *record = &a->records[index];
    *out = (wf_authority_entry){.issuer = record->issuer,
                                .revoked = record->revoked,
                                .reason = record->reason,
                                .revoked_at = record->revoked_at};
    return wf_certificate_parse(&out->certificate, wf_bytes_of(record->der, record->der_len));
}

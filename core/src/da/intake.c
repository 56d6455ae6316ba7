#include "da/intake.h"

#include <string.h>

#include "da/life.h"
#include "da/output.h"
#include "da/renewal.h"
#include "da/trust.h"

/* ---- pieces ---- */

static void on_entry(void *context, const wf_certificate_id *id) {
    wf_da *da = context;
    wf_short_id short_id;
    if (wf_short_id_of(&short_id, id) != WF_OK) {
        return; /* then the signature can't be verified either */
    }
    wf_revocation_gather(&da->revocation, &short_id);
    for (uint32_t i = 0; i < da->pairings.count; i++) {
        wf_pairing *p = &da->pairings.entries[i];
        for (size_t k = 0; k < WF_CHAIN_LEN && p->state != WF_PAIRING_FREE; k++) {
            p->listed |= memcmp(p->origin.path[k].bytes, short_id.bytes, sizeof short_id.bytes) == 0;
        }
    }
}

wf_error wf_intake_begin(wf_da *da, wf_intake_what what) {
    wf_intake *intake = &da->intake;
    *intake = (wf_intake){0};
    if (what != WF_INTAKE_LIST && what != WF_INTAKE_CHAIN) {
        return WF_ERROR_ARGUMENT;
    }
    wf_error error = WF_OK;
    if (what == WF_INTAKE_LIST) {
        error = da->store.save != NULL ? wf_crl_reader_start(&intake->reader, NULL, 0) : WF_ERROR_STATE;
        intake->reader.on_entry = on_entry;
        intake->reader.context = da;
        da->revocation.count = 0;
        for (uint32_t i = 0; i < da->pairings.count; i++) {
            da->pairings.entries[i].listed = false;
        }
    }
    intake->what = error == WF_OK ? what : WF_INTAKE_NOTHING;
    return error;
}

/* How much is collected before the rest is read as a list. */
static size_t wanted(const wf_intake *intake) {
    if (intake->what == WF_INTAKE_CHAIN) {
        return sizeof intake->bytes;
    }
    return intake->have < 2 ? 2 : 2u + ((size_t)intake->bytes[0] << 8 | intake->bytes[1]);
}

static wf_error feed(wf_intake *intake, wf_reader *r) {
    while (r->left > 0 && intake->have < wanted(intake)) {
        if (wanted(intake) > 2 + WF_CERTIFICATE_LEN && intake->what == WF_INTAKE_LIST) {
            return WF_ERROR_CAPACITY;
        }
        size_t missing = wanted(intake) - intake->have;
        size_t count = missing < r->left ? missing : r->left;
        wf_read_copy(r, intake->bytes + intake->have, count);
        intake->have += count;
    }
    if (r->left == 0) {
        return WF_OK;
    }
    return intake->what == WF_INTAKE_LIST ? wf_crl_reader_feed(&intake->reader, wf_read_rest(r)) : WF_ERROR_CAPACITY;
}

wf_error wf_intake_feed(wf_da *da, wf_bytes bytes) {
    wf_intake *intake = &da->intake;
    if (intake->what == WF_INTAKE_NOTHING) {
        return WF_ERROR_STATE;
    }
    wf_reader r = wf_reader_of(bytes);
    wf_error error = feed(intake, &r);
    if (error != WF_OK) {
        intake->what = WF_INTAKE_NOTHING;
    }
    return error;
}

/* ---- a list ---- */

static bool is_anchor(const wf_da *da, wf_bytes der) {
    for (size_t i = 0; i < da->identity.anchor_count; i++) {
        if (wf_bytes_equal(da->identity.anchors[i], der)) {
            return true;
        }
    }
    return false;
}

static wf_error judge_issuer(const wf_da *da, wf_time now, wf_bytes der, wf_certificate *issuer) {
    wf_origin ignored;
    return is_anchor(da, der) ? wf_certificate_parse(issuer, der) : wf_da_judge_issuer(da, now, der, issuer, &ignored);
}

/* Whoever is on the list is a peer no more, at once and for good. What can't be erased in the store is gone from RAM
 * all the same, and the list stays to be applied at the next start. */
static wf_error revoke_listed(wf_da *da) {
    wf_error error = WF_OK;
    for (uint32_t i = 0; i < da->pairings.count; i++) {
        wf_pairing *p = &da->pairings.entries[i];
        if (!p->listed || p->origin.pinned || p->state == WF_PAIRING_FREE) {
            continue;
        }
        if (p->state == WF_PAIRING_FINAL) {
            wf_da_emit_peer(da, WF_EVENT_SECURITY, i, WF_ERROR_REVOKED);
            wf_da_emit_peer(da, WF_EVENT_UNPAIRED, i, WF_ERROR_REVOKED);
        }
        wf_error erased = wf_da_forget(da, i);
        error = error == WF_OK ? erased : error;
    }
    return error;
}

/* Its owner hears of it; what becomes of a node whose own certificate was revoked is for others to decide. */
static void report_own(wf_da *da, const wf_revocation_list *list) {
    for (size_t i = 0; i < da->identity.chain_len; i++) {
        wf_certificate own;
        wf_certificate_id id;
        wf_short_id short_id;
        bool listed = wf_certificate_parse(&own, da->identity.chain[i]) == WF_OK &&
                      wf_certificate_id_of(&id, &own) == WF_OK && wf_short_id_of(&short_id, &id) == WF_OK &&
                      memcmp(id.issuer, list->crl.issuer, sizeof id.issuer) == 0 &&
                      wf_revocation_check(&da->revocation, list, &short_id) == WF_ERROR_REVOKED;
        if (listed) {
            wf_da_emit(da, &(wf_event){.kind = WF_EVENT_SECURITY, .error = WF_ERROR_REVOKED});
        }
    }
}

static wf_error finish_list(wf_da *da, wf_time now, uint32_t bringer) {
    wf_intake *intake = &da->intake;
    wf_certificate issuer;
    wf_crl crl;
    if (intake->have < 2 || intake->have < wanted(intake)) {
        return WF_ERROR_TRUNCATED;
    }
    wf_chain_rules rules = wf_da_chain_rules(da, now, WF_ROLE_NONE);
    wf_error error = judge_issuer(da, now, wf_bytes_of(intake->bytes + 2, intake->have - 2), &issuer);
    if (error == WF_OK) {
        error = wf_crl_reader_finish(&intake->reader, &crl, &issuer);
    }
    if (error == WF_OK) {
        error = wf_crl_check_time(&crl, rules.has_time, rules.now);
    }
    if (error == WF_OK) {
        error = wf_revocation_keep(&da->revocation, &crl);
    }
    if (error != WF_OK) {
        return error;
    }
    wf_da_emit(da, &(wf_event){.kind = WF_EVENT_LIST_TAKEN, .peer = wf_da_peer_of(bringer)});
    report_own(da, wf_revocation_of(&da->revocation, crl.issuer));
    error = revoke_listed(da);
    if (error == WF_OK) {
        error = wf_revocation_applied(&da->revocation, crl.issuer);
    }
    wf_error raised = wf_da_floor_raise(da, crl.this_update);
    return error != WF_OK ? error : raised;
}

wf_error wf_intake_finish(wf_da *da, wf_time now, uint32_t pairing) {
    wf_intake *intake = &da->intake;
    wf_error error = WF_ERROR_STATE;
    if (intake->what == WF_INTAKE_LIST) {
        error = finish_list(da, now, pairing);
    } else if (intake->what == WF_INTAKE_CHAIN) {
        error = wf_renewal_take(da, now, pairing, wf_bytes_of(intake->bytes, intake->have));
    }
    intake->what = WF_INTAKE_NOTHING;
    return error;
}

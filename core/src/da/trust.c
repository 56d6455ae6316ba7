#include "da/trust.h"

#include <string.h>

enum { FLOOR_LEN = 8 };

wf_chain_rules wf_da_chain_rules(const wf_da *da, wf_time now, wf_role role) {
    int64_t date = da->has_date ? da->date + (int64_t)((now - da->date_at) / 1000) : 0;
    bool is_sound = da->has_date && date >= da->floor; /* a clock that runs before the floor is wrong */
    return (wf_chain_rules){.anchors = da->identity.anchors,
                            .anchor_count = da->identity.anchor_count,
                            .max_len = WF_CHAIN_LEN,
                            .has_time = is_sound,
                            .now = is_sound ? date : da->floor,
                            .role = role};
}

/* ---- the time floor ---- */

static wf_error save_floor(const wf_da *da, int64_t floor) {
    uint8_t entry[FLOOR_LEN];
    wf_writer w = wf_writer_of(entry, sizeof entry);
    wf_write_u64(&w, (uint64_t)floor);
    return da->store.save != NULL ? da->store.save(da->store.context, WF_STORE_FLOOR, entry, sizeof entry) : WF_OK;
}

wf_error wf_da_floor_raise(wf_da *da, int64_t seconds) {
    if (seconds <= da->floor) {
        return WF_OK;
    }
    wf_error error = save_floor(da, seconds);
    if (error == WF_OK) {
        da->floor = seconds;
    }
    return error;
}

wf_error wf_da_floor_load(wf_da *da, int64_t build_date) {
    uint8_t entry[FLOOR_LEN];
    size_t len = 0;
    wf_error error = WF_OK;
    if (da->store.load != NULL) {
        error = da->store.load(da->store.context, WF_STORE_FLOOR, entry, sizeof entry, &len);
    }
    if (error == WF_OK && len > 0) {
        wf_reader r = wf_reader_of(wf_bytes_of(entry, len));
        da->floor = (int64_t)wf_read_u64(&r);
        error = wf_reader_finish(&r);
    }
    if (error != WF_OK) {
        return error == WF_ERROR_STORE ? error : WF_ERROR_STORE_DAMAGED;
    }
    return wf_da_floor_raise(da, build_date);
}

/* ---- strangers ---- */

/* A list that is missing stops nobody; one that was cut off can't clear anybody. */
static wf_error check_list(const wf_da *da, const wf_chain_rules *rules, const wf_certificate *certificate,
                           wf_short_id *short_id) {
    wf_certificate_id id;
    wf_error error = wf_certificate_id_of(&id, certificate);
    if (error == WF_OK) {
        error = wf_short_id_of(short_id, &id);
    }
    const wf_revocation_list *list = error == WF_OK ? wf_revocation_of(&da->revocation, id.issuer) : NULL;
    if (list == NULL) {
        return error;
    }
    error = wf_revocation_check(&da->revocation, list, short_id);
    if (error == WF_OK) {
        error = wf_crl_check_time(&list->crl, rules->has_time, rules->now);
    }
    return error == WF_OK && list->kept < list->crl.entries ? WF_ERROR_CRL : error;
}

wf_error wf_da_check_lists(const wf_da *da, const wf_pairing *peer) {
    wf_error error = WF_OK;
    const wf_revocation_list *list;
    unsigned at = 0;
    while (!peer->origin.pinned && error == WF_OK && (list = wf_revocation_next(&da->revocation, &at)) != NULL) {
        for (size_t i = 0; i < WF_CHAIN_LEN && error == WF_OK; i++) {
            error = wf_revocation_check(&da->revocation, list, &peer->origin.path[i]);
        }
    }
    return error;
}

static wf_error describe_origin(const wf_da *da, const wf_chain_rules *rules, const wf_chain_path *path,
                                wf_origin *origin) {
    uint8_t anchor[WF_HASH_LEN];
    wf_error error = wf_certificate_fingerprint(anchor, path->certificates[path->len - 1].der);
    memcpy(origin->anchor, anchor, sizeof origin->anchor);
    for (size_t i = 0; i + 1 < path->len && error == WF_OK; i++) {
        error = check_list(da, rules, &path->certificates[i], &origin->path[i]);
    }
    return error;
}

static wf_error judge_by(const wf_da *da, const wf_chain_rules *rules, const wf_bytes *chain, size_t chain_len,
                         wf_certificate *end, wf_origin *origin) {
    wf_chain_path path;
    *origin = (wf_origin){0};
    wf_error error = wf_chain_judge(&path, chain, chain_len, rules);
    *end = path.certificates[0];
    return error != WF_OK ? error : describe_origin(da, rules, &path, origin);
}

wf_error wf_da_judge_chain(const wf_da *da, wf_time now, const wf_bytes *chain, size_t chain_len, wf_role role,
                           wf_certificate *end, wf_origin *origin) {
    wf_chain_rules rules = wf_da_chain_rules(da, now, role);
    return judge_by(da, &rules, chain, chain_len, end, origin);
}

wf_error wf_da_judge_issuer(const wf_da *da, wf_time now, wf_bytes der, wf_certificate *issuer, wf_origin *origin) {
    wf_chain_rules rules = wf_da_chain_rules(da, now, WF_ROLE_NONE);
    rules.for_lists = true;
    return judge_by(da, &rules, &der, 1, issuer, origin);
}

wf_error wf_da_judge_stranger(const wf_da *da, wf_time now, const wf_edhoc_credential *credential, wf_role role,
                              bool by_anchors, wf_certificate *peer, wf_origin *origin) {
    if (credential->kind != WF_EDHOC_X5CHAIN || credential->chain_len == 0) {
        return WF_ERROR_CREDENTIAL;
    }
    if (by_anchors) {
        return wf_da_judge_chain(da, now, credential->chain, credential->chain_len, role, peer, origin);
    }
    *origin = (wf_origin){.pinned = true};
    wf_error error = wf_certificate_parse(peer, credential->chain[0]);
    if (error == WF_OK && peer->role != role) {
        error = WF_ERROR_WRONG_ROLE;
    }
    return error == WF_OK && !peer->has_number ? WF_ERROR_CERTIFICATE : error;
}

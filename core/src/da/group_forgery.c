/* What a member can do that has gone bad: it knows the keys of its group, and so how others speak in it. It lacks their
 * private keys. */
#include <string.h>

#include "da/output.h"
#include "da/state.h"

static const wf_membership *membership(const wf_da *da, const uint8_t *gid) {
    for (unsigned i = 0; i < WF_MEMBERSHIPS; i++) {
        const wf_membership *m = &da->members.all[i];
        if (m->used && m->is_newest && (gid == NULL || memcmp(m->keys.gid, gid, sizeof m->keys.gid) == 0)) {
            return m;
        }
    }
    return NULL;
}

static wf_error keys_of_another(wf_group_keys *keys, const wf_kid *id, const uint8_t *public_key) {
    wf_group_sender other;
    wf_error error = wf_group_sender_derive(&other, keys, wf_bytes_of(id->bytes, id->len), public_key);
    memcpy(keys->send_key, other.key, sizeof keys->send_key);
    keys->own = *id;
    wf_wipe(&other, sizeof other);
    return error;
}

wf_error wf_da_forge(wf_da *forger, const wf_da *victim, wf_bytes edata) {
    static const wf_address everybody = {{0}, 0, 0};
    const wf_membership *its = membership(victim, NULL);
    const wf_membership *own = its != NULL ? membership(forger, its->keys.gid) : NULL;
    const uint8_t *credential = victim->identity.signer.public_key;
    uint8_t plain[WF_DATAGRAM_LEN], datagram[WF_DATAGRAM_LEN];
    wf_writer p = wf_writer_of(plain, sizeof plain), w = wf_writer_of(datagram, sizeof datagram);
    if (own == NULL) {
        return WF_ERROR_STATE;
    }
    wf_write_u8(&p, WF_KIND_EDATA);
    wf_write_view(&p, edata);
    wf_group_keys keys = own->keys;
    wf_error error = p.overflow ? WF_ERROR_TOO_SMALL : keys_of_another(&keys, &its->keys.own, credential);
    if (error == WF_OK) {
        error = wf_group_seal_as(&w, &keys, credential, forger->identity.signer, &forger->drbg, (*forger->next_tid)++,
                                 its->next_piv, wf_bytes_of(plain, p.len));
    }
    if (error == WF_OK) {
        wf_da_transmit(forger, &everybody, &w, edata);
    }
    wf_wipe(&keys, sizeof keys);
    return error;
}

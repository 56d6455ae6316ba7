/* Pairings in a store that no engine uses. */
#include <warifu/stored.h>

#include <string.h>

#include "da/pairing.h"
#include "da/stored.h"

static uint16_t id_of(unsigned index) {
    return (uint16_t)(WF_STORE_PAIRINGS + index);
}

static wf_error erase(const wf_store *store, uint16_t id) {
    return store->erase(store->context, id);
}

static void describe(wf_stored_peer *out, const wf_pairing *p) {
    *out = (wf_stored_peer){.is_confirmed = p->state == WF_PAIRING_FINAL, .role = p->role, .address = p->address};
    memcpy(out->number, p->number, sizeof out->number);
    memcpy(out->fingerprint, p->fingerprint, sizeof out->fingerprint);
}

bool wf_stored_next_peer(const wf_store *store, unsigned *at, wf_stored_peer *out) {
    wf_pairing p;
    bool found = false;
    while (!found && *at < WF_STORE_MOST_PAIRINGS) {
        wf_error error = wf_pairing_read(&p, store, (*at)++);
        found = error != WF_OK || p.state != WF_PAIRING_FREE;
        if (error == WF_OK) {
            describe(out, &p);
        } else {
            *out = (wf_stored_peer){.error = error};
        }
    }
    wf_wipe(&p, sizeof p);
    return found;
}

/* What is not confirmed goes first: until the last one is erased nothing has happened. */
wf_error wf_stored_forget(const wf_store *store, const uint8_t number[static WF_NUMBER_LEN]) {
    wf_error error = WF_OK;
    bool found = false;
    for (unsigned pass = 0; pass < 2; pass++) {
        wf_stored_peer peer;
        unsigned at = 0;
        while (wf_stored_next_peer(store, &at, &peer)) {
            if (peer.error == WF_OK && memcmp(peer.number, number, WF_NUMBER_LEN) == 0 &&
                peer.is_confirmed == (pass == 1)) {
                wf_error this_one = erase(store, id_of(at - 1));
                error = error == WF_OK ? this_one : error;
                found = true;
            }
        }
    }
    return found ? error : WF_ERROR_NOT_PAIRED;
}

wf_error wf_stored_forget_damaged(const wf_store *store, unsigned *count) {
    wf_stored_peer peer;
    unsigned at = 0;
    *count = 0;
    while (wf_stored_next_peer(store, &at, &peer)) {
        if (peer.error == WF_ERROR_STORE_DAMAGED) {
            wf_error error = erase(store, id_of(at - 1));
            if (error != WF_OK) {
                return error;
            }
            (*count)++;
        }
    }
    return WF_OK;
}

/* What can't be read is there, too. */
static bool is_there(const wf_store *store, uint16_t id) {
    uint8_t first[1];
    size_t len = 0;
    wf_error error = store->load(store->context, id, first, sizeof first, &len);
    wf_wipe(first, sizeof first);
    return error != WF_OK || len > 0;
}

/* All of them, also those that no engine's table has room for. */
static wf_error erase_all(const wf_store *store) {
    wf_error error = WF_OK;
    for (unsigned i = 0; i < WF_STORE_MOST_PAIRINGS; i++) {
        if (is_there(store, id_of(i))) {
            wf_error this_one = erase(store, id_of(i));
            error = error == WF_OK ? this_one : error;
        }
    }
    wf_error last = erase(store, WF_STORE_SEED);
    return error == WF_OK ? last : error;
}

static wf_error mark(const wf_store *store, uint16_t id, wf_store_mark value) {
    uint8_t byte = (uint8_t)value;
    return store->save(store->context, id, &byte, 1);
}

wf_error wf_stored_mark(const wf_store *store, uint16_t id, wf_store_mark *out) {
    uint8_t byte = 0;
    size_t len;
    wf_error error = store->load(store->context, id, &byte, 1, &len);
    error = error == WF_ERROR_TOO_SMALL ? WF_ERROR_STORE_DAMAGED : error;
    *out = error != WF_OK || len == 0 ? WF_MARK_NONE : (byte == WF_MARK_DONE ? WF_MARK_DONE : WF_MARK_UNDER_WAY);
    return error;
}

/* The mark is written first and erased last, so that the power can't end it half way; where there is no room for it all
 * is erased nevertheless. */
wf_error wf_stored_wipe(const wf_store *store) {
    wf_error marked = mark(store, WF_STORE_RESETTING, WF_MARK_UNDER_WAY);
    wf_error error = erase_all(store);
    if (error == WF_OK) {
        error = erase(store, WF_STORE_RESTORING);
    }
    if (error == WF_OK) {
        error = erase(store, WF_STORE_RESETTING);
    }
    return error == WF_OK && marked != WF_ERROR_STORE ? marked : error;
}

/* What is noted of it is worth less than the reset itself. */
wf_error wf_stored_reset(const wf_store *store) {
    wf_error error = wf_stored_wipe(store);
    wf_error ignored = error == WF_OK ? mark(store, WF_STORE_RESETTING, WF_MARK_DONE) : WF_OK;
    (void)ignored;
    return error;
}

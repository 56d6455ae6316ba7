#include "da/reset.h"

#include "da/da.h"
#include "da/group_talk.h"
#include "da/life.h"
#include "da/output.h"
#include "da/stored.h"

enum { SEED_LEN = 32, ENTRY_LEN = SEED_LEN + 4 };

/* ---- randomness ---- */

static wf_error start_generator(wf_da *da, wf_entropy entropy, wf_bytes seed) {
    wf_error error = wf_drbg_start_for(&da->drbg, entropy, da->identity.signer, seed);
    if (error == WF_OK) {
        error = wf_drbg_bytes(&da->drbg, da->cookie_key.bytes, sizeof da->cookie_key.bytes);
    }
    return error;
}

static wf_error save_new_seed(wf_da *da) {
    uint8_t entry[ENTRY_LEN], seed[SEED_LEN];
    if (da->store.save == NULL) {
        return WF_OK;
    }
    wf_writer w = wf_writer_of(entry, sizeof entry);
    wf_error error = wf_drbg_bytes(&da->drbg, seed, sizeof seed);
    wf_write_bytes(&w, seed, sizeof seed);
    wf_write_u32(&w, da->starts);
    if (error == WF_OK) {
        error = da->store.save(da->store.context, WF_STORE_SEED, entry, w.len);
    }
    wf_wipe(entry, sizeof entry);
    wf_wipe(seed, sizeof seed);
    return error;
}

/* The stored seed is replaced before it is first used, so that no two starts share a state. Beside it the starts are
 * counted: the numbers of WAKEs rise over them. */
wf_error wf_da_start_randomness(wf_da *da, wf_entropy entropy) {
    uint8_t entry[ENTRY_LEN] = {0};
    size_t len = 0;
    wf_error error = WF_OK;
    if (da->store.load != NULL) {
        error = da->store.load(da->store.context, WF_STORE_SEED, entry, sizeof entry, &len);
    }
    if (error == WF_OK) {
        error = start_generator(da, entropy, wf_bytes_of(entry, len < SEED_LEN ? len : SEED_LEN));
    }
    wf_reader starts = wf_reader_of(wf_bytes_of(entry + SEED_LEN, sizeof entry - SEED_LEN));
    da->starts = wf_read_u32(&starts) + 1;
    wf_wipe(entry, sizeof entry);
    if (error == WF_ERROR_TOO_SMALL) {
        return WF_ERROR_STORE_DAMAGED;
    }
    return error == WF_OK ? save_new_seed(da) : error;
}

/* ---- the reset ---- */

/* What was done offline is noted at the next start. */
static wf_error take_mark(const wf_store *store, uint16_t id, wf_store_mark *out) {
    wf_error error = wf_stored_mark(store, id, out);
    return error == WF_OK && *out == WF_MARK_DONE ? store->erase(store->context, id) : error;
}

/* A restore can only be finished by whoever has the backup. */
wf_error wf_da_check_marks(wf_da *da) {
    wf_store_mark reset, restored;
    if (da->store.load == NULL) {
        return WF_OK;
    }
    wf_error error = take_mark(&da->store, WF_STORE_RESETTING, &reset);
    if (error == WF_OK && reset == WF_MARK_UNDER_WAY) {
        error = wf_stored_wipe(&da->store);
    }
    if (error == WF_OK) {
        error = take_mark(&da->store, WF_STORE_RESTORING, &restored);
    }
    if (error != WF_OK) {
        return error;
    }
    da->was_reset = reset != WF_MARK_NONE;
    da->was_restored = restored == WF_MARK_DONE;
    return restored == WF_MARK_UNDER_WAY ? WF_ERROR_RESTORE_UNFINISHED : WF_OK;
}

bool wf_da_was_reset(const wf_da *da) {
    return da->was_reset;
}

bool wf_da_was_restored(const wf_da *da) {
    return da->was_restored;
}

/* No peer is told: whoever has the device in hand wants it empty now, and a peer learns it when nobody answers. */
static void end_all(wf_da *da) {
    wf_da_close_window(da, WF_ERROR_CANCELLED);
    for (uint32_t i = 0; i < da->run_count; i++) {
        if (da->runs[i].state != WF_RUN_FREE) {
            da->runs[i].pairing = WF_NO_PAIRING;
            wf_run_over(da, &da->runs[i], WF_ERROR_CANCELLED);
        }
    }
    for (uint32_t i = 0; i < WF_RESPONDER_SLOTS; i++) {
        wf_slot_free(da, &da->slots[i]);
    }
    for (uint32_t i = 0; i < da->pairings.count; i++) {
        if (da->pairings.entries[i].state == WF_PAIRING_FINAL) {
            wf_da_emit_peer(da, WF_EVENT_UNPAIRED, i, WF_OK);
        }
    }
    for (uint32_t i = 0; i < da->sessions.count; i++) {
        wf_session_close(&da->sessions, i);
    }
    wf_wipe(da->calls, da->pairings.count * sizeof *da->calls);
    wf_wipe(&da->expectations, sizeof da->expectations);
    wf_wipe(da->plain, sizeof da->plain);
    wf_groups_wipe(da);
}

wf_error wf_da_factory_reset(wf_da *da) {
    end_all(da);
    wf_wipe(da->pairings.entries, da->pairings.count * sizeof *da->pairings.entries);
    wf_pairing_reindex(&da->pairings);
    wf_error error = da->store.save != NULL ? wf_stored_wipe(&da->store) : WF_OK;
    wf_entropy entropy = da->drbg.entropy;
    wf_drbg_wipe(&da->drbg);
    wf_error drawn = start_generator(da, entropy, wf_bytes_of(NULL, 0));
    if (drawn == WF_OK && error == WF_OK) {
        error = save_new_seed(da);
    }
    return error == WF_OK ? drawn : error;
}

wf_error wf_da_forget_peer(wf_da *da, wf_peer_id peer) {
    if (peer.value < 1 || peer.value > da->pairings.count) {
        return WF_ERROR_NOT_PAIRED;
    }
    uint32_t pairing = peer.value - 1;
    const wf_pairing *p = &da->pairings.entries[pairing];
    if (p->state == WF_PAIRING_FINAL) {
        wf_da_emit_peer(da, WF_EVENT_UNPAIRED, pairing, WF_OK);
        return wf_da_forget_peer_of(da, pairing);
    }
    /* what could not be erased before is tried again */
    return p->state == WF_PAIRING_FREE && p->unerased ? wf_pairing_remove(&da->pairings, pairing) : WF_ERROR_NOT_PAIRED;
}

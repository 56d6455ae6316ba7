/* What of all that happens is audited: events, failed pairings of one's own, and trouble with the store. */
#include "engine/state.h"

#include <string.h>

bool wf_audit_is_sound(const wf_engine_config *config) {
    return config->audit_entries <= WF_AUDIT_ENTRIES && config->audit_entries % WF_AUDIT_RINGS == 0;
}

void wf_audit_note(wf_engine *engine, const wf_audit_entry *entry) {
    if (engine->audit != NULL) {
        wf_audit_log_note(engine->audit, engine->now, entry);
    }
}

/* What was done to the store since this node ran last. */
static void note_offline(wf_engine *engine) {
    if (engine->da != NULL && wf_da_was_reset(engine->da)) {
        wf_audit_note(engine, &(wf_audit_entry){.what = WF_AUDITED_FACTORY_RESET});
    }
    if (engine->da != NULL && wf_da_was_restored(engine->da)) {
        wf_audit_note(engine, &(wf_audit_entry){.what = WF_AUDITED_RESTORED});
    }
}

void wf_audit_start(wf_engine *engine, wf_audit_log *log, const wf_engine_config *config) {
    if (config->audit_entries > 0) {
        wf_audit_log_open(log, &config->store, config->audit_entries, &engine->counters.audit_failed);
        wf_audit_log_start(log, engine->now);
        engine->audit = log;
        note_offline(engine);
    }
}

/* ---- events ---- */

static wf_audited refusal_of(const wf_engine *engine, const wf_event *event) {
    switch (event->error) {
    case WF_ERROR_REPLAYED:
        return WF_AUDITED_REPLAYED;
    case WF_ERROR_TAG:
        return WF_AUDITED_TAMPERED;
    case WF_ERROR_TOO_LATE:
        return WF_AUDITED_LATE_COMMAND;
    case WF_ERROR_POLICY:
        return event->peer.value != 0 && !event->is_protected ? WF_AUDITED_PLAINTEXT : WF_AUDITED_POLICY_REFUSED;
    default:
        break;
    }
    if (event->peer.value != 0 && event->error == WF_ERROR_REVOKED) {
        return WF_AUDITED_REVOKED;
    }
    if (event->peer.value != 0 && event->error == WF_ERROR_EXPIRED) {
        return WF_AUDITED_CERTIFICATE_EXPIRED;
    }
    bool from_peer = event->peer.value != 0 || wf_da_peer_by_address(engine->da, &event->from).value != 0;
    return from_peer ? WF_AUDITED_SESSION_REFUSED : WF_AUDITED_PAIRING_REFUSED;
}

static wf_audited audited_of(const wf_engine *engine, const wf_event *event) {
    switch (event->kind) {
    case WF_EVENT_WINDOW_OPENED:
        return WF_AUDITED_WINDOW_OPENED;
    case WF_EVENT_WINDOW_CLOSED:
        return WF_AUDITED_WINDOW_CLOSED;
    case WF_EVENT_PAIRED:
        return WF_AUDITED_PAIRED;
    case WF_EVENT_UNPAIRED: /* a reset of a thousand pairings must not push out who they were; REVOKED has said it */
        return engine->is_resetting || event->error == WF_ERROR_REVOKED ? WF_AUDITED_NONE : WF_AUDITED_UNPAIRED;
    case WF_EVENT_SESSION_UP:
        return WF_AUDITED_SESSION_UP;
    case WF_EVENT_LIST_TAKEN:
        return WF_AUDITED_LIST_TAKEN;
    case WF_EVENT_PEER_MOVED:
        return WF_AUDITED_ADDRESS_MOVED;
    case WF_EVENT_SECURITY:
        return refusal_of(engine, event);
    default:
        return WF_AUDITED_NONE;
    }
}

static void put_number(const wf_engine *engine, wf_audit_entry *entry, const wf_event *event) {
    static const uint8_t none[sizeof event->number];
    wf_da_peer peer;
    memcpy(entry->number, event->number, sizeof entry->number);
    if (memcmp(event->number, none, sizeof none) == 0 && engine->da != NULL &&
        wf_da_peer_row(engine->da, event->peer, &peer)) {
        memcpy(entry->number, peer.number, sizeof entry->number);
    }
}

/* The port says nothing: whatever it is, a node listens on ours. */
void wf_audit_event(wf_engine *engine, const wf_event *event) {
    wf_audited what = engine->audit != NULL ? audited_of(engine, event) : WF_AUDITED_NONE;
    if (what == WF_AUDITED_NONE) {
        return;
    }
    wf_audit_entry entry = {.what = what, .error = event->error, .address = event->from};
    entry.address.port = 0;
    if (event->error == WF_ERROR_POLICY) {
        entry.eoj = event->eoj;
        entry.epc = event->epc;
    }
    put_number(engine, &entry, event);
    wf_audit_note(engine, &entry);
}

void wf_audit_pairing_failed(wf_engine *engine, const wf_address *with, wf_error error) {
    wf_audit_entry entry = {.what = WF_AUDITED_PAIRING_FAILED, .error = error, .address = *with};
    entry.address.port = 0;
    wf_audit_note(engine, &entry);
}

/* ---- the store ---- */

static wf_error watched(wf_engine *engine, wf_error error) {
    if (error != WF_OK && error != WF_ERROR_TOO_SMALL) { /* that is how one asks whether there is an entry */
        wf_audit_note(engine, &(wf_audit_entry){.what = WF_AUDITED_STORE_TROUBLE, .error = error});
    }
    return error;
}

static wf_error load(void *context, uint16_t id, uint8_t *out, size_t capacity, size_t *len) {
    wf_engine *engine = context;
    return watched(engine, engine->store.load(engine->store.context, id, out, capacity, len));
}

static wf_error save(void *context, uint16_t id, const uint8_t *data, size_t len) {
    wf_engine *engine = context;
    return watched(engine, engine->store.save(engine->store.context, id, data, len));
}

static wf_error erase(void *context, uint16_t id) {
    wf_engine *engine = context;
    return watched(engine, engine->store.erase(engine->store.context, id));
}

wf_store wf_audit_watched_store(wf_engine *engine, const wf_engine_config *config) {
    if (config->audit_entries == 0 || config->store.load == NULL) {
        return config->store;
    }
    engine->store = config->store;
    return (wf_store){.load = load, .save = save, .erase = erase, .context = engine};
}

/* ---- reading ---- */

void wf_engine_audit(const wf_engine *engine, wf_audit_reader *out) {
    if (engine->audit != NULL) {
        wf_audit_read_live(out, engine->audit);
    } else {
        *out = (wf_audit_reader){.live = NULL};
    }
}

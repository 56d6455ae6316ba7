#include "da/da.h"

#include <string.h>

#include "da/blocks.h"
#include "da/call.h"
#include "da/group_talk.h"
#include "da/hello.h"
#include "da/initiator.h"
#include "da/life.h"
#include "da/output.h"
#include "da/peers.h"
#include "da/records.h"
#include "da/reset.h"
#include "da/responder.h"
#include "da/runs.h"
#include "da/trust.h"

static bool manages_a_group(const wf_da_config *config) {
    wf_certificate own;
    return config->groups && config->identity.chain_len > 0 &&
           wf_certificate_parse(&own, config->identity.chain[0]) == WF_OK && own.role == WF_ROLE_CONTROLLER;
}

wf_da *wf_da_layout(wf_arena *arena, const wf_da_config *config) {
    uint32_t pairings = config->pairings + WF_SPARE_PAIRINGS;
    uint32_t sessions = 2 * pairings + config->handshakes + WF_RESPONDER_SLOTS;
    wf_da *da = wf_arena_take(arena, sizeof *da);
    wf_pairing *pairing_entries = wf_arena_take(arena, pairings * sizeof *pairing_entries);
    uint32_t places = wf_pairing_index_places(pairings);
    uint32_t *by_hint = wf_arena_take(arena, places * sizeof *by_hint);
    uint32_t *by_host = wf_arena_take(arena, places * sizeof *by_host);
    uint32_t *first_sessions = wf_arena_take(arena, pairings * sizeof *first_sessions);
    wf_session *session_entries = wf_arena_take(arena, sessions * sizeof *session_entries);
    wf_peer_call *calls = wf_arena_take(arena, pairings * sizeof *calls);
    wf_run *runs = wf_arena_take(arena, config->handshakes * sizeof *runs);
    wf_delivery *deliveries = wf_arena_take(arena, config->handshakes * sizeof *deliveries);
    uint32_t room = config->revoked < WF_REVOKED_AT_MOST ? config->revoked : WF_REVOKED_AT_MOST;
    wf_short_id *gathered = wf_arena_take(arena, room * sizeof *gathered);
    wf_group_manager_layout(da != NULL ? &da->manager : NULL, arena, manages_a_group(config) ? pairings : 0);
    wf_group_members_layout(da != NULL ? &da->members : NULL, arena, config->listens);
    if (da == NULL || arena->used > arena->capacity) {
        return NULL;
    }
    da->pairings =
        (wf_pairing_table){pairing_entries, pairings, config->pairings, config->store, by_hint, by_host, places};
    da->sessions = (wf_session_table){
        .entries = session_entries, .count = sessions, .first_of_pairing = first_sessions, .next_end = WF_TIME_NEVER};
    da->calls_next = WF_TIME_NEVER;
    da->calls = calls;
    da->runs = runs;
    da->run_count = config->handshakes;
    da->deliveries = deliveries;
    da->revocation = (wf_revocation){.store = config->store, .gathered = gathered, .room = room};
    return da;
}

static wf_error check_identity(const wf_identity *identity, wf_role *role) {
    wf_certificate own;
    if (identity->chain_len < 1 || identity->chain_len > WF_CHAIN_LEN) {
        return WF_ERROR_ARGUMENT;
    }
    wf_error error = wf_certificate_parse(&own, identity->chain[0]);
    if (error != WF_OK) {
        return error;
    }
    if (own.role == WF_ROLE_NONE) {
        return WF_ERROR_WRONG_ROLE;
    }
    if (memcmp(own.public_key, identity->signer.public_key, sizeof own.public_key) != 0) {
        return WF_ERROR_KEY;
    }
    *role = own.role;
    return WF_OK;
}

/* A device without anchors has nobody to vouch for a controller but its set-up code. */
static wf_error take_code(wf_da *da, const wf_da_config *config) {
    bool has_anchors = config->identity.anchor_count > 0;
    da->has_code = config->code != NULL;
    da->code_alone = da->has_code && (config->code_alone || !has_anchors);
    if (!da->has_code) {
        return da->role == WF_ROLE_DEVICE && !has_anchors ? WF_ERROR_ARGUMENT : WF_OK;
    }
    da->code = *config->code;
    wf_error error = da->role == WF_ROLE_DEVICE ? WF_OK : WF_ERROR_ARGUMENT;
    if (error == WF_OK) {
        error = wf_setup_code_check_key(&da->code, da->identity.signer.public_key);
    }
    return error == WF_OK ? wf_setup_code_slot_key(da->slot_key, &da->code) : error;
}

/* The certificate that peers may know still. It has to be of the same node. */
static wf_error take_former(wf_da *da, const wf_identity *former) {
    wf_role role = da->role;
    wf_error error = wf_x5t(da->own_x5t, da->identity.chain[0]);
    if (former == NULL || error != WF_OK) {
        return error;
    }
    error = check_identity(former, &role);
    if (error == WF_OK && role != da->role) {
        error = WF_ERROR_WRONG_ROLE;
    }
    if (error == WF_OK) {
        error = wf_x5t(da->former_x5t, former->chain[0]);
    }
    da->has_former = error == WF_OK && memcmp(da->own_x5t, da->former_x5t, sizeof da->own_x5t) != 0;
    return error;
}

/* What the power cut left undone: peers that are on a list. */
static wf_error apply_list(wf_da *da, const wf_revocation_list *list) {
    wf_error error = WF_OK;
    for (uint32_t i = 0; i < da->pairings.count && error == WF_OK; i++) {
        const wf_pairing *p = &da->pairings.entries[i];
        wf_error found = p->state != WF_PAIRING_FREE ? wf_da_check_lists(da, p) : WF_OK;
        error = found == WF_ERROR_REVOKED ? wf_pairing_remove(&da->pairings, i) : found;
    }
    return error == WF_OK ? wf_revocation_applied(&da->revocation, list->crl.issuer) : error;
}

static wf_error start_trust(wf_da *da, int64_t build_date) {
    wf_error error = wf_da_floor_load(da, build_date);
    if (error == WF_OK) {
        error = wf_revocation_load(&da->revocation);
    }
    const wf_revocation_list *list;
    unsigned at = 0;
    while (error == WF_OK && (list = wf_revocation_next(&da->revocation, &at)) != NULL) {
        error = list->applied ? WF_OK : apply_list(da, list);
    }
    return error;
}

const wf_revocation_list *wf_da_next_list(const wf_da *da, unsigned *at) {
    return wf_revocation_next(&da->revocation, at);
}

static wf_edhoc_config shown_as(wf_da *da, const wf_identity *identity, wf_edhoc_credential_kind kind) {
    return (wf_edhoc_config){.signer = identity->signer,
                             .chain = identity->chain,
                             .chain_len = identity->chain_len,
                             .send_as = kind,
                             .drbg = &da->drbg,
                             .peer_low_s = true};
}

static void heal_provisional(wf_da *da, wf_time now) {
    for (uint32_t i = 0; i < da->pairings.count; i++) {
        if (da->pairings.entries[i].state == WF_PAIRING_PROVISIONAL) {
            wf_peer_want(da, now, i);
        }
    }
}

wf_error wf_da_start(wf_da *da, const wf_da_config *config, wf_time now) {
    da->identity = config->identity;
    da->store = config->store;
    da->output = config->output;
    da->counters = config->counters;
    da->next_tid = config->next_tid;
    wf_error error = check_identity(&da->identity, &da->role);
    if (error == WF_OK) {
        error = take_former(da, config->former);
    }
    if (error == WF_OK) {
        error = take_code(da, config);
    }
    if (error == WF_OK) {
        error = wf_guard_start(&da->guard, &da->store, now);
    }
    if (error == WF_OK) {
        error = wf_da_check_marks(da);
    }
    if (error == WF_OK) {
        error = wf_da_start_randomness(da, config->entropy);
    }
    if (error == WF_OK) {
        error = wf_pairing_load(&da->pairings);
    }
    if (error == WF_OK) {
        error = start_trust(da, config->build_date);
    }
    if (error != WF_OK) {
        return error;
    }
    da->by_chain = shown_as(da, &da->identity, WF_EDHOC_X5CHAIN);
    da->by_hash = shown_as(da, &da->identity, WF_EDHOC_X5T);
    if (da->has_former) {
        da->by_former_hash = shown_as(da, config->former, WF_EDHOC_X5T);
    }
    da->manager.enabled = config->groups && da->role == WF_ROLE_CONTROLLER;
    da->members.enabled = config->groups && da->role == WF_ROLE_DEVICE;
    heal_provisional(da, now);
    return WF_OK;
}

void wf_da_set_date(wf_da *da, wf_time now, int64_t seconds) {
    da->has_date = true;
    da->date = seconds;
    da->date_at = now;
}

/* ---- dispatch ---- */

void wf_da_receive(wf_da *da, wf_time now, const wf_address *from, bool multicast, wf_bytes datagram,
                   wf_da_incoming *in) {
    wf_da_frame frame;
    *in = (wf_da_incoming){0};
    if (wf_da_frame_parse(&frame, datagram) != WF_OK) {
        da->counters->malformed++;
        return;
    }
    if (!wf_da_type_may_come(frame.type, multicast)) {
        da->counters->wrong_path++;
        return;
    }
    switch (frame.type) {
    case WF_DA_HELLO:
    case WF_DA_HELLO_ANSWER:
        wf_hello_frame(da, now, from, &frame);
        break;
    case WF_DA_MESSAGE_1:
        wf_responder_message_1(da, now, from, &frame);
        break;
    case WF_DA_MESSAGE_3:
        wf_responder_message_3(da, now, from, &frame);
        break;
    case WF_DA_RETRY:
    case WF_DA_MESSAGE_2:
    case WF_DA_MESSAGE_4:
    case WF_DA_EDHOC_ERROR:
        wf_initiator_frame(da, now, from, &frame);
        break;
    case WF_DA_WAKE:
        wf_call_wake(da, now, from, &frame);
        break;
    case WF_DA_GROUP:
        wf_group_receive(da, now, from, &frame, in);
        break;
    default:
        wf_records_receive(da, now, from, &frame, in);
        break;
    }
}

void wf_da_heard_plaintext(wf_da *da, const wf_address *from) {
    for (uint32_t i = 0; i < da->run_count; i++) {
        if (da->runs[i].state != WF_RUN_FREE && wf_address_same_host(&da->runs[i].address, from)) {
            da->runs[i].heard_plaintext = true;
        }
    }
}

/* ---- time ---- */

static wf_time earlier(wf_time a, wf_time b) {
    return a < b ? a : b;
}

wf_time wf_da_deadline(const wf_da *da) {
    wf_time next = earlier(da->window.closes != 0 ? da->window.closes : WF_TIME_NEVER, wf_guard_deadline(&da->guard));
    next = earlier(next, wf_blocks_deadline(da));
    for (uint32_t i = 0; i < da->run_count; i++) {
        if (da->runs[i].state != WF_RUN_FREE) {
            next = earlier(next, earlier(da->runs[i].repeat_at, da->runs[i].ends));
        }
    }
    for (uint32_t i = 0; i < WF_RESPONDER_SLOTS; i++) {
        if (da->slots[i].used) {
            next = earlier(next, da->slots[i].since + WF_SLOT_LIFE_MS);
        }
    }
    return earlier(earlier(next, wf_groups_deadline(da)), earlier(da->sessions.next_end, da->calls_next));
}

static void close_ended_sessions(wf_da *da, wf_time now) {
    if (da->sessions.next_end > now) {
        return;
    }
    da->sessions.next_end = WF_TIME_NEVER;
    for (uint32_t i = 0; i < da->sessions.count; i++) {
        const wf_session *s = &da->sessions.entries[i];
        if (s->used && s->ends > now) {
            da->sessions.next_end = earlier(da->sessions.next_end, s->ends);
        } else if (s->used) {
            uint32_t pairing = s->pairing;
            wf_session_close(&da->sessions, i);
            if (pairing != WF_NO_PAIRING && da->pairings.entries[pairing].state == WF_PAIRING_CANDIDATE) {
                wf_error ignored = wf_da_forget(da, pairing); /* RAM only: it can't fail */
                (void)ignored;
            }
        }
    }
}

void wf_da_tick(wf_da *da, wf_time now) {
    if (da->window.closes != 0 && da->window.closes <= now) {
        wf_da_close_window(da, WF_ERROR_WINDOW_OVER);
    }
    wf_guard_tick(&da->guard, now);
    wf_blocks_tick(da, now);
    wf_responder_tick(da, now);
    wf_runs_tick(da, now);
    close_ended_sessions(da, now);
    wf_call_tick(da, now);
    wf_groups_tick(da, now);
}

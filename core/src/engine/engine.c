#include "engine/state.h"

#include <string.h>

enum {
    LEAST_QUEUE = 4096,
    MOST_PEERS_OF_DEVICE = 4,
    USUAL_ANSWER_DELAY_MS = 500,
    LONGEST_ANSWER_DELAY_MS = 60000,
    USUAL_LATER_MS = 10000,
    USUAL_REVOKED = 240,
    HELD_SHARE = 4 /* of send_bytes, for answers that wait their random while */
};

static void on_da_send(void *context, const wf_address *to, wf_bytes datagram, wf_bytes inner) {
    wf_engine *engine = context;
    if (engine->answers_group) {
        wf_queue_held(engine, engine->now, to, datagram, inner);
    } else {
        wf_queue_datagram(engine, to, datagram, inner);
    }
}

static void on_da_event(void *context, const wf_event *event) {
    wf_engine *engine = context;
    if (event->kind == WF_EVENT_DONE) {
        wf_pending *pending = wf_pending_by_id(engine, event->request);
        if (pending != NULL) {
            if (pending->is_pairing && event->error != WF_OK) {
                wf_audit_pairing_failed(engine, &pending->address, event->error);
            }
            wf_pending_over(pending, event->error, wf_bytes_of(NULL, 0));
        }
        return;
    }
    if (event->kind == WF_EVENT_FOUND) {
        wf_queue_event(engine, event);
        wf_pending_found(engine, &event->from);
        return;
    }
    if (event->kind == WF_EVENT_SESSION_UP) {
        wf_pending_session_up(engine, event->peer);
    } else if (event->kind == WF_EVENT_UNPAIRED && wf_controller_of(engine) != NULL) {
        wf_controller_peer_gone(wf_controller_of(engine), event->peer, event->number);
    }
    wf_queue_event(engine, event);
}

/* The node asks here whether a value may be set; the owner decides, and hears of it. */
static bool on_set(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_bytes edt) {
    wf_engine *engine = context;
    wf_later *asking = engine->asking;
    engine->put_off = false;
    if (eoj == wf_node_profile(engine->node) && epc == WF_EPC_UNIQUE) {
        engine->asking = NULL; /* it is written down before it is answered: the owner has to decide now */
    }
    bool taken = engine->set_hook == NULL || engine->set_hook(engine->set_context, eoj, epc, old, edt);
    engine->asking = asking;
    if (!taken || engine->put_off || wf_unique_keep(engine, eoj, epc, edt) != WF_OK) {
        return false;
    }
    wf_queue_set(engine, engine->asker, eoj, epc, edt);
    return true;
}

static wf_da_config da_config(wf_engine *engine, const wf_engine_config *config) {
    return (wf_da_config){.identity = config->identity,
                          .former = config->former,
                          .build_date = config->build_date,
                          .revoked = config->revoked != 0 ? config->revoked : USUAL_REVOKED,
                          .code = config->setup_code,
                          .code_alone = config->code_alone,
                          .entropy = config->entropy,
                          .store = engine != NULL ? wf_audit_watched_store(engine, config) : config->store,
                          .pairings = config->pairings,
                          .handshakes = config->handshakes,
                          .groups = config->groups && (config->listeners_off & WF_LISTENER_GROUP) == 0,
                          .listens = config->listens,
                          .output = {on_da_send, on_da_event, engine},
                          .counters = engine != NULL ? &engine->counters : NULL,
                          .next_tid = engine != NULL ? &engine->next_tid : NULL};
}

static size_t rounded(size_t bytes) {
    return (bytes + 7) & ~(size_t)7;
}

/* Lays everything out, or only counts; `node_memory` and `audit` are where the node and the log will be started. */
static wf_engine *layout(wf_arena *arena, const wf_engine_config *config, void **node_memory, wf_audit_log **audit) {
    wf_engine *engine = wf_arena_take(arena, sizeof *engine);
    wf_pending *pending = wf_arena_take(arena, config->requests * sizeof *pending);
    uint8_t *outgoing = wf_arena_take(arena, rounded(config->send_bytes));
    uint8_t *events = wf_arena_take(arena, rounded(config->event_bytes));
    uint8_t *held = wf_arena_take(arena, rounded(config->send_bytes / HELD_SHARE));
    wf_address *known = wf_arena_take(arena, config->known_count * sizeof *known);
    wf_later *later = wf_arena_take(arena, config->later * sizeof *later);
    *node_memory = wf_arena_take(arena, wf_node_size(&config->node));
    *audit = config->audit_entries > 0 ? wf_arena_take(arena, sizeof **audit) : NULL;
    wf_controller_config part = wf_calls_config(engine, config);
    bool has_part = WF_HAS_CONTROLLER && (part.calls > 0 || part.nodes > 0);
    wf_controller *controller = has_part ? wf_controller_layout(arena, &part) : NULL;
    wf_da_config da = da_config(engine, config);
    wf_da *da_state = config->identity.signer.sign != NULL ? wf_da_layout(arena, &da) : NULL;
    if (engine == NULL || arena->used > arena->capacity) {
        return NULL;
    }
    engine->pending = pending;
    engine->pending_count = config->requests;
    engine->outgoing = (wf_ring){outgoing, rounded(config->send_bytes), 0, 0};
    engine->events = (wf_ring){events, rounded(config->event_bytes), 0, 0};
    engine->held = (wf_ring){held, rounded(config->send_bytes / HELD_SHARE), 0, 0};
    engine->later = later;
    engine->later_count = config->later;
    engine->known = known;
    engine->known_count = config->known_count;
    engine->held_next = WF_TIME_NEVER;
    engine->controller = controller;
    engine->da = da_state;
    return engine;
}

static bool known_are_hosts(const wf_engine_config *config) {
    for (size_t i = 0; i < config->known_count; i++) {
        if (wf_address_is_unspecified(&config->known[i]) || wf_address_is_multicast(&config->known[i])) {
            return false;
        }
    }
    return config->known_count <= WF_KNOWN_ADDRESSES;
}

static wf_error check(const wf_engine_config *config) {
    bool enough = config->requests > 0 && config->send_bytes >= LEAST_QUEUE && config->event_bytes >= LEAST_QUEUE;
    bool has_da = config->identity.signer.sign != NULL;
    bool groups_are_sound = config->listens <= UINT8_MAX && (config->groups || config->listens == 0);
    bool delay_has_sense =
        config->answer_delay_ms <= LONGEST_ANSWER_DELAY_MS || config->answer_delay_ms == WF_ANSWER_AT_ONCE;
    /* Who never listens can't pair. */
    if (!enough || !delay_has_sense || !groups_are_sound || !wf_calls_are_sound(config) || !wf_audit_is_sound(config) ||
        !known_are_hosts(config) || (has_da && config->node.transmits_only) ||
        (has_da && (config->pairings == 0 || config->handshakes == 0 || config->pairings > WF_MOST_PAIRINGS))) {
        return WF_ERROR_ARGUMENT;
    }
    return config->policy != NULL ? wf_policy_check(config->policy) : WF_OK;
}

size_t wf_engine_size(const wf_engine_config *config) {
    wf_arena counting = {NULL, 0, 0};
    void *node_memory;
    wf_audit_log *audit;
    (void)layout(&counting, config, &node_memory, &audit);
    return counting.used;
}

/* A certified node bears the number of its certificate; a device's pairings are few (a stolen one must be noticed). */
static wf_error adopt_certificate(wf_engine_config *config) {
    wf_certificate own;
    if (config->identity.chain_len < 1) {
        return WF_ERROR_ARGUMENT;
    }
    wf_error error = wf_certificate_parse(&own, config->identity.chain[0]);
    if (error != WF_OK) {
        return error;
    }
    memcpy(config->node.number, own.number, sizeof config->node.number);
    if (own.role == WF_ROLE_DEVICE && config->pairings > MOST_PEERS_OF_DEVICE) {
        config->pairings = MOST_PEERS_OF_DEVICE;
    }
    return own.has_number ? WF_OK : WF_ERROR_CERTIFICATE;
}

static wf_error start_parts(wf_engine *engine, const wf_engine_config *config, void *node_memory, wf_time now) {
    wf_error error = wf_node_start(&engine->node, &config->node, node_memory, wf_node_size(&config->node));
    if (error == WF_OK && engine->da != NULL) {
        wf_da_config da = da_config(engine, config);
        error = wf_da_start(engine->da, &da, now);
    }
    if (error == WF_OK) {
        uint8_t random[2 + sizeof engine->jitter];
        error = config->entropy.fill(config->entropy.context, random, sizeof random);
        engine->next_tid = (uint16_t)(random[0] << 8 | random[1]);
        memcpy(&engine->jitter, random + 2, sizeof engine->jitter);
        engine->jitter |= 1; /* zero would stay zero */
    }
    if (error == WF_OK && wf_controller_of(engine) != NULL) {
        error = wf_calls_start(engine, config);
    }
    return error;
}

wf_error wf_engine_start(wf_engine **out, const wf_engine_config *given, void *memory, size_t size, wf_time now) {
    wf_engine_config config = *given;
    void *node_memory = NULL;
    wf_audit_log *audit = NULL;
    *out = NULL;
    wf_error error = check(&config);
    if (error == WF_OK && config.identity.signer.sign != NULL) {
        error = adopt_certificate(&config);
    } else if (error == WF_OK && config.keep_number) {
        error = wf_number_keep(&config);
    }
    if (error == WF_OK) {
        error = wf_unique_load(&config);
    }
    if (error != WF_OK) {
        return error;
    }
    wf_arena arena = {memory, size, 0};
    wf_engine *engine = layout(&arena, &config, &node_memory, &audit);
    if (engine == NULL) {
        return WF_ERROR_TOO_SMALL;
    }
    engine->set_hook = config.node.set_hook;
    engine->set_context = config.node.set_context;
    config.node.set_hook = on_set;
    config.node.set_context = engine;
    engine->policy = config.policy != NULL ? config.policy : &wf_policy_strict;
    engine->listeners_off = config.listeners_off;
    if (config.known_count > 0) {
        memcpy(engine->known, config.known, config.known_count * sizeof *config.known);
    }
    engine->kept = wf_audit_watched_store(engine, &config);
    engine->port = config.port != 0 ? config.port : WF_PORT;
    engine->later_ms = config.later_ms != 0 ? config.later_ms : USUAL_LATER_MS;
    engine->answer_delay_ms = config.answer_delay_ms == 0                   ? USUAL_ANSWER_DELAY_MS
                              : config.answer_delay_ms == WF_ANSWER_AT_ONCE ? 0
                                                                            : config.answer_delay_ms;
    engine->now = now;
    error = start_parts(engine, &config, node_memory, now);
    if (error != WF_OK) {
        wf_wipe(memory, size);
        return error;
    }
    wf_audit_start(engine, audit, &config);
    *out = engine;
    return WF_OK;
}

void wf_engine_end(wf_engine *engine, size_t size) {
    if (engine->audit != NULL) {
        wf_audit_log_flush(engine->audit);
    }
    wf_wipe(engine, size);
}

void wf_engine_set_date(wf_engine *engine, wf_time now, int64_t seconds) {
    if (engine->audit != NULL) {
        wf_audit_log_set_date(engine->audit, now, seconds);
    }
    if (engine->da != NULL) {
        wf_da_set_date(engine->da, now, seconds);
    }
}

wf_node *wf_engine_node(wf_engine *engine) {
    return engine->node;
}

const wf_counters *wf_engine_counters(const wf_engine *engine) {
    return &engine->counters;
}

void wf_engine_set_trace(wf_engine *engine, const wf_trace *trace) {
    engine->trace = trace != NULL ? *trace : (wf_trace){NULL, NULL};
}

wf_error wf_engine_set_key_log(wf_engine *engine, const wf_key_log *log) {
    if (engine->da == NULL) {
        return log == NULL ? WF_OK : WF_ERROR_STATE;
    }
    return wf_da_set_key_log(engine->da, log);
}

/* ---- datagrams and time ---- */

static void settle(wf_engine *engine, wf_time now) {
    wf_queue_release(engine, now);
    wf_announce_changes(engine, now);
    wf_pending_settle(engine, now);
    wf_calls_settle(engine, now);
}

/* Whatever port a node sends from, it listens on ours (facts of Part II 1.2): so only the host names a peer. */
static wf_address peer_address(const wf_engine *engine, const wf_address *from) {
    wf_address peer = *from;
    peer.port = engine->port;
    return peer;
}

static void receive_da(wf_engine *engine, wf_time now, const wf_address *from, bool multicast, wf_bytes datagram) {
    wf_da_incoming in;
    if (engine->da == NULL) {
        wf_queue_trace_received(engine, from, multicast, datagram, wf_bytes_of(NULL, 0));
        return; /* a legacy node skips the arbitrary format */
    }
    wf_da_receive(engine->da, now, from, multicast, datagram, &in);
    wf_queue_trace_received(engine, from, multicast, datagram, in.edata);
    wf_inbound_protected(engine, now, from, &in);
}

void wf_engine_receive(wf_engine *engine, wf_time now, const wf_address *from, bool multicast, wf_bytes datagram) {
    wf_address peer = peer_address(engine, from);
    engine->now = now;
    engine->counters.received++;
    if (wf_node_profile(engine->node) != WF_EOJ_NODE_PROFILE || wf_gate_is_shut(engine, from, multicast, datagram)) {
        wf_queue_trace_received(engine, &peer, multicast, datagram, wf_bytes_of(NULL, 0)); /* it is deaf */
    } else if (datagram.len >= 2 && datagram.at[0] == WF_EHD1 && datagram.at[1] == WF_EHD2_ARBITRARY) {
        receive_da(engine, now, &peer, multicast, datagram);
    } else {
        wf_queue_trace_received(engine, &peer, multicast, datagram, wf_bytes_of(NULL, 0));
        wf_inbound_plain(engine, now, &peer, multicast, datagram);
    }
    settle(engine, now);
}

void wf_engine_tick(wf_engine *engine, wf_time now) {
    engine->now = now;
    if (engine->da != NULL) {
        wf_da_tick(engine->da, now);
    }
    wf_pending_tick(engine, now);
    wf_later_tick(engine, now);
    if (engine->audit != NULL) {
        wf_audit_log_tick(engine->audit, now);
    }
    settle(engine, now);
}

wf_time wf_engine_deadline(const wf_engine *engine) {
    const wf_time deadlines[] = {wf_pending_deadline(engine),
                                 wf_later_deadline(engine),
                                 engine->held_next,
                                 wf_calls_deadline(engine),
                                 engine->audit != NULL ? wf_audit_log_deadline(engine->audit) : WF_TIME_NEVER,
                                 engine->da != NULL ? wf_da_deadline(engine->da) : WF_TIME_NEVER};
    wf_time next = WF_TIME_NEVER;
    for (size_t i = 0; i < sizeof deadlines / sizeof deadlines[0]; i++) {
        next = deadlines[i] < next ? deadlines[i] : next;
    }
    return next;
}

wf_error wf_engine_answer_later(wf_engine *engine, wf_time now, wf_later_id later, bool accept, wf_bytes value) {
    wf_error error = wf_later_decide(engine, now, later, accept, value);
    settle(engine, now);
    return error;
}

wf_error wf_engine_put(wf_engine *engine, wf_time now, wf_eoj eoj, uint8_t epc, wf_bytes value) {
    wf_error error = wf_node_put(engine->node, eoj, epc, value);
    if (error == WF_OK) {
        error = wf_unique_keep(engine, eoj, epc, value);
        settle(engine, now);
    }
    return error;
}

wf_error wf_engine_send_raw(wf_engine *engine, const wf_address *to, wf_bytes datagram) {
    if (datagram.len > WF_DATAGRAM_LEN) {
        return WF_ERROR_TOO_SMALL;
    }
    uint64_t before = engine->counters.queue_full;
    wf_queue_datagram(engine, to, datagram, wf_bytes_of(NULL, 0));
    return engine->counters.queue_full == before ? WF_OK : WF_ERROR_CAPACITY;
}

/* ---- groups ---- */

bool wf_engine_next_group(const wf_engine *engine, unsigned *at, wf_group_state *out) {
    wf_da_group group;
    if (engine->da == NULL || !wf_da_next_group(engine->da, at, &group)) {
        return false;
    }
    *out = (wf_group_state){
        .manager = group.manager, .members = group.members, .waiting = group.waiting, .next_number = group.next_number};
    memcpy(out->gid, group.gid, sizeof out->gid);
    return true;
}

wf_error wf_engine_renew_group(wf_engine *engine, wf_time now) {
    wf_error error = engine->da != NULL ? wf_da_renew_group(engine->da) : WF_ERROR_STATE;
    if (error == WF_OK) {
        wf_engine_tick(engine, now);
    }
    return error;
}

/* ---- the window, peers ---- */

wf_error wf_engine_forget_peer(wf_engine *engine, wf_time now, wf_peer_id peer) {
    engine->now = now;
    wf_error error = engine->da != NULL ? wf_da_forget_peer(engine->da, peer) : WF_ERROR_NOT_PAIRED;
    settle(engine, now);
    return error;
}

wf_error wf_engine_factory_reset(wf_engine *engine, wf_time now) {
    engine->now = now;
    engine->is_resetting = true;
    wf_error error = engine->da != NULL ? wf_da_factory_reset(engine->da) : WF_ERROR_STATE;
    engine->is_resetting = false;
    if (engine->da != NULL) {
        wf_audit_note(engine, &(wf_audit_entry){.what = WF_AUDITED_FACTORY_RESET, .error = error});
    }
    settle(engine, now);
    return error;
}

wf_error wf_engine_take_list(wf_engine *engine, wf_time now, wf_bytes issuer, wf_bytes list) {
    engine->now = now;
    wf_error error = engine->da != NULL ? wf_da_take_list(engine->da, now, issuer, list) : WF_ERROR_STATE;
    settle(engine, now);
    return error;
}

bool wf_engine_next_list(const wf_engine *engine, unsigned *at, wf_crl *out, uint32_t *kept) {
    const wf_revocation_list *list = engine->da != NULL ? wf_da_next_list(engine->da, at) : NULL;
    if (list == NULL) {
        return false;
    }
    *out = list->crl;
    *kept = list->kept;
    return true;
}

wf_error wf_engine_open_window(wf_engine *engine, wf_time now, uint32_t duration_ms, unsigned pairings) {
    engine->now = now;
    return engine->da != NULL ? wf_da_open_window(engine->da, now, duration_ms, pairings) : WF_ERROR_STATE;
}

void wf_engine_close_window(wf_engine *engine, wf_time now) {
    engine->now = now;
    if (wf_engine_window(engine, now).left_ms > 0) {
        wf_da_close_window(engine->da, WF_ERROR_CANCELLED);
    }
}

wf_window_state wf_engine_window(const wf_engine *engine, wf_time now) {
    if (engine->da == NULL) {
        return (wf_window_state){0};
    }
    wf_da_window window = wf_da_window_state(engine->da, now);
    return (wf_window_state){window.left_ms, window.pairings, window.failures, window.opened_today};
}

bool wf_engine_next_peer(const wf_engine *engine, unsigned *at, wf_peer *out) {
    wf_da_peer peer;
    if (engine->da == NULL || !wf_da_next_peer(engine->da, at, &peer)) {
        return false;
    }
    *out = (wf_peer){.id = peer.id,
                     .role = peer.role,
                     .address = peer.address,
                     .has_session = wf_da_has_session(engine->da, peer.id)};
    memcpy(out->number, peer.number, sizeof out->number);
    memcpy(out->fingerprint, peer.fingerprint, sizeof out->fingerprint);
    return true;
}

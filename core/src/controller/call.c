/* The life of calls: beginning, turns, messages, end. */
#include "controller/state.h"

#include <string.h>

enum { CAPACITY_PAUSE_MS = 50 };

wf_controller *wf_controller_layout(wf_arena *arena, const wf_controller_config *config) {
    wf_controller *c = wf_arena_take(arena, sizeof *c);
    wf_running *calls = wf_arena_take(arena, config->calls * sizeof *calls);
    wf_roster roster;
    wf_roster_layout(arena, &roster, config->nodes, config->instances);
    wf_object_map *maps = wf_arena_take(arena, WF_MAPS_EACH * (size_t)config->nodes * sizeof *maps);
    for (unsigned i = 0; i < config->calls; i++) {
        uint8_t *values = wf_arena_take(arena, config->call_bytes);
        if (calls != NULL) {
            calls[i].values = values;
        }
    }
    if (c != NULL) {
        c->calls = calls;
        c->roster = roster;
        c->maps = maps;
        c->map_count = WF_MAPS_EACH * config->nodes;
    }
    return c;
}

void wf_controller_start(wf_controller *c, const wf_controller_config *config, const uint64_t key[2]) {
    c->config = *config;
    c->wake = WF_TIME_NEVER;
    c->first_guest = c->last_guest = WF_NOBODY;
    c->check_at = config->nodes;
    wf_roster_start(&c->roster, key);
}

/* ---- beginning ---- */

wf_neighbour *wf_call_node(wf_controller *c, const wf_running *call) {
    return wf_roster_of(&c->roster, call->known);
}

static bool add_entry(wf_running *call, bool is_set, uint8_t epc, wf_bytes edt) {
    for (unsigned i = 0; i < call->entry_count; i++) {
        if (call->entries[i].epc == epc && call->entries[i].is_set == is_set) {
            return false;
        }
    }
    wf_entry *entry = &call->entries[call->entry_count++];
    *entry = (wf_entry){.epc = epc, .is_set = is_set, .width = is_set ? 0 : UINT8_MAX};
    if (edt.len > 0) {
        entry->at = (uint16_t)call->used;
        entry->len = (uint8_t)edt.len;
        memcpy(call->values + call->used, edt.at, edt.len);
        call->used += edt.len;
    }
    return true;
}

/* What the node never answered before is asked alone, at the end. */
static void set_apart(wf_running *call, const wf_neighbour *node) {
    for (unsigned i = 0; i < call->entry_count; i++) {
        for (unsigned k = 0; k < WF_NEIGHBOUR_SILENT; k++) {
            if (!call->entries[i].is_set && node->silent[k] == (call->deoj << 8 | call->entries[i].epc)) {
                call->entries[i].width = 1;
            }
        }
    }
}

static wf_error fill(wf_controller *c, wf_running *call, const wf_call *order) {
    for (size_t i = 0; i < order->set_count; i++) {
        wf_bytes edt = order->sets[i].edt;
        if (edt.len > WF_EDT_LEN || edt.len > c->config.call_bytes - call->used) {
            return WF_ERROR_TOO_SMALL;
        }
        if (!add_entry(call, true, order->sets[i].epc, edt)) {
            return WF_ERROR_ARGUMENT;
        }
    }
    for (size_t i = 0; i < order->get_count; i++) {
        if (!add_entry(call, false, order->gets[i], wf_bytes_of(NULL, 0))) {
            return WF_ERROR_ARGUMENT;
        }
    }
    return WF_OK;
}

static wf_running *free_call(wf_controller *c) {
    for (unsigned i = 0; i < c->config.calls; i++) {
        if (c->calls[i].state == WF_CALL_FREE) {
            return &c->calls[i];
        }
    }
    return NULL;
}

static void clear(wf_running *call) {
    uint8_t *values = call->values;
    memset(call, 0, sizeof *call);
    call->values = values;
}

/* What somebody in clear does where a peer's number was claimed teaches nothing of that peer. */
static uint32_t node_at(wf_controller *c, const wf_call *order) {
    const wf_address *to = &order->target.address;
    uint32_t index = wf_roster_by_address(&c->roster, to);
    if (index == WF_NOBODY) {
        return wf_address_is_unspecified(to) ? WF_NOBODY : wf_roster_add(&c->roster, to);
    }
    const wf_neighbour *node = &c->roster.entries[index];
    return node->is_peer && !wf_address_same_host(&node->address, to) ? WF_NOBODY : index;
}

wf_running *wf_call_start(wf_controller *c, wf_error *error, wf_request_id id, const wf_call *order) {
    const wf_address *to = &order->target.address;
    bool to_many = order->target.peer.value == 0 && (wf_address_is_unspecified(to) || wf_address_is_multicast(to));
    *error = WF_ERROR_ARGUMENT;
    if (to_many || (order->deoj & 0xFF) == 0 || order->deoj > 0xFFFFFF || order->set_count > WF_CALL_PROPERTIES ||
        order->get_count > WF_CALL_PROPERTIES - order->set_count || order->set_count + order->get_count == 0) {
        return NULL;
    }
    wf_running *call = free_call(c);
    *error = call == NULL ? WF_ERROR_CAPACITY : fill(c, call, order);
    if (*error != WF_OK) {
        if (call != NULL) {
            clear(call);
        }
        return NULL;
    }
    uint32_t index = node_at(c, order);
    call->state = WF_CALL_ACTIVE;
    call->id = id;
    call->known = index == WF_NOBODY ? (wf_known_id){0} : wf_roster_id(&c->roster, index);
    call->target = order->target;
    call->seoj = order->seoj;
    call->deoj = order->deoj;
    call->timeout_ms = order->timeout_ms;
    call->verify_ms = order->get_count == 0 ? order->verify_ms : 0;
    call->repeatable = order->repeatable;
    call->sets_and_gets = order->set_count > 0 && order->get_count > 0;
    call->turn = ++c->turns;
    if (index != WF_NOBODY) {
        set_apart(call, &c->roster.entries[index]);
    }
    if (order->set_count == 0 && order->get_count > 1 && !order->force) {
        wf_maps_spare(c, call);
    }
    c->is_dirty = true;
    return call;
}

wf_error wf_controller_call(wf_controller *c, wf_request_id id, const wf_call *order) {
    wf_error error;
    (void)wf_call_start(c, &error, id, order);
    return error;
}

/* ---- the end ---- */

static bool same_node(const wf_running *a, const wf_running *b) {
    if (a->known.value != 0 && a->known.value == b->known.value) {
        return true;
    }
    if (a->target.peer.value != 0 || b->target.peer.value != 0) {
        return a->target.peer.value == b->target.peer.value;
    }
    return wf_address_same_host(&a->target.address, &b->target.address);
}

/* Whom nobody ever heard is not known: a mistyped address leaves no trace. */
static void drop_stranger(wf_controller *c, const wf_running *call) {
    const wf_neighbour *node = wf_call_node(c, call);
    if (node == NULL || node->state != WF_KNOWN_ASKED) {
        return;
    }
    for (unsigned i = 0; i < c->config.calls; i++) {
        if (c->calls[i].state == WF_CALL_ACTIVE && c->calls[i].known.value == call->known.value) {
            return;
        }
    }
    wf_roster_remove(&c->roster, (uint32_t)(node - c->roster.entries));
}

void wf_call_end(wf_controller *c, wf_running *call, wf_error error) {
    call->state = WF_CALL_OVER;
    call->error = error;
    c->is_dirty = true;
    drop_stranger(c, call);
    if (call->purpose != WF_CALL_OF_USER && wf_interview_over(c, call)) {
        clear(call);
    }
}

/* An interview whose outcome found no room among the events waits until there is some. */
static void retell_guest(wf_controller *c) {
    for (unsigned i = 0; i < c->config.calls && c->guest_waits; i++) {
        wf_running *call = &c->calls[i];
        if (call->state == WF_CALL_OVER && call->purpose == WF_CALL_OF_INTERVIEW && wf_interview_over(c, call)) {
            clear(call);
            c->is_dirty = true;
        }
    }
}

bool wf_controller_next_outcome(wf_controller *c, wf_event *out) {
    for (unsigned i = 0; i < c->config.calls; i++) {
        wf_running *call = &c->calls[i];
        if (call->state == WF_CALL_OVER && call->purpose == WF_CALL_OF_USER) {
            c->handed = call;
            *out = (wf_event){.kind = WF_EVENT_DONE,
                              .request = call->id,
                              .peer = call->target.peer,
                              .known = call->known,
                              .from = call->target.address,
                              .error = call->error,
                              .is_protected = call->target.peer.value != 0,
                              .eoj = call->deoj};
            c->handed = call;
            return true;
        }
    }
    return false;
}

void wf_controller_release(wf_controller *c) {
    if (c->handed != NULL) {
        wf_wipe(c->handed->values, c->config.call_bytes);
        clear(c->handed);
        c->handed = NULL;
        bool guests = c->guest.value != 0 || c->first_guest != WF_NOBODY;
        c->is_dirty = c->is_dirty || guests || c->check_at < c->roster.used; /* there is room for these */
    }
    wf_known_retell(c);
    retell_guest(c);
}

bool wf_controller_next_result(const wf_controller *c, unsigned *at, wf_result *out) {
    const wf_running *call = c->handed;
    if (call == NULL || *at >= call->entry_count) {
        return false;
    }
    const wf_entry *entry = &call->entries[(*at)++];
    *out = (wf_result){.epc = entry->epc, .is_set = entry->is_set, .status = (wf_result_status)entry->status};
    if (entry->status == WF_RESULT_VALUE || entry->status == WF_RESULT_DIFFERS) {
        out->edt = wf_bytes_of(call->values + entry->seen_at, entry->seen_len);
    } else if (entry->status == WF_RESULT_VERIFIED) {
        out->edt = wf_bytes_of(call->values + entry->at, entry->len);
    }
    return true;
}

static void abandon(wf_controller *c, wf_running *call, wf_error error) {
    if (call->message.value != 0) {
        c->config.output.cancel(c->config.output.context, call->message);
    }
    wf_call_end(c, call, error);
}

bool wf_controller_cancel(wf_controller *c, wf_request_id id) {
    for (unsigned i = 0; i < c->config.calls; i++) {
        wf_running *call = &c->calls[i];
        if (call->state == WF_CALL_ACTIVE && call->purpose == WF_CALL_OF_USER && call->id.value == id.value) {
            abandon(c, call, WF_ERROR_CANCELLED);
            return true;
        }
    }
    return false;
}

/* An id may be given to another peer once its pairing is gone: nothing that was meant for the old one may wait. */
void wf_controller_peer_gone(wf_controller *c, wf_peer_id peer, const uint8_t number[static WF_KNOWN_NUMBER_LEN]) {
    uint32_t index = wf_roster_by_number(&c->roster, number);
    if (index != WF_NOBODY) {
        c->roster.entries[index].is_peer = false;
    }
    for (unsigned i = 0; i < c->config.calls; i++) {
        wf_running *call = &c->calls[i];
        if (call->state == WF_CALL_ACTIVE && call->target.peer.value == peer.value && peer.value != 0) {
            abandon(c, call, WF_ERROR_NOT_PAIRED);
        }
    }
}

/* ---- answers ---- */

static void note_tids(wf_running *call, const uint16_t *tids, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        call->tids[call->tid_count++ % WF_CALL_TIDS] = tids[i];
    }
}

static bool has_tid(const wf_running *call, uint16_t tid) {
    for (unsigned i = 0; i < call->tid_count && i < WF_CALL_TIDS; i++) {
        if (call->tids[i] == tid) {
            return true;
        }
    }
    return false;
}

static void note_answer(wf_controller *c, wf_time now, const wf_running *call) {
    wf_neighbour *node = wf_call_node(c, call);
    if (node != NULL) {
        uint32_t took = now - call->sent_at < UINT32_MAX ? (uint32_t)(now - call->sent_at) : UINT32_MAX;
        node->slowest_ms = took > node->slowest_ms ? took : node->slowest_ms;
        node->free_at = node->is_peer ? now : now + c->config.gap_ms;
        wf_known_online(c, now, (uint32_t)(node - c->roster.entries));
    }
}

void wf_controller_outcome(wf_controller *c, wf_time now, wf_request_id message, wf_error error, wf_bytes edata,
                           const uint16_t *tids, unsigned tid_count) {
    wf_frame answer;
    for (unsigned i = 0; i < c->config.calls; i++) {
        wf_running *call = &c->calls[i];
        if (call->state != WF_CALL_ACTIVE || call->message.value != message.value) {
            continue;
        }
        call->message.value = 0;
        c->is_dirty = true;
        note_tids(call, tids, tid_count);
        if (edata.len > 0 && wf_edata_parse(&answer, edata) == WF_OK) {
            note_answer(c, now, call);
            wf_call_answered(c, now, call, &answer);
        } else {
            wf_call_unanswered(c, call, error == WF_OK ? WF_ERROR_NO_ANSWER : error);
        }
        if (wf_call_is_over(call)) { /* its owner need not wait until the node has rested */
            wf_call_end(c, call, wf_call_verdict(c, call));
        }
        return;
    }
}

bool wf_controller_late(wf_controller *c, const wf_address *from, wf_peer_id peer, const wf_frame *answer) {
    bool is_read = answer->esv == WF_ESV_GET_RES || answer->esv == WF_ESV_GET_SNA;
    for (unsigned i = 0; is_read && i < c->config.calls; i++) {
        wf_running *call = &c->calls[i];
        bool same = peer.value != 0 ? call->target.peer.value == peer.value
                                    : call->target.peer.value == 0 && wf_address_same_host(&call->target.address, from);
        if (call->state == WF_CALL_ACTIVE && same && call->deoj == answer->seoj && has_tid(call, answer->tid)) {
            (void)wf_call_harvest_late(c, call, answer);
            c->is_dirty = true;
            return true;
        }
    }
    return false;
}

/* ---- turns ---- */

static bool is_blocked(const wf_controller *c, const wf_running *call) {
    for (unsigned i = 0; i < c->config.calls; i++) {
        const wf_running *other = &c->calls[i];
        if (other != call && other->state == WF_CALL_ACTIVE && (other->message.value != 0 || other->holds) &&
            same_node(other, call)) {
            return true;
        }
    }
    return false;
}

static unsigned rank(const wf_running *call) {
    if (call->purpose != WF_CALL_OF_USER) {
        return 2;
    }
    return call->entries[0].is_set && call->verify_until == 0 ? 0 : 1; /* sets stand first */
}

/* The call whose turn it is now, or NULL; then `wake` says when to look again. */
static wf_running *next_call(wf_controller *c, wf_time now) {
    wf_running *next = NULL;
    c->wake = WF_TIME_NEVER;
    for (unsigned i = 0; i < c->config.calls; i++) {
        wf_running *call = &c->calls[i];
        if (call->state != WF_CALL_ACTIVE || call->message.value != 0 || is_blocked(c, call)) {
            continue;
        }
        const wf_neighbour *node = wf_call_node(c, call);
        wf_time at = node != NULL && node->free_at > call->not_before ? node->free_at : call->not_before;
        if (at > now) {
            c->wake = at < c->wake ? at : c->wake;
        } else if (next == NULL || rank(call) < rank(next) ||
                   (rank(call) == rank(next) &&
                    (rank(call) == 0 ? call->id.value < next->id.value : call->turn < next->turn))) {
            next = call;
        }
    }
    return next;
}

/* A node that moved while it was asked is asked where it is now; but nobody turns into a peer on the way. Which of its
 * addresses is asked is the caller's choice. */
static void follow(wf_controller *c, wf_running *call) {
    const wf_neighbour *node = wf_call_node(c, call);
    if (node != NULL && !node->is_peer && call->target.peer.value == 0 &&
        !wf_address_same_host(&node->other, &call->target.address)) {
        call->target.address = node->address;
    }
}

static void send_next(wf_controller *c, wf_time now, wf_running *call) {
    uint8_t edata[WF_EDATA_LEN];
    uint32_t timeout_ms = 0;
    size_t room = c->config.edata_len < sizeof edata ? c->config.edata_len : sizeof edata;
    wf_writer out = wf_writer_of(edata, room);
    follow(c, call);
    if (!wf_call_compose(c, now, call, &out, &timeout_ms)) {
        wf_call_end(c, call, wf_call_verdict(c, call));
        return;
    }
    bool reads = call->step != WF_STEP_SET && call->step != WF_STEP_SETGET;
    wf_message message = {call->target, wf_bytes_of(edata, out.len), timeout_ms, reads || call->repeatable};
    wf_error error = c->config.output.send(c->config.output.context, now, &call->message, &message);
    call->sent_at = now;
    call->turn = ++c->turns;
    if (error == WF_ERROR_CAPACITY) {
        call->message.value = 0;
        call->not_before = now + CAPACITY_PAUSE_MS;
        wf_call_unasked(call);
    } else if (error != WF_OK) {
        call->message.value = 0;
        wf_call_end(c, call, error);
    }
}

void wf_controller_run(wf_controller *c, wf_time now) {
    if (!c->is_dirty && now < c->wake) {
        return;
    }
    c->is_dirty = false;
    wf_interview_run(c);
    for (wf_running *call = next_call(c, now); call != NULL; call = next_call(c, now)) {
        send_next(c, now, call);
    }
}

wf_time wf_controller_deadline(const wf_controller *c) {
    return c->is_dirty ? 0 : c->wake;
}

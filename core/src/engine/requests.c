/* Requests of this side: sent in clear or under a session, repeated where that is harmless, ended exactly once. */
#include <string.h>

#include "engine/state.h"

enum {
    DEFAULT_TIMEOUT_MS = 20000,
    DEFAULT_COLLECT_MS = 3000,
    FIRST_REPEAT_MS = 3000,
    COLLECT_REPEAT_MS = 1000,
    SETI_WAIT_MS = 2000,   /* a SetI is only answered when it is refused */
    WORN_AFTER_COPIES = 2, /* that many copies without an answer: the peer may have lost its keys */
    MOST_AT_ONCE = 8       /* requests to one peer: a session remembers two copies of each */
};

/* ---- the table ---- */

wf_pending *wf_pending_new(wf_engine *engine, wf_time now, uint32_t timeout_ms) {
    for (unsigned i = 0; i < engine->pending_count; i++) {
        wf_pending *p = &engine->pending[i];
        if (p->state == WF_PENDING_FREE) {
            engine->next_id = engine->next_id == UINT32_MAX ? 1 : engine->next_id + 1;
            memset(p, 0, sizeof *p);
            p->id.value = engine->next_id;
            p->begun = now;
            p->ends = now + timeout_ms;
            p->repeat_at = WF_TIME_NEVER;
            return p;
        }
    }
    return NULL;
}

wf_pending *wf_pending_by_id(wf_engine *engine, wf_request_id id) {
    for (unsigned i = 0; i < engine->pending_count; i++) {
        wf_pending *p = &engine->pending[i];
        if (p->state != WF_PENDING_FREE && p->state != WF_PENDING_OVER && p->id.value == id.value) {
            return p;
        }
    }
    return NULL;
}

static bool has_tid(const wf_pending *p, uint16_t tid) {
    unsigned count = p->copies < WF_REQUEST_TIDS ? p->copies : WF_REQUEST_TIDS;
    for (unsigned i = 0; i < count; i++) {
        if (p->tids[i] == tid) {
            return true;
        }
    }
    return false;
}

wf_pending *wf_pending_of_peer(wf_engine *engine, wf_peer_id peer, uint16_t tid) {
    for (unsigned i = 0; i < engine->pending_count; i++) {
        wf_pending *p = &engine->pending[i];
        if (p->state == WF_PENDING_ANSWER && p->peer.value == peer.value && peer.value != 0 && has_tid(p, tid)) {
            return p;
        }
    }
    return NULL;
}

wf_pending *wf_pending_of_group(wf_engine *engine, uint16_t tid) {
    for (unsigned i = 0; i < engine->pending_count; i++) {
        wf_pending *p = &engine->pending[i];
        if (p->state == WF_PENDING_COLLECTS && p->to_group && has_tid(p, tid)) {
            return p;
        }
    }
    return NULL;
}

wf_pending *wf_pending_of_address(wf_engine *engine, const wf_address *from, uint16_t tid) {
    for (unsigned i = 0; i < engine->pending_count; i++) {
        wf_pending *p = &engine->pending[i];
        bool asked = p->state == WF_PENDING_COLLECTS ||
                     (p->state == WF_PENDING_ANSWER && wf_address_same_host(&p->address, from));
        if (asked && p->peer.value == 0 && !p->is_hello && !p->to_group && has_tid(p, tid)) {
            return p;
        }
    }
    return NULL;
}

void wf_pending_over(wf_pending *pending, wf_error error, wf_bytes edata) {
    pending->state = WF_PENDING_OVER;
    pending->error = error;
    pending->edata_len = edata.len <= sizeof pending->edata ? edata.len : 0;
    if (pending->edata_len > 0) {
        memcpy(pending->edata, edata.at, pending->edata_len);
    }
}

/* ---- sending ---- */

static void note_tid(wf_pending *p, uint16_t tid) {
    p->tids[p->copies % WF_REQUEST_TIDS] = tid;
    p->copies++;
}

static void note_sent(wf_pending *p, wf_time now) {
    p->was_sent = true;
    if (p->esv == WF_ESV_SETI && p->ends > now + SETI_WAIT_MS) {
        p->ends = now + SETI_WAIT_MS;
    }
}

static void send_clear(wf_engine *engine, wf_time now, wf_pending *p) {
    static const wf_address everybody = {{0}, 0, 0};
    uint8_t datagram[WF_DATAGRAM_LEN];
    wf_writer w = wf_writer_of(datagram, sizeof datagram);
    uint16_t tid = p->copies > 0 ? p->tids[0] : engine->next_tid++;
    wf_queue_clear_head(&w, tid);
    wf_write_bytes(&w, p->edata, p->edata_len);
    if (p->copies == 0) {
        note_tid(p, tid);
    }
    const wf_address *to = wf_address_is_multicast(&p->address) ? &everybody : &p->address;
    wf_queue_datagram(engine, to, wf_bytes_of(datagram, w.len), wf_bytes_of(NULL, 0));
    note_sent(p, now);
}

static wf_error send_protected(wf_engine *engine, wf_time now, wf_pending *p) {
    uint16_t tid = engine->next_tid++;
    wf_error error =
        wf_da_send(engine->da, now, p->peer, tid, wf_is_command(p->esv), wf_bytes_of(p->edata, p->edata_len));
    if (error == WF_OK) {
        note_tid(p, tid);
        note_sent(p, now);
        p->state = WF_PENDING_ANSWER;
    } else if (error == WF_ERROR_NO_SESSION || error == WF_ERROR_KEYS_EXHAUSTED) {
        p->state = WF_PENDING_SESSION;
        error = WF_OK;
    }
    return error;
}

static void schedule_repeat(wf_pending *p, wf_time now, uint32_t first) {
    p->interval = p->interval == 0 ? first : p->interval * 2;
    p->repeat_at = p->repeatable ? now + p->interval : WF_TIME_NEVER;
}

void wf_pending_seek(const wf_engine *engine, wf_pending *p, wf_time now) {
    p->seeks = true;
    p->greets = engine->da != NULL;
    p->interval = COLLECT_REPEAT_MS;
    p->repeat_at = now + COLLECT_REPEAT_MS;
}

/* Requests to one peer go out in their order, and no more of them at once than their answers can be told apart. */
static bool must_wait(const wf_engine *engine, const wf_pending *p) {
    unsigned under_way = 0;
    for (unsigned i = 0; i < engine->pending_count; i++) {
        const wf_pending *other = &engine->pending[i];
        bool same = other != p && other->peer.value == p->peer.value;
        if (same && other->state == WF_PENDING_SESSION && other->resend && other->id.value < p->id.value) {
            return true;
        }
        under_way += same && other->state == WF_PENDING_ANSWER;
    }
    return under_way >= MOST_AT_ONCE;
}

static bool is_to_all(const wf_pending *p) {
    return p->peer.value == 0 && (wf_address_is_multicast(&p->address) || wf_address_is_unspecified(&p->address));
}

/* What takes several answers is over soon, so a lost copy is made up for soon. */
static uint32_t first_repeat(const wf_pending *p) {
    return is_to_all(p) || p->of_each ? COLLECT_REPEAT_MS : FIRST_REPEAT_MS;
}

/* Each copy is a record of its own, with the present clock. */
static wf_error send_to_group(wf_engine *engine, wf_time now, wf_pending *p) {
    uint16_t tid = engine->next_tid++;
    wf_error error =
        wf_da_command_group(engine->da, now, tid, wf_is_command(p->esv), wf_bytes_of(p->edata, p->edata_len));
    if (error == WF_OK) {
        note_tid(p, tid);
        note_sent(p, now);
    }
    return error;
}

static wf_error send_first(wf_engine *engine, wf_time now, wf_pending *p) {
    if (p->to_group) {
        p->state = WF_PENDING_COLLECTS;
        schedule_repeat(p, now, COLLECT_REPEAT_MS);
        return send_to_group(engine, now, p);
    }
    if (p->peer.value != 0) {
        schedule_repeat(p, now, first_repeat(p));
        p->resend = must_wait(engine, p);
        p->state = WF_PENDING_SESSION;
        return p->resend ? WF_OK : send_protected(engine, now, p);
    }
    p->state = is_to_all(p) ? WF_PENDING_COLLECTS : WF_PENDING_ANSWER;
    schedule_repeat(p, now, first_repeat(p));
    send_clear(engine, now, p);
    return WF_OK;
}

/* ---- the calls ---- */

wf_error wf_pending_target(const wf_engine *engine, const wf_target *target, wf_peer_id *peer, wf_address *address) {
    *peer = target->peer;
    *address = target->address;
    bool to_all = wf_address_is_unspecified(address) || wf_address_is_multicast(address);
    if (peer->value == 0 && engine->da != NULL && !to_all) {
        *peer = wf_da_peer_by_address(engine->da, address);
    }
    if (peer->value != 0 && (engine->da == NULL || !wf_da_is_paired(engine->da, *peer))) {
        return WF_ERROR_NOT_PAIRED;
    }
    return WF_OK;
}

static bool reads_only(uint8_t esv) {
    return esv == WF_ESV_GET || esv == WF_ESV_INF_REQ;
}

/* What a manager may say to all: what needs no order among the members, and no answer from each. */
static wf_error check_for_group(const wf_engine *engine, const wf_target *target, uint8_t esv) {
    bool may = esv == WF_ESV_SETI || esv == WF_ESV_SETC || esv == WF_ESV_GET;
    if (!may || target->peer.value != 0 || !wf_address_is_unspecified(&target->address)) {
        return WF_ERROR_ARGUMENT;
    }
    return engine->da != NULL && wf_da_manages_group(engine->da) ? WF_OK : WF_ERROR_STATE;
}

wf_error wf_engine_request(wf_engine *engine, wf_time now, wf_request_id *out, const wf_request *request) {
    wf_frame frame;
    wf_peer_id peer;
    wf_address address;
    *out = (wf_request_id){0};
    wf_error error = wf_edata_parse(&frame, request->edata);
    if (error == WF_OK) {
        error = wf_pending_target(engine, &request->target, &peer, &address);
    }
    if (error == WF_OK && request->target.group) {
        error = check_for_group(engine, &request->target, frame.esv);
    }
    if (error == WF_OK && request->edata.len > WF_RECORD_EDATA_LEN) {
        error = WF_ERROR_TOO_SMALL;
    }
    if (error == WF_OK && peer.value == 0 && !request->target.group) {
        error = wf_gate_sends_clear(engine, &frame, &address);
    }
    if (error != WF_OK) {
        return error;
    }
    wf_pending *p = wf_pending_new(engine, now, request->timeout_ms);
    if (p == NULL) {
        return WF_ERROR_CAPACITY;
    }
    p->peer = peer;
    p->address = address;
    p->to_group = request->target.group;
    p->esv = frame.esv;
    p->deoj = frame.deoj;
    p->of_each = (frame.deoj & 0xFF) == 0 && !is_to_all(p) && wf_is_answered(frame.esv);
    if (request->timeout_ms == 0) {
        p->ends = now + (is_to_all(p) || p->of_each ? DEFAULT_COLLECT_MS : DEFAULT_TIMEOUT_MS);
    }
    p->repeatable = request->repeatable || reads_only(frame.esv);
    memcpy(p->edata, request->edata.at, request->edata.len);
    p->edata_len = request->edata.len;
    error = send_first(engine, now, p);
    if (error != WF_OK) {
        memset(p, 0, sizeof *p);
        return error;
    }
    *out = p->id;
    if (p->was_sent && !wf_is_answered(p->esv)) {
        wf_pending_over(p, WF_OK, wf_bytes_of(NULL, 0));
    }
    return WF_OK;
}

wf_error wf_engine_hello(wf_engine *engine, wf_time now, wf_request_id *out, const wf_address *to,
                         uint32_t duration_ms) {
    *out = (wf_request_id){0};
    if (engine->da == NULL) {
        return WF_ERROR_STATE;
    }
    wf_pending *p = wf_pending_new(engine, now, duration_ms != 0 ? duration_ms : DEFAULT_COLLECT_MS);
    if (p == NULL) {
        return WF_ERROR_CAPACITY;
    }
    p->state = WF_PENDING_COLLECTS;
    p->is_hello = p->repeatable = true;
    p->address = *to;
    schedule_repeat(p, now, COLLECT_REPEAT_MS);
    wf_da_hello(engine->da, to);
    *out = p->id;
    return WF_OK;
}

void wf_engine_cancel(wf_engine *engine, wf_time now, wf_request_id request) {
    if (wf_controller_of(engine) != NULL && wf_controller_cancel(wf_controller_of(engine), request)) {
        wf_calls_settle(engine, now);
        return;
    }
    wf_pending *p = wf_pending_by_id(engine, request);
    if (p == NULL) {
        return;
    }
    engine->now = now;
    if (p->state == WF_PENDING_ELSEWHERE) {
        wf_da_cancel(engine->da, request);
    } else {
        wf_pending_over(p, WF_ERROR_CANCELLED, wf_bytes_of(NULL, 0));
    }
    wf_pending_settle(engine, now);
}

/* ---- refusals ---- */

void wf_pending_refused(wf_engine *engine, wf_time now, wf_pending *p, wf_error reason) {
    if (reason != WF_ERROR_TOO_LATE || p->was_late) {
        wf_pending_over(p, reason, wf_bytes_of(NULL, 0));
        return;
    }
    p->was_late = true; /* the refusal brought the peer's clock, and says that nothing was done */
    wf_error error = send_protected(engine, now, p);
    if (error != WF_OK) {
        wf_pending_over(p, error, wf_bytes_of(NULL, 0));
    }
}

/* ---- time ---- */

void wf_pending_session_up(wf_engine *engine, wf_peer_id peer) {
    for (unsigned i = 0; i < engine->pending_count; i++) {
        wf_pending *p = &engine->pending[i];
        if (p->peer.value == peer.value && (p->state == WF_PENDING_SESSION || p->state == WF_PENDING_ANSWER)) {
            p->resend = p->state == WF_PENDING_SESSION || p->repeatable;
        }
    }
}

/* An id may be given to another peer once its pairing is gone: nothing that was meant for the old one may wait. */
static void end_orphans(wf_engine *engine) {
    for (unsigned i = 0; i < engine->pending_count; i++) {
        wf_pending *p = &engine->pending[i];
        bool waits = p->peer.value != 0 && (p->state == WF_PENDING_SESSION || p->state == WF_PENDING_ANSWER);
        if (waits && !wf_da_is_paired(engine->da, p->peer)) {
            bool unknown = p->was_sent && wf_is_command(p->esv);
            wf_pending_over(p, unknown ? WF_ERROR_OUTCOME_UNKNOWN : WF_ERROR_NOT_PAIRED, wf_bytes_of(NULL, 0));
        }
    }
}

/* The oldest request whose turn it is, or NULL. */
static wf_pending *next_to_send(wf_engine *engine) {
    wf_pending *next = NULL;
    for (unsigned i = 0; i < engine->pending_count; i++) {
        wf_pending *p = &engine->pending[i];
        bool may =
            p->resend && (p->state == WF_PENDING_ANSWER || (p->state == WF_PENDING_SESSION && !must_wait(engine, p)));
        if (may && (next == NULL || p->id.value < next->id.value)) {
            next = p;
        }
    }
    return next;
}

/* What can't be done inside the layer that reported a session is done here, once it has returned. */
void wf_pending_settle(wf_engine *engine, wf_time now) {
    end_orphans(engine);
    for (wf_pending *p = next_to_send(engine); p != NULL; p = next_to_send(engine)) {
        p->resend = false;
        wf_error error = send_protected(engine, now, p);
        if (error != WF_OK || (p->was_sent && !wf_is_answered(p->esv))) {
            wf_pending_over(p, error, wf_bytes_of(NULL, 0));
        }
    }
}

static wf_error outcome_at_end(const wf_pending *p) {
    if (p->state == WF_PENDING_COLLECTS || p->has_answers || (p->esv == WF_ESV_SETI && p->was_sent)) {
        return WF_OK;
    }
    if (!p->was_sent) {
        return p->resend ? WF_ERROR_NO_ANSWER : WF_ERROR_NO_SESSION;
    }
    return wf_is_command(p->esv) && p->peer.value != 0 ? WF_ERROR_OUTCOME_UNKNOWN : WF_ERROR_NO_ANSWER;
}

static void repeat(wf_engine *engine, wf_time now, wf_pending *p) {
    schedule_repeat(p, now, FIRST_REPEAT_MS);
    if (p->resend) {
        return; /* its turn comes */
    }
    if (p->is_hello) {
        wf_da_hello(engine->da, &p->address);
    } else if (p->to_group) {
        wf_error ignored = send_to_group(engine, now, p); /* the first copy may have done */
        (void)ignored;
    } else if (p->peer.value == 0) {
        send_clear(engine, now, p);
    } else {
        if (p->copies >= WORN_AFTER_COPIES && !p->has_answers) {
            wf_da_want_session(engine->da, now, p->peer);
        }
        wf_error error = send_protected(engine, now, p);
        if (error != WF_OK) {
            wf_pending_over(p, error, wf_bytes_of(NULL, 0));
        }
    }
}

static bool has_timer(const wf_pending *p) {
    return p->state == WF_PENDING_SESSION || p->state == WF_PENDING_ANSWER || p->state == WF_PENDING_COLLECTS;
}

void wf_pending_tick(wf_engine *engine, wf_time now) {
    for (unsigned i = 0; i < engine->pending_count; i++) {
        wf_pending *p = &engine->pending[i];
        if (!has_timer(p)) {
            continue;
        }
        if (p->ends <= now) {
            wf_pending_over(p, outcome_at_end(p), wf_bytes_of(NULL, 0));
        } else if (p->repeat_at <= now) {
            repeat(engine, now, p);
        }
    }
}

wf_time wf_pending_deadline(const wf_engine *engine) {
    wf_time next = WF_TIME_NEVER;
    for (unsigned i = 0; i < engine->pending_count; i++) {
        const wf_pending *p = &engine->pending[i];
        if (has_timer(p)) {
            wf_time own = p->ends < p->repeat_at ? p->ends : p->repeat_at;
            next = own < next ? own : next;
        }
    }
    return next;
}

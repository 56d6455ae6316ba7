/* The sparing way to a session that is wanted: a controller shakes hands, a device calls WAKE. */
#include "da/call.h"

#include <string.h>

#include "da/initiator.h"
#include "da/life.h"
#include "da/output.h"
#include "da/peers.h"
#include "da/runs.h"

enum { LONGEST_PAUSE_MS = 320000, ANSWER_PAUSE_MS = 1000, WAIT_MS = 1000, UNANSWERED_MS = 1000 };

static bool is_peer(const wf_pairing *p) {
    return p->state == WF_PAIRING_FINAL || p->state == WF_PAIRING_PROVISIONAL;
}

/* Its number is higher than that of every WAKE before, over restarts too, so that a controller knows an old one. */
static void number_call(wf_da *da, wf_peer_call *call) {
    wf_writer w = wf_writer_of(call->nonce, sizeof call->nonce);
    wf_write_u32(&w, da->starts);
    wf_write_u32(&w, ++da->wakes);
    call->has_nonce = true;
}

static void wake(wf_da *da, uint32_t pairing) {
    static const wf_address everybody = {{0}, 0, 0};
    static const uint8_t padding[WF_DA_WAKE_PADDING] = {0};
    const wf_pairing *p = &da->pairings.entries[pairing];
    wf_peer_call *call = &da->calls[pairing];
    uint8_t datagram[WF_DA_HEADER_LEN + WF_DA_HINT_LEN + WF_DA_NONCE_LEN + WF_DA_TAG_LEN + WF_DA_WAKE_PADDING];
    number_call(da, call);
    wf_bytes nonce = wf_bytes_of(call->nonce, sizeof call->nonce);
    wf_writer w = wf_writer_of(datagram, sizeof datagram);
    wf_da_write_header(&w, (*da->next_tid)++, WF_DA_WAKE);
    wf_write_bytes(&w, p->hint, sizeof p->hint);
    wf_write_view(&w, nonce);
    uint8_t *tag = wf_write_space(&w, WF_DA_TAG_LEN);
    wf_write_bytes(&w, padding, sizeof padding);
    if (tag != NULL && wf_wake_tag(tag, p->admission_key, nonce) == WF_OK) {
        wf_da_transmit(da, &p->address, &w, wf_bytes_of(NULL, 0));
        wf_da_transmit(da, &everybody, &w, wf_bytes_of(NULL, 0));
    }
}

static bool is_old(const wf_run *run, wf_time now) {
    return run->ends + UNANSWERED_MS <= now + WF_RUN_MS;
}

/* A call ends a run that has got no answer, or one that got all that matters; never one that somebody waits for. One
 * that began just now at the same address will do for the caller too, unless it answers an earlier call. */
static bool gives_way(const wf_run *run, wf_time now, const wf_address *from) {
    bool will_do = !run->has_nonce && !is_old(run, now) && wf_address_equal(&run->address, from);
    return (run->state == WF_RUN_WAITS_2 && run->request.value == 0 && !will_do) ||
           (run->purpose == WF_RUN_CONNECT && run->state == WF_RUN_WAITS_ANSWER);
}

/* A peer that calls is there for certain: one that was only looked for, and did not answer at once, makes room. */
static wf_run *make_room(wf_da *da, wf_time now, wf_run_purpose purpose, const wf_address *address) {
    for (uint32_t i = 0; i < da->run_count; i++) {
        wf_run *run = &da->runs[i];
        bool is_search = run->state == WF_RUN_WAITS_2 && run->request.value == 0 && !run->has_nonce && !run->has_cookie;
        if (is_search && is_old(run, now)) {
            wf_run_give_up(da, run);
            return wf_run_new(da, now, purpose, address);
        }
    }
    return NULL;
}

/* False when all runs are taken: then it waits for one to end. */
static bool shake_hands(wf_da *da, wf_time now, uint32_t pairing) {
    const wf_pairing *p = &da->pairings.entries[pairing];
    wf_run *earlier = wf_run_of_pairing(da, pairing);
    wf_peer_call *call = &da->calls[pairing];
    if (earlier != NULL && !(call->heard && gives_way(earlier, now, &call->address))) {
        return true;
    }
    if (earlier != NULL) {
        wf_run_give_up(da, earlier);
    }
    wf_run_purpose purpose = p->state == WF_PAIRING_PROVISIONAL ? WF_RUN_HEAL : WF_RUN_CONNECT;
    const wf_address *address = call->heard ? &call->address : &p->address;
    wf_run *run = wf_run_new(da, now, purpose, address);
    if (run == NULL && call->heard) {
        run = make_room(da, now, purpose, address);
    }
    if (run == NULL) {
        return false;
    }
    run->pairing = pairing;
    run->has_nonce = call->heard;
    run->only_once = !wf_address_equal(&run->address, &p->address);
    memcpy(run->nonce, call->nonce, sizeof run->nonce);
    if (call->heard) {
        call->answered = now;
        /* it may be an old call: who needs it answered calls again */
        call->wanted = wf_session_to_send(&da->sessions, pairing) == WF_NO_SESSION;
    }
    call->heard = false;
    wf_error error = wf_initiator_begin(da, now, run);
    if (error != WF_OK) {
        wf_run_over(da, run, error);
    }
    return true;
}

/* What is wanted of one peer is due. */
static void call_now(wf_da *da, wf_time now, uint32_t pairing) {
    wf_peer_call *call = &da->calls[pairing];
    if (!is_peer(&da->pairings.entries[pairing])) {
        call->wanted = false;
        return;
    }
    call->waits = da->role == WF_ROLE_CONTROLLER && !shake_hands(da, now, pairing);
    if (call->waits) {
        return;
    }
    if (da->role == WF_ROLE_DEVICE) {
        wake(da, pairing);
    }
    call->next = now + call->pause;
    call->pause = call->pause < LONGEST_PAUSE_MS ? call->pause * 2 : LONGEST_PAUSE_MS;
}

static void call_all(wf_da *da, wf_time now, bool heard) {
    for (uint32_t i = 0; i < da->pairings.count; i++) {
        const wf_peer_call *call = &da->calls[i];
        if (call->wanted && call->heard == heard && (call->waits || call->next <= now)) {
            call_now(da, now, i);
        }
    }
}

/* Those who call come first. Who waits for a run is looked at when one ends, or after a while. */
void wf_call_tick(wf_da *da, wf_time now) {
    if (da->calls_next > now) {
        return;
    }
    call_all(da, now, true);
    call_all(da, now, false);
    da->calls_next = WF_TIME_NEVER;
    for (uint32_t i = 0; i < da->pairings.count; i++) {
        wf_peer_call *call = &da->calls[i];
        if (call->wanted) {
            wf_peer_want_at(da, call, call->waits ? now + WAIT_MS : call->next);
        }
    }
}

/* ---- a controller hears a call ---- */

static uint32_t caller(const wf_da *da, const wf_da_frame *frame) {
    uint32_t pairing = wf_pairing_by_hint(&da->pairings, frame->hint);
    bool right = pairing != WF_NO_PAIRING &&
                 wf_wake_is_right(frame->tag, da->pairings.entries[pairing].admission_key, frame->nonce);
    return right ? pairing : WF_NO_PAIRING;
}

/* An old call, or one of a device whose store was put back: nothing in it counts but that the peer may lack keys, and
 * where it came from least of all. */
static void take_old_call(wf_da *da, wf_time now, uint32_t pairing) {
    if (wf_session_to_send(&da->sessions, pairing) == WF_NO_SESSION) {
        wf_peer_want(da, now, pairing);
    }
}

/* The call may come twice, by unicast and by multicast. A run that gets on goes on, a failed run changes nothing, and
 * each answer costs a key, so there is one a second at most. */
void wf_call_wake(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame) {
    uint32_t pairing = da->role == WF_ROLE_CONTROLLER ? caller(da, frame) : WF_NO_PAIRING;
    if (pairing == WF_NO_PAIRING) {
        return;
    }
    wf_peer_call *call = &da->calls[pairing];
    int newer = call->has_nonce ? memcmp(frame->nonce.at, call->nonce, sizeof call->nonce) : 1;
    if (newer <= 0) {
        if (newer < 0) {
            take_old_call(da, now, pairing);
        }
        return;
    }
    memcpy(call->nonce, frame->nonce.at, sizeof call->nonce);
    call->has_nonce = true;
    wf_run *run = wf_run_of_pairing(da, pairing);
    if ((run != NULL && !gives_way(run, now, from)) || wf_runs_called(da, now, pairing)) {
        return;
    }
    call->address = *from;
    call->heard = true;
    call->pause = WF_FIRST_PAUSE_MS;
    wf_time soonest = call->answered != 0 ? call->answered + ANSWER_PAUSE_MS : now;
    wf_peer_want_at(da, call, soonest > now ? soonest : now);
}

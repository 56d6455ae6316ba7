/* What the owner of a node asks for: pair, decide, cancel, unpair. */
#include "da/blocks.h"
#include "da/commit.h"
#include "da/hello.h"
#include "da/initiator.h"
#include "da/life.h"
#include "da/output.h"

#include <string.h>

/* A run that can't begin ends without an event: its error is the call's. */
static wf_error begin_or_end(wf_da *da, wf_time now, wf_run *run) {
    wf_error error = wf_initiator_begin(da, now, run);
    if (error != WF_OK) {
        run->request.value = 0;
        wf_run_over(da, run, error);
    }
    return error;
}

static void take_order(wf_run *run, wf_time now, const wf_da_pair_order *order) {
    run->has_number = order->number != NULL;
    if (order->number != NULL) {
        memcpy(run->number, order->number, sizeof run->number);
    }
    run->has_code = order->code != NULL;
    run->root_too = order->root_too;
    if (order->code != NULL) {
        run->code = *order->code;
    }
    run->until = now + (order->duration_ms != 0 ? order->duration_ms : WF_WINDOW_DEFAULT_MS);
}

/* Nobody vouches for the device: neither an anchor nor its set-up code. */
static bool is_hopeless(const wf_da *da, const wf_da_pair_order *order) {
    return da->identity.anchor_count == 0 && (order->code == NULL || order->root_too);
}

wf_error wf_da_pair(wf_da *da, wf_time now, wf_request_id request, const wf_da_pair_order *order) {
    if (da->role != WF_ROLE_CONTROLLER) {
        return WF_ERROR_STATE;
    }
    if (is_hopeless(da, order)) {
        return WF_ERROR_UNTRUSTED;
    }
    wf_run *run = wf_run_new(da, now, WF_RUN_PAIR, &order->address);
    if (run == NULL) {
        return WF_ERROR_CAPACITY;
    }
    take_order(run, now, order);
    run->request = request;
    wf_error error = begin_or_end(da, now, run);
    if (error == WF_OK) {
        wf_da_hello(da, &order->address);
    }
    return error;
}

void wf_da_pair_decide(wf_da *da, wf_time now, wf_request_id request, bool accept) {
    wf_run *run = wf_run_of_request(da, request);
    if (run == NULL || run->state != WF_RUN_WAITS_DECISION) {
        return;
    }
    if (accept) {
        wf_commit_begin(da, now, run);
    } else {
        wf_run_over(da, run, WF_ERROR_WRONG_DEVICE);
    }
}

void wf_da_cancel(wf_da *da, wf_request_id request) {
    wf_run *run = wf_run_of_request(da, request);
    if (run != NULL) {
        wf_run_over(da, run, WF_ERROR_CANCELLED);
        return;
    }
    (void)wf_blocks_cancel(da, request);
}

wf_error wf_da_send_list(wf_da *da, wf_time now, wf_request_id request, wf_peer_id peer, wf_bytes issuer,
                         wf_bytes list) {
    if (!wf_da_is_paired(da, peer)) {
        return WF_ERROR_NOT_PAIRED;
    }
    return wf_blocks_send_list(da, now, request, peer.value - 1, issuer, list);
}

wf_error wf_da_take_list(wf_da *da, wf_time now, wf_bytes issuer, wf_bytes list) {
    const uint8_t size[2] = {(uint8_t)(issuer.len >> 8), (uint8_t)issuer.len};
    const wf_bytes pieces[] = {wf_bytes_of(size, sizeof size), issuer, list};
    wf_error error = issuer.len <= WF_CERTIFICATE_LEN ? wf_intake_begin(da, WF_INTAKE_LIST) : WF_ERROR_CERTIFICATE;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0] && error == WF_OK; i++) {
        error = wf_intake_feed(da, pieces[i]);
    }
    return error == WF_OK ? wf_intake_finish(da, now, WF_NO_PAIRING) : error;
}

/* A controller without a session agrees on one first; a device without one has nobody to tell. */
wf_error wf_da_unpair(wf_da *da, wf_time now, wf_request_id request, wf_peer_id peer) {
    if (!wf_da_is_paired(da, peer)) {
        return WF_ERROR_NOT_PAIRED;
    }
    uint32_t pairing = peer.value - 1;
    wf_run *earlier = wf_run_of_pairing(da, pairing);
    if (earlier != NULL) {
        wf_run_over(da, earlier, WF_ERROR_CANCELLED);
    }
    wf_run *run = wf_run_new(da, now, WF_RUN_UNPAIR, &da->pairings.entries[pairing].address);
    if (run == NULL) {
        return WF_ERROR_CAPACITY;
    }
    run->request = request;
    run->pairing = pairing;
    run->session = wf_session_to_send(&da->sessions, pairing);
    run->ends = now + WF_UNPAIR_MS;
    if (run->session != WF_NO_SESSION) {
        wf_commit_ask(da, now, run);
    } else if (da->role == WF_ROLE_CONTROLLER) {
        return begin_or_end(da, now, run);
    } else {
        run->ends = now;
    }
    return WF_OK;
}

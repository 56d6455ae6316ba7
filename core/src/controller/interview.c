/* What goes on in the background: interviews of nodes that were found, and looks at those that were not heard. */
#include "controller/state.h"

#include <string.h>

enum { CHECK_MS = 10000, VERSION = 0x82 };

static const uint8_t of_profile[] = {0xD6, 0x83, 0x82, 0x8A, 0x9D, 0x9E, 0x9F};
static const uint8_t of_object[] = {0x9D, 0x9E, 0x9F};

/* ---- the guests ---- */

void wf_interview_want(wf_controller *c, uint32_t index) {
    wf_neighbour *node = &c->roster.entries[index];
    if (node->awaits_interview) {
        return;
    }
    node->awaits_interview = true;
    node->next = WF_NOBODY;
    node->before = c->last_guest;
    if (c->first_guest == WF_NOBODY) {
        c->first_guest = index;
    } else {
        c->roster.entries[c->last_guest].next = index;
    }
    c->last_guest = index;
    c->is_dirty = true;
}

void wf_interview_leave(wf_controller *c, uint32_t index) {
    wf_neighbour *node = &c->roster.entries[index];
    if (!node->awaits_interview) {
        return;
    }
    *(node->before == WF_NOBODY ? &c->first_guest : &c->roster.entries[node->before].next) = node->next;
    *(node->next == WF_NOBODY ? &c->last_guest : &c->roster.entries[node->next].before) = node->before;
    node->awaits_interview = false;
    c->roster.steps++;
}

wf_error wf_controller_interview(wf_controller *c, wf_known_id id) {
    const wf_neighbour *node = wf_roster_of(&c->roster, id);
    if (node == NULL) {
        return WF_ERROR_NO_OBJECT;
    }
    wf_interview_want(c, (uint32_t)(node - c->roster.entries));
    return WF_OK;
}

static unsigned free_calls(const wf_controller *c) {
    unsigned count = 0;
    for (unsigned i = 0; i < c->config.calls; i++) {
        count += c->calls[i].state == WF_CALL_FREE;
    }
    return count;
}

static bool start(wf_controller *c, const wf_neighbour *node, wf_call_purpose purpose, wf_eoj deoj, const uint8_t *gets,
                  size_t count, uint32_t timeout_ms) {
    wf_error error;
    wf_call order = {.target = {.address = node->address},
                     .seoj = c->config.seoj,
                     .deoj = deoj,
                     .gets = gets,
                     .get_count = count,
                     .timeout_ms = timeout_ms,
                     .force = true};
    wf_running *call = wf_call_start(c, &error, (wf_request_id){0}, &order);
    if (call != NULL) {
        call->purpose = purpose;
    }
    return call != NULL;
}

/* Asks the object whose turn it is; false when there is none left. An entry of the list that names no single object is
 * passed over. */
static bool ask_guest(wf_controller *c) {
    const wf_neighbour *node = wf_roster_of(&c->roster, c->guest);
    wf_eoj eoj;
    if (node != NULL && c->guest_at == 0) {
        return start(c, node, WF_CALL_OF_INTERVIEW, WF_EOJ_NODE_PROFILE, of_profile, sizeof of_profile, 0);
    }
    for (; node != NULL && wf_controller_instance(c, c->guest, c->guest_at - 1, &eoj); c->guest_at++) {
        if (start(c, node, WF_CALL_OF_INTERVIEW, eoj, of_object, sizeof of_object, 0)) {
            return true;
        }
    }
    return false;
}

static bool is_under_way(const wf_controller *c) {
    for (unsigned i = 0; i < c->config.calls; i++) {
        if (c->calls[i].state != WF_CALL_FREE && c->calls[i].purpose == WF_CALL_OF_INTERVIEW) {
            return true; /* also one whose outcome has to wait: so nothing is read in vain */
        }
    }
    return false;
}

static void run_interviews(wf_controller *c) {
    while (!is_under_way(c)) {
        if (c->guest.value == 0) {
            if (c->first_guest == WF_NOBODY) {
                return;
            }
            c->guest = wf_roster_id(&c->roster, c->first_guest);
            c->guest_at = 0;
            wf_interview_leave(c, c->first_guest);
        }
        if (!ask_guest(c)) {
            c->guest.value = 0;
        }
    }
}

/* ---- the look at everybody ---- */

void wf_controller_check(wf_controller *c, wf_time since) {
    c->check_at = 0;
    c->check_since = since;
    c->is_dirty = true;
}

static void run_check(wf_controller *c) {
    while (c->check_at < c->roster.used && free_calls(c) > c->config.calls / 2) {
        const wf_neighbour *node = &c->roster.entries[c->check_at++];
        const uint8_t version = VERSION;
        if (node->state == WF_KNOWN_ONLINE && node->heard_at <= c->check_since && !node->is_peer) {
            (void)start(c, node, WF_CALL_OF_CHECK, WF_EOJ_NODE_PROFILE, &version, 1, CHECK_MS);
        }
    }
}

/* User calls come first: the background leaves them half of the places. */
void wf_interview_run(wf_controller *c) {
    if (free_calls(c) > c->config.calls / 2) {
        run_interviews(c);
        run_check(c);
    }
}

/* ---- results ---- */

static bool tell_object(wf_controller *c, const wf_running *call) {
    uint8_t bytes[WF_EDATA_LEN];
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    for (unsigned i = 0; i < call->entry_count; i++) {
        const wf_entry *entry = &call->entries[i];
        if (entry->status == WF_RESULT_VALUE) {
            wf_write_u8(&out, entry->epc);
            wf_write_u8(&out, entry->seen_len);
            wf_write_bytes(&out, call->values + entry->seen_at, entry->seen_len);
        }
    }
    wf_event event = {.kind = WF_EVENT_NODE_OBJECT,
                      .known = call->known,
                      .from = call->target.address,
                      .eoj = call->deoj,
                      .error = call->error,
                      .edata = wf_bytes_of(bytes, out.len)};
    return c->config.output.event(c->config.output.context, &event);
}

bool wf_interview_over(wf_controller *c, const wf_running *call) {
    const wf_neighbour *node = wf_call_node(c, call);
    bool silent = call->error == WF_ERROR_NO_ANSWER && !call->was_answered;
    if (call->purpose == WF_CALL_OF_INTERVIEW) {
        c->guest_waits = !tell_object(c, call);
        if (c->guest_waits) {
            return false;
        }
        c->guest_at++;
        if (silent) {
            c->guest.value = 0;
        }
    }
    if (silent && node != NULL) {
        wf_known_offline(c, (uint32_t)(node - c->roster.entries), WF_ERROR_NO_ANSWER);
    }
    return true;
}

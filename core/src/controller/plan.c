/* Which message a call sends next. */
#include "controller/state.h"

enum {
    ONE_MS = 20000,
    MORE_MS = 60000,
    LEAST_GROUP_MS = 5000,
    FIRST_READ_BACK_MS = 200,
    LONGEST_READ_BACK_MS = 5000,
    VERSION = 0x82
};

static unsigned limit_of(wf_controller *c, const wf_running *call) {
    const wf_neighbour *node = wf_call_node(c, call);
    unsigned limit = node != NULL && node->limit != 0 ? node->limit : WF_CALL_PROPERTIES;
    return call->limit != 0 && call->limit < limit ? call->limit : limit;
}

static bool any_open(const wf_running *call, bool sets) {
    for (unsigned i = 0; i < call->entry_count; i++) {
        if (call->entries[i].is_set == sets && call->entries[i].status == WF_RESULT_OPEN) {
            return true;
        }
    }
    return false;
}

static wf_bytes wanted(const wf_running *call, const wf_entry *entry) {
    return wf_bytes_of(call->values + entry->at, entry->len);
}

void wf_call_unasked(wf_running *call) {
    for (unsigned i = 0; i < call->entry_count; i++) {
        call->entries[i].asked = false;
    }
}

static bool ask(wf_frame_writer *frame, const wf_running *call, wf_entry *entry, bool with_value) {
    entry->asked = wf_frame_property(frame, entry->epc, with_value ? wanted(call, entry) : wf_bytes_of(NULL, 0));
    return entry->asked;
}

/* ---- the steps: each gives the number of properties in its message ---- */

static unsigned compose_setget(wf_running *call, wf_writer *out) {
    wf_frame_writer frame = wf_edata_begin(out, call->seoj, call->deoj, WF_ESV_SETGET);
    bool gets = false, fits = true;
    for (unsigned i = 0; i < call->entry_count && fits; i++) {
        wf_entry *entry = &call->entries[i];
        if (!entry->is_set && !gets) {
            wf_frame_gets(&frame);
            gets = true;
        }
        fits = ask(&frame, call, entry, entry->is_set);
    }
    return fits ? call->entry_count : 0;
}

static unsigned compose_set(wf_running *call, wf_writer *out, unsigned limit) {
    unsigned count = 0;
    wf_frame_writer frame = wf_edata_begin(out, call->seoj, call->deoj, WF_ESV_SETC);
    for (unsigned i = 0; i < call->entry_count && count < limit; i++) {
        wf_entry *entry = &call->entries[i];
        if (entry->is_set && entry->status == WF_RESULT_OPEN) {
            if (!ask(&frame, call, entry, true)) {
                break;
            }
            count++;
        }
    }
    return count;
}

/* The widest group first: suspects are asked for at the end, each in its turn. */
static unsigned compose_get(wf_running *call, wf_writer *out, unsigned limit) {
    unsigned width = 0, count = 0;
    for (unsigned i = 0; i < call->entry_count; i++) {
        const wf_entry *entry = &call->entries[i];
        if (!entry->is_set && entry->status == WF_RESULT_OPEN && entry->width > width) {
            width = entry->width;
        }
    }
    unsigned most = width < limit ? width : limit;
    wf_frame_writer frame = wf_edata_begin(out, call->seoj, call->deoj, WF_ESV_GET);
    for (unsigned i = 0; i < call->entry_count && count < most; i++) {
        wf_entry *entry = &call->entries[i];
        if (!entry->is_set && entry->status == WF_RESULT_OPEN && entry->width == width) {
            count += ask(&frame, call, entry, false);
        }
    }
    return count;
}

static bool is_unverified(const wf_entry *entry) {
    return entry->is_set && (entry->status == WF_RESULT_SET || entry->status == WF_RESULT_SILENT);
}

/* Those that were read least often come first; a set's `width` counts that. */
static unsigned compose_verify(wf_running *call, wf_writer *out, unsigned limit) {
    unsigned count = 0, least = UINT8_MAX;
    for (unsigned i = 0; i < call->entry_count; i++) {
        if (is_unverified(&call->entries[i]) && call->entries[i].width < least) {
            least = call->entries[i].width;
        }
    }
    wf_frame_writer frame = wf_edata_begin(out, call->seoj, call->deoj, WF_ESV_GET);
    for (unsigned i = 0; i < call->entry_count && count < limit; i++) {
        wf_entry *entry = &call->entries[i];
        if (is_unverified(entry) && entry->width == least) {
            count += ask(&frame, call, entry, false);
            entry->width = (uint8_t)(entry->width + (entry->width < UINT8_MAX));
        }
    }
    return count;
}

static unsigned compose_probe(const wf_running *call, wf_writer *out) {
    wf_frame_writer frame = wf_edata_begin(out, call->seoj, WF_EOJ_NODE_PROFILE, WF_ESV_GET);
    return wf_frame_property(&frame, VERSION, wf_bytes_of(NULL, 0)) ? 1 : 0;
}

/* ---- how long an answer may take ---- */

/* A node that answers is not waited for as long again for each half of what it keeps silent about. */
static uint32_t patience(wf_controller *c, const wf_running *call, unsigned count) {
    uint32_t usual = call->timeout_ms != 0 ? call->timeout_ms : count > 1 ? MORE_MS : ONE_MS;
    const wf_neighbour *node = wf_call_node(c, call);
    if (call->step == WF_STEP_GET && call->had_silence && count > 1 && node != NULL) {
        uint32_t enough = node->slowest_ms < MORE_MS / 4 ? 4 * node->slowest_ms : MORE_MS;
        enough = enough < LEAST_GROUP_MS ? LEAST_GROUP_MS : enough;
        return enough < usual ? enough : usual;
    }
    return usual;
}

/* ---- reading back ---- */

static void give_up_verifying(wf_running *call) {
    for (unsigned i = 0; i < call->entry_count; i++) {
        wf_entry *entry = &call->entries[i];
        if (is_unverified(entry) && (entry->status == WF_RESULT_SET || entry->seen_len > 0)) {
            entry->status = WF_RESULT_DIFFERS;
        }
    }
}

static bool any_unverified(const wf_running *call) {
    for (unsigned i = 0; i < call->entry_count; i++) {
        if (is_unverified(&call->entries[i])) {
            return call->verify_ms != 0;
        }
    }
    return false;
}

static bool wants_verifying(wf_time now, wf_running *call) {
    if (!any_unverified(call)) {
        return false;
    }
    if (call->verify_until == 0) {
        call->verify_until = now + call->verify_ms;
        call->verify_wait = FIRST_READ_BACK_MS;
    } else if (now >= call->verify_until) {
        give_up_verifying(call);
        return false;
    } else { /* the next look, unless this one shows the value */
        call->verify_wait = call->verify_wait * 2 < LONGEST_READ_BACK_MS ? call->verify_wait * 2 : LONGEST_READ_BACK_MS;
    }
    return true;
}

/* ---- the choice ---- */

static wf_step next_step(wf_time now, wf_running *call) {
    if (call->step == WF_STEP_PROBE && !call->probed) {
        return WF_STEP_PROBE;
    }
    if (call->error == WF_OK && any_open(call, true)) {
        return call->sets_and_gets && !call->splits ? WF_STEP_SETGET : WF_STEP_SET;
    }
    if (call->error == WF_OK && any_open(call, false)) {
        return WF_STEP_GET;
    }
    return wants_verifying(now, call) ? WF_STEP_VERIFY : WF_STEP_NONE;
}

bool wf_call_is_over(const wf_running *call) {
    bool probes = call->step == WF_STEP_PROBE && !call->probed;
    bool asks = call->error == WF_OK && (any_open(call, true) || any_open(call, false));
    return !probes && !asks && !any_unverified(call);
}

static unsigned compose_step(wf_controller *c, wf_running *call, wf_writer *out) {
    switch (call->step) {
    case WF_STEP_PROBE:
        return compose_probe(call, out);
    case WF_STEP_SETGET:
        return compose_setget(call, out);
    case WF_STEP_SET:
        return compose_set(call, out, limit_of(c, call));
    case WF_STEP_GET:
        return compose_get(call, out, limit_of(c, call));
    case WF_STEP_VERIFY:
        return compose_verify(call, out, limit_of(c, call));
    case WF_STEP_NONE:
        break;
    }
    return 0;
}

bool wf_call_compose(wf_controller *c, wf_time now, wf_running *call, wf_writer *out, uint32_t *timeout_ms) {
    const wf_neighbour *node = wf_call_node(c, call);
    call->splits = call->splits || (node != NULL && node->no_setget);
    call->holds = call->sets_and_gets;
    wf_call_unasked(call);
    call->step = next_step(now, call);
    unsigned count = compose_step(c, call, out);
    if (count == 0 && call->step == WF_STEP_SETGET) { /* too long for one message */
        call->splits = true;
        *out = wf_writer_of(out->start, out->capacity);
        wf_call_unasked(call);
        call->step = WF_STEP_SET;
        count = compose_step(c, call, out);
    }
    if (count == 0) {
        return false;
    }
    *timeout_ms = patience(c, call, count);
    if (call->step == WF_STEP_VERIFY && now + *timeout_ms > call->verify_until) {
        *timeout_ms = (uint32_t)(call->verify_until - now);
    }
    return true;
}

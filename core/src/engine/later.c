/* Answers that wait for their owner: a device may need two seconds to know. Each keeps its request, and goes back the
 * way it came: under a session only as long as that lives. */
#include "engine/state.h"

#include <string.h>

/* An id is the serial number of the request's use of its place, and the number of the property in it. */
enum { PROPERTY_BITS = 9, PROPERTY_MASK = (1 << PROPERTY_BITS) - 1 };
#define LAST_SERIAL (UINT32_MAX >> PROPERTY_BITS)

wf_later *wf_later_free(wf_engine *engine) {
    for (unsigned i = 0; i < engine->later_count; i++) {
        wf_later *later = &engine->later[i];
        if (!later->waits) {
            engine->later_serial = engine->later_serial == LAST_SERIAL ? 1 : engine->later_serial + 1;
            later->serial = engine->later_serial;
            later->work = (wf_node_work){.may_wait = true};
            return later;
        }
    }
    return NULL;
}

void wf_later_keep(wf_later *later, const wf_asker *asker, wf_eoj target, wf_time ends, wf_bytes edata) {
    later->waits = true;
    later->asker = *asker;
    later->asker.multicast = false; /* by then enough time has passed */
    later->target = target;
    later->ends = ends;
    later->edata_len = edata.len <= sizeof later->edata ? edata.len : 0;
    memcpy(later->edata, edata.at, later->edata_len);
}

static bool only_reads(wf_bytes edata) {
    return edata.at[6] == WF_ESV_GET || edata.at[6] == WF_ESV_INF_REQ;
}

/* In clear a copy has the same TID. A record's copies have TIDs of their own, and the answer to any of them will do: so
 * a repeated question moves the waiting answer to it. A command is never taken for a copy of another one. */
bool wf_later_has(wf_engine *engine, const wf_asker *asker, wf_eoj target, wf_bytes edata) {
    for (unsigned i = 0; i < engine->later_count; i++) {
        wf_later *later = &engine->later[i];
        bool same = later->waits && later->target == target && later->asker.peer.value == asker->peer.value &&
                    wf_bytes_equal(wf_bytes_of(later->edata, later->edata_len), edata);
        if (!same) {
            continue;
        }
        if (asker->peer.value == 0 && later->asker.tid == asker->tid &&
            wf_address_same_host(&later->asker.address, &asker->address)) {
            return true;
        }
        if (asker->peer.value != 0 && only_reads(edata)) {
            later->asker = *asker;
            return true;
        }
    }
    return false;
}

static void finish(wf_engine *engine, wf_time now, wf_later *later) {
    wf_frame request;
    if (wf_edata_parse(&request, wf_bytes_of(later->edata, later->edata_len)) == WF_OK) {
        request.deoj = later->target;
        later->waits = wf_answer_one(engine, now, &later->asker, &request, later) == WF_REPLY_LATER;
    }
}

wf_later_id wf_engine_later(wf_engine *engine) {
    if (engine->asking == NULL || !wf_node_put_off(engine->node)) {
        return (wf_later_id){0};
    }
    engine->put_off = true;
    return (wf_later_id){engine->asking->serial << PROPERTY_BITS | engine->asking->work.at};
}

static wf_later *by_id(wf_engine *engine, wf_later_id id) {
    for (unsigned i = 0; i < engine->later_count; i++) {
        if (engine->later[i].waits && engine->later[i].serial == id.value >> PROPERTY_BITS) {
            return &engine->later[i];
        }
    }
    return NULL;
}

wf_error wf_later_decide(wf_engine *engine, wf_time now, wf_later_id id, bool accept, wf_bytes value) {
    wf_later *later = by_id(engine, id);
    wf_frame request;
    wf_property asked;
    const unsigned at = id.value & PROPERTY_MASK;
    if (later == NULL || wf_edata_parse(&request, wf_bytes_of(later->edata, later->edata_len)) != WF_OK) {
        return WF_ERROR_STATE;
    }
    request.deoj = later->target;
    wf_error error = wf_node_decide(engine->node, &later->work, &request, at, accept, value);
    if (error == WF_OK && accept && wf_node_asked(&request, at, &asked) && wf_node_is_set(&request, at)) {
        wf_queue_set(engine, &later->asker, later->target, asked.epc, value.len > 0 ? value : asked.edt);
    }
    if (error != WF_ERROR_STATE && error != WF_ERROR_ARGUMENT) {
        finish(engine, now, later);
    }
    return error;
}

void wf_later_tick(wf_engine *engine, wf_time now) {
    for (unsigned i = 0; i < engine->later_count; i++) {
        wf_later *later = &engine->later[i];
        if (later->waits && later->ends <= now) {
            wf_node_refuse_rest(&later->work);
            finish(engine, now, later);
        }
    }
}

wf_time wf_later_deadline(const wf_engine *engine) {
    wf_time next = WF_TIME_NEVER;
    for (unsigned i = 0; i < engine->later_count; i++) {
        const wf_later *later = &engine->later[i];
        next = later->waits && later->ends < next ? later->ends : next;
    }
    return next;
}

/* Answers to the requests of others: what the policy lets through, and on which way they go back. */
#include "engine/state.h"

static const wf_address everybody = {{0}, 0, 0};

/* Who stands behind a request while the node answers it. */
typedef struct gatekeeper {
    wf_engine *engine;
    const wf_asker *asker;
    wf_refusal refusal;
} gatekeeper;

static wf_policy_access wanted(const wf_asker *asker, wf_access access) {
    if (access == WF_ACCESS_SET) {
        return WF_MAY_WRITE;
    }
    /* The answer to INF_REQ goes to everybody in clear, but to a paired peer under its session. */
    return access == WF_ACCESS_INF && asker->peer.value == 0 ? WF_MAY_ANNOUNCE : WF_MAY_READ;
}

static bool gate(void *context, wf_eoj eoj, uint8_t epc, wf_access access) {
    gatekeeper *keeper = context;
    wf_policy_question question = {keeper->asker->kind, eoj, epc, wanted(keeper->asker, access)};
    if (wf_gate_decide(keeper->engine, keeper->asker, &question).allowed) {
        return true;
    }
    wf_refusal_add(&keeper->refusal, epc, question.access);
    return false;
}

static void send_clear(wf_engine *engine, wf_time now, const wf_asker *asker, const wf_address *to, wf_bytes edata) {
    uint8_t datagram[WF_DATAGRAM_LEN];
    wf_writer w = wf_writer_of(datagram, sizeof datagram);
    wf_queue_clear_head(&w, asker->tid);
    wf_write_view(&w, edata);
    if (w.overflow) {
        return;
    }
    if (asker->multicast) {
        wf_queue_held(engine, now, to, wf_bytes_of(datagram, w.len), wf_bytes_of(NULL, 0));
    } else {
        wf_queue_datagram(engine, to, wf_bytes_of(datagram, w.len), wf_bytes_of(NULL, 0));
    }
}

static void send_protected(wf_engine *engine, wf_time now, const wf_asker *asker, wf_bytes edata) {
    engine->now = now;
    engine->answers_group = asker->multicast;
    wf_error ignored = wf_da_answer(engine->da, &asker->ref, edata);
    (void)ignored; /* the asker repeats what it may repeat */
    engine->answers_group = false;
}

static bool carries_instances(wf_bytes edata) {
    wf_frame answer;
    wf_property property;
    if (wf_edata_parse(&answer, edata) != WF_OK || answer.esv != WF_ESV_INF || answer.seoj != WF_EOJ_NODE_PROFILE) {
        return false;
    }
    for (size_t at = 0; wf_property_next(&answer.list, &at, &property);) {
        if (property.epc == 0xD5) {
            return true;
        }
    }
    return false;
}

wf_node_reply wf_answer_one(wf_engine *engine, wf_time now, const wf_asker *asker, const wf_frame *request,
                            wf_later *later) {
    uint8_t edata[WF_DATAGRAM_LEN];
    bool in_clear = asker->peer.value == 0;
    wf_writer w = wf_writer_of(edata, in_clear ? sizeof edata - 4 : WF_RECORD_EDATA_LEN);
    wf_node_work own = {0};
    gatekeeper keeper = {.engine = engine, .asker = asker};
    engine->asking = later;
    engine->asker = asker;
    wf_node_reply reply =
        wf_node_work_on(engine->node, later != NULL ? &later->work : &own, request, gate, &keeper, &w);
    engine->asking = NULL;
    engine->asker = NULL;
    wf_bytes view = wf_bytes_of(edata, w.len);
    if (view.len > 0 && in_clear) {
        send_clear(engine, now, asker, reply == WF_REPLY_ALL ? &everybody : &asker->address, view);
    } else if (view.len > 0) {
        send_protected(engine, now, asker, view);
    }
    if (reply == WF_REPLY_ALL && carries_instances(view)) {
        wf_announce_further_parts(engine, now, asker, request->seoj);
    }
    wf_refusal_report(engine, &keeper.refusal, asker, request->deoj);
    return reply;
}

void wf_answer_request(wf_engine *engine, wf_time now, const wf_asker *asker, const wf_frame *request, wf_bytes edata) {
    wf_eoj target;
    wf_frame one = *request;
    for (size_t at = 0; wf_node_next_target(engine->node, request->deoj, &at, &target);) {
        one.deoj = target;
        if (wf_later_has(engine, asker, target, edata)) {
            continue;
        }
        wf_later *later = wf_later_free(engine);
        if (wf_answer_one(engine, now, asker, &one, later) == WF_REPLY_LATER) {
            wf_later_keep(later, asker, target, now + engine->later_ms, edata);
        }
    }
}

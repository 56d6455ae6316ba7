/* The answer of an object to a request, by the rules of Part II 3.2.5 and 4.2; the table of all cases is
 * docs/reference/echonet-answers.md. */
#include "node_table.h"

typedef struct service {
    uint8_t request, accepted, refused; /* 0: silence */
} service;

static const service services[] = {
    {WF_ESV_SETI, 0, WF_ESV_SETI_SNA},
    {WF_ESV_SETC, WF_ESV_SET_RES, WF_ESV_SETC_SNA},
    {WF_ESV_GET, WF_ESV_GET_RES, WF_ESV_GET_SNA},
    {WF_ESV_INF_REQ, WF_ESV_INF, WF_ESV_INF_SNA},
    {WF_ESV_SETGET, WF_ESV_SETGET_RES, WF_ESV_SETGET_SNA},
    {WF_ESV_INFC, WF_ESV_INFC_RES, WF_ESV_INFC_RES}, /* only received, so nothing can be refused */
};

static const service *service_of(uint8_t esv) {
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
        if (services[i].request == esv) {
            return &services[i];
        }
    }
    return NULL;
}

typedef struct answer {
    wf_node *node;
    wf_eoj eoj;
    wf_node_gate gate;
    void *gate_context;
    wf_frame_writer frame;
    bool refused; /* a property was refused or had no room */
} answer;

static bool passes_gate(const answer *a, uint8_t epc, wf_access access) {
    return a->gate == NULL || a->gate(a->gate_context, a->eoj, epc, access);
}

static bool take_set(const answer *a, const wf_property *asked) {
    wf_node *node = a->node;
    const wf_node_property *property = wf_node_find(node, a->eoj, asked->epc);
    if (property == NULL || (property->access & WF_ACCESS_SET) == 0 || asked->edt.len < property->min_len ||
        asked->edt.len > property->max_len || !passes_gate(a, asked->epc, WF_ACCESS_SET)) {
        return false;
    }
    wf_bytes old = wf_node_value(node, property);
    if (node->set_hook != NULL && !node->set_hook(node->set_context, a->eoj, asked->epc, old, asked->edt)) {
        return false;
    }
    return wf_node_put(node, a->eoj, asked->epc, asked->edt) == WF_OK;
}

/* A property without room for its refusal is not touched at all: what the asker does not see has not happened. */
static bool answer_sets(answer *a, const wf_property_list *list) {
    wf_property asked;
    for (size_t at = 0; wf_property_next(list, &at, &asked);) {
        if (!wf_frame_fits(&a->frame, asked.edt.len)) {
            return false;
        }
        bool taken = take_set(a, &asked);
        a->refused = a->refused || !taken;
        wf_frame_property(&a->frame, asked.epc, taken ? wf_bytes_of(NULL, 0) : asked.edt);
    }
    return true;
}

static bool answer_reads(answer *a, const wf_property_list *list, wf_access access) {
    /* What may be read may also be asked to be announced; D5 is only announced. */
    unsigned enough = access == WF_ACCESS_INF ? WF_ACCESS_GET | WF_ACCESS_INF : WF_ACCESS_GET;
    uint8_t scratch[WF_EDT_LEN];
    wf_property asked;
    for (size_t at = 0; wf_property_next(list, &at, &asked);) {
        wf_bytes value;
        unsigned has = wf_node_look(a->node, a->eoj, asked.epc, scratch, &value);
        if ((has & enough) == 0 || !passes_gate(a, asked.epc, access)) {
            value = wf_bytes_of(NULL, 0);
            a->refused = true;
        }
        if (!wf_frame_property(&a->frame, asked.epc, value)) {
            return false;
        }
    }
    return true;
}

static bool answer_informed(answer *a, const wf_property_list *list) {
    wf_property told;
    for (size_t at = 0; wf_property_next(list, &at, &told);) {
        if (!wf_frame_property(&a->frame, told.epc, wf_bytes_of(NULL, 0))) {
            return false;
        }
    }
    return true;
}

static bool answer_setget(answer *a, const wf_frame *request) {
    bool fits = answer_sets(a, &request->list);
    wf_frame_gets(&a->frame);
    return fits && answer_reads(a, &request->gets, WF_ACCESS_GET);
}

static bool answer_properties(answer *a, const wf_frame *request) {
    switch (request->esv) {
    case WF_ESV_GET:
        return answer_reads(a, &request->list, WF_ACCESS_GET);
    case WF_ESV_INF_REQ:
        return answer_reads(a, &request->list, WF_ACCESS_INF);
    case WF_ESV_SETGET:
        return answer_setget(a, request);
    case WF_ESV_INFC:
        return answer_informed(a, &request->list);
    default:
        return answer_sets(a, &request->list);
    }
}

wf_node_reply wf_node_answer(wf_node *node, const wf_frame *request, wf_node_gate gate, void *gate_context,
                             wf_writer *out) {
    const service *of = service_of(request->esv);
    if (of == NULL || !wf_node_has(node, request->deoj)) { /* a format 2 frame has no ESV, so it stops here too */
        return WF_REPLY_NONE;
    }
    /* An announcement of nothing would only be noise for everybody. */
    if (request->esv == WF_ESV_INF_REQ && request->list.count == 0) {
        return WF_REPLY_NONE;
    }
    size_t start = out->len;
    answer a = {.node = node, .eoj = request->deoj, .gate = gate, .gate_context = gate_context};
    a.frame = wf_edata_begin(out, request->deoj, request->seoj, of->refused);
    bool complete = !out->overflow && answer_properties(&a, request);
    uint8_t esv = complete && !a.refused ? of->accepted : of->refused;
    if (out->overflow || esv == 0) {
        out->len = start;
        return WF_REPLY_NONE;
    }
    wf_frame_set_esv(&a.frame, esv);
    return esv == WF_ESV_INF ? WF_REPLY_ALL : WF_REPLY_SENDER;
}

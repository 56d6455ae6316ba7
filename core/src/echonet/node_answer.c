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

typedef enum decision { OPEN, TAKEN, REFUSED, WAITS } decision;

typedef struct answer {
    wf_node *node;
    wf_node_work *work;
    wf_eoj eoj;
    wf_node_gate gate;
    void *gate_context;
    wf_frame_writer frame;
    bool refused; /* a property was refused or had no room */
    bool waits;   /* a property was put off */
} answer;

enum { GETS_OF_SETGET = WF_WORK_PROPERTIES / 2 };

static bool passes_gate(const answer *a, uint8_t epc, wf_access access) {
    return a->gate == NULL || a->gate(a->gate_context, a->eoj, epc, access);
}

/* ---- hooks, which may put off ---- */

bool wf_node_put_off(wf_node *node) {
    bool may = node->asking != NULL && node->asking->may_wait;
    node->put_off = node->put_off || may;
    return may;
}

static void begin_asking(const answer *a) {
    a->node->asking = a->work;
    a->node->put_off = false;
}

static decision end_asking(const answer *a, bool verdict) {
    a->node->asking = NULL;
    return a->node->put_off ? WAITS : verdict ? TAKEN : REFUSED;
}

static decision ask_set(const answer *a, wf_bytes old, const wf_property *asked) {
    wf_node *node = a->node;
    if (node->set_hook == NULL) {
        return TAKEN;
    }
    begin_asking(a);
    return end_asking(a, node->set_hook(node->set_context, a->eoj, asked->epc, old, asked->edt));
}

static decision ask_get(const answer *a, uint8_t epc) {
    wf_node *node = a->node;
    const wf_node_property *property = wf_node_find(node, a->eoj, epc);
    uint8_t bytes[WF_EDT_LEN];
    wf_writer fresh = wf_writer_of(bytes, sizeof bytes);
    if (node->get_hook == NULL || property == NULL) {
        return TAKEN;
    }
    begin_asking(a);
    decision made =
        end_asking(a, node->get_hook(node->get_context, a->eoj, epc, wf_node_value(node, property), &fresh));
    if (made == TAKEN && (fresh.len > 0 || fresh.overflow)) {
        bool good = !fresh.overflow && wf_node_put(node, a->eoj, epc, wf_bytes_of(bytes, fresh.len)) == WF_OK;
        return good ? TAKEN : REFUSED;
    }
    return made;
}

/* ---- the lists ---- */

static decision take_set(const answer *a, const wf_property *asked) {
    wf_node *node = a->node;
    const wf_node_property *property = wf_node_find(node, a->eoj, asked->epc);
    if (property == NULL || (property->access & WF_ACCESS_SET) == 0 ||
        !wf_node_takes(node, property, asked->edt, true) || !passes_gate(a, asked->epc, WF_ACCESS_SET)) {
        return REFUSED;
    }
    uint8_t scratch[2];
    wf_property stored = *asked;
    stored.edt = wf_node_as_stored(node, property, asked->edt, scratch);
    decision made = ask_set(a, wf_node_value(node, property), &stored);
    if (made == TAKEN && wf_node_put(node, a->eoj, asked->epc, stored.edt) != WF_OK) {
        return REFUSED;
    }
    return made;
}

static decision note(answer *a, decision made) {
    a->work->decided[a->work->at++] = (uint8_t)made;
    a->refused = a->refused || made == REFUSED;
    a->waits = a->waits || made == WAITS;
    return made;
}

static decision noted(const answer *a) {
    return (decision)a->work->decided[a->work->at];
}

/* A property without room for its refusal is not touched at all: what the asker does not see has not happened. */
static bool answer_sets(answer *a, const wf_property_list *list) {
    wf_property asked;
    for (size_t at = 0; wf_property_next(list, &at, &asked);) {
        if (!wf_frame_fits(&a->frame, asked.edt.len)) {
            return false;
        }
        decision made = note(a, noted(a) == OPEN ? take_set(a, &asked) : noted(a));
        wf_frame_property(&a->frame, asked.epc, made == TAKEN ? wf_bytes_of(NULL, 0) : asked.edt);
    }
    return true;
}

static decision may_read(const answer *a, uint8_t epc, wf_access access) {
    /* What may be read may also be asked to be announced; D5 is only announced. */
    unsigned enough = access == WF_ACCESS_INF ? WF_ACCESS_GET | WF_ACCESS_INF : WF_ACCESS_GET;
    uint8_t scratch[WF_EDT_LEN];
    wf_bytes ignored;
    unsigned has = wf_node_look(a->node, a->eoj, epc, scratch, &ignored);
    if ((has & enough) == 0 || !passes_gate(a, epc, access)) {
        return REFUSED;
    }
    return ask_get(a, epc);
}

static bool answer_reads(answer *a, const wf_property_list *list, wf_access access) {
    uint8_t scratch[WF_EDT_LEN];
    wf_property asked;
    for (size_t at = 0; wf_property_next(list, &at, &asked);) {
        wf_bytes value = wf_bytes_of(NULL, 0);
        decision made = note(a, noted(a) == OPEN ? may_read(a, asked.epc, access) : noted(a));
        if (made == TAKEN && wf_node_look(a->node, a->eoj, asked.epc, scratch, &value) == 0) {
            a->refused = true; /* it was taken away while another property waited */
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
    a->work->at = GETS_OF_SETGET;
    return fits && !a->waits && answer_reads(a, &request->gets, WF_ACCESS_GET);
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

wf_node_reply wf_node_work_on(wf_node *node, wf_node_work *work, const wf_frame *request, wf_node_gate gate,
                              void *gate_context, wf_writer *out) {
    const service *of = service_of(request->esv);
    bool mute = node->profile != WF_EOJ_NODE_PROFILE; /* it only transmits */
    /* A format 2 frame has no ESV, so it stops here too. */
    if (of == NULL || mute || !wf_node_has(node, request->deoj)) {
        return WF_REPLY_NONE;
    }
    /* An announcement of nothing would only be noise for everybody. */
    if (request->esv == WF_ESV_INF_REQ && request->list.count == 0) {
        return WF_REPLY_NONE;
    }
    size_t start = out->len;
    answer a = {.node = node, .work = work, .eoj = request->deoj, .gate = gate, .gate_context = gate_context};
    a.frame = wf_edata_begin(out, request->deoj, request->seoj, of->refused);
    work->at = 0;
    bool complete = !out->overflow && answer_properties(&a, request);
    uint8_t esv = complete && !a.refused ? of->accepted : of->refused;
    if (out->overflow || a.waits || esv == 0) {
        out->len = start;
        return a.waits ? WF_REPLY_LATER : WF_REPLY_NONE;
    }
    wf_frame_set_esv(&a.frame, esv);
    return esv == WF_ESV_INF ? WF_REPLY_ALL : WF_REPLY_SENDER;
}

wf_node_reply wf_node_answer(wf_node *node, const wf_frame *request, wf_node_gate gate, void *gate_context,
                             wf_writer *out) {
    wf_node_work work = {0};
    return wf_node_work_on(node, &work, request, gate, gate_context, out);
}

/* ---- decisions that come later ---- */

bool wf_node_asked(const wf_frame *request, unsigned at, wf_property *out) {
    bool second = at >= GETS_OF_SETGET;
    const wf_property_list *list = second ? &request->gets : &request->list;
    unsigned left = second ? at - GETS_OF_SETGET : at;
    for (size_t place = 0; wf_property_next(list, &place, out); left--) {
        if (left == 0) {
            return true;
        }
    }
    return false;
}

bool wf_node_is_set(const wf_frame *request, unsigned at) {
    return at < GETS_OF_SETGET && request->esv != WF_ESV_GET && request->esv != WF_ESV_INF_REQ;
}

wf_error wf_node_decide(wf_node *node, wf_node_work *work, const wf_frame *request, unsigned at, bool accept,
                        wf_bytes value) {
    wf_property asked;
    if (at >= WF_WORK_PROPERTIES || work->decided[at] != WAITS || !wf_node_asked(request, at, &asked)) {
        return WF_ERROR_STATE;
    }
    wf_error error = WF_OK;
    if (accept && wf_node_is_set(request, at)) {
        const wf_node_property *property = wf_node_find(node, request->deoj, asked.epc);
        uint8_t scratch[2];
        wf_bytes stored = property != NULL ? wf_node_as_stored(node, property, asked.edt, scratch) : asked.edt;
        error = wf_node_put(node, request->deoj, asked.epc, value.len > 0 ? value : stored);
    } else if (accept && value.len > 0) {
        error = wf_node_put(node, request->deoj, asked.epc, value);
    }
    if (error != WF_ERROR_ARGUMENT) {
        work->decided[at] = accept && error == WF_OK ? TAKEN : REFUSED;
    }
    return error;
}

void wf_node_refuse_rest(wf_node_work *work) {
    work->may_wait = false;
    for (size_t i = 0; i < WF_WORK_PROPERTIES; i++) {
        if (work->decided[i] == WAITS) {
            work->decided[i] = REFUSED;
        }
    }
}

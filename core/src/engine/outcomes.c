/* Answers to the requests of this side: which one fits, and what becomes of the request. */
#include "engine/state.h"

enum { VERSION = 0x82 };

static const struct {
    uint8_t request, answers[2];
} answers[] = {
    {WF_ESV_SETI, {WF_ESV_SETI_SNA, WF_ESV_SETI_SNA}},       {WF_ESV_SETC, {WF_ESV_SET_RES, WF_ESV_SETC_SNA}},
    {WF_ESV_GET, {WF_ESV_GET_RES, WF_ESV_GET_SNA}},          {WF_ESV_INF_REQ, {WF_ESV_INF, WF_ESV_INF_SNA}},
    {WF_ESV_SETGET, {WF_ESV_SETGET_RES, WF_ESV_SETGET_SNA}}, {WF_ESV_INFC, {WF_ESV_INFC_RES, WF_ESV_INFC_RES}},
};

static const uint8_t *answers_to(uint8_t esv) {
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        if (answers[i].request == esv) {
            return answers[i].answers;
        }
    }
    return NULL;
}

bool wf_is_answered(uint8_t esv) {
    return answers_to(esv) != NULL;
}

static bool is_refusal(uint8_t esv) {
    return esv < 0x60;
}

bool wf_pending_fits(const wf_pending *pending, const wf_frame *answer) {
    const uint8_t *expected = answers_to(pending->esv);
    bool right_object =
        pending->deoj == answer->seoj || ((pending->deoj & 0xFF) == 0 && pending->deoj >> 8 == answer->seoj >> 8);
    bool as_seti = pending->esv == WF_ESV_SETC && answer->esv == WF_ESV_SETI_SNA; /* so uecho refuses a SetC */
    return expected != NULL && right_object && (answer->esv == expected[0] || answer->esv == expected[1] || as_seti);
}

/* ---- several answers ---- */

/* A copy of the request brings a second answer of those instances whose first one arrived. */
static void take_one_of_each(wf_engine *engine, wf_pending *p, const wf_event *answer) {
    uint8_t instance = answer->edata.at[2]; /* of SEOJ */
    uint8_t bit = (uint8_t)(1u << (instance & 7));
    if ((p->answered[instance >> 3] & bit) == 0 && wf_queue_event(engine, answer)) {
        p->answered[instance >> 3] |= bit;
        p->has_answers = true;
    }
}

/* A node that takes the arbitrary format says so in the third byte of its version (82): bit 1. The others never get a
 * frame of that format, since some stop listening at it. */
static bool takes_arbitrary(wf_bytes edata) {
    wf_frame answer;
    wf_property property;
    if (wf_edata_parse(&answer, edata) != WF_OK) {
        return false;
    }
    for (size_t at = 0; wf_property_next(&answer.list, &at, &property);) {
        if (property.epc == VERSION && property.edt.len == 4) {
            return (property.edt.at[2] & 2) != 0;
        }
    }
    return false;
}

/* Of one node alone the first answer is told, and the outcome waits for what it says to the hello. */
static bool waits_for_hello(wf_engine *engine, wf_pending *p, const wf_event *answer) {
    if (!p->greets || !takes_arbitrary(answer->edata)) {
        return false;
    }
    wf_da_hello(engine->da, &answer->from);
    return p->state != WF_PENDING_COLLECTS;
}

void wf_pending_found(wf_engine *engine, const wf_address *from) {
    for (unsigned i = 0; i < engine->pending_count; i++) {
        wf_pending *p = &engine->pending[i];
        if (p->state == WF_PENDING_ANSWER && p->greets && p->has_answers && wf_address_same_host(&p->address, from)) {
            wf_pending_over(p, WF_OK, wf_bytes_of(NULL, 0));
        }
    }
}

void wf_pending_answer(wf_engine *engine, wf_pending *p, const wf_event *answer) {
    wf_event event = *answer;
    event.request = p->id;
    if (waits_for_hello(engine, p, answer)) {
        p->has_answers = p->has_answers || wf_queue_event(engine, &event);
        return;
    }
    if (p->of_each) {
        take_one_of_each(engine, p, &event);
        return;
    }
    if (p->state == WF_PENDING_COLLECTS) {
        (void)wf_queue_event(engine, &event);
        return;
    }
    p->address = answer->from; /* of a peer: where it is now */
    uint8_t esv = answer->edata.at[6];
    wf_pending_over(p, is_refusal(esv) && !p->seeks ? WF_ERROR_REFUSED : WF_OK, answer->edata);
}

/* What an answer has to be, given the request: told of the frames alone, beside the code that answers. */
#ifndef WARIFU_TESTS_ANSWER_RULE_H
#define WARIFU_TESTS_ANSWER_RULE_H

#include "world.h"

static inline uint8_t answer_to(uint8_t esv, bool refused) {
    switch (esv) {
    case WF_ESV_SETI:
        return refused ? WF_ESV_SETI_SNA : 0;
    case WF_ESV_SETC:
        return refused ? WF_ESV_SETC_SNA : WF_ESV_SET_RES;
    case WF_ESV_GET:
        return refused ? WF_ESV_GET_SNA : WF_ESV_GET_RES;
    case WF_ESV_INF_REQ:
        return refused ? WF_ESV_INF_SNA : WF_ESV_INF;
    case WF_ESV_SETGET:
        return refused ? WF_ESV_SETGET_SNA : WF_ESV_SETGET_RES;
    case WF_ESV_INFC:
        return WF_ESV_INFC_RES;
    default:
        return 0;
    }
}

/* An accepted set has no EDT, an accepted read has one, and a refused property is as it was asked. Reads are of
 * properties below whose EDT, asked with one, is left out. */
static inline bool answers_list(const wf_property_list *asked, const wf_property_list *given, bool sets,
                                bool *refused) {
    wf_property a, g;
    size_t at_a = 0, at_g = 0;
    if (asked->count != given->count) {
        return false;
    }
    while (wf_property_next(asked, &at_a, &a)) {
        if (!wf_property_next(given, &at_g, &g) || g.epc != a.epc) {
            return false;
        }
        if (sets && g.edt.len > 0 && !wf_bytes_equal(g.edt, a.edt)) {
            return false;
        }
        /* A set of nothing is refused, and looks the same. */
        *refused = *refused || (sets ? g.edt.len > 0 || a.edt.len == 0 : g.edt.len == 0);
    }
    return true;
}

static inline void check_answer(const wf_frame *request, const wf_datagram *datagram, const wf_address *asker) {
    wf_frame answer;
    bool refused = false;
    CHECK_OK(wf_frame_parse(&answer, datagram->bytes));
    CHECK(answer.ehd2 == WF_EHD2_SPECIFIED && answer.trailing.len == 0);
    bool announced = answer.esv == WF_ESV_INF && answer.deoj == WF_EOJ_NODE_PROFILE && request->esv != WF_ESV_INF_REQ;
    if (announced) { /* a Set has changed something */
        CHECK(wf_address_is_unspecified(&datagram->to) && answer.list.count == 1);
        return;
    }
    CHECK(answer.tid == request->tid && answer.deoj == request->seoj);
    CHECK(answer.seoj == request->deoj || ((request->deoj & 0xFF) == 0 && answer.seoj >> 8 == request->deoj >> 8));
    bool sets = request->esv == WF_ESV_SETI || request->esv == WF_ESV_SETC || request->esv == WF_ESV_SETGET;
    if (request->esv == WF_ESV_INFC) {
        refused = true; /* its list has no EDT at all */
        CHECK(answer.list.count == request->list.count);
    } else {
        CHECK(answers_list(&request->list, &answer.list, sets, &refused));
        CHECK(answers_list(&request->gets, &answer.gets, false, &refused));
    }
    CHECK(answer.esv == answer_to(request->esv, refused) && answer.esv != 0);
    CHECK(wf_address_is_unspecified(&datagram->to) == (answer.esv == WF_ESV_INF));
    CHECK(answer.esv == WF_ESV_INF || wf_address_same_host(&datagram->to, asker));
}

#endif

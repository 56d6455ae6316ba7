/* Puts every situation of docs/reference/echonet-answers.md to a real node and prints the tables of that page: what was
 * asked comes from the rows below, what is answered from the node. tools/answers.py puts them into the page. */
#include "hex.h"
#include <stdlib.h>
#include <string.h>
#include <warifu/node.h>

enum { LIGHT = 0x029001 };

typedef struct situation {
    const char *request; /* EDATA from the DEOJ on, or a whole frame where it begins with 10 */
    const char *what;
    const char *rule;
    const char *test; /* of tests/c/test_node.c, or of the file named */
    bool gated;       /* the policy lets nothing through */
    size_t capacity;  /* of the answer; 0: a datagram */
} situation;

static const situation answers[] = {
    {"029001 60 01 80 01 31", "all accepted", "3.2.5", "seti_accepted_is_applied_in_silence", false, 0},
    {"029001 60 02 80 01 31 b0 01 65", "some refused", "3.2.5, 4.2.2", "seti_refused_is_answered_with_the_edt_echoed",
     false, 0},
    {"029001 61 02 80 01 31 b0 01 10", "all accepted", "3.2.5", "setc_accepted_is_answered_with_pdc_0", false, 0},
    {"029001 61 02 80 01 31 b0 01 65", "some refused", "3.2.5, 4.2.2", "setc_partly_refused_applies_what_it_accepts",
     false, 0},
    {"029001 62 03 b0 00 80 00 b0 00", "all accepted; order and duplicates kept", "3.2.5",
     "get_keeps_order_and_duplicates", false, 0},
    {"029001 62 02 ff 00 80 00", "some refused", "3.2.5, 4.2.2", "get_partly_refused_still_carries_the_good_values",
     false, 0},
    {"029001 62 01 80 01 02", "a property has an EDT: as without", "seen in the wild",
     "get_with_an_edt_is_answered_as_without", false, 0},
    {"029001 63 02 80 00 b0 00", "all accepted", "4.2.1 (C)", "inf_req_is_answered_to_all", false, 0},
    {"029001 63 02 80 00 ee 00", "some refused", "4.2.1 (C)", "inf_req_partly_refused_is_answered_to_the_sender", false,
     0},
    {"0ef001 63 01 d5 00", "announced, not readable", "D5 is there to be announced",
     "what_is_only_announced_answers_inf_req_and_refuses_get", false, 0},
    {"0ef001 62 01 d5 00", "announced, not readable", "D5 is there to be announced",
     "what_is_only_announced_answers_inf_req_and_refuses_get", false, 0},
    {"029001 6e 01 80 01 31 02 80 00 b0 00", "all accepted; the reads see what was set", "3.2.5",
     "setget_sets_first_and_then_reads", false, 0},
    {"029001 6e 01 b0 01 65 01 80 00", "a set refused", "3.2.5, 4.2.2", "setget_with_a_refused_set_still_reads", false,
     0},
    {"029001 6e 01 80 01 31 01 ee 00", "a read refused", "3.2.5, 4.2.2", "setget_with_a_refused_get_still_sets", false,
     0},
    {"029001 74 02 80 01 31 e7 01 00", "always; nothing is taken over", "4.2.3.6", "infc_is_always_answered_with_pdc_0",
     false, 0},
    {"029001 74 01 80 01 31", "the policy lets nothing through: it is not asked", "4.2.3.6",
     "the_gate_is_not_asked_for_infc", true, 0},
    {"029007 60 01 80 01 31", "DEOJ not on the node", "4.2.2 (A)",
     "an_object_that_is_not_there_is_silent_to_every_request", false, 0},
    {"029007 61 01 80 01 31", "DEOJ not on the node", "4.2.2 (A)",
     "an_object_that_is_not_there_is_silent_to_every_request", false, 0},
    {"029007 62 01 80 00", "DEOJ not on the node", "4.2.2 (A)",
     "an_object_that_is_not_there_is_silent_to_every_request", false, 0},
    {"029007 63 01 80 00", "DEOJ not on the node", "4.2.2 (A)",
     "an_object_that_is_not_there_is_silent_to_every_request", false, 0},
    {"029007 6e 01 80 01 31 01 80 00", "DEOJ not on the node", "4.2.2 (A)",
     "an_object_that_is_not_there_is_silent_to_every_request", false, 0},
    {"029007 74 01 80 01 31", "DEOJ not on the node", "4.2.2 (A)",
     "an_object_that_is_not_there_is_silent_to_every_request", false, 0},
    {"029001 73 01 80 01 31", "always: an announcement", "4.2.2 (B)", "what_is_no_request_is_never_answered", false, 0},
    {"029001 71 01 80 00", "always: a response", "4.2.2 (B)", "what_is_no_request_is_never_answered", false, 0},
    {"029001 52 01 80 00", "always: a refusal", "4.2.2 (B)", "what_is_no_request_is_never_answered", false, 0},
    {"029001 64 01 80 00", "always: in reserve", "4.2.2 (B)", "what_is_no_request_is_never_answered", false, 0},
    {"1082 0001 05ff01 029001 62 01 80 00", "format 2", "3.2.1.2", "the_arbitrary_format_is_never_answered", false, 0},
    {"1081 0001 05ff01 029001 62 02 80 00", "malformed: a property is cut", "4.2.2",
     "sixty_frames_cut_anywhere_are_discarded_in_silence", false, 0},
    {"029001 60 00", "OPC 0", "our choice", "opc_0_of_seti_and_inf_req_is_met_with_silence", false, 0},
    {"029001 61 00", "OPC 0", "what shipping devices do", "opc_0_is_answered_with_opc_0", false, 0},
    {"029001 62 00", "OPC 0", "what shipping devices do", "opc_0_is_answered_with_opc_0", false, 0},
    {"029001 63 00", "OPC 0: an announcement of nothing helps nobody", "our choice",
     "opc_0_of_seti_and_inf_req_is_met_with_silence", false, 0},
    {"029001 6e 00 00", "OPC 0", "what shipping devices do", "opc_0_is_answered_with_opc_0", false, 0},
    {"029001 74 00", "OPC 0", "what shipping devices do", "opc_0_is_answered_with_opc_0", false, 0},
    {"029001 62 01 80 00 ff ff", "bytes after the last property: as without", "what other nodes do",
     "bytes_after_the_last_property_do_not_change_the_answer", false, 0},
};

static const situation refusals[] = {
    {"029001 61 01 ee 01 31", "the object has no such property", "4.2.2 (C)", "an_unknown_property_is_refused", false,
     0},
    {"029001 62 01 ee 00", "the object has no such property", "4.2.2 (C)", "an_unknown_property_is_refused", false, 0},
    {"029001 62 01 7f 00", "EPC below 80", "4.2.2 (C)", "an_epc_below_80_is_refused", false, 0},
    {"029001 61 01 88 01 41", "not settable (not in map 9E)", "4.2.2 (D)", "a_read_only_property_refuses_set", false,
     0},
    {"029001 62 01 b4 00", "not readable (not in map 9F)", "4.2.2 (D)", "a_write_only_property_refuses_get_and_inf_req",
     false, 0},
    {"029001 63 01 b4 00", "neither readable nor announced (not in 9F, not in 9D)", "4.2.2 (D)",
     "a_write_only_property_refuses_get_and_inf_req", false, 0},
    {"029001 61 01 80 02 3131", "EDT too long", "4.2.2 (E)", "an_edt_of_a_wrong_size_is_refused", false, 0},
    {"029001 61 01 80 00", "EDT missing (PDC 0)", "4.2.2 (E)", "an_edt_of_a_wrong_size_is_refused", false, 0},
    {"029001 61 01 81 02 0102", "81 has 1 or 17 bytes, nothing between", "Appendix, super class",
     "the_place_of_installation_has_1_or_17_bytes", false, 0},
    {"029001 61 01 80 01 31", "the policy says no", "as (D)", "what_the_gate_refuses_is_as_if_not_accessible", true, 0},
    {"029001 62 01 80 00", "the policy says no", "as (D)", "what_the_gate_refuses_is_as_if_not_accessible", true, 0},
    {"029001 63 01 80 00", "the policy says no", "as (D)", "what_the_gate_refuses_is_as_if_not_accessible", true, 0},
    {"029001 61 01 b0 01 65", "the set hook says no, for instance to a value out of range", "what other nodes do",
     "the_set_hook_may_refuse", false, 0},
    {"029001 62 01 b1 00", "the get hook says no", "as (C)", "the_get_hook_gives_the_present_value_or_refuses", false,
     0},
};

static const situation cuts[] = {
    {"029001 62 03 80 00 b0 00 88 00", "15 bytes", "as seen of a meter", "a_get_too_long_is_cut_to_what_fits", false,
     15},
    {"029001 63 03 80 00 b0 00 88 00", "15 bytes", "as seen of a meter", "an_inf_req_too_long_is_cut_to_what_fits",
     false, 15},
    {"029001 60 02 80 01 31 b0 01 10", "12 bytes", "what is not seen has not happened",
     "a_set_too_long_is_cut_and_the_rest_not_done", false, 12},
    {"029001 61 02 80 01 31 b0 01 10", "12 bytes", "what is not seen has not happened",
     "a_set_too_long_is_cut_and_the_rest_not_done", false, 12},
    {"029001 6e 02 80 01 31 f0 03 010203 01 b0 00", "14 bytes: cut in the set list, nothing is read",
     "what is not seen has not happened", "a_setget_too_long_is_cut_in_the_list_that_does_not_fit", false, 14},
    {"029001 6e 01 80 01 31 02 80 00 b0 00", "16 bytes: cut in the get list", "what is not seen has not happened",
     "a_setget_too_long_is_cut_in_the_list_that_does_not_fit", false, 16},
    {"029001 74 02 80 01 31 b0 01 10", "10 bytes", "as seen of a meter", "an_infc_too_long_is_cut_to_what_fits", false,
     10},
    {"029001 61 01 80 01 31", "7 bytes: no room for a header", "what is not seen has not happened",
     "without_room_for_a_header_nothing_is_done", false, 7},
};

static void demand(bool condition) {
    if (!condition) {
        exit(1);
    }
}

static bool on_set(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_bytes edt) {
    (void)context, (void)eoj, (void)old;
    return epc != 0xB0 || edt.at[0] <= 0x64;
}

static bool on_get(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_writer *fresh) {
    (void)context, (void)eoj, (void)old, (void)fresh;
    return epc != 0xB1;
}

static bool nothing_passes(void *context, wf_eoj eoj, uint8_t epc, wf_access access) {
    (void)context, (void)eoj, (void)epc, (void)access;
    return false;
}

static const struct {
    uint8_t epc, access, value;
} properties[] = {{0x80, 7, 0x30}, {0x81, 7, 0x08}, {0x88, 5, 0x42}, {0xB0, 3, 0x42},
                  {0xB1, 3, 0x11}, {0xB4, 2, 0x44}, {0xF0, 3, 0x01}};
enum { PROPERTIES = sizeof properties / sizeof properties[0] };

static wf_node *home(void) {
    static uint64_t memory[512];
    const wf_node_config config = {.objects = 1,
                                   .properties = PROPERTIES,
                                   .value_bytes = 17 * PROPERTIES,
                                   .number = {0xFE, 1, 2, 3},
                                   .maker = {1, 2, 3},
                                   .set_hook = on_set,
                                   .get_hook = on_get};
    wf_node *node;
    demand(wf_node_start(&node, &config, memory, sizeof memory) == WF_OK);
    demand(wf_node_add_object(node, LIGHT) == WF_OK);
    for (size_t i = 0; i < PROPERTIES; i++) {
        size_t most = properties[i].epc == 0x81 || properties[i].epc == 0xF0 ? 17 : 1;
        demand(wf_node_add_property(node, LIGHT, properties[i].epc, properties[i].access, 1, most,
                                    wf_bytes_of(&properties[i].value, 1)) == WF_OK);
    }
    return node;
}

static void print_list(const wf_property_list *list) {
    wf_property property;
    if (list->count == 0) {
        fputs("OPC 0", stdout);
    }
    for (size_t at = 0; wf_property_next(list, &at, &property);) {
        printf("%s%02X", at == 2 + property.edt.len ? "" : " ", property.epc);
        if (property.edt.len > 0) {
            putchar('=');
            hex_print(stdout, property.edt);
        }
    }
}

static void print_frame(const wf_frame *frame) {
    printf("%s %02X `", wf_esv_name(frame->esv), frame->esv);
    print_list(&frame->list);
    if (wf_esv_has_two_lists(frame->esv)) {
        fputs(" / ", stdout);
        print_list(&frame->gets);
    }
    putchar('`');
}

static void print_what_was_set(const wf_node *node) {
    bool any = false;
    for (size_t i = 0; i < PROPERTIES; i++) {
        uint8_t value[WF_EDT_LEN];
        wf_writer out = wf_writer_of(value, sizeof value);
        demand(wf_node_get(node, LIGHT, properties[i].epc, &out) == WF_OK);
        if (out.len != 1 || value[0] != properties[i].value) {
            printf("%s%02X", any ? " " : "; sets ", properties[i].epc);
            any = true;
        }
    }
}

static void print_answer(wf_node *node, const wf_frame *request, const situation *of) {
    uint8_t bytes[WF_DATAGRAM_LEN];
    wf_writer out = wf_writer_of(bytes, of->capacity != 0 ? of->capacity : sizeof bytes);
    wf_frame answer;
    wf_node_reply reply = wf_node_answer(node, request, of->gated ? nothing_passes : NULL, NULL, &out);
    if (reply == WF_REPLY_NONE) {
        fputs("none", stdout);
    } else {
        demand(wf_edata_parse(&answer, wf_bytes_of(bytes, out.len)) == WF_OK);
        print_frame(&answer);
        fputs(reply == WF_REPLY_ALL ? ", to everybody" : "", stdout);
    }
    print_what_was_set(node);
}

static void print_row(const situation *of) {
    uint8_t bytes[128];
    char text[256];
    wf_frame request;
    bool whole = of->request[0] == '1';
    snprintf(text, sizeof text, "%s%s", whole ? "" : "1081 0001 05ff01 ", of->request);
    bool parses = wf_frame_parse(&request, hex_bytes(bytes, sizeof bytes, text)) == WF_OK;
    fputs("| ", stdout);
    if (parses && request.ehd2 == WF_EHD2_SPECIFIED) {
        print_frame(&request);
    } else {
        printf("`%s`", of->request);
    }
    printf(" | %s | ", of->what);
    if (parses) {
        print_answer(home(), &request, of);
    } else {
        fputs("none", stdout);
    }
    printf(" | %s | `%s` |\n", of->rule, of->test);
}

static void print_table(const char *title, const situation *rows, size_t count) {
    printf("@%s\n| request | situation | answer | rule | test |\n|---|---|---|---|---|\n", title);
    for (size_t i = 0; i < count; i++) {
        print_row(&rows[i]);
    }
}

int main(void) {
    print_table("answers", answers, sizeof answers / sizeof answers[0]);
    print_table("refusals", refusals, sizeof refusals / sizeof refusals[0]);
    print_table("cuts", cuts, sizeof cuts / sizeof cuts[0]);
    return 0;
}

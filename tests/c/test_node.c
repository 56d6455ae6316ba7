/* The answers of a node, one case a rule; docs/reference/echonet-answers.md names these cases. */
#include "check.h"
#include "hex.h"
#include <warifu/node.h>

enum { LIGHT = 0x029001, SECOND_LIGHT = 0x029003, AIR_CONDITIONER = 0x013001 };

static uint64_t memory[256];

/* B0 takes up to 64; a new B1 also puts B2; a new B3 first puts another value of its own. */
static bool hook(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_bytes edt) {
    wf_node *node = *(wf_node **)context;
    const uint8_t other = 0x77;
    CHECK(old.len > 0);
    if (epc == 0xB1) {
        CHECK_OK(wf_node_put(node, eoj, 0xB2, old));
    }
    if (epc == 0xB3) {
        CHECK_OK(wf_node_put(node, eoj, epc, wf_bytes_of(&other, 1)));
    }
    return epc != 0xB0 || edt.at[0] <= 0x64;
}

static wf_node *home(void) {
    static wf_node *node;
    const wf_node_config config = {.objects = 3,
                                   .properties = 12,
                                   .value_bytes = 300,
                                   .number = {0xFE, 1, 2, 3},
                                   .maker = {1, 2, 3},
                                   .set_hook = hook,
                                   .set_context = &node};
    const struct {
        wf_eoj eoj;
        uint8_t epc;
        unsigned access;
        size_t min_len, max_len;
        uint8_t value;
    } rows[] = {
        {LIGHT, 0x80, WF_ACCESS_GET | WF_ACCESS_SET | WF_ACCESS_INF, 1, 1, 0x30},
        {LIGHT, 0x81, WF_ACCESS_GET | WF_ACCESS_SET | WF_ACCESS_INF, 1, 17, 0x08},
        {LIGHT, 0x88, WF_ACCESS_GET | WF_ACCESS_INF, 1, 1, 0x42},
        {LIGHT, 0xB0, WF_ACCESS_GET | WF_ACCESS_SET, 1, 1, 0x42},
        {LIGHT, 0xB1, WF_ACCESS_GET | WF_ACCESS_SET, 1, 1, 0x11},
        {LIGHT, 0xB2, WF_ACCESS_GET, 1, 1, 0x22},
        {LIGHT, 0xB3, WF_ACCESS_GET | WF_ACCESS_SET, 1, 1, 0x33},
        {LIGHT, 0xB4, WF_ACCESS_SET, 1, 1, 0x44},
        {LIGHT, 0xB5, WF_ACCESS_INF, 1, 1, 0x55},
        {SECOND_LIGHT, 0x80, WF_ACCESS_GET | WF_ACCESS_SET | WF_ACCESS_INF, 1, 1, 0x31},
        {AIR_CONDITIONER, 0x80, WF_ACCESS_GET | WF_ACCESS_SET | WF_ACCESS_INF, 1, 1, 0x30},
    };
    CHECK(wf_node_size(&config) <= sizeof memory);
    CHECK_OK(wf_node_start(&node, &config, memory, sizeof memory));
    CHECK_OK(wf_node_add_object(node, SECOND_LIGHT));
    CHECK_OK(wf_node_add_object(node, LIGHT));
    CHECK_OK(wf_node_add_object(node, AIR_CONDITIONER));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_OK(wf_node_add_property(node, rows[i].eoj, rows[i].epc, rows[i].access, rows[i].min_len, rows[i].max_len,
                                      wf_bytes_of(&rows[i].value, 1)));
    }
    return node;
}

typedef struct setting {
    wf_node_gate gate;
    void *context;
    size_t capacity; /* of the answer; 0: as large as a datagram */
} setting;

/* Requests and answers are EDATA in hex, as the answer's reader would write them down. */
static void expect_with(wf_node *node, setting with, const char *request, wf_node_reply reply, const char *answer) {
    uint8_t asked[512], answered[WF_DATAGRAM_LEN], expected[512];
    wf_frame frame;
    wf_writer out = wf_writer_of(answered, with.capacity != 0 ? with.capacity : sizeof answered);
    CHECK_OK(wf_edata_parse(&frame, hex_bytes(asked, sizeof asked, request)));
    wf_node_reply given = wf_node_answer(node, &frame, with.gate, with.context, &out);
    if (given != reply ||
        !wf_bytes_equal(wf_bytes_of(answered, out.len), hex_bytes(expected, sizeof expected, answer))) {
        fprintf(stderr, "to %s\nexpected %d %s\ngot %d ", request, (int)reply, answer, (int)given);
        hex_print(stderr, wf_bytes_of(answered, out.len));
        fputc('\n', stderr);
        exit(1);
    }
}

static void expect(wf_node *node, const char *request, wf_node_reply reply, const char *answer) {
    expect_with(node, (setting){0}, request, reply, answer);
}

static bool holds(const wf_node *node, wf_eoj eoj, uint8_t epc, const char *value) {
    uint8_t bytes[WF_EDT_LEN], expected[WF_EDT_LEN];
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    CHECK_OK(wf_node_get(node, eoj, epc, &out));
    return wf_bytes_equal(wf_bytes_of(bytes, out.len), hex_bytes(expected, sizeof expected, value));
}

static void seti_accepted_is_applied_in_silence(void) {
    wf_node *node = home();
    expect(node, "05ff01 029001 60 02 80 01 31 b0 01 10", WF_REPLY_NONE, "");
    CHECK(holds(node, LIGHT, 0x80, "31") && holds(node, LIGHT, 0xB0, "10"));
}

static void seti_refused_is_answered_with_the_edt_echoed(void) {
    wf_node *node = home();
    expect(node, "05ff01 029001 60 02 80 01 31 b0 01 65", WF_REPLY_SENDER, "029001 05ff01 50 02 80 00 b0 01 65");
    CHECK(holds(node, LIGHT, 0x80, "31") && holds(node, LIGHT, 0xB0, "42"));
}

static void setc_accepted_is_answered_with_pdc_0(void) {
    wf_node *node = home();
    expect(node, "05ff01 029001 61 03 b0 01 10 80 01 31 b0 01 20", WF_REPLY_SENDER,
           "029001 05ff01 71 03 b0 00 80 00 b0 00");
    CHECK(holds(node, LIGHT, 0x80, "31") && holds(node, LIGHT, 0xB0, "20"));
}

static void setc_partly_refused_applies_what_it_accepts(void) {
    wf_node *node = home();
    expect(node, "05ff01 029001 61 03 80 01 31 b0 01 ff b1 01 10", WF_REPLY_SENDER,
           "029001 05ff01 51 03 80 00 b0 01 ff b1 00");
    CHECK(holds(node, LIGHT, 0x80, "31") && holds(node, LIGHT, 0xB0, "42") && holds(node, LIGHT, 0xB1, "10"));
}

static void get_keeps_order_and_duplicates(void) {
    expect(home(), "05ff01 029001 62 04 b0 00 80 00 b0 00 88 00", WF_REPLY_SENDER,
           "029001 05ff01 72 04 b0 01 42 80 01 30 b0 01 42 88 01 42");
}

static void get_partly_refused_still_carries_the_good_values(void) {
    expect(home(), "05ff01 029001 62 03 ff 00 80 00 e0 00", WF_REPLY_SENDER,
           "029001 05ff01 52 03 ff 00 80 01 30 e0 00");
}

static void get_with_an_edt_is_answered_as_without(void) {
    expect(home(), "05ff01 029001 62 01 80 01 02", WF_REPLY_SENDER, "029001 05ff01 72 01 80 01 30");
}

static void inf_req_is_answered_to_all(void) {
    expect(home(), "05ff01 029001 63 03 80 00 b0 00 80 00", WF_REPLY_ALL,
           "029001 05ff01 73 03 80 01 30 b0 01 42 80 01 30");
}

static void inf_req_partly_refused_is_answered_to_the_sender(void) {
    expect(home(), "05ff01 029001 63 02 80 00 ee 00", WF_REPLY_SENDER, "029001 05ff01 53 02 80 01 30 ee 00");
}

static void what_is_only_announced_answers_inf_req_and_refuses_get(void) {
    wf_node *node = home();
    expect(node, "05ff01 029001 63 01 b5 00", WF_REPLY_ALL, "029001 05ff01 73 01 b5 01 55");
    expect(node, "05ff01 029001 62 01 b5 00", WF_REPLY_SENDER, "029001 05ff01 52 01 b5 00");
    expect(node, "05ff01 0ef001 63 01 d5 00", WF_REPLY_ALL, "0ef001 05ff01 73 01 d5 0a 03 013001 029001 029003");
    expect(node, "05ff01 0ef001 62 02 d5 00 d3 00", WF_REPLY_SENDER, "0ef001 05ff01 52 02 d5 00 d3 03 000003");
}

static void setget_sets_first_and_then_reads(void) {
    expect(home(), "05ff01 029001 6e 02 80 01 31 b0 01 4b 02 80 00 b0 00", WF_REPLY_SENDER,
           "029001 05ff01 7e 02 80 00 b0 00 02 80 01 31 b0 01 4b");
}

static void setget_with_a_refused_set_still_reads(void) {
    expect(home(), "05ff01 029001 6e 01 b0 01 65 01 b0 00", WF_REPLY_SENDER,
           "029001 05ff01 5e 01 b0 01 65 01 b0 01 42");
}

static void setget_with_a_refused_get_still_sets(void) {
    wf_node *node = home();
    expect(node, "05ff01 029001 6e 01 80 01 31 02 80 00 ee 00", WF_REPLY_SENDER,
           "029001 05ff01 5e 01 80 00 02 80 01 31 ee 00");
    CHECK(holds(node, LIGHT, 0x80, "31"));
}

static void infc_is_always_answered_with_pdc_0(void) {
    wf_node *node = home();
    expect(node, "013001 029001 74 02 80 01 31 e7 02 0001", WF_REPLY_SENDER, "029001 013001 7a 02 80 00 e7 00");
    CHECK(holds(node, LIGHT, 0x80, "30"));
}

static void an_object_that_is_not_there_is_silent_to_every_request(void) {
    const char *const requests[] = {"05ff01 029002 60 01 80 01 30", "05ff01 029002 61 01 80 01 30",
                                    "05ff01 029002 62 01 80 00",    "05ff01 029002 63 01 80 00",
                                    "05ff01 029002 74 01 80 01 30", "05ff01 029002 6e 01 80 01 30 01 80 00",
                                    "05ff01 0ef002 62 01 80 00",    "05ff01 029081 62 01 80 00",
                                    "05ff01 029000 62 01 80 00",    "05ff01 000000 62 01 80 00"};
    wf_node *node = home();
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        expect(node, requests[i], WF_REPLY_NONE, "");
    }
}

static void what_is_no_request_is_never_answered(void) {
    wf_node *node = home();
    for (unsigned esv = 0; esv <= 0xFF; esv++) {
        char request[64];
        if (!wf_esv_is_request((uint8_t)esv)) {
            snprintf(request, sizeof request, "05ff01 029001 %02x 01 80 01 31 00", esv);
            expect(node, request, WF_REPLY_NONE, "");
        }
    }
    CHECK(holds(node, LIGHT, 0x80, "30"));
}

static void the_arbitrary_format_is_never_answered(void) {
    uint8_t bytes[32], answer[32];
    wf_frame frame;
    wf_writer out = wf_writer_of(answer, sizeof answer);
    CHECK_OK(wf_frame_parse(&frame, hex_bytes(bytes, sizeof bytes, "1082 0001 05ff01 029001 62 01 80 00")));
    CHECK(wf_node_answer(home(), &frame, NULL, NULL, &out) == WF_REPLY_NONE && out.len == 0);
}

static void an_unknown_property_is_refused(void) {
    wf_node *node = home();
    expect(node, "05ff01 029001 61 01 ee 02 0102", WF_REPLY_SENDER, "029001 05ff01 51 01 ee 02 0102");
    expect(node, "05ff01 029001 62 01 ee 00", WF_REPLY_SENDER, "029001 05ff01 52 01 ee 00");
    expect(node, "05ff01 029001 62 01 d6 00", WF_REPLY_SENDER, "029001 05ff01 52 01 d6 00");
}

static void an_epc_below_80_is_refused(void) {
    expect(home(), "05ff01 029001 62 02 00 00 7f 00", WF_REPLY_SENDER, "029001 05ff01 52 02 00 00 7f 00");
}

static void a_read_only_property_refuses_set(void) {
    wf_node *node = home();
    expect(node, "05ff01 029001 61 01 88 01 41", WF_REPLY_SENDER, "029001 05ff01 51 01 88 01 41");
    expect(node, "05ff01 029001 61 01 9f 01 00", WF_REPLY_SENDER, "029001 05ff01 51 01 9f 01 00");
    expect(node, "05ff01 0ef001 61 01 82 04 010e0300", WF_REPLY_SENDER, "0ef001 05ff01 51 01 82 04 010e0300");
    CHECK(holds(node, LIGHT, 0x88, "42"));
}

static void a_write_only_property_refuses_get_and_inf_req(void) {
    wf_node *node = home();
    expect(node, "05ff01 029001 61 01 b4 01 45", WF_REPLY_SENDER, "029001 05ff01 71 01 b4 00");
    expect(node, "05ff01 029001 62 01 b4 00", WF_REPLY_SENDER, "029001 05ff01 52 01 b4 00");
    expect(node, "05ff01 029001 63 01 b4 00", WF_REPLY_SENDER, "029001 05ff01 53 01 b4 00");
}

static void an_edt_of_a_wrong_size_is_refused(void) {
    wf_node *node = home();
    expect(node, "05ff01 029001 61 03 80 00 80 02 3031 b0 01 10", WF_REPLY_SENDER,
           "029001 05ff01 51 03 80 00 80 02 3031 b0 00");
    expect(node, "05ff01 029001 61 01 81 11 01000102030405060708090a0b0c0d0e0f", WF_REPLY_SENDER,
           "029001 05ff01 71 01 81 00");
    expect(node, "05ff01 029001 61 01 81 12 01000102030405060708090a0b0c0d0e0f10", WF_REPLY_SENDER,
           "029001 05ff01 51 01 81 12 01000102030405060708090a0b0c0d0e0f10");
    CHECK(holds(node, LIGHT, 0x80, "30") && holds(node, LIGHT, 0x81, "01000102030405060708090a0b0c0d0e0f"));
}

typedef struct guard {
    wf_access closed; /* the access that does not pass */
    unsigned asked;
} guard;

static bool closes(void *context, wf_eoj eoj, uint8_t epc, wf_access access) {
    guard *g = context;
    CHECK(eoj == LIGHT && epc >= 0x80);
    g->asked++;
    return access != g->closed;
}

static void what_the_gate_refuses_is_as_if_not_accessible(void) {
    wf_node *node = home();
    guard get = {WF_ACCESS_GET, 0}, set = {WF_ACCESS_SET, 0}, inf = {WF_ACCESS_INF, 0};
    const setting no_get = {.gate = closes, .context = &get}, no_set = {.gate = closes, .context = &set},
                  no_inf = {.gate = closes, .context = &inf};
    expect_with(node, no_get, "05ff01 029001 62 01 80 00", WF_REPLY_SENDER, "029001 05ff01 52 01 80 00");
    expect_with(node, no_get, "05ff01 029001 63 01 80 00", WF_REPLY_ALL, "029001 05ff01 73 01 80 01 30");
    expect_with(node, no_inf, "05ff01 029001 63 01 80 00", WF_REPLY_SENDER, "029001 05ff01 53 01 80 00");
    expect_with(node, no_inf, "05ff01 029001 62 01 80 00", WF_REPLY_SENDER, "029001 05ff01 72 01 80 01 30");
    expect_with(node, no_set, "05ff01 029001 61 01 80 01 31", WF_REPLY_SENDER, "029001 05ff01 51 01 80 01 31");
    expect_with(node, no_set, "05ff01 029001 60 01 80 01 31", WF_REPLY_SENDER, "029001 05ff01 50 01 80 01 31");
    CHECK(holds(node, LIGHT, 0x80, "30"));
    expect_with(node, no_set, "05ff01 029001 6e 01 80 01 31 01 80 00", WF_REPLY_SENDER,
                "029001 05ff01 5e 01 80 01 31 01 80 01 30");
    expect_with(node, no_get, "05ff01 029001 6e 01 80 01 31 01 80 00", WF_REPLY_SENDER,
                "029001 05ff01 5e 01 80 00 01 80 00");
    CHECK(holds(node, LIGHT, 0x80, "31"));
}

static void the_gate_is_asked_once_for_each_property_in_reach(void) {
    guard g = {0, 0};
    const setting with = {.gate = closes, .context = &g};
    expect_with(home(), with, "05ff01 029001 6e 03 80 01 30 88 01 42 80 02 3131 03 80 00 80 00 ee 00", WF_REPLY_SENDER,
                "029001 05ff01 5e 03 80 00 88 01 42 80 02 3131 03 80 01 30 80 01 30 ee 00");
    CHECK(g.asked == 3);
}

static void the_gate_is_not_asked_for_infc(void) {
    guard g = {0, 0};
    const setting with = {.gate = closes, .context = &g};
    expect_with(home(), with, "013001 029001 74 01 80 01 31", WF_REPLY_SENDER, "029001 013001 7a 01 80 00");
    CHECK(g.asked == 0);
}

static void the_set_hook_may_refuse(void) {
    wf_node *node = home();
    expect(node, "05ff01 029001 61 01 b0 01 64", WF_REPLY_SENDER, "029001 05ff01 71 01 b0 00");
    expect(node, "05ff01 029001 61 01 b0 01 65", WF_REPLY_SENDER, "029001 05ff01 51 01 b0 01 65");
    CHECK(holds(node, LIGHT, 0xB0, "64"));
}

static void the_set_hook_sees_the_old_value_and_may_put_others(void) {
    wf_node *node = home();
    expect(node, "05ff01 029001 6e 01 b1 01 12 02 b1 00 b2 00", WF_REPLY_SENDER,
           "029001 05ff01 7e 01 b1 00 02 b1 01 12 b2 01 11");
}

static void what_is_set_stands_over_what_the_hook_put_there(void) {
    wf_node *node = home();
    expect(node, "05ff01 029001 61 01 b3 01 34", WF_REPLY_SENDER, "029001 05ff01 71 01 b3 00");
    CHECK(holds(node, LIGHT, 0xB3, "34"));
}

static void a_get_too_long_is_cut_to_what_fits(void) {
    const setting small = {.capacity = 15};
    expect_with(home(), small, "05ff01 029001 62 03 80 00 b0 00 88 00", WF_REPLY_SENDER,
                "029001 05ff01 52 02 80 01 30 b0 01 42");
}

static void an_inf_req_too_long_is_cut_to_what_fits(void) {
    const setting small = {.capacity = 15};
    expect_with(home(), small, "05ff01 029001 63 03 80 00 b0 00 88 00", WF_REPLY_SENDER,
                "029001 05ff01 53 02 80 01 30 b0 01 42");
}

static void a_set_too_long_is_cut_and_the_rest_not_done(void) {
    wf_node *node = home();
    const setting small = {.capacity = 12};
    expect_with(node, small, "05ff01 029001 61 03 80 01 31 b0 01 10 b1 01 10", WF_REPLY_SENDER,
                "029001 05ff01 51 01 80 00");
    CHECK(holds(node, LIGHT, 0x80, "31") && holds(node, LIGHT, 0xB0, "42") && holds(node, LIGHT, 0xB1, "11"));
    expect_with(node, small, "05ff01 029001 60 02 80 01 30 b0 01 10", WF_REPLY_SENDER, "029001 05ff01 50 01 80 00");
    CHECK(holds(node, LIGHT, 0x80, "30") && holds(node, LIGHT, 0xB0, "42"));
}

static void a_setget_too_long_is_cut_in_the_list_that_does_not_fit(void) {
    wf_node *node = home();
    const setting for_one_set = {.capacity = 15}, for_one_get = {.capacity = 16};
    expect_with(node, for_one_set, "05ff01 029001 6e 02 80 01 31 81 04 01020304 01 ee 00", WF_REPLY_SENDER,
                "029001 05ff01 5e 01 80 00 00");
    CHECK(holds(node, LIGHT, 0x80, "31") && holds(node, LIGHT, 0x81, "08"));
    expect_with(node, for_one_get, "05ff01 029001 6e 01 80 01 30 02 80 00 b0 00", WF_REPLY_SENDER,
                "029001 05ff01 5e 01 80 00 01 80 01 30");
}

static void an_infc_too_long_is_cut_to_what_fits(void) {
    const setting small = {.capacity = 10};
    expect_with(home(), small, "013001 029001 74 02 80 01 31 b0 01 10", WF_REPLY_SENDER, "029001 013001 7a 01 80 00");
}

static void without_room_for_a_header_nothing_is_done(void) {
    wf_node *node = home();
    const setting tiny = {.capacity = 7};
    expect_with(node, tiny, "05ff01 029001 61 01 80 01 31", WF_REPLY_NONE, "");
    expect_with(node, tiny, "05ff01 029001 6e 01 80 01 31 01 80 00", WF_REPLY_NONE, "");
    CHECK(holds(node, LIGHT, 0x80, "30"));
}

static void opc_0_is_answered_with_opc_0(void) {
    wf_node *node = home();
    expect(node, "05ff01 029001 61 00", WF_REPLY_SENDER, "029001 05ff01 71 00");
    expect(node, "05ff01 029001 62 00", WF_REPLY_SENDER, "029001 05ff01 72 00");
    expect(node, "05ff01 029001 6e 00 00", WF_REPLY_SENDER, "029001 05ff01 7e 00 00");
    expect(node, "05ff01 029001 6e 00 01 80 00", WF_REPLY_SENDER, "029001 05ff01 7e 00 01 80 01 30");
    expect(node, "05ff01 029001 74 00", WF_REPLY_SENDER, "029001 05ff01 7a 00");
}

static void opc_0_of_seti_and_inf_req_is_met_with_silence(void) {
    wf_node *node = home();
    expect(node, "05ff01 029001 60 00", WF_REPLY_NONE, "");
    expect(node, "05ff01 029001 63 00", WF_REPLY_NONE, "");
}

static void bytes_after_the_last_property_do_not_change_the_answer(void) {
    expect(home(), "05ff01 029001 62 01 80 00 ff ff", WF_REPLY_SENDER, "029001 05ff01 72 01 80 01 30");
}

static void an_answer_is_appended_to_what_stands_in_the_writer(void) {
    uint8_t asked[32], bytes[32];
    wf_frame frame;
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    wf_node *node = home();
    wf_write_u16(&out, 0x1081);
    CHECK_OK(wf_edata_parse(&frame, hex_bytes(asked, sizeof asked, "05ff01 029001 60 01 80 01 31")));
    CHECK(wf_node_answer(node, &frame, NULL, NULL, &out) == WF_REPLY_NONE && out.len == 2);
    CHECK_OK(wf_edata_parse(&frame, hex_bytes(asked, sizeof asked, "05ff01 029001 62 01 80 00")));
    CHECK(wf_node_answer(node, &frame, NULL, NULL, &out) == WF_REPLY_SENDER && out.len == 13);
    CHECK(bytes[0] == 0x10 && bytes[1] == 0x81 && bytes[8] == 0x72 && bytes[12] == 0x31);
}

/* The same rule of answers for whatever a frame became: silence, or an answer of the request's family to its sender. */
static void answers_by_the_rule(wf_node *node, const uint8_t *bytes, size_t len) {
    uint8_t answered[WF_DATAGRAM_LEN], *exact = malloc(len > 0 ? len : 1);
    wf_frame request, answer;
    wf_writer out = wf_writer_of(answered, sizeof answered);
    CHECK(exact != NULL);
    memcpy(exact, bytes, len);
    if (wf_frame_parse(&request, wf_bytes_of(exact, len)) == WF_OK) {
        wf_node_reply reply = wf_node_answer(node, &request, NULL, NULL, &out);
        CHECK((reply == WF_REPLY_NONE) == (out.len == 0));
        if (reply != WF_REPLY_NONE) {
            CHECK_OK(wf_edata_parse(&answer, wf_bytes_of(answered, out.len)));
            CHECK(answer.seoj == request.deoj && answer.deoj == request.seoj && answer.trailing.len == 0);
            CHECK((answer.esv & 0x0F) == (request.esv & 0x0F) || (request.esv == 0x60 && answer.esv == 0x50) ||
                  (request.esv == WF_ESV_INFC && answer.esv == WF_ESV_INFC_RES));
            CHECK(answer.list.count == request.list.count && answer.gets.count == request.gets.count);
            CHECK((reply == WF_REPLY_ALL) == (answer.esv == WF_ESV_INF));
        }
    }
    free(exact);
}

static void every_cut_or_changed_request_gets_a_regular_answer_or_none(void) {
    const char *const requests[] = {
        "1081 0001 05ff01 029001 60 02 80 01 31 b0 01 65",       "1081 0001 05ff01 029001 61 02 80 01 31 81 02 0102",
        "1081 0001 05ff01 0ef001 62 03 d6 00 9f 00 83 00",       "1081 0001 05ff01 029001 63 02 80 00 80 00",
        "1081 0001 05ff01 029001 6e 01 b1 01 31 02 80 00 b2 00", "1081 0001 013001 029001 74 02 80 01 31 b0 00"};
    wf_node *node = home();
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        uint8_t bytes[64];
        const size_t len = hex_bytes(bytes, sizeof bytes, requests[i]).len;
        for (size_t cut = 0; cut < len; cut++) {
            answers_by_the_rule(node, bytes, cut);
        }
        for (size_t at = 0; at < len; at++) {
            const uint8_t kept = bytes[at];
            for (unsigned value = 0; value <= 0xFF; value++) {
                bytes[at] = (uint8_t)value;
                answers_by_the_rule(node, bytes, len);
            }
            bytes[at] = kept;
        }
    }
}

#define CASE(name) \
    { #name, name }
static const check_case cases[] = {
    CASE(seti_accepted_is_applied_in_silence),
    CASE(seti_refused_is_answered_with_the_edt_echoed),
    CASE(setc_accepted_is_answered_with_pdc_0),
    CASE(setc_partly_refused_applies_what_it_accepts),
    CASE(get_keeps_order_and_duplicates),
    CASE(get_partly_refused_still_carries_the_good_values),
    CASE(get_with_an_edt_is_answered_as_without),
    CASE(inf_req_is_answered_to_all),
    CASE(inf_req_partly_refused_is_answered_to_the_sender),
    CASE(what_is_only_announced_answers_inf_req_and_refuses_get),
    CASE(setget_sets_first_and_then_reads),
    CASE(setget_with_a_refused_set_still_reads),
    CASE(setget_with_a_refused_get_still_sets),
    CASE(infc_is_always_answered_with_pdc_0),
    CASE(an_object_that_is_not_there_is_silent_to_every_request),
    CASE(what_is_no_request_is_never_answered),
    CASE(the_arbitrary_format_is_never_answered),
    CASE(an_unknown_property_is_refused),
    CASE(an_epc_below_80_is_refused),
    CASE(a_read_only_property_refuses_set),
    CASE(a_write_only_property_refuses_get_and_inf_req),
    CASE(an_edt_of_a_wrong_size_is_refused),
    CASE(what_the_gate_refuses_is_as_if_not_accessible),
    CASE(the_gate_is_asked_once_for_each_property_in_reach),
    CASE(the_gate_is_not_asked_for_infc),
    CASE(the_set_hook_may_refuse),
    CASE(the_set_hook_sees_the_old_value_and_may_put_others),
    CASE(what_is_set_stands_over_what_the_hook_put_there),
    CASE(a_get_too_long_is_cut_to_what_fits),
    CASE(an_inf_req_too_long_is_cut_to_what_fits),
    CASE(a_set_too_long_is_cut_and_the_rest_not_done),
    CASE(a_setget_too_long_is_cut_in_the_list_that_does_not_fit),
    CASE(an_infc_too_long_is_cut_to_what_fits),
    CASE(without_room_for_a_header_nothing_is_done),
    CASE(opc_0_is_answered_with_opc_0),
    CASE(opc_0_of_seti_and_inf_req_is_met_with_silence),
    CASE(bytes_after_the_last_property_do_not_change_the_answer),
    CASE(an_answer_is_appended_to_what_stands_in_the_writer),
    CASE(every_cut_or_changed_request_gets_a_regular_answer_or_none),
};

CHECK_MAIN(cases)

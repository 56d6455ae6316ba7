/* The frames of the DA profile: what is written is read back, what is out of form is refused, byte by byte. */
#include <warifu/wire.h>

#include "check.h"
#include "hex.h"

static wf_error parse(wf_da_frame *out, const char *text) {
    static uint8_t bytes[2 * WF_DATAGRAM_LEN];
    return wf_da_frame_parse(out, hex_bytes(bytes, sizeof bytes, text));
}

static void refused(const char *text) {
    wf_da_frame frame;
    if (parse(&frame, text) != WF_ERROR_FRAME) {
        fprintf(stderr, "%s was taken\n", text);
        exit(1);
    }
}

#define COOKIE "000102030405060708090a0b0c0d0e0f"
#define TAG "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"
#define WAKE "108200011ba1a2a3a4a5a6a7a8"
#define PADDING "000000000000000000000000000000000000000000000000"

static void the_header_is_10_82_tid_type(void) {
    uint8_t bytes[WF_DA_HEADER_LEN];
    wf_writer w = wf_writer_of(bytes, sizeof bytes);
    wf_da_write_header(&w, 0xABCD, WF_DA_WAKE);
    CHECK(!w.overflow && w.len == 5 && memcmp(bytes, "\x10\x82\xab\xcd\x1b", 5) == 0);
    wf_da_frame frame;
    CHECK_OK(parse(&frame, "1082abcd100000000000"));
    CHECK(frame.tid == 0xABCD && frame.type == WF_DA_HELLO);
    refused("");
    refused("10");
    refused("1082");
    refused("1082ab");
    refused("1082abcd");
    refused("1081abcd100000000000");
    refused("1182abcd100000000000");
    refused("1083abcd100000000000");
}

static void every_type_has_a_name_and_all_others_are_reserved(void) {
    unsigned known = 0;
    wf_da_frame frame;
    for (unsigned type = 0; type < 256; type++) {
        bool reserved = strcmp(wf_da_type_name((uint8_t)type), "reserved") == 0;
        known += !reserved;
        uint8_t bytes[64] = {0x10, 0x82, 0, 0, (uint8_t)type};
        if (reserved) {
            for (size_t len = 5; len < sizeof bytes; len++) {
                CHECK(wf_da_frame_parse(&frame, wf_bytes_of(bytes, len)) == WF_ERROR_FRAME);
            }
        }
    }
    CHECK(known == 12);
    CHECK(strcmp(wf_da_type_name(WF_DA_MESSAGE_1), "message_1") == 0);
}

static void every_type_has_its_ways(void) {
    for (unsigned type = 0; type < 256; type++) {
        bool known = strcmp(wf_da_type_name((uint8_t)type), "reserved") != 0;
        bool by_both = type == WF_DA_HELLO || type == WF_DA_WAKE;
        CHECK(wf_da_type_may_come((uint8_t)type, true) == (by_both || type == WF_DA_GROUP));
        CHECK(wf_da_type_may_come((uint8_t)type, false) == (known && type != WF_DA_GROUP));
    }
}

static void a_hello_is_as_long_as_its_answer(void) {
    wf_da_frame frame;
    CHECK_OK(parse(&frame, "10820001100000000000"));
    CHECK_OK(parse(&frame, "1082000110ffffffffff")); /* its body is padding */
    refused("108200011000000000");
    refused("1082000110000000000000");
    refused("108200011100000000");
    refused("1082000111000000000000");
}

static void a_hello_answer_is_read_as_it_was_written(void) {
    for (unsigned bits = 0; bits < 64; bits++) {
        wf_hello hello = {.is_device = (bits & 1) != 0,
                          .is_controller = (bits & 2) != 0,
                          .window_open = (bits & 4) != 0,
                          .has_pairings = (bits & 8) != 0,
                          .takes_suite_2 = (bits & 16) != 0,
                          .takes_suite_3 = (bits & 32) != 0,
                          .window_seconds = (uint16_t)(bits * 1009)};
        uint8_t bytes[WF_DA_HEADER_LEN + WF_DA_HELLO_LEN];
        wf_writer w = wf_writer_of(bytes, sizeof bytes);
        wf_da_write_header(&w, 7, WF_DA_HELLO_ANSWER);
        wf_da_write_hello(&w, &hello);
        CHECK(!w.overflow && w.len == sizeof bytes);
        wf_da_frame frame;
        CHECK_OK(wf_da_frame_parse(&frame, wf_bytes_of(bytes, w.len)));
        const wf_hello *read = &frame.hello;
        CHECK(read->is_device == hello.is_device && read->is_controller == hello.is_controller &&
              read->window_open == hello.window_open && read->has_pairings == hello.has_pairings &&
              read->takes_suite_2 == hello.takes_suite_2 && read->takes_suite_3 == hello.takes_suite_3 &&
              read->window_seconds == hello.window_seconds);
    }
}

static void a_hello_answer_of_a_later_version_is_still_read(void) {
    wf_da_frame frame;
    CHECK_OK(parse(&frame, "1082000111f5fe00b4ff")); /* unknown flags, suites and the reserved byte */
    CHECK(frame.hello.is_device && !frame.hello.is_controller && frame.hello.window_open);
    CHECK(!frame.hello.takes_suite_2 && frame.hello.takes_suite_3 && frame.hello.window_seconds == 180);
}

static void message_1_carries_what_its_flags_say(void) {
    wf_da_frame frame;
    CHECK_OK(parse(&frame, "108200011200aabb"));
    CHECK(frame.cookie.len == 0 && frame.tag.len == 0 && frame.payload.len == 2 && frame.payload.at[0] == 0xaa);
    CHECK_OK(parse(&frame, "108200011201" COOKIE "aabb"));
    CHECK(frame.cookie.len == 16 && frame.cookie.at[15] == 15 && frame.tag.len == 0 && frame.payload.len == 2);
    CHECK_OK(parse(&frame, "108200011202" TAG "aabb"));
    CHECK(frame.cookie.len == 0 && frame.tag.len == 16 && frame.tag.at[0] == 0xf0 && frame.payload.len == 2);
    CHECK_OK(parse(&frame, "108200011203" COOKIE TAG "aabb"));
    CHECK(frame.cookie.at[0] == 0 && frame.tag.at[0] == 0xf0 && frame.payload.len == 2);
    CHECK_OK(parse(&frame, "108200011207" COOKIE TAG "aabb"));
    CHECK(frame.flags == 7);
    CHECK_OK(parse(&frame, "10820001120b" COOKIE TAG "aabb"));
    CHECK(frame.flags == (WF_DA_HAS_COOKIE | WF_DA_HAS_TAG | WF_DA_TAG_OF_CODE));
}

static void message_1_with_flags_out_of_form_is_refused(void) {
    refused("1082000112");
    refused("108200011204aabb");           /* covers a WAKE, but there is no tag */
    refused("108200011205" COOKIE "aabb"); /* likewise */
    refused("108200011208aabb");           /* of the set-up code, but there is no tag */
    refused("10820001120e" TAG "aabb");    /* of the code and of a pairing */
    for (unsigned flags = 12; flags < 256; flags++) {
        char text[128];
        snprintf(text, sizeof text, "1082000112%02x" COOKIE TAG "aabb", flags);
        refused(text);
    }
    refused("10820001120100010203");
    refused("108200011203" COOKIE "f0f1");
}

static void a_retry_is_a_cookie_and_nothing_else(void) {
    wf_da_frame frame;
    CHECK_OK(parse(&frame, "1082000113" COOKIE));
    CHECK(frame.cookie.len == 16);
    refused("108200011300010203");
    refused("1082000113" COOKIE "00");
}

static void edhoc_messages_pass_whole(void) {
    wf_da_frame frame;
    static const uint8_t opaque[] = {WF_DA_MESSAGE_2, WF_DA_MESSAGE_4, WF_DA_EDHOC_ERROR};
    for (size_t i = 0; i < sizeof opaque; i++) {
        uint8_t bytes[] = {0x10, 0x82, 0, 1, opaque[i], 1, 2, 3};
        CHECK_OK(wf_da_frame_parse(&frame, wf_bytes_of(bytes, sizeof bytes)));
        CHECK(frame.payload.len == 3 && frame.payload.at == bytes + 5);
    }
    CHECK_OK(parse(&frame, "108200011527aabb"));
    CHECK(frame.connection_id == 0x27 && frame.payload.len == 2);
    refused("1082000115");
}

static void a_wake_is_a_hint_a_nonce_a_tag_and_24_bytes_that_nobody_looks_at(void) {
    wf_da_frame frame;
    CHECK_OK(parse(&frame, WAKE "0102030405060708" TAG PADDING));
    CHECK(frame.hint.len == 8 && frame.hint.at[0] == 0xa1 && frame.nonce.len == 8 && frame.nonce.at[7] == 8);
    CHECK(frame.tag.len == 16 && frame.tag.at[15] == 0xff && frame.payload.len == 0);
    CHECK_OK(parse(&frame, WAKE "0102030405060708" TAG TAG "1111111111111111"));
    refused(WAKE "01020304050607" TAG PADDING);
    refused(WAKE "010203040506070809" TAG PADDING);
    refused(WAKE "0102030405060708" TAG);
    refused(WAKE);
}

#define SEALED "00" TAG /* one byte and its tag */

static void a_record_has_kid_piv_and_at_least_one_byte_inside(void) {
    wf_da_frame frame;
    CHECK_OK(parse(&frame, "1082000118113700" SEALED));
    CHECK(frame.kid.len == 1 && frame.kid.at[0] == 0x37 && frame.piv == 0 && frame.payload.len == 17);
    CHECK(frame.clear.len == 8 && frame.clear.at == frame.kid.at - 6);
    CHECK_OK(parse(&frame, "108200011925aabbffffffffff" SEALED));
    CHECK(frame.kid.len == 2 && frame.piv == 0xFFFFFFFFFF && frame.clear.len == 13);
    refused("1082000118113700" TAG);
    refused("1082000118113700");
    refused("10820001181137");
    refused("1082000118");
    refused("1082000119113700" TAG);
}

static void a_record_with_lengths_out_of_form_is_refused(void) {
    for (unsigned lengths = 0; lengths < 256; lengths++) {
        wf_da_frame frame;
        uint8_t bytes[80];
        memset(bytes, 0x11, sizeof bytes);
        memcpy(bytes, "\x10\x82\x00\x01\x18", 5);
        bytes[5] = (uint8_t)lengths;
        unsigned kid = lengths >> 4, piv = lengths & 15;
        bool right = kid >= 1 && kid <= 2 && piv >= 1 && piv <= 5;
        CHECK((wf_da_frame_parse(&frame, wf_bytes_of(bytes, sizeof bytes)) == WF_OK) == right);
    }
}

static void a_piv_has_one_form_only(void) {
    wf_da_frame frame;
    CHECK_OK(parse(&frame, "1082000118113700" SEALED)); /* zero is one zero byte */
    refused("108200011812370000" SEALED);
    refused("108200011812370001" SEALED);
    refused("10820001181537000000000"
            "1" SEALED);
    CHECK_OK(parse(&frame, "108200011812370100" SEALED));
    CHECK(frame.piv == 256);
}

static void a_piv_is_written_in_its_fewest_bytes(void) {
    static const struct {
        uint64_t piv;
        size_t len;
    } cases[] = {{0, 1},        {1, 1},         {0xFF, 1},       {0x100, 2},       {0xFFFF, 2},      {0x10000, 3},
                 {0xFFFFFF, 3}, {0x1000000, 4}, {0xFFFFFFFF, 4}, {0x100000000, 5}, {0xFFFFFFFFFF, 5}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t out[WF_DA_PIV_LEN];
        CHECK(wf_da_piv_bytes(out, cases[i].piv) == cases[i].len);
        uint8_t bytes[64] = {0x10, 0x82, 0, 1, WF_DA_REQUEST};
        wf_writer w = wf_writer_of(bytes, sizeof bytes);
        wf_da_write_header(&w, 1, WF_DA_REQUEST);
        wf_da_write_record_head(&w, wf_bytes_of((const uint8_t *)"\xab\xcd", 2), cases[i].piv);
        size_t clear = w.len;
        CHECK(clear == 5 + 1 + 2 + cases[i].len);
        wf_da_frame frame;
        CHECK_OK(wf_da_frame_parse(&frame, wf_bytes_of(bytes, clear + 17)));
        CHECK(frame.piv == cases[i].piv && frame.clear.len == clear);
    }
}

static void what_is_written_never_leaves_its_place(void) {
    for (size_t room = 0; room < 13; room++) {
        uint8_t bytes[16];
        memset(bytes, 0xEE, sizeof bytes);
        wf_writer w = wf_writer_of(bytes, room);
        wf_da_write_header(&w, 1, WF_DA_REQUEST);
        wf_da_write_record_head(&w, wf_bytes_of((const uint8_t *)"\xab\xcd", 2), 0xFFFFFFFFFF);
        CHECK(w.overflow);
        for (size_t i = room; i < sizeof bytes; i++) {
            CHECK(bytes[i] == 0xEE);
        }
    }
}

static const check_case cases[] = {
    {"the_header_is_10_82_tid_type", the_header_is_10_82_tid_type},
    {"every_type_has_a_name_and_all_others_are_reserved", every_type_has_a_name_and_all_others_are_reserved},
    {"every_type_has_its_ways", every_type_has_its_ways},
    {"a_hello_is_as_long_as_its_answer", a_hello_is_as_long_as_its_answer},
    {"a_hello_answer_is_read_as_it_was_written", a_hello_answer_is_read_as_it_was_written},
    {"a_hello_answer_of_a_later_version_is_still_read", a_hello_answer_of_a_later_version_is_still_read},
    {"message_1_carries_what_its_flags_say", message_1_carries_what_its_flags_say},
    {"message_1_with_flags_out_of_form_is_refused", message_1_with_flags_out_of_form_is_refused},
    {"a_retry_is_a_cookie_and_nothing_else", a_retry_is_a_cookie_and_nothing_else},
    {"edhoc_messages_pass_whole", edhoc_messages_pass_whole},
    {"a_wake_is_a_hint_a_nonce_a_tag_and_24_bytes_that_nobody_looks_at",
     a_wake_is_a_hint_a_nonce_a_tag_and_24_bytes_that_nobody_looks_at},
    {"a_record_has_kid_piv_and_at_least_one_byte_inside", a_record_has_kid_piv_and_at_least_one_byte_inside},
    {"a_record_with_lengths_out_of_form_is_refused", a_record_with_lengths_out_of_form_is_refused},
    {"a_piv_has_one_form_only", a_piv_has_one_form_only},
    {"a_piv_is_written_in_its_fewest_bytes", a_piv_is_written_in_its_fewest_bytes},
    {"what_is_written_never_leaves_its_place", what_is_written_never_leaves_its_place},
};

CHECK_MAIN(cases)

#include "check.h"
#include "hex.h"
#include <warifu/frame.h>

enum { FRAME_LEN = 512 };

/* A parsed frame with the bytes that it views. */
typedef struct parsed {
    uint8_t bytes[FRAME_LEN];
    size_t len;
    wf_frame frame;
} parsed;

static void parse(parsed *out, const char *hex) {
    wf_bytes datagram = hex_bytes(out->bytes, sizeof out->bytes, hex);
    out->len = datagram.len;
    CHECK_OK(wf_frame_parse(&out->frame, datagram));
}

static bool refused(const char *hex) {
    uint8_t bytes[FRAME_LEN];
    wf_frame frame;
    return wf_frame_parse(&frame, hex_bytes(bytes, sizeof bytes, hex)) == WF_ERROR_FRAME;
}

static bool is_hex(wf_bytes bytes, const char *hex) {
    uint8_t expected[FRAME_LEN];
    return wf_bytes_equal(bytes, hex_bytes(expected, sizeof expected, hex));
}

static void header_and_properties_are_read_in_order_with_duplicates(void) {
    parsed p;
    wf_property property;
    size_t at = 0;
    parse(&p, "1081 1234 05ff01 013001 62 03 80 00 b3 01 1a 80 00");
    CHECK(p.frame.ehd2 == WF_EHD2_SPECIFIED && p.frame.tid == 0x1234 && p.frame.esv == WF_ESV_GET);
    CHECK(p.frame.seoj == WF_EOJ_CONTROLLER && p.frame.deoj == 0x013001);
    CHECK(p.frame.list.count == 3 && p.frame.gets.count == 0 && p.frame.trailing.len == 0);
    CHECK(wf_property_next(&p.frame.list, &at, &property) && property.epc == 0x80 && property.edt.len == 0);
    CHECK(wf_property_next(&p.frame.list, &at, &property) && property.epc == 0xB3 && is_hex(property.edt, "1a"));
    CHECK(wf_property_next(&p.frame.list, &at, &property) && property.epc == 0x80 && property.edt.len == 0);
    CHECK(!wf_property_next(&p.frame.list, &at, &property));
}

static void the_setget_family_has_two_lists(void) {
    const char *const frames[] = {"1081 0001 05ff01 029001 6e 01 80 01 30 02 b0 00 80 00",
                                  "1081 0001 05ff01 029001 7e 01 80 01 30 02 b0 00 80 00",
                                  "1081 0001 05ff01 029001 5e 01 80 01 30 02 b0 00 80 00"};
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        parsed p;
        parse(&p, frames[i]);
        CHECK(p.frame.list.count == 1 && is_hex(p.frame.list.bytes, "80 01 30"));
        CHECK(p.frame.gets.count == 2 && is_hex(p.frame.gets.bytes, "b0 00 80 00"));
    }
    CHECK(refused("1081 0001 05ff01 029001 6e 01 80 01 30"));
}

static void the_arbitrary_format_keeps_everything_after_the_tid(void) {
    parsed p;
    parse(&p, "1082 0102 11 22 33");
    CHECK(p.frame.ehd2 == WF_EHD2_ARBITRARY && p.frame.tid == 0x0102 && is_hex(p.frame.arbitrary, "112233"));
    parse(&p, "1082 0102");
    CHECK(p.frame.arbitrary.len == 0);
    CHECK(refused("1082 01"));
}

static void other_headers_are_no_frames(void) {
    CHECK(refused(""));
    CHECK(refused("1181 0001 05ff01 029001 62 01 80 00"));
    CHECK(refused("8081 0001 05ff01 029001 62 01 80 00"));
    CHECK(refused("1080 0001 05ff01 029001 62 01 80 00"));
    CHECK(refused("1083 0001 05ff01 029001 62 01 80 00"));
}

static void a_cut_property_makes_the_whole_frame_bad(void) {
    CHECK(refused("1081 0001 05ff01 029001 62 02 80 00"));
    CHECK(refused("1081 0001 05ff01 029001 61 01 80 02 30"));
    CHECK(refused("1081 0001 05ff01 029001 61 01 80"));
}

static void opc_0_parses_to_an_empty_list(void) {
    parsed p;
    wf_property property;
    size_t at = 0;
    parse(&p, "1081 0a4d 026004 05ff01 72 00");
    CHECK(p.frame.list.count == 0 && !wf_property_next(&p.frame.list, &at, &property));
}

static void an_unknown_esv_parses_as_one_list(void) {
    parsed p;
    parse(&p, "1081 0001 05ff01 029001 6f 01 80 00");
    CHECK(p.frame.esv == 0x6F && p.frame.list.count == 1 && !wf_esv_known(p.frame.esv));
}

static void bytes_after_the_last_property_are_kept_aside(void) {
    parsed p;
    parse(&p, "1081 0001 05ff01 029001 62 01 80 00 aa bb");
    CHECK(p.frame.list.count == 1 && is_hex(p.frame.trailing, "aa bb"));
    parse(&p, "1081 0001 05ff01 029001 6e 01 80 01 30 01 80 00 cc");
    CHECK(p.frame.gets.count == 1 && is_hex(p.frame.trailing, "cc"));
}

static void edata_alone_parses_as_a_frame_without_tid(void) {
    uint8_t bytes[32];
    wf_frame frame;
    wf_bytes edata = hex_bytes(bytes, sizeof bytes, "05ff01 029001 62 01 80 00");
    CHECK_OK(wf_edata_parse(&frame, edata));
    CHECK(frame.ehd2 == WF_EHD2_SPECIFIED && frame.tid == 0 && frame.deoj == 0x029001 && frame.list.count == 1);
    CHECK(wf_edata_parse(&frame, wf_bytes_of(bytes, edata.len - 1)) == WF_ERROR_FRAME);
}

static void every_service_has_its_name_and_family(void) {
    const struct {
        uint8_t esv;
        const char *name;
        bool request, two_lists;
    } rows[] = {{0x50, "SetI_SNA", false, false}, {0x51, "SetC_SNA", false, false},  {0x52, "Get_SNA", false, false},
                {0x53, "INF_SNA", false, false},  {0x5E, "SetGet_SNA", false, true}, {0x60, "SetI", true, false},
                {0x61, "SetC", true, false},      {0x62, "Get", true, false},        {0x63, "INF_REQ", true, false},
                {0x6E, "SetGet", true, true},     {0x71, "Set_Res", false, false},   {0x72, "Get_Res", false, false},
                {0x73, "INF", false, false},      {0x74, "INFC", true, false},       {0x7A, "INFC_Res", false, false},
                {0x7E, "SetGet_Res", false, true}};
    const size_t count = sizeof rows / sizeof rows[0];
    for (unsigned esv = 0; esv <= 0xFF; esv++) {
        size_t i = 0;
        while (i < count && rows[i].esv != esv) {
            i++;
        }
        CHECK(wf_esv_known((uint8_t)esv) == (i < count));
        CHECK(strcmp(wf_esv_name((uint8_t)esv), i < count ? rows[i].name : "reserved") == 0);
        CHECK(wf_esv_is_request((uint8_t)esv) == (i < count && rows[i].request));
        CHECK(wf_esv_has_two_lists((uint8_t)esv) == (i < count && rows[i].two_lists));
    }
}

static void a_written_frame_has_its_counts_and_lists_in_place(void) {
    const uint8_t on = 0x30;
    uint8_t bytes[64];
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    wf_frame_writer w = wf_frame_begin(&out, 0x0102, 0x05FF01, 0x029001, WF_ESV_SETGET);
    CHECK(wf_frame_property(&w, 0x80, wf_bytes_of(&on, 1)));
    wf_frame_gets(&w);
    CHECK(wf_frame_property(&w, 0xB0, wf_bytes_of(NULL, 0)));
    CHECK(wf_frame_property(&w, 0x80, wf_bytes_of(NULL, 0)));
    wf_frame_set_esv(&w, WF_ESV_SETGET_SNA);
    CHECK(is_hex(wf_bytes_of(bytes, out.len), "1081 0102 05ff01 029001 5e 01 80 01 30 02 b0 00 80 00"));
}

static void a_property_that_does_not_fit_leaves_the_frame_as_it_was(void) {
    const uint8_t edt[3] = {1, 2, 3};
    uint8_t bytes[18];
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    wf_frame_writer w = wf_edata_begin(&out, 0x05FF01, 0x029001, WF_ESV_SETC);
    CHECK(wf_frame_property(&w, 0x80, wf_bytes_of(edt, 3)));
    CHECK(!wf_frame_fits(&w, 4) && !wf_frame_property(&w, 0x81, wf_bytes_of(bytes, 4)));
    CHECK(wf_frame_fits(&w, 3) && wf_frame_property(&w, 0x82, wf_bytes_of(edt, 3)));
    CHECK(!wf_frame_property(&w, 0x83, wf_bytes_of(NULL, 0)) && !out.overflow);
    CHECK(is_hex(wf_bytes_of(bytes, out.len), "05ff01 029001 61 02 80 03 010203 82 03 010203"));
}

static void room_for_the_second_count_of_setget_is_kept(void) {
    uint8_t bytes[12];
    wf_writer out = wf_writer_of(bytes, 11);
    wf_frame_writer w = wf_edata_begin(&out, 0x05FF01, 0x029001, WF_ESV_SETGET);
    CHECK(wf_frame_property(&w, 0x80, wf_bytes_of(NULL, 0)));
    wf_frame_gets(&w);
    CHECK(is_hex(wf_bytes_of(bytes, out.len), "05ff01 029001 6e 01 80 00 00") && !out.overflow);
    out = wf_writer_of(bytes, 10);
    w = wf_edata_begin(&out, 0x05FF01, 0x029001, WF_ESV_SETGET);
    CHECK(!wf_frame_property(&w, 0x80, wf_bytes_of(NULL, 0)) && !out.overflow);
    out = wf_writer_of(bytes, 8);
    w = wf_edata_begin(&out, 0x05FF01, 0x029001, WF_ESV_SETGET);
    CHECK(out.overflow && !wf_frame_fits(&w, 0));
}

static void a_list_takes_255_properties_and_an_edt_255_bytes(void) {
    static uint8_t bytes[4096], edt[256];
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    wf_frame_writer w = wf_edata_begin(&out, 0x05FF01, 0x029001, WF_ESV_GET);
    CHECK(!wf_frame_property(&w, 0x80, wf_bytes_of(edt, 256)));
    CHECK(wf_frame_property(&w, 0x80, wf_bytes_of(edt, 255)));
    for (unsigned i = 1; i < 255; i++) {
        CHECK(wf_frame_property(&w, 0x80, wf_bytes_of(NULL, 0)));
    }
    CHECK(!wf_frame_property(&w, 0x80, wf_bytes_of(NULL, 0)));
    wf_frame frame;
    CHECK_OK(wf_edata_parse(&frame, wf_bytes_of(bytes, out.len)));
    CHECK(frame.list.count == 255 && frame.trailing.len == 0);
}

/* Writes again what was parsed: the canonical form of whatever came. */
static wf_bytes rewritten(uint8_t *bytes, size_t capacity, const wf_frame *frame) {
    wf_writer out = wf_writer_of(bytes, capacity);
    if (frame->ehd2 == WF_EHD2_ARBITRARY) {
        wf_frame_arbitrary(&out, frame->tid, frame->arbitrary);
        return wf_bytes_of(bytes, out.len);
    }
    wf_frame_writer w = wf_frame_begin(&out, frame->tid, frame->seoj, frame->deoj, frame->esv);
    wf_property property;
    for (size_t at = 0; wf_property_next(&frame->list, &at, &property);) {
        CHECK(wf_frame_property(&w, property.epc, property.edt));
    }
    if (wf_esv_has_two_lists(frame->esv)) {
        wf_frame_gets(&w);
        for (size_t at = 0; wf_property_next(&frame->gets, &at, &property);) {
            CHECK(wf_frame_property(&w, property.epc, property.edt));
        }
    }
    return wf_bytes_of(bytes, out.len);
}

/* A heap copy of the exact size, so that a sanitizer sees the first byte read too far. */
static void survive(const uint8_t *bytes, size_t len) {
    uint8_t again[FRAME_LEN], *exact = malloc(len > 0 ? len : 1);
    wf_frame frame;
    CHECK(exact != NULL);
    memcpy(exact, bytes, len);
    if (wf_frame_parse(&frame, wf_bytes_of(exact, len)) == WF_OK) {
        wf_bytes written = rewritten(again, sizeof again, &frame);
        CHECK(written.len + frame.trailing.len == len);
        CHECK(memcmp(written.at, exact, written.len) == 0);
    }
    free(exact);
}

static const char *const samples[] = {
    "1081 0001 05ff01 029001 6e 02 80 01 30 b0 01 42 02 80 00 b0 00",
    "1081 0009 0ef001 05ff01 72 04 d6 04 01013001 d7 03 010130 d3 03 000001 9f 11 1201000121202020200101010101030302",
    "1081 0004 013001 05ff01 51 03 80 00 b0 01 ff b3 00",
    "1081 0a4d 026004 05ff01 72 00",
    "1082 0102 11223344",
};

static void every_truncation_is_refused_or_reads_back_the_same(void) {
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        parsed p;
        parse(&p, samples[i]);
        for (size_t len = 0; len < p.len; len++) {
            survive(p.bytes, len);
            if (p.frame.ehd2 == WF_EHD2_SPECIFIED) {
                CHECK(wf_frame_parse(&p.frame, wf_bytes_of(p.bytes, len)) == WF_ERROR_FRAME);
                CHECK_OK(wf_frame_parse(&p.frame, wf_bytes_of(p.bytes, p.len)));
            }
        }
    }
}

static void every_change_of_one_byte_is_refused_or_reads_back_the_same(void) {
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        parsed p;
        parse(&p, samples[i]);
        for (size_t at = 0; at < p.len; at++) {
            const uint8_t kept = p.bytes[at];
            for (unsigned value = 0; value <= 0xFF; value++) {
                p.bytes[at] = (uint8_t)value;
                survive(p.bytes, p.len);
            }
            p.bytes[at] = kept;
        }
    }
}

static const check_case cases[] = {
    {"header_and_properties_are_read_in_order_with_duplicates",
     header_and_properties_are_read_in_order_with_duplicates},
    {"the_setget_family_has_two_lists", the_setget_family_has_two_lists},
    {"the_arbitrary_format_keeps_everything_after_the_tid", the_arbitrary_format_keeps_everything_after_the_tid},
    {"other_headers_are_no_frames", other_headers_are_no_frames},
    {"a_cut_property_makes_the_whole_frame_bad", a_cut_property_makes_the_whole_frame_bad},
    {"opc_0_parses_to_an_empty_list", opc_0_parses_to_an_empty_list},
    {"an_unknown_esv_parses_as_one_list", an_unknown_esv_parses_as_one_list},
    {"bytes_after_the_last_property_are_kept_aside", bytes_after_the_last_property_are_kept_aside},
    {"edata_alone_parses_as_a_frame_without_tid", edata_alone_parses_as_a_frame_without_tid},
    {"every_service_has_its_name_and_family", every_service_has_its_name_and_family},
    {"a_written_frame_has_its_counts_and_lists_in_place", a_written_frame_has_its_counts_and_lists_in_place},
    {"a_property_that_does_not_fit_leaves_the_frame_as_it_was",
     a_property_that_does_not_fit_leaves_the_frame_as_it_was},
    {"room_for_the_second_count_of_setget_is_kept", room_for_the_second_count_of_setget_is_kept},
    {"a_list_takes_255_properties_and_an_edt_255_bytes", a_list_takes_255_properties_and_an_edt_255_bytes},
    {"every_truncation_is_refused_or_reads_back_the_same", every_truncation_is_refused_or_reads_back_the_same},
    {"every_change_of_one_byte_is_refused_or_reads_back_the_same",
     every_change_of_one_byte_is_refused_or_reads_back_the_same},
};

CHECK_MAIN(cases)

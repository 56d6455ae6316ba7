#include <warifu/bytes.h>

#include "check.h"
#include "edhoc/cbor.h"
#include "hex.h"

static uint8_t buffer[4096];

static wf_bytes bytes_of(const char *hex) {
    return hex_bytes(buffer, sizeof buffer, hex);
}

static wf_reader reader_of(const char *hex) {
    return wf_reader_of(bytes_of(hex));
}

static bool refused(const char *hex) {
    return wf_cbor_check(bytes_of(hex)) == WF_ERROR_CBOR;
}

static bool taken(const char *hex) {
    return wf_cbor_check(bytes_of(hex)) == WF_OK;
}

typedef struct number {
    int64_t value;
    const char *hex;
} number;

/* RFC 8949 appendix A, and both sides of every border. */
static const number numbers[] = {
    {0, "00"},
    {1, "01"},
    {10, "0a"},
    {23, "17"},
    {24, "1818"},
    {25, "1819"},
    {100, "1864"},
    {255, "18ff"},
    {256, "190100"},
    {1000, "1903e8"},
    {65535, "19ffff"},
    {65536, "1a00010000"},
    {1000000, "1a000f4240"},
    {4294967295, "1affffffff"},
    {4294967296, "1b0000000100000000"},
    {1000000000000, "1b000000e8d4a51000"},
    {INT64_MAX, "1b7fffffffffffffff"},
    {-1, "20"},
    {-10, "29"},
    {-15, "2e"},
    {-24, "37"},
    {-25, "3818"},
    {-100, "3863"},
    {-256, "38ff"},
    {-257, "390100"},
    {-1000, "3903e7"},
    {-65537, "3a00010000"},
    {INT64_MIN, "3b7fffffffffffffff"},
};

static void integers_are_written_and_read_in_their_shortest_form(void) {
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        wf_reader r = reader_of(numbers[i].hex);
        CHECK(wf_cbor_read_int(&r) == numbers[i].value);
        CHECK_OK(wf_reader_finish(&r));
        uint8_t out[WF_CBOR_HEAD_LEN];
        wf_writer w = wf_writer_of(out, sizeof out);
        wf_cbor_write_int(&w, numbers[i].value);
        wf_bytes expected = bytes_of(numbers[i].hex);
        CHECK(wf_bytes_equal(wf_bytes_of(out, w.len), expected));
    }
}

static void integers_past_63_bits_are_refused_as_numbers_but_are_items(void) {
    static const char *const wide[] = {"1b8000000000000000", "1bffffffffffffffff", "3b8000000000000000",
                                       "3bffffffffffffffff"};
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        CHECK(taken(wide[i]));
        wf_reader r = reader_of(wide[i]);
        CHECK(wf_cbor_read_int(&r) == 0 && r.failed);
    }
}

static void longer_heads_than_needed_are_refused(void) {
    static const char *const longer[] = {
        "1800",
        "1817",
        "190000",
        "1900ff",
        "1a00000000",
        "1a0000ffff",
        "1b0000000000000000",
        "1b00000000ffffffff",
        "3817",
        "3900ff",
        "3a0000ffff",
        "5800",
        "580161",
        "59000161",
        "7800",
        "780161",
        "9800",
        "980100",
        "b800",
        "b8010000",
        "f800",
        "f814",
        "f818",
        "f81f",
    };
    for (size_t i = 0; i < sizeof longer / sizeof longer[0]; i++) {
        CHECK(refused(longer[i]));
    }
    wf_reader r = reader_of("1817");
    CHECK(wf_cbor_read_int(&r) == 0 && r.failed);
    r = reader_of("580161");
    CHECK(wf_cbor_read_bstr(&r).len == 0 && r.failed);
}

static void indefinite_lengths_tags_floats_and_reserved_heads_are_refused(void) {
    static const char *const outside[] = {"1c",
                                          "1f",
                                          "3c",
                                          "5f4100ff",
                                          "7f6161ff",
                                          "9f00ff",
                                          "9fff",
                                          "bf0000ff",
                                          "c000",
                                          "c249010000000000000000",
                                          "d818456449455446",
                                          "f90000",
                                          "fa47c35000",
                                          "fb3ff199999999999a",
                                          "fc",
                                          "ff",
                                          "dc",
                                          "9c",
                                          "bc"};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        CHECK(refused(outside[i]));
    }
}

static void simple_values_are_read(void) {
    CHECK(taken("f4") && taken("f5") && taken("f6") && taken("f7") && taken("e0") && taken("f820") && taken("f8ff"));
    wf_reader r = reader_of("f5f8ff");
    CHECK(wf_cbor_read_simple(&r) == WF_CBOR_TRUE);
    CHECK(wf_cbor_read_simple(&r) == 255);
    CHECK_OK(wf_reader_finish(&r));
}

static void strings_are_views_of_their_length(void) {
    wf_reader r = reader_of("40420102600061614401020304");
    CHECK(wf_cbor_read_bstr(&r).len == 0);
    wf_bytes two = wf_cbor_read_bstr(&r);
    CHECK(two.len == 2 && two.at[0] == 1 && two.at[1] == 2);
    CHECK(wf_cbor_read_tstr(&r).len == 0);
    CHECK(wf_cbor_read_int(&r) == 0);
    wf_bytes a = wf_cbor_read_tstr(&r);
    CHECK(a.len == 1 && a.at[0] == 'a');
    CHECK(wf_cbor_read_bstr(&r).len == 4);
    CHECK_OK(wf_reader_finish(&r));
}

static void the_wrong_type_fails_and_stays_failed(void) {
    wf_reader r = reader_of("416100");
    CHECK(wf_cbor_read_tstr(&r).len == 0);
    CHECK(r.failed);
    CHECK(wf_cbor_read_int(&r) == 0 && !wf_cbor_next_is(&r, WF_CBOR_UINT));
    r = reader_of("00");
    CHECK(wf_cbor_read_array(&r) == 0 && r.failed);
    r = reader_of("80");
    CHECK(wf_cbor_read_map(&r) == 0 && r.failed);
    r = reader_of("a101"); /* a pair takes two bytes at least */
    CHECK(wf_cbor_read_map(&r) == 0 && r.failed);
    r = reader_of("");
    CHECK(wf_cbor_read_int(&r) == 0 && r.failed);
    r = reader_of("01");
    CHECK(wf_cbor_read_simple(&r) == 0 && r.failed);
}

static void lengths_past_the_end_are_refused(void) {
    static const char *const cut[] = {"41",
                                      "420a",
                                      "5818",
                                      "6261",
                                      "81",
                                      "8201",
                                      "a1",
                                      "a101",
                                      "a20102",
                                      "18",
                                      "19ff",
                                      "1a00",
                                      "1b00",
                                      "5bffffffffffffffff",
                                      "9bffffffffffffffff",
                                      "bbffffffffffffffff",
                                      "bb8000000000000000",
                                      "f8"};
    for (size_t i = 0; i < sizeof cut / sizeof cut[0]; i++) {
        CHECK(refused(cut[i]));
    }
}

static void every_truncation_of_nested_data_is_refused(void) {
    /* {33: [h'0102', h'03'], 34: [-15, h'4142...'], "a": {1: true}} */
    wf_bytes whole = bytes_of("a318218242010241031822822e4841424344454647486161a101f5");
    CHECK_OK(wf_cbor_check(whole));
    for (size_t cut = 1; cut < whole.len; cut++) {
        CHECK(wf_cbor_check(wf_bytes_of(whole.at, cut)) == WF_ERROR_CBOR);
    }
}

static void map_keys_are_sorted_and_unique(void) {
    CHECK(taken("a201000200") && taken("a20100181800") && taken("a301002000610000"));
    CHECK(refused("a202000100") && refused("a220000100"));
    CHECK(refused("a201000100"));
    CHECK(taken("a281010082010200") && taken("a281020082010200") && refused("a282010200810100"));
    CHECK(refused("a101a202000100"));
    CHECK(refused("81a201000100"));
}

static void nesting_is_bounded(void) {
    CHECK(taken("8181818100"));
    CHECK(refused("818181818100"));
    CHECK(taken("8181818180"));
    CHECK(taken("a100a100a100a10000"));
    CHECK(refused("a100a100a100a100a10000"));
    memset(buffer, 0x81, sizeof buffer);
    CHECK(wf_cbor_check(wf_bytes_of(buffer, sizeof buffer)) == WF_ERROR_CBOR);
}

static void an_item_is_taken_whole_and_no_further(void) {
    wf_reader r = reader_of("a11822822e41010580820102");
    CHECK(wf_cbor_read_item(&r).len == 7);
    CHECK(wf_cbor_read_item(&r).len == 1);
    CHECK(wf_cbor_read_item(&r).len == 1);
    CHECK(wf_cbor_read_item(&r).len == 3);
    CHECK_OK(wf_reader_finish(&r));
    CHECK(wf_cbor_read_item(&r).len == 0 && r.failed);
}

static void text_is_utf_8(void) {
    static const char *const good[] = {"60",       "6161",       "62c3bc",     "63e6b0b4", "64f0908591",
                                       "62c280",   "62dfbf",     "63e0a080",   "63ed9fbf", "63ee8080",
                                       "63efbfbf", "64f0908080", "64f48fbfbf", "6100"};
    static const char *const bad[] = {"6180",     "61c3",     "62c080",     "62c1bf",     "63e08080",   "63e09fbf",
                                      "63eda080", "63edbfbf", "64f0808080", "64f08fbfbf", "64f4908080", "64f5808080",
                                      "61ff",     "62c3c3",   "63e6b041",   "63e6b0c0",   "64f0908541", "62e6b0"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        CHECK(taken(good[i]));
        wf_reader r = reader_of(good[i]);
        (void)wf_cbor_read_tstr(&r);
        CHECK_OK(wf_reader_finish(&r));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK(refused(bad[i]));
        wf_reader r = reader_of(bad[i]);
        CHECK(wf_cbor_read_tstr(&r).len == 0 && r.failed);
    }
}

static void strings_and_heads_are_written_deterministically(void) {
    static uint8_t out[512];
    static const uint8_t zeros[300] = {0};
    wf_writer w = wf_writer_of(out, sizeof out);
    wf_cbor_write_tstr(&w, "Signature1");
    wf_cbor_write_bstr(&w, wf_bytes_of(NULL, 0));
    wf_cbor_write_head(&w, WF_CBOR_MAP, 1);
    wf_cbor_write_int(&w, 33);
    wf_cbor_write_bstr(&w, wf_bytes_of(zeros, sizeof zeros));
    wf_cbor_write_head(&w, WF_CBOR_SIMPLE, WF_CBOR_TRUE);
    static const uint8_t start[] = {0x6A, 'S', 'i',  'g',  'n',  'a',  't',  'u',  'r',
                                    'e',  '1', 0x40, 0xA1, 0x18, 0x21, 0x59, 0x01, 0x2C};
    CHECK(memcmp(out, start, sizeof start) == 0);
    CHECK(w.len == sizeof start + sizeof zeros + 1 && out[w.len - 1] == 0xF5);
    CHECK_OK(wf_cbor_check(wf_bytes_of(out, w.len)));
}

static const check_case cases[] = {
    {"integers_are_written_and_read_in_their_shortest_form", integers_are_written_and_read_in_their_shortest_form},
    {"integers_past_63_bits_are_refused_as_numbers_but_are_items",
     integers_past_63_bits_are_refused_as_numbers_but_are_items},
    {"longer_heads_than_needed_are_refused", longer_heads_than_needed_are_refused},
    {"indefinite_lengths_tags_floats_and_reserved_heads_are_refused",
     indefinite_lengths_tags_floats_and_reserved_heads_are_refused},
    {"simple_values_are_read", simple_values_are_read},
    {"strings_are_views_of_their_length", strings_are_views_of_their_length},
    {"the_wrong_type_fails_and_stays_failed", the_wrong_type_fails_and_stays_failed},
    {"lengths_past_the_end_are_refused", lengths_past_the_end_are_refused},
    {"every_truncation_of_nested_data_is_refused", every_truncation_of_nested_data_is_refused},
    {"map_keys_are_sorted_and_unique", map_keys_are_sorted_and_unique},
    {"nesting_is_bounded", nesting_is_bounded},
    {"an_item_is_taken_whole_and_no_further", an_item_is_taken_whole_and_no_further},
    {"text_is_utf_8", text_is_utf_8},
    {"strings_and_heads_are_written_deterministically", strings_and_heads_are_written_deterministically},
};

CHECK_MAIN(cases)

#include "check.h"
#include "hex.h"
#include "pki/der.h"
#include <warifu/certificate.h>

/* X(rule, error, texts...): wf_der_check gives `error` for each of the texts. */
#define CHECKS(X)                                                                                              \
    X(definite_minimal_lengths_are_taken, OK, "0400", "040101", "30020500", "3000")                            \
    X(booleans_of_00_and_ff_are_taken, OK, "0101FF", "010100")                                                 \
    X(minimal_integers_are_taken, OK, "020100", "02017F", "02020080", "020180", "0202FF7F", "0A0101")          \
    X(bit_strings_padded_with_zeros_are_taken, OK, "030100", "03020780", "03020106", "030200FF")               \
    X(complete_object_identifiers_are_taken, OK, "0603551D0F", "06028837", "0604550F8100")                     \
    X(sets_in_order_are_taken, OK, "3106020101020102", "31030201FF", "3106020101020101")                       \
    X(context_tags_of_both_forms_are_taken, OK, "8000", "A0020500", "BE00", "9E00")                            \
    X(nothing_is_not_an_element, DER, "")                                                                      \
    X(an_element_cut_short_is_refused, DER, "04", "0402AA", "30030201", "3003020201", "0481", "048200")        \
    X(bytes_after_the_element_are_refused, DER, "050000", "05000500", "300205000500")                          \
    X(the_indefinite_length_is_refused, DER, "30800000", "308005000000", "24800401AA0000")                     \
    X(a_length_with_octets_to_spare_is_refused, DER, "048101AA", "04820001AA")                                 \
    X(lengths_of_three_octets_and_more_are_refused, DER, "0483000001AA", "048400000001AA", "04FF")             \
    X(tags_of_several_octets_are_refused, DER, "1F8100", "9F2000", "BF2000", "3F00")                           \
    X(end_of_contents_is_not_an_element, DER, "0000", "30020000")                                              \
    X(other_booleans_are_refused, DER, "010101", "010180", "0100", "01020000")                                 \
    X(padded_and_empty_integers_are_refused, DER, "0200", "0202007F", "0202FF80", "0A020001", "0A00")          \
    X(malformed_bit_strings_are_refused, DER, "0300", "030101", "03020880", "03020781", "030201FF")            \
    X(a_null_with_contents_is_refused, DER, "050100")                                                          \
    X(incomplete_and_padded_object_identifiers_are_refused, DER, "0600", "060181", "06025581", "060455801D03") \
    X(constructed_strings_are_refused, DER, "24030401AA", "2C030C0141", "2303030100", "21030101FF")            \
    X(primitive_sequences_and_sets_are_refused, DER, "1000", "1100", "10020500")                               \
    X(sets_out_of_order_are_refused, DER, "3106020102020101", "31050500020101")                                \
    X(faults_deep_inside_are_found, DER, "3005A003300105", "300430020502", "300630040202007F")

static void check_all(const char *const *texts, size_t count, wf_error expected) {
    for (size_t i = 0; i < count; i++) {
        uint8_t buffer[64];
        wf_bytes der = hex_bytes(buffer, sizeof buffer, texts[i]);
        if (wf_der_check(der) != expected) {
            fprintf(stderr, "%s: not %s\n", texts[i], wf_error_row_of(expected)->name);
            exit(1);
        }
    }
}

#define CHECK_CASE(rule, error, ...)                                        \
    static void rule(void) {                                                \
        static const char *const texts[] = {__VA_ARGS__};                   \
        check_all(texts, sizeof texts / sizeof texts[0], WF_ERROR_##error); \
    }
CHECKS(CHECK_CASE)

static void nesting_has_a_limit(void) {
    uint8_t deep[64];
    for (size_t depth = 1; depth <= sizeof deep / 2; depth++) {
        for (size_t i = 0; i < depth; i++) {
            deep[2 * i] = WF_DER_SEQUENCE;
            deep[2 * i + 1] = (uint8_t)(2 * (depth - 1 - i));
        }
        wf_error expected = depth < WF_DER_DEPTH ? WF_OK : WF_ERROR_DER;
        CHECK(wf_der_check(wf_bytes_of(deep, 2 * depth)) == expected);
    }
}

static void lengths_are_written_in_the_fewest_octets(void) {
    static const size_t lengths[] = {0, 1, 0x7F, 0x80, 0xFF, 0x100, 0x1234, 0xFFFF};
    static const uint8_t zeros[0xFFFF] = {0};
    static uint8_t out[0x10010];
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        wf_writer w = wf_writer_of(out, lengths[i] + (lengths[i] < 0x80 ? 2 : lengths[i] < 0x100 ? 3 : 4));
        wf_der_write(&w, WF_DER_OCTET_STRING, wf_bytes_of(zeros, lengths[i]));
        CHECK(!w.overflow && w.len == w.capacity);
        CHECK_OK(wf_der_check(wf_bytes_of(out, w.len)));
        wf_writer short_by_one = wf_writer_of(out, w.len - 1);
        wf_der_write(&short_by_one, WF_DER_OCTET_STRING, wf_bytes_of(zeros, lengths[i]));
        CHECK(short_by_one.overflow);
    }
}

static void an_element_beyond_three_length_octets_is_not_written(void) {
    static const uint8_t zeros[0x1000000] = {0};
    static uint8_t out[0x1000010];
    wf_writer w = wf_writer_of(out, sizeof out);
    wf_der_write(&w, WF_DER_OCTET_STRING, wf_bytes_of(zeros, sizeof zeros));
    CHECK(w.overflow);
}

static void nested_lengths_grow_inside_out(void) {
    uint8_t out[300];
    wf_writer w = wf_writer_of(out, sizeof out);
    size_t outer = wf_der_begin(&w, WF_DER_SEQUENCE);
    for (int i = 0; i < 2; i++) {
        size_t inner = wf_der_begin(&w, WF_DER_SEQUENCE);
        wf_der_write(&w, WF_DER_OCTET_STRING, wf_bytes_of(out, 125 + (size_t)i));
        wf_der_end(&w, inner);
    }
    wf_der_end(&w, outer);
    CHECK(!w.overflow && w.len == 4 + 129 + 131);
    CHECK_OK(wf_der_check(wf_bytes_of(out, w.len)));
}

static void integers_are_written_minimal_and_positive(void) {
    static const struct {
        const char *magnitude, *der;
    } rows[] = {{"", "020100"}, {"0000", "020100"}, {"7F", "02017F"}, {"80", "02020080"}, {"0000FF01", "020300FF01"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t a[8], b[8], out[8];
        wf_writer w = wf_writer_of(out, sizeof out);
        wf_der_write_unsigned(&w, hex_bytes(a, sizeof a, rows[i].magnitude));
        CHECK(wf_bytes_equal(wf_bytes_of(out, w.len), hex_bytes(b, sizeof b, rows[i].der)));
    }
}

/* Reads `text` (the contents) as a time of `tag`; *ok says whether it was one. */
static int64_t time_of(uint8_t tag, const char *text, bool *ok) {
    uint8_t der[40];
    wf_writer w = wf_writer_of(der, sizeof der);
    wf_der_write(&w, tag, wf_bytes_of((const uint8_t *)text, strlen(text)));
    wf_reader r = wf_reader_of(wf_bytes_of(der, w.len));
    int64_t seconds = wf_der_read_time(&r);
    *ok = wf_reader_finish(&r) == WF_OK;
    return seconds;
}

static void times_become_seconds_since_1970(void) {
    static const struct {
        uint8_t tag;
        const char *text;
        int64_t seconds;
    } rows[] = {
        {WF_DER_UTC_TIME, "700101000000Z", 0},
        {WF_DER_UTC_TIME, "691231235959Z", -1},
        {WF_DER_UTC_TIME, "500101000000Z", WF_DER_TIME_MIN},
        {WF_DER_UTC_TIME, "491231235959Z", INT64_C(2524607999)},
        {WF_DER_UTC_TIME, "000229120000Z", INT64_C(951825600)},
        {WF_DER_UTC_TIME, "240229235959Z", INT64_C(1709251199)},
        {WF_DER_GENERALIZED_TIME, "20500101000000Z", INT64_C(2524608000)},
        {WF_DER_GENERALIZED_TIME, "24000229000000Z", INT64_C(13574563200)},
        {WF_DER_GENERALIZED_TIME, "99991231235959Z", WF_DER_TIME_MAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool ok;
        CHECK(time_of(rows[i].tag, rows[i].text, &ok) == rows[i].seconds && ok);
    }
}

/* X(rule, tag, texts...): none of them is a time. */
#define BAD_TIMES(X)                                                                                                   \
    X(a_time_without_seconds_is_refused, UTC_TIME, "2001010000Z", "20010100Z")                                         \
    X(a_time_in_another_zone_is_refused, UTC_TIME, "200101000000+0900", "200101000000", "2001010000+0000", "")         \
    X(days_that_no_calendar_has_are_refused, UTC_TIME, "230229000000Z", "200001000000Z", "201301000000Z",              \
      "200100000000Z", "200132000000Z", "200431000000Z", "190229000000Z")                                              \
    X(hours_minutes_and_seconds_past_the_end_are_refused, UTC_TIME, "200101240000Z", "200101006000Z", "200101000060Z") \
    X(anything_but_digits_is_refused, UTC_TIME, "20010100000aZ", "2001010000 0Z", "-10101000000Z", "200101000000z",    \
      "200101000000ZZ", "20200101000000Z")                                                                             \
    X(fractions_of_a_second_are_refused, GENERALIZED_TIME, "20500101000000.5Z", "20500101000000.0Z")                   \
    X(a_generalized_time_before_2050_is_refused, GENERALIZED_TIME, "20491231235959Z", "19700101000000Z",               \
      "00000101000000Z", "500101000000Z")                                                                              \
    X(a_century_without_a_leap_day_is_known, GENERALIZED_TIME, "21000229000000Z")                                      \
    X(another_type_is_no_time, PRINTABLE_STRING, "700101000000Z", "20500101000000Z")

static void refuse_times(uint8_t tag, const char *const *texts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        bool ok;
        CHECK(time_of(tag, texts[i], &ok) == 0 && !ok);
    }
}

#define BAD_TIME_CASE(rule, tag, ...)                                      \
    static void rule(void) {                                               \
        static const char *const texts[] = {__VA_ARGS__};                  \
        refuse_times(WF_DER_##tag, texts, sizeof texts / sizeof texts[0]); \
    }
BAD_TIMES(BAD_TIME_CASE)

static void every_day_is_written_as_it_is_read(void) {
    uint8_t out[32];
    for (int64_t seconds = WF_DER_TIME_MIN; seconds <= WF_DER_TIME_MAX - 90061; seconds += 90061) {
        wf_writer w = wf_writer_of(out, sizeof out);
        wf_der_write_time(&w, seconds);
        wf_reader r = wf_reader_of(wf_bytes_of(out, w.len));
        CHECK(wf_der_read_time(&r) == seconds);
        CHECK_OK(wf_reader_finish(&r));
    }
}

static void a_time_outside_the_span_is_not_written(void) {
    static const int64_t outside[] = {WF_DER_TIME_MIN - 1, WF_DER_TIME_MAX + 1, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        uint8_t out[32];
        wf_writer w = wf_writer_of(out, sizeof out);
        wf_der_write_time(&w, outside[i]);
        CHECK(w.overflow);
    }
}

static void named_bits_end_with_a_one(void) {
    static const struct {
        const char *der;
        unsigned bits;
        bool ok;
    } rows[] = {{"03020780", 1, true},    {"03020106", 0x60, true}, {"0303070080", 0x100, true},
                {"030100", 0, true},      {"03020680", 0, false},   {"030200F0", 0, false},
                {"0303008000", 0, false}, {"03020700", 0, false},   {"030400800001", 0, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t buffer[8];
        wf_reader r = wf_reader_of(hex_bytes(buffer, sizeof buffer, rows[i].der));
        CHECK(wf_der_read_named_bits(&r) == rows[i].bits);
        CHECK((wf_reader_finish(&r) == WF_OK) == rows[i].ok);
    }
}

static void a_reader_that_failed_inside_fails_outside(void) {
    uint8_t buffer[16];
    wf_reader outer = wf_reader_of(hex_bytes(buffer, sizeof buffer, "30030201010500"));
    wf_reader inner = wf_der_enter(&outer, WF_DER_SEQUENCE);
    CHECK(!wf_der_read_boolean(&inner));
    wf_der_leave(&outer, &inner);
    CHECK(outer.failed);
}

static void what_is_left_inside_fails_outside(void) {
    uint8_t buffer[16];
    wf_reader outer = wf_reader_of(hex_bytes(buffer, sizeof buffer, "30060201010201020500"));
    wf_reader inner = wf_der_enter(&outer, WF_DER_SEQUENCE);
    CHECK(wf_der_read_small(&inner, WF_DER_INTEGER) == 1);
    wf_der_leave(&outer, &inner);
    CHECK(outer.failed);
}

/* --- ECDSA-Sig-Value ------------------------------------------------------------------------------------------- */

#define HALF "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF"
#define HALF_DER \
    "021F"       \
    "112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF"
#define HIGH "FF112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF"
#define HIGH_DER "022100" HIGH

static void a_signature_goes_to_der_and_back(void) {
    static const char *const rows[][2] = {{HALF HIGH, "3044" HALF_DER HIGH_DER},
                                          {HIGH HIGH, "3046" HIGH_DER HIGH_DER},
                                          {HALF HALF, "3042" HALF_DER HALF_DER}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t raw_buffer[64], der_buffer[72], back[64], out[72];
        wf_bytes raw = hex_bytes(raw_buffer, sizeof raw_buffer, rows[i][0]);
        wf_bytes der = hex_bytes(der_buffer, sizeof der_buffer, rows[i][1]);
        wf_writer w = wf_writer_of(out, der.len);
        CHECK_OK(wf_signature_to_der(&w, raw.at));
        CHECK(wf_bytes_equal(wf_bytes_of(out, w.len), der));
        CHECK_OK(wf_signature_from_der(back, der));
        CHECK(memcmp(back, raw.at, sizeof back) == 0);
    }
}

static void a_signature_that_does_not_fit_is_not_written(void) {
    uint8_t raw[64] = {1}, out[38];
    wf_writer w = wf_writer_of(out, sizeof out);
    CHECK(wf_signature_to_der(&w, raw) == WF_ERROR_TOO_SMALL);
}

/* X(rule, texts...): none of them is an ECDSA-Sig-Value. */
#define BAD_SIGNATURES(X)                                                                          \
    X(a_signature_with_a_negative_number_is_refused, "3006020180020101", "3006020101020180")       \
    X(a_signature_with_a_padded_number_is_refused, "300702020001020101", "300702010102020001")     \
    X(a_signature_with_bytes_after_it_is_refused, "300602010102010100", "3009020101020101020101")  \
    X(a_signature_with_a_length_to_spare_is_refused, "308106020101020101", "30800201010201010000") \
    X(a_signature_with_one_number_is_refused, "3003020101", "3000", "", "30")                      \
    X(a_signature_with_a_number_of_33_bytes_is_refused, "3026022101" HALF "020101")

static void refuse_signatures(const char *const *texts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint8_t buffer[80], signature[64];
        memset(signature, 0xAA, sizeof signature);
        CHECK(wf_signature_from_der(signature, hex_bytes(buffer, sizeof buffer, texts[i])) == WF_ERROR_DER);
        for (size_t k = 0; k < sizeof signature; k++) {
            CHECK(signature[k] == 0);
        }
    }
}

#define BAD_SIGNATURE_CASE(rule, ...)                             \
    static void rule(void) {                                      \
        static const char *const texts[] = {__VA_ARGS__};         \
        refuse_signatures(texts, sizeof texts / sizeof texts[0]); \
    }
BAD_SIGNATURES(BAD_SIGNATURE_CASE)

/* The same lists again, as rows; the plain cases follow. */
#define ROW(rule, ...) {#rule, rule},
#define CASE(rule) \
    { #rule, rule }
// clang-format off
static const check_case cases[] = {
    CHECKS(ROW)
    BAD_TIMES(ROW)
    BAD_SIGNATURES(ROW)
    CASE(nesting_has_a_limit),
    CASE(lengths_are_written_in_the_fewest_octets),
    CASE(an_element_beyond_three_length_octets_is_not_written),
    CASE(nested_lengths_grow_inside_out),
    CASE(integers_are_written_minimal_and_positive),
    CASE(times_become_seconds_since_1970),
    CASE(every_day_is_written_as_it_is_read),
    CASE(a_time_outside_the_span_is_not_written),
    CASE(named_bits_end_with_a_one),
    CASE(a_reader_that_failed_inside_fails_outside),
    CASE(what_is_left_inside_fails_outside),
    CASE(a_signature_goes_to_der_and_back),
    CASE(a_signature_that_does_not_fit_is_not_written),
};
// clang-format on

CHECK_MAIN(cases)

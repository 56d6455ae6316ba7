#include "check.h"
#include <warifu/bytes.h>

static void a_reader_never_passes_the_end_and_stays_failed(void) {
    const uint8_t data[] = {1, 2, 3};
    wf_reader r = wf_reader_of(wf_bytes_of(data, sizeof data));
    CHECK(wf_read_u16(&r) == 0x0102);
    CHECK(wf_read_u16(&r) == 0);
    CHECK(wf_read_u8(&r) == 0);
    CHECK(wf_reader_finish(&r) == WF_ERROR_TRUNCATED);
}

static void a_reader_reports_bytes_left_over(void) {
    const uint8_t data[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    wf_reader r = wf_reader_of(wf_bytes_of(data, sizeof data));
    CHECK(wf_read_u64(&r) == 0x0102030405060708);
    CHECK(wf_reader_finish(&r) == WF_ERROR_TRAILING);
    CHECK(wf_read_rest(&r).len == 1);
    CHECK_OK(wf_reader_finish(&r));
}

static void a_failed_copy_leaves_zeros(void) {
    const uint8_t data[] = {1, 2};
    uint8_t out[4] = {9, 9, 9, 9};
    wf_reader r = wf_reader_of(wf_bytes_of(data, sizeof data));
    wf_read_copy(&r, out, sizeof out);
    CHECK(out[0] == 0 && out[3] == 0);
}

static void a_writer_that_overflows_gives_nothing(void) {
    uint8_t out[3];
    size_t len = 99;
    wf_writer w = wf_writer_of(out, sizeof out);
    wf_write_u16(&w, 0x0102);
    wf_write_u32(&w, 1);
    wf_write_u8(&w, 3);
    CHECK(wf_writer_finish(&w, &len) == WF_ERROR_TOO_SMALL);
    CHECK(len == 0);
}

static void secrets_compare_equal_only_when_every_byte_is(void) {
    uint8_t a[32] = {0}, b[32] = {0};
    CHECK(wf_equal_secret(a, b, sizeof a));
    for (size_t i = 0; i < sizeof a; i++) {
        b[i] = 0x80;
        CHECK(!wf_equal_secret(a, b, sizeof a));
        b[i] = 0;
    }
    wf_wipe(a, sizeof a);
    CHECK(a[0] == 0 && a[31] == 0);
}

static void every_error_has_a_row_of_its_own_with_a_next_step(void) {
    unsigned count = 0;
    for (const wf_error_row *row; (row = wf_error_at(count)) != NULL; count++) {
        CHECK(wf_error_row_of(row->code) == row);
        CHECK(row->code == WF_OK || strlen(row->next) > 0);
        CHECK(strlen(row->what) > 0 && strlen(row->what) < 80);
    }
    CHECK(count > 40);
    CHECK(wf_error_row_of((wf_error)99)->code == WF_ERROR_STATE);
}

static const check_case cases[] = {
    {"a_reader_never_passes_the_end_and_stays_failed", a_reader_never_passes_the_end_and_stays_failed},
    {"a_reader_reports_bytes_left_over", a_reader_reports_bytes_left_over},
    {"a_failed_copy_leaves_zeros", a_failed_copy_leaves_zeros},
    {"a_writer_that_overflows_gives_nothing", a_writer_that_overflows_gives_nothing},
    {"secrets_compare_equal_only_when_every_byte_is", secrets_compare_equal_only_when_every_byte_is},
    {"every_error_has_a_row_of_its_own_with_a_next_step", every_error_has_a_row_of_its_own_with_a_next_step},
};

CHECK_MAIN(cases)

/* QR codes for terminals: what is drawn, and what is refused. That they say the right thing is judged by a decoder, in
 * tests/python/test_qr.py. */
#include <warifu/qr.h>

#include "check.h"

static size_t lines_of(const char *drawing) {
    size_t count = 0;
    for (; *drawing != '\0'; drawing++) {
        count += *drawing == '\n';
    }
    return count;
}

static char *draw(const char *text, unsigned flags) {
    char *drawing;
    CHECK_OK(wf_qr_draw(&drawing, text, flags));
    CHECK(drawing != NULL);
    return drawing;
}

static void ascii_has_a_line_for_each_row_and_blocks_one_for_two(void) {
    char *ascii = draw("WARIFU", WF_QR_ASCII), *blocks = draw("WARIFU", 0);
    CHECK(lines_of(ascii) == 21 + 8); /* version 1 and the quiet zone */
    CHECK(lines_of(blocks) == 15);
    CHECK(strlen(ascii) == 29 * (2 * 29 + 1));
    CHECK(strspn(ascii, "# \n") == strlen(ascii));
    wf_qr_free(ascii);
    wf_qr_free(blocks);
}

static void inverted_is_drawn_what_else_is_left_blank(void) {
    char *light = draw("WARIFU", WF_QR_ASCII), *dark = draw("WARIFU", WF_QR_ASCII | WF_QR_INVERT);
    CHECK(strlen(light) == strlen(dark));
    for (size_t i = 0; light[i] != '\0'; i++) {
        CHECK(light[i] == '\n' ? dark[i] == '\n' : (light[i] == '#') != (dark[i] == '#'));
    }
    wf_qr_free(light);
    wf_qr_free(dark);
}

static void the_longest_text_fits_and_one_byte_more_does_not(void) {
    static char text[WF_QR_TEXT_LEN + 2];
    char *drawing;
    memset(text, 'a', sizeof text - 1);
    CHECK(wf_qr_draw(&drawing, text, 0) == WF_ERROR_ARGUMENT);
    CHECK(drawing == NULL);
    text[WF_QR_TEXT_LEN] = '\0';
    drawing = draw(text, WF_QR_ASCII);
    CHECK(lines_of(drawing) == 177 + 8);
    wf_qr_free(drawing);
}

static void an_empty_text_and_unknown_flags_are_refused(void) {
    char *drawing;
    CHECK(wf_qr_draw(&drawing, "", 0) == WF_ERROR_ARGUMENT);
    CHECK(drawing == NULL);
    CHECK(wf_qr_draw(&drawing, "WARIFU", 4) == WF_ERROR_ARGUMENT);
    CHECK(drawing == NULL);
    wf_qr_free(NULL);
}

static const check_case cases[] = {
    {"ascii_has_a_line_for_each_row_and_blocks_one_for_two", ascii_has_a_line_for_each_row_and_blocks_one_for_two},
    {"inverted_is_drawn_what_else_is_left_blank", inverted_is_drawn_what_else_is_left_blank},
    {"the_longest_text_fits_and_one_byte_more_does_not", the_longest_text_fits_and_one_byte_more_does_not},
    {"an_empty_text_and_unknown_flags_are_refused", an_empty_text_and_unknown_flags_are_refused},
};

CHECK_MAIN(cases)

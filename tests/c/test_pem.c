#include "check.h"
#include <warifu/pem.h>

enum { ROOM = 256 };

#define BLOCK(label, text) "-----BEGIN " label "-----\n" text "\n-----END " label "-----\n"
static const char list[] = BLOCK("X509 CRL", "MAMCAQc=");
static const uint8_t der[] = {0x30, 0x03, 0x02, 0x01, 0x07};

static wf_error read_text(wf_bytes *out, uint8_t room[static ROOM], size_t len, const char *text) {
    wf_writer writer = wf_writer_of(room, len);
    return wf_pem_or_der(out, &writer, "X509 CRL", wf_bytes_of((const uint8_t *)text, strlen(text)));
}

static void der_is_given_back_as_it_is(void) {
    uint8_t room[ROOM];
    wf_writer writer = wf_writer_of(room, sizeof room);
    wf_bytes out;
    CHECK_OK(wf_pem_or_der(&out, &writer, "X509 CRL", wf_bytes_of(der, sizeof der)));
    CHECK(out.at == der && out.len == sizeof der && writer.len == 0);
}

static void pem_is_decoded_into_room_of_its_length(void) {
    uint8_t room[ROOM];
    wf_bytes out;
    CHECK_OK(read_text(&out, room, strlen(list), list));
    CHECK(out.len == sizeof der && memcmp(out.at, der, sizeof der) == 0);
}

static void blocks_of_other_labels_are_passed_over(void) {
    char text[ROOM];
    uint8_t room[ROOM];
    wf_bytes out;
    snprintf(text, sizeof text, "%sa list:\n%s", BLOCK("CERTIFICATE", "MAMCAQg="), list);
    CHECK_OK(read_text(&out, room, sizeof room, text));
    CHECK(out.len == sizeof der && memcmp(out.at, der, sizeof der) == 0);
}

static void a_text_without_such_a_block_is_refused(void) {
    static const char *const texts[] = {"", "nothing", BLOCK("CERTIFICATE", "MAMCAQg="), BLOCK("X509 CRL", "MAMC*Qc=")};
    uint8_t room[ROOM];
    wf_bytes out;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        CHECK(read_text(&out, room, sizeof room, texts[i]) == WF_ERROR_PEM);
    }
}

static void what_does_not_fit_is_too_small(void) {
    uint8_t room[ROOM];
    wf_bytes out;
    CHECK(read_text(&out, room, sizeof der - 1, list) == WF_ERROR_TOO_SMALL);
}

static const check_case cases[] = {
    {"der_is_given_back_as_it_is", der_is_given_back_as_it_is},
    {"pem_is_decoded_into_room_of_its_length", pem_is_decoded_into_room_of_its_length},
    {"blocks_of_other_labels_are_passed_over", blocks_of_other_labels_are_passed_over},
    {"a_text_without_such_a_block_is_refused", a_text_without_such_a_block_is_refused},
    {"what_does_not_fit_is_too_small", what_does_not_fit_is_too_small},
};

CHECK_MAIN(cases)

#include "check.h"
#include "hex.h"
#include <warifu/datagram.h>
#include <warifu/decode.h>

static const char *decoded(const char *hex, wf_decode_form form) {
    static char text[WF_DECODE_LEN];
    uint8_t bytes[WF_DATAGRAM_LEN];
    wf_decode(text, sizeof text, wf_dictionary_builtin(), hex_bytes(bytes, sizeof bytes, hex), form);
    return text;
}

static void check_line(const char *hex, const char *wanted) {
    const char *text = decoded(hex, WF_DECODE_LINE);
    if (strcmp(text, wanted) != 0) {
        fprintf(stderr, "got    %s\nwanted %s\n", text, wanted);
    }
    CHECK(strcmp(text, wanted) == 0);
}

static void a_property_has_its_name_and_its_value_where_the_dictionary_knows_them(void) {
    check_line("10810001 013001 05FF01 72 03 B3011A 800131 FF0101",
               "[0001] Get_Res 013001 -> 05FF01: B3=1A (targetTemperature 26 Celsius) 80=31 (operationStatus false) "
               "FF=01");
    check_line("10810001 05FF01 013001 61 01 B30199", "[0001] SetC 05FF01 -> 013001: B3=99 (targetTemperature)");
}

static void both_lists_and_what_follows_are_told_apart(void) {
    check_line("10810001 05FF01 013001 6E 01 800130 02 BB00 B300 FFFF",
               "[0001] SetGet 05FF01 -> 013001: 80=30 (operationStatus true) get BB (roomTemperature) B3 "
               "(targetTemperature) (then 2 bytes: FFFF)");
    CHECK(strcmp(decoded("10810001 05FF01 013001 6E 01 800130 01 BB00", WF_DECODE_LINES),
                 "ECHONET Lite, TID 0001: 05FF01 -> 013001 SetGet (6E)\n  set 80=30 (operationStatus true)\n"
                 "  get BB (roomTemperature)") == 0);
}

#define KEY16 "000102030405060708090A0B0C0D0E0F"

static void every_type_of_device_authentication_is_known(void) {
    check_line("10820A01 10 0000000000", "[0A01] DA hello");
    check_line("10820A01 11 350300B400",
               "[0A01] DA hello_answer: device, unpaired, demands its code, demands a root, suite 3, suite 2, window "
               "open for 180 s");
    check_line("10820A01 12 00 00035820", "[0A01] DA message_1: 4 bytes of EDHOC");
    check_line("10820A01 12 0A" KEY16 "0003",
               "[0A01] DA message_1: tag of the set-up code " KEY16 ", 2 bytes of EDHOC");
    check_line("10820A01 12 06" KEY16 "0003",
               "[0A01] DA message_1: tag of a peer that was called " KEY16 ", 2 bytes of EDHOC");
    check_line("10820A01 12 03" KEY16 KEY16 "00",
               "[0A01] DA message_1: cookie " KEY16 ", tag of a peer " KEY16 ", 1 bytes of EDHOC");
    check_line("10820A01 13" KEY16, "[0A01] DA retry: cookie " KEY16);
    check_line("10820A01 14 5902", "[0A01] DA message_2: 2 bytes of EDHOC");
    check_line("10820A01 15 2C 5902", "[0A01] DA message_3: C_R 2C, 2 bytes of EDHOC");
    check_line("10820A01 16 5083", "[0A01] DA message_4: 2 bytes of EDHOC");
    check_line("10820A01 17 01 64 42555359", "[0A01] DA edhoc_error: says BUSY, 6 bytes of EDHOC");
    check_line("10820A01 17 02 82 03 02", "[0A01] DA edhoc_error: no common suite, 4 bytes of EDHOC");
    check_line("10820A01 17 03 F5", "[0A01] DA edhoc_error: credential not known, 2 bytes of EDHOC");
    check_line("10820A01 18 12 2C 0100" KEY16 "FF",
               "[0A01] DA request: kid 2C, PIV 256, 17 bytes of ciphertext and tag");
    check_line("10820A01 19 21 1A2B 00" KEY16 "FF",
               "[0A01] DA answer: kid 1A2B, PIV 0, 17 bytes of ciphertext and tag");
    check_line(
        "10820A01 1A 010203040000 11 00 05" KEY16 "FF" KEY16 KEY16 KEY16 KEY16,
        "[0A01] DA group: gid 010203040000, kid 00, PIV 5, 17 bytes of ciphertext and tag, 64 bytes of encrypted "
        "signature");
    check_line("10820A01 1B 0102030405060708 1112131415161718" KEY16 "000000000000000000000000000000000000000000000000",
               "[0A01] DA wake: tag " KEY16 ", hint 0102030405060708, nonce 1112131415161718");
}

static void what_is_none_is_said(void) {
    check_line("", "no ECHONET Lite frame, 0 bytes: ");
    check_line("1081", "no ECHONET Lite frame, 2 bytes: 1081");
    check_line("10820001 FFEE", "[0001] arbitrary format, 2 bytes: FFEE");
    check_line("10810001 05FF01 013001 64 01 8000", "[0001] ESV 64 05FF01 -> 013001: 80 (operationStatus)");
}

static void an_errors_text_has_no_control_characters(void) {
    check_line("10820A01 17 01 64 1B5B330A", "[0A01] DA edhoc_error: says ?[3?, 6 bytes of EDHOC");
}

static void what_does_not_fit_is_cut_and_says_so(void) {
    uint8_t bytes[32];
    const wf_bytes frame = hex_bytes(bytes, sizeof bytes, "10810001 05FF01 013001 62 02 8000 B300");
    const char *whole = decoded("10810001 05FF01 013001 62 02 8000 B300", WF_DECODE_LINE);
    for (size_t size = 1; size <= strlen(whole); size++) {
        char text[128];
        memset(text, 'x', sizeof text);
        wf_decode(text, size, wf_dictionary_builtin(), frame, WF_DECODE_LINE);
        CHECK(strlen(text) < size && text[size] == 'x');
        CHECK(size < 4 || strcmp(text + strlen(text) - 3, "...") == 0);
    }
}

static void without_a_dictionary_there_are_codes(void) {
    char text[128];
    uint8_t bytes[32];
    wf_decode_edata(text, sizeof text, NULL, hex_bytes(bytes, sizeof bytes, "013001 05FF01 73 01 800130"));
    CHECK(strcmp(text, "INF 013001 -> 05FF01: 80=30") == 0);
    wf_decode_edata(text, sizeof text, NULL, hex_bytes(bytes, sizeof bytes, "0130"));
    CHECK(strcmp(text, "no EDATA, 2 bytes: 0130") == 0);
}

static const check_case cases[] = {
    {"a_property_has_its_name_and_its_value_where_the_dictionary_knows_them",
     a_property_has_its_name_and_its_value_where_the_dictionary_knows_them},
    {"both_lists_and_what_follows_are_told_apart", both_lists_and_what_follows_are_told_apart},
    {"every_type_of_device_authentication_is_known", every_type_of_device_authentication_is_known},
    {"what_is_none_is_said", what_is_none_is_said},
    {"an_errors_text_has_no_control_characters", an_errors_text_has_no_control_characters},
    {"what_does_not_fit_is_cut_and_says_so", what_does_not_fit_is_cut_and_says_so},
    {"without_a_dictionary_there_are_codes", without_a_dictionary_there_are_codes},
};

CHECK_MAIN(cases)

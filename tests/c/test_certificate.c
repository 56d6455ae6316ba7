#include "pki_kit.h"

#define FAKE_SIGNATURE \
    "030900"           \
    "3006020101020101"

static wf_error parse(wf_certificate *out, const kit_recipe *recipe) {
    static kit_certificate cooked; /* the parsed views point into it */
    kit_recipe r = *recipe;
    r.signature = r.signature == NULL ? FAKE_SIGNATURE : r.signature;
    kit_cook(&cooked, &r, 3, 1);
    return wf_certificate_parse(out, cooked.der);
}

/* X(rule, error, edits...): the good recipe `r` of an end certificate with these edits gives this error. */

#define REFUSED(X)                                                                                                \
    X(version_1_is_refused, CERTIFICATE, r.version = "", r.extensions[0] = NULL)                                  \
    X(version_2_is_refused, CERTIFICATE, r.version = "A003020101")                                                \
    X(version_4_is_refused, CERTIFICATE, r.version = "A003020103")                                                \
    X(the_default_version_spelt_out_is_refused, CERTIFICATE, r.version = "A003020100", r.extensions[0] = NULL)    \
    X(serial_zero_is_refused, CERTIFICATE, r.serial = "020100")                                                   \
    X(a_negative_serial_is_refused, CERTIFICATE, r.serial = "0201FF")                                             \
    X(a_serial_of_21_octets_is_refused, CERTIFICATE, r.serial = "021501" ZEROS_20)                                \
    X(a_serial_of_20_octets_and_a_sign_octet_is_refused, CERTIFICATE, r.serial = "021500FF" ZEROS_19)             \
    X(a_padded_serial_is_refused, DER, r.serial = "02020001")                                                     \
    X(another_algorithm_inside_is_refused, CERTIFICATE, r.inner = ECDSA_SHA384)                                   \
    X(another_algorithm_outside_is_refused, CERTIFICATE, r.outer = ECDSA_SHA384)                                  \
    X(another_algorithm_on_both_sides_is_refused, CERTIFICATE, r.inner = ECDSA_SHA384, r.outer = ECDSA_SHA384)    \
    X(null_parameters_of_the_algorithm_are_refused, CERTIFICATE, r.inner = ECDSA_NULL, r.outer = ECDSA_NULL)      \
    X(an_empty_issuer_is_refused, CERTIFICATE, r.issuer = "3000")                                                 \
    X(an_empty_set_in_a_name_is_refused, CERTIFICATE, r.issuer = "30023100")                                      \
    X(an_attribute_without_a_value_is_refused, CERTIFICATE,                                                       \
      r.issuer = "300931073005"                                                                                   \
                 "0603550403")                                                                                    \
    X(an_attribute_of_three_parts_is_refused, CERTIFICATE,                                                        \
      r.issuer = "300F310D300B"                                                                                   \
                 "0603550403"                                                                                     \
                 "0C0141"                                                                                         \
                 "0C0141")                                                                                        \
    X(a_name_that_is_no_sequence_of_sets_is_refused, CERTIFICATE,                                                 \
      r.subject = "300930070603550403"                                                                            \
                  "0500")                                                                                         \
    X(a_ca_name_that_is_no_sequence_of_sets_is_refused, CERTIFICATE, r = kit_ca_recipe(), r.subject = "30020500") \
    X(an_empty_subject_without_a_critical_alternative_is_refused, CERTIFICATE, r.subject = "3000")                \
    X(an_empty_subject_with_an_alternative_not_critical_is_refused, CERTIFICATE, r.subject = "3000",              \
      r.extensions[1] = ALT_NAME)                                                                                 \
    X(a_critical_alternative_beside_a_subject_is_refused, CERTIFICATE, r.extensions[1] = ALT_NAME_CRITICAL)       \
    X(an_alternative_name_of_no_names_is_refused, CERTIFICATE, r.extensions[1] = "551D11:3000")                   \
    X(an_alternative_name_of_another_type_is_refused, CERTIFICATE, r.extensions[1] = "551D11:30020500")           \
    X(an_alternative_name_of_an_unknown_form_is_refused, CERTIFICATE, r.extensions[1] = "551D11:30028900")        \
    X(a_lower_case_number_is_refused, CERTIFICATE,                                                                \
      r.subject = "302D"                                                                                          \
                  "312B3029"                                                                                      \
                  "0603550405"                                                                                    \
                  "1322"                                                                                          \
                  "66" DIGITS_33)                                                                                 \
    X(a_number_with_other_signs_is_refused, CERTIFICATE,                                                          \
      r.subject = "302D"                                                                                          \
                  "312B3029"                                                                                      \
                  "0603550405"                                                                                    \
                  "1322"                                                                                          \
                  "2F" DIGITS_33)                                                                                 \
    X(a_number_of_33_digits_is_refused, CERTIFICATE,                                                              \
      r.subject = "302C"                                                                                          \
                  "312A3028"                                                                                      \
                  "0603550405"                                                                                    \
                  "1321" DIGITS_33)                                                                               \
    X(a_number_of_35_digits_is_refused, CERTIFICATE,                                                              \
      r.subject = "302E"                                                                                          \
                  "312C302A"                                                                                      \
                  "0603550405"                                                                                    \
                  "1323"                                                                                          \
                  "4141" DIGITS_33)                                                                               \
    X(a_number_in_utf8_is_refused, CERTIFICATE,                                                                   \
      r.subject = "302D"                                                                                          \
                  "312B3029"                                                                                      \
                  "0603550405"                                                                                    \
                  "0C22" KIT_DIGITS)                                                                              \
    X(two_numbers_are_refused, CERTIFICATE, r.subject = "305A" KIT_NUMBER_SET KIT_NUMBER_SET)                     \
    X(two_numbers_in_one_set_are_refused, CERTIFICATE,                                                            \
      r.subject = "3058"                                                                                          \
                  "3156"                                                                                          \
                  "3029"                                                                                          \
                  "0603550405"                                                                                    \
                  "1322" KIT_DIGITS "3029"                                                                        \
                  "0603550405"                                                                                    \
                  "1322" KIT_DIGITS)                                                                              \
    X(an_end_before_the_beginning_is_refused, CERTIFICATE, r.validity = "301E" T_2026 T_2025)                     \
    X(a_date_outside_the_calendar_is_refused, CERTIFICATE,                                                        \
      r.validity = "301E" T_2025 "170D3236303233303030303030305A")                                                \
    X(a_time_without_seconds_is_refused, CERTIFICATE, r.validity = "301C" T_2025 "170B323630323238303030305A")    \
    X(a_time_with_an_offset_is_refused, CERTIFICATE,                                                              \
      r.validity = "3022" T_2025 "1711323630323238303030302B30393030"                                             \
                   "3030")                                                                                        \
    X(a_generalized_time_for_2026_is_refused, CERTIFICATE,                                                        \
      r.validity = "3020" T_2025 "180F32303236303130313030303030305A")                                            \
    X(a_third_time_is_refused, CERTIFICATE, r.validity = "302D" T_2025 T_2026 T_2026)                             \
    X(an_rsa_key_is_refused, CERTIFICATE, r.key_algorithm = "300D06092A864886F70D0101010500")                     \
    X(another_curve_is_refused, CERTIFICATE, r.key_algorithm = "301006072A8648CE3D020106052B81040022")            \
    X(explicit_curve_parameters_are_refused, CERTIFICATE, r.key_algorithm = "300E06072A8648CE3D02013003020101")   \
    X(a_curve_left_out_is_refused, CERTIFICATE, r.key_algorithm = "300906072A8648CE3D0201")                       \
    X(a_compressed_point_is_refused, CERTIFICATE, r.key_bits = "03220002" ZEROS_32)                               \
    X(a_hybrid_point_is_refused, CERTIFICATE, r.key_bits = "03420006" ZEROS_32 ZEROS_32)                          \
    X(a_point_at_infinity_is_refused, CERTIFICATE, r.key_bits = "03020000")                                       \
    X(a_point_off_the_curve_is_refused, POINT, r.key_bits = "03420004" ZEROS_32 ZEROS_32)                         \
    X(a_point_with_unused_bits_is_refused, CERTIFICATE, r.key_bits = "03420104" ZEROS_32 ZEROS_32)                \
    X(an_issuer_unique_id_is_refused, CERTIFICATE, r.unique_ids = "81020001")                                     \
    X(a_subject_unique_id_is_refused, CERTIFICATE, r.unique_ids = "82020001")                                     \
    X(an_empty_extensions_field_is_refused, CERTIFICATE, r.unique_ids = "A300", r.extensions[0] = NULL)           \
    X(a_list_of_no_extensions_is_refused, CERTIFICATE, r.unique_ids = "A3023000", r.extensions[0] = NULL)         \
    X(something_after_the_list_of_extensions_is_refused, CERTIFICATE,                                             \
      r.unique_ids = "A312"                                                                                       \
                     "300E" EXTENSION "0500",                                                                     \
      r.extensions[0] = NULL)                                                                                     \
    X(two_extension_fields_are_refused, CERTIFICATE,                                                              \
      r.unique_ids = "A310"                                                                                       \
                     "300E" EXTENSION)                                                                            \
    X(an_unknown_critical_extension_is_refused, CERTIFICATE, r.extensions[2] = KIT_UNKNOWN_CRITICAL)              \
    X(name_constraints_without_force_are_refused, CERTIFICATE, r.extensions[2] = "551D1E:3000")                   \
    X(policy_constraints_without_force_are_refused, CERTIFICATE, r.extensions[2] = "551D24:3000")                 \
    X(an_inhibited_policy_without_force_is_refused, CERTIFICATE, r.extensions[2] = "551D36:020100")               \
    X(a_known_extension_twice_is_refused, CERTIFICATE, r.extensions[2] = KIT_USAGE_END)                           \
    X(an_unknown_extension_twice_is_refused, CERTIFICATE, r.extensions[2] = KIT_UNKNOWN,                          \
      r.extensions[3] = KIT_UNKNOWN)                                                                              \
    X(the_default_critical_flag_spelt_out_is_refused, CERTIFICATE,                                                \
      r.extensions[2] = "=300F"                                                                                   \
                        "06032A0304"                                                                              \
                        "010100"                                                                                  \
                        "0405"                                                                                    \
                        "0403010203")                                                                             \
    X(an_extension_without_a_value_is_refused, CERTIFICATE,                                                       \
      r.extensions[2] = "=3005"                                                                                   \
                        "06032A0304")                                                                             \
    X(an_extension_with_something_after_its_value_is_refused, CERTIFICATE,                                        \
      r.extensions[2] = "=300B"                                                                                   \
                        "06032A0304"                                                                              \
                        "04020500"                                                                                \
                        "0500")                                                                                   \
    X(a_value_that_is_not_der_is_refused, DER, r.extensions[0] = "551D0F!:03030780")                              \
    X(a_value_with_bytes_after_it_is_refused, DER, r.extensions[0] = "551D0F!:0302078000")                        \
    X(a_usage_without_bits_is_refused, CERTIFICATE, r.extensions[0] = "551D0F!:030100")                           \
    X(a_usage_with_zero_bits_at_its_end_is_refused, CERTIFICATE, r.extensions[0] = "551D0F!:03020680")            \
    X(a_usage_with_ten_bits_is_refused, CERTIFICATE, r.extensions[0] = "551D0F!:0303068040")                      \
    X(signing_certificates_without_being_a_ca_is_refused, CERTIFICATE, r.extensions[0] = KIT_USAGE_CA)            \
    X(no_purpose_at_all_is_refused, CERTIFICATE, r.extensions[2] = "551D25:3000")                                 \
    X(an_empty_subject_key_id_is_refused, CERTIFICATE, r.extensions[2] = "551D0E:0400")                           \
    X(a_critical_subject_key_id_is_refused, CERTIFICATE, r.extensions[2] = "551D0E!:0402AABB")                    \
    X(a_critical_authority_key_id_is_refused, CERTIFICATE, r.extensions[2] = "551D23!:30048002AABB")              \
    X(an_authority_key_id_without_an_id_is_refused, CERTIFICATE, r.extensions[2] = "551D23:3000")                 \
    X(an_empty_authority_key_id_is_refused, CERTIFICATE, r.extensions[2] = "551D23:30028000")                     \
    X(an_authority_serial_number_is_refused, CERTIFICATE,                                                         \
      r.extensions[2] = "551D23:3007"                                                                             \
                        "8002AABB"                                                                                \
                        "820101")                                                                                 \
    X(role_0_is_refused, CERTIFICATE, r.extensions[1] = KIT_ROLE("0A0100"))                                       \
    X(role_3_is_refused, CERTIFICATE, r.extensions[1] = KIT_ROLE("0A0103"))                                       \
    X(a_role_as_integer_is_refused, CERTIFICATE, r.extensions[1] = KIT_ROLE("020101"))                            \
    X(a_critical_role_is_refused, CERTIFICATE, r.extensions[1] = KIT_ROLE_OID "!:0A0101")                         \
    X(a_role_of_a_ca_is_refused, CERTIFICATE, r = kit_ca_recipe(), r.extensions[2] = KIT_DEVICE)                  \
    X(a_ca_with_a_false_flag_spelt_out_is_refused, CERTIFICATE, r.extensions[2] = "551D13!:3003010100")           \
    X(a_ca_flag_that_is_not_critical_is_refused, CERTIFICATE, r = kit_ca_recipe(),                                \
      r.extensions[0] = "551D13:30030101FF")                                                                      \
    X(a_path_length_without_a_ca_is_refused, CERTIFICATE, r.extensions[2] = "551D13!:3003020100")                 \
    X(a_path_length_without_key_cert_sign_is_refused, CERTIFICATE, r = kit_ca_recipe(),                           \
      r.extensions[0] = KIT_IS_CA_PATH("00"), r.extensions[1] = "551D0F!:03020102")                               \
    X(a_path_length_without_a_usage_is_refused, CERTIFICATE, r = kit_ca_recipe(),                                 \
      r.extensions[0] = KIT_IS_CA_PATH("00"), r.extensions[1] = NULL)                                             \
    X(a_path_length_of_256_is_refused, CERTIFICATE, r = kit_ca_recipe(),                                          \
      r.extensions[0] = "551D13!:30070101FF02020100")                                                             \
    X(an_empty_subject_of_a_ca_is_refused, CERTIFICATE, r = kit_ca_recipe(), r.subject = "3000",                  \
      r.extensions[2] = ALT_NAME_CRITICAL)                                                                        \
    X(a_signature_that_is_not_der_is_refused, DER,                                                                \
      r.signature = "030A00"                                                                                      \
                    "300702020001020101")                                                                         \
    X(a_signature_with_unused_bits_is_refused, CERTIFICATE,                                                       \
      r.signature = "030901"                                                                                      \
                    "3006020101020102")                                                                           \
    X(a_fourth_field_of_the_certificate_is_refused, CERTIFICATE, r.signature = FAKE_SIGNATURE "0500")

#define ZEROS_16 "00000000000000000000000000000000"
#define ZEROS_19 ZEROS_16 "000000"
#define ZEROS_20 ZEROS_16 "00000000"
#define ZEROS_32 ZEROS_16 ZEROS_16
#define DIGITS_33 "453030303037373031303230333034303530363037303830393041304230433044"
#define ECDSA_SHA384 "300A06082A8648CE3D040303"
#define ECDSA_NULL "300C06082A8648CE3D0403020500"
#define T_2025 "170D3235303130313030303030305A"
#define T_2026 "170D3236303130313030303030305A"
#define EXTENSION \
    "300C"        \
    "06032A0304"  \
    "0405"        \
    "0403010203"
#define ALT_NAME "551D11:3003820161"
#define ALT_NAME_CRITICAL "551D11!:3003820161"

static void refuse(const kit_recipe *r, wf_error expected) {
    static const wf_certificate nothing = {0};
    wf_certificate out;
    wf_error error = parse(&out, r);
    if (error != expected) {
        fprintf(stderr, "%s instead of %s\n", wf_error_row_of(error)->name, wf_error_row_of(expected)->name);
        exit(1);
    }
    CHECK(out.der.at == nothing.der.at && out.public_key[0] == 0 && out.serial.len == 0);
}

#define REFUSED_CASE(rule, error, ...)   \
    static void rule(void) {             \
        kit_recipe r = kit_end_recipe(); \
        (void)(__VA_ARGS__);             \
        refuse(&r, WF_ERROR_##error);    \
    }
REFUSED(REFUSED_CASE)

/* --- taken ------------------------------------------------------------------------------------------------------- */

static wf_certificate take(const kit_recipe *r) {
    wf_certificate out;
    CHECK_OK(parse(&out, r));
    return out;
}

static bool is_hex(wf_bytes bytes, const char *text) {
    uint8_t buffer[128];
    return wf_bytes_equal(bytes, hex_bytes(buffer, sizeof buffer, text));
}

static void the_fields_of_a_device_certificate_are_read(void) {
    kit_recipe r = kit_end_recipe();
    wf_certificate c = take(&r);
    const wf_p256_key key = kit_key(3);
    CHECK(is_hex(c.serial, "1234") && is_hex(c.issuer, KIT_ROOT_NAME) && is_hex(c.subject, KIT_END_NAME));
    CHECK(c.not_before == INT64_C(1735689600) && c.not_after == INT64_C(1767225600));
    CHECK(memcmp(c.public_key, key.public_key, sizeof c.public_key) == 0);
    CHECK(c.signature[31] == 1 && c.signature[63] == 1);
    CHECK(!c.is_ca && c.path_len == -1);
    CHECK(c.has_usage && c.usage == WF_USAGE_DIGITAL_SIGNATURE && !c.has_purposes);
    CHECK(c.has_number && memcmp(c.number, kit_number, sizeof kit_number) == 0 && c.role == WF_ROLE_DEVICE);
    CHECK(c.subject_key_id.len == 0 && c.authority_key_id.len == 0);
    CHECK(c.tbs.at == c.der.at + 4 && c.tbs.len > 250);
}

static void the_fields_of_a_ca_certificate_are_read(void) {
    kit_recipe r = kit_ca_recipe();
    r.extensions[0] = KIT_IS_CA_PATH("03");
    r.extensions[2] = "551D0E:0402AABB";
    r.extensions[3] = "551D23:30048002CCDD";
    wf_certificate c = take(&r);
    CHECK(c.is_ca && c.path_len == 3 && c.usage == (WF_USAGE_KEY_CERT_SIGN | WF_USAGE_CRL_SIGN));
    CHECK(is_hex(c.subject_key_id, "AABB") && is_hex(c.authority_key_id, "CCDD"));
    CHECK(!c.has_number && c.role == WF_ROLE_NONE);
}

static void the_controller_role_is_read(void) {
    kit_recipe r = kit_end_recipe();
    r.extensions[1] = KIT_ROLE("0A0102");
    CHECK(take(&r).role == WF_ROLE_CONTROLLER);
}

static void a_certificate_without_extensions_has_no_role(void) {
    kit_recipe r = kit_end_recipe();
    r.extensions[0] = NULL;
    wf_certificate c = take(&r);
    CHECK(c.role == WF_ROLE_NONE && !c.has_usage && !c.is_ca && c.has_number);
}

static void a_serial_number_of_a_ca_is_a_name_like_any_other(void) {
    kit_recipe r = kit_ca_recipe();
    r.subject = "300E"
                "310C300A"
                "0603550405"
                "1303313233";
    CHECK(!take(&r).has_number);
}

static void purposes_are_read_and_unknown_ones_skipped(void) {
    kit_recipe r = kit_end_recipe();
    r.extensions[2] = "551D25:301E"
                      "06082B06010505070301"
                      "06082B06010505070304"
                      "0604551D2500"
                      "06022A03";
    wf_certificate c = take(&r);
    CHECK(c.has_purposes && c.purposes == (WF_PURPOSE_SERVER_AUTH | WF_PURPOSE_ANY));
}

static void unknown_extensions_are_passed_over_whatever_they_hold(void) {
    kit_recipe r = kit_end_recipe();
    r.extensions[2] = "2A0304:";
    r.extensions[3] = "2A0305:FFFF";
    CHECK(take(&r).role == WF_ROLE_DEVICE);
}

static void sixteen_extensions_are_the_most(void) {
    static const char *const more[] = {"2A0301:", "2A0302:", "2A0303:", "2A0304:", "2A0305:", "2A0306:", "2A0307:",
                                       "2A0308:", "2A0309:", "2A030A:", "2A030B:", "2A030C:", "2A030D:", "2A030E:"};
    kit_recipe r = kit_end_recipe();
    memcpy(&r.extensions[2], more, sizeof more);
    (void)take(&r);
    r.extensions[16] = "2A030F:";
    refuse(&r, WF_ERROR_CERTIFICATE);
}

static void an_alternative_name_not_critical_is_passed_over(void) {
    kit_recipe r = kit_end_recipe();
    r.extensions[2] = ALT_NAME;
    CHECK(take(&r).has_number);
}

static void an_empty_subject_beside_a_critical_alternative_is_taken(void) {
    kit_recipe r = kit_end_recipe();
    r.subject = "3000";
    r.extensions[2] = ALT_NAME_CRITICAL;
    CHECK(!take(&r).has_number);
}

static void a_serial_of_twenty_octets_is_taken(void) {
    kit_recipe r = kit_end_recipe();
    r.serial = "021401" ZEROS_19;
    CHECK(take(&r).serial.len == 20);
    r.serial = "021400FF" ZEROS_16 "0000";
    CHECK(take(&r).serial.len == 19);
}

static void the_last_day_of_9999_is_taken(void) {
    kit_recipe r = kit_end_recipe();
    r.validity = "3020" T_2025 "180F39393939313233313233353935395A";
    CHECK(take(&r).not_after == INT64_C(253402300799));
}

static void the_fingerprint_is_the_hash_of_the_whole(void) {
    static const uint8_t abc[] = {'a', 'b', 'c'};
    uint8_t hash[WF_HASH_LEN];
    (void)kit_drbg();
    CHECK_OK(wf_certificate_fingerprint(hash, wf_bytes_of(abc, sizeof abc)));
    CHECK(is_hex(wf_bytes_of(hash, sizeof hash), "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"));
}

/* --- survived ---------------------------------------------------------------------------------------------------- */

/* A copy of the exact size on the heap, so that a sanitizer sees the first byte too many. */
static wf_error parse_copy(const uint8_t *at, size_t len) {
    uint8_t *copy = malloc(len > 0 ? len : 1);
    wf_certificate out;
    CHECK(copy != NULL);
    memcpy(copy, at, len);
    wf_error error = wf_certificate_parse(&out, wf_bytes_of(copy, len));
    free(copy);
    return error;
}

static void every_truncation_is_refused(void) {
    kit_certificate root, device;
    kit_issue(&root, kit_ca_order("Root"), 1, NULL);
    kit_issue(&device, kit_end_order(WF_ROLE_DEVICE), 3, &root);
    for (size_t len = 0; len < device.der.len; len++) {
        CHECK(parse_copy(device.buffer, len) == WF_ERROR_DER);
    }
}

static void a_byte_too_many_is_refused(void) {
    kit_certificate root;
    kit_issue(&root, kit_ca_order("Root"), 1, NULL);
    root.buffer[root.der.len] = 0;
    CHECK(parse_copy(root.buffer, root.der.len + 1) == WF_ERROR_DER);
}

static void every_change_of_one_byte_is_survived(void) {
    kit_certificate root, device;
    kit_issue(&root, kit_ca_order("Root"), 1, NULL);
    kit_issue(&device, kit_end_order(WF_ROLE_DEVICE), 3, &root);
    size_t refused = 0;
    for (size_t i = 0; i < device.der.len; i++) {
        for (unsigned change = 1; change < 256; change++) {
            device.buffer[i] ^= (uint8_t)change;
            wf_error error = parse_copy(device.buffer, device.der.len);
            CHECK(error == WF_OK || error == WF_ERROR_DER || error == WF_ERROR_CERTIFICATE || error == WF_ERROR_POINT);
            refused += error != WF_OK;
            device.buffer[i] ^= (uint8_t)change;
        }
    }
    CHECK(refused > device.der.len * 255 / 2);
    CHECK_OK(parse_copy(device.buffer, device.der.len));
}

/* --- issued ------------------------------------------------------------------------------------------------------ */

static void a_device_certificate_has_all_that_the_profile_asks(void) {
    kit_certificate root, device;
    kit_issue(&root, kit_ca_order("Warifu Example Root"), 1, NULL);
    wf_certificate_order order = kit_end_order(WF_ROLE_DEVICE);
    memset(order.serial, 0xA5, sizeof order.serial);
    kit_issue(&device, order, 3, &root);
    const wf_certificate *c = &device.parsed;
    CHECK(c->role == WF_ROLE_DEVICE && c->has_number && memcmp(c->number, kit_number, sizeof kit_number) == 0);
    CHECK(c->has_usage && c->usage == WF_USAGE_DIGITAL_SIGNATURE && !c->is_ca);
    CHECK(c->subject_key_id.len == 20 && wf_bytes_equal(c->authority_key_id, root.parsed.subject_key_id));
    CHECK(wf_bytes_equal(c->issuer, root.parsed.subject) && c->serial.len == 16);
    CHECK(c->not_before == order.not_before && c->not_after == order.not_after);
    CHECK(device.der.len >= 400 && device.der.len <= 480);
}

static void a_number_alone_names_a_device(void) {
    kit_certificate root, device;
    kit_issue(&root, kit_ca_order("Root"), 1, NULL);
    wf_certificate_order order = kit_end_order(WF_ROLE_CONTROLLER);
    order.common_name = NULL;
    kit_issue(&device, order, 3, &root);
    CHECK(is_hex(device.parsed.subject, KIT_END_NAME) && device.parsed.role == WF_ROLE_CONTROLLER);
}

static void a_self_signed_certificate_names_itself(void) {
    kit_certificate root;
    wf_certificate_order order = kit_ca_order("Root");
    order.path_len = 0;
    kit_issue(&root, order, 1, NULL);
    CHECK(wf_bytes_equal(root.parsed.issuer, root.parsed.subject));
    CHECK(root.parsed.is_ca && root.parsed.path_len == 0 && root.parsed.authority_key_id.len == 0);
}

static void an_issuer_without_a_key_id_gets_the_computed_one(void) {
    kit_certificate bare, device, root;
    kit_recipe r = kit_ca_recipe();
    kit_cook(&bare, &r, 1, 1);
    CHECK_OK(wf_certificate_parse(&bare.parsed, bare.der));
    kit_issue(&root, kit_ca_order("Root"), 1, NULL);
    kit_issue(&device, kit_end_order(WF_ROLE_DEVICE), 3, &bare);
    CHECK(wf_bytes_equal(device.parsed.authority_key_id, root.parsed.subject_key_id));
}

/* X(rule, edits...): this order under the good issuer `root` is refused. */
#define BAD_ORDERS(X)                                                                             \
    X(an_order_without_a_role_is_refused, order.role = WF_ROLE_NONE)                              \
    X(an_order_of_an_unknown_role_is_refused, order.role = (wf_role)3)                            \
    X(an_order_without_a_number_is_refused, order.number = NULL)                                  \
    X(an_order_of_a_ca_with_a_role_is_refused, order = ca, order.role = WF_ROLE_DEVICE)           \
    X(an_order_of_a_ca_with_a_number_is_refused, order = ca, order.number = kit_number)           \
    X(an_order_of_a_ca_without_a_name_is_refused, order = ca, order.common_name = NULL)           \
    X(an_order_with_a_path_length_of_256_is_refused, order = ca, order.path_len = 256)            \
    X(an_order_with_a_path_length_below_none_is_refused, order = ca, order.path_len = -2)         \
    X(an_order_of_serial_zero_is_refused, memset(order.serial, 0, sizeof order.serial))           \
    X(an_order_that_ends_before_it_begins_is_refused, order.not_after = order.not_before - 1)     \
    X(an_order_before_1950_is_refused, order.not_before = WF_DER_TIME_MIN - 1)                    \
    X(an_order_after_9999_is_refused, order.not_after = WF_DER_TIME_MAX + 1)                      \
    X(an_order_with_an_empty_name_is_refused, order.common_name = "")                             \
    X(an_order_with_a_control_character_is_refused, order.common_name = "a\nb")                   \
    X(an_order_with_a_delete_character_is_refused, order.common_name = "\x7F")                    \
    X(an_order_with_an_overlong_form_is_refused, order.common_name = "\xC1\x81")                  \
    X(an_order_with_a_surrogate_is_refused, order.common_name = "\xED\xA0\x80")                   \
    X(an_order_with_a_name_cut_short_is_refused, order.common_name = "a\xE3\x81")                 \
    X(an_order_with_a_code_past_the_end_is_refused, order.common_name = "\xF4\x90\x80\x80")       \
    X(an_order_with_a_stray_continuation_is_refused, order.common_name = "\x80")                  \
    X(an_order_with_a_name_of_65_bytes_is_refused, order.common_name = NAME_64 "x")               \
    X(an_order_that_becomes_longer_than_512_bytes_is_refused, order.common_name = NAME_64,        \
      memset(order.serial, 0xFF, sizeof order.serial))                                            \
    X(an_issuer_with_another_key_is_refused, root.key = kit_key(9))                               \
    X(an_issuer_that_is_no_ca_is_refused, root.parsed.is_ca = false)                              \
    X(an_issuer_that_may_not_sign_certificates_is_refused, root.parsed.usage = WF_USAGE_CRL_SIGN) \
    X(a_ca_under_a_path_length_of_0_is_refused, order = ca, root.parsed.path_len = 0)

#define NAME_64 "0123456789012345678901234567890123456789012345678901234567890123"

#define BAD_ORDER_CASE(rule, ...)                                   \
    static void rule(void) {                                        \
        kit_certificate root;                                       \
        const wf_certificate_order ca = kit_ca_order("Test CA");    \
        wf_certificate_order order = kit_end_order(WF_ROLE_DEVICE); \
        kit_issue(&root, kit_ca_order(NAME_64), 1, NULL);           \
        (void)(__VA_ARGS__);                                        \
        (void)ca;                                                   \
        refuse_order(order, &root);                                 \
    }

static void refuse_order(wf_certificate_order order, const kit_certificate *issuer) {
    uint8_t out[KIT_LEN];
    wf_writer w = wf_writer_of(out, sizeof out);
    const wf_p256_key subject = kit_key(3);
    order.public_key = subject.public_key;
    CHECK(wf_certificate_issue(&w, &order, &issuer->parsed, wf_signer_of(&issuer->key), kit_drbg()) ==
          WF_ERROR_ARGUMENT);
    CHECK(w.len == 0 && !w.overflow);
}
BAD_ORDERS(BAD_ORDER_CASE)

static void names_of_every_plane_are_written(void) {
    kit_certificate root;
    kit_issue(&root, kit_ca_order("r\xC3\xA9 \xE5\x89\xB2\xE7\xAC\xA6 \xF0\x9F\x8F\xA0"), 1, NULL);
    CHECK(root.parsed.subject.len == 2 + 2 + 2 + 5 + 2 + 15);
}

static void a_certificate_that_does_not_fit_is_not_written(void) {
    kit_certificate root;
    uint8_t out[KIT_LEN];
    kit_issue(&root, kit_ca_order("Root"), 1, NULL);
    wf_certificate_order order = kit_ca_order("Root");
    order.public_key = root.key.public_key;
    for (size_t room = 0; room < 300; room += 50) {
        wf_writer w = wf_writer_of(out, room);
        CHECK(wf_certificate_issue(&w, &order, NULL, wf_signer_of(&root.key), kit_drbg()) == WF_ERROR_TOO_SMALL);
        CHECK(w.len == 0);
    }
}

static void a_key_off_the_curve_is_not_certified(void) {
    kit_certificate root;
    uint8_t out[KIT_LEN], nowhere[WF_P256_PUBLIC_LEN] = {0};
    wf_writer w = wf_writer_of(out, sizeof out);
    kit_issue(&root, kit_ca_order("Root"), 1, NULL);
    wf_certificate_order order = kit_end_order(WF_ROLE_DEVICE);
    order.public_key = nowhere;
    CHECK(wf_certificate_issue(&w, &order, &root.parsed, wf_signer_of(&root.key), kit_drbg()) == WF_ERROR_POINT);
}

#define ROW(rule, ...) {#rule, rule},
#define CASE(rule) \
    { #rule, rule }
// clang-format off
static const check_case cases[] = {
    REFUSED(ROW)
    BAD_ORDERS(ROW)
    CASE(the_fields_of_a_device_certificate_are_read),
    CASE(the_fields_of_a_ca_certificate_are_read),
    CASE(the_controller_role_is_read),
    CASE(a_certificate_without_extensions_has_no_role),
    CASE(a_serial_number_of_a_ca_is_a_name_like_any_other),
    CASE(purposes_are_read_and_unknown_ones_skipped),
    CASE(unknown_extensions_are_passed_over_whatever_they_hold),
    CASE(sixteen_extensions_are_the_most),
    CASE(an_alternative_name_not_critical_is_passed_over),
    CASE(an_empty_subject_beside_a_critical_alternative_is_taken),
    CASE(a_serial_of_twenty_octets_is_taken),
    CASE(the_last_day_of_9999_is_taken),
    CASE(the_fingerprint_is_the_hash_of_the_whole),
    CASE(every_truncation_is_refused),
    CASE(a_byte_too_many_is_refused),
    CASE(every_change_of_one_byte_is_survived),
    CASE(a_device_certificate_has_all_that_the_profile_asks),
    CASE(a_number_alone_names_a_device),
    CASE(a_self_signed_certificate_names_itself),
    CASE(an_issuer_without_a_key_id_gets_the_computed_one),
    CASE(names_of_every_plane_are_written),
    CASE(a_certificate_that_does_not_fit_is_not_written),
    CASE(a_key_off_the_curve_is_not_certified),
};
// clang-format on

CHECK_MAIN(cases)

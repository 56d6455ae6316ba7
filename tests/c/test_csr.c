#include "pki_kit.h"
#include <warifu/csr.h>

static void expect(wf_error error, wf_error expected) {
    if (error != expected) {
        fprintf(stderr, "%s instead of %s\n", wf_error_row_of(error)->name, wf_error_row_of(expected)->name);
        exit(1);
    }
}

static wf_bytes write(uint8_t buffer[static KIT_LEN], const wf_csr_order *order) {
    const wf_p256_key key = kit_key(3);
    wf_writer w = wf_writer_of(buffer, KIT_LEN);
    CHECK_OK(wf_csr_write(&w, order, wf_signer_of(&key), kit_drbg()));
    return wf_bytes_of(buffer, w.len);
}

static const wf_csr_order good = {.common_name = "lamp", .number = kit_number, .role = WF_ROLE_DEVICE};

static void what_was_asked_is_read(void) {
    uint8_t buffer[KIT_LEN];
    wf_csr r;
    CHECK_OK(wf_csr_parse(&r, write(buffer, &good)));
    CHECK(wf_bytes_equal(r.common_name, wf_bytes_of((const uint8_t *)"lamp", 4)));
    CHECK(r.has_number && memcmp(r.number, kit_number, sizeof kit_number) == 0);
    CHECK(r.role == WF_ROLE_DEVICE && !r.asks_ca);
    const wf_p256_key key = kit_key(3);
    CHECK(memcmp(r.public_key, key.public_key, sizeof key.public_key) == 0);
}

static void a_request_may_ask_for_little(void) {
    uint8_t buffer[KIT_LEN];
    wf_csr r;
    const wf_csr_order named = {.common_name = "Maker CA"}, numbered = {.number = kit_number};
    CHECK_OK(wf_csr_parse(&r, write(buffer, &named)));
    CHECK(!r.has_number && r.role == WF_ROLE_NONE && r.common_name.len == 8);
    CHECK_OK(wf_csr_parse(&r, write(buffer, &numbered)));
    CHECK(r.has_number && r.role == WF_ROLE_NONE && r.common_name.len == 0);
}

static void every_byte_counts(void) {
    static const wf_csr nothing;
    uint8_t buffer[KIT_LEN];
    wf_csr r;
    wf_bytes der = write(buffer, &good);
    for (size_t i = 0; i < der.len; i++) {
        buffer[i] ^= (uint8_t)(1u << i % 8);
        CHECK(wf_csr_parse(&r, der) != WF_OK);
        CHECK(memcmp(&r, &nothing, sizeof r) == 0);
        buffer[i] ^= (uint8_t)(1u << i % 8);
    }
    CHECK_OK(wf_csr_parse(&r, der));
}

static void a_request_cut_anywhere_is_refused(void) {
    uint8_t buffer[KIT_LEN];
    wf_csr r;
    wf_bytes der = write(buffer, &good);
    for (size_t len = 0; len < der.len; len++) {
        expect(wf_csr_parse(&r, wf_bytes_of(der.at, len)), WF_ERROR_DER);
    }
    expect(wf_csr_parse(&r, wf_bytes_of(der.at, der.len + 1)), WF_ERROR_DER);
}

static void an_order_outside_the_profile_is_refused(void) {
    static const wf_csr_order wrong[] = {
        {.role = WF_ROLE_DEVICE},
        {.common_name = ""},
        {.common_name = "a\nb"},
        {.common_name = "lamp", .role = (wf_role)3},
    };
    const wf_p256_key key = kit_key(3);
    uint8_t buffer[KIT_LEN];
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        wf_writer w = wf_writer_of(buffer, sizeof buffer);
        expect(wf_csr_write(&w, &wrong[i], wf_signer_of(&key), kit_drbg()), WF_ERROR_ARGUMENT);
        CHECK(w.len == 0);
    }
    wf_writer w = wf_writer_of(buffer, sizeof buffer);
    expect(wf_csr_write(&w, &good, (wf_signer){0}, kit_drbg()), WF_ERROR_ARGUMENT);
}

static void a_request_that_does_not_fit_is_not_written(void) {
    const wf_p256_key key = kit_key(3);
    uint8_t buffer[KIT_LEN];
    size_t len = write(buffer, &good).len;
    for (size_t room = 0; room + 3 < len; room += 11) {
        wf_writer w = wf_writer_of(buffer, room);
        expect(wf_csr_write(&w, &good, wf_signer_of(&key), kit_drbg()), WF_ERROR_TOO_SMALL);
        CHECK(w.len == 0 && !w.overflow);
    }
}

/* --- forms outside the profile ----------------------------------------------------------------------------------- */

typedef struct recipe {
    const char *version, *subject, *key_algorithm, *key_bits, *attributes, *algorithm, *after;
    uint8_t signer;
} recipe;

#define EXTENSION_REQUEST "06092A864886F70D01090E"
#define CHALLENGE            \
    "3014"                   \
    "06092A864886F70D010907" \
    "3107"                   \
    "0C0561626364"           \
    "65"

static wf_error read_recipe(const recipe *r) {
    static uint8_t buffer[2048];
    const wf_p256_key key = kit_key(3), signer = kit_key(r->signer);
    const kit_recipe key_recipe = {.key_algorithm = r->key_algorithm, .key_bits = r->key_bits};
    wf_writer w = wf_writer_of(buffer, sizeof buffer);
    size_t request = wf_der_begin(&w, WF_DER_SEQUENCE), info = wf_der_begin(&w, WF_DER_SEQUENCE);
    hex_write(&w, r->version);
    hex_write(&w, r->subject);
    kit_write_key(&w, &key_recipe, &key);
    hex_write(&w, r->attributes);
    wf_der_end(&w, info);
    wf_bytes signed_part = wf_bytes_of(w.start + request, w.len - request);
    hex_write(&w, r->algorithm);
    kit_write_signature(&w, &(kit_recipe){0}, signed_part, &signer);
    hex_write(&w, r->after);
    wf_der_end(&w, request);
    CHECK(!w.overflow);
    wf_csr parsed;
    wf_error error = wf_csr_parse(&parsed, wf_bytes_of(buffer, w.len));
    CHECK((error == WF_OK) == (parsed.der.len > 0));
    return error;
}

#define FORMS(X)                                                                                               \
    X(the_recipe_of_this_test_is_good, OK, (void)r)                                                            \
    X(an_empty_subject_is_read, OK, r.subject = "3000")                                                        \
    X(version_2_is_refused, REQUEST, r.version = "020101")                                                     \
    X(a_subject_that_is_no_name_is_refused, REQUEST, r.subject = "30023100")                                   \
    X(a_lower_case_number_is_refused, REQUEST,                                                                 \
      r.subject = "302D312B30290603550405"                                                                     \
                  "1322"                                                                                       \
                  "66"                                                                                         \
                  "45"                                                                                         \
                  "30303030373730313032303330343035303630373038303930413042304330"                             \
                  "44")                                                                                        \
    X(an_rsa_key_is_refused, REQUEST, r.key_algorithm = "300D06092A864886F70D0101010500")                      \
    X(another_curve_is_refused, REQUEST, r.key_algorithm = "301006072A8648CE3D020106052B81040022")             \
    X(a_point_off_the_curve_is_refused, POINT,                                                                 \
      r.key_bits = "03420004"                                                                                  \
                   "0000000000000000000000000000000000000000000000000000000000000000"                          \
                   "0000000000000000000000000000000000000000000000000000000000000000")                         \
    X(attributes_left_out_are_refused, REQUEST, r.attributes = "")                                             \
    X(an_attribute_without_values_is_refused, REQUEST, r.attributes = "A00F300D" EXTENSION_REQUEST "3100")     \
    X(another_attribute_is_passed_over, OK, r.attributes = "A016" CHALLENGE)                                   \
    X(two_lists_of_extensions_are_refused, REQUEST,                                                            \
      r.attributes = "A026"                                                                                    \
                     "3011" EXTENSION_REQUEST "3104"                                                           \
                     "30020500"                                                                                \
                     "3011" EXTENSION_REQUEST "3104"                                                           \
                     "30020500")                                                                               \
    X(an_empty_list_of_extensions_is_refused, REQUEST, r.attributes = "A011300F" EXTENSION_REQUEST "31023000") \
    X(an_unknown_extension_is_passed_over, OK,                                                                 \
      r.attributes = "A01E"                                                                                    \
                     "301C" EXTENSION_REQUEST "310F"                                                           \
                     "300D300B"                                                                                \
                     "06032A0304"                                                                              \
                     "0404"                                                                                    \
                     "DEADBEEF")                                                                               \
    X(a_role_outside_the_profile_is_refused, REQUEST,                                                          \
      r.attributes = "A02E"                                                                                    \
                     "302C" EXTENSION_REQUEST "311F"                                                           \
                     "301D301B"                                                                                \
                     "0614" KIT_ROLE_OID "0403"                                                                \
                     "0A0103")                                                                                 \
    X(a_role_that_is_not_der_is_refused, DER,                                                                  \
      r.attributes = "A02E"                                                                                    \
                     "302C" EXTENSION_REQUEST "311F"                                                           \
                     "301D301B"                                                                                \
                     "0614" KIT_ROLE_OID "0403"                                                                \
                     "0A0201")                                                                                 \
    X(a_role_is_read, OK,                                                                                      \
      r.attributes = "A02E"                                                                                    \
                     "302C" EXTENSION_REQUEST "311F"                                                           \
                     "301D301B"                                                                                \
                     "0614" KIT_ROLE_OID "0403"                                                                \
                     "0A0102")                                                                                 \
    X(a_wish_to_be_a_ca_is_read, OK,                                                                           \
      r.attributes = "A01F"                                                                                    \
                     "301D" EXTENSION_REQUEST "3110"                                                           \
                     "300E300C"                                                                                \
                     "0603551D13"                                                                              \
                     "0405"                                                                                    \
                     "3003"                                                                                    \
                     "0101FF")                                                                                 \
    X(another_algorithm_is_refused, REQUEST, r.algorithm = "300A06082A8648CE3D040303")                         \
    X(something_after_the_signature_is_refused, REQUEST, r.after = "0500")                                     \
    X(a_request_signed_by_another_key_is_refused, SIGNATURE, r.signer = 4)

#define FORM_TEST(rule, error, ...)                                                    \
    static void rule(void) {                                                           \
        recipe r = {"020100", KIT_END_NAME, KIT_P256, NULL, "A000", KIT_ECDSA, "", 3}; \
        __VA_ARGS__;                                                                   \
        expect(read_recipe(&r), WF_ERROR_##error);                                     \
    }
FORMS(FORM_TEST)

/* --- renewal ----------------------------------------------------------------------------------------------------- */

static void renewed(const kit_certificate *old, const kit_certificate *issuer, uint8_t secret) {
    char name[WF_NAME_LEN + 1];
    kit_certificate fresh;
    wf_certificate_order order;
    CHECK_OK(wf_certificate_reorder(&order, name, &old->parsed));
    order.not_before = KIT_NOW;
    order.not_after = KIT_NOW + 30 * KIT_DAY;
    order.serial[15] = 99;
    kit_issue(&fresh, order, secret, issuer);
    CHECK(wf_bytes_equal(fresh.parsed.subject, old->parsed.subject));
    CHECK(fresh.parsed.role == old->parsed.role && fresh.parsed.is_ca == old->parsed.is_ca);
    CHECK(fresh.parsed.path_len == old->parsed.path_len && fresh.parsed.not_after == KIT_NOW + 30 * KIT_DAY);
    CHECK(memcmp(fresh.parsed.number, old->parsed.number, WF_NUMBER_LEN) == 0);
}

static void a_renewed_certificate_has_the_same_number_and_role(void) {
    kit_certificate root, ca, device, nameless;
    wf_certificate_order order = kit_ca_order("Maker CA");
    order.path_len = 0;
    kit_issue(&root, kit_ca_order("Root"), 1, NULL);
    kit_issue(&ca, order, 2, &root);
    kit_issue(&device, kit_end_order(WF_ROLE_DEVICE), 3, &ca);
    order = kit_end_order(WF_ROLE_CONTROLLER);
    order.common_name = NULL;
    kit_issue(&nameless, order, 3, &ca);
    renewed(&device, &ca, 3);
    renewed(&device, &ca, 4);
    renewed(&nameless, &ca, 4);
    renewed(&ca, &root, 2);
    renewed(&root, NULL, 1);
}

static void a_subject_that_we_would_not_write_is_not_renewed(void) {
    kit_recipe r = kit_end_recipe();
    kit_certificate cooked;
    char name[WF_NAME_LEN + 1];
    wf_certificate_order order;
    r.subject = "303B"
                "310C"
                "300A"
                "0603550403"
                "1303"
                "616263" KIT_NUMBER_SET;
    kit_cook(&cooked, &r, 3, 1);
    CHECK_OK(wf_certificate_parse(&cooked.parsed, cooked.der));
    expect(wf_certificate_reorder(&order, name, &cooked.parsed), WF_ERROR_CERTIFICATE);
}

#define FORM_CASE(rule, ...) {#rule, rule},

// clang-format off
static const check_case cases[] = {
    FORMS(FORM_CASE)
    {"what_was_asked_is_read", what_was_asked_is_read},
    {"a_request_may_ask_for_little", a_request_may_ask_for_little},
    {"every_byte_counts", every_byte_counts},
    {"a_request_cut_anywhere_is_refused", a_request_cut_anywhere_is_refused},
    {"an_order_outside_the_profile_is_refused", an_order_outside_the_profile_is_refused},
    {"a_request_that_does_not_fit_is_not_written", a_request_that_does_not_fit_is_not_written},
    {"a_renewed_certificate_has_the_same_number_and_role", a_renewed_certificate_has_the_same_number_and_role},
    {"a_subject_that_we_would_not_write_is_not_renewed", a_subject_that_we_would_not_write_is_not_renewed},
};
// clang-format on

CHECK_MAIN(cases)

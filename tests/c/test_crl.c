#include "pki_kit.h"
#include <warifu/crl.h>

enum { MANY = 3000, LIST_LEN = 200000 };

#define A_DAY_AGO (KIT_NOW - KIT_DAY)

/* A root, a list of its own, and the CAs that it asks about: `ca` is on the list, `other` is not. */
typedef struct lists {
    kit_certificate root, ca, other;
    wf_crl_entry entries[2];
    wf_crl_order order;
    uint8_t buffer[2048];
    wf_bytes der;
    wf_crl_query queries[2];
    wf_crl crl;
} lists;

static wf_crl_entry entry_of(const kit_certificate *certificate, wf_crl_reason reason) {
    wf_certificate_id id;
    CHECK_OK(wf_certificate_id_of(&id, &certificate->parsed));
    wf_crl_entry entry = {.revoked_at = A_DAY_AGO, .reason = reason};
    memcpy(entry.serial, id.serial, sizeof entry.serial);
    return entry;
}

static void publish(lists *l) {
    wf_writer w = wf_writer_of(l->buffer, sizeof l->buffer);
    CHECK_OK(wf_crl_issue(&w, &l->order, &l->root.parsed, wf_signer_of(&l->root.key), kit_drbg()));
    l->der = wf_bytes_of(l->buffer, w.len);
}

static lists *open_lists(void) {
    static lists l;
    wf_certificate_order order = kit_ca_order("Maker CA");
    kit_issue(&l.root, kit_ca_order("Root"), 1, NULL);
    order.serial[0] = 0x81;
    kit_issue(&l.ca, order, 2, &l.root);
    order.serial[15] = 9;
    kit_issue(&l.other, order, 3, &l.root);
    l.entries[0] = (wf_crl_entry){.serial = {[19] = 7}, .revoked_at = A_DAY_AGO};
    l.entries[1] = entry_of(&l.ca, WF_CRL_CA_COMPROMISE);
    l.order = (wf_crl_order){.number = 0x1234,
                             .this_update = A_DAY_AGO,
                             .next_update = KIT_NOW + KIT_DAY,
                             .entries = l.entries,
                             .entry_count = 2};
    CHECK_OK(wf_crl_query_of(&l.queries[0], &l.ca.parsed));
    CHECK_OK(wf_crl_query_of(&l.queries[1], &l.other.parsed));
    publish(&l);
    return &l;
}

/* Reads `der` in blocks of `step` bytes. */
static wf_error read_in_blocks(lists *l, wf_bytes der, size_t step) {
    wf_crl_reader reader;
    CHECK_OK(wf_crl_reader_start(&reader, l->queries, 2));
    for (size_t at = 0; at < der.len; at += step) {
        size_t len = der.len - at < step ? der.len - at : step;
        if (wf_crl_reader_feed(&reader, wf_bytes_of(der.at + at, len)) != WF_OK) {
            break;
        }
        CHECK(!l->queries[0].revoked); /* not before the end */
    }
    return wf_crl_reader_finish(&reader, &l->crl, &l->root.parsed);
}

static wf_error read_whole(lists *l) {
    return wf_crl_read(&l->crl, l->queries, 2, l->der, &l->root.parsed);
}

static void expect(wf_error error, wf_error expected) {
    if (error != expected) {
        fprintf(stderr, "%s instead of %s\n", wf_error_row_of(error)->name, wf_error_row_of(expected)->name);
        exit(1);
    }
}

static void check_nothing_believed(const lists *l) {
    static const wf_crl nothing;
    CHECK(memcmp(&l->crl, &nothing, sizeof nothing) == 0);
    CHECK(!l->queries[0].revoked && !l->queries[1].revoked);
}

/* --- good lists -------------------------------------------------------------------------------------------------- */

static void what_was_published_is_read(void) {
    lists *l = open_lists();
    expect(read_whole(l), WF_OK);
    CHECK(l->crl.number == 0x1234 && l->crl.entries == 2);
    CHECK(l->crl.this_update == A_DAY_AGO && l->crl.next_update == KIT_NOW + KIT_DAY);
    CHECK(memcmp(l->crl.issuer, l->queries[0].id.issuer, WF_HASH_LEN) == 0);
    CHECK(l->queries[0].revoked && l->queries[0].reason == WF_CRL_CA_COMPROMISE);
    CHECK(l->queries[0].revoked_at == A_DAY_AGO && !l->queries[1].revoked);
}

static void a_list_without_entries_is_read(void) {
    lists *l = open_lists();
    l->order.entry_count = 0;
    publish(l);
    expect(read_whole(l), WF_OK);
    CHECK(l->crl.entries == 0 && !l->queries[0].revoked);
}

static void every_size_of_blocks_gives_the_same(void) {
    lists *l = open_lists();
    for (size_t step = 1; step <= l->der.len; step++) {
        l->queries[0].revoked = false;
        expect(read_in_blocks(l, l->der, step), WF_OK);
        CHECK(l->queries[0].revoked && !l->queries[1].revoked && l->crl.number == 0x1234);
    }
}

static void an_empty_block_changes_nothing(void) {
    lists *l = open_lists();
    wf_crl_reader reader;
    CHECK_OK(wf_crl_reader_start(&reader, NULL, 0));
    CHECK_OK(wf_crl_reader_feed(&reader, wf_bytes_of(NULL, 0)));
    CHECK_OK(wf_crl_reader_feed(&reader, l->der));
    CHECK_OK(wf_crl_reader_feed(&reader, wf_bytes_of(NULL, 0)));
    CHECK_OK(wf_crl_reader_finish(&reader, &l->crl, &l->root.parsed));
}

static void the_issuer_is_known_once_its_name_was_read(void) {
    lists *l = open_lists();
    wf_crl_reader reader;
    uint8_t issuer[WF_HASH_LEN];
    CHECK_OK(wf_crl_reader_start(&reader, NULL, 0));
    for (size_t i = 0; i < 40; i++) {
        CHECK_OK(wf_crl_reader_feed(&reader, wf_bytes_of(l->der.at + i, 1)));
        CHECK(!wf_crl_reader_knows_issuer(&reader, issuer) || i >= 34);
    }
    CHECK(wf_crl_reader_knows_issuer(&reader, issuer));
    CHECK(memcmp(issuer, l->queries[0].id.issuer, sizeof issuer) == 0);
}

static void a_list_beyond_64_kilobytes_is_published_and_read(void) {
    static wf_crl_entry entries[MANY];
    static uint8_t buffer[LIST_LEN];
    lists *l = open_lists();
    for (size_t i = 0; i < MANY; i++) {
        entries[i] = (wf_crl_entry){.revoked_at = KIT_NOW, .reason = WF_CRL_SUPERSEDED};
        entries[i].serial[3] = (uint8_t)(1 + i % 100);
        entries[i].serial[19] = (uint8_t)(i / 100);
    }
    memcpy(entries[MANY - 1].serial, l->entries[1].serial, WF_SERIAL_LEN);
    l->order.entries = entries;
    l->order.entry_count = MANY;
    wf_writer w = wf_writer_of(buffer, sizeof buffer);
    CHECK_OK(wf_crl_issue(&w, &l->order, &l->root.parsed, wf_signer_of(&l->root.key), kit_drbg()));
    CHECK(w.len > 0x10000);
    expect(read_in_blocks(l, wf_bytes_of(buffer, w.len), 1024), WF_OK);
    CHECK(l->crl.entries == MANY && l->queries[0].revoked && !l->queries[1].revoked);
}

static void the_largest_number_and_serial_are_read(void) {
    lists *l = open_lists();
    l->order.number = UINT64_MAX;
    memset(l->entries[0].serial, 0x7F, WF_SERIAL_LEN);
    memset(l->queries[1].id.serial, 0x7F, WF_SERIAL_LEN);
    publish(l);
    expect(read_whole(l), WF_OK);
    CHECK(l->crl.number == UINT64_MAX && l->queries[1].revoked && l->queries[1].reason == WF_CRL_UNSPECIFIED);
}

static void a_certificate_of_another_issuer_with_that_serial_is_not_meant(void) {
    lists *l = open_lists();
    l->queries[1] = l->queries[0];
    l->queries[1].id.issuer[0] ^= 1;
    expect(read_whole(l), WF_OK);
    CHECK(l->queries[0].revoked && !l->queries[1].revoked);
}

static void ids_are_equal_when_issuer_and_serial_are(void) {
    lists *l = open_lists();
    wf_certificate_id a = l->queries[0].id, b = a;
    CHECK(wf_certificate_id_equal(&a, &b));
    CHECK(!wf_certificate_id_equal(&a, &l->queries[1].id));
    b.issuer[31] ^= 1;
    CHECK(!wf_certificate_id_equal(&a, &b));
}

/* --- damaged lists ----------------------------------------------------------------------------------------------- */

static void every_byte_counts(void) {
    lists *l = open_lists();
    uint8_t *bytes = l->buffer;
    for (size_t i = 0; i < l->der.len; i++) {
        bytes[i] ^= (uint8_t)(1u << i % 8);
        wf_error error = read_whole(l);
        CHECK(error != WF_OK);
        check_nothing_believed(l);
        for (size_t step = 1; step <= 64; step *= 8) {
            expect(read_in_blocks(l, l->der, step), error);
        }
        bytes[i] ^= (uint8_t)(1u << i % 8);
    }
    expect(read_whole(l), WF_OK);
}

static void a_list_cut_anywhere_is_truncated(void) {
    lists *l = open_lists();
    for (size_t len = 0; len < l->der.len; len++) {
        expect(read_in_blocks(l, wf_bytes_of(l->der.at, len), 100), WF_ERROR_TRUNCATED);
        check_nothing_believed(l);
    }
}

static void bytes_after_the_end_are_refused(void) {
    lists *l = open_lists();
    l->der.len++;
    expect(read_whole(l), WF_ERROR_TRAILING);
    check_nothing_believed(l);
}

static void an_error_stays(void) {
    lists *l = open_lists();
    wf_crl_reader reader;
    CHECK_OK(wf_crl_reader_start(&reader, l->queries, 2));
    expect(wf_crl_reader_feed(&reader, wf_bytes_of((const uint8_t *)"\x02\x01\x00", 3)), WF_ERROR_CRL);
    expect(wf_crl_reader_feed(&reader, l->der), WF_ERROR_CRL);
    expect(wf_crl_reader_finish(&reader, &l->crl, &l->root.parsed), WF_ERROR_CRL);
    check_nothing_believed(l);
}

static void a_reader_finishes_once(void) {
    lists *l = open_lists();
    wf_crl_reader reader;
    CHECK_OK(wf_crl_reader_start(&reader, l->queries, 2));
    CHECK_OK(wf_crl_reader_feed(&reader, l->der));
    CHECK_OK(wf_crl_reader_finish(&reader, &l->crl, &l->root.parsed));
    expect(wf_crl_reader_finish(&reader, &l->crl, &l->root.parsed), WF_ERROR_STATE);
}

/* --- the issuer -------------------------------------------------------------------------------------------------- */

static void another_issuer_is_refused(void) {
    lists *l = open_lists();
    wf_certificate *root = &l->root.parsed;
    const wf_certificate right = *root;
    *root = l->ca.parsed;
    expect(read_whole(l), WF_ERROR_CHAIN);
    *root = right;
    root->subject = l->ca.parsed.subject;
    expect(read_whole(l), WF_ERROR_CHAIN);
    *root = right;
    root->subject_key_id = l->ca.parsed.subject_key_id;
    expect(read_whole(l), WF_ERROR_CHAIN);
    *root = right;
    root->subject_key_id = wf_bytes_of(NULL, 0);
    expect(read_whole(l), WF_OK);
}

static void an_issuer_that_may_not_sign_lists_is_refused(void) {
    lists *l = open_lists();
    wf_certificate *root = &l->root.parsed;
    root->usage = WF_USAGE_KEY_CERT_SIGN | WF_USAGE_DIGITAL_SIGNATURE;
    expect(read_whole(l), WF_ERROR_CHAIN);
    root->usage = WF_USAGE_CRL_SIGN;
    expect(read_whole(l), WF_OK);
    root->has_usage = false;
    expect(read_whole(l), WF_ERROR_CHAIN);
    root->has_usage = true;
    root->is_ca = false;
    expect(read_whole(l), WF_ERROR_CHAIN);
    check_nothing_believed(l);
}

static void the_signature_of_another_key_is_refused(void) {
    lists *l = open_lists();
    memcpy(l->root.parsed.public_key, l->ca.key.public_key, WF_P256_PUBLIC_LEN);
    expect(read_whole(l), WF_ERROR_SIGNATURE);
    check_nothing_believed(l);
}

/* --- forms outside the profile ----------------------------------------------------------------------------------- */

/* The parts of a list as hexadecimal text, signed as they are. */
typedef struct recipe {
    const char *version, *inner, *issuer, *this_update, *next_update, *entries, *extensions, *outer, *after, *signature;
} recipe;

#define TIME_2025 "170D3235303130313030303030305A"
#define TIME_2026 "170D3236303130313030303030305A"
#define ENTRY  \
    "30120201" \
    "11" TIME_2025
#define AKI      \
    "300D"       \
    "0603551D23" \
    "0406"       \
    "3004"       \
    "8002"       \
    "ABCD"
#define NUMBER   \
    "300A"       \
    "0603551D14" \
    "0403"       \
    "020105"
#define EXTENSIONS \
    "A01D"         \
    "301B" AKI NUMBER
#define WITH(len2, len1, more) "A0" len2 "30" len1 AKI NUMBER more
#define REASON(value) \
    "300C300A"        \
    "0603551D15"      \
    "0403" value

static recipe good_recipe(void) {
    return (recipe){.version = "020101",
                    .inner = KIT_ECDSA,
                    .issuer = KIT_ROOT_NAME,
                    .this_update = TIME_2025,
                    .next_update = TIME_2026,
                    .entries = "3014" ENTRY,
                    .extensions = EXTENSIONS,
                    .outer = KIT_ECDSA,
                    .after = ""};
}

/* The list of the recipe in `buffer`. */
static wf_bytes cook(uint8_t *buffer, size_t capacity, const recipe *r) {
    const char *const parts[] = {r->version,     r->inner,   r->issuer,    r->this_update,
                                 r->next_update, r->entries, r->extensions};
    const wf_p256_key key = kit_key(1);
    wf_writer w = wf_writer_of(buffer, capacity);
    size_t list = wf_der_begin(&w, WF_DER_SEQUENCE);
    size_t tbs = wf_der_begin(&w, WF_DER_SEQUENCE);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        hex_write(&w, parts[i]);
    }
    wf_der_end(&w, tbs);
    const kit_recipe how = {.signature = r->signature};
    wf_bytes tbs_bytes = wf_bytes_of(w.start + list, w.len - list);
    hex_write(&w, r->outer);
    kit_write_signature(&w, &how, tbs_bytes, &key);
    hex_write(&w, r->after);
    wf_der_end(&w, list);
    CHECK(!w.overflow);
    return wf_bytes_of(buffer, w.len);
}

static wf_error read_recipe(const recipe *r) {
    static uint8_t buffer[4096];
    static kit_certificate root;
    kit_recipe root_recipe = kit_ca_recipe();
    root_recipe.subject = KIT_ROOT_NAME;
    kit_cook(&root, &root_recipe, 1, 1);
    CHECK_OK(wf_certificate_parse(&root.parsed, root.der));
    root.parsed.subject_key_id = wf_bytes_of((const uint8_t *)"\xAB\xCD", 2);
    wf_crl crl;
    wf_crl_query query = {.id.serial = {[19] = 0x11}};
    CHECK_OK(wf_sha256(query.id.issuer, &root.parsed.subject, 1));
    wf_error error = wf_crl_read(&crl, &query, 1, cook(buffer, sizeof buffer, r), &root.parsed);
    CHECK(query.revoked == (error == WF_OK && strcmp(r->entries, "") != 0));
    return error;
}

/* X(rule, error, edits...): the good recipe `r` with these edits gives this error. */
#define FORMS(X)                                                                                              \
    X(the_recipe_of_this_test_is_good, OK, (void)r)                                                           \
    X(a_recipe_without_entries_is_good, OK, r.entries = "")                                                   \
    X(version_1_is_refused, CRL, r.version = "")                                                              \
    X(version_3_is_refused, CRL, r.version = "020102")                                                        \
    X(a_version_of_two_octets_is_refused, CRL, r.version = "02020100")                                        \
    X(another_algorithm_inside_is_refused, CRL, r.inner = "300A06082A8648CE3D040303")                         \
    X(another_algorithm_outside_is_refused, CRL, r.outer = "300A06082A8648CE3D040303")                        \
    X(parameters_of_the_algorithm_are_refused, CRL, r.inner = r.outer = "300C06082A8648CE3D0403020500")       \
    X(an_empty_issuer_is_refused, CRL, r.issuer = "3000")                                                     \
    X(an_issuer_that_is_no_name_is_refused, CRL, r.issuer = "30023100")                                       \
    X(another_issuer_by_name_is_refused, CHAIN, r.issuer = KIT_CA_NAME)                                       \
    X(a_list_without_next_update_is_refused, CRL, r.next_update = "")                                         \
    X(a_next_update_before_this_update_is_refused, CRL, r.this_update = TIME_2026, r.next_update = TIME_2025) \
    X(a_moment_of_validity_is_enough, OK, r.next_update = TIME_2025)                                          \
    X(a_date_outside_the_calendar_is_refused, CRL, r.this_update = "170D3235303233303030303030305A")          \
    X(a_generalized_time_for_2025_is_refused, CRL, r.this_update = "180F32303235303130313030303030305A")      \
    X(an_empty_list_of_entries_is_refused, CRL, r.entries = "3000")                                           \
    X(a_second_list_of_entries_is_refused, CRL, r.entries = "3014" ENTRY "3014" ENTRY)                        \
    X(an_entry_that_is_no_sequence_is_refused, CRL, r.entries = "3003020111")                                 \
    X(an_entry_longer_than_its_list_is_refused, DER, r.entries = "3013" ENTRY)                                \
    X(an_entry_without_a_date_is_refused, CRL, r.entries = "30053003020111")                                  \
    X(an_entry_without_a_serial_is_refused, CRL, r.entries = "3011300F" TIME_2025)                            \
    X(serial_zero_is_refused, CRL,                                                                            \
      r.entries = "301430120201"                                                                              \
                  "00" TIME_2025)                                                                             \
    X(a_negative_serial_is_refused, CRL,                                                                      \
      r.entries = "301430120201"                                                                              \
                  "91" TIME_2025)                                                                             \
    X(a_padded_serial_is_refused, DER,                                                                        \
      r.entries = "301530130202"                                                                              \
                  "0011" TIME_2025)                                                                           \
    X(a_serial_of_21_octets_is_refused, CRL,                                                                  \
      r.entries = "302830260215"                                                                              \
                  "0100000000000000000000"                                                                    \
                  "00000000000000000000" TIME_2025)                                                           \
    X(a_reason_is_read, OK,                                                                                   \
      r.entries = "3022"                                                                                      \
                  "3020020111" TIME_2025 REASON("0A0101"))                                                    \
    X(a_reason_on_hold_is_read, OK,                                                                           \
      r.entries = "3022"                                                                                      \
                  "3020020111" TIME_2025 REASON("0A0106"))                                                    \
    X(reason_7_is_refused, CRL,                                                                               \
      r.entries = "3022"                                                                                      \
                  "3020020111" TIME_2025 REASON("0A0107"))                                                    \
    X(a_removal_from_the_list_is_refused, CRL,                                                                \
      r.entries = "3022"                                                                                      \
                  "3020020111" TIME_2025 REASON("0A0108"))                                                    \
    X(reason_11_is_refused, CRL,                                                                              \
      r.entries = "3022"                                                                                      \
                  "3020020111" TIME_2025 REASON("0A010B"))                                                    \
    X(a_reason_as_integer_is_refused, CRL,                                                                    \
      r.entries = "3022"                                                                                      \
                  "3020020111" TIME_2025 REASON("020101"))                                                    \
    X(a_reason_that_is_not_der_is_refused, DER,                                                               \
      r.entries = "3022"                                                                                      \
                  "3020020111" TIME_2025 REASON("0A0201"))                                                    \
    X(an_empty_list_of_an_entrys_extensions_is_refused, CRL,                                                  \
      r.entries = "3016"                                                                                      \
                  "3014020111" TIME_2025 "3000")                                                              \
    X(a_critical_extension_of_an_entry_is_refused, CRL,                                                       \
      r.entries = "3025"                                                                                      \
                  "3023020111" TIME_2025 "300F300D"                                                           \
                  "0603551D15"                                                                                \
                  "0101FF"                                                                                    \
                  "0403"                                                                                      \
                  "0A0101")                                                                                   \
    X(an_unknown_extension_of_an_entry_is_passed_over, OK,                                                    \
      r.entries = "3021"                                                                                      \
                  "301F020111" TIME_2025 "300B3009"                                                           \
                  "06032A0304"                                                                                \
                  "0402"                                                                                      \
                  "0500")                                                                                     \
    X(the_issuer_of_an_entry_is_refused, CRL,                                                                 \
      r.entries = "3021"                                                                                      \
                  "301F020111" TIME_2025 "300B3009"                                                           \
                  "0603551D1D"                                                                                \
                  "0402"                                                                                      \
                  "3000")                                                                                     \
    X(an_extension_of_an_entry_twice_is_refused, CRL,                                                         \
      r.entries = "302C"                                                                                      \
                  "302A020111" TIME_2025 "3016"                                                               \
                  "3009"                                                                                      \
                  "06032A0304"                                                                                \
                  "0402"                                                                                      \
                  "0500"                                                                                      \
                  "3009"                                                                                      \
                  "06032A0304"                                                                                \
                  "0402"                                                                                      \
                  "0500")                                                                                     \
    X(a_list_without_extensions_is_refused, CRL, r.entries = "", r.extensions = "")                           \
    X(entries_without_extensions_are_refused, CRL, r.extensions = "")                                         \
    X(an_empty_field_of_extensions_is_refused, CRL, r.extensions = "A000")                                    \
    X(a_list_of_no_extensions_is_refused, CRL, r.extensions = "A0023000")                                     \
    X(a_list_without_a_number_is_refused, CRL, r.extensions = "A011300F" AKI)                                 \
    X(a_list_without_a_key_identifier_is_refused, CRL, r.extensions = "A00E300C" NUMBER)                      \
    X(another_key_identifier_is_refused, CHAIN,                                                               \
      r.extensions = "A01D"                                                                                   \
                     "301B"                                                                                   \
                     "300D"                                                                                   \
                     "0603551D23"                                                                             \
                     "0406"                                                                                   \
                     "3004"                                                                                   \
                     "8002"                                                                                   \
                     "ABCE" NUMBER)                                                                           \
    X(an_empty_key_identifier_is_refused, CRL,                                                                \
      r.extensions = "A01B"                                                                                   \
                     "3019"                                                                                   \
                     "300B"                                                                                   \
                     "0603551D23"                                                                             \
                     "0404"                                                                                   \
                     "3002"                                                                                   \
                     "8000" NUMBER)                                                                           \
    X(a_number_of_eight_octets_is_read, OK,                                                                   \
      r.extensions = "A024"                                                                                   \
                     "3022" AKI "3011"                                                                        \
                     "0603551D14"                                                                             \
                     "040A"                                                                                   \
                     "02087FFFFFFFFFFFFFFF")                                                                  \
    X(a_number_of_nine_octets_is_refused, CRL,                                                                \
      r.extensions = "A025"                                                                                   \
                     "3023" AKI "3012"                                                                        \
                     "0603551D14"                                                                             \
                     "040B"                                                                                   \
                     "0209010000000000000000")                                                                \
    X(a_negative_number_is_refused, CRL,                                                                      \
      r.extensions = "A01D"                                                                                   \
                     "301B" AKI "300A"                                                                        \
                     "0603551D14"                                                                             \
                     "0403"                                                                                   \
                     "0201FF")                                                                                \
    X(a_critical_number_is_refused, CRL,                                                                      \
      r.extensions = "A020"                                                                                   \
                     "301E" AKI "300D"                                                                        \
                     "0603551D14"                                                                             \
                     "0101FF"                                                                                 \
                     "0403"                                                                                   \
                     "020105")                                                                                \
    X(an_unknown_extension_is_passed_over, OK,                                                                \
      r.extensions = WITH("28", "26",                                                                         \
                          "3009"                                                                              \
                          "06032A0304"                                                                        \
                          "0402"                                                                              \
                          "0500"))                                                                            \
    X(an_unknown_critical_extension_is_refused, CRL,                                                          \
      r.extensions = WITH("2B", "29",                                                                         \
                          "300C"                                                                              \
                          "06032A0304"                                                                        \
                          "0101FF"                                                                            \
                          "0402"                                                                              \
                          "0500"))                                                                            \
    X(a_delta_list_is_refused, CRL,                                                                           \
      r.extensions = WITH("2C", "2A",                                                                         \
                          "300D"                                                                              \
                          "0603551D1B"                                                                        \
                          "0101FF"                                                                            \
                          "0403"                                                                              \
                          "020101"))                                                                          \
    X(a_delta_list_that_says_so_without_force_is_refused, CRL,                                                \
      r.extensions = WITH("29", "27",                                                                         \
                          "300A"                                                                              \
                          "0603551D1B"                                                                        \
                          "0403"                                                                              \
                          "020101"))                                                                          \
    X(a_list_of_a_distribution_point_is_refused, CRL,                                                         \
      r.extensions = WITH("2B", "29",                                                                         \
                          "300C"                                                                              \
                          "0603551D1C"                                                                        \
                          "0101FF"                                                                            \
                          "0402"                                                                              \
                          "3000"))                                                                            \
    X(a_list_of_a_distribution_point_without_force_is_refused, CRL,                                           \
      r.extensions = WITH("28", "26",                                                                         \
                          "3009"                                                                              \
                          "0603551D1C"                                                                        \
                          "0402"                                                                              \
                          "3000"))                                                                            \
    X(an_extension_twice_is_refused, CRL,                                                                     \
      r.extensions = "A029"                                                                                   \
                     "3027" AKI NUMBER NUMBER)                                                                \
    X(something_after_the_extensions_is_refused, CRL, r.extensions = EXTENSIONS "0500")                       \
    X(something_after_the_signature_is_refused, CRL, r.after = "0500")                                        \
    X(a_signature_with_unused_bits_is_refused, CRL, r.signature = "0309013006020101020100")                   \
    X(a_signature_that_is_not_der_is_refused, DER, r.signature = "03020005")                                  \
    X(a_signature_of_zeros_is_refused, SIGNATURE,                                                             \
      r.signature = "03090030060201000201"                                                                    \
                    "00")

#define FORM_TEST(rule, error, ...)                \
    static void rule(void) {                       \
        recipe r = good_recipe();                  \
        __VA_ARGS__;                               \
        expect(read_recipe(&r), WF_ERROR_##error); \
    }
FORMS(FORM_TEST)

static wf_error feed_hex(const char *text) {
    uint8_t buffer[64];
    wf_crl_reader reader;
    (void)kit_drbg();
    CHECK_OK(wf_crl_reader_start(&reader, NULL, 0));
    return wf_crl_reader_feed(&reader, hex_bytes(buffer, sizeof buffer, text));
}

static void lengths_are_definite_and_in_the_fewest_octets(void) {
    expect(feed_hex("3080"), WF_ERROR_DER);
    expect(feed_hex("30817F"), WF_ERROR_DER);
    expect(feed_hex("308200FF"), WF_ERROR_DER);
    expect(feed_hex("308300FFFF"), WF_ERROR_DER);
    expect(feed_hex("3084"), WF_ERROR_DER);
    expect(feed_hex("308180"), WF_OK);
    expect(feed_hex("30820100"), WF_OK);
    expect(feed_hex("3083010000"), WF_OK);
}

static void a_list_longer_than_the_bound_is_refused_at_its_head(void) {
    expect(feed_hex("3083FFFFFA"), WF_OK);
    expect(feed_hex("3083FFFFFB"), WF_ERROR_CRL);
}

static void an_inner_element_longer_than_the_outer_one_is_refused_at_its_head(void) {
    expect(feed_hex("300A3008"), WF_OK);
    expect(feed_hex("300A3009"), WF_ERROR_DER);
}

/* An entry with an unknown extension that makes it `len` bytes long. */
static wf_error read_entry_of(size_t len) {
    static uint8_t buffer[4096];
    static char text[2048];
    wf_writer w = wf_writer_of(buffer, sizeof buffer);
    size_t entries = wf_der_begin(&w, WF_DER_SEQUENCE);
    size_t mark = wf_der_begin(&w, WF_DER_SEQUENCE);
    hex_write(&w, "020111" TIME_2025);
    size_t list = wf_der_begin(&w, WF_DER_SEQUENCE), extension = wf_der_begin(&w, WF_DER_SEQUENCE);
    hex_write(&w, "06032A0304");
    size_t value = wf_der_begin(&w, WF_DER_OCTET_STRING);
    size_t fixed = 4 + 18 + 4 + 4 + 5 + 4;
    uint8_t *space = wf_write_space(&w, len - fixed);
    CHECK(space != NULL);
    memset(space, 0, len - fixed);
    wf_der_end(&w, value);
    wf_der_end(&w, extension);
    wf_der_end(&w, list);
    wf_der_end(&w, mark);
    CHECK(w.len - entries == len);
    wf_der_end(&w, entries);
    for (size_t i = 0; i < w.len; i++) {
        snprintf(text + 2 * i, 3, "%02x", buffer[i]);
    }
    recipe r = good_recipe();
    r.entries = text;
    return read_recipe(&r);
}

static void an_entry_of_the_bound_is_read_and_a_longer_one_refused(void) {
    expect(read_entry_of(WF_CRL_ELEMENT_LEN), WF_OK);
    expect(read_entry_of(WF_CRL_ELEMENT_LEN + 1), WF_ERROR_CRL);
}

/* --- succession and time ----------------------------------------------------------------------------------------- */

static void numbers_and_dates_never_go_back(void) {
    const wf_crl held = {.number = 5, .this_update = 100, .next_update = 200};
    wf_crl next = held;
    expect(wf_crl_follows(&next, &held), WF_OK);
    next.number = 6;
    expect(wf_crl_follows(&next, &held), WF_OK);
    next.this_update = 99;
    expect(wf_crl_follows(&next, &held), WF_ERROR_CRL_OLD);
    next = held;
    next.number = 4;
    next.this_update = 300;
    expect(wf_crl_follows(&next, &held), WF_ERROR_CRL_OLD);
    next = held;
    next.this_update++;
    expect(wf_crl_follows(&next, &held), WF_ERROR_CRL_OLD);
    next = held;
    next.next_update++;
    expect(wf_crl_follows(&next, &held), WF_ERROR_CRL_OLD);
    next = held;
    next.issuer[0] = 1;
    expect(wf_crl_follows(&next, &held), WF_ERROR_CHAIN);
}

static void both_ends_of_a_lists_period_belong_to_it(void) {
    const wf_crl crl = {.this_update = 100, .next_update = 200};
    expect(wf_crl_check_time(&crl, true, 100), WF_OK);
    expect(wf_crl_check_time(&crl, true, 200), WF_OK);
    expect(wf_crl_check_time(&crl, true, 99), WF_ERROR_NOT_YET_VALID);
    expect(wf_crl_check_time(&crl, true, 201), WF_ERROR_CRL_EXPIRED);
    expect(wf_crl_check_time(&crl, false, 99), WF_OK);
    expect(wf_crl_check_time(&crl, false, 201), WF_ERROR_CRL_EXPIRED);
}

/* --- publishing -------------------------------------------------------------------------------------------------- */

static void refuses(lists *l, wf_error expected) {
    uint8_t out[1024];
    wf_writer w = wf_writer_of(out, sizeof out);
    wf_write_u8(&w, 7);
    expect(wf_crl_issue(&w, &l->order, &l->root.parsed, wf_signer_of(&l->root.key), kit_drbg()), expected);
    CHECK(w.len == 1 && !w.overflow);
}

static void an_order_outside_the_profile_is_refused(void) {
    lists *l = open_lists();
    const wf_crl_order good = l->order;
    const wf_crl_entry good_entry = l->entries[0];
    l->order.next_update = l->order.this_update - 1;
    refuses(l, WF_ERROR_ARGUMENT);
    l->order = good;
    l->order.next_update = WF_DER_TIME_MAX + 1;
    refuses(l, WF_ERROR_ARGUMENT);
    l->order = good;
    l->order.this_update = WF_DER_TIME_MIN - 1;
    refuses(l, WF_ERROR_ARGUMENT);
    l->order = good;
    static const wf_crl_reason reasons[] = {WF_CRL_ON_HOLD, (wf_crl_reason)7, (wf_crl_reason)8, (wf_crl_reason)11};
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        l->entries[0].reason = reasons[i];
        refuses(l, WF_ERROR_ARGUMENT);
    }
    l->entries[0] = good_entry;
    l->entries[0].serial[19] = 0;
    refuses(l, WF_ERROR_ARGUMENT);
    l->entries[0].serial[0] = 0x80;
    refuses(l, WF_ERROR_ARGUMENT);
    l->entries[0] = good_entry;
    l->entries[0].revoked_at = WF_DER_TIME_MAX + 1;
    refuses(l, WF_ERROR_ARGUMENT);
}

static void a_list_is_signed_by_its_issuer_alone(void) {
    lists *l = open_lists();
    l->root.key = l->ca.key;
    refuses(l, WF_ERROR_ARGUMENT);
    l = open_lists();
    l->root.parsed.usage &= ~(unsigned)WF_USAGE_CRL_SIGN;
    refuses(l, WF_ERROR_ARGUMENT);
    l = open_lists();
    l->root.parsed.is_ca = false;
    refuses(l, WF_ERROR_ARGUMENT);
}

static void a_list_that_does_not_fit_is_not_written(void) {
    lists *l = open_lists();
    for (size_t room = 0; room < l->der.len; room += 37) {
        uint8_t out[1024];
        wf_writer w = wf_writer_of(out, room);
        expect(wf_crl_issue(&w, &l->order, &l->root.parsed, wf_signer_of(&l->root.key), kit_drbg()),
               WF_ERROR_TOO_SMALL);
        CHECK(w.len == 0 && !w.overflow);
    }
}

#define FORM_CASE(rule, ...) {#rule, rule},

// clang-format off
static const check_case cases[] = {
    FORMS(FORM_CASE)
    {"what_was_published_is_read", what_was_published_is_read},
    {"a_list_without_entries_is_read", a_list_without_entries_is_read},
    {"every_size_of_blocks_gives_the_same", every_size_of_blocks_gives_the_same},
    {"an_empty_block_changes_nothing", an_empty_block_changes_nothing},
    {"the_issuer_is_known_once_its_name_was_read", the_issuer_is_known_once_its_name_was_read},
    {"a_list_beyond_64_kilobytes_is_published_and_read", a_list_beyond_64_kilobytes_is_published_and_read},
    {"the_largest_number_and_serial_are_read", the_largest_number_and_serial_are_read},
    {"a_certificate_of_another_issuer_with_that_serial_is_not_meant", a_certificate_of_another_issuer_with_that_serial_is_not_meant},
    {"ids_are_equal_when_issuer_and_serial_are", ids_are_equal_when_issuer_and_serial_are},
    {"every_byte_counts", every_byte_counts},
    {"a_list_cut_anywhere_is_truncated", a_list_cut_anywhere_is_truncated},
    {"bytes_after_the_end_are_refused", bytes_after_the_end_are_refused},
    {"an_error_stays", an_error_stays},
    {"a_reader_finishes_once", a_reader_finishes_once},
    {"another_issuer_is_refused", another_issuer_is_refused},
    {"an_issuer_that_may_not_sign_lists_is_refused", an_issuer_that_may_not_sign_lists_is_refused},
    {"the_signature_of_another_key_is_refused", the_signature_of_another_key_is_refused},
    {"lengths_are_definite_and_in_the_fewest_octets", lengths_are_definite_and_in_the_fewest_octets},
    {"a_list_longer_than_the_bound_is_refused_at_its_head", a_list_longer_than_the_bound_is_refused_at_its_head},
    {"an_inner_element_longer_than_the_outer_one_is_refused_at_its_head", an_inner_element_longer_than_the_outer_one_is_refused_at_its_head},
    {"an_entry_of_the_bound_is_read_and_a_longer_one_refused", an_entry_of_the_bound_is_read_and_a_longer_one_refused},
    {"numbers_and_dates_never_go_back", numbers_and_dates_never_go_back},
    {"both_ends_of_a_lists_period_belong_to_it", both_ends_of_a_lists_period_belong_to_it},
    {"an_order_outside_the_profile_is_refused", an_order_outside_the_profile_is_refused},
    {"a_list_is_signed_by_its_issuer_alone", a_list_is_signed_by_its_issuer_alone},
    {"a_list_that_does_not_fit_is_not_written", a_list_that_does_not_fit_is_not_written},
};
// clang-format on

CHECK_MAIN(cases)

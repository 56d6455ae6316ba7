/* EDHOC's grammar piece by piece: identifiers, credentials, external data, suites, error messages, key derivation. */
#include "edhoc/cbor.h"
#include "edhoc/credential.h"
#include "edhoc/ead.h"
#include "edhoc/run.h"
#include "edhoc_pair.h"
#include "hex.h"

static pair p;
static uint8_t room[8192];

static wf_bytes bytes_of(const char *hex) {
    return hex_bytes(room, sizeof room, hex);
}

/* --- connection identifiers ------------------------------------------------------------------------------------- */

static void one_byte_identifiers_that_are_integers_stand_as_integers(void) {
    for (unsigned byte = 0; byte < 256; byte++) {
        wf_edhoc_id id = {{(uint8_t)byte}, 1}, back;
        uint8_t out[4];
        wf_writer w = wf_writer_of(out, sizeof out);
        wf_edhoc_id_write(&w, &id);
        bool integer = byte <= 0x17 || (byte >= 0x20 && byte <= 0x37);
        CHECK(w.len == (integer ? 1 : 2) && out[w.len - 1] == byte && (integer || out[0] == 0x41));
        wf_reader r = wf_reader_of(wf_bytes_of(out, w.len));
        wf_edhoc_id_read(&back, &r);
        CHECK_OK(wf_reader_finish(&r));
        CHECK(wf_edhoc_id_equal(&id, &back));
        const uint8_t as_string[] = {0x41, (uint8_t)byte};
        r = wf_reader_of(wf_bytes_of(as_string, sizeof as_string));
        wf_edhoc_id_read(&back, &r);
        CHECK(r.failed == integer);
    }
}

static void other_identifiers_are_byte_strings_of_at_most_eight(void) {
    static const char *const bad[] = {
        "", "18", "1818", "38", "3818", "41", "6121", "8100", "f5", "a0", "49010203040506070809"};
    wf_edhoc_id id;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        wf_reader r = wf_reader_of(bytes_of(bad[i]));
        wf_edhoc_id_read(&id, &r);
        CHECK(r.failed);
    }
    wf_reader r = wf_reader_of(bytes_of("480102030405060708"));
    wf_edhoc_id_read(&id, &r);
    CHECK(!r.failed && id.len == 8);
    r = wf_reader_of(bytes_of("40"));
    wf_edhoc_id_read(&id, &r);
    CHECK(!r.failed && id.len == 0);
}

static void identifiers_differ_in_length_and_bytes(void) {
    wf_edhoc_id a = {{0}, 0}, b = {{0}, 1}, c = {{1}, 1};
    CHECK(wf_edhoc_id_equal(&a, &a) && !wf_edhoc_id_equal(&a, &b) && !wf_edhoc_id_equal(&b, &c));
}

/* --- ID_CRED_x -------------------------------------------------------------------------------------------------- */

static bool id_cred_reads(const char *hex) {
    wf_edhoc_credential credential;
    wf_reader r = wf_reader_of(bytes_of(hex));
    wf_edhoc_id_cred_read(&credential, &r);
    return wf_reader_finish(&r) == WF_OK;
}

static void id_cred_is_one_x5chain_or_one_x5t(void) {
    CHECK(id_cred_reads("a11822822e480102030405060708"));
    CHECK(id_cred_reads("a118214101"));
    CHECK(id_cred_reads("a118218241014102"));
    static const char *const bad[] = {
        "a0",                                   /* no entry */
        "a2182141011822822e480102030405060708", /* two entries */
        "a204410118214101",                     /* a kid besides */
        "a1044101",
        "4101",
        "00",
        "20",         /* kid, whole and compact (RFC 9528 3.5.3.2) */
        "a118236161", /* x5u */
        "a118204101", /* x5bag */
        "a1182180",
        "a11821814101",         /* an array of none or one certificate (RFC 9360 section 2) */
        "a1182183410141024103", /* more certificates than a profile's chain */
        "a1182140",
        "a1182182414040", /* an empty certificate */
        "a118216101",
        "a1182101",
        "a118218261614101",             /* not byte strings */
        "a11822822f480102030405060708", /* SHA-256 in full (-16), and any other algorithm */
        "a1182282382a480102030405060708",
        "a118228266736861323536480102030405060708",
        "a11822822e4701020304050607",
        "a11822822e49010203040506070809",
        "a11822822e40", /* another length */
        "a11822812e",
        "a11822832e48010203040506070800",
        "a11822822e02",
        "a118222e", /* another form */
        "a13821822e480102030405060708",
        "a161614101",
        "a1",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK(!id_cred_reads(bad[i]));
    }
}

static void certificates_longer_than_the_profile_are_refused(void) {
    static uint8_t message[WF_EDHOC_CERTIFICATE_LEN + 16];
    for (size_t more = 0; more < 2; more++) {
        wf_writer w = wf_writer_of(message, sizeof message);
        wf_cbor_write_head(&w, WF_CBOR_MAP, 1);
        wf_cbor_write_int(&w, 33);
        wf_cbor_write_head(&w, WF_CBOR_BSTR, WF_EDHOC_CERTIFICATE_LEN + more);
        w.len += WF_EDHOC_CERTIFICATE_LEN + more;
        wf_reader r = wf_reader_of(wf_bytes_of(message, w.len));
        wf_edhoc_credential credential;
        wf_edhoc_id_cred_read(&credential, &r);
        CHECK(r.failed == (more == 1));
        CHECK(credential.chain_len == (more == 1 ? 0u : 1u));
    }
}

/* --- external authorization data ---------------------------------------------------------------------------------- */

static wf_error ead_reads(wf_edhoc_ead *ead, const char *hex) {
    static const uint16_t known[] = {7, 65535};
    static const wf_edhoc_config config = {.ead_known = known, .ead_known_count = 2};
    wf_reader r = wf_reader_of(bytes_of(hex));
    wf_error error = wf_edhoc_ead_read(ead, &r, &config);
    return error == WF_OK && r.failed ? WF_ERROR_EDHOC_MESSAGE : error;
}

static void padding_is_dropped(void) {
    wf_edhoc_ead ead;
    CHECK_OK(ead_reads(&ead, ""));
    CHECK(ead.count == 0);
    CHECK_OK(ead_reads(&ead, "0000400041e900000000"));
    CHECK(ead.count == 0);
    CHECK_OK(ead_reads(&ead, "0005004101"));
    CHECK(ead.count == 1 && ead.items[0].label == 5 && !ead.items[0].has_value);
}

static void critical_items_must_be_known_and_fit(void) {
    wf_edhoc_ead ead;
    CHECK_OK(ead_reads(&ead, "26")); /* -7 */
    CHECK(ead.count == 1 && ead.items[0].label == 7 && ead.items[0].critical);
    CHECK_OK(ead_reads(&ead, "39fffe4101")); /* -65535 */
    CHECK(ead.count == 1 && ead.items[0].label == 65535 && ead.items[0].has_value);
    CHECK(ead_reads(&ead, "25") == WF_ERROR_CRITICAL_EAD);
    CHECK(ead_reads(&ead, "39ffff") == WF_ERROR_CRITICAL_EAD);             /* -65536 */
    CHECK(ead_reads(&ead, "3a00010006") == WF_ERROR_CRITICAL_EAD);         /* -65543: 7 in 16 bits */
    CHECK(ead_reads(&ead, "3b7fffffffffffffff") == WF_ERROR_CRITICAL_EAD); /* the smallest */
    CHECK(ead_reads(&ead, "0102030426") == WF_ERROR_CRITICAL_EAD);         /* known, but the table is full */
    CHECK(ead.count == 0);
}

static void items_that_nobody_needs_are_dropped(void) {
    wf_edhoc_ead ead;
    CHECK_OK(ead_reads(&ead, "1a0001000041011903e8")); /* 65536, then 1000 */
    CHECK(ead.count == 1 && ead.items[0].label == 1000 && !ead.items[0].has_value);
    CHECK_OK(ead_reads(&ead, "010203040541010641020000"));
    CHECK(ead.count == 4 && ead.items[3].label == 4);
}

static void what_is_no_item_is_refused(void) {
    static const char *const bad[] = {"41", "4101",       "01410141", "6161", "80",
                                      "f5", "0141014102", "01f5",     "1800", "1b8000000000000000"};
    wf_edhoc_ead ead;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK(ead_reads(&ead, bad[i]) == WF_ERROR_EDHOC_MESSAGE);
        CHECK(ead.count == 0);
    }
}

static void critical_padding_and_too_many_items_are_not_written(void) {
    uint8_t out[64];
    wf_writer w = wf_writer_of(out, sizeof out);
    wf_edhoc_ead ead = {{{.label = 0, .critical = true}}, 1};
    CHECK(wf_edhoc_ead_write(&w, &ead) == WF_ERROR_ARGUMENT);
    ead = (wf_edhoc_ead){.count = WF_EDHOC_EAD_COUNT + 1};
    CHECK(wf_edhoc_ead_write(&w, &ead) == WF_ERROR_ARGUMENT);
}

/* --- message_1 ---------------------------------------------------------------------------------------------------- */

#define G_X "58208af6f430ebe18d34184017a9a11bf511c8dff8f834730b96c1b7c8dbca2fc3b6"

/* A Responder that supports `only`, or 3 and 2, reads message_1. */
static wf_error reads_1(const char *hex, wf_edhoc_suite only) {
    static wf_edhoc_suite suite;
    suite = only;
    side_start(&p.r, 0x52);
    p.r.config.suites = &suite;
    p.r.config.suite_count = only == 0 ? 0 : 1;
    wf_error error = wf_edhoc_read_1(&p.r.run, &p.r.config, bytes_of(hex), &p.r.ead);
    CHECK(error == WF_OK ? p.r.run.state == WF_EDHOC_READ_1 : run_is_wiped(&p.r.run));
    return error;
}

static void the_selected_suite_is_the_first_that_the_responder_supports(void) {
    static const struct {
        const char *hex;
        unsigned only;
        wf_error error;
    } lists[] = {
        {"0003" G_X "37", 0, WF_OK},
        {"0002" G_X "37", 0, WF_OK},
        {"00820302" G_X "37", 0, WF_ERROR_UNSUPPORTED_SUITE}, /* 3 stands before 2 */
        {"00820203" G_X "37", 0, WF_ERROR_UNSUPPORTED_SUITE},
        {"00820302" G_X "37", 2, WF_OK},
        {"00820203" G_X "37", 3, WF_OK},
        {"00820302" G_X "37", 3, WF_ERROR_UNSUPPORTED_SUITE},
        {"0003" G_X "37", 2, WF_ERROR_UNSUPPORTED_SUITE},
        {"0000" G_X "37", 0, WF_ERROR_UNSUPPORTED_SUITE},
        {"00820003" G_X "37", 0, WF_OK}, /* unknown ones before it don't count */
        {"00860018193714181803" G_X "37", 0, WF_OK},
        {"00820300" G_X "37", 0, WF_ERROR_UNSUPPORTED_SUITE},
        {"00820303" G_X "37", 0, WF_ERROR_UNSUPPORTED_SUITE},
        {"001a00010003" G_X "37", 0, WF_ERROR_UNSUPPORTED_SUITE},
        {"001b0000000100000003" G_X "37", 0, WF_ERROR_UNSUPPORTED_SUITE},
        {"0080" G_X "37", 0, WF_ERROR_EDHOC_MESSAGE},
        {"008103" G_X "37", 0, WF_ERROR_EDHOC_MESSAGE}, /* suites = [ 2* int ] / int */
        {"0082610303" G_X "37", 0, WF_ERROR_EDHOC_MESSAGE},
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        CHECK(reads_1(lists[i].hex, (wf_edhoc_suite)lists[i].only) == lists[i].error);
    }
    CHECK_OK(reads_1("00820302" G_X "37", WF_EDHOC_SUITE_2));
    CHECK(p.r.run.suite == WF_EDHOC_SUITE_2);
}

/* RFC 9528 5.2.2: all that stand before the selected one, in the order of preference that nobody can change. */
static void suites_i_is_the_order_of_preference_up_to_the_selected_one(void) {
    static const wf_edhoc_suite two_first[] = {WF_EDHOC_SUITE_2, WF_EDHOC_SUITE_3};
    static const struct {
        const wf_edhoc_suite *order;
        size_t count;
        wf_edhoc_suite selected;
        const char *start;
    } offers[] = {
        {NULL, 0, WF_EDHOC_SUITE_3, "00035820"},      {NULL, 0, WF_EDHOC_SUITE_2, "008203025820"},
        {two_first, 2, WF_EDHOC_SUITE_2, "00025820"}, {two_first, 2, WF_EDHOC_SUITE_3, "008202035820"},
        {two_first, 1, WF_EDHOC_SUITE_2, "00025820"}, {two_first + 1, 1, WF_EDHOC_SUITE_3, "00035820"},
    };
    for (size_t i = 0; i < sizeof offers / sizeof offers[0]; i++) {
        pair_start(&p);
        p.i.config.suites = offers[i].order;
        p.i.config.suite_count = offers[i].count;
        CHECK_OK(pair_write_1(&p, offers[i].selected));
        wf_bytes start = bytes_of(offers[i].start);
        CHECK(memcmp(p.bytes[1], start.at, start.len) == 0);
    }
    pair_start(&p);
    p.i.config.suites = two_first;
    p.i.config.suite_count = 1;
    CHECK(pair_write_1(&p, WF_EDHOC_SUITE_3) == WF_ERROR_ARGUMENT);
}

static void a_refused_suite_is_negotiated_through_the_error_message(void) {
    static const wf_edhoc_suite only = WF_EDHOC_SUITE_2;
    uint8_t out[64];
    wf_edhoc_error_message told;
    pair_start(&p);
    p.r.config.suites = &only;
    p.r.config.suite_count = 1;
    CHECK_OK(pair_write_1(&p, WF_EDHOC_SUITE_3));
    wf_error refusal = pair_read_1(&p);
    CHECK(refusal == WF_ERROR_UNSUPPORTED_SUITE);
    wf_writer w = wf_writer_of(out, sizeof out);
    CHECK_OK(wf_edhoc_write_error(&w, &p.r.config, refusal));
    CHECK(wf_bytes_equal(wf_bytes_of(out, w.len), bytes_of("0202")));
    CHECK_OK(wf_edhoc_read_error(&told, wf_bytes_of(out, w.len)));
    CHECK(told.code == WF_EDHOC_CODE_SUITE && told.suites_len == 1 && told.suites[0] == 2);
    wf_edhoc_wipe(&p.i.run);
    wf_edhoc_wipe(&p.r.run);
    pair_advance(&p, (wf_edhoc_suite)told.suites[0], 5);
    CHECK(p.bytes[1][1] == 0x82 && p.r.run.suite == WF_EDHOC_SUITE_2);
}

/* Someone takes suite 3 out of SUITES_I: the transcript hash tells. */
static void a_list_cut_on_the_way_ends_the_run(void) {
    pair_start(&p);
    static const wf_edhoc_suite only = WF_EDHOC_SUITE_2;
    p.r.config.suites = &only;
    p.r.config.suite_count = 1;
    CHECK_OK(pair_write_1(&p, WF_EDHOC_SUITE_2));
    memmove(p.bytes[1] + 1, p.bytes[1] + 3, p.message[1].len - 3);
    p.message[1].len -= 2;
    CHECK_OK(pair_read_1(&p));
    CHECK_OK(pair_write_2(&p));
    wf_error error = pair_read_2(&p);
    CHECK(error != WF_OK || pair_accept_2(&p) != WF_OK);
}

static void another_method_is_refused(void) {
    static const char *const methods[] = {"01", "02", "03", "04", "20", "1818", "3818"};
    static char hex[128];
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        (void)snprintf(hex, sizeof hex, "%s03" G_X "37", methods[i]);
        CHECK(reads_1(hex, 0) == WF_ERROR_EDHOC_METHOD);
    }
}

/* RFC 9529 section 4, the messages that concern method 0 on P-256 too; theirs say method 3. */
static void the_invalid_messages_of_rfc_9529_are_refused(void) {
    CHECK_OK(reads_1("0003" G_X "0e", 0));
#define X_9529 "741a13d7ba048fbb615e94386aa3b61bea5b3d8f65f32620b749bee8d278efa9"
    CHECK_OK(reads_1("00025820" X_9529 "0e", 0));
    CHECK(reads_1("8400025820" X_9529 "0e", 0) == WF_ERROR_EDHOC_MESSAGE); /* surplus array encoding of message */
    CHECK(reads_1("00025820" X_9529 "410e", 0) == WF_ERROR_EDHOC_MESSAGE); /* surplus bstr encoding of C_I */
    CHECK(reads_1("0081025820" X_9529 "0e", 0) == WF_ERROR_EDHOC_MESSAGE); /* surplus array encoding of SUITES_I */
    CHECK(reads_1("0002782020616972207370656564206F66206120756E6C6164656E207377616C6C6F77200e", 0) ==
          WF_ERROR_EDHOC_MESSAGE); /* text string encoding of G_X */
    CHECK(reads_1("00820218185820" X_9529 "0e", 0) ==
          WF_ERROR_UNSUPPORTED_SUITE); /* suite 24 with a key of another curve's length */
    CHECK(reads_1("00025820ffffffff00000001000000000000000000000000ffffffffffffffffffffffff0e", 0) ==
          WF_ERROR_POINT); /* x >= p */
    CHECK(reads_1("00025820a04e73601df544a70ba7ea1e57030f7d4b4eb7f673924e58d54ca77a5e7d4d4a0e", 0) ==
          WF_ERROR_POINT); /* not on the curve */
    CHECK(reads_1("0002581fd9697725d23a688b12d1c7e0108a08c9f71a85a09c20814976ab21122248fc0e", 0) ==
          WF_ERROR_EDHOC_MESSAGE);                                    /* leading zeros left out */
    CHECK(reads_1("190000025820" X_9529 "0e", 0) == WF_ERROR_CBOR);   /* unnecessarily long METHOD */
    CHECK(reads_1("009F0602FF5820" X_9529 "0e", 0) == WF_ERROR_CBOR); /* indefinite-length SUITES_I */
    CHECK(reads_1("00025820" X_9529 "0e20", 0) == WF_ERROR_CRITICAL_EAD);
    pair_start(&p);
    pair_advance(&p, WF_EDHOC_SUITE_3, 1);
    p.message[2] =
        bytes_of("5820419701d7f00a26c2dc587a36dd752549f33763c893422c8ea0f955a13a4ff5d54B9862a11de42a95d785386a");
    CHECK(pair_read_2(&p) == WF_ERROR_EDHOC_MESSAGE); /* two items in message_2 */
    pair_start(&p);
    pair_advance(&p, WF_EDHOC_SUITE_3, 1);
    p.message[2] = bytes_of("5820419701d7f00a26c2dc587a36dd752549f33763c893422c8ea0f955a13a4ff5d5");
    CHECK(pair_read_2(&p) == WF_ERROR_EDHOC_MESSAGE); /* G_Y and nothing behind it */
}

/* --- the texts of message_2 and message_3 ------------------------------------------------------------------------- */

#define EIGHT_ZEROS "0000000000000000"
#define SIGNATURE "5840" EIGHT_ZEROS EIGHT_ZEROS EIGHT_ZEROS EIGHT_ZEROS EIGHT_ZEROS EIGHT_ZEROS EIGHT_ZEROS EIGHT_ZEROS
#define X5T "a11822822e480102030405060708"

static wf_error text_reads(const char *hex, wf_edhoc_label label) {
    wf_bytes text = bytes_of(hex);
    pair_start(&p);
    p.i.run.config = &p.i.config;
    p.i.run.text_len = text.len;
    memcpy(p.i.run.text, text.at, text.len);
    return wf_edhoc_text_read(&p.i.run, label, &p.i.peer, &p.i.ead);
}

static void a_text_is_identifier_credential_signature_and_items(void) {
    CHECK_OK(text_reads("27" X5T SIGNATURE, WF_EDHOC_MAC_2));
    CHECK_OK(text_reads("27" X5T SIGNATURE "0041e905", WF_EDHOC_MAC_2));
    CHECK_OK(text_reads(X5T SIGNATURE, WF_EDHOC_MAC_3));
    static const char *const bad[] = {
        "27" X5T "48fa5efa2ebf920bf3", /* a MAC's length */
        "27" X5T "44fa5efa2e",         /* RFC 9529 4.2.5 */
        "27a104423210" SIGNATURE,      /* RFC 9529 4.1.6 */
        "274132" SIGNATURE,
        "2732" SIGNATURE,              /* kid */
        "27a218214101" SIGNATURE "05", /* an entry more, which would also pass for signature and item */
        "27" X5T,
        "27" SIGNATURE,
        X5T SIGNATURE,
        "27" X5T SIGNATURE "4101",
        "4127" X5T SIGNATURE,
        "27" X5T SIGNATURE "01f5",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK(text_reads(bad[i], WF_EDHOC_MAC_2) == WF_ERROR_EDHOC_MESSAGE);
    }
    CHECK(text_reads("27" X5T SIGNATURE, WF_EDHOC_MAC_3) == WF_ERROR_EDHOC_MESSAGE);
    CHECK(text_reads("27" X5T SIGNATURE "1805", WF_EDHOC_MAC_2) == WF_ERROR_CBOR);
    CHECK(text_reads("27" X5T SIGNATURE "20", WF_EDHOC_MAC_2) == WF_ERROR_CRITICAL_EAD);
    CHECK(text_reads("", WF_EDHOC_MAC_2) == WF_ERROR_EDHOC_MESSAGE);
}

/* The Responder seals `hex` as PLAINTEXT_4. */
static wf_error text_4_reads(const char *hex) {
    pair_start(&p);
    pair_advance(&p, WF_EDHOC_SUITE_3, 3);
    CHECK_OK(pair_read_3(&p));
    CHECK_OK(pair_accept_3(&p));
    wf_bytes text = bytes_of(hex);
    memcpy(p.r.run.text, text.at, text.len);
    p.r.run.text_len = text.len;
    wf_writer w = wf_writer_of(p.bytes[4], sizeof p.bytes[4]);
    CHECK_OK(wf_edhoc_seal(&p.r.run, WF_EDHOC_K_4, &w));
    p.message[4] = wf_bytes_of(p.bytes[4], w.len);
    return pair_read_4(&p);
}

static void the_text_of_message_4_is_items_or_nothing(void) {
    CHECK_OK(text_4_reads(""));
    CHECK_OK(text_4_reads("054101"));
    CHECK(p.i.ead.count == 1 && p.i.ead.items[0].label == 5);
    CHECK(text_4_reads("4101") == WF_ERROR_EDHOC_MESSAGE);
    CHECK(text_4_reads("05f5") == WF_ERROR_EDHOC_MESSAGE);
    CHECK(text_4_reads("1805") == WF_ERROR_CBOR);
    CHECK(text_4_reads("24") == WF_ERROR_CRITICAL_EAD);
    CHECK(run_is_wiped(&p.i.run));
}

static void a_ciphertext_shorter_than_its_tag_is_refused(void) {
    static const char *const cut[] = {"40", "4101", "4f000102030405060708090a0b0c0d0e"};
    for (size_t i = 0; i < sizeof cut / sizeof cut[0]; i++) {
        pair_start(&p);
        pair_advance(&p, WF_EDHOC_SUITE_3, 3);
        p.message[3] = p.message[4] = bytes_of(cut[i]);
        CHECK(pair_read_3(&p) == WF_ERROR_EDHOC_MESSAGE);
        CHECK(pair_read_4(&p) == WF_ERROR_EDHOC_MESSAGE);
    }
}

/* --- error messages ----------------------------------------------------------------------------------------------- */

static void every_error_becomes_a_message_that_reads_back(void) {
    static const wf_edhoc_config both;
    uint8_t out[256];
    wf_edhoc_error_message told;
    for (unsigned n = 1; wf_error_at(n) != NULL; n++) {
        const wf_error_row *row = wf_error_at(n);
        wf_writer w = wf_writer_of(out, sizeof out);
        CHECK_OK(wf_edhoc_write_error(&w, &both, row->code));
        CHECK_OK(wf_edhoc_read_error(&told, wf_bytes_of(out, w.len)));
        if (row->code == WF_ERROR_UNSUPPORTED_SUITE) {
            CHECK(told.code == WF_EDHOC_CODE_SUITE && told.suites_len == 2);
            CHECK(told.suites[0] == 3 && told.suites[1] == 2);
        } else if (row->code == WF_ERROR_CREDENTIAL) {
            CHECK(wf_bytes_equal(wf_bytes_of(out, w.len), bytes_of("03f5")) && told.code == WF_EDHOC_CODE_CREDENTIAL);
        } else {
            CHECK(told.code == WF_EDHOC_CODE_UNSPECIFIED);
            CHECK(wf_bytes_equal(told.text, wf_bytes_of((const uint8_t *)row->name, strlen(row->name))));
        }
    }
    wf_writer w = wf_writer_of(out, sizeof out);
    CHECK(wf_edhoc_write_error(&w, &both, WF_OK) == WF_ERROR_ARGUMENT);
    w = wf_writer_of(out, 3);
    CHECK(wf_edhoc_write_error(&w, &both, WF_ERROR_EDHOC_METHOD) == WF_ERROR_TOO_SMALL);
}

static void error_messages_are_read_strictly(void) {
    wf_edhoc_error_message told;
    CHECK_OK(wf_edhoc_read_error(&told, bytes_of("028a0001020304050607181837")));
    CHECK(told.code == 2 && told.suites_len == 8);
    CHECK_OK(wf_edhoc_read_error(&told, bytes_of("02823819190100")));
    CHECK(told.suites_len == 0); /* neither is a suite that anybody here has */
    CHECK_OK(wf_edhoc_read_error(&told, bytes_of("21a10182f6820102")));
    CHECK(told.code == -2);
    CHECK_OK(wf_edhoc_read_error(&told, bytes_of("1903e880")));
    CHECK(told.code == 1000);
    static const char *const bad[] = {"",       "01",   "0101",   "014161", "016000",    "006161", "0000",
                                      "02",     "0280", "028103", "026161", "0303",      "03f4",   "03f6",
                                      "03f500", "03",   "04",     "40",     "0282610302"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK(wf_edhoc_read_error(&told, bytes_of(bad[i])) == WF_ERROR_EDHOC_MESSAGE);
        CHECK(told.code == 0 && told.text.len == 0 && told.suites_len == 0);
    }
    CHECK(wf_edhoc_read_error(&told, bytes_of("0161ff")) == WF_ERROR_CBOR);
    CHECK(wf_edhoc_read_error(&told, bytes_of("180103")) == WF_ERROR_CBOR);
    wf_writer w = wf_writer_of(room, sizeof room);
    wf_cbor_write_int(&w, WF_EDHOC_CODE_UNSPECIFIED);
    wf_cbor_write_head(&w, WF_CBOR_TSTR, WF_EDHOC_MESSAGE_LEN - 3);
    memset(wf_write_space(&w, WF_EDHOC_MESSAGE_LEN - 3), 'x', WF_EDHOC_MESSAGE_LEN - 3);
    CHECK(wf_edhoc_read_error(&told, wf_bytes_of(room, w.len)) == WF_ERROR_EDHOC_MESSAGE);
}

/* --- key derivation ----------------------------------------------------------------------------------------------- */

static void the_kdf_is_hkdf_expand_over_the_joined_info(void) {
    static const size_t lengths[] = {1, 13, 16, 31, 32, 33, 64, 65, 1200, 8159, 8160};
    static const uint8_t prk[WF_HASH_LEN] = {1, 2, 3};
    static uint8_t context[300], expected[8160], got[8160], info[400];
    memset(context, 0xAB, sizeof context);
    CHECK_OK(wf_crypto_start());
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        wf_writer w = wf_writer_of(info, sizeof info);
        wf_cbor_write_int(&w, 40000 + (int64_t)i);
        wf_cbor_write_bstr(&w, wf_bytes_of(context, sizeof context));
        wf_cbor_write_int(&w, (int64_t)lengths[i]);
        CHECK_OK(wf_hkdf_expand(expected, lengths[i], prk, wf_bytes_of(info, w.len)));
        const wf_bytes parts[] = {wf_bytes_of(context, 7), wf_bytes_of(NULL, 0), wf_bytes_of(context + 7, 293)};
        CHECK_OK(wf_edhoc_kdf(got, lengths[i], prk, 40000 + i, parts, 3));
        CHECK(memcmp(expected, got, lengths[i]) == 0);
    }
    CHECK(wf_edhoc_kdf(got, 0, prk, 0, NULL, 0) == WF_ERROR_ARGUMENT);
    CHECK(wf_edhoc_kdf(got, 8161, prk, 0, NULL, 0) == WF_ERROR_ARGUMENT);
    wf_bytes many[WF_EDHOC_KDF_PARTS + 1] = {{NULL, 0}};
    CHECK(wf_edhoc_kdf(got, 16, prk, 0, many, WF_EDHOC_KDF_PARTS + 1) == WF_ERROR_ARGUMENT);
}

static void x5t_is_the_first_eight_bytes_of_sha_256(void) {
    uint8_t x5t[WF_X5T_LEN];
    CHECK_OK(wf_crypto_start());
    CHECK_OK(wf_x5t(x5t, wf_bytes_of((const uint8_t *)"abc", 3)));
    CHECK(memcmp(x5t, bytes_of("ba7816bf8f01cfea").at, sizeof x5t) == 0);
}

#define CASE(name) \
    { #name, name }

static const check_case cases[] = {
    CASE(one_byte_identifiers_that_are_integers_stand_as_integers),
    CASE(other_identifiers_are_byte_strings_of_at_most_eight),
    CASE(identifiers_differ_in_length_and_bytes),
    CASE(id_cred_is_one_x5chain_or_one_x5t),
    CASE(certificates_longer_than_the_profile_are_refused),
    CASE(padding_is_dropped),
    CASE(critical_items_must_be_known_and_fit),
    CASE(items_that_nobody_needs_are_dropped),
    CASE(what_is_no_item_is_refused),
    CASE(critical_padding_and_too_many_items_are_not_written),
    CASE(the_selected_suite_is_the_first_that_the_responder_supports),
    CASE(suites_i_is_the_order_of_preference_up_to_the_selected_one),
    CASE(a_refused_suite_is_negotiated_through_the_error_message),
    CASE(a_list_cut_on_the_way_ends_the_run),
    CASE(another_method_is_refused),
    CASE(the_invalid_messages_of_rfc_9529_are_refused),
    CASE(a_text_is_identifier_credential_signature_and_items),
    CASE(the_text_of_message_4_is_items_or_nothing),
    CASE(a_ciphertext_shorter_than_its_tag_is_refused),
    CASE(every_error_becomes_a_message_that_reads_back),
    CASE(error_messages_are_read_strictly),
    CASE(the_kdf_is_hkdf_expand_over_the_joined_info),
    CASE(x5t_is_the_first_eight_bytes_of_sha_256),
};

CHECK_MAIN(cases)

/* EDHOC between two honest sides. */
#include "edhoc_pair.h"

static pair p;

static const uint8_t value[] = {1, 2, 3};

/* One item of each sort: padding with and without a value, critical and not, with and without a value. */
static wf_edhoc_ead some_ead(void) {
    return (wf_edhoc_ead){{{.label = 0, .has_value = true, .value = {value, 3}},
                           {.label = 7, .critical = true, .has_value = true, .value = {value, 3}},
                           {.label = 65535},
                           {.label = 0}},
                          4};
}

static void check_some_ead(const wf_edhoc_ead *ead) {
    CHECK(ead->count == 2);
    CHECK(ead->items[0].label == 7 && ead->items[0].critical && ead->items[0].has_value);
    CHECK(wf_bytes_equal(ead->items[0].value, wf_bytes_of(value, 3)));
    CHECK(ead->items[1].label == 65535 && !ead->items[1].critical && !ead->items[1].has_value);
}

static void check_ead(const wf_edhoc_ead *ead, bool sent) {
    if (sent) {
        check_some_ead(ead);
    } else {
        CHECK(ead->count == 0);
    }
}

static void check_credential(const wf_edhoc_credential *seen, const side *of) {
    CHECK(seen->kind == of->config.send_as);
    if (seen->kind == WF_EDHOC_X5T) {
        uint8_t x5t[WF_X5T_LEN];
        CHECK_OK(wf_x5t(x5t, of->chain[0]));
        CHECK(memcmp(x5t, seen->x5t, sizeof x5t) == 0 && seen->chain_len == 0);
        return;
    }
    CHECK(seen->chain_len == of->config.chain_len);
    for (size_t i = 0; i < seen->chain_len; i++) {
        CHECK(wf_bytes_equal(seen->chain[i], of->chain[i]));
    }
}

static void check_same_keys(void) {
    static uint8_t a[WF_HASH_LEN], b[WF_HASH_LEN], other[WF_HASH_LEN];
    CHECK_OK(wf_edhoc_export(&p.i.run, 40000, wf_bytes_of(value, 3), a, sizeof a));
    CHECK_OK(wf_edhoc_export(&p.r.run, 40000, wf_bytes_of(value, 3), b, sizeof b));
    CHECK(memcmp(a, b, sizeof a) == 0);
    CHECK_OK(wf_edhoc_export(&p.i.run, 40001, wf_bytes_of(value, 3), other, sizeof other));
    CHECK(memcmp(a, other, sizeof a) != 0);
    CHECK_OK(wf_edhoc_export(&p.i.run, 40000, wf_bytes_of(value, 2), other, sizeof other));
    CHECK(memcmp(a, other, sizeof a) != 0);
}

static void run_whole(wf_edhoc_suite suite) {
    CHECK_OK(pair_write_1(&p, suite));
    CHECK_OK(pair_read_1(&p));
    bool ead = p.i.send != NULL;
    check_ead(&p.r.ead, ead);
    CHECK(p.r.run.suite == suite && p.r.run.peer_id.len == 1 && p.r.run.peer_id.bytes[0] == p.i.id.bytes[0]);
    CHECK_OK(pair_write_2(&p));
    CHECK_OK(pair_read_2(&p));
    check_credential(&p.i.peer, &p.r);
    check_ead(&p.i.ead, ead);
    CHECK(p.i.run.peer_id.len == 1 && p.i.run.peer_id.bytes[0] == p.r.id.bytes[0]);
    CHECK_OK(pair_accept_2(&p));
    CHECK_OK(pair_write_3(&p));
    CHECK_OK(pair_read_3(&p));
    check_credential(&p.r.peer, &p.i);
    check_ead(&p.r.ead, ead);
    CHECK_OK(pair_accept_3(&p));
    CHECK_OK(pair_write_4(&p));
    CHECK_OK(pair_read_4(&p));
    check_ead(&p.i.ead, ead);
    CHECK(p.i.run.state == WF_EDHOC_DONE && p.r.run.state == WF_EDHOC_DONE);
    check_same_keys();
}

/* Suite, what either side sends its certificate as, and external data: every combination. */
static void every_suite_credential_and_ead_gives_both_sides_the_same_keys(void) {
    static const uint16_t known[] = {7};
    wf_edhoc_ead ead = some_ead();
    for (unsigned n = 0; n < 2 * 3 * 3 * 2; n++) {
        wf_edhoc_suite suite = n % 2 == 0 ? WF_EDHOC_SUITE_3 : WF_EDHOC_SUITE_2;
        unsigned kind[] = {n / 2 % 3, n / 6 % 3};
        pair_start(&p);
        side *sides[] = {&p.i, &p.r};
        for (unsigned s = 0; s < 2; s++) {
            wf_edhoc_config *config = &sides[s]->config;
            config->send_as = kind[s] == 0 ? WF_EDHOC_X5T : WF_EDHOC_X5CHAIN;
            config->chain_len = kind[s] == 2 ? 2 : 1;
            config->suites = &suite;
            config->suite_count = 1;
            config->ead_known = known;
            config->ead_known_count = 1;
            sides[s]->send = n / 18 == 1 ? &ead : NULL;
        }
        run_whole(suite);
    }
}

static void message_lengths_are_those_of_the_suite(void) {
    pair_start(&p);
    pair_advance(&p, WF_EDHOC_SUITE_3, 5);
    CHECK(p.message[1].len == 1 + 1 + 34 + 2);
    CHECK(p.message[2].len == 2 + 32 + 2 + 14 + 66);
    CHECK(p.message[3].len == 2 + 14 + 66 + WF_CCM_TAG_LEN);
    CHECK(p.message[4].len == 1 + WF_CCM_TAG_LEN);
    wf_edhoc_suite suite = WF_EDHOC_SUITE_2;
    pair_start(&p);
    p.i.config.suites = &suite;
    p.i.config.suite_count = 1;
    pair_advance(&p, suite, 5);
    CHECK(p.message[3].len == 2 + 14 + 66 + WF_CCM_SHORT_TAG_LEN);
    CHECK(p.message[4].len == 1 + WF_CCM_SHORT_TAG_LEN);
}

static void identifiers_of_every_length_come_through(void) {
    for (uint8_t len = 0; len <= WF_EDHOC_ID_LEN; len++) {
        pair_start(&p);
        p.i.id = (wf_edhoc_id){{0xFF, 1, 2, 3, 4, 5, 6, 7}, len};
        p.r.id = (wf_edhoc_id){{0x20, 1, 2, 3, 4, 5, 6, 7}, len > 0 ? len : 1};
        pair_advance(&p, WF_EDHOC_SUITE_3, 5);
        CHECK(p.r.run.peer_id.len == len && memcmp(p.r.run.peer_id.bytes, p.i.id.bytes, len) == 0);
        CHECK(p.i.run.peer_id.len == p.r.id.len && memcmp(p.i.run.peer_id.bytes, p.r.id.bytes, p.r.id.len) == 0);
    }
    pair_start(&p);
    p.i.id.len = WF_EDHOC_ID_LEN + 1;
    CHECK(pair_write_1(&p, WF_EDHOC_SUITE_3) == WF_ERROR_ARGUMENT);
    pair_start(&p);
    pair_advance(&p, WF_EDHOC_SUITE_3, 1);
    CHECK_OK(pair_read_1(&p));
    p.r.id.len = WF_EDHOC_ID_LEN + 1;
    CHECK(pair_write_2(&p) == WF_ERROR_ARGUMENT);
}

static void two_longest_certificates_fit_a_message_and_more_does_not(void) {
    static const uint8_t zeros[200] = {0};
    wf_edhoc_ead ead = {{{.label = 1, .has_value = true, .value = {zeros, sizeof zeros}}}, 1};
    for (unsigned more = 0; more < 2; more++) {
        pair_start(&p);
        for (size_t i = 0; i < WF_EDHOC_CHAIN_LEN; i++) {
            p.i.chain[i].len = p.r.chain[i].len = WF_EDHOC_CERTIFICATE_LEN;
        }
        p.i.config.chain_len = p.r.config.chain_len = 2;
        p.i.config.send_as = p.r.config.send_as = WF_EDHOC_X5CHAIN;
        if (more == 0) {
            pair_advance(&p, WF_EDHOC_SUITE_3, 5);
            check_same_keys();
            continue;
        }
        pair_advance(&p, WF_EDHOC_SUITE_3, 1);
        CHECK_OK(pair_read_1(&p));
        p.r.send = &ead;
        CHECK(pair_write_2(&p) == WF_ERROR_TOO_SMALL);
        CHECK(run_is_wiped(&p.r.run));
    }
}

static void the_message_limit_holds_to_the_byte(void) {
    static const uint8_t zeros[WF_EDHOC_MESSAGE_LEN] = {0};
    static uint8_t room[2 * WF_EDHOC_MESSAGE_LEN];
    for (unsigned n = 1; n <= 4; n++) {
        pair_start(&p);
        pair_advance(&p, WF_EDHOC_SUITE_3, n);
        /* label, head of three bytes, and the head of the message grows to three */
        size_t grows = 4 + (n == 1 ? 0 : n == 4 ? 2 : 1);
        size_t most = WF_EDHOC_MESSAGE_LEN - p.message[n].len - grows;
        for (size_t more = 0; more < 2; more++) {
            wf_edhoc_ead ead = {{{.label = 1, .has_value = true, .value = {zeros, most + more}}}, 1};
            pair_start(&p);
            if (n > 1) {
                pair_advance(&p, WF_EDHOC_SUITE_3, n - 1);
            }
            p.i.send = p.r.send = &ead;
            wf_writer w = wf_writer_of(room, sizeof room);
            wf_error error = WF_ERROR_STATE;
            switch (n) {
            case 1:
                error = wf_edhoc_write_1(&p.i.run, &p.i.config, WF_EDHOC_SUITE_3, &p.i.id, &ead, &w);
                break;
            case 2:
                CHECK_OK(pair_read_1(&p));
                error = wf_edhoc_write_2(&p.r.run, &p.r.id, &ead, &w);
                break;
            case 3:
                CHECK_OK(pair_read_2(&p));
                CHECK_OK(pair_accept_2(&p));
                error = wf_edhoc_write_3(&p.i.run, &ead, &w);
                break;
            default:
                CHECK_OK(pair_read_3(&p));
                CHECK_OK(pair_accept_3(&p));
                error = wf_edhoc_write_4(&p.r.run, &ead, &w);
                break;
            }
            CHECK(error == (more == 0 ? WF_OK : WF_ERROR_TOO_SMALL));
            CHECK(more != 0 || w.len == WF_EDHOC_MESSAGE_LEN);
            p.message[n] = wf_bytes_of(room, w.len);
            CHECK(more != 0 || n != 1 || pair_read_1(&p) == WF_OK);
            CHECK(more != 0 || n != 2 || pair_read_2(&p) == WF_OK);
            CHECK(more != 0 || n != 3 || pair_read_3(&p) == WF_OK);
            CHECK(more != 0 || n != 4 || pair_read_4(&p) == WF_OK);
        }
    }
}

static void a_longer_message_is_refused(void) {
    static uint8_t room[WF_EDHOC_MESSAGE_LEN + 100];
    for (unsigned n = 1; n <= 4; n++) {
        pair_start(&p);
        pair_advance(&p, WF_EDHOC_SUITE_3, n);
        wf_writer w = wf_writer_of(room, sizeof room);
        if (n == 1) { /* padded with one-byte items of padding */
            memset(room, 0, sizeof room);
            wf_write_view(&w, p.message[1]);
        } else { /* a byte string that is well formed but for its length */
            wf_write_u8(&w, 0x59);
            wf_write_u16(&w, sizeof room - 3);
        }
        wf_bytes message = wf_bytes_of(room, sizeof room);
        wf_error error = n == 1   ? wf_edhoc_read_1(&p.r.run, &p.r.config, message, &p.r.ead)
                         : n == 2 ? wf_edhoc_read_2(&p.i.run, message, &p.i.peer, &p.i.ead)
                         : n == 3 ? wf_edhoc_read_3(&p.r.run, message, &p.r.peer, &p.r.ead)
                                  : wf_edhoc_read_4(&p.i.run, message, &p.i.ead);
        CHECK(error == WF_ERROR_EDHOC_MESSAGE);
    }
}

static void a_small_buffer_ends_the_run(void) {
    uint8_t tiny[8];
    pair_start(&p);
    wf_writer w = wf_writer_of(tiny, sizeof tiny);
    CHECK(wf_edhoc_write_1(&p.i.run, &p.i.config, WF_EDHOC_SUITE_3, &p.i.id, NULL, &w) == WF_ERROR_TOO_SMALL);
    CHECK(run_is_wiped(&p.i.run));
    pair_start(&p);
    pair_advance(&p, WF_EDHOC_SUITE_3, 1);
    CHECK_OK(pair_read_1(&p));
    w = wf_writer_of(tiny, sizeof tiny);
    CHECK(wf_edhoc_write_2(&p.r.run, &p.r.id, NULL, &w) == WF_ERROR_TOO_SMALL);
    CHECK(run_is_wiped(&p.r.run));
    pair_start(&p);
    pair_advance(&p, WF_EDHOC_SUITE_3, 2);
    CHECK_OK(pair_read_2(&p));
    CHECK_OK(pair_accept_2(&p));
    w = wf_writer_of(tiny, sizeof tiny);
    CHECK(wf_edhoc_write_3(&p.i.run, NULL, &w) == WF_ERROR_TOO_SMALL);
    CHECK(run_is_wiped(&p.i.run));
    pair_start(&p);
    pair_advance(&p, WF_EDHOC_SUITE_3, 3);
    CHECK_OK(pair_read_3(&p));
    CHECK_OK(pair_accept_3(&p));
    w = wf_writer_of(tiny, sizeof tiny);
    CHECK(wf_edhoc_write_4(&p.r.run, NULL, &w) == WF_ERROR_TOO_SMALL);
    CHECK(run_is_wiped(&p.r.run));
}

static void a_message_goes_behind_what_the_writer_holds(void) {
    uint8_t room[WF_EDHOC_MESSAGE_LEN];
    pair_start(&p);
    wf_writer w = wf_writer_of(room, sizeof room);
    wf_write_u32(&w, 0x10820000);
    CHECK_OK(wf_edhoc_write_1(&p.i.run, &p.i.config, WF_EDHOC_SUITE_3, &p.i.id, NULL, &w));
    p.message[1] = wf_bytes_of(room + 4, w.len - 4);
    CHECK_OK(pair_read_1(&p));
    CHECK_OK(pair_write_2(&p));
    CHECK_OK(pair_read_2(&p));
    CHECK_OK(pair_accept_2(&p));
}

static void a_configuration_out_of_range_is_refused(void) {
    static const wf_edhoc_suite odd[] = {(wf_edhoc_suite)0, WF_EDHOC_SUITE_3},
                                twice[] = {WF_EDHOC_SUITE_3, WF_EDHOC_SUITE_3};
    for (unsigned n = 0; n < 7; n++) {
        pair_start(&p);
        p.i.config.chain_len = n == 0 ? 0 : n == 1 ? WF_EDHOC_CHAIN_LEN + 1 : 1;
        p.i.chain[0].len = n == 2 ? 0 : n == 3 ? WF_EDHOC_CERTIFICATE_LEN + 1 : 300;
        p.i.config.suites = n == 4 ? odd : twice;
        p.i.config.suite_count = n == 6 ? 3 : n >= 4 ? 2 : 0;
        CHECK(pair_write_1(&p, WF_EDHOC_SUITE_3) == WF_ERROR_ARGUMENT);
        CHECK(run_is_wiped(&p.i.run));
    }
}

static void nothing_is_exported_before_message_4_was_read(void) {
    uint8_t out[16];
    wf_bytes none = wf_bytes_of(NULL, 0);
    for (unsigned last = 1; last <= 4; last++) {
        pair_start(&p);
        pair_advance(&p, WF_EDHOC_SUITE_3, last);
        CHECK(wf_edhoc_export(&p.i.run, 0, none, out, sizeof out) == WF_ERROR_STATE);
        CHECK(wf_edhoc_update(&p.i.run, none) == WF_ERROR_STATE);
        CHECK(last == 4 || wf_edhoc_export(&p.r.run, 0, none, out, sizeof out) == WF_ERROR_STATE);
    }
    CHECK_OK(pair_read_4(&p));
    CHECK_OK(wf_edhoc_export(&p.i.run, 0, none, out, sizeof out));
    CHECK(wf_edhoc_export(&p.i.run, 0, none, out, 0) == WF_ERROR_ARGUMENT);
}

static void a_key_update_changes_the_keys_alike_on_both_sides(void) {
    uint8_t before[16], after[16];
    wf_bytes none = wf_bytes_of(NULL, 0);
    pair_start(&p);
    pair_advance(&p, WF_EDHOC_SUITE_3, 5);
    CHECK_OK(wf_edhoc_export(&p.i.run, 0, none, before, sizeof before));
    CHECK_OK(wf_edhoc_update(&p.i.run, wf_bytes_of(value, 3)));
    CHECK_OK(wf_edhoc_update(&p.r.run, wf_bytes_of(value, 3)));
    CHECK_OK(wf_edhoc_export(&p.i.run, 0, none, after, sizeof after));
    CHECK(memcmp(before, after, sizeof after) != 0);
    check_same_keys();
}

static void a_finished_run_keeps_no_ephemeral_key(void) {
    static const wf_p256_key zero;
    pair_start(&p);
    pair_advance(&p, WF_EDHOC_SUITE_3, 2);
    CHECK(memcmp(&p.r.run.ephemeral, &zero, sizeof zero) == 0);
    CHECK_OK(pair_read_2(&p));
    CHECK(memcmp(&p.i.run.ephemeral, &zero, sizeof zero) == 0);
    wf_edhoc_wipe(&p.i.run);
    CHECK(p.i.run.state == WF_EDHOC_IDLE);
    p.i.run.state = WF_EDHOC_FAILED;
    CHECK(run_is_wiped(&p.i.run));
}

static void two_runs_share_neither_ephemeral_key_nor_session_key(void) {
    static uint8_t first[16], second[16], g_x[32];
    wf_bytes none = wf_bytes_of(NULL, 0);
    pair_start(&p);
    pair_advance(&p, WF_EDHOC_SUITE_3, 5);
    memcpy(g_x, p.bytes[1] + 4, sizeof g_x);
    CHECK_OK(wf_edhoc_export(&p.i.run, 0, none, first, sizeof first));
    wf_edhoc_wipe(&p.i.run);
    wf_edhoc_wipe(&p.r.run);
    pair_advance(&p, WF_EDHOC_SUITE_3, 5);
    CHECK_OK(wf_edhoc_export(&p.i.run, 0, none, second, sizeof second));
    CHECK(memcmp(g_x, p.bytes[1] + 4, sizeof g_x) != 0);
    CHECK(memcmp(first, second, sizeof first) != 0);
}

static const check_case cases[] = {
    {"every_suite_credential_and_ead_gives_both_sides_the_same_keys",
     every_suite_credential_and_ead_gives_both_sides_the_same_keys},
    {"message_lengths_are_those_of_the_suite", message_lengths_are_those_of_the_suite},
    {"identifiers_of_every_length_come_through", identifiers_of_every_length_come_through},
    {"two_longest_certificates_fit_a_message_and_more_does_not",
     two_longest_certificates_fit_a_message_and_more_does_not},
    {"the_message_limit_holds_to_the_byte", the_message_limit_holds_to_the_byte},
    {"a_longer_message_is_refused", a_longer_message_is_refused},
    {"a_small_buffer_ends_the_run", a_small_buffer_ends_the_run},
    {"a_message_goes_behind_what_the_writer_holds", a_message_goes_behind_what_the_writer_holds},
    {"a_configuration_out_of_range_is_refused", a_configuration_out_of_range_is_refused},
    {"nothing_is_exported_before_message_4_was_read", nothing_is_exported_before_message_4_was_read},
    {"a_key_update_changes_the_keys_alike_on_both_sides", a_key_update_changes_the_keys_alike_on_both_sides},
    {"a_finished_run_keeps_no_ephemeral_key", a_finished_run_keeps_no_ephemeral_key},
    {"two_runs_share_neither_ephemeral_key_nor_session_key", two_runs_share_neither_ephemeral_key_nor_session_key},
};

CHECK_MAIN(cases)

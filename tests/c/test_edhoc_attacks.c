/* EDHOC against one who changes, cuts, swaps, replays and reflects messages, or claims what isn't his. */
#include "edhoc/run.h"
#include "edhoc_pair.h"

static pair p, other;
static uint8_t changed[WF_EDHOC_MESSAGE_LEN + 1];

/* Message `n` goes to its reader, and the run on until the change must have shown; gives the first failure. The pair
 * has just written message `n`; its state is kept. */
static wf_error deliver(unsigned n, const uint8_t *bytes, size_t len) {
    static pair q;
    q = p;
    q.i.config.signer = wf_signer_of(&q.i.key);
    q.i.config.chain = q.i.chain;
    q.i.config.drbg = &q.i.drbg;
    q.r.config.signer = wf_signer_of(&q.r.key);
    q.r.config.chain = q.r.chain;
    q.r.config.drbg = &q.r.drbg;
    q.i.run.config = n > 0 ? &q.i.config : NULL;
    q.r.run.config = n > 1 ? &q.r.config : NULL;
    q.message[n] = wf_bytes_of(bytes, len);
    wf_error error = WF_OK;
    switch (n) {
    case 1: /* a change of message_1 shows at the latest when the Initiator judges message_2 */
        error = pair_read_1(&q);
        error = error != WF_OK ? error : pair_write_2(&q);
        if (error != WF_OK) {
            CHECK(run_is_wiped(&q.r.run));
            return error;
        }
        error = pair_read_2(&q);
        error = error != WF_OK ? error : pair_accept_2(&q);
        CHECK(error == WF_OK || run_is_wiped(&q.i.run));
        return error;
    case 2:
        error = pair_read_2(&q);
        error = error != WF_OK ? error : pair_accept_2(&q);
        CHECK(error == WF_OK || run_is_wiped(&q.i.run));
        return error;
    case 3:
        error = pair_read_3(&q);
        error = error != WF_OK ? error : pair_accept_3(&q);
        CHECK(error == WF_OK || run_is_wiped(&q.r.run));
        return error;
    default:
        error = pair_read_4(&q);
        CHECK(error == WF_OK || run_is_wiped(&q.i.run));
        return error;
    }
}

static void start_until(unsigned n) {
    pair_start(&p);
    pair_advance(&p, WF_EDHOC_SUITE_3, n);
    CHECK_OK(deliver(n, p.bytes[n], p.message[n].len));
}

static void flip_every_bit_of(unsigned n) {
    start_until(n);
    size_t len = p.message[n].len;
    for (size_t bit = 0; bit < 8 * len; bit++) {
        memcpy(changed, p.bytes[n], len);
        changed[bit / 8] = (uint8_t)(changed[bit / 8] ^ 1u << bit % 8);
        CHECK(deliver(n, changed, len) != WF_OK);
    }
}

static void any_flipped_bit_of_message_1_fails(void) {
    flip_every_bit_of(1);
}

static void any_flipped_bit_of_message_2_fails(void) {
    flip_every_bit_of(2);
}

static void any_flipped_bit_of_message_3_fails(void) {
    flip_every_bit_of(3);
}

static void any_flipped_bit_of_message_4_fails(void) {
    flip_every_bit_of(4);
}

static void every_truncation_and_extension_of_a_message_fails(void) {
    for (unsigned n = 1; n <= 4; n++) {
        start_until(n);
        size_t len = p.message[n].len;
        memcpy(changed, p.bytes[n], len);
        for (size_t cut = 0; cut < len; cut++) {
            CHECK(deliver(n, changed, cut) != WF_OK);
        }
        changed[len] = 0; /* after message_1 this is an item of padding */
        CHECK(deliver(n, changed, len + 1) != WF_OK);
    }
}

static void a_message_in_another_ones_place_fails(void) {
    pair_start(&other);
    pair_advance(&other, WF_EDHOC_SUITE_3, 5);
    for (unsigned n = 1; n <= 4; n++) {
        start_until(n);
        for (unsigned m = 1; m <= 4; m++) {
            CHECK(m == n || deliver(n, other.bytes[m], other.message[m].len) != WF_OK);
            CHECK(m >= n || deliver(n, p.bytes[m], p.message[m].len) != WF_OK);
        }
    }
}

static void a_message_replayed_from_another_run_fails(void) {
    pair_start(&other);
    pair_advance(&other, WF_EDHOC_SUITE_3, 5);
    for (unsigned n = 2; n <= 4; n++) {
        start_until(n);
        CHECK(deliver(n, other.bytes[n], other.message[n].len) != WF_OK);
    }
    start_until(3);
    CHECK(deliver(3, other.bytes[3], other.message[3].len) == WF_ERROR_TAG);
    start_until(4);
    CHECK(deliver(4, other.bytes[4], other.message[4].len) == WF_ERROR_TAG);
}

/* A replayed message_1 gets an answer, but no key that the replayer has. */
static void a_replayed_message_1_leads_to_a_run_that_nobody_can_finish(void) {
    pair_start(&p);
    pair_advance(&p, WF_EDHOC_SUITE_3, 5);
    wf_edhoc_wipe(&p.r.run);
    CHECK_OK(pair_read_1(&p));
    CHECK_OK(pair_write_2(&p));
    CHECK(pair_read_3(&p) == WF_ERROR_TAG);
}

static void our_own_ephemeral_key_thrown_back_is_refused(void) {
    start_until(2);
    memcpy(changed, p.bytes[2], p.message[2].len);
    memcpy(changed + 2, p.bytes[1] + 4, WF_P256_X_LEN);
    CHECK(deliver(2, changed, p.message[2].len) == WF_ERROR_EDHOC_MESSAGE);
}

static void message_3_thrown_back_is_no_message_4(void) {
    start_until(4);
    CHECK(deliver(4, p.bytes[3], p.message[3].len) == WF_ERROR_TAG);
}

static void a_peer_with_our_own_certificate_is_refused(void) {
    pair_start(&p);
    p.r.key = p.i.key;
    memcpy(p.r.certificates, p.i.certificates, sizeof p.r.certificates);
    pair_advance(&p, WF_EDHOC_SUITE_3, 2);
    CHECK_OK(pair_read_2(&p));
    CHECK(pair_accept_2(&p) == WF_ERROR_CREDENTIAL);
    CHECK(run_is_wiped(&p.i.run));
}

static void a_certificate_that_id_cred_does_not_name_is_refused(void) {
    for (unsigned kind = 0; kind < 2; kind++) {
        pair_start(&p);
        p.i.config.send_as = p.r.config.send_as = kind == 0 ? WF_EDHOC_X5T : WF_EDHOC_X5CHAIN;
        pair_advance(&p, WF_EDHOC_SUITE_3, 2);
        CHECK_OK(pair_read_2(&p));
        CHECK(wf_edhoc_accept_2(&p.i.run, p.r.chain[1], p.r.key.public_key) == WF_ERROR_CREDENTIAL);
        CHECK(run_is_wiped(&p.i.run));
        wf_edhoc_wipe(&p.i.run);
        wf_edhoc_wipe(&p.r.run);
        pair_advance(&p, WF_EDHOC_SUITE_3, 3);
        CHECK_OK(pair_read_3(&p));
        CHECK(wf_edhoc_accept_3(&p.r.run, wf_bytes_of(NULL, 0), p.i.key.public_key) == WF_ERROR_CREDENTIAL);
        CHECK(run_is_wiped(&p.r.run));
    }
}

static void a_certificate_without_its_private_key_proves_nothing(void) {
    pair_start(&p);
    p.r.config.signer = wf_signer_of(&p.i.key); /* signs with a key of one's own under another's certificate */
    pair_advance(&p, WF_EDHOC_SUITE_3, 2);
    CHECK_OK(pair_read_2(&p));
    CHECK(pair_accept_2(&p) == WF_ERROR_SIGNATURE);
    pair_start(&p);
    p.i.config.signer = wf_signer_of(&p.r.key);
    pair_advance(&p, WF_EDHOC_SUITE_3, 3);
    CHECK_OK(pair_read_3(&p));
    CHECK(pair_accept_3(&p) == WF_ERROR_SIGNATURE);
    CHECK(run_is_wiped(&p.r.run));
}

/* What is signed covers the whole certificate and not only what ID_CRED says of it (RFC 9528 9.1, misbinding). */
static void a_signature_holds_for_one_certificate_only(void) {
    uint8_t right[WF_HASH_LEN], wrong[WF_HASH_LEN];
    pair_start(&p);
    pair_advance(&p, WF_EDHOC_SUITE_3, 2);
    CHECK_OK(pair_read_2(&p));
    CHECK_OK(wf_edhoc_mac(right, &p.i.run, WF_EDHOC_MAC_2, p.r.chain[0]));
    p.r.certificates[0][299] ^= 1;
    CHECK_OK(wf_edhoc_mac(wrong, &p.i.run, WF_EDHOC_MAC_2, p.r.chain[0]));
    CHECK(memcmp(right, wrong, sizeof right) != 0);
    CHECK_OK(wf_edhoc_mac(wrong, &p.i.run, WF_EDHOC_MAC_3, p.r.chain[0]));
    CHECK(memcmp(right, wrong, sizeof right) != 0);
}

static void a_public_key_off_the_curve_is_refused(void) {
    uint8_t off[WF_P256_PUBLIC_LEN];
    pair_start(&p);
    pair_advance(&p, WF_EDHOC_SUITE_3, 2);
    CHECK_OK(pair_read_2(&p));
    memcpy(off, p.r.key.public_key, sizeof off);
    off[63] ^= 1;
    CHECK(wf_edhoc_accept_2(&p.i.run, p.r.chain[0], off) == WF_ERROR_POINT);
}

/* s becomes n - s: valid ECDSA, but not the one that was sent. */
static void take_the_other_s(wf_edhoc *run) {
    static const uint8_t n[] = {0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF,
                                0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17,
                                0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51};
    uint8_t *s = run->text + run->ead_at - sizeof n;
    int borrow = 0;
    for (size_t i = sizeof n; i-- > 0;) {
        int digit = n[i] - s[i] - borrow;
        borrow = digit < 0;
        s[i] = (uint8_t)digit;
    }
}

static void the_larger_s_is_refused_where_the_smaller_is_demanded(void) {
    for (unsigned low = 0; low < 2; low++) {
        pair_start(&p);
        p.i.config.peer_low_s = p.r.config.peer_low_s = low == 1;
        pair_advance(&p, WF_EDHOC_SUITE_3, 2);
        CHECK_OK(pair_read_2(&p));
        take_the_other_s(&p.i.run);
        CHECK(pair_accept_2(&p) == (low == 1 ? WF_ERROR_SIGNATURE : WF_OK));
        wf_edhoc_wipe(&p.i.run);
        wf_edhoc_wipe(&p.r.run);
        pair_advance(&p, WF_EDHOC_SUITE_3, 3);
        CHECK_OK(pair_read_3(&p));
        take_the_other_s(&p.r.run);
        CHECK(pair_accept_3(&p) == (low == 1 ? WF_ERROR_SIGNATURE : WF_OK));
    }
}

static void equal_connection_identifiers_are_refused_on_both_sides(void) {
    pair_start(&p);
    p.r.id = p.i.id;
    pair_advance(&p, WF_EDHOC_SUITE_3, 1);
    CHECK_OK(pair_read_1(&p));
    CHECK(pair_write_2(&p) == WF_ERROR_CONNECTION_ID);
    CHECK(run_is_wiped(&p.r.run));
    wf_edhoc_wipe(&p.r.run);
    CHECK_OK(pair_read_1(&p));
    p.r.run.peer_id.len = 0; /* a Responder that doesn't look */
    CHECK_OK(pair_write_2(&p));
    CHECK(pair_read_2(&p) == WF_ERROR_CONNECTION_ID);
    CHECK(run_is_wiped(&p.i.run));
}

/* The sender alone understands item 7; each of the four messages carries it once. */
static void a_critical_item_that_is_not_known_ends_the_run(void) {
    static const wf_edhoc_ead ead = {{{.label = 7, .critical = true}}, 1};
    static const uint16_t known[] = {6, 7};
    for (unsigned n = 1; n <= 4; n++) {
        for (size_t count = 1; count <= 2; count++) { /* 6 known; 6 and 7 known */
            pair_start(&p);
            p.i.config.ead_known = p.r.config.ead_known = known;
            p.i.config.ead_known_count = p.r.config.ead_known_count = count;
            if (n > 1) {
                pair_advance(&p, WF_EDHOC_SUITE_3, n - 1);
            }
            p.i.send = p.r.send = &ead;
            wf_error error = WF_OK;
            switch (n) {
            case 1:
                CHECK_OK(pair_write_1(&p, WF_EDHOC_SUITE_3));
                error = pair_read_1(&p);
                break;
            case 2:
                CHECK_OK(pair_read_1(&p));
                CHECK_OK(pair_write_2(&p));
                error = pair_read_2(&p);
                break;
            case 3:
                CHECK_OK(pair_read_2(&p));
                CHECK_OK(pair_accept_2(&p));
                CHECK_OK(pair_write_3(&p));
                error = pair_read_3(&p);
                break;
            default:
                CHECK_OK(pair_read_3(&p));
                CHECK_OK(pair_accept_3(&p));
                CHECK_OK(pair_write_4(&p));
                error = pair_read_4(&p);
                break;
            }
            CHECK(error == (count == 2 ? WF_OK : WF_ERROR_CRITICAL_EAD));
            CHECK(count == 2 || run_is_wiped(n % 2 == 1 ? &p.r.run : &p.i.run));
        }
    }
}

/* Every half step, and the state that allows it. */
typedef struct half_step {
    wf_edhoc_state from;
    wf_error (*call)(pair *);
} half_step;

static wf_error write_1_suite_3(pair *q) {
    return pair_write_1(q, WF_EDHOC_SUITE_3);
}

static const half_step half_steps[] = {
    {WF_EDHOC_IDLE, write_1_suite_3}, {WF_EDHOC_IDLE, pair_read_1},     {WF_EDHOC_READ_1, pair_write_2},
    {WF_EDHOC_SENT_1, pair_read_2},   {WF_EDHOC_READ_2, pair_accept_2}, {WF_EDHOC_ACCEPTED_2, pair_write_3},
    {WF_EDHOC_SENT_2, pair_read_3},   {WF_EDHOC_READ_3, pair_accept_3}, {WF_EDHOC_ACCEPTED_3, pair_write_4},
    {WF_EDHOC_SENT_3, pair_read_4},
};
enum { HALF_STEPS = sizeof half_steps / sizeof half_steps[0] };

/* Each call but the ones that the state of `run` allows, of either role, fails with STATE and leaves no trace. */
static void all_but_the_next_fail(const wf_edhoc *run) {
    static pair q;
    for (size_t i = 0; i < HALF_STEPS; i++) {
        q = p;
        q.i.run = q.r.run = *run;
        if (half_steps[i].from != run->state) {
            CHECK(half_steps[i].call(&q) == WF_ERROR_STATE);
            CHECK(memcmp(run, &q.i.run, sizeof *run) == 0 && memcmp(run, &q.r.run, sizeof *run) == 0);
        }
    }
}

static void a_call_out_of_order_changes_nothing(void) {
    pair_start(&p);
    for (size_t i = 0; i < HALF_STEPS; i++) {
        all_but_the_next_fail(&p.i.run);
        all_but_the_next_fail(&p.r.run);
        CHECK_OK(half_steps[i].call(&p));
    }
    all_but_the_next_fail(&p.i.run);
    all_but_the_next_fail(&p.r.run);
    CHECK(p.i.run.state == WF_EDHOC_DONE && p.r.run.state == WF_EDHOC_DONE);
}

static void a_failed_run_stays_failed_until_it_is_wiped(void) {
    start_until(4);
    p.bytes[4][1] ^= 1;
    CHECK(pair_read_4(&p) == WF_ERROR_TAG);
    p.bytes[4][1] ^= 1;
    CHECK(pair_read_4(&p) == WF_ERROR_STATE);
    all_but_the_next_fail(&p.i.run);
    wf_edhoc_wipe(&p.i.run);
    CHECK_OK(pair_write_1(&p, WF_EDHOC_SUITE_3));
}

static wf_error no_entropy(void *context, uint8_t *out, size_t len) {
    (void)context, (void)out, (void)len;
    return WF_ERROR_ENTROPY;
}

static void without_entropy_nothing_is_sent(void) {
    pair_start(&p);
    p.i.drbg.entropy.fill = no_entropy;
    p.i.drbg.until_reseed = 0;
    CHECK(pair_write_1(&p, WF_EDHOC_SUITE_3) == WF_ERROR_ENTROPY);
    CHECK(run_is_wiped(&p.i.run) && p.message[1].len == 0);
    pair_start(&p);
    pair_advance(&p, WF_EDHOC_SUITE_3, 1);
    CHECK_OK(pair_read_1(&p));
    p.r.drbg.entropy.fill = no_entropy;
    p.r.drbg.until_reseed = 0;
    CHECK(pair_write_2(&p) == WF_ERROR_ENTROPY);
    CHECK(run_is_wiped(&p.r.run));
}

#define CASE(name) \
    { #name, name }

static const check_case cases[] = {
    CASE(any_flipped_bit_of_message_1_fails),
    CASE(any_flipped_bit_of_message_2_fails),
    CASE(any_flipped_bit_of_message_3_fails),
    CASE(any_flipped_bit_of_message_4_fails),
    CASE(every_truncation_and_extension_of_a_message_fails),
    CASE(a_message_in_another_ones_place_fails),
    CASE(a_message_replayed_from_another_run_fails),
    CASE(a_replayed_message_1_leads_to_a_run_that_nobody_can_finish),
    CASE(our_own_ephemeral_key_thrown_back_is_refused),
    CASE(message_3_thrown_back_is_no_message_4),
    CASE(a_peer_with_our_own_certificate_is_refused),
    CASE(a_certificate_that_id_cred_does_not_name_is_refused),
    CASE(a_certificate_without_its_private_key_proves_nothing),
    CASE(a_signature_holds_for_one_certificate_only),
    CASE(a_public_key_off_the_curve_is_refused),
    CASE(the_larger_s_is_refused_where_the_smaller_is_demanded),
    CASE(equal_connection_identifiers_are_refused_on_both_sides),
    CASE(a_critical_item_that_is_not_known_ends_the_run),
    CASE(a_call_out_of_order_changes_nothing),
    CASE(a_failed_run_stays_failed_until_it_is_wiped),
    CASE(without_entropy_nothing_is_sent),
};

CHECK_MAIN(cases)

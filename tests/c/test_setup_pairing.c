/* Pairing by the set-up code: who gets in, who does not and by which error, and what is counted. */
#include "code_world.h"

/* ---- who gets in ---- */

static world *strangers_without_anchors(void) {
    world *w = code_world(CODE_ALONE);
    certify_under_another_root(w, CONTROLLER, WF_ROLE_CONTROLLER);
    w->nodes[CONTROLLER].config.identity.anchor_count = w->nodes[DEVICE].config.identity.anchor_count = 0;
    w->nodes[DEVICE].config.code_alone = false; /* without anchors it is */
    world_start(w, CONTROLLER);
    world_start(w, DEVICE);
    return w;
}

static void the_code_alone_pairs_strangers_without_any_anchor(void) {
    world *w = strangers_without_anchors();
    open_window(w, 1);
    CHECK_OK(pair_by(w, CONTROLLER, &device_code));
    check_paired(w, CONTROLLER);
    CHECK(da_of(w, DEVICE)->pairings.entries[0].origin.pinned &&
          da_of(w, CONTROLLER)->pairings.entries[0].origin.pinned);
    CHECK(world_event_of(w, CONTROLLER, WF_EVENT_PAIR_QUESTION) == NULL); /* the key says which device it is */
    world_end(w);
}

static void a_pinned_peer_meets_again_after_restarts_of_either_side(void) {
    world *w = strangers_without_anchors();
    open_window(w, 1);
    CHECK_OK(pair_by(w, CONTROLLER, &device_code));
    for (unsigned i = 0; i < 2; i++) {
        world_stop(w, i);
        world_start(w, i);
        wf_engine_announce(w->nodes[i].engine, w->now);
        world_run(w, 30000);
        CHECK(da_of(w, i)->pairings.entries[0].origin.pinned);
        check_paired(w, CONTROLLER);
    }
    world_end(w);
}

static void code_and_root_together_pair(void) {
    for (unsigned root_too = 0; root_too < 2; root_too++) {
        world *w = code_world(CODE_AND_ROOT);
        open_window(w, 1);
        CHECK_OK(wait_for(w, CONTROLLER, begin(w, CONTROLLER, &device_code, root_too)));
        check_paired(w, CONTROLLER);
        CHECK(!da_of(w, DEVICE)->pairings.entries[0].origin.pinned);
        CHECK(da_of(w, CONTROLLER)->pairings.entries[0].origin.pinned == !root_too);
        world_end(w);
    }
}

static void the_code_is_not_enough_where_the_root_is_demanded_too(void) {
    world *w = code_world(CODE_AND_ROOT);
    certify_under_another_root(w, CONTROLLER, WF_ROLE_CONTROLLER);
    open_window(w, 1);
    CHECK(pair_by(w, CONTROLLER, &device_code) == WF_ERROR_UNTRUSTED);
    CHECK(peers_of(w, DEVICE) == 0 && failures_of(w) == 0);
    world_end(w);

    w = code_world(NO_CODE);
    certify_under_another_root(w, DEVICE, WF_ROLE_DEVICE);
    give_code(w, CODE_ALONE);
    open_window(w, 1);
    CHECK(wait_for(w, CONTROLLER, begin(w, CONTROLLER, &device_code, true)) == WF_ERROR_UNTRUSTED);
    CHECK_OK(wait_for(w, CONTROLLER, begin(w, CONTROLLER, &device_code, false)));
    check_paired(w, CONTROLLER);
    world_end(w);
}

static void certify_of_yesterday(world *w, unsigned i, wf_role role) {
    wf_certificate_order order = world_order(w, &w->nodes[i], role, (uint8_t)(i + 1));
    order.not_after = WORLD_DATE - 1;
    world_issue(w, &w->nodes[i], order, w->anchors[0], &w->root_key);
    world_start(w, i);
}

static void with_the_code_alone_dates_do_not_count_and_with_the_root_they_do(void) {
    for (unsigned root = 0; root < 2; root++) {
        world *w = code_world(NO_CODE);
        certify_of_yesterday(w, CONTROLLER, WF_ROLE_CONTROLLER);
        certify_of_yesterday(w, DEVICE, WF_ROLE_DEVICE);
        give_code(w, root ? CODE_AND_ROOT : CODE_ALONE);
        open_window(w, 1);
        wf_error error = pair_by(w, CONTROLLER, &device_code);
        CHECK(error == (root ? WF_ERROR_EXPIRED : WF_OK));
        for (unsigned i = CONTROLLER; i <= DEVICE && !root; i++) {
            check_paired(w, CONTROLLER);
            CHECK(world_event_of(w, i, WF_EVENT_SECURITY) == NULL); /* nor are they reported */
        }
        world_end(w);
    }
}

static void nobody_pairs_without_anything_to_trust(void) {
    world *w = strangers_without_anchors();
    wf_request_id request;
    wf_pair_order order = {.address = w->nodes[DEVICE].address, .number = w->nodes[DEVICE].number};
    CHECK(wf_engine_pair(w->nodes[CONTROLLER].engine, w->now, &request, &order) == WF_ERROR_UNTRUSTED);
    order.code = &device_code;
    order.root_too = true;
    CHECK(wf_engine_pair(w->nodes[CONTROLLER].engine, w->now, &request, &order) == WF_ERROR_UNTRUSTED);
    world_end(w);
}

static void a_code_of_another_key_does_not_start_a_device(void) {
    world *w = code_world(CODE_ALONE);
    wf_setup_code code = device_code;
    code.spki_hash[0] ^= 1;
    world_node *n = &w->nodes[DEVICE];
    n->config.setup_code = &code;
    CHECK(wf_engine_start(&n->engine, &n->config, n->memory, n->size, w->now) == WF_ERROR_WRONG_DEVICE);
    n->config.setup_code = NULL;
    n->config.identity.anchor_count = 0;
    CHECK(wf_engine_start(&n->engine, &n->config, n->memory, n->size, w->now) == WF_ERROR_ARGUMENT);
    n->engine = NULL;
    world_end(w);
}

static void a_hello_says_what_the_device_demands(void) {
    static const bool demands[][2] = {[NO_CODE] = {false, true}, [CODE_AND_ROOT] = {true, true}, {true, false}};
    for (code_mode mode = NO_CODE; mode <= CODE_ALONE; mode++) {
        world *w = code_world(mode);
        wf_request_id request;
        CHECK_OK(wf_engine_hello(w->nodes[CONTROLLER].engine, w->now, &request, &w->nodes[DEVICE].address, 1000));
        world_settle(w);
        const wf_event *found = world_event_of(w, CONTROLLER, WF_EVENT_FOUND);
        CHECK(found != NULL && found->hello.demands_code == demands[mode][0]);
        CHECK(found->hello.demands_root == demands[mode][1]);
        world_end(w);
    }
}

/* ---- who does not ---- */

typedef struct counting_signer {
    wf_signer real;
    unsigned count;
} counting_signer;

static wf_error count_and_sign(void *context, uint8_t signature[static WF_P256_SIGNATURE_LEN],
                               const uint8_t hash[static WF_HASH_LEN], wf_drbg *drbg) {
    counting_signer *s = context;
    s->count++;
    return s->real.sign(s->real.context, signature, hash, drbg);
}

/* The outcome for who comes with that code, and that the device neither signed nor sent anything but small refusals. */
static wf_error outcome_for(code_mode mode, const wf_setup_code *code, const wf_setup_code *own) {
    world *w = code_world(mode);
    counting_signer signer = {.real = w->nodes[DEVICE].config.identity.signer};
    w->nodes[DEVICE].config.identity.signer.sign = count_and_sign;
    w->nodes[DEVICE].config.identity.signer.context = &signer;
    world_start(w, DEVICE);
    unsigned signed_before = signer.count; /* for its randomness */
    wf_setup_code given = own != NULL ? device_code : (code != NULL ? *code : device_code);
    given.secret[15] ^= own != NULL; /* one bit mistyped */
    open_window(w, 1);
    wf_drbg before = da_of(w, DEVICE)->drbg;
    wf_error error = pair_by(w, CONTROLLER, code == NULL && own == NULL ? NULL : &given);
    CHECK(signer.count == signed_before && logged(w, WF_DA_MESSAGE_2) == 0);
    CHECK(memcmp(&before, &da_of(w, DEVICE)->drbg, sizeof before) == 0); /* no ephemeral key was made */
    CHECK(peers_of(w, DEVICE) == 0 && peers_of(w, CONTROLLER) == 0 && failures_of(w) == 0);
    CHECK(wf_engine_window(w->nodes[DEVICE].engine, w->now).failures == 0);
    world_end(w);
    return error;
}

static void who_has_no_code_is_told_so_and_nothing_is_computed_for_him(void) {
    CHECK(outcome_for(CODE_ALONE, NULL, NULL) == WF_ERROR_CODE_NEEDED);
    CHECK(outcome_for(CODE_AND_ROOT, NULL, NULL) == WF_ERROR_CODE_NEEDED);
}

static void another_devices_code_is_the_wrong_one_and_nothing_is_computed_for_it(void) {
    world *w = code_world(CODE_ALONE);
    wf_setup_code other;
    CHECK_OK(wf_setup_code_make(&other, w->nodes[CONTROLLER].key.public_key, &w->drbg));
    world_end(w);
    CHECK(outcome_for(CODE_ALONE, &other, NULL) == WF_ERROR_WRONG_CODE);
    CHECK(outcome_for(CODE_AND_ROOT, &other, NULL) == WF_ERROR_WRONG_CODE);
    CHECK(outcome_for(NO_CODE, &other, NULL) == WF_ERROR_WRONG_CODE);
}

static void a_mistyped_secret_is_the_wrong_code_and_nothing_is_computed_for_it(void) {
    CHECK(outcome_for(CODE_ALONE, NULL, &device_code) == WF_ERROR_WRONG_CODE);
    CHECK(outcome_for(CODE_AND_ROOT, NULL, &device_code) == WF_ERROR_WRONG_CODE);
}

/* Another device with the same certificate rules answers at that address. */
static void a_device_whose_key_is_not_the_codes_is_refused_by_the_controller(void) {
    world *w = code_world(NO_CODE);
    wf_setup_code other;
    CHECK_OK(wf_setup_code_make(&other, w->nodes[CONTROLLER].key.public_key, &w->drbg));
    device_code = other;
    memcpy(da_of(w, DEVICE)->code.secret, other.secret, sizeof other.secret);
    CHECK_OK(wf_setup_code_slot_key(da_of(w, DEVICE)->slot_key, &other)); /* it even got the slot key */
    da_of(w, DEVICE)->has_code = true;
    open_window(w, 1);
    CHECK(pair_by(w, CONTROLLER, &other) == WF_ERROR_WRONG_CODE);
    CHECK(logged(w, WF_DA_MESSAGE_2) > 0 && logged(w, WF_DA_MESSAGE_3) == 0);
    CHECK(peers_of(w, DEVICE) == 0 && peers_of(w, CONTROLLER) == 0);
    world_end(w);
}

static bool spoil_answer(world *w, world_datagram *d) {
    wf_expectations *expected = &da_of(w, DEVICE)->expectations;
    if (d->from == DEVICE && type_of(d) == WF_DA_MESSAGE_4) {
        expected->entries[(expected->at - 1) % WF_EXPECTATIONS].proofs.responder[0] ^= 1;
    }
    return true;
}

static void a_device_with_a_wrong_proof_is_not_kept(void) {
    world *w = code_world(CODE_AND_ROOT);
    open_window(w, 1);
    w->pass = spoil_answer;
    CHECK(pair_by(w, CONTROLLER, &device_code) == WF_ERROR_WRONG_CODE);
    CHECK(peers_of(w, CONTROLLER) == 0 && wf_pairing_count(&da_of(w, CONTROLLER)->pairings, WF_PAIRING_FREE) == 6);
    world_end(w);
}

static bool strip_proof(world *w, world_datagram *d) {
    if (d->from == DEVICE && type_of(d) == WF_DA_MESSAGE_4) {
        da_of(w, CONTROLLER)->runs[0].has_code = false; /* it forgets to prove it */
        da_of(w, CONTROLLER)->runs[0].has_number = true;
    }
    return true;
}

static void a_confirm_without_a_proof_is_refused_and_is_no_failure(void) {
    world *w = code_world(CODE_ALONE);
    open_window(w, 1);
    w->pass = strip_proof;
    CHECK(pair_by(w, CONTROLLER, &device_code) == WF_ERROR_CODE_NEEDED);
    CHECK(failures_of(w) == 0 && wf_engine_window(w->nodes[DEVICE].engine, w->now).failures == 0);
    CHECK(peers_of(w, DEVICE) == 0);
    world_end(w);
}

/* It has a device's certificate, and somebody made its program a controller's. */
static void a_device_certificate_can_not_act_as_a_controller_in_any_mode(void) {
    for (code_mode mode = NO_CODE; mode <= CODE_ALONE; mode++) {
        world *w = code_world(mode);
        world_add(w, OTHER, WF_ROLE_DEVICE);
        da_of(w, OTHER)->role = WF_ROLE_CONTROLLER;
        open_window(w, 1);
        CHECK(pair_by(w, OTHER, mode == NO_CODE ? NULL : &device_code) == WF_ERROR_WRONG_ROLE);
        CHECK(logged(w, WF_DA_MESSAGE_3) > 0 && logged(w, WF_DA_MESSAGE_4) == 0);
        CHECK(peers_of(w, DEVICE) == 0 && peers_of(w, OTHER) == 0);
        world_end(w);
    }
}

static void a_controller_certificate_can_not_act_as_a_device_in_any_mode(void) {
    for (code_mode mode = NO_CODE; mode <= CODE_ALONE; mode++) {
        world *w = code_world(mode);
        world_node *n = &w->nodes[DEVICE];
        n->config.setup_code = NULL;
        world_issue(w, n, world_order(w, n, WF_ROLE_CONTROLLER, 2), w->anchors[0], &w->root_key);
        world_start(w, DEVICE);
        wf_da *da = da_of(w, DEVICE);
        da->role = WF_ROLE_DEVICE;
        CHECK_OK(wf_setup_code_make(&device_code, n->key.public_key, &w->drbg));
        da->has_code = mode != NO_CODE;
        da->code_alone = mode == CODE_ALONE;
        da->code = device_code;
        CHECK_OK(wf_setup_code_slot_key(da->slot_key, &device_code));
        open_window(w, 1);
        CHECK(pair_by(w, CONTROLLER, mode == NO_CODE ? NULL : &device_code) == WF_ERROR_WRONG_ROLE);
        CHECK(logged(w, WF_DA_MESSAGE_2) > 0 && logged(w, WF_DA_MESSAGE_3) == 0);
        world_end(w);
    }
}

/* ---- windows for several pairings, and several controllers ---- */

static void a_window_for_several_pairings_closes_with_the_last(void) {
    world *w = code_world(CODE_ALONE);
    world_add(w, OTHER, WF_ROLE_CONTROLLER);
    world_add(w, FOURTH, WF_ROLE_CONTROLLER);
    open_window(w, 3);
    static const unsigned controllers[] = {CONTROLLER, OTHER, FOURTH};
    for (unsigned i = 0; i < 3; i++) {
        CHECK(wf_engine_window(w->nodes[DEVICE].engine, w->now).pairings == 3 - i);
        CHECK(wf_engine_window(w->nodes[DEVICE].engine, w->now).left_ms > 0);
        CHECK_OK(pair_by(w, controllers[i], &device_code));
    }
    CHECK(wf_engine_window(w->nodes[DEVICE].engine, w->now).left_ms == 0);
    CHECK(wf_engine_window(w->nodes[DEVICE].engine, w->now).pairings == 0);
    const wf_event *closed = world_event_of(w, DEVICE, WF_EVENT_WINDOW_CLOSED);
    CHECK(closed != NULL && closed->error == WF_OK && peers_of(w, DEVICE) == 3);
    for (unsigned i = 0; i < 3; i++) {
        check_paired(w, controllers[i]);
    }
    world_end(w);
}

static void two_controllers_at_once_both_get_into_a_window_for_two(void) {
    for (code_mode mode = NO_CODE; mode <= CODE_ALONE; mode++) {
        world *w = code_world(mode);
        world_add(w, OTHER, WF_ROLE_CONTROLLER);
        open_window(w, 2);
        const wf_setup_code *code = mode != NO_CODE ? &device_code : NULL;
        wf_request_id first = begin(w, CONTROLLER, code, false), second = begin(w, OTHER, code, false);
        CHECK_OK(wait_for(w, CONTROLLER, first));
        CHECK_OK(wait_for(w, OTHER, second));
        check_paired(w, CONTROLLER);
        check_paired(w, OTHER);
        world_end(w);
    }
}

static void of_two_orders_of_one_controller_at_once_one_is_carried_out(void) {
    world *w = code_world(CODE_ALONE);
    open_window(w, 1);
    wf_request_id first = begin(w, CONTROLLER, &device_code, false), second = begin(w, CONTROLLER, &device_code, false);
    wf_error a = wait_for(w, CONTROLLER, first), b = wait_for(w, CONTROLLER, second);
    CHECK((a == WF_OK) != (b == WF_OK));
    CHECK((a == WF_OK ? b : a) == WF_ERROR_WINDOW_CLOSED);
    check_paired(w, CONTROLLER);
    world_end(w);
}

static void who_finds_only_unconfirmed_pairings_in_his_way_comes_later(void) {
    world *w = code_world(NO_CODE);
    wf_pairing_table *table = &da_of(w, DEVICE)->pairings;
    for (uint32_t i = 0; i < table->count; i++) {
        table->entries[i].state = WF_PAIRING_CANDIDATE;
        table->entries[i].fingerprint[0] = (uint8_t)i;
    }
    open_window(w, 1);
    wf_request_id request = begin(w, CONTROLLER, NULL, false);
    world_run(w, 20000);
    CHECK(da_of(w, CONTROLLER)->runs[0].hint == WF_ERROR_BUSY);
    CHECK_OK(wf_pairing_remove(table, 3)); /* its time is over */
    CHECK_OK(wait_for(w, CONTROLLER, request));
    check_paired(w, CONTROLLER);
    world_end(w);
}

/* ---- the commit that got no answer ---- */

typedef struct silence {
    wf_time until;
    uint8_t type;
} silence;

static bool silence_for_a_while(world *w, world_datagram *d) {
    const silence *s = w->context;
    return type_of(d) != s->type || w->now >= s->until;
}

static void lost_for(uint8_t type, code_mode mode, wf_time ms) {
    world *w = code_world(mode);
    open_window(w, 1);
    silence s = {w->now + ms, type};
    w->context = &s;
    w->pass = silence_for_a_while;
    wf_time began = w->now;
    CHECK_OK(pair_by(w, CONTROLLER, mode != NO_CODE ? &device_code : NULL));
    CHECK(w->now - began < WINDOW_MS);
    check_paired(w, CONTROLLER);
    world_end(w);
}

static void when_every_confirm_was_lost_the_same_order_pairs_anew(void) {
    for (code_mode mode = NO_CODE; mode <= CODE_ALONE; mode++) {
        lost_for(WF_DA_REQUEST, mode, 41000);
    }
}

static void when_every_confirmed_was_lost_the_same_order_heals(void) {
    for (code_mode mode = NO_CODE; mode <= CODE_ALONE; mode++) {
        lost_for(WF_DA_ANSWER, mode, 41000);
        lost_for(WF_DA_ANSWER, mode, 120000); /* and the healing takes several turns */
    }
}

static void a_call_of_the_device_does_not_cancel_an_order_that_heals(void) {
    world *w = code_world(CODE_ALONE);
    open_window(w, 1);
    silence s = {w->now + 60000, WF_DA_ANSWER};
    w->context = &s;
    w->pass = silence_for_a_while;
    wf_request_id request = begin(w, CONTROLLER, &device_code, false);
    world_run(w, 40500);
    CHECK(world_outcome(w, CONTROLLER, request) == NULL && da_of(w, CONTROLLER)->runs[0].purpose == WF_RUN_HEAL);
    world_stop(w, DEVICE);
    world_start(w, DEVICE);
    wf_engine_announce(w->nodes[DEVICE].engine, w->now);
    CHECK_OK(wait_for(w, CONTROLLER, request));
    check_paired(w, CONTROLLER);
    world_end(w);
}

static bool silence_but_for_calls(world *w, world_datagram *d) {
    (void)w;
    return type_of(d) == 0 || type_of(d) == WF_DA_HELLO || type_of(d) == WF_DA_HELLO_ANSWER;
}

/* The device wrote its half down and restarts while the controller tries it as a stranger again. */
static void a_call_of_the_device_tells_an_order_that_it_can_heal(void) {
    world *w = code_world(CODE_ALONE);
    open_window(w, 2);
    silence s = {w->now + 40000, WF_DA_ANSWER};
    w->context = &s;
    w->pass = silence_for_a_while;
    wf_request_id request = begin(w, CONTROLLER, &device_code, false);
    world_run(w, 39000);
    w->pass = silence_but_for_calls;
    world_run(w, 36000);
    const wf_run *run = &da_of(w, CONTROLLER)->runs[0];
    CHECK(world_outcome(w, CONTROLLER, request) == NULL && run->purpose == WF_RUN_PAIR && run->incomplete);
    world_stop(w, DEVICE);
    world_start(w, DEVICE);
    w->pass = NULL;
    wf_engine_announce(w->nodes[DEVICE].engine, w->now);
    world_settle(w);
    CHECK(world_outcome(w, CONTROLLER, request) != NULL);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    check_paired(w, CONTROLLER);
    world_end(w);
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(the_code_alone_pairs_strangers_without_any_anchor),
    CASE(a_pinned_peer_meets_again_after_restarts_of_either_side),
    CASE(code_and_root_together_pair),
    CASE(the_code_is_not_enough_where_the_root_is_demanded_too),
    CASE(with_the_code_alone_dates_do_not_count_and_with_the_root_they_do),
    CASE(nobody_pairs_without_anything_to_trust),
    CASE(a_code_of_another_key_does_not_start_a_device),
    CASE(a_hello_says_what_the_device_demands),
    CASE(who_has_no_code_is_told_so_and_nothing_is_computed_for_him),
    CASE(another_devices_code_is_the_wrong_one_and_nothing_is_computed_for_it),
    CASE(a_mistyped_secret_is_the_wrong_code_and_nothing_is_computed_for_it),
    CASE(a_device_whose_key_is_not_the_codes_is_refused_by_the_controller),
    CASE(a_device_with_a_wrong_proof_is_not_kept),
    CASE(a_confirm_without_a_proof_is_refused_and_is_no_failure),
    CASE(a_device_certificate_can_not_act_as_a_controller_in_any_mode),
    CASE(a_controller_certificate_can_not_act_as_a_device_in_any_mode),
    CASE(a_window_for_several_pairings_closes_with_the_last),
    CASE(two_controllers_at_once_both_get_into_a_window_for_two),
    CASE(of_two_orders_of_one_controller_at_once_one_is_carried_out),
    CASE(who_finds_only_unconfirmed_pairings_in_his_way_comes_later),
    CASE(when_every_confirm_was_lost_the_same_order_pairs_anew),
    CASE(when_every_confirmed_was_lost_the_same_order_heals),
    CASE(a_call_of_the_device_does_not_cancel_an_order_that_heals),
    CASE(a_call_of_the_device_tells_an_order_that_it_can_heal),
};
CHECK_MAIN(cases)

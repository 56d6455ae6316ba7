/* Revocation lists at work: taken, carried in blocks, kept over restarts and power cuts, and what they stop. */
#include "world.h"

enum { CONTROLLER, DEVICE, OTHER, DAY = 86400, LIST_ROOM = 32768 };

typedef struct list {
    uint8_t bytes[LIST_ROOM];
    wf_bytes der;
} list;

/* A list of the world's root: `extra` entries of nobody, then those of the nodes named in `revoked`. */
static void publish(world *w, list *out, uint64_t number, int64_t this_update, int64_t days, const unsigned *revoked,
                    size_t count, size_t extra) {
    static wf_crl_entry entries[600];
    wf_certificate root;
    for (size_t i = 0; i < extra; i++) {
        entries[i] = (wf_crl_entry){.revoked_at = WORLD_DATE - 500, .reason = WF_CRL_KEY_COMPROMISE};
        entries[i].serial[4] = 0x55;
        entries[i].serial[18] = (uint8_t)(i >> 8);
        entries[i].serial[19] = (uint8_t)i;
    }
    for (size_t i = 0; i < count; i++) {
        entries[extra + i] = (wf_crl_entry){.revoked_at = WORLD_DATE - 400};
        entries[extra + i].serial[4] = 1;
        entries[extra + i].serial[5] = (uint8_t)(revoked[i] + 1);
    }
    CHECK_OK(wf_certificate_parse(&root, w->anchors[0]));
    wf_crl_order order = {.number = number,
                          .this_update = this_update,
                          .next_update = this_update + days * DAY,
                          .entries = entries,
                          .entry_count = extra + count};
    wf_writer writer = wf_writer_of(out->bytes, sizeof out->bytes);
    CHECK_OK(wf_crl_issue(&writer, &order, &root, wf_signer_of(&w->root_key), &w->drbg));
    out->der = wf_bytes_of(out->bytes, writer.len);
}

static void revoke(world *w, list *out, uint64_t number, unsigned who) {
    publish(w, out, number, WORLD_DATE - 100, 30, &who, 1, 0);
}

static wf_error take(world *w, unsigned i, const list *l) {
    wf_error error = wf_engine_take_list(w->nodes[i].engine, w->now, w->anchors[0], l->der);
    world_settle(w);
    return error;
}

static void open_window(world *w, unsigned i) {
    CHECK_OK(wf_engine_open_window(w->nodes[i].engine, w->now, 0, 1));
}

static world *home(void) {
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    return w;
}

static world *paired_home(void) {
    world *w = home();
    open_window(w, DEVICE);
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
    return w;
}

/* The device is paired with two controllers. */
static world *big_home(void) {
    world *w = paired_home();
    world_add(w, OTHER, WF_ROLE_CONTROLLER);
    open_window(w, DEVICE);
    CHECK_OK(world_pair(w, OTHER, DEVICE));
    return w;
}

static unsigned peers_of(const world *w, unsigned i) {
    unsigned at = 0, count = 0;
    wf_peer peer;
    while (wf_engine_next_peer(w->nodes[i].engine, &at, &peer)) {
        count++;
    }
    return count;
}

static bool told(const world *w, unsigned i, wf_event_kind kind, wf_error error) {
    for (unsigned k = 0; k < w->nodes[i].event_count; k++) {
        const wf_event *event = &w->nodes[i].events[k].event;
        if (event->kind == kind && event->error == error) {
            return true;
        }
    }
    return false;
}

static wf_error get(world *w, unsigned from) {
    wf_request_id request = world_ask(w, from, DEVICE, WF_ESV_GET, 0xB3, wf_bytes_of(NULL, 0));
    world_run(w, 25000);
    return world_outcome(w, from, request)->error;
}

/* ---- taking a list ---- */

static void a_revoked_peer_is_a_peer_no_more_at_once(void) {
    world *w = paired_home();
    list l;
    CHECK_OK(get(w, CONTROLLER));
    revoke(w, &l, 1, CONTROLLER);
    CHECK_OK(take(w, DEVICE, &l));
    CHECK(peers_of(w, DEVICE) == 0 && told(w, DEVICE, WF_EVENT_UNPAIRED, WF_ERROR_REVOKED));
    CHECK(told(w, DEVICE, WF_EVENT_SECURITY, WF_ERROR_REVOKED) && told(w, DEVICE, WF_EVENT_LIST_TAKEN, WF_OK));
    uint8_t before = world_value(w, DEVICE, 0xB3);
    CHECK(get(w, CONTROLLER) != WF_OK);
    CHECK(world_value(w, DEVICE, 0xB3) == before);
    world_end(w);
}

static void who_is_on_the_list_does_not_pair_again(void) {
    for (unsigned who = CONTROLLER; who <= DEVICE; who++) {
        world *w = home();
        list l;
        revoke(w, &l, 1, who);
        CHECK_OK(take(w, 1 - who, &l));
        open_window(w, DEVICE);
        CHECK(world_pair(w, CONTROLLER, DEVICE) == WF_ERROR_REVOKED);
        CHECK(peers_of(w, DEVICE) == 0 && peers_of(w, CONTROLLER) == 0);
        world_end(w);
    }
}

static void who_is_not_on_the_list_is_left_alone(void) {
    world *w = big_home();
    list l;
    revoke(w, &l, 1, OTHER);
    CHECK_OK(take(w, DEVICE, &l));
    CHECK(peers_of(w, DEVICE) == 1);
    CHECK_OK(get(w, CONTROLLER));
    CHECK(get(w, OTHER) != WF_OK);
    world_end(w);
}

static void a_list_holds_over_a_restart(void) {
    world *w = home();
    list l;
    revoke(w, &l, 7, CONTROLLER);
    CHECK_OK(take(w, DEVICE, &l));
    world_stop(w, DEVICE);
    world_start(w, DEVICE);
    unsigned at = 0;
    wf_crl crl;
    uint32_t kept;
    CHECK(wf_engine_next_list(w->nodes[DEVICE].engine, &at, &crl, &kept) && crl.number == 7 && kept == 1);
    CHECK(!wf_engine_next_list(w->nodes[DEVICE].engine, &at, &crl, &kept));
    open_window(w, DEVICE);
    CHECK(world_pair(w, CONTROLLER, DEVICE) == WF_ERROR_REVOKED);
    world_end(w);
}

static void numbers_never_go_back(void) {
    world *w = home();
    list old, new;
    publish(w, &old, 4, WORLD_DATE - 200, 30, NULL, 0, 0);
    revoke(w, &new, 5, CONTROLLER);
    CHECK_OK(take(w, DEVICE, &new));
    CHECK(take(w, DEVICE, &old) == WF_ERROR_CRL_OLD);
    CHECK_OK(take(w, DEVICE, &new)); /* the same again */
    world_stop(w, DEVICE);
    world_start(w, DEVICE);
    CHECK(take(w, DEVICE, &old) == WF_ERROR_CRL_OLD);
    open_window(w, DEVICE);
    CHECK(world_pair(w, CONTROLLER, DEVICE) == WF_ERROR_REVOKED);
    world_end(w);
}

static void a_later_list_takes_the_place_of_the_one_before(void) {
    world *w = home();
    list first, second;
    revoke(w, &first, 1, CONTROLLER);
    publish(w, &second, 2, WORLD_DATE - 50, 30, NULL, 0, 300);
    CHECK_OK(take(w, DEVICE, &first));
    w->nodes[DEVICE].config.revoked = 400;
    world_stop(w, DEVICE);
    world_start(w, DEVICE);
    CHECK_OK(take(w, DEVICE, &second));
    open_window(w, DEVICE);
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
    world_end(w);
}

static void a_list_that_is_not_the_issuers_changes_nothing(void) {
    world *w = paired_home();
    list l;
    revoke(w, &l, 1, CONTROLLER);
    unsigned writes = w->nodes[DEVICE].store.writes;
    for (size_t at = 0; at < l.der.len; at += 7) {
        l.bytes[at] ^= 1;
        CHECK(take(w, DEVICE, &l) != WF_OK);
        l.bytes[at] ^= 1;
    }
    uint8_t stranger[WF_CERTIFICATE_LEN];
    wf_p256_key key;
    wf_bytes other = world_root(w, &key, stranger, "Other root");
    CHECK(wf_engine_take_list(w->nodes[DEVICE].engine, w->now, other, l.der) != WF_OK);
    CHECK(wf_engine_take_list(w->nodes[DEVICE].engine, w->now, w->nodes[CONTROLLER].chain[0], l.der) != WF_OK);
    l.der.len--;
    CHECK(take(w, DEVICE, &l) != WF_OK);
    CHECK(w->nodes[DEVICE].store.writes == writes && peers_of(w, DEVICE) == 1);
    CHECK_OK(get(w, CONTROLLER));
    world_end(w);
}

static void without_a_store_no_list_is_taken(void) {
    world *w = home();
    list l;
    revoke(w, &l, 1, CONTROLLER);
    w->nodes[DEVICE].config.store = (wf_store){0};
    world_stop(w, DEVICE);
    world_start(w, DEVICE);
    CHECK(take(w, DEVICE, &l) == WF_ERROR_STATE);
    world_end(w);
}

static void our_own_certificate_on_a_list_is_reported(void) {
    world *w = home();
    list l;
    revoke(w, &l, 1, DEVICE);
    CHECK_OK(take(w, DEVICE, &l));
    CHECK(told(w, DEVICE, WF_EVENT_SECURITY, WF_ERROR_REVOKED));
    world_end(w);
}

/* ---- time ---- */

static void a_list_past_its_time_is_not_taken(void) {
    world *w = home();
    list l;
    publish(w, &l, 1, WORLD_DATE - 3 * DAY, 2, NULL, 0, 0);
    CHECK(take(w, DEVICE, &l) == WF_ERROR_CRL_EXPIRED);
    publish(w, &l, 1, WORLD_DATE + DAY, 2, NULL, 0, 0);
    CHECK(take(w, DEVICE, &l) == WF_ERROR_NOT_YET_VALID);
    world_end(w);
}

static void a_list_that_expires_stops_new_pairings_and_no_peer(void) {
    world *w = paired_home();
    list l;
    publish(w, &l, 1, WORLD_DATE - 100, 1, NULL, 0, 0);
    CHECK_OK(take(w, DEVICE, &l));
    wf_engine_set_date(w->nodes[DEVICE].engine, w->now, WORLD_DATE + DAY);
    CHECK_OK(get(w, CONTROLLER));
    world_add(w, OTHER, WF_ROLE_CONTROLLER);
    open_window(w, DEVICE);
    CHECK(world_pair(w, OTHER, DEVICE) == WF_ERROR_CRL_EXPIRED);
    CHECK_OK(get(w, CONTROLLER));
    world_end(w);
}

static void a_list_raises_the_floor_under_the_date(void) {
    world *w = home();
    list l;
    world_node *device = &w->nodes[DEVICE];
    publish(w, &l, 1, WORLD_DATE - 100, 30, NULL, 0, 0);
    CHECK_OK(take(w, DEVICE, &l));
    for (unsigned restarts = 0; restarts < 2; restarts++) {
        /* a clock before the floor is wrong, and what ended before the floor has ended */
        world_add(w, OTHER, WF_ROLE_CONTROLLER);
        wf_certificate_order order = world_order(w, &w->nodes[OTHER], WF_ROLE_CONTROLLER, (uint8_t)(10 + restarts));
        order.not_after = WORLD_DATE - 200;
        world_issue(w, &w->nodes[OTHER], order, w->anchors[0], &w->root_key);
        world_start(w, OTHER);
        wf_engine_set_date(device->engine, w->now, WORLD_DATE - 900);
        open_window(w, DEVICE);
        CHECK(world_pair(w, OTHER, DEVICE) == WF_ERROR_EXPIRED);
        world_stop(w, DEVICE);
        world_start(w, DEVICE);
    }
    world_end(w);
}

static void no_date_is_before_the_build_of_the_firmware(void) {
    world *w = home();
    w->nodes[DEVICE].config.build_date = WORLD_DATE + 200000; /* certificates end at 100,000 */
    world_stop(w, DEVICE);
    world_start(w, DEVICE);
    open_window(w, DEVICE);
    CHECK(world_pair(w, CONTROLLER, DEVICE) == WF_ERROR_EXPIRED);
    w->nodes[DEVICE].config.build_date = 0; /* an older firmware lowers nothing */
    world_stop(w, DEVICE);
    world_start(w, DEVICE);
    open_window(w, DEVICE);
    CHECK(world_pair(w, CONTROLLER, DEVICE) == WF_ERROR_EXPIRED);
    world_end(w);
}

/* ---- room ---- */

static void a_list_longer_than_its_room_finds_peers_and_clears_no_stranger(void) {
    static const unsigned gone[] = {OTHER};
    world *w = big_home();
    list l;
    publish(w, &l, 1, WORLD_DATE - 100, 30, gone, 1, 500); /* the peer stands last */
    CHECK_OK(take(w, DEVICE, &l));
    CHECK(peers_of(w, DEVICE) == 1);
    CHECK_OK(get(w, CONTROLLER));
    unsigned at = 0;
    wf_crl crl;
    uint32_t kept;
    CHECK(wf_engine_next_list(w->nodes[DEVICE].engine, &at, &crl, &kept) && crl.entries == 501 && kept == 240);
    world_add(w, 3, WF_ROLE_CONTROLLER);
    open_window(w, DEVICE);
    CHECK(world_pair(w, 3, DEVICE) == WF_ERROR_CRL);
    world_end(w);
}

static void eight_issuers_have_room(void) {
    world *w = home();
    wf_p256_key keys[9];
    uint8_t ders[9][WF_CERTIFICATE_LEN];
    wf_bytes roots[9];
    list l;
    for (unsigned i = 0; i < 9; i++) {
        char name[] = "Root 0";
        name[5] = (char)('0' + i);
        roots[i] = world_root(w, &keys[i], ders[i], name);
    }
    world_stop(w, DEVICE);
    w->nodes[DEVICE].config.identity.anchors = roots;
    w->nodes[DEVICE].config.identity.anchor_count = 9;
    world_start(w, DEVICE);
    for (unsigned i = 0; i < 9; i++) {
        wf_certificate root;
        CHECK_OK(wf_certificate_parse(&root, roots[i]));
        wf_crl_order order = {.number = 1, .this_update = WORLD_DATE - 100, .next_update = WORLD_DATE + DAY};
        wf_writer writer = wf_writer_of(l.bytes, sizeof l.bytes);
        CHECK_OK(wf_crl_issue(&writer, &order, &root, wf_signer_of(&keys[i]), &w->drbg));
        wf_error error =
            wf_engine_take_list(w->nodes[DEVICE].engine, w->now, roots[i], wf_bytes_of(l.bytes, writer.len));
        CHECK(error == (i < 8 ? WF_OK : WF_ERROR_CAPACITY));
    }
    world_end(w);
}

/* ---- power ---- */

static void a_store_that_fails_or_loses_power_at_any_write_forgets_no_revocation(void) {
    for (unsigned at = 1;; at++) {
        world *w = paired_home();
        list l;
        world_store *store = &w->nodes[DEVICE].store;
        revoke(w, &l, 1, CONTROLLER);
        unsigned before = store->writes;
        store->fail_at = before + at;
        wf_error error = take(w, DEVICE, &l);
        bool was_hit = store->writes >= before + at;
        store->fail_at = 0;
        world_stop(w, DEVICE); /* the power goes */
        world_start(w, DEVICE);
        unsigned list_at = 0;
        wf_crl crl;
        uint32_t kept;
        bool held = wf_engine_next_list(w->nodes[DEVICE].engine, &list_at, &crl, &kept);
        CHECK(held == (peers_of(w, DEVICE) == 0)); /* all of it, or nothing */
        CHECK(held || error != WF_OK);
        world_end(w);
        if (!was_hit) {
            CHECK(at > 4);
            return;
        }
    }
}

/* ---- blocks ---- */

static void a_list_reaches_a_device_in_blocks(void) {
    static const unsigned gone[] = {OTHER};
    static const size_t sizes[] = {0, 1, 20, 24, 25, 26, 27, 200};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        world *w = big_home();
        list l;
        wf_request_id request;
        publish(w, &l, 1, WORLD_DATE - 100, 30, gone, 1, sizes[i]);
        CHECK_OK(wf_engine_send_list(w->nodes[CONTROLLER].engine, w->now, &request, world_peer(w, CONTROLLER),
                                     w->anchors[0], l.der));
        world_run(w, 5000);
        CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
        CHECK(peers_of(w, DEVICE) == 1 && told(w, DEVICE, WF_EVENT_UNPAIRED, WF_ERROR_REVOKED));
        CHECK(get(w, OTHER) != WF_OK);
        CHECK_OK(get(w, CONTROLLER));
        world_end(w);
    }
}

typedef struct pause {
    bool is_on;
    unsigned blocks, most;
} pause;

/* Holds back what comes after so many blocks. */
static bool stop_after_some_blocks(world *w, world_datagram *d) {
    pause *p = w->context;
    bool is_block = p->is_on && d->from == CONTROLLER && d->len > 1000;
    p->blocks += is_block;
    return !is_block || p->blocks <= p->most;
}

/* The entry passed before the stranger was there, and the list counts after he was judged and before he confirms. */
static void who_pairs_while_the_list_is_on_its_way_is_held_against_it_too(void) {
    world *w = paired_home();
    list l;
    wf_request_id list_request, pair_request;
    pause p = {.is_on = true, .most = 4};
    world_add(w, OTHER, WF_ROLE_CONTROLLER);
    wf_crl_entry entries[200] = {{{0}, 0, 0}};
    for (unsigned i = 0; i < 200; i++) {
        entries[i] = (wf_crl_entry){.revoked_at = WORLD_DATE - 500};
        entries[i].serial[4] = i == 0 ? 1 : 0x55;
        entries[i].serial[5] = i == 0 ? OTHER + 1 : (uint8_t)i;
    }
    wf_certificate root;
    CHECK_OK(wf_certificate_parse(&root, w->anchors[0]));
    wf_crl_order order = {.number = 1,
                          .this_update = WORLD_DATE - 100,
                          .next_update = WORLD_DATE + DAY,
                          .entries = entries,
                          .entry_count = 200};
    wf_writer writer = wf_writer_of(l.bytes, sizeof l.bytes);
    CHECK_OK(wf_crl_issue(&writer, &order, &root, wf_signer_of(&w->root_key), &w->drbg));
    l.der = wf_bytes_of(l.bytes, writer.len);
    w->context = &p;
    w->pass = stop_after_some_blocks;
    CHECK_OK(wf_engine_send_list(w->nodes[CONTROLLER].engine, w->now, &list_request, world_peer(w, CONTROLLER),
                                 w->anchors[0], l.der));
    world_run(w, 100);
    open_window(w, DEVICE);
    CHECK_OK(wf_engine_pair(w->nodes[OTHER].engine, w->now, &pair_request,
                            &(wf_pair_order){.address = w->nodes[DEVICE].address}));
    world_run(w, 500);
    CHECK(p.blocks > p.most && world_event_of(w, OTHER, WF_EVENT_PAIR_QUESTION) != NULL);
    p.is_on = false;
    world_run(w, 10000);
    CHECK_OK(world_outcome(w, CONTROLLER, list_request)->error);
    wf_engine_pair_decide(w->nodes[OTHER].engine, w->now, pair_request, true);
    world_run(w, 2000);
    CHECK(world_outcome(w, OTHER, pair_request)->error == WF_ERROR_REVOKED);
    CHECK(peers_of(w, DEVICE) == 1);
    world_end(w);
}

static bool lose_some(world *w, world_datagram *d) {
    unsigned *count = w->context;
    return d->len < 6 || d->bytes[1] != 0x82 || (d->bytes[4] != WF_DA_REQUEST && d->bytes[4] != WF_DA_ANSWER) ||
           ++*count % 3 != 0;
}

static void lost_blocks_and_answers_are_repeated(void) {
    static const unsigned gone[] = {OTHER};
    world *w = big_home();
    list l;
    wf_request_id request;
    unsigned count = 0;
    publish(w, &l, 1, WORLD_DATE - 100, 30, gone, 1, 200);
    w->context = &count;
    w->pass = lose_some;
    CHECK_OK(wf_engine_send_list(w->nodes[CONTROLLER].engine, w->now, &request, world_peer(w, CONTROLLER),
                                 w->anchors[0], l.der));
    world_run(w, 100000);
    CHECK(count > 20);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    CHECK(peers_of(w, DEVICE) == 1);
    world_end(w);
}

static void two_lists_on_their_way_at_once_both_arrive(void) {
    world *w = big_home();
    list l;
    wf_request_id first, second;
    publish(w, &l, 1, WORLD_DATE - 100, 30, NULL, 0, 200);
    CHECK_OK(wf_engine_send_list(w->nodes[CONTROLLER].engine, w->now, &first, world_peer(w, CONTROLLER), w->anchors[0],
                                 l.der));
    CHECK_OK(wf_engine_send_list(w->nodes[OTHER].engine, w->now, &second, world_peer(w, OTHER), w->anchors[0], l.der));
    world_run(w, 100000);
    CHECK_OK(world_outcome(w, CONTROLLER, first)->error);
    CHECK_OK(world_outcome(w, OTHER, second)->error);
    world_end(w);
}

static void what_the_device_refuses_ends_the_request_with_its_reason(void) {
    world *w = paired_home();
    list l, later;
    wf_request_id request;
    publish(w, &l, 1, WORLD_DATE - 200, 30, NULL, 0, 0);
    publish(w, &later, 2, WORLD_DATE - 100, 30, NULL, 0, 0);
    CHECK_OK(take(w, DEVICE, &later));
    CHECK_OK(wf_engine_send_list(w->nodes[CONTROLLER].engine, w->now, &request, world_peer(w, CONTROLLER),
                                 w->anchors[0], l.der));
    world_run(w, 5000);
    CHECK(world_outcome(w, CONTROLLER, request)->error == WF_ERROR_CRL_OLD);
    l.bytes[l.der.len - 1] ^= 1;
    CHECK_OK(wf_engine_send_list(w->nodes[CONTROLLER].engine, w->now, &request, world_peer(w, CONTROLLER),
                                 w->anchors[0], l.der));
    world_run(w, 5000);
    CHECK(world_outcome(w, CONTROLLER, request)->error != WF_OK);
    CHECK_OK(get(w, CONTROLLER));
    world_end(w);
}

static void a_list_for_a_silent_device_ends_without_an_answer(void) {
    world *w = paired_home();
    list l;
    wf_request_id request, cancelled;
    publish(w, &l, 1, WORLD_DATE - 200, 30, NULL, 0, 0);
    world_stop(w, DEVICE);
    CHECK_OK(wf_engine_send_list(w->nodes[CONTROLLER].engine, w->now, &request, world_peer(w, CONTROLLER),
                                 w->anchors[0], l.der));
    CHECK_OK(wf_engine_send_list(w->nodes[CONTROLLER].engine, w->now, &cancelled, world_peer(w, CONTROLLER),
                                 w->anchors[0], l.der));
    wf_engine_cancel(w->nodes[CONTROLLER].engine, w->now, cancelled);
    world_run(w, 70000);
    CHECK(world_outcome(w, CONTROLLER, request)->error == WF_ERROR_NO_ANSWER);
    CHECK(world_outcome(w, CONTROLLER, cancelled)->error == WF_ERROR_CANCELLED);
    world_end(w);
}

/* The controller that sends the list stands on it: the device ends the session without another word. */
static void a_controller_may_carry_the_list_that_it_is_on(void) {
    world *w = paired_home();
    list l;
    wf_request_id request;
    revoke(w, &l, 1, CONTROLLER);
    CHECK_OK(wf_engine_send_list(w->nodes[CONTROLLER].engine, w->now, &request, world_peer(w, CONTROLLER),
                                 w->anchors[0], l.der));
    world_run(w, 70000);
    CHECK(world_outcome(w, CONTROLLER, request) != NULL && peers_of(w, DEVICE) == 0);
    world_end(w);
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(a_revoked_peer_is_a_peer_no_more_at_once),
    CASE(who_is_on_the_list_does_not_pair_again),
    CASE(who_is_not_on_the_list_is_left_alone),
    CASE(a_list_holds_over_a_restart),
    CASE(numbers_never_go_back),
    CASE(a_later_list_takes_the_place_of_the_one_before),
    CASE(a_list_that_is_not_the_issuers_changes_nothing),
    CASE(without_a_store_no_list_is_taken),
    CASE(our_own_certificate_on_a_list_is_reported),
    CASE(a_list_past_its_time_is_not_taken),
    CASE(a_list_that_expires_stops_new_pairings_and_no_peer),
    CASE(a_list_raises_the_floor_under_the_date),
    CASE(no_date_is_before_the_build_of_the_firmware),
    CASE(a_list_longer_than_its_room_finds_peers_and_clears_no_stranger),
    CASE(eight_issuers_have_room),
    CASE(a_store_that_fails_or_loses_power_at_any_write_forgets_no_revocation),
    CASE(a_list_reaches_a_device_in_blocks),
    CASE(who_pairs_while_the_list_is_on_its_way_is_held_against_it_too),
    CASE(lost_blocks_and_answers_are_repeated),
    CASE(two_lists_on_their_way_at_once_both_arrive),
    CASE(what_the_device_refuses_ends_the_request_with_its_reason),
    CASE(a_list_for_a_silent_device_ends_without_an_answer),
    CASE(a_controller_may_carry_the_list_that_it_is_on),
#undef CASE
};

CHECK_MAIN(cases)

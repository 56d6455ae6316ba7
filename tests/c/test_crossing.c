/* What crosses on its way: handshakes begun by both sides, old messages of earlier runs, copies of one request. */
#include "da/state.h"
#include "engine/state.h"
#include "world.h"

enum { CONTROLLER, DEVICE, SECOND };

static const wf_bytes nothing = {NULL, 0};

static uint8_t type_of(const world_datagram *d) {
    return d->len > 4 && d->bytes[1] == WF_EHD2_ARBITRARY ? d->bytes[4] : 0;
}

static uint16_t tid_of(const world_datagram *d) {
    return (uint16_t)(d->bytes[2] << 8 | d->bytes[3]);
}

static world *paired(void) {
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
    w->log_count = 0;
    return w;
}

static void restart(world *w, unsigned i) {
    world_stop(w, i);
    world_start(w, i);
    wf_engine_announce(w->nodes[i].engine, w->now);
}

static wf_session *session_of(world *w, unsigned i) {
    wf_da *da = w->nodes[i].engine->da;
    uint32_t session = wf_session_to_send(&da->sessions, world_peer(w, i).value - 1);
    CHECK(session != WF_NO_SESSION);
    return &da->sessions.entries[session];
}

static unsigned sessions_of(const world *w, unsigned i) {
    const wf_session_table *table = &w->nodes[i].engine->da->sessions;
    unsigned count = 0;
    for (uint32_t k = 0; k < table->count; k++) {
        count += table->entries[k].used && table->entries[k].keyed;
    }
    return count;
}

static bool agree(world *w) {
    const wf_record_keys *c = &session_of(w, CONTROLLER)->keys, *d = &session_of(w, DEVICE)->keys;
    return memcmp(c->send_key, d->receive_key, WF_AES_KEY_LEN) == 0 &&
           memcmp(c->receive_key, d->send_key, WF_AES_KEY_LEN) == 0;
}

static wf_error get(world *w) {
    wf_request_id request = world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0xB3, nothing);
    world_run(w, 1000);
    return world_outcome(w, CONTROLLER, request) != NULL ? world_outcome(w, CONTROLLER, request)->error
                                                         : WF_ERROR_STATE;
}

/* ---- handshakes ---- */

/* Call and message_1 cross: whichever run ends later, both sides have the same keys, and one pair of them. */
static void both_sides_may_begin_at_once(void) {
    for (unsigned first = CONTROLLER; first <= DEVICE; first++) {
        world *w = paired();
        world_stop(w, CONTROLLER);
        world_stop(w, DEVICE);
        world_start(w, first);
        world_start(w, 1 - first);
        wf_engine_announce(w->nodes[first].engine, w->now);
        wf_engine_announce(w->nodes[1 - first].engine, w->now);
        world_run(w, 40000);
        CHECK(agree(w) && sessions_of(w, CONTROLLER) == 1 && sessions_of(w, DEVICE) == 1);
        CHECK_OK(get(w));
        world_end(w);
    }
}

static void keys_wanted_by_both_sides_at_once_are_agreed_on(void) {
    world *w = paired();
    for (unsigned round = 0; round < 10; round++) {
        for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
            wf_da_want_session(w->nodes[i].engine->da, w->now, world_peer(w, i));
            wf_engine_tick(w->nodes[i].engine, w->now);
        }
        world_run(w, 40000);
        CHECK(agree(w) && sessions_of(w, CONTROLLER) == 1 && sessions_of(w, DEVICE) == 1);
        CHECK_OK(get(w));
        w->log_count = w->nodes[CONTROLLER].event_count = w->nodes[DEVICE].event_count = 0;
    }
    world_end(w);
}

typedef struct kept {
    world_datagram datagrams[64];
    unsigned count;
} kept;

static bool keep_handshake(world *w, world_datagram *d) {
    kept *k = w->context;
    if (type_of(d) >= WF_DA_MESSAGE_1 && type_of(d) <= WF_DA_EDHOC_ERROR) {
        CHECK(k->count < 64);
        k->datagrams[k->count++] = *d;
    }
    return true;
}

/* Everything of an earlier handshake arrives once more, in any order, while and after the next one. */
static void messages_of_earlier_runs_change_nothing(void) {
    static kept k;
    k.count = 0;
    world *w = paired();
    w->context = &k;
    w->pass = keep_handshake;
    restart(w, CONTROLLER);
    world_run(w, 1000);
    w->pass = NULL;
    CHECK(k.count >= 6);
    for (unsigned at = 0; at < 8; at++) {
        wf_da_want_session(w->nodes[CONTROLLER].engine->da, w->now, world_peer(w, CONTROLLER));
        wf_engine_tick(w->nodes[CONTROLLER].engine, w->now);
        for (unsigned step = 0; step < at; step++) {
            (void)world_carry(w);
        }
        for (unsigned i = k.count; i-- > 0;) {
            const world_datagram *d = &k.datagrams[i];
            world_deliver(w, 1 - d->from, &w->nodes[d->from].address, false, wf_bytes_of(d->bytes, d->len));
        }
        world_run(w, 40000);
        CHECK(agree(w) && sessions_of(w, CONTROLLER) == 1);
        CHECK_OK(get(w));
        w->log_count = w->nodes[CONTROLLER].event_count = w->nodes[DEVICE].event_count = 0;
    }
    world_end(w);
}

/* ---- requests ---- */

static bool lose_answers_to_requests(world *w, world_datagram *d) {
    (void)w;
    return type_of(d) != WF_DA_ANSWER;
}

static void each_copy_of_a_request_and_each_exchange_has_a_tid_of_its_own(void) {
    world *w = paired();
    w->pass = lose_answers_to_requests; /* so that everything is repeated: Gets, and the CONFIRM of new keys */
    for (unsigned i = 0; i < 4; i++) {
        (void)world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0xB3, nothing);
    }
    world_run(w, 10000);
    w->nodes[DEVICE].address = wf_address_ipv4(10, 0, 0, 77, WF_PORT); /* and a challenge */
    const uint8_t mode = 0x42;
    CHECK_OK(wf_engine_put(w->nodes[DEVICE].engine, w->now, AIR_CONDITIONER, 0xB0, wf_bytes_of(&mode, 1)));
    world_run(w, 15000);
    unsigned requests = 0;
    for (unsigned i = 0; i < w->log_count; i++) {
        bool asks = w->log[i].from == CONTROLLER && type_of(&w->log[i]) == WF_DA_REQUEST;
        requests += asks;
        for (unsigned k = 0; k < i && asks; k++) {
            CHECK(w->log[k].from != CONTROLLER || tid_of(&w->log[k]) != tid_of(&w->log[i]));
        }
    }
    CHECK(requests > 12);
    world_end(w);
}

static bool keep_answers(world *w, world_datagram *d) {
    kept *k = w->context;
    if (type_of(d) == WF_DA_ANSWER) {
        CHECK(k->count < 64);
        k->datagrams[k->count++] = *d;
        return false;
    }
    return true;
}

/* Every answer under every other request's TID: none is taken, and each counts under its own. */
static void no_answer_is_taken_for_another_request(void) {
    enum { REQUESTS = 6 };
    static kept k;
    k.count = 0;
    world *w = paired();
    w->context = &k;
    w->pass = keep_answers;
    wf_request_id requests[REQUESTS];
    for (uint8_t i = 0; i < REQUESTS; i++) {
        const uint8_t degrees = (uint8_t)(21 + i);
        CHECK_OK(wf_engine_put(w->nodes[DEVICE].engine, w->now, AIR_CONDITIONER, 0xB3, wf_bytes_of(&degrees, 1)));
        requests[i] = world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0xB3, nothing);
        world_settle(w);
    }
    CHECK(k.count == REQUESTS);
    const wf_counters *c = wf_engine_counters(w->nodes[CONTROLLER].engine);
    uint64_t before = c->tampered_dropped;
    for (unsigned i = 0; i < REQUESTS; i++) {
        for (unsigned j = 0; j < REQUESTS; j++) {
            world_datagram crossed = k.datagrams[i];
            memcpy(crossed.bytes + 2, k.datagrams[j].bytes + 2, 2);
            if (i != j) {
                world_deliver(w, CONTROLLER, &w->nodes[DEVICE].address, false, wf_bytes_of(crossed.bytes, crossed.len));
            }
        }
    }
    world_collect(w, CONTROLLER);
    CHECK(c->tampered_dropped - before == REQUESTS * (REQUESTS - 1));
    for (unsigned i = REQUESTS; i-- > 0;) {
        CHECK(world_outcome(w, CONTROLLER, requests[i]) == NULL);
        const world_datagram *d = &k.datagrams[i];
        world_deliver(w, CONTROLLER, &w->nodes[DEVICE].address, false, wf_bytes_of(d->bytes, d->len));
        world_collect(w, CONTROLLER);
        CHECK(world_outcome(w, CONTROLLER, requests[i])->edata.at[10] == 21 + i);
    }
    world_end(w);
}

/* The answer of one device under the session of another, whose kid is put in its place. */
static void an_answer_of_one_device_is_not_taken_for_that_of_another(void) {
    static kept k;
    k.count = 0;
    world *w = paired();
    world_add(w, SECOND, WF_ROLE_DEVICE);
    CHECK_OK(wf_engine_open_window(w->nodes[SECOND].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, SECOND));
    w->context = &k;
    w->pass = keep_answers;
    wf_request_id one = world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0xB3, nothing);
    wf_request_id two = world_ask(w, CONTROLLER, SECOND, WF_ESV_GET, 0xB3, nothing);
    world_settle(w);
    CHECK(k.count == 2);
    for (unsigned i = 0; i < 2; i++) {
        world_datagram crossed = k.datagrams[i];
        const world_datagram *other = &k.datagrams[1 - i];
        memcpy(crossed.bytes + 2, other->bytes + 2, 2); /* TID */
        memcpy(crossed.bytes + 6, other->bytes + 6, 2); /* kid */
        for (unsigned as = DEVICE; as <= SECOND; as++) {
            world_deliver(w, CONTROLLER, &w->nodes[as].address, false, wf_bytes_of(crossed.bytes, crossed.len));
        }
    }
    world_collect(w, CONTROLLER);
    CHECK(world_outcome(w, CONTROLLER, one) == NULL && world_outcome(w, CONTROLLER, two) == NULL);
    CHECK(wf_engine_counters(w->nodes[CONTROLLER].engine)->tampered_dropped == 4);
    world_end(w);
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(both_sides_may_begin_at_once),
    CASE(keys_wanted_by_both_sides_at_once_are_agreed_on),
    CASE(messages_of_earlier_runs_change_nothing),
    CASE(each_copy_of_a_request_and_each_exchange_has_a_tid_of_its_own),
    CASE(no_answer_is_taken_for_another_request),
    CASE(an_answer_of_one_device_is_not_taken_for_that_of_another),
};

CHECK_MAIN(cases)

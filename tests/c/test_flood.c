/* A million forged or replayed datagrams against either side: none has an effect, none makes anything grow. */
#include <inttypes.h>
#include <malloc.h>

#include "da/state.h"
#include "engine/state.h"
#include "world.h"

enum { CONTROLLER, DEVICE, FLOOD = 1000000, HEARD = 256, EACH_MS = 100, OPEN_REQUESTS = 6 };

static const wf_bytes nothing = {NULL, 0};

typedef struct flood {
    uint64_t state;
    world_datagram heard[HEARD]; /* everything that both sides ever said */
    unsigned count;
    uint64_t sent, in_bytes, out, out_bytes;
} flood;

static uint32_t random_of(flood *f) {
    f->state = f->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(f->state >> 33);
}

static bool lose_answers(world *w, world_datagram *d) {
    (void)w;
    return d->bytes[1] != WF_EHD2_ARBITRARY || d->bytes[4] != WF_DA_ANSWER;
}

/* A life to listen to: pairing, talk, restarts of both, changes; and then requests whose answers are still awaited. */
static world *overheard(flood *f) {
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
    for (unsigned who = CONTROLLER; who <= DEVICE; who++) {
        const uint8_t degrees = (uint8_t)(22 + who);
        (void)world_ask(w, CONTROLLER, DEVICE, WF_ESV_SETC, 0xB3, wf_bytes_of(&degrees, 1));
        world_settle(w);
        world_stop(w, who);
        world_start(w, who);
        wf_engine_announce(w->nodes[who].engine, w->now);
        world_run(w, 40000);
    }
    const uint8_t degrees = 21;
    (void)world_ask(w, CONTROLLER, DEVICE, WF_ESV_SETC, 0xB3, wf_bytes_of(&degrees, 1));
    world_settle(w);
    w->pass = lose_answers;
    for (unsigned i = 0; i < OPEN_REQUESTS; i++) {
        (void)world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0xB3, nothing);
    }
    world_settle(w);
    w->pass = NULL;
    world_run(w, 100000);
    CHECK(w->log_count > 30 && w->log_count <= HEARD);
    f->count = w->log_count;
    memcpy(f->heard, w->log, f->count * sizeof *f->heard);
    return w;
}

static wf_session *session_of(world *w, unsigned i) {
    wf_da *da = w->nodes[i].engine->da;
    return &da->sessions.entries[wf_session_to_send(&da->sessions, world_peer(w, i).value - 1)];
}

/* A record under the receiver's living kid, with a number that it has not seen, and a TID of a request still open. */
static size_t forge_record(flood *f, world *w, unsigned to, uint8_t *out) {
    const wf_session *s = session_of(w, to);
    uint8_t rest[64];
    for (size_t i = 0; i < sizeof rest; i++) {
        rest[i] = (uint8_t)random_of(f);
    }
    bool answers = random_of(f) % 2 != 0;
    uint16_t tid = s->exchanges[random_of(f) % WF_SESSION_EXCHANGES].tid;
    wf_writer o = wf_writer_of(out, WF_DATAGRAM_LEN);
    wf_da_write_header(&o, tid, answers ? WF_DA_ANSWER : WF_DA_REQUEST);
    wf_da_write_record_head(&o, wf_bytes_of(s->keys.receive_kid.bytes, s->keys.receive_kid.len),
                            s->window.next + random_of(f) % 1000);
    wf_write_bytes(&o, rest, WF_CCM_TAG_LEN + 1 + random_of(f) % (sizeof rest - WF_CCM_TAG_LEN));
    return o.len;
}

/* One of the datagrams as it was, or changed in some bytes, cut, lengthened, or with random bytes behind its head. */
static size_t forge(flood *f, uint8_t out[static 2 * WF_DATAGRAM_LEN]) {
    const world_datagram *d = &f->heard[random_of(f) % f->count];
    size_t len = d->len;
    memcpy(out, d->bytes, len);
    switch (random_of(f) % 6) {
    case 0: /* played again */
        break;
    case 1: /* cut */
        len = random_of(f) % len;
        break;
    case 2: /* lengthened */
        out[len] = (uint8_t)random_of(f);
        len++;
        break;
    case 3: /* all new but the head */
        for (size_t i = 5; i < len; i++) {
            out[i] = (uint8_t)random_of(f);
        }
        break;
    default: /* changed in up to three bytes */
        for (unsigned i = 0; i <= random_of(f) % 3; i++) {
            out[random_of(f) % len] ^= (uint8_t)(1 + random_of(f) % 255);
        }
    }
    return len;
}

static wf_address some_source(flood *f, const world *w) {
    uint32_t drawn = random_of(f) % 8;
    return drawn < 3   ? w->nodes[CONTROLLER].address
           : drawn < 6 ? w->nodes[DEVICE].address
                       : wf_address_ipv4(10, 9, (uint8_t)random_of(f), (uint8_t)random_of(f), WF_PORT);
}

/* What an event may say after a forged datagram: that something was refused, or that somebody speaks DA. */
static void take_out(flood *f, world *w, unsigned i) {
    wf_datagram out;
    wf_event event;
    while (wf_engine_next_datagram(w->nodes[i].engine, &out)) {
        f->out++;
        f->out_bytes += out.bytes.len;
    }
    while (wf_engine_next_event(w->nodes[i].engine, &event)) {
        bool harmless = event.kind == WF_EVENT_SECURITY || event.kind == WF_EVENT_FOUND;
        /* In clear anybody may say anything; it is told as what it is. */
        bool clear = (event.kind == WF_EVENT_NOTIFICATION || event.kind == WF_EVENT_LATE_ANSWER) &&
                     !event.is_protected && event.peer.value == 0;
        CHECK(harmless || clear);
    }
}

static void a_million_forged_or_replayed_datagrams_have_no_effect_and_need_no_memory(void) {
    static flood f = {.state = 8};
    static uint8_t bytes[2 * WF_DATAGRAM_LEN];
    world *w = overheard(&f);
    wf_session before[2] = {*session_of(w, CONTROLLER), *session_of(w, DEVICE)};
    size_t used = mallinfo2().uordblks;
    for (f.sent = 0; f.sent < FLOOD; f.sent++) {
        unsigned to = random_of(&f) % 2;
        size_t len = random_of(&f) % 4 == 0 ? forge_record(&f, w, to, bytes) : forge(&f, bytes);
        wf_address from = some_source(&f, w);
        f.in_bytes += len;
        world_deliver(w, to, &from, random_of(&f) % 8 == 0, wf_bytes_of(bytes, len));
        take_out(&f, w, to);
        w->now += f.sent % (1000 / EACH_MS) == 0;
        if (f.sent % 1000 == 0) {
            wf_engine_tick(w->nodes[CONTROLLER].engine, w->now);
            wf_engine_tick(w->nodes[DEVICE].engine, w->now);
        }
    }
    CHECK(mallinfo2().uordblks == used);
    for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
        wf_session *s = session_of(w, i);
        CHECK(s->serial == before[i].serial && s->window.next == before[i].window.next);
        CHECK(s->window.history == before[i].window.history && s->next_piv == before[i].next_piv);
        CHECK(wf_address_equal(&s->address, &before[i].address) && s->peer_clock_offset == before[i].peer_clock_offset);
    }
    CHECK(world_value(w, DEVICE, 0xB3) == 21 && f.out_bytes < f.in_bytes / 4);
    wf_request_id request = world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0xB3, nothing);
    world_settle(w);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    const wf_counters *c = wf_engine_counters(w->nodes[CONTROLLER].engine);
    const wf_counters *d = wf_engine_counters(w->nodes[DEVICE].engine);
    const uint64_t tampered = c->tampered_dropped + d->tampered_dropped, malformed = c->malformed + d->malformed;
    const uint64_t replayed = c->replays_dropped + d->replays_dropped;
    CHECK(tampered > FLOOD / 10 && replayed > FLOOD / 100 && malformed > FLOOD / 10);
    printf("%" PRIu64 " datagrams, %" PRIu64 " bytes; answered with %" PRIu64 " of %" PRIu64 " bytes; %" PRIu64
           " wrong tags, %" PRIu64 " replays, %" PRIu64 " malformed\n",
           f.sent, f.in_bytes, f.out, f.out_bytes, tampered, replayed, malformed);
    world_end(w);
}

static const check_case cases[] = {
    {"a_million_forged_or_replayed_datagrams_have_no_effect_and_need_no_memory",
     a_million_forged_or_replayed_datagrams_have_no_effect_and_need_no_memory},
};

CHECK_MAIN(cases)

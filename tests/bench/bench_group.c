/* What an announcement costs who makes it and who hears it, and what junk costs: microseconds of the processor, the
 * mean over some hundreds. */
#include <time.h>

#include "../c/group_world.h"

enum { COUNT = 400 };

static world_datagram records[COUNT];

static double seconds(void) {
    return (double)clock() / CLOCKS_PER_SEC;
}

static void show(const char *what, double spent) {
    printf("%-52s %9.2f us\n", what, spent * 1e6 / COUNT);
}

static double announce(world *w) {
    double start = seconds();
    for (unsigned i = 0; i < COUNT; i++) {
        const uint8_t mode = (uint8_t)(0x42 - i % 2);
        wf_datagram out;
        CHECK_OK(wf_engine_put(engine_of(w, LAMP), w->now, AIR_CONDITIONER, 0xB0, wf_bytes_of(&mode, 1)));
        CHECK(wf_engine_next_datagram(engine_of(w, LAMP), &out));
        records[i].len = out.bytes.len;
        memcpy(records[i].bytes, out.bytes.at, out.bytes.len);
    }
    return seconds() - start;
}

static double hear(world *w) {
    wf_event event;
    double start = seconds();
    for (unsigned i = 0; i < COUNT; i++) {
        w->now += WF_GROUP_TOKEN_MS;
        world_deliver(w, MANAGER, &w->nodes[LAMP].address, true, wf_bytes_of(records[i].bytes, records[i].len));
        while (wf_engine_next_event(engine_of(w, MANAGER), &event)) {
        }
    }
    return seconds() - start;
}

static double check_keys(const world *w) {
    double start = seconds();
    for (unsigned i = 0; i < COUNT; i++) {
        CHECK_OK(wf_p256_check(w->nodes[LAMP].key.public_key));
    }
    return seconds() - start;
}

int main(void) {
    world *w = group_world(0);
    const wf_counters *c = counters(w, MANAGER);
    show("announcement made, signed", announce(w));
    for (unsigned i = 0; i < COUNT; i++) {
        records[i].bytes[records[i].len - 70] ^= 1;
    }
    show("with a wrong tag, refused", hear(w));
    CHECK(c->group_strangers == COUNT && c->group_forged == 0);
    for (unsigned i = 0; i < COUNT; i++) {
        records[i].bytes[records[i].len - 70] ^= 1;
    }
    show("announcement heard, verified and handed out", hear(w));
    show("heard again, refused", hear(w));
    CHECK(c->group_repeated == COUNT && c->group_limited == 0);
    show("a public key taken up and checked", check_keys(w));
    printf("%-52s %9zu bytes\n", "announcement of one property of one byte", records[0].len);
    world_end(w);
    return 0;
}

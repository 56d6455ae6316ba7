/* Loss, power cuts, pulled cables, attackers, and pairings that end and begin anew. */
#include "soak.h"

enum {
    WEATHER_MS = 60000,      /* as long do links stay as good or bad as they are */
    LONGEST_DARK_MS = 20000, /* without power */
    LONGEST_CUT_OFF_MS = 15000,
    CONTROLLER_MS = 120000, /* between two power cuts of the controller, and more for each device */
    CONTROLLER_MS_EACH = 3600,
    FLOOD = 50
};

static wf_time now(const soak *s) {
    return wf_sim_now(s->home->sim);
}

static soak_life *life_of(soak *s, wf_sim_host host) {
    const home_node *node = home_node_of(s->home, host);
    return node == s->controller.node ? &s->controller : &s->devices[node - s->controller.node - 1].life;
}

/* ---- what the network sees ---- */

void soak_watch_network(void *context, wf_time when, wf_sim_fate fate, const wf_sim_datagram *d) {
    soak *s = context;
    (void)when;
    if (fate == WF_SIM_SENT) {
        life_of(s, d->sender)->sent++;
    } else if (fate == WF_SIM_DELIVERED) {
        life_of(s, d->receiver)->delivered++;
        wf_da_frame frame;
        if (d->bytes.len <= SOAK_HEARD_LEN && !d->multicast && wf_da_frame_parse(&frame, d->bytes) == WF_OK &&
            frame.type == WF_DA_REQUEST) {
            soak_heard *kept = &s->heard[s->heard_count++ % SOAK_HEARD];
            *kept = (soak_heard){.receiver = d->receiver, .from = d->from, .len = d->bytes.len};
            memcpy(kept->bytes, d->bytes.at, d->bytes.len);
        }
    }
}

/* ---- power and cables ---- */

/* At once, or within one of its next writes. */
static void cut(soak *s, soak_life *life) {
    if (soak_below(s, 2) == 0) {
        wf_sim_store_cut_at(life->node->store, 1 + soak_below(s, 4));
        return;
    }
    if (soak_below(s, 2) == 0) {
        soak_check_counters(s, life);
        wf_sim_shut_down(s->home->sim, life->node->host); /* a restart in peace */
    }
    wf_sim_cut_power(s->home->sim, life->node->host);
}

static void boot(soak *s, soak_life *life) {
    life->delivered = life->sent = 0;
    if (wf_sim_boot(s->home->sim, life->node->host) != WF_OK) {
        wf_sim_cut_power(s->home->sim, life->node->host); /* the power went again, at a write of the start */
        life->back = now(s) + SOAK_STEP_MS;
        return;
    }
    life->back = 0;
    wf_engine_announce(home_engine(s->home, life->node), home_clock(s->home, life->node));
    if (life == &s->controller) {
        soak_learn_peers(s);
    }
}

/* Whoever has lost the power since the last look is counted, and gets it back after a while. */
static void look_at(soak *s, soak_life *life, bool at_once) {
    bool is_controller = life == &s->controller;
    if (life->back == 0 && !soak_is_on(life)) {
        wf_sim_cut_power(s->home->sim, life->node->host);
        life->back = now(s) + 1 + soak_below(s, LONGEST_DARK_MS);
        s->cuts += !is_controller;
        s->controller_cuts += is_controller;
        if (is_controller) {
            soak_forget_open(s);
        }
    }
    if (life->back != 0 && (at_once || life->back <= now(s))) {
        boot(s, life);
    }
    if (life->cable_back != 0 && (at_once || life->cable_back <= now(s))) {
        life->cable_back = 0;
        wf_sim_set_connected(s->home->sim, life->node->host, true);
    }
}

void soak_restore_power(soak *s, bool all) {
    look_at(s, &s->controller, all);
    for (unsigned i = 0; i < s->count; i++) {
        soak_device *d = &s->devices[i];
        bool was_off = d->life.back != 0;
        look_at(s, &d->life, all);
        if (was_off && d->life.back == 0) { /* it begins with its first value */
            d->had[24 / 8] |= 1u << 24 % 8;
        }
    }
}

static void pull_cable(soak *s, soak_life *life) {
    if (life->cable_back == 0) {
        life->cable_back = now(s) + 1 + soak_below(s, LONGEST_CUT_OFF_MS);
        wf_sim_set_connected(s->home->sim, life->node->host, false);
    }
}

/* ---- attackers ---- */

static uint64_t refusals(const wf_counters *c) {
    return c->malformed + c->wrong_path + c->replays_dropped + c->tampered_dropped + c->unknown_session;
}

/* One datagram from anywhere, past the network: it has to be counted once as received, and once as refused for
 * `why`. */
static void attack(soak *s, wf_sim_host host, const wf_address *from, wf_bytes bytes, const char *why) {
    soak_life *life = life_of(s, host);
    if (!soak_is_on(life)) {
        return;
    }
    wf_engine *engine = home_engine(s->home, life->node);
    const wf_counters before = *wf_engine_counters(engine);
    wf_engine_receive(engine, home_clock(s->home, life->node), from, false, bytes);
    life->delivered++;
    const wf_counters *after = wf_engine_counters(engine);
    if (after->received != before.received + 1 || refusals(after) != refusals(&before) + 1) {
        soak_break(s, "a datagram that was %s was counted %llu times as received and %llu times as refused", why,
                   (unsigned long long)(after->received - before.received),
                   (unsigned long long)(refusals(after) - refusals(&before)));
    }
}

static const soak_heard *any_heard(soak *s) {
    uint64_t kept = s->heard_count < SOAK_HEARD ? s->heard_count : SOAK_HEARD;
    return kept > 0 ? &s->heard[soak_below(s, (uint32_t)kept)] : NULL;
}

static void replay(soak *s) {
    const soak_heard *heard = any_heard(s);
    if (heard != NULL) {
        s->replayed++;
        attack(s, heard->receiver, &heard->from, wf_bytes_of(heard->bytes, heard->len), "played again");
    }
}

static void forge(soak *s) {
    uint8_t bytes[SOAK_HEARD_LEN];
    const soak_heard *heard = any_heard(s);
    if (heard != NULL) {
        memcpy(bytes, heard->bytes, heard->len);
        bytes[heard->len - 1 - soak_below(s, 16)] ^= (uint8_t)(1 + soak_below(s, 255));
        s->forged++;
        attack(s, heard->receiver, &heard->from, wf_bytes_of(bytes, heard->len), "forged");
    }
}

static home_node *anybody(soak *s) {
    return soak_below(s, 4) == 0 ? s->controller.node : s->devices[soak_below(s, s->count)].life.node;
}

static wf_address stranger(soak *s) {
    return wf_address_ipv4(10, 200, (uint8_t)soak_below(s, 256), (uint8_t)(1 + soak_below(s, 254)), WF_PORT);
}

static void send_rubbish(soak *s) {
    uint8_t bytes[64] = {WF_EHD1 ^ 1};
    wf_address from = stranger(s);
    wf_sim_random_fill(&s->random, bytes + 1, sizeof bytes - 1);
    s->forged++;
    attack(s, anybody(s)->host, &from, wf_bytes_of(bytes, 1 + soak_below(s, sizeof bytes - 1)), "no frame");
}

/* A Set in clear, of a stranger or in the name of the controller; soak_hear looks for its value. */
static void command_in_clear(soak *s) {
    static const uint8_t set[] = {0x10, 0x81, 0x12, 0x34, 0x05, 0xFF, 0x01,          0x01,
                                  0x30, 0x01, 0x61, 0x01, 0xB3, 0x01, SOAK_FORBIDDEN};
    const soak_device *d = &s->devices[soak_below(s, s->count)];
    wf_address from = soak_below(s, 2) == 0 ? stranger(s) : s->controller.node->address;
    s->clear++;
    CHECK_OK(wf_sim_inject(s->home->sim, HOME_NETWORK, &from, &d->life.node->address, wf_bytes_of(set, sizeof set),
                           soak_below(s, SOAK_STEP_MS)));
}

/* Handshake messages, hellos and calls of nobody: types of the profile with random bytes behind. */
static void flood(soak *s) {
    static const uint8_t types[] = {WF_DA_HELLO,     WF_DA_MESSAGE_1, WF_DA_MESSAGE_2, WF_DA_MESSAGE_3,
                                    WF_DA_MESSAGE_4, WF_DA_RETRY,     WF_DA_WAKE,      WF_DA_REQUEST};
    const home_node *victim = anybody(s);
    for (unsigned i = 0; i < FLOOD; i++) {
        uint8_t bytes[300] = {WF_EHD1, WF_EHD2_ARBITRARY};
        wf_address from = stranger(s);
        wf_sim_random_fill(&s->random, bytes + 2, sizeof bytes - 2);
        bytes[WF_DA_HEADER_LEN - 1] = types[soak_below(s, sizeof types)];
        s->flooded++;
        CHECK_OK(wf_sim_inject(s->home->sim, HOME_NETWORK, &from, &victim->address,
                               wf_bytes_of(bytes, WF_DA_HEADER_LEN + 1 + soak_below(s, 200)),
                               soak_below(s, SOAK_STEP_MS)));
    }
}

/* ---- all of it ---- */

static void change_weather(soak *s) {
    static const uint32_t loss[] = {0, 1, 5, 20};
    const wf_sim_faults faults = {.loss = loss[soak_below(s, 4)] * WF_SIM_PERCENT,
                                  .duplication = soak_below(s, 3) * WF_SIM_PERCENT,
                                  .reordering = soak_below(s, 6) * WF_SIM_PERCENT,
                                  .least_delay = 1,
                                  .delay = 1 + soak_below(s, 50)};
    wf_sim_set_faults(s->home->sim, &faults);
    s->next_weather = now(s) + WEATHER_MS;
}

static void attack_some(soak *s) {
    if (soak_happens(s, 2)) {
        replay(s);
    }
    if (soak_happens(s, 2)) {
        forge(s);
    }
    if (soak_happens(s, 2)) {
        send_rubbish(s);
    }
    if (soak_happens(s, 1)) {
        command_in_clear(s);
    }
    if (soak_happens(s, 0.05)) {
        flood(s);
    }
}

void soak_make_trouble(soak *s) {
    soak_device *d = &s->devices[soak_below(s, s->count)];
    if (now(s) >= s->next_weather) {
        change_weather(s);
    }
    attack_some(s);
    if (soak_happens(s, 0.02 + s->count / 20000.0)) {
        cut(s, &d->life);
    }
    d = &s->devices[soak_below(s, s->count)];
    if (soak_happens(s, 0.02 + s->count / 20000.0)) {
        pull_cable(s, &d->life);
    }
    if (soak_happens(s, 0.02)) {
        soak_ask_device(s, soak_below(s, s->count), SOAK_UNPAIR);
    }
    if (now(s) >= s->next_controller_cut) {
        cut(s, &s->controller);
        s->next_controller_cut = now(s) + CONTROLLER_MS + (wf_time)s->count * CONTROLLER_MS_EACH;
    }
}

void soak_end_trouble(soak *s) {
    const wf_sim_faults none = {.least_delay = 1, .delay = 5};
    wf_sim_set_faults(s->home->sim, &none);
    for (unsigned i = 0; i <= s->count; i++) {
        wf_sim_store_cut_at(i < s->count ? s->devices[i].life.node->store : s->controller.node->store, 0);
    }
    soak_restore_power(s, true);
}

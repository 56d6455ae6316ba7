/* The simulator: same seed, same bytes; faults as often as asked for; hosts that come, go and move. */
#include <warifu/frame.h>
#include <warifu/sim.h>

#include "check.h"

enum { NETWORK = 1, OTHER = 2, MANY = 20000 };

static wf_address address_of(unsigned number) {
    return wf_address_ipv4(10, 0, (uint8_t)(number >> 8), (uint8_t)number, WF_PORT);
}

static wf_sim_host add(wf_sim *sim, unsigned network, unsigned number) {
    wf_sim_host host;
    wf_address address = address_of(number);
    CHECK_OK(wf_sim_add_host(sim, &host));
    CHECK_OK(wf_sim_add_address(sim, host, network, &address));
    return host;
}

static wf_sim *new_sim(uint64_t seed) {
    wf_sim *sim;
    CHECK_OK(wf_crypto_start());
    CHECK_OK(wf_sim_new(&sim, seed));
    return sim;
}

static void send_to(wf_sim *sim, wf_sim_host from, unsigned number, const char *text) {
    wf_address to = address_of(number);
    CHECK_OK(wf_sim_send(sim, from, &to, wf_bytes_of((const uint8_t *)text, strlen(text))));
}

static bool hears(wf_sim *sim, wf_sim_host host, const char *text) {
    wf_sim_datagram got;
    return wf_sim_receive(sim, host, &got) &&
           wf_bytes_equal(got.bytes, wf_bytes_of((const uint8_t *)text, strlen(text)));
}

static unsigned drain(wf_sim *sim, wf_sim_host host) {
    wf_sim_datagram got;
    unsigned count = 0;
    while (wf_sim_receive(sim, host, &got)) {
        count++;
    }
    return count;
}

/* ---- engines ---- */

typedef struct stage {
    wf_sim *sim;
    unsigned answers;
    unsigned dones;
    wf_error last;
} stage;

static wf_error set_up(void *context, wf_sim_host host, wf_node *node) {
    static const uint8_t on = 0x30;
    (void)context;
    (void)host;
    wf_error error = wf_node_add_object(node, 0x013001);
    return error == WF_OK ? wf_node_add_property(node, 0x013001, 0x80, 7, 1, 1, wf_bytes_of(&on, 1)) : error;
}

static void on_event(void *context, wf_sim_host host, const wf_event *event) {
    stage *s = context;
    (void)host;
    s->answers += event->kind == WF_EVENT_ANSWER ? 1 : 0;
    if (event->kind == WF_EVENT_DONE) {
        s->dones++;
        s->last = event->error;
    }
}

static wf_sim_node plain_node(stage *s, unsigned number) {
    wf_sim_node node = {.config = {.node = {.objects = 2, .properties = 8, .value_bytes = 32, .number = {0xFE, 0xFF}},
                                   .policy = &wf_policy_open,
                                   .pairings = 1,
                                   .handshakes = 1,
                                   .requests = 4,
                                   .send_bytes = 8192,
                                   .event_bytes = 8192},
                        .set_up = set_up,
                        .event = on_event,
                        .context = s};
    node.config.node.number[15] = (uint8_t)(number >> 8);
    node.config.node.number[16] = (uint8_t)number;
    return node;
}

static wf_sim_host add_node(stage *s, unsigned number) {
    wf_sim_host host = add(s->sim, NETWORK, number);
    wf_sim_node node = plain_node(s, number);
    CHECK_OK(wf_sim_set_node(s->sim, host, &node));
    CHECK_OK(wf_sim_boot(s->sim, host));
    return host;
}

static void ask(stage *s, wf_sim_host from, wf_address to, uint32_t timeout_ms) {
    static const uint8_t get[] = {0x05, 0xFF, 0x01, 0x01, 0x30, 0x01, 0x62, 0x01, 0x80, 0x00};
    wf_request request = {
        .target = {.address = to}, .edata = wf_bytes_of(get, sizeof get), .timeout_ms = timeout_ms, .repeatable = true};
    wf_request_id id;
    CHECK_OK(wf_engine_request(wf_sim_engine(s->sim, from), wf_sim_clock(s->sim, from), &id, &request));
}

static bool one_is_done(void *context) {
    return ((stage *)context)->dones > 0;
}

/* ---- determinism ---- */

typedef struct log {
    uint8_t *bytes;
    size_t len, capacity;
} log;

static void log_bytes(log *l, const void *at, size_t len) {
    if (l->len + len > l->capacity) {
        l->capacity = (l->len + len) * 2;
        l->bytes = realloc(l->bytes, l->capacity);
        CHECK(l->bytes != NULL);
    }
    memcpy(l->bytes + l->len, at, len);
    l->len += len;
}

static void write_log(void *context, wf_time now, wf_sim_fate fate, const wf_sim_datagram *datagram) {
    log *l = context;
    log_bytes(l, &now, sizeof now);
    log_bytes(l, &fate, sizeof fate);
    log_bytes(l, &datagram->sender, sizeof datagram->sender);
    log_bytes(l, &datagram->receiver, sizeof datagram->receiver);
    log_bytes(l, datagram->from.ip, sizeof datagram->from.ip);
    log_bytes(l, datagram->to.ip, sizeof datagram->to.ip);
    log_bytes(l, datagram->bytes.at, datagram->bytes.len);
}

static log busy_run(uint64_t seed) {
    log l = {0};
    stage s = {.sim = new_sim(seed)};
    wf_sim_faults faults = {.loss = 20 * WF_SIM_PERCENT,
                            .duplication = 10 * WF_SIM_PERCENT,
                            .reordering = 10 * WF_SIM_PERCENT,
                            .least_delay = 1,
                            .delay = 30};
    wf_sim_set_faults(s.sim, &faults);
    wf_sim_set_monitor(s.sim, write_log, &l);
    wf_sim_host hosts[10];
    for (unsigned i = 0; i < 10; i++) {
        hosts[i] = add_node(&s, i + 1);
        wf_engine_announce(wf_sim_engine(s.sim, hosts[i]), wf_sim_clock(s.sim, hosts[i]));
    }
    for (unsigned i = 0; i < 30; i++) {
        ask(&s, hosts[i % 10], address_of(1 + (i * 7 + 3) % 10), 2000);
        wf_sim_run(s.sim, 100);
    }
    wf_sim_cut_power(s.sim, hosts[4]);
    wf_sim_run(s.sim, 10000);
    CHECK(s.dones > 20);
    CHECK(wf_sim_count(s.sim, WF_SIM_LOST) > 0);
    wf_sim_free(s.sim);
    return l;
}

static void the_same_seed_gives_the_same_bytes_at_the_same_time(void) {
    log a = busy_run(7), b = busy_run(7), c = busy_run(8);
    CHECK(a.len > 10000);
    CHECK(a.len == b.len && memcmp(a.bytes, b.bytes, a.len) == 0);
    CHECK(a.len != c.len || memcmp(a.bytes, c.bytes, a.len) != 0);
    free(a.bytes);
    free(b.bytes);
    free(c.bytes);
}

static void entropy_is_of_its_host_and_its_seed_and_never_comes_again(void) {
    uint8_t drawn[5][32];
    for (unsigned i = 0; i < 2; i++) {
        wf_sim *sim = new_sim(5);
        wf_sim_host a = add(sim, NETWORK, 1), b = add(sim, NETWORK, 2);
        wf_entropy of_a = wf_sim_entropy(sim, a), of_b = wf_sim_entropy(sim, b);
        CHECK_OK(of_a.fill(of_a.context, drawn[i], 32));
        if (i == 0) {
            CHECK_OK(of_a.fill(of_a.context, drawn[2], 32));
            CHECK_OK(of_b.fill(of_b.context, drawn[3], 32));
        }
        wf_sim_free(sim);
    }
    CHECK(memcmp(drawn[0], drawn[1], 32) == 0);
    CHECK(memcmp(drawn[0], drawn[2], 32) != 0);
    CHECK(memcmp(drawn[0], drawn[3], 32) != 0);
    wf_sim *sim = new_sim(6);
    wf_entropy other = wf_sim_entropy(sim, add(sim, NETWORK, 1));
    CHECK_OK(other.fill(other.context, drawn[4], 32));
    CHECK(memcmp(drawn[0], drawn[4], 32) != 0);
    other = wf_sim_entropy(sim, (wf_sim_host){9});
    CHECK(other.fill(other.context, drawn[4], 32) == WF_ERROR_ENTROPY);
    wf_sim_free(sim);
}

/* ---- faults ---- */

static void is_about(uint64_t count, uint64_t of, unsigned percent) {
    CHECK(count * 100 > of * (percent - 2));
    CHECK(count * 100 < of * (percent + 2));
}

static void loss_and_duplication_come_as_often_as_asked_for(void) {
    wf_sim *sim = new_sim(1);
    wf_sim_host a = add(sim, NETWORK, 1), b = add(sim, NETWORK, 2);
    wf_sim_faults faults = {.loss = 30 * WF_SIM_PERCENT, .duplication = 20 * WF_SIM_PERCENT};
    unsigned arrived = 0;
    wf_sim_set_faults(sim, &faults);
    for (unsigned i = 0; i < MANY; i++) {
        send_to(sim, a, 2, "x");
        CHECK(wf_sim_run_idle(sim, 0));
        arrived += drain(sim, b);
    }
    is_about(wf_sim_count(sim, WF_SIM_LOST), MANY, 30);
    is_about(wf_sim_count(sim, WF_SIM_DUPLICATED), MANY - wf_sim_count(sim, WF_SIM_LOST), 20);
    CHECK(wf_sim_count(sim, WF_SIM_SENT) == MANY);
    CHECK(wf_sim_count(sim, WF_SIM_DELIVERED) == arrived);
    CHECK(arrived == MANY - wf_sim_count(sim, WF_SIM_LOST) + wf_sim_count(sim, WF_SIM_DUPLICATED));
    wf_sim_free(sim);
}

static void delays_fill_their_range_and_nothing_else(void) {
    wf_sim *sim = new_sim(2);
    wf_sim_host a = add(sim, NETWORK, 1), b = add(sim, NETWORK, 2);
    wf_sim_faults faults = {.least_delay = 5, .delay = 14};
    unsigned seen[20] = {0};
    wf_sim_set_faults(sim, &faults);
    for (unsigned i = 0; i < MANY; i++) {
        wf_time sent = wf_sim_now(sim);
        send_to(sim, a, 2, "x");
        CHECK(wf_sim_step(sim));
        CHECK(drain(sim, b) == 1);
        CHECK(wf_sim_now(sim) - sent < 20);
        seen[wf_sim_now(sim) - sent]++;
    }
    for (unsigned ms = 0; ms < 20; ms++) {
        bool inside = ms >= 5 && ms <= 14;
        CHECK((seen[ms] > 0) == inside);
        if (inside) {
            is_about(seen[ms], MANY, 10);
        }
    }
    wf_sim_free(sim);
}

static void what_is_held_back_is_overtaken(void) {
    wf_sim *sim = new_sim(3);
    wf_sim_host a = add(sim, NETWORK, 1), b = add(sim, NETWORK, 2);
    wf_sim_faults held = {.reordering = WF_SIM_ALWAYS, .held_back = 50};
    CHECK_OK(wf_sim_set_link(sim, a, b, &held));
    send_to(sim, a, 2, "first");
    CHECK_OK(wf_sim_set_link(sim, a, b, NULL));
    send_to(sim, a, 2, "second");
    CHECK(wf_sim_settle(sim, 100));
    CHECK(wf_sim_now(sim) == 50);
    CHECK(hears(sim, b, "second"));
    CHECK(hears(sim, b, "first"));
    CHECK(drain(sim, b) == 0);
    wf_sim_free(sim);
}

static void without_faults_all_arrives_at_once_and_in_order(void) {
    wf_sim *sim = new_sim(3);
    wf_sim_host a = add(sim, NETWORK, 1), b = add(sim, NETWORK, 2);
    char text[8];
    for (unsigned i = 0; i < 100; i++) {
        snprintf(text, sizeof text, "%u", i);
        send_to(sim, a, 2, text);
    }
    CHECK(wf_sim_settle(sim, 0));
    for (unsigned i = 0; i < 100; i++) {
        snprintf(text, sizeof text, "%u", i);
        CHECK(hears(sim, b, text));
    }
    wf_sim_free(sim);
}

static void a_link_of_its_own_counts_in_its_direction_only(void) {
    wf_sim *sim = new_sim(4);
    wf_sim_host a = add(sim, NETWORK, 1), b = add(sim, NETWORK, 2);
    wf_sim_faults dead = {.loss = WF_SIM_ALWAYS}, alive = {0};
    CHECK_OK(wf_sim_set_link(sim, a, b, &dead));
    send_to(sim, a, 2, "there");
    send_to(sim, b, 1, "back");
    CHECK(wf_sim_settle(sim, 0));
    CHECK(drain(sim, b) == 0);
    CHECK(drain(sim, a) == 1);
    CHECK_OK(wf_sim_set_link(sim, a, b, &alive));
    wf_sim_set_faults(sim, &dead);
    send_to(sim, a, 2, "there");
    CHECK(wf_sim_settle(sim, 0));
    CHECK(drain(sim, b) == 1);
    CHECK(wf_sim_set_link(sim, a, (wf_sim_host){9}, &dead) == WF_ERROR_ARGUMENT);
    wf_sim_free(sim);
}

static bool shorten(void *context, wf_sim *sim, const wf_sim_datagram *datagram, uint8_t *bytes, size_t *len,
                    size_t capacity) {
    wf_address spoofed = address_of(77);
    unsigned *calls = context;
    (void)capacity;
    (*calls)++;
    if (datagram->bytes.at[0] == 'd') {
        return false;
    }
    if (datagram->bytes.at[0] == 'i') {
        CHECK_OK(wf_sim_inject(sim, NETWORK, &spoofed, &datagram->to, wf_bytes_of((const uint8_t *)"evil", 4), 0));
    }
    if (datagram->bytes.at[0] == 'c') {
        bytes[0] = 'C';
        *len = 2;
    }
    return true;
}

static void the_hook_sees_changes_drops_and_injects(void) {
    unsigned calls = 0;
    wf_sim *sim = new_sim(1);
    wf_sim_host a = add(sim, NETWORK, 1), b = add(sim, NETWORK, 2);
    wf_sim_datagram got;
    wf_address spoofed = address_of(77);
    wf_sim_set_tamper(sim, shorten, &calls);
    send_to(sim, a, 2, "drop");
    send_to(sim, a, 2, "change");
    send_to(sim, a, 2, "keep");
    send_to(sim, a, 2, "inject");
    CHECK(wf_sim_settle(sim, 0));
    CHECK(calls == 4);
    CHECK(hears(sim, b, "Ch"));
    CHECK(hears(sim, b, "keep"));
    CHECK(wf_sim_receive(sim, b, &got));
    CHECK(got.sender.value == 0 && wf_address_equal(&got.from, &spoofed) && got.bytes.at[0] == 'e');
    CHECK(hears(sim, b, "inject"));
    CHECK(drain(sim, b) == 0);
    CHECK(wf_sim_count(sim, WF_SIM_DROPPED) == 1 && wf_sim_count(sim, WF_SIM_CHANGED) == 1 &&
          wf_sim_count(sim, WF_SIM_INJECTED) == 1);
    wf_sim_free(sim);
}

/* ---- addresses and networks ---- */

static void a_group_reaches_all_others_of_its_network_and_family_once(void) {
    static const wf_address everybody = {0};
    wf_sim *sim = new_sim(1);
    wf_sim_host a = add(sim, NETWORK, 1), b = add(sim, NETWORK, 2), c = add(sim, OTHER, 1), d = add(sim, NETWORK, 4);
    wf_address second = address_of(200), six, of_d;
    CHECK_OK(wf_address_parse(&six, "fe80::1", 0));
    CHECK_OK(wf_address_parse(&of_d, "2001:db8::4", 0));
    CHECK_OK(wf_sim_add_address(sim, b, NETWORK, &second));
    CHECK_OK(wf_sim_add_address(sim, a, NETWORK, &six));
    CHECK_OK(wf_sim_add_address(sim, d, NETWORK, &of_d));
    CHECK_OK(wf_sim_send(sim, a, &everybody, wf_bytes_of((const uint8_t *)"x", 1)));
    CHECK(wf_sim_settle(sim, 0));
    wf_sim_datagram got;
    CHECK(drain(sim, a) == 0 && drain(sim, b) == 1 && drain(sim, c) == 0);
    CHECK(wf_sim_receive(sim, d, &got) && got.multicast && wf_address_is_ipv4(&got.from));
    CHECK(wf_sim_receive(sim, d, &got) && got.from.scope == NETWORK && got.from.ip[0] == 0xFE);
    wf_address group = wf_address_group_ipv6(WF_PORT, OTHER);
    CHECK(wf_sim_send(sim, a, &group, wf_bytes_of((const uint8_t *)"x", 1)) == WF_ERROR_ARGUMENT);
    group.scope = NETWORK;
    CHECK_OK(wf_sim_send(sim, d, &group, wf_bytes_of((const uint8_t *)"x", 1)));
    CHECK(wf_sim_settle(sim, 0));
    CHECK(drain(sim, a) == 1 && drain(sim, b) == 0);
    wf_sim_free(sim);
}

static void the_same_address_lives_on_two_networks_apart(void) {
    wf_sim *sim = new_sim(1);
    wf_sim_host here = add(sim, NETWORK, 1), there = add(sim, OTHER, 1), both = add(sim, NETWORK, 2);
    wf_address own = address_of(2);
    wf_sim_host again;
    send_to(sim, both, 1, "x");
    CHECK(wf_sim_settle(sim, 0));
    CHECK(drain(sim, here) == 1 && drain(sim, there) == 0);
    CHECK_OK(wf_sim_remove_address(sim, both, NETWORK, &own));
    CHECK_OK(wf_sim_add_address(sim, both, OTHER, &own));
    send_to(sim, both, 1, "x");
    CHECK(wf_sim_settle(sim, 0));
    CHECK(drain(sim, here) == 0 && drain(sim, there) == 1);
    CHECK_OK(wf_sim_add_host(sim, &again));
    CHECK(wf_sim_add_address(sim, again, OTHER, &own) == WF_ERROR_ARGUMENT);
    CHECK(wf_sim_remove_address(sim, again, OTHER, &own) == WF_ERROR_ARGUMENT);
    CHECK(wf_sim_add_address(sim, again, 0, &own) == WF_ERROR_ARGUMENT);
    wf_sim_free(sim);
}

static void who_moves_is_found_at_the_new_address_only(void) {
    wf_sim *sim = new_sim(1);
    wf_sim_host a = add(sim, NETWORK, 1), b = add(sim, NETWORK, 2);
    wf_sim_faults slow = {.least_delay = 10, .delay = 10};
    wf_address old = address_of(2), new = address_of(3);
    wf_sim_set_faults(sim, &slow);
    send_to(sim, a, 2, "on its way");
    CHECK_OK(wf_sim_remove_address(sim, b, NETWORK, &old));
    CHECK_OK(wf_sim_add_address(sim, b, NETWORK, &new));
    send_to(sim, a, 2, "late");
    send_to(sim, a, 3, "new");
    CHECK(wf_sim_settle(sim, 100));
    CHECK(hears(sim, b, "new"));
    CHECK(drain(sim, b) == 0);
    CHECK(wf_sim_count(sim, WF_SIM_LOST) == 2);
    wf_sim_free(sim);
}

static void parts_and_pulled_cables_keep_hosts_from_each_other(void) {
    wf_sim *sim = new_sim(1);
    wf_sim_host a = add(sim, NETWORK, 1), b = add(sim, NETWORK, 2), c = add(sim, NETWORK, 3);
    wf_sim_set_part(sim, c, 1);
    send_to(sim, a, 2, "x");
    send_to(sim, a, 3, "x");
    CHECK(wf_sim_settle(sim, 0));
    CHECK(drain(sim, b) == 1 && drain(sim, c) == 0);
    wf_sim_set_part(sim, c, 0);
    wf_sim_set_connected(sim, b, false);
    send_to(sim, a, 2, "x");
    send_to(sim, b, 1, "x");
    send_to(sim, a, 3, "x");
    CHECK(wf_sim_settle(sim, 0));
    CHECK(drain(sim, a) == 0 && drain(sim, b) == 0 && drain(sim, c) == 1);
    send_to(sim, a, 3, "on its way");
    wf_sim_set_connected(sim, c, false);
    CHECK(wf_sim_settle(sim, 0));
    CHECK(drain(sim, c) == 0);
    wf_sim_set_connected(sim, c, true);
    send_to(sim, a, 3, "x");
    CHECK(wf_sim_settle(sim, 0));
    CHECK(drain(sim, c) == 1);
    wf_sim_free(sim);
}

static void an_inbox_that_nobody_reads_is_bounded_and_each_is_told_once(void) {
    wf_sim *sim = new_sim(1);
    wf_sim_host a = add(sim, NETWORK, 1), b = add(sim, NETWORK, 2), ready;
    for (unsigned i = 0; i < WF_SIM_INBOX + 10; i++) {
        send_to(sim, a, 2, "x");
    }
    CHECK(wf_sim_settle(sim, 0));
    CHECK(wf_sim_next_inbox(sim, &ready) && ready.value == b.value);
    CHECK(!wf_sim_next_inbox(sim, &ready) && ready.value == 0);
    CHECK(drain(sim, b) == WF_SIM_INBOX);
    CHECK(wf_sim_count(sim, WF_SIM_LOST) == 10);
    send_to(sim, a, 2, "left behind");
    CHECK(wf_sim_settle(sim, 0));
    wf_sim_free(sim);
}

/* ---- engines, power, time ---- */

static void engines_talk_and_deadlines_come_true(void) {
    stage s = {.sim = new_sim(1)};
    wf_sim_host a = add_node(&s, 1);
    add_node(&s, 2);
    wf_sim_faults slow = {.least_delay = 3, .delay = 3};
    wf_sim_set_faults(s.sim, &slow);
    wf_sim_run(s.sim, 500);
    ask(&s, a, address_of(2), 2000);
    CHECK(wf_sim_run_for(s.sim, 1000, one_is_done, &s));
    CHECK(s.last == WF_OK && wf_sim_now(s.sim) == 506);
    s.dones = 0;
    ask(&s, a, address_of(99), 2000);
    CHECK(wf_sim_run_for(s.sim, 5000, one_is_done, &s));
    CHECK(s.last == WF_ERROR_NO_ANSWER && wf_sim_now(s.sim) == 2506);
    CHECK(!wf_sim_run_for(s.sim, 100, one_is_done, &(stage){.dones = 0}));
    CHECK(wf_sim_now(s.sim) == 2606);
    wf_sim_free(s.sim);
}

static void a_host_without_power_hears_nothing_and_its_clock_begins_anew(void) {
    stage s = {.sim = new_sim(1)};
    wf_sim_host a = add_node(&s, 1), b = add_node(&s, 2);
    wf_sim_run(s.sim, 5000);
    CHECK(wf_sim_clock(s.sim, b) == 5000);
    wf_sim_cut_power(s.sim, b);
    CHECK(wf_sim_engine(s.sim, b) == NULL && wf_sim_clock(s.sim, b) == 0);
    ask(&s, a, address_of(2), 1000);
    CHECK(wf_sim_run_for(s.sim, 5000, one_is_done, &s));
    CHECK(s.last == WF_ERROR_NO_ANSWER);
    CHECK_OK(wf_sim_boot(s.sim, b));
    CHECK(wf_sim_boot(s.sim, b) == WF_ERROR_STATE);
    wf_sim_run(s.sim, 250);
    CHECK(wf_sim_clock(s.sim, b) == 250);
    s.dones = 0;
    ask(&s, a, address_of(2), 1000);
    CHECK(wf_sim_run_for(s.sim, 5000, one_is_done, &s));
    CHECK(s.last == WF_OK);
    wf_sim_shut_down(s.sim, b);
    CHECK(wf_sim_engine(s.sim, b) == NULL);
    wf_sim_free(s.sim);
}

static void the_date_goes_on_with_the_clock(void) {
    wf_sim *sim = new_sim(1);
    CHECK(wf_sim_date(sim) == 0);
    wf_sim_run(sim, 90000);
    wf_sim_set_date(sim, 1790000000);
    wf_sim_run(sim, 61000);
    CHECK(wf_sim_date(sim) == 1790000061);
    CHECK(wf_sim_next(sim) == WF_TIME_NEVER && !wf_sim_step(sim));
    wf_sim_free(sim);
}

static void a_thousand_hosts_are_cheap(void) {
    enum { HOSTS = 1000 };
    stage s = {.sim = new_sim(1)};
    wf_sim_faults faults = {.loss = 10 * WF_SIM_PERCENT, .least_delay = 1, .delay = 20};
    wf_sim_host hosts[HOSTS];
    for (unsigned i = 0; i < HOSTS; i++) {
        hosts[i] = add_node(&s, i + 1);
    }
    wf_sim_set_faults(s.sim, &faults);
    for (unsigned round = 0; round < 5; round++) {
        for (unsigned i = 0; i < HOSTS; i++) {
            ask(&s, hosts[i], address_of(1 + (i * 17 + round) % HOSTS), 1000);
        }
        wf_sim_run(s.sim, 2000);
    }
    ask(&s, hosts[0], (wf_address){0}, 3000);
    wf_sim_run(s.sim, 4000);
    CHECK(s.dones == 5 * HOSTS + 1);
    CHECK(s.answers > HOSTS / 2);
    CHECK(wf_sim_count(s.sim, WF_SIM_DELIVERED) > 8 * HOSTS);
    wf_sim_free(s.sim);
}

/* ---- the power goes at a write ---- */

static void when_the_power_goes_at_a_write_the_engine_says_no_more(void) {
    stage s = {.sim = new_sim(1)};
    wf_sim_store *store;
    static const uint8_t entry[10];
    CHECK_OK(wf_sim_store_new(&store, 1));
    wf_sim_host host = add(s.sim, NETWORK, 1);
    wf_sim_node node = plain_node(&s, 1);
    node.store = store;
    CHECK_OK(wf_sim_set_node(s.sim, host, &node));
    CHECK_OK(wf_sim_boot(s.sim, host));
    wf_engine_announce(wf_sim_engine(s.sim, host), 0);
    wf_sim_store_cut_at(store, 1);
    wf_store lent = wf_sim_store_as_store(store);
    CHECK(lent.save(lent.context, 1, entry, 10) == WF_ERROR_STORE); /* as the engine would, in the middle of a call */
    wf_sim_run(s.sim, 1000);
    CHECK(wf_sim_count(s.sim, WF_SIM_SENT) == 0);
    CHECK(wf_sim_engine(s.sim, host) == NULL);
    CHECK_OK(wf_sim_boot(s.sim, host));
    CHECK(wf_sim_store_has_power(store));
    wf_engine_announce(wf_sim_engine(s.sim, host), 0);
    wf_sim_run(s.sim, 1000);
    CHECK(wf_sim_count(s.sim, WF_SIM_SENT) > 0);
    wf_sim_free(s.sim);
    wf_sim_store_free(store);
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(the_same_seed_gives_the_same_bytes_at_the_same_time),
    CASE(entropy_is_of_its_host_and_its_seed_and_never_comes_again),
    CASE(loss_and_duplication_come_as_often_as_asked_for),
    CASE(delays_fill_their_range_and_nothing_else),
    CASE(what_is_held_back_is_overtaken),
    CASE(without_faults_all_arrives_at_once_and_in_order),
    CASE(a_link_of_its_own_counts_in_its_direction_only),
    CASE(the_hook_sees_changes_drops_and_injects),
    CASE(a_group_reaches_all_others_of_its_network_and_family_once),
    CASE(the_same_address_lives_on_two_networks_apart),
    CASE(who_moves_is_found_at_the_new_address_only),
    CASE(parts_and_pulled_cables_keep_hosts_from_each_other),
    CASE(an_inbox_that_nobody_reads_is_bounded_and_each_is_told_once),
    CASE(engines_talk_and_deadlines_come_true),
    CASE(a_host_without_power_hears_nothing_and_its_clock_begins_anew),
    CASE(the_date_goes_on_with_the_clock),
    CASE(a_thousand_hosts_are_cheap),
    CASE(when_the_power_goes_at_a_write_the_engine_says_no_more),
};
CHECK_MAIN(cases)

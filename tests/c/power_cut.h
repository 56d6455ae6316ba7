/* A controller and many devices paired with it lose their power together and get it back together: how long it takes
 * until all of them have sessions again, and what it costs. */
#ifndef WARIFU_TESTS_POWER_CUT_H
#define WARIFU_TESTS_POWER_CUT_H

#include "sim_home.h"

#include <warifu/wire.h>

typedef struct power_cut {
    unsigned devices;
    wf_time back;        /* virtual milliseconds until the last session */
    uint64_t datagrams;  /* sent until then, one to many counts once */
    uint64_t of_da;      /* without plain announcements */
    uint64_t handshakes; /* begun */
    uint64_t operations; /* of public keys: generate, agree, sign, verify; on both sides */
    size_t memory;       /* the controller's block, whatever happens */
    bool all_answer;
} power_cut;

/* Handshake messages by the run that they belong to: repetitions cost no operation. */
typedef struct power_cut_count {
    power_cut *result;
    uint8_t seen[1 << 16]; /* by TID, a bit for each of message_1 to message_4 */
} power_cut_count;

static inline void power_cut_watch(void *context, wf_time now, wf_sim_fate fate, const wf_sim_datagram *d) {
    static const uint8_t operations[] = {1, 3, 3, 1}; /* G_X; G_Y, G_XY, signature; G_XY, both signatures; one */
    power_cut_count *c = context;
    wf_da_frame frame;
    (void)now;
    if (fate != WF_SIM_SENT) {
        return;
    }
    c->result->datagrams++;
    if (wf_da_frame_parse(&frame, d->bytes) != WF_OK) {
        return;
    }
    c->result->of_da++;
    unsigned message = frame.type == WF_DA_MESSAGE_1 ? 0u : (unsigned)frame.type - WF_DA_MESSAGE_2 + 1;
    bool of_handshake =
        frame.type == WF_DA_MESSAGE_1 || (frame.type >= WF_DA_MESSAGE_2 && frame.type <= WF_DA_MESSAGE_4);
    if (of_handshake && (c->seen[frame.tid] & 1u << message) == 0) {
        c->seen[frame.tid] |= (uint8_t)(1u << message);
        c->result->operations += operations[message];
        c->result->handshakes += message == 0;
    }
}

static inline unsigned power_cut_sessions(home *h, const home_node *node) {
    unsigned at = 0, count = 0;
    wf_peer peer;
    while (wf_engine_next_peer(home_engine(h, node), &at, &peer)) {
        count += peer.has_session;
    }
    return count;
}

/* Does every device, too, know of its session? */
static inline bool power_cut_is_over(home *h, const home_node *controller, unsigned devices) {
    bool over = power_cut_sessions(h, controller) == devices;
    for (unsigned i = 1; over && i <= devices; i++) {
        over = power_cut_sessions(h, &h->nodes[i]) == 1;
    }
    return over;
}

static inline power_cut power_cut_of(unsigned devices, uint32_t loss, wf_time most) {
    enum { STEP_MS = 100 };
    static power_cut_count count;
    power_cut result = {.devices = devices, .all_answer = true};
    home *h = home_new(devices);
    home_node *controller = home_add(h, WF_ROLE_CONTROLLER);
    for (unsigned i = 0; i < devices; i++) {
        home_node *device = home_add(h, WF_ROLE_DEVICE);
        CHECK_OK(home_pair(h, controller, device));
        wf_sim_cut_power(h->sim, device->host); /* it is quieter without it */
    }
    wf_sim_cut_power(h->sim, controller->host);
    wf_sim_faults faults = {.loss = loss, .least_delay = 1, .delay = 30};
    wf_sim_set_faults(h->sim, &faults);
    count = (power_cut_count){.result = &result};
    wf_sim_set_monitor(h->sim, power_cut_watch, &count);
    wf_time began = wf_sim_now(h->sim);
    for (unsigned i = 0; i <= devices; i++) {
        home_boot(h, &h->nodes[i]);
    }
    while (wf_sim_now(h->sim) - began < most && !power_cut_is_over(h, controller, devices)) {
        wf_sim_run(h->sim, STEP_MS);
    }
    result.back = wf_sim_now(h->sim) - began;
    wf_sim_set_monitor(h->sim, NULL, NULL);
    for (unsigned i = 1; i <= devices; i++) {
        result.all_answer = result.all_answer && home_get(h, controller, &h->nodes[i], 20000) == WF_OK;
    }
    wf_engine_config config = {.node = {.objects = 1, .properties = 16, .value_bytes = 64},
                               .identity = {wf_signer_of(&controller->key), controller->chain, 1, h->anchors, 1},
                               .pairings = HOME_NODES,
                               .handshakes = 4,
                               .requests = 16,
                               .send_bytes = 32768,
                               .event_bytes = 32768};
    result.memory = wf_engine_size(&config);
    home_end(h);
    return result;
}

static inline void power_cut_print(const power_cut *r) {
    printf("%u devices: all back after %.1f s; %llu datagrams, %llu of them DA; %llu handshakes begun, %llu public-key "
           "operations; controller's memory %zu KiB\n",
           r->devices, (double)r->back / 1000, (unsigned long long)r->datagrams, (unsigned long long)r->of_da,
           (unsigned long long)r->handshakes, (unsigned long long)r->operations, r->memory / 1024);
}

#endif

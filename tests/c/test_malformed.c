/* Sixty frames, each cut at every byte and with every byte changed to every other value: whatever arrives is met with
 * silence, or with the answer that the rule demands of what it has become. */
#include "answer_rule.h"
#include "hex.h"

enum { DEVICE, ASKER, FRAMES = 60 };

static const char *const objects[] = {"013001", "013000", "0ef001", "013002"};

/* Four objects (one of them is not there) times the services and what real controllers ask. */
static const char *const requests[] = {
    "60 02 80 01 31 b3 01 16",
    "60 01 bb 01 20",
    "61 01 80 01 30",
    "61 03 80 01 31 81 02 0102 b3 01 17",
    "61 00",
    "62 01 80 00",
    "62 05 80 00 9f 00 83 00 d6 00 ff 00",
    "62 00",
    "63 02 80 00 b3 00",
    "63 01 d5 00",
    "6e 01 b3 01 18 02 b3 00 bb 00",
    "6e 00 01 80 00",
    "74 02 80 01 31 b0 00",
    "73 01 80 01 31",
    "72 02 80 01 31 b3 01 18",
};

static bool on_set(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_bytes edt) {
    (void)context, (void)eoj, (void)old;
    return epc != 0xB3 || edt.at[0] < 0x40;
}

static world *device_world(void) {
    world *w = world_new();
    world_configure(w, DEVICE, true, false);
    w->nodes[DEVICE].config.policy = &wf_policy_open;
    w->nodes[DEVICE].config.node.set_hook = on_set;
    w->nodes[DEVICE].config.answer_delay_ms = WF_ANSWER_AT_ONCE;
    world_start(w, DEVICE);
    w->nodes[ASKER].address = wf_address_ipv4(10, 0, 0, 9, WF_PORT);
    return w;
}

/* Silence is right unless something that must be answered was asked of an object that is there. (An INFC that the
 * policy doesn't let in, with an EPC below 80, has no receipt.) */
static bool demands_answer(const wf_frame *request) {
    bool there = request->deoj == AIR_CONDITIONER || request->deoj == 0x013000 || request->deoj >> 8 == 0x0EF0;
    if (request->deoj >> 8 == 0x0EF0 && (request->deoj & 0xFF) > 1) {
        there = false;
    }
    bool always = request->esv == WF_ESV_SETC || request->esv == WF_ESV_GET || request->esv == WF_ESV_SETGET ||
                  (request->esv == WF_ESV_INF_REQ && request->list.count > 0);
    return there && always;
}

/* The datagram lies in memory of its own, so that a sanitizer sees every read beyond it. */
static void receive(world *w, const uint8_t *bytes, size_t len) {
    wf_engine *engine = w->nodes[DEVICE].engine;
    const wf_address *asker = &w->nodes[ASKER].address;
    uint8_t *exact = malloc(len > 0 ? len : 1);
    wf_frame request;
    wf_datagram out;
    wf_event event;
    unsigned answers = 0;
    CHECK(exact != NULL);
    memcpy(exact, bytes, len);
    wf_engine_receive(engine, w->now, asker, false, wf_bytes_of(exact, len));
    bool parses = wf_frame_parse(&request, wf_bytes_of(exact, len)) == WF_OK && request.ehd2 == WF_EHD2_SPECIFIED;
    while (wf_engine_next_datagram(engine, &out)) {
        CHECK(parses);
        check_answer(&request, &out, asker);
        answers++;
    }
    CHECK(!parses || answers > 0 || !demands_answer(&request));
    while (wf_engine_next_event(engine, &event)) {
    }
    free(exact);
}

static size_t frame_at(unsigned i, uint8_t out[128]) {
    char text[256];
    snprintf(text, sizeof text, "1081 %04x 05ff01 %s %s", i, objects[i % 4], requests[i / 4]);
    return hex_bytes(out, 128, text).len;
}

static void sixty_frames_are_answered_by_the_rule(void) {
    world *w = device_world();
    uint8_t bytes[128];
    CHECK(sizeof requests / sizeof requests[0] * 4 == FRAMES);
    for (unsigned i = 0; i < FRAMES; i++) {
        receive(w, bytes, frame_at(i, bytes));
    }
    CHECK(wf_engine_counters(w->nodes[DEVICE].engine)->malformed == 0);
    world_end(w);
}

static void sixty_frames_cut_anywhere_are_discarded_in_silence(void) {
    world *w = device_world();
    uint8_t bytes[128];
    for (unsigned i = 0; i < FRAMES; i++) {
        size_t len = frame_at(i, bytes);
        for (size_t cut = 0; cut < len; cut++) {
            uint64_t sent = wf_engine_counters(w->nodes[DEVICE].engine)->sent;
            receive(w, bytes, cut);
            CHECK(wf_engine_counters(w->nodes[DEVICE].engine)->sent == sent);
        }
    }
    world_end(w);
}

static void sixty_frames_with_any_byte_changed_get_the_answer_of_the_rule_or_none(void) {
    world *w = device_world();
    uint8_t bytes[128];
    for (unsigned i = 0; i < FRAMES; i++) {
        size_t len = frame_at(i, bytes);
        for (size_t at = 0; at < len; at++) {
            const uint8_t kept = bytes[at];
            for (unsigned value = 0; value <= UINT8_MAX; value++) {
                bytes[at] = (uint8_t)value;
                receive(w, bytes, len);
            }
            bytes[at] = kept;
        }
    }
    CHECK(wf_engine_counters(w->nodes[DEVICE].engine)->queue_full == 0);
    world_end(w);
}

#define CASE(name) \
    { #name, name }
static const check_case cases[] = {
    CASE(sixty_frames_are_answered_by_the_rule),
    CASE(sixty_frames_cut_anywhere_are_discarded_in_silence),
    CASE(sixty_frames_with_any_byte_changed_get_the_answer_of_the_rule_or_none),
};

CHECK_MAIN(cases)

/* Frames for pytest: each line is the hex of a datagram, which comes by unicast to a node that has the object it is for
 * and listens as a controller too. The answer tells what came of it: malformed or not, ESVs sent, events, whether its
 * sender is known from now on, and whether a value of the object changed. An answer that breaks the rule ends this. */
#include "answer_rule.h"
#include "hex.h"

enum { NODE, SENDER, LINE_LEN = 1 << 14 };

static world *node_with(wf_eoj eoj) {
    static const uint8_t on = 0x30, level = 0x42;
    const unsigned all = WF_ACCESS_GET | WF_ACCESS_SET | WF_ACCESS_INF;
    world *w = world_new();
    world_configure(w, NODE, false, false);
    wf_engine_config *config = &w->nodes[NODE].config;
    config->policy = &wf_policy_open;
    config->answer_delay_ms = WF_ANSWER_AT_ONCE;
    config->node.objects = 1;
    config->calls = config->nodes = 4;
    world_start(w, NODE);
    wf_node *node = wf_engine_node(w->nodes[NODE].engine);
    CHECK_OK(wf_node_remove_object(node, WF_EOJ_CONTROLLER));
    if ((eoj & 0xFF) == 0) {
        eoj |= 1;
    }
    if (wf_node_add_object(node, eoj) == WF_OK) {
        CHECK_OK(wf_node_add_property(node, eoj, 0x80, all, 1, 1, wf_bytes_of(&on, 1)));
        CHECK_OK(wf_node_add_property(node, eoj, 0xB0, all, 1, 1, wf_bytes_of(&level, 1)));
    }
    w->nodes[SENDER].address = wf_address_ipv4(10, 0, 0, 9, WF_PORT);
    return w;
}

static uint8_t value_of(wf_node *node, wf_eoj eoj, uint8_t epc) {
    uint8_t value = 0;
    wf_writer out = wf_writer_of(&value, 1);
    wf_error ignored = wf_node_get(node, (eoj & 0xFF) != 0 ? eoj : eoj | 1, epc, &out);
    (void)ignored;
    return value;
}

static const char *name_of(wf_event_kind kind) {
    switch (kind) {
    case WF_EVENT_NOTIFICATION:
        return "notification";
    case WF_EVENT_LATE_ANSWER:
        return "late";
    case WF_EVENT_NODE_FOUND:
        return "found";
    case WF_EVENT_PROPERTY_SET:
        return "set";
    default:
        return "other";
    }
}

/* The datagram lies in memory of its own, so that a sanitizer sees every read beyond it. */
static void receive(world *w, wf_bytes bytes) {
    uint8_t *exact = malloc(bytes.len > 0 ? bytes.len : 1);
    CHECK(exact != NULL);
    memcpy(exact, bytes.at, bytes.len);
    wf_engine_receive(w->nodes[NODE].engine, w->now, &w->nodes[SENDER].address, false, wf_bytes_of(exact, bytes.len));
    free(exact);
}

static void tell(wf_bytes bytes) {
    wf_frame frame = {0};
    bool parses = wf_frame_parse(&frame, bytes) == WF_OK && frame.ehd2 == WF_EHD2_SPECIFIED;
    world *w = node_with(parses ? frame.deoj : AIR_CONDITIONER);
    wf_engine *engine = w->nodes[NODE].engine;
    wf_node *node = wf_engine_node(engine);
    const wf_eoj eoj = parses ? frame.deoj : AIR_CONDITIONER;
    const uint8_t power = value_of(node, eoj, 0x80), level = value_of(node, eoj, 0xB0);
    wf_datagram out;
    wf_event event;
    wf_known known;
    receive(w, bytes);
    printf("malformed=%u sent=", (unsigned)wf_engine_counters(engine)->malformed);
    while (wf_engine_next_datagram(engine, &out)) {
        CHECK(parses);
        check_answer(&frame, &out, &w->nodes[SENDER].address);
        printf("%02X,", out.bytes.at[10]);
    }
    printf(" events=");
    while (wf_engine_next_event(engine, &event)) {
        printf("%s,", name_of(event.kind));
    }
    bool is_known = wf_engine_known_at(engine, &w->nodes[SENDER].address, &known);
    bool changed = power != value_of(node, eoj, 0x80) || level != value_of(node, eoj, 0xB0);
    printf(" known=%d instances=%u changed=%d\n", is_known, is_known ? known.instances : 0, changed);
    world_end(w);
}

int main(void) {
    static char line[LINE_LEN];
    static uint8_t datagram[LINE_LEN / 2];
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        tell(hex_bytes(datagram, sizeof datagram, line));
        fflush(stdout);
    }
    return 0;
}

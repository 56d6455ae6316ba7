/* A light with Device Authentication on a board without an operating system: one block of memory, one loop. All that it
 * asks of the board stands in board.h. */
#include "board.h"

enum { MEMORY = 96 * 1024, LIGHT = 0x029001, POWER = 0x80, ON = 0x30, OFF = 0x31 };

static uint64_t memory[MEMORY / sizeof(uint64_t)];

static wf_engine *start(void) {
    static wf_engine_config config;
    wf_engine *engine;
    config =
        (wf_engine_config){.node = {.objects = 2, .properties = 24, .value_bytes = 128, .maker = {0xFF, 0xFF, 0xFF}},
                           .identity = *board_identity(),
                           .entropy = board_entropy(),
                           .store = board_flash(),
                           .pairings = 4,
                           .handshakes = 1,
                           .requests = 1,
                           .send_bytes = 4096,
                           .event_bytes = 4096,
                           .groups = true};
    if (wf_crypto_start() != WF_OK || wf_engine_size(&config) > sizeof memory ||
        wf_engine_start(&engine, &config, memory, sizeof memory, board_milliseconds()) != WF_OK) {
        return NULL;
    }
    return engine;
}

static bool add_light(wf_node *node) {
    static const struct {
        uint8_t epc, len, value[4];
        unsigned access;
    } all[] = {{POWER, 1, {OFF}, WF_ACCESS_GET | WF_ACCESS_SET | WF_ACCESS_INF},
               {0x81, 1, {0x00}, WF_ACCESS_GET | WF_ACCESS_SET | WF_ACCESS_INF}, /* place: not set */
               {0x82, 4, {0, 0, 'R', 0}, WF_ACCESS_GET},
               {0x88, 1, {0x42}, WF_ACCESS_GET | WF_ACCESS_INF}, /* no fault */
               {0x8A, 3, {0xFF, 0xFF, 0xFF}, WF_ACCESS_GET},
               {0xB6, 1, {0x42}, WF_ACCESS_GET | WF_ACCESS_SET}}; /* normal lighting */
    bool added = wf_node_add_object(node, LIGHT) == WF_OK;
    for (size_t i = 0; added && i < sizeof all / sizeof all[0]; i++) {
        wf_bytes value = wf_bytes_of(all[i].value, all[i].len);
        added = wf_node_add_property(node, LIGHT, all[i].epc, all[i].access, value.len, value.len, value) == WF_OK;
    }
    return added;
}

static void serve(wf_engine *engine) {
    board_datagram in;
    wf_datagram out;
    wf_event event;
    if (board_button_was_pressed() && wf_engine_open_window(engine, board_milliseconds(), 0, 1) != WF_OK) {
        board_stop("the pairing window did not open");
    }
    while (board_receive(&in)) {
        wf_engine_receive(engine, board_milliseconds(), &in.from, in.multicast, in.bytes);
    }
    wf_engine_tick(engine, board_milliseconds());
    while (wf_engine_next_event(engine, &event)) {
        if (event.kind == WF_EVENT_PROPERTY_SET && event.eoj == LIGHT && event.epc == POWER) {
            board_set_light(event.edata.at[0] == ON);
        }
    }
    while (wf_engine_next_datagram(engine, &out)) {
        board_send(&out);
    }
    board_sleep(wf_engine_deadline(engine));
}

int main(void) {
    wf_engine *engine = start();
    if (engine == NULL || !add_light(wf_engine_node(engine))) {
        board_stop("the light did not start");
    }
    for (wf_engine_announce(engine, board_milliseconds());;) {
        serve(engine);
    }
}

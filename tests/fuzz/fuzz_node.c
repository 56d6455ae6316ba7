/* A node with a few objects answers arbitrary datagrams: with silence, or with a regular answer to the asker, in a
 * large buffer and in one of the size that the TID names. */
#include <stdlib.h>
#include <warifu/node.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool below_80(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_bytes edt) {
    (void)context, (void)eoj, (void)epc, (void)old;
    return edt.at[0] < 0x80;
}

static bool all_but_b1(void *context, wf_eoj eoj, uint8_t epc, wf_access access) {
    (void)context, (void)eoj, (void)access;
    return epc != 0xB1;
}

static void demand(bool condition) {
    if (!condition) {
        abort();
    }
}

static wf_node *home(void) {
    static uint64_t memory[256];
    static const wf_eoj objects[] = {0x029001, 0x029002, 0x013001};
    const wf_node_config config = {
        .objects = 3, .properties = 12, .value_bytes = 3 * (1 + 17 + 1 + 255), .set_hook = below_80};
    const uint8_t value[255] = {0x30};
    wf_node *node;
    demand(wf_node_start(&node, &config, memory, sizeof memory) == WF_OK);
    for (size_t i = 0; i < 3; i++) {
        const unsigned get_set = WF_ACCESS_GET | WF_ACCESS_SET;
        const wf_bytes one = wf_bytes_of(value, 1);
        demand(wf_node_add_object(node, objects[i]) == WF_OK);
        demand(wf_node_add_property(node, objects[i], 0x80, get_set | WF_ACCESS_INF, 1, 1, one) == WF_OK);
        demand(wf_node_add_property(node, objects[i], 0x81, get_set | WF_ACCESS_INF, 1, 17, one) == WF_OK);
        demand(wf_node_add_property(node, objects[i], 0xB1, get_set, 1, 1, one) == WF_OK);
        demand(wf_node_add_property(node, objects[i], 0xF0, get_set, 1, 255, wf_bytes_of(value, 255)) == WF_OK);
    }
    return node;
}

static void answer(wf_node *node, const wf_frame *request, size_t capacity) {
    uint8_t bytes[WF_DATAGRAM_LEN];
    wf_frame given;
    wf_writer out = wf_writer_of(bytes, capacity);
    wf_node_reply reply = wf_node_answer(node, request, all_but_b1, NULL, &out);
    demand((reply == WF_REPLY_NONE) == (out.len == 0));
    if (reply == WF_REPLY_NONE) {
        return;
    }
    demand(wf_edata_parse(&given, wf_bytes_of(bytes, out.len)) == WF_OK && given.trailing.len == 0);
    demand(given.seoj == request->deoj && given.deoj == request->seoj);
    demand(wf_esv_known(given.esv) && !wf_esv_is_request(given.esv));
    demand(given.list.count <= request->list.count && given.gets.count <= request->gets.count);
    demand((reply == WF_REPLY_ALL) == (given.esv == WF_ESV_INF));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    wf_frame frame;
    if (wf_frame_parse(&frame, wf_bytes_of(data, size)) != WF_OK) {
        return 0;
    }
    wf_node *node = home();
    wf_frame one = frame;
    for (size_t at = 0; wf_node_next_target(node, frame.deoj, &at, &one.deoj);) {
        answer(node, &one, WF_DATAGRAM_LEN);
        answer(node, &one, frame.tid % WF_DATAGRAM_LEN);
    }
    unsigned changes = 0;
    wf_eoj eoj;
    uint8_t epc;
    while (wf_node_next_change(node, &eoj, &epc)) {
        changes++;
    }
    demand(changes <= 6);
    return 0;
}

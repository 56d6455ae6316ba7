/* A node with a few objects answers arbitrary datagrams: with silence, or with a regular answer to the asker, in a
 * large buffer and in one of the size that the TID names. The same when its hooks put everything off: then the answer
 * comes once all is decided. At the end an object leaves, and the rest of the node is as it was. */
#include <stdlib.h>
#include <warifu/node.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool below_80(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_bytes edt) {
    (void)context, (void)eoj, (void)epc, (void)old;
    return edt.at[0] < 0x80;
}

static wf_node *puts_off; /* the node whose hooks do */

static bool set_hook(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_bytes edt) {
    return puts_off != NULL ? wf_node_put_off(puts_off) : below_80(context, eoj, epc, old, edt);
}

static bool get_hook(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_writer *fresh) {
    (void)context, (void)eoj, (void)epc, (void)fresh;
    return puts_off != NULL ? wf_node_put_off(puts_off) : old.at[0] != 0x7F;
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
    const wf_node_config config = {.objects = 3,
                                   .properties = 12,
                                   .value_bytes = 3 * (1 + 17 + 1 + 255),
                                   .set_hook = set_hook,
                                   .get_hook = get_hook};
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

static void is_regular(const wf_frame *request, wf_node_reply reply, wf_writer out) {
    wf_frame given;
    demand((reply == WF_REPLY_NONE) == (out.len == 0));
    if (reply == WF_REPLY_NONE) {
        return;
    }
    demand(wf_edata_parse(&given, wf_bytes_of(out.start, out.len)) == WF_OK && given.trailing.len == 0);
    demand(given.seoj == request->deoj && given.deoj == request->seoj);
    demand(wf_esv_known(given.esv) && !wf_esv_is_request(given.esv));
    demand(given.list.count <= request->list.count && given.gets.count <= request->gets.count);
    demand((reply == WF_REPLY_ALL) == (given.esv == WF_ESV_INF));
}

static void answer(wf_node *node, const wf_frame *request, size_t capacity) {
    uint8_t bytes[WF_DATAGRAM_LEN];
    wf_writer out = wf_writer_of(bytes, capacity);
    wf_node_reply reply = wf_node_answer(node, request, all_but_b1, NULL, &out);
    is_regular(request, reply, out);
}

/* Every second property is accepted, some with a value that is not the one asked for. */
static void answer_later(wf_node *node, const wf_frame *request, size_t capacity) {
    static const uint8_t value = 0x31;
    uint8_t bytes[WF_DATAGRAM_LEN];
    wf_node_work work = {.may_wait = true};
    wf_node_reply reply = WF_REPLY_LATER;
    puts_off = node;
    for (unsigned rounds = 0; reply == WF_REPLY_LATER; rounds++) {
        wf_writer out = wf_writer_of(bytes, capacity);
        reply = wf_node_work_on(node, &work, request, all_but_b1, NULL, &out);
        demand(rounds < 600);
        if (reply != WF_REPLY_LATER) {
            is_regular(request, reply, out);
            break;
        }
        demand(out.len == 0);
        for (unsigned at = 0; at < WF_WORK_PROPERTIES; at++) {
            wf_error error = wf_node_decide(node, &work, request, at, at % 2 == 0, wf_bytes_of(&value, at % 3 == 0));
            demand(error == WF_OK || error == WF_ERROR_STATE || error == WF_ERROR_ARGUMENT);
        }
        if (rounds > 3) {
            wf_node_refuse_rest(&work);
        }
    }
    puts_off = NULL;
}

static bool holds(const wf_node *node, wf_eoj eoj, uint8_t epc, wf_bytes value) {
    uint8_t bytes[WF_EDT_LEN];
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    return wf_node_get(node, eoj, epc, &out) == WF_OK && wf_bytes_equal(wf_bytes_of(bytes, out.len), value);
}

static void let_one_go(wf_node *node) {
    uint8_t before[WF_EDT_LEN];
    wf_writer out = wf_writer_of(before, sizeof before);
    demand(wf_node_get(node, 0x013001, 0xF0, &out) == WF_OK);
    demand(wf_node_remove_object(node, 0x029001) == WF_OK && !wf_node_has(node, 0x029001));
    demand(holds(node, 0x013001, 0xF0, wf_bytes_of(before, out.len)));
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
        answer_later(node, &one, WF_DATAGRAM_LEN);
        answer_later(node, &one, frame.tid % WF_DATAGRAM_LEN);
    }
    let_one_go(node);
    unsigned changes = 0;
    wf_eoj eoj;
    uint8_t epc;
    while (wf_node_next_change(node, &eoj, &epc)) {
        changes++;
    }
    demand(changes <= 6);
    return 0;
}

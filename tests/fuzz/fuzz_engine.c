/* A paired controller and device, joined by a network in memory, and an attacker on it: he sends what he likes as
 * whom he likes, changes and repeats what was really sent, and holds it back, while the two read and set properties.
 * Whatever he does, the temperature is one that was really set, nobody new is paired, and every request ends once. */
#include "../c/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CONTROLLER, DEVICE, AS_IT_WAS = 20, AS_SET = 26, MOST_STEPS = 40, MOST_REQUESTS = 8, TYPES = 12 };

static world *w;
static void *memories[2]; /* of the engines, as they were after pairing */
static world_store stores[2];
static wf_time paired_at;

static void set_up(void) {
    w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
    paired_at = w->now;
    for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
        memories[i] = malloc(w->nodes[i].size);
        CHECK(memories[i] != NULL);
        memcpy(memories[i], w->nodes[i].memory, w->nodes[i].size);
        stores[i] = w->nodes[i].store;
    }
}

static void go_back(void) {
    w->now = paired_at;
    w->pass = NULL;
    for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
        memcpy(w->nodes[i].memory, memories[i], w->nodes[i].size);
        w->nodes[i].store = stores[i];
        w->nodes[i].event_count = 0;
    }
    w->log_count = 0;
}

static unsigned done[MOST_REQUESTS], asked;
static wf_request_id requests[MOST_REQUESTS];

/* Looks at what happened so far, and forgets it. */
static void look(void) {
    for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
        for (unsigned k = 0; k < w->nodes[i].event_count; k++) {
            const wf_event *event = &w->nodes[i].events[k].event;
            CHECK(event->kind != WF_EVENT_PAIRED && event->kind != WF_EVENT_UNPAIRED);
            CHECK(event->kind != WF_EVENT_PAIR_QUESTION);
            for (unsigned r = 0; event->kind == WF_EVENT_DONE && r < asked; r++) {
                done[r] += event->request.value == requests[r].value;
            }
        }
        w->nodes[i].event_count = 0;
        CHECK(world_peer(w, i).value != 0);
    }
    uint8_t degrees = world_value(w, DEVICE, 0xB3);
    CHECK(degrees == AS_IT_WAS || degrees == AS_SET);
}

static bool hold_all(world *network, world_datagram *d) {
    if (network->log_count < WORLD_LOG) {
        network->log[network->log_count++] = *d; /* the attacker has it, the receiver has not */
    }
    return false;
}

static void ask(uint8_t choice) {
    static const uint8_t degrees = AS_SET;
    if (asked < MOST_REQUESTS) {
        bool sets = (choice & 1) != 0;
        requests[asked++] = world_ask(w, CONTROLLER, DEVICE, sets ? WF_ESV_SETC : WF_ESV_GET, 0xB3,
                                      wf_bytes_of(&degrees, sets ? 1 : 0));
    }
}

static void send_as_chosen(uint8_t whom, wf_bytes bytes) {
    static const wf_address stranger = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, 9, 9, 9}, WF_PORT, 0};
    unsigned to = whom & 1;
    const wf_address *from = (whom & 2) != 0 ? &stranger : &w->nodes[1 - to].address;
    world_deliver(w, to, from, (whom & 4) != 0, bytes);
}

/* One of the datagrams that were sent, with some of its bytes changed. */
static void send_changed(wf_reader *r, uint8_t whom) {
    uint8_t which = wf_read_u8(r), changes = wf_read_u8(r) & 3;
    if (w->log_count == 0) {
        return;
    }
    world_datagram d = w->log[which % w->log_count];
    for (unsigned i = 0; i < changes && d.len > 0; i++) {
        size_t at = wf_read_u8(r) % d.len;
        d.bytes[at] ^= wf_read_u8(r);
    }
    send_as_chosen(whom, wf_bytes_of(d.bytes, d.len));
}

static void send_own(wf_reader *r, uint8_t whom, bool as_da) {
    uint8_t bytes[5 + 255];
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    if (as_da) {
        uint16_t tid = wf_read_u16(r);
        wf_da_write_header(&out, tid, (wf_da_type)(WF_DA_HELLO + wf_read_u8(r) % TYPES));
    }
    size_t len = wf_read_u8(r);
    wf_write_view(&out, wf_read_bytes(r, len < r->left ? len : r->left));
    send_as_chosen(whom, wf_bytes_of(bytes, out.len));
}

static void step(wf_reader *r) {
    uint8_t what = wf_read_u8(r), how = wf_read_u8(r);
    switch (what % 8) {
    case 0:
        world_run(w, 100u * how);
        break;
    case 1:
        ask(how);
        break;
    case 2: {
        const uint8_t mode = (uint8_t)(0x41 + how % 5);
        CHECK_OK(wf_engine_put(w->nodes[DEVICE].engine, w->now, AIR_CONDITIONER, 0xB0, wf_bytes_of(&mode, 1)));
        break;
    }
    case 3:
        w->pass = (how & 1) != 0 ? hold_all : NULL;
        break;
    case 4:
    case 5:
        send_changed(r, how);
        break;
    default:
        send_own(r, how, what % 8 == 6);
        break;
    }
    if ((how & 0x80) == 0) { /* else the next step comes before anything of this one arrives */
        world_settle(w);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (w == NULL) {
        set_up();
    }
    go_back();
    asked = 0;
    memset(done, 0, sizeof done);
    wf_reader r = wf_reader_of(wf_bytes_of(data, size));
    for (unsigned steps = 0; r.left > 0 && steps < MOST_STEPS; steps++) {
        step(&r);
        look();
    }
    w->pass = NULL;
    for (unsigned i = 0; i < 10; i++) {
        world_run(w, 2500);
        look();
    }
    for (unsigned i = 0; i < asked; i++) {
        CHECK(done[i] == 1);
    }
    return 0;
}

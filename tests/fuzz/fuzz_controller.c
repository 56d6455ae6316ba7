/* A controller and whatever comes as answers and announcements: to its messages, with the right TID or another, from
 * the node that was asked or from others, at any time. Every call ends once, a value is only reported for what was
 * asked, and the roster finds each of its nodes under its address and its number. */
#include "../c/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_STEPS = 48, CALLS = 4, NODES = 5, PLACES = 8 };

static world *w;
static void *memory;
static wf_time started_at;
static wf_request_id ids[CALLS];
static unsigned done[CALLS], begun;
static uint16_t last_tid;

static wf_address place(uint8_t i) {
    return wf_address_ipv4(10, 0, 0, (uint8_t)(100 + i % PLACES), (uint16_t)(WF_PORT + (i >> 4)));
}

static bool keep_tid(world *network, world_datagram *d) {
    (void)network;
    if (d->len >= 4) {
        last_tid = (uint16_t)(d->bytes[2] << 8 | d->bytes[3]);
    }
    return false;
}

static void set_up(void) {
    w = world_new();
    world_configure(w, 0, false, false);
    w->nodes[0].config.calls = CALLS;
    w->nodes[0].config.call_bytes = 512;
    w->nodes[0].config.nodes = NODES;
    w->nodes[0].config.instances = 90;
    w->nodes[0].config.interview = true;
    world_start(w, 0);
    w->pass = keep_tid;
    started_at = w->now;
    memory = malloc(w->nodes[0].size);
    CHECK(memory != NULL);
    memcpy(memory, w->nodes[0].memory, w->nodes[0].size);
}

static void begin(uint8_t kind) {
    static const uint8_t gets[] = {0x80, 0x88, 0xB0, 0xB3, 0xBB, 0xE6}, value[] = {0x41};
    static const wf_property sets[] = {{0xB0, {value, 1}}, {0xE5, {value, 1}}};
    if (begun == CALLS) {
        return;
    }
    wf_call call = {.target = {.address = place(kind >> 4)},
                    .seoj = WF_EOJ_CONTROLLER,
                    .deoj = AIR_CONDITIONER,
                    .sets = sets,
                    .set_count = kind & 3u,
                    .gets = gets,
                    .get_count = (kind & 4) != 0 ? sizeof gets : 0,
                    .verify_ms = (kind & 8) != 0 ? 5000 : 0,
                    .repeatable = (kind & 8) != 0};
    call.set_count = call.set_count > 2 ? 2 : call.set_count;
    if (wf_engine_call(w->nodes[0].engine, w->now, &ids[begun], &call) == WF_OK) {
        begun++;
    }
}

static void look_at_results(void) {
    wf_result result;
    unsigned at = 0;
    while (wf_engine_next_result(w->nodes[0].engine, &at, &result)) {
        CHECK(result.epc >= 0x80 && result.status <= WF_RESULT_NO_ROOM);
        CHECK(result.edt.len <= WF_EDT_LEN && (result.status != WF_RESULT_VALUE || !result.is_set));
    }
    CHECK(at > 0);
}

static void look(void) {
    wf_event event;
    while (world_carry(w)) {
    }
    while (wf_engine_next_event(w->nodes[0].engine, &event)) {
        for (unsigned i = 0; event.kind == WF_EVENT_DONE && i < begun; i++) {
            if (event.request.value == ids[i].value) {
                done[i]++;
                look_at_results();
            }
        }
    }
}

static void look_at_roster(void) {
    unsigned at = 0, count = 0;
    wf_known known, again;
    while (wf_engine_next_known(w->nodes[0].engine, &at, &known)) {
        CHECK(wf_engine_known_at(w->nodes[0].engine, &known.address, &again) && again.id.value == known.id.value);
        CHECK(!known.has_number || (wf_engine_known_by_number(w->nodes[0].engine, known.number, &again) &&
                                    again.id.value == known.id.value));
        CHECK(known.instances <= 90);
        count++;
    }
    CHECK(count <= NODES);
}

/* One datagram: a head with the last TID, then bytes of the input. */
static void answer(uint8_t from, uint8_t how, wf_bytes body) {
    uint8_t bytes[300];
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    wf_address address = place(from);
    wf_write_u8(&out, WF_EHD1);
    wf_write_u8(&out, WF_EHD2_SPECIFIED);
    wf_write_u16(&out, (uint16_t)(last_tid - (how & 3)));
    if ((how & 4) != 0) { /* an answer to a plausible question */
        uint32_t seoj = (how & 8) != 0 ? WF_EOJ_NODE_PROFILE : AIR_CONDITIONER;
        wf_write_u8(&out, (uint8_t)(seoj >> 16));
        wf_write_u16(&out, (uint16_t)seoj);
        wf_write_u8(&out, 0x05);
        wf_write_u16(&out, 0xFF01);
    }
    wf_write_view(&out, body);
    world_deliver(w, 0, &address, (how & 16) != 0, wf_bytes_of(bytes, out.len));
}

static void pass_time(wf_time ms) {
    w->now += ms;
    wf_engine_tick(w->nodes[0].engine, w->now);
}

/* Without answers all ends by itself. */
static void finish(void) {
    for (unsigned i = 0; i < 4000; i++) {
        look();
        wf_time next = wf_engine_deadline(w->nodes[0].engine);
        if (next == WF_TIME_NEVER) {
            break;
        }
        pass_time(next > w->now ? next - w->now : 1);
    }
    look();
    for (unsigned i = 0; i < begun; i++) {
        CHECK(done[i] == 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (w == NULL) {
        set_up();
    }
    w->now = started_at;
    memcpy(w->nodes[0].memory, memory, w->nodes[0].size);
    memset(done, 0, sizeof done);
    begun = 0;
    wf_reader in = wf_reader_of(wf_bytes_of(data, size));
    begin(4);
    for (unsigned steps = 0; in.left >= 3 && steps < MOST_STEPS; steps++) {
        uint8_t what = wf_read_u8(&in), how = wf_read_u8(&in), len = wf_read_u8(&in);
        look();
        if ((what & 3) == 0) {
            begin(how);
        } else if ((what & 3) == 1) {
            pass_time((wf_time)how * how);
        } else {
            answer(what >> 4, how, wf_read_bytes(&in, len < in.left ? len : in.left));
        }
        look_at_roster();
    }
    finish();
    look_at_roster();
    return 0;
}

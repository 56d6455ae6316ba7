/* A manager and two members of its group, one of which belongs to the attacker: under its sessions and with its own
 * signature he says what he likes, and what the others sent he changes, repeats and holds back. Whatever he does, no
 * number of an honest node is used twice, what is heard of the honest member it said, and once, and nobody but the
 * manager commands. */
#include "da/group_push.h"
#include "da/sending.h"

#include "../c/group_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    NODES = 3,
    MARK = 'G',
    MOST_STEPS = 30,
    MOST_SIGNED = 6,
    MOST_SAID = 256,
    MOST_PLAIN = 300,
    LOWEST = 0x41,
    COMMANDED = 0x46
};

static world *w;
static void *memories[NODES]; /* of the engines, as they were when all had joined */
static world_store stores[NODES];
static wf_time joined_at;

typedef struct said {
    uint8_t gid[WF_DA_GID_LEN], kid[WF_DA_KID_LEN];
    size_t kid_len;
    uint64_t number;
    unsigned heard;
} said;

static said numbers[MOST_SAID]; /* of the lamp and the manager */
static unsigned number_count, lamp_said, lamp_heard;
static unsigned signatures;
static bool holds;

static void set_up(void) {
    w = group_world(1);
    joined_at = w->now;
    for (unsigned i = 0; i < NODES; i++) {
        memories[i] = malloc(w->nodes[i].size);
        CHECK(memories[i] != NULL);
        memcpy(memories[i], w->nodes[i].memory, w->nodes[i].size);
        stores[i] = w->nodes[i].store;
    }
}

static bool uses_no_number_twice(world *network, world_datagram *d);

static void go_back(void) {
    w->now = joined_at;
    w->pass = uses_no_number_twice;
    holds = false;
    number_count = lamp_said = lamp_heard = signatures = 0;
    for (unsigned i = 0; i < NODES; i++) {
        memcpy(w->nodes[i].memory, memories[i], w->nodes[i].size);
        w->nodes[i].store = stores[i];
        w->nodes[i].event_count = 0;
    }
    w->log_count = 0;
}

/* ---- what has to hold ---- */

static bool uses_no_number_twice(world *network, world_datagram *d) {
    wf_da_frame f;
    if (is_of_group(d) && d->from != FAN && wf_da_frame_parse(&f, wf_bytes_of(d->bytes, d->len)) == WF_OK) {
        for (unsigned i = 0; i < number_count; i++) {
            const said *s = &numbers[i];
            CHECK(s->number != f.piv || !wf_bytes_equal(f.kid, wf_bytes_of(s->kid, s->kid_len)) ||
                  !wf_bytes_equal(f.gid, wf_bytes_of(s->gid, sizeof s->gid)));
        }
        CHECK(number_count < MOST_SAID);
        said *s = &numbers[number_count++];
        *s = (said){.kid_len = f.kid.len, .number = f.piv};
        memcpy(s->gid, f.gid.at, sizeof s->gid);
        memcpy(s->kid, f.kid.at, f.kid.len);
        lamp_said += d->from == LAMP;
    }
    if (holds && network->log_count < WORLD_LOG) {
        network->log[network->log_count++] = *d; /* the attacker has it, the receiver has not */
    }
    return !holds;
}

static void look(void) {
    for (unsigned i = 0; i < NODES; i++) {
        for (unsigned k = 0; k < w->nodes[i].event_count; k++) {
            const wf_event *event = &w->nodes[i].events[k].event;
            bool of_lamp = event->kind == WF_EVENT_NOTIFICATION && event->is_signed && i == MANAGER &&
                           event->peer.value == peer_of(w, MANAGER, LAMP).value;
            CHECK(event->kind != WF_EVENT_UNPAIRED);
            CHECK(!of_lamp ||
                  (event->edata.len == 11 && event->edata.at[10] >= LOWEST && event->edata.at[10] <= COMMANDED));
            lamp_heard += of_lamp;
        }
        w->nodes[i].event_count = 0;
        const wf_counters *c = counters(w, i);
        CHECK(c->group_unknown + c->group_repeated + c->group_strangers + c->group_limited + c->group_forged <=
              c->received);
    }
    CHECK(lamp_heard <= lamp_said);
    uint8_t mode = world_value(w, LAMP, 0xB0);
    CHECK(mode >= LOWEST && mode <= COMMANDED);
}

/* ---- what the attacker does ---- */

static wf_da *da_of(unsigned i) {
    return engine_of(w, i)->da;
}

/* A plaintext of one of the kinds of groups: the bytes of the input, and in them what is right where it says so. */
static wf_bytes compose(wf_reader *r, uint8_t out[MOST_PLAIN], uint8_t kind, const wf_session *s) {
    wf_writer plain = wf_writer_of(out, MOST_PLAIN);
    uint8_t right = wf_read_u8(r);
    wf_write_u8(&plain, kind);
    if (kind == WF_KIND_GROUP) {
        wf_write_u32(&plain, (right & 1) != 0 ? wf_session_peer_clock(s, w->now) : wf_read_u32(r));
    }
    if ((right & 2) != 0) {
        wf_write_bytes(&plain, group_of(w, MANAGER).gid, WF_DA_GID_LEN);
    }
    size_t len = wf_read_u8(r);
    len = len < r->left ? len : r->left;
    wf_write_view(&plain, wf_read_bytes(r, len < 200 ? len : 200));
    if ((right & 4) != 0) {
        uint8_t fingerprint[WF_HASH_LEN];
        CHECK_OK(wf_certificate_fingerprint(fingerprint, w->nodes[FAN].chain[0]));
        wf_write_bytes(&plain, w->nodes[FAN].key.public_key, WF_P256_PUBLIC_LEN);
        wf_write_bytes(&plain, fingerprint, sizeof fingerprint);
    }
    return wf_bytes_of(out, plain.overflow ? 1 : plain.len);
}

/* The attacker's own member, the fan, talks to the manager under its session. */
static void say_under_session(wf_reader *r, uint8_t how) {
    uint8_t out[MOST_PLAIN];
    uint32_t session = wf_session_to_send(&da_of(FAN)->sessions, peer_of(w, FAN, MANAGER).value - 1);
    if (session == WF_NO_SESSION) {
        return;
    }
    const wf_session *s = &da_of(FAN)->sessions.entries[session];
    wf_bytes plain = compose(r, out, (uint8_t)(WF_KIND_JOIN + how % 5), s);
    wf_error error;
    if ((how & 0x40) != 0) { /* as the answer to what the manager asked last */
        const wf_group_push *p = &da_of(MANAGER)->manager.pushes[peer_of(w, MANAGER, FAN).value - 1];
        const wf_da_request_ref ref = {.session = session, .serial = s->serial, .tid = p->tid, .piv = wf_read_u8(r)};
        error = wf_da_answer_kind(da_of(FAN), &ref, plain, wf_bytes_of(NULL, 0));
    } else {
        error = wf_da_send_kind(da_of(FAN), session, wf_read_u16(r), plain, wf_bytes_of(NULL, 0));
    }
    CHECK_OK(error);
}

/* What a manager in the attacker's hands could send is tried on the fan, which is nobody's. */
static void say_as_manager(wf_reader *r, uint8_t how) {
    uint8_t out[MOST_PLAIN];
    uint32_t session = wf_session_to_send(&da_of(MANAGER)->sessions, peer_of(w, MANAGER, FAN).value - 1);
    if (session != WF_NO_SESSION) {
        const wf_session *s = &da_of(MANAGER)->sessions.entries[session];
        wf_bytes plain = compose(r, out, (uint8_t)(WF_KIND_JOIN + how % 5), s);
        CHECK_OK(wf_da_send_kind(da_of(MANAGER), session, wf_read_u16(r), plain, wf_bytes_of(NULL, 0)));
    }
}

/* The fan knows all keys: it speaks under any id, signing with its own. */
static void say_in_group(wf_reader *r, uint8_t how) {
    const wf_membership *m = wf_group_member_of(da_of(FAN), peer_of(w, FAN, MANAGER).value - 1);
    uint8_t plain[64], bytes[WF_DATAGRAM_LEN], id = wf_read_u8(r) % 4;
    uint64_t number = wf_read_u16(r);
    size_t len = 1 + wf_read_u8(r) % (sizeof plain - 1);
    if (m == NULL) {
        return;
    }
    memset(plain, 0, sizeof plain);
    plain[0] = how & 1;
    wf_bytes rest = wf_read_bytes(r, len < r->left ? len : r->left);
    memcpy(plain + 1, rest.at != NULL ? rest.at : plain, rest.len < sizeof plain - 1 ? rest.len : sizeof plain - 1);
    wf_group_keys keys = m->keys;
    wf_group_sender as;
    if (wf_group_sender_derive(&as, &keys, wf_bytes_of(&id, 1), w->nodes[FAN].key.public_key) == WF_OK) {
        memcpy(keys.send_key, as.key, sizeof keys.send_key);
        keys.own = as.id;
    }
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    CHECK_OK(
        wf_group_seal(&out, &keys, wf_signer_of(&w->nodes[FAN].key), &w->drbg, 1, number, wf_bytes_of(plain, len)));
    for (unsigned i = MANAGER; i <= LAMP; i++) {
        unsigned from = (how & 2) != 0 ? FAN : LAMP;
        world_deliver(w, i, &w->nodes[from].address, (how & 4) == 0, wf_bytes_of(bytes, out.len));
    }
}

/* One of the datagrams that were sent, with some of its bytes changed. */
static void send_changed(wf_reader *r, uint8_t how) {
    uint8_t which = wf_read_u8(r), changes = wf_read_u8(r) & 3;
    if (w->log_count == 0) {
        return;
    }
    world_datagram d = w->log[which % w->log_count];
    for (unsigned i = 0; i < changes; i++) {
        size_t at = wf_read_u8(r) % d.len;
        d.bytes[at] ^= wf_read_u8(r);
    }
    bool to_all = wf_address_is_unspecified(&d.to) != ((how & 4) != 0);
    world_deliver(w, how % NODES, &w->nodes[d.from].address, to_all, wf_bytes_of(d.bytes, d.len));
}

static void step(wf_reader *r) {
    uint8_t what = wf_read_u8(r) % 9, how = wf_read_u8(r);
    bool is_signed = what == 1 || what == 2 || what == 7;
    if (is_signed && ++signatures > MOST_SIGNED) {
        return;
    }
    switch (what) {
    case 0:
        world_run(w, (how & 0x80) != 0 ? 100u * how : how);
        break;
    case 1: {
        const uint8_t mode = (uint8_t)(LOWEST + how % 5);
        CHECK_OK(wf_engine_put(engine_of(w, LAMP), w->now, AIR_CONDITIONER, 0xB0, wf_bytes_of(&mode, 1)));
        break;
    }
    case 2:
        (void)say_to_all(w, WF_ESV_SETI, 0xB0, COMMANDED);
        break;
    case 3:
        holds = (how & 1) != 0;
        break;
    case 4:
        CHECK_OK(wf_engine_renew_group(engine_of(w, MANAGER), w->now));
        break;
    case 5:
        say_under_session(r, how);
        break;
    case 6:
        say_as_manager(r, how);
        break;
    case 7:
        say_in_group(r, how);
        break;
    default:
        send_changed(r, how);
        break;
    }
    world_settle(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (w == NULL) {
        set_up();
    }
    wf_reader r = wf_reader_of(wf_bytes_of(data, size));
    if (wf_read_u8(&r) != MARK) {
        return 0; /* mere noise is not worth a world's minute */
    }
    go_back();
    for (unsigned steps = 0; r.left > 0 && steps < MOST_STEPS; steps++) {
        step(&r);
        look();
    }
    holds = false;
    world_ask(w, MANAGER, LAMP, WF_ESV_GET, 0xB0, wf_bytes_of(NULL, 0)); /* given up or not, it is heard again */
    world_run(w, 8000);
    look();
    CHECK(memcmp(group_of(w, LAMP).gid, group_of(w, MANAGER).gid, WF_DA_GID_LEN) == 0);
    return 0;
}

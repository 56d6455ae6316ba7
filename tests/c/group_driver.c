/* Group records for pytest: every answer is one line of `name=value` words, bytes in hex; `error=NAME` where it fails.
 *
 *     derive secret= salt= gid= own= manager=          the keys of a member
 *     sender (derive's) id= public=                    the key of one that it listens to
 *     seal (derive's) private= tid= piv= plain=        a whole datagram
 *     open (sender's) datagram=                        its plaintext
 *     take group= senders= public= fingerprint=        what a device makes of GROUP and SENDERS of this manager, whose
 *                                                      session is 20 s old
 *     life                                             a manager and two members from pairing to the day when one is
 *                                                      put out: keys of the sessions, and every datagram
 */
#include "da/group_talk.h"
#include "group_world.h"
#include "hex.h"

enum { LINE_LEN = 1 << 14, ROOM_LEN = 1 << 12, FIELDS = 16 };

static char line[LINE_LEN];
static char *fields[FIELDS];
static size_t field_count;
static wf_drbg drbg;

static const char *text_of(const char *name) {
    size_t len = strlen(name);
    for (size_t i = 0; i < field_count; i++) {
        if (strncmp(fields[i], name, len) == 0 && fields[i][len] == '=') {
            return fields[i] + len + 1;
        }
    }
    return "";
}

/* Each call's bytes stay until the line is done. */
static wf_bytes bytes_of(const char *name) {
    static uint8_t rooms[FIELDS][ROOM_LEN];
    static size_t next;
    next = (next + 1) % FIELDS;
    return hex_bytes(rooms[next], ROOM_LEN, text_of(name));
}

static const uint8_t *exactly(size_t len, const char *name) {
    wf_bytes bytes = bytes_of(name);
    CHECK(bytes.len == len);
    return bytes.at;
}

static void show(const char *name, const uint8_t *at, size_t len) {
    printf("%s=", name);
    hex_print(stdout, wf_bytes_of(at, len));
    putchar(' ');
}

static bool failed(wf_error error) {
    if (error != WF_OK) {
        printf("error=%s ", wf_error_row_of(error)->name);
    }
    return error != WF_OK;
}

static bool derived(wf_group_keys *keys) {
    return !failed(wf_group_derive(keys, bytes_of("secret"), bytes_of("salt"), exactly(WF_DA_GID_LEN, "gid"),
                                   bytes_of("own"), exactly(WF_P256_PUBLIC_LEN, "manager")));
}

static bool listening(wf_group_keys *keys, wf_group_sender *sender) {
    return derived(keys) &&
           !failed(wf_group_sender_derive(sender, keys, bytes_of("id"), exactly(WF_P256_PUBLIC_LEN, "public")));
}

static void derive(void) {
    wf_group_keys keys;
    if (derived(&keys)) {
        show("key", keys.send_key, sizeof keys.send_key);
        show("iv", keys.common_iv, sizeof keys.common_iv);
        show("signature_key", keys.signature_key, sizeof keys.signature_key);
    }
}

static void sender(void) {
    wf_group_keys keys;
    wf_group_sender s;
    if (listening(&keys, &s)) {
        show("key", s.key, sizeof s.key);
    }
}

static void seal(void) {
    uint8_t out[WF_DATAGRAM_LEN];
    wf_writer w = wf_writer_of(out, sizeof out);
    wf_group_keys keys;
    wf_p256_key key;
    uint16_t tid = (uint16_t)strtoul(text_of("tid"), NULL, 10);
    uint64_t piv = strtoull(text_of("piv"), NULL, 10);
    if (derived(&keys) && !failed(wf_p256_from_private(&key, exactly(WF_P256_PRIVATE_LEN, "private"))) &&
        !failed(wf_group_seal(&w, &keys, wf_signer_of(&key), &drbg, tid, piv, bytes_of("plain")))) {
        show("datagram", out, w.len);
    }
}

static void open_record(void) {
    uint8_t out[WF_GROUP_PLAIN_LEN];
    size_t len;
    wf_group_keys keys;
    wf_group_sender s;
    wf_da_frame frame;
    if (listening(&keys, &s) && !failed(wf_da_frame_parse(&frame, bytes_of("datagram"))) &&
        !failed(wf_group_unseal(out, &len, &keys, &s, &frame)) && !failed(wf_group_verify(&keys, &s, &frame))) {
        show("plain", out, len);
    }
}

/* ---- a member, and its life ---- */

static void show_number(const char *name, uint64_t number) {
    printf("%s=%llu ", name, (unsigned long long)number);
}

static void show_heard(const char *id, const char *key, const char *next, const wf_group_heard *h) {
    CHECK(h->used);
    show(id, h->sender.id.bytes, h->sender.id.len);
    show(key, h->sender.key, sizeof h->sender.key);
    show_number(next, h->window.next);
}

static void hand_in(world *w, const wf_da_request_ref *ref, wf_bytes plain) {
    wf_reader r = wf_reader_of(plain);
    wf_da_incoming in;
    uint8_t kind = wf_read_u8(&r);
    wf_group_request(engine_of(w, LAMP)->da, w->now, ref, kind, &r, &in);
}

static void take(void) {
    world *w = group_world(1);
    wf_da *da = engine_of(w, LAMP)->da;
    uint32_t pairing = peer_of(w, LAMP, MANAGER).value - 1;
    uint32_t session = wf_session_to_send(&da->sessions, pairing);
    wf_session *s = &da->sessions.entries[session];
    const wf_da_request_ref ref = {.session = session, .serial = s->serial, .piv = 1000};
    s->opened = w->now - 20000;
    memcpy(da->pairings.entries[pairing].public_key, exactly(WF_P256_PUBLIC_LEN, "public"), WF_P256_PUBLIC_LEN);
    memcpy(da->pairings.entries[pairing].fingerprint, exactly(WF_HASH_LEN, "fingerprint"), WF_HASH_LEN);
    hand_in(w, &ref, bytes_of("group"));
    hand_in(w, &ref, bytes_of("senders"));
    const wf_membership *m = wf_group_member_of(da, pairing);
    show("gid", m->keys.gid, sizeof m->keys.gid);
    show("device_id", m->keys.own.bytes, m->keys.own.len);
    show("device_key", m->keys.send_key, sizeof m->keys.send_key);
    show("common_iv", m->keys.common_iv, sizeof m->keys.common_iv);
    show("signature_key", m->keys.signature_key, sizeof m->keys.signature_key);
    show_number("clock", (uint64_t)(m->clock + wf_group_tenths(w->now)));
    show_heard("manager_id", "manager_key", "manager_next", &m->heard[0]);
    show_heard("other_id", "other_key", "other_next", &m->heard[1]);
    world_end(w);
}

static void show_session(world *w, const char *of, unsigned device) {
    const wf_da *da = engine_of(w, MANAGER)->da;
    const wf_session *s =
        &da->sessions.entries[wf_session_to_send(&da->sessions, peer_of(w, MANAGER, device).value - 1)];
    printf("keys=%s ", of);
    show("controller_key", s->keys.send_key, sizeof s->keys.send_key);
    show("device_key", s->keys.receive_key, sizeof s->keys.receive_key);
    show("common_iv", s->keys.common_iv, sizeof s->keys.common_iv);
    show("controller_kid", s->keys.send_kid.bytes, s->keys.send_kid.len);
    show("device_kid", s->keys.receive_kid.bytes, s->keys.receive_kid.len);
    show("public_key", w->nodes[device].key.public_key, WF_P256_PUBLIC_LEN);
}

static void show_log(const world *w) {
    static const char *const names[] = {"manager", "lamp", "fan", "other"};
    for (unsigned i = 0; i < w->log_count; i++) {
        const world_datagram *d = &w->log[i];
        bool to_fan = wf_address_same_host(&d->to, &w->nodes[FAN].address);
        show(d->from != MANAGER || is_of_group(d) ? names[d->from] : to_fan ? "to_fan" : "to_lamp", d->bytes, d->len);
    }
}

static void life(void) {
    world *w = world_new();
    w->groups = true;
    w->listens = 1;
    world_add(w, MANAGER, WF_ROLE_CONTROLLER);
    world_add(w, LAMP, WF_ROLE_DEVICE);
    world_add(w, FAN, WF_ROLE_DEVICE);
    join(w, MANAGER, LAMP);
    join(w, MANAGER, FAN);
    show("manager_public_key", w->nodes[MANAGER].key.public_key, WF_P256_PUBLIC_LEN);
    show_session(w, "lamp", LAMP);
    show_session(w, "fan", FAN);
    change(w, LAMP, 0x42);
    change(w, FAN, 0x43);
    (void)say_to_all(w, WF_ESV_SETC, 0xB0, 0x44);
    world_run(w, 5000);
    CHECK_OK(wf_engine_forget_peer(engine_of(w, MANAGER), w->now, peer_of(w, MANAGER, FAN)));
    world_run(w, 1000);
    change(w, LAMP, 0x45);
    show_log(w);
    world_end(w);
}

static const struct {
    const char *name;
    void (*answer)(void);
} operations[] = {{"derive", derive},    {"sender", sender}, {"seal", seal},
                  {"open", open_record}, {"take", take},     {"life", life}};

static void answer(void) {
    field_count = 0;
    const char *operation = strtok(line, " \r\n");
    for (char *word = strtok(NULL, " \r\n"); word != NULL && field_count < FIELDS; word = strtok(NULL, " \r\n")) {
        fields[field_count++] = word;
    }
    for (size_t i = 0; operation != NULL && i < sizeof operations / sizeof operations[0]; i++) {
        if (strcmp(operations[i].name, operation) == 0) {
            operations[i].answer();
        }
    }
    putchar('\n');
    fflush(stdout);
}

static wf_error count_up(void *context, uint8_t *out, size_t len) {
    uint8_t *next = context;
    for (size_t i = 0; i < len; i++) {
        out[i] = (*next)++;
    }
    return WF_OK;
}

int main(void) {
    uint8_t count = 0;
    const wf_bytes none = wf_bytes_of(NULL, 0);
    CHECK_OK(wf_crypto_start());
    CHECK_OK(wf_drbg_start(&drbg, (wf_entropy){count_up, &count}, none, none));
    while (fgets(line, sizeof line, stdin) != NULL) {
        answer();
    }
    return 0;
}

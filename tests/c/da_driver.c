/* The DA profile for pytest: every answer is one line of `name=value` words, bytes in hex; `error=NAME` where it fails.
 *
 *     frame datagram=      what a frame says in clear
 *     hello flags= suites= seconds=
 *     derive secret= salt= alg= send= receive=
 *     export prk_out=      what a session takes from a finished handshake
 *     code secret= fingerprint= prk_out=      what becomes of a set-up code in it
 *     seal, open           the parameters of derive, and type= tid= piv= [request_piv=] plain= or datagram=
 *     cookie, admission, wake, error, replay
 *     chain certificate= anchor= role= now=
 *     life                 two engines pair, talk, meet again, move and part: the keys agreed on, and every datagram
 *     code_life            two engines pair by the set-up code alone and talk: the code, the keys and every datagram
 */
#include "da/admission.h"
#include "da/state.h"
#include "edhoc/run.h"
#include "engine/state.h"
#include "hex.h"
#include "world.h"

enum { LINE_LEN = 1 << 15, ROOM_LEN = 1 << 12, FIELDS = 24, LIFE_MS = 30000 };

static char line[LINE_LEN];
static char *fields[FIELDS];
static size_t field_count;

static const char *text_of(const char *name) {
    size_t len = strlen(name);
    for (size_t i = 0; i < field_count; i++) {
        if (strncmp(fields[i], name, len) == 0 && fields[i][len] == '=') {
            return fields[i] + len + 1;
        }
    }
    return NULL;
}

static uint64_t number_of(const char *name) {
    const char *text = text_of(name);
    return text == NULL ? 0 : strtoull(text, NULL, 10);
}

/* Each call's bytes stay until the line is done. */
static wf_bytes bytes_of(const char *name) {
    static uint8_t rooms[FIELDS][ROOM_LEN];
    static size_t next;
    const char *text = text_of(name);
    next = (next + 1) % FIELDS;
    return hex_bytes(rooms[next], ROOM_LEN, text == NULL ? "" : text);
}

static void exactly(uint8_t *out, size_t len, const char *name) {
    wf_bytes bytes = bytes_of(name);
    CHECK(bytes.len == len);
    memcpy(out, bytes.at, len);
}

static void show(const char *name, wf_bytes bytes) {
    printf("%s=", name);
    hex_print(stdout, bytes);
    putchar(' ');
}

static bool failed(wf_error error) {
    if (error != WF_OK) {
        printf("error=%s ", wf_error_row_of(error)->name);
    }
    return error != WF_OK;
}

/* ---- frames ---- */

static void frame(void) {
    wf_da_frame f;
    if (failed(wf_da_frame_parse(&f, bytes_of("datagram")))) {
        return;
    }
    printf("type=%s tid=%u flags=%u connection_id=%u piv=%llu multicast=%d ", wf_da_type_name(f.type), f.tid, f.flags,
           f.connection_id, (unsigned long long)f.piv, wf_da_type_may_come(f.type, true));
    printf("is_device=%d is_controller=%d window_open=%d has_pairings=%d takes_suite_2=%d takes_suite_3=%d ",
           f.hello.is_device, f.hello.is_controller, f.hello.window_open, f.hello.has_pairings, f.hello.takes_suite_2,
           f.hello.takes_suite_3);
    printf("demands_code=%d demands_root=%d window_seconds=%u ", f.hello.demands_code, f.hello.demands_root,
           f.hello.window_seconds);
    show("cookie", f.cookie);
    show("tag", f.tag);
    show("hint", f.hint);
    show("nonce", f.nonce);
    show("gid", f.gid);
    show("kid", f.kid);
    show("clear", f.clear);
    show("payload", f.payload);
    show("signature", f.signature);
}

static void hello(void) {
    unsigned flags = (unsigned)number_of("flags"), suites = (unsigned)number_of("suites");
    wf_hello h = {.is_device = flags & 1,
                  .is_controller = flags & 2,
                  .window_open = flags & 4,
                  .has_pairings = flags & 8,
                  .demands_code = flags & 16,
                  .demands_root = flags & 32,
                  .takes_suite_2 = suites & 1,
                  .takes_suite_3 = suites & 2,
                  .window_seconds = (uint16_t)number_of("seconds")};
    uint8_t out[64];
    wf_writer w = wf_writer_of(out, sizeof out);
    wf_da_write_header(&w, (uint16_t)number_of("tid"), WF_DA_HELLO_ANSWER);
    wf_da_write_hello(&w, &h);
    show("datagram", wf_bytes_of(out, w.len));
}

/* ---- records ---- */

static wf_kid kid_of(const char *name) {
    wf_bytes bytes = bytes_of(name);
    wf_kid kid = {{0}, (uint8_t)bytes.len};
    CHECK(bytes.len <= sizeof kid.bytes);
    memcpy(kid.bytes, bytes.at, bytes.len);
    return kid;
}

static bool derived(wf_record_keys *keys) {
    *keys = (wf_record_keys){.send_kid = kid_of("send"), .receive_kid = kid_of("receive")};
    int alg = text_of("alg") == NULL ? WF_RECORD_ALG : (int)number_of("alg");
    return !failed(wf_record_derive(keys, bytes_of("secret"), bytes_of("salt"), alg));
}

static void derive(void) {
    wf_record_keys keys;
    if (derived(&keys)) {
        show("sender_key", wf_bytes_of(keys.send_key, sizeof keys.send_key));
        show("recipient_key", wf_bytes_of(keys.receive_key, sizeof keys.receive_key));
        show("iv", wf_bytes_of(keys.common_iv, sizeof keys.common_iv));
    }
}

/* The request that an answer is bound to was sent by the other side. */
static const wf_record_bond *bond_of(wf_record_bond *bond, const wf_kid *asker) {
    *bond = (wf_record_bond){wf_bytes_of(asker->bytes, asker->len), number_of("request_piv")};
    return text_of("request_piv") == NULL ? NULL : bond;
}

static void seal(void) {
    uint8_t out[ROOM_LEN];
    wf_record_keys keys;
    wf_record_bond bond;
    wf_writer w = wf_writer_of(out, sizeof out);
    wf_da_type type = text_of("request_piv") == NULL ? WF_DA_REQUEST : WF_DA_ANSWER;
    if (derived(&keys) && !failed(wf_record_seal(&w, &keys, type, (uint16_t)number_of("tid"), number_of("piv"),
                                                 bond_of(&bond, &keys.receive_kid), bytes_of("plain")))) {
        show("datagram", wf_bytes_of(out, w.len));
    }
}

static void open_record(void) {
    uint8_t out[ROOM_LEN];
    size_t len;
    wf_da_frame f;
    wf_record_keys keys;
    wf_record_bond bond;
    if (derived(&keys) && !failed(wf_da_frame_parse(&f, bytes_of("datagram"))) &&
        !failed(wf_record_open(out, &len, &keys, &f, bond_of(&bond, &keys.send_kid)))) {
        show("plain", wf_bytes_of(out, len));
    }
}

static void replay(void) {
    wf_replay_window window = {0, 0};
    fputs("accepted=", stdout);
    for (const char *at = text_of("numbers"); at != NULL && *at != '\0'; at += *at == ',') {
        char *end;
        uint64_t number = strtoull(at, &end, 10);
        bool fresh = wf_replay_is_fresh(&window, number);
        if (fresh) {
            wf_replay_accept(&window, number);
        }
        putchar(fresh ? '1' : '0');
        at = end;
    }
    putchar(' ');
}

/* ---- what goes before and beside records ---- */

static void export_session(void) {
    wf_edhoc run = {.state = WF_EDHOC_DONE};
    uint8_t secret[16], salt[8], key[WF_ADMISSION_KEY_LEN];
    const wf_bytes none = wf_bytes_of(NULL, 0);
    exactly(run.prk, sizeof run.prk, "prk_out");
    if (!failed(wf_edhoc_export(&run, 0, none, secret, sizeof secret)) &&
        !failed(wf_edhoc_export(&run, 1, none, salt, sizeof salt)) &&
        !failed(wf_edhoc_export(&run, WF_EXPORT_ADMISSION_KEY, none, key, sizeof key))) {
        show("oscore_master_secret", wf_bytes_of(secret, sizeof secret));
        show("oscore_master_salt", wf_bytes_of(salt, sizeof salt));
        show("admission_key", wf_bytes_of(key, sizeof key));
    }
}

static void code(void) {
    wf_edhoc run = {.state = WF_EDHOC_DONE};
    wf_setup_code own;
    wf_proofs proofs;
    uint8_t slot_key[WF_SETUP_CODE_KEY_LEN];
    exactly(run.prk, sizeof run.prk, "prk_out");
    exactly(own.secret, sizeof own.secret, "secret");
    exactly(own.spki_hash, sizeof own.spki_hash, "fingerprint");
    if (!failed(wf_setup_code_slot_key(slot_key, &own)) && !failed(wf_proofs_make(&proofs, &own, &run))) {
        show("slot_key", wf_bytes_of(slot_key, sizeof slot_key));
        show("proof_i", wf_bytes_of(proofs.initiator, sizeof proofs.initiator));
        show("proof_r", wf_bytes_of(proofs.responder, sizeof proofs.responder));
    }
}

static void cookie(void) {
    wf_cookie_key key;
    uint8_t out[WF_DA_COOKIE_LEN];
    wf_address from = {.port = (uint16_t)number_of("port"), .scope = (uint32_t)number_of("scope")};
    exactly(key.bytes, sizeof key.bytes, "key");
    exactly(from.ip, sizeof from.ip, "ip");
    wf_time now = number_of("now_ms");
    wf_bytes message = bytes_of("message_1");
    if (!failed(wf_cookie_make(out, &key, now, &from, message))) {
        wf_bytes made = wf_bytes_of(out, sizeof out);
        show("cookie", made);
        printf("right_later=%d ", wf_cookie_is_right(made, &key, now + number_of("later_ms"), &from, message));
    }
}

static void admission(void) {
    uint8_t key[WF_ADMISSION_KEY_LEN], tag[WF_DA_TAG_LEN];
    exactly(key, sizeof key, "key");
    if (!failed(wf_admission_tag(tag, key, bytes_of("cookie"), bytes_of("nonce"), bytes_of("message_1")))) {
        show("tag", wf_bytes_of(tag, sizeof tag));
    }
}

static void wake(void) {
    uint8_t key[WF_ADMISSION_KEY_LEN], hint[WF_DA_HINT_LEN], tag[WF_DA_TAG_LEN];
    exactly(key, sizeof key, "key");
    if (!failed(wf_wake_tag(tag, key, bytes_of("nonce"))) && !failed(wf_wake_hint(hint, key))) {
        show("hint", wf_bytes_of(hint, sizeof hint));
        show("tag", wf_bytes_of(tag, sizeof tag));
    }
}

static void error(void) {
    static const wf_edhoc_config config = {.signer = {0}};
    uint8_t out[256];
    wf_writer w = wf_writer_of(out, sizeof out);
    wf_error reason = WF_OK;
    for (unsigned i = 0; wf_error_at(i) != NULL; i++) {
        reason = strcmp(wf_error_at(i)->name, text_of("reason")) == 0 ? wf_error_at(i)->code : reason;
    }
    if (!failed(wf_edhoc_write_error(&w, &config, reason))) {
        show("message", wf_bytes_of(out, w.len));
    }
}

static void chain(void) {
    wf_certificate end;
    wf_bytes certificate = bytes_of("certificate"), anchor = bytes_of("anchor");
    wf_chain_rules rules = {.anchors = &anchor,
                            .anchor_count = 1,
                            .max_len = WF_CHAIN_LEN,
                            .has_time = true,
                            .now = (int64_t)number_of("now"),
                            .role = number_of("role") == 1 ? WF_ROLE_DEVICE : WF_ROLE_CONTROLLER};
    if (!failed(wf_chain_verify(&end, &certificate, 1, &rules))) {
        show("number", wf_bytes_of(end.number, sizeof end.number));
    }
}

/* ---- two engines ---- */

enum { CONTROLLER, DEVICE };

static void show_keys(const world *w) {
    const wf_da *da = w->nodes[CONTROLLER].engine->da;
    uint32_t session = wf_session_to_send(&da->sessions, world_peer(w, CONTROLLER).value - 1);
    CHECK(session != WF_NO_SESSION);
    const wf_record_keys *keys = &da->sessions.entries[session].keys;
    fputs("keys ", stdout);
    show("controller_key", wf_bytes_of(keys->send_key, sizeof keys->send_key));
    show("device_key", wf_bytes_of(keys->receive_key, sizeof keys->receive_key));
    show("common_iv", wf_bytes_of(keys->common_iv, sizeof keys->common_iv));
    show("controller_kid", wf_bytes_of(keys->send_kid.bytes, keys->send_kid.len));
    show("device_kid", wf_bytes_of(keys->receive_kid.bytes, keys->receive_kid.len));
    show("admission_key",
         wf_bytes_of(da->pairings.entries[da->sessions.entries[session].pairing].admission_key, WF_ADMISSION_KEY_LEN));
    show("cookie_key", wf_bytes_of(w->nodes[DEVICE].engine->da->cookie_key.bytes, WF_HASH_LEN));
}

static void show_log(world *w) {
    for (unsigned i = 0; i < w->log_count; i++) {
        show(w->log[i].from == CONTROLLER ? "controller" : "device", wf_bytes_of(w->log[i].bytes, w->log[i].len));
    }
    w->log_count = 0;
}

static void read_and_set(world *w) {
    const uint8_t degrees = 26;
    world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0xB3, wf_bytes_of(NULL, 0));
    world_ask(w, CONTROLLER, DEVICE, WF_ESV_SETC, 0xB3, wf_bytes_of(&degrees, 1));
    world_settle(w);
    show_keys(w);
    show_log(w);
}

static void life(void) {
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    printf("began_ms=%llu ", (unsigned long long)w->now);
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
    read_and_set(w);
    world_stop(w, DEVICE);
    world_start(w, DEVICE);
    printf("began_ms=%llu ", (unsigned long long)w->now);
    wf_engine_announce(w->nodes[DEVICE].engine, w->now);
    world_run(w, LIFE_MS);
    read_and_set(w);
    w->nodes[DEVICE].address = wf_address_ipv4(10, 0, 0, 77, WF_PORT); /* and says something from there */
    const uint8_t degrees = 21;
    CHECK_OK(wf_engine_put(w->nodes[DEVICE].engine, w->now, AIR_CONDITIONER, 0xB3, wf_bytes_of(&degrees, 1)));
    world_settle(w);
    show_log(w);
    wf_request_id request;
    CHECK_OK(wf_engine_unpair(w->nodes[CONTROLLER].engine, w->now, &request, world_peer(w, CONTROLLER)));
    world_run(w, LIFE_MS);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    show_log(w);
    world_end(w);
}

/* Reads message_4 as the controller is about to, for what both sides agree on. */
static bool show_prk_out(world *w, world_datagram *d) {
    wf_da_frame f;
    wf_edhoc_ead ead;
    if (wf_da_frame_parse(&f, wf_bytes_of(d->bytes, d->len)) == WF_OK && f.type == WF_DA_MESSAGE_4) {
        wf_edhoc run = w->nodes[CONTROLLER].engine->da->runs[0].edhoc;
        CHECK_OK(wf_edhoc_read_4(&run, f.payload, &ead));
        show("prk_out", wf_bytes_of(run.prk, sizeof run.prk));
    }
    return true;
}

static void code_life(void) {
    world *w = world_new();
    wf_setup_code own;
    wf_request_id request;
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    CHECK_OK(wf_setup_code_make(&own, w->nodes[DEVICE].key.public_key, &w->drbg));
    w->nodes[DEVICE].config.setup_code = &own;
    w->nodes[DEVICE].config.code_alone = true;
    world_start(w, DEVICE);
    w->pass = show_prk_out;
    printf("began_ms=%llu ", (unsigned long long)w->now);
    show("secret", wf_bytes_of(own.secret, sizeof own.secret));
    show("certificate", w->nodes[DEVICE].chain[0]);
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
    const wf_pair_order order = {.address = w->nodes[DEVICE].address, .code = &own};
    CHECK_OK(wf_engine_pair(w->nodes[CONTROLLER].engine, w->now, &request, &order));
    world_run(w, LIFE_MS);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    read_and_set(w);
    world_end(w);
}

static const struct {
    const char *name;
    void (*answer)(void);
} operations[] = {
    {"frame", frame},         {"hello", hello},   {"derive", derive},         {"seal", seal},
    {"open", open_record},    {"replay", replay}, {"export", export_session}, {"cookie", cookie},
    {"admission", admission}, {"wake", wake},     {"error", error},           {"chain", chain},
    {"life", life},           {"code", code},     {"code_life", code_life},
};

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

int main(void) {
    CHECK_OK(wf_crypto_start());
    while (fgets(line, sizeof line, stdin) != NULL) {
        answer();
    }
    return 0;
}

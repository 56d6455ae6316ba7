/* EDHOC's intermediate values for pytest. Each line is a role and what it is given, `initiator suite=3 x=368e... `, all
 * values in hex but suite and id_cred; the answer is one line of every value that the role computes, `th_2=8a86...`,
 * and ends with `error=STEP` where a step fails.
 *
 * initiator and responder are a side of a trace on P-256: they read the peer's messages as given and write their own,
 * with the ephemeral key given and the deterministic nonce of RFC 6979. schedule is a trace on any curve with SHA-256,
 * from G_XY on, without judging its signatures.
 */
#include "crypto/p256_sign.h"
#include "edhoc/cbor.h"
#include "edhoc/credential.h"
#include "edhoc/run.h"
#include "hex.h"

enum { LINE_LEN = 1 << 16, ROOM_LEN = 1 << 12, FIELDS = 24 };

static char line[LINE_LEN];
static char *fields[FIELDS];
static size_t field_count;

/* Everything that one trace is made of. */
typedef struct trace {
    wf_edhoc run;
    wf_edhoc_config config;
    wf_edhoc_suite suite;
    wf_p256_key own, peer, ephemeral;
    wf_edhoc_id c_i, c_r;
    wf_bytes own_cert, peer_cert;
    uint8_t own_room[ROOM_LEN], peer_room[ROOM_LEN], message_room[ROOM_LEN];
    wf_edhoc_credential credential;
    wf_edhoc_ead ead;
} trace;

static trace t;

static const char *text_of(const char *name) {
    size_t len = strlen(name);
    for (size_t i = 0; i < field_count; i++) {
        if (strncmp(fields[i], name, len) == 0 && fields[i][len] == '=') {
            return fields[i] + len + 1;
        }
    }
    return "";
}

static wf_bytes read_into(uint8_t room[static ROOM_LEN], const char *name) {
    return hex_bytes(room, ROOM_LEN, text_of(name));
}

static wf_bytes message(const char *name) {
    return read_into(t.message_room, name);
}

static bool read_exact(uint8_t *out, size_t len, const char *name) {
    wf_bytes bytes = message(name);
    if (bytes.len == len) {
        memcpy(out, bytes.at, len);
    }
    return bytes.len == len;
}

static void show(const char *name, const uint8_t *at, size_t len) {
    printf("%s=", name);
    hex_print(stdout, wf_bytes_of(at, len));
    putchar(' ');
}

static bool step(const char *name, wf_error error) {
    if (error != WF_OK) {
        printf("error=%s:%s", name, wf_error_row_of(error)->name);
    }
    return error == WF_OK;
}

static bool show_derived(const char *name, wf_edhoc_label label, size_t len) {
    uint8_t out[WF_EDHOC_MESSAGE_LEN];
    bool done = step(name, wf_edhoc_kdf_th(out, len, t.run.prk, label, t.run.th));
    if (done) {
        show(name, out, len);
    }
    return done;
}

/* What message_2 or message_3 proves; the signature is in the text already. `n` is '2' or '3'. */
static bool show_proof(char n, wf_bytes certificate) {
    char context_name[] = "context_?", mac_name[] = "mac_?", sig_name[] = "sig_?", text_name[] = "plaintext_?";
    char signed_name[] = "signed_hash_?";
    context_name[8] = mac_name[4] = sig_name[4] = text_name[10] = signed_name[12] = n;
    wf_edhoc_label label = n == '2' ? WF_EDHOC_MAC_2 : WF_EDHOC_MAC_3;
    static uint8_t joined[2 * ROOM_LEN];
    wf_writer w = wf_writer_of(joined, sizeof joined);
    wf_edhoc_context context;
    wf_edhoc_context_fill(&context, &t.run, certificate);
    for (size_t i = 0; i < WF_EDHOC_CONTEXT_PARTS; i++) {
        wf_write_view(&w, context.parts[i]);
    }
    uint8_t mac[WF_HASH_LEN], hash[WF_HASH_LEN];
    if (!step(mac_name, wf_edhoc_mac(mac, &t.run, label, certificate)) ||
        !step(signed_name, wf_edhoc_signed_hash(hash, &t.run, mac, certificate))) {
        return false;
    }
    show(context_name, joined, w.len);
    show(mac_name, mac, sizeof mac);
    show(signed_name, hash, sizeof hash);
    show(sig_name, t.run.text + t.run.ead_at - WF_P256_SIGNATURE_LEN, WF_P256_SIGNATURE_LEN);
    show(text_name, t.run.text, t.run.text_len);
    return true;
}

/* As wf_edhoc_prove, but with the nonce of RFC 6979 3.2 and s as it falls, as the traces have it. */
static wf_error prove_deterministically(wf_edhoc_label label) {
    uint8_t mac[WF_HASH_LEN], hash[WF_HASH_LEN];
    wf_p256_nonce nonce;
    wf_error error = wf_edhoc_mac(mac, &t.run, label, t.own_cert);
    if (error == WF_OK) {
        error = wf_edhoc_signed_hash(hash, &t.run, mac, t.own_cert);
    }
    if (error == WF_OK) {
        error = wf_p256_nonce_derive(&nonce, t.own.private_key, hash, wf_bytes_of(NULL, 0));
    }
    if (error == WF_OK) {
        error = wf_p256_sign_with(t.run.text + t.run.ead_at - WF_P256_SIGNATURE_LEN, t.own.private_key, hash, &nonce);
    }
    return error;
}

static bool show_id_cred(const char *name) {
    static uint8_t out[WF_EDHOC_MESSAGE_LEN];
    wf_writer w = wf_writer_of(out, sizeof out);
    bool done = step(name, wf_edhoc_id_cred_write(&w, &t.config));
    if (done) {
        show(name, out, w.len);
    }
    return done;
}

/* From PRK_out (run->prk) to the last value of a trace; with `suffix` after a key update. */
static bool show_exports(const char *suffix) {
    uint8_t exporter[WF_HASH_LEN], secret[16], salt[8];
    wf_bytes none = wf_bytes_of(NULL, 0);
    if (!step("prk_exporter", wf_edhoc_kdf(exporter, sizeof exporter, t.run.prk, WF_EDHOC_PRK_EXPORTER, NULL, 0)) ||
        !step("secret", wf_edhoc_export(&t.run, 0, none, secret, sizeof secret)) ||
        !step("salt", wf_edhoc_export(&t.run, 1, none, salt, sizeof salt))) {
        return false;
    }
    printf("prk_out%s=", suffix);
    hex_print(stdout, wf_bytes_of(t.run.prk, sizeof t.run.prk));
    printf(" prk_exporter%s=", suffix);
    hex_print(stdout, wf_bytes_of(exporter, sizeof exporter));
    printf(" oscore_master_secret%s=", suffix);
    hex_print(stdout, wf_bytes_of(secret, sizeof secret));
    printf(" oscore_master_salt%s=", suffix);
    hex_print(stdout, wf_bytes_of(salt, sizeof salt));
    putchar(' ');
    return true;
}

static bool show_end(void) {
    return show_exports("") && step("update", wf_edhoc_update(&t.run, message("key_update_context"))) &&
           show_exports("_updated");
}

static bool show_keys(const char *key, const char *iv, wf_edhoc_label label) {
    return show_derived(key, label, WF_AES_KEY_LEN) && show_derived(iv, (wf_edhoc_label)(label + 1), WF_CCM_NONCE_LEN);
}

static bool read_key(wf_p256_key *key, const char *name) {
    uint8_t scalar[WF_P256_PRIVATE_LEN];
    if (!read_exact(scalar, sizeof scalar, name)) {
        return step(name, WF_ERROR_KEY);
    }
    return step(name, wf_p256_from_private(key, scalar));
}

static bool read_id(wf_edhoc_id *id, const char *name) {
    wf_bytes bytes = message(name);
    if (bytes.len > sizeof id->bytes) {
        return step(name, WF_ERROR_ARGUMENT);
    }
    memcpy(id->bytes, bytes.at, bytes.len);
    id->len = (uint8_t)bytes.len;
    return true;
}

/* `i` is 'i' for the Initiator and 'r' for the Responder. */
static bool begin(char i) {
    memset(&t, 0, sizeof t);
    bool initiator = i == 'i';
    t.suite = strcmp(text_of("suite"), "2") == 0 ? WF_EDHOC_SUITE_2 : WF_EDHOC_SUITE_3;
    t.own_cert = read_into(t.own_room, initiator ? "cert_i" : "cert_r");
    t.peer_cert = read_into(t.peer_room, initiator ? "cert_r" : "cert_i");
    bool x5t = strcmp(text_of("id_cred"), "x5t") == 0;
    if (!x5t && strcmp(text_of("id_cred"), "x5chain") != 0) {
        return step("id_cred", WF_ERROR_ARGUMENT);
    }
    t.config = (wf_edhoc_config){.signer = wf_signer_of(&t.own),
                                 .chain = &t.own_cert,
                                 .chain_len = 1,
                                 .send_as = x5t ? WF_EDHOC_X5T : WF_EDHOC_X5CHAIN,
                                 .suites = &t.suite,
                                 .suite_count = 1};
    return read_key(&t.own, initiator ? "sk_i" : "sk_r") && read_key(&t.peer, initiator ? "sk_r" : "sk_i") &&
           read_key(&t.ephemeral, initiator ? "x" : "y") && read_id(&t.c_i, "c_i") && read_id(&t.c_r, "c_r");
}

static bool show_agreement(void) {
    show("th_2", t.run.th, sizeof t.run.th);
    show("prk_2e", t.run.prk, sizeof t.run.prk);
    return show_derived("keystream_2", WF_EDHOC_KEYSTREAM_2, t.run.text_len);
}

static bool show_shared(void) {
    uint8_t shared[WF_P256_SHARED_LEN];
    bool done = step("g_xy", wf_p256_ecdh(shared, &t.ephemeral, t.run.peer));
    if (done) {
        show("g_xy", shared, sizeof shared);
    }
    return done;
}

static void initiator(void) {
    uint8_t out[WF_EDHOC_MESSAGE_LEN];
    wf_writer w = wf_writer_of(out, sizeof out);
    if (!begin('i') ||
        !step("message_1", wf_edhoc_compose_1(&t.run, &t.config, t.suite, &t.c_i, &t.ephemeral, NULL, &w))) {
        return;
    }
    printf("method=%u suite=%u ", out[0], out[1]);
    show("g_x", t.ephemeral.public_key, WF_P256_X_LEN);
    show("message_1", out, w.len);
    t.run.state = WF_EDHOC_SENT_1;
    if (!show_id_cred("id_cred_i") ||
        !step("message_2", wf_edhoc_read_2(&t.run, message("message_2"), &t.credential, &t.ead)) || !show_shared() ||
        !show_agreement() || !show_proof('2', t.peer_cert)) {
        return;
    }
    show("c_r", t.run.peer_id.bytes, t.run.peer_id.len);
    w = wf_writer_of(out, sizeof out);
    if (!step("accept_2", wf_edhoc_accept_2(&t.run, t.peer_cert, t.peer.public_key)) ||
        !step("text_3", wf_edhoc_text_write(&t.run, WF_EDHOC_MAC_3, NULL)) ||
        !step("sig_3", prove_deterministically(WF_EDHOC_MAC_3)) || !show_proof('3', t.own_cert) ||
        !show_keys("k_3", "iv_3", WF_EDHOC_K_3) || !step("seal_3", wf_edhoc_seal(&t.run, WF_EDHOC_K_3, &w))) {
        return;
    }
    show("th_3", t.run.th, sizeof t.run.th);
    show("message_3", out, w.len);
    wf_bytes text = wf_bytes_of(t.run.text, t.run.text_len);
    if (!step("th_4", wf_edhoc_th_next(t.run.th, text, t.own_cert)) || !show_keys("k_4", "iv_4", WF_EDHOC_K_4)) {
        return;
    }
    show("th_4", t.run.th, sizeof t.run.th);
    t.run.state = WF_EDHOC_SENT_3;
    (void)(step("message_4", wf_edhoc_read_4(&t.run, message("message_4"), &t.ead)) && show_end());
}

static void responder(void) {
    uint8_t out[WF_EDHOC_MESSAGE_LEN];
    wf_writer w = wf_writer_of(out, sizeof out);
    if (!begin('r') || !step("message_1", wf_edhoc_read_1(&t.run, &t.config, message("message_1"), &t.ead))) {
        return;
    }
    printf("suite=%d ", (int)t.run.suite);
    show("c_i", t.run.peer_id.bytes, t.run.peer_id.len);
    show("g_y", t.ephemeral.public_key, WF_P256_X_LEN);
    t.run.own_id = t.c_r;
    t.run.ephemeral = t.ephemeral;
    if (!show_shared() || !step("agree", wf_edhoc_agree(&t.run, t.ephemeral.public_key)) ||
        !step("text_2", wf_edhoc_text_write(&t.run, WF_EDHOC_MAC_2, NULL)) ||
        !step("sig_2", prove_deterministically(WF_EDHOC_MAC_2)) || !show_agreement() || !show_proof('2', t.own_cert) ||
        !show_id_cred("id_cred_r") || !step("message_2", wf_edhoc_encrypt_2(&t.run, t.ephemeral.public_key, &w))) {
        return;
    }
    show("message_2", out, w.len);
    wf_bytes text = wf_bytes_of(t.run.text, t.run.text_len);
    if (!step("th_3", wf_edhoc_th_next(t.run.th, text, t.own_cert)) || !show_keys("k_3", "iv_3", WF_EDHOC_K_3)) {
        return;
    }
    show("th_3", t.run.th, sizeof t.run.th);
    t.run.state = WF_EDHOC_SENT_2;
    if (!step("message_3", wf_edhoc_read_3(&t.run, message("message_3"), &t.credential, &t.ead)) ||
        !show_proof('3', t.peer_cert) || !step("accept_3", wf_edhoc_accept_3(&t.run, t.peer_cert, t.peer.public_key)) ||
        !show_keys("k_4", "iv_4", WF_EDHOC_K_4)) {
        return;
    }
    show("th_4", t.run.th, sizeof t.run.th);
    w = wf_writer_of(out, sizeof out);
    if (step("message_4", wf_edhoc_write_4(&t.run, NULL, &w))) {
        show("message_4", out, w.len);
        (void)show_end();
    }
}

/* G_XY and the messages are given; everything that SHA-256 and AES-CCM make of them is shown. */
static void schedule(void) {
    memset(&t, 0, sizeof t);
    uint8_t shared[32];
    wf_bytes first = message("message_1");
    t.run.config = &t.config;
    t.run.suite = WF_EDHOC_SUITE_2; /* the AEAD of suite 0 */
    t.own_cert = read_into(t.own_room, "cert_i");
    t.peer_cert = read_into(t.peer_room, "cert_r");
    if (!step("message_1", wf_sha256(t.run.message_1_hash, &first, 1)) || !read_exact(shared, sizeof shared, "g_xy") ||
        !read_exact(t.run.peer, WF_P256_X_LEN, "g_y") ||
        !step("th_2", wf_edhoc_th_2(t.run.th, t.run.peer, t.run.message_1_hash)) ||
        !step("prk_2e", wf_hkdf_extract(t.run.prk, wf_bytes_of(t.run.th, 32), wf_bytes_of(shared, 32)))) {
        return;
    }
    show("message_1_hash", t.run.message_1_hash, 32);
    wf_bytes content;
    if (!step("message_2", wf_edhoc_read_single(&content, message("message_2"))) || content.len < WF_P256_X_LEN) {
        return;
    }
    show("g_y", content.at, WF_P256_X_LEN);
    content = wf_bytes_of(content.at + WF_P256_X_LEN, content.len - WF_P256_X_LEN);
    if (!step("ciphertext_2", wf_edhoc_decrypt_2(&t.run, content)) ||
        !step("plaintext_2", wf_edhoc_text_read(&t.run, WF_EDHOC_MAC_2, &t.credential, &t.ead)) || !show_agreement() ||
        !show_proof('2', t.peer_cert)) {
        return;
    }
    show("c_r", t.run.peer_id.bytes, t.run.peer_id.len);
    wf_bytes text = wf_bytes_of(t.run.text, t.run.text_len);
    if (!step("th_3", wf_edhoc_th_next(t.run.th, text, t.peer_cert)) || !show_keys("k_3", "iv_3", WF_EDHOC_K_3) ||
        !step("message_3", wf_edhoc_open(&t.run, WF_EDHOC_K_3, message("message_3"))) ||
        !step("plaintext_3", wf_edhoc_text_read(&t.run, WF_EDHOC_MAC_3, &t.credential, &t.ead)) ||
        !show_proof('3', t.own_cert)) {
        return;
    }
    show("th_3", t.run.th, sizeof t.run.th);
    text.len = t.run.text_len;
    if (!step("th_4", wf_edhoc_th_next(t.run.th, text, t.own_cert)) || !show_keys("k_4", "iv_4", WF_EDHOC_K_4)) {
        return;
    }
    show("th_4", t.run.th, sizeof t.run.th);
    t.run.state = WF_EDHOC_SENT_3;
    (void)(step("message_4", wf_edhoc_read_4(&t.run, message("message_4"), &t.ead)) && show_end());
}

int main(void) {
    if (wf_crypto_start() != WF_OK) {
        return 1;
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        field_count = 0;
        for (char *word = strtok(line, " \n"); word != NULL && field_count < FIELDS; word = strtok(NULL, " \n")) {
            fields[field_count++] = word;
        }
        const char *role = field_count > 0 ? fields[0] : "";
        if (strcmp(role, "initiator") == 0) {
            initiator();
        } else if (strcmp(role, "responder") == 0) {
            responder();
        } else if (strcmp(role, "schedule") == 0) {
            schedule();
        }
        putchar('\n');
    }
    return 0;
}

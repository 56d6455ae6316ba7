/* Group records for pytest: every answer is one line of `name=value` words, bytes in hex; `error=NAME` where it fails.
 *
 *     derive secret= salt= gid= own= manager=          the keys of a member
 *     sender (derive's) id= public=                    the key of one that it listens to
 *     seal (derive's) private= tid= piv= plain=        a whole datagram
 *     open (sender's) datagram=                        its plaintext
 */
#include "check.h"
#include "da/group_record.h"
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

static const struct {
    const char *name;
    void (*answer)(void);
} operations[] = {{"derive", derive}, {"sender", sender}, {"seal", seal}, {"open", open_record}};

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

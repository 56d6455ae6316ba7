#define _XOPEN_SOURCE 700
#include "check.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <warifu/entropy.h>
#include <warifu/identity_file.h>

enum { TEXT_LEN = 8192 };

/* A root and a device certificate under it. */
typedef struct fixture {
    wf_drbg drbg;
    wf_p256_key root_key, key;
    uint8_t root_der[WF_CERTIFICATE_LEN], end_der[WF_CERTIFICATE_LEN];
    wf_bytes root, end;
    wf_identity identity;
} fixture;

static const uint8_t number[WF_NUMBER_LEN] = {0xFE, 0x00, 0x00, 0x77, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13};

static void set_up(fixture *f) {
    const wf_bytes none = wf_bytes_of(NULL, 0);
    CHECK_OK(wf_crypto_start());
    CHECK_OK(wf_drbg_start(&f->drbg, wf_entropy_system(), none, none));
    CHECK_OK(wf_p256_generate(&f->root_key, &f->drbg));
    CHECK_OK(wf_p256_generate(&f->key, &f->drbg));
    wf_certificate_order root = {.common_name = "Root",
                                 .is_ca = true,
                                 .path_len = -1,
                                 .not_before = 1700000000,
                                 .not_after = 2000000000,
                                 .serial = {1},
                                 .public_key = f->root_key.public_key};
    wf_writer out = wf_writer_of(f->root_der, sizeof f->root_der);
    CHECK_OK(wf_certificate_issue(&out, &root, NULL, wf_signer_of(&f->root_key), &f->drbg));
    f->root = wf_bytes_of(f->root_der, out.len);
    wf_certificate issuer;
    CHECK_OK(wf_certificate_parse(&issuer, f->root));
    wf_certificate_order end = {.common_name = "Device",
                                .role = WF_ROLE_DEVICE,
                                .number = number,
                                .not_before = 1700000000,
                                .not_after = 2000000000,
                                .serial = {2},
                                .public_key = f->key.public_key};
    out = wf_writer_of(f->end_der, sizeof f->end_der);
    CHECK_OK(wf_certificate_issue(&out, &end, &issuer, wf_signer_of(&f->root_key), &f->drbg));
    f->end = wf_bytes_of(f->end_der, out.len);
    f->identity = (wf_identity){
        .signer = wf_signer_of(&f->key), .chain = &f->end, .chain_len = 1, .anchors = &f->root, .anchor_count = 1};
}

static size_t write_text(const fixture *f, char text[static TEXT_LEN]) {
    wf_writer out = wf_writer_of((uint8_t *)text, TEXT_LEN - 1);
    CHECK_OK(wf_identity_pem_write(&out, &f->identity));
    text[out.len] = '\0';
    return out.len;
}

static wf_error read_text(wf_identity_file *loaded, const char *text) {
    return wf_identity_pem_read(loaded, wf_bytes_of((const uint8_t *)text, strlen(text)));
}

static void check_same(const fixture *f, const wf_identity_file *loaded) {
    CHECK(wf_signer_key(loaded->view.signer) == &loaded->key);
    CHECK(memcmp(&loaded->key, &f->key, sizeof f->key) == 0);
    CHECK(loaded->view.chain_len == 1 && wf_bytes_equal(loaded->view.chain[0], f->end));
    CHECK(loaded->view.anchor_count == 1 && wf_bytes_equal(loaded->view.anchors[0], f->root));
}

static void what_is_written_reads_back_the_same(void) {
    fixture f;
    wf_identity_file loaded;
    char text[TEXT_LEN];
    set_up(&f);
    write_text(&f, text);
    CHECK_OK(read_text(&loaded, text));
    check_same(&f, &loaded);
}

static void an_authority_is_an_identity_without_a_chain(void) {
    fixture f;
    wf_identity_file loaded;
    char text[TEXT_LEN];
    set_up(&f);
    f.identity = (wf_identity){.signer = wf_signer_of(&f.root_key), .anchors = &f.root, .anchor_count = 1};
    write_text(&f, text);
    CHECK_OK(read_text(&loaded, text));
    CHECK(loaded.view.chain_len == 0 && loaded.view.anchor_count == 1);
}

static void what_would_not_read_back_is_not_written(void) {
    fixture f;
    uint8_t text[TEXT_LEN];
    set_up(&f);
    wf_bytes too_many[] = {f.end, f.end, f.end};
    const wf_identity good = f.identity;
    wf_identity wrong[7];
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        wrong[i] = good;
    }
    wrong[0].signer = (wf_signer){0};
    wrong[1].signer = wf_signer_of(&f.root_key);
    wrong[2].chain = &f.root;
    wrong[3].anchors = &f.end;
    wrong[4].chain_len = wrong[4].anchor_count = 0;
    wrong[5].chain = too_many;
    wrong[5].chain_len = 3;
    f.end.len--;
    wrong[6].chain = &f.end;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        wf_writer out = wf_writer_of(text, sizeof text);
        CHECK(wf_identity_pem_write(&out, &wrong[i]) == WF_ERROR_ARGUMENT);
        CHECK(out.len == 0);
    }
    f.end.len++;
    wf_writer small = wf_writer_of(text, 600);
    CHECK(wf_identity_pem_write(&small, &good) == WF_ERROR_TOO_SMALL);
}

/* Replaces the first `from` by `to`. */
static void edit(char text[static TEXT_LEN], const char *from, const char *to) {
    char *at = strstr(text, from);
    CHECK(at != NULL && strlen(text) + strlen(to) < TEXT_LEN);
    memmove(at + strlen(to), at + strlen(from), strlen(at + strlen(from)) + 1);
    memcpy(at, to, strlen(to));
}

static void text_outside_the_blocks_and_other_line_ends_are_taken(void) {
    fixture f;
    wf_identity_file loaded;
    char text[TEXT_LEN], crlf[TEXT_LEN], cr[TEXT_LEN];
    set_up(&f);
    write_text(&f, text);
    edit(text, "-----BEGIN CERT", "subject=CN = Device\n\n---- not a boundary\n-----BEGIN CERT");
    CHECK_OK(read_text(&loaded, text));
    check_same(&f, &loaded);
    size_t len = 0;
    for (size_t i = 0; text[i] != '\0'; i++) {
        CHECK(len + 2 < TEXT_LEN);
        if (text[i] == '\n') {
            crlf[len++] = '\r';
        }
        crlf[len++] = text[i];
        cr[i] = text[i] == '\n' ? '\r' : text[i];
        cr[i + 1] = '\0';
    }
    crlf[len] = '\0';
    CHECK_OK(read_text(&loaded, crlf));
    CHECK_OK(read_text(&loaded, cr));
    text[strlen(text) - 1] = '\0';
    CHECK_OK(read_text(&loaded, text));
    check_same(&f, &loaded);
}

static void text_that_is_not_strict_pem_is_refused(void) {
    static const char *const edits[][2] = {
        {"-----END PRIVATE KEY", "-----END CERTIFICATE"},
        {"-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY----"},
        {"-----BEGIN PRIVATE KEY-----", "-----BEGIN -----"},
        {"-----BEGIN PRIVATE KEY", " -----BEGIN PRIVATE KEY"},
        {"PRIVATE KEY-----\n", "PRIVATE KEY----- \n"},
        {"PRIVATE KEY-----\n", "PRIVATE KEY-----\n\n"},
        {"PRIVATE KEY-----\nM", "PRIVATE KEY-----\nA: b\n\nM"},
        {"KEY-----\nMIG", "KEY-----\nMI\nG"},
        {"KEY-----\nMIG", "KEY-----\nM=G"},
        {"KEY-----\nMIG", "KEY-----\nM G"},
        {"KEY-----\nMIG", "KEY-----\nM*G"},
        {"KEY-----\nMIG", "KEY-----\nM\xC3G"},
        {"\n-----END PRIVATE KEY", "\n\n-----END PRIVATE KEY"},
        {"\n-----END PRIVATE KEY", "\nA\n-----END PRIVATE KEY"},
        {"\n-----END PRIVATE KEY", "====\n-----END PRIVATE KEY"},
        {"-----BEGIN CERT",
         "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n-----BEGIN CERT"},
    };
    fixture f;
    wf_identity_file loaded;
    char good[TEXT_LEN], text[TEXT_LEN];
    set_up(&f);
    write_text(&f, good);
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        strcpy(text, good);
        edit(text, edits[i][0], edits[i][1]);
        if (read_text(&loaded, text) != WF_ERROR_PEM) {
            fprintf(stderr, "edit %zu was taken\n", i);
            exit(1);
        }
        CHECK(loaded.view.signer.sign == NULL);
    }
}

static void spare_bits_of_the_last_group_are_zero(void) {
    fixture f;
    wf_identity_file loaded;
    char text[TEXT_LEN];
    set_up(&f);
    for (;;) { /* until a certificate's length leaves spare bits */
        write_text(&f, text);
        char *end = strstr(text, "=\n-----END CERTIFICATE");
        if (end != NULL) {
            char *last = end[-1] == '=' ? end - 2 : end - 1;
            CHECK_OK(read_text(&loaded, text));
            *last = *last == 'A' ? 'B' : (char)(*last + 1);
            CHECK(read_text(&loaded, text) == WF_ERROR_PEM);
            return;
        }
        set_up(&f);
    }
}

static void a_cut_text_never_loads(void) {
    fixture f;
    wf_identity_file loaded;
    char text[TEXT_LEN];
    set_up(&f);
    f.identity.anchor_count = 0;
    size_t len = write_text(&f, text);
    for (size_t cut = 2; cut <= len; cut += 7) { /* cut 1 is the last newline, which may be missing */
        CHECK(wf_identity_pem_read(&loaded, wf_bytes_of((const uint8_t *)text, len - cut)) == WF_ERROR_PEM);
    }
}

static void a_key_that_belongs_to_another_certificate_is_refused(void) {
    fixture f, other;
    wf_identity_file loaded;
    char text[TEXT_LEN], foreign[TEXT_LEN], mixed[2 * TEXT_LEN];
    set_up(&f);
    set_up(&other);
    write_text(&f, text);
    write_text(&other, foreign);
    *strstr(text, "-----BEGIN CERT") = '\0';
    strcpy(mixed, text);
    strcat(mixed, strstr(foreign, "-----BEGIN CERT"));
    CHECK(read_text(&loaded, mixed) == WF_ERROR_KEY);
    CHECK(read_text(&loaded, text) == WF_ERROR_PEM);
    CHECK(read_text(&loaded, strstr(foreign, "-----BEGIN CERT")) == WF_ERROR_PEM);
    strcpy(mixed, text);
    strcat(mixed, foreign);
    CHECK(read_text(&loaded, mixed) == WF_ERROR_PEM);
}

static void more_certificates_than_there_is_room_for_are_refused(void) {
    fixture f;
    wf_identity_file loaded;
    char text[TEXT_LEN];
    set_up(&f);
    wf_bytes chain[] = {f.end, f.end}, anchors[] = {f.root, f.root, f.root, f.root};
    f.identity = (wf_identity){
        .signer = wf_signer_of(&f.key), .chain = chain, .chain_len = 2, .anchors = anchors, .anchor_count = 4};
    size_t len = write_text(&f, text);
    CHECK_OK(read_text(&loaded, text));
    CHECK(loaded.view.chain_len == 2 && loaded.view.anchor_count == 4);
    char *root = strstr(text, "-----BEGIN CERT"), more[TEXT_LEN];
    CHECK(2 * len < sizeof more);
    strcpy(more, text);
    strcat(more, root);
    CHECK(read_text(&loaded, more) == WF_ERROR_TOO_SMALL);
}

/* A fresh path in a directory of its own. */
static char *new_path(char path[static 64]) {
    strcpy(path, "/tmp/warifu-test-XXXXXX");
    CHECK(mkdtemp(path) != NULL);
    return strcat(path, "/identity.pem");
}

static void drop(char *path) {
    unlink(path);
    *strrchr(path, '/') = '\0';
    CHECK(rmdir(path) == 0); /* and nothing else was left in it */
}

static void a_saved_file_is_private_and_loads(void) {
    fixture f;
    wf_identity_file loaded;
    char path[64];
    struct stat status;
    set_up(&f);
    umask(0);
    CHECK_OK(wf_identity_file_save(new_path(path), &f.identity));
    CHECK(stat(path, &status) == 0 && (status.st_mode & 07777) == 0600);
    CHECK_OK(wf_identity_file_load(&loaded, path));
    check_same(&f, &loaded);
    ino_t first = status.st_ino;
    int held = open(path, O_RDONLY);
    CHECK(held >= 0);
    CHECK_OK(wf_identity_file_save(path, &f.identity));
    CHECK(stat(path, &status) == 0 && status.st_ino != first); /* renamed over, not written into */
    close(held);
    drop(path);
}

static void a_file_that_others_can_read_is_refused(void) {
    fixture f;
    wf_identity_file loaded;
    char path[64];
    set_up(&f);
    CHECK_OK(wf_identity_file_save(new_path(path), &f.identity));
    static const mode_t wrong[] = {0640, 0604, 0620, 0601};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        CHECK(chmod(path, wrong[i]) == 0);
        CHECK(wf_identity_file_load(&loaded, path) == WF_ERROR_STORE);
    }
    CHECK(chmod(path, 0400) == 0);
    CHECK_OK(wf_identity_file_load(&loaded, path));
    drop(path);
}

static void what_is_no_file_is_a_store_error(void) {
    fixture f;
    wf_identity_file loaded;
    char path[64], missing[80];
    set_up(&f);
    CHECK(wf_identity_file_load(&loaded, new_path(path)) == WF_ERROR_STORE);
    CHECK(mkfifo(path, 0600) == 0);
    CHECK(wf_identity_file_load(&loaded, path) == WF_ERROR_STORE);
    snprintf(missing, sizeof missing, "%s/below", path);
    CHECK(wf_identity_file_save(missing, &f.identity) == WF_ERROR_STORE);
    drop(path);
    CHECK(wf_identity_file_load(&loaded, path) == WF_ERROR_STORE); /* its directory is gone too */
}

static const check_case cases[] = {
    {"what_is_written_reads_back_the_same", what_is_written_reads_back_the_same},
    {"an_authority_is_an_identity_without_a_chain", an_authority_is_an_identity_without_a_chain},
    {"what_would_not_read_back_is_not_written", what_would_not_read_back_is_not_written},
    {"text_outside_the_blocks_and_other_line_ends_are_taken", text_outside_the_blocks_and_other_line_ends_are_taken},
    {"text_that_is_not_strict_pem_is_refused", text_that_is_not_strict_pem_is_refused},
    {"spare_bits_of_the_last_group_are_zero", spare_bits_of_the_last_group_are_zero},
    {"a_cut_text_never_loads", a_cut_text_never_loads},
    {"a_key_that_belongs_to_another_certificate_is_refused", a_key_that_belongs_to_another_certificate_is_refused},
    {"more_certificates_than_there_is_room_for_are_refused", more_certificates_than_there_is_room_for_are_refused},
    {"a_saved_file_is_private_and_loads", a_saved_file_is_private_and_loads},
    {"a_file_that_others_can_read_is_refused", a_file_that_others_can_read_is_refused},
    {"what_is_no_file_is_a_store_error", what_is_no_file_is_a_store_error},
};
CHECK_MAIN(cases)

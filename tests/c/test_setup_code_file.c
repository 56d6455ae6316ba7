#define _XOPEN_SOURCE 700
#include "check.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <warifu/setup_code_file.h>

static char folder[64], path[96];
static uint8_t key[WF_P256_PUBLIC_LEN], other_key[WF_P256_PUBLIC_LEN];

static void make_key(uint8_t out[static WF_P256_PUBLIC_LEN]) {
    wf_drbg drbg;
    wf_p256_key pair;
    const wf_bytes none = wf_bytes_of(NULL, 0);
    CHECK_OK(wf_crypto_start());
    CHECK_OK(wf_drbg_start(&drbg, wf_entropy_system(), none, none));
    CHECK_OK(wf_p256_generate(&pair, &drbg));
    memcpy(out, pair.public_key, WF_P256_PUBLIC_LEN);
}

static void set_up(void) {
    strcpy(folder, "/tmp/warifu-code-XXXXXX");
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/device.code", folder);
    make_key(key);
    make_key(other_key);
}

static void tear_down(void) {
    unlink(path);
    CHECK(rmdir(folder) == 0); /* nothing else was left there */
}

static bool same(const wf_setup_code *a, const wf_setup_code *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

static bool is_empty(const wf_setup_code *code) {
    static const wf_setup_code none;
    return same(code, &none);
}

static void write_file(const char *text, mode_t mode) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fchmod(fd, mode) == 0);
    close(fd);
}

static void a_code_is_made_once_and_kept(void) {
    wf_setup_code first, again;
    set_up();
    CHECK_OK(wf_setup_code_file_load_or_make(&first, path, key, wf_entropy_system()));
    CHECK_OK(wf_setup_code_check_key(&first, key));
    CHECK_OK(wf_setup_code_file_load_or_make(&again, path, key, wf_entropy_system()));
    CHECK(same(&first, &again));
    tear_down();
}

static void the_file_is_one_line_for_its_owner_alone(void) {
    wf_setup_code code;
    char text[WF_SETUP_CODE_TEXT_LEN + 1], seen[256] = "";
    struct stat status;
    set_up();
    CHECK_OK(wf_setup_code_file_load_or_make(&code, path, key, wf_entropy_system()));
    CHECK(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600);
    FILE *file = fopen(path, "r");
    CHECK(file != NULL && fread(seen, 1, sizeof seen, file) == WF_SETUP_CODE_TEXT_LEN + 1);
    fclose(file);
    wf_setup_code_write(text, &code);
    CHECK(memcmp(seen, text, WF_SETUP_CODE_TEXT_LEN) == 0 && seen[WF_SETUP_CODE_TEXT_LEN] == '\n');
    tear_down();
}

static void the_code_of_another_key_is_neither_used_nor_replaced(void) {
    wf_setup_code mine, others, kept;
    set_up();
    CHECK_OK(wf_setup_code_file_load_or_make(&mine, path, key, wf_entropy_system()));
    CHECK(wf_setup_code_file_load_or_make(&others, path, other_key, wf_entropy_system()) == WF_ERROR_WRONG_DEVICE);
    CHECK(is_empty(&others));
    CHECK_OK(wf_setup_code_file_load(&kept, path));
    CHECK(same(&mine, &kept));
    tear_down();
}

static void a_file_that_others_may_read_is_refused(void) {
    wf_setup_code code;
    set_up();
    CHECK_OK(wf_setup_code_file_load_or_make(&code, path, key, wf_entropy_system()));
    CHECK(chmod(path, 0640) == 0);
    CHECK(wf_setup_code_file_load(&code, path) == WF_ERROR_STORE && is_empty(&code));
    CHECK(wf_setup_code_file_load_or_make(&code, path, key, wf_entropy_system()) == WF_ERROR_STORE);
    tear_down();
}

static void what_is_no_code_is_not_written_over(void) {
    wf_setup_code code;
    set_up();
    write_file("WARIFU:1 and so on\n", 0600);
    CHECK(wf_setup_code_file_load_or_make(&code, path, key, wf_entropy_system()) == WF_ERROR_NOT_A_CODE);
    CHECK(is_empty(&code));
    CHECK(wf_setup_code_file_load(&code, path) == WF_ERROR_NOT_A_CODE);
    tear_down();
}

static void a_code_typed_by_hand_loads(void) {
    wf_setup_code code, loaded;
    char text[WF_SETUP_CODE_GROUPED_LEN + 1];
    set_up();
    CHECK_OK(wf_setup_code_file_load_or_make(&code, path, key, wf_entropy_system()));
    wf_setup_code_write_grouped(text, &code);
    write_file(text, 0600);
    CHECK_OK(wf_setup_code_file_load(&loaded, path));
    CHECK(same(&code, &loaded));
    tear_down();
}

static void where_nothing_can_be_written_there_is_no_code(void) {
    wf_setup_code code;
    set_up();
    CHECK(wf_setup_code_file_load_or_make(&code, "/nowhere/device.code", key, wf_entropy_system()) == WF_ERROR_STORE);
    CHECK(is_empty(&code));
    tear_down();
}

static const check_case cases[] = {
    {"a_code_is_made_once_and_kept", a_code_is_made_once_and_kept},
    {"the_file_is_one_line_for_its_owner_alone", the_file_is_one_line_for_its_owner_alone},
    {"the_code_of_another_key_is_neither_used_nor_replaced", the_code_of_another_key_is_neither_used_nor_replaced},
    {"a_file_that_others_may_read_is_refused", a_file_that_others_may_read_is_refused},
    {"what_is_no_code_is_not_written_over", what_is_no_code_is_not_written_over},
    {"a_code_typed_by_hand_loads", a_code_typed_by_hand_loads},
    {"where_nothing_can_be_written_there_is_no_code", where_nothing_can_be_written_there_is_no_code},
};

CHECK_MAIN(cases)

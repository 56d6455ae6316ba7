#define _GNU_SOURCE 1
#include "namespace.h"
#include "store_place.h"
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

static void missing_directories_are_made_for_the_owner_alone(void) {
    char path[400];
    struct stat status;
    start();
    wf_file_store_close(&store);
    mode_t before = umask(0);
    snprintf(path, sizeof path, "%s/a//b/c/", place);
    CHECK_OK(wf_file_store_open(&store, path));
    CHECK_OK(save_text(ID, "deep"));
    umask(before);
    static const char *const names[] = {"a", "a/b", "a/b/c"};
    static const char *const files[] = {"lock", "version", "002a.a", "002a.b"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", place, names[i]);
        CHECK(stat(path, &status) == 0 && (status.st_mode & 07777) == 0700);
    }
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/a/b/c/%s", place, files[i]);
        CHECK(stat(path, &status) == 0 && (status.st_mode & 07777) == 0600);
    }
    finish();
}

static void a_directory_open_to_others_is_refused(void) {
    start();
    wf_file_store_close(&store);
    static const mode_t modes[] = {0750, 0710, 0701, 0720, 0755};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        CHECK(chmod(place, modes[i]) == 0);
        CHECK(wf_file_store_open(&store, place) == WF_ERROR_STORE);
        CHECK(strcmp(store.system_error.call, "mode of the store") == 0 && !store.open);
    }
    CHECK(chmod(place, 0700) == 0);
    CHECK_OK(wf_file_store_open(&store, place));
    finish();
}

static void a_directory_of_another_user_is_refused(void) {
    if (geteuid() != 0) {
        CHECK(wf_file_store_open(&store, "/") == WF_ERROR_STORE);
        CHECK(strcmp(store.system_error.call, "owner of the store") == 0);
        return;
    }
    start();
    wf_file_store_close(&store);
    CHECK(chown(place, 65534, 65534) == 0);
    CHECK(wf_file_store_open(&store, place) == WF_ERROR_STORE);
    CHECK(strcmp(store.system_error.call, "owner of the store") == 0);
    clean_up();
}

static void what_is_no_directory_is_refused(void) {
    char path[400];
    start();
    wf_file_store_close(&store);
    snprintf(path, sizeof path, "%s/lock", place);
    CHECK(wf_file_store_open(&store, path) == WF_ERROR_STORE && store.system_error.number == ENOTDIR);
    snprintf(path, sizeof path, "%s/lock/below", place);
    CHECK(wf_file_store_open(&store, path) == WF_ERROR_STORE && store.system_error.number == ENOTDIR);
    CHECK(wf_file_store_open(&store, "") == WF_ERROR_STORE);
    clean_up();
}

static int wait_for(pid_t child) {
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void only_one_process_has_the_store_open(void) {
    start();
    static wf_file_store second;
    CHECK(wf_file_store_open(&second, place) == WF_ERROR_STORE_LOCKED && !second.open);
    pid_t child = fork();
    if (child == 0) {
        _exit(wf_file_store_open(&second, place) == WF_ERROR_STORE_LOCKED ? 0 : 1);
    }
    CHECK(wait_for(child) == 0);
    wf_file_store_close(&store);
    CHECK_OK(wf_file_store_open(&second, place));
    wf_file_store_close(&second);
    clean_up();
}

static void write_version(const char *text) {
    char path[400];
    snprintf(path, sizeof path, "%s/version", place);
    CHECK(text != NULL || unlink(path) == 0);
    FILE *file = text != NULL ? fopen(path, "wb") : NULL;
    CHECK(text == NULL || (file != NULL && fputs(text, file) >= 0 && fclose(file) == 0));
}

static void a_store_of_another_version_is_left_alone(void) {
    start();
    CHECK_OK(save_text(ID, "kept"));
    wf_file_store_close(&store);
    static const char *const others[] = {"warifu store 3\n", "warifu store 2", "warifu store 2\n\n", "", NULL};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        write_version(others[i]);
        CHECK(wf_file_store_open(&store, place) == WF_ERROR_STORE_VERSION && !store.open);
    }
    write_version("warifu store 2\n");
    CHECK_OK(wf_file_store_open(&store, place));
    CHECK(holds(ID, "kept"));
    finish();
}

/* In a child, because the limit and the user can't be taken back. */
static void in_a_child(void (*run)(void)) {
    pid_t child = fork();
    if (child == 0) {
        run();
        _exit(0);
    }
    int status = wait_for(child);
    if (status == CHECK_SKIPPED) { /* the child has said why */
        finish();
        exit(CHECK_SKIPPED);
    }
    CHECK(status == 0);
}

static void limit_files_to(rlim_t size) {
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
    limit.rlim_cur = size;
    CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR && setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

static void write_past_the_limit(void) {
    uint8_t large[LARGE] = {5};
    CHECK_OK(wf_file_store_open(&store, place));
    CHECK_OK(save_text(ID, "small"));
    limit_files_to(100);
    for (int i = 0; i < 3; i++) {
        CHECK(vtable.save(vtable.context, ID, large, sizeof large) == WF_ERROR_STORE);
        char text[WF_SYSTEM_ERROR_TEXT_LEN];
        CHECK(store.system_error.number == EFBIG);
        CHECK(strncmp(wf_system_error_text(text, &store.system_error), "write: ", 7) == 0);
        CHECK(holds(ID, "small"));
    }
    CHECK_OK(save_text(ID, "fits"));
    limit_files_to(0);
    CHECK(save_text(ID, "x") == WF_ERROR_STORE);
    CHECK(holds(ID, "fits"));
    CHECK_OK(vtable.erase(vtable.context, ID));
}

static void a_write_that_finds_no_room_loses_nothing_and_erasing_needs_none(void) {
    start();
    wf_file_store_close(&store);
    in_a_child(write_past_the_limit);
    CHECK_OK(wf_file_store_open(&store, place));
    CHECK(holds(ID, ""));
    finish();
}

/* On a file system of 64 KB of its own; where the system forbids that (or / is no mount point, as in a plain chroot)
 * the limit above has to do. */
static void fill_a_disk(void) {
    uint8_t large[LARGE] = {6}, out[LARGE];
    size_t len;
    uint16_t count = 0;
    if (!enter_namespace(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
        CHECK_SKIP("no file system of its own is to be had here");
    }
    CHECK(mount("tmpfs", place, "tmpfs", 0, "size=64k,mode=700") == 0);
    CHECK_OK(wf_file_store_open(&store, place));
    while (count < 100 && vtable.save(vtable.context, count, large, sizeof large) == WF_OK) {
        count++;
    }
    CHECK(count > 2 && count < 100 && store.system_error.number == ENOSPC);
    for (uint16_t id = 0; id < count; id++) {
        CHECK_OK(vtable.load(vtable.context, id, out, sizeof out, &len));
        CHECK(len == sizeof large);
    }
    for (uint16_t id = 0; id < count; id++) {
        CHECK_OK(vtable.erase(vtable.context, id));
    }
    CHECK_OK(vtable.save(vtable.context, 1, large, sizeof large));
}

static void a_full_disk_loses_nothing(void) {
    start();
    wf_file_store_close(&store);
    in_a_child(fill_a_disk);
    clean_up();
}

static void write_where_it_is_forbidden(void) {
    if (geteuid() == 0) {
        CHECK(chown(place, 65534, 65534) == 0 && setgid(65534) == 0 && setuid(65534) == 0);
    }
    CHECK_OK(wf_file_store_open(&store, place));
    CHECK_OK(save_text(ID, "before"));
    CHECK(chmod(place, 0500) == 0);
    CHECK(save_text(ID, "after") == WF_ERROR_STORE && store.system_error.number == EACCES);
    CHECK(vtable.erase(vtable.context, ID) == WF_ERROR_STORE);
    CHECK(holds(ID, "before"));
    CHECK(chmod(slot_path(0), 0) == 0);
    CHECK(load_error(ID) == WF_ERROR_STORE && store.system_error.number == EACCES);
    CHECK(chmod(slot_path(0), 0600) == 0 && chmod(place, 0700) == 0);
}

static void a_read_only_directory_is_an_error_with_a_reason(void) {
    start();
    wf_file_store_close(&store);
    char path[400];
    static const char *const files[] = {"lock", "version", "place"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", place, files[i]);
        CHECK(unlink(path) == 0);
    }
    in_a_child(write_where_it_is_forbidden);
    clean_up();
}

/* Step n of the endless life of one entry: every seventh erases it, the others save n many times over. */
static size_t value_at(uint64_t step, uint8_t out[LARGE]) {
    size_t len = step == 0 || step % 7 == 0 ? 0 : 8 * (1 + step * 37 % (LARGE / 8));
    for (size_t i = 0; i < len; i += 8) {
        memcpy(out + i, &step, 8);
    }
    return len;
}

static void live(volatile uint64_t *done) {
    uint8_t value[LARGE];
    CHECK_OK(wf_file_store_open(&store, place));
    for (;;) {
        uint64_t step = *done + 1;
        size_t len = value_at(step, value);
        CHECK_OK(len == 0 ? vtable.erase(vtable.context, ID) : vtable.save(vtable.context, ID, value, len));
        *done = step;
    }
}

static bool is_step(uint64_t step, const uint8_t *out, size_t len) {
    uint8_t value[LARGE];
    return len == value_at(step, value) && memcmp(out, value, len) == 0;
}

static void a_killed_process_leaves_the_old_or_the_new_entry(void) {
    volatile uint64_t *done = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(done != MAP_FAILED);
    start();
    for (int round = 0; round < 100; round++) {
        uint8_t out[LARGE];
        size_t len;
        wf_file_store_close(&store);
        pid_t child = fork();
        if (child == 0) {
            live(done);
        }
        struct timespec pause = {.tv_nsec = (round * 7919 % 4000) * 1000};
        uint64_t before = *done;
        for (int waits = 0; *done == before && waits < 10000; waits++) {
            struct timespec moment = {.tv_nsec = 1000000};
            CHECK(nanosleep(&moment, NULL) == 0);
        }
        CHECK(*done > before && nanosleep(&pause, NULL) == 0);
        CHECK(kill(child, SIGKILL) == 0 && wait_for(child) == 128 + SIGKILL);
        CHECK_OK(wf_file_store_open(&store, place));
        CHECK_OK(vtable.load(vtable.context, ID, out, sizeof out, &len));
        CHECK(store.damaged == 0);
        bool is_new = !is_step(*done, out, len);
        CHECK(!is_new || is_step(*done + 1, out, len));
        *done += is_new ? 1 : 0;
    }
    finish();
    CHECK(munmap((void *)(uintptr_t)done, 4096) == 0);
}

static void the_default_place_follows_the_xdg_rules(void) {
    char path[300], small[10];
    CHECK(setenv("XDG_STATE_HOME", "/place/state", 1) == 0 && setenv("HOME", "/place/of/me", 1) == 0);
    CHECK_OK(wf_file_store_default_path(path, sizeof path));
    CHECK(strcmp(path, "/place/state/warifu") == 0);
    CHECK(wf_file_store_default_path(small, sizeof small) == WF_ERROR_TOO_SMALL && small[0] == '\0');
    CHECK(setenv("XDG_STATE_HOME", "relative", 1) == 0);
    CHECK_OK(wf_file_store_default_path(path, sizeof path));
    CHECK(strcmp(path, "/place/of/me/.local/state/warifu") == 0);
    CHECK(unsetenv("XDG_STATE_HOME") == 0);
    CHECK_OK(wf_file_store_default_path(path, sizeof path));
    CHECK(strcmp(path, "/place/of/me/.local/state/warifu") == 0);
}

static const check_case cases[] = {
    {"missing_directories_are_made_for_the_owner_alone", missing_directories_are_made_for_the_owner_alone},
    {"a_directory_open_to_others_is_refused", a_directory_open_to_others_is_refused},
    {"a_directory_of_another_user_is_refused", a_directory_of_another_user_is_refused},
    {"what_is_no_directory_is_refused", what_is_no_directory_is_refused},
    {"only_one_process_has_the_store_open", only_one_process_has_the_store_open},
    {"a_store_of_another_version_is_left_alone", a_store_of_another_version_is_left_alone},
    {"a_write_that_finds_no_room_loses_nothing_and_erasing_needs_none",
     a_write_that_finds_no_room_loses_nothing_and_erasing_needs_none},
    {"a_full_disk_loses_nothing", a_full_disk_loses_nothing},
    {"a_read_only_directory_is_an_error_with_a_reason", a_read_only_directory_is_an_error_with_a_reason},
    {"a_killed_process_leaves_the_old_or_the_new_entry", a_killed_process_leaves_the_old_or_the_new_entry},
    {"the_default_place_follows_the_xdg_rules", the_default_place_follows_the_xdg_rules},
};

CHECK_MAIN(cases)

/* Where a store lives and who has it: copies are noticed, moves are none, two processes never share it. */
#define _GNU_SOURCE 1
#include "store_place.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "namespace.h"

static char other[300];

static void copy_store(void) {
    char command[800];
    snprintf(other, sizeof other, "%.200s.copy", place);
    snprintf(command, sizeof command, "cp -a %s %s", place, other);
    CHECK(system(command) == 0); /* NOLINT(cert-env33-c): cp(1) is what people use */
}

static void a_copied_store_is_refused_and_left_as_it_is(void) {
    start();
    CHECK_OK(save_text(ID, "one tally"));
    wf_file_store_close(&store);
    copy_store();
    CHECK(wf_file_store_open(&store, other) == WF_ERROR_STORE_COPIED && !store.open);
    CHECK(wf_file_store_open(&store, other) == WF_ERROR_STORE_COPIED);
    CHECK_OK(wf_file_store_open(&store, place));
    CHECK(holds(ID, "one tally"));
    remove_tree(other);
    finish();
}

static void a_copy_that_is_adopted_belongs_to_its_new_place(void) {
    start();
    CHECK_OK(save_text(ID, "one tally"));
    wf_file_store_close(&store);
    copy_store();
    CHECK_OK(wf_file_store_adopt(&store, other));
    CHECK(holds(ID, "one tally"));
    wf_file_store_close(&store);
    CHECK_OK(wf_file_store_open(&store, other));
    CHECK(holds(ID, "one tally"));
    wf_file_store_close(&store);
    CHECK_OK(wf_file_store_open(&store, place)); /* whoever adopts a copy answers for the original */
    remove_tree(other);
    finish();
}

static void a_store_that_is_renamed_stays_itself(void) {
    start();
    CHECK_OK(save_text(ID, "one tally"));
    wf_file_store_close(&store);
    snprintf(other, sizeof other, "%.200s.moved", place);
    CHECK(rename(place, other) == 0);
    CHECK_OK(wf_file_store_open(&store, other));
    CHECK(holds(ID, "one tally"));
    wf_file_store_close(&store);
    remove_tree(other);
    place[0] = '\0';
}

static void write_machine_id(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

/* The same folder, seen by another machine: as after copying the image of a whole disk. */
static void open_on_another_machine(void) {
    char fake[400];
    if (access("/etc/machine-id", F_OK) != 0 || !enter_namespace(CLONE_NEWNS) ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
        CHECK_SKIP("no machine-id of its own is to be had here");
    }
    snprintf(fake, sizeof fake, "%.300s/machine", place);
    write_machine_id(fake, "0123456789abcdef0123456789abcdef\n");
    if (mount(fake, "/etc/machine-id", NULL, MS_BIND, NULL) != 0) {
        CHECK_SKIP("no machine-id of its own is to be had here");
    }
    CHECK(wf_file_store_open(&store, place) == WF_ERROR_STORE_COPIED);
    _exit(0);
}

static void a_store_on_another_machine_is_refused(void) {
    int status;
    start();
    CHECK_OK(save_text(ID, "one tally"));
    wf_file_store_close(&store);
    pid_t child = fork();
    if (child == 0) {
        open_on_another_machine();
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    if (WEXITSTATUS(status) == CHECK_SKIPPED) {
        clean_up();
        exit(CHECK_SKIPPED);
    }
    CHECK(WEXITSTATUS(status) == 0);
    CHECK_OK(wf_file_store_open(&store, place));
    finish();
}

static void a_place_that_can_not_be_read_is_a_copy_and_one_that_is_missing_is_written(void) {
    char path[400];
    start();
    CHECK_OK(save_text(ID, "kept"));
    wf_file_store_close(&store);
    snprintf(path, sizeof path, "%s/place", place);
    write_machine_id(path, "");
    CHECK(wf_file_store_open(&store, place) == WF_ERROR_STORE_COPIED);
    CHECK(unlink(path) == 0);
    CHECK_OK(wf_file_store_open(&store, place));
    CHECK(holds(ID, "kept") && access(path, F_OK) == 0);
    finish();
}

/* ---- one process ---- */

static void who_finds_it_locked_learns_which_process_has_it(void) {
    static wf_file_store second;
    char text[WF_SYSTEM_ERROR_TEXT_LEN], expected[80];
    start();
    CHECK(wf_file_store_open(&second, place) == WF_ERROR_STORE_LOCKED);
    CHECK(second.system_error.process == getpid());
    snprintf(expected, sizeof expected, "lock: process %ld has it", (long)getpid());
    CHECK(strcmp(wf_system_error_text(text, &second.system_error), expected) == 0);
    finish();
}

static int in_child(int (*run)(void)) {
    int status;
    pid_t child = fork();
    if (child == 0) {
        _exit(run());
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int use_the_parents(void) {
    uint8_t out[10];
    size_t len;
    static wf_file_store second;
    bool refused = vtable.load(vtable.context, ID, out, sizeof out, &len) == WF_ERROR_STORE_LOCKED &&
                   save_text(ID, "child") == WF_ERROR_STORE_LOCKED &&
                   vtable.erase(vtable.context, ID) == WF_ERROR_STORE_LOCKED &&
                   wf_file_store_open(&second, place) == WF_ERROR_STORE_LOCKED;
    wf_file_store_close(&store);
    return refused && wf_file_store_open(&second, place) == WF_ERROR_STORE_LOCKED ? 0 : 1;
}

static void what_a_fork_inherits_is_not_the_childs(void) {
    start();
    CHECK_OK(save_text(ID, "parent"));
    CHECK(in_child(use_the_parents) == 0);
    CHECK(holds(ID, "parent"));
    static wf_file_store second;
    CHECK(wf_file_store_open(&second, place) == WF_ERROR_STORE_LOCKED); /* the child's closing unlocked nothing */
    finish();
}

/* A child that lives on must not keep the store that its parent has closed. */
static void a_store_that_was_closed_is_free_though_children_live(void) {
    int pipes[2];
    char byte = 0;
    start();
    CHECK(pipe(pipes) == 0);
    pid_t child = fork();
    if (child == 0) {
        close(pipes[1]);
        _exit(read(pipes[0], &byte, 1) == 0 ? 0 : 1);
    }
    wf_file_store_close(&store);
    CHECK_OK(wf_file_store_open(&store, place));
    close(pipes[1]);
    close(pipes[0]);
    int status;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    finish();
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(a_copied_store_is_refused_and_left_as_it_is),
    CASE(a_copy_that_is_adopted_belongs_to_its_new_place),
    CASE(a_store_that_is_renamed_stays_itself),
    CASE(a_store_on_another_machine_is_refused),
    CASE(a_place_that_can_not_be_read_is_a_copy_and_one_that_is_missing_is_written),
    CASE(who_finds_it_locked_learns_which_process_has_it),
    CASE(what_a_fork_inherits_is_not_the_childs),
    CASE(a_store_that_was_closed_is_free_though_children_live),
};
CHECK_MAIN(cases)

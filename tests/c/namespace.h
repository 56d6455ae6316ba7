/* A piece of the machine of the test's own (namespaces(7)), with or without being root. */
#ifndef WARIFU_NAMESPACE_H
#define WARIFU_NAMESPACE_H

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

static inline bool write_line(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    bool done = file != NULL && fputs(text, file) >= 0;
    return file != NULL && fclose(file) == 0 && done;
}

/* False, and said, where the system forbids it. Needs _GNU_SOURCE. */
static inline bool enter_namespace(int kind) {
    char user[32], group[32];
    snprintf(user, sizeof user, "0 %u 1", (unsigned)geteuid());
    snprintf(group, sizeof group, "0 %u 1", (unsigned)getegid());
    bool done =
        unshare(kind) == 0 || (unshare(CLONE_NEWUSER | kind) == 0 && write_line("/proc/self/setgroups", "deny") &&
                               write_line("/proc/self/uid_map", user) && write_line("/proc/self/gid_map", group));
    if (!done) {
        fputs("no namespace allowed here\n", stderr);
    }
    return done;
}

/* The kernel takes packets for a new IPv6 address a moment after it has taken the address. */
#define AWAIT_ADDRESS(text) \
    "timeout 10 sh -c 'until ip -6 route show table local | grep -q \"^local " text " \"; do sleep 0.01; done'"

#endif

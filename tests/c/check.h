/* A test program is a table of named cases: `prog` runs all, `prog --list` names them, `prog NAME` runs one. */
#ifndef WARIFU_CHECK_H
#define WARIFU_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct check_case {
    const char *name; /* the rule it guards, as words_with_underscores */
    void (*run)(void);
} check_case;

#define CHECK(condition)                                                                  \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            fprintf(stderr, "%s:%d: CHECK(%s) failed\n", __FILE__, __LINE__, #condition); \
            exit(1);                                                                      \
        }                                                                                 \
    } while (0)

#define CHECK_OK(call)                                                                                              \
    do {                                                                                                            \
        wf_error check_error_ = (call);                                                                             \
        if (check_error_ != WF_OK) {                                                                                \
            fprintf(stderr, "%s:%d: %s gave %s\n", __FILE__, __LINE__, #call, wf_error_row_of(check_error_)->name); \
            exit(1);                                                                                                \
        }                                                                                                           \
    } while (0)

enum { CHECK_SKIPPED = 77 };

/* Ends this case as skipped; pytest shows the reason. */
#define CHECK_SKIP(reason)     \
    do {                       \
        fputs(reason, stderr); \
        exit(CHECK_SKIPPED);   \
    } while (0)

static inline int check_main(int argc, char **argv, const check_case *cases, size_t count) {
    int ran = 0;
    for (size_t i = 0; i < count; i++) {
        if (argc > 1 && strcmp(argv[1], "--list") == 0) {
            puts(cases[i].name);
            ran = 1;
        } else if (argc == 1 || strcmp(argv[1], cases[i].name) == 0) {
            cases[i].run();
            ran = 1;
        }
    }
    return ran ? 0 : 2;
}

#define CHECK_MAIN(cases)                                                           \
    int main(int argc, char **argv) {                                               \
        return check_main(argc, argv, (cases), sizeof(cases) / sizeof((cases)[0])); \
    }

#endif

/* What the programs of ./dev bench share. Each prints rows to stdout, one JSON object a line, and words for people to
 * stderr; tools/bench.py makes the table. Times are those of the processor, so that who else runs counts little; two
 * that are compared are taken in blocks by turns, and the quietest block of each counts. */
#ifndef WARIFU_BENCH_H
#define WARIFU_BENCH_H

#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE /* the clock of the process, and what the heap holds */
#endif

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Bounds that hang on the mathematics are written once for each. */
#ifdef GMP_DESC
#define BENCH_MATH(gmp, ltm) gmp
#else
#define BENCH_MATH(gmp, ltm) ltm
#endif

#define BENCH_NONE ((double)NAN)

typedef struct bench_row {
    const char *figure, *unit;
    double ours, theirs; /* BENCH_NONE: there is no such value */
    const char *against; /* what theirs is, or why there is none; NULL: nothing is compared */
    const char *reach;   /* "ratio <= 1.5" or "ours <= 40"; NULL: no bound */
} bench_row;

static inline void bench_die(const char *what) {
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static inline void bench_number(const char *name, double value) {
    if (isnan(value)) {
        printf("\"%s\": null, ", name);
    } else {
        printf("\"%s\": %.6g, ", name, value);
    }
}

static inline void bench_text(const char *name, const char *text, const char *after) {
    if (text == NULL) {
        printf("\"%s\": null%s", name, after);
    } else {
        printf("\"%s\": \"%s\"%s", name, text, after);
    }
}

static inline void bench_print(bench_row row) {
    printf("{");
    bench_text("figure", row.figure, ", ");
    bench_number("ours", row.ours);
    bench_number("theirs", row.theirs);
    bench_number("ratio", row.ours / row.theirs);
    bench_text("unit", row.unit, ", ");
    bench_text("against", row.against, ", ");
    bench_text("reach", row.reach, "}\n");
    fflush(stdout);
}

/* Is it to be short? Says what the program does where it is asked for help. */
static inline bool bench_is_short(int argc, char **argv, const char *purpose) {
    bool is_short = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--short") == 0) {
            is_short = true;
            continue;
        }
        bool help = strcmp(argv[i], "--help") == 0;
        fprintf(help ? stdout : stderr, "usage: %s [--short]\n\n%s\n--short works less: enough to see that it runs.\n",
                argv[0], purpose);
        exit(help ? 0 : 2);
    }
    return is_short;
}

/* Microseconds of the processor that this process has used. */
static inline double bench_clock(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* One of those that are compared: a block of work, told what to work on and how often. */
typedef struct bench_subject {
    double (*run)(void *context, unsigned count); /* microseconds that all of it took; NULL: there is nobody */
    void *context;
    unsigned count;
    double best; /* of one, out: BENCH_NONE when there is nobody */
} bench_subject;

static inline double bench_block(const bench_subject *s) {
    return s->run(s->context, s->count) / s->count;
}

/* Runs blocks of all of them by turns, after one of each that doesn't count. */
static inline void bench_compare(bench_subject *subjects, size_t count, unsigned rounds) {
    for (unsigned round = 0; round <= rounds; round++) {
        for (size_t i = 0; i < count; i++) {
            bench_subject *s = &subjects[i];
            double one = s->run != NULL ? bench_block(s) : BENCH_NONE;
            s->best = round <= 1 || one < s->best ? one : s->best;
        }
    }
}

#endif

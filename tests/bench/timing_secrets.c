/* Does the time of an operation tell something of its secret? After "dude, is my code constant time?" (Reparaz,
 * Balasch, Verbauwhede, 2017): two classes of secrets in random order, and Welch's t between their times. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <signal.h>
#include <time.h>
#include <warifu/crypto.h>

#include "check.h"

enum { POOL = 256, SECRET = 4096, SAMPLES = 1 << 20, CUTS = 12, FEWEST = 100 };
#define SUSPICION 4.5 /* of |t|: TVLA's threshold (ISO/IEC 17825) */

/* What an operation works on. Its secret is copied here before the clock starts, so that both classes have the same
 * place in the caches. */
typedef struct bench {
    uint8_t secret[SECRET];
    uint8_t pools[2][POOL][SECRET];
    wf_drbg drbg;
    wf_p256_key key, peer;
    uint8_t sealed[14 + WF_CCM_TAG_LEN];
} bench;

typedef struct operation {
    const char *name, *classes;
    unsigned repeats; /* in one measurement, which takes 10 us at least */
    void (*fill)(bench *b, unsigned class, uint8_t *secret);
    void (*run)(bench *b);
} operation;

static volatile sig_atomic_t interrupted;
static volatile unsigned sink;

static void interrupt(int number) {
    (void)number;
    interrupted = 1;
}

/* ---- the operations ---- */

static const wf_bytes none = {NULL, 0};
static const uint8_t nonce[WF_CCM_NONCE_LEN] = {7}, zero_hash[WF_HASH_LEN];

static void random_bytes(bench *b, uint8_t *out, size_t len) {
    CHECK_OK(wf_drbg_bytes(&b->drbg, out, len));
}

static void fixed_or_random_key(bench *b, unsigned class, uint8_t *secret) {
    memset(secret, 0x5a, WF_HASH_LEN);
    if (class == 1) {
        random_bytes(b, secret, WF_HASH_LEN);
    }
}

static void equal_or_random(bench *b, unsigned class, uint8_t *secret) {
    memset(secret, 0, SECRET);
    if (class == 1) {
        random_bytes(b, secret, WF_HASH_LEN);
    }
}

static void compare(bench *b) {
    sink += wf_equal_secret(b->secret, zero_hash, WF_CCM_TAG_LEN);
}

static void compare_and_stop_early(bench *b) {
    static const uint8_t zeros[SECRET];
    size_t i = 0;
    while (i < SECRET && b->secret[i] == zeros[i]) {
        i++;
    }
    sink += (unsigned)i;
}

static void wrong_first_or_last(bench *b, unsigned class, uint8_t *secret) {
    memcpy(secret, b->sealed, sizeof b->sealed);
    secret[class == 0 ? 14 : sizeof b->sealed - 1] ^= 1;
}

static void open_forged(bench *b) {
    uint8_t out[14];
    static const uint8_t key[WF_AES_KEY_LEN];
    sink += wf_ccm_open(out, key, nonce, WF_CCM_TAG_LEN, none, wf_bytes_of(b->secret, sizeof b->sealed)) == WF_OK;
}

static void seal(bench *b) {
    uint8_t out[14 + WF_CCM_TAG_LEN];
    static const uint8_t plain[14];
    sink += wf_ccm_seal(out, b->secret, nonce, WF_CCM_TAG_LEN, none, wf_bytes_of(plain, sizeof plain)) != WF_OK;
}

static void derive(bench *b) {
    uint8_t out[WF_HASH_LEN];
    sink += wf_hkdf_expand(out, sizeof out, b->secret, none) != WF_OK;
}

static void fixed_or_random_scalar(bench *b, unsigned class, uint8_t *secret) {
    wf_p256_key key = b->key;
    if (class == 1) {
        CHECK_OK(wf_p256_generate(&key, &b->drbg));
    }
    memcpy(secret, &key, sizeof key);
}

/* Half as long: what a ladder that counts the scalar's bits would show at once. */
static void short_or_random_scalar(bench *b, unsigned class, uint8_t *secret) {
    fixed_or_random_scalar(b, 1, secret);
    if (class == 0) {
        memset(secret, 0, WF_P256_PRIVATE_LEN / 2);
    }
}

static void agree(bench *b) {
    wf_p256_key key;
    uint8_t shared[WF_P256_SHARED_LEN];
    memcpy(&key, b->secret, sizeof key);
    sink += wf_p256_ecdh(shared, &key, b->peer.public_key) != WF_OK;
}

static void sign(bench *b) {
    wf_p256_key key;
    uint8_t signature[WF_P256_SIGNATURE_LEN];
    memcpy(&key, b->secret, sizeof key);
    sink += wf_p256_sign(signature, &key, zero_hash, &b->drbg) != WF_OK;
}

static const operation operations[] = {
    {"compare", "equal tags / random ones", 512, equal_or_random, compare},
    {"open", "wrong first byte of a tag / wrong last one", 16, wrong_first_or_last, open_forged},
    {"derive", "one key / random ones", 8, fixed_or_random_key, derive},
    {"seal", "one key / random ones", 16, fixed_or_random_key, seal},
    {"agree", "one scalar / random ones", 1, fixed_or_random_scalar, agree},
    {"agree-short", "scalars of 128 bits / of 256", 1, short_or_random_scalar, agree},
    {"sign", "one key / random ones", 1, fixed_or_random_scalar, sign},
    {"control", "4,096 equal bytes / a comparison that stops early", 8, equal_or_random, compare_and_stop_early},
};

/* ---- measuring ---- */

typedef struct sample {
    double ns;
    unsigned class;
} sample;

typedef struct verdict {
    size_t samples;
    double mean[2], t; /* ns, without the slowest half per cent; the largest |t| of all cuts */
} verdict;

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double measure(bench *b, const operation *o, unsigned class, unsigned which) {
    struct timespec from, to; /* of this thread's own time, which others on the processor are no part of */
    memcpy(b->secret, b->pools[class][which], SECRET);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    for (unsigned i = 0; i < o->repeats; i++) {
        o->run(b);
    }
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    double ns = 1e9 * (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec);
    return ns / o->repeats;
}

static size_t collect(bench *b, const operation *o, double seconds, sample *samples) {
    size_t count = 0;
    double end = seconds_now() + seconds;
    for (unsigned class = 0; class < 2; class ++) {
        for (unsigned i = 0; i < POOL; i++) {
            o->fill(b, class, b->pools[class][i]);
        }
    }
    while (count < SAMPLES && !interrupted && (count < FEWEST || seconds_now() < end)) {
        uint8_t dice[2];
        random_bytes(b, dice, sizeof dice);
        unsigned class = dice[0] & 1;
        samples[count++] = (sample){measure(b, o, class, dice[1]), class};
    }
    return count;
}

static int by_time(const void *a, const void *b) {
    double left = ((const sample *)a)->ns, right = ((const sample *)b)->ns;
    return (left > right) - (left < right);
}

/* Welch's t of the `count` fastest measurements, by Welford's sums. */
static double welch(const sample *sorted, size_t count, double mean[2]) {
    double n[2] = {0, 0}, squares[2] = {0, 0};
    mean[0] = mean[1] = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned c = sorted[i].class;
        double delta = sorted[i].ns - mean[c];
        n[c] += 1;
        mean[c] += delta / n[c];
        squares[c] += delta * (sorted[i].ns - mean[c]);
    }
    if (n[0] < 2 || n[1] < 2) {
        return 0;
    }
    double spread = squares[0] / (n[0] * (n[0] - 1)) + squares[1] / (n[1] * (n[1] - 1));
    return spread > 0 ? (mean[0] - mean[1]) / sqrt(spread) : 0;
}

/* Interrupts only ever make a measurement longer, so the slow ones are cut off, at several places as in the paper. */
static verdict judge(sample *samples, size_t count) {
    verdict v = {.samples = count};
    double mean[2];
    qsort(samples, count, sizeof *samples, by_time);
    for (int cut = 0; cut < CUTS; cut++) {
        double t = fabs(welch(samples, (size_t)((double)count * (1 - pow(0.5, cut + 1))), mean));
        v.t = t > v.t ? t : v.t;
    }
    (void)welch(samples, count - count / 200, v.mean);
    return v;
}

/* ---- the table ---- */

static void usage(FILE *to) {
    fputs("usage: timing_secrets [SECONDS [OPERATION...]]\n"
          "Measures each operation for SECONDS (10) with two classes of secrets. |t| over 4.5 says that their times "
          "differ.\n"
          "operations:",
          to);
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        fprintf(to, " %s", operations[i].name);
    }
    fputc('\n', to);
}

static bool chosen(const operation *o, int count, char **names) {
    for (int i = 0; i < count; i++) {
        if (strcmp(names[i], o->name) == 0) {
            return true;
        }
    }
    return count == 0;
}

static bool known(const char *name) {
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        if (strcmp(name, operations[i].name) == 0) {
            return true;
        }
    }
    return false;
}

static wf_error entropy(void *context, uint8_t *out, size_t len) {
    uint64_t *state = context;
    for (size_t i = 0; i < len; i++) {
        *state = *state * 6364136223846793005u + 1442695040888963407u;
        out[i] = (uint8_t)(*state >> 56);
    }
    return WF_OK;
}

static bench *prepare(void) {
    static bench b;
    static uint64_t seed = 1;
    static const uint8_t key[WF_AES_KEY_LEN], plain[14];
    CHECK_OK(wf_crypto_start());
    CHECK_OK(wf_drbg_start(&b.drbg, (wf_entropy){entropy, &seed}, none, none));
    CHECK_OK(wf_p256_generate(&b.key, &b.drbg));
    CHECK_OK(wf_p256_generate(&b.peer, &b.drbg));
    CHECK_OK(wf_ccm_seal(b.sealed, key, nonce, WF_CCM_TAG_LEN, none, wf_bytes_of(plain, sizeof plain)));
    return &b;
}

static void report(const operation *o, verdict v) {
    printf("%-12s %9zu %12.1f %+10.2f %8.1f  %-9s %s\n", o->name, v.samples, v.mean[0], v.mean[1] - v.mean[0], v.t,
           v.t > SUSPICION ? "differ" : "the same", o->classes);
    fflush(stdout);
}

int main(int argc, char **argv) {
    char *rest = NULL;
    double seconds = argc > 1 ? strtod(argv[1], &rest) : 10;
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        usage(stdout);
        return 0;
    }
    for (int i = 2; i < argc; i++) {
        if (!known(argv[i])) {
            fprintf(stderr, "timing_secrets: no operation \"%s\"\n", argv[i]);
            usage(stderr);
            return 2;
        }
    }
    if (argc > 1 && (*rest != '\0' || !(seconds > 0 && seconds <= 86400))) {
        fprintf(stderr, "timing_secrets: \"%s\" is no number of seconds\n", argv[1]);
        usage(stderr);
        return 2;
    }
    struct sigaction action = {.sa_handler = interrupt};
    sigaction(SIGINT, &action, NULL);
    sample *samples = calloc(SAMPLES, sizeof *samples);
    CHECK(samples != NULL);
    bench *b = prepare();
    printf("%-12s %9s %12s %10s %8s  %-9s %s\n", "operation", "measured", "ns", "other, ns", "|t|", "times", "classes");
    for (size_t i = 0; i < sizeof operations / sizeof operations[0] && !interrupted; i++) {
        if (chosen(&operations[i], argc - 2, argv + 2)) {
            report(&operations[i], judge(samples, collect(b, &operations[i], seconds, samples)));
        }
    }
    free(samples);
    return interrupted ? 130 : 0;
}

/* What the doctor finds of a host whose clock or cryptographic library is wrong. Both stand in for the real ones here,
 * in the program's own symbols, which come before those of shared libraries. */
#define _GNU_SOURCE
#include "check.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <warifu/clock.h>
#include <warifu/crypto.h>
#include <warifu/doctor.h>

static bool clock_fails, hash_lies;
static int64_t wall; /* 0: the real one */

int clock_gettime(clockid_t clock, struct timespec *out) {
    if (clock == CLOCK_REALTIME && (clock_fails || wall != 0)) {
        *out = (struct timespec){.tv_sec = (time_t)wall};
        return clock_fails ? -1 : 0;
    }
    return (int)syscall(SYS_clock_gettime, clock, out);
}

typedef int sha256_end(void *state, unsigned char *out);
sha256_end sha256_done; /* of libtomcrypt */

int sha256_done(void *state, unsigned char *out) {
    sha256_end *real;
    void *symbol = dlsym(RTLD_NEXT, "sha256_done");
    memcpy(&real, &symbol, sizeof real);
    int result = real(state, out);
    out[0] ^= hash_lies;
    return result;
}

static wf_doctor doctor;

static const wf_finding *examined(wf_finding_kind kind) {
    const wf_doctor_config config = {.udp = {.port = 36100}};
    (void)wf_doctor_examine(&doctor, &config);
    for (size_t i = 0; i < doctor.count; i++) {
        if (doctor.findings[i].kind == kind) {
            return &doctor.findings[i];
        }
    }
    return NULL;
}

static void a_clock_before_this_software_or_after_its_certificates_is_found(void) {
    static const int64_t wrong[] = {1, 1767225599, 2524608000};
    CHECK(examined(WF_FINDING_CLOCK) == NULL);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char said[32];
        wall = wrong[i];
        const wf_finding *finding = examined(WF_FINDING_CLOCK);
        snprintf(said, sizeof said, "says %lld seconds", (long long)wrong[i]);
        CHECK(finding != NULL && strstr(finding->detail, said) != NULL);
    }
    wall = 1767225600;
    CHECK(examined(WF_FINDING_CLOCK) == NULL);
}

static void a_clock_that_can_not_be_read_is_found(void) {
    clock_fails = true;
    CHECK(examined(WF_FINDING_CLOCK) != NULL);
}

static void a_library_that_computes_wrongly_is_found(void) {
    CHECK(examined(WF_FINDING_CRYPTO) == NULL);
    hash_lies = true;
    const wf_finding *finding = examined(WF_FINDING_CRYPTO);
    CHECK(finding != NULL && finding->severity == WF_SEVERITY_PROBLEM);
    CHECK(wf_crypto_start() == WF_ERROR_BACKEND);
}

#define CASE(name) \
    { #name, name }
static const check_case cases[] = {
    CASE(a_clock_before_this_software_or_after_its_certificates_is_found),
    CASE(a_clock_that_can_not_be_read_is_found),
    CASE(a_library_that_computes_wrongly_is_found),
};

CHECK_MAIN(cases)

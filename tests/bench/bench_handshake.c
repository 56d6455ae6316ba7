/* Datagrams and bytes (UDP payload) of a pairing and of a later meeting, beside DTLS 1.2 with the same certificates. */
#include "bench.h"

#include "meeting.h"

enum { DTLS_MEETINGS = 32 };

static uint8_t type_of(const world_datagram *d) {
    return d->len > WF_DA_HEADER_LEN && d->bytes[1] == WF_EHD2_ARBITRARY ? d->bytes[4] : 0;
}

static bool is_handshake(uint8_t type) {
    return (type >= WF_DA_MESSAGE_1 && type <= WF_DA_MESSAGE_4) || type == WF_DA_WAKE;
}

/* Of Device Authentication in the log up to the first `last`: the handshake alone, which a WAKE may begin, or all. */
static dtls_traffic heard(const world *w, uint8_t last, bool alone) {
    dtls_traffic t = {0};
    for (unsigned i = 0; i < w->log_count; i++) {
        uint8_t type = type_of(&w->log[i]);
        if (type != 0 && (is_handshake(type) || !alone)) {
            t.datagrams++;
            t.bytes[w->log[i].from == DEVICE] += (unsigned)w->log[i].len;
        }
        if (type == last) {
            return t;
        }
    }
    bench_die("bench_handshake: the handshake did not end");
    return t;
}

/* The mean of several: the DER of its signatures varies by a few bytes. */
static dtls_traffic mean(const dtls_library *library, dtls *d, bool resumed) {
    dtls_traffic sum = {0}, one;
    for (unsigned i = 0; i < DTLS_MEETINGS; i++) {
        library->part(library->meet(d, resumed, &one));
        sum.datagrams += one.datagrams;
        sum.bytes[0] += one.bytes[0];
        sum.bytes[1] += one.bytes[1];
    }
    const unsigned half = DTLS_MEETINGS / 2;
    return (dtls_traffic){(sum.datagrams + half) / DTLS_MEETINGS,
                          {(sum.bytes[0] + half) / DTLS_MEETINGS, (sum.bytes[1] + half) / DTLS_MEETINGS}};
}

/* What is shown of one length of certificates: who is the yardstick, and what stands behind each figure's name. */
typedef struct shown {
    const char *suffix, *full, *resumed;
    bool has_bounds;
} shown;

static void show(const shown *s, const char *what, dtls_traffic ours, const dtls_traffic *theirs, bool resumed,
                 const char *reach) {
    char datagrams[64], bytes[64];
    (void)snprintf(datagrams, sizeof datagrams, "%s.datagrams%s", what, s->suffix);
    (void)snprintf(bytes, sizeof bytes, "%s.bytes%s", what, s->suffix);
    const char *against = resumed ? s->resumed : s->full;
    bool compared = theirs->datagrams != 0;
    fprintf(stderr, "%s by who begins + who answers: %u + %u, DTLS %u + %u\n", bytes, ours.bytes[0], ours.bytes[1],
            theirs->bytes[0], theirs->bytes[1]);
    bench_print((bench_row){datagrams, "datagrams", ours.datagrams, compared ? theirs->datagrams : BENCH_NONE, against,
                            s->has_bounds && !resumed && reach != NULL ? "ours <= 6" : NULL});
    bench_print((bench_row){bytes, "B", ours.bytes[0] + ours.bytes[1],
                            compared ? theirs->bytes[0] + theirs->bytes[1] : BENCH_NONE, against,
                            s->has_bounds ? reach : NULL});
}

static void meet_again(world *w, unsigned who_restarts) {
    world_stop(w, who_restarts);
    world_start(w, who_restarts);
    w->log_count = 0;
    world_run(w, 30000); /* they do it by themselves */
    wf_request_id get = world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0xB3, wf_bytes_of(NULL, 0));
    world_run(w, 60000);
    CHECK_OK(world_outcome(w, CONTROLLER, get)->error);
}

static void measure(const shown *s, size_t certificate) {
    world *w = meeting_new(certificate);
    const dtls_library *library = &dtls_openssl;
    dtls *d = meeting_dtls(w, library);
    dtls_traffic full = {0}, resumed = {0};
    if (d != NULL) {
        full = mean(library, d, false);
        resumed = mean(library, d, true);
        library->close(d);
    }
    meeting_pair(w);
    show(s, "pairing", heard(w, WF_DA_MESSAGE_4, true), &full, false, "ours <= 1300");
    show(s, "pairing.whole", heard(w, WF_DA_ANSWER, false), &full, false, NULL);
    meet_again(w, CONTROLLER);
    show(s, "again.controller", heard(w, WF_DA_MESSAGE_4, true), &resumed, true, "ours <= 420");
    meet_again(w, DEVICE);
    show(s, "again.device", heard(w, WF_DA_MESSAGE_4, true), &resumed, true, NULL);
    world_end(w);
}

int main(int argc, char **argv) {
    (void)bench_is_short(argc, argv,
                         "Datagrams and bytes of a pairing (the handshake; whole: with HELLO, CONFIRM and CONFIRMED)\n"
                         "and of a later meeting after the controller or the device has restarted.");
    char full[96], resumed[96];
    (void)snprintf(full, sizeof full, "%s, with cookie", dtls_openssl.name);
    (void)snprintf(resumed, sizeof resumed, "%s, resumed by session id, with cookie", dtls_openssl.name);
    if (dtls_openssl.open == NULL) {
        (void)snprintf(full, sizeof full, "%s", dtls_openssl.name);
        (void)snprintf(resumed, sizeof resumed, "%s", dtls_openssl.name);
    }
    measure(&(shown){"", full, resumed, true}, MEETING_CERTIFICATE_LEN);
    measure(&(shown){".unnamed", full, resumed, false}, 0);
    return 0;
}

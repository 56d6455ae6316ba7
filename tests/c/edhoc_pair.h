/* Two sides of EDHOC in memory, with fixed keys and certificates (which are opaque to EDHOC) and a counting entropy
 * source, so that every run is the same one. */
#ifndef WARIFU_TEST_EDHOC_PAIR_H
#define WARIFU_TEST_EDHOC_PAIR_H

#include <warifu/edhoc.h>

#include "check.h"

typedef struct side {
    wf_edhoc run;
    wf_edhoc_config config;
    wf_p256_key key;
    wf_drbg drbg;
    uint8_t certificates[WF_EDHOC_CHAIN_LEN][WF_EDHOC_CERTIFICATE_LEN];
    wf_bytes chain[WF_EDHOC_CHAIN_LEN];
    wf_edhoc_id id;
    const wf_edhoc_ead *send; /* in each message, or NULL */
    wf_edhoc_credential peer; /* as read */
    wf_edhoc_ead ead;         /* the latest one read */
} side;

typedef struct pair {
    side i, r;
    uint8_t bytes[5][WF_EDHOC_MESSAGE_LEN];
    wf_bytes message[5]; /* 1 to 4 */
} pair;

static inline wf_error pair_fill(void *context, uint8_t *out, size_t len) {
    uint8_t *next = context;
    for (size_t i = 0; i < len; i++) {
        out[i] = (*next)++;
    }
    return WF_OK;
}

static inline void side_start(side *s, uint8_t who) {
    static uint8_t count;
    static bool started;
    memset(s, 0, sizeof *s);
    if (!started) {
        CHECK_OK(wf_crypto_start());
        started = true;
    }
    CHECK_OK(wf_drbg_start(&s->drbg, (wf_entropy){pair_fill, &count}, wf_bytes_of(&who, 1), wf_bytes_of(NULL, 0)));
    uint8_t scalar[WF_P256_PRIVATE_LEN] = {[31] = who};
    CHECK_OK(wf_p256_from_private(&s->key, scalar));
    for (size_t i = 0; i < WF_EDHOC_CHAIN_LEN; i++) {
        memset(s->certificates[i], who + (int)i, sizeof s->certificates[i]);
        s->chain[i] = wf_bytes_of(s->certificates[i], 300 + 10 * i);
    }
    s->id = (wf_edhoc_id){{who}, 1};
    s->config = (wf_edhoc_config){.signer = wf_signer_of(&s->key),
                                  .chain = s->chain,
                                  .chain_len = 1,
                                  .send_as = WF_EDHOC_X5T,
                                  .drbg = &s->drbg,
                                  .peer_low_s = true};
}

static inline void pair_start(pair *p) {
    memset(p, 0, sizeof *p);
    side_start(&p->i, 0x51);
    side_start(&p->r, 0x52);
}

static inline wf_writer pair_out(pair *p, unsigned n) {
    return wf_writer_of(p->bytes[n], sizeof p->bytes[n]);
}

static inline wf_error pair_keep(pair *p, unsigned n, const wf_writer *w, wf_error error) {
    p->message[n] = wf_bytes_of(p->bytes[n], error == WF_OK ? w->len : 0);
    return error;
}

/* The half steps by name; a message is written to and read from its place in the pair. */
static inline wf_error pair_write_1(pair *p, wf_edhoc_suite suite) {
    wf_writer w = pair_out(p, 1);
    return pair_keep(p, 1, &w, wf_edhoc_write_1(&p->i.run, &p->i.config, suite, &p->i.id, p->i.send, &w));
}

static inline wf_error pair_read_1(pair *p) {
    return wf_edhoc_read_1(&p->r.run, &p->r.config, p->message[1], &p->r.ead);
}

static inline wf_error pair_write_2(pair *p) {
    wf_writer w = pair_out(p, 2);
    return pair_keep(p, 2, &w, wf_edhoc_write_2(&p->r.run, &p->r.id, p->r.send, &w));
}

static inline wf_error pair_read_2(pair *p) {
    return wf_edhoc_read_2(&p->i.run, p->message[2], &p->i.peer, &p->i.ead);
}

static inline wf_error pair_accept_2(pair *p) {
    return wf_edhoc_accept_2(&p->i.run, p->r.chain[0], p->r.key.public_key);
}

static inline wf_error pair_write_3(pair *p) {
    wf_writer w = pair_out(p, 3);
    return pair_keep(p, 3, &w, wf_edhoc_write_3(&p->i.run, p->i.send, &w));
}

static inline wf_error pair_read_3(pair *p) {
    return wf_edhoc_read_3(&p->r.run, p->message[3], &p->r.peer, &p->r.ead);
}

static inline wf_error pair_accept_3(pair *p) {
    return wf_edhoc_accept_3(&p->r.run, p->i.chain[0], p->i.key.public_key);
}

static inline wf_error pair_write_4(pair *p) {
    wf_writer w = pair_out(p, 4);
    return pair_keep(p, 4, &w, wf_edhoc_write_4(&p->r.run, p->r.send, &w));
}

static inline wf_error pair_read_4(pair *p) {
    return wf_edhoc_read_4(&p->i.run, p->message[4], &p->i.ead);
}

/* Goes on until message `last` is written: 1 to 4; 5 reads message_4 too. */
static inline void pair_advance(pair *p, wf_edhoc_suite suite, unsigned last) {
    CHECK_OK(pair_write_1(p, suite));
    if (last >= 2) {
        CHECK_OK(pair_read_1(p));
        CHECK_OK(pair_write_2(p));
    }
    if (last >= 3) {
        CHECK_OK(pair_read_2(p));
        CHECK_OK(pair_accept_2(p));
        CHECK_OK(pair_write_3(p));
    }
    if (last >= 4) {
        CHECK_OK(pair_read_3(p));
        CHECK_OK(pair_accept_3(p));
        CHECK_OK(pair_write_4(p));
    }
    if (last >= 5) {
        CHECK_OK(pair_read_4(p));
    }
}

/* A failed run keeps nothing but that it failed. */
static inline bool run_is_wiped(const wf_edhoc *run) {
    wf_edhoc copy = *run;
    copy.state = WF_EDHOC_IDLE;
    const uint8_t *at = (const uint8_t *)&copy;
    for (size_t i = 0; i < sizeof copy; i++) {
        if (at[i] != 0) {
            return false;
        }
    }
    return run->state == WF_EDHOC_FAILED;
}

#endif

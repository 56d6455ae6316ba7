#include "bench.h"

#include "dtls.h"

#ifdef BENCH_MBEDTLS
#include <mbedtls/version.h>
#endif

#if !defined(BENCH_MBEDTLS) || MBEDTLS_VERSION_MAJOR != 2
const dtls_library dtls_mbedtls = {.name = "mbedTLS 2.28 not installed"};
#else

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_cookie.h>

enum { DATAGRAMS = 8 };

typedef struct wire {
    struct {
        size_t len;
        uint8_t bytes[DTLS_MTU];
    } datagrams[DATAGRAMS];
    unsigned put, got;
} wire;

typedef struct side {
    mbedtls_ssl_config config;
    mbedtls_x509_crt own, root;
    mbedtls_pk_context key;
} side;

struct dtls {
    side sides[2];
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context random;
    mbedtls_ssl_cookie_ctx cookies;
    wire wires[2]; /* of all pairs: one talks at a time */
};

typedef struct end {
    mbedtls_ssl_context ssl;
    bool timer_runs;
    wire *out, *in;
    unsigned bytes, datagrams;
} end;

struct dtls_pair {
    end ends[2];
};

static void must(int error) {
    if (error != 0) {
        fprintf(stderr, "mbedTLS: -0x%04x\n", (unsigned)-error);
        exit(1);
    }
}

static int put(void *context, const unsigned char *bytes, size_t len) {
    end *e = context;
    must(e->out->put - e->out->got == DATAGRAMS || len > DTLS_MTU);
    unsigned place = e->out->put++ % DATAGRAMS;
    e->out->datagrams[place].len = len;
    memcpy(e->out->datagrams[place].bytes, bytes, len);
    e->bytes += (unsigned)len;
    e->datagrams++;
    return (int)len;
}

static int get(void *context, unsigned char *out, size_t capacity) {
    end *e = context;
    if (e->in->got == e->in->put) {
        return MBEDTLS_ERR_SSL_WANT_READ;
    }
    unsigned place = e->in->got++ % DATAGRAMS;
    size_t len = e->in->datagrams[place].len;
    must(len > capacity);
    memcpy(out, e->in->datagrams[place].bytes, len);
    return (int)len;
}

/* Nothing is lost, so that no timer ever ends. */
static void set_timer(void *context, uint32_t middle, uint32_t last) {
    (void)middle;
    *(bool *)context = last != 0;
}

static int get_timer(void *context) {
    return *(bool *)context ? 0 : -1;
}

/* The certificates are of another day than this one. */
static int ignore_date(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags) {
    (void)context, (void)certificate, (void)depth;
    *flags &= ~(uint32_t)(MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE);
    return 0;
}

static void take_key(mbedtls_pk_context *out, const wf_p256_key *key) {
    uint8_t point[1 + WF_P256_PUBLIC_LEN] = {4};
    memcpy(point + 1, key->public_key, WF_P256_PUBLIC_LEN);
    mbedtls_pk_init(out);
    must(mbedtls_pk_setup(out, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)));
    mbedtls_ecp_keypair *pair = mbedtls_pk_ec(*out);
    must(mbedtls_ecp_group_load(&pair->grp, MBEDTLS_ECP_DP_SECP256R1));
    must(mbedtls_mpi_read_binary(&pair->d, key->private_key, WF_P256_PRIVATE_LEN));
    must(mbedtls_ecp_point_read_binary(&pair->grp, &pair->Q, point, sizeof point));
}

static void configure(dtls *d, int which, const dtls_side *from) {
    static const mbedtls_ecp_group_id curves[] = {MBEDTLS_ECP_DP_SECP256R1, MBEDTLS_ECP_DP_NONE};
    static const int hashes[] = {MBEDTLS_MD_SHA256, MBEDTLS_MD_NONE};
    static const int suites[] = {MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_CCM, 0};
    side *s = &d->sides[which];
    mbedtls_x509_crt_init(&s->own);
    mbedtls_x509_crt_init(&s->root);
    must(mbedtls_x509_crt_parse_der(&s->own, from->certificate.at, from->certificate.len));
    must(mbedtls_x509_crt_parse_der(&s->root, from->root.at, from->root.len));
    take_key(&s->key, from->key);
    mbedtls_ssl_config_init(&s->config);
    must(mbedtls_ssl_config_defaults(&s->config, which == DTLS_SERVER ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
                                     MBEDTLS_SSL_TRANSPORT_DATAGRAM, MBEDTLS_SSL_PRESET_DEFAULT));
    must(mbedtls_ssl_conf_own_cert(&s->config, &s->own, &s->key));
    mbedtls_ssl_conf_ca_chain(&s->config, &s->root, NULL);
    mbedtls_ssl_conf_authmode(&s->config, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_verify(&s->config, ignore_date, NULL);
    mbedtls_ssl_conf_min_version(&s->config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
    mbedtls_ssl_conf_ciphersuites(&s->config, suites);
    mbedtls_ssl_conf_curves(&s->config, curves);
    mbedtls_ssl_conf_sig_hashes(&s->config, hashes);
    mbedtls_ssl_conf_rng(&s->config, mbedtls_ctr_drbg_random, &d->random);
    if (which == DTLS_SERVER) {
        mbedtls_ssl_conf_dtls_cookies(&s->config, mbedtls_ssl_cookie_write, mbedtls_ssl_cookie_check, &d->cookies);
    } else {
        mbedtls_ssl_conf_session_tickets(&s->config, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
    }
}

static dtls *open_sides(const dtls_side sides[static 2]) {
    dtls *d = calloc(1, sizeof *d);
    must(d == NULL);
    mbedtls_entropy_init(&d->entropy);
    mbedtls_ctr_drbg_init(&d->random);
    must(mbedtls_ctr_drbg_seed(&d->random, mbedtls_entropy_func, &d->entropy, NULL, 0));
    mbedtls_ssl_cookie_init(&d->cookies);
    must(mbedtls_ssl_cookie_setup(&d->cookies, mbedtls_ctr_drbg_random, &d->random));
    configure(d, DTLS_CLIENT, &sides[DTLS_CLIENT]);
    configure(d, DTLS_SERVER, &sides[DTLS_SERVER]);
    return d;
}

static void name_client(end *e) {
    must(mbedtls_ssl_set_client_transport_id(&e->ssl, (const unsigned char *)"192.0.2.1", 9));
}

static void begin(dtls *d, end *e, int which) {
    e->out = &d->wires[which];
    e->in = &d->wires[!which];
    mbedtls_ssl_init(&e->ssl);
    must(mbedtls_ssl_setup(&e->ssl, &d->sides[which].config));
    mbedtls_ssl_set_bio(&e->ssl, e, put, get, NULL);
    mbedtls_ssl_set_timer_cb(&e->ssl, &e->timer_runs, set_timer, get_timer);
    mbedtls_ssl_set_mtu(&e->ssl, DTLS_MTU);
    if (which == DTLS_SERVER) {
        name_client(e);
    }
}

/* Has this side come to the end of the handshake? */
static bool step(end *e) {
    int error = mbedtls_ssl_handshake(&e->ssl);
    if (error == MBEDTLS_ERR_SSL_HELLO_VERIFY_REQUIRED) {
        must(mbedtls_ssl_session_reset(&e->ssl));
        name_client(e);
    } else if (error != MBEDTLS_ERR_SSL_WANT_READ) {
        must(error);
    }
    return error == 0;
}

static dtls_pair *meet(dtls *d, bool resume, dtls_traffic *traffic) {
    dtls_pair *pair = calloc(1, sizeof *pair);
    must(pair == NULL || resume);
    for (int which = 0; which < 2; which++) {
        begin(d, &pair->ends[which], which);
    }
    bool done[2] = {false, false};
    for (unsigned at = 0; !done[0] || !done[1]; at++) {
        must(at == DTLS_STEPS);
        done[at % 2] = done[at % 2] || step(&pair->ends[at % 2]);
    }
    const end *e = pair->ends;
    *traffic = (dtls_traffic){e[0].datagrams + e[1].datagrams, {e[0].bytes, e[1].bytes}};
    return pair;
}

static size_t talk(dtls_pair *pair) {
    static const uint8_t text[DTLS_RECORD_LEN];
    uint8_t heard[DTLS_MTU];
    unsigned before = pair->ends[DTLS_CLIENT].bytes;
    must(mbedtls_ssl_write(&pair->ends[DTLS_CLIENT].ssl, text, sizeof text) != sizeof text);
    must(mbedtls_ssl_read(&pair->ends[DTLS_SERVER].ssl, heard, sizeof heard) != sizeof text);
    return pair->ends[DTLS_CLIENT].bytes - before;
}

static void part(dtls_pair *pair) {
    mbedtls_ssl_free(&pair->ends[0].ssl);
    mbedtls_ssl_free(&pair->ends[1].ssl);
    free(pair);
}

static void close_sides(dtls *d) {
    for (int which = 0; which < 2; which++) {
        mbedtls_ssl_config_free(&d->sides[which].config);
        mbedtls_x509_crt_free(&d->sides[which].own);
        mbedtls_x509_crt_free(&d->sides[which].root);
        mbedtls_pk_free(&d->sides[which].key);
    }
    mbedtls_ssl_cookie_free(&d->cookies);
    mbedtls_ctr_drbg_free(&d->random);
    mbedtls_entropy_free(&d->entropy);
    free(d);
}

const dtls_library dtls_mbedtls = {
    .name = "DTLS 1.2 of mbedTLS " MBEDTLS_VERSION_STRING,
    .open = open_sides,
    .meet = meet,
    .talk = talk,
    .part = part,
    .close = close_sides,
};
#endif

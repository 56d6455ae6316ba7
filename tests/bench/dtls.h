/* A DTLS 1.2 handshake of OpenSSL in memory, as yardstick: ECDHE-ECDSA-AES128-CCM, both sides with a certificate, the
 * address confirmed by a cookie (RFC 6347 section 4.2.1). Counts what either side sends. */
#ifndef WARIFU_BENCH_DTLS_H
#define WARIFU_BENCH_DTLS_H

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/ssl.h>

#include "world.h"

enum { DTLS_MTU = 1400, DTLS_ROUNDS = 32 };

typedef struct traffic {
    unsigned datagrams, bytes[2]; /* bytes by side: 0 who begins, 1 who answers */
} traffic;

typedef struct dtls {
    SSL_CTX *sides[2];
    SSL_SESSION *session; /* to be resumed; NULL: none */
} dtls;

static inline void dtls_must(int went_well) {
    if (!went_well) {
        ERR_print_errors_fp(stderr);
        exit(1);
    }
}

/* Nobody else is there, so that any cookie will do; it is as long as that of the profile. */
static inline int dtls_make_cookie(SSL *ssl, unsigned char *out, unsigned *len) {
    (void)ssl;
    memset(out, 0xC0, WF_DA_COOKIE_LEN);
    *len = WF_DA_COOKIE_LEN;
    return 1;
}

static inline int dtls_check_cookie(SSL *ssl, const unsigned char *cookie, unsigned len) {
    (void)ssl;
    return len == WF_DA_COOKIE_LEN && cookie[0] == 0xC0;
}

static inline EVP_PKEY *dtls_key(const wf_p256_key *key) {
    uint8_t point[1 + WF_P256_PUBLIC_LEN] = {4};
    memcpy(point + 1, key->public_key, WF_P256_PUBLIC_LEN);
    BIGNUM *number = BN_bin2bn(key->private_key, WF_P256_PRIVATE_LEN, NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    dtls_must(OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0));
    dtls_must(OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point));
    dtls_must(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, number));
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EVP_PKEY *out = NULL;
    dtls_must(EVP_PKEY_fromdata_init(context) == 1);
    dtls_must(EVP_PKEY_fromdata(context, &out, EVP_PKEY_KEYPAIR, parameters) == 1);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(build);
    BN_free(number);
    return out;
}

static inline X509 *dtls_certificate(wf_bytes der) {
    const unsigned char *at = der.at;
    X509 *out = d2i_X509(NULL, &at, (long)der.len);
    dtls_must(out != NULL);
    return out;
}

static inline SSL_CTX *dtls_side(const world *w, unsigned node) {
    SSL_CTX *c = SSL_CTX_new(DTLS_method());
    dtls_must(c != NULL && SSL_CTX_set_min_proto_version(c, DTLS1_2_VERSION) &&
              SSL_CTX_set_max_proto_version(c, DTLS1_2_VERSION));
    dtls_must(SSL_CTX_set_cipher_list(c, "ECDHE-ECDSA-AES128-CCM") && SSL_CTX_set1_groups_list(c, "P-256") &&
              SSL_CTX_set1_sigalgs_list(c, "ECDSA+SHA256"));
    X509 *own = dtls_certificate(w->nodes[node].chain[0]), *root = dtls_certificate(w->anchors[0]);
    EVP_PKEY *key = dtls_key(&w->nodes[node].key);
    dtls_must(SSL_CTX_use_certificate(c, own) && SSL_CTX_use_PrivateKey(c, key));
    dtls_must(X509_STORE_add_cert(SSL_CTX_get_cert_store(c), root));
    X509_free(own);
    X509_free(root);
    EVP_PKEY_free(key);
    X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(c), WORLD_DATE);
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_mode(c, SSL_MODE_NO_AUTO_CHAIN); /* the root is known on both sides */
    SSL_CTX_set_options(c, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_COOKIE_EXCHANGE);
    SSL_CTX_set_cookie_generate_cb(c, dtls_make_cookie);
    SSL_CTX_set_cookie_verify_cb(c, dtls_check_cookie);
    dtls_must(SSL_CTX_set_session_id_context(c, (const unsigned char *)"bench", 5));
    return c;
}

static inline dtls dtls_between(const world *w, unsigned client, unsigned server) {
    return (dtls){{dtls_side(w, client), dtls_side(w, server)}, NULL};
}

/* Every write of DTLS is a datagram. */
static inline long dtls_count(BIO *bio, int operation, const char *data, size_t len, int i, long l, int result,
                              size_t *processed) {
    (void)data, (void)len, (void)i, (void)l;
    if (operation == (BIO_CB_WRITE | BIO_CB_RETURN) && result > 0) {
        unsigned *bytes = (unsigned *)(void *)BIO_get_callback_arg(bio);
        bytes[0] += (unsigned)*processed;
        bytes[1]++;
    }
    return result;
}

/* One handshake, resumed where there is a session; leaves a session to be resumed. */
static inline traffic dtls_handshake(dtls *d) {
    unsigned counts[2][2] = {{0}};
    BIO *wires[2] = {BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem())};
    SSL *ends[2];
    for (int side = 0; side < 2; side++) {
        BIO_set_mem_eof_return(wires[side], -1);
        BIO_set_callback_ex(wires[side], dtls_count);
        BIO_set_callback_arg(wires[side], (char *)(void *)counts[side]);
        ends[side] = SSL_new(d->sides[side]);
        SSL_set_mtu(ends[side], DTLS_MTU);
    }
    for (int side = 0; side < 2; side++) {
        dtls_must(BIO_up_ref(wires[side]) && BIO_up_ref(wires[!side]));
        SSL_set0_wbio(ends[side], wires[side]);
        SSL_set0_rbio(ends[side], wires[!side]);
    }
    SSL_set_connect_state(ends[0]);
    SSL_set_accept_state(ends[1]);
    dtls_must(d->session == NULL || SSL_set_session(ends[0], d->session));
    int done[2] = {0};
    for (unsigned step = 0; !done[0] || !done[1]; step++) {
        dtls_must(step < 40);
        int got = SSL_do_handshake(ends[step % 2]);
        dtls_must(got == 1 || SSL_get_error(ends[step % 2], got) == SSL_ERROR_WANT_READ);
        done[step % 2] = got == 1;
    }
    dtls_must(!d->session == !SSL_session_reused(ends[0]));
    SSL_SESSION_free(d->session);
    d->session = SSL_get1_session(ends[0]);
    for (int side = 0; side < 2; side++) {
        SSL_set_shutdown(ends[side], SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN); /* or the session would be dropped */
        SSL_free(ends[side]);
        BIO_free(wires[side]);
    }
    return (traffic){counts[0][1] + counts[1][1], {counts[0][0], counts[1][0]}};
}

/* The mean of several: the DER of a signature varies by a few bytes. */
static inline traffic dtls_mean(dtls *d, bool resumed) {
    traffic sum = {0};
    for (unsigned i = 0; i < DTLS_ROUNDS; i++) {
        if (!resumed) {
            SSL_SESSION_free(d->session);
            d->session = NULL;
        }
        traffic t = dtls_handshake(d);
        sum.datagrams += t.datagrams;
        sum.bytes[0] += t.bytes[0];
        sum.bytes[1] += t.bytes[1];
    }
    unsigned half = DTLS_ROUNDS / 2;
    return (traffic){(sum.datagrams + half) / DTLS_ROUNDS,
                     {(sum.bytes[0] + half) / DTLS_ROUNDS, (sum.bytes[1] + half) / DTLS_ROUNDS}};
}

static inline void dtls_end(dtls *d) {
    SSL_SESSION_free(d->session);
    SSL_CTX_free(d->sides[0]);
    SSL_CTX_free(d->sides[1]);
}

#endif

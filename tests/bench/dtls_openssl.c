#include "bench.h"

#include "dtls.h"

#ifndef BENCH_OPENSSL
const dtls_library dtls_openssl = {.name = "OpenSSL not installed"};
#else

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/ssl.h>

enum { COOKIE_LEN = 16 };

struct dtls {
    SSL_CTX *sides[2];
    SSL_SESSION *session; /* of the last handshake; NULL: none */
};

struct dtls_pair {
    SSL *ends[2];
    unsigned counts[2][2]; /* of each side: bytes, datagrams */
};

static void must(int went_well) {
    if (!went_well) {
        ERR_print_errors_fp(stderr);
        bench_die("OpenSSL failed");
    }
}

/* Nobody else is there, so that any cookie will do; it is as long as ours. */
static int make_cookie(SSL *ssl, unsigned char *out, unsigned *len) {
    (void)ssl;
    memset(out, 0xC0, COOKIE_LEN);
    *len = COOKIE_LEN;
    return 1;
}

static int check_cookie(SSL *ssl, const unsigned char *cookie, unsigned len) {
    (void)ssl;
    return len == COOKIE_LEN && cookie[0] == 0xC0;
}

static EVP_PKEY *key_of(const wf_p256_key *key) {
    uint8_t point[1 + WF_P256_PUBLIC_LEN] = {4};
    memcpy(point + 1, key->public_key, WF_P256_PUBLIC_LEN);
    BIGNUM *number = BN_bin2bn(key->private_key, WF_P256_PRIVATE_LEN, NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    must(OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0));
    must(OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point));
    must(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, number));
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EVP_PKEY *out = NULL;
    must(EVP_PKEY_fromdata_init(context) == 1);
    must(EVP_PKEY_fromdata(context, &out, EVP_PKEY_KEYPAIR, parameters) == 1);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(build);
    BN_free(number);
    return out;
}

static X509 *certificate_of(wf_bytes der) {
    const unsigned char *at = der.at;
    X509 *out = d2i_X509(NULL, &at, (long)der.len);
    must(out != NULL);
    return out;
}

static SSL_CTX *side_of(const dtls_side *side) {
    SSL_CTX *c = SSL_CTX_new(DTLS_method());
    must(c != NULL && SSL_CTX_set_min_proto_version(c, DTLS1_2_VERSION) &&
         SSL_CTX_set_max_proto_version(c, DTLS1_2_VERSION));
    must(SSL_CTX_set_cipher_list(c, "ECDHE-ECDSA-AES128-CCM") && SSL_CTX_set1_groups_list(c, "P-256") &&
         SSL_CTX_set1_sigalgs_list(c, "ECDSA+SHA256"));
    X509 *own = certificate_of(side->certificate), *root = certificate_of(side->root);
    EVP_PKEY *key = key_of(side->key);
    must(SSL_CTX_use_certificate(c, own) && SSL_CTX_use_PrivateKey(c, key));
    must(X509_STORE_add_cert(SSL_CTX_get_cert_store(c), root));
    X509_free(own);
    X509_free(root);
    EVP_PKEY_free(key);
    X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(c), (time_t)side->date);
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_mode(c, SSL_MODE_NO_AUTO_CHAIN); /* the root is known on both sides */
    SSL_CTX_set_options(c, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_COOKIE_EXCHANGE);
    SSL_CTX_set_cookie_generate_cb(c, make_cookie);
    SSL_CTX_set_cookie_verify_cb(c, check_cookie);
    must(SSL_CTX_set_session_id_context(c, (const unsigned char *)"bench", 5));
    return c;
}

static dtls *open_sides(const dtls_side sides[static 2]) {
    dtls *d = calloc(1, sizeof *d);
    must(d != NULL);
    *d = (dtls){{side_of(&sides[DTLS_CLIENT]), side_of(&sides[DTLS_SERVER])}, NULL};
    return d;
}

/* Every write of DTLS is a datagram. */
static long count(BIO *bio, int operation, const char *data, size_t len, int i, long l, int result, size_t *processed) {
    (void)data, (void)len, (void)i, (void)l;
    if (operation == (BIO_CB_WRITE | BIO_CB_RETURN) && result > 0) {
        unsigned *counts = (unsigned *)(void *)BIO_get_callback_arg(bio);
        counts[0] += (unsigned)*processed;
        counts[1]++;
    }
    return result;
}

static dtls_pair *pair_of(const dtls *d) {
    dtls_pair *pair = calloc(1, sizeof *pair);
    BIO *wires[2] = {BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem())};
    must(pair != NULL && wires[0] != NULL && wires[1] != NULL);
    for (int side = 0; side < 2; side++) {
        BIO_set_mem_eof_return(wires[side], -1);
        BIO_set_callback_ex(wires[side], count);
        BIO_set_callback_arg(wires[side], (char *)(void *)pair->counts[side]);
        pair->ends[side] = SSL_new(d->sides[side]);
        SSL_set_mtu(pair->ends[side], DTLS_MTU);
    }
    for (int side = 0; side < 2; side++) {
        must(BIO_up_ref(wires[side]));
        SSL_set0_wbio(pair->ends[side], wires[side]);
        SSL_set0_rbio(pair->ends[side], wires[!side]);
    }
    SSL_set_connect_state(pair->ends[DTLS_CLIENT]);
    SSL_set_accept_state(pair->ends[DTLS_SERVER]);
    return pair;
}

static dtls_pair *meet(dtls *d, bool resume, dtls_traffic *traffic) {
    dtls_pair *pair = pair_of(d);
    if (!resume) {
        SSL_SESSION_free(d->session);
        d->session = NULL;
    }
    must(d->session == NULL || SSL_set_session(pair->ends[DTLS_CLIENT], d->session));
    bool done[2] = {false, false};
    for (unsigned step = 0; !done[0] || !done[1]; step++) {
        must(step < DTLS_STEPS);
        int got = SSL_do_handshake(pair->ends[step % 2]);
        must(got == 1 || SSL_get_error(pair->ends[step % 2], got) == SSL_ERROR_WANT_READ);
        done[step % 2] = got == 1;
    }
    must(resume == (SSL_session_reused(pair->ends[DTLS_CLIENT]) == 1));
    SSL_SESSION_free(d->session);
    d->session = SSL_get1_session(pair->ends[DTLS_CLIENT]);
    const unsigned(*c)[2] = (const unsigned(*)[2])pair->counts;
    *traffic = (dtls_traffic){c[0][1] + c[1][1], {c[0][0], c[1][0]}};
    return pair;
}

static size_t talk(dtls_pair *pair) {
    static const uint8_t text[DTLS_RECORD_LEN];
    uint8_t heard[DTLS_MTU];
    unsigned before = pair->counts[DTLS_CLIENT][0];
    must(SSL_write(pair->ends[DTLS_CLIENT], text, sizeof text) == sizeof text);
    must(SSL_read(pair->ends[DTLS_SERVER], heard, sizeof heard) == sizeof text);
    return pair->counts[DTLS_CLIENT][0] - before;
}

static void part(dtls_pair *pair) {
    for (int side = 0; side < 2; side++) { /* as if they had said goodbye, or the session could not be resumed */
        SSL_set_shutdown(pair->ends[side], SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        SSL_free(pair->ends[side]);
    }
    free(pair);
}

static void close_sides(dtls *d) {
    SSL_SESSION_free(d->session);
    SSL_CTX_free(d->sides[0]);
    SSL_CTX_free(d->sides[1]);
    free(d);
}

const dtls_library dtls_openssl = {
    .name = "DTLS 1.2 of OpenSSL " OPENSSL_VERSION_STR,
    .open = open_sides,
    .meet = meet,
    .talk = talk,
    .part = part,
    .close = close_sides,
};
#endif

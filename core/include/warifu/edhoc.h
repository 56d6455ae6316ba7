/* EDHOC (RFC 9528), unmodified: method 0 (both sides sign), cipher suites 3 and 2, credentials as X.509 certificates by
 * value (x5chain) or by hash (x5t), message_1 to message_4.
 *
 * Both roles work in half steps, so that the caller decides about credentials between them and nothing is called back:
 *
 *     Initiator                                   Responder
 *     wf_edhoc_write_1       ---- message_1 --->  wf_edhoc_read_1
 *     wf_edhoc_read_2        <--- message_2 ----  wf_edhoc_write_2
 *     (judge the peer's credential)
 *     wf_edhoc_accept_2
 *     wf_edhoc_write_3       ---- message_3 --->  wf_edhoc_read_3
 *                                                 (judge the peer's credential)
 *                                                 wf_edhoc_accept_3
 *     wf_edhoc_read_4        <--- message_4 ----  wf_edhoc_write_4
 *     wf_edhoc_export                             wf_edhoc_export
 *
 * A run begins as a zeroed struct. A call out of order fails with STATE and changes nothing. Any other failure ends the
 * run: the secrets are wiped and every further call fails with STATE until wf_edhoc_wipe. message_4 is mandatory.
 * Messages are datagram contents of at most WF_EDHOC_MESSAGE_LEN bytes; a written message that would be longer fails
 * with TOO_SMALL. Messages that are not deterministic CBOR fail with CBOR, those of another form than RFC 9528's or
 * this profile's (an ID_CRED of another kind, for one) with EDHOC_MESSAGE.
 */
#ifndef WARIFU_EDHOC_H
#define WARIFU_EDHOC_H

#include <warifu/signer.h>

WF_C_BEGIN

enum {
    WF_EDHOC_MESSAGE_LEN = 1200,
    WF_EDHOC_CHAIN_LEN = 2, /* certificates in an x5chain */
    WF_EDHOC_CERTIFICATE_LEN = 512,
    WF_EDHOC_ID_LEN = 8,   /* longest connection identifier taken from a peer */
    WF_X5T_LEN = 8,        /* SHA-256/64 (COSE -15), RFC 9360 */
    WF_EDHOC_EAD_COUNT = 4 /* EAD items taken in one message */
};

/* 3: AES-CCM-16-128-128 (tag 16), SHA-256, P-256, ES256. 2: the same with AES-CCM-16-64-128 (tag 8). */
typedef enum wf_edhoc_suite { WF_EDHOC_SUITE_2 = 2, WF_EDHOC_SUITE_3 = 3 } wf_edhoc_suite;

/* A connection identifier: 0 to 8 opaque bytes (RFC 9528 3.3.2 decides their encoding). */
typedef struct wf_edhoc_id {
    uint8_t bytes[WF_EDHOC_ID_LEN];
    uint8_t len;
} wf_edhoc_id;

/* How a side names its certificate: the chain itself, or the hash of its end certificate. */
typedef enum wf_edhoc_credential_kind { WF_EDHOC_X5CHAIN, WF_EDHOC_X5T } wf_edhoc_credential_kind;

/* ID_CRED_x as read from a peer. The views live until the next call on the run. */
typedef struct wf_edhoc_credential {
    wf_edhoc_credential_kind kind;
    wf_bytes chain[WF_EDHOC_CHAIN_LEN]; /* X5CHAIN: DER, end certificate first */
    size_t chain_len;
    uint8_t x5t[WF_X5T_LEN]; /* X5T */
} wf_edhoc_credential;

/* External authorization data (RFC 9528 3.8). `critical` is the sign of the label. An item that the caller doesn't
 * name in wf_edhoc_config.ead_known and that is critical ends the run with CRITICAL_EAD; others are passed on. Label 0
 * is padding: it can be written, never critical, and is dropped when read. So is an item that isn't critical and finds
 * no place in the table. Views read from message_1 point into that message, those of the others into the run, where
 * they live until its next call; what message_2 and message_3 say counts only after the accept call. */
typedef struct wf_edhoc_ead_item {
    uint16_t label;
    bool critical;
    bool has_value;
    wf_bytes value;
} wf_edhoc_ead_item;

typedef struct wf_edhoc_ead {
    wf_edhoc_ead_item items[WF_EDHOC_EAD_COUNT];
    size_t count;
} wf_edhoc_ead;

/* This side. Everything is borrowed and must outlive the run. */
typedef struct wf_edhoc_config {
    wf_signer signer;
    const wf_bytes *chain; /* own certificates, DER, end certificate first */
    size_t chain_len;      /* 1 or 2 */
    wf_edhoc_credential_kind send_as;
    wf_drbg *drbg;
    bool peer_low_s;              /* demand the smaller s in the peer's signature */
    const wf_edhoc_suite *suites; /* in order of preference */
    size_t suite_count;           /* 1 or 2; 0: suite 3, then 2 */
    const uint16_t *ead_known;    /* labels of critical items that the caller understands */
    size_t ead_known_count;
} wf_edhoc_config;

typedef enum wf_edhoc_state {
    WF_EDHOC_IDLE,
    WF_EDHOC_SENT_1,
    WF_EDHOC_READ_1,
    WF_EDHOC_SENT_2,
    WF_EDHOC_READ_2,
    WF_EDHOC_ACCEPTED_2,
    WF_EDHOC_SENT_3,
    WF_EDHOC_READ_3,
    WF_EDHOC_ACCEPTED_3,
    WF_EDHOC_DONE,
    WF_EDHOC_FAILED
} wf_edhoc_state;

/* One run. Owned by the caller, no pointers into itself but the views handed out; wipe it at the end. */
typedef struct wf_edhoc {
    wf_edhoc_state state;
    wf_edhoc_suite suite;
    const wf_edhoc_config *config;
    wf_edhoc_id own_id, peer_id;
    wf_p256_key ephemeral;            /* wiped once the keys are derived */
    uint8_t peer[WF_P256_PUBLIC_LEN]; /* the peer's ephemeral point */
    uint8_t message_1_hash[WF_HASH_LEN];
    uint8_t th[WF_HASH_LEN];            /* the latest transcript hash */
    uint8_t prk[WF_HASH_LEN];           /* PRK_2e, which method 0 keeps as PRK_3e2m and PRK_4e3m; PRK_out when done */
    uint8_t text[WF_EDHOC_MESSAGE_LEN]; /* the latest plaintext */
    size_t text_len;
    size_t id_cred_at, ead_at; /* places in text */
} wf_edhoc;

/* Initiator. `selected` is one of the configured suites: the first at a first attempt, another one only after the
 * Responder's error message asked for it. SUITES_I names it and all that stand before it (RFC 9528 5.2.2), and a
 * Responder that supports one of those refuses. `ead` may be NULL wherever something is written. */
WF_MUST_CHECK wf_error wf_edhoc_write_1(wf_edhoc *run, const wf_edhoc_config *config, wf_edhoc_suite selected,
                                        const wf_edhoc_id *own_id, const wf_edhoc_ead *ead, wf_writer *out);
WF_MUST_CHECK wf_error wf_edhoc_read_2(wf_edhoc *run, wf_bytes message, wf_edhoc_credential *peer, wf_edhoc_ead *ead);
/* `certificate` is the peer's end certificate (CRED_R), `public_key` the key in it. Errors: CREDENTIAL (not the one
 * that ID_CRED_R names, or our own), SIGNATURE, POINT. */
WF_MUST_CHECK wf_error wf_edhoc_accept_2(wf_edhoc *run, wf_bytes certificate,
                                         const uint8_t public_key[WF_STATIC WF_P256_PUBLIC_LEN]);
WF_MUST_CHECK wf_error wf_edhoc_write_3(wf_edhoc *run, const wf_edhoc_ead *ead, wf_writer *out);
WF_MUST_CHECK wf_error wf_edhoc_read_4(wf_edhoc *run, wf_bytes message, wf_edhoc_ead *ead);

/* Responder. UNSUPPORTED_SUITE calls for wf_edhoc_write_error. `own_id` must differ from the peer's. */
WF_MUST_CHECK wf_error wf_edhoc_read_1(wf_edhoc *run, const wf_edhoc_config *config, wf_bytes message,
                                       wf_edhoc_ead *ead);
WF_MUST_CHECK wf_error wf_edhoc_write_2(wf_edhoc *run, const wf_edhoc_id *own_id, const wf_edhoc_ead *ead,
                                        wf_writer *out);
WF_MUST_CHECK wf_error wf_edhoc_read_3(wf_edhoc *run, wf_bytes message, wf_edhoc_credential *peer, wf_edhoc_ead *ead);
WF_MUST_CHECK wf_error wf_edhoc_accept_3(wf_edhoc *run, wf_bytes certificate,
                                         const uint8_t public_key[WF_STATIC WF_P256_PUBLIC_LEN]);
WF_MUST_CHECK wf_error wf_edhoc_write_4(wf_edhoc *run, const wf_edhoc_ead *ead, wf_writer *out);

/* EDHOC_Exporter (RFC 9528 4.2.1), once the run is done. Errors: STATE, ARGUMENT (out_len 0 or above 8,160). */
WF_MUST_CHECK wf_error wf_edhoc_export(const wf_edhoc *run, uint64_t label, wf_bytes context, uint8_t *out,
                                       size_t out_len);

/* EDHOC_KeyUpdate (RFC 9528 appendix H): from here on wf_edhoc_export gives other keys. Both sides call it with the
 * same context. */
WF_MUST_CHECK wf_error wf_edhoc_update(wf_edhoc *run, wf_bytes context);

/* Error messages (RFC 9528 section 6). Nothing protects them: they are hints and end no run by themselves. */
typedef enum wf_edhoc_code {
    WF_EDHOC_CODE_SUCCESS = 0,     /* never sent */
    WF_EDHOC_CODE_UNSPECIFIED = 1, /* with a text */
    WF_EDHOC_CODE_SUITE = 2,       /* wrong selected suite, with the suites of the sender; answers message_1 only */
    WF_EDHOC_CODE_CREDENTIAL = 3   /* an ID_CRED that refers to a credential which the sender doesn't have */
} wf_edhoc_code;
typedef struct wf_edhoc_error_message {
    int64_t code;
    wf_bytes text;     /* code 1: UTF-8, a view into the message */
    uint8_t suites[8]; /* code 2: the first of those in 0..255 */
    size_t suites_len;
} wf_edhoc_error_message;
/* UNSUPPORTED_SUITE becomes code 2 with the suites of `config`, CREDENTIAL code 3, any other reason code 1 with its
 * name in the error table. */
WF_MUST_CHECK wf_error wf_edhoc_write_error(wf_writer *out, const wf_edhoc_config *config, wf_error reason);
/* Errors: CBOR, EDHOC_MESSAGE. */
WF_MUST_CHECK wf_error wf_edhoc_read_error(wf_edhoc_error_message *error, wf_bytes message);

/* x5t of a certificate: the first 8 bytes of SHA-256 over its DER. */
WF_MUST_CHECK wf_error wf_x5t(uint8_t out[WF_STATIC WF_X5T_LEN], wf_bytes certificate);

void wf_edhoc_wipe(wf_edhoc *run);

WF_C_END

#endif

/* Certificate revocation lists (RFC 5280 section 5) in the device profile: version 2, ecdsa-with-SHA256, strict DER,
 * with authorityKeyIdentifier, cRLNumber and nextUpdate; whole lists of the issuing CA itself (no delta, no indirect
 * list, no distribution point). The whole profile: docs/reference/certificates.md.
 *
 * A list says which certificates *of its issuer* count no more: the root's list revokes issuing CAs, an issuing CA's
 * list revokes devices and controllers. Who wants to know gives the ids of its certificates in advance and feeds the
 * list in blocks of any size; nothing of what was found counts until the signature is verified at the end.
 *
 *     wf_crl_query queries[2];                    one for each certificate of a path, by wf_crl_query_of
 *     wf_crl_reader reader;
 *     wf_crl_reader_start(&reader, queries, 2);
 *     wf_crl_reader_feed(&reader, block);         again and again
 *     wf_crl_reader_finish(&reader, &crl, &issuer);
 *     if (queries[0].revoked) ...
 */
#ifndef WARIFU_CRL_H
#define WARIFU_CRL_H

#include <warifu/certificate.h>

WF_C_BEGIN

enum {
    WF_SERIAL_LEN = 20,       /* longest serial number (RFC 5280 4.1.2.2) */
    WF_CRL_ELEMENT_LEN = 512, /* longest issuer name, entry or list of extensions taken */
    WF_CRL_LEN = 0xFFFFFF     /* longest list taken */
};

/* Names a certificate for good: the SHA-256 of its issuer's name (DER), and its serial number with zeros in front. Two
 * ids are equal exactly when all bytes are. */
typedef struct wf_certificate_id {
    uint8_t issuer[WF_HASH_LEN];
    uint8_t serial[WF_SERIAL_LEN];
} wf_certificate_id;

WF_MUST_CHECK wf_error wf_certificate_id_of(wf_certificate_id *out, const wf_certificate *certificate);
bool wf_certificate_id_equal(const wf_certificate_id *a, const wf_certificate_id *b);

/* Why (RFC 5280 5.3.1). 7 is unused, 8 (removeFromCRL) belongs to delta lists. A certificate on hold counts as revoked.
 */
typedef enum wf_crl_reason {
    WF_CRL_UNSPECIFIED = 0,
    WF_CRL_KEY_COMPROMISE = 1,
    WF_CRL_CA_COMPROMISE = 2,
    WF_CRL_AFFILIATION_CHANGED = 3,
    WF_CRL_SUPERSEDED = 4,
    WF_CRL_CESSATION = 5,
    WF_CRL_ON_HOLD = 6,
    WF_CRL_PRIVILEGE_WITHDRAWN = 9,
    WF_CRL_AA_COMPROMISE = 10
} wf_crl_reason;

/* Is this certificate on the list? `revoked`, `reason` and `revoked_at` are set by wf_crl_reader_finish and zero until
 * then; `seen` and what follows it are the reader's own. */
typedef struct wf_crl_query {
    wf_certificate_id id;
    bool revoked;
    wf_crl_reason reason;
    int64_t revoked_at; /* seconds since 1970 */
    bool seen;
    wf_crl_reason seen_reason;
    int64_t seen_at;
} wf_crl_query;

WF_MUST_CHECK wf_error wf_crl_query_of(wf_crl_query *out, const wf_certificate *certificate);

/* What is known of a list once it is believed. */
typedef struct wf_crl {
    uint8_t issuer[WF_HASH_LEN]; /* SHA-256 of the issuer's name, as in wf_certificate_id */
    uint64_t number;
    int64_t this_update, next_update; /* seconds since 1970 */
    uint32_t entries;
} wf_crl;

/* A list on its way. Owned by the caller, about 1 KB, without pointers but to the queries and the hook; it may be
 * thrown away at any time. Bounded: memory (one element of WF_CRL_ELEMENT_LEN bytes is collected at a time), the list's
 * length (WF_CRL_LEN), and the work (one pass over the queries for each entry). Not bounded: the number of entries and
 * of blocks. */
typedef struct wf_crl_reader {
    /* Set between start and feed: sees each entry as it passes, before anything is believed. May be NULL. */
    void (*on_entry)(void *context, const wf_certificate_id *id);
    void *context;
    wf_crl crl;
    wf_crl_query *queries;
    size_t query_count;
    wf_hash tbs;
    uint8_t key_id[WF_HASH_LEN]; /* SHA-256 of the authority key identifier */
    uint8_t signature[WF_P256_SIGNATURE_LEN];
    uint8_t element[WF_CRL_ELEMENT_LEN];
    size_t have, need;                          /* of the element: collected, its length as far as it is known */
    uint32_t list_left, tbs_left, entries_left; /* bytes still to come */
    uint8_t step;
    bool has_head;
    wf_error error; /* of the feed that failed */
} wf_crl_reader;

/* `queries` is borrowed until the end; its answers are cleared. */
WF_MUST_CHECK wf_error wf_crl_reader_start(wf_crl_reader *reader, wf_crl_query *queries, size_t count);

/* The next bytes of the list, none too. After an error every further call gives the same one. Errors: DER, CRL (strict
 * DER outside the profile, or longer than the bounds above), TRAILING (bytes after the end). */
WF_MUST_CHECK wf_error wf_crl_reader_feed(wf_crl_reader *reader, wf_bytes bytes);

/* Has the reader come so far that it knows the issuer? With it the caller finds the issuer's certificate. */
bool wf_crl_reader_knows_issuer(const wf_crl_reader *reader, uint8_t issuer[WF_STATIC WF_HASH_LEN]);

/* Believes the list, or not. The caller has judged `issuer` before, by wf_chain_verify or as an anchor. Gives the
 * answers to the queries, once (STATE the second time); those for certificates of other issuers stay "not revoked".
 * Whether the list is current is another question: wf_crl_follows, wf_crl_check_time. Errors: that of the feed,
 * TRUNCATED (more was to come), CHAIN (of another issuer, by name or key identifier, or one that may not sign lists:
 * cA, keyUsage with cRLSign), SIGNATURE. `out` is all zero after an error. */
WF_MUST_CHECK wf_error wf_crl_reader_finish(wf_crl_reader *reader, wf_crl *out, const wf_certificate *issuer);

/* The three calls on a list that is there as a whole. */
WF_MUST_CHECK wf_error wf_crl_read(wf_crl *out, wf_crl_query *queries, size_t count, wf_bytes der,
                                   const wf_certificate *issuer);

/* May `next` take the place of `held`, another list of the same issuer? OK for the same list again. Errors: CRL_OLD (a
 * lower number, an earlier date, or another date under the same number), CHAIN (of another issuer). */
WF_MUST_CHECK wf_error wf_crl_follows(const wf_crl *next, const wf_crl *held);

/* As certificates are judged (wf_chain_rules): without time only nextUpdate counts, against `now` as a floor. Errors:
 * CRL_EXPIRED, NOT_YET_VALID. */
WF_MUST_CHECK wf_error wf_crl_check_time(const wf_crl *crl, bool has_time, int64_t now);

/* One entry to publish. */
typedef struct wf_crl_entry {
    uint8_t serial[WF_SERIAL_LEN]; /* with zeros in front */
    int64_t revoked_at;
    wf_crl_reason reason; /* UNSPECIFIED is left out (RFC 5280 5.3.1); ON_HOLD is not issued */
} wf_crl_entry;

/* What to publish. `entries` may be in any order; it is the caller's matter that no serial stands there twice. */
typedef struct wf_crl_order {
    uint64_t number;
    int64_t this_update, next_update;
    const wf_crl_entry *entries;
    size_t entry_count;
} wf_crl_order;

/* Publishes a list of `issuer`: head, at most 55 bytes an entry, tail. Nothing is written after an error. Errors:
 * ARGUMENT (dates or reasons outside the profile, serial zero, an issuer that may not sign lists or whose key this is
 * not), TOO_SMALL (the writer, or WF_CRL_LEN), and those of signing. */
WF_MUST_CHECK wf_error wf_crl_issue(wf_writer *out, const wf_crl_order *order, const wf_certificate *issuer,
                                    wf_signer signer, wf_drbg *drbg);

WF_C_END

#endif

/* What comes in pieces, from the owner or from a peer: a revocation list with its issuer's certificate, or the renewed
 * chain of a peer. It counts when the last piece is there and all of it was judged.
 *
 *     list     length of the certificate 2 | certificate | list
 *     chain    number of certificates 1 | for each: length 2, certificate
 */
#ifndef WARIFU_DA_INTAKE_H
#define WARIFU_DA_INTAKE_H

#include "da/pairing.h"

typedef struct wf_da wf_da;

typedef enum wf_intake_what { WF_INTAKE_NOTHING, WF_INTAKE_LIST = 1, WF_INTAKE_CHAIN = 2 } wf_intake_what;

enum { WF_INTAKE_LEN = 1 + WF_CHAIN_LEN * (2 + WF_CERTIFICATE_LEN) };

typedef struct wf_intake {
    wf_intake_what what;
    uint8_t bytes[WF_INTAKE_LEN]; /* the chain, or what stands before the list */
    size_t have;
    wf_crl_reader reader;
} wf_intake;

/* What was under way is dropped. Errors: ARGUMENT (unknown), STATE (lists need a store). */
WF_MUST_CHECK wf_error wf_intake_begin(wf_da *da, wf_intake_what what);
/* Errors: CAPACITY (longer than it may be), those of wf_crl_reader_feed. */
WF_MUST_CHECK wf_error wf_intake_feed(wf_da *da, wf_bytes bytes);
/* Judges all of it and lets it count; `pairing` is the peer's whose chain it is. Errors: STATE, TRUNCATED, those of
 * judging a chain, CRL_OLD, CRL_EXPIRED, NOT_YET_VALID, CAPACITY, WRONG_DEVICE (another number or anchor), STORE. */
WF_MUST_CHECK wf_error wf_intake_finish(wf_da *da, wf_time now, uint32_t pairing);

#endif

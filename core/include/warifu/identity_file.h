/* An identity on a host's disk: one PEM file (RFC 7468) with the private key as PKCS#8 (RFC 5958), the own chain, and
 * the trusted roots, which are the self-issued certificates in it. An authority's file has its root and no chain.
 * OpenSSL reads it too. For hosts only.
 */
#ifndef WARIFU_IDENTITY_FILE_H
#define WARIFU_IDENTITY_FILE_H

#include <warifu/identity.h>

enum { WF_IDENTITY_ANCHORS = 4 };

/* A loaded identity, which owns its bytes. Wipe it at the end. It must not be copied: `view` points into it. */
typedef struct wf_identity_file {
    wf_p256_key key;
    uint8_t der[WF_CHAIN_LEN + WF_IDENTITY_ANCHORS][WF_CERTIFICATE_LEN];
    wf_bytes chain[WF_CHAIN_LEN];
    wf_bytes anchors[WF_IDENTITY_ANCHORS];
    wf_identity view;
} wf_identity_file;

/* Writes a new file of mode 0600 beside the old one and renames it. Errors: STORE; ARGUMENT (what would not load as the
 * same: no key in memory or another's, a self-issued certificate in the chain or another among the roots, too many of
 * them). */
WF_MUST_CHECK wf_error wf_identity_file_save(const char *path, const wf_identity *identity);

/* Errors: STORE (no such file, no plain file, not readable, open to group or others), PEM, DER, CERTIFICATE, KEY (not
 * P-256, or it does not belong to the end certificate, which without a chain is the first root), TOO_SMALL (too many or
 * too large certificates, a text above 16 KB), BACKEND. `out` is all zeros after an error. */
WF_MUST_CHECK wf_error wf_identity_file_load(wf_identity_file *out, const char *path);

/* The same from and to text in memory; writing gives TOO_SMALL too. */
WF_MUST_CHECK wf_error wf_identity_pem_read(wf_identity_file *out, wf_bytes text);
WF_MUST_CHECK wf_error wf_identity_pem_write(wf_writer *out, const wf_identity *identity);

/* Reads certificates alone: the identity of someone whose key is elsewhere. view.signer is empty: put the holder there,
 * whose public key must be the end certificate's (or the first root's). Errors: those of reading; PEM also for a
 * private key in the text. */
WF_MUST_CHECK wf_error wf_identity_pem_read_public(wf_identity_file *out, wf_bytes text);
/* The certificates alone, wherever the key is. Errors: ARGUMENT (as when saving, but for the key), TOO_SMALL. */
WF_MUST_CHECK wf_error wf_identity_pem_write_public(wf_writer *out, const wf_identity *identity);

void wf_identity_file_wipe(wf_identity_file *identity);

#endif

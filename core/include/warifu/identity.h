/* Who a node is, and whom it trusts. */
#ifndef WARIFU_IDENTITY_H
#define WARIFU_IDENTITY_H

#include <warifu/certificate.h>

/* Everything is borrowed for the life of what uses it. */
typedef struct wf_identity {
    wf_signer signer;
    const wf_bytes *chain; /* own certificates, DER, end certificate first, without the anchor */
    size_t chain_len;
    const wf_bytes *anchors; /* trusted roots, DER */
    size_t anchor_count;
} wf_identity;

#endif

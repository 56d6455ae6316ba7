/* The proofs that both sides know the set-up code: made when the handshake is over, given in CONFIRM and CONFIRMED. */
#ifndef WARIFU_DA_PROOF_H
#define WARIFU_DA_PROOF_H

#include <warifu/edhoc.h>
#include <warifu/setup_code.h>

typedef struct wf_proofs {
    uint8_t initiator[WF_SETUP_CODE_PROOF_LEN];
    uint8_t responder[WF_SETUP_CODE_PROOF_LEN];
} wf_proofs;

WF_MUST_CHECK wf_error wf_proofs_make(wf_proofs *out, const wf_setup_code *code, const wf_edhoc *run);

/* What a device expects of controllers that have not confirmed yet, by the session that they agreed on. */
enum { WF_EXPECTATIONS = 4 };
typedef struct wf_expectations {
    struct {
        uint32_t serial; /* 0: free */
        wf_proofs proofs;
    } entries[WF_EXPECTATIONS];
    unsigned at;
} wf_expectations;

/* The oldest one gives way. */
void wf_expect(wf_expectations *expectations, uint32_t serial, const wf_proofs *proofs);
const wf_proofs *wf_expected(const wf_expectations *expectations, uint32_t serial); /* NULL: nothing */

#endif

#include "da/proof.h"

enum { EXPORT_PROOF = 32769 /* from the range for private use (RFC 9528 10.1) */ };

wf_error wf_proofs_make(wf_proofs *out, const wf_setup_code *code, const wf_edhoc *run) {
    uint8_t exporter[WF_SETUP_CODE_EXPORTER_LEN];
    wf_error error = wf_edhoc_export(run, EXPORT_PROOF, wf_bytes_of(NULL, 0), exporter, sizeof exporter);
    if (error == WF_OK) {
        error = wf_setup_code_proof(out->initiator, code, exporter, WF_SETUP_CODE_INITIATOR);
    }
    if (error == WF_OK) {
        error = wf_setup_code_proof(out->responder, code, exporter, WF_SETUP_CODE_RESPONDER);
    }
    if (error != WF_OK) {
        wf_wipe(out, sizeof *out);
    }
    wf_wipe(exporter, sizeof exporter);
    return error;
}

void wf_expect(wf_expectations *expectations, uint32_t serial, const wf_proofs *proofs) {
    unsigned at = expectations->at++ % WF_EXPECTATIONS;
    expectations->entries[at].serial = serial;
    expectations->entries[at].proofs = *proofs;
}

const wf_proofs *wf_expected(const wf_expectations *expectations, uint32_t serial) {
    for (unsigned i = 0; i < WF_EXPECTATIONS; i++) {
        if (serial != 0 && expectations->entries[i].serial == serial) {
            return &expectations->entries[i].proofs;
        }
    }
    return NULL;
}

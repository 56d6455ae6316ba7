/* The elements of a revocation list that are read as a whole: entries and the list's extensions (RFC 5280 5.2, 5.3). */
#ifndef WARIFU_PKI_CRL_ENTRY_H
#define WARIFU_PKI_CRL_ENTRY_H

#include <warifu/crl.h>

/* `der` is one entry, strict DER already. Errors: DER, CRL. */
WF_MUST_CHECK wf_error wf_crl_entry_read(wf_crl_entry *out, wf_bytes der);

/* `der` is [0] with the list's extensions, strict DER already. Errors: DER, CRL. */
WF_MUST_CHECK wf_error wf_crl_extensions_read(wf_bytes *key_id, uint64_t *number, wf_bytes der);

/* A serial number with zeros in front; `serial` has WF_SERIAL_LEN bytes at most. */
void wf_serial_pad(uint8_t out[static WF_SERIAL_LEN], wf_bytes serial);

bool wf_crl_reason_is_known(unsigned reason);

/* May `issuer` sign lists (RFC 5280 4.2.1.3)? */
bool wf_crl_may_sign(const wf_certificate *issuer);

#endif

/* Identifiers on the wire: connection identifiers (RFC 9528 3.3.2) and ID_CRED_x (3.5.3) with x5chain and x5t
 * (RFC 9360 section 2). */
#ifndef WARIFU_EDHOC_CREDENTIAL_H
#define WARIFU_EDHOC_CREDENTIAL_H

#include <warifu/edhoc.h>

/* Reads fail the reader on an identifier that is too long or in the wrong one of its two forms. */
void wf_edhoc_id_write(wf_writer *out, const wf_edhoc_id *id);
void wf_edhoc_id_read(wf_edhoc_id *out, wf_reader *r);
bool wf_edhoc_id_equal(const wf_edhoc_id *a, const wf_edhoc_id *b);

/* ID_CRED_x of this side, by config->send_as. */
WF_MUST_CHECK wf_error wf_edhoc_id_cred_write(wf_writer *out, const wf_edhoc_config *config);

/* Reads ID_CRED_x; fails the reader on any other kind of credential identifier. */
void wf_edhoc_id_cred_read(wf_edhoc_credential *out, wf_reader *r);

/* That `certificate` is what the identifier names. Errors: CREDENTIAL. */
WF_MUST_CHECK wf_error wf_edhoc_credential_names(const wf_edhoc_credential *credential, wf_bytes certificate);

#endif

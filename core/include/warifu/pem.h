/* What people give as PEM text (RFC 7468) or as DER: certificates, revocation lists. For hosts only. */
#ifndef WARIFU_PEM_H
#define WARIFU_PEM_H

#include <warifu/bytes.h>

WF_C_BEGIN

/* `given` itself where it is DER; else the first block with this label ("CERTIFICATE", "X509 CRL"), decoded into
 * `room`, for which the length of `given` is enough. Errors: PEM (also when there is no such block), TOO_SMALL. */
WF_MUST_CHECK wf_error wf_pem_or_der(wf_bytes *out, wf_writer *room, const char *label, wf_bytes given);

WF_C_END

#endif

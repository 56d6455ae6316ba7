/* Reading certificate extensions (RFC 5280 4.2). */
#ifndef WARIFU_PKI_EXTENSIONS_H
#define WARIFU_PKI_EXTENSIONS_H

#include <warifu/certificate.h>

/* Reads the contents of [3] into `out`, whose subject is there already. Empty: there are none. Errors: DER,
 * CERTIFICATE. */
WF_MUST_CHECK wf_error wf_extensions_parse(wf_certificate *out, wf_bytes contents);

#endif

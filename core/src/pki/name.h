/* X.501 names (RFC 5280 4.1.2.4): walked attribute by attribute, never compared but as bytes. */
#ifndef WARIFU_PKI_NAME_H
#define WARIFU_PKI_NAME_H

#include "pki/der.h"
#include "pki/profile.h"

/* Errors: CERTIFICATE (not a sequence of non-empty sets of type and value). */
WF_MUST_CHECK wf_error wf_name_check(wf_bytes name);

/* The identification number in the serialNumber attribute of a checked name; *has = false without one. Errors:
 * CERTIFICATE (more than one, or not a PrintableString of 34 upper-case hexadecimal digits). */
WF_MUST_CHECK wf_error wf_name_number(bool *has, uint8_t number[static WF_NUMBER_LEN], wf_bytes name);

/* The first commonName of a checked name, when it is a UTF8String or a PrintableString; else empty. */
wf_bytes wf_name_common(wf_bytes name);

bool wf_name_is_empty(wf_bytes name);

/* Writes commonName (unless NULL) and serialNumber (unless NULL), each in a set of its own. */
void wf_name_write(wf_writer *w, const char *common_name, const uint8_t *number);

/* 1 to 64 bytes (ub-common-name) of UTF-8 (RFC 3629) without control characters. */
bool wf_name_is_writable(const char *common_name);

#endif

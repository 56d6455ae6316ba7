/* SubjectPublicKeyInfo (RFC 5280 4.1.2.7, RFC 5480 2): the named curve P-256 and an uncompressed point. */
#ifndef WARIFU_PKI_PUBLIC_KEY_H
#define WARIFU_PKI_PUBLIC_KEY_H

#include "pki/der.h"
#include <warifu/crypto.h>

/* Fails the reader on any other form; whether the point is on the curve is not looked at. */
void wf_public_key_read(uint8_t out[static WF_P256_PUBLIC_LEN], wf_reader *r);
void wf_public_key_write(wf_writer *w, const uint8_t public_key[static WF_P256_PUBLIC_LEN]);

#endif

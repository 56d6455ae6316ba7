/* Lists of extensions (RFC 5280 4.1.2.9), as certificates, revocation lists, their entries and requests have them: read
 * one by one, and the form in which they are written. */
#ifndef WARIFU_PKI_EXTENSION_LIST_H
#define WARIFU_PKI_EXTENSION_LIST_H

#include "pki/der.h"
#include "pki/profile.h"

typedef struct wf_extension {
    wf_oid type;
    wf_bytes oid;
    bool critical;
    wf_bytes value; /* what the OCTET STRING holds; not yet known to be strict DER */
} wf_extension;

/* Judges one extension; an error ends the reading. */
typedef wf_error (*wf_extension_take)(void *context, const wf_extension *extension);

/* `der` is one SEQUENCE OF Extension, strict DER already. Errors: CERTIFICATE (none or too many, one of them twice or
 * malformed), and those of `take`. */
WF_MUST_CHECK wf_error wf_extension_list_read(wf_bytes der, wf_extension_take take, void *context);

/* The keyIdentifier of an authorityKeyIdentifier, never empty; the issuer's name and serial number ([1] and [2]) are
 * outside the profile (4.2.1.1). */
wf_bytes wf_authority_key_id_read(wf_reader *value);

/* Writing: begin gives two marks, the value follows, end takes them. */
typedef struct wf_extension_marks {
    size_t extension, value;
} wf_extension_marks;
wf_extension_marks wf_extension_begin(wf_writer *w, wf_oid type, bool critical);
void wf_extension_end(wf_writer *w, wf_extension_marks marks);

void wf_role_write(wf_writer *w, wf_role role);
void wf_authority_key_id_write(wf_writer *w, wf_bytes key_id);

/* The key identifier by which what `issuer` signs names it: its own, or the one computed from its key into `room`. */
WF_MUST_CHECK wf_error wf_issuer_key_id(wf_bytes *out, uint8_t room[static WF_KEY_ID_LEN],
                                        const wf_certificate *issuer);

#endif

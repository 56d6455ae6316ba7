/* What an authority knows, and how it is kept (authority_records.c, authority_folder.c). */
#ifndef WARIFU_HOST_AUTHORITY_STATE_H
#define WARIFU_HOST_AUTHORITY_STATE_H

#include <warifu/authority.h>

enum { WF_AUTHORITY_PATH_LEN = 4096 };

typedef struct wf_authority_signer {
    bool has_certificate, has_key;
    wf_p256_key key;
    uint8_t der[WF_CERTIFICATE_LEN];
    size_t der_len;
    uint64_t list_number; /* of the last list; 0: none yet */
} wf_authority_signer;

/* One certificate that was issued. */
typedef struct wf_authority_record {
    uint8_t serial[WF_SERIAL_LEN];
    uint8_t der[WF_CERTIFICATE_LEN];
    size_t der_len;
    wf_authority_ca issuer;
    bool revoked;
    wf_crl_reason reason;
    int64_t revoked_at;
} wf_authority_record;

struct wf_authority {
    char folder[WF_AUTHORITY_PATH_LEN]; /* "": in memory alone */
    int lock, records_file;             /* descriptors, or -1 */
    wf_entropy entropy;
    wf_authority_signer signers[WF_CA_COUNT];
    wf_authority_record *records;
    size_t count, capacity;
    uint8_t *list; /* published last */
    char text[WF_AUTHORITY_TEXT_LEN];
};

/* "root", "issuing", "devices", "controllers" */
const char *wf_authority_ca_name(wf_authority_ca which);

/* Says what went wrong, with what errno says when `system`; gives `error` back. */
wf_error wf_authority_fail(wf_authority *a, wf_error error, bool system, const char *what, const char *name);

bool wf_authority_is_revoked(const wf_authority *a, wf_authority_ca which);

/* ---- records ---- */

wf_authority_record *wf_authority_find(const wf_authority *a, const uint8_t serial[static WF_SERIAL_LEN]);

/* Each writes its line to the disk first and counts only then. Errors: STORE, CAPACITY. */
WF_MUST_CHECK wf_error wf_authority_note_issued(wf_authority *a, wf_authority_ca issuer, wf_bytes der);
WF_MUST_CHECK wf_error wf_authority_note_revoked(wf_authority *a, wf_authority_record *record, wf_crl_reason reason,
                                                 int64_t at);
WF_MUST_CHECK wf_error wf_authority_note_list(wf_authority *a, wf_authority_ca issuer, uint64_t number);

/* Errors: STORE, AUTHORITY, CAPACITY. */
WF_MUST_CHECK wf_error wf_authority_read_records(wf_authority *a);

/* ---- the folder ---- */

/* Errors: STORE, STORE_LOCKED. With `fresh` the folder is made, or must be empty. */
WF_MUST_CHECK wf_error wf_authority_enter(wf_authority *a, const char *folder, bool fresh);
void wf_authority_leave(wf_authority *a);
WF_MUST_CHECK wf_error wf_authority_save_signer(wf_authority *a, wf_authority_ca which);
WF_MUST_CHECK wf_error wf_authority_load_signers(wf_authority *a);
WF_MUST_CHECK wf_error wf_authority_save_list(wf_authority *a, wf_authority_ca which, wf_bytes der);
/* Appends one line and waits until it is on the disk. */
WF_MUST_CHECK wf_error wf_authority_append(wf_authority *a, const char *line);

#endif

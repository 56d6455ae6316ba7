/* A certificate authority small enough for a laboratory or a small maker: a root, CAs under it, what they issued and
 * revoked, all in one folder. For hosts only.
 *
 * Its keys lie in files. That is enough to try things out, and for a home; WHAT IS SOLD NEEDS ITS KEYS IN AN HSM, under
 * rules for who may use them: whoever copies the folder can make a controller that every device accepts, for years.
 *
 *     root.pem                      the root: its key (PKCS#8) and certificate; may be kept elsewhere once there is a
 * CA issuing.pem                   a CA for both roles: key, certificate, and the root's devices.pem, controllers.pem
 * or one for each role records                       what was issued, revoked and published: a text line each, only
 * ever added to root.crl.pem, ...             the lists published last
 *
 * The folder has mode 0700, its files 0600. Key files are replaced whole; a record is on the disk before the call that
 * it is about returns, so no serial or list number is given twice, wherever the power fails. One process at a time.
 */
#ifndef WARIFU_AUTHORITY_H
#define WARIFU_AUTHORITY_H

#include <warifu/crl.h>
#include <warifu/identity_file.h>

WF_C_BEGIN

enum { WF_AUTHORITY_TEXT_LEN = 200 };

/* Who signs. What is issued to a role is signed by the CA of that role, else by ISSUING, else by the root. */
typedef enum wf_authority_ca { WF_CA_ROOT, WF_CA_ISSUING, WF_CA_DEVICES, WF_CA_CONTROLLERS } wf_authority_ca;
enum { WF_CA_COUNT = 4 };

typedef struct wf_authority wf_authority;

/* Makes the folder (or takes an empty one) and a root of that name. `folder` NULL: it lives in memory alone, for tests.
 * Errors: STORE (`text` says what the system said; there is something in the folder), ARGUMENT, ENTROPY, CAPACITY. */
WF_MUST_CHECK wf_error wf_authority_create(wf_authority **out, char text[WF_STATIC WF_AUTHORITY_TEXT_LEN],
                                           const char *folder, const char *name, int64_t not_before, int64_t not_after,
                                           wf_entropy entropy);

/* Errors: STORE, STORE_LOCKED (another process has it), AUTHORITY (its parts don't belong together; `text` names
 * which), and those of reading a key file. */
WF_MUST_CHECK wf_error wf_authority_open(wf_authority **out, char text[WF_STATIC WF_AUTHORITY_TEXT_LEN],
                                         const char *folder, wf_entropy entropy);

/* Wipes the keys. NULL is allowed. */
void wf_authority_close(wf_authority *authority);

/* What the latest call that failed said beyond its error, or "". */
const char *wf_authority_text(const wf_authority *authority);

/* Makes a CA under the root. In the place of a revoked one it makes another. Errors: STATE
 * (there is one already, or the root's key is not here), STORE, ARGUMENT. */
WF_MUST_CHECK wf_error wf_authority_add_ca(wf_authority *authority, wf_authority_ca which, const char *name,
                                           int64_t not_before, int64_t not_after);

/* The certificate of a CA, DER; empty when there is none. */
wf_bytes wf_authority_certificate(const wf_authority *authority, wf_authority_ca which);

/* What to issue to a device or a controller. It ends with its issuer at the latest. */
typedef struct wf_authority_order {
    wf_role role;
    const uint8_t *number;   /* WF_NUMBER_LEN bytes */
    const char *common_name; /* or NULL */
    int64_t not_before, not_after;
} wf_authority_order;

/* Issues for a key made here: `out` is the whole identity, and the only place where its key is. Errors: ARGUMENT, STATE
 * (the issuer's key is not here), REVOKED (the issuer is), STORE, ENTROPY. */
WF_MUST_CHECK wf_error wf_authority_issue(wf_authority *authority, wf_identity_file *out,
                                          const wf_authority_order *order);

/* Issues for the key of a request (PKCS#10, DER or PEM): `out` has chain and roots and no key. NULL or NONE in the
 * order is filled from the request; where both say something they must agree. Errors: REQUEST (it disagrees, or asks to
 * be a CA), PEM, TOO_SMALL (above 4 KB), those of wf_csr_parse, and those of wf_authority_issue. */
WF_MUST_CHECK wf_error wf_authority_sign(wf_authority *authority, wf_identity_file *out, wf_bytes request,
                                         const wf_authority_order *order);

/* Issues anew what has this serial number: same subject, role and number, for the same key, or for that of `request`
 * where one is given. The old certificate stays valid. Errors: as above; ARGUMENT (no such serial, or a CA's), REVOKED,
 * REQUEST (of another subject). */
WF_MUST_CHECK wf_error wf_authority_renew(wf_authority *authority, wf_identity_file *out,
                                          const uint8_t serial[WF_STATIC WF_SERIAL_LEN], wf_bytes request,
                                          int64_t not_before, int64_t not_after);

/* Puts a certificate, a CA's too, on its issuer's next list. For good: there is no hold. Errors: ARGUMENT (no such
 * serial, the root itself, a reason that is not issued), REVOKED (it is already), STORE. */
WF_MUST_CHECK wf_error wf_authority_revoke(wf_authority *authority, const uint8_t serial[WF_STATIC WF_SERIAL_LEN],
                                           wf_crl_reason reason, int64_t now);

/* Publishes a list of that CA and writes it into the folder. Its number is this_update, or one more than the last
 * number where that is higher: it only grows, also after an old copy of the folder was restored. `der` lives until the
 * next call. Errors: STATE (no such CA, or its key is not here), ARGUMENT, STORE. */
WF_MUST_CHECK wf_error wf_authority_publish(wf_authority *authority, wf_bytes *der, wf_authority_ca which,
                                            int64_t this_update, int64_t next_update);

/* What was issued, the oldest first. */
typedef struct wf_authority_entry {
    wf_authority_ca issuer;
    wf_certificate certificate; /* views live until the next certificate is issued */
    bool revoked;
    wf_crl_reason reason;
    int64_t revoked_at;
} wf_authority_entry;
size_t wf_authority_count(const wf_authority *authority);
WF_MUST_CHECK wf_error wf_authority_at(const wf_authority *authority, wf_authority_entry *out, size_t index);

WF_C_END

#endif

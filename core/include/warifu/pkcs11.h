/* A private key that stays in a PKCS#11 token: a secure element behind its maker's module, an HSM, SoftHSM. For hosts
 * only.
 *
 * The key is a P-256 key that may sign with CKM_ECDSA. The module is loaded once a process and stays until its end,
 * since others in the process may use it too; after a fork the child opens anew. One object belongs to one thread at a
 * time. A token knows logged-in processes, not sessions: while one session of a process is logged in, another needs no
 * PIN there, and a wrong one goes unnoticed.
 */
#ifndef WARIFU_PKCS11_H
#define WARIFU_PKCS11_H

#include <warifu/signer.h>

WF_C_BEGIN

enum { WF_PKCS11_TEXT_LEN = 160 };

/* Where the key is. Everything is borrowed for the call. */
typedef struct wf_pkcs11_place {
    const char *module; /* path of the module, as dlopen takes it */
    const char *token;  /* label of the token; NULL: the only one */
    const char *key;    /* label (CKA_LABEL) of the private key; NULL: the only P-256 key */
    const char *pin;    /* NULL: no login */
} wf_pkcs11_place;

typedef struct wf_pkcs11 wf_pkcs11;

/* Opens a session, logs in, finds the private key and the public one of the same CKA_ID. `text` says what went wrong,
 * with Cryptoki's name for it, and is empty when nothing did. Errors: TOKEN, CAPACITY (no memory); POINT. */
WF_MUST_CHECK wf_error wf_pkcs11_open(wf_pkcs11 **out, char text[WF_STATIC WF_PKCS11_TEXT_LEN],
                                      const wf_pkcs11_place *place);

/* The same after making a new key pair under place->key on the token, where there is no key of that label: the private
 * half can't be read out. Errors: also ARGUMENT (no label). */
WF_MUST_CHECK wf_error wf_pkcs11_generate(wf_pkcs11 **out, char text[WF_STATIC WF_PKCS11_TEXT_LEN],
                                          const wf_pkcs11_place *place);

/* Lives as long as `token`. Its errors: TOKEN, also when the token was taken out: open it again. */
wf_signer wf_pkcs11_signer(wf_pkcs11 *token);

/* What its latest failed signature said, "" when none failed. */
const char *wf_pkcs11_text(const wf_pkcs11 *token);

/* Closes the session; the last one of a token logs out. NULL is allowed. */
void wf_pkcs11_close(wf_pkcs11 *token);

WF_C_END

#endif

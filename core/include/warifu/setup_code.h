/* The set-up code of a device: what its label or screen shows, so that only its owner can pair with it.
 *
 * The text is `WARIFU:`, the version 1, 77 characters of data and 6 of checksum, all upper case and within the
 * alphanumeric mode of QR codes. The data are the SHA-256 of the device's SubjectPublicKeyInfo and a random secret of
 * 128 bits. The checksum finds every error of up to four characters (so every wrong one and every swap of two) and
 * every error that stays within six adjoining ones; what is worse is missed once in 2^30.
 * The bytes: docs/reference/setup-code.md.
 *
 * Nothing here looks a table up by the secret or branches on it, but to say what is wrong with a text that is read; and
 * no secret stays behind on the stack.
 */
#ifndef WARIFU_SETUP_CODE_H
#define WARIFU_SETUP_CODE_H

#include <warifu/crypto.h>

WF_C_BEGIN

enum {
    WF_SETUP_CODE_SECRET_LEN = 16,
    WF_SETUP_CODE_TEXT_LEN = 91,     /* without the zero byte at the end */
    WF_SETUP_CODE_GROUPED_LEN = 111, /* the same with a hyphen after every fourth character */
    WF_SETUP_CODE_KEY_LEN = 32,
    WF_SETUP_CODE_EXPORTER_LEN = 32,
    WF_SETUP_CODE_PROOF_LEN = 16,
    WF_SETUP_CODE_SAYING_LEN = 200
};

typedef struct wf_setup_code {
    uint8_t spki_hash[WF_HASH_LEN];
    uint8_t secret[WF_SETUP_CODE_SECRET_LEN];
} wf_setup_code;

void wf_setup_code_wipe(wf_setup_code *code);

/* A new code for the device that has this key: its fingerprint and a fresh secret. Errors: POINT, ENTROPY, BACKEND. */
WF_MUST_CHECK wf_error wf_setup_code_make(wf_setup_code *out, const uint8_t public_key[WF_STATIC WF_P256_PUBLIC_LEN],
                                          wf_drbg *drbg);

/* The one canonical text, and the same in groups of four for a person who types it. Both end in a zero byte. */
void wf_setup_code_write(char out[WF_STATIC WF_SETUP_CODE_TEXT_LEN + 1], const wf_setup_code *code);
void wf_setup_code_write_grouped(char out[WF_STATIC WF_SETUP_CODE_GROUPED_LEN + 1], const wf_setup_code *code);

/* What can be wrong with a text: name, what it says, what to do. */
#define WF_SETUP_CODE_FAULTS(X)                                                                                     \
    X(NONE, "nothing is wrong", "")                                                                                 \
    X(PREFIX, "it does not begin with WARIFU:", "type the whole line of the label, the first word included")        \
    X(VERSION, "its version is not 1", "compare the character after the colon, or update this side")                \
    X(CHARACTER, "no set-up code has this character there", "compare it with the label; I, L, O and U never occur") \
    X(SHORT, "characters are missing", "compare it with the label group by group")                                  \
    X(LONG, "it has too many characters", "compare it with the label group by group")                               \
    X(CHECKSUM, "its checksum is wrong", "a character is mistyped: compare it with the label group by group")

typedef enum wf_setup_code_part {
#define WF_SETUP_CODE_ENUM(name, what, next) WF_SETUP_CODE_##name,
    WF_SETUP_CODE_FAULTS(WF_SETUP_CODE_ENUM)
#undef WF_SETUP_CODE_ENUM
} wf_setup_code_part;

typedef struct wf_setup_code_fault {
    wf_setup_code_part part;
    size_t position; /* in the text as given, from 1: of PREFIX, VERSION, CHARACTER and LONG; 0 otherwise */
    size_t count;    /* characters missing (SHORT) or too many (LONG); 0 otherwise */
} wf_setup_code_fault;

/* Reads a text. Lower case counts as upper case; blanks, line ends and hyphens are passed over wherever they stand.
 * `fault` may be NULL. After an error `out` is all zero. Errors: NOT_A_CODE. */
WF_MUST_CHECK wf_error wf_setup_code_parse(wf_setup_code *out, const char *text, size_t len,
                                           wf_setup_code_fault *fault);

/* A fault as one line for a person: what, where and what to do. It never quotes the text. */
void wf_setup_code_say(char out[WF_STATIC WF_SETUP_CODE_SAYING_LEN], const wf_setup_code_fault *fault);

/* OK when the code belongs to the device with this key. Errors: WRONG_DEVICE, BACKEND. */
WF_MUST_CHECK wf_error wf_setup_code_check_key(const wf_setup_code *code,
                                               const uint8_t public_key[WF_STATIC WF_P256_PUBLIC_LEN]);

/* What the secret is used for, each under a label of its own (docs/reference/setup-code.md). */

/* The key under which message_1 of a stranger carries its tag. Errors: BACKEND. */
WF_MUST_CHECK wf_error wf_setup_code_slot_key(uint8_t key[WF_STATIC WF_SETUP_CODE_KEY_LEN], const wf_setup_code *code);

typedef enum wf_setup_code_side { WF_SETUP_CODE_INITIATOR, WF_SETUP_CODE_RESPONDER } wf_setup_code_side;

/* The proof that one side gives, over EDHOC_Exporter output of this very run. Errors: BACKEND. */
WF_MUST_CHECK wf_error wf_setup_code_proof(uint8_t out[WF_STATIC WF_SETUP_CODE_PROOF_LEN], const wf_setup_code *code,
                                           const uint8_t exporter[WF_STATIC WF_SETUP_CODE_EXPORTER_LEN],
                                           wf_setup_code_side side);

/* Compares the proof given with the right one, in constant time. Errors: WRONG_CODE, BACKEND. */
WF_MUST_CHECK wf_error wf_setup_code_check_proof(wf_bytes proof, const wf_setup_code *code,
                                                 const uint8_t exporter[WF_STATIC WF_SETUP_CODE_EXPORTER_LEN],
                                                 wf_setup_code_side side);

WF_C_END

#endif

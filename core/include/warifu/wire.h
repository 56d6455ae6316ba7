/* The frames of the open DA profile 1 as they stand on the wire: ECHONET Lite's arbitrary format,
 *
 *     10 82 | TID 2 | type 1 | body
 *
 * so that legacy nodes skip them. The byte-exact text is docs/reference/da-profile-1.md. This header reads and writes
 * the clear part; what is inside a handshake message or a record is for those who hold keys.
 */
#ifndef WARIFU_WIRE_H
#define WARIFU_WIRE_H

#include <warifu/crypto.h>
#include <warifu/datagram.h>
#include <warifu/event.h>

WF_C_BEGIN

typedef enum wf_da_type {
    WF_DA_HELLO = 0x10,        /* multicast or unicast: who speaks DA? */
    WF_DA_HELLO_ANSWER = 0x11, /* everything from here on is unicast, but WAKE */
    WF_DA_MESSAGE_1 = 0x12,
    WF_DA_RETRY = 0x13,
    WF_DA_MESSAGE_2 = 0x14,
    WF_DA_MESSAGE_3 = 0x15,
    WF_DA_MESSAGE_4 = 0x16,
    WF_DA_EDHOC_ERROR = 0x17,
    WF_DA_REQUEST = 0x18, /* a record that starts an exchange */
    WF_DA_ANSWER = 0x19,  /* a record bound to the request of the same TID */
    WF_DA_GROUP = 0x1A,   /* a group record: multicast only */
    WF_DA_WAKE = 0x1B     /* a device without a session calls its controllers; unicast or multicast */
} wf_da_type;

const char *wf_da_type_name(uint8_t type); /* "message_1"; "reserved" for unknown ones */

enum {
    WF_DA_HEADER_LEN = 5,
    WF_DA_HELLO_LEN = 5,
    WF_DA_COOKIE_LEN = 16,
    WF_DA_TAG_LEN = 16,
    WF_DA_NONCE_LEN = 8,
    WF_DA_HINT_LEN = 8,
    WF_DA_WAKE_PADDING = 24, /* so that the message_1 that answers a WAKE is no longer than it */
    WF_DA_KID_LEN = 2,       /* longest kid */
    WF_DA_GID_LEN = 6,       /* of a group 4, of its epoch 2 */
    WF_DA_PIV_LEN = 5,       /* longest PIV */
    WF_BLOCK_LEN = 1024      /* most bytes of a block */
};

/* Flags of message_1's body. */
enum { WF_DA_HAS_COOKIE = 1, WF_DA_HAS_TAG = 2, WF_DA_TAG_COVERS_WAKE = 4, WF_DA_TAG_OF_CODE = 8 };

/* Kinds of a record's plaintext: its first byte. */
typedef enum wf_da_kind {
    WF_KIND_EDATA = 0,       /* an ordinary ECHONET Lite message, SEOJ first */
    WF_KIND_TIMED_EDATA = 1, /* 4 bytes of the receiver's session clock, then EDATA: SetI, SetC, SetGet */
    WF_KIND_CONFIRM = 2,
    WF_KIND_CONFIRMED = 3,
    WF_KIND_REFUSED = 4, /* 2 bytes of error code, 4 bytes of the sender's session clock */
    WF_KIND_UNPAIR = 5,
    WF_KIND_UNPAIRED = 6,
    WF_KIND_CHALLENGE = 7,    /* a nonce of 8 bytes: are you where this goes to? */
    WF_KIND_CHALLENGED = 8,   /* the nonce */
    WF_KIND_BLOCK = 9,        /* what 1, transfer 2, number 2, is it the last 1, up to 1,024 bytes */
    WF_KIND_BLOCK_TAKEN = 10, /* transfer 2, number of the next one 2 */
    WF_KIND_JOIN = 11,        /* a member lacks keys of the group, or its clock */
    WF_KIND_GROUP = 12, /* 4 bytes of the receiver's session clock, gid 6, the manager's group clock 4, seconds that the
                         * epoch before still counts 1, secret 16, salt 8, own id, the manager as a sender */
    WF_KIND_GROUP_TAKEN = 13, /* gid 6, how many senders there is room for 1 */
    WF_KIND_SENDERS = 14,     /* gid 6, senders */
    WF_KIND_GROUP_ANSWER = 15 /* gid 6, number of the group record that it answers 5, EDATA */
} wf_da_kind;

/* A DA frame taken apart; the views point into the datagram. Which members count depends on the type. */
typedef struct wf_da_frame {
    uint16_t tid;
    uint8_t type;
    wf_hello hello;        /* HELLO_ANSWER */
    uint8_t flags;         /* MESSAGE_1 */
    wf_bytes cookie;       /* MESSAGE_1, RETRY */
    wf_bytes tag;          /* MESSAGE_1, WAKE */
    wf_bytes hint, nonce;  /* WAKE */
    uint8_t connection_id; /* MESSAGE_3: C_R */
    wf_bytes gid;          /* GROUP */
    wf_bytes kid;          /* REQUEST, ANSWER, GROUP */
    uint64_t piv;          /* REQUEST, ANSWER, GROUP */
    wf_bytes clear;        /* REQUEST, ANSWER, GROUP: all bytes before the ciphertext */
    wf_bytes payload;      /* EDHOC message, or the record's ciphertext and tag */
    wf_bytes signature;    /* GROUP: encrypted */
} wf_da_frame;

/* Errors: FRAME (not this profile, an unknown type, a wrong length, a flag or a PIV out of form). */
WF_MUST_CHECK wf_error wf_da_frame_parse(wf_da_frame *out, wf_bytes datagram);

/* May this type arrive on this way? */
bool wf_da_type_may_come(uint8_t type, bool multicast);

void wf_da_write_header(wf_writer *out, uint16_t tid, wf_da_type type);
void wf_da_write_hello(wf_writer *out, const wf_hello *hello); /* body of HELLO_ANSWER */
/* A PIV in its fewest bytes, at least one; gives their number. */
size_t wf_da_piv_bytes(uint8_t out[WF_STATIC WF_DA_PIV_LEN], uint64_t piv);
/* kid length and PIV length in one byte, kid, PIV. */
void wf_da_write_record_head(wf_writer *out, wf_bytes kid, uint64_t piv);

WF_C_END

#endif

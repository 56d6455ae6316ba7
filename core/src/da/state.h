/* The inside of wf_da, for the files of this folder only. */
#ifndef WARIFU_DA_STATE_H
#define WARIFU_DA_STATE_H

#include "da/admission.h"
#include "da/da.h"
#include "da/group_manager.h"
#include "da/group_member.h"
#include "da/guard.h"
#include "da/intake.h"
#include "da/proof.h"
#include "da/session.h"
#include "da/tokens.h"
#include "da/window.h"

enum {
    WF_RESPONDER_SLOTS = 2,
    WF_SLOT_FOR_STRANGERS = 0,
    WF_SLOT_FOR_PEERS = 1,
    WF_MESSAGE_1_LEN = 64,
    WF_LAST_WORDS = 4,
    WF_SLOT_PAST = 4,      /* more than the runs of one host within the life of a cookie */
    WF_SPARE_PAIRINGS = 2, /* candidates beside the pairings that count */
    WF_MAX_RETRIES = 3,
    WF_SLOT_LIFE_MS = 45000,
    WF_CANDIDATE_LIFE_MS = 90000 /* message_4 to CONFIRM: the owner's decision, then 40 s */
};

/* A handshake that somebody began with us. */
typedef struct wf_slot {
    bool used;
    bool done; /* message_4 is the cached answer */
    wf_time since;
    wf_time safe_until; /* no other address takes it before, how often its holder may begin anew */
    wf_address address;
    uint32_t pairing; /* of the peer whose tag let it in, or WF_NO_PAIRING */
    uint32_t session;
    uint8_t connection_id;                   /* C_R */
    uint8_t began[WF_HASH_LEN];              /* hash of message_1 */
    uint8_t past[WF_SLOT_PAST][WF_HASH_LEN]; /* those that the same host began before; played again they do nothing */
    uint8_t asked[WF_HASH_LEN];              /* hash of the message that the cached answer answers */
    uint8_t answer[WF_DATAGRAM_LEN];
    size_t answer_len;
    wf_edhoc edhoc;
} wf_slot;

/* The message_4 of a slot that may be another's by now, for who repeats the message_3 that it answers. */
typedef struct wf_last_word {
    uint32_t session, serial;
    wf_address address;
    uint8_t asked[WF_HASH_LEN];
    uint8_t datagram[48];
    size_t len;
} wf_last_word;

typedef enum wf_run_purpose {
    WF_RUN_PAIR,    /* first contact, on behalf of a request */
    WF_RUN_CONNECT, /* fresh keys with a peer */
    WF_RUN_HEAL,    /* a provisional pairing: fresh keys, then CONFIRM */
    WF_RUN_UNPAIR   /* UNPAIR under the session that there is */
} wf_run_purpose;

typedef enum wf_run_state {
    WF_RUN_FREE,
    WF_RUN_WAITS_2,
    WF_RUN_WAITS_4,
    WF_RUN_WAITS_DECISION,
    WF_RUN_WAITS_ANSWER /* to CONFIRM or UNPAIR */
} wf_run_state;

/* Something that we began: a handshake, and what has to follow it. */
typedef struct wf_run {
    wf_run_state state;
    wf_run_purpose purpose;
    wf_request_id request;
    uint32_t pairing, session;
    wf_address address;
    uint16_t tid;
    wf_time repeat_at, ends;
    uint32_t interval;
    unsigned retries, refused_cookies;
    bool heard_plaintext, heard_da, window_seen_open, window_seen_closed;
    bool incomplete; /* a provisional pairing of an earlier handshake lies in the store */
    bool disturbed;  /* by messages that were not the device's */
    bool refused;    /* under the session: the device wrote nothing down */
    wf_error hint;   /* words the outcome if nothing better happens */
    bool has_number;
    uint8_t number[WF_NUMBER_LEN];
    bool has_code, root_too;
    wf_setup_code code;
    wf_proofs proofs; /* once the keys are agreed */
    wf_time until;    /* a pairing that got no answer begins anew before */
    uint8_t message_1[WF_MESSAGE_1_LEN];
    size_t message_1_len;
    bool has_cookie, has_nonce;
    bool only_once; /* nobody proved the address: message_1 goes there once */
    uint8_t cookie[WF_DA_COOKIE_LEN];
    uint8_t nonce[WF_DA_NONCE_LEN];
    uint8_t datagram[WF_DATAGRAM_LEN];
    size_t datagram_len;
    wf_edhoc edhoc;
} wf_run;

/* Per pairing: is a session wanted, and when may we next do something for it? */
typedef struct wf_peer_call {
    bool wanted;
    bool waits; /* for a run to end: all of them are taken */
    wf_time next;
    uint32_t pause;
    bool has_nonce;
    uint8_t nonce[WF_DA_NONCE_LEN]; /* a device's last WAKE; the newest one that a controller heard */
    bool heard;                     /* and it is to be answered, to this address */
    wf_time answered;               /* when one last was */
    wf_address address;
    bool shows_former; /* of our two certificates, at the last handshake */
} wf_peer_call;

/* What arrives in blocks. */
typedef struct wf_incoming {
    uint32_t serial; /* of the session */
    uint16_t transfer, next;
    wf_error result; /* of the last block */
} wf_incoming;

/* What leaves in blocks. */
typedef struct wf_delivery {
    wf_intake_what what; /* NOTHING: free */
    wf_request_id request;
    uint32_t pairing, sequence;
    uint16_t transfer, number, tid;
    unsigned restarts;
    uint32_t interval;
    wf_time repeat_at, ends;
    size_t sent;
    uint8_t count, sizes[WF_CHAIN_LEN][2];
    size_t size_count, piece_count;
    wf_bytes pieces[1 + 2 * WF_CHAIN_LEN];
} wf_delivery;

struct wf_da {
    wf_identity identity;
    wf_role role;
    wf_store store;
    wf_edhoc_config by_chain, by_hash, by_former_hash;
    bool has_former; /* certificate, which some peers may still know */
    uint8_t own_x5t[WF_X5T_LEN], former_x5t[WF_X5T_LEN];
    wf_drbg drbg;
    wf_pairing_table pairings;
    wf_session_table sessions;
    wf_window window;
    wf_guard guard;
    wf_tokens tokens;
    bool has_code, code_alone;
    wf_setup_code code;
    wf_key_log key_log; /* unused in builds without it */
    uint8_t slot_key[WF_SETUP_CODE_KEY_LEN];
    wf_expectations expectations;
    wf_revocation revocation;
    wf_intake intake;
    wf_incoming incoming;
    wf_delivery *deliveries; /* as many as runs */
    int64_t floor;           /* under the date */
    wf_cookie_key cookie_key;
    wf_slot slots[WF_RESPONDER_SLOTS];
    wf_last_word last_words[WF_LAST_WORDS];
    unsigned next_last_word;
    wf_run *runs;
    uint32_t run_count;
    wf_peer_call *calls;          /* one for each entry of pairings */
    wf_time calls_next;           /* nothing is to be done for any of them before */
    bool was_reset, was_restored; /* since it ran last */
    uint32_t starts, wakes;       /* how often this node has started; its WAKEs since */
    uint16_t *next_tid;           /* one for all that a node asks, so that no two exchanges under way share a TID */
    wf_time hello_paid;           /* each answer moves it on, a little ahead of the present at most */
    bool has_date;
    int64_t date;
    wf_time date_at;
    wf_da_output output;
    wf_counters *counters;
    wf_group_manager manager;
    wf_group_members members;
    wf_tokens group_tokens; /* of those who speak in a group from elsewhere than its members are */
    wf_time group_paid;     /* by all of them together */
    uint8_t plain[WF_DATAGRAM_LEN];
    struct { /* the last answer that went to where a peer may be no longer */
        uint32_t session;
        size_t len;
        uint8_t bytes[WF_DATAGRAM_LEN];
    } astray;
};

enum {
    WF_EXPORT_ADMISSION_KEY = 32768 /* exporter labels from here on are for private use (RFC 9528 10.1) */
};

static inline wf_peer_id wf_da_peer_of(uint32_t pairing) {
    return (wf_peer_id){pairing == WF_NO_PAIRING ? 0 : pairing + 1};
}

#endif

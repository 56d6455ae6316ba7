/* The inside of wf_da, for the files of this folder only. */
#ifndef WARIFU_DA_STATE_H
#define WARIFU_DA_STATE_H

#include "da/admission.h"
#include "da/da.h"
#include "da/session.h"
#include "da/window.h"

enum {
    WF_RESPONDER_SLOTS = 2,
    WF_SLOT_FOR_STRANGERS = 0,
    WF_SLOT_FOR_PEERS = 1,
    WF_MESSAGE_1_LEN = 64,
    WF_SPARE_PAIRINGS = 2, /* candidates beside the pairings that count */
    WF_MAX_RETRIES = 3,
    WF_SLOT_LIFE_MS = 45000
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
    uint8_t connection_id;      /* C_R */
    uint8_t began[WF_HASH_LEN]; /* hash of message_1 */
    uint8_t asked[WF_HASH_LEN]; /* hash of the message that the cached answer answers */
    uint8_t answer[WF_DATAGRAM_LEN];
    size_t answer_len;
    wf_edhoc edhoc;
} wf_slot;

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
    unsigned retries;
    bool heard_plaintext, heard_da, window_seen_closed;
    bool refused;  /* under the session: the device wrote nothing down */
    wf_error hint; /* words the outcome if nothing better happens */
    bool has_number;
    uint8_t number[WF_NUMBER_LEN];
    uint8_t message_1[WF_MESSAGE_1_LEN];
    size_t message_1_len;
    bool has_cookie, has_nonce;
    uint8_t cookie[WF_DA_COOKIE_LEN];
    uint8_t nonce[WF_DA_NONCE_LEN];
    uint8_t datagram[WF_DATAGRAM_LEN];
    size_t datagram_len;
    wf_edhoc edhoc;
} wf_run;

/* Per pairing: is a session wanted, and when may we next do something for it? */
typedef struct wf_call {
    bool wanted;
    wf_time next;
    uint32_t pause;
    bool has_nonce;
    uint8_t nonce[WF_DA_NONCE_LEN]; /* a device's last WAKE; the last one that a controller heard */
    bool heard;                     /* and it is to be answered, to this address */
    wf_time answered;               /* when one last was */
    wf_address address;
} wf_call;

struct wf_da {
    wf_identity identity;
    wf_role role;
    wf_store store;
    wf_edhoc_config by_chain, by_hash;
    wf_drbg drbg;
    wf_pairing_table pairings;
    wf_session_table sessions;
    wf_window window;
    wf_cookie_key cookie_key;
    wf_slot slots[WF_RESPONDER_SLOTS];
    wf_run *runs;
    uint32_t run_count;
    wf_call *calls; /* one for each entry of pairings */
    uint16_t next_tid;
    wf_time hello_paid; /* each answer moves it on, a little ahead of the present at most */
    bool has_date;
    int64_t date;
    wf_time date_at;
    wf_da_output output;
    wf_counters *counters;
    uint8_t plain[WF_DATAGRAM_LEN];
};

/* da.c */
void wf_da_emit(wf_da *da, const wf_event *event);
void wf_da_emit_peer(wf_da *da, wf_event_kind kind, uint32_t pairing, wf_error error);
void wf_da_emit_refusal(wf_da *da, const wf_address *from, wf_error error);
void wf_da_transmit(wf_da *da, const wf_address *to, const wf_writer *datagram, wf_bytes inner);
wf_peer_id wf_da_peer_of(uint32_t pairing);
wf_chain_rules wf_da_chain_rules(const wf_da *da, wf_time now, wf_role role);

/* Writes the pairing down in this state, and forgets the earlier ones whose place it takes. */
WF_MUST_CHECK wf_error wf_da_commit(wf_da *da, uint32_t pairing, wf_pairing_state state);
/* Erases it in RAM and in the store, with its sessions and all that is under way for it. Errors: STORE (the entry is
 * gone from RAM all the same). */
WF_MUST_CHECK wf_error wf_da_forget(wf_da *da, uint32_t pairing);
/* A fresh handshake reached the peer there. */
void wf_da_address_proven(wf_da *da, uint32_t pairing, const wf_address *address);

enum { WF_EXPORT_ADMISSION_KEY = 32768 }; /* exporter labels from here on are for private use (RFC 9528 10.1) */

/* records.c */
WF_MUST_CHECK wf_error wf_da_session_open(wf_da *da, uint32_t session, wf_time now, const wf_edhoc *run,
                                          const wf_address *address);
WF_MUST_CHECK wf_error wf_da_send_kind(wf_da *da, uint32_t session, uint16_t tid, wf_bytes plain, wf_bytes inner);
WF_MUST_CHECK wf_error wf_da_answer_kind(wf_da *da, const wf_da_request_ref *ref, wf_bytes plain, wf_bytes inner);
void wf_da_record(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame, wf_da_incoming *in);
void wf_da_session_trusted(wf_da *da, uint32_t session, wf_time now);

/* commit.c */
void wf_commit_request(wf_da *da, wf_time now, const wf_da_request_ref *ref, wf_da_kind kind);
void wf_commit_answer(wf_da *da, wf_time now, uint32_t session, wf_da_kind kind, wf_error reason);

/* responder.c */
void wf_responder_message_1(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame);
void wf_responder_message_3(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame);
void wf_responder_tick(wf_da *da, wf_time now);
void wf_responder_forget(wf_da *da, uint32_t pairing);

/* initiator.c */
wf_run *wf_initiator_new(wf_da *da, wf_time now, wf_run_purpose purpose, const wf_address *address);
WF_MUST_CHECK wf_error wf_initiator_begin(wf_da *da, wf_time now, wf_run *run);
void wf_initiator_frame(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame);
void wf_initiator_exchange(wf_da *da, wf_time now, wf_run *run);
void wf_initiator_step(wf_da *da, const wf_run *run, wf_pair_step step);
void wf_initiator_over(wf_da *da, wf_run *run, wf_error outcome);
void wf_initiator_give_up(wf_da *da, wf_run *run); /* one of ours that is begun anew later: its pairing stays */
void wf_initiator_tick(wf_da *da, wf_time now);
wf_run *wf_initiator_of_pairing(wf_da *da, uint32_t pairing);
void wf_initiator_forget(wf_da *da, uint32_t pairing);

/* call.c */
void wf_call_want(wf_da *da, wf_time now, uint32_t pairing);
void wf_call_settled(wf_da *da, uint32_t pairing);
void wf_call_wake(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame);
void wf_call_tick(wf_da *da, wf_time now);

/* hello.c */
void wf_hello_frame(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame);

#endif

/* The audit log: what happened to a node that matters for its security, kept in its store, bounded, readable for ever.
 *
 * Two rings share the store entries: acts (a window opened, a peer paired) and what anybody on the network can provoke.
 * So nobody can flush acts out of the log by provoking refusals. An act is written down at once. Refusals are gathered:
 * what comes again (the same thing, error and host) is counted in one entry, and they are written down once a minute at
 * most. In an hour WF_AUDIT_NEW_AN_HOUR entries of them are begun, WF_AUDIT_NEW_OF_A_KIND of one kind of thing; what is
 * beyond that is counted in one entry for each kind, without an address. So nobody can wear out a flash memory, and the
 * chatter of strangers leaves room for what is rare. A power cut loses at most the refusals of the last minute.
 *
 * No entry holds a secret; addresses and identification numbers of peers it does hold.
 */
#ifndef WARIFU_AUDIT_H
#define WARIFU_AUDIT_H

#include <warifu/address.h>
#include <warifu/bytes.h>
#include <warifu/eoj.h>
#include <warifu/event.h>
#include <warifu/store.h>

WF_C_BEGIN

/* How a thing is kept. ACT: an entry of its own, written at once. NOTICE: the same, but repetitions are counted.
 * GATHERED: as refusals are. START: written at once, among the refusals, for a crash can be provoked; of many starts
 * in a row the first and the last stay. */
typedef enum wf_audit_care { WF_AUDIT_ACT, WF_AUDIT_NOTICE, WF_AUDIT_GATHERED, WF_AUDIT_START } wf_audit_care;

/* Everything that is audited: code in the store, name in C, name elsewhere, care, what happened. */
#define WF_AUDITED(X)                                                                                        \
    X(1, STARTED, "started", START, "the node started")                                                      \
    X(2, WINDOW_OPENED, "window_opened", ACT, "the pairing window was opened")                               \
    X(3, WINDOW_CLOSED, "window_closed", ACT, "the pairing window was closed")                               \
    X(4, PAIRED, "paired", ACT, "a peer was paired")                                                         \
    X(5, UNPAIRED, "unpaired", ACT, "a pairing ended")                                                       \
    X(6, REVOKED, "revoked", NOTICE, "a pairing ended because the certificate of the peer is revoked")       \
    X(7, FACTORY_RESET, "factory_reset", ACT, "the node was reset")                                          \
    X(8, RESTORED, "restored", ACT, "the state was restored from a backup")                                  \
    X(9, CLOCK_SET, "clock_set", ACT, "the clock was set to another time")                                   \
    X(10, LIST_TAKEN, "list_taken", NOTICE, "a revocation list was taken")                                   \
    X(32, PAIRING_FAILED, "pairing_failed", GATHERED, "a pairing that was asked for here failed")            \
    X(33, PAIRING_REFUSED, "pairing_refused", GATHERED, "a stranger's handshake was refused")                \
    X(34, SESSION_UP, "session_up", GATHERED, "fresh keys were agreed with a peer")                          \
    X(35, SESSION_REFUSED, "session_refused", GATHERED, "a handshake from a peer's address was refused")     \
    X(36, POLICY_REFUSED, "policy_refused", GATHERED, "the policy refused an access")                        \
    X(37, PLAINTEXT, "plaintext", GATHERED, "a clear message from a paired peer's address was not believed") \
    X(38, REPLAYED, "replayed", GATHERED, "a record that was seen before was dropped")                       \
    X(39, TAMPERED, "tampered", GATHERED, "a message with a wrong authentication tag was dropped")           \
    X(40, LATE_COMMAND, "late_command", GATHERED, "a command that came too late was refused")                \
    X(41, ADDRESS_MOVED, "address_moved", GATHERED, "a peer proved that it has another address")             \
    X(42, STORE_TROUBLE, "store_trouble", GATHERED, "the store could not be written or read")                \
    X(43, CERTIFICATE_EXPIRED, "certificate_expired", GATHERED,                                              \
      "the certificate of a peer has expired; its pairing goes on")

typedef enum wf_audited {
#define WF_AUDITED_ENUM(code, name, text, care, what) WF_AUDITED_##name = (code),
    WF_AUDITED(WF_AUDITED_ENUM)
#undef WF_AUDITED_ENUM
        WF_AUDITED_NONE = 0
} wf_audited;

/* One row of the table. The strings are static. */
typedef struct wf_audited_row {
    wf_audited code;
    wf_audit_care care;
    const char *name; /* "pairing_refused" */
    const char *what; /* one line: what happened */
} wf_audited_row;

const wf_audited_row *wf_audited_at(unsigned index); /* NULL past the end */
/* What a later version wrote down may have no row here: it gets one named "unknown", never NULL. */
const wf_audited_row *wf_audited_row_of(wf_audited what);

enum {
    WF_AUDIT_NUMBER_LEN = 17,
    WF_AUDIT_RING = 32,    /* most store entries of one ring: acts from WF_STORE_AUDIT on, refusals so many ids later */
    WF_AUDIT_ENTRIES = 64, /* most of both */
    WF_AUDIT_LINES = 26,   /* audit entries in one store entry */
    WF_AUDIT_NEW_AN_HOUR = 14,  /* gathered entries begun */
    WF_AUDIT_NEW_OF_A_KIND = 4, /* of these of one kind */
    WF_AUDIT_TEXT_LEN = 448,    /* longest text of an entry, and longest JSON */
    WF_AUDIT_UNWRITTEN_MS = 60000
};

typedef struct wf_audit_entry {
    uint32_t sequence; /* grows from entry to entry */
    uint32_t boot;     /* the how manieth start of the node it belongs to */
    wf_time at;        /* milliseconds of that boot's clock */
    wf_time last;      /* of the last repetition (49 days after `at` at most); `at` when there is none */
    int64_t date;      /* of `at`, seconds since 1970; 0: the node knew no date */
    wf_audited what;
    wf_error error;                      /* OK: none, or of a gathered entry: several */
    uint32_t count;                      /* how often; 1: once */
    bool from_many;                      /* counts those that got no entry of their own: no address, no number */
    uint8_t number[WF_AUDIT_NUMBER_LEN]; /* identification number of the peer; zeros: none */
    wf_address address;                  /* zeros: none */
    wf_eoj eoj;                          /* the first that was refused; 0: none */
    uint8_t epc;
} wf_audit_entry;

/* One line for people, without its end: when, what, why, whose. Written only if it fits. */
void wf_audit_write_text(wf_writer *out, const wf_audit_entry *entry);
/* One JSON object in one line; what has no value is null. */
void wf_audit_write_json(wf_writer *out, const wf_audit_entry *entry);

/* ---- reading, with or without a running node ---- */

struct wf_audit_log;

/* One store entry, taken apart. */
typedef struct wf_audit_block {
    unsigned ring_len; /* store entries of its ring, 1 to WF_AUDIT_RING */
    unsigned count;    /* of lines; 0: there is no such entry */
    wf_audit_entry lines[WF_AUDIT_LINES];
} wf_audit_block;

/* Where a reader is in one ring. */
typedef struct wf_audit_cursor {
    uint8_t blocks[WF_AUDIT_RING]; /* those that hold something, oldest first */
    uint32_t firsts[WF_AUDIT_RING];
    unsigned block_count, at; /* of the next one */
    wf_audit_block block;
    unsigned line;
} wf_audit_cursor;

/* Walks a log from the oldest entry to the newest, both rings as one. */
typedef struct wf_audit_reader {
    wf_store store;
    const struct wf_audit_log *live; /* NULL: the store is all there is */
    unsigned damaged;                /* store entries passed over, for nobody can read them */
    wf_audit_cursor cursors[2];
    uint8_t scratch[WF_STORE_ENTRY_LEN];
} wf_audit_reader;

/* Begins with the log in a store; its node may run or not. Errors: STORE (it can't be read at all). */
WF_MUST_CHECK wf_error wf_audit_read(wf_audit_reader *reader, const wf_store *store);
/* The next entry; false at the end. */
bool wf_audit_next(wf_audit_reader *reader, wf_audit_entry *out);

/* Writes an act down while no engine has the store: a restored backup, a pairing that was removed. Of `entry` count
 * what, error, number, address and date (0: unknown). Where no node has begun a log it does nothing. It takes 10 KB of
 * stack. Errors: ARGUMENT (no ACT), STORE. */
WF_MUST_CHECK wf_error wf_audit_record(const wf_store *store, const wf_audit_entry *entry);

WF_C_END

#endif

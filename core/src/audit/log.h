/* The audit log of a running node: the newest store entry of each ring in RAM, and when it is written down. */
#ifndef WARIFU_AUDIT_LOG_H
#define WARIFU_AUDIT_LOG_H

#include "audit/block.h"

typedef struct wf_audit_ring {
    unsigned at;    /* the store entry that is being filled */
    bool unwritten; /* the store has less */
    wf_audit_block block;
} wf_audit_ring;

typedef struct wf_audit_log {
    wf_store store;
    unsigned ring_len; /* store entries of each ring */
    wf_audit_ring rings[WF_AUDIT_RINGS];
    uint32_t next_sequence, boot;
    wf_time now;
    wf_time write_at;    /* when what is unwritten will be; NEVER: nothing is */
    wf_time gathered_at; /* when refusals were written last */
    wf_time hour_began;
    unsigned begun;        /* gathered lines, in this hour */
    uint8_t begun_of[128]; /* of these of each kind */
    bool has_date;
    int64_t date;
    wf_time date_at;
    uint64_t *failed; /* counts writes that failed, and what found no room because of that */
    uint8_t scratch[WF_STORE_ENTRY_LEN];
} wf_audit_log;

/* Goes on with the log in the store; one without `load` is none. `entries` of the store are for both rings, an even
 * number. */
void wf_audit_log_open(wf_audit_log *log, const wf_store *store, unsigned entries, uint64_t *failed);
/* A new boot, and the entry that says so. */
void wf_audit_log_start(wf_audit_log *log, wf_time now);
/* `entry` says what, error, number, address, eoj and epc. */
void wf_audit_log_note(wf_audit_log *log, wf_time now, const wf_audit_entry *entry);
/* Lines of this boot that had no date get theirs; a jump is an entry. */
void wf_audit_log_set_date(wf_audit_log *log, wf_time now, int64_t seconds);
void wf_audit_log_tick(wf_audit_log *log, wf_time now);
wf_time wf_audit_log_deadline(const wf_audit_log *log);
/* Writes down what is not yet. */
void wf_audit_log_flush(wf_audit_log *log);

/* Begins with the store and with what is not written down yet; valid until the log changes. */
void wf_audit_read_live(wf_audit_reader *reader, const wf_audit_log *log);

#endif

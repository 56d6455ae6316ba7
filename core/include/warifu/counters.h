/* What an engine counted since its start: one table, from which the faces take names and words. */
#ifndef WARIFU_COUNTERS_H
#define WARIFU_COUNTERS_H

#include <stdint.h>

#define WF_COUNTERS(X)                                                                                          \
    X(received, "datagrams received")                                                                           \
    X(sent, "datagrams handed out for sending")                                                                 \
    X(malformed, "datagrams that were no frame of ours")                                                        \
    X(wrong_path, "frames that came by multicast and must not")                                                 \
    X(replays_dropped, "records whose number was seen before")                                                  \
    X(tampered_dropped, "records whose tag was wrong")                                                          \
    X(unknown_session, "records for no session")                                                                \
    X(group_unknown, "group records of a group, an epoch or a sender not known here")                           \
    X(group_repeated, "group records whose number was heard before, mostly on another interface")               \
    X(group_strangers, "group records that nobody in the group made: dropped before any signature was checked") \
    X(group_limited, "group records not looked at because their sender had sent too many")                      \
    X(group_forged, "group records that a member made in another one's name")                                   \
    X(late_refused, "commands refused as too late")                                                             \
    X(policy_refused, "property accesses that the policy refused")                                              \
    X(listener_off, "datagrams for a listener that is switched off")                                            \
    X(plaintext_from_paired, "clear frames from the address of a paired peer")                                  \
    X(strangers_limited, "handshakes of strangers put off because their host had begun too many")               \
    X(handshakes_refused, "handshake messages that failed or were not welcome")                                 \
    X(retries_sent, "cookies asked for before anything was computed")                                           \
    X(queue_full, "datagrams or events dropped because a queue was full")                                       \
    X(audit_failed, "writes of the audit log that failed, and entries that found no room because of that")

typedef struct wf_counters {
#define WF_COUNTER_MEMBER(name, what) uint64_t name;
    WF_COUNTERS(WF_COUNTER_MEMBER)
#undef WF_COUNTER_MEMBER
} wf_counters;

#endif

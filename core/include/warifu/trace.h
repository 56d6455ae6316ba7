/* What a trace is told: every datagram of a node as it is sent or received. It sees what was said and holds no key. */
#ifndef WARIFU_TRACE_H
#define WARIFU_TRACE_H

#include <warifu/address.h>
#include <warifu/bytes.h>

WF_C_BEGIN

typedef struct wf_traced {
    bool sent;
    bool multicast;    /* to or from every ECHONET Lite group */
    wf_address peer;   /* to or from; all zeros: sent to every group */
    wf_address own;    /* where it left or arrived; all zeros: not told. The engine doesn't know it */
    int64_t time_us;   /* microseconds since 1970. The engine doesn't know it: 0 */
    wf_bytes datagram; /* views for the time of the call */
    wf_bytes inner;    /* EDATA that the record protects; empty where there is none or it was refused */
} wf_traced;

/* It must not call the engine. */
typedef struct wf_trace {
    void (*datagram)(void *context, const wf_traced *traced);
    void *context;
} wf_trace;

WF_C_END

#endif

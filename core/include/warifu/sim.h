/* A simulator for tests: a virtual network, a virtual clock, and stores that fail (sim_store.h).
 *
 * Hosts have addresses on numbered networks. On a host lives either an engine, which the simulator drives, or whoever
 * takes the datagrams of its inbox. Links lose, delay, duplicate and hold back; a hook may change what passes; hosts
 * are cut off, move, and lose their power at any write. Everything random comes from one seed: the same calls with the
 * same seed give the same bytes at the same time.
 *
 * Time is in milliseconds and passes only inside the calls that run. A datagram costs a constant number of look-ups
 * and one place in a heap. The simulator allocates; when memory ends, datagrams are lost. It belongs to one thread.
 */
#ifndef WARIFU_SIM_H
#define WARIFU_SIM_H

#include <warifu/engine.h>
#include <warifu/sim_store.h>

WF_C_BEGIN

enum {
    WF_SIM_NETWORKS = 63, /* they are numbered from 1; the number is the scope of a link-local address there */
    WF_SIM_ADDRESSES = 8, /* of one host */
    WF_SIM_INBOX = 512,   /* datagrams waiting on a host without an engine; more are lost */
    WF_SIM_DATAGRAM_LEN = 65507
};

typedef struct wf_sim wf_sim;

/* 0 means none. Hosts are numbered from 1, in the order in which they were added. */
typedef struct wf_sim_host {
    uint32_t value;
} wf_sim_host;

/* Errors: CAPACITY (no memory). */
WF_MUST_CHECK wf_error wf_sim_new(wf_sim **out, uint64_t seed);
/* Its engines end too; their stores are the caller's. NULL does nothing. */
void wf_sim_free(wf_sim *sim);

/* ---- hosts and their addresses ---- */

/* Errors: CAPACITY. */
WF_MUST_CHECK wf_error wf_sim_add_host(wf_sim *sim, wf_sim_host *out);
/* Port 0 means 3610. The first address of a family on a network is where datagrams leave from. Errors: ARGUMENT (no
 * such host, not an address of a host, or taken on that network), CAPACITY. */
WF_MUST_CHECK wf_error wf_sim_add_address(wf_sim *sim, wf_sim_host host, unsigned network, const wf_address *address);
/* What is on its way to that address gets lost. Errors: ARGUMENT (not an address of this host). */
WF_MUST_CHECK wf_error wf_sim_remove_address(wf_sim *sim, wf_sim_host host, unsigned network,
                                             const wf_address *address);
/* The address at `index`, in the order in which they were added; false past the end. */
bool wf_sim_address(const wf_sim *sim, wf_sim_host host, size_t index, unsigned *network, wf_address *address);

/* A source of entropy of the host's own: never the same bytes again, and the same in each run of a seed. */
wf_entropy wf_sim_entropy(wf_sim *sim, wf_sim_host host);

/* ---- engines ---- */

/* What lives on a host. A boot starts the engine anew, from its store, and calls `set_up` for its objects. `config` is
 * copied; what it points to is borrowed. An entropy source without a `fill` is replaced by the host's own. */
typedef struct wf_sim_node {
    wf_engine_config config;
    wf_sim_store *store;                                                /* may be NULL; takes config.store's place */
    wf_error (*set_up)(void *context, wf_sim_host host, wf_node *node); /* may be NULL */
    /* May be NULL. It may call the engine, through wf_sim_engine; after that the event's views are gone. */
    void (*event)(void *context, wf_sim_host host, const wf_event *event);
    void *context;
} wf_sim_node;

/* Errors: ARGUMENT (no such host), STATE (it runs an engine). */
WF_MUST_CHECK wf_error wf_sim_set_node(wf_sim *sim, wf_sim_host host, const wf_sim_node *node);
/* Switches on: the host's clock starts at 0, the store has power. Errors: STATE (it is on, or nothing is set),
 * CAPACITY, those of wf_engine_start and of `set_up`. */
WF_MUST_CHECK wf_error wf_sim_boot(wf_sim *sim, wf_sim_host host);
/* Ends the engine in peace; what it has sent is still delivered. */
void wf_sim_shut_down(wf_sim *sim, wf_sim_host host);
/* Throws the engine's memory away, and of the store what a power cut takes. The same happens by itself, before the
 * engine can say another word, when the power goes at a write (wf_sim_store_cut_at). */
void wf_sim_cut_power(wf_sim *sim, wf_sim_host host);

/* The engine, NULL while it is off. Whoever asks may call it until the simulator runs again, and ask anew after that:
 * what it then has to send and to tell is looked for because somebody asked. */
wf_engine *wf_sim_engine(wf_sim *sim, wf_sim_host host);
/* The host's clock: milliseconds since its boot, which is the `now` of its engine. */
wf_time wf_sim_clock(const wf_sim *sim, wf_sim_host host);

/* ---- datagrams by hand ---- */

typedef struct wf_sim_datagram {
    wf_sim_host sender;   /* none: injected */
    wf_sim_host receiver; /* none: nobody has that address */
    wf_address from, to;  /* multicast: `to` is the group */
    bool multicast;
    wf_bytes bytes;
} wf_sim_datagram;

/* Sends as the host: to an address, to a group, or (all zeros) to every ECHONET Lite group of every network that it is
 * on. Errors: ARGUMENT (no such host; no address of its own that can reach `to`; no bytes or too many). */
WF_MUST_CHECK wf_error wf_sim_send(wf_sim *sim, wf_sim_host host, const wf_address *to, wf_bytes bytes);
/* Puts a datagram on a network, with any source address, to arrive after `delay` without any fault. A group as `to`
 * reaches everybody there. Errors: ARGUMENT. */
WF_MUST_CHECK wf_error wf_sim_inject(wf_sim *sim, unsigned network, const wf_address *from, const wf_address *to,
                                     wf_bytes bytes, wf_time delay);

/* For hosts without an engine: the next datagram of the inbox, whose view lives until the next call for this host; and
 * the next host that has one, each once since its inbox was empty. */
bool wf_sim_receive(wf_sim *sim, wf_sim_host host, wf_sim_datagram *out);
bool wf_sim_next_inbox(wf_sim *sim, wf_sim_host *out);

/* ---- faults ---- */

enum { WF_SIM_PERCENT = 10000, WF_SIM_ALWAYS = 1000000 }; /* rates are of a million: 30 * WF_SIM_PERCENT */

/* What happens to each copy of a datagram between two hosts. All zeros: it arrives at once, in order. */
typedef struct wf_sim_faults {
    uint32_t loss;               /* rate */
    uint32_t duplication;        /* rate; the second copy has a delay of its own */
    uint32_t reordering;         /* rate of those held back by `held_back` more */
    uint32_t held_back;          /* 0: 20 ms */
    uint32_t least_delay, delay; /* each copy takes a time between them, drawn evenly: so they overtake each other */
} wf_sim_faults;

/* For all links that have none of their own. */
void wf_sim_set_faults(wf_sim *sim, const wf_sim_faults *faults);
/* For one direction of one link; NULL: those of all again. Errors: ARGUMENT, CAPACITY. */
WF_MUST_CHECK wf_error wf_sim_set_link(wf_sim *sim, wf_sim_host from, wf_sim_host to, const wf_sim_faults *faults);
/* Pulls the cable, or puts it back; what is on its way to the host gets lost. */
void wf_sim_set_connected(wf_sim *sim, wf_sim_host host, bool connected);
/* Hosts hear those of the same part only; all begin in part 0. */
void wf_sim_set_part(wf_sim *sim, wf_sim_host host, uint32_t part);

/* Sees each copy before its faults, once for each receiver. It may change `bytes` in place, and *len up to `capacity`;
 * false drops the copy. It may inject. */
typedef bool (*wf_sim_tamper)(void *context, wf_sim *sim, const wf_sim_datagram *datagram, uint8_t *bytes, size_t *len,
                              size_t capacity);
void wf_sim_set_tamper(wf_sim *sim, wf_sim_tamper tamper, void *context); /* NULL: none */

/* ---- what was seen ---- */

#define WF_SIM_FATES(X)                                                     \
    X(SENT, sent, "left its sender, once for all receivers")                \
    X(INJECTED, injected, "was put on a network by hand")                   \
    X(DELIVERED, delivered, "arrived")                                      \
    X(DUPLICATED, duplicated, "got a second copy")                          \
    X(LOST, lost, "was lost by its link, or found nobody, or nobody awake") \
    X(CHANGED, changed, "was changed by the hook")                          \
    X(DROPPED, dropped, "was dropped by the hook")

typedef enum wf_sim_fate {
#define WF_SIM_FATE(upper, lower, what) WF_SIM_##upper,
    WF_SIM_FATES(WF_SIM_FATE)
#undef WF_SIM_FATE
        WF_SIM_FATE_COUNT
} wf_sim_fate;

/* Sees every datagram and every copy at each turn of its fate. It must not call the simulator. */
typedef void (*wf_sim_monitor)(void *context, wf_time now, wf_sim_fate fate, const wf_sim_datagram *datagram);
void wf_sim_set_monitor(wf_sim *sim, wf_sim_monitor monitor, void *context); /* NULL: none */
/* How often each fate was met. */
uint64_t wf_sim_count(const wf_sim *sim, wf_sim_fate fate);

/* ---- time ---- */

wf_time wf_sim_now(const wf_sim *sim);
/* The date now, in seconds since 1970; it goes on with the clock. Engines learn it at their boot. Without it they know
 * none. */
void wf_sim_set_date(wf_sim *sim, int64_t seconds);
int64_t wf_sim_date(const wf_sim *sim); /* 0: none */

/* When the next thing happens; WF_TIME_NEVER: nothing is under way. */
wf_time wf_sim_next(wf_sim *sim);
/* Lets the next thing happen, and time pass up to it; false when there is none. */
bool wf_sim_step(wf_sim *sim);
/* Lets everything happen up to that moment, or for so long. */
void wf_sim_run_until(wf_sim *sim, wf_time end);
void wf_sim_run(wf_sim *sim, wf_time duration);
/* Runs until `is_done` is true, asked after each step; false when it isn't after `most`. */
bool wf_sim_run_for(wf_sim *sim, wf_time most, bool (*is_done)(void *context), void *context);
/* Runs until no datagram is under way, whatever deadlines are left; false when there is one still after `most`. */
bool wf_sim_settle(wf_sim *sim, wf_time most);
/* Runs until nothing at all is under way: no datagram and no deadline; false when there is still after `most`. */
bool wf_sim_run_idle(wf_sim *sim, wf_time most);

WF_C_END

#endif

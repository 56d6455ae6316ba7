/* A home of many devices and one controller that goes on for as long as it is let, in trouble all the time, and rules
 * that hold all the time. talk.c asks and judges the answers, trouble.c makes the trouble, watch.c looks at memory,
 * tables and counters, soak.c is the program. */
#ifndef WARIFU_TESTS_SOAK_H
#define WARIFU_TESTS_SOAK_H

#define HOME_NODES 4094
#include "sim_home.h"

#include "engine/state.h"
#include "sim/random.h"

enum {
    SOAK_OPEN = 64,       /* asked by the controller at the same time */
    SOAK_STEP_MS = 100,   /* virtual, between two looks */
    SOAK_HEARD = 1024,    /* records kept for being played again */
    SOAK_HEARD_LEN = 128, /* longest of these */
    SOAK_LEAST_VALUE = 16,
    SOAK_VALUES = 30, /* that are ever set: 16 to 45 */
    SOAK_FORBIDDEN = 99
};

typedef enum soak_kind { SOAK_GET, SOAK_SET, SOAK_UNPAIR, SOAK_PAIR, SOAK_KINDS } soak_kind;

typedef struct soak_ask {
    soak_kind kind;
    unsigned device;
    wf_request_id request;
    wf_time ends; /* by then it has ended */
    uint8_t value;
} soak_ask;

typedef struct soak_life {
    home_node *node;
    wf_time back;             /* when its power comes back; 0: it is on */
    wf_time cable_back;       /* the same of its cable */
    uint64_t delivered, sent; /* since its boot, as the network saw it */
} soak_life;

typedef struct soak_device {
    soak_life life;
    wf_peer_id peer; /* for the controller; 0: not paired */
    bool is_asked;
    bool owes_unpairing; /* the controller's power went while it did: it does so again */
    bool is_told;        /* at the end: it has answered */
    uint8_t asked[2];    /* the last values that it was asked to take */
    uint8_t had[32];     /* a bit for each value that it had since its open request began */
} soak_device;

typedef struct soak_heard {
    wf_sim_host receiver;
    wf_address from;
    uint8_t bytes[SOAK_HEARD_LEN];
    size_t len;
} soak_heard;

typedef struct soak {
    home *home;
    uint64_t seed;
    wf_sim_random random;
    soak_life controller;
    soak_device devices[HOME_NODES];
    unsigned count;
    soak_ask open[SOAK_OPEN];
    unsigned open_count;
    soak_heard heard[SOAK_HEARD];
    uint64_t heard_count;
    wf_time next_controller_cut, next_weather;

    uint64_t asked[SOAK_KINDS], ended_well[SOAK_KINDS], ended_badly[SOAK_KINDS];
    uint64_t lost_with_power; /* requests of a controller whose power went */
    uint64_t no_room;         /* requests that were refused at once: CAPACITY */
    uint64_t cuts, controller_cuts, forged, replayed, flooded, clear;
    uint64_t queue_full;
    char broken[256]; /* the rule that did not hold; empty: all do */
} soak;

/* Notes that a rule is broken: printf's words. The first counts. */
void soak_break(soak *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
uint32_t soak_below(soak *s, uint32_t end);
bool soak_happens(soak *s, double per_second); /* within one step */
bool soak_is_on(const soak_life *life);

/* talk.c */
void soak_hear(home *h, home_node *node, const wf_event *event);
void soak_ask_some(soak *s, unsigned most);
void soak_ask_device(soak *s, unsigned device, soak_kind kind); /* nothing, where that makes no sense now */
void soak_ask_due(soak *s, unsigned device, soak_kind usual);   /* `usual`, or what has to come before it */
void soak_check_deadlines(soak *s);
void soak_forget_open(soak *s); /* with the controller's power */
void soak_learn_peers(soak *s); /* after its start */

/* trouble.c */
void soak_make_trouble(soak *s);
void soak_restore_power(soak *s, bool all);
void soak_end_trouble(soak *s);
void soak_watch_network(void *context, wf_time now, wf_sim_fate fate, const wf_sim_datagram *datagram);

/* watch.c */
typedef struct soak_memory {
    size_t heap; /* without the blocks of the engines that are on */
    size_t resident;
} soak_memory;
soak_memory soak_measure(const soak *s);
void soak_check_memory(soak *s, soak_memory first, soak_memory now);
void soak_check_tables(soak *s);
void soak_check_counters(soak *s, const soak_life *life);

#endif

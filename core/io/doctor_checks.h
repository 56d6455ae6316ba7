/* Inside core/io: one look of the doctor, and the checks that it is made of. */
#ifndef WARIFU_DOCTOR_CHECKS_H
#define WARIFU_DOCTOR_CHECKS_H

#include <ifaddrs.h>
#include <warifu/doctor.h>

/* An interface as the doctor sees it. */
typedef struct wf_place {
    char name[16];
    uint32_t index;
    bool up, link, multicast, loopback;
    bool chosen;           /* named by the caller, or nothing was named and it is not the loopback */
    bool usable;           /* chosen and able */
    wf_address ipv4, ipv6; /* all zeros: none; IPv4: the one that was chosen, where one was */
} wf_place;

typedef struct wf_doctor_run {
    wf_doctor *doctor;
    const wf_doctor_config *config;
    uint16_t port;
    unsigned families;
    bool named, by_address; /* what the caller chose */
    const struct ifaddrs *list;
    size_t place_count, usable_count; /* usable: the loopback not counted */
    wf_place places[WF_UDP_INTERFACES];
    uint64_t patience_ms; /* what is left of the time for waiting */
} wf_doctor_run;

/* Adds a finding; it weighs as its row says, or less where `most` is less. */
__attribute__((format(printf, 4, 5))) void wf_doctor_add(wf_doctor_run *run, wf_finding_kind kind, wf_severity most,
                                                         const char *format, ...);

bool wf_place_has(const wf_place *place, unsigned family);

/* ---- the checks ---- */

void wf_doctor_look_at_places(wf_doctor_run *run); /* first: it fills `places` */
void wf_doctor_look_at_routes(wf_doctor_run *run);
void wf_doctor_look_at_port(wf_doctor_run *run);
void wf_doctor_test_itself(wf_doctor_run *run);
void wf_doctor_look_at_firewall(wf_doctor_run *run);
void wf_doctor_look_at_host(wf_doctor_run *run);

/* ---- parts of them ---- */

/* Could it be now? No earlier than this software, no later than its certificates can say (2050). */
bool wf_doctor_clock_is_plausible(int64_t seconds);

/* A socket that has the port. */
typedef struct wf_port_holder {
    wf_address local;
    unsigned user;
    unsigned long inode;
    long process; /* 0: not to be seen */
    char name[32];
} wf_port_holder;

enum { WF_PORT_HOLDERS = 32 };

/* From /proc; none where there is no such thing. */
size_t wf_port_holders(wf_port_holder holders[WF_PORT_HOLDERS], uint16_t port);
bool wf_port_holder_is_us(const wf_port_holder *holder);

/* Tries to bind as Warifu does and lets go at once: false when another socket is in the way. */
bool wf_port_is_free(const wf_address *local);

#endif

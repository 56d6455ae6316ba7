#define _GNU_SOURCE 1
#include "io/doctor_checks.h"
#include "io/udp_socket.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <warifu/clock.h>

enum { WAIT_MS = 250, TOKEN_LEN = 48 };

/* A datagram of this host to itself. */
typedef struct loop {
    wf_doctor_run *run;
    const wf_place *place;
    unsigned family;
    bool group;
    uint16_t port; /* 0: any */
} loop;

typedef enum outcome { ARRIVED, LOST, NOT_SENT, NOT_TRIED } outcome;

static bool set(int fd, int level, int name, int value) {
    return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

static bool join(int fd, const loop *l, const wf_address *group) {
    if (l->family == WF_UDP_IPV6) {
        struct ipv6_mreq request = {.ipv6mr_interface = l->place->index};
        memcpy(&request.ipv6mr_multiaddr, group->ip, 16);
        return setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof request) == 0;
    }
    struct ip_mreqn request = {.imr_ifindex = (int)l->place->index};
    memcpy(&request.imr_multiaddr, group->ip + 12, 4);
    return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request) == 0;
}

static wf_address destination(const loop *l) {
    wf_address to = l->family == WF_UDP_IPV4 ? l->place->ipv4 : l->place->ipv6;
    if (l->group) {
        to = l->family == WF_UDP_IPV4 ? wf_address_group_ipv4(0) : wf_address_group_ipv6(0, l->place->index);
    }
    to.port = l->port;
    return to;
}

static int open_socket(const loop *l) {
    int fd = socket(l->family == WF_UDP_IPV4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0);
    if (fd >= 0 && l->family == WF_UDP_IPV6) {
        (void)set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    }
    return fd;
}

/* Bound to the group itself, so that nobody's unicast comes here. Notes the port in `to`. */
static bool listen_there(int fd, const loop *l, wf_address *to) {
    wf_sockaddr address;
    wf_address bound = {0};
    socklen_t len = wf_sockaddr_of(&address, to);
    if ((l->group && !set(fd, SOL_SOCKET, SO_REUSEADDR, 1)) || bind(fd, &address.any, len) != 0 ||
        (l->group && !join(fd, l, to))) {
        return false;
    }
    len = sizeof address;
    bool done = getsockname(fd, &address.any, &len) == 0 && wf_sockaddr_read(&bound, &address.any);
    to->port = bound.port;
    return done;
}

/* Hop limit 0: it comes back to this host and never leaves it. */
static bool send_there(int fd, const loop *l, const wf_address *to, const char *token) {
    wf_sockaddr address;
    socklen_t len = wf_sockaddr_of(&address, to);
    if (l->group && l->family == WF_UDP_IPV4) {
        struct ip_mreqn way = {.imr_ifindex = (int)l->place->index};
        memcpy(&way.imr_address, l->place->ipv4.ip + 12, 4);
        if (!set(fd, IPPROTO_IP, IP_MULTICAST_TTL, 0) ||
            setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &way, sizeof way) != 0) {
            return false;
        }
    } else if (l->group && (!set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 0) ||
                            !set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)l->place->index))) {
        return false;
    }
    return sendto(fd, token, strlen(token), 0, &address.any, len) >= 0;
}

static bool arrives(wf_doctor_run *run, int fd, const char *token) {
    char got[TOKEN_LEN + 1];
    uint64_t start = 0, now = 0;
    uint64_t limit = run->patience_ms < WAIT_MS ? run->patience_ms : WAIT_MS;
    bool arrived = false, timed = wf_clock_monotonic(&start) == WF_OK;
    now = start;
    while (timed && !arrived && now - start <= limit) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        (void)poll(&wait, 1, (int)(limit - (now - start)));
        ssize_t len = recv(fd, got, sizeof got, MSG_DONTWAIT);
        arrived = len == (ssize_t)strlen(token) && memcmp(got, token, (size_t)len) == 0;
        timed = wf_clock_monotonic(&now) == WF_OK && now - start < limit;
    }
    run->patience_ms -= now - start < run->patience_ms ? now - start : run->patience_ms;
    return arrived;
}

/* What is sent is no ECHONET Lite frame, whose first byte is 10. errno says why it was NOT_SENT. */
static outcome go_round(const loop *l) {
    char token[TOKEN_LEN];
    outcome result = NOT_TRIED;
    wf_address to = destination(l);
    int in = open_socket(l), out = open_socket(l), number = 0;
    snprintf(token, sizeof token, "warifu doctor %ld", (long)getpid());
    if (in >= 0 && out >= 0 && l->run->patience_ms > 0 && listen_there(in, l, &to)) {
        if (!send_there(out, l, &to, token)) {
            number = errno;
            result = NOT_SENT;
        } else {
            result = arrives(l->run, in, token) ? ARRIVED : LOST;
        }
    }
    if (in >= 0) {
        close(in);
    }
    if (out >= 0) {
        close(out);
    }
    errno = number;
    return result;
}

/* When the port is another's, any other one still tells of the rest. What is lost on the port is tried on another one:
 * that tells a rule for the port from one for all. */
static void test_one(loop l) {
    char scope[64] = "UDP";
    const char *family = l.family == WF_UDP_IPV4 ? "IPv4" : "IPv6";
    uint16_t port = l.port;
    outcome result = go_round(&l);
    int number = errno;
    l.port = 0;
    if (result == NOT_TRIED && l.group) {
        result = go_round(&l);
        number = errno;
    } else if (result == LOST) {
        outcome other = go_round(&l);
        snprintf(scope, sizeof scope, "UDP %u %s", port, other == ARRIVED ? "only" : "and other ports");
    }
    /* An IPv6 address that is still being checked for duplicates (RFC 4862 5.4) can't send yet. */
    if (result == NOT_SENT && l.group && number != EADDRNOTAVAIL) {
        wf_doctor_add(l.run, WF_FINDING_CANT_SEND, WF_SEVERITY_PROBLEM, "%s, %s: %s", l.place->name, family,
                      strerror(number));
    } else if (result == LOST || (result == NOT_SENT && number == EPERM)) {
        wf_doctor_add(l.run, l.group ? WF_FINDING_MULTICAST_LOST : WF_FINDING_UNICAST_LOST, WF_SEVERITY_PROBLEM,
                      "%s, %s, %s", l.place->name, family, scope);
    }
}

/* What is sent to an own address takes the loopback interface, which the finding LOOPBACK_DOWN is about. */
static bool loopback_is_up(const wf_doctor_run *run) {
    for (size_t i = 0; i < run->place_count; i++) {
        if (run->places[i].loopback) {
            return run->places[i].up;
        }
    }
    return false;
}

void wf_doctor_test_itself(wf_doctor_run *run) {
    bool unicast = loopback_is_up(run);
    for (size_t i = 0; i < run->place_count; i++) {
        const wf_place *place = &run->places[i];
        for (unsigned family = WF_UDP_IPV4; family <= WF_UDP_IPV6 && place->usable; family++) {
            loop l = {.run = run, .place = place, .family = family, .group = true, .port = run->port};
            if ((run->families & family) == 0 || !wf_place_has(place, family)) {
                continue;
            }
            /* Linux has no route for IPv6 multicast on the loopback interface. */
            if (!place->loopback || family == WF_UDP_IPV4) {
                test_one(l);
            }
            l.group = false;
            if (unicast) {
                test_one(l);
            }
        }
    }
}

#define _GNU_SOURCE 1
#include "io/doctor_checks.h"
#include "io/network.h"
#include "io/udp_socket.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Asks the routing table, without sending anything: the own address on the way there. False with errno. */
static bool way_to(wf_address *source, const wf_address *to) {
    wf_sockaddr address;
    socklen_t len = wf_sockaddr_of(&address, to);
    int fd = socket(address.any.sa_family, SOCK_DGRAM, 0);
    if (fd < 0) {
        return false;
    }
    bool found = connect(fd, &address.any, len) == 0;
    int number = errno;
    len = sizeof address;
    found = found && getsockname(fd, &address.any, &len) == 0 && wf_sockaddr_read(source, &address.any);
    close(fd);
    errno = number;
    return found;
}

static const wf_place *place_on_way(const wf_doctor_run *run, const wf_address *source) {
    wf_local_address local;
    if (!wf_local_address_find(&local, run->list, source)) {
        return NULL;
    }
    for (size_t i = 0; i < run->place_count; i++) {
        if (run->places[i].index == local.index) {
            return &run->places[i];
        }
    }
    return NULL;
}

static bool has_ipv4_network(const wf_doctor_run *run) {
    for (size_t i = 0; i < run->place_count; i++) {
        if (run->places[i].usable && !run->places[i].loopback && wf_place_has(&run->places[i], WF_UDP_IPV4)) {
            return true;
        }
    }
    return false;
}

static void look_at_multicast(wf_doctor_run *run) {
    wf_address source, group = wf_address_group_ipv4(run->port);
    if ((run->families & WF_UDP_IPV4) != 0 && has_ipv4_network(run) && !way_to(&source, &group)) {
        wf_doctor_add(run, WF_FINDING_NO_MULTICAST_ROUTE, WF_SEVERITY_PROBLEM, "to 224.0.23.0: %s", strerror(errno));
    }
}

/* An address of the block for documentation (RFC 5737) takes the default route. */
static void look_at_default(wf_doctor_run *run) {
    wf_address source, outside = wf_address_ipv4(192, 0, 2, 1, run->port);
    const wf_place *place = way_to(&source, &outside) ? place_on_way(run, &source) : NULL;
    if (run->named && run->usable_count > 0 && place != NULL && !place->chosen && !place->loopback) {
        wf_doctor_add(run, WF_FINDING_NOT_THE_DEFAULT, WF_SEVERITY_PROBLEM, "it leaves by %s", place->name);
    }
}

static bool same_network(const wf_doctor_run *run, const wf_address *to) {
    for (const struct ifaddrs *entry = run->list; entry != NULL; entry = entry->ifa_next) {
        wf_local_address local;
        if (!wf_local_address_read(&local, entry) || wf_address_is_ipv4(&local.address) != wf_address_is_ipv4(to)) {
            continue;
        }
        unsigned bits = wf_address_is_ipv4(to) ? 96 + local.prefix : local.prefix, at = 0;
        while (at < bits && ((local.address.ip[at / 8] ^ to->ip[at / 8]) & (0x80 >> at % 8)) == 0) {
            at++;
        }
        if (at == bits) {
            return true;
        }
    }
    return false;
}

static bool any_chosen(const wf_doctor_run *run) {
    for (size_t i = 0; i < run->place_count; i++) {
        if (run->named && run->places[i].chosen) {
            return true;
        }
    }
    return false;
}

static void look_at_peer(wf_doctor_run *run, const wf_address *peer) {
    char text[WF_ADDRESS_TEXT_LEN];
    wf_address source, to = *peer;
    to.port = 0;
    wf_address_format(text, &to);
    to.port = run->port;
    if (!way_to(&source, &to)) {
        wf_doctor_add(run, WF_FINDING_NO_ROUTE, WF_SEVERITY_PROBLEM, "%s: %s", text, strerror(errno));
        return;
    }
    const wf_place *place = place_on_way(run, &source);
    if (any_chosen(run) && place != NULL && !place->chosen) {
        wf_doctor_add(run, WF_FINDING_WRONG_INTERFACE, WF_SEVERITY_PROBLEM, "%s is reached by %s", text, place->name);
    }
    if (!same_network(run, &to)) {
        wf_doctor_add(run, WF_FINDING_OTHER_NETWORK, WF_SEVERITY_PROBLEM, "%s, reached by %s", text,
                      place == NULL ? "a way unknown" : place->name);
    }
}

#ifdef __linux__
static int read_filter(const char *name) {
    char path[80];
    int value = 0;
    snprintf(path, sizeof path, "/proc/sys/net/ipv4/conf/%s/rp_filter", name);
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        value = fscanf(file, "%d", &value) == 1 ? value : 0;
        fclose(file);
    }
    return value;
}

/* The larger of the two values counts, 1 is strict (the kernel's ip-sysctl.rst). With one interface there is no other
 * way back. */
static void look_at_filter(wf_doctor_run *run) {
    int all = read_filter("all");
    for (size_t i = 0; i < run->place_count; i++) {
        const wf_place *place = &run->places[i];
        if (place->usable && !place->loopback && wf_place_has(place, WF_UDP_IPV4)) {
            int own = read_filter(place->name);
            size_t up = 0;
            for (size_t other = 0; other < run->place_count; other++) {
                up += run->places[other].up && !run->places[other].loopback ? 1 : 0;
            }
            if (up > 1 && (own > all ? own : all) == 1) {
                wf_doctor_add(run, WF_FINDING_STRICT_FILTER, WF_SEVERITY_PROBLEM, "%s", place->name);
            }
        }
    }
}
#endif

void wf_doctor_look_at_routes(wf_doctor_run *run) {
    look_at_multicast(run);
    look_at_default(run);
    if (run->config->peer != NULL) {
        look_at_peer(run, run->config->peer);
    }
#ifdef __linux__
    look_at_filter(run);
#endif
}

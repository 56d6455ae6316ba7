#define _GNU_SOURCE 1
#include "io/doctor_checks.h"
#include "io/udp_socket.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WANTED = WF_UDP_INTERFACES };

bool wf_port_is_free(const wf_address *local) {
    wf_sockaddr address;
    socklen_t len = wf_sockaddr_of(&address, local);
    int on = 1, fd = socket(address.any.sa_family, SOCK_DGRAM, 0);
    if (fd < 0) {
        return true; /* no such family: nobody can be in the way */
    }
    if (address.any.sa_family == AF_INET6) {
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    }
    bool taken = bind(fd, &address.any, len) != 0 && errno == EADDRINUSE;
    close(fd);
    return !taken;
}

/* The addresses that wf_udp_open would bind with that configuration. */
static size_t wanted_addresses(wf_address wanted[static WANTED], const wf_udp_config *config) {
    uint16_t port = config->port == 0 ? 3610 : config->port;
    unsigned families = config->families == 0 ? (unsigned)(WF_UDP_IPV4 | WF_UDP_IPV6) : config->families;
    size_t count = 0;
    for (size_t i = 0; i < config->interface_count && count < WANTED; i++) {
        if (wf_address_parse(&wanted[count], config->interfaces[i], 0) == WF_OK) {
            wanted[count++].port = port;
        }
    }
    if (count == 0 && (families & WF_UDP_IPV4) != 0) {
        wanted[count++] = wf_address_ipv4(0, 0, 0, 0, port);
    }
    if (count <= 1 && (families & WF_UDP_IPV6) != 0 && (count == 0 || wf_address_is_unspecified(&wanted[0]))) {
        wanted[count++] = (wf_address){.port = port};
    }
    return count;
}

/* A socket bound to :: may have IPv4 too. */
static bool overlap(const wf_address *holder, const wf_address *wanted) {
    bool ipv4 = wf_address_is_ipv4(holder), wanted_ipv4 = wf_address_is_ipv4(wanted);
    if (!ipv4 && wanted_ipv4) {
        return wf_address_is_unspecified(holder);
    }
    if (ipv4 != wanted_ipv4) {
        return false;
    }
    return wf_address_is_unspecified(holder) || wf_address_is_unspecified(wanted) ||
           memcmp(holder->ip, wanted->ip, sizeof holder->ip) == 0;
}

static size_t describe(char *text, size_t size, const wf_port_holder *holder) {
    char address[WF_ADDRESS_TEXT_LEN], who[80];
    if (holder->process != 0) {
        snprintf(who, sizeof who, "%s (pid %ld)", holder->name[0] != '\0' ? holder->name : "a program",
                 holder->process);
    } else {
        snprintf(who, sizeof who, "a program of user %u, whose name root could see", holder->user);
    }
    int len = snprintf(text, size, "%s is held by %s", wf_address_format(address, &holder->local), who);
    return len > 0 && (size_t)len < size ? (size_t)len : 0;
}

/* A program with both families, or with several sockets, is named once. */
static bool is_repeated(const wf_port_holder *holders, size_t at) {
    for (size_t i = 0; i < at; i++) {
        if (holders[i].process != 0 && holders[i].process == holders[at].process) {
            return true;
        }
    }
    return false;
}

/* False when the port is free, or is in the way of nobody but this process itself. */
static bool find_holder(char text[static WF_FINDING_DETAIL_LEN], const wf_udp_config *config,
                        const wf_port_holder *holders, size_t count) {
    wf_address wanted[WANTED];
    size_t wanted_count = wanted_addresses(wanted, config), len = 0;
    bool taken = false, ours = false, named[WF_PORT_HOLDERS] = {false};
    text[0] = '\0';
    for (size_t w = 0; w < wanted_count; w++) {
        if (wf_port_is_free(&wanted[w])) {
            continue;
        }
        taken = true;
        for (size_t i = 0; i < count; i++) {
            bool in_the_way = overlap(&holders[i].local, &wanted[w]);
            ours = ours || (in_the_way && wf_port_holder_is_us(&holders[i]));
            named[i] = named[i] || in_the_way;
        }
    }
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        if (named[i] && !wf_port_holder_is_us(&holders[i]) && !is_repeated(holders, i)) {
            found = true;
            size_t gap = len == 0 ? 0 : 2;
            size_t more = len + gap < WF_FINDING_DETAIL_LEN
                              ? describe(text + len + gap, WF_FINDING_DETAIL_LEN - len - gap, &holders[i])
                              : 0;
            if (more > 0) {
                memcpy(text + len, "; ", gap);
                len += gap + more;
            }
            text[len] = '\0';
        }
    }
    return found || (taken && !ours);
}

char *wf_doctor_port_holder(char text[static WF_FINDING_DETAIL_LEN], const wf_udp_config *config) {
    wf_port_holder holders[WF_PORT_HOLDERS];
    size_t count = wf_port_holders(holders, config->port == 0 ? (uint16_t)3610 : config->port);
    (void)find_holder(text, config, holders, count);
    return text;
}

static void look_at_sharing(wf_doctor_run *run, const wf_port_holder *holders, size_t count) {
    for (size_t i = 0; i < count; i++) {
        for (size_t other = 0; other < i; other++) {
            const wf_port_holder *a = &holders[other], *b = &holders[i];
            bool same = wf_address_equal(&a->local, &b->local) && !wf_address_is_multicast(&a->local);
            if (same && (a->process == 0 || a->process != b->process)) {
                char first[WF_FINDING_DETAIL_LEN / 2], second[WF_FINDING_DETAIL_LEN / 2];
                first[0] = second[0] = '\0';
                (void)describe(first, sizeof first, a);
                (void)describe(second, sizeof second, b);
                wf_doctor_add(run, WF_FINDING_PORT_SHARED, WF_SEVERITY_PROBLEM, "%s; %s", first, second);
                return;
            }
        }
    }
}

#ifdef __linux__
/* Of /proc/net/igmp: a line "index name ...", then one "group users ..." for each group, as the bytes lie in memory. */
static bool has_joined(uint32_t index) {
    char line[160], wanted[16];
    uint32_t word;
    unsigned at = 0, read;
    bool found = false;
    wf_address group = wf_address_group_ipv4(0);
    memcpy(&word, group.ip + 12, sizeof word);
    snprintf(wanted, sizeof wanted, "%08X", (unsigned)word);
    FILE *file = fopen("/proc/net/igmp", "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (line[0] != '\t' && line[0] != ' ') {
            at = sscanf(line, "%u", &read) == 1 ? read : 0;
        } else if (at == index && strncmp(line + strspn(line, " \t"), wanted, 8) == 0) {
            found = true;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

/* IPv6 is left out: every host is a member of ff02::1 wherever it has IPv6. Where nothing was chosen here, the program
 * may have chosen: one interface is enough. */
static void look_at_groups(wf_doctor_run *run, const wf_port_holder *holders, size_t count) {
    char missing[160];
    size_t len = 0, joined = 0;
    bool ipv4 = false;
    for (size_t i = 0; i < count; i++) {
        ipv4 = ipv4 || wf_address_is_ipv4(&holders[i].local) || wf_address_is_unspecified(&holders[i].local);
    }
    for (size_t i = 0; i < run->place_count && ipv4; i++) {
        const wf_place *place = &run->places[i];
        if (!place->usable || place->loopback || !wf_place_has(place, WF_UDP_IPV4)) {
            continue;
        }
        if (has_joined(place->index)) {
            joined++;
        } else {
            int more = snprintf(missing + len, sizeof missing - len, "%s%s", len == 0 ? "" : ", ", place->name);
            len = more > 0 && (size_t)more < sizeof missing - len ? len + (size_t)more : sizeof missing - 1;
        }
    }
    if (len > 0 && (run->named || joined == 0)) {
        wf_doctor_add(run, WF_FINDING_GROUP_NOT_JOINED, WF_SEVERITY_PROBLEM, "%s", missing);
    }
}
#endif

void wf_doctor_look_at_port(wf_doctor_run *run) {
    char text[WF_FINDING_DETAIL_LEN];
    wf_port_holder holders[WF_PORT_HOLDERS];
    size_t count = wf_port_holders(holders, run->port);
    if (find_holder(text, &run->config->udp, holders, count)) {
        bool seen = text[0] != '\0';
        wf_doctor_add(run, WF_FINDING_PORT_TAKEN, WF_SEVERITY_PROBLEM, "%s",
                      seen ? text : "who it is can't be seen here");
    }
    look_at_sharing(run, holders, count);
#ifdef __linux__
    look_at_groups(run, holders, count);
#endif
}

#define _GNU_SOURCE 1
#include "io/network.h"
#include "io/udp_socket.h"
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>
#include <warifu/udp.h>

static unsigned family_of(const wf_address *address) {
    return wf_address_is_ipv4(address) ? WF_UDP_IPV4 : WF_UDP_IPV6;
}

static bool chosen_by_name(const wf_udp_config *config, const char *name) {
    for (size_t i = 0; i < config->interface_count; i++) {
        if (strcmp(config->interfaces[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_socket(const wf_udp *udp, bool ipv6, bool group, uint32_t index) {
    for (size_t i = 0; i < udp->socket_count; i++) {
        const wf_udp_socket *s = &udp->sockets[i];
        if (s->ipv6 == ipv6 && s->group == group && s->index == index) {
            return true;
        }
    }
    return false;
}

/* The socket that receives a family's multicast from an interface; without groups the one that sends it. */
static const wf_udp_socket *group_socket(const wf_udp *udp, unsigned family, uint32_t index) {
    const bool apart = udp->by_address && !udp->no_groups;
    for (size_t i = 0; i < udp->socket_count; i++) {
        const wf_udp_socket *s = &udp->sockets[i];
        if (s->ipv6 == (family == WF_UDP_IPV6) && s->group == apart && (s->index == 0 || s->index == index)) {
            return s;
        }
    }
    return NULL;
}

static bool wanted(const wf_udp *udp, const wf_udp_config *config, const wf_local_address *local) {
    unsigned family = family_of(&local->address);
    if (!local->up || (udp->families & family) == 0) {
        return false;
    }
    if (udp->by_address) {
        return has_socket(udp, family == WF_UDP_IPV6, false, local->index);
    }
    /* Loopback interfaces carry no multicast flag, yet multicast works on them. */
    return udp->every_interface ? local->multicast && !local->loopback
                                : (local->multicast || local->loopback) && chosen_by_name(config, local->name);
}

static wf_error note_interface(wf_udp *udp, const wf_local_address *local) {
    unsigned family = family_of(&local->address);
    size_t at = 0;
    while (at < udp->interface_count && udp->interfaces[at].index != local->index) {
        at++;
    }
    if (at == WF_UDP_INTERFACES) {
        return WF_ERROR_CAPACITY;
    }
    wf_udp_interface *interface = &udp->interfaces[at];
    if (at == udp->interface_count) {
        *interface = (wf_udp_interface){.index = local->index, .loopback = local->loopback};
        strncpy(interface->name, local->name, sizeof interface->name - 1);
        udp->interface_count++;
    }
    if ((interface->families & family) == 0) {
        const wf_udp_socket *s = group_socket(udp, family, local->index);
        if (s != NULL &&
            (udp->no_groups ? wf_udp_socket_reaches(s, local->index) : wf_udp_socket_join(s, local->index))) {
            interface->families |= family;
            interface->ipv4 = family == WF_UDP_IPV4 ? local->address : interface->ipv4;
        } else {
            (void)wf_udp_fail(udp, WF_ERROR_NO_MULTICAST, "join");
        }
    }
    return WF_OK;
}

static wf_error note_own(wf_udp *udp, const wf_address *address) {
    if (udp->own_count == WF_UDP_ADDRESSES) {
        return WF_ERROR_CAPACITY;
    }
    wf_address *own = &udp->own[udp->own_count++];
    *own = *address;
    own->port = 0;
    return WF_OK;
}

/* By address only the bound addresses are this program; another may have the same port on another address. */
static wf_error note_bound(wf_udp *udp) {
    wf_error error = WF_OK;
    for (size_t i = 0; i < udp->socket_count && error == WF_OK; i++) {
        if (!udp->sockets[i].group) {
            error = note_own(udp, &udp->sockets[i].local);
        }
    }
    return error;
}

static wf_error scan(wf_udp *udp, const wf_udp_config *config, const struct ifaddrs *list) {
    udp->interface_count = udp->own_count = 0;
    wf_error error = udp->by_address ? note_bound(udp) : WF_OK;
    for (const struct ifaddrs *entry = list; entry != NULL && error == WF_OK; entry = entry->ifa_next) {
        wf_local_address local;
        if (!wf_local_address_read(&local, entry)) {
            continue;
        }
        if (!udp->by_address) {
            error = note_own(udp, &local.address);
        }
        if (error == WF_OK && wanted(udp, config, &local)) {
            error = note_interface(udp, &local);
        }
    }
    return error;
}

static unsigned joined_families(const wf_udp *udp, uint32_t index) {
    for (size_t i = 0; i < udp->interface_count; i++) {
        if (udp->interfaces[i].index == index) {
            return udp->interfaces[i].families;
        }
    }
    return 0;
}

/* Whoever names an interface wants that one; of "all" one is enough. */
static wf_error check_joined(wf_udp *udp, const wf_udp_config *config) {
    unsigned all = 0;
    for (size_t i = 0; i < udp->interface_count; i++) {
        all |= udp->interfaces[i].families;
    }
    bool good = all != 0;
    for (size_t i = 0; i < udp->socket_count && udp->by_address; i++) {
        const wf_udp_socket *s = &udp->sockets[i];
        good = good && (s->group || joined_families(udp, s->index) != 0);
    }
    for (size_t i = 0; i < config->interface_count && !udp->by_address; i++) {
        uint32_t index = if_nametoindex(config->interfaces[i]);
        if (index == 0) {
            return wf_udp_fail(udp, WF_ERROR_SOCKET, "if_nametoindex");
        }
        good = good && joined_families(udp, index) != 0;
    }
    return good ? WF_OK : WF_ERROR_NO_MULTICAST;
}

static wf_error open_by_interface(wf_udp *udp, unsigned families, bool ipv6_optional) {
    wf_udp_socket any = {.local = wf_address_ipv4(0, 0, 0, 0, 0)};
    if ((families & WF_UDP_IPV4) != 0) {
        wf_error error = wf_udp_socket_add(udp, &any);
        if (error != WF_OK) {
            return error;
        }
        udp->families |= WF_UDP_IPV4;
    }
    if ((families & WF_UDP_IPV6) != 0) {
        any = (wf_udp_socket){.ipv6 = true};
        wf_error error = wf_udp_socket_add(udp, &any);
        if (error == WF_OK) {
            udp->families |= WF_UDP_IPV6;
        } else if (error != WF_ERROR_SOCKET || !ipv6_optional) {
            return error;
        }
    }
    return WF_OK;
}

/* A socket for the address itself, and one for its group: IPv4's serves all interfaces, an IPv6 link-local group is
 * bound to one (RFC 4007 section 6). */
static wf_error open_address(wf_udp *udp, const wf_local_address *local) {
    bool ipv6 = !wf_address_is_ipv4(&local->address);
    wf_udp_socket s = {.ipv6 = ipv6, .prefix = local->prefix, .index = local->index, .local = local->address};
    wf_error error = wf_udp_socket_add(udp, &s);
    uint32_t index = ipv6 ? local->index : 0;
    udp->families |= family_of(&local->address);
    if (error != WF_OK || udp->no_groups || has_socket(udp, ipv6, true, index)) {
        return error;
    }
    wf_udp_socket group = {.ipv6 = ipv6, .group = true, .index = index};
    group.local = ipv6 ? wf_address_group_ipv6(0, index) : wf_address_group_ipv4(0);
    return wf_udp_socket_add(udp, &group);
}

static wf_error open_by_address(wf_udp *udp, const wf_udp_config *config, unsigned families,
                                const struct ifaddrs *list) {
    for (size_t i = 0; i < config->interface_count; i++) {
        wf_address address;
        wf_local_address local;
        wf_error error = wf_address_parse(&address, config->interfaces[i], 0);
        if (error != WF_OK || (families & family_of(&address)) == 0) {
            return WF_ERROR_ARGUMENT;
        }
        if (!wf_local_address_find(&local, list, &address)) {
            errno = EADDRNOTAVAIL;
            return wf_udp_fail(udp, WF_ERROR_SOCKET, "bind");
        }
        error = open_address(udp, &local);
        if (error != WF_OK) {
            return error;
        }
    }
    return WF_OK;
}

static wf_error open_all(wf_udp *udp, const wf_udp_config *config, const struct ifaddrs *list) {
    unsigned families = config->families == 0 ? (unsigned)(WF_UDP_IPV4 | WF_UDP_IPV6) : config->families;
    wf_address address;
    *udp =
        (wf_udp){.port = config->port, .every_interface = config->interface_count == 0, .no_groups = config->no_groups};
    udp->by_address = config->interface_count > 0 && wf_address_parse(&address, config->interfaces[0], 0) == WF_OK;
    for (size_t i = 1; i < config->interface_count; i++) {
        if (udp->by_address != (wf_address_parse(&address, config->interfaces[i], 0) == WF_OK)) {
            return WF_ERROR_ARGUMENT;
        }
    }
    wf_error error = udp->by_address ? open_by_address(udp, config, families, list)
                                     : open_by_interface(udp, families, config->families == 0);
    if (error == WF_OK) {
        error = scan(udp, config, list);
    }
    return error == WF_OK ? check_joined(udp, config) : error;
}

/* With port 0 the system's choice for the first socket may be taken for the next: then another round. */
wf_error wf_udp_open(wf_udp *udp, const wf_udp_config *config) {
    struct ifaddrs *list;
    *udp = (wf_udp){0};
    if (getifaddrs(&list) != 0) {
        return wf_udp_fail(udp, WF_ERROR_SOCKET, "getifaddrs");
    }
    wf_error error = WF_OK;
    for (int round = 0; round < 8; round++) {
        error = open_all(udp, config, list);
        if (error == WF_OK) {
            udp->system_error = (wf_system_error){0}; /* of what was optional */
            break;
        }
        wf_system_error reason = udp->system_error;
        wf_udp_close(udp);
        udp->system_error = reason;
        if (error != WF_ERROR_PORT_IN_USE || config->port != 0) {
            break;
        }
    }
    freeifaddrs(list);
    return error;
}

void wf_udp_close(wf_udp *udp) {
    for (size_t i = 0; i < udp->socket_count; i++) {
        close(udp->sockets[i].fd);
    }
    *udp = (wf_udp){0};
}

static bool differs(const wf_udp *a, const wf_udp *b) {
    bool same = a->interface_count == b->interface_count && a->own_count == b->own_count;
    for (size_t i = 0; same && i < a->interface_count; i++) {
        same =
            a->interfaces[i].index == b->interfaces[i].index && a->interfaces[i].families == b->interfaces[i].families;
    }
    for (size_t i = 0; same && i < a->own_count; i++) {
        same = wf_address_equal(&a->own[i], &b->own[i]);
    }
    return !same;
}

wf_error wf_udp_rescan(wf_udp *udp, bool *changed, const wf_udp_config *config) {
    struct ifaddrs *list;
    *changed = false;
    if (udp->socket_count == 0) {
        return WF_ERROR_CLOSED;
    }
    if (getifaddrs(&list) != 0) {
        return wf_udp_fail(udp, WF_ERROR_SOCKET, "getifaddrs");
    }
    wf_udp before = *udp;
    wf_error error = scan(udp, config, list);
    freeifaddrs(list);
    *changed = differs(&before, udp);
    return error;
}

size_t wf_udp_fds(const wf_udp *udp, int *fds, size_t max) {
    for (size_t i = 0; i < udp->socket_count && i < max; i++) {
        fds[i] = udp->sockets[i].fd;
    }
    return udp->socket_count;
}

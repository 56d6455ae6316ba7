#define _GNU_SOURCE 1
#include "io/network.h"
#include "io/udp_socket.h"
#include <net/if.h>
#include <string.h>

static unsigned count_bits(const uint8_t *at, size_t len) {
    unsigned bits = 0;
    for (size_t i = 0; i < len; i++) {
        for (unsigned byte = at[i]; byte != 0; byte &= byte - 1) {
            bits++;
        }
    }
    return bits;
}

/* Some systems leave the family of a mask empty, so it is taken from the address. */
static unsigned prefix_of(const struct ifaddrs *entry) {
    wf_sockaddr mask;
    if (entry->ifa_netmask == NULL) {
        return entry->ifa_addr->sa_family == AF_INET ? 32 : 128;
    }
    if (entry->ifa_addr->sa_family == AF_INET) {
        memcpy(&mask.ipv4, entry->ifa_netmask, sizeof mask.ipv4);
        return count_bits((const uint8_t *)&mask.ipv4.sin_addr, 4);
    }
    memcpy(&mask.ipv6, entry->ifa_netmask, sizeof mask.ipv6);
    return count_bits((const uint8_t *)&mask.ipv6.sin6_addr, 16);
}

bool wf_local_address_read(wf_local_address *out, const struct ifaddrs *entry) {
    *out = (wf_local_address){.name = entry->ifa_name};
    if (entry->ifa_addr == NULL || !wf_sockaddr_read(&out->address, entry->ifa_addr)) {
        return false;
    }
    out->index = if_nametoindex(entry->ifa_name);
    out->up = (entry->ifa_flags & IFF_UP) != 0;
    out->multicast = (entry->ifa_flags & IFF_MULTICAST) != 0;
    out->loopback = (entry->ifa_flags & IFF_LOOPBACK) != 0;
    out->prefix = prefix_of(entry);
    return out->index != 0;
}

static bool holds(const wf_local_address *local, const wf_address *address) {
    wf_address wanted = *address;
    if (wf_address_is_ipv4(address) && address->ip[12] == 127) {
        return local->loopback && wf_address_is_ipv4(&local->address);
    }
    if (wf_address_needs_scope(address) && address->scope == 0) {
        wanted.scope = local->index;
    }
    return wf_address_same_host(&local->address, &wanted);
}

bool wf_local_address_find(wf_local_address *out, const struct ifaddrs *list, const wf_address *address) {
    for (const struct ifaddrs *entry = list; entry != NULL; entry = entry->ifa_next) {
        if (wf_local_address_read(out, entry) && holds(out, address)) {
            if (wf_address_is_ipv4(address)) {
                out->address = *address;
            }
            out->address.port = 0;
            return true;
        }
    }
    return false;
}

/* Inside core/io: the addresses of this host, one by one. */
#ifndef WARIFU_NETWORK_H
#define WARIFU_NETWORK_H

#include <ifaddrs.h>
#include <warifu/address.h>

typedef struct wf_local_address {
    const char *name; /* of its interface; lives as long as the list */
    uint32_t index;
    bool up, multicast, loopback;
    wf_address address; /* port 0 */
    unsigned prefix;    /* bits of the local network */
} wf_local_address;

/* False for an entry without an IP address or of an interface that has just gone. */
bool wf_local_address_read(wf_local_address *out, const struct ifaddrs *entry);

/* Finds the interface that holds `address`; every 127.x.x.x belongs to the loopback interface. A link-local one without
 * scope takes the first that fits. */
bool wf_local_address_find(wf_local_address *out, const struct ifaddrs *list, const wf_address *address);

#endif

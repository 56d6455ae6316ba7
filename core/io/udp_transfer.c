#define _GNU_SOURCE 1
#include "io/udp_socket.h"
#include <errno.h>
#include <string.h>
#include <sys/uio.h>

/* Datagrams thrown away in one call before the caller's loop gets its turn again. */
enum { DROPS_PER_CALL = 64 };

typedef union control {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(struct in_pktinfo))];
} control;

static bool knows_host(const wf_udp *udp, const wf_address *host) {
    /* Bound to all addresses, this program owns the port on all of 127.0.0.0/8. */
    if (!udp->by_address && wf_address_is_ipv4(host) && host->ip[12] == 127) {
        return true;
    }
    for (size_t i = 0; i < udp->own_count; i++) {
        if (wf_address_same_host(&udp->own[i], host)) {
            return true;
        }
    }
    return false;
}

/* A unicast from this host may arrive by the loopback interface, whatever address it was sent to. For multicast Linux
 * looks at the group alone in IPv6, not at the interface it was joined on. */
static bool from_chosen_interface(const wf_udp *udp, const wf_udp_datagram *got) {
    if (!got->multicast && (udp->by_address || udp->every_interface || knows_host(udp, &got->from))) {
        return true;
    }
    for (size_t i = 0; i < udp->interface_count; i++) {
        if (udp->interfaces[i].index == got->index) {
            return true;
        }
    }
    return false;
}

static void read_control(wf_udp_datagram *got, struct msghdr *message) {
    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part != NULL; part = CMSG_NXTHDR(message, part)) {
        if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(part), sizeof info);
            got->index = (uint32_t)info.ipi_ifindex;
            got->multicast = IN_MULTICAST(ntohl(info.ipi_addr.s_addr));
        } else if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(part), sizeof info);
            got->index = (uint32_t)info.ipi6_ifindex;
            got->multicast = IN6_IS_ADDR_MULTICAST(&info.ipi6_addr);
        }
    }
}

typedef enum outcome { TAKEN, DROPPED, EMPTY, BROKEN } outcome;

static outcome receive_one(wf_udp *udp, wf_udp_datagram *got, const wf_udp_socket *s, uint8_t *buffer,
                           size_t capacity) {
    wf_sockaddr from;
    control ancillary;
    struct iovec place = {.iov_base = buffer, .iov_len = capacity};
    struct msghdr message = {.msg_name = &from,
                             .msg_namelen = sizeof from,
                             .msg_iov = &place,
                             .msg_iovlen = 1,
                             .msg_control = &ancillary,
                             .msg_controllen = sizeof ancillary};
    *got = (wf_udp_datagram){0};
    ssize_t len = recvmsg(s->fd, &message, 0);
    if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        return EMPTY;
    }
    if (len < 0) {
        /* The others report an earlier datagram's fate, or an interface that went down; the socket lives on. */
        return errno == EBADF || errno == ENOTSOCK || errno == EFAULT || errno == EINVAL || errno == ENOMEM ? BROKEN
                                                                                                            : DROPPED;
    }
    if (len == 0 || (message.msg_flags & MSG_TRUNC) != 0 || !wf_sockaddr_read(&got->from, &from.any)) {
        udp->dropped_in++;
        return DROPPED;
    }
    read_control(got, &message);
    if (!from_chosen_interface(udp, got)) {
        udp->dropped_in++;
        return DROPPED;
    }
    got->len = (size_t)len;
    got->own = got->from.port == udp->port && knows_host(udp, &got->from);
    return TAKEN;
}

wf_error wf_udp_receive(wf_udp *udp, wf_udp_datagram *got, uint8_t *buffer, size_t capacity) {
    *got = (wf_udp_datagram){0};
    if (udp->socket_count == 0) {
        return WF_ERROR_CLOSED;
    }
    size_t quiet = 0;
    for (int drops = 0; quiet < udp->socket_count && drops < DROPS_PER_CALL;) {
        outcome result = receive_one(udp, got, &udp->sockets[udp->next_socket], buffer, capacity);
        if (result == BROKEN) {
            return wf_udp_fail(udp, WF_ERROR_SOCKET, "recvmsg");
        }
        if (result == DROPPED) {
            drops++;
            quiet = 0;
            continue;
        }
        udp->next_socket = (udp->next_socket + 1) % udp->socket_count;
        if (result == TAKEN) {
            return WF_OK;
        }
        quiet++;
    }
    *got = (wf_udp_datagram){0};
    return WF_OK;
}

/* The way out of a multicast. Its source must be said too: one left open would override where the socket is bound, and
 * on the loopback interface Linux would take another interface's address. */
typedef struct way {
    uint32_t index; /* 0: as the routing table says */
    wf_address source;
} way;

static void put_way(struct msghdr *message, control *ancillary, const way *out, bool ipv6) {
    memset(ancillary, 0, sizeof *ancillary);
    message->msg_control = ancillary;
    message->msg_controllen = ipv6 ? CMSG_SPACE(sizeof(struct in6_pktinfo)) : CMSG_SPACE(sizeof(struct in_pktinfo));
    struct cmsghdr *part = CMSG_FIRSTHDR(message);
    if (ipv6) {
        struct in6_pktinfo info = {.ipi6_ifindex = out->index};
        memcpy(&info.ipi6_addr, out->source.ip, 16);
        part->cmsg_level = IPPROTO_IPV6;
        part->cmsg_type = IPV6_PKTINFO;
        part->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(part), &info, sizeof info);
    } else {
        struct in_pktinfo info = {.ipi_ifindex = (int)out->index};
        memcpy(&info.ipi_spec_dst, out->source.ip + 12, 4);
        part->cmsg_level = IPPROTO_IP;
        part->cmsg_type = IP_PKTINFO;
        part->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(part), &info, sizeof info);
    }
}

static wf_error send_one(wf_udp *udp, const wf_udp_socket *s, const wf_address *to, const way *out, wf_bytes bytes) {
    wf_sockaddr address;
    control ancillary;
    uint8_t *start;
    memcpy(&start, &bytes.at, sizeof start); /* iovec has no const */
    struct iovec place = {.iov_base = start, .iov_len = bytes.len};
    struct msghdr message = {.msg_name = &address, .msg_iov = &place, .msg_iovlen = 1};
    message.msg_namelen = wf_sockaddr_of(&address, to);
    if (out->index != 0) {
        put_way(&message, &ancillary, out, s->ipv6);
    }
    /* ECONNREFUSED tells of an earlier datagram and is said once. */
    for (int round = 0; round < 8; round++) {
        if (sendmsg(s->fd, &message, 0) >= 0) {
            return WF_OK;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) {
            udp->dropped_out++;
            return WF_OK;
        }
        if (errno != EINTR && errno != ECONNREFUSED) {
            break;
        }
    }
    return errno == EMSGSIZE ? WF_ERROR_ARGUMENT : wf_udp_fail(udp, WF_ERROR_SOCKET, "sendmsg");
}

static bool same_network(const wf_udp_socket *s, const wf_address *to) {
    unsigned bits = s->ipv6 ? s->prefix : 96 + s->prefix;
    for (unsigned i = 0; i < bits && i < 128; i++) {
        if (((s->local.ip[i / 8] ^ to->ip[i / 8]) & (0x80 >> i % 8)) != 0) {
            return false;
        }
    }
    return !wf_address_needs_scope(to) || s->index == to->scope;
}

/* The socket bound to all addresses, or the one in the receiver's network, or the first of the family. */
static const wf_udp_socket *unicast_sender(const wf_udp *udp, const wf_address *to) {
    const wf_udp_socket *first = NULL;
    for (size_t i = 0; i < udp->socket_count; i++) {
        const wf_udp_socket *s = &udp->sockets[i];
        if (s->group || s->ipv6 == wf_address_is_ipv4(to)) {
            continue;
        }
        if (s->index == 0 || same_network(s, to)) {
            return s;
        }
        first = first == NULL ? s : first;
    }
    return first;
}

static const wf_udp_socket *multicast_sender(const wf_udp *udp, bool ipv6, uint32_t index) {
    for (size_t i = 0; i < udp->socket_count; i++) {
        const wf_udp_socket *s = &udp->sockets[i];
        if (!s->group && s->ipv6 == ipv6 && (s->index == 0 || s->index == index)) {
            return s;
        }
    }
    return NULL;
}

static wf_error send_to_group(wf_udp *udp, const wf_address *to, wf_bytes bytes) {
    bool ipv6 = !wf_address_is_ipv4(to), sent = false;
    wf_error error = WF_OK;
    errno = ENETUNREACH;
    for (size_t i = 0; i < udp->interface_count; i++) {
        const wf_udp_interface *interface = &udp->interfaces[i];
        if ((interface->families & (ipv6 ? WF_UDP_IPV6 : WF_UDP_IPV4)) == 0 ||
            (to->scope != 0 && to->scope != interface->index)) {
            continue;
        }
        wf_address group = *to;
        group.scope = ipv6 ? interface->index : 0;
        const wf_udp_socket *s = multicast_sender(udp, ipv6, interface->index);
        way out = {.index = interface->index, .source = ipv6 || udp->by_address ? s->local : interface->ipv4};
        error = send_one(udp, s, &group, &out, bytes);
        sent = sent || error == WF_OK;
    }
    if (sent) {
        return WF_OK;
    }
    return error != WF_OK ? error : wf_udp_fail(udp, WF_ERROR_SOCKET, "sendmsg");
}

/* Without a scope a link-local receiver is clear only where one interface is in use. */
static bool complete_scope(const wf_udp *udp, wf_address *to) {
    if (!wf_address_needs_scope(to) || to->scope != 0) {
        return true;
    }
    for (size_t i = 0; i < udp->interface_count; i++) {
        if ((udp->interfaces[i].families & WF_UDP_IPV6) != 0 && !udp->interfaces[i].loopback) {
            if (to->scope != 0) {
                return false;
            }
            to->scope = udp->interfaces[i].index;
        }
    }
    return to->scope != 0;
}

wf_error wf_udp_send(wf_udp *udp, const wf_address *to, wf_bytes bytes) {
    if (udp->socket_count == 0) {
        return WF_ERROR_CLOSED;
    }
    if (bytes.len == 0 || bytes.len > WF_UDP_DATAGRAM_LEN || to->port == 0) {
        return WF_ERROR_ARGUMENT;
    }
    if (wf_address_is_multicast(to)) {
        return send_to_group(udp, to, bytes);
    }
    wf_address receiver = *to;
    if (!complete_scope(udp, &receiver)) {
        return WF_ERROR_ARGUMENT;
    }
    const wf_udp_socket *s = unicast_sender(udp, &receiver);
    if (s == NULL) {
        errno = EAFNOSUPPORT;
        return wf_udp_fail(udp, WF_ERROR_SOCKET, "sendmsg");
    }
    return send_one(udp, s, &receiver, &(way){0}, bytes);
}

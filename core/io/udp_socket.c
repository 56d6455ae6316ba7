#define _GNU_SOURCE 1
#include "io/udp_socket.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Room for a burst of announcements while the program thinks; the system caps it. */
enum { RECEIVE_BUFFER = 512 * 1024 };

socklen_t wf_sockaddr_of(wf_sockaddr *out, const wf_address *address) {
    memset(out, 0, sizeof *out);
    if (wf_address_is_ipv4(address)) {
        out->ipv4.sin_family = AF_INET;
        out->ipv4.sin_port = htons(address->port);
        memcpy(&out->ipv4.sin_addr, address->ip + 12, 4);
        return sizeof out->ipv4;
    }
    out->ipv6.sin6_family = AF_INET6;
    out->ipv6.sin6_port = htons(address->port);
    out->ipv6.sin6_scope_id = address->scope;
    memcpy(&out->ipv6.sin6_addr, address->ip, 16);
    return sizeof out->ipv6;
}

bool wf_sockaddr_read(wf_address *out, const struct sockaddr *from) {
    wf_sockaddr address;
    if (from->sa_family == AF_INET) {
        memcpy(&address.ipv4, from, sizeof address.ipv4);
        *out = wf_address_ipv4(0, 0, 0, 0, ntohs(address.ipv4.sin_port));
        memcpy(out->ip + 12, &address.ipv4.sin_addr, 4);
        return true;
    }
    if (from->sa_family == AF_INET6) {
        memcpy(&address.ipv6, from, sizeof address.ipv6);
        *out = (wf_address){.port = ntohs(address.ipv6.sin6_port)};
        memcpy(out->ip, &address.ipv6.sin6_addr, 16);
        out->scope = wf_address_needs_scope(out) ? address.ipv6.sin6_scope_id : 0;
        return true;
    }
    return false;
}

wf_error wf_udp_fail(wf_udp *udp, wf_error code, const char *call) {
    udp->system_error = (wf_system_error){.number = errno, .call = call};
    return code;
}

static bool set_option(int fd, int level, int name, int value) {
    return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

static bool set_up_ipv4(int fd) {
#ifdef IP_MULTICAST_ALL
    /* Without this Linux hands in what other programs have joined. */
    if (!set_option(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0)) {
        return false;
    }
#endif
    return set_option(fd, IPPROTO_IP, IP_PKTINFO, 1) && set_option(fd, IPPROTO_IP, IP_MULTICAST_TTL, 1) &&
           set_option(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 1);
}

static bool set_up_ipv6(int fd) {
#ifdef IPV6_MULTICAST_ALL
    /* Linux 4.20; before it the interface check of the receiver does the same work. */
    (void)set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
#endif
    return set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) && set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) &&
           set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 1) && set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 1);
}

static bool set_up(int fd, const wf_udp_socket *want) {
    int status = fcntl(fd, F_GETFL), flags = fcntl(fd, F_GETFD);
    if (status < 0 || flags < 0 || fcntl(fd, F_SETFL, status | O_NONBLOCK) < 0 ||
        fcntl(fd, F_SETFD, flags | FD_CLOEXEC) < 0) {
        return false;
    }
    /* A group may be shared by all who ask; an address of one's own never (SO_REUSEADDR would let others steal). */
    if (want->group && !set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1)) {
        return false;
    }
    (void)set_option(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
    return want->ipv6 ? set_up_ipv6(fd) : set_up_ipv4(fd);
}

static wf_error bind_to(wf_udp *udp, int fd, const wf_address *local) {
    wf_sockaddr address;
    wf_address bound;
    socklen_t len = wf_sockaddr_of(&address, local);
    if (bind(fd, &address.any, len) != 0) {
        return wf_udp_fail(udp, errno == EADDRINUSE ? WF_ERROR_PORT_IN_USE : WF_ERROR_SOCKET, "bind");
    }
    len = sizeof address;
    if (getsockname(fd, &address.any, &len) != 0 || !wf_sockaddr_read(&bound, &address.any)) {
        return wf_udp_fail(udp, WF_ERROR_SOCKET, "getsockname");
    }
    udp->port = bound.port;
    return WF_OK;
}

wf_error wf_udp_socket_add(wf_udp *udp, const wf_udp_socket *want) {
    if (udp->socket_count == WF_UDP_SOCKETS) {
        return WF_ERROR_CAPACITY;
    }
    int fd = socket(want->ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
    if (fd < 0) {
        return wf_udp_fail(udp, WF_ERROR_SOCKET, "socket");
    }
    wf_address local = want->local;
    local.port = udp->port;
    wf_error error = set_up(fd, want) ? bind_to(udp, fd, &local) : wf_udp_fail(udp, WF_ERROR_SOCKET, "setsockopt");
    if (error != WF_OK) {
        close(fd);
        return error;
    }
    wf_udp_socket *s = &udp->sockets[udp->socket_count++];
    *s = *want;
    s->fd = fd;
    s->local.port = udp->port;
    return WF_OK;
}

/* Linux joins IPv6 groups on a loopback interface but has no route to them there. */
static bool can_reach(const wf_address *group) {
    wf_sockaddr address;
    socklen_t len = wf_sockaddr_of(&address, group);
    int fd = socket(address.any.sa_family, SOCK_DGRAM, 0);
    if (fd < 0) {
        return false;
    }
    bool reached = connect(fd, &address.any, len) == 0;
    int number = errno;
    close(fd);
    errno = number;
    return reached;
}

static wf_address group_of(const wf_udp_socket *s, uint32_t index) {
    return s->ipv6 ? wf_address_group_ipv6(s->local.port, index) : wf_address_group_ipv4(s->local.port);
}

bool wf_udp_socket_reaches(const wf_udp_socket *s, uint32_t index) {
    wf_address group = group_of(s, index);
    return !s->ipv6 || can_reach(&group);
}

bool wf_udp_socket_join(const wf_udp_socket *s, uint32_t index) {
    wf_address group = group_of(s, index);
    int done;
    if (s->ipv6) {
        struct ipv6_mreq request = {.ipv6mr_interface = index};
        memcpy(&request.ipv6mr_multiaddr, group.ip, 16);
        done = setsockopt(s->fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof request);
    } else {
        struct ip_mreqn request = {.imr_ifindex = (int)index};
        memcpy(&request.imr_multiaddr, group.ip + 12, 4);
        done = setsockopt(s->fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request);
    }
    return (done == 0 || errno == EADDRINUSE) && wf_udp_socket_reaches(s, index);
}

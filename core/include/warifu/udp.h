/* UDP for ECHONET Lite on POSIX: IPv4 and IPv6, one or several interfaces, unicast and the two groups.
 *
 * Two ways to open:
 * - by interface (names, or none: every interface that is up and does multicast): one socket a family is bound to all
 *   addresses, so this program alone owns the port on this host;
 * - by address ("192.0.2.7", "127.0.0.2", "::1"): one socket an address, and others for the groups, so several programs
 *   on one host own the port on an address each and find each other by multicast, on the loopback interface too.
 * Nobody can take over a port that is in use: the sockets for unicast never share.
 *
 * Multicast leaves with TTL 1 and is looped back to this host on purpose, for the other programs on it; a datagram of
 * one's own is marked. On the loopback interface there is IPv4 multicast only (Linux has no route for the other). All
 * sockets are non-blocking and close-on-exec. A wf_udp belongs to one thread.
 */
#ifndef WARIFU_UDP_H
#define WARIFU_UDP_H

#include <warifu/address.h>
#include <warifu/bytes.h>
#include <warifu/system_error.h>

WF_C_BEGIN

enum {
    WF_UDP_SOCKETS = 32,
    WF_UDP_INTERFACES = 64,
    WF_UDP_ADDRESSES = 128,
    WF_UDP_DATAGRAM_LEN = 65507 /* longest UDP datagram over IPv4: what a receive buffer should take */
};

typedef enum wf_udp_family { WF_UDP_IPV4 = 1, WF_UDP_IPV6 = 2 } wf_udp_family;

typedef struct wf_udp_config {
    uint16_t port;                 /* 3610; 0: any that is free, for tests */
    unsigned families;             /* WF_UDP_IPV4 | WF_UDP_IPV6; 0: both, IPv6 only where the host has it */
    const char *const *interfaces; /* names, or addresses of this host, not mixed */
    size_t interface_count;        /* 0: every interface that is up and does multicast, loopback excepted */
    bool no_groups;                /* joins none: multicast is sent and not received */
} wf_udp_config;

/* An interface in use, and the families it sends multicast in, and receives it unless there are no groups. */
typedef struct wf_udp_interface {
    uint32_t index;
    unsigned families;
    bool loopback;
    char name[16];
    wf_address ipv4; /* its first, from which its IPv4 multicast leaves when not opened by address */
} wf_udp_interface;

/* Part of wf_udp. */
typedef struct wf_udp_socket {
    int fd;
    bool ipv6;
    bool group;       /* receives a group only; never sends */
    unsigned prefix;  /* bits of the local network, when bound to one address */
    uint32_t index;   /* the interface of that address; 0 when bound to all */
    wf_address local; /* where it is bound */
} wf_udp_socket;

/* Zeros are a closed one. The fields are for reading. */
typedef struct wf_udp {
    uint16_t port;        /* the real one */
    unsigned families;    /* those that are open: how to know whether the host has IPv6 */
    bool by_address;      /* opened by address */
    bool every_interface; /* opened without a choice */
    bool no_groups;
    size_t socket_count;
    wf_udp_socket sockets[WF_UDP_SOCKETS];
    size_t next_socket; /* where the next receive begins, so that no socket starves */
    size_t interface_count;
    wf_udp_interface interfaces[WF_UDP_INTERFACES];
    size_t own_count;
    wf_address own[WF_UDP_ADDRESSES]; /* source addresses that mean this program; ports are 0 */
    uint64_t dropped_out;             /* not sent because the system's queue was full */
    uint64_t dropped_in;              /* empty, larger than the caller's buffer, or from an interface not chosen */
    wf_system_error system_error;     /* behind the last SOCKET, PORT_IN_USE or NO_MULTICAST */
} wf_udp;

/* After a failure `udp` is closed and only its system_error means something. Errors: PORT_IN_USE; NO_MULTICAST (no
 * interface, or one that was named, is up, has an address and can join); SOCKET (an unknown interface or address too);
 * ARGUMENT (names and addresses mixed); CAPACITY. */
WF_MUST_CHECK wf_error wf_udp_open(wf_udp *udp, const wf_udp_config *config);
void wf_udp_close(wf_udp *udp); /* also a closed one */

/* Looks at the interfaces again and joins what has appeared since: call it every few seconds or when the system reports
 * a change. `config` is the one it was opened with. *changed says whether interfaces or addresses differ from before.
 * Errors: CLOSED, SOCKET, CAPACITY; the sockets stay open. */
WF_MUST_CHECK wf_error wf_udp_rescan(wf_udp *udp, bool *changed, const wf_udp_config *config);

/* The descriptors to wait on for reading; they stay the same until wf_udp_close. Gives their number, writes at most
 * `max`. */
size_t wf_udp_fds(const wf_udp *udp, int *fds, size_t max);

typedef struct wf_udp_datagram {
    size_t len; /* 0: nothing is there */
    wf_address from;
    uint32_t index; /* interface it came in on */
    bool multicast; /* it was sent to a group, not to this node */
    bool own;       /* this program sent it */
} wf_udp_datagram;

/* One datagram, or len 0 when none waits. Call it until then. What does not fit `capacity` is dropped and counted,
 * never cut. Errors: CLOSED, SOCKET. */
WF_MUST_CHECK wf_error wf_udp_receive(wf_udp *udp, wf_udp_datagram *got, uint8_t *buffer, size_t capacity);

/* Sends one datagram. A group without a scope goes out once on every interface of its family. A full queue loses the
 * datagram, as the network may (counted). Errors: CLOSED, SOCKET (no route, no such family, ...; for a group only when
 * it left on no interface), ARGUMENT (no bytes, too many of them, port 0). */
WF_MUST_CHECK wf_error wf_udp_send(wf_udp *udp, const wf_address *to, wf_bytes bytes);

WF_C_END

#endif

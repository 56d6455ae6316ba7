/* Inside core/io: one socket of a wf_udp, and the way between wf_address and sockaddr. */
#ifndef WARIFU_UDP_SOCKET_H
#define WARIFU_UDP_SOCKET_H

#include <netinet/in.h>
#include <sys/socket.h>
#include <warifu/udp.h>

typedef union wf_sockaddr {
    struct sockaddr any;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
} wf_sockaddr;

socklen_t wf_sockaddr_of(wf_sockaddr *out, const wf_address *address);
/* False for a family that is neither IPv4 nor IPv6. */
bool wf_sockaddr_read(wf_address *out, const struct sockaddr *from);

/* Notes errno and the call behind `code`, and gives `code` back. */
wf_error wf_udp_fail(wf_udp *udp, wf_error code, const char *call);

/* Makes, sets up and binds the socket that `want` describes (all but fd), and adds it to `udp`. When udp->port is still
 * 0 the system's choice becomes it. Errors: SOCKET, PORT_IN_USE, CAPACITY. */
WF_MUST_CHECK wf_error wf_udp_socket_add(wf_udp *udp, const wf_udp_socket *want);

/* Joins the group of that family on an interface; having joined before is fine. False with errno when it can't, or when
 * nothing could be sent to the group there. */
bool wf_udp_socket_join(const wf_udp_socket *s, uint32_t index);
/* Could something be sent to the group of that family there? False with errno. */
bool wf_udp_socket_reaches(const wf_udp_socket *s, uint32_t index);

#endif

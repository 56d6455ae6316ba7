/* Inside core/host: UDP over IPv4 and IPv6 as it stands on the wire, for files that want whole packets. */
#ifndef WARIFU_IP_PACKET_H
#define WARIFU_IP_PACKET_H

#include <warifu/address.h>
#include <warifu/bytes.h>

enum {
    WF_IP_HEADERS_LEN = 48,   /* most bytes of both headers */
    WF_IP_PAYLOAD_LEN = 65507 /* most bytes of a UDP datagram over IPv4 */
};

/* Both addresses are of one family. What is too long for a packet is cut. */
void wf_ip_write_udp(wf_writer *out, const wf_address *from, const wf_address *to, wf_bytes payload);

/* False: it is no whole UDP datagram. The payload is a view into the packet. Checksums are not looked at, for a host
 * leaves those of what it sends to the network card. */
bool wf_ip_read_udp(wf_address *from, wf_address *to, wf_bytes *payload, wf_bytes packet);

#endif

/* Opening, sending and expecting in one line each. */
#ifndef WARIFU_UDP_PEERS_H
#define WARIFU_UDP_PEERS_H

#include "check.h"
#include <poll.h>
#include <warifu/udp.h>

static inline wf_address address_of(const char *text, uint16_t port) {
    wf_address address;
    CHECK_OK(wf_address_parse(&address, text, port));
    return address;
}

static inline wf_error open_on(wf_udp *udp, const char *interface, uint16_t port) {
    wf_udp_config config = {.port = port, .interfaces = &interface, .interface_count = 1};
    return wf_udp_open(udp, &config);
}

static inline void send_text(wf_udp *udp, const wf_address *to, const char *text) {
    CHECK_OK(wf_udp_send(udp, to, wf_bytes_of((const uint8_t *)text, strlen(text))));
}

/* Waits two seconds at most. */
static inline wf_udp_datagram receive_with(wf_udp *udp, uint8_t *buffer, size_t capacity) {
    wf_udp_datagram got;
    CHECK_OK(wf_udp_receive(udp, &got, buffer, capacity));
    if (got.len == 0) {
        int fds[WF_UDP_SOCKETS];
        struct pollfd wait[WF_UDP_SOCKETS];
        size_t count = wf_udp_fds(udp, fds, WF_UDP_SOCKETS);
        for (size_t i = 0; i < count; i++) {
            wait[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
        }
        CHECK(poll(wait, (nfds_t)count, 2000) > 0);
        CHECK_OK(wf_udp_receive(udp, &got, buffer, capacity));
    }
    return got;
}

static inline wf_udp_datagram expect(wf_udp *udp, const char *text) {
    uint8_t buffer[2048];
    wf_udp_datagram got = receive_with(udp, buffer, sizeof buffer);
    CHECK(got.len == strlen(text) && memcmp(buffer, text, got.len) == 0);
    return got;
}

static inline void expect_nothing(wf_udp *udp) {
    uint8_t buffer[2048];
    wf_udp_datagram got;
    CHECK_OK(wf_udp_receive(udp, &got, buffer, sizeof buffer));
    CHECK(got.len == 0);
}

#endif

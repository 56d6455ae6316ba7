#include "ip_packet.h"

#include <string.h>

enum {
    UDP = 17,
    UDP_LEN = 8,
    IPV4_LEN = 20,
    IPV6_LEN = 40,
    DO_NOT_FRAGMENT = 0x4000,
    FRAGMENT = 0x3FFF, /* more fragments, or an offset */
    HOPS = 64,
    IP4_AT = 12 /* of an IPv4 address in the mapped form */
};

/* ---- checksums (RFC 1071) ---- */

static uint32_t sum(uint32_t before, const uint8_t *at, size_t len) {
    for (size_t i = 0; i < len; i++) {
        before += i % 2 == 0 ? (uint32_t)at[i] << 8 : at[i];
    }
    return before;
}

static uint16_t folded(uint32_t total) {
    while (total >> 16 != 0) {
        total = (total & 0xFFFF) + (total >> 16);
    }
    return (uint16_t)~total;
}

static void put_u16(uint8_t *at, uint16_t value) {
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* RFC 768 and RFC 8200 8.1: the pseudo-header is both addresses, protocol and length. */
static uint16_t udp_checksum(const wf_address *from, const wf_address *to, const uint8_t *udp, size_t len) {
    const size_t skipped = wf_address_is_ipv4(from) ? IP4_AT : 0;
    uint32_t total = UDP + (uint32_t)len;
    total = sum(total, from->ip + skipped, sizeof from->ip - skipped);
    total = sum(total, to->ip + skipped, sizeof to->ip - skipped);
    const uint16_t checksum = folded(sum(total, udp, len));
    return checksum != 0 ? checksum : 0xFFFF; /* 0 would say that there is none */
}

/* ---- writing ---- */

static void write_ipv4(wf_writer *out, const wf_address *from, const wf_address *to, size_t payload) {
    uint8_t header[IPV4_LEN] = {0x45};
    put_u16(header + 2, (uint16_t)(IPV4_LEN + UDP_LEN + payload));
    put_u16(header + 6, DO_NOT_FRAGMENT);
    header[8] = HOPS;
    header[9] = UDP;
    memcpy(header + 12, from->ip + IP4_AT, 4);
    memcpy(header + 16, to->ip + IP4_AT, 4);
    put_u16(header + 10, folded(sum(0, header, sizeof header)));
    wf_write_bytes(out, header, sizeof header);
}

static void write_ipv6(wf_writer *out, const wf_address *from, const wf_address *to, size_t payload) {
    wf_write_u32(out, 0x60000000);
    wf_write_u16(out, (uint16_t)(UDP_LEN + payload));
    wf_write_u8(out, UDP);
    wf_write_u8(out, HOPS);
    wf_write_bytes(out, from->ip, sizeof from->ip);
    wf_write_bytes(out, to->ip, sizeof to->ip);
}

void wf_ip_write_udp(wf_writer *out, const wf_address *from, const wf_address *to, wf_bytes payload) {
    const size_t len = payload.len < WF_IP_PAYLOAD_LEN ? payload.len : WF_IP_PAYLOAD_LEN;
    if (wf_address_is_ipv4(from)) {
        write_ipv4(out, from, to, len);
    } else {
        write_ipv6(out, from, to, len);
    }
    uint8_t *udp = wf_write_space(out, UDP_LEN + len);
    if (udp == NULL) {
        return;
    }
    put_u16(udp, from->port);
    put_u16(udp + 2, to->port);
    put_u16(udp + 4, (uint16_t)(UDP_LEN + len));
    put_u16(udp + 6, 0);
    if (len > 0) {
        memcpy(udp + UDP_LEN, payload.at, len);
    }
    put_u16(udp + 6, udp_checksum(from, to, udp, UDP_LEN + len));
}

/* ---- reading ---- */

static bool read_udp(wf_address *from, wf_address *to, wf_bytes *payload, wf_bytes bytes) {
    wf_reader r = wf_reader_of(bytes);
    from->port = wf_read_u16(&r);
    to->port = wf_read_u16(&r);
    const uint16_t len = wf_read_u16(&r);
    (void)wf_read_u16(&r);
    *payload = wf_read_bytes(&r, len >= UDP_LEN ? (size_t)len - UDP_LEN : SIZE_MAX);
    return !r.failed;
}

static wf_address mapped(wf_bytes ipv4) {
    return ipv4.len == 4 ? wf_address_ipv4(ipv4.at[0], ipv4.at[1], ipv4.at[2], ipv4.at[3], 0) : (wf_address){0};
}

static bool read_ipv4(wf_address *from, wf_address *to, wf_bytes *payload, wf_bytes packet) {
    wf_reader r = wf_reader_of(packet);
    const uint8_t header_len = (uint8_t)((wf_read_u8(&r) & 15) * 4);
    (void)wf_read_u8(&r);
    const uint16_t total = wf_read_u16(&r);
    (void)wf_read_u16(&r);
    const bool whole = (wf_read_u16(&r) & FRAGMENT) == 0;
    (void)wf_read_u8(&r);
    const bool is_udp = wf_read_u8(&r) == UDP;
    (void)wf_read_u16(&r);
    *from = mapped(wf_read_bytes(&r, 4));
    *to = mapped(wf_read_bytes(&r, 4));
    if (r.failed || !whole || !is_udp || header_len < IPV4_LEN || total < header_len || total > packet.len) {
        return false;
    }
    return read_udp(from, to, payload, wf_bytes_of(packet.at + header_len, (size_t)total - header_len));
}

/* Without extension headers: what ECHONET Lite sends has none. */
static bool read_ipv6(wf_address *from, wf_address *to, wf_bytes *payload, wf_bytes packet) {
    wf_reader r = wf_reader_of(packet);
    (void)wf_read_u32(&r);
    const uint16_t len = wf_read_u16(&r);
    const bool is_udp = wf_read_u8(&r) == UDP;
    (void)wf_read_u8(&r);
    *from = *to = (wf_address){0};
    wf_read_copy(&r, from->ip, sizeof from->ip);
    wf_read_copy(&r, to->ip, sizeof to->ip);
    const wf_bytes udp = wf_read_bytes(&r, len);
    return !r.failed && is_udp && read_udp(from, to, payload, udp);
}

bool wf_ip_read_udp(wf_address *from, wf_address *to, wf_bytes *payload, wf_bytes packet) {
    const uint8_t version = packet.len > 0 ? packet.at[0] >> 4 : 0;
    return (version == 4 && read_ipv4(from, to, payload, packet)) ||
           (version == 6 && read_ipv6(from, to, payload, packet));
}

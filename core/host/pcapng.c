#include <warifu/pcapng.h>

#include "ip_packet.h"
#include "pcapng_format.h"
#include <string.h>
#include <warifu/datagram.h>
#include <warifu/version.h>

enum { ON_THE_WIRE, INSIDE, NO_LIMIT = 0, TID_AT = 2, TID_LEN = 2, MOST_OPTION = 0xFFFC };

/* ---- blocks and options: all padded to four bytes ---- */

static void pad(wf_writer *out, size_t len) {
    static const uint8_t zeros[4];
    wf_write_bytes(out, zeros, (4 - len % 4) % 4);
}

static size_t begin_block(wf_writer *out, uint32_t type) {
    const size_t start = out->len;
    wf_write_u32(out, type);
    wf_write_u32(out, 0); /* its length, once that is known */
    return start;
}

static void end_block(wf_writer *out, size_t start) {
    const uint32_t len = (uint32_t)(out->len - start + 4);
    wf_write_u32(out, len);
    if (!out->overflow) {
        memcpy(out->start + start + 4, out->start + out->len - 4, 4);
    }
}

static void put_option(wf_writer *out, uint16_t code, const void *value, size_t len) {
    wf_write_u16(out, code);
    wf_write_u16(out, (uint16_t)len);
    wf_write_bytes(out, value, len);
    pad(out, len);
}

static void put_text(wf_writer *out, uint16_t code, const char *text) {
    const size_t len = strlen(text);
    put_option(out, code, text, len < MOST_OPTION ? len : MOST_OPTION);
}

/* ---- the head ---- */

static void write_interface(wf_writer *out, const char *name, const char *comment) {
    const uint8_t resolution = WF_MICROSECONDS;
    const size_t block = begin_block(out, WF_BLOCK_INTERFACE);
    wf_write_u16(out, WF_LINK_RAW);
    wf_write_u16(out, 0);
    wf_write_u32(out, NO_LIMIT);
    put_text(out, WF_OPTION_NAME, name);
    put_option(out, WF_OPTION_RESOLUTION, &resolution, sizeof resolution);
    put_text(out, WF_OPTION_COMMENT, comment);
    put_option(out, WF_OPTION_END, NULL, 0);
    end_block(out, block);
}

void wf_pcapng_write_head(wf_writer *out) {
    const size_t block = begin_block(out, WF_BLOCK_SECTION);
    wf_write_u32(out, WF_BYTE_ORDER_MAGIC);
    wf_write_u16(out, 1); /* version 1.0 */
    wf_write_u16(out, 0);
    wf_write_u64(out, UINT64_MAX); /* the section's length isn't known yet */
    put_text(out, WF_OPTION_PROGRAM, "Warifu " WF_VERSION);
    put_option(out, WF_OPTION_END, NULL, 0);
    end_block(out, block);
    write_interface(out, "warifu", "datagrams as a node sent and received them; the IP and UDP headers are made up");
    write_interface(out, WF_INSIDE, "what records protect, as the clear frames that they stand for; never on the wire");
}

/* ---- packets ---- */

typedef struct ends {
    wf_address from, to;
} ends;

/* What is not known is 0.0.0.0 or ::, of the other side's family. */
static wf_address own_of(const wf_traced *traced, bool ipv4) {
    wf_address own = traced->own;
    if (wf_address_is_unspecified(&own) || wf_address_is_ipv4(&own) != ipv4) {
        own = ipv4 ? wf_address_ipv4(0, 0, 0, 0, own.port) : (wf_address){.port = own.port};
    }
    own.port = own.port != 0 ? own.port : WF_PORT;
    return own;
}

static ends ends_of(const wf_traced *traced) {
    const bool to_all = traced->multicast && wf_address_is_unspecified(&traced->peer);
    const wf_address *known = to_all ? &traced->own : &traced->peer;
    const bool ipv4 = wf_address_is_ipv4(known) || (to_all && wf_address_is_unspecified(known));
    const wf_address own = own_of(traced, ipv4);
    const wf_address group = ipv4 ? wf_address_group_ipv4(own.port) : wf_address_group_ipv6(own.port, 0);
    if (traced->sent) {
        return (ends){own, to_all ? group : traced->peer};
    }
    return (ends){traced->peer, traced->multicast ? group : own};
}

static void write_packet(wf_writer *out, uint32_t interface, const wf_traced *traced, wf_bytes payload,
                         const char *comment) {
    const size_t block = begin_block(out, WF_BLOCK_PACKET);
    const ends at = ends_of(traced);
    const uint32_t flags = (traced->sent ? WF_FLAGS_OUT : WF_FLAGS_IN) |
                           (uint32_t)(traced->multicast ? WF_FLAGS_MULTICAST : WF_FLAGS_UNICAST);
    const uint8_t flag_bytes[] = {0, 0, 0, (uint8_t)flags};
    wf_write_u32(out, interface);
    wf_write_u64(out, (uint64_t)traced->time_us);
    uint8_t *lengths = wf_write_space(out, 8);
    const size_t start = out->len;
    wf_ip_write_udp(out, &at.from, &at.to, payload);
    const size_t len = out->len - start;
    if (lengths != NULL) {
        wf_writer w = wf_writer_of(lengths, 8);
        wf_write_u32(&w, (uint32_t)len); /* captured, and as it was */
        wf_write_u32(&w, (uint32_t)len);
    }
    pad(out, len);
    put_option(out, WF_OPTION_FLAGS, flag_bytes, sizeof flag_bytes);
    if (comment != NULL) {
        put_text(out, WF_OPTION_COMMENT, comment);
    }
    put_option(out, WF_OPTION_END, NULL, 0);
    end_block(out, block);
}

void wf_pcapng_write(wf_writer *out, const wf_traced *traced, const char *comment) {
    write_packet(out, ON_THE_WIRE, traced, traced->datagram, comment);
}

void wf_pcapng_write_inside(wf_writer *out, const wf_traced *traced, const char *comment) {
    uint8_t frame[WF_IP_PAYLOAD_LEN];
    wf_writer w = wf_writer_of(frame, sizeof frame);
    wf_reader r = wf_reader_of(traced->datagram);
    uint8_t tid[TID_LEN];
    (void)wf_read_bytes(&r, TID_AT);
    wf_read_copy(&r, tid, sizeof tid);
    wf_write_u8(&w, WF_EHD1);
    wf_write_u8(&w, WF_EHD2_SPECIFIED);
    wf_write_bytes(&w, tid, sizeof tid);
    wf_write_view(&w, traced->inner);
    write_packet(out, INSIDE, traced, wf_bytes_of(frame, w.len), comment);
}

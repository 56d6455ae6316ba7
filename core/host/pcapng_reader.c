#include "ip_packet.h"
#include "pcapng_format.h"
#include <string.h>
#include <warifu/datagram.h>
#include <warifu/pcapng.h>

enum {
    BLOCK_LEN = 12, /* type, length, length again */
    EDATA_AT = 4,
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_IPV6 = 0x86DD,
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_SERVICE_VLAN = 0x88A8
};
#define SECOND_US UINT64_C(1000000)

bool wf_pcapng_is(wf_bytes file) {
    static const uint8_t type[] = {0x0A, 0x0D, 0x0D, 0x0A};
    return file.len >= sizeof type && memcmp(file.at, type, sizeof type) == 0;
}

wf_pcapng_reader wf_pcapng_reader_of(wf_bytes file) {
    return (wf_pcapng_reader){.in = wf_reader_of(file)};
}

/* ---- numbers of the section's byte order ---- */

static uint16_t read_u16(const wf_pcapng_reader *reader, wf_reader *r) {
    const uint16_t value = wf_read_u16(r);
    const uint16_t swapped = (uint16_t)(value << 8 | value >> 8);
    return reader->little_endian ? swapped : value;
}

static uint32_t read_u32(const wf_pcapng_reader *reader, wf_reader *r) {
    const uint32_t first = read_u16(reader, r), second = read_u16(reader, r);
    return reader->little_endian ? second << 16 | first : first << 16 | second;
}

typedef struct option {
    uint16_t code;
    wf_bytes value;
} option;

static bool next_option(const wf_pcapng_reader *reader, wf_reader *r, option *out) {
    out->code = read_u16(reader, r);
    const size_t len = read_u16(reader, r);
    out->value = wf_read_bytes(r, len);
    (void)wf_read_bytes(r, (4 - len % 4) % 4);
    return !r->failed && out->code != WF_OPTION_END;
}

/* ---- blocks ---- */

typedef struct block {
    uint32_t type;
    wf_reader body;
} block;

/* The byte order of a section is told by what follows its first length. */
static bool learn_byte_order(wf_pcapng_reader *reader) {
    wf_reader ahead = reader->in;
    (void)wf_read_bytes(&ahead, 8);
    const uint32_t magic = wf_read_u32(&ahead);
    reader->little_endian = magic != WF_BYTE_ORDER_MAGIC;
    reader->begun = true;
    reader->interface_count = 0;
    return magic == WF_BYTE_ORDER_MAGIC || magic == UINT32_C(0x4D3C2B1A);
}

static bool take_block(wf_pcapng_reader *reader, block *out) {
    const bool is_section = wf_pcapng_is(wf_bytes_of(reader->in.at, reader->in.left));
    if (is_section ? !learn_byte_order(reader) : !reader->begun) {
        return false;
    }
    out->type = read_u32(reader, &reader->in);
    const uint32_t len = read_u32(reader, &reader->in);
    if (len < BLOCK_LEN || len % 4 != 0) {
        return false;
    }
    out->body = wf_reader_of(wf_read_bytes(&reader->in, len - BLOCK_LEN));
    return read_u32(reader, &reader->in) == len && !reader->in.failed;
}

static bool next_block(wf_pcapng_reader *reader, block *out) {
    if (reader->failed || reader->in.left == 0) {
        return false;
    }
    reader->failed = !take_block(reader, out);
    return !reader->failed;
}

static void take_interface(wf_pcapng_reader *reader, wf_reader *body) {
    option o;
    wf_pcapng_interface new = {.link_type = read_u16(reader, body), .resolution = WF_MICROSECONDS};
    (void)wf_read_bytes(body, 6);
    while (next_option(reader, body, &o)) {
        if (o.code == WF_OPTION_RESOLUTION && o.value.len == 1) {
            new.resolution = o.value.at[0];
        } else if (o.code == WF_OPTION_NAME) {
            new.is_inside = wf_bytes_equal(o.value, wf_bytes_of((const uint8_t *)WF_INSIDE, strlen(WF_INSIDE)));
        }
    }
    if (reader->interface_count == WF_PCAPNG_INTERFACES) {
        reader->failed = true;
        return;
    }
    reader->interfaces[reader->interface_count++] = new;
}

/* ---- packets ---- */

static uint64_t power_of_ten(unsigned exponent) {
    uint64_t power = 1;
    for (unsigned i = 0; i < exponent; i++) {
        power *= 10;
    }
    return power;
}

/* if_tsresol: a power of ten, or with the high bit of two. */
static int64_t time_us(uint64_t time, uint8_t resolution) {
    const unsigned n = resolution & 0x7F;
    if ((resolution & 0x80) == 0) {
        const uint64_t us = n <= WF_MICROSECONDS ? time * power_of_ten(WF_MICROSECONDS - n)
                            : n <= 19            ? time / power_of_ten(n - WF_MICROSECONDS)
                                                 : 0;
        return (int64_t)(us & INT64_MAX);
    }
    if (n > 40) {
        return n < 64 ? (int64_t)((time >> (n - 20)) * SECOND_US >> 20 & INT64_MAX) : 0;
    }
    const uint64_t rest = time & ((UINT64_C(1) << n) - 1);
    return (int64_t)(((time >> n) * SECOND_US + (rest * SECOND_US >> n)) & INT64_MAX);
}

static wf_bytes after_ethertype(wf_reader *r, uint16_t type) {
    while (type == ETHERTYPE_VLAN || type == ETHERTYPE_SERVICE_VLAN) {
        (void)wf_read_u16(r);
        type = wf_read_u16(r);
    }
    const bool is_ip = type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6;
    return is_ip ? wf_read_rest(r) : wf_bytes_of(NULL, 0);
}

/* The IP packet in a frame of the link; empty where there is none. */
static wf_bytes ip_in(uint16_t link_type, wf_bytes frame) {
    wf_reader r = wf_reader_of(frame);
    switch (link_type) {
    case WF_LINK_RAW:
    case WF_LINK_IPV4:
    case WF_LINK_IPV6:
        return frame;
    case WF_LINK_NULL:
        (void)wf_read_u32(&r); /* the family, in the byte order of whoever captured it */
        return wf_read_rest(&r);
    case WF_LINK_ETHERNET:
        (void)wf_read_bytes(&r, 12);
        return after_ethertype(&r, wf_read_u16(&r));
    case WF_LINK_SLL:
        (void)wf_read_bytes(&r, 14);
        return after_ethertype(&r, wf_read_u16(&r));
    case WF_LINK_SLL2: {
        const uint16_t type = wf_read_u16(&r);
        (void)wf_read_bytes(&r, 18);
        return after_ethertype(&r, type);
    }
    default:
        return wf_bytes_of(NULL, 0);
    }
}

typedef struct packet {
    wf_traced traced;
    bool is_inside;
} packet;

static void set_ends(wf_traced *out, const wf_address *from, const wf_address *to) {
    out->multicast = wf_address_is_multicast(to);
    out->peer = out->sent ? *to : *from;
    out->own = out->sent ? *from : *to;
    if (out->multicast && out->sent) {
        out->peer = (wf_address){0};
    } else if (out->multicast) {
        out->own = (wf_address){0};
    }
}

/* False: no UDP datagram, or damaged, which is remembered. */
static bool take_packet(wf_pcapng_reader *reader, wf_reader *body, packet *out) {
    wf_address from, to;
    option o;
    *out = (packet){{0}, false};
    const uint32_t interface = read_u32(reader, body);
    const uint64_t high = read_u32(reader, body), low = read_u32(reader, body);
    const uint32_t len = read_u32(reader, body);
    (void)read_u32(reader, body);
    const wf_bytes frame = wf_read_bytes(body, len);
    (void)wf_read_bytes(body, (4 - len % 4) % 4);
    if (body->failed || interface >= reader->interface_count) {
        reader->failed = true;
        return false;
    }
    const wf_pcapng_interface *on = &reader->interfaces[interface];
    while (next_option(reader, body, &o)) {
        if (o.code == WF_OPTION_FLAGS && o.value.len == 4) {
            wf_reader flags = wf_reader_of(o.value);
            out->traced.sent = (read_u32(reader, &flags) & WF_FLAGS_DIRECTION) == WF_FLAGS_OUT;
        }
    }
    out->is_inside = on->is_inside;
    out->traced.time_us = time_us(high << 32 | low, on->resolution);
    if (!wf_ip_read_udp(&from, &to, &out->traced.datagram, ip_in(on->link_type, frame))) {
        return false;
    }
    set_ends(&out->traced, &from, &to);
    return true;
}

static bool next_packet(wf_pcapng_reader *reader, packet *out) {
    block b;
    while (next_block(reader, &b)) {
        if (b.type == WF_BLOCK_INTERFACE) {
            take_interface(reader, &b.body);
        } else if (b.type == WF_BLOCK_PACKET && take_packet(reader, &b.body, out)) {
            return true;
        }
    }
    return false;
}

/* What stands on the inside of the packet just read follows it. */
static void take_inside(wf_pcapng_reader *reader, wf_traced *out) {
    wf_pcapng_reader ahead = *reader;
    block b;
    packet inside;
    if (next_block(&ahead, &b) && b.type == WF_BLOCK_PACKET && take_packet(&ahead, &b.body, &inside) &&
        inside.is_inside && inside.traced.datagram.len >= EDATA_AT) {
        out->inner = wf_bytes_of(inside.traced.datagram.at + EDATA_AT, inside.traced.datagram.len - EDATA_AT);
        *reader = ahead;
    }
}

bool wf_pcapng_next(wf_pcapng_reader *reader, wf_traced *out) {
    packet p;
    while (next_packet(reader, &p)) {
        if (!p.is_inside) {
            *out = p.traced;
            take_inside(reader, out);
            return true;
        }
    }
    return false;
}

wf_error wf_pcapng_finish(const wf_pcapng_reader *reader) {
    return reader->failed || reader->in.left > 0 ? WF_ERROR_NOT_A_TRACE : WF_OK;
}

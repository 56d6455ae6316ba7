#include <stddef.h>
#include <string.h>
#include <warifu/address.h>

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

wf_address wf_address_ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port) {
    return (wf_address){.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, a, b, c, d}, .port = port};
}

wf_address wf_address_group_ipv4(uint16_t port) {
    return wf_address_ipv4(224, 0, 23, 0, port);
}

wf_address wf_address_group_ipv6(uint16_t port, uint32_t scope) {
    return (wf_address){.ip = {0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, .port = port, .scope = scope};
}

bool wf_address_same_host(const wf_address *a, const wf_address *b) {
    return a->scope == b->scope && memcmp(a->ip, b->ip, sizeof a->ip) == 0;
}

bool wf_address_equal(const wf_address *a, const wf_address *b) {
    return a->port == b->port && wf_address_same_host(a, b);
}

bool wf_address_is_ipv4(const wf_address *address) {
    return memcmp(address->ip, mapped_prefix, sizeof mapped_prefix) == 0;
}

bool wf_address_is_multicast(const wf_address *address) {
    return wf_address_is_ipv4(address) ? address->ip[12] >> 4 == 0xE : address->ip[0] == 0xFF;
}

bool wf_address_is_unspecified(const wf_address *address) {
    static const uint8_t zeros[16];
    size_t skip = wf_address_is_ipv4(address) ? sizeof mapped_prefix : 0;
    return memcmp(address->ip + skip, zeros, sizeof zeros - skip) == 0;
}

bool wf_address_needs_scope(const wf_address *address) {
    const uint8_t *ip = address->ip;
    return (ip[0] == 0xFE && (ip[1] & 0xC0) == 0x80) || (ip[0] == 0xFF && ((ip[1] & 15) == 1 || (ip[1] & 15) == 2));
}

/* Leading zeros are refused: some systems read them as octal. */
static bool take_decimal(const char **at, uint32_t max, uint32_t *out) {
    const char *p = *at;
    uint64_t value = 0;
    while (*p >= '0' && *p <= '9' && value <= max) {
        value = value * 10 + (uint64_t)(*p++ - '0');
    }
    if (p == *at || value > max || (**at == '0' && p != *at + 1)) {
        return false;
    }
    *at = p;
    *out = (uint32_t)value;
    return true;
}

static bool take_ipv4(const char **at, uint8_t out[4]) {
    const char *p = *at;
    for (int i = 0; i < 4; i++) {
        uint32_t value;
        if ((i > 0 && *p++ != '.') || !take_decimal(&p, 255, &value)) {
            return false;
        }
        out[i] = (uint8_t)value;
    }
    *at = p;
    return true;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool take_group(const char **at, uint8_t out[2]) {
    unsigned value = 0;
    int digits = 0;
    for (; hex_digit(**at) >= 0; (*at)++) {
        if (++digits > 4) {
            return false;
        }
        value = value << 4 | (unsigned)hex_digit(**at);
    }
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
    return digits > 0;
}

enum { NO_GAP = 17 };

/* Opens the "::" at `gap` in the first `len` bytes; it stands for at least one group (RFC 4291 2.2). */
static bool open_gap(uint8_t ip[16], size_t len, size_t gap) {
    if (len > 14) {
        return false;
    }
    memmove(ip + 16 - (len - gap), ip + gap, len - gap);
    memset(ip + gap, 0, 16 - len);
    return true;
}

static bool take_ipv6(const char **at, uint8_t ip[16]) {
    const char *p = *at;
    size_t len = 0, gap = NO_GAP;
    if (p[0] == ':' && p[1] == ':') {
        gap = 0;
        p += 2;
    }
    while (len < 16 && hex_digit(*p) >= 0) {
        if (len <= 12 && take_ipv4(&p, ip + len)) {
            len += 4;
            break;
        }
        if (!take_group(&p, ip + len)) {
            return false;
        }
        len += 2;
        if (p[0] == ':' && p[1] == ':' && gap == NO_GAP) {
            gap = len;
            p += 2;
        } else if (p[0] == ':' && hex_digit(p[1]) >= 0) {
            p++;
        } else {
            break;
        }
    }
    *at = p;
    return gap == NO_GAP ? len == 16 : open_gap(ip, len, gap);
}

static bool take_port(const char **at, uint16_t *port) {
    uint32_t value;
    if (**at != ':') {
        return true;
    }
    (*at)++;
    if (!take_decimal(at, 65535, &value)) {
        return false;
    }
    *port = (uint16_t)value;
    return true;
}

static bool take_host_ipv6(const char **at, wf_address *out) {
    if (!take_ipv6(at, out->ip)) {
        return false;
    }
    if (**at != '%') {
        return true;
    }
    (*at)++;
    return wf_address_needs_scope(out) && take_decimal(at, UINT32_MAX, &out->scope);
}

static bool take_address(const char **at, wf_address *out) {
    if (**at == '[') {
        (*at)++;
        if (!take_host_ipv6(at, out) || **at != ']') {
            return false;
        }
        (*at)++;
        return take_port(at, &out->port);
    }
    const char *colon = strchr(*at, ':');
    if (colon != NULL && strchr(colon + 1, ':') != NULL) {
        return take_host_ipv6(at, out);
    }
    memcpy(out->ip, mapped_prefix, sizeof mapped_prefix);
    return take_ipv4(at, out->ip + sizeof mapped_prefix) && take_port(at, &out->port);
}

wf_error wf_address_parse(wf_address *out, const char *text, uint16_t default_port) {
    wf_address address = {.port = default_port};
    const char *at = text;
    bool good = take_address(&at, &address) && *at == '\0';
    *out = good ? address : (wf_address){0};
    return good ? WF_OK : WF_ERROR_ARGUMENT;
}

static char *put_number(char *at, uint32_t value, uint32_t base) {
    char digits[10];
    size_t len = 0;
    do {
        digits[len++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value > 0);
    while (len > 0) {
        *at++ = digits[--len];
    }
    return at;
}

static char *put_ipv4(char *at, const uint8_t ip[4]) {
    for (int i = 0; i < 4; i++) {
        if (i > 0) {
            *at++ = '.';
        }
        at = put_number(at, ip[i], 10);
    }
    return at;
}

static unsigned group_of(const uint8_t ip[16], int index) {
    return (unsigned)ip[2 * index] << 8 | ip[2 * index + 1];
}

/* The longest run of zero groups, the first of equals, at least two (RFC 5952 4.2). */
static int longest_zeros(const uint8_t ip[16], int *count) {
    int best = 8;
    *count = 1;
    for (int i = 0; i < 8; i++) {
        int run = 0;
        while (i + run < 8 && group_of(ip, i + run) == 0) {
            run++;
        }
        if (run > *count) {
            best = i;
            *count = run;
        }
    }
    return best;
}

static char *put_ipv6(char *at, const uint8_t ip[16]) {
    int zeros;
    int gap = longest_zeros(ip, &zeros);
    for (int i = 0; i < 8; i++) {
        if (i == gap) {
            *at++ = ':';
            *at++ = ':';
            i += zeros - 1;
            continue;
        }
        if (i > 0 && i != gap + zeros) {
            *at++ = ':';
        }
        at = put_number(at, group_of(ip, i), 16);
    }
    return at;
}

char *wf_address_format(char text[static WF_ADDRESS_TEXT_LEN], const wf_address *address) {
    char *at = text;
    bool ipv4 = wf_address_is_ipv4(address);
    bool brackets = !ipv4 && address->port != 0;
    if (brackets) {
        *at++ = '[';
    }
    at = ipv4 ? put_ipv4(at, address->ip + sizeof mapped_prefix) : put_ipv6(at, address->ip);
    if (!ipv4 && address->scope != 0) {
        *at++ = '%';
        at = put_number(at, address->scope, 10);
    }
    if (brackets) {
        *at++ = ']';
    }
    if (address->port != 0) {
        *at++ = ':';
        at = put_number(at, address->port, 10);
    }
    *at = '\0';
    return text;
}

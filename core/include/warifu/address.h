/* A network address without any OS type: what the core compares, keeps and prints.
 *
 * IPv4 lives in the IPv4-mapped form (::ffff:a.b.c.d, RFC 4291 2.5.5.2), so that one comparison serves both families.
 * `scope` is the interface index of a link-local IPv6 address and 0 for every other address. All zeros is "nowhere".
 */
#ifndef WARIFU_ADDRESS_H
#define WARIFU_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <warifu/error.h>

WF_C_BEGIN

enum {
    WF_ADDRESS_TEXT_LEN = 64 /* longest text with its end: "[ffff:...:ffff%4294967295]:65535" */
};

typedef struct wf_address {
    uint8_t ip[16];
    uint16_t port; /* host order */
    uint32_t scope;
} wf_address;

wf_address wf_address_ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port);

/* ECHONET Lite's groups (Part II 1.2): 224.0.23.0, and ff02::1 on the interface of that index. */
wf_address wf_address_group_ipv4(uint16_t port);
wf_address wf_address_group_ipv6(uint16_t port, uint32_t scope);

bool wf_address_equal(const wf_address *a, const wf_address *b);
bool wf_address_same_host(const wf_address *a, const wf_address *b); /* all but the port */
bool wf_address_is_ipv4(const wf_address *address);
bool wf_address_is_multicast(const wf_address *address);
bool wf_address_is_unspecified(const wf_address *address); /* 0.0.0.0 or :: */
bool wf_address_needs_scope(const wf_address *address);    /* link-local: fe80::/10, ff01::/16, ff02::/16 */

/* Reads "192.0.2.1", "192.0.2.1:3610", "2001:db8::1", "fe80::1%2", "[fe80::1%2]:3610"; without a port it is
 * `default_port`. The scope is a number, and only where one is needed. Nothing is resolved. `out` is all zeros after a
 * failure. Errors: ARGUMENT. */
WF_MUST_CHECK wf_error wf_address_parse(wf_address *out, const char *text, uint16_t default_port);

/* Writes the form that wf_address_parse reads, IPv6 as RFC 5952 says; port 0 is left out. Gives `text` back. */
char *wf_address_format(char text[WF_STATIC WF_ADDRESS_TEXT_LEN], const wf_address *address);

WF_C_END

#endif

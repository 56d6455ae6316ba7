/* What strangers may cost: each host has a few tokens, which come back with time. A handshake with a stranger takes
 * one before anything is computed for it, and a message_3 that fails another one. */
#ifndef WARIFU_DA_TOKENS_H
#define WARIFU_DA_TOKENS_H

#include <warifu/address.h>
#include <warifu/event.h>

enum {
    WF_TOKEN_HOSTS = 16, /* remembered; who is forgotten had the most tokens */
    WF_TOKENS_AT_ONCE = 8,
    WF_TOKEN_MS = 3000 /* until the next one */
};

typedef struct wf_tokens {
    struct {
        uint8_t host[16];
        uint32_t scope;
        wf_time paid; /* each token taken moves it on */
    } hosts[WF_TOKEN_HOSTS];
} wf_tokens;

/* Takes one of `at_once` tokens that come back every `ms`. False: there is none. `paid` is 0 at first. */
bool wf_tokens_spend(wf_time *paid, wf_time now, uint32_t ms, unsigned at_once);

/* False: the host has none left. An IPv6 host is its network of 64 bits, since it can choose the rest. */
bool wf_tokens_take(wf_tokens *tokens, wf_time now, const wf_address *from);

#endif

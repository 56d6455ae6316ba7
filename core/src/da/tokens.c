#include "da/tokens.h"

#include <string.h>

enum { NETWORK_LEN = 8 /* RFC 4291 2.5.4: the interface identifier is the host's own choice */ };

static void host_of(uint8_t host[static 16], const wf_address *from) {
    memcpy(host, from->ip, 16);
    if (!wf_address_is_ipv4(from) && !wf_address_needs_scope(from)) {
        memset(host + NETWORK_LEN, 0, 16 - NETWORK_LEN);
    }
}

bool wf_tokens_spend(wf_time *paid, wf_time now, uint32_t ms, unsigned at_once) {
    wf_time from = *paid > now ? *paid : now;
    if (from + ms > now + at_once * (wf_time)ms) {
        return false;
    }
    *paid = from + ms;
    return true;
}

bool wf_tokens_take(wf_tokens *tokens, wf_time now, const wf_address *from) {
    uint8_t host[16];
    host_of(host, from);
    unsigned at = 0;
    for (unsigned i = 0; i < WF_TOKEN_HOSTS; i++) {
        if (tokens->hosts[i].scope == from->scope && memcmp(tokens->hosts[i].host, host, sizeof host) == 0) {
            at = i;
            break;
        }
        at = tokens->hosts[i].paid < tokens->hosts[at].paid ? i : at;
    }
    bool is_known = tokens->hosts[at].scope == from->scope && memcmp(tokens->hosts[at].host, host, sizeof host) == 0;
    wf_time paid = is_known ? tokens->hosts[at].paid : 0;
    if (!wf_tokens_spend(&paid, now, WF_TOKEN_MS, WF_TOKENS_AT_ONCE)) {
        return false;
    }
    memcpy(tokens->hosts[at].host, host, sizeof host);
    tokens->hosts[at].scope = from->scope;
    tokens->hosts[at].paid = paid;
    return true;
}

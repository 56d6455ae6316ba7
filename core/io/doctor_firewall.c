#define _GNU_SOURCE 1
#include "io/doctor_checks.h"

#ifndef __linux__

void wf_doctor_look_at_firewall(wf_doctor_run *run) {
    (void)run;
}

#else

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static bool has_line(const char *path, const char *start) {
    char line[160];
    bool found = false;
    FILE *file = fopen(path, "re");
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        found = strncmp(line, start, strlen(start)) == 0;
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

/* ---- nf_tables: its chains on the way in; the kernel shows them to root alone ---- */

typedef struct chain {
    char table[64], name[64];
    uint32_t hook, policy; /* hook: of a chain that the kernel calls, else none */
} chain;

enum { NO_HOOK = 0xFF };

typedef struct attribute {
    unsigned type;
    const uint8_t *at;
    size_t len;
} attribute;

/* The next attribute of `*rest`; false at the end. */
static bool next_attribute(attribute *out, const uint8_t **rest, size_t *left) {
    struct nlattr header;
    if (*left < sizeof header) {
        return false;
    }
    memcpy(&header, *rest, sizeof header);
    size_t whole = NLA_ALIGN(header.nla_len);
    if (header.nla_len < sizeof header || header.nla_len > *left) {
        return false;
    }
    *out = (attribute){.type = header.nla_type & (unsigned)NLA_TYPE_MASK,
                       .at = *rest + sizeof header,
                       .len = header.nla_len - sizeof header};
    *left -= whole < *left ? whole : *left;
    *rest += whole;
    return true;
}

static uint32_t number_of(const attribute *a) {
    uint32_t value = 0;
    memcpy(&value, a->at, a->len < sizeof value ? a->len : sizeof value);
    return ntohl(value);
}

static void copy_text(char out[static 64], const attribute *a) {
    snprintf(out, 64, "%.*s", (int)(a->len < 63 ? a->len : 63), (const char *)a->at);
}

static void read_hook(chain *out, const attribute *nested) {
    const uint8_t *rest = nested->at;
    size_t left = nested->len;
    for (attribute a; next_attribute(&a, &rest, &left);) {
        if (a.type == NFTA_HOOK_HOOKNUM) {
            out->hook = number_of(&a);
        }
    }
}

static chain read_chain(const uint8_t *rest, size_t left) {
    chain out = {.hook = NO_HOOK, .policy = NF_ACCEPT};
    for (attribute a; next_attribute(&a, &rest, &left);) {
        if (a.type == NFTA_CHAIN_TABLE) {
            copy_text(out.table, &a);
        } else if (a.type == NFTA_CHAIN_NAME) {
            copy_text(out.name, &a);
        } else if (a.type == NFTA_CHAIN_POLICY) {
            out.policy = number_of(&a);
        } else if (a.type == NFTA_CHAIN_HOOK) {
            read_hook(&out, &a);
        }
    }
    return out;
}

/* Hooks have other meanings in other families. */
static bool is_on_the_way_in(const chain *c, uint8_t family) {
    return c->hook == NF_INET_LOCAL_IN && (family == NFPROTO_INET || family == NFPROTO_IPV4 || family == NFPROTO_IPV6);
}

/* Of several chains one that drops by default counts, else the first. False at the end. */
static bool take_messages(chain *found, const uint8_t *at, size_t len) {
    while (len >= sizeof(struct nlmsghdr)) {
        struct nlmsghdr header;
        struct nfgenmsg body;
        size_t head = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof body);
        memcpy(&header, at, sizeof header);
        if (header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR || header.nlmsg_len < head ||
            header.nlmsg_len > len) {
            return false;
        }
        memcpy(&body, at + NLMSG_HDRLEN, sizeof body);
        chain c = read_chain(at + head, header.nlmsg_len - head);
        bool counts = found->name[0] == '\0' || (c.policy == NF_DROP && found->policy != NF_DROP);
        if (counts && is_on_the_way_in(&c, body.nfgen_family)) {
            *found = c;
        }
        size_t whole = NLMSG_ALIGN(header.nlmsg_len);
        at += whole < len ? whole : len;
        len -= whole < len ? whole : len;
    }
    return true;
}

static bool ask_for_chains(int fd) {
    struct {
        struct nlmsghdr header;
        struct nfgenmsg body;
    } request = {.header = {.nlmsg_len = sizeof request,
                            .nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETCHAIN,
                            .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
                 .body = {.nfgen_family = NFPROTO_UNSPEC, .version = NFNETLINK_V0}};
    struct timeval patience = {.tv_usec = 500000};
    return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
           send(fd, &request, sizeof request, 0) == (ssize_t)sizeof request;
}

static bool find_chain(chain *found) {
    uint8_t answer[16384];
    *found = (chain){.hook = NO_HOOK};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    bool more = fd >= 0 && ask_for_chains(fd);
    while (more) {
        ssize_t len = recv(fd, answer, sizeof answer, 0);
        more = len > 0 && take_messages(found, answer, (size_t)len);
    }
    if (fd >= 0) {
        close(fd);
    }
    return found->name[0] != '\0';
}

void wf_doctor_look_at_firewall(wf_doctor_run *run) {
    chain found;
    char rules[192] = "";
    const char *program = has_line("/etc/ufw/ufw.conf", "ENABLED=yes") ? "ufw"
                          : access("/run/firewalld.pid", F_OK) == 0    ? "firewalld"
                                                                       : "";
    if (find_chain(&found)) {
        snprintf(rules, sizeof rules, "nftables: table %s, chain %s, which %s by default", found.table, found.name,
                 found.policy == NF_DROP ? "drops" : "accepts");
    } else if (has_line("/proc/net/ip_tables_names", "filter")) {
        snprintf(rules, sizeof rules, "iptables");
    }
    if (program[0] != '\0' || rules[0] != '\0') {
        wf_doctor_add(run, WF_FINDING_FIREWALL_ON, WF_SEVERITY_PROBLEM, "%s%s%s", program,
                      program[0] != '\0' && rules[0] != '\0' ? "; " : "", rules);
    }
}

#endif

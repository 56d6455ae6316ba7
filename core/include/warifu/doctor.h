/* Why nothing arrives: looks at this host and says what it found, each finding with the next step.
 *
 * It changes nothing, needs no rights and ends within a few seconds. For its self-test it joins the groups for a moment
 * and sends a few datagrams that stay within this host (hop limit 0) and are no ECHONET Lite frames. What is found is a
 * symptom, and the words say so where it is a guess: who filters packets can't be asked without being root.
 *
 * What comes from /proc is there on Linux only; elsewhere those kinds are not found, and a taken port has no name.
 */
#ifndef WARIFU_DOCTOR_H
#define WARIFU_DOCTOR_H

#include <stddef.h>
#include <warifu/udp.h>

WF_C_BEGIN

/* NOTE: worth knowing; WARNING: may be why; PROBLEM: it can't work like that. The values are those of the worst. */
typedef enum wf_severity {
    WF_SEVERITY_NONE = 0,
    WF_SEVERITY_NOTE = 1,
    WF_SEVERITY_WARNING = 2,
    WF_SEVERITY_PROBLEM = 3
} wf_severity;

/* A row: id, severity, what was found, what to do next. A finding may weigh less than its row says, never more. */
#define WF_FINDINGS(X)                                                                                                 \
    X(NO_INTERFACE, PROBLEM, "no interface is up that does multicast",                                                 \
      "connect this host to the network of the devices; see `ip address`")                                             \
    X(INTERFACE_UNKNOWN, PROBLEM, "there is no such interface or address on this host",                                \
      "choose one of `ip address`, or none for all")                                                                   \
    X(INTERFACE_DOWN, PROBLEM, "the interface is down", "switch it on: `ip link set NAME up` (as root)")               \
    X(NO_LINK, PROBLEM, "the interface is up but not connected", "plug in the cable, or join the Wi-Fi")               \
    X(NO_MULTICAST_FLAG, PROBLEM, "the interface does no multicast",                                                   \
      "switch it on: `ip link set NAME multicast on` (as root), or choose another interface")                          \
    X(NO_IPV4, WARNING, "the interface has no IPv4 address, and most devices speak nothing else",                      \
      "look at the DHCP client, or give it an address of the devices' network")                                        \
    X(SELF_GIVEN_ADDRESS, WARNING, "the interface gave itself an address (169.254.x.x): no DHCP server answered",      \
      "look at the router, or give it an address of the devices' network")                                             \
    X(NO_IPV6, NOTE, "there is no IPv6 here", "nothing, unless a device speaks IPv6 only; then switch IPv6 on")        \
    X(LOOPBACK_DOWN, WARNING, "the loopback interface is down, so programs on this host can't reach each other",       \
      "switch it on: `ip link set lo up` (as root)")                                                                   \
    X(LOOPBACK_CHOSEN, NOTE, "the chosen interface reaches programs on this host only",                                \
      "choose the interface that the devices are on; see `ip route`")                                                  \
    X(SEVERAL_INTERFACES, NOTE, "several interfaces are in use", "name the one that the devices are on, if one is")    \
    X(NOT_THE_DEFAULT, NOTE, "the network's other traffic leaves by another interface than the chosen one",            \
      "make sure that the devices are on the chosen one; see `ip route`")                                              \
    X(NO_MULTICAST_ROUTE, WARNING, "there is no route for multicast: programs that name no interface can't send it",   \
      "add one: `ip route add 224.0.0.0/4 dev NAME` (as root); Warifu names the interface and needs none")             \
    X(CANT_SEND, PROBLEM, "multicast can't be sent on the interface",                                                  \
      "look at the system's words: no route: add one; not permitted: let UDP 3610 out of the firewall")                \
    X(MULTICAST_LOST, PROBLEM, "multicast does not come back to this host: a firewall is likely",                      \
      "let UDP 3610 in, also to 224.0.23.0 and ff02::1 (ufw allow 3610/udp; firewall-cmd --add-port=3610/udp)")        \
    X(UNICAST_LOST, PROBLEM, "what this host sends to itself does not arrive: a firewall is likely",                   \
      "let UDP 3610 in (ufw allow 3610/udp; firewall-cmd --add-port=3610/udp)")                                        \
    X(FIREWALL_ON, NOTE, "a firewall is switched on here",                                                             \
      "make sure that it lets UDP 3610 in from the local network")                                                     \
    X(PORT_TAKEN, PROBLEM, "another program has the UDP port", "end that program, or give each an address of its own") \
    X(PORT_SHARED, WARNING, "several programs share the UDP port (SO_REUSEADDR): only one gets what is sent to it",    \
      "end all but one, or give each an address of its own")                                                           \
    X(GROUP_NOT_JOINED, WARNING, "a program has the UDP port but did not join 224.0.23.0 on the interface",            \
      "start that program again now that the interface is there, or choose the interface in its settings")             \
    X(STRICT_FILTER, WARNING, "the kernel drops packets whose way back is another interface (rp_filter is strict)",    \
      "loosen it: `sysctl net.ipv4.conf.all.rp_filter=2` and the interface's own (as root)")                           \
    X(WRONG_INTERFACE, PROBLEM, "the way to that address is another interface than the chosen one",                    \
      "choose the interface that is named, or leave the choice out")                                                   \
    X(NO_ROUTE, PROBLEM, "there is no way to that address", "check the address, and this host's own; see `ip route`")  \
    X(OTHER_NETWORK, WARNING, "that address is behind a router, which multicast does not cross",                       \
      "discover it by its address, or move this host into its network (VLAN)")                                         \
    X(CONTAINER, WARNING, "this is a container with a network of its own, which multicast does not cross",             \
      "give it the host's network (docker run --network host) or a macvlan")                                           \
    X(CLOCK, WARNING, "the clock is wrong, so certificates look expired or not yet valid",                             \
      "set the clock, or let NTP set it; see `timedatectl`")                                                           \
    X(STATE_UNUSABLE, PROBLEM, "the state directory can't be used",                                                    \
      "check its path, owner, mode (0700) and the space left, or choose another one")                                  \
    X(STATE_LOCKED, WARNING, "another process uses the state directory", "end it, or give this one a directory")       \
    X(STATE_COPIED, PROBLEM, "the state directory is a copy of another one",                                           \
      "use the original, or adopt the copy once that is gone")                                                         \
    X(CRYPTO, PROBLEM, "the cryptographic library gives wrong answers",                                                \
      "install the supported libtomcrypt, and check the machine's memory")

typedef enum wf_finding_kind {
#define WF_FINDING_ENUM(id, severity, what, next) WF_FINDING_##id,
    WF_FINDINGS(WF_FINDING_ENUM)
#undef WF_FINDING_ENUM
        WF_FINDING_KINDS /* how many there are */
} wf_finding_kind;

/* One row of the table. The strings are static. */
typedef struct wf_finding_row {
    wf_finding_kind kind;
    wf_severity severity;
    const char *id; /* upper case, as in the enum without its prefix */
    const char *what, *next;
} wf_finding_row;

/* The row of a kind; NULL past the end: for those who walk the table. */
const wf_finding_row *wf_finding_row_at(unsigned kind);
const char *wf_severity_text(wf_severity severity); /* "note", "warning", "problem"; "none" */

enum { WF_FINDING_DETAIL_LEN = 240, WF_DOCTOR_FINDINGS = 48 };

typedef struct wf_finding {
    wf_finding_kind kind;
    wf_severity severity;
    char detail[WF_FINDING_DETAIL_LEN]; /* which interface, which program, the system's words; may be empty */
} wf_finding;

typedef struct wf_doctor_config {
    wf_udp_config udp;      /* as it is to be opened; port 0 means 3610 */
    const char *state;      /* the state directory; NULL: there is none */
    const wf_address *peer; /* a node that should be there; NULL: none is named */
} wf_doctor_config;

/* What was found, the worst first. */
typedef struct wf_doctor {
    size_t count;
    size_t left_out; /* that did not fit */
    wf_finding findings[WF_DOCTOR_FINDINGS];
} wf_doctor;

/* Looks, and gives the worst severity. What this process itself does with the port is no finding. Nothing fails: what
 * can't be seen is not found. */
wf_severity wf_doctor_examine(wf_doctor *doctor, const wf_doctor_config *config);

/* Who has the port where `config` wants it, for the words of PORT_IN_USE: "0.0.0.0:3610 is held by python3 (pid 123)".
 * Empty when nobody is seen. Gives `text` back. */
char *wf_doctor_port_holder(char text[WF_STATIC WF_FINDING_DETAIL_LEN], const wf_udp_config *config);

WF_C_END

#endif

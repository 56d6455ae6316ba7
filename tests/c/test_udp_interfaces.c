#define _GNU_SOURCE 1
#include "namespace.h"
#include "udp_peers.h"
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void set_loopback(bool up) {
    struct ifreq request = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK(fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &request) == 0);
    request.ifr_flags = (short)(up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP);
    CHECK(ioctl(fd, SIOCSIFFLAGS, &request) == 0);
    close(fd);
}

/* A pair of interfaces, of which one has two addresses a family. */
static bool enter_own_link(void) {
    if (!enter_namespace(CLONE_NEWNET)) {
        return false;
    }
    bool done =
        system("ip link set lo up && ip link add wf0 type veth peer name wf1 && ip link set wf0 up && ip link "
               "set wf1 addrgenmode none up && "
               "ip address add 198.51.100.1/24 dev wf0 && ip address add 198.51.100.2/24 dev wf0 && "
               "ip address add fe80::77/64 dev wf0 nodad && ip address add fe80::78/64 dev wf0 nodad && " AWAIT_ADDRESS(
                   "fe80::77") " && " AWAIT_ADDRESS("fe80::78")) == 0;
    if (!done) {
        fputs("no pair of interfaces to be had here\n", stderr);
    }
    return done;
}

static void two_programs_meet_by_ipv6_multicast(void) {
    static wf_udp a, b;
    if (!enter_own_link()) {
        return;
    }
    uint32_t index = if_nametoindex("wf0");
    CHECK_OK(open_on(&a, "fe80::77", 0));
    CHECK_OK(open_on(&b, "fe80::78", a.port));
    wf_address group = wf_address_group_ipv6(a.port, 0), from = address_of("fe80::77", a.port);
    from.scope = index;
    send_text(&a, &group, "who is there");
    wf_udp_datagram got = expect(&b, "who is there");
    CHECK(wf_address_equal(&got.from, &from) && got.multicast && !got.own && got.index == index);
    expect_nothing(&b);
    CHECK(expect(&a, "who is there").own);
    send_text(&b, &got.from, "me");
    got = expect(&a, "me");
    CHECK(!got.own && !got.multicast && got.from.scope == index);
    wf_address unscoped = address_of("fe80::78", b.port);
    send_text(&a, &unscoped, "without a scope");
    expect(&b, "without a scope");
    wf_udp_close(&a);
    wf_udp_close(&b);
}

static void every_interface_means_those_with_multicast(void) {
    static wf_udp udp;
    wf_udp_config every = {0};
    if (!enter_own_link()) {
        return;
    }
    CHECK_OK(wf_udp_open(&udp, &every));
    CHECK(udp.families == (WF_UDP_IPV4 | WF_UDP_IPV6));
    CHECK(udp.interface_count == 1 && strcmp(udp.interfaces[0].name, "wf0") == 0);
    CHECK(udp.interfaces[0].families == (WF_UDP_IPV4 | WF_UDP_IPV6) && !udp.interfaces[0].loopback);
    wf_address group4 = wf_address_group_ipv4(udp.port), group6 = wf_address_group_ipv6(udp.port, 0);
    wf_address from = address_of("198.51.100.1", udp.port);
    send_text(&udp, &group4, "four");
    wf_udp_datagram got = expect(&udp, "four");
    CHECK(got.own && got.multicast && wf_address_equal(&got.from, &from));
    send_text(&udp, &group6, "six");
    got = expect(&udp, "six");
    CHECK(got.own && got.multicast && got.from.scope == udp.interfaces[0].index);
    expect_nothing(&udp);
    wf_udp_close(&udp);
}

static void multicast_of_an_interface_that_was_not_chosen_stays_out(void) {
    static wf_udp loopback, link;
    if (!enter_own_link()) {
        return;
    }
    CHECK_OK(open_on(&loopback, "127.0.0.2", 0));
    CHECK_OK(open_on(&link, "198.51.100.2", loopback.port));
    wf_address group = wf_address_group_ipv4(link.port);
    send_text(&link, &group, "on the link");
    CHECK(expect(&link, "on the link").own);
    expect_nothing(&loopback);
    send_text(&loopback, &group, "on the loopback");
    CHECK(expect(&loopback, "on the loopback").own);
    expect_nothing(&link);
    wf_udp_close(&loopback);
    wf_udp_close(&link);
}

static void a_named_interface_without_multicast_is_refused(void) {
    static wf_udp udp;
    if (!enter_own_link()) {
        return;
    }
    CHECK(system("ip link set wf0 multicast off") == 0);
    CHECK(open_on(&udp, "wf0", 0) == WF_ERROR_NO_MULTICAST && udp.socket_count == 0);
}

static void a_rescan_follows_interfaces_that_go_and_come(void) {
    static wf_udp udp;
    const char *name = "lo";
    wf_udp_config config = {.interfaces = &name, .interface_count = 1, .families = WF_UDP_IPV4};
    wf_udp_config every = {0};
    bool changed;
    if (!enter_namespace(CLONE_NEWNET)) {
        return;
    }
    CHECK(wf_udp_open(&udp, &config) == WF_ERROR_NO_MULTICAST);
    CHECK(wf_udp_open(&udp, &every) == WF_ERROR_NO_MULTICAST);
    set_loopback(true);
    CHECK_OK(wf_udp_open(&udp, &config));
    CHECK_OK(wf_udp_rescan(&udp, &changed, &config));
    CHECK(!changed && udp.interface_count == 1);
    wf_address group = wf_address_group_ipv4(udp.port);
    set_loopback(false);
    CHECK_OK(wf_udp_rescan(&udp, &changed, &config));
    CHECK(changed && udp.interface_count == 0);
    CHECK(wf_udp_send(&udp, &group, wf_bytes_of((const uint8_t *)"x", 1)) == WF_ERROR_SOCKET);
    set_loopback(true);
    CHECK_OK(wf_udp_rescan(&udp, &changed, &config));
    CHECK(changed && udp.interface_count == 1);
    send_text(&udp, &group, "back");
    wf_udp_datagram got = expect(&udp, "back");
    CHECK(got.own && got.multicast);
    wf_udp_close(&udp);
}

static const check_case cases[] = {
    {"two_programs_meet_by_ipv6_multicast", two_programs_meet_by_ipv6_multicast},
    {"every_interface_means_those_with_multicast", every_interface_means_those_with_multicast},
    {"multicast_of_an_interface_that_was_not_chosen_stays_out",
     multicast_of_an_interface_that_was_not_chosen_stays_out},
    {"a_named_interface_without_multicast_is_refused", a_named_interface_without_multicast_is_refused},
    {"a_rescan_follows_interfaces_that_go_and_come", a_rescan_follows_interfaces_that_go_and_come},
};

CHECK_MAIN(cases)

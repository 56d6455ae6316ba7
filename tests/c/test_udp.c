#define _GNU_SOURCE 1
#include "udp_peers.h"
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static void a_unicast_arrives_with_its_source_and_is_no_multicast(void) {
    static wf_udp a, b;
    CHECK_OK(open_on(&a, "127.0.0.2", 0));
    CHECK_OK(open_on(&b, "127.0.0.3", a.port));
    wf_address to = address_of("127.0.0.3", b.port), from = address_of("127.0.0.2", a.port);
    send_text(&a, &to, "hello");
    wf_udp_datagram got = expect(&b, "hello");
    CHECK(wf_address_equal(&got.from, &from));
    CHECK(!got.multicast && !got.own && got.index == if_nametoindex("lo"));
    expect_nothing(&b);
    expect_nothing(&a);
    wf_udp_close(&a);
    wf_udp_close(&b);
}

static void two_programs_share_the_port_on_loopback_and_meet_by_multicast(void) {
    static wf_udp a, b;
    CHECK_OK(open_on(&a, "127.0.0.2", 0));
    CHECK_OK(open_on(&b, "127.0.0.3", a.port));
    wf_address group = wf_address_group_ipv4(a.port), from = address_of("127.0.0.2", a.port);
    send_text(&a, &group, "who is there");
    wf_udp_datagram got = expect(&b, "who is there");
    CHECK(wf_address_equal(&got.from, &from) && got.multicast && !got.own);
    expect_nothing(&b);
    got = expect(&a, "who is there");
    CHECK(wf_address_equal(&got.from, &from) && got.multicast && got.own);
    expect_nothing(&a);
    send_text(&b, &got.from, "me");
    CHECK(!expect(&a, "me").own);
    wf_udp_close(&a);
    wf_udp_close(&b);
}

static void a_multicast_leaves_from_the_first_of_several_addresses_once(void) {
    static wf_udp a, b;
    const char *const addresses[] = {"127.0.0.2", "127.0.0.4"};
    wf_udp_config config = {.interfaces = addresses, .interface_count = 2};
    CHECK_OK(wf_udp_open(&a, &config));
    CHECK_OK(open_on(&b, "127.0.0.3", a.port));
    wf_address group = wf_address_group_ipv4(a.port), from = address_of("127.0.0.2", a.port);
    send_text(&a, &group, "once");
    wf_udp_datagram got = expect(&b, "once");
    CHECK(wf_address_equal(&got.from, &from));
    expect_nothing(&b);
    wf_address second = address_of("127.0.0.4", a.port);
    send_text(&b, &second, "to the second");
    CHECK(expect(&a, "once").multicast);
    CHECK(!expect(&a, "to the second").multicast);
    wf_udp_close(&a);
    wf_udp_close(&b);
}

static void a_taken_port_is_refused_however_it_is_asked_for(void) {
    static wf_udp first, second;
    CHECK_OK(open_on(&first, "127.0.0.2", 0));
    CHECK(open_on(&second, "127.0.0.2", first.port) == WF_ERROR_PORT_IN_USE);
    CHECK(second.system_error.number == EADDRINUSE && second.socket_count == 0);
    char text[WF_SYSTEM_ERROR_TEXT_LEN];
    CHECK(strncmp(wf_system_error_text(text, &second.system_error), "bind: ", 6) == 0);
    CHECK(open_on(&second, "lo", first.port) == WF_ERROR_PORT_IN_USE);
    wf_udp_close(&first);
    CHECK_OK(open_on(&second, "lo", 0));
    CHECK(open_on(&first, "127.0.0.2", second.port) == WF_ERROR_PORT_IN_USE);
    wf_udp_close(&second);
}

static void nobody_takes_over_an_address_by_sharing_it(void) {
    static wf_udp udp;
    CHECK_OK(open_on(&udp, "127.0.0.2", 0));
    int thief = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
    CHECK(thief >= 0 && setsockopt(thief, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0);
    CHECK(setsockopt(thief, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0);
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons(udp.port)};
    place.sin_addr.s_addr = htonl(0x7F000002);
    CHECK(bind(thief, (const struct sockaddr *)&place, sizeof place) != 0 && errno == EADDRINUSE);
    close(thief);
    wf_udp_close(&udp);
}

static void own_multicast_is_marked_when_bound_to_all_addresses_too(void) {
    static wf_udp udp;
    CHECK_OK(open_on(&udp, "lo", 0));
    wf_address group = wf_address_group_ipv4(udp.port), self = address_of("127.0.0.9", udp.port);
    send_text(&udp, &group, "me");
    wf_udp_datagram got = expect(&udp, "me");
    wf_address from = address_of("127.0.0.1", udp.port);
    CHECK(got.own && got.multicast && wf_address_equal(&got.from, &from));
    send_text(&udp, &self, "me again");
    got = expect(&udp, "me again");
    CHECK(got.own && !got.multicast);
    expect_nothing(&udp);
    wf_udp_close(&udp);
}

static void the_same_host_with_another_port_is_not_own(void) {
    static wf_udp udp, other;
    CHECK_OK(open_on(&udp, "127.0.0.2", 0));
    CHECK_OK(open_on(&other, "127.0.0.2", 0));
    wf_address to = address_of("127.0.0.2", udp.port), group = wf_address_group_ipv4(udp.port);
    send_text(&other, &to, "neighbour");
    CHECK(!expect(&udp, "neighbour").own);
    send_text(&other, &group, "neighbour to all");
    wf_udp_datagram got = expect(&udp, "neighbour to all");
    CHECK(!got.own && got.multicast && got.from.port == other.port);
    wf_udp_close(&udp);
    wf_udp_close(&other);
}

static bool host_has_ipv6(void) {
    int fd = socket(AF_INET6, SOCK_DGRAM, 0);
    struct sockaddr_in6 loopback = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    bool has = fd >= 0 && bind(fd, (const struct sockaddr *)&loopback, sizeof loopback) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return has;
}

static void ipv6_works_where_the_host_has_it_and_is_optional_elsewhere(void) {
    static wf_udp a, b;
    CHECK_OK(open_on(&a, "lo", 0));
    bool opened = (a.families & WF_UDP_IPV6) != 0;
    wf_udp_close(&a);
    CHECK(opened == host_has_ipv6());
    const char *const addresses[] = {"127.0.0.2", "::1"};
    wf_udp_config config = {.interfaces = addresses, .interface_count = 2};
    if (!opened) {
        CHECK(wf_udp_open(&b, &config) == WF_ERROR_SOCKET);
        return;
    }
    CHECK_OK(open_on(&a, "lo", 0));
    CHECK_OK(wf_udp_open(&b, &config));
    wf_address to = address_of("::1", a.port);
    send_text(&b, &to, "six");
    wf_udp_datagram got = expect(&a, "six");
    CHECK(!got.multicast && !got.own && got.from.port == b.port && got.from.scope == 0);
    send_text(&a, &got.from, "answer");
    CHECK(!expect(&b, "answer").multicast);
    wf_udp_close(&a);
    wf_udp_close(&b);
}

static void a_datagram_larger_than_the_buffer_is_dropped_never_cut(void) {
    static wf_udp a, b;
    static uint8_t large[WF_UDP_DATAGRAM_LEN], buffer[WF_UDP_DATAGRAM_LEN];
    CHECK_OK(open_on(&a, "127.0.0.2", 0));
    CHECK_OK(open_on(&b, "127.0.0.3", a.port));
    wf_address to = address_of("127.0.0.3", b.port);
    CHECK_OK(wf_udp_send(&a, &to, wf_bytes_of(large, 1001)));
    CHECK_OK(wf_udp_send(&a, &to, wf_bytes_of(large, 1000)));
    CHECK(receive_with(&b, buffer, 1000).len == 1000);
    CHECK(b.dropped_in == 1);
    CHECK_OK(wf_udp_send(&a, &to, wf_bytes_of(large, sizeof large)));
    CHECK(receive_with(&b, buffer, sizeof buffer).len == sizeof large);
    wf_udp_close(&a);
    wf_udp_close(&b);
}

static void an_empty_datagram_is_dropped_and_hides_nothing_behind_it(void) {
    static wf_udp udp;
    CHECK_OK(open_on(&udp, "127.0.0.2", 0));
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(udp.port)};
    to.sin_addr.s_addr = htonl(0x7F000002);
    CHECK(sendto(fd, "", 0, 0, (const struct sockaddr *)&to, sizeof to) == 0);
    CHECK(sendto(fd, "x", 1, 0, (const struct sockaddr *)&to, sizeof to) == 1);
    expect(&udp, "x");
    CHECK(udp.dropped_in == 1);
    close(fd);
    wf_udp_close(&udp);
}

static void a_burst_waits_until_it_is_read_and_every_socket_gets_its_turn(void) {
    static wf_udp a, b;
    uint8_t buffer[2048] = {0};
    int unicasts = 0, multicasts = 0;
    CHECK_OK(open_on(&a, "127.0.0.2", 0));
    CHECK_OK(open_on(&b, "127.0.0.3", a.port));
    wf_address to = address_of("127.0.0.3", b.port), group = wf_address_group_ipv4(b.port);
    for (int i = 0; i < 50; i++) {
        CHECK_OK(wf_udp_send(&a, &to, wf_bytes_of(buffer, 1232)));
        CHECK_OK(wf_udp_send(&a, &group, wf_bytes_of(buffer, 1232)));
    }
    for (int i = 0; i < 100; i++) {
        wf_udp_datagram got = receive_with(&b, buffer, sizeof buffer);
        CHECK(got.len == 1232);
        *(got.multicast ? &multicasts : &unicasts) += 1;
        CHECK(i != 9 || (multicasts == 5 && unicasts == 5));
    }
    CHECK(unicasts == 50 && multicasts == 50);
    expect_nothing(&b);
    wf_udp_close(&a);
    wf_udp_close(&b);
}

static void a_receiver_that_is_gone_does_not_stop_the_sender(void) {
    static wf_udp a, b;
    CHECK_OK(open_on(&a, "127.0.0.2", 0));
    CHECK_OK(open_on(&b, "127.0.0.3", a.port));
    wf_address nobody = address_of("127.0.0.5", a.port), to = address_of("127.0.0.3", b.port);
    for (int i = 0; i < 20; i++) {
        send_text(&a, &nobody, "?");
        expect_nothing(&a);
    }
    send_text(&a, &to, "still here");
    expect(&b, "still here");
    wf_udp_close(&a);
    wf_udp_close(&b);
}

static void what_can_not_be_sent_is_refused_with_a_reason(void) {
    static wf_udp udp;
    static uint8_t large[WF_UDP_DATAGRAM_LEN + 1];
    CHECK_OK(open_on(&udp, "127.0.0.2", 0));
    wf_address to = address_of("127.0.0.3", 9);
    CHECK(wf_udp_send(&udp, &to, wf_bytes_of(large, sizeof large)) == WF_ERROR_ARGUMENT);
    CHECK(wf_udp_send(&udp, &to, wf_bytes_of(large, 0)) == WF_ERROR_ARGUMENT);
    to.port = 0;
    CHECK(wf_udp_send(&udp, &to, wf_bytes_of(large, 1)) == WF_ERROR_ARGUMENT);
    to = address_of("2001:db8::1", 9);
    CHECK(wf_udp_send(&udp, &to, wf_bytes_of(large, 1)) == WF_ERROR_SOCKET);
    CHECK(udp.system_error.number == EAFNOSUPPORT);
    to = wf_address_group_ipv6(9, 0);
    CHECK(wf_udp_send(&udp, &to, wf_bytes_of(large, 1)) == WF_ERROR_SOCKET);
    to = address_of("fe80::1", 9);
    CHECK(wf_udp_send(&udp, &to, wf_bytes_of(large, 1)) == WF_ERROR_ARGUMENT);
    wf_udp_close(&udp);
}

static void a_choice_that_does_not_exist_is_refused_with_a_reason(void) {
    static wf_udp udp;
    CHECK(open_on(&udp, "no-such-thing", 0) == WF_ERROR_SOCKET);
    CHECK(udp.system_error.number == ENODEV && udp.socket_count == 0);
    CHECK(open_on(&udp, "203.0.113.77", 0) == WF_ERROR_SOCKET);
    CHECK(udp.system_error.number == EADDRNOTAVAIL && udp.socket_count == 0);
    const char *const mixed[] = {"127.0.0.2", "lo"};
    wf_udp_config config = {.interfaces = mixed, .interface_count = 2};
    CHECK(wf_udp_open(&udp, &config) == WF_ERROR_ARGUMENT);
    const char *address = "127.0.0.2";
    config = (wf_udp_config){.interfaces = &address, .interface_count = 1, .families = WF_UDP_IPV6};
    CHECK(wf_udp_open(&udp, &config) == WF_ERROR_ARGUMENT);
}

static void a_closed_one_says_so_and_closes_again(void) {
    static wf_udp udp;
    wf_udp_datagram got;
    uint8_t byte = 0;
    bool changed;
    CHECK_OK(open_on(&udp, "127.0.0.2", 0));
    int fd;
    CHECK(wf_udp_fds(&udp, &fd, 1) == 2);
    wf_udp_close(&udp);
    wf_udp_close(&udp);
    wf_address to = address_of("127.0.0.2", 9);
    wf_udp_config config = {0};
    CHECK(wf_udp_fds(&udp, &fd, 1) == 0);
    CHECK(wf_udp_receive(&udp, &got, &byte, 1) == WF_ERROR_CLOSED);
    CHECK(wf_udp_send(&udp, &to, wf_bytes_of(&byte, 1)) == WF_ERROR_CLOSED);
    CHECK(wf_udp_rescan(&udp, &changed, &config) == WF_ERROR_CLOSED);
    CHECK(fcntl(fd, F_GETFD) < 0 && errno == EBADF);
}

static int option_of(int fd, int level, int name) {
    int value = -1;
    socklen_t len = sizeof value;
    CHECK(getsockopt(fd, level, name, &value, &len) == 0);
    return value;
}

static void multicast_stays_on_the_link_and_is_heard_on_this_host(void) {
    static wf_udp udp;
    CHECK_OK(open_on(&udp, "lo", 0));
    for (size_t i = 0; i < udp.socket_count; i++) {
        int fd = udp.sockets[i].fd;
        bool ipv6 = udp.sockets[i].ipv6;
        int level = ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;
        CHECK(option_of(fd, level, ipv6 ? IPV6_MULTICAST_HOPS : IP_MULTICAST_TTL) == 1);
        CHECK(option_of(fd, level, ipv6 ? IPV6_MULTICAST_LOOP : IP_MULTICAST_LOOP) == 1);
    }
    wf_udp_close(&udp);
}

static wf_error open_deaf(wf_udp *udp, const char *interface, uint16_t port) {
    wf_udp_config config = {.port = port, .interfaces = &interface, .interface_count = 1, .no_groups = true};
    return wf_udp_open(udp, &config);
}

static void without_groups_multicast_is_sent_and_not_received(void) {
    static wf_udp deaf, other;
    CHECK_OK(open_on(&other, "127.0.0.3", 0));
    CHECK_OK(open_deaf(&deaf, "127.0.0.2", other.port));
    CHECK(deaf.socket_count == 1 && deaf.interface_count == 1);
    wf_address group = wf_address_group_ipv4(other.port), to = address_of("127.0.0.2", other.port);
    send_text(&other, &group, "who is there");
    CHECK(expect(&other, "who is there").own);
    send_text(&other, &to, "you");
    CHECK(!expect(&deaf, "you").multicast);
    expect_nothing(&deaf);
    send_text(&deaf, &group, "I am");
    CHECK(expect(&other, "I am").multicast);
    wf_udp_close(&deaf);
    wf_udp_close(&other);
}

static void bound_to_all_addresses_it_needs_no_group_either(void) {
    static wf_udp deaf;
    CHECK_OK(open_deaf(&deaf, "lo", 0));
    static wf_udp other; /* joins on the same host: what it joins must not reach the deaf one */
    CHECK_OK(open_on(&other, "127.0.0.3", 0));
    wf_address group = wf_address_group_ipv4(deaf.port), to = address_of("127.0.0.2", deaf.port);
    send_text(&other, &group, "who is there");
    send_text(&other, &to, "you");
    CHECK(!expect(&deaf, "you").multicast);
    expect_nothing(&deaf);
    wf_udp_close(&deaf);
    wf_udp_close(&other);
}

static const check_case cases[] = {
    {"a_unicast_arrives_with_its_source_and_is_no_multicast", a_unicast_arrives_with_its_source_and_is_no_multicast},
    {"two_programs_share_the_port_on_loopback_and_meet_by_multicast",
     two_programs_share_the_port_on_loopback_and_meet_by_multicast},
    {"a_multicast_leaves_from_the_first_of_several_addresses_once",
     a_multicast_leaves_from_the_first_of_several_addresses_once},
    {"a_taken_port_is_refused_however_it_is_asked_for", a_taken_port_is_refused_however_it_is_asked_for},
    {"nobody_takes_over_an_address_by_sharing_it", nobody_takes_over_an_address_by_sharing_it},
    {"own_multicast_is_marked_when_bound_to_all_addresses_too",
     own_multicast_is_marked_when_bound_to_all_addresses_too},
    {"the_same_host_with_another_port_is_not_own", the_same_host_with_another_port_is_not_own},
    {"ipv6_works_where_the_host_has_it_and_is_optional_elsewhere",
     ipv6_works_where_the_host_has_it_and_is_optional_elsewhere},
    {"a_datagram_larger_than_the_buffer_is_dropped_never_cut", a_datagram_larger_than_the_buffer_is_dropped_never_cut},
    {"an_empty_datagram_is_dropped_and_hides_nothing_behind_it",
     an_empty_datagram_is_dropped_and_hides_nothing_behind_it},
    {"a_burst_waits_until_it_is_read_and_every_socket_gets_its_turn",
     a_burst_waits_until_it_is_read_and_every_socket_gets_its_turn},
    {"a_receiver_that_is_gone_does_not_stop_the_sender", a_receiver_that_is_gone_does_not_stop_the_sender},
    {"what_can_not_be_sent_is_refused_with_a_reason", what_can_not_be_sent_is_refused_with_a_reason},
    {"a_choice_that_does_not_exist_is_refused_with_a_reason", a_choice_that_does_not_exist_is_refused_with_a_reason},
    {"a_closed_one_says_so_and_closes_again", a_closed_one_says_so_and_closes_again},
    {"multicast_stays_on_the_link_and_is_heard_on_this_host", multicast_stays_on_the_link_and_is_heard_on_this_host},
    {"without_groups_multicast_is_sent_and_not_received", without_groups_multicast_is_sent_and_not_received},
    {"bound_to_all_addresses_it_needs_no_group_either", bound_to_all_addresses_it_needs_no_group_either},
};

CHECK_MAIN(cases)

#define _GNU_SOURCE 1
#include "io/doctor_checks.h"
#include "io/udp_socket.h"
#include "namespace.h"
#include "udp_peers.h"
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <warifu/clock.h>
#include <warifu/doctor.h>

static wf_doctor doctor;

static void run(const char *command) {
    if (system(command) != 0) {
        fprintf(stderr, "'%s' is not to be had here\n", command);
        exit(77);
    }
}

/* The kernel tells of a link a moment after it comes or goes. */
static void await_link(const char *name, bool there) {
    struct ifreq request = {0};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
    for (int patience = 0; patience < 500; patience++) {
        CHECK(ioctl(fd, SIOCGIFFLAGS, &request) == 0);
        if (((request.ifr_flags & IFF_RUNNING) != 0) == there) {
            close(fd);
            return;
        }
        usleep(10000);
    }
    fprintf(stderr, "the link of %s did not change\n", name);
    exit(1);
}

/* An interface with its peer, and nothing of the machine's. */
static void enter_own_net(void) {
    if (!enter_namespace(CLONE_NEWNET)) {
        exit(77);
    }
    run("ip link set lo up && ip link add wf0 type veth peer name wf0p && ip link set wf0 up && "
        "ip link set wf0p addrgenmode none up && "
        "ip address add 198.51.100.1/24 dev wf0 && ip address add fe80::77/64 dev wf0 nodad && "
        "ip route add default via 198.51.100.254");
    await_link("wf0", true);
    run(AWAIT_ADDRESS("fe80::77"));
}

static void add_second_net(void) {
    run("ip link add wf1 type veth peer name wf1p && ip link set wf1 up && "
        "ip link set wf1p addrgenmode none up && "
        "ip address add 203.0.113.1/24 dev wf1");
    await_link("wf1", true);
}

static wf_severity examine(const char *interface) {
    wf_doctor_config config = {.udp = {.interfaces = &interface, .interface_count = interface == NULL ? 0 : 1}};
    return wf_doctor_examine(&doctor, &config);
}

static wf_severity examine_peer(const char *interface, const char *text) {
    wf_address peer = address_of(text, 0);
    wf_doctor_config config = {.udp = {.interfaces = &interface, .interface_count = interface == NULL ? 0 : 1},
                               .peer = &peer};
    return wf_doctor_examine(&doctor, &config);
}

static const wf_finding *find(wf_finding_kind kind) {
    for (size_t i = 0; i < doctor.count; i++) {
        if (doctor.findings[i].kind == kind) {
            return &doctor.findings[i];
        }
    }
    return NULL;
}

static void show(void) {
    for (size_t i = 0; i < doctor.count; i++) {
        const wf_finding *finding = &doctor.findings[i];
        fprintf(stderr, "%s %s: %s\n", wf_severity_text(finding->severity), wf_finding_row_at(finding->kind)->id,
                finding->detail);
    }
}

static const wf_finding *expect_finding(wf_finding_kind kind, const char *detail) {
    const wf_finding *finding = find(kind);
    if (finding == NULL || strstr(finding->detail, detail) == NULL) {
        show();
        fprintf(stderr, "%s with '%s' is missing\n", wf_finding_row_at(kind)->id, detail);
        exit(1);
    }
    return finding;
}

static void expect_none(wf_finding_kind kind) {
    if (find(kind) != NULL) {
        show();
        CHECK(find(kind) == NULL);
    }
}

/* Whether these tests run in a container or beside a firewall is none of their business. */
static size_t count_of_network(void) {
    return doctor.count - (find(WF_FINDING_CONTAINER) != NULL ? 1 : 0) - (find(WF_FINDING_FIREWALL_ON) != NULL ? 1 : 0);
}

/* An IPv6 one takes IPv4 too, as programs do that don't think of it. */
static int bind_to(const char *text, uint16_t port, bool shared) {
    wf_sockaddr address;
    wf_address local = address_of(text, port);
    socklen_t len = wf_sockaddr_of(&address, &local);
    int on = 1, fd = socket(address.any.sa_family, SOCK_DGRAM, 0);
    CHECK(fd >= 0 && (!shared || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0));
    CHECK(bind(fd, &address.any, len) == 0);
    return fd;
}

/* Another program with the port, named "other-hems", until it is ended. */
static pid_t start_other(const char *text, bool shared) {
    int ready[2];
    char byte;
    CHECK(pipe(ready) == 0);
    pid_t other = fork();
    CHECK(other >= 0);
    if (other == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)prctl(PR_SET_NAME, "other-hems");
        (void)bind_to(text, 3610, shared);
        CHECK(write(ready[1], "x", 1) == 1);
        pause();
        _exit(0);
    }
    CHECK(read(ready[0], &byte, 1) == 1);
    return other;
}

static void end_other(pid_t other) {
    CHECK(kill(other, SIGKILL) == 0 && waitpid(other, NULL, 0) == other);
}

/* ---- nothing wrong ---- */

static void a_sound_host_has_no_findings(void) {
    enter_own_net();
    (void)examine(NULL);
    show();
    CHECK(count_of_network() == 0);
    (void)examine("wf0");
    CHECK(count_of_network() == 0);
    (void)examine("198.51.100.1");
    CHECK(count_of_network() == 0);
    (void)examine_peer("wf0", "198.51.100.9");
    CHECK(count_of_network() == 0);
}

static void what_this_process_holds_is_no_finding(void) {
    static wf_udp udp;
    const char *interface = "wf0";
    wf_doctor_config config = {.udp = {.port = 3610, .interfaces = &interface, .interface_count = 1}};
    char text[WF_FINDING_DETAIL_LEN];
    enter_own_net();
    CHECK_OK(wf_udp_open(&udp, &config.udp));
    (void)wf_doctor_examine(&doctor, &config);
    show();
    CHECK(count_of_network() == 0);
    CHECK(strcmp(wf_doctor_port_holder(text, &config.udp), "") == 0);
    wf_udp_close(&udp);
}

/* The first UDP packet that reached the far end of wf0, or none. */
static bool heard_udp(int packets, const char *text) {
    uint8_t packet[2048];
    for (ssize_t got; (got = recv(packets, packet, sizeof packet, 0)) > 0;) {
        size_t header = packet[0] >> 4 == 4 ? 20 : 40;
        if (packet[header == 20 ? 9 : 6] == IPPROTO_UDP) {
            CHECK((size_t)got == header + 8 + strlen(text) && memcmp(packet + header + 8, text, strlen(text)) == 0);
            return true;
        }
    }
    return false;
}

static void no_test_datagram_leaves_the_host(void) {
    static wf_udp udp;
    enter_own_net();
    struct sockaddr_ll far_end = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
    int packets = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK, htons(ETH_P_ALL));
    far_end.sll_ifindex = (int)if_nametoindex("wf0p");
    CHECK(packets >= 0 && bind(packets, (struct sockaddr *)&far_end, sizeof far_end) == 0);
    (void)examine("wf0");
    CHECK(!heard_udp(packets, "nothing"));
    CHECK_OK(open_on(&udp, "wf0", 3610));
    wf_address group = wf_address_group_ipv4(3610);
    send_text(&udp, &group, "this one leaves");
    for (int patience = 0; !heard_udp(packets, "this one leaves"); patience++) {
        CHECK(patience < 200);
        usleep(10000);
    }
    wf_udp_close(&udp);
    close(packets);
}

/* ---- interfaces ---- */

static void an_interface_that_is_down_is_found(void) {
    enter_own_net();
    add_second_net();
    run("ip link set wf0 down");
    CHECK(examine("wf0") == WF_SEVERITY_PROBLEM);
    (void)expect_finding(WF_FINDING_INTERFACE_DOWN, "wf0");
    (void)examine(NULL);
    expect_none(WF_FINDING_INTERFACE_DOWN);
    run("ip link set wf1 down && ip link set wf0p down && ip link set wf1p down");
    CHECK(examine(NULL) == WF_SEVERITY_PROBLEM);
    (void)expect_finding(WF_FINDING_NO_INTERFACE, "");
    CHECK(expect_finding(WF_FINDING_INTERFACE_DOWN, "wf0")->severity == WF_SEVERITY_NOTE);
}

static void an_interface_without_a_link_is_found(void) {
    enter_own_net();
    run("ip link set wf0p down");
    await_link("wf0", false);
    CHECK(examine("wf0") == WF_SEVERITY_PROBLEM);
    (void)expect_finding(WF_FINDING_NO_LINK, "wf0");
}

static void an_interface_without_multicast_is_found(void) {
    enter_own_net();
    run("ip link set wf0 multicast off");
    CHECK(examine("wf0") == WF_SEVERITY_PROBLEM);
    (void)expect_finding(WF_FINDING_NO_MULTICAST_FLAG, "wf0");
}

static void an_interface_that_does_not_exist_is_found(void) {
    enter_own_net();
    CHECK(examine("wlan7") == WF_SEVERITY_PROBLEM);
    (void)expect_finding(WF_FINDING_INTERFACE_UNKNOWN, "wlan7; there are: lo, wf0");
    CHECK(examine("192.0.2.77") == WF_SEVERITY_PROBLEM);
    (void)expect_finding(WF_FINDING_INTERFACE_UNKNOWN, "192.0.2.77");
}

static void missing_addresses_are_found(void) {
    enter_own_net();
    run("ip address del 198.51.100.1/24 dev wf0");
    CHECK(examine("wf0") == WF_SEVERITY_WARNING);
    (void)expect_finding(WF_FINDING_NO_IPV4, "wf0");
    run("ip address add 169.254.3.4/16 dev wf0");
    (void)examine("wf0");
    (void)expect_finding(WF_FINDING_SELF_GIVEN_ADDRESS, "wf0");
    expect_none(WF_FINDING_NO_IPV6);
    run("ip address flush dev wf0 scope link");
    run("ip -6 address flush dev wf0 && ip address add 198.51.100.1/24 dev wf0");
    (void)examine("wf0");
    CHECK(expect_finding(WF_FINDING_NO_IPV6, "wf0")->severity == WF_SEVERITY_NOTE);
}

static void the_loopback_interface_is_looked_at(void) {
    enter_own_net();
    (void)examine("lo");
    (void)expect_finding(WF_FINDING_LOOPBACK_CHOSEN, "");
    (void)examine("127.0.0.5");
    (void)expect_finding(WF_FINDING_LOOPBACK_CHOSEN, "");
    run("ip link set lo down");
    (void)examine("wf0");
    (void)expect_finding(WF_FINDING_LOOPBACK_DOWN, "lo");
    expect_none(WF_FINDING_UNICAST_LOST);
}

static void the_choice_among_several_interfaces_is_looked_at(void) {
    enter_own_net();
    add_second_net();
    (void)examine(NULL);
    CHECK(expect_finding(WF_FINDING_SEVERAL_INTERFACES, "wf0")->severity == WF_SEVERITY_NOTE);
    (void)examine("wf1");
    (void)expect_finding(WF_FINDING_NOT_THE_DEFAULT, "leaves by wf0");
    expect_none(WF_FINDING_SEVERAL_INTERFACES);
    (void)examine("wf0");
    expect_none(WF_FINDING_NOT_THE_DEFAULT);
}

/* ---- ways ---- */

static void a_missing_multicast_route_is_found(void) {
    enter_own_net();
    run("ip route del default");
    CHECK(examine("wf0") == WF_SEVERITY_WARNING);
    (void)expect_finding(WF_FINDING_NO_MULTICAST_ROUTE, "unreachable");
    run("ip route add 224.0.0.0/4 dev wf0");
    (void)examine("wf0");
    expect_none(WF_FINDING_NO_MULTICAST_ROUTE);
}

static void without_a_way_for_ipv6_multicast_it_can_not_be_sent(void) {
    enter_own_net();
    run("ip -6 route flush table local dev wf0; ip -6 route add blackhole ff00::/8 table local metric 1");
    CHECK(examine("wf0") == WF_SEVERITY_PROBLEM);
    (void)expect_finding(WF_FINDING_CANT_SEND, "wf0, IPv6: ");
}

static void an_ipv6_address_that_is_still_being_checked_is_no_finding(void) {
    enter_own_net();
    run("ip -6 address flush dev wf0 && ip address add fe80::99/64 dev wf0");
    (void)examine("wf0");
    expect_none(WF_FINDING_CANT_SEND);
    expect_none(WF_FINDING_MULTICAST_LOST);
    expect_none(WF_FINDING_UNICAST_LOST);
}

static void the_way_to_a_node_is_looked_at(void) {
    enter_own_net();
    add_second_net();
    CHECK(examine_peer("wf0", "203.0.113.9") == WF_SEVERITY_PROBLEM);
    (void)expect_finding(WF_FINDING_WRONG_INTERFACE, "203.0.113.9 is reached by wf1");
    (void)examine_peer("wf0", "192.0.2.9");
    (void)expect_finding(WF_FINDING_OTHER_NETWORK, "192.0.2.9, reached by wf0");
    run("ip route del default");
    CHECK(examine_peer("wf0", "192.0.2.9") == WF_SEVERITY_PROBLEM);
    (void)expect_finding(WF_FINDING_NO_ROUTE, "192.0.2.9: ");
}

static void a_strict_filter_of_return_paths_is_found(void) {
    enter_own_net();
    run("echo 1 >/proc/sys/net/ipv4/conf/wf0/rp_filter");
    add_second_net();
    (void)examine(NULL);
    (void)expect_finding(WF_FINDING_STRICT_FILTER, "wf0");
    run("echo 2 >/proc/sys/net/ipv4/conf/all/rp_filter");
    (void)examine(NULL);
    expect_none(WF_FINDING_STRICT_FILTER);
}

/* ---- the port ---- */

static void the_program_that_has_the_port_is_named(void) {
    char expected[64], text[WF_FINDING_DETAIL_LEN];
    wf_udp_config every = {.port = 3610};
    enter_own_net();
    pid_t other = start_other("0.0.0.0", false);
    snprintf(expected, sizeof expected, "0.0.0.0:3610 is held by other-hems (pid %ld)", (long)other);
    CHECK(examine("wf0") == WF_SEVERITY_PROBLEM);
    CHECK(strcmp(expect_finding(WF_FINDING_PORT_TAKEN, "")->detail, expected) == 0);
    CHECK(strcmp(wf_doctor_port_holder(text, &every), expected) == 0);
    end_other(other);
    (void)examine("wf0");
    expect_none(WF_FINDING_PORT_TAKEN);
}

static void another_address_of_the_port_is_in_nobodys_way(void) {
    enter_own_net();
    pid_t other = start_other("127.0.0.5", false);
    (void)examine("198.51.100.1");
    expect_none(WF_FINDING_PORT_TAKEN);
    CHECK(examine("wf0") == WF_SEVERITY_PROBLEM);
    (void)expect_finding(WF_FINDING_PORT_TAKEN, "127.0.0.5:3610");
    end_other(other);
}

static void a_program_with_both_families_on_one_socket_is_in_the_way(void) {
    static wf_udp udp;
    enter_own_net();
    pid_t other = start_other("::", false);
    CHECK(open_on(&udp, "198.51.100.1", 3610) == WF_ERROR_PORT_IN_USE);
    CHECK(examine("198.51.100.1") == WF_SEVERITY_PROBLEM);
    (void)expect_finding(WF_FINDING_PORT_TAKEN, "[::]:3610 is held by other-hems");
    end_other(other);
}

static void programs_that_share_the_port_are_found(void) {
    enter_own_net();
    pid_t one = start_other("0.0.0.0", true), two = start_other("0.0.0.0", true);
    (void)examine("wf0");
    (void)expect_finding(WF_FINDING_PORT_SHARED, "other-hems");
    (void)expect_finding(WF_FINDING_PORT_TAKEN, "; 0.0.0.0:3610 is held by other-hems");
    end_other(one);
    (void)examine("wf0");
    expect_none(WF_FINDING_PORT_SHARED);
    end_other(two);
}

static void a_program_without_the_group_is_found(void) {
    static wf_udp udp;
    enter_own_net();
    pid_t other = start_other("0.0.0.0", false);
    (void)examine("wf0");
    (void)expect_finding(WF_FINDING_GROUP_NOT_JOINED, "wf0");
    end_other(other);
    CHECK_OK(open_on(&udp, "wf0", 3610));
    (void)examine("wf0");
    expect_none(WF_FINDING_GROUP_NOT_JOINED);
    wf_udp_close(&udp);
}

/* ---- filters ---- */

static void have_rules(const char *chain, const char *rule) {
    char command[400];
    snprintf(command, sizeof command,
             "nft add table inet t && nft 'add chain inet t c { type filter hook %s priority 0; }' && nft add rule "
             "inet t c %s",
             chain, rule);
    run(command);
}

static void a_rule_against_the_port_is_likely(void) {
    enter_own_net();
    have_rules("input", "udp dport 3610 drop");
    CHECK(examine("wf0") == WF_SEVERITY_PROBLEM);
    (void)expect_finding(WF_FINDING_MULTICAST_LOST, "wf0, IPv4, UDP 3610 only");
    (void)expect_finding(WF_FINDING_UNICAST_LOST, "wf0, IPv4, UDP 3610 only");
    run("nft flush ruleset");
    (void)examine("wf0");
    expect_none(WF_FINDING_MULTICAST_LOST);
    expect_none(WF_FINDING_UNICAST_LOST);
}

static void a_rule_against_all_that_comes_in_is_likely(void) {
    enter_own_net();
    have_rules("input", "iifname wf0 drop");
    CHECK(examine("wf0") == WF_SEVERITY_PROBLEM);
    (void)expect_finding(WF_FINDING_MULTICAST_LOST, "wf0, IPv4, UDP 3610 and other ports");
    expect_none(WF_FINDING_UNICAST_LOST);
}

static void a_rule_against_what_goes_out_is_told(void) {
    enter_own_net();
    have_rules("output", "ip daddr 224.0.0.0/4 drop");
    CHECK(examine("wf0") == WF_SEVERITY_PROBLEM);
    (void)expect_finding(WF_FINDING_CANT_SEND, "wf0, IPv4: Operation not permitted");
}

static void the_chain_on_the_way_in_is_named(void) {
    enter_own_net();
    run("nft add table inet t && nft 'add chain inet t out { type filter hook output priority 0; policy drop; }'");
    run("nft add table bridge t && nft 'add chain bridge t passing { type filter hook input priority 0; }'");
    (void)examine("wf0");
    CHECK(find(WF_FINDING_FIREWALL_ON) == NULL || strstr(find(WF_FINDING_FIREWALL_ON)->detail, "nftables") == NULL);
    run("nft 'add chain inet t mine { type filter hook input priority 0; }'");
    (void)examine("wf0");
    (void)expect_finding(WF_FINDING_FIREWALL_ON, "nftables: table t, chain mine, which accepts by default");
    run("nft 'add chain inet t strict { type filter hook input priority 1; policy drop; }'");
    (void)examine("wf0");
    (void)expect_finding(WF_FINDING_FIREWALL_ON, "nftables: table t, chain strict, which drops by default");
}

static void with_every_interface_filtered_it_still_ends_soon(void) {
    uint64_t start = 0, end = 0;
    enter_own_net();
    run("for i in 1 2 3 4 5 6 7 8 9; do ip link add a$i type veth peer b$i && ip link set a$i up && "
        "ip link set b$i up && ip address add 10.9.$i.1/24 dev a$i || exit 1; done");
    await_link("a9", true);
    have_rules("input", "drop");
    CHECK_OK(wf_clock_monotonic(&start));
    (void)examine(NULL);
    CHECK_OK(wf_clock_monotonic(&end));
    CHECK(end - start < 5000);
    (void)expect_finding(WF_FINDING_MULTICAST_LOST, "");
}

/* ---- this host ---- */

static void a_clock_that_can_not_be_right_is_found(void) {
    CHECK(!wf_doctor_clock_is_plausible(0) && !wf_doctor_clock_is_plausible(1767225599));
    CHECK(wf_doctor_clock_is_plausible(1767225600) && wf_doctor_clock_is_plausible(2524607999));
    CHECK(!wf_doctor_clock_is_plausible(2524608000));
    CHECK(wf_doctor_clock_is_plausible((int64_t)time(NULL)));
}

static void examine_state(const char *state) {
    wf_doctor_config config = {.state = state};
    (void)wf_doctor_examine(&doctor, &config);
}

static void a_state_directory_that_can_not_be_used_is_found(void) {
    char place[64] = "/tmp/warifu-doctor-XXXXXX", path[128];
    CHECK(mkdtemp(place) != NULL);
    examine_state(place);
    expect_none(WF_FINDING_STATE_UNUSABLE);
    snprintf(path, sizeof path, "%s/not/made/yet", place);
    examine_state(path);
    expect_none(WF_FINDING_STATE_UNUSABLE);
    CHECK(chmod(place, 0755) == 0);
    examine_state(place);
    (void)expect_finding(WF_FINDING_STATE_UNUSABLE, "chmod 700");
    snprintf(path, sizeof path, "%s/file", place);
    FILE *file = fopen(path, "w");
    CHECK(file != NULL && fclose(file) == 0);
    examine_state(path);
    (void)expect_finding(WF_FINDING_STATE_UNUSABLE, "no directory");
    examine_state("");
    (void)expect_finding(WF_FINDING_STATE_UNUSABLE, "empty");
    CHECK(unlink(path) == 0 && rmdir(place) == 0);
}

static void a_copied_state_directory_is_found(void) {
    char place[64] = "/tmp/warifu-doctor-XXXXXX", path[80];
    CHECK(mkdtemp(place) != NULL);
    snprintf(path, sizeof path, "%s/place", place);
    examine_state(place);
    expect_none(WF_FINDING_STATE_COPIED);
    FILE *file = fopen(path, "w");
    CHECK(file != NULL && fputs("of another directory\n", file) >= 0 && fclose(file) == 0);
    examine_state(place);
    (void)expect_finding(WF_FINDING_STATE_COPIED, place);
    CHECK(unlink(path) == 0 && rmdir(place) == 0);
}

static void a_state_directory_of_a_running_process_is_found(void) {
    char place[64] = "/tmp/warifu-doctor-XXXXXX", lock[80], expected[32];
    int ready[2];
    char byte;
    CHECK(mkdtemp(place) != NULL && pipe(ready) == 0);
    snprintf(lock, sizeof lock, "%s/lock", place);
    pid_t other = fork();
    CHECK(other >= 0);
    if (other == 0) {
        int fd = open(lock, O_RDWR | O_CREAT, 0600);
        CHECK(fd >= 0 && flock(fd, LOCK_EX) == 0 && write(ready[1], "x", 1) == 1);
        pause();
        _exit(0);
    }
    CHECK(read(ready[0], &byte, 1) == 1);
    examine_state(place);
    snprintf(expected, sizeof expected, "pid %ld", (long)other);
    (void)expect_finding(WF_FINDING_STATE_LOCKED, expected);
    end_other(other);
    examine_state(place);
    expect_none(WF_FINDING_STATE_LOCKED);
    CHECK(unlink(lock) == 0 && rmdir(place) == 0);
}

static void a_container_with_a_network_of_its_own_is_found(void) {
    enter_own_net();
    run("ip link add wf9 type bridge && ip link set wf9 up && ip link set wf0p master wf9 && "
        "ip address add 192.0.2.1/24 dev wf9");
    await_link("wf9", true);
    CHECK(setenv("container", "test", 1) == 0);
    (void)examine("wf0");
    (void)expect_finding(WF_FINDING_CONTAINER, "end of a pair");
    (void)examine("wf9");
    expect_none(WF_FINDING_CONTAINER);
}

static void a_firewall_that_is_switched_on_is_noted(void) {
    if (!enter_namespace(CLONE_NEWNS | CLONE_NEWNET)) {
        exit(77);
    }
    run("mount --make-rprivate / && mount -t tmpfs none /run && touch /run/firewalld.pid");
    (void)examine(NULL);
    CHECK(expect_finding(WF_FINDING_FIREWALL_ON, "firewalld")->severity == WF_SEVERITY_NOTE);
}

/* ---- the table ---- */

static void every_kind_says_what_and_what_next(void) {
    unsigned kind = 0;
    for (const wf_finding_row *row; (row = wf_finding_row_at(kind)) != NULL; kind++) {
        CHECK(row->kind == (wf_finding_kind)kind && strlen(row->what) > 10 && strlen(row->next) > 10);
        CHECK(row->severity >= WF_SEVERITY_NOTE && row->severity <= WF_SEVERITY_PROBLEM);
    }
    CHECK(kind == WF_FINDING_KINDS);
    CHECK(strcmp(wf_severity_text(WF_SEVERITY_WARNING), "warning") == 0);
}

static void the_worst_stands_first(void) {
    enter_own_net();
    add_second_net();
    run("ip link set wf0 multicast off && ip route del default");
    pid_t other = start_other("0.0.0.0", false);
    const wf_severity worst = examine(NULL);
    CHECK(doctor.count > 1 && doctor.findings[0].severity == worst && worst == WF_SEVERITY_PROBLEM);
    for (size_t i = 1; i < doctor.count; i++) {
        CHECK(doctor.findings[i].severity <= doctor.findings[i - 1].severity);
    }
    end_other(other);
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(a_sound_host_has_no_findings),
    CASE(what_this_process_holds_is_no_finding),
    CASE(no_test_datagram_leaves_the_host),
    CASE(an_interface_that_is_down_is_found),
    CASE(an_interface_without_a_link_is_found),
    CASE(an_interface_without_multicast_is_found),
    CASE(an_interface_that_does_not_exist_is_found),
    CASE(missing_addresses_are_found),
    CASE(the_loopback_interface_is_looked_at),
    CASE(the_choice_among_several_interfaces_is_looked_at),
    CASE(a_missing_multicast_route_is_found),
    CASE(without_a_way_for_ipv6_multicast_it_can_not_be_sent),
    CASE(an_ipv6_address_that_is_still_being_checked_is_no_finding),
    CASE(the_way_to_a_node_is_looked_at),
    CASE(a_strict_filter_of_return_paths_is_found),
    CASE(the_program_that_has_the_port_is_named),
    CASE(another_address_of_the_port_is_in_nobodys_way),
    CASE(a_program_with_both_families_on_one_socket_is_in_the_way),
    CASE(programs_that_share_the_port_are_found),
    CASE(a_program_without_the_group_is_found),
    CASE(a_rule_against_the_port_is_likely),
    CASE(a_rule_against_all_that_comes_in_is_likely),
    CASE(a_rule_against_what_goes_out_is_told),
    CASE(the_chain_on_the_way_in_is_named),
    CASE(with_every_interface_filtered_it_still_ends_soon),
    CASE(a_clock_that_can_not_be_right_is_found),
    CASE(a_state_directory_that_can_not_be_used_is_found),
    CASE(a_copied_state_directory_is_found),
    CASE(a_state_directory_of_a_running_process_is_found),
    CASE(a_container_with_a_network_of_its_own_is_found),
    CASE(a_firewall_that_is_switched_on_is_noted),
    CASE(every_kind_says_what_and_what_next),
    CASE(the_worst_stands_first),
};

CHECK_MAIN(cases)

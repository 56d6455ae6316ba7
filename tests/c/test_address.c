#include "check.h"
#include <warifu/address.h>

static void a_text_and_its_address_agree_both_ways(void) {
    static const char *const texts[] = {
        "192.0.2.1",
        "192.0.2.1:3610",
        "0.0.0.0",
        "255.255.255.255:65535",
        "::",
        "::1",
        "[::1]:3610",
        "2001:db8::1",
        "2001:db8:0:1:1:1:1:1",
        "2001:db8::1:0:0:1",
        "1:2:3:4:5:6:7:8",
        "1::",
        "1:2:3:4:5:6:7:0",
        "fe80::1%2",
        "[fe80::1%4294967295]:3610",
        "[ff02::1%3]:3610",
        "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        wf_address address;
        char text[WF_ADDRESS_TEXT_LEN];
        CHECK_OK(wf_address_parse(&address, texts[i], 0));
        CHECK(strcmp(wf_address_format(text, &address), texts[i]) == 0);
    }
}

static void the_longest_text_fits(void) {
    wf_address address = {.port = 65535, .scope = 4294967295u};
    char text[WF_ADDRESS_TEXT_LEN];
    memset(address.ip, 0xFE, sizeof address.ip);
    wf_address_format(text, &address);
    CHECK(strcmp(text, "[fefe:fefe:fefe:fefe:fefe:fefe:fefe:fefe%4294967295]:65535") == 0);
}

static void other_spellings_mean_the_same_address(void) {
    static const char *const pairs[][2] = {
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"::FFFF:C000:201", "192.0.2.1"},
        {"[::ffff:192.0.2.1]:7", "192.0.2.1:7"},
        {"2001:0DB8:0:0:0:0:0:1", "2001:db8::1"},
        {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
        {"[fe80::1%2]", "fe80::1%2"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        wf_address a, b;
        CHECK_OK(wf_address_parse(&a, pairs[i][0], 3610));
        CHECK_OK(wf_address_parse(&b, pairs[i][1], 3610));
        CHECK(wf_address_equal(&a, &b));
    }
}

static void what_is_no_address_is_refused_and_leaves_zeros(void) {
    static const char *const texts[] = {
        "",
        " 192.0.2.1",
        "192.0.2.1 ",
        "192.0.2",
        "192.0.2.1.5",
        "192.0.2.256",
        "192.0.02.1",
        "192.0.2.1:",
        "192.0.2.1:65536",
        "192.0.2.1:99999999999999999999",
        "192.0.2.1%2",
        "[192.0.2.1]:3610",
        "echonet.local",
        ":",
        ":::",
        ":1::",
        "1:",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "1::2::3",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::1.2.3.4:5",
        "12345::",
        "::g",
        "[::1",
        "::1]",
        "[::1]3610",
        "[]:3610",
        "fe80::1%",
        "fe80::1%eth0",
        "fe80::1%4294967296",
        "2001:db8::1%2",
    };
    static const wf_address nowhere;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        wf_address address;
        memset(&address, 9, sizeof address);
        if (wf_address_parse(&address, texts[i], 3610) != WF_ERROR_ARGUMENT) {
            fprintf(stderr, "taken: \"%s\"\n", texts[i]);
            exit(1);
        }
        CHECK(wf_address_equal(&address, &nowhere));
    }
}

static void a_missing_port_becomes_the_default(void) {
    wf_address address;
    CHECK_OK(wf_address_parse(&address, "192.0.2.1", 3610));
    CHECK(address.port == 3610);
    CHECK_OK(wf_address_parse(&address, "192.0.2.1:0", 3610));
    CHECK(address.port == 0);
}

static void port_and_scope_tell_addresses_apart(void) {
    wf_address a, b;
    CHECK_OK(wf_address_parse(&a, "[fe80::1%2]:1", 0));
    CHECK_OK(wf_address_parse(&b, "[fe80::1%2]:2", 0));
    CHECK(!wf_address_equal(&a, &b) && wf_address_same_host(&a, &b));
    CHECK_OK(wf_address_parse(&b, "[fe80::1%3]:1", 0));
    CHECK(!wf_address_equal(&a, &b) && !wf_address_same_host(&a, &b));
    CHECK(wf_address_needs_scope(&a));
}

static void kinds_of_addresses_are_told_apart(void) {
    static const struct {
        const char *text;
        bool ipv4, multicast, unspecified, scope;
    } kinds[] = {
        {"192.0.2.1", true, false, false, false},   {"223.255.255.255", true, false, false, false},
        {"224.0.23.0", true, true, false, false},   {"239.1.2.3", true, true, false, false},
        {"240.0.0.1", true, false, false, false},   {"0.0.0.0", true, false, true, false},
        {"::", false, false, true, false},          {"::1", false, false, false, false},
        {"fe80::1", false, false, false, true},     {"febf::1", false, false, false, true},
        {"fec0::1", false, false, false, false},    {"ff02::1", false, true, false, true},
        {"ff05::1", false, true, false, false},     {"::fffe:1.2.3.4", false, false, false, false},
        {"fd00::e000", false, false, false, false},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        wf_address address;
        CHECK_OK(wf_address_parse(&address, kinds[i].text, 3610));
        CHECK(wf_address_is_ipv4(&address) == kinds[i].ipv4);
        CHECK(wf_address_is_multicast(&address) == kinds[i].multicast);
        CHECK(wf_address_is_unspecified(&address) == kinds[i].unspecified);
        CHECK(wf_address_needs_scope(&address) == kinds[i].scope);
    }
}

static void the_groups_are_those_of_echonet_lite(void) {
    wf_address group = wf_address_group_ipv4(3610);
    char text[WF_ADDRESS_TEXT_LEN];
    CHECK(strcmp(wf_address_format(text, &group), "224.0.23.0:3610") == 0);
    group = wf_address_group_ipv6(3610, 2);
    CHECK(strcmp(wf_address_format(text, &group), "[ff02::1%2]:3610") == 0);
}

static const check_case cases[] = {
    {"a_text_and_its_address_agree_both_ways", a_text_and_its_address_agree_both_ways},
    {"the_longest_text_fits", the_longest_text_fits},
    {"other_spellings_mean_the_same_address", other_spellings_mean_the_same_address},
    {"what_is_no_address_is_refused_and_leaves_zeros", what_is_no_address_is_refused_and_leaves_zeros},
    {"a_missing_port_becomes_the_default", a_missing_port_becomes_the_default},
    {"port_and_scope_tell_addresses_apart", port_and_scope_tell_addresses_apart},
    {"kinds_of_addresses_are_told_apart", kinds_of_addresses_are_told_apart},
    {"the_groups_are_those_of_echonet_lite", the_groups_are_those_of_echonet_lite},
};

CHECK_MAIN(cases)

#include "check.h"
#include "hex.h"
#include <warifu/datagram.h>
#include <warifu/pcapng.h>

enum { ROOM = 8192 };

static const uint8_t frame[] = {0x10, 0x81, 0, 1, 5, 0xFF, 1, 1, 0x30, 1, 0x62, 1, 0x80, 0};
static const uint8_t inner[] = {5, 0xFF, 1, 1, 0x30, 1, 0x62, 1, 0x80, 0};

static wf_address address(const char *text) {
    wf_address out;
    CHECK_OK(wf_address_parse(&out, text, WF_PORT));
    return out;
}

static wf_traced traced(bool sent, const char *peer, const char *own) {
    return (wf_traced){.sent = sent,
                       .peer = address(peer),
                       .own = address(own),
                       .time_us = INT64_C(1790000000123456),
                       .datagram = wf_bytes_of(frame, sizeof frame)};
}

static void check_same(const wf_traced *a, const wf_traced *b) {
    CHECK(a->sent == b->sent && a->multicast == b->multicast && a->time_us == b->time_us);
    CHECK(wf_address_equal(&a->peer, &b->peer) && wf_address_equal(&a->own, &b->own));
    CHECK(wf_bytes_equal(a->datagram, b->datagram) && wf_bytes_equal(a->inner, b->inner));
}

static void what_is_written_reads_back(void) {
    uint8_t file[ROOM];
    wf_traced all[] = {traced(true, "192.0.2.7:3610", "192.0.2.1:3610"), traced(false, "192.0.2.7:40000", "192.0.2.1"),
                       traced(true, "[2001:db8::7]:3610", "[2001:db8::1]:3610"),
                       traced(false, "192.0.2.7", "192.0.2.1:3610")};
    all[3].inner = wf_bytes_of(inner, sizeof inner);
    wf_writer w = wf_writer_of(file, sizeof file);
    wf_pcapng_write_head(&w);
    for (size_t i = 0; i < 4; i++) {
        wf_pcapng_write(&w, &all[i], i % 2 == 0 ? "words" : NULL);
        if (all[i].inner.len > 0) {
            wf_pcapng_write_inside(&w, &all[i], "more words");
        }
    }
    CHECK(!w.overflow);
    wf_traced read;
    wf_pcapng_reader r = wf_pcapng_reader_of(wf_bytes_of(file, w.len));
    for (size_t i = 0; i < 4; i++) {
        CHECK(wf_pcapng_next(&r, &read));
        check_same(&read, &all[i]);
    }
    CHECK(!wf_pcapng_next(&r, &read));
    CHECK_OK(wf_pcapng_finish(&r));
}

static void what_goes_to_everybody_goes_to_the_group_of_its_family(void) {
    uint8_t file[ROOM];
    const char *own[] = {"192.0.2.1:3610", "[2001:db8::1]:3610"};
    for (size_t i = 0; i < 2; i++) {
        wf_writer w = wf_writer_of(file, sizeof file);
        wf_traced out = traced(true, own[i], own[i]), in = traced(false, own[i], own[i]), read;
        out.multicast = in.multicast = true;
        out.peer = in.own = (wf_address){0};
        wf_pcapng_write_head(&w);
        wf_pcapng_write(&w, &out, NULL);
        wf_pcapng_write(&w, &in, NULL);
        wf_pcapng_reader r = wf_pcapng_reader_of(wf_bytes_of(file, w.len));
        CHECK(wf_pcapng_next(&r, &read));
        check_same(&read, &out);
        CHECK(wf_pcapng_next(&r, &read));
        check_same(&read, &in);
    }
}

static void a_side_that_is_not_known_has_no_address(void) {
    uint8_t file[ROOM];
    wf_writer w = wf_writer_of(file, sizeof file);
    wf_traced out = traced(true, "192.0.2.7", "192.0.2.1"), read;
    out.own = (wf_address){0};
    wf_pcapng_write_head(&w);
    wf_pcapng_write(&w, &out, NULL);
    wf_pcapng_reader r = wf_pcapng_reader_of(wf_bytes_of(file, w.len));
    CHECK(wf_pcapng_next(&r, &read));
    CHECK(wf_address_is_unspecified(&read.own) && read.own.port == WF_PORT && wf_address_is_ipv4(&read.own));
}

static void head_and_packet_take_no_more_than_is_said(void) {
    uint8_t file[ROOM];
    wf_writer w = wf_writer_of(file, sizeof file);
    wf_pcapng_write_head(&w);
    CHECK(w.len <= WF_PCAPNG_HEAD_LEN);
    const size_t before = w.len;
    const wf_traced one = traced(true, "2001:db8::7", "2001:db8::1");
    wf_pcapng_write(&w, &one, "words");
    CHECK(w.len - before <= WF_PCAPNG_MORE_LEN + sizeof frame + strlen("words"));
}

static void a_file_that_is_cut_gives_what_is_whole_and_says_so(void) {
    uint8_t file[ROOM];
    wf_writer w = wf_writer_of(file, sizeof file);
    const wf_traced one = traced(true, "192.0.2.7", "192.0.2.1");
    wf_pcapng_write_head(&w);
    const size_t head = w.len;
    wf_pcapng_write(&w, &one, "words");
    const size_t first = w.len;
    wf_pcapng_write(&w, &one, "words");
    for (size_t len = head; len < w.len; len++) {
        wf_traced read;
        unsigned count = 0;
        wf_pcapng_reader r = wf_pcapng_reader_of(wf_bytes_of(file, len));
        while (wf_pcapng_next(&r, &read)) {
            count++;
        }
        CHECK(count == (len >= first ? 1 : 0));
        CHECK((wf_pcapng_finish(&r) == WF_OK) == (len == head || len == first));
    }
}

/* ---- files of others ---- */

#define SECTION "0A0D0D0A 1C000000 4D3C2B1A 0100 0000 FFFFFFFFFFFFFFFF 1C000000"
#define IPV4_UDP                                       \
    "4500 0024 0000 0000 4011 0000 C0000207 C0000201 " \
    "0E1A 0E1A 0010 0000 1082 0A01 10000000"
/* 36 bytes of packet, and what stands before it */
#define ETHERNET "01005E001700 020000000001 "

static void check_foreign(const char *interface, const char *packet, int64_t time_us) {
    uint8_t file[ROOM];
    wf_writer w = wf_writer_of(file, sizeof file);
    wf_traced read;
    hex_write(&w, SECTION);
    hex_write(&w, interface);
    hex_write(&w, packet);
    CHECK(!w.overflow);
    wf_pcapng_reader r = wf_pcapng_reader_of(wf_bytes_of(file, w.len));
    CHECK(wf_pcapng_next(&r, &read));
    const wf_address peer = address("192.0.2.7"), own = address("192.0.2.1");
    CHECK(!read.sent && wf_address_equal(&read.peer, &peer) && wf_address_equal(&read.own, &own));
    CHECK(read.datagram.len == 8 && read.datagram.at[0] == 0x10 && read.time_us == time_us);
    CHECK(!wf_pcapng_next(&r, &read));
    CHECK_OK(wf_pcapng_finish(&r));
}

static void files_of_other_programs_are_read_in_either_byte_order(void) {
    /* little endian, Ethernet, nanoseconds */
    check_foreign("01000000 20000000 0100 0000 00000400 0900 0100 09000000 0000 0000 20000000",
                  "06000000 54000000 00000000 00000000 40420F00 32000000 32000000" ETHERNET "0800 " IPV4_UDP
                  " 0000 54000000",
                  1000);
    /* behind a VLAN tag, microseconds, and a block that nobody knows before it */
    check_foreign("01000000 14000000 0100 0000 00000400 14000000 0B000000 10000000 DEADBEEF 10000000",
                  "06000000 58000000 00000000 00000000 40420F00 36000000 36000000" ETHERNET "8100 0001 0800 " IPV4_UDP
                  " 0000 58000000",
                  1000000);
    /* Linux cooked, both versions; 2^-20 s */
    check_foreign("01000000 20000000 7100 0000 00000400 0900 0100 94000000 0000 0000 20000000",
                  "06000000 54000000 00000000 00000000 00000800 34000000 34000000"
                  "0000 0001 0006 0200000000010000 0800" IPV4_UDP " 54000000",
                  500000);
    check_foreign("01000000 14000000 1401 0000 00000400 14000000",
                  "06000000 58000000 00000000 00000000 01000000 38000000 38000000"
                  "0800 0000 00000002 0001 00 06 0200000000010000" IPV4_UDP " 58000000",
                  1);
}

static void what_is_no_udp_is_passed_over(void) {
    uint8_t file[ROOM];
    const char *packets[] = {
        "4500 0024 0000 2000 4011 0000 C0000207 C0000201 0E1A 0E1A 0010 0000 1082 0A01 10000000", /* fragment */
        "4500 0024 0000 0000 4006 0000 C0000207 C0000201 0E1A 0E1A 0010 0000 1082 0A01 10000000", /* TCP */
        "4500 00FF 0000 0000 4011 0000 C0000207 C0000201 0E1A 0E1A 0010 0000 1082 0A01 10000000", /* cut */
        "4400 0024 0000 0000 4011 0000 C0000207 C0000201 0E1A 0E1A 0010 0000 1082 0A01 10000000", /* header too short */
        "4500 0024 0000 0000 4011 0000 C0000207 C0000201 0E1A 0E1A 0011 0000 1082 0A01 10000000", /* UDP too long */
        "4500 0024 0000 0000 4011 0000 C0000207 C0000201 0E1A 0E1A 0007 0000 1082 0A01 10000000", /* UDP too short */
    };
    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++) {
        wf_writer w = wf_writer_of(file, sizeof file);
        wf_traced read;
        hex_write(&w, SECTION "01000000 14000000 6500 0000 00000400 14000000"
                              "06000000 44000000 00000000 00000000 00000000 24000000 24000000");
        hex_write(&w, packets[i]);
        hex_write(&w, "44000000");
        CHECK(!w.overflow);
        wf_pcapng_reader r = wf_pcapng_reader_of(wf_bytes_of(file, w.len));
        CHECK(!wf_pcapng_next(&r, &read));
        CHECK_OK(wf_pcapng_finish(&r));
    }
}

static const check_case cases[] = {
    {"what_is_written_reads_back", what_is_written_reads_back},
    {"what_goes_to_everybody_goes_to_the_group_of_its_family", what_goes_to_everybody_goes_to_the_group_of_its_family},
    {"a_side_that_is_not_known_has_no_address", a_side_that_is_not_known_has_no_address},
    {"head_and_packet_take_no_more_than_is_said", head_and_packet_take_no_more_than_is_said},
    {"a_file_that_is_cut_gives_what_is_whole_and_says_so", a_file_that_is_cut_gives_what_is_whole_and_says_so},
    {"files_of_other_programs_are_read_in_either_byte_order", files_of_other_programs_are_read_in_either_byte_order},
    {"what_is_no_udp_is_passed_over", what_is_no_udp_is_passed_over},
};

CHECK_MAIN(cases)

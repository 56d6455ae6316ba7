#include "world.h"

enum { CONTROLLER, DEVICE };

static void say_hello(world *w, unsigned times) {
    const uint8_t hello[] = {0x10, 0x82, 0, 1, WF_DA_HELLO, 0, 0, 0, 0, 0};
    for (unsigned i = 0; i < times; i++) {
        wf_engine_receive(w->nodes[DEVICE].engine, w->now, &w->nodes[CONTROLLER].address, i % 2 == 0,
                          wf_bytes_of(hello, sizeof hello));
    }
}

static unsigned answers(world *w) {
    unsigned count = 0;
    wf_datagram out;
    while (wf_engine_next_datagram(w->nodes[DEVICE].engine, &out)) {
        wf_da_frame frame;
        CHECK_OK(wf_da_frame_parse(&frame, out.bytes));
        CHECK(frame.type == WF_DA_HELLO_ANSWER && out.bytes.len == WF_DA_HEADER_LEN + WF_DA_HELLO_LEN);
        count++;
    }
    return count;
}

static world *world_with_device(void) {
    world *w = world_new();
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    w->nodes[CONTROLLER].address = wf_address_ipv4(10, 0, 0, 1, WF_PORT);
    return w;
}

static void a_few_hellos_at_once_are_all_answered(void) {
    world *w = world_with_device();
    say_hello(w, 10);
    CHECK(answers(w) == 10);
    world_end(w);
}

static void a_flood_of_hellos_gets_twenty_answers_a_second(void) {
    world *w = world_with_device();
    unsigned count = 0;
    for (unsigned ms = 0; ms < 10000; ms++, w->now++) {
        say_hello(w, 1);
        count += answers(w);
    }
    CHECK(count >= 200 && count <= 210);
    world_end(w);
}

static void a_hello_tells_of_the_window_and_its_time(void) {
    world *w = world_with_device();
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 60000, 1));
    w->now += 500;
    say_hello(w, 1);
    wf_datagram out;
    wf_da_frame frame;
    CHECK(wf_engine_next_datagram(w->nodes[DEVICE].engine, &out));
    CHECK_OK(wf_da_frame_parse(&frame, out.bytes));
    CHECK(frame.hello.is_device && !frame.hello.is_controller && frame.hello.window_open);
    CHECK(frame.hello.window_seconds == 60 && !frame.hello.has_pairings && frame.hello.takes_suite_3);
    world_end(w);
}

static const check_case cases[] = {
    {"a_few_hellos_at_once_are_all_answered", a_few_hellos_at_once_are_all_answered},
    {"a_flood_of_hellos_gets_twenty_answers_a_second", a_flood_of_hellos_gets_twenty_answers_a_second},
    {"a_hello_tells_of_the_window_and_its_time", a_hello_tells_of_the_window_and_its_time},
};

CHECK_MAIN(cases)

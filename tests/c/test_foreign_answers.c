/* What a request in clear takes as its answer, from devices that are not quite as the specification has them. */
#include "hex.h"
#include "world.h"

enum { CONTROLLER, DEVICE, STRANGER };

typedef struct foreign_case {
    const char *answer; /* its EDATA from ESV on */
    unsigned from;
    uint8_t seoj_instance;
    bool is_taken;
    wf_error outcome;
} foreign_case;

/* A controller has sent a SetC of 80 to an object 013001 that this test plays. */
static void plays(const foreign_case *row) {
    world *w = world_new();
    for (unsigned i = 0; i < 3; i++) {
        world_configure(w, i, false, false);
        w->nodes[i].config.policy = &wf_policy_open;
    }
    world_start(w, CONTROLLER);
    uint8_t edata[32], bytes[32];
    wf_request_id id;
    wf_request request = {.target = {.address = w->nodes[DEVICE].address},
                          .edata = hex_bytes(edata, sizeof edata, "05ff01 013001 61 01 80 01 30")};
    CHECK_OK(wf_engine_request(w->nodes[CONTROLLER].engine, w->now, &id, &request));
    bool was_sent = false;
    for (wf_datagram out; wf_engine_next_datagram(w->nodes[CONTROLLER].engine, &out); was_sent = true) {
        memcpy(bytes, out.bytes.at, 4); /* the header, with the TID */
    }
    CHECK(was_sent);
    wf_bytes rest = hex_bytes(bytes + 10, sizeof bytes - 10, row->answer);
    memcpy(bytes + 4, (const uint8_t[]){0x01, 0x30, row->seoj_instance, 0x05, 0xFF, 0x01}, 6);
    world_deliver(w, CONTROLLER, &w->nodes[row->from].address, false, wf_bytes_of(bytes, 10 + rest.len));
    world_collect(w, CONTROLLER);
    const wf_event *done = world_outcome(w, CONTROLLER, id);
    CHECK((done != NULL) == row->is_taken);
    CHECK(done == NULL || done->error == row->outcome);
    world_end(w);
}

static void a_setc_refused_as_a_seti_is_refused(void) {
    plays(&(foreign_case){"51 01 80 01 30", DEVICE, 1, true, WF_ERROR_REFUSED});
    plays(&(foreign_case){"50 01 80 01 30", DEVICE, 1, true, WF_ERROR_REFUSED});
    plays(&(foreign_case){"50 01 80 00", DEVICE, 1, true, WF_ERROR_REFUSED});
}

static void the_answer_to_another_service_is_none(void) {
    plays(&(foreign_case){"71 01 80 00", DEVICE, 1, true, WF_OK});
    plays(&(foreign_case){"72 01 80 01 30", DEVICE, 1, false, WF_OK});
    plays(&(foreign_case){"52 01 80 00", DEVICE, 1, false, WF_OK});
    plays(&(foreign_case){"73 01 80 01 30", DEVICE, 1, false, WF_OK});
}

static void the_answer_of_another_object_or_host_is_none(void) {
    plays(&(foreign_case){"71 01 80 00", DEVICE, 2, false, WF_OK});
    plays(&(foreign_case){"71 01 80 00", STRANGER, 1, false, WF_OK});
}

static const check_case cases[] = {
    {"a_setc_refused_as_a_seti_is_refused", a_setc_refused_as_a_seti_is_refused},
    {"the_answer_to_another_service_is_none", the_answer_to_another_service_is_none},
    {"the_answer_of_another_object_or_host_is_none", the_answer_of_another_object_or_host_is_none},
};

CHECK_MAIN(cases)

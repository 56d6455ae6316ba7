/* Many paired devices and their controller after a power cut. A thousand of them: `./dev bench`. */
#define HOME_NODES 128
#include "power_cut.h"

enum { DEVICES = 100, BOUND_MS = 60000 };

static void a_hundred_devices_come_back_within_a_minute(void) {
    power_cut r = power_cut_of(DEVICES, 5 * WF_SIM_PERCENT, 10 * BOUND_MS);
    power_cut_print(&r);
    CHECK(r.back <= BOUND_MS && r.all_answer);
    CHECK(r.handshakes <= 2 * DEVICES && r.operations <= 16 * DEVICES && r.of_da <= 40 * DEVICES);
}

static const check_case cases[] = {
    {"a_hundred_devices_come_back_within_a_minute", a_hundred_devices_come_back_within_a_minute},
};

CHECK_MAIN(cases)

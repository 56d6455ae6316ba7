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

/* A place for a handshake is never left empty while somebody waits for it. */
static void without_loss_a_dozen_devices_are_back_in_two_seconds(void) {
    power_cut r = power_cut_of(12, 0, BOUND_MS);
    power_cut_print(&r);
    CHECK(r.back <= 2000 && r.all_answer && r.handshakes == 12);
}

static const check_case cases[] = {
    {"without_loss_a_dozen_devices_are_back_in_two_seconds", without_loss_a_dozen_devices_are_back_in_two_seconds},
    {"a_hundred_devices_come_back_within_a_minute", a_hundred_devices_come_back_within_a_minute},
};

CHECK_MAIN(cases)

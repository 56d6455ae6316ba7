/* A controller with a thousand paired devices after a power cut: virtual time, datagrams and public-key operations
 * until all have sessions again. */
#define HOME_NODES 1024
#include "power_cut.h"

int main(void) {
    power_cut r = power_cut_of(1000, 5 * WF_SIM_PERCENT, 3600000);
    power_cut_print(&r);
    return r.all_answer ? 0 : 1;
}

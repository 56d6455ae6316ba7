/* Groups in a whole house: fifty devices, two controllers, and a network that loses every fifth datagram; and a burst
 * of announcements. */
#define HOME_NODES 128
#include "sim_home.h"

enum { DEVICES = 50, MANY = 100, EACH = 5, OPERATION_MODE = 0xB3, REMOVED = 7, SHORT = 5000 };

/* Who heard whom last: by controller and device, the value; and how many notifications each controller heard. */
typedef struct ears {
    uint8_t last[2][MANY];
    unsigned count[2];
    unsigned set[MANY]; /* commands that each device carried out */
} ears;

static home_node *controllers[2], *devices[MANY];

static void hear(home *h, home_node *node, const wf_event *event) {
    ears *e = h->context;
    if (event->kind == WF_EVENT_PROPERTY_SET) {
        for (unsigned i = 0; i < MANY; i++) {
            e->set[i] += devices[i] == node;
        }
    }
    if (event->kind != WF_EVENT_NOTIFICATION || !event->is_signed) {
        return;
    }
    unsigned c = node == controllers[1];
    CHECK(node == controllers[c] && event->peer.value != 0 && event->is_protected);
    for (unsigned i = 0; i < MANY; i++) {
        if (devices[i] != NULL && wf_address_same_host(&devices[i]->address, &event->from)) {
            e->last[c][i] = event->edata.at[10];
            e->count[c]++;
        }
    }
}

static home *house(ears *e, unsigned managers, unsigned count, uint32_t loss) {
    home *h = home_new(17);
    const wf_sim_faults faults = {.loss = loss, .least_delay = 1, .delay = loss > 0 ? 20 : 1};
    memset(controllers, 0, sizeof controllers);
    memset(devices, 0, sizeof devices);
    h->context = e;
    h->hear = hear;
    h->groups = true;
    wf_sim_set_faults(h->sim, &faults);
    for (unsigned i = 0; i < managers; i++) {
        controllers[i] = home_add(h, WF_ROLE_CONTROLLER);
    }
    for (unsigned i = 0; i < count; i++) {
        devices[i] = home_add(h, WF_ROLE_DEVICE);
        for (unsigned k = 0; k < managers; k++) {
            CHECK_OK(home_pair(h, controllers[k], devices[i]));
        }
    }
    return h;
}

static wf_group_state managed(home *h, unsigned controller) {
    unsigned at = 0;
    wf_group_state state = {0};
    (void)wf_engine_next_group(home_engine(h, controllers[controller]), &at, &state);
    return state;
}

typedef struct wanted {
    home *h;
    unsigned controller, members;
} wanted;

static bool all_have_the_newest(void *context) {
    const wanted *w = context;
    wf_group_state state = managed(w->h, w->controller);
    return state.members == w->members && state.waiting == 0;
}

static void wait_for(home *h, unsigned controller, unsigned members, wf_time most) {
    wanted w = {h, controller, members};
    CHECK(wf_sim_run_for(h->sim, most, all_have_the_newest, &w));
}

static void announce(home *h, unsigned device, uint8_t value) {
    CHECK_OK(wf_engine_put(home_engine(h, devices[device]), home_clock(h, devices[device]), HOME_AIR_CONDITIONER,
                           OPERATION_MODE, wf_bytes_of(&value, 1)));
}

static void command_all(home *h, unsigned controller, uint8_t value) {
    uint8_t set[] = {0x05, 0xFF, 0x01, 0x01, 0x30, 0x00, WF_ESV_SETI, 0x01, OPERATION_MODE, 0x01, value};
    wf_request request = {.target = {.group = true}, .edata = wf_bytes_of(set, sizeof set), .repeatable = true};
    wf_request_id id;
    wf_engine *engine = home_engine(h, controllers[controller]);
    CHECK_OK(wf_engine_request(engine, home_clock(h, controllers[controller]), &id, &request));
}

/* So often that a fifth of all copies lost leaves nobody out. */
static void all_announce(home *h, uint8_t first) {
    for (uint8_t round = 0; round < 5; round++) {
        for (unsigned i = 0; i < DEVICES; i++) {
            announce(h, i, (uint8_t)(first + round));
        }
        wf_sim_run(h->sim, 1000);
    }
}

/* After one is removed all others have the newest epoch within half a minute; it reads nothing any more. */
static void check_removal(home *h, ears *e) {
    const wf_group_state before = managed(h, 0), others = managed(h, 1);
    home_node *removed = devices[REMOVED];
    CHECK_OK(wf_engine_forget_peer(home_engine(h, controllers[0]), home_clock(h, controllers[0]),
                                   home_peer(h, controllers[0], removed)));
    wait_for(h, 0, DEVICES - 1, 30000);
    CHECK(memcmp(before.gid, managed(h, 0).gid, sizeof before.gid) != 0);
    CHECK(memcmp(others.gid, managed(h, 1).gid, sizeof others.gid) == 0); /* none of its business */
    const uint64_t unknown = wf_engine_counters(home_engine(h, removed))->group_unknown;
    memset(e->set, 0, sizeof e->set);
    for (uint8_t i = 0; i < 6; i++) {
        command_all(h, 0, (uint8_t)(16 + i));
        wf_sim_run(h->sim, 1000);
    }
    CHECK(e->set[REMOVED] == 0 && wf_engine_counters(home_engine(h, removed))->group_unknown > unknown);
    for (unsigned i = 0; i < DEVICES; i++) {
        CHECK(e->set[i] > 0 || i == REMOVED);
    }
}

static void check_that_all_are_heard(home *h, ears *e, uint8_t first) {
    memset(e, 0, sizeof *e);
    all_announce(h, first);
    for (unsigned i = 0; i < DEVICES; i++) {
        CHECK(e->last[0][i] >= first || i == REMOVED);
    }
}

/* One controller is lost for good: in the other's group nothing changes. */
static void check_loss(home *h, ears *e) {
    wf_sim_cut_power(h->sim, controllers[1]->host);
    wf_sim_run(h->sim, SHORT);
    check_that_all_are_heard(h, e, 30);
    CHECK_OK(wf_engine_renew_group(home_engine(h, controllers[0]), home_clock(h, controllers[0])));
    wait_for(h, 0, DEVICES - 1, 60000);
    check_that_all_are_heard(h, e, 50);
}

static void fifty_devices_and_two_controllers_live_through_removal_and_loss(void) {
    static ears e;
    home *h = house(&e, 2, DEVICES, 20 * WF_SIM_PERCENT);
    wait_for(h, 0, DEVICES, 60000);
    wait_for(h, 1, DEVICES, 60000);
    check_removal(h, &e);
    check_loss(h, &e);
    home_end(h);
}

static void a_burst_of_five_hundred_announcements_loses_none(void) {
    static ears e;
    home *h = house(&e, 1, MANY, 0);
    wait_for(h, 0, MANY, 60000);
    memset(&e, 0, sizeof e);
    for (unsigned round = 0; round < EACH; round++) {
        for (unsigned i = 0; i < MANY; i++) {
            announce(h, i, (uint8_t)(10 + round));
        }
    }
    wf_sim_run(h->sim, SHORT);
    const wf_counters *c = wf_engine_counters(home_engine(h, controllers[0]));
    CHECK(e.count[0] == MANY * EACH && c->group_limited == 0 && c->group_forged == 0 && c->group_strangers == 0);
    for (unsigned i = 0; i < MANY; i++) {
        CHECK(e.last[0][i] == 10 + EACH - 1);
    }
    home_end(h);
}

static const check_case cases[] = {
    {"fifty_devices_and_two_controllers_live_through_removal_and_loss",
     fifty_devices_and_two_controllers_live_through_removal_and_loss},
    {"a_burst_of_five_hundred_announcements_loses_none", a_burst_of_five_hundred_announcements_loses_none},
};

CHECK_MAIN(cases)

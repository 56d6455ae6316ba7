/* What the controller asks of the devices, and whether each request ends once, in time, with a true answer. */
#include "soak.h"

enum {
    TIMEOUT_MS = 20000,
    PAIRING_MS = 260000, /* 180 s of beginning anew, and the last run to its end */
    UNPAIRING_MS = 60000,
    SLACK_MS = 2 * SOAK_STEP_MS,
    DEGREES = 0xB3,
    FIRST_DEGREES = 24 /* of home_add_air_conditioner, after each start */
};

static void note_value(soak_device *d, uint8_t value) {
    d->had[value / 8] |= (uint8_t)(1u << value % 8);
}

static bool had(const soak_device *d, uint8_t value) {
    return (d->had[value / 8] & 1u << value % 8) != 0;
}

static uint8_t value_of(soak *s, const soak_device *d) {
    uint8_t value = FIRST_DEGREES;
    wf_writer out = wf_writer_of(&value, 1);
    wf_engine *engine = wf_sim_engine(s->home->sim, d->life.node->host);
    if (engine != NULL) {
        CHECK_OK(wf_node_get(wf_engine_node(engine), HOME_AIR_CONDITIONER, DEGREES, &out));
    }
    return value;
}

/* ---- asking ---- */

static wf_error ask_property(soak *s, soak_ask *ask, const soak_device *d) {
    uint8_t edata[16];
    wf_writer out = wf_writer_of(edata, sizeof edata);
    bool sets = ask->kind == SOAK_SET;
    wf_frame_writer frame =
        wf_edata_begin(&out, WF_EOJ_CONTROLLER, HOME_AIR_CONDITIONER, sets ? WF_ESV_SETC : WF_ESV_GET);
    CHECK(wf_frame_property(&frame, DEGREES, sets ? wf_bytes_of(&ask->value, 1) : wf_bytes_of(NULL, 0)));
    const wf_request request = {.target = {.peer = d->peer},
                                .edata = wf_bytes_of(edata, out.len),
                                .timeout_ms = TIMEOUT_MS,
                                .repeatable = soak_below(s, 2) == 0};
    return wf_engine_request(home_engine(s->home, s->controller.node), home_clock(s->home, s->controller.node),
                             &ask->request, &request);
}

static wf_error ask_pairing(soak *s, soak_ask *ask, const soak_device *d) {
    home *h = s->home;
    const wf_pair_order order = {.address = d->life.node->address, .number = d->life.node->number};
    wf_error error = wf_engine_open_window(home_engine(h, d->life.node), home_clock(h, d->life.node), 0, 1);
    if (error == WF_OK) {
        error = wf_engine_pair(home_engine(h, s->controller.node), home_clock(h, s->controller.node), &ask->request,
                               &order);
    }
    return error;
}

static wf_error begin(soak *s, soak_ask *ask, soak_device *d) {
    memset(d->had, 0, sizeof d->had);
    note_value(d, value_of(s, d));
    if (ask->kind == SOAK_PAIR) {
        return ask_pairing(s, ask, d);
    }
    if (ask->kind == SOAK_UNPAIR) {
        return wf_engine_unpair(home_engine(s->home, s->controller.node), home_clock(s->home, s->controller.node),
                                &ask->request, d->peer);
    }
    return ask_property(s, ask, d);
}

void soak_ask_device(soak *s, unsigned device, soak_kind kind) {
    static const wf_time longest[] = {TIMEOUT_MS, TIMEOUT_MS, UNPAIRING_MS, PAIRING_MS};
    soak_device *d = &s->devices[device];
    bool fits = kind == SOAK_PAIR ? d->peer.value == 0 && soak_is_on(&d->life) : d->peer.value != 0;
    if (d->is_asked || !fits || s->open_count == SOAK_OPEN || !soak_is_on(&s->controller)) {
        return;
    }
    soak_ask ask = {.kind = kind,
                    .device = device,
                    .ends = wf_sim_now(s->home->sim) + longest[kind] + SLACK_MS,
                    .value = (uint8_t)(SOAK_LEAST_VALUE + soak_below(s, SOAK_VALUES))};
    if (kind == SOAK_SET) { /* it may arrive before the call returns an outcome */
        d->asked[1] = d->asked[0];
        d->asked[0] = ask.value;
    }
    wf_error error = begin(s, &ask, d);
    if (error == WF_OK) {
        s->open[s->open_count++] = ask;
        s->asked[kind]++;
        d->is_asked = true;
    } else if (error == WF_ERROR_CAPACITY) {
        s->no_room++;
    } else if (soak_is_on(&d->life) && soak_is_on(&s->controller) && error != WF_ERROR_LOCKED_OUT) {
        soak_break(s, "device %u: a request of kind %d was refused at once: %s", device, (int)kind,
                   wf_error_row_of(error)->name);
    }
}

void soak_ask_due(soak *s, unsigned device, soak_kind usual) {
    const soak_device *d = &s->devices[device];
    soak_ask_device(s, device, d->peer.value == 0 ? SOAK_PAIR : d->owes_unpairing ? SOAK_UNPAIR : usual);
}

void soak_ask_some(soak *s, unsigned most) {
    for (unsigned i = 0; i < most && s->broken[0] == '\0'; i++) {
        soak_ask_due(s, soak_below(s, s->count), soak_below(s, 3) == 0 ? SOAK_SET : SOAK_GET);
    }
}

/* ---- answers ---- */

static void check_read(soak *s, const soak_ask *ask, const wf_event *event) {
    wf_frame frame;
    wf_property property;
    size_t at = 0;
    if (wf_edata_parse(&frame, event->edata) != WF_OK || frame.esv != WF_ESV_GET_RES ||
        !wf_property_next(&frame.list, &at, &property) || property.edt.len != 1) {
        soak_break(s, "device %u: an answer without the value", ask->device);
    } else if (!had(&s->devices[ask->device], property.edt.at[0])) {
        soak_break(s, "device %u answered %u, which it did not have", ask->device, property.edt.at[0]);
    }
}

static bool may_end_with(const soak_ask *ask, wf_error error) {
    switch (error) {
    case WF_ERROR_NO_ANSWER:
    case WF_ERROR_NO_SESSION:
    case WF_ERROR_TOO_LATE:
        return true;
    case WF_ERROR_OUTCOME_UNKNOWN:
        return ask->kind == SOAK_SET;
    default:
        return ask->kind == SOAK_PAIR || ask->kind == SOAK_UNPAIR;
    }
}

static void judge(soak *s, const soak_ask *ask, const wf_event *event) {
    if (event->error != WF_OK) {
        s->ended_badly[ask->kind]++;
        if (!may_end_with(ask, event->error)) {
            soak_break(s, "device %u: a request of kind %d ended with %s", ask->device, (int)ask->kind,
                       wf_error_row_of(event->error)->name);
        }
        return;
    }
    s->ended_well[ask->kind]++;
    s->devices[ask->device].is_told = ask->kind == SOAK_GET;
    if (ask->kind == SOAK_GET) {
        check_read(s, ask, event);
    } else if (ask->kind == SOAK_SET && !had(&s->devices[ask->device], ask->value)) {
        soak_break(s, "device %u confirmed %u and never took it", ask->device, ask->value);
    }
}

static void hear_outcome(soak *s, const wf_event *event) {
    for (unsigned i = 0; i < s->open_count; i++) {
        if (s->open[i].request.value == event->request.value) {
            const soak_ask ask = s->open[i];
            s->open[i] = s->open[--s->open_count];
            s->devices[ask.device].is_asked = false;
            judge(s, &ask, event);
            return;
        }
    }
    soak_break(s, "request %u ended twice, or nobody asked it", event->request.value);
}

static soak_device *device_of(soak *s, const uint8_t number[static WF_NUMBER_LEN]) {
    unsigned n = (unsigned)(number[15] << 8 | number[16]); /* home_issue: the controller is 1 */
    return n >= 2 && n - 2 < s->count ? &s->devices[n - 2] : NULL;
}

static void hear_on_controller(soak *s, const wf_event *event) {
    soak_device *d = device_of(s, event->number);
    if (event->kind == WF_EVENT_DONE) {
        hear_outcome(s, event);
    } else if (event->kind == WF_EVENT_PAIRED && d != NULL) {
        d->peer = event->peer;
        d->owes_unpairing = false;
    } else if (event->kind == WF_EVENT_UNPAIRED && d != NULL && d->peer.value == event->peer.value) {
        d->peer = (wf_peer_id){0};
        d->owes_unpairing = false;
    }
}

static void hear_on_device(soak *s, soak_device *d, const wf_event *event) {
    if (event->kind != WF_EVENT_PROPERTY_SET) {
        return;
    }
    uint8_t value = event->edata.at[0];
    note_value(d, value);
    if (value != d->asked[0] && value != d->asked[1]) {
        soak_break(s, "device %u took %u, which nobody asked of it now", (unsigned)(d - s->devices), value);
    }
}

void soak_hear(home *h, home_node *node, const wf_event *event) {
    soak *s = h->context;
    if (node == s->controller.node) {
        hear_on_controller(s, event);
    } else {
        hear_on_device(s, &s->devices[node - s->controller.node - 1], event);
    }
}

/* ---- time and power ---- */

void soak_check_deadlines(soak *s) {
    for (unsigned i = 0; i < s->open_count; i++) {
        if (s->open[i].ends < wf_sim_now(s->home->sim)) {
            soak_break(s, "device %u: request %u of kind %d has not ended in its time", s->open[i].device,
                       s->open[i].request.value, (int)s->open[i].kind);
        }
    }
}

void soak_forget_open(soak *s) {
    for (unsigned i = 0; i < s->open_count; i++) {
        soak_device *d = &s->devices[s->open[i].device];
        d->is_asked = false;
        d->owes_unpairing |= s->open[i].kind == SOAK_UNPAIR;
        s->lost_with_power++;
    }
    s->open_count = 0;
}

void soak_learn_peers(soak *s) {
    unsigned at = 0;
    wf_peer peer;
    for (unsigned i = 0; i < s->count; i++) {
        s->devices[i].peer = (wf_peer_id){0};
    }
    while (wf_engine_next_peer(home_engine(s->home, s->controller.node), &at, &peer)) {
        soak_device *d = device_of(s, peer.number);
        if (d != NULL) {
            d->peer = peer.id;
        }
    }
}

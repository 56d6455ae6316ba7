/* Scripted devices with the habits of real ones, beside a controller in the world: each takes what is sent to its
 * address and answers in its own way, after its own time. */
#ifndef WARIFU_TESTS_QUIRKY_H
#define WARIFU_TESTS_QUIRKY_H

#include "world.h"

enum { QUIRKY_DEVICES = 3, QUIRKY_REPLIES = 64 };

typedef enum quirky_setget { SETGET_DONE, SETGET_REFUSED, SETGET_IGNORED } quirky_setget;

typedef struct quirky {
    wf_address address;
    wf_address other; /* in the other family, from where it answers too; all zeros: none */
    uint16_t port;    /* that it sends from; 0: 3610 */
    bool is_off;
    unsigned cap;          /* most properties of an answer; 0: all */
    unsigned silent_above; /* keeps silent when asked for more; 0: never */
    uint8_t silent_epc;    /* keeps silent when asked for this; 0: none */
    uint8_t lonely[2];     /* are not given together */
    bool all_or_nothing;   /* refuses a whole message for one property */
    bool as_seti;          /* refuses SetC with 50, and without the EDT */
    bool wrong_esv;        /* says 52 although everything is there */
    bool twice;            /* answers twice */
    bool ignores_sets;     /* accepts them, without effect */
    unsigned set_takes_ms; /* until a value is there */
    quirky_setget setget;
    unsigned delay_ms, first_delay_ms;
    bool has[256];
    uint8_t value[256];
    uint8_t selected[256]; /* 0xE6 reads this, at the index 0xE5 */
    wf_bytes number;       /* 83 of the node profile; empty: it has none */
    wf_bytes map;          /* 9F of its objects; empty: it has none */
    uint8_t instances[3 * 8];
    unsigned instance_count;
    uint8_t coming_epc, coming;
    wf_time comes_at;
    unsigned asked, most_asked; /* messages; properties in one */
    uint8_t esvs[256];          /* of the messages, in order */
    wf_time asked_at[256];
} quirky;

typedef struct quirky_reply {
    wf_time due; /* 0: free */
    wf_address from;
    uint8_t bytes[WF_DATAGRAM_LEN];
    size_t len;
} quirky_reply;

typedef struct quirky_street {
    quirky devices[QUIRKY_DEVICES];
    quirky_reply replies[QUIRKY_REPLIES];
} quirky_street;

static inline void quirky_send(world *w, const quirky *q, wf_time due, wf_bytes bytes) {
    quirky_street *street = w->context;
    for (unsigned i = 0; i < QUIRKY_REPLIES; i++) {
        quirky_reply *r = &street->replies[i];
        if (r->due == 0) {
            r->due = due;
            r->from = q->address;
            r->from.port = q->port != 0 ? q->port : WF_PORT;
            r->len = bytes.len;
            memcpy(r->bytes, bytes.at, bytes.len);
            return;
        }
    }
    CHECK(false);
}

static inline bool quirky_gives(quirky *q, bool of_profile, uint8_t epc, uint8_t out[32], size_t *len) {
    if (of_profile && epc == 0x83) {
        *len = q->number.len;
        memcpy(out, q->number.len > 0 ? q->number.at : out, q->number.len);
        return q->number.len > 0;
    }
    if (of_profile && (epc == 0xD6 || epc == 0xD5)) {
        out[0] = (uint8_t)q->instance_count;
        memcpy(out + 1, q->instances, 3u * q->instance_count);
        *len = 1 + 3u * q->instance_count;
        return true;
    }
    if (of_profile && epc == 0x82) {
        memcpy(out, "\x01\x0D\x01\x00", 4);
        *len = 4;
        return true;
    }
    if (!of_profile && epc == 0x9F && q->map.len > 0) {
        memcpy(out, q->map.at, q->map.len);
        *len = q->map.len;
        return true;
    }
    *len = 1;
    out[0] = epc == 0xE6 ? q->selected[q->value[0xE5]] : q->value[epc];
    return q->has[epc];
}

static inline bool quirky_takes(quirky *q, wf_time now, const wf_property *property) {
    if (!q->has[property->epc] || property->edt.len != 1) {
        return false;
    }
    if (q->set_takes_ms > 0) {
        q->coming_epc = property->epc;
        q->coming = property->edt.at[0];
        q->comes_at = now + q->set_takes_ms;
    } else if (!q->ignores_sets) {
        q->value[property->epc] = property->edt.at[0];
    }
    return true;
}

static inline bool quirky_is_silent(const quirky *q, const wf_frame *frame, bool *refuse_all) {
    wf_property property;
    bool both[2] = {false, false};
    for (size_t at = 0; wf_property_next(&frame->list, &at, &property);) {
        if (q->silent_epc == property.epc && q->silent_epc != 0) {
            return true;
        }
        both[0] = both[0] || property.epc == q->lonely[0];
        both[1] = both[1] || property.epc == q->lonely[1];
        *refuse_all = *refuse_all || (q->all_or_nothing && !q->has[property.epc]);
    }
    *refuse_all = *refuse_all || (q->lonely[0] != 0 && both[0] && both[1]);
    return (q->silent_above > 0 && frame->list.count > q->silent_above) ||
           (frame->esv == WF_ESV_SETGET && q->setget == SETGET_IGNORED);
}

static inline void quirky_answer_gets(quirky *q, const wf_frame *frame, const wf_property_list *list,
                                      wf_frame_writer *out, bool refuse_all, bool *refused) {
    wf_property property;
    unsigned count = 0;
    for (size_t at = 0; wf_property_next(list, &at, &property); count++) {
        uint8_t edt[32];
        size_t len = 0;
        if (q->cap > 0 && count >= q->cap) {
            *refused = true;
            return;
        }
        bool gives =
            !refuse_all && quirky_gives(q, frame->deoj >> 8 == WF_EOJ_NODE_PROFILE >> 8, property.epc, edt, &len);
        *refused = *refused || !gives;
        CHECK(wf_frame_property(out, property.epc, wf_bytes_of(edt, gives ? len : 0)));
    }
}

static inline void quirky_take(world *w, quirky *q, wf_bytes datagram) {
    wf_frame frame;
    bool refuse_all = false, refused = false;
    if (q->comes_at != 0 && q->comes_at <= w->now) {
        q->value[q->coming_epc] = q->coming;
        q->comes_at = 0;
    }
    CHECK_OK(wf_frame_parse(&frame, datagram));
    CHECK(q->asked < 256);
    q->asked_at[q->asked] = w->now;
    q->esvs[q->asked++] = frame.esv;
    q->most_asked = frame.list.count > q->most_asked ? frame.list.count : q->most_asked;
    if (q->is_off || !wf_esv_is_request(frame.esv) || quirky_is_silent(q, &frame, &refuse_all)) {
        return;
    }
    uint8_t bytes[WF_DATAGRAM_LEN];
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    uint8_t good = (uint8_t)(frame.esv + 0x10), bad = (uint8_t)(frame.esv - 0x10);
    wf_frame_writer answer = wf_frame_begin(&out, frame.tid, frame.deoj, frame.seoj, good);
    bool no_setget = frame.esv == WF_ESV_SETGET && q->setget == SETGET_REFUSED;
    wf_property property;
    if (frame.esv == WF_ESV_SETC || frame.esv == WF_ESV_SETGET) {
        for (size_t at = 0; wf_property_next(&frame.list, &at, &property);) {
            bool taken = !no_setget && quirky_takes(q, w->now, &property);
            refused = refused || !taken;
            bool bare = taken || q->as_seti;
            CHECK(wf_frame_property(&answer, property.epc, bare ? wf_bytes_of(NULL, 0) : property.edt));
        }
    } else {
        quirky_answer_gets(q, &frame, &frame.list, &answer, refuse_all, &refused);
    }
    if (frame.esv == WF_ESV_SETGET) {
        wf_frame_gets(&answer);
        quirky_answer_gets(q, &frame, &frame.gets, &answer, no_setget, &refused);
    }
    if (refused || q->wrong_esv) {
        wf_frame_set_esv(&answer, q->as_seti ? WF_ESV_SETI_SNA : bad);
    }
    wf_time due = w->now + q->delay_ms + 1;
    if (q->first_delay_ms > 0) {
        due += q->first_delay_ms;
        q->first_delay_ms = 0;
    }
    for (int copies = q->twice ? 2 : 1; copies > 0; copies--) {
        quirky_send(w, q, due, wf_bytes_of(bytes, out.len));
    }
}

static inline bool quirky_pass(world *w, world_datagram *d) {
    quirky_street *street = w->context;
    for (unsigned i = 0; i < QUIRKY_DEVICES; i++) {
        quirky *q = &street->devices[i];
        bool everybody = wf_address_is_unspecified(&d->to);
        if (!wf_address_is_unspecified(&q->address) && (everybody || wf_address_same_host(&q->address, &d->to))) {
            CHECK(everybody || d->to.port == WF_PORT); /* whatever port it sends from */
            quirky_take(w, q, wf_bytes_of(d->bytes, d->len));
        }
        if (!wf_address_is_unspecified(&q->other) && (everybody || wf_address_same_host(&q->other, &d->to))) {
            wf_address address = q->address;
            q->address = q->other;
            quirky_take(w, q, wf_bytes_of(d->bytes, d->len));
            q->address = address;
        }
    }
    return true;
}

/* A controller (node 0) in a street of such devices; the device at 10.0.0.9 has B0 to BF. */
static inline world *quirky_world(quirky_street *street, unsigned nodes) {
    world *w = world_new();
    memset(street, 0, sizeof *street);
    w->context = street;
    w->pass = quirky_pass;
    world_configure(w, 0, false, false);
    w->nodes[0].config.policy = &wf_policy_open;
    w->nodes[0].config.calls = 8;
    w->nodes[0].config.nodes = nodes;
    w->nodes[0].config.requests = 16;
    world_start(w, 0);
    quirky *q = &street->devices[0];
    q->address = wf_address_ipv4(10, 0, 0, 9, WF_PORT);
    for (unsigned epc = 0xB0; epc <= 0xBF; epc++) {
        q->has[epc] = true;
        q->value[epc] = (uint8_t)(epc + 1);
    }
    return w;
}

static inline void quirky_run(world *w, wf_time ms) {
    quirky_street *street = w->context;
    wf_time end = w->now + ms;
    world_settle(w);
    for (unsigned steps = 0; w->now < end; steps++) {
        CHECK(steps < 100000);
        wf_time next = wf_engine_deadline(w->nodes[0].engine);
        next = next < end ? next : end;
        for (unsigned i = 0; i < QUIRKY_REPLIES; i++) {
            wf_time due = street->replies[i].due;
            next = due != 0 && due < next ? due : next;
        }
        w->now = next > w->now ? next : w->now + 1;
        for (unsigned i = 0; i < QUIRKY_REPLIES; i++) {
            quirky_reply *r = &street->replies[i];
            if (r->due != 0 && r->due <= w->now) {
                quirky_reply copy = *r;
                r->due = 0;
                world_deliver(w, 0, &copy.from, false, wf_bytes_of(copy.bytes, copy.len));
                world_settle(w);
            }
        }
        wf_engine_tick(w->nodes[0].engine, w->now);
        world_settle(w);
    }
}

#endif

/* What is tried against a group: by strangers who see its records, by who holds back and reorders what is sent, by a
 * member that was put out, by another manager. No number is used twice, nothing is heard twice, nobody is made deaf. */
#include <warifu/lab.h>

#include "da/group_push.h"
#include "da/group_talk.h"
#include "da/sending.h"
#include "group_world.h"

static wf_da *da_of(world *w, unsigned i) {
    return engine_of(w, i)->da;
}

static wf_membership *membership(world *w, unsigned device, unsigned manager) {
    wf_membership *m = wf_group_member_of(da_of(w, device), peer_of(w, device, manager).value - 1);
    CHECK(m != NULL);
    return m;
}

static wf_group_push *push_of(world *w, unsigned device) {
    return &da_of(w, MANAGER)->manager.pushes[peer_of(w, MANAGER, device).value - 1];
}

static bool same_group(world *w, unsigned a, unsigned b) {
    return memcmp(group_of(w, a).gid, group_of(w, b).gid, WF_DA_GID_LEN) == 0;
}

/* The wires are cut where the test says; what went there is kept for later. */
typedef struct held {
    unsigned from, to, count;
    world_datagram all[64];
} held;

static bool hold(world *w, world_datagram *d) {
    held *h = w->context;
    if (d->from != h->from || !wf_address_same_host(&d->to, &w->nodes[h->to].address)) {
        return true;
    }
    if (h->count < 64) {
        h->all[h->count++] = *d;
    }
    return false;
}

static void hold_from(world *w, held *h, unsigned from, unsigned to) {
    *h = (held){.from = from, .to = to};
    w->context = h;
    w->pass = hold;
}

static void release(world *w, held *h) {
    w->pass = NULL;
    for (unsigned i = 0; i < h->count; i++) {
        world_deliver(w, h->to, &w->nodes[h->from].address, false, wf_bytes_of(h->all[i].bytes, h->all[i].len));
    }
    world_settle(w);
}

static void restart(world *w, unsigned i, wf_time ms) {
    world_stop(w, i);
    world_start(w, i);
    wf_engine_announce(engine_of(w, i), w->now);
    world_run(w, ms);
}

/* A record as a stranger makes it from what he sees: all but the ciphertext is right. */
static void send_junk(world *w, unsigned to, const wf_kid *kid, const uint8_t *gid, uint64_t number) {
    uint8_t bytes[WF_DATAGRAM_LEN], junk[100] = {0};
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    wf_da_write_header(&out, 1, WF_DA_GROUP);
    wf_write_bytes(&out, gid, WF_DA_GID_LEN);
    wf_da_write_record_head(&out, wf_bytes_of(kid->bytes, kid->len), number);
    wf_write_bytes(&out, junk, sizeof junk);
    world_deliver(w, to, &w->nodes[LAMP].address, true, wf_bytes_of(bytes, out.len));
}

/* ---- strangers ---- */

static void a_stranger_begins_no_epoch_by_naming_a_high_number(void) {
    world *w = group_world(0);
    wf_group_state before = group_of(w, MANAGER);
    send_junk(w, MANAGER, &membership(w, LAMP, MANAGER)->keys.own, before.gid, WF_GROUP_RENEW_AT);
    world_run(w, 60000);
    CHECK(counters(w, MANAGER)->group_strangers == 1);
    CHECK(memcmp(before.gid, group_of(w, MANAGER).gid, sizeof before.gid) == 0);
    world_end(w);
}

static void a_later_epoch_that_a_stranger_names_costs_a_join_in_ten_seconds(void) {
    world *w = group_world(0);
    uint8_t gid[WF_DA_GID_LEN];
    memcpy(gid, group_of(w, LAMP).gid, sizeof gid);
    gid[5]++;
    for (unsigned i = 0; i < 50; i++) {
        send_junk(w, LAMP, &(wf_kid){{0}, 1}, gid, 0);
    }
    unsigned sent = 0;
    wf_datagram out;
    while (wf_engine_next_datagram(engine_of(w, LAMP), &out)) {
        sent++;
    }
    CHECK(sent == 1);
    world_end(w);
}

/* ---- what is held back ---- */

static void keys_of_a_session_before_bring_back_no_id(void) {
    world *w = group_world(0);
    held h;
    hold_from(w, &h, MANAGER, LAMP); /* copies of GROUP, as if the first one's answer had been lost */
    wf_group_push_join(da_of(w, MANAGER), w->now, peer_of(w, MANAGER, LAMP).value - 1);
    world_run(w, 1500);
    CHECK(h.count >= 1);
    w->pass = NULL;
    change(w, LAMP, 0x42); /* its first number under the first id */
    wf_kid first = membership(w, LAMP, MANAGER)->keys.own;
    restart(w, MANAGER, 3000);
    CHECK(same_group(w, MANAGER, LAMP));
    release(w, &h);
    CHECK(same_group(w, MANAGER, LAMP));
    CHECK(membership(w, LAMP, MANAGER)->next_piv == 0 && first.len == 1);
    world_end(w);
}

static void keys_that_were_overtaken_bring_back_no_epoch(void) {
    world *w = group_world(0);
    held h;
    hold_from(w, &h, MANAGER, LAMP);
    CHECK_OK(wf_engine_renew_group(engine_of(w, MANAGER), w->now));
    world_run(w, 500);
    w->pass = NULL;
    CHECK_OK(wf_engine_forget_peer(engine_of(w, MANAGER), w->now, peer_of(w, MANAGER, FAN)));
    world_run(w, 2000);
    CHECK(h.count >= 1 && same_group(w, MANAGER, LAMP));
    change(w, LAMP, 0x42);
    release(w, &h);
    CHECK(same_group(w, MANAGER, LAMP) && membership(w, LAMP, MANAGER)->next_piv == 1);
    world_end(w);
}

static void a_sender_told_late_takes_no_younger_ones_place(void) {
    world *w = group_world(1);
    held h;
    uint8_t plain[256], fingerprint[WF_HASH_LEN];
    CHECK_OK(wf_certificate_fingerprint(fingerprint, w->nodes[LAMP].chain[0]));
    wf_group_card card = {membership(w, LAMP, MANAGER)->keys.own, 0, w->nodes[LAMP].key.public_key, fingerprint};
    wf_writer out = wf_writer_of(plain, sizeof plain);
    wf_write_u8(&out, WF_KIND_SENDERS);
    wf_write_bytes(&out, group_of(w, LAMP).gid, WF_DA_GID_LEN);
    wf_group_write_card(&out, &card);
    hold_from(w, &h, MANAGER, FAN);
    uint32_t session = wf_session_to_send(&da_of(w, MANAGER)->sessions, peer_of(w, MANAGER, FAN).value - 1);
    CHECK_OK(wf_da_send_kind(da_of(w, MANAGER), session, 7, wf_bytes_of(plain, out.len), wf_bytes_of(NULL, 0)));
    world_settle(w);
    w->pass = NULL;
    change(w, LAMP, 0x42);
    world_datagram old = last_of_group(w, LAMP);
    restart(w, LAMP, 30000);
    forget_the_past(w);
    release(w, &h);
    world_deliver(w, FAN, &w->nodes[LAMP].address, true, wf_bytes_of(old.bytes, old.len));
    world_settle(w);
    CHECK(world_event_of(w, FAN, WF_EVENT_NOTIFICATION) == NULL); /* it was heard before */
    change(w, LAMP, 0x43);
    CHECK(world_event_of(w, FAN, WF_EVENT_NOTIFICATION) != NULL);
    world_end(w);
}

static void keys_that_the_manager_did_not_confirm_for_half_a_day_count_no_more(void) {
    world *w = group_world(0);
    held h;
    hold_from(w, &h, MANAGER, LAMP);
    world_run(w, (wf_time)14 * 3600 * 1000);
    w->pass = NULL;
    change(w, LAMP, 0x42);
    CHECK(records_of_group(w, LAMP) == 0 && heard(w, MANAGER, LAMP) == 0); /* it tells its peers one by one */
    (void)say_to_all(w, WF_ESV_SETI, 0xB0, 0x45);
    world_run(w, 1000);
    CHECK(world_value(w, LAMP, 0xB0) == 0x42 && world_value(w, FAN, 0xB0) == 0x45);
    (void)say_to_all(w, WF_ESV_SETI, 0xB0, 0x44); /* it has asked meanwhile */
    world_run(w, 1000);
    CHECK(world_value(w, LAMP, 0xB0) == 0x44);
    world_end(w);
}

/* ---- members ---- */

static void who_was_put_out_is_heard_by_no_member_that_has_the_new_epoch(void) {
    world *w = group_world(1);
    wf_group_keys stolen = membership(w, FAN, MANAGER)->keys;
    static const uint8_t plain[] = {0, 0x01, 0x30, 0x01, 0x0E, 0xF0, 0x01, 0x73, 0x01, 0xB0, 0x01, 0x42};
    uint8_t bytes[WF_DATAGRAM_LEN];
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    CHECK_OK(wf_group_seal(&out, &stolen, wf_signer_of(&w->nodes[FAN].key), &w->drbg, 1, 9,
                           wf_bytes_of(plain, sizeof plain)));
    CHECK_OK(wf_engine_forget_peer(engine_of(w, MANAGER), w->now, peer_of(w, MANAGER, FAN)));
    world_run(w, 1000);
    CHECK(same_group(w, MANAGER, LAMP));
    world_deliver(w, LAMP, &w->nodes[FAN].address, true, wf_bytes_of(bytes, out.len));
    world_settle(w);
    CHECK(world_event_of(w, LAMP, WF_EVENT_NOTIFICATION) == NULL);
    world_end(w);
}

static void who_speaks_from_many_addresses_spends_what_they_have_together(void) {
    world *w = group_world(0);
    static const uint8_t hot[] = {0x01, 0x30, 0x01, 0x0E, 0xF0, 0x01, 0x73, 0x01, 0xB0, 0x01, 0x42};
    CHECK_OK(wf_lab_forge(engine_of(w, FAN), engine_of(w, LAMP), wf_bytes_of(hot, sizeof hot)));
    wf_datagram forged;
    CHECK(wf_engine_next_datagram(engine_of(w, FAN), &forged));
    for (unsigned i = 0; i < 300; i++) {
        wf_address from = wf_address_ipv4(10, 7, (uint8_t)(i >> 8), (uint8_t)i, WF_PORT);
        world_deliver(w, MANAGER, &from, true, forged.bytes);
        w->nodes[MANAGER].event_count = 0;
        world_collect(w, MANAGER);
    }
    CHECK(counters(w, MANAGER)->group_forged == WF_GROUP_AT_ONCE);
    CHECK(counters(w, MANAGER)->group_limited == 300 - WF_GROUP_AT_ONCE);
    change(w, LAMP, 0x43);
    CHECK(heard(w, MANAGER, LAMP) == 0x43);
    world_end(w);
}

static wf_error sign_never(void *context, uint8_t signature[static WF_P256_SIGNATURE_LEN],
                           const uint8_t hash[static WF_HASH_LEN], wf_drbg *drbg) {
    (void)context;
    (void)signature;
    (void)hash;
    (void)drbg;
    return WF_ERROR_BACKEND;
}

static void who_can_not_sign_tells_its_peers_one_by_one_and_commands_no_group(void) {
    world *w = group_world(0);
    da_of(w, LAMP)->identity.signer.sign = sign_never;
    change(w, LAMP, 0x42);
    const wf_event *note = world_event_of(w, MANAGER, WF_EVENT_NOTIFICATION);
    CHECK(records_of_group(w, LAMP) == 0 && note != NULL && note->is_protected && !note->is_signed);
    CHECK(membership(w, LAMP, MANAGER)->next_piv == 1); /* what was not sent is used up all the same */
    static const uint8_t off[] = {0x05, 0xFF, 0x01, 0x01, 0x30, 0x00, 0x60, 0x01, 0xB0, 0x01, 0x45};
    const wf_request order = {.target = {.group = true}, .edata = wf_bytes_of(off, sizeof off)};
    wf_request_id id;
    da_of(w, MANAGER)->identity.signer.sign = sign_never;
    CHECK(wf_engine_request(engine_of(w, MANAGER), w->now, &id, &order) == WF_ERROR_BACKEND);
    CHECK(group_of(w, MANAGER).next_number == 1);
    world_end(w);
}

static void a_full_queue_loses_records_and_no_count_of_them(void) {
    world *w = group_world(0);
    w->nodes[LAMP].config.send_bytes = 4096;
    restart(w, LAMP, 30000);
    forget_the_past(w);
    for (uint8_t i = 0; i < 60; i++) {
        const uint8_t mode = 0x42 + i % 2;
        CHECK_OK(wf_engine_put(engine_of(w, LAMP), w->now, AIR_CONDITIONER, 0xB0, wf_bytes_of(&mode, 1)));
    }
    CHECK(counters(w, LAMP)->queue_full > 0 && membership(w, LAMP, MANAGER)->next_piv == 60);
    world_settle(w);
    unsigned first = records_of_group(w, LAMP);
    CHECK(first > 0 && first < 60);
    change(w, LAMP, 0x44);
    CHECK(last_of_group(w, LAMP).bytes[13] == 60 && heard(w, MANAGER, LAMP) == 0x44);
    world_end(w);
}

static void the_epoch_before_ends_with_all_at_the_same_time(void) {
    world *w = group_world(0);
    held h;
    hold_from(w, &h, MANAGER, LAMP);
    CHECK_OK(wf_engine_renew_group(engine_of(w, MANAGER), w->now));
    world_run(w, 20000);
    w->pass = NULL;
    world_run(w, 5000);
    CHECK(same_group(w, MANAGER, LAMP));
    world_run(w, 6000); /* of the 30 s that began with the epoch, and not when the lamp had it */
    unsigned held_by_lamp = 0;
    for (unsigned i = 0; i < WF_MEMBERSHIPS; i++) {
        held_by_lamp += da_of(w, LAMP)->members.all[i].used;
    }
    CHECK(held_by_lamp == 1);
    world_end(w);
}

static void a_member_that_asks_without_end_is_answered_once_in_two_seconds(void) {
    world *w = group_world(0);
    static const uint8_t join_kind = WF_KIND_JOIN;
    for (unsigned i = 0; i < 100; i++) {
        uint32_t session = wf_session_to_send(&da_of(w, LAMP)->sessions, peer_of(w, LAMP, MANAGER).value - 1);
        CHECK_OK(
            wf_da_send_kind(da_of(w, LAMP), session, (uint16_t)i, wf_bytes_of(&join_kind, 1), wf_bytes_of(NULL, 0)));
        world_run(w, 100);
    }
    unsigned sent = 0;
    for (unsigned i = 0; i < w->log_count; i++) {
        sent += w->log[i].from == MANAGER;
    }
    CHECK(sent >= 4 && sent <= 6);
    world_end(w);
}

static void epochs_on_demand_wait_for_the_end_of_grace(void) {
    world *w = group_world(0);
    for (unsigned i = 0; i < 20; i++) {
        CHECK_OK(wf_engine_renew_group(engine_of(w, MANAGER), w->now));
        world_run(w, 1000);
    }
    uint8_t second = group_of(w, MANAGER).gid[5];
    CHECK(second == 2 && group_of(w, MANAGER).members == 2);
    world_run(w, 15000);
    CHECK(group_of(w, MANAGER).gid[5] == 3 && same_group(w, MANAGER, LAMP));
    world_end(w);
}

static void ids_run_on_in_two_bytes_after_255(void) {
    world *w = world_new();
    w->groups = true;
    world_add(w, MANAGER, WF_ROLE_CONTROLLER);
    w->nodes[MANAGER].config.pairings = 200;
    world_start(w, MANAGER);
    world_add(w, LAMP, WF_ROLE_DEVICE);
    world_add(w, FAN, WF_ROLE_DEVICE);
    join(w, MANAGER, LAMP);
    join(w, MANAGER, FAN);
    wf_group_manager *m = &da_of(w, MANAGER)->manager;
    m->epochs[m->newest].next_id = 255;
    restart(w, LAMP, 30000);
    restart(w, FAN, 30000);
    static const uint8_t last_of_one[] = {0xFF}, first_of_two[] = {0x01, 0x00};
    const wf_kid *lamp = &membership(w, LAMP, MANAGER)->keys.own, *fan = &membership(w, FAN, MANAGER)->keys.own;
    CHECK(lamp->len == 1 && memcmp(lamp->bytes, last_of_one, 1) == 0);
    CHECK(fan->len == 2 && memcmp(fan->bytes, first_of_two, 2) == 0);
    change(w, LAMP, 0x42);
    change(w, FAN, 0x43);
    CHECK(heard(w, MANAGER, LAMP) == 0x42 && heard(w, MANAGER, FAN) == 0x43);
    world_end(w);
}

static void an_epoch_ends_when_its_ids_have_run_out(void) {
    world *w = group_world(0);
    wf_group_manager *m = &da_of(w, MANAGER)->manager;
    m->epochs[m->newest].next_id = m->place_count;
    restart(w, LAMP, 90000);
    CHECK(group_of(w, MANAGER).gid[5] == 2 && group_of(w, MANAGER).waiting == 0);
    change(w, LAMP, 0x43);
    CHECK(heard(w, MANAGER, LAMP) == 0x43);
    world_end(w);
}

static void names_of_groups_are_new_when_the_count_of_epochs_is_full(void) {
    world *w = group_world(0);
    wf_group_state before = group_of(w, MANAGER);
    da_of(w, MANAGER)->manager.number = UINT16_MAX;
    CHECK_OK(wf_engine_renew_group(engine_of(w, MANAGER), w->now));
    world_run(w, 2000);
    wf_group_state after = group_of(w, MANAGER);
    CHECK(memcmp(before.gid, after.gid, 4) != 0 && after.gid[4] == 0 && after.gid[5] == 1);
    CHECK(same_group(w, MANAGER, LAMP) && same_group(w, MANAGER, FAN));
    world_end(w);
}

/* A new key and certificate for the device, which starts again under them. */
static void adopt_new_certificate(world *w, unsigned i, wf_identity *former, wf_p256_key *key,
                                  uint8_t bytes[WF_CERTIFICATE_LEN], wf_bytes chain[1]) {
    wf_certificate issuer;
    CHECK_OK(wf_p256_generate(key, &w->drbg));
    wf_certificate_order order = {.role = WF_ROLE_DEVICE,
                                  .number = w->nodes[i].number,
                                  .not_before = WORLD_DATE - 1000,
                                  .not_after = WORLD_DATE + 200000,
                                  .serial = {2, (uint8_t)i},
                                  .public_key = key->public_key};
    CHECK_OK(wf_certificate_parse(&issuer, w->anchors[0]));
    wf_writer out = wf_writer_of(bytes, WF_CERTIFICATE_LEN);
    CHECK_OK(wf_certificate_issue(&out, &order, &issuer, wf_signer_of(&w->root_key), &w->drbg));
    chain[0] = wf_bytes_of(bytes, out.len);
    *former = w->nodes[i].config.identity;
    world_stop(w, i);
    w->nodes[i].config.identity = (wf_identity){wf_signer_of(key), chain, 1, w->anchors, 1};
    w->nodes[i].config.former = former;
    world_start(w, i);
    wf_engine_announce(engine_of(w, i), w->now);
    world_run(w, 60000);
}

static void a_member_with_a_new_certificate_is_taken_for_no_forger(void) {
    world *w = group_world(1);
    wf_identity former;
    wf_p256_key key;
    uint8_t certificate[WF_CERTIFICATE_LEN];
    wf_bytes chain[1];
    adopt_new_certificate(w, LAMP, &former, &key, certificate, chain);
    change(w, LAMP, 0x43);
    CHECK(heard(w, MANAGER, LAMP) == 0x43 && counters(w, MANAGER)->group_forged == 0);
    CHECK(counters(w, FAN)->group_forged == 0);
    world_end(w);
}

static void a_member_takes_no_keys_before_the_manager_knows_its_certificate(void) {
    world *w = group_world(0);
    uint8_t *known = da_of(w, LAMP)->pairings.entries[peer_of(w, LAMP, MANAGER).value - 1].own;
    known[0] ^= 1;
    CHECK_OK(wf_engine_renew_group(engine_of(w, MANAGER), w->now));
    world_run(w, 10000);
    CHECK(!same_group(w, MANAGER, LAMP) && group_of(w, MANAGER).waiting == 1);
    known[0] ^= 1;
    world_run(w, 5000);
    CHECK(same_group(w, MANAGER, LAMP) && group_of(w, MANAGER).waiting == 0);
    world_end(w);
}

/* ---- managers ---- */

static void another_manager_takes_no_groups_name(void) {
    world *w = group_world(0);
    world_add(w, OTHER, WF_ROLE_CONTROLLER);
    join(w, OTHER, LAMP);
    CHECK_OK(wf_engine_renew_group(engine_of(w, MANAGER), w->now));
    world_run(w, 1000);
    memcpy(da_of(w, OTHER)->manager.name, da_of(w, MANAGER)->manager.name, WF_GROUP_NAME_LEN);
    CHECK_OK(wf_engine_renew_group(engine_of(w, OTHER), w->now)); /* by its next epoch it has the very same gid */
    world_run(w, 40000);
    CHECK(same_group(w, MANAGER, OTHER) && group_of(w, OTHER).members == 0);
    (void)say_to_all(w, WF_ESV_SETI, 0xB0, 0x45);
    world_run(w, 1000);
    CHECK(world_value(w, LAMP, 0xB0) == 0x45);
    change(w, LAMP, 0x42);
    CHECK(heard(w, MANAGER, LAMP) == 0x42);
    world_end(w);
}

static void a_manager_that_hears_nobody_for_a_month_waits_in_peace(void) {
    world *w = group_world(0);
    wf_da *da = da_of(w, MANAGER);
    world_stop(w, LAMP);
    world_stop(w, FAN);
    wf_session_close_pairing(&da->sessions, 0);
    wf_session_close_pairing(&da->sessions, 1);
    w->now += (wf_time)31 * 24 * 3600 * 1000;
    wf_engine_tick(engine_of(w, MANAGER), w->now);
    world_settle(w);
    CHECK(wf_groups_deadline(da) > w->now);
    world_end(w);
}

static void who_left_before_it_told_that_it_has_the_keys_is_put_out_too(void) {
    world *w = group_world(0);
    wf_group_state before = group_of(w, MANAGER);
    wf_group_push *p = push_of(w, FAN);
    *p = (wf_group_push){.at = WF_TIME_NEVER}; /* as when another epoch has begun and the keys are not yet sent */
    CHECK_OK(wf_engine_forget_peer(engine_of(w, MANAGER), w->now, peer_of(w, MANAGER, FAN)));
    world_run(w, 1000);
    CHECK(memcmp(before.gid, group_of(w, MANAGER).gid, sizeof before.gid) != 0);
    world_end(w);
}

#define CASE(name) \
    { #name, name }
static const check_case cases[] = {
    CASE(a_stranger_begins_no_epoch_by_naming_a_high_number),
    CASE(a_later_epoch_that_a_stranger_names_costs_a_join_in_ten_seconds),
    CASE(keys_of_a_session_before_bring_back_no_id),
    CASE(keys_that_were_overtaken_bring_back_no_epoch),
    CASE(a_sender_told_late_takes_no_younger_ones_place),
    CASE(keys_that_the_manager_did_not_confirm_for_half_a_day_count_no_more),
    CASE(who_was_put_out_is_heard_by_no_member_that_has_the_new_epoch),
    CASE(who_speaks_from_many_addresses_spends_what_they_have_together),
    CASE(who_can_not_sign_tells_its_peers_one_by_one_and_commands_no_group),
    CASE(a_full_queue_loses_records_and_no_count_of_them),
    CASE(the_epoch_before_ends_with_all_at_the_same_time),
    CASE(a_member_that_asks_without_end_is_answered_once_in_two_seconds),
    CASE(epochs_on_demand_wait_for_the_end_of_grace),
    CASE(ids_run_on_in_two_bytes_after_255),
    CASE(an_epoch_ends_when_its_ids_have_run_out),
    CASE(names_of_groups_are_new_when_the_count_of_epochs_is_full),
    CASE(a_member_with_a_new_certificate_is_taken_for_no_forger),
    CASE(a_member_takes_no_keys_before_the_manager_knows_its_certificate),
    CASE(another_manager_takes_no_groups_name),
    CASE(a_manager_that_hears_nobody_for_a_month_waits_in_peace),
    CASE(who_left_before_it_told_that_it_has_the_keys_is_put_out_too),
};

CHECK_MAIN(cases)

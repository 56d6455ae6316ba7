/* The group of a controller from end to end: who joins, who hears what, who may say what, and what happens when
 * somebody leaves, restarts or is not who they say. */
#include "group_world.h"

#include <warifu/lab.h>

/* ---- joining ---- */

static void whoever_pairs_joins_the_controllers_group(void) {
    world *w = group_world(0);
    wf_group_state managed = group_of(w, MANAGER), joined = group_of(w, LAMP);
    CHECK(managed.manager.value == 0 && managed.members == 2 && managed.waiting == 0);
    CHECK(joined.manager.value == world_peer(w, LAMP).value && joined.members == 1);
    CHECK(memcmp(managed.gid, joined.gid, sizeof managed.gid) == 0);
    CHECK(memcmp(managed.gid, group_of(w, FAN).gid, sizeof managed.gid) == 0);
    world_end(w);
}

static bool lose_half_of_the_records(world *w, world_datagram *d) {
    unsigned *state = w->context;
    bool record = d->len > 4 && d->bytes[1] == WF_EHD2_ARBITRARY && d->bytes[4] >= WF_DA_REQUEST;
    *state = *state * 1103515245u + 12345u;
    return !record || (*state >> 16 & 1) == 0;
}

static void keys_that_were_lost_on_the_way_come_again(void) {
    world *w = world_new();
    unsigned random = 1;
    w->groups = true;
    w->context = &random;
    world_add(w, MANAGER, WF_ROLE_CONTROLLER);
    world_add(w, LAMP, WF_ROLE_DEVICE);
    w->pass = lose_half_of_the_records;
    join(w, MANAGER, LAMP);
    world_run(w, 10000);
    CHECK(group_of(w, MANAGER).members == 1 && group_of(w, LAMP).members == 1);
    world_end(w);
}

static void a_device_without_groups_is_told_under_its_session(void) {
    world *w = world_new();
    world_add(w, LAMP, WF_ROLE_DEVICE);
    w->groups = true;
    world_add(w, MANAGER, WF_ROLE_CONTROLLER);
    join(w, MANAGER, LAMP);
    world_run(w, 70000);
    CHECK(group_of(w, MANAGER).members == 0 && group_of(w, MANAGER).waiting == 1);
    forget_the_past(w);
    change(w, LAMP, 0x42);
    const wf_event *note = world_event_of(w, MANAGER, WF_EVENT_NOTIFICATION);
    CHECK(note != NULL && note->is_protected && !note->is_signed && note->edata.at[10] == 0x42);
    CHECK(records_of_group(w, LAMP) == 0);
    world_end(w);
}

static void a_device_is_in_two_groups_at_most_and_tells_the_third_controller_alone(void) {
    world *w = world_new();
    w->groups = true;
    for (unsigned i = 0; i < WORLD_NODES; i++) {
        world_add(w, i, i == LAMP ? WF_ROLE_DEVICE : WF_ROLE_CONTROLLER);
    }
    join(w, 0, LAMP);
    join(w, 2, LAMP);
    join(w, 3, LAMP);
    forget_the_past(w);
    change(w, LAMP, 0x43);
    CHECK(records_of_group(w, LAMP) == 2 && heard(w, 0, LAMP) == 0x43 && heard(w, 2, LAMP) == 0x43);
    const wf_event *third = world_event_of(w, 3, WF_EVENT_NOTIFICATION);
    CHECK(third != NULL && third->is_protected && !third->is_signed && third->edata.at[10] == 0x43);
    CHECK_OK(wf_engine_forget_peer(engine_of(w, LAMP), w->now, peer_of(w, LAMP, 0)));
    world_run(w, 2000);
    forget_the_past(w);
    change(w, LAMP, 0x44);
    CHECK(records_of_group(w, LAMP) == 2 && heard(w, 3, LAMP) == 0x44); /* its group has the place now */
    world_end(w);
}

/* ---- notifications ---- */

static void a_change_is_told_to_the_whole_group_by_one_signed_record(void) {
    world *w = group_world(0);
    change(w, LAMP, 0x42);
    CHECK(records_of_group(w, LAMP) == 1 && w->log_count == 1);
    CHECK(heard(w, MANAGER, LAMP) == 0x42 && heard(w, MANAGER, FAN) == 0);
    change(w, FAN, 0x43);
    CHECK(heard(w, MANAGER, FAN) == 0x43);
    world_end(w);
}

static void who_listens_to_other_members_hears_them_and_knows_who_they_are(void) {
    world *w = group_world(1);
    change(w, LAMP, 0x42);
    const wf_event *note = world_event_of(w, FAN, WF_EVENT_NOTIFICATION);
    uint8_t fingerprint[WF_HASH_LEN];
    CHECK_OK(wf_certificate_fingerprint(fingerprint, w->nodes[LAMP].chain[0]));
    CHECK(note != NULL && note->is_signed && note->peer.value == 0 && note->edata.at[10] == 0x42);
    CHECK(memcmp(note->member, fingerprint, sizeof fingerprint) == 0);
    CHECK(group_of(w, FAN).members == 2);
    world_end(w);
}

static void who_listens_to_nobody_hears_the_manager_only(void) {
    world *w = group_world(0);
    change(w, LAMP, 0x42);
    CHECK(world_event_of(w, FAN, WF_EVENT_NOTIFICATION) == NULL && counters(w, FAN)->group_unknown == 1);
    world_end(w);
}

/* ---- commands ---- */

static void one_command_reaches_all_instances_of_all_members(void) {
    world *w = group_world(0);
    wf_request_id id = say_to_all(w, WF_ESV_SETC, 0xB0, 0x44);
    world_run(w, 5000);
    CHECK(world_value(w, LAMP, 0xB0) == 0x44 && world_value(w, FAN, 0xB0) == 0x44);
    CHECK(answers_to(w, id) == 2 && world_outcome(w, MANAGER, id)->error == WF_OK);
    CHECK(records_of_group(w, MANAGER) == 1);
    world_end(w);
}

static void a_command_without_answer_is_over_when_it_is_sent(void) {
    world *w = group_world(0);
    wf_request_id id = say_to_all(w, WF_ESV_SETI, 0xB0, 0x45);
    world_run(w, 5000);
    CHECK(world_value(w, LAMP, 0xB0) == 0x45 && world_value(w, FAN, 0xB0) == 0x45);
    CHECK(answers_to(w, id) == 0 && world_outcome(w, MANAGER, id)->error == WF_OK);
    world_end(w);
}

static void a_question_to_all_is_answered_by_each_under_its_session(void) {
    world *w = group_world(0);
    wf_request_id id = say_to_all(w, WF_ESV_GET, 0xB0, 0);
    world_run(w, 5000);
    CHECK(answers_to(w, id) >= 2);
    for (unsigned i = 0; i < w->log_count; i++) {
        CHECK(w->log[i].bytes[1] == WF_EHD2_ARBITRARY);
    }
    world_end(w);
}

static void who_manages_no_group_commands_none(void) {
    world *w = group_world(0);
    static const uint8_t get[] = {0x05, 0xFF, 0x01, 0x01, 0x30, 0x00, 0x62, 0x01, 0x80, 0x00};
    static const uint8_t inf[] = {0x05, 0xFF, 0x01, 0x01, 0x30, 0x00, 0x73, 0x01, 0x80, 0x00};
    wf_request request = {.target = {.group = true}, .edata = wf_bytes_of(get, sizeof get)};
    wf_request_id id;
    CHECK(wf_engine_request(engine_of(w, LAMP), w->now, &id, &request) == WF_ERROR_STATE);
    CHECK(wf_engine_renew_group(engine_of(w, LAMP), w->now) == WF_ERROR_STATE);
    request.edata = wf_bytes_of(inf, sizeof inf);
    CHECK(wf_engine_request(engine_of(w, MANAGER), w->now, &id, &request) == WF_ERROR_ARGUMENT);
    world_end(w);
}

static bool hold_the_command(world *w, world_datagram *d) {
    if (is_of_group(d) && d->from == MANAGER) {
        *(world_datagram *)w->context = *d;
        return false;
    }
    return true;
}

static void a_command_that_was_held_back_does_nothing(void) {
    world *w = group_world(0);
    world_datagram command;
    w->context = &command;
    w->pass = hold_the_command;
    (void)say_to_all(w, WF_ESV_SETI, 0xB0, 0x45);
    world_run(w, 10500);
    w->pass = NULL;
    world_deliver(w, LAMP, &w->nodes[MANAGER].address, true, wf_bytes_of(command.bytes, command.len));
    world_run(w, 1000);
    CHECK(world_value(w, LAMP, 0xB0) == 0x41 && counters(w, LAMP)->late_refused == 1);
    CHECK(events_of(w, LAMP, WF_EVENT_SECURITY, WF_ERROR_TOO_LATE) == 1);
    (void)say_to_all(w, WF_ESV_SETI, 0xB0, 0x43);
    world_run(w, 1000);
    CHECK(world_value(w, LAMP, 0xB0) == 0x43);
    world_end(w);
}

/* ---- what nobody may ---- */

static void a_record_played_again_is_heard_once(void) {
    world *w = group_world(0);
    change(w, LAMP, 0x42);
    world_datagram record = last_of_group(w, LAMP);
    w->nodes[MANAGER].event_count = 0;
    for (unsigned i = 0; i < 3; i++) {
        world_deliver(w, MANAGER, &w->nodes[LAMP].address, true, wf_bytes_of(record.bytes, record.len));
    }
    world_run(w, 1000);
    CHECK(counters(w, MANAGER)->group_repeated == 3 && w->nodes[MANAGER].event_count == 0);
    world_end(w);
}

static void a_group_record_by_unicast_is_dropped(void) {
    world *w = group_world(0);
    change(w, LAMP, 0x42);
    world_datagram record = last_of_group(w, LAMP);
    uint64_t before = counters(w, MANAGER)->wrong_path;
    world_deliver(w, MANAGER, &w->nodes[LAMP].address, false, wf_bytes_of(record.bytes, record.len));
    CHECK(counters(w, MANAGER)->wrong_path == before + 1);
    world_end(w);
}

static void junk_of_strangers_never_reaches_a_signature(void) {
    world *w = group_world(0);
    change(w, LAMP, 0x42);
    world_datagram record = last_of_group(w, LAMP);
    w->nodes[MANAGER].event_count = 0;
    record.bytes[13] = 0x7F; /* a number that was not heard yet */
    for (unsigned i = 0; i < 100; i++) {
        record.bytes[record.len - 80] = (uint8_t)i; /* in the tag */
        world_deliver(w, MANAGER, &w->nodes[LAMP].address, true, wf_bytes_of(record.bytes, record.len));
    }
    const wf_counters *c = counters(w, MANAGER);
    CHECK(c->group_strangers == 100 && c->group_forged == 0 && c->group_limited == 0);
    change(w, LAMP, 0x43);
    CHECK(heard(w, MANAGER, LAMP) == 0x43);
    world_end(w);
}

/* The FAN knows all keys of the group: it speaks as the LAMP, signing with its own. All else of the record is right. */
static world_datagram forge(world *w, uint64_t number, wf_bytes edata) {
    const wf_membership *lamp = &engine_of(w, LAMP)->da->members.all[WF_MEMBERSHIPS - 1];
    wf_group_keys keys = engine_of(w, FAN)->da->members.all[WF_MEMBERSHIPS - 1].keys;
    wf_group_sender as_lamp;
    CHECK(lamp->used && lamp->is_newest);
    CHECK_OK(wf_group_sender_derive(&as_lamp, &keys, wf_bytes_of(lamp->keys.own.bytes, lamp->keys.own.len),
                                    w->nodes[LAMP].key.public_key));
    memcpy(keys.send_key, as_lamp.key, sizeof keys.send_key);
    keys.own = as_lamp.id;
    world_datagram out = {.from = FAN};
    uint8_t plain[64] = {WF_KIND_EDATA};
    memcpy(plain + 1, edata.at, edata.len);
    wf_writer datagram = wf_writer_of(out.bytes, sizeof out.bytes);
    CHECK_OK(wf_group_seal_as(&datagram, &keys, w->nodes[LAMP].key.public_key, wf_signer_of(&w->nodes[FAN].key),
                              &w->drbg, 1, number, wf_bytes_of(plain, 1 + edata.len)));
    out.len = datagram.len;
    return out;
}

static const uint8_t it_is_hot[] = {0x01, 0x30, 0x01, 0x0E, 0xF0, 0x01, 0x73, 0x01, 0xB0, 0x01, 0x42};

static void a_member_that_speaks_as_another_is_refused_and_reported(void) {
    world *w = group_world(0);
    world_datagram forged = forge(w, 100, wf_bytes_of(it_is_hot, sizeof it_is_hot));
    world_deliver(w, MANAGER, &w->nodes[FAN].address, true, wf_bytes_of(forged.bytes, forged.len));
    world_run(w, 1000);
    const wf_event *event = world_event_of(w, MANAGER, WF_EVENT_SECURITY);
    CHECK(counters(w, MANAGER)->group_forged == 1 && world_event_of(w, MANAGER, WF_EVENT_NOTIFICATION) == NULL);
    CHECK(event != NULL && event->error == WF_ERROR_SIGNATURE && event->is_signed);
    CHECK(event->peer.value == peer_of(w, MANAGER, LAMP).value); /* in whose name */
    CHECK(wf_address_same_host(&event->from, &w->nodes[FAN].address));
    change(w, LAMP, 0x43); /* the number in the forgery was not taken for the lamp's */
    CHECK(heard(w, MANAGER, LAMP) == 0x43);
    world_end(w);
}

static void the_lab_forges_as_well_as_it_can_and_is_refused(void) {
    world *w = group_world(0);
    CHECK_OK(wf_lab_forge(engine_of(w, FAN), engine_of(w, LAMP), wf_bytes_of(it_is_hot, sizeof it_is_hot)));
    world_run(w, 1000);
    CHECK(records_of_group(w, FAN) == 1 && counters(w, MANAGER)->group_forged == 1);
    CHECK(world_event_of(w, MANAGER, WF_EVENT_NOTIFICATION) == NULL);
    CHECK(wf_lab_forge(engine_of(w, FAN), engine_of(w, MANAGER), wf_bytes_of(it_is_hot, sizeof it_is_hot)) ==
          WF_ERROR_STATE);
    world_end(w);
}

static void forgeries_cost_the_forger_its_tokens_and_the_victim_none(void) {
    world *w = group_world(0);
    for (unsigned i = 0; i < 50; i++) {
        world_datagram forged = forge(w, 100 + i, wf_bytes_of(it_is_hot, sizeof it_is_hot));
        world_deliver(w, MANAGER, &w->nodes[FAN].address, true, wf_bytes_of(forged.bytes, forged.len));
    }
    const wf_counters *c = counters(w, MANAGER);
    CHECK(c->group_forged == WF_TOKENS_AT_ONCE && c->group_limited == 50 - WF_TOKENS_AT_ONCE);
    change(w, LAMP, 0x43);
    CHECK(heard(w, MANAGER, LAMP) == 0x43);
    world_end(w);
}

/* ---- new epochs ---- */

static void who_is_unpaired_hears_and_says_nothing_any_more(void) {
    world *w = group_world(0);
    wf_group_state before = group_of(w, MANAGER);
    wf_membership stolen = engine_of(w, FAN)->da->members.all[WF_MEMBERSHIPS - 1];
    CHECK(stolen.used);
    CHECK_OK(wf_engine_forget_peer(engine_of(w, MANAGER), w->now, peer_of(w, MANAGER, FAN)));
    world_run(w, 2000);
    wf_group_state after = group_of(w, MANAGER);
    CHECK(memcmp(before.gid, after.gid, sizeof after.gid) != 0 && after.members == 1);
    CHECK(memcmp(group_of(w, LAMP).gid, after.gid, sizeof after.gid) == 0);
    forget_the_past(w);
    change(w, FAN, 0x42); /* it does not know yet, and speaks in the old epoch */
    CHECK(records_of_group(w, FAN) == 1 && world_event_of(w, MANAGER, WF_EVENT_NOTIFICATION) == NULL);
    change(w, LAMP, 0x43);
    world_datagram record = last_of_group(w, LAMP);
    wf_da_frame frame;
    uint8_t out[WF_GROUP_PLAIN_LEN];
    size_t len;
    CHECK_OK(wf_da_frame_parse(&frame, wf_bytes_of(record.bytes, record.len)));
    for (unsigned id = 0; id < 8; id++) { /* with all that it knew, it opens nothing */
        wf_group_sender sender;
        uint8_t kid = (uint8_t)id;
        if (wf_group_sender_derive(&sender, &stolen.keys, wf_bytes_of(&kid, 1), w->nodes[LAMP].key.public_key) ==
            WF_OK) {
            CHECK(wf_group_unseal(out, &len, &stolen.keys, &sender, &frame) == WF_ERROR_TAG);
        }
    }
    world_end(w);
}

static void on_demand_the_old_epoch_counts_for_half_a_minute(void) {
    world *w = group_world(0);
    wf_group_state before = group_of(w, MANAGER);
    unsigned dropped = 0;
    w->context = &dropped;
    CHECK_OK(wf_engine_renew_group(engine_of(w, MANAGER), w->now));
    CHECK(memcmp(before.gid, group_of(w, MANAGER).gid, sizeof before.gid) != 0);
    change(w, LAMP, 0x42);
    CHECK(heard(w, MANAGER, LAMP) == 0x42 && group_of(w, MANAGER).members == 2);
    CHECK(memcmp(group_of(w, LAMP).gid, group_of(w, MANAGER).gid, sizeof before.gid) == 0);
    world_end(w);
}

static bool lose_what_the_lamp_is_told(world *w, world_datagram *d) {
    return !wf_address_same_host(&d->to, &w->nodes[LAMP].address);
}

static void who_has_only_the_old_epoch_still_hears_and_is_heard_in_the_time_of_grace(void) {
    world *w = group_world(0);
    w->pass = lose_what_the_lamp_is_told;
    CHECK_OK(wf_engine_renew_group(engine_of(w, MANAGER), w->now));
    world_run(w, 2000);
    change(w, LAMP, 0x42);
    CHECK(heard(w, MANAGER, LAMP) == 0x42);
    (void)say_to_all(w, WF_ESV_SETI, 0xB0, 0x45);
    world_run(w, 1000);
    CHECK(world_value(w, LAMP, 0xB0) == 0x45 && world_value(w, FAN, 0xB0) == 0x45);
    world_run(w, 30000);
    forget_the_past(w);
    change(w, LAMP, 0x43);
    CHECK(heard(w, MANAGER, LAMP) == 0);
    w->pass = NULL;
    world_run(w, 5000);
    change(w, LAMP, 0x44);
    CHECK(heard(w, MANAGER, LAMP) == 0x44);
    world_end(w);
}

static void who_was_away_gets_the_new_epoch_when_it_speaks_in_the_old(void) {
    world *w = group_world(0);
    w->pass = lose_what_the_lamp_is_told;
    CHECK_OK(wf_engine_renew_group(engine_of(w, MANAGER), w->now));
    world_run(w, 120000); /* the manager has given it up */
    w->pass = NULL;
    world_run(w, 120000);
    CHECK(group_of(w, MANAGER).waiting == 1);
    change(w, LAMP, 0x43);
    world_run(w, 1000);
    CHECK(group_of(w, MANAGER).waiting == 0);
    change(w, LAMP, 0x44);
    CHECK(heard(w, MANAGER, LAMP) == 0x44);
    world_end(w);
}

/* Heard shortly before the patience with its silence ends, later than the last try but one. */
static void who_is_heard_before_the_manager_gives_up_gets_the_new_epoch(void) {
    world *w = group_world(0);
    w->pass = lose_what_the_lamp_is_told;
    CHECK_OK(wf_engine_renew_group(engine_of(w, MANAGER), w->now));
    world_run(w, 59500);
    w->pass = NULL;
    CHECK(group_of(w, MANAGER).waiting == 1);
    world_ask(w, MANAGER, LAMP, WF_ESV_GET, 0xB0, wf_bytes_of(NULL, 0));
    world_run(w, 6000);
    CHECK(group_of(w, MANAGER).waiting == 0);
    world_end(w);
}

static void an_epoch_ends_after_thirty_days(void) {
    world *w = group_world(0);
    wf_group_state before = group_of(w, MANAGER);
    world_run(w, (wf_time)30 * 24 * 3600 * 1000 + 5000);
    wf_group_state after = group_of(w, MANAGER);
    CHECK(memcmp(before.gid, after.gid, sizeof after.gid) != 0 && after.members == 2);
    CHECK(memcmp(before.gid, after.gid, 4) == 0);
    world_end(w);
}

static void an_epoch_ends_before_numbers_run_out(void) {
    world *w = group_world(0);
    wf_group_state before = group_of(w, MANAGER);
    engine_of(w, LAMP)->da->members.all[WF_MEMBERSHIPS - 1].next_piv = WF_GROUP_RENEW_AT;
    change(w, LAMP, 0x42);
    CHECK(heard(w, MANAGER, LAMP) == 0x42);
    CHECK(memcmp(before.gid, group_of(w, MANAGER).gid, sizeof before.gid) != 0);
    CHECK(group_of(w, LAMP).next_number < 16);
    world_end(w);
}

static void at_the_limit_of_numbers_nothing_is_sealed_and_peers_are_told_one_by_one(void) {
    world *w = group_world(0);
    engine_of(w, LAMP)->da->members.all[WF_MEMBERSHIPS - 1].next_piv = WF_GROUP_STOP_AT;
    change(w, LAMP, 0x42);
    const wf_event *note = world_event_of(w, MANAGER, WF_EVENT_NOTIFICATION);
    CHECK(records_of_group(w, LAMP) == 0 && note != NULL && note->is_protected && !note->is_signed);
    world_end(w);
}

/* ---- restarts ---- */

static void restart(world *w, unsigned i) {
    world_stop(w, i);
    world_run(w, 1000);
    world_start(w, i);
    wf_engine_announce(engine_of(w, i), w->now);
    world_run(w, 30000);
}

static void a_member_that_restarts_has_another_id_and_its_old_records_count_no_more(void) {
    world *w = group_world(0);
    change(w, LAMP, 0x42);
    world_datagram old = last_of_group(w, LAMP);
    restart(w, LAMP);
    forget_the_past(w);
    change(w, LAMP, 0x43);
    world_datagram young = last_of_group(w, LAMP);
    CHECK(heard(w, MANAGER, LAMP) == 0x43);
    CHECK(memcmp(old.bytes + 5, young.bytes + 5, 6) == 0 && old.bytes[12] != young.bytes[12]);
    old.bytes[13]++;
    w->nodes[MANAGER].event_count = 0;
    world_deliver(w, MANAGER, &w->nodes[LAMP].address, true, wf_bytes_of(old.bytes, old.len));
    world_run(w, 100);
    CHECK(world_event_of(w, MANAGER, WF_EVENT_NOTIFICATION) == NULL);
    world_end(w);
}

static void what_the_manager_said_before_a_member_restarted_is_not_fresh_to_it(void) {
    world *w = group_world(0);
    (void)say_to_all(w, WF_ESV_SETI, 0xB0, 0x45);
    world_run(w, 500);
    world_datagram command = last_of_group(w, MANAGER);
    restart(w, LAMP);
    CHECK(world_value(w, LAMP, 0xB0) == 0x41);
    world_deliver(w, LAMP, &w->nodes[MANAGER].address, true, wf_bytes_of(command.bytes, command.len));
    CHECK(world_value(w, LAMP, 0xB0) == 0x41 && counters(w, LAMP)->group_repeated == 1);
    world_end(w);
}

static void a_manager_that_restarts_has_another_group_and_the_old_one_ends(void) {
    world *w = group_world(0);
    wf_group_state before = group_of(w, LAMP);
    restart(w, MANAGER);
    wf_group_state after = group_of(w, LAMP);
    CHECK(memcmp(before.gid, after.gid, 4) != 0 && group_of(w, MANAGER).members == 2);
    forget_the_past(w);
    change(w, LAMP, 0x43);
    CHECK(records_of_group(w, LAMP) == 1 && heard(w, MANAGER, LAMP) == 0x43);
    world_end(w);
}

static bool memory_holds(const world_node *n, const uint8_t *bytes, size_t len) {
    for (size_t i = 0; i + len <= n->size; i++) {
        if (memcmp((const uint8_t *)n->memory + i, bytes, len) == 0) {
            return true;
        }
    }
    return false;
}

static void a_factory_reset_leaves_no_secret_of_a_group(void) {
    world *w = group_world(0);
    uint8_t key[WF_AES_KEY_LEN], prk[WF_HASH_LEN];
    const wf_group_keys *keys = &engine_of(w, LAMP)->da->members.all[WF_MEMBERSHIPS - 1].keys;
    memcpy(key, keys->send_key, sizeof key);
    memcpy(prk, keys->prk, sizeof prk);
    CHECK(memory_holds(&w->nodes[LAMP], key, sizeof key) && memory_holds(&w->nodes[LAMP], prk, sizeof prk));
    CHECK_OK(wf_engine_factory_reset(engine_of(w, LAMP), w->now));
    CHECK(!memory_holds(&w->nodes[LAMP], key, sizeof key) && !memory_holds(&w->nodes[LAMP], prk, sizeof prk));
    CHECK(memory_holds(&w->nodes[MANAGER], prk, sizeof prk));
    CHECK_OK(wf_engine_factory_reset(engine_of(w, MANAGER), w->now));
    CHECK(!memory_holds(&w->nodes[MANAGER], prk, sizeof prk) && !memory_holds(&w->nodes[MANAGER], key, sizeof key));
    world_end(w);
}

#define CASE(name) \
    { #name, name }
static const check_case cases[] = {
    CASE(whoever_pairs_joins_the_controllers_group),
    CASE(keys_that_were_lost_on_the_way_come_again),
    CASE(a_device_without_groups_is_told_under_its_session),
    CASE(a_device_is_in_two_groups_at_most_and_tells_the_third_controller_alone),
    CASE(a_change_is_told_to_the_whole_group_by_one_signed_record),
    CASE(who_listens_to_other_members_hears_them_and_knows_who_they_are),
    CASE(who_listens_to_nobody_hears_the_manager_only),
    CASE(one_command_reaches_all_instances_of_all_members),
    CASE(a_command_without_answer_is_over_when_it_is_sent),
    CASE(a_question_to_all_is_answered_by_each_under_its_session),
    CASE(who_manages_no_group_commands_none),
    CASE(a_command_that_was_held_back_does_nothing),
    CASE(a_record_played_again_is_heard_once),
    CASE(a_group_record_by_unicast_is_dropped),
    CASE(junk_of_strangers_never_reaches_a_signature),
    CASE(a_member_that_speaks_as_another_is_refused_and_reported),
    CASE(the_lab_forges_as_well_as_it_can_and_is_refused),
    CASE(forgeries_cost_the_forger_its_tokens_and_the_victim_none),
    CASE(who_is_unpaired_hears_and_says_nothing_any_more),
    CASE(on_demand_the_old_epoch_counts_for_half_a_minute),
    CASE(who_has_only_the_old_epoch_still_hears_and_is_heard_in_the_time_of_grace),
    CASE(who_was_away_gets_the_new_epoch_when_it_speaks_in_the_old),
    CASE(who_is_heard_before_the_manager_gives_up_gets_the_new_epoch),
    CASE(an_epoch_ends_after_thirty_days),
    CASE(an_epoch_ends_before_numbers_run_out),
    CASE(at_the_limit_of_numbers_nothing_is_sealed_and_peers_are_told_one_by_one),
    CASE(a_member_that_restarts_has_another_id_and_its_old_records_count_no_more),
    CASE(what_the_manager_said_before_a_member_restarted_is_not_fresh_to_it),
    CASE(a_manager_that_restarts_has_another_group_and_the_old_one_ends),
    CASE(a_factory_reset_leaves_no_secret_of_a_group),
};

CHECK_MAIN(cases)

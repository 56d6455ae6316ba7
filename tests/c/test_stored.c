/* Pairings in a store that no engine uses: listed, removed one by one, wiped, and never by half. */
#define _GNU_SOURCE 1
#include <warifu/sim_store.h>
#include <warifu/stored.h>

#include "sim_home.h"

enum { PATIENCE = 120000 };

typedef struct stage {
    home *home;
    home_node *device, *controller;
    wf_store of_device, of_controller;
} stage;

static stage paired(uint64_t seed) {
    stage s = {.home = home_new(seed)};
    s.device = home_add(s.home, WF_ROLE_DEVICE);
    s.controller = home_add(s.home, WF_ROLE_CONTROLLER);
    CHECK_OK(home_pair(s.home, s.controller, s.device));
    s.of_device = wf_sim_store_as_store(s.device->store);
    s.of_controller = wf_sim_store_as_store(s.controller->store);
    return s;
}

static unsigned count_of(const wf_store *store) {
    wf_stored_peer peer;
    unsigned at = 0, count = 0;
    while (wf_stored_next_peer(store, &at, &peer)) {
        count++;
    }
    return count;
}

static void peers_are_listed_as_they_are(void) {
    stage s = paired(1);
    wf_stored_peer peer;
    uint8_t fingerprint[WF_HASH_LEN];
    unsigned at = 0;
    CHECK_OK(wf_certificate_fingerprint(fingerprint, s.device->chain[0]));
    CHECK(wf_stored_next_peer(&s.of_controller, &at, &peer));
    CHECK_OK(peer.error);
    CHECK(peer.is_confirmed && peer.role == WF_ROLE_DEVICE && wf_address_equal(&peer.address, &s.device->address));
    CHECK(memcmp(peer.number, s.device->number, sizeof peer.number) == 0);
    CHECK(memcmp(peer.fingerprint, fingerprint, sizeof peer.fingerprint) == 0);
    CHECK(!wf_stored_next_peer(&s.of_controller, &at, &peer));
    home_end(s.home);
}

static void a_peer_that_was_forgotten_offline_stays_away(void) {
    stage s = paired(2);
    wf_sim_shut_down(s.home->sim, s.device->host);
    CHECK(wf_stored_forget(&s.of_device, s.device->number) == WF_ERROR_NOT_PAIRED);
    CHECK_OK(wf_stored_forget(&s.of_device, s.controller->number));
    CHECK(count_of(&s.of_device) == 0);
    home_boot(s.home, s.device);
    wf_sim_run(s.home->sim, PATIENCE);
    CHECK(home_peer(s.home, s.device, s.controller).value == 0);
    home_end(s.home);
}

static void one_is_forgotten_and_the_others_stay(void) {
    stage s = paired(3);
    home_node *second = home_add(s.home, WF_ROLE_CONTROLLER);
    CHECK_OK(home_pair(s.home, second, s.device));
    wf_sim_shut_down(s.home->sim, s.device->host);
    CHECK(count_of(&s.of_device) == 2);
    CHECK_OK(wf_stored_forget(&s.of_device, s.controller->number));
    CHECK(count_of(&s.of_device) == 1);
    home_boot(s.home, s.device);
    CHECK_OK(home_get(s.home, second, s.device, PATIENCE));
    home_end(s.home);
}

/* Copies the pairing to another place as the incomplete one that a pairing made again leaves. */
static void add_incomplete(const wf_store *store) {
    uint8_t entry[WF_STORE_ENTRY_LEN];
    size_t len;
    CHECK_OK(store->load(store->context, WF_STORE_PAIRINGS, entry, sizeof entry, &len));
    CHECK(len > 7 && entry[1] == 3);
    entry[1] = 2; /* provisional */
    entry[6]++;   /* and later */
    CHECK_OK(store->save(store->context, WF_STORE_PAIRINGS + 3, entry, len));
}

static void an_incomplete_pairing_goes_with_its_peer_and_goes_first(void) {
    stage s = paired(4);
    add_incomplete(&s.of_controller);
    CHECK(count_of(&s.of_controller) == 2);
    wf_sim_store_fail_at(s.controller->store, WF_SIM_WRITES, 2);
    CHECK(wf_stored_forget(&s.of_controller, s.device->number) == WF_ERROR_STORE);
    wf_stored_peer peer;
    unsigned at = 0;
    CHECK(wf_stored_next_peer(&s.of_controller, &at, &peer) && peer.is_confirmed);
    CHECK_OK(wf_stored_forget(&s.of_controller, s.device->number));
    CHECK(count_of(&s.of_controller) == 0);
    home_end(s.home);
}

static void damaged_and_later_entries_are_told_apart_and_only_the_damaged_forgotten(void) {
    static const uint8_t damaged[] = {1, 2, 3}, later[] = {99, 1, 2}, other[] = {5};
    stage s = paired(5);
    wf_stored_peer peer;
    unsigned at = 1, count;
    const wf_store *store = &s.of_device;
    CHECK_OK(store->save(store->context, WF_STORE_PAIRINGS + 1, damaged, sizeof damaged));
    CHECK_OK(store->save(store->context, WF_STORE_PAIRINGS + WF_STORE_MOST_PAIRINGS - 1, later, sizeof later));
    CHECK_OK(store->save(store->context, WF_STORE_PAIRINGS + WF_STORE_MOST_PAIRINGS, other, sizeof other));
    CHECK(wf_stored_next_peer(store, &at, &peer) && peer.error == WF_ERROR_STORE_DAMAGED);
    CHECK(wf_stored_next_peer(store, &at, &peer) && peer.error == WF_ERROR_STORE_VERSION);
    CHECK(!wf_stored_next_peer(store, &at, &peer));
    CHECK_OK(wf_stored_forget_damaged(store, &count));
    CHECK(count == 1 && count_of(store) == 2);
    home_end(s.home);
}

static void an_engine_that_can_not_start_for_a_damaged_pairing_starts_once_it_is_forgotten(void) {
    static const uint8_t damaged[] = {1, 2, 3};
    stage s = paired(6);
    unsigned count;
    wf_sim_shut_down(s.home->sim, s.device->host);
    CHECK_OK(s.of_device.save(s.of_device.context, WF_STORE_PAIRINGS + 1, damaged, sizeof damaged));
    CHECK(wf_sim_boot(s.home->sim, s.device->host) == WF_ERROR_STORE_DAMAGED);
    CHECK_OK(wf_stored_forget_damaged(&s.of_device, &count));
    home_boot(s.home, s.device);
    CHECK_OK(home_get(s.home, s.controller, s.device, PATIENCE));
    home_end(s.home);
}

static bool is_there(const wf_store *store, uint16_t id) {
    uint8_t entry[WF_STORE_ENTRY_LEN];
    size_t len;
    CHECK_OK(store->load(store->context, id, entry, sizeof entry, &len));
    return len > 0;
}

static void a_reset_offline_reaches_all_pairings_and_leaves_the_rest(void) {
    static const uint8_t other[] = {5};
    static const uint16_t kept[] = {WF_STORE_NUMBER, 0x0010, 0x0400, WF_STORE_PAIRINGS + WF_STORE_MOST_PAIRINGS};
    stage s = paired(7);
    const wf_store *store = &s.of_device;
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        CHECK_OK(store->save(store->context, kept[i], other, sizeof other));
    }
    CHECK_OK(store->save(store->context, WF_STORE_PAIRINGS + WF_STORE_MOST_PAIRINGS - 1, other, sizeof other));
    CHECK_OK(store->save(store->context, WF_STORE_RESTORING, other, sizeof other));
    CHECK_OK(wf_stored_reset(store));
    CHECK(count_of(store) == 0 && !is_there(store, WF_STORE_SEED) && !is_there(store, WF_STORE_RESTORING));
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        CHECK(is_there(store, kept[i]));
    }
    home_end(s.home);
}

static void an_unfinished_restore_keeps_a_node_from_starting(void) {
    static const uint8_t mark[] = {1};
    stage s = paired(8);
    wf_sim_shut_down(s.home->sim, s.device->host);
    CHECK_OK(s.of_device.save(s.of_device.context, WF_STORE_RESTORING, mark, sizeof mark));
    CHECK(wf_sim_boot(s.home->sim, s.device->host) == WF_ERROR_RESTORE_UNFINISHED);
    CHECK_OK(wf_stored_reset(&s.of_device));
    home_boot(s.home, s.device);
    home_end(s.home);
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(peers_are_listed_as_they_are),
    CASE(a_peer_that_was_forgotten_offline_stays_away),
    CASE(one_is_forgotten_and_the_others_stay),
    CASE(an_incomplete_pairing_goes_with_its_peer_and_goes_first),
    CASE(damaged_and_later_entries_are_told_apart_and_only_the_damaged_forgotten),
    CASE(an_engine_that_can_not_start_for_a_damaged_pairing_starts_once_it_is_forgotten),
    CASE(a_reset_offline_reaches_all_pairings_and_leaves_the_rest),
    CASE(an_unfinished_restore_keeps_a_node_from_starting),
};
CHECK_MAIN(cases)

/* The store whose power can be cut: what it keeps, and what it takes away when it is told to. */
#include <warifu/sim.h>

#include "check.h"

enum { ROUNDS = 2000 };

typedef struct kit {
    wf_sim_store *own;
    wf_store store;
} kit;

static kit new_store(uint64_t seed) {
    kit k;
    CHECK_OK(wf_sim_store_new(&k.own, seed));
    k.store = wf_sim_store_as_store(k.own);
    return k;
}

static wf_error save(const kit *k, uint16_t id, const char *text) {
    return k->store.save(k->store.context, id, (const uint8_t *)text, strlen(text));
}

/* What is there: the text, "" for none, NULL for damaged. */
static const char *load(const kit *k, uint16_t id) {
    static char text[WF_STORE_ENTRY_LEN + 1];
    size_t len;
    wf_error error = k->store.load(k->store.context, id, (uint8_t *)text, WF_STORE_ENTRY_LEN, &len);
    if (error == WF_ERROR_STORE_DAMAGED) {
        return NULL;
    }
    CHECK_OK(error);
    text[len] = '\0';
    return text;
}

static bool has(const kit *k, uint16_t id, const char *text) {
    const char *there = load(k, id);
    return there != NULL && strcmp(there, text) == 0;
}

static bool contains(const kit *k, const char *text) {
    return wf_sim_store_contains(k->own, wf_bytes_of((const uint8_t *)text, strlen(text)));
}

static void what_was_confirmed_survives_and_the_write_under_way_is_old_or_new(void) {
    unsigned old = 0, new = 0;
    for (unsigned seed = 0; seed < 100; seed++) {
        kit k = new_store(seed);
        CHECK_OK(save(&k, 1, "old"));
        CHECK_OK(save(&k, 2, "kept"));
        wf_sim_store_cut_at(k.own, 2);
        CHECK_OK(save(&k, 3, "also kept"));
        CHECK(save(&k, 1, "new") == WF_ERROR_STORE);
        CHECK(!wf_sim_store_has_power(k.own));
        CHECK(save(&k, 2, "too late") == WF_ERROR_STORE);
        wf_sim_store_power_on(k.own);
        CHECK(has(&k, 2, "kept") && has(&k, 3, "also kept"));
        old += has(&k, 1, "old") ? 1 : 0;
        new += has(&k, 1, "new") ? 1 : 0;
        wf_sim_store_free(k.own);
    }
    CHECK(old + new == 100 && old > 20 && new > 20);
}

static void an_erasure_under_way_is_made_or_not(void) {
    for (unsigned made = 0; made < 2; made++) {
        kit k = new_store(1);
        wf_sim_store_faults faults = {.loss = made ? 0 : WF_SIM_ALWAYS};
        wf_sim_store_set_faults(k.own, &faults);
        CHECK_OK(save(&k, 1, "x"));
        wf_sim_store_cut_at(k.own, 1);
        CHECK(k.store.erase(k.store.context, 1) == WF_ERROR_STORE);
        wf_sim_store_power_on(k.own);
        CHECK(has(&k, 1, made ? "" : "x"));
        CHECK_OK(k.store.erase(k.store.context, 1));
        CHECK(has(&k, 1, ""));
        wf_sim_store_free(k.own);
    }
}

static void unsynced_writes_are_read_back_until_the_power_goes(void) {
    kit k = new_store(1);
    wf_sim_store_faults faults = {.unsynced = 2, .loss = WF_SIM_ALWAYS};
    CHECK_OK(save(&k, 1, "a"));
    wf_sim_store_set_faults(k.own, &faults);
    CHECK_OK(save(&k, 1, "b"));
    CHECK_OK(save(&k, 1, "c"));
    CHECK_OK(save(&k, 1, "d"));
    CHECK(has(&k, 1, "d") && contains(&k, "c") && !contains(&k, "a"));
    wf_sim_store_cut_power(k.own);
    wf_sim_store_power_on(k.own);
    CHECK(has(&k, 1, "b") && !contains(&k, "d"));
    CHECK_OK(save(&k, 1, "e"));
    wf_sim_store_sync(k.own);
    wf_sim_store_cut_power(k.own);
    wf_sim_store_power_on(k.own);
    CHECK(has(&k, 1, "e"));
    wf_sim_store_free(k.own);
}

/* Three unsynced writes and a power cut; a bit for each entry that survived whole, damaged ones counted. */
static unsigned survivors(uint64_t seed, const wf_sim_store_faults *faults, unsigned *torn) {
    kit k = new_store(seed);
    unsigned bits = 0;
    wf_sim_store_set_faults(k.own, faults);
    for (uint16_t id = 0; id < 3; id++) {
        CHECK_OK(save(&k, id, "x"));
    }
    wf_sim_store_cut_power(k.own);
    wf_sim_store_power_on(k.own);
    for (uint16_t id = 0; id < 3; id++) {
        *torn += load(&k, id) == NULL ? 1 : 0;
        bits |= has(&k, id, "x") ? 1u << id : 0;
    }
    wf_sim_store_free(k.own);
    return bits;
}

static void in_order_only_the_last_writes_are_lost_and_else_any(void) {
    wf_sim_store_faults faults = {.unsynced = 3, .loss = 50 * WF_SIM_PERCENT};
    unsigned ordered[8] = {0}, any[8] = {0}, torn = 0;
    for (unsigned seed = 0; seed < ROUNDS; seed++) {
        faults.in_any_order = false;
        ordered[survivors(seed, &faults, &torn)]++;
        faults.in_any_order = true;
        any[survivors(seed, &faults, &torn)]++;
    }
    for (unsigned bits = 0; bits < 8; bits++) {
        bool is_prefix = bits == 0 || bits == 1 || bits == 3 || bits == 7;
        CHECK((ordered[bits] > 0) == is_prefix);
        CHECK(any[bits] > ROUNDS / 10 && any[bits] < ROUNDS / 6);
    }
    CHECK(torn == 0);
}

static void torn_entries_are_damaged_and_as_many_as_asked_for(void) {
    wf_sim_store_faults faults = {.unsynced = 3, .tearing = 25 * WF_SIM_PERCENT};
    unsigned torn = 0;
    for (unsigned seed = 0; seed < ROUNDS; seed++) {
        survivors(seed, &faults, &torn);
    }
    CHECK(torn > 3 * ROUNDS * 22 / 100 && torn < 3 * ROUNDS * 28 / 100);
    faults.unsynced = 0;
    torn = 0;
    CHECK(survivors(1, &faults, &torn) == 7 && torn == 0);
}

static void the_kth_call_of_a_kind_fails_and_changes_nothing(void) {
    kit k = new_store(1);
    uint8_t out[4];
    size_t len;
    CHECK_OK(save(&k, 1, "a"));
    wf_sim_store_fail_at(k.own, WF_SIM_WRITES, 2);
    CHECK_OK(save(&k, 1, "b"));
    CHECK(has(&k, 1, "b"));
    CHECK(save(&k, 1, "c") == WF_ERROR_STORE);
    CHECK(has(&k, 1, "b"));
    CHECK_OK(save(&k, 1, "d"));
    wf_sim_store_fail_at(k.own, WF_SIM_READS, 1);
    CHECK_OK(save(&k, 1, "e"));
    CHECK(k.store.load(k.store.context, 1, out, sizeof out, &len) == WF_ERROR_STORE && len == 0);
    CHECK(has(&k, 1, "e"));
    wf_sim_store_fail_all(k.own, WF_SIM_READS | WF_SIM_WRITES);
    CHECK(k.store.load(k.store.context, 1, out, sizeof out, &len) == WF_ERROR_STORE);
    CHECK(k.store.erase(k.store.context, 1) == WF_ERROR_STORE);
    wf_sim_store_fail_all(k.own, 0);
    CHECK(has(&k, 1, "e"));
    CHECK(wf_sim_store_writes(k.own) == 6);
    CHECK(wf_sim_store_reads(k.own) == 6);
    wf_sim_store_free(k.own);
}

static void a_backup_stands_apart_and_comes_back_whole(void) {
    kit k = new_store(1), copy;
    CHECK_OK(save(&k, 1, "then"));
    CHECK_OK(save(&k, 2, "gone"));
    CHECK_OK(wf_sim_store_clone(&copy.own, k.own, 2));
    copy.store = wf_sim_store_as_store(copy.own);
    CHECK_OK(save(&k, 1, "now"));
    CHECK_OK(k.store.erase(k.store.context, 2));
    CHECK(has(&copy, 1, "then") && has(&copy, 2, "gone"));
    CHECK_OK(wf_sim_store_restore(k.own, copy.own));
    CHECK(has(&k, 1, "then") && has(&k, 2, "gone") && !contains(&k, "now"));
    wf_sim_store_free(copy.own);
    wf_sim_store_free(k.own);
}

static void entries_are_walked_as_they_would_be_read(void) {
    kit k = new_store(1);
    wf_sim_store_faults faults = {.unsynced = 2};
    size_t at = 0;
    uint16_t id;
    wf_bytes bytes;
    CHECK_OK(save(&k, 1, "a"));
    CHECK_OK(save(&k, 2, "b"));
    wf_sim_store_set_faults(k.own, &faults);
    CHECK_OK(save(&k, 1, "c"));
    CHECK_OK(k.store.erase(k.store.context, 2));
    CHECK(wf_sim_store_next(k.own, &at, &id, &bytes) && id == 1 && bytes.len == 1 && bytes.at[0] == 'c');
    CHECK(!wf_sim_store_next(k.own, &at, &id, &bytes));
    wf_sim_store_free(k.own);
}

static void what_is_no_entry_is_refused(void) {
    static const uint8_t long_one[WF_STORE_ENTRY_LEN + 1];
    kit k = new_store(1);
    uint8_t out[2];
    size_t len;
    CHECK(save(&k, 1, "") == WF_ERROR_ARGUMENT);
    CHECK(k.store.save(k.store.context, 1, long_one, sizeof long_one) == WF_ERROR_ARGUMENT);
    CHECK_OK(k.store.save(k.store.context, 1, long_one, sizeof long_one - 1));
    CHECK(k.store.load(k.store.context, 1, out, sizeof out, &len) == WF_ERROR_TOO_SMALL && len == 0);
    wf_sim_store_free(k.own);
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(what_was_confirmed_survives_and_the_write_under_way_is_old_or_new),
    CASE(an_erasure_under_way_is_made_or_not),
    CASE(unsynced_writes_are_read_back_until_the_power_goes),
    CASE(in_order_only_the_last_writes_are_lost_and_else_any),
    CASE(torn_entries_are_damaged_and_as_many_as_asked_for),
    CASE(the_kth_call_of_a_kind_fails_and_changes_nothing),
    CASE(a_backup_stands_apart_and_comes_back_whole),
    CASE(entries_are_walked_as_they_would_be_read),
    CASE(what_is_no_entry_is_refused),
};
CHECK_MAIN(cases)

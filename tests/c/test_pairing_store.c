/* Pairings in RAM and in the store: written before they count, replaced without a gap, refused when they clash. */
#include "da/pairing.h"

#include "world.h"

enum { LIMIT = 2, ENTRIES = 4, PLACES = 8, FIRST_ID = WF_STORE_PAIRINGS };

typedef struct shelf {
    world *world;
    wf_pairing entries[ENTRIES];
    uint32_t by_hint[PLACES], by_host[PLACES];
    wf_pairing_table table;
    world_store store;
    uint8_t der[8][WF_CERTIFICATE_LEN];
    wf_certificate peers[8];
    unsigned peer_count;
} shelf;

static shelf *open_shelf(void) {
    shelf *s = calloc(1, sizeof *s);
    CHECK(s != NULL);
    s->world = world_new();
    s->table = (wf_pairing_table){s->entries, ENTRIES,    LIMIT, {world_load, world_save, world_erase, &s->store},
                                  s->by_hint, s->by_host, PLACES};
    CHECK(wf_pairing_index_places(ENTRIES) == PLACES);
    return s;
}

static void close_shelf(shelf *s) {
    world_end(s->world);
    free(s);
}

static wf_error read_again(shelf *s) {
    memset(s->entries, 0, sizeof s->entries);
    return wf_pairing_load(&s->table);
}

/* A peer of this number; each call makes another certificate. */
static const wf_certificate *peer(shelf *s, uint8_t last) {
    unsigned i = s->peer_count++;
    world_node *node = &s->world->nodes[0];
    wf_certificate_order order = world_order(s->world, node, WF_ROLE_CONTROLLER, last);
    world_issue(s->world, node, order, s->world->anchors[0], &s->world->root_key);
    memcpy(s->der[i], node->certificate, sizeof s->der[i]);
    CHECK_OK(wf_certificate_parse(&s->peers[i], wf_bytes_of(s->der[i], node->chain[0].len)));
    return &s->peers[i];
}

static uint32_t candidate(shelf *s, const wf_certificate *of) {
    uint8_t fingerprint[WF_HASH_LEN];
    CHECK_OK(wf_certificate_fingerprint(fingerprint, of->der));
    uint32_t index = wf_pairing_new(&s->table, of, fingerprint);
    if (index != WF_NO_PAIRING) {
        memset(s->entries[index].admission_key, (int)index + 1, WF_ADMISSION_KEY_LEN);
        s->entries[index].address = wf_address_ipv4(10, 0, 0, of->number[16], WF_PORT);
    }
    return index;
}

/* As the layer above does it. */
static wf_error commit(shelf *s, uint32_t index, wf_pairing_state state) {
    uint32_t old;
    wf_error error = wf_pairing_commit(&s->table, index, state);
    while (error == WF_OK && (old = wf_pairing_replaced(&s->table, index)) != WF_NO_PAIRING) {
        wf_error ignored = wf_pairing_remove(&s->table, old);
        (void)ignored;
    }
    return error;
}

static uint32_t pair(shelf *s, const wf_certificate *with) {
    uint32_t index = candidate(s, with);
    CHECK(index != WF_NO_PAIRING);
    CHECK_OK(commit(s, index, WF_PAIRING_FINAL));
    return index;
}

static uint32_t find(shelf *s, const wf_certificate *peer) {
    uint8_t fingerprint[WF_HASH_LEN];
    CHECK_OK(wf_certificate_fingerprint(fingerprint, peer->der));
    for (uint32_t i = 0; i < s->table.count; i++) {
        const wf_pairing *p = &s->table.entries[i];
        bool stored = p->state == WF_PAIRING_PROVISIONAL || p->state == WF_PAIRING_FINAL;
        if (stored && memcmp(p->fingerprint, fingerprint, WF_HASH_LEN) == 0) {
            return i;
        }
    }
    return WF_NO_PAIRING;
}

static void a_pairing_is_read_back_as_it_was_written(void) {
    shelf *s = open_shelf();
    const wf_certificate *a = peer(s, 1);
    wf_pairing written = s->entries[pair(s, a)];
    CHECK_OK(read_again(s));
    const wf_pairing *p = &s->entries[find(s, a)];
    CHECK(p->state == WF_PAIRING_FINAL && p->role == WF_ROLE_CONTROLLER && p->sequence == written.sequence);
    CHECK(memcmp(p->number, a->number, sizeof p->number) == 0 && wf_address_equal(&p->address, &written.address));
    CHECK(memcmp(p->admission_key, written.admission_key, sizeof p->admission_key) == 0);
    CHECK(memcmp(p->public_key, a->public_key, sizeof p->public_key) == 0);
    CHECK(wf_bytes_equal(wf_bytes_of(p->certificate, p->certificate_len), a->der));
    CHECK(wf_pairing_by_address(&s->table, &written.address) == find(s, a));
    close_shelf(s);
}

static void a_candidate_is_in_ram_only(void) {
    shelf *s = open_shelf();
    const wf_certificate *a = peer(s, 1);
    uint32_t index = candidate(s, a);
    CHECK(index != WF_NO_PAIRING && s->store.writes == 0 && find(s, a) == WF_NO_PAIRING);
    CHECK(wf_pairing_by_address(&s->table, &s->entries[index].address) == WF_NO_PAIRING);
    CHECK_OK(wf_pairing_remove(&s->table, index));
    CHECK(s->store.writes == 0 && s->entries[index].state == WF_PAIRING_FREE);
    CHECK_OK(read_again(s));
    CHECK(wf_pairing_count(&s->table, WF_PAIRING_FREE) == ENTRIES);
    close_shelf(s);
}

static void a_provisional_pairing_survives_and_is_no_final_one(void) {
    shelf *s = open_shelf();
    const wf_certificate *a = peer(s, 1);
    CHECK_OK(commit(s, candidate(s, a), WF_PAIRING_PROVISIONAL));
    CHECK_OK(read_again(s));
    CHECK(s->entries[find(s, a)].state == WF_PAIRING_PROVISIONAL);
    CHECK(wf_pairing_count(&s->table, WF_PAIRING_FINAL) == 0);
    CHECK(wf_pairing_by_address(&s->table, &s->entries[find(s, a)].address) == WF_NO_PAIRING);
    close_shelf(s);
}

static void a_removed_pairing_is_gone_from_ram_and_store(void) {
    shelf *s = open_shelf();
    const wf_certificate *a = peer(s, 1);
    uint32_t index = pair(s, a);
    CHECK_OK(wf_pairing_remove(&s->table, index));
    const wf_pairing empty = {0};
    CHECK(memcmp(s->entries[index].admission_key, empty.admission_key, sizeof empty.admission_key) == 0);
    CHECK_OK(read_again(s));
    CHECK(find(s, a) == WF_NO_PAIRING);
    close_shelf(s);
}

static void a_later_pairing_replaces_the_earlier_one_of_the_peer(void) {
    shelf *s = open_shelf();
    const wf_certificate *a = peer(s, 1);
    uint32_t old = pair(s, a), fresh = candidate(s, a);
    CHECK(s->entries[fresh].sequence > s->entries[old].sequence);
    CHECK_OK(commit(s, fresh, WF_PAIRING_PROVISIONAL));
    CHECK(s->entries[old].state == WF_PAIRING_FINAL); /* not before it is final */
    CHECK_OK(commit(s, fresh, WF_PAIRING_FINAL));
    CHECK(s->entries[old].state == WF_PAIRING_FREE);
    CHECK_OK(read_again(s));
    CHECK(wf_pairing_count(&s->table, WF_PAIRING_FINAL) == 1 && find(s, a) == fresh);
    close_shelf(s);
}

static void no_more_than_the_limit_become_final_but_a_peer_may_pair_again(void) {
    shelf *s = open_shelf();
    const wf_certificate *a = peer(s, 1);
    (void)pair(s, a);
    (void)pair(s, peer(s, 2));
    uint32_t third = candidate(s, peer(s, 3));
    CHECK(wf_pairing_commit(&s->table, third, WF_PAIRING_FINAL) == WF_ERROR_PAIRINGS_FULL);
    CHECK(s->entries[third].state == WF_PAIRING_CANDIDATE);
    (void)pair(s, a);
    CHECK_OK(read_again(s));
    CHECK(wf_pairing_count(&s->table, WF_PAIRING_FINAL) == 2);
    close_shelf(s);
}

static void there_are_no_more_candidates_than_entries(void) {
    shelf *s = open_shelf();
    for (unsigned i = 0; i < ENTRIES; i++) {
        CHECK(candidate(s, peer(s, (uint8_t)(i + 1))) != WF_NO_PAIRING);
    }
    CHECK(candidate(s, peer(s, 9)) == WF_NO_PAIRING);
    close_shelf(s);
}

static void another_certificate_of_the_same_number_is_refused(void) {
    shelf *s = open_shelf();
    const wf_certificate *a = peer(s, 1);
    (void)pair(s, a);
    uint32_t index = candidate(s, peer(s, 1));
    CHECK(wf_pairing_commit(&s->table, index, WF_PAIRING_PROVISIONAL) == WF_ERROR_PAIRING_REFUSED);
    CHECK(wf_pairing_commit(&s->table, index, WF_PAIRING_FINAL) == WF_ERROR_PAIRING_REFUSED);
    CHECK_OK(read_again(s));
    CHECK(wf_pairing_count(&s->table, WF_PAIRING_FINAL) == 1 && find(s, a) != WF_NO_PAIRING);
    close_shelf(s);
}

static void another_certificate_of_the_same_x5t_is_refused(void) {
    shelf *s = open_shelf();
    uint32_t first = pair(s, peer(s, 1)), index = candidate(s, peer(s, 2));
    memcpy(s->entries[index].fingerprint, s->entries[first].fingerprint, WF_X5T_LEN);
    CHECK(wf_pairing_commit(&s->table, index, WF_PAIRING_FINAL) == WF_ERROR_PAIRING_REFUSED);
    close_shelf(s);
}

static void what_could_not_be_written_does_not_count(void) {
    shelf *s = open_shelf();
    uint32_t index = candidate(s, peer(s, 1));
    s->store.fails = true;
    CHECK(wf_pairing_commit(&s->table, index, WF_PAIRING_FINAL) == WF_ERROR_STORE);
    CHECK(s->entries[index].state == WF_PAIRING_CANDIDATE);
    s->store.fails = false;
    CHECK_OK(read_again(s));
    CHECK(wf_pairing_count(&s->table, WF_PAIRING_FREE) == ENTRIES);
    close_shelf(s);
}

/* The new pairing is written; that the old entry lies there still is put right at the next start. */
static void a_pairing_counts_though_the_one_it_replaces_could_not_be_erased(void) {
    shelf *s = open_shelf();
    const wf_certificate *a = peer(s, 1);
    uint32_t old = pair(s, a), fresh = candidate(s, a);
    s->store.fail_at = s->store.writes + 2;
    CHECK_OK(commit(s, fresh, WF_PAIRING_FINAL));
    CHECK(s->entries[old].state == WF_PAIRING_FREE && find(s, a) == fresh);
    CHECK_OK(read_again(s));
    CHECK(wf_pairing_count(&s->table, WF_PAIRING_FINAL) == 1 && find(s, a) == fresh);
    CHECK_OK(read_again(s)); /* and it is erased by now */
    CHECK(wf_pairing_count(&s->table, WF_PAIRING_FINAL) == 1);
    close_shelf(s);
}

static void two_entries_of_one_peer_become_the_later_one(void) {
    shelf *s = open_shelf();
    const wf_certificate *a = peer(s, 1);
    uint32_t first = pair(s, a), fresh = candidate(s, a);
    world_store before = s->store;
    CHECK_OK(commit(s, fresh, WF_PAIRING_FINAL));
    for (unsigned i = 0; i < WORLD_ENTRIES; i++) { /* the power fails before the erasure */
        if (before.entries[i].id == FIRST_ID + first) {
            CHECK_OK(world_save(&s->store, before.entries[i].id, before.entries[i].bytes, before.entries[i].len));
        }
    }
    CHECK_OK(read_again(s));
    CHECK(wf_pairing_count(&s->table, WF_PAIRING_FINAL) == 1 && find(s, a) == fresh);
    close_shelf(s);
}

static void a_provisional_pairing_leaves_the_final_one_beside_it(void) {
    shelf *s = open_shelf();
    const wf_certificate *a = peer(s, 1);
    (void)pair(s, a);
    CHECK_OK(commit(s, candidate(s, a), WF_PAIRING_PROVISIONAL));
    CHECK_OK(read_again(s));
    CHECK(wf_pairing_count(&s->table, WF_PAIRING_FINAL) == 1);
    CHECK(wf_pairing_count(&s->table, WF_PAIRING_PROVISIONAL) == 1);
    close_shelf(s);
}

/* Earlier attempts that came to nothing must not take the room of later ones. */
static void a_final_pairing_takes_the_place_of_provisional_ones_too(void) {
    shelf *s = open_shelf();
    const wf_certificate *a = peer(s, 1);
    for (unsigned attempt = 0; attempt < 10; attempt++) {
        uint32_t index = candidate(s, a);
        CHECK(index != WF_NO_PAIRING);
        CHECK_OK(commit(s, index, WF_PAIRING_PROVISIONAL));
    }
    CHECK(wf_pairing_count(&s->table, WF_PAIRING_PROVISIONAL) == 1);
    (void)pair(s, a);
    CHECK_OK(read_again(s));
    CHECK(wf_pairing_count(&s->table, WF_PAIRING_FREE) == ENTRIES - 1);
    close_shelf(s);
}

static void a_damaged_entry_is_an_error_of_the_store(void) {
    shelf *s = open_shelf();
    (void)pair(s, peer(s, 1));
    world_store good = s->store;
    for (unsigned i = 0; i < WORLD_ENTRIES; i++) {
        for (size_t len = 1; good.entries[i].used && len < good.entries[i].len; len += 1 + len / 8) {
            s->store = good;
            s->store.entries[i].len = len;
            CHECK(read_again(s) == WF_ERROR_STORE_DAMAGED);
            CHECK(wf_pairing_count(&s->table, WF_PAIRING_FREE) == ENTRIES);
        }
    }
    close_shelf(s);
}

static void an_entry_with_a_field_out_of_range_is_damaged(void) {
    static const struct {
        size_t at;
        uint8_t value;
    } damages[] = {
        {0, 0},     {1, 0},     {1, WF_PAIRING_CANDIDATE}, {1, 9}, {2, 0}, {2, 1}, {2, 77}, {3, 2}, {94, 0xFF}, {95, 0},
        {96, 0x31}, {233, 0xFF}};
    shelf *s = open_shelf();
    (void)pair(s, peer(s, 1));
    world_store good = s->store;
    for (size_t k = 0; k < sizeof damages / sizeof damages[0]; k++) {
        s->store = good;
        for (unsigned i = 0; i < WORLD_ENTRIES; i++) {
            s->store.entries[i].bytes[damages[k].at] = damages[k].value;
        }
        if (read_again(s) != WF_ERROR_STORE_DAMAGED) {
            fprintf(stderr, "byte %zu = %u was taken\n", damages[k].at, damages[k].value);
            exit(1);
        }
    }
    close_shelf(s);
}

static void an_entry_of_a_later_version_is_refused_as_such(void) {
    shelf *s = open_shelf();
    (void)pair(s, peer(s, 1));
    for (unsigned i = 0; i < WORLD_ENTRIES; i++) {
        s->store.entries[i].bytes[0] = 99;
    }
    CHECK(read_again(s) == WF_ERROR_STORE_VERSION);
    close_shelf(s);
}

static void an_entry_that_could_not_be_erased_goes_with_the_next_that_is(void) {
    shelf *s = open_shelf();
    const wf_certificate *a = peer(s, 1);
    uint32_t old = pair(s, a), fresh = candidate(s, a);
    s->store.fail_at = s->store.writes + 2;
    CHECK_OK(commit(s, fresh, WF_PAIRING_FINAL));
    CHECK(s->entries[old].unerased);
    CHECK_OK(wf_pairing_remove(&s->table, fresh));
    CHECK(!s->entries[old].unerased);
    CHECK_OK(read_again(s));
    CHECK(wf_pairing_count(&s->table, WF_PAIRING_FREE) == ENTRIES);
    close_shelf(s);
}

static void a_removal_that_failed_can_be_tried_again(void) {
    shelf *s = open_shelf();
    uint32_t index = pair(s, peer(s, 1));
    s->store.fails = true;
    CHECK(wf_pairing_remove(&s->table, index) == WF_ERROR_STORE && s->entries[index].state == WF_PAIRING_FREE);
    CHECK(wf_pairing_remove(&s->table, index) == WF_ERROR_STORE);
    s->store.fails = false;
    CHECK_OK(wf_pairing_remove(&s->table, index));
    CHECK_OK(read_again(s));
    CHECK(wf_pairing_count(&s->table, WF_PAIRING_FREE) == ENTRIES);
    close_shelf(s);
}

static void a_store_that_can_not_be_read_is_an_error(void) {
    shelf *s = open_shelf();
    s->store.fails = true;
    CHECK(read_again(s) == WF_ERROR_STORE);
    close_shelf(s);
}

static void without_a_store_pairings_live_in_ram(void) {
    shelf *s = open_shelf();
    s->table.store = (wf_store){NULL, NULL, NULL, NULL};
    const wf_certificate *a = peer(s, 1);
    CHECK_OK(wf_pairing_load(&s->table));
    uint32_t index = pair(s, a);
    CHECK(find(s, a) == index);
    CHECK_OK(wf_pairing_remove(&s->table, index));
    CHECK(find(s, a) == WF_NO_PAIRING);
    close_shelf(s);
}

static const check_case cases[] = {
    {"a_pairing_is_read_back_as_it_was_written", a_pairing_is_read_back_as_it_was_written},
    {"a_candidate_is_in_ram_only", a_candidate_is_in_ram_only},
    {"a_provisional_pairing_survives_and_is_no_final_one", a_provisional_pairing_survives_and_is_no_final_one},
    {"a_removed_pairing_is_gone_from_ram_and_store", a_removed_pairing_is_gone_from_ram_and_store},
    {"a_later_pairing_replaces_the_earlier_one_of_the_peer", a_later_pairing_replaces_the_earlier_one_of_the_peer},
    {"no_more_than_the_limit_become_final_but_a_peer_may_pair_again",
     no_more_than_the_limit_become_final_but_a_peer_may_pair_again},
    {"there_are_no_more_candidates_than_entries", there_are_no_more_candidates_than_entries},
    {"another_certificate_of_the_same_number_is_refused", another_certificate_of_the_same_number_is_refused},
    {"another_certificate_of_the_same_x5t_is_refused", another_certificate_of_the_same_x5t_is_refused},
    {"what_could_not_be_written_does_not_count", what_could_not_be_written_does_not_count},
    {"a_pairing_counts_though_the_one_it_replaces_could_not_be_erased",
     a_pairing_counts_though_the_one_it_replaces_could_not_be_erased},
    {"two_entries_of_one_peer_become_the_later_one", two_entries_of_one_peer_become_the_later_one},
    {"a_provisional_pairing_leaves_the_final_one_beside_it", a_provisional_pairing_leaves_the_final_one_beside_it},
    {"a_final_pairing_takes_the_place_of_provisional_ones_too",
     a_final_pairing_takes_the_place_of_provisional_ones_too},
    {"a_damaged_entry_is_an_error_of_the_store", a_damaged_entry_is_an_error_of_the_store},
    {"an_entry_with_a_field_out_of_range_is_damaged", an_entry_with_a_field_out_of_range_is_damaged},
    {"an_entry_of_a_later_version_is_refused_as_such", an_entry_of_a_later_version_is_refused_as_such},
    {"an_entry_that_could_not_be_erased_goes_with_the_next_that_is",
     an_entry_that_could_not_be_erased_goes_with_the_next_that_is},
    {"a_removal_that_failed_can_be_tried_again", a_removal_that_failed_can_be_tried_again},
    {"a_store_that_can_not_be_read_is_an_error", a_store_that_can_not_be_read_is_an_error},
    {"without_a_store_pairings_live_in_ram", without_a_store_pairings_live_in_ram},
};

CHECK_MAIN(cases)

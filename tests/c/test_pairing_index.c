/* Finding pairings by hint and by host: the same as looking through all of them, however full the table is. */
#include "da/pairing.h"

#include "check.h"

enum { ENTRIES = 300, PLACES = 1024, ROUNDS = 60, HOSTS = 400 };

static uint32_t random_of(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

static wf_address host(uint32_t n) {
    return wf_address_ipv4(10, 0, (uint8_t)(n >> 8), (uint8_t)n, WF_PORT);
}

static void write_hint(uint8_t hint[static WF_DA_HINT_LEN], uint32_t n) {
    memset(hint, 0, WF_DA_HINT_LEN);
    hint[0] = (uint8_t)(n >> 8);
    hint[WF_DA_HINT_LEN - 1] = (uint8_t)n;
}

static uint32_t find_host(const wf_pairing_table *table, const wf_address *address) {
    for (uint32_t i = 0; i < table->count; i++) {
        if (table->entries[i].state == WF_PAIRING_FINAL && wf_address_same_host(&table->entries[i].address, address)) {
            return i;
        }
    }
    return WF_NO_PAIRING;
}

static uint32_t find_hint(const wf_pairing_table *table, const uint8_t *hint) {
    for (uint32_t i = 0; i < table->count; i++) {
        const wf_pairing *p = &table->entries[i];
        if ((p->state == WF_PAIRING_FINAL || p->state == WF_PAIRING_PROVISIONAL) &&
            memcmp(p->hint, hint, WF_DA_HINT_LEN) == 0) {
            return i;
        }
    }
    return WF_NO_PAIRING;
}

static void the_index_finds_what_looking_through_all_entries_finds(void) {
    static wf_pairing entries[ENTRIES];
    static uint32_t by_hint[PLACES], by_host[PLACES];
    wf_pairing_table table = {
        .entries = entries, .count = ENTRIES, .by_hint = by_hint, .by_host = by_host, .places = PLACES};
    CHECK(wf_pairing_index_places(ENTRIES) == PLACES);
    uint64_t state = 4;
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < ENTRIES; i++) { /* some come, go and move; two may be at one host for a while */
            if (random_of(&state) % 3 == 0) {
                entries[i].state = round % 5 == 0 ? WF_PAIRING_FINAL : (wf_pairing_state)(random_of(&state) % 4);
                entries[i].address = host(random_of(&state) % HOSTS);
                write_hint(entries[i].hint, i + HOSTS * (round % 2));
            }
        }
        wf_pairing_reindex(&table);
        for (uint32_t n = 0; n < 2 * HOSTS; n++) {
            uint8_t hint[WF_DA_HINT_LEN];
            wf_address at = host(n);
            write_hint(hint, n);
            CHECK(wf_pairing_by_hint(&table, wf_bytes_of(hint, sizeof hint)) == find_hint(&table, hint));
            CHECK(wf_pairing_by_address(&table, &at) == find_host(&table, &at));
        }
    }
}

static void there_are_twice_as_many_places_as_entries(void) {
    for (uint32_t entries = 1; entries < 5000; entries++) {
        uint32_t places = wf_pairing_index_places(entries);
        CHECK(places >= 2 * entries && places <= 4 * entries + 4 && (places & (places - 1)) == 0);
    }
}

static const check_case cases[] = {
    {"the_index_finds_what_looking_through_all_entries_finds", the_index_finds_what_looking_through_all_entries_finds},
    {"there_are_twice_as_many_places_as_entries", there_are_twice_as_many_places_as_entries},
};

CHECK_MAIN(cases)

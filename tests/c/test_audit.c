#include "audit/log.h"
#include "check.h"
#include <warifu/sim_store.h>

enum { ENTRIES = 8, MINUTE = 60000, HOUR = 3600000, DATE = 1790000000, MANY = WF_AUDIT_LINES * WF_AUDIT_ENTRIES };

static wf_sim_store *store;
static wf_audit_log log_;
static wf_audit_reader reader;
static uint64_t failed;
static wf_audit_entry all[MANY];

static void boot_with(unsigned entries, wf_time now) {
    wf_store view = wf_sim_store_as_store(store);
    wf_audit_log_open(&log_, &view, entries, &failed);
    wf_audit_log_start(&log_, now);
}

static void boot(wf_time now) {
    boot_with(ENTRIES, now);
}

static void start(void) {
    CHECK_OK(wf_sim_store_new(&store, 1));
    failed = 0;
    boot(1000);
}

static void finish(void) {
    wf_sim_store_free(store);
}

static wf_address host(uint32_t number) {
    return wf_address_ipv4(10, (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number, 3610);
}

static void note(wf_time now, wf_audited what, wf_error error, uint32_t from) {
    wf_audit_entry entry = {.what = what, .error = error, .address = host(from)};
    wf_audit_log_note(&log_, now, &entry);
}

/* What a reader of the store alone finds. */
static unsigned read_store(void) {
    wf_store view = wf_sim_store_as_store(store);
    unsigned count = 0;
    CHECK_OK(wf_audit_read(&reader, &view));
    while (wf_audit_next(&reader, &all[count])) {
        CHECK(count == 0 || all[count].sequence > all[count - 1].sequence);
        count++;
    }
    return count;
}

static unsigned read_live(void) {
    unsigned count = 0;
    wf_audit_read_live(&reader, &log_);
    while (wf_audit_next(&reader, &all[count])) {
        count++;
    }
    return count;
}

static const wf_audit_entry *find(unsigned count, wf_audited what) {
    for (unsigned i = count; i-- > 0;) {
        if (all[i].what == what) {
            return &all[i];
        }
    }
    return NULL;
}

/* ---- what is kept, and when ---- */

static void an_act_is_written_before_the_call_returns(void) {
    start();
    uint64_t before = wf_sim_store_writes(store);
    note(2000, WF_AUDITED_WINDOW_OPENED, WF_OK, 0);
    note(3000, WF_AUDITED_WINDOW_OPENED, WF_OK, 0);
    CHECK(wf_sim_store_writes(store) == before + 2 && wf_audit_log_deadline(&log_) == WF_TIME_NEVER);
    unsigned count = read_store();
    CHECK(count == 3 && all[0].what == WF_AUDITED_STARTED && all[0].boot == 1 && all[0].at == 1000);
    CHECK(all[1].what == WF_AUDITED_WINDOW_OPENED && all[1].at == 2000 && all[2].at == 3000 && all[2].sequence == 3);
    finish();
}

static void a_refusal_is_written_a_minute_later_and_seen_live_at_once(void) {
    start();
    uint64_t before = wf_sim_store_writes(store);
    note(5000, WF_AUDITED_REPLAYED, WF_ERROR_REPLAYED, 7);
    CHECK(read_store() == 1 && read_live() == 2);
    CHECK(wf_audit_log_deadline(&log_) == 5000 + MINUTE);
    wf_audit_log_tick(&log_, 5000 + MINUTE - 1);
    CHECK(wf_sim_store_writes(store) == before);
    wf_audit_log_tick(&log_, 5000 + MINUTE);
    CHECK(wf_sim_store_writes(store) == before + 1 && wf_audit_log_deadline(&log_) == WF_TIME_NEVER);
    unsigned count = read_store();
    wf_address from = host(7);
    CHECK(count == 2 && all[1].error == WF_ERROR_REPLAYED && wf_address_equal(&all[1].address, &from));
    finish();
}

static void what_comes_again_is_counted_in_one_entry_for_an_hour(void) {
    start();
    for (wf_time i = 0; i < 100; i++) {
        note(2000 + i * 1000, WF_AUDITED_TAMPERED, WF_ERROR_TAG, 7);
    }
    note(2000, WF_AUDITED_TAMPERED, WF_ERROR_TAG, 8);
    note(2000, WF_AUDITED_PAIRING_REFUSED, WF_ERROR_BUSY, 7);
    CHECK(read_live() == 4 && all[1].count == 100 && all[1].at == 2000 && all[1].last == 101000);
    CHECK(all[2].count == 1 && all[2].last == all[2].at);
    note(1000 + HOUR, WF_AUDITED_TAMPERED, WF_ERROR_TAG, 7);
    CHECK(read_live() == 5 && all[4].count == 1 && all[4].at == 1000 + HOUR);
    finish();
}

static void a_revoked_peer_that_comes_again_is_counted_and_not_written_at_once(void) {
    start();
    note(2000, WF_AUDITED_REVOKED, WF_ERROR_REVOKED, 1);
    uint64_t before = wf_sim_store_writes(store);
    for (unsigned i = 2; i < 50; i++) {
        note(2000 + i, WF_AUDITED_REVOKED, WF_ERROR_REVOKED, i);
    }
    CHECK(wf_sim_store_writes(store) == before && read_live() == 2 && all[1].count == 49);
    wf_audit_log_tick(&log_, 2002 + MINUTE);
    CHECK(wf_sim_store_writes(store) == before + 1 && read_store() == 2 && all[1].count == 49);
    finish();
}

/* ---- against those who provoke entries ---- */

static void a_flood_writes_once_a_minute_and_begins_few_entries_an_hour(void) {
    static const wf_audited kinds[] = {WF_AUDITED_TAMPERED, WF_AUDITED_REPLAYED, WF_AUDITED_POLICY_REFUSED};
    start();
    uint64_t before = wf_sim_store_writes(store);
    uint32_t sent = 0;
    for (wf_time now = 1000; now < 1000 + 3 * HOUR; now += 250) {
        note(now, kinds[sent % 3], WF_ERROR_TAG, sent);
        sent++;
        if (wf_audit_log_deadline(&log_) <= now) {
            wf_audit_log_tick(&log_, now);
        }
    }
    CHECK(wf_sim_store_writes(store) - before <= 180 && failed == 0);
    unsigned count = read_live();
    CHECK(count <= 1 + 3 * 3 * (WF_AUDIT_NEW_OF_A_KIND + 2)); /* hours, kinds; two store entries an hour */
    uint64_t counted = 0;
    for (unsigned i = 1; i < count; i++) {
        counted += all[i].count;
        CHECK(!all[i].from_many || wf_address_is_unspecified(&all[i].address));
    }
    CHECK(counted == sent);
    finish();
}

static void a_flood_of_all_kinds_begins_few_entries_an_hour(void) {
    const wf_audited_row *row;
    start();
    for (uint32_t i = 0; i < 100; i++) {
        for (unsigned at = 0; (row = wf_audited_at(at)) != NULL; at++) {
            if (row->care == WF_AUDIT_GATHERED) {
                note(2000 + i, row->code, WF_ERROR_TAG, i);
            }
        }
    }
    unsigned own = 0, rest = 0;
    for (unsigned count = read_live(); count-- > 1;) {
        *(all[count].from_many ? &rest : &own) += 1;
    }
    CHECK(own <= WF_AUDIT_NEW_AN_HOUR && own > 0 && rest > 0 && failed == 0);
    finish();
}

static void one_kind_of_noise_leaves_entries_for_the_others(void) {
    start();
    for (uint32_t i = 0; i < 1000; i++) {
        note(2000 + i, WF_AUDITED_POLICY_REFUSED, WF_ERROR_POLICY, i);
    }
    note(4000, WF_AUDITED_TAMPERED, WF_ERROR_TAG, 7);
    wf_address from = host(7);
    unsigned count = read_live();
    CHECK(count == 1 + WF_AUDIT_NEW_OF_A_KIND + 1 + 1);
    CHECK(wf_address_equal(&find(count, WF_AUDITED_TAMPERED)->address, &from));
    finish();
}

static void no_flood_pushes_an_act_out(void) {
    start();
    note(2000, WF_AUDITED_PAIRED, WF_OK, 1);
    for (uint32_t i = 0; i < 200000; i++) {
        note(2000 + (wf_time)i * 10000, WF_AUDITED_PAIRING_REFUSED, WF_ERROR_WINDOW_CLOSED, i);
        wf_audit_log_tick(&log_, 2000 + (wf_time)i * 10000);
    }
    unsigned count = read_store();
    const wf_audit_entry *paired = find(count, WF_AUDITED_PAIRED);
    CHECK(paired != NULL && paired->at == 2000 && failed == 0);
    finish();
}

static void restarts_write_once_each_and_leave_two_entries(void) {
    start();
    note(2000, WF_AUDITED_PAIRED, WF_OK, 1);
    uint64_t before = wf_sim_store_writes(store);
    for (wf_time i = 0; i < 1000; i++) {
        boot(i);
    }
    CHECK(wf_sim_store_writes(store) == before + 1000);
    unsigned count = read_store();
    CHECK(count == 3 && all[0].boot == 1 && all[0].count == 1);
    CHECK(all[1].what == WF_AUDITED_PAIRED && all[2].boot == 1001 && all[2].count == 1000 && all[2].at == 999);
    note(2000, WF_AUDITED_SESSION_UP, WF_OK, 1);
    wf_audit_log_flush(&log_);
    boot(5);
    CHECK(read_store() == 5 && all[4].boot == 1002 && all[4].count == 1);
    finish();
}

static void the_oldest_entries_of_a_ring_are_overwritten_first(void) {
    start();
    for (uint32_t i = 0; i < 1000; i++) {
        note(2000 + i, WF_AUDITED_WINDOW_OPENED, WF_OK, 0);
    }
    unsigned count = read_store(), kept = count - 1; /* and the start */
    CHECK(all[0].what == WF_AUDITED_STARTED);
    CHECK(kept > WF_AUDIT_LINES * (ENTRIES / 2 - 1) && kept <= WF_AUDIT_LINES * (ENTRIES / 2));
    for (unsigned i = 1; i < count; i++) {
        CHECK(all[i].at == 2000 + 1000 - kept + i - 1);
    }
    finish();
}

/* ---- time ---- */

static void entries_from_before_the_date_was_known_get_theirs(void) {
    start();
    note(11000, WF_AUDITED_WINDOW_OPENED, WF_OK, 0);
    CHECK(read_live() == 2 && all[1].date == 0);
    wf_audit_log_set_date(&log_, 21000, DATE);
    note(31000, WF_AUDITED_WINDOW_CLOSED, WF_ERROR_CANCELLED, 0);
    wf_audit_log_tick(&log_, 21000 + MINUTE);
    CHECK(read_store() == 3 && all[0].date == DATE - 20 && all[1].date == DATE - 10 && all[2].date == DATE + 10);
    boot(50);
    CHECK(read_store() == 4 && all[3].date == 0 && all[0].date == DATE - 20);
    finish();
}

static void a_clock_that_jumps_is_an_entry_and_one_that_is_kept_is_none(void) {
    start();
    wf_audit_log_set_date(&log_, 2000, DATE);
    wf_audit_log_set_date(&log_, 12000, DATE + 40);
    CHECK(find(read_live(), WF_AUDITED_CLOCK_SET) == NULL);
    wf_audit_log_set_date(&log_, 22000, DATE + 50 + HOUR);
    const wf_audit_entry *entry = find(read_store(), WF_AUDITED_CLOCK_SET);
    CHECK(entry != NULL && entry->date == DATE + 50 + HOUR);
    finish();
}

static void a_date_outside_the_calendar_leaves_the_log_readable(void) {
    static const int64_t dates[] = {INT64_MIN, -1, 0, INT64_MAX, 5};
    start();
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        wf_audit_log_set_date(&log_, 100000, dates[i]);
        note(100000, WF_AUDITED_WINDOW_OPENED, WF_OK, 0);
    }
    CHECK(read_store() == 6 && reader.damaged == 0 && all[5].date == 5 && all[0].date == 0);
    finish();
}

/* ---- a store that fails ---- */

/* Acts and refusals, a boot in between; gives how many acts were said to be written. */
static unsigned live_through_a_day(void) {
    unsigned acts = 0;
    for (unsigned i = 0; i < 60; i++) {
        wf_time now = 2000 + (wf_time)i * 20000;
        uint64_t before = failed;
        if (i == 30) {
            boot(now);
        }
        note(now, WF_AUDITED_REPLAYED, WF_ERROR_REPLAYED, i);
        note(now, WF_AUDITED_WINDOW_OPENED, WF_OK, 0);
        acts += failed == before && wf_sim_store_has_power(store);
        wf_audit_log_tick(&log_, now);
    }
    return acts;
}

static unsigned count_of(unsigned count, wf_audited what) {
    unsigned found = 0;
    for (unsigned i = 0; i < count; i++) {
        found += all[i].what == what;
    }
    return found;
}

static void after_a_power_cut_at_any_write_the_log_is_read_and_no_act_is_missing(void) {
    for (uint64_t cut = 1;; cut++) {
        CHECK_OK(wf_sim_store_new(&store, cut));
        failed = 0;
        wf_sim_store_cut_at(store, cut);
        boot(1000);
        unsigned acts = live_through_a_day();
        bool was_cut = !wf_sim_store_has_power(store);
        wf_sim_store_power_on(store);
        wf_sim_store_cut_at(store, 0);
        unsigned count = read_store();
        CHECK(reader.damaged == 0 && count_of(count, WF_AUDITED_WINDOW_OPENED) >= acts);
        uint32_t newest = count > 0 ? all[count - 1].boot : 0;
        boot(0);
        count = read_store();
        CHECK(all[count - 1].what == WF_AUDITED_STARTED && all[count - 1].boot == newest + 1);
        finish();
        if (!was_cut) {
            CHECK(cut > 60);
            return;
        }
    }
}

/* A store that keeps no promise: writes stay unsynced, and a power cut tears and reorders them. */
static void what_a_bad_store_tore_is_passed_over_and_the_rest_is_read(void) {
    const wf_sim_store_faults faults = {.unsynced = 4, .loss = 300000, .tearing = 500000, .in_any_order = true};
    unsigned damaged = 0;
    for (uint64_t cut = 2; cut < 60; cut++) {
        CHECK_OK(wf_sim_store_new(&store, cut));
        wf_sim_store_set_faults(store, &faults);
        wf_sim_store_cut_at(store, cut);
        boot(1000);
        (void)live_through_a_day();
        wf_sim_store_power_on(store);
        (void)read_store();
        damaged += reader.damaged;
        boot(0);
        note(1, WF_AUDITED_WINDOW_OPENED, WF_OK, 0);
        CHECK(find(read_store(), WF_AUDITED_WINDOW_OPENED) != NULL);
        finish();
    }
    CHECK(damaged > 0);
}

static void a_store_that_fails_is_counted_and_written_when_it_is_back(void) {
    start();
    wf_sim_store_fail_all(store, WF_SIM_WRITES);
    note(2000, WF_AUDITED_PAIRED, WF_OK, 1);
    note(2000, WF_AUDITED_REPLAYED, WF_ERROR_REPLAYED, 1);
    CHECK(failed == 1 && read_store() == 1 && read_live() == 3);
    wf_audit_log_tick(&log_, 2000 + MINUTE);
    CHECK(failed == 3 && wf_audit_log_deadline(&log_) == 2000 + 2 * MINUTE);
    wf_sim_store_fail_all(store, 0);
    wf_audit_log_tick(&log_, 2000 + 2 * MINUTE);
    CHECK(failed == 3 && read_store() == 3 && wf_audit_log_deadline(&log_) == WF_TIME_NEVER);
    finish();
}

static void what_finds_no_room_because_the_store_fails_is_counted(void) {
    start();
    wf_sim_store_fail_all(store, WF_SIM_WRITES);
    for (uint32_t i = 0; i < 2 * WF_AUDIT_LINES; i++) {
        note(2000 + i, WF_AUDITED_WINDOW_OPENED, WF_OK, 0);
    }
    CHECK(read_live() == 1 + WF_AUDIT_LINES && failed >= 2 * WF_AUDIT_LINES);
    wf_sim_store_fail_all(store, 0);
    note(9000, WF_AUDITED_PAIRED, WF_OK, 0);
    CHECK(read_store() == 2 + WF_AUDIT_LINES && find(read_store(), WF_AUDITED_PAIRED) != NULL);
    finish();
}

static void a_store_that_can_not_be_read_is_an_error(void) {
    start();
    wf_store view = wf_sim_store_as_store(store);
    wf_sim_store_fail_all(store, WF_SIM_READS);
    CHECK(wf_audit_read(&reader, &view) == WF_ERROR_STORE);
    finish();
}

static void a_log_that_gets_fewer_entries_drops_the_others(void) {
    start();
    boot_with(WF_AUDIT_ENTRIES, 0);
    for (uint32_t i = 0; i < 500; i++) {
        note(i, WF_AUDITED_WINDOW_OPENED, WF_OK, 0);
    }
    CHECK(read_store() > 500);
    boot_with(2, 0);
    note(1, WF_AUDITED_PAIRED, WF_OK, 0);
    unsigned count = read_store();
    CHECK(count <= 2 * WF_AUDIT_LINES && all[count - 1].what == WF_AUDITED_PAIRED);
    CHECK(all[count - 1].sequence > 500 && all[count - 1].boot == 3);
    finish();
}

static void without_a_store_the_newest_entries_are_kept_in_memory(void) {
    wf_store none = {NULL, NULL, NULL, NULL};
    wf_audit_log_open(&log_, &none, 2, &failed);
    wf_audit_log_start(&log_, 0);
    for (uint32_t i = 0; i < 2 * WF_AUDIT_LINES + 1; i++) {
        note(i, WF_AUDITED_WINDOW_OPENED, WF_OK, 0);
    }
    CHECK(read_live() == 2 && all[0].what == WF_AUDITED_STARTED && all[1].at == 2 * WF_AUDIT_LINES);
}

static void an_act_is_recorded_while_no_node_runs(void) {
    wf_audit_entry act = {.what = WF_AUDITED_UNPAIRED, .number = {0xFE}, .address = host(7), .date = DATE};
    start();
    wf_store view = wf_sim_store_as_store(store);
    CHECK_OK(wf_audit_record(&view, &act));
    CHECK(read_store() == 2 && all[1].what == WF_AUDITED_UNPAIRED && all[1].date == DATE && all[1].boot == 1);
    CHECK(all[1].number[0] == 0xFE && wf_address_equal(&all[1].address, &act.address) && all[0].date == 0);
    wf_sim_store_fail_all(store, WF_SIM_WRITES);
    CHECK(wf_audit_record(&view, &act) == WF_ERROR_STORE);
    act.what = WF_AUDITED_REPLAYED;
    CHECK(wf_audit_record(&view, &act) == WF_ERROR_ARGUMENT);
    finish();
}

static void acts_without_a_node_stay_within_the_ring_that_the_node_made(void) {
    start();
    wf_store view = wf_sim_store_as_store(store);
    for (unsigned i = 0; i < WF_AUDIT_ENTRIES * WF_AUDIT_LINES; i++) {
        CHECK_OK(wf_audit_record(&view, &(wf_audit_entry){.what = WF_AUDITED_RESTORED}));
    }
    unsigned before = read_store();
    CHECK(before <= 1 + WF_AUDIT_LINES * ENTRIES / 2);
    boot(0);
    CHECK(read_store() == before + 1 && failed == 0);
    finish();
}

static void no_log_is_begun_where_no_node_has_one(void) {
    CHECK_OK(wf_sim_store_new(&store, 1));
    wf_store view = wf_sim_store_as_store(store);
    CHECK_OK(wf_audit_record(&view, &(wf_audit_entry){.what = WF_AUDITED_RESTORED}));
    CHECK(wf_sim_store_writes(store) == 0);
    finish();
}

/* ---- bytes and texts ---- */

static wf_error parse_again(wf_audit_block *block, wf_audit_block *out) {
    uint8_t bytes[WF_STORE_ENTRY_LEN];
    wf_writer w = wf_writer_of(bytes, sizeof bytes);
    wf_audit_block_write(&w, block);
    return wf_audit_block_parse(out, wf_bytes_of(bytes, w.len));
}

static void only_whole_lines_in_order_are_a_block(void) {
    static wf_audit_block out;
    wf_audit_block block = {.ring_len = 4,
                            .count = 2,
                            .lines = {{.sequence = 5, .what = WF_AUDITED_PAIRED, .count = 1},
                                      {.sequence = 6, .what = (wf_audited)99, .count = 2, .at = 3, .last = 9}}};
    uint8_t bytes[WF_STORE_ENTRY_LEN];
    wf_writer w = wf_writer_of(bytes, sizeof bytes);
    wf_audit_block_write(&w, &block);
    CHECK_OK(wf_audit_block_parse(&out, wf_bytes_of(bytes, w.len)));
    CHECK(out.ring_len == 4 && out.count == 2 && out.lines[1].last == 9);
    CHECK(strcmp(wf_audited_row_of(out.lines[1].what)->name, "unknown") == 0);
    for (size_t len = 0; len < w.len; len++) {
        bool is_first_line = len == 2 + (w.len - 2) / 2;
        wf_error error = wf_audit_block_parse(&out, wf_bytes_of(bytes, len));
        CHECK(is_first_line ? error == WF_OK && out.count == 1 : error == WF_ERROR_STORE_DAMAGED && out.count == 0);
    }
    block.lines[1].sequence = 5;
    CHECK(parse_again(&block, &out) == WF_ERROR_STORE_DAMAGED);
    block.lines[1].sequence = 6;
    block.lines[1].count = 0;
    CHECK(parse_again(&block, &out) == WF_ERROR_STORE_DAMAGED);
    block.lines[1].count = 1;
    CHECK_OK(parse_again(&block, &out));
    block.ring_len = WF_AUDIT_RING + 1;
    CHECK(parse_again(&block, &out) == WF_ERROR_STORE_DAMAGED);
}

static void each_code_and_each_name_stands_once_in_the_table(void) {
    const wf_audited_row *row, *other;
    for (unsigned i = 0; (row = wf_audited_at(i)) != NULL; i++) {
        CHECK(row->code > 0 && (unsigned)row->code < 0x80 && wf_audited_row_of(row->code) == row);
        for (unsigned j = 0; j < i; j++) {
            other = wf_audited_at(j);
            CHECK(other->code != row->code && strcmp(other->name, row->name) != 0);
        }
    }
}

typedef void (*render)(wf_writer *, const wf_audit_entry *);

static bool reads(render write, const wf_audit_entry *entry, const char *text) {
    uint8_t out[WF_AUDIT_TEXT_LEN];
    wf_writer w = wf_writer_of(out, sizeof out);
    write(&w, entry);
    bool same = !w.overflow && w.len == strlen(text) && memcmp(out, text, w.len) == 0;
    if (!same) {
        fprintf(stderr, "%.*s\n", (int)w.len, (const char *)out);
    }
    return same;
}

static void an_entry_reads_as_one_line_of_text(void) {
    wf_audit_entry entry = {.sequence = 7,
                            .boot = 3,
                            .at = 12345,
                            .last = 72345,
                            .date = 951782399,
                            .what = WF_AUDITED_POLICY_REFUSED,
                            .error = WF_ERROR_POLICY,
                            .count = 12,
                            .address = host(7),
                            .eoj = 0x013001,
                            .epc = 0x80};
    CHECK(reads(wf_audit_write_text, &entry,
                "2000-02-28T23:59:59Z policy_refused: the policy refused an access (POLICY: the policy does not allow "
                "this), address 10.0.0.7:3610, object 013001 property 80, 12 times until 2000-02-29T00:00:59Z"));
    entry = (wf_audit_entry){.boot = 3, .at = 1005, .last = 1005, .what = WF_AUDITED_STARTED, .count = 4};
    CHECK(reads(wf_audit_write_text, &entry, "boot 3 + 1.005 s started: the node started, 4 times"));
    entry = (wf_audit_entry){.boot = 3, .what = WF_AUDITED_TAMPERED, .count = 1, .from_many = true};
    CHECK(reads(wf_audit_write_text, &entry,
                "boot 3 + 0.000 s tampered: a message with a wrong authentication tag was dropped, from many "
                "addresses"));
    entry = (wf_audit_entry){.boot = 1, .what = (wf_audited)99, .error = (wf_error)999, .count = 1, .number = {0xFE}};
    CHECK(reads(wf_audit_write_text, &entry,
                "boot 1 + 0.000 s unknown: another version wrote this down, and this one has no name for it (error "
                "999), number FE00000000000000000000000000000000"));
}

static void an_entry_reads_as_one_json_object(void) {
    wf_audit_entry entry = {.sequence = 7,
                            .boot = 3,
                            .at = 12345,
                            .last = 72345,
                            .date = 1790000000,
                            .what = WF_AUDITED_POLICY_REFUSED,
                            .error = WF_ERROR_POLICY,
                            .count = 12,
                            .address = host(7),
                            .eoj = 0x013001,
                            .epc = 0x80};
    CHECK(reads(wf_audit_write_json, &entry,
                "{\"sequence\":7,\"boot\":3,\"at_ms\":12345,\"last_ms\":72345,\"date\":\"2026-09-21T14:13:20Z\","
                "\"what\":\"policy_refused\",\"error\":\"POLICY\",\"count\":12,\"from_many\":false,\"number\":null,"
                "\"address\":\"10.0.0.7:3610\",\"eoj\":\"013001\",\"epc\":\"80\"}"));
    entry = (wf_audit_entry){.boot = 1, .what = (wf_audited)99, .error = (wf_error)999, .count = 1, .number = {0xFE}};
    CHECK(reads(wf_audit_write_json, &entry,
                "{\"sequence\":0,\"boot\":1,\"at_ms\":0,\"last_ms\":0,\"date\":null,\"what\":\"unknown\","
                "\"error\":999,\"count\":1,\"from_many\":false,\"number\":\"FE00000000000000000000000000000000\","
                "\"address\":null,\"eoj\":null,\"epc\":null}"));
}

/* Whatever the tables say one day. */
static void the_longest_entry_fits_the_room_that_the_header_promises(void) {
    const wf_audited_row *row;
    const wf_error_row *error;
    wf_audit_entry entry = {UINT32_MAX, UINT32_MAX, WF_TIME_NEVER, WF_TIME_NEVER, 0,           WF_AUDITED_NONE,
                            WF_OK,      UINT32_MAX, false,         {0},           {{0}, 0, 0}, 0,
                            0};
    memset(entry.number, 0xFF, sizeof entry.number);
    memset(&entry.address, 0xFF, sizeof entry.address);
    entry.address.ip[0] = 0xFE;
    entry.address.ip[1] = 0x80;
    entry.at = 0;
    entry.eoj = 0xFFFFFF;
    for (unsigned i = 0; (row = wf_audited_at(i)) != NULL; i++) {
        for (unsigned j = 0; (error = wf_error_at(j)) != NULL; j++) {
            uint8_t out[WF_AUDIT_TEXT_LEN];
            entry.what = row->code;
            entry.error = error->code;
            wf_writer text = wf_writer_of(out, sizeof out);
            wf_audit_write_text(&text, &entry);
            wf_writer json = wf_writer_of(out, sizeof out);
            wf_audit_write_json(&json, &entry);
            CHECK(!text.overflow && !json.overflow);
        }
    }
}

#define CASE(name) \
    { #name, name }

static const check_case cases[] = {
    CASE(an_act_is_written_before_the_call_returns),
    CASE(a_refusal_is_written_a_minute_later_and_seen_live_at_once),
    CASE(what_comes_again_is_counted_in_one_entry_for_an_hour),
    CASE(a_revoked_peer_that_comes_again_is_counted_and_not_written_at_once),
    CASE(a_flood_writes_once_a_minute_and_begins_few_entries_an_hour),
    CASE(a_flood_of_all_kinds_begins_few_entries_an_hour),
    CASE(one_kind_of_noise_leaves_entries_for_the_others),
    CASE(no_flood_pushes_an_act_out),
    CASE(restarts_write_once_each_and_leave_two_entries),
    CASE(the_oldest_entries_of_a_ring_are_overwritten_first),
    CASE(entries_from_before_the_date_was_known_get_theirs),
    CASE(a_clock_that_jumps_is_an_entry_and_one_that_is_kept_is_none),
    CASE(a_date_outside_the_calendar_leaves_the_log_readable),
    CASE(after_a_power_cut_at_any_write_the_log_is_read_and_no_act_is_missing),
    CASE(what_a_bad_store_tore_is_passed_over_and_the_rest_is_read),
    CASE(a_store_that_fails_is_counted_and_written_when_it_is_back),
    CASE(what_finds_no_room_because_the_store_fails_is_counted),
    CASE(a_store_that_can_not_be_read_is_an_error),
    CASE(a_log_that_gets_fewer_entries_drops_the_others),
    CASE(without_a_store_the_newest_entries_are_kept_in_memory),
    CASE(an_act_is_recorded_while_no_node_runs),
    CASE(acts_without_a_node_stay_within_the_ring_that_the_node_made),
    CASE(no_log_is_begun_where_no_node_has_one),
    CASE(only_whole_lines_in_order_are_a_block),
    CASE(each_code_and_each_name_stands_once_in_the_table),
    CASE(an_entry_reads_as_one_line_of_text),
    CASE(an_entry_reads_as_one_json_object),
    CASE(the_longest_entry_fits_the_room_that_the_header_promises),
};

CHECK_MAIN(cases)

#define _GNU_SOURCE 1
#include "store_place.h"
#include <fcntl.h>
#include <sys/stat.h>

static void what_is_saved_is_loaded_after_the_next_start(void) {
    uint8_t large[LARGE], out[LARGE];
    size_t len;
    start();
    CHECK(holds(ID, ""));
    CHECK_OK(save_text(ID, "one"));
    CHECK(holds(ID, "one"));
    CHECK_OK(save_text(ID, "two"));
    CHECK_OK(save_text(ID, "three"));
    CHECK_OK(save_text(0xFFFF, "other"));
    reopen();
    CHECK(holds(ID, "three") && holds(0xFFFF, "other") && holds(0, ""));
    memset(large, 7, sizeof large);
    CHECK_OK(vtable.save(vtable.context, ID, large, sizeof large));
    reopen();
    CHECK_OK(vtable.load(vtable.context, ID, out, sizeof out, &len));
    CHECK(len == sizeof large && memcmp(large, out, len) == 0);
    finish();
}

static void an_erased_entry_is_gone_and_can_be_saved_anew(void) {
    start();
    CHECK_OK(vtable.erase(vtable.context, ID));
    CHECK_OK(save_text(ID, "secret one"));
    CHECK_OK(save_text(ID, "secret two"));
    CHECK_OK(vtable.erase(vtable.context, ID));
    CHECK(holds(ID, "") && !slot_exists(0) && !slot_exists(1));
    reopen();
    CHECK(holds(ID, ""));
    CHECK_OK(save_text(ID, "anew"));
    reopen();
    CHECK(holds(ID, "anew"));
    finish();
}

static void what_was_answered_is_in_both_slots(void) {
    start();
    for (int i = 0; i < 3; i++) {
        CHECK_OK(save_text(ID, i == 0 ? "first" : (i == 1 ? "second" : "third")));
        CHECK(slots_are_alike());
    }
    finish();
}

static void any_flipped_byte_is_noticed_and_healed_from_the_other_slot(void) {
    start();
    CHECK_OK(save_text(ID, "old"));
    CHECK_OK(save_text(ID, "new"));
    for (size_t at = 0; at < 23; at++) {
        flip((int)(at % 2), at);
        CHECK(holds(ID, "new") && store.damaged == at + 1 && store.healed == at + 1);
        CHECK(slots_are_alike());
    }
    finish();
}

static void any_cut_or_lengthened_slot_is_noticed_and_healed(void) {
    uint8_t bytes[WF_FILE_SLOT_LEN + 1] = {0};
    start();
    CHECK_OK(save_text(ID, "value"));
    size_t len = read_slot(0, bytes, sizeof bytes);
    for (size_t cut = 0; cut <= len + 1; cut += cut + 1 == len ? 2 : 1) {
        uint64_t before = store.healed;
        write_slot(1, bytes, cut);
        CHECK(holds(ID, "value") && slots_are_alike() && store.healed == before + 1);
    }
    uint8_t large[LARGE] = {1}, out[LARGE];
    CHECK_OK(vtable.save(vtable.context, ID, large, sizeof large));
    len = read_slot(0, bytes, sizeof bytes);
    write_slot(0, bytes, len + 1);
    CHECK_OK(vtable.load(vtable.context, ID, out, sizeof out, &len));
    CHECK(memcmp(out, large, sizeof large) == 0 && slots_are_alike());
    finish();
}

/* Also when nobody reads the entry before the good slot is damaged too. */
static void opening_heals_a_damaged_slot(void) {
    for (int which = 0; which < 2; which++) {
        start();
        CHECK_OK(save_text(ID, "value"));
        flip(which, 9);
        reopen();
        CHECK(store.damaged == 1 && store.healed == 1);
        flip(1 - which, 9);
        CHECK(holds(ID, "value"));
        finish();
    }
}

static void opening_finishes_a_write_that_lost_power_between_the_slots(void) {
    for (int which = 0; which < 2; which++) {
        start();
        CHECK_OK(save_text(ID, "old"));
        write_entry(which, 2, "new");
        reopen();
        CHECK(slots_are_alike() && store.damaged == 0);
        flip(which, 9);
        CHECK(holds(ID, "new"));
        CHECK_OK(vtable.erase(vtable.context, ID));
        write_entry(which, 1, "only");
        reopen();
        CHECK(slots_are_alike() && holds(ID, "only"));
        finish();
    }
}

typedef enum rest { NOTHING, TORN, WHOLE } rest;

/* What a write to NAME.new has left of it. */
static void leave_new(int which, rest what) {
    uint8_t bytes[WF_FILE_SLOT_LEN];
    char path[420];
    if (what == NOTHING) {
        return;
    }
    write_entry(which, 2, "new");
    size_t len = read_slot(which, bytes, sizeof bytes);
    snprintf(path, sizeof path, "%s.new", slot_path(which));
    CHECK(rename(slot_path(which), path) == 0);
    CHECK(what == WHOLE || truncate(path, (off_t)len / 2) == 0);
}

static bool is_left_alone(int which, rest what) {
    char path[420];
    snprintf(path, sizeof path, "%s.new", slot_path(which));
    return what != NOTHING && access(path, F_OK) == 0;
}

/* A slot's name leads to the old file or, once all is synced, to the new one; names may become durable in any order. */
static void leave_slot(int which, bool is_new, bool had_old) {
    if (is_new || had_old) {
        write_entry(which, is_new ? 2 : 1, is_new ? "new" : "old");
    }
}

static void any_state_that_a_power_cut_can_leave_of_a_write_is_the_old_or_the_new_entry(void) {
    start();
    for (unsigned state = 0; state < 2 * 2 * 2 * 3 * 3; state++) {
        bool had_old = state % 2 != 0, is_new[2] = {state / 2 % 2 != 0, state / 4 % 2 != 0};
        rest rests[2] = {(rest)(state / 8 % 3), (rest)(state / 24)};
        wf_file_store_close(&store);
        for (int i = 0; i < 2; i++) {
            CHECK(unlink(slot_path(i)) == 0 || errno == ENOENT);
            leave_new(i, rests[i]);
            leave_slot(i, is_new[i], had_old);
        }
        CHECK_OK(wf_file_store_open(&store, place));
        CHECK(holds(ID, is_new[0] || is_new[1] ? "new" : (had_old ? "old" : "")));
        CHECK(store.damaged == 0 && !is_left_alone(0, rests[0]) && !is_left_alone(1, rests[1]));
        CHECK(slot_exists(0) == slot_exists(1) && (!slot_exists(0) || slots_are_alike()));
    }
    finish();
}

static void any_state_that_a_power_cut_can_leave_of_an_erasure_is_the_entry_or_none(void) {
    start();
    for (unsigned state = 0; state < 4; state++) {
        wf_file_store_close(&store);
        for (int i = 0; i < 2; i++) {
            bool is_there = (state >> i & 1) != 0;
            CHECK(unlink(slot_path(i)) == 0 || errno == ENOENT);
            leave_slot(i, false, is_there);
        }
        CHECK_OK(wf_file_store_open(&store, place));
        CHECK(holds(ID, state == 0 ? "" : "old") && store.damaged == 0);
        CHECK(slot_exists(0) == slot_exists(1));
    }
    finish();
}

static void put_old_slot(int which, uint8_t kind, uint8_t generation, const char *text) {
    uint8_t bytes[WF_FILE_SLOT_LEN] = {'W', 'F', 'S', 1, kind, 0, ID};
    size_t len = strlen(text), end;
    bytes[14] = generation;
    bytes[16] = (uint8_t)len;
    memcpy(bytes + 17, text, len);
    uint32_t crc = 0xFFFFFFFF;
    for (size_t bit = 0; bit < 8 * (17 + len); bit++) {
        bool odd = ((crc ^ (uint32_t)(bytes[bit / 8] >> bit % 8)) & 1) != 0;
        crc = crc >> 1 ^ (odd ? 0xEDB88320 : 0);
    }
    wf_writer w = wf_writer_of(bytes + 17 + len, 4);
    wf_write_u32(&w, ~crc);
    CHECK_OK(wf_writer_finish(&w, &end));
    write_slot(which, bytes, 17 + len + end);
}

static void write_version(const char *text) {
    char path[400];
    snprintf(path, sizeof path, "%s/version", place);
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void a_store_of_version_1_is_read_and_rewritten(void) {
    uint8_t bytes[WF_FILE_SLOT_LEN];
    for (int which = 0; which < 2; which++) {
        start();
        wf_file_store_close(&store);
        write_version("warifu store 1\n");
        put_old_slot(which, 1, 8, "newer");
        put_old_slot(1 - which, 1, 7, "older");
        CHECK_OK(wf_file_store_open(&store, place));
        CHECK(holds(ID, "newer") && slots_are_alike() && read_slot(0, bytes, sizeof bytes) > 4 && bytes[3] == 2);
        wf_file_store_close(&store);
        write_version("warifu store 1\n");
        put_old_slot(which, 0, 9, "");
        CHECK_OK(wf_file_store_open(&store, place));
        CHECK(holds(ID, "") && !slot_exists(0) && !slot_exists(1));
        reopen();
        finish();
    }
}

static void damage_to_both_slots_is_an_error_never_nothing(void) {
    start();
    CHECK_OK(save_text(ID, "first and only"));
    flip(0, 20);
    flip(1, 20);
    CHECK(load_error(ID) == WF_ERROR_STORE_DAMAGED);
    CHECK(unlink(slot_path(0)) == 0);
    CHECK(load_error(ID) == WF_ERROR_STORE_DAMAGED);
    reopen();
    CHECK(load_error(ID) == WF_ERROR_STORE_DAMAGED);
    CHECK_OK(save_text(ID, "healed"));
    CHECK(holds(ID, "healed"));
    flip(0, 20);
    flip(1, 20);
    CHECK_OK(vtable.erase(vtable.context, ID));
    CHECK(holds(ID, ""));
    finish();
}

static void no_damage_brings_back_what_was_there_before(void) {
    for (int which = 0; which < 2; which++) {
        start();
        CHECK_OK(save_text(ID, "4 failures"));
        CHECK_OK(save_text(ID, "5 failures"));
        flip(which, 9);
        CHECK(holds(ID, "5 failures"));
        flip(1 - which, 9);
        reopen();
        CHECK(holds(ID, "5 failures"));
        finish();
    }
}

static void a_slot_under_another_name_does_not_count(void) {
    uint8_t bytes[WF_FILE_SLOT_LEN];
    start();
    CHECK_OK(save_text(7, "seven"));
    char path[400];
    snprintf(path, sizeof path, "%s/0007.a", place);
    FILE *file = fopen(path, "rb");
    size_t len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    write_slot(0, bytes, len);
    CHECK(load_error(ID) == WF_ERROR_STORE_DAMAGED);
    reopen();
    CHECK(load_error(ID) == WF_ERROR_STORE_DAMAGED);
    finish();
}

static void what_a_power_cut_left_half_written_is_removed_at_the_start(void) {
    char path[400];
    start();
    CHECK_OK(save_text(ID, "whole"));
    snprintf(path, sizeof path, "%s/002a.a.new", place);
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL && fputs("WFS half", file) >= 0 && fclose(file) == 0);
    reopen();
    CHECK(access(path, F_OK) != 0);
    CHECK(holds(ID, "whole"));
    finish();
}

static void sizes_outside_the_contract_are_refused(void) {
    uint8_t large[LARGE + 1] = {0}, out[3];
    size_t len = 9;
    start();
    CHECK(vtable.save(vtable.context, ID, large, 0) == WF_ERROR_ARGUMENT);
    CHECK(vtable.save(vtable.context, ID, large, sizeof large) == WF_ERROR_ARGUMENT);
    CHECK_OK(save_text(ID, "four"));
    CHECK(vtable.load(vtable.context, ID, out, sizeof out, &len) == WF_ERROR_TOO_SMALL && len == 0);
    finish();
}

static void a_closed_store_says_so(void) {
    start();
    wf_file_store_close(&store);
    wf_file_store_close(&store);
    CHECK(load_error(ID) == WF_ERROR_CLOSED);
    CHECK(save_text(ID, "x") == WF_ERROR_CLOSED);
    CHECK(vtable.erase(vtable.context, ID) == WF_ERROR_CLOSED);
    clean_up();
}

static void secrets_do_not_stay_in_the_store_object(void) {
    start();
    CHECK_OK(save_text(ID, "very secret"));
    CHECK(memmem(&store, sizeof store, "very secret", 11) == NULL);
    CHECK(holds(ID, "very secret"));
    CHECK(memmem(&store, sizeof store, "very secret", 11) == NULL);
    finish();
}

/* Reads through a descriptor that was open before the name went to another file. */
static bool reads_as_zeros(int fd) {
    uint8_t bytes[WF_FILE_SLOT_LEN];
    ssize_t len = pread(fd, bytes, sizeof bytes, 0);
    CHECK(len > 20);
    for (ssize_t i = 0; i < len; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

static void what_a_write_replaces_is_overwritten_with_zeros(void) {
    start();
    CHECK_OK(save_text(ID, "secret one"));
    CHECK_OK(save_text(ID, "secret two"));
    int fds[] = {open(slot_path(0), O_RDONLY), open(slot_path(1), O_RDONLY)};
    CHECK(fds[0] >= 0 && fds[1] >= 0 && !reads_as_zeros(fds[0]));
    CHECK_OK(save_text(ID, "secret three"));
    CHECK(reads_as_zeros(fds[0]) && reads_as_zeros(fds[1]));
    close(fds[0]);
    close(fds[1]);
    fds[0] = open(slot_path(0), O_RDONLY);
    fds[1] = open(slot_path(1), O_RDONLY);
    CHECK(fds[0] >= 0 && fds[1] >= 0 && !reads_as_zeros(fds[0]));
    CHECK_OK(vtable.erase(vtable.context, ID));
    CHECK(reads_as_zeros(fds[0]) && reads_as_zeros(fds[1]));
    close(fds[0]);
    close(fds[1]);
    finish();
}

static void a_backup_by_hard_links_keeps_its_bytes(void) {
    char backup[400];
    start();
    CHECK_OK(save_text(ID, "kept in the backup"));
    snprintf(backup, sizeof backup, "%s/backup", place);
    CHECK(link(slot_path(0), backup) == 0);
    CHECK_OK(vtable.erase(vtable.context, ID));
    CHECK(rename(backup, slot_path(0)) == 0);
    CHECK(holds(ID, "kept in the backup"));
    finish();
}

static void a_reader_sees_the_store_of_a_running_process_and_can_not_change_it(void) {
    wf_file_store reader;
    uint8_t out[8];
    size_t len;
    start();
    CHECK_OK(save_text(ID, "one"));
    CHECK_OK(wf_file_store_open_to_read(&reader, place));
    wf_store view = wf_file_store_as_store(&reader);
    CHECK_OK(save_text(ID, "two"));
    CHECK_OK(view.load(view.context, ID, out, sizeof out, &len));
    CHECK(len == 3 && memcmp(out, "two", 3) == 0);
    CHECK(view.save(view.context, ID, out, 1) == WF_ERROR_STATE && view.erase(view.context, ID) == WF_ERROR_STATE);
    flip(0, 9);
    CHECK_OK(view.load(view.context, ID, out, sizeof out, &len));
    CHECK(len == 3 && reader.damaged == 1 && reader.healed == 0 && !slots_are_alike());
    wf_file_store_close(&reader);
    CHECK(holds(ID, "two"));
    finish();
}

static void a_reader_makes_no_store_where_there_is_none(void) {
    wf_file_store reader;
    char path[400];
    start();
    snprintf(path, sizeof path, "%s/none", place);
    CHECK(wf_file_store_open_to_read(&reader, path) == WF_ERROR_STORE && reader.system_error.number == ENOENT);
    CHECK(!reader.open && access(path, F_OK) != 0);
    CHECK(mkdir(path, 0700) == 0);
    CHECK(wf_file_store_open_to_read(&reader, path) == WF_ERROR_STORE && reader.system_error.number == ENOENT);
    finish();
}

static const check_case cases[] = {
    {"what_is_saved_is_loaded_after_the_next_start", what_is_saved_is_loaded_after_the_next_start},
    {"an_erased_entry_is_gone_and_can_be_saved_anew", an_erased_entry_is_gone_and_can_be_saved_anew},
    {"what_was_answered_is_in_both_slots", what_was_answered_is_in_both_slots},
    {"any_flipped_byte_is_noticed_and_healed_from_the_other_slot",
     any_flipped_byte_is_noticed_and_healed_from_the_other_slot},
    {"any_cut_or_lengthened_slot_is_noticed_and_healed", any_cut_or_lengthened_slot_is_noticed_and_healed},
    {"opening_heals_a_damaged_slot", opening_heals_a_damaged_slot},
    {"opening_finishes_a_write_that_lost_power_between_the_slots",
     opening_finishes_a_write_that_lost_power_between_the_slots},
    {"any_state_that_a_power_cut_can_leave_of_a_write_is_the_old_or_the_new_entry",
     any_state_that_a_power_cut_can_leave_of_a_write_is_the_old_or_the_new_entry},
    {"any_state_that_a_power_cut_can_leave_of_an_erasure_is_the_entry_or_none",
     any_state_that_a_power_cut_can_leave_of_an_erasure_is_the_entry_or_none},
    {"a_store_of_version_1_is_read_and_rewritten", a_store_of_version_1_is_read_and_rewritten},
    {"damage_to_both_slots_is_an_error_never_nothing", damage_to_both_slots_is_an_error_never_nothing},
    {"no_damage_brings_back_what_was_there_before", no_damage_brings_back_what_was_there_before},
    {"a_slot_under_another_name_does_not_count", a_slot_under_another_name_does_not_count},
    {"what_a_power_cut_left_half_written_is_removed_at_the_start",
     what_a_power_cut_left_half_written_is_removed_at_the_start},
    {"sizes_outside_the_contract_are_refused", sizes_outside_the_contract_are_refused},
    {"a_closed_store_says_so", a_closed_store_says_so},
    {"secrets_do_not_stay_in_the_store_object", secrets_do_not_stay_in_the_store_object},
    {"what_a_write_replaces_is_overwritten_with_zeros", what_a_write_replaces_is_overwritten_with_zeros},
    {"a_backup_by_hard_links_keeps_its_bytes", a_backup_by_hard_links_keeps_its_bytes},
    {"a_reader_sees_the_store_of_a_running_process_and_can_not_change_it",
     a_reader_sees_the_store_of_a_running_process_and_can_not_change_it},
    {"a_reader_makes_no_store_where_there_is_none", a_reader_makes_no_store_where_there_is_none},
};

CHECK_MAIN(cases)

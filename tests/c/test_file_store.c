#define _GNU_SOURCE 1
#include "store_place.h"
#include <fcntl.h>

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
    CHECK(holds(ID, ""));
    reopen();
    CHECK(holds(ID, ""));
    for (int i = 0; i < 2; i++) {
        uint8_t bytes[WF_FILE_SLOT_LEN];
        wf_file_slot slot;
        size_t len = read_slot(i, bytes, sizeof bytes);
        CHECK_OK(wf_file_slot_parse(&slot, wf_bytes_of(bytes, len)));
        CHECK(slot.kind == WF_SLOT_TOMBSTONE && memmem(bytes, len, "secret", 6) == NULL);
    }
    CHECK_OK(save_text(ID, "anew"));
    reopen();
    CHECK(holds(ID, "anew"));
    finish();
}

static void any_flipped_byte_is_noticed_and_the_other_slot_helps(void) {
    start();
    CHECK_OK(save_text(ID, "old"));
    CHECK_OK(save_text(ID, "old"));
    CHECK_OK(save_text(ID, "new"));
    int which = newest_slot();
    for (size_t at = 0; at < 24; at++) {
        flip(which, at);
        CHECK(holds(ID, "old") && store.damaged == at + 1);
        flip(which, at);
    }
    CHECK(holds(ID, "new"));
    for (size_t at = 0; at < 24; at++) {
        flip(1 - which, at);
        CHECK(holds(ID, "new"));
        flip(1 - which, at);
    }
    finish();
}

static void any_cut_or_lengthened_slot_is_noticed(void) {
    uint8_t bytes[WF_FILE_SLOT_LEN + 1] = {0};
    start();
    CHECK_OK(save_text(ID, "old"));
    CHECK_OK(save_text(ID, "new"));
    int which = newest_slot();
    size_t len = read_slot(which, bytes, sizeof bytes);
    for (size_t cut = 0; cut < len; cut++) {
        write_slot(which, bytes, cut);
        CHECK(holds(ID, "old"));
    }
    write_slot(which, bytes, len + 1);
    CHECK(holds(ID, "old"));
    uint8_t large[LARGE] = {1};
    CHECK_OK(vtable.save(vtable.context, ID, large, sizeof large));
    which = newest_slot();
    CHECK(read_slot(which, bytes, sizeof bytes) == WF_FILE_SLOT_LEN);
    write_slot(which, bytes, sizeof bytes);
    CHECK(holds(ID, "old"));
    finish();
}

static void damage_to_both_slots_is_an_error_never_nothing(void) {
    start();
    CHECK_OK(save_text(ID, "first and only"));
    flip(0, 20);
    CHECK(holds(ID, "first and only"));
    flip(1, 20);
    CHECK(load_error(ID) == WF_ERROR_STORE_DAMAGED);
    CHECK(unlink(slot_path(0)) == 0);
    CHECK(load_error(ID) == WF_ERROR_STORE_DAMAGED);
    CHECK_OK(save_text(ID, "healed"));
    flip(0, 20);
    CHECK(holds(ID, "healed"));
    flip(1, 20);
    CHECK_OK(vtable.erase(vtable.context, ID));
    CHECK(holds(ID, ""));
    finish();
}

static void a_tombstone_survives_damage_to_the_other_slot(void) {
    for (int which = 0; which < 2; which++) {
        start();
        CHECK_OK(save_text(ID, "peer"));
        CHECK_OK(vtable.erase(vtable.context, ID));
        flip(which, 9);
        reopen();
        CHECK(holds(ID, ""));
        finish();
    }
}

static void an_entry_saved_over_a_tombstone_survives_damage_to_one_slot(void) {
    for (int which = 0; which < 2; which++) {
        start();
        CHECK_OK(save_text(ID, "peer"));
        CHECK_OK(vtable.erase(vtable.context, ID));
        CHECK_OK(save_text(ID, "again"));
        flip(which, 9);
        reopen();
        CHECK(holds(ID, "again"));
        finish();
    }
}

static void an_entry_saved_twice_is_not_turned_back_by_damage(void) {
    for (int which = 0; which < 2; which++) {
        start();
        CHECK_OK(save_text(ID, "4 failures"));
        CHECK_OK(save_text(ID, "5 failures"));
        CHECK_OK(save_text(ID, "5 failures"));
        flip(which, 9);
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
    int older = 1 - newest_slot();
    CHECK_OK(save_text(ID, "secret three"));
    CHECK(reads_as_zeros(fds[older]) && !reads_as_zeros(fds[1 - older]));
    CHECK_OK(vtable.erase(vtable.context, ID));
    CHECK(reads_as_zeros(fds[1 - older]));
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
    CHECK(rename(backup, slot_path(0)) == 0 && unlink(slot_path(1)) == 0);
    CHECK(holds(ID, "kept in the backup"));
    finish();
}

static const check_case cases[] = {
    {"what_is_saved_is_loaded_after_the_next_start", what_is_saved_is_loaded_after_the_next_start},
    {"an_erased_entry_is_gone_and_can_be_saved_anew", an_erased_entry_is_gone_and_can_be_saved_anew},
    {"any_flipped_byte_is_noticed_and_the_other_slot_helps", any_flipped_byte_is_noticed_and_the_other_slot_helps},
    {"any_cut_or_lengthened_slot_is_noticed", any_cut_or_lengthened_slot_is_noticed},
    {"damage_to_both_slots_is_an_error_never_nothing", damage_to_both_slots_is_an_error_never_nothing},
    {"a_tombstone_survives_damage_to_the_other_slot", a_tombstone_survives_damage_to_the_other_slot},
    {"an_entry_saved_over_a_tombstone_survives_damage_to_one_slot",
     an_entry_saved_over_a_tombstone_survives_damage_to_one_slot},
    {"an_entry_saved_twice_is_not_turned_back_by_damage", an_entry_saved_twice_is_not_turned_back_by_damage},
    {"a_slot_under_another_name_does_not_count", a_slot_under_another_name_does_not_count},
    {"what_a_power_cut_left_half_written_is_removed_at_the_start",
     what_a_power_cut_left_half_written_is_removed_at_the_start},
    {"sizes_outside_the_contract_are_refused", sizes_outside_the_contract_are_refused},
    {"a_closed_store_says_so", a_closed_store_says_so},
    {"secrets_do_not_stay_in_the_store_object", secrets_do_not_stay_in_the_store_object},
    {"what_a_write_replaces_is_overwritten_with_zeros", what_a_write_replaces_is_overwritten_with_zeros},
    {"a_backup_by_hard_links_keeps_its_bytes", a_backup_by_hard_links_keeps_its_bytes},
};

CHECK_MAIN(cases)

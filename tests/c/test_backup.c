/* Backups: sealed, checked whole before anything changes, and no way back for what must not go back. */
#define _GNU_SOURCE 1
#include "host/backup_format.h"
#include "sim_home.h"
#include "store_place.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <warifu/stored.h>

enum { PATIENCE = 120000, COUNTS = 0x0010, PAIRING_KEY_AT = 7 };

static wf_error fill(void *context, uint8_t *out, size_t len) {
    static uint8_t next;
    (void)context;
    for (size_t i = 0; i < len; i++) {
        out[i] = next++;
    }
    return WF_OK;
}

static wf_bytes text_of(const char *text) {
    return wf_bytes_of((const uint8_t *)text, strlen(text));
}

static wf_backup_order order(const char *passphrase) {
    return (wf_backup_order){
        .passphrase = text_of(passphrase), .iterations = 1, .made = HOME_DATE, .entropy = {fill, NULL}};
}

typedef struct stage {
    home *home;
    home_node *device, *controller;
    wf_store of_controller;
    uint8_t *backup;
    size_t len;
} stage;

/* A paired home and a backup of the controller's store. */
static stage backed_up(uint64_t seed) {
    stage s = {.home = home_new(seed)};
    s.device = home_add(s.home, WF_ROLE_DEVICE);
    s.controller = home_add(s.home, WF_ROLE_CONTROLLER);
    CHECK_OK(home_pair(s.home, s.controller, s.device));
    s.of_controller = wf_sim_store_as_store(s.controller->store);
    wf_backup_order o = order("correct horse");
    CHECK_OK(wf_backup_make(&s.backup, &s.len, &s.of_controller, &o));
    return s;
}

static void done(stage *s) {
    wf_backup_free(s->backup, s->len);
    home_end(s->home);
}

static wf_error restore(const stage *s, const char *passphrase, bool force) {
    return wf_backup_restore(&s->of_controller, wf_bytes_of(s->backup, s->len), text_of(passphrase), force);
}

static void save(const wf_store *of, uint16_t id, const char *text) {
    CHECK_OK(of->save(of->context, id, (const uint8_t *)text, strlen(text)));
}

static bool entry_is(const wf_store *of, uint16_t id, const char *text) {
    uint8_t entry[WF_STORE_ENTRY_LEN];
    size_t len;
    CHECK_OK(of->load(of->context, id, entry, sizeof entry, &len));
    return len == strlen(text) && memcmp(entry, text, len) == 0;
}

static unsigned pairings_in(const wf_store *of) {
    wf_stored_peer peer;
    unsigned at = 0, count = 0;
    while (wf_stored_next_peer(of, &at, &peer)) {
        count++;
    }
    return count;
}

static void a_restored_node_needs_no_second_pairing(void) {
    stage s = backed_up(1);
    wf_sim_shut_down(s.home->sim, s.controller->host);
    CHECK_OK(wf_stored_reset(&s.of_controller));
    CHECK(pairings_in(&s.of_controller) == 0);
    CHECK_OK(restore(&s, "correct horse", false));
    home_boot(s.home, s.controller);
    CHECK_OK(home_get(s.home, s.controller, s.device, PATIENCE));
    done(&s);
}

/* It numbers its WAKEs on from where no node that had this store can have been. */
static void a_restored_device_is_heard_when_it_calls(void) {
    stage s = backed_up(2);
    wf_store of_device = wf_sim_store_as_store(s.device->store);
    wf_backup_order o = order("correct horse");
    uint8_t *backup;
    size_t len;
    CHECK_OK(wf_backup_make(&backup, &len, &of_device, &o));
    for (unsigned i = 0; i < 3; i++) {
        wf_sim_cut_power(s.home->sim, s.device->host);
        home_boot(s.home, s.device);
        wf_sim_run(s.home->sim, 20000);
    }
    wf_sim_shut_down(s.home->sim, s.device->host);
    CHECK_OK(wf_stored_reset(&of_device));
    CHECK_OK(wf_backup_restore(&of_device, wf_bytes_of(backup, len), o.passphrase, false));
    home_boot(s.home, s.device);
    wf_sim_run(s.home->sim, 20000);
    wf_peer_id peer = home_peer(s.home, s.device, s.controller);
    wf_peer known;
    unsigned at = 0;
    CHECK(peer.value != 0 && wf_engine_next_peer(home_engine(s.home, s.device), &at, &known) && known.has_session);
    wf_backup_free(backup, len);
    done(&s);
}

static void nothing_secret_stands_in_a_backup_and_no_two_are_alike(void) {
    stage s = backed_up(3);
    uint8_t entry[WF_STORE_ENTRY_LEN], *second;
    size_t len, second_len;
    wf_backup_order o = order("correct horse");
    static const uint16_t ids[] = {WF_STORE_SEED, WF_STORE_PAIRINGS};
    for (size_t i = 0; i < 2; i++) {
        CHECK_OK(s.of_controller.load(s.of_controller.context, ids[i], entry, sizeof entry, &len));
        for (size_t at = PAIRING_KEY_AT; at + 8 <= len && at < 32; at += 8) {
            CHECK(memmem(s.backup, s.len, entry + at, 8) == NULL);
        }
    }
    CHECK_OK(wf_backup_make(&second, &second_len, &s.of_controller, &o));
    CHECK(second_len == s.len && memcmp(second + WF_BACKUP_HEAD_LEN, s.backup + WF_BACKUP_HEAD_LEN, 64) != 0);
    wf_backup_free(second, second_len);
    done(&s);
}

static void the_seed_is_not_in_it_and_stays_that_of_the_store(void) {
    stage s = backed_up(4);
    uint8_t before[64], after[64];
    size_t len;
    CHECK_OK(s.of_controller.load(s.of_controller.context, WF_STORE_SEED, before, sizeof before, &len));
    CHECK_OK(restore(&s, "correct horse", true));
    CHECK_OK(s.of_controller.load(s.of_controller.context, WF_STORE_SEED, after, sizeof after, &len));
    CHECK(len == 36 && memcmp(before, after, 32) == 0 && after[33] == before[33] + 1); /* 65,536 starts more */
    wf_sim_shut_down(s.home->sim, s.controller->host);
    CHECK_OK(wf_stored_reset(&s.of_controller));
    CHECK_OK(restore(&s, "correct horse", false));
    CHECK_OK(s.of_controller.load(s.of_controller.context, WF_STORE_SEED, after, sizeof after, &len));
    CHECK(len == 36 && memcmp(before, after, 32) != 0);
    done(&s);
}

/* ---- what is refused changes nothing ---- */

static void a_wrong_passphrase_changes_nothing(void) {
    static const char *const wrong[] = {"correct horsf", "correct horse ", "Correct horse", "battery staple"};
    stage s = backed_up(5);
    uint64_t writes = wf_sim_store_writes(s.controller->store);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        CHECK(restore(&s, wrong[i], true) == WF_ERROR_PASSPHRASE);
    }
    CHECK(wf_sim_store_writes(s.controller->store) == writes);
    done(&s);
}

static void damage_anywhere_is_named_and_changes_nothing(void) {
    stage s = backed_up(6);
    uint64_t writes = wf_sim_store_writes(s.controller->store);
    for (size_t at = 0; at < s.len; at++) {
        s.backup[at] ^= 0x20;
        wf_error error = restore(&s, "correct horse", true);
        CHECK(error == (at == 4 ? WF_ERROR_STORE_VERSION : WF_ERROR_BACKUP));
        s.backup[at] ^= 0x20;
    }
    size_t whole = s.len;
    for (s.len = 0; s.len < whole; s.len += 1 + s.len / 50) {
        CHECK(restore(&s, "correct horse", true) == WF_ERROR_BACKUP);
    }
    s.len = whole;
    CHECK(wf_sim_store_writes(s.controller->store) == writes);
    CHECK_OK(restore(&s, "correct horse", true));
    done(&s);
}

/* Whoever changes a file can make its hash right again; the seal he can't. */
static void changes_with_a_right_hash_are_found_by_the_seal(void) {
    stage s = backed_up(7);
    wf_bytes all = wf_bytes_of(s.backup, s.len - WF_HASH_LEN);
    for (size_t at = 9; at < all.len; at += 1 + at / 40) {
        s.backup[at] ^= 1;
        CHECK_OK(wf_sha256(s.backup + all.len, &all, 1));
        wf_error error = restore(&s, "correct horse", true);
        CHECK(error == WF_ERROR_PASSPHRASE || error == WF_ERROR_BACKUP);
        s.backup[at] ^= 1;
    }
    done(&s);
}

static void iterations_that_would_never_end_are_refused(void) {
    stage s = backed_up(8);
    wf_bytes all = wf_bytes_of(s.backup, s.len - WF_HASH_LEN);
    s.backup[5] = 0x7F;
    CHECK_OK(wf_sha256(s.backup + all.len, &all, 1));
    CHECK(restore(&s, "correct horse", true) == WF_ERROR_BACKUP);
    memset(s.backup + 5, 0, 4);
    CHECK_OK(wf_sha256(s.backup + all.len, &all, 1));
    CHECK(restore(&s, "correct horse", true) == WF_ERROR_BACKUP);
    done(&s);
}

static void a_passphrase_has_at_least_8_bytes(void) {
    stage s = backed_up(9);
    wf_backup_order o = order("7 bytes");
    uint8_t *at;
    size_t len;
    CHECK(wf_backup_make(&at, &len, &s.of_controller, &o) == WF_ERROR_ARGUMENT && at == NULL);
    o = order("8 bytes!");
    o.iterations = WF_BACKUP_MOST_ITERATIONS + 1;
    CHECK(wf_backup_make(&at, &len, &s.of_controller, &o) == WF_ERROR_ARGUMENT && at == NULL);
    o.iterations = 0;
    CHECK_OK(wf_backup_make(&at, &len, &s.of_controller, &o));
    CHECK(at[5] == 0 && at[6] == 9 && at[7] == 0x27 && at[8] == 0xC0); /* 600,000 */
    wf_backup_free(at, len);
    done(&s);
}

static void a_store_with_pairings_is_replaced_by_force_only(void) {
    stage s = backed_up(10);
    home_node *second = home_add(s.home, WF_ROLE_DEVICE);
    CHECK_OK(home_pair(s.home, s.controller, second));
    CHECK(restore(&s, "correct horse", false) == WF_ERROR_STORE_NOT_EMPTY);
    CHECK(pairings_in(&s.of_controller) == 2);
    wf_sim_shut_down(s.home->sim, s.controller->host);
    CHECK_OK(restore(&s, "correct horse", true));
    CHECK(pairings_in(&s.of_controller) == 1);
    home_boot(s.home, s.controller);
    CHECK_OK(home_get(s.home, s.controller, s.device, PATIENCE));
    done(&s);
}

static void what_must_not_go_back_comes_back_only_where_there_is_none(void) {
    stage s = backed_up(11);
    wf_backup_free(s.backup, s.len);
    save(&s.of_controller, COUNTS, "4 failures");
    wf_backup_order o = order("correct horse");
    CHECK_OK(wf_backup_make(&s.backup, &s.len, &s.of_controller, &o));
    save(&s.of_controller, COUNTS, "5 failures");
    CHECK_OK(restore(&s, "correct horse", true));
    CHECK(entry_is(&s.of_controller, COUNTS, "5 failures"));
    CHECK_OK(s.of_controller.erase(s.of_controller.context, COUNTS));
    CHECK_OK(restore(&s, "correct horse", true));
    CHECK(entry_is(&s.of_controller, COUNTS, "4 failures"));
    done(&s);
}

/* ---- what lies between ---- */

static void a_power_cut_at_any_write_of_a_restore_is_said_and_healed_by_another(void) {
    static const uint32_t losses[] = {0, WF_SIM_ALWAYS};
    unsigned refused = 0;
    for (unsigned i = 0; i < 2; i++) {
        bool went = true;
        for (uint64_t at = 1; went; at++) {
            stage s = backed_up(100 + at);
            home_node *second = home_add(s.home, WF_ROLE_DEVICE);
            CHECK_OK(home_pair(s.home, s.controller, second));
            wf_sim_shut_down(s.home->sim, s.controller->host);
            wf_sim_store_set_faults(s.controller->store, &(wf_sim_store_faults){.loss = losses[i]});
            wf_sim_store_cut_at(s.controller->store, at);
            wf_error error = restore(&s, "correct horse", true);
            went = !wf_sim_store_has_power(s.controller->store);
            CHECK(error == (went ? WF_ERROR_STORE : WF_OK));
            wf_sim_store_power_on(s.controller->store);
            wf_sim_store_cut_at(s.controller->store, 0);
            error = wf_sim_boot(s.home->sim, s.controller->host);
            CHECK(error == WF_OK || error == WF_ERROR_RESTORE_UNFINISHED);
            if (error == WF_OK) {
                CHECK(pairings_in(&s.of_controller) == 2 || pairings_in(&s.of_controller) == 1);
                wf_sim_shut_down(s.home->sim, s.controller->host);
            }
            refused += error != WF_OK;
            CHECK_OK(restore(&s, "correct horse", error == WF_OK));
            home_boot(s.home, s.controller);
            CHECK(home_peer(s.home, s.controller, second).value == 0);
            CHECK_OK(home_get(s.home, s.controller, s.device, PATIENCE));
            done(&s);
        }
    }
    CHECK(refused > 3);
}

/* The device has another admission key by now: silence, which ends in an error that is clear, and pairing again heals.
 */
static void a_restored_pairing_that_was_replaced_since_is_healed_by_pairing_again(void) {
    stage s = backed_up(12);
    CHECK_OK(home_pair(s.home, s.controller, s.device));
    wf_sim_shut_down(s.home->sim, s.controller->host);
    CHECK_OK(restore(&s, "correct horse", true));
    home_boot(s.home, s.controller);
    CHECK(home_get(s.home, s.controller, s.device, PATIENCE) == WF_ERROR_NO_SESSION);
    CHECK_OK(home_pair(s.home, s.controller, s.device));
    CHECK_OK(home_get(s.home, s.controller, s.device, PATIENCE));
    CHECK(pairings_in(&s.of_controller) == 1);
    done(&s);
}

static void a_restored_pairing_that_the_device_has_removed_can_be_removed_here(void) {
    stage s = backed_up(13);
    wf_request_id unpair;
    wf_engine *engine = home_engine(s.home, s.controller);
    CHECK_OK(
        wf_engine_unpair(engine, home_clock(s.home, s.controller), &unpair, home_peer(s.home, s.controller, s.device)));
    CHECK_OK(home_wait_for(s.home, s.controller, unpair, PATIENCE));
    wf_sim_shut_down(s.home->sim, s.controller->host);
    CHECK_OK(restore(&s, "correct horse", false));
    home_boot(s.home, s.controller);
    CHECK(home_get(s.home, s.controller, s.device, PATIENCE) == WF_ERROR_NO_SESSION);
    engine = home_engine(s.home, s.controller);
    CHECK_OK(
        wf_engine_unpair(engine, home_clock(s.home, s.controller), &unpair, home_peer(s.home, s.controller, s.device)));
    CHECK(home_wait_for(s.home, s.controller, unpair, PATIENCE) == WF_ERROR_UNPAIRED_HERE_ONLY);
    CHECK(pairings_in(&s.of_controller) == 0);
    done(&s);
}

/* ---- large ones ---- */

static void stores_of_any_size_come_back_whole(void) {
    static const unsigned counts[] = {0, 1, 7, 8, 9, 600};
    CHECK_OK(wf_crypto_start());
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        wf_sim_store *from, *to;
        uint8_t entry[WF_STORE_ENTRY_LEN], out[WF_STORE_ENTRY_LEN], *backup;
        size_t len, got;
        CHECK_OK(wf_sim_store_new(&from, 1));
        CHECK_OK(wf_sim_store_new(&to, 2));
        wf_store a = wf_sim_store_as_store(from), b = wf_sim_store_as_store(to);
        for (unsigned k = 0; k < counts[i]; k++) {
            memset(entry, (int)(k % 251), sizeof entry);
            CHECK_OK(a.save(a.context, (uint16_t)(0x2000 + k), entry, 2044 - k % 3));
        }
        wf_backup_order o = order("correct horse");
        CHECK_OK(wf_backup_make(&backup, &len, &a, &o));
        CHECK_OK(wf_backup_restore(&b, wf_bytes_of(backup, len), o.passphrase, false));
        for (unsigned k = 0; k < counts[i]; k++) {
            CHECK_OK(b.load(b.context, (uint16_t)(0x2000 + k), out, sizeof out, &got));
            CHECK(got == 2044 - k % 3 && out[0] == k % 251 && out[got - 1] == k % 251);
        }
        wf_backup_free(backup, len);
        wf_sim_store_free(from);
        wf_sim_store_free(to);
    }
}

static void sealed_chunks_open_whole_and_in_order_only(void) {
    static const size_t sizes[] = {4, 16383, 16384, 16385, 32768, 40000};
    static uint8_t plain[40000], sealed[41000], out[41000];
    static const uint8_t key[WF_AES_KEY_LEN] = {7};
    CHECK_OK(wf_crypto_start());
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        wf_writer w = wf_writer_of(sealed, sizeof sealed);
        size_t len;
        memset(plain, (int)i, sizeof plain);
        wf_backup_write_head(&w, &(wf_backup_head){.iterations = 1});
        CHECK_OK(wf_backup_seal(&w, key, wf_bytes_of(plain, sizes[i])));
        wf_bytes head = wf_bytes_of(sealed, WF_BACKUP_HEAD_LEN);
        wf_bytes chunks = wf_bytes_of(sealed + head.len, w.len - head.len);
        CHECK_OK(wf_backup_unseal(out, &len, key, head, chunks));
        CHECK(len == sizes[i] && memcmp(out, plain, len) == 0);
        if (sizes[i] > 16384) { /* without its end; without its beginning */
            chunks.len = 2 + 16384 + 16;
            CHECK(wf_backup_unseal(out, &len, key, head, chunks) != WF_OK && len == 0);
            chunks = wf_bytes_of(chunks.at + chunks.len, w.len - head.len - chunks.len);
            CHECK(wf_backup_unseal(out, &len, key, head, chunks) != WF_OK && len == 0);
        }
    }
}

/* ---- files ---- */

static char path[400], old_path[400];
static wf_system_error reason;

static void start_with_files(void) {
    CHECK_OK(wf_crypto_start());
    start();
    snprintf(path, sizeof path, "%.200s.backup", place);
    snprintf(old_path, sizeof old_path, "%.200s.old", place);
    reason = (wf_system_error){0};
}

static void finish_with_files(void) {
    CHECK(unlink(path) == 0 || errno == ENOENT);
    CHECK(unlink(old_path) == 0 || errno == ENOENT);
    finish();
}

static void a_backup_file_is_its_owners_and_overwrites_nothing(void) {
    struct stat status;
    wf_backup_order o = order("correct horse");
    start_with_files();
    CHECK_OK(save_text(ID, "kept"));
    CHECK_OK(wf_backup_to_file(path, &vtable, &o, &reason));
    CHECK(stat(path, &status) == 0 && (status.st_mode & 07777) == 0600);
    CHECK(wf_backup_to_file(path, &vtable, &o, &reason) == WF_ERROR_STORE && reason.number == EEXIST);
    snprintf(old_path, sizeof old_path, "%.200s/nowhere/backup", place);
    CHECK(wf_backup_to_file(old_path, &vtable, &o, &reason) == WF_ERROR_STORE && reason.number == ENOENT);
    finish_with_files();
}

static void a_file_is_restored_into_a_new_folder(void) {
    wf_backup_order o = order("correct horse");
    start_with_files();
    CHECK_OK(save_text(ID, "kept"));
    CHECK_OK(save_text(WF_STORE_PAIRINGS, "a pairing"));
    CHECK_OK(wf_backup_to_file(path, &vtable, &o, &reason));
    wf_file_store_close(&store);
    remove_tree(place);
    CHECK_OK(wf_file_store_open(&store, place));
    CHECK_OK(wf_backup_from_file(&vtable, path, NULL, &o, &reason));
    CHECK(holds(ID, "kept") && holds(WF_STORE_PAIRINGS, "a pairing"));
    reopen(); /* it is no copy */
    finish_with_files();
}

static void force_keeps_what_was_there_in_a_backup_of_its_own(void) {
    wf_backup_order o = order("correct horse");
    start_with_files();
    CHECK_OK(save_text(WF_STORE_PAIRINGS, "the first"));
    CHECK_OK(wf_backup_to_file(path, &vtable, &o, &reason));
    CHECK_OK(save_text(WF_STORE_PAIRINGS, "the second"));
    CHECK(wf_backup_from_file(&vtable, path, NULL, &o, &reason) == WF_ERROR_STORE_NOT_EMPTY);
    wf_backup_order wrong = order("wrong horse");
    CHECK(wf_backup_from_file(&vtable, path, old_path, &wrong, &reason) == WF_ERROR_PASSPHRASE);
    CHECK(access(old_path, F_OK) != 0 && holds(WF_STORE_PAIRINGS, "the second"));
    CHECK_OK(wf_backup_from_file(&vtable, path, old_path, &o, &reason));
    CHECK(holds(WF_STORE_PAIRINGS, "the first"));
    CHECK(unlink(path) == 0);
    CHECK_OK(wf_backup_from_file(&vtable, old_path, path, &o, &reason));
    CHECK(holds(WF_STORE_PAIRINGS, "the second"));
    finish_with_files();
}

static void what_can_not_be_read_keeps_from_a_backup_and_not_from_a_restore(void) {
    wf_backup_order o = order("correct horse");
    start_with_files();
    CHECK_OK(save_text(WF_STORE_PAIRINGS, "whole"));
    CHECK_OK(wf_backup_to_file(path, &vtable, &o, &reason));
    CHECK_OK(save_text(ID, "broken"));
    flip(0, 9);
    flip(1, 9);
    CHECK(wf_backup_to_file(old_path, &vtable, &o, &reason) == WF_ERROR_STORE_DAMAGED);
    CHECK_OK(wf_backup_from_file(&vtable, path, old_path, &o, &reason));
    CHECK(holds(WF_STORE_PAIRINGS, "whole"));
    finish_with_files();
}

static void what_is_no_backup_is_refused(void) {
    wf_backup_order o = order("correct horse");
    start_with_files();
    CHECK(wf_backup_from_file(&vtable, path, NULL, &o, &reason) == WF_ERROR_STORE && reason.number == ENOENT);
    CHECK(wf_backup_from_file(&vtable, place, NULL, &o, &reason) == WF_ERROR_STORE && reason.number == EISDIR);
    CHECK(wf_backup_from_file(&vtable, "/dev/null", NULL, &o, &reason) == WF_ERROR_BACKUP);
    CHECK(wf_backup_from_file(&vtable, "/dev/zero", NULL, &o, &reason) == WF_ERROR_BACKUP);
    finish_with_files();
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(a_restored_node_needs_no_second_pairing),
    CASE(a_restored_device_is_heard_when_it_calls),
    CASE(nothing_secret_stands_in_a_backup_and_no_two_are_alike),
    CASE(the_seed_is_not_in_it_and_stays_that_of_the_store),
    CASE(a_wrong_passphrase_changes_nothing),
    CASE(damage_anywhere_is_named_and_changes_nothing),
    CASE(changes_with_a_right_hash_are_found_by_the_seal),
    CASE(iterations_that_would_never_end_are_refused),
    CASE(a_passphrase_has_at_least_8_bytes),
    CASE(a_store_with_pairings_is_replaced_by_force_only),
    CASE(what_must_not_go_back_comes_back_only_where_there_is_none),
    CASE(a_power_cut_at_any_write_of_a_restore_is_said_and_healed_by_another),
    CASE(a_restored_pairing_that_was_replaced_since_is_healed_by_pairing_again),
    CASE(a_restored_pairing_that_the_device_has_removed_can_be_removed_here),
    CASE(stores_of_any_size_come_back_whole),
    CASE(sealed_chunks_open_whole_and_in_order_only),
    CASE(a_backup_file_is_its_owners_and_overwrites_nothing),
    CASE(a_file_is_restored_into_a_new_folder),
    CASE(force_keeps_what_was_there_in_a_backup_of_its_own),
    CASE(what_can_not_be_read_keeps_from_a_backup_and_not_from_a_restore),
    CASE(what_is_no_backup_is_refused),
};
CHECK_MAIN(cases)

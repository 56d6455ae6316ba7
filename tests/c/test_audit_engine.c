/* What an engine writes into its audit log, read from its store as if nothing ran, or live. */
#define _GNU_SOURCE 1
#include "sim_home.h"
#include "store_place.h"
#include <warifu/backup.h>
#include <warifu/crl.h>
#include <warifu/keeping.h>

enum { ENTRIES = 8, MOST = WF_AUDIT_LINES * WF_AUDIT_ENTRIES, PATIENCE = 120000, MINUTE = 60000 };

static wf_audit_entry all[MOST];
static unsigned count;
static home_node *device, *controller;

static home *home_with_audit(uint64_t seed) {
    home *h = home_new(seed);
    h->audit_entries = ENTRIES;
    device = home_add(h, WF_ROLE_DEVICE);
    controller = home_add(h, WF_ROLE_CONTROLLER);
    return h;
}

static void walk(wf_audit_reader *reader) {
    for (count = 0; wf_audit_next(reader, &all[count]);) {
        count++;
    }
}

static void read_live(home *h, const home_node *node) {
    static wf_audit_reader reader;
    wf_engine_audit(home_engine(h, node), &reader);
    walk(&reader);
}

static void read_store(const home_node *node) {
    static wf_audit_reader reader;
    wf_store view = wf_sim_store_as_store(node->store);
    CHECK_OK(wf_audit_read(&reader, &view));
    walk(&reader);
    CHECK(reader.damaged == 0);
}

/* The last entry of that kind, or NULL. */
static const wf_audit_entry *find(wf_audited what) {
    for (unsigned i = count; i-- > 0;) {
        if (all[i].what == what) {
            return &all[i];
        }
    }
    return NULL;
}

static bool names(const wf_audit_entry *entry, const home_node *node) {
    return entry != NULL && memcmp(entry->number, node->number, sizeof entry->number) == 0 &&
           wf_address_same_host(&entry->address, &node->address) && entry->address.port == 0;
}

static wf_address stranger(void) {
    return wf_address_ipv4(10, 0, 0, 200, WF_PORT);
}

/* A clear Get of the air conditioner's operation status. */
static void inject_plain_get(home *h, const wf_address *from) {
    static const uint8_t get[] = {0x10, 0x81, 0, 1, 0x05, 0xFF, 0x01, 0x01, 0x30, 0x01, 0x62, 0x01, 0x80, 0x00};
    CHECK_OK(wf_sim_inject(h->sim, HOME_NETWORK, from, &device->address, wf_bytes_of(get, sizeof get), 0));
    wf_sim_run(h->sim, 100);
}

static void a_pairing_is_in_the_logs_of_both_sides_at_once(void) {
    home *h = home_with_audit(1);
    CHECK_OK(home_pair(h, controller, device));
    read_store(device);
    CHECK(find(WF_AUDITED_STARTED) != NULL && find(WF_AUDITED_WINDOW_OPENED) != NULL);
    CHECK(names(find(WF_AUDITED_PAIRED), controller) && find(WF_AUDITED_PAIRED)->date >= HOME_DATE);
    CHECK(find(WF_AUDITED_WINDOW_CLOSED) != NULL && find(WF_AUDITED_WINDOW_CLOSED)->error == WF_OK);
    read_store(controller);
    CHECK(names(find(WF_AUDITED_PAIRED), device));
    home_end(h);
}

static void a_refused_pairing_is_in_the_logs_of_both_sides(void) {
    home *h = home_with_audit(1);
    wf_request_id request;
    CHECK_OK(wf_engine_pair(home_engine(h, controller), home_clock(h, controller), &request,
                            &(wf_pair_order){.address = device->address, .number = device->number}));
    CHECK(home_wait_for(h, controller, request, PATIENCE) == WF_ERROR_WINDOW_CLOSED);
    read_live(h, controller);
    const wf_audit_entry *failed = find(WF_AUDITED_PAIRING_FAILED);
    CHECK(failed != NULL && failed->error == WF_ERROR_WINDOW_CLOSED);
    CHECK(wf_address_same_host(&failed->address, &device->address));
    wf_sim_run(h->sim, MINUTE);
    read_store(device);
    const wf_audit_entry *refused = find(WF_AUDITED_PAIRING_REFUSED);
    CHECK(refused != NULL && refused->error == WF_ERROR_WINDOW_CLOSED && refused->count > 1);
    CHECK(wf_address_same_host(&refused->address, &controller->address));
    home_end(h);
}

static void the_end_of_a_pairing_is_in_the_logs_of_both_sides(void) {
    home *h = home_with_audit(1);
    wf_request_id request;
    CHECK_OK(home_pair(h, controller, device));
    CHECK_OK(wf_engine_unpair(home_engine(h, controller), home_clock(h, controller), &request,
                              home_peer(h, controller, device)));
    CHECK_OK(home_wait_for(h, controller, request, PATIENCE));
    read_store(device);
    CHECK(names(find(WF_AUDITED_UNPAIRED), controller));
    read_store(controller);
    CHECK(names(find(WF_AUDITED_UNPAIRED), device));
    home_end(h);
}

static void a_revoked_peer_is_one_entry_that_names_it(void) {
    uint8_t der[512];
    wf_certificate root, peer;
    wf_certificate_id id;
    home *h = home_with_audit(1);
    CHECK_OK(home_pair(h, controller, device));
    CHECK_OK(wf_certificate_parse(&root, h->anchors[0]));
    CHECK_OK(wf_certificate_parse(&peer, controller->chain[0]));
    CHECK_OK(wf_certificate_id_of(&id, &peer));
    wf_crl_entry entry = {.revoked_at = HOME_DATE - 100, .reason = WF_CRL_KEY_COMPROMISE};
    memcpy(entry.serial, id.serial, sizeof entry.serial);
    wf_crl_order order = {.number = 1,
                          .this_update = HOME_DATE - 50,
                          .next_update = HOME_DATE + HOME_YEAR,
                          .entries = &entry,
                          .entry_count = 1};
    wf_writer w = wf_writer_of(der, sizeof der);
    CHECK_OK(wf_crl_issue(&w, &order, &root, wf_signer_of(&h->root_key), &h->drbg));
    CHECK_OK(
        wf_engine_take_list(home_engine(h, device), home_clock(h, device), h->anchors[0], wf_bytes_of(der, w.len)));
    read_store(device);
    CHECK(names(find(WF_AUDITED_REVOKED), controller) && find(WF_AUDITED_UNPAIRED) == NULL);
    home_end(h);
}

static void what_the_policy_refuses_is_logged_with_object_and_property(void) {
    home *h = home_with_audit(1);
    const wf_address from = stranger();
    for (unsigned i = 0; i < 3; i++) {
        inject_plain_get(h, &from);
    }
    read_live(h, device);
    const wf_audit_entry *refused = find(WF_AUDITED_POLICY_REFUSED);
    CHECK(refused != NULL && refused->count == 3 && refused->eoj == HOME_AIR_CONDITIONER && refused->epc == 0x80);
    CHECK(wf_address_same_host(&refused->address, &from));
    home_end(h);
}

static void plaintext_from_the_address_of_a_peer_is_logged(void) {
    static const uint8_t inf[] = {0x10, 0x81, 0, 1, 0x01, 0x30, 0x01, 0x05, 0xFF, 0x01, 0x73, 0x01, 0x80, 0x01, 0x30};
    home *h = home_with_audit(1);
    CHECK_OK(home_pair(h, controller, device));
    CHECK_OK(
        wf_sim_inject(h->sim, HOME_NETWORK, &device->address, &controller->address, wf_bytes_of(inf, sizeof inf), 0));
    wf_sim_run(h->sim, 100);
    read_live(h, controller);
    CHECK(names(find(WF_AUDITED_PLAINTEXT), device) && find(WF_AUDITED_PLAINTEXT)->eoj == HOME_AIR_CONDITIONER);
    home_end(h);
}

/* ---- what an attacker does to records ---- */

static uint8_t captured[WF_DATAGRAM_LEN];
static size_t captured_len;

/* Keeps the last one to the device; at type 10 82 a record. */
static void capture(void *context, wf_time now, wf_sim_fate fate, const wf_sim_datagram *datagram) {
    (void)context;
    (void)now;
    if (fate == WF_SIM_DELIVERED && datagram->receiver.value == device->host.value &&
        datagram->bytes.len <= sizeof captured && datagram->bytes.at[1] == WF_EHD2_ARBITRARY) {
        memcpy(captured, datagram->bytes.at, datagram->bytes.len);
        captured_len = datagram->bytes.len;
    }
}

static void replayed_and_tampered_records_are_logged(void) {
    home *h = home_with_audit(1);
    CHECK_OK(home_pair(h, controller, device));
    wf_sim_set_monitor(h->sim, capture, NULL);
    CHECK_OK(home_get(h, controller, device, PATIENCE));
    wf_sim_set_monitor(h->sim, NULL, NULL);
    wf_bytes record = wf_bytes_of(captured, captured_len);
    CHECK_OK(wf_sim_inject(h->sim, HOME_NETWORK, &controller->address, &device->address, record, 0));
    wf_sim_run(h->sim, 100);
    read_live(h, device);
    CHECK(find(WF_AUDITED_REPLAYED) != NULL && find(WF_AUDITED_TAMPERED) == NULL);
    for (size_t at = 0; at < captured_len; at++) { /* the record's number is one of them */
        captured[at] ^= 0x10;
        CHECK_OK(wf_sim_inject(h->sim, HOME_NETWORK, &controller->address, &device->address, record, 0));
        captured[at] ^= 0x10;
    }
    wf_sim_run(h->sim, 100);
    read_live(h, device);
    const wf_audit_entry *tampered = find(WF_AUDITED_TAMPERED);
    CHECK(tampered != NULL && tampered->error == WF_ERROR_TAG);
    CHECK(wf_address_same_host(&tampered->address, &controller->address));
    home_end(h);
}

/* Holds back one request record to the device. */
static bool hold_back(void *context, wf_sim *sim, const wf_sim_datagram *datagram, uint8_t *bytes, size_t *len,
                      size_t capacity) {
    bool *armed = context;
    (void)sim;
    (void)capacity;
    if (!*armed || datagram->receiver.value != device->host.value || *len > sizeof captured ||
        bytes[1] != WF_EHD2_ARBITRARY) {
        return true;
    }
    memcpy(captured, bytes, *len);
    captured_len = *len;
    *armed = false;
    return false;
}

static void a_command_that_was_held_back_is_logged(void) {
    static const uint8_t set[] = {0x05, 0xFF, 0x01, 0x01, 0x30, 0x01, 0x61, 0x01, 0x80, 0x01, 0x31};
    home *h = home_with_audit(1);
    bool armed = true;
    wf_request_id id;
    CHECK_OK(home_pair(h, controller, device));
    CHECK_OK(home_get(h, controller, device, PATIENCE));
    wf_sim_set_tamper(h->sim, hold_back, &armed);
    wf_request request = {.target = {.peer = home_peer(h, controller, device)}, .edata = wf_bytes_of(set, sizeof set)};
    CHECK_OK(wf_engine_request(home_engine(h, controller), home_clock(h, controller), &id, &request));
    wf_sim_run(h->sim, 11000);
    CHECK(!armed);
    CHECK_OK(wf_sim_inject(h->sim, HOME_NETWORK, &controller->address, &device->address,
                           wf_bytes_of(captured, captured_len), 0));
    wf_sim_run(h->sim, 100);
    read_live(h, device);
    CHECK(find(WF_AUDITED_LATE_COMMAND) != NULL && find(WF_AUDITED_LATE_COMMAND)->error == WF_ERROR_TOO_LATE);
    home_end(h);
}

static void a_refused_handshake_from_the_address_of_a_peer_is_told_from_a_strangers(void) {
    home *h = home_with_audit(1);
    wf_request_id request;
    CHECK_OK(home_pair(h, controller, device));
    CHECK_OK(wf_engine_pair(home_engine(h, controller), home_clock(h, controller), &request,
                            &(wf_pair_order){.address = device->address, .number = device->number}));
    CHECK(home_wait_for(h, controller, request, PATIENCE) == WF_ERROR_WINDOW_CLOSED);
    read_live(h, device);
    const wf_audit_entry *refused = find(WF_AUDITED_SESSION_REFUSED);
    CHECK(refused != NULL && refused->error == WF_ERROR_WINDOW_CLOSED && find(WF_AUDITED_PAIRING_REFUSED) == NULL);
    home_end(h);
}

static void a_peer_that_moved_is_logged_with_its_new_address(void) {
    home *h = home_with_audit(1);
    CHECK_OK(home_pair(h, controller, device));
    CHECK_OK(wf_sim_remove_address(h->sim, controller->host, HOME_NETWORK, &controller->address));
    controller->address = wf_address_ipv4(10, 0, 0, 99, WF_PORT);
    CHECK_OK(wf_sim_add_address(h->sim, controller->host, HOME_NETWORK, &controller->address));
    CHECK_OK(home_get(h, controller, device, PATIENCE));
    wf_sim_run(h->sim, MINUTE);
    read_live(h, device);
    CHECK(names(find(WF_AUDITED_ADDRESS_MOVED), controller));
    home_end(h);
}

/* ---- the life of the log ---- */

static void a_clock_that_is_set_is_logged(void) {
    home *h = home_with_audit(1);
    wf_engine_set_date(home_engine(h, device), home_clock(h, device), HOME_DATE + 86400);
    read_store(device);
    CHECK(find(WF_AUDITED_CLOCK_SET) != NULL && find(WF_AUDITED_CLOCK_SET)->date == HOME_DATE + 86400);
    home_end(h);
}

static void a_factory_reset_is_one_entry_and_leaves_the_log(void) {
    home *h = home_with_audit(1);
    CHECK_OK(home_pair(h, controller, device));
    CHECK_OK(wf_engine_factory_reset(home_engine(h, device), home_clock(h, device)));
    wf_sim_cut_power(h->sim, device->host);
    wf_sim_store_power_on(device->store);
    read_store(device);
    const wf_audit_entry *reset = find(WF_AUDITED_FACTORY_RESET);
    CHECK(reset != NULL && reset->error == WF_OK);
    CHECK(names(find(WF_AUDITED_PAIRED), controller) && find(WF_AUDITED_UNPAIRED) == NULL);
    home_end(h);
}

static void a_restored_backup_brings_no_log_between_the_lines_of_another(void) {
    wf_backup_order order = {.passphrase = {(const uint8_t *)"correct horse", 13}, .iterations = 1};
    home *h = home_with_audit(1);
    wf_store view = wf_sim_store_as_store(device->store);
    uint8_t *backup;
    size_t len;
    order.entropy = wf_sim_entropy(h->sim, device->host);
    CHECK_OK(home_pair(h, controller, device));
    CHECK_OK(wf_backup_make(&backup, &len, &view, &order));
    CHECK_OK(wf_engine_factory_reset(home_engine(h, device), home_clock(h, device)));
    wf_sim_shut_down(h->sim, device->host);
    read_store(device);
    unsigned before = count;
    CHECK_OK(wf_backup_restore(&view, wf_bytes_of(backup, len), order.passphrase, false));
    read_store(device);
    CHECK(count == before && find(WF_AUDITED_FACTORY_RESET) != NULL);
    for (unsigned i = 0; i < WF_AUDIT_ENTRIES; i++) {
        CHECK_OK(view.erase(view.context, (uint16_t)(WF_STORE_AUDIT + i)));
    }
    CHECK_OK(wf_backup_restore(&view, wf_bytes_of(backup, len), order.passphrase, true));
    read_store(device);
    CHECK(names(find(WF_AUDITED_PAIRED), controller) && find(WF_AUDITED_FACTORY_RESET) == NULL);
    home_boot(h, device);
    read_store(device);
    CHECK(find(WF_AUDITED_RESTORED) != NULL);
    wf_backup_free(backup, len);
    home_end(h);
}

static void a_peer_that_was_removed_while_no_node_ran_is_logged_with_the_date(void) {
    static wf_audit_reader reader;
    wf_system_error reason;
    size_t at = 0;
    uint16_t id;
    wf_bytes bytes;
    home *h = home_with_audit(1);
    CHECK_OK(home_pair(h, controller, device));
    start(); /* the same entries in a directory */
    while (wf_sim_store_next(device->store, &at, &id, &bytes)) {
        CHECK_OK(vtable.save(vtable.context, id, bytes.at, bytes.len));
    }
    wf_file_store_close(&store);
    CHECK(wf_keeping_forget(place, device->number, &reason) == WF_ERROR_NOT_PAIRED);
    CHECK_OK(wf_keeping_forget(place, controller->number, &reason));
    CHECK_OK(wf_file_store_open_to_read(&store, place));
    CHECK_OK(wf_audit_read(&reader, &vtable));
    walk(&reader);
    CHECK(all[count - 1].what == WF_AUDITED_UNPAIRED && all[count - 1].date > 0);
    CHECK(memcmp(all[count - 1].number, controller->number, sizeof all[count - 1].number) == 0);
    finish();
    home_end(h);
}

static void what_was_gathered_is_written_when_the_node_ends_in_peace(void) {
    home *h = home_with_audit(1);
    const wf_address from = stranger();
    inject_plain_get(h, &from);
    read_store(device);
    CHECK(find(WF_AUDITED_POLICY_REFUSED) == NULL);
    wf_sim_shut_down(h->sim, device->host);
    read_store(device);
    CHECK(find(WF_AUDITED_POLICY_REFUSED) != NULL && find(WF_AUDITED_POLICY_REFUSED)->boot == 1);
    home_boot(h, device);
    read_store(device);
    CHECK(all[count - 1].what == WF_AUDITED_STARTED && all[count - 1].boot == 2);
    home_end(h);
}

static void a_store_that_fails_breaks_no_request_and_is_logged(void) {
    home *h = home_with_audit(1);
    CHECK_OK(home_pair(h, controller, device));
    wf_sim_store_fail_all(device->store, WF_SIM_WRITES);
    const wf_address from = stranger();
    inject_plain_get(h, &from);
    wf_sim_run(h->sim, 2 * MINUTE);
    CHECK(wf_engine_counters(home_engine(h, device))->audit_failed > 0);
    CHECK_OK(home_get(h, controller, device, PATIENCE));
    CHECK(wf_engine_forget_peer(home_engine(h, device), home_clock(h, device), home_peer(h, device, controller)) ==
          WF_ERROR_STORE);
    wf_sim_store_fail_all(device->store, 0);
    wf_sim_run(h->sim, 2 * MINUTE);
    read_store(device);
    const wf_audit_entry *trouble = find(WF_AUDITED_STORE_TROUBLE);
    CHECK(trouble != NULL && trouble->error == WF_ERROR_STORE && find(WF_AUDITED_POLICY_REFUSED) != NULL);
    CHECK(names(find(WF_AUDITED_UNPAIRED), controller));
    home_end(h);
}

/* The entry is written before the answer leaves that tells the controller. */
static void after_a_power_cut_at_any_write_no_pairing_that_was_confirmed_lacks_its_entry(void) {
    bool went = true;
    uint64_t at;
    for (at = 1; went; at++) {
        home *h = home_with_audit(at);
        wf_sim_store_cut_at(device->store, at);
        wf_error error = home_pair(h, controller, device);
        went = !wf_sim_store_has_power(device->store);
        wf_sim_store_power_on(device->store);
        wf_sim_store_cut_at(device->store, 0);
        read_store(device);
        CHECK(error != WF_OK || names(find(WF_AUDITED_PAIRED), controller));
        CHECK(error == WF_OK || went);
        home_end(h);
    }
    CHECK(at > 4);
}

static void a_number_of_entries_that_two_rings_can_not_share_is_refused(void) {
    static const unsigned wrong[] = {1, 3, WF_AUDIT_ENTRIES + 2};
    static uint64_t memory[64 * 1024];
    wf_engine *engine;
    home *h = home_with_audit(1);
    wf_engine_config config = {
        .entropy = wf_sim_entropy(h->sim, device->host), .requests = 1, .send_bytes = 4096, .event_bytes = 4096};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        config.audit_entries = wrong[i];
        CHECK(wf_engine_start(&engine, &config, memory, sizeof memory, 0) == WF_ERROR_ARGUMENT);
    }
    config.audit_entries = 2;
    CHECK_OK(wf_engine_start(&engine, &config, memory, sizeof memory, 0));
    wf_audit_reader reader;
    wf_engine_audit(engine, &reader);
    walk(&reader);
    CHECK(count == 1 && all[0].what == WF_AUDITED_STARTED);
    home_end(h);
}

static void without_audit_entries_there_is_no_log_and_no_write(void) {
    home *h = home_new(1);
    device = home_add(h, WF_ROLE_DEVICE);
    controller = home_add(h, WF_ROLE_CONTROLLER);
    CHECK_OK(home_pair(h, controller, device));
    read_live(h, device);
    CHECK(count == 0);
    read_store(device);
    CHECK(count == 0);
    home_end(h);
}

#define CASE(name) \
    { #name, name }

static const check_case cases[] = {
    CASE(a_pairing_is_in_the_logs_of_both_sides_at_once),
    CASE(a_refused_pairing_is_in_the_logs_of_both_sides),
    CASE(the_end_of_a_pairing_is_in_the_logs_of_both_sides),
    CASE(a_revoked_peer_is_one_entry_that_names_it),
    CASE(what_the_policy_refuses_is_logged_with_object_and_property),
    CASE(plaintext_from_the_address_of_a_peer_is_logged),
    CASE(replayed_and_tampered_records_are_logged),
    CASE(a_command_that_was_held_back_is_logged),
    CASE(a_refused_handshake_from_the_address_of_a_peer_is_told_from_a_strangers),
    CASE(a_peer_that_moved_is_logged_with_its_new_address),
    CASE(a_clock_that_is_set_is_logged),
    CASE(a_factory_reset_is_one_entry_and_leaves_the_log),
    CASE(a_restored_backup_brings_no_log_between_the_lines_of_another),
    CASE(a_peer_that_was_removed_while_no_node_ran_is_logged_with_the_date),
    CASE(what_was_gathered_is_written_when_the_node_ends_in_peace),
    CASE(a_store_that_fails_breaks_no_request_and_is_logged),
    CASE(after_a_power_cut_at_any_write_no_pairing_that_was_confirmed_lacks_its_entry),
    CASE(a_number_of_entries_that_two_rings_can_not_share_is_refused),
    CASE(without_audit_entries_there_is_no_log_and_no_write),
};

CHECK_MAIN(cases)

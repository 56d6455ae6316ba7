#define _GNU_SOURCE 1
#include "pki_kit.h"
#include <ftw.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <warifu/authority.h>
#include <warifu/csr.h>
#include <warifu/entropy.h>

#define YEAR (365 * KIT_DAY)

static char place[] = "/tmp/warifu-authority-XXXXXX", folder[64];
static char text[WF_AUTHORITY_TEXT_LEN];
static wf_authority *a;
static wf_identity_file identity;

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk) {
    (void)status, (void)type, (void)walk;
    return remove(path);
}

static void clean_up(void) {
    (void)nftw(place, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static char *path_of(const char *name) {
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void create(void) {
    CHECK(mkdtemp(place) != NULL);
    snprintf(folder, sizeof folder, "%s/ca", place);
    atexit(clean_up);
    CHECK_OK(wf_authority_create(&a, text, folder, "Root", KIT_NOW, KIT_NOW + 10 * YEAR, wf_entropy_system()));
}

static void reopen(void) {
    wf_authority_close(a);
    wf_error error = wf_authority_open(&a, text, folder, wf_entropy_system());
    if (error != WF_OK) {
        fprintf(stderr, "%s\n", text);
    }
    CHECK_OK(error);
}

static void opens_with(wf_error expected, const char *words) {
    CHECK(wf_authority_open(&a, text, folder, wf_entropy_system()) == expected);
    CHECK(a == NULL);
    if (strstr(text, words) == NULL) {
        fprintf(stderr, "'%s' does not say '%s'\n", text, words);
        exit(1);
    }
}

static const wf_authority_order device = {.role = WF_ROLE_DEVICE,
                                          .number = kit_number,
                                          .common_name = "lamp",
                                          .not_before = KIT_NOW,
                                          .not_after = KIT_NOW + YEAR};
static const wf_authority_order controller = {
    .role = WF_ROLE_CONTROLLER, .number = kit_number, .not_before = KIT_NOW, .not_after = KIT_NOW + YEAR};

static void check_chain(const wf_identity_file *id, wf_role role, size_t len) {
    const wf_chain_rules rules = {.anchors = id->view.anchors,
                                  .anchor_count = id->view.anchor_count,
                                  .max_len = WF_CHAIN_LEN,
                                  .has_time = true,
                                  .now = KIT_NOW + 1,
                                  .role = role};
    wf_certificate end;
    CHECK(id->view.chain_len == len);
    CHECK_OK(wf_chain_verify(&end, id->view.chain, id->view.chain_len, &rules));
    CHECK(memcmp(end.number, kit_number, sizeof kit_number) == 0);
}

static wf_certificate issue(const wf_authority_order *order) {
    wf_certificate end;
    CHECK_OK(wf_authority_issue(a, &identity, order));
    CHECK_OK(wf_certificate_parse(&end, identity.chain[0]));
    return end;
}

static void serial_of(uint8_t serial[static WF_SERIAL_LEN], const wf_certificate *certificate) {
    wf_certificate_id id;
    CHECK_OK(wf_certificate_id_of(&id, certificate));
    memcpy(serial, id.serial, WF_SERIAL_LEN);
}

/* --- what lies in the folder ------------------------------------------------------------------------------------- */

static void nobody_else_may_reach_folder_and_files(void) {
    struct stat status;
    (void)umask(0);
    create();
    CHECK_OK(wf_authority_add_ca(a, WF_CA_ISSUING, "CA", KIT_NOW, KIT_NOW + YEAR));
    CHECK(stat(folder, &status) == 0 && (status.st_mode & 0777) == 0700);
    static const char *const names[] = {"lock", "records", "root.pem", "issuing.pem"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        CHECK(stat(path_of(names[i]), &status) == 0 && (status.st_mode & 0777) == 0600);
    }
    wf_authority_close(a);
    CHECK(chmod(folder, 0750) == 0);
    opens_with(WF_ERROR_STORE, "0700");
    CHECK(chmod(folder, 0700) == 0 && chmod(path_of("root.pem"), 0640) == 0);
    opens_with(WF_ERROR_STORE, "root.pem");
}

static void a_folder_in_use_is_locked(void) {
    create();
    wf_authority *second;
    CHECK(wf_authority_open(&second, text, folder, wf_entropy_system()) == WF_ERROR_STORE_LOCKED);
    reopen();
    wf_authority_close(a);
}

static void a_folder_with_something_in_it_is_not_taken(void) {
    create();
    wf_authority_close(a);
    CHECK(wf_authority_create(&a, text, folder, "Root", KIT_NOW, KIT_NOW + YEAR, wf_entropy_system()) ==
          WF_ERROR_STORE);
    CHECK(a == NULL && strstr(text, "already") != NULL);
}

static void all_of_it_is_there_after_opening_again(void) {
    create();
    CHECK_OK(wf_authority_add_ca(a, WF_CA_ISSUING, "CA", KIT_NOW, KIT_NOW + YEAR));
    wf_certificate end = issue(&device);
    uint8_t serial[WF_SERIAL_LEN];
    wf_bytes list;
    serial_of(serial, &end);
    CHECK_OK(wf_authority_revoke(a, serial, WF_CRL_SUPERSEDED, KIT_NOW + 5));
    CHECK_OK(wf_authority_publish(a, &list, WF_CA_ISSUING, KIT_NOW, KIT_NOW + KIT_DAY));
    reopen();
    wf_authority_entry entry;
    CHECK(wf_authority_count(a) == 3);
    CHECK_OK(wf_authority_at(a, &entry, 2));
    CHECK(entry.revoked && entry.reason == WF_CRL_SUPERSEDED && entry.revoked_at == KIT_NOW + 5);
    CHECK(entry.issuer == WF_CA_ISSUING && wf_bytes_equal(entry.certificate.der, identity.chain[0]));
    CHECK_OK(wf_authority_at(a, &entry, 0));
    CHECK(!entry.revoked && entry.issuer == WF_CA_ROOT && entry.certificate.is_ca);
    CHECK(wf_authority_at(a, &entry, 3) == WF_ERROR_ARGUMENT);
    (void)issue(&controller);
    check_chain(&identity, WF_ROLE_CONTROLLER, 2);
    wf_authority_close(a);
}

static long size_of_records(void) {
    struct stat status;
    CHECK(stat(path_of("records"), &status) == 0);
    return (long)status.st_size;
}

static void a_line_that_was_torn_is_dropped_and_nothing_else(void) {
    create();
    (void)issue(&device);
    long two = size_of_records();
    (void)issue(&controller);
    long three = size_of_records();
    wf_authority_close(a);
    for (long len = three - 1; len >= two; len -= 97) {
        CHECK(truncate(path_of("records"), len) == 0);
        CHECK_OK(wf_authority_open(&a, text, folder, wf_entropy_system()));
        CHECK(wf_authority_count(a) == 2 && size_of_records() == two);
        (void)issue(&controller);
        CHECK(wf_authority_count(a) == 3);
        reopen();
        CHECK(wf_authority_count(a) == 3);
        wf_authority_close(a);
    }
}

static void a_wrong_line_is_named(void) {
    static const char *const wrong[] = {"issued nobody 3000\n",
                                        "issued root 3000\n",
                                        "issued root 3\n",
                                        "revoked 00 1 1\n",
                                        "revoked 0000000000000000000000000000000000000001 1 1\n",
                                        "list root 0\n",
                                        "list root 99999999999999999999\n",
                                        "list root 1 2\n",
                                        "something else\n",
                                        "\n"};
    create();
    wf_authority_close(a);
    long len = size_of_records();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        FILE *file = fopen(path_of("records"), "a");
        CHECK(file != NULL && fputs(wrong[i], file) >= 0 && fclose(file) == 0);
        opens_with(WF_ERROR_AUTHORITY, "line 3");
        CHECK(truncate(path_of("records"), len) == 0);
    }
    FILE *file = fopen(path_of("records"), "r+");
    CHECK(file != NULL && fputc('x', file) == 'x' && fclose(file) == 0);
    opens_with(WF_ERROR_AUTHORITY, "line 1");
}

static void a_key_file_in_the_wrong_place_is_noticed(void) {
    create();
    CHECK_OK(wf_authority_add_ca(a, WF_CA_ISSUING, "CA", KIT_NOW, KIT_NOW + YEAR));
    wf_authority_close(a);
    char old[128];
    CHECK(unlink(path_of("issuing.pem")) == 0);
    snprintf(old, sizeof old, "%s", path_of("root.pem"));
    CHECK(rename(old, path_of("issuing.pem")) == 0); /* a root where a CA should be */
    opens_with(WF_ERROR_AUTHORITY, "issuing.pem");
}

static void without_any_key_file_there_is_no_authority(void) {
    create();
    wf_authority_close(a);
    CHECK(unlink(path_of("root.pem")) == 0);
    opens_with(WF_ERROR_AUTHORITY, "no key file");
}

static void the_roots_key_may_be_kept_elsewhere(void) {
    create();
    CHECK_OK(wf_authority_add_ca(a, WF_CA_ISSUING, "CA", KIT_NOW, KIT_NOW + YEAR));
    char old[128];
    snprintf(old, sizeof old, "%s", path_of("root.pem"));
    CHECK(rename(old, path_of("root.elsewhere")) == 0);
    reopen();
    (void)issue(&device);
    check_chain(&identity, WF_ROLE_DEVICE, 2);
    wf_bytes list;
    CHECK_OK(wf_authority_publish(a, &list, WF_CA_ISSUING, KIT_NOW, KIT_NOW + KIT_DAY));
    CHECK(wf_authority_publish(a, &list, WF_CA_ROOT, KIT_NOW, KIT_NOW + KIT_DAY) == WF_ERROR_STATE);
    CHECK(strstr(wf_authority_text(a), "root") != NULL);
    CHECK(wf_authority_add_ca(a, WF_CA_DEVICES, "D", KIT_NOW, KIT_NOW + YEAR) == WF_ERROR_STATE);
    wf_authority_close(a);
}

/* Kills a process at a random moment of its work, and looks at what is left. */
static void a_killed_process_leaves_a_sound_folder(void) {
    create();
    wf_authority_close(a);
    for (int round = 0; round < 8; round++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            if (wf_authority_open(&a, text, folder, wf_entropy_system()) != WF_OK) {
                _exit(1);
            }
            for (wf_bytes list;;) {
                if (wf_authority_issue(a, &identity, &device) != WF_OK ||
                    wf_authority_publish(a, &list, WF_CA_ROOT, KIT_NOW, KIT_NOW + KIT_DAY) != WF_OK) {
                    _exit(1);
                }
            }
        }
        CHECK(usleep(20000 + 7919 * (useconds_t)round) == 0 && kill(child, 9) == 0);
        int status;
        CHECK(waitpid(child, &status, 0) == child && !(WIFEXITED(status) && WEXITSTATUS(status) == 1));
        a = NULL;
        reopen();
        (void)issue(&controller);
        check_chain(&identity, WF_ROLE_CONTROLLER, 1);
        wf_authority_close(a);
    }
}

/* --- issuing ----------------------------------------------------------------------------------------------------- */

static void the_root_alone_issues(void) {
    create();
    wf_certificate end = issue(&device);
    check_chain(&identity, WF_ROLE_DEVICE, 1);
    CHECK(end.serial.len == 16 && memcmp(end.public_key, identity.key.public_key, WF_P256_PUBLIC_LEN) == 0);
    CHECK(wf_signer_key(identity.view.signer) == &identity.key);
    wf_authority_close(a);
}

static void a_ca_of_the_role_issues_before_one_of_both(void) {
    create();
    CHECK_OK(wf_authority_add_ca(a, WF_CA_ISSUING, "CA", KIT_NOW, KIT_NOW + YEAR));
    CHECK_OK(wf_authority_add_ca(a, WF_CA_DEVICES, "Devices", KIT_NOW, KIT_NOW + YEAR));
    (void)issue(&device);
    check_chain(&identity, WF_ROLE_DEVICE, 2);
    CHECK(wf_bytes_equal(identity.chain[1], wf_authority_certificate(a, WF_CA_DEVICES)));
    (void)issue(&controller);
    CHECK(wf_bytes_equal(identity.chain[1], wf_authority_certificate(a, WF_CA_ISSUING)));
    CHECK(wf_authority_add_ca(a, WF_CA_DEVICES, "Devices", KIT_NOW, KIT_NOW + YEAR) == WF_ERROR_STATE);
    CHECK(wf_authority_add_ca(a, WF_CA_ROOT, "Root", KIT_NOW, KIT_NOW + YEAR) == WF_ERROR_STATE);
    wf_authority_close(a);
}

static void nothing_outlives_its_issuer(void) {
    create();
    CHECK_OK(wf_authority_add_ca(a, WF_CA_ISSUING, "CA", KIT_NOW, KIT_NOW + KIT_DAY));
    CHECK(issue(&device).not_after == KIT_NOW + KIT_DAY);
    wf_authority_close(a);
}

static void an_order_outside_the_profile_is_refused(void) {
    create();
    wf_authority_order wrong[] = {device, device, device, device};
    wrong[0].role = WF_ROLE_NONE;
    wrong[1].number = NULL;
    wrong[2].common_name = "";
    wrong[3].not_before = KIT_NOW + 20 * YEAR;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        CHECK(wf_authority_issue(a, &identity, &wrong[i]) == WF_ERROR_ARGUMENT);
        CHECK(identity.view.chain_len == 0);
    }
    CHECK(wf_authority_count(a) == 1);
    wf_authority_close(a);
}

static wf_bytes request_of(uint8_t secret, const wf_csr_order *order) {
    static uint8_t buffer[1024];
    const wf_p256_key key = kit_key(secret);
    wf_writer w = wf_writer_of(buffer, sizeof buffer);
    CHECK_OK(wf_csr_write(&w, order, wf_signer_of(&key), kit_drbg()));
    return wf_bytes_of(buffer, w.len);
}

static void a_request_is_signed_for_its_own_key(void) {
    create();
    const wf_csr_order asked = {.common_name = "lamp", .number = kit_number, .role = WF_ROLE_DEVICE};
    const wf_authority_order dates = {.not_before = KIT_NOW, .not_after = KIT_NOW + YEAR};
    CHECK_OK(wf_authority_sign(a, &identity, request_of(5, &asked), &dates));
    check_chain(&identity, WF_ROLE_DEVICE, 1);
    wf_certificate end;
    CHECK_OK(wf_certificate_parse(&end, identity.chain[0]));
    const wf_p256_key key = kit_key(5);
    CHECK(memcmp(end.public_key, key.public_key, sizeof key.public_key) == 0);
    CHECK(identity.view.signer.sign == NULL);
    CHECK_OK(wf_authority_sign(a, &identity, request_of(5, &asked), &device));
    wf_authority_close(a);
}

static void a_request_that_disagrees_is_refused(void) {
    create();
    uint8_t other[WF_NUMBER_LEN] = {0xFE, 1};
    wf_csr_order asked = {.common_name = "lamp", .number = other};
    CHECK(wf_authority_sign(a, &identity, request_of(5, &asked), &device) == WF_ERROR_REQUEST);
    asked.number = NULL;
    asked.role = WF_ROLE_CONTROLLER;
    CHECK(wf_authority_sign(a, &identity, request_of(5, &asked), &device) == WF_ERROR_REQUEST);
    asked.role = WF_ROLE_NONE;
    CHECK_OK(wf_authority_sign(a, &identity, request_of(5, &asked), &device));
    wf_authority_order silent = device;
    silent.role = WF_ROLE_NONE;
    CHECK(wf_authority_sign(a, &identity, request_of(5, &asked), &silent) == WF_ERROR_ARGUMENT);
    wf_bytes cut = request_of(5, &asked);
    cut.len--;
    CHECK(wf_authority_sign(a, &identity, cut, &device) == WF_ERROR_DER);
    CHECK(wf_authority_count(a) == 2);
    wf_authority_close(a);
}

/* --- renewing and revoking --------------------------------------------------------------------------------------- */

static void a_renewed_certificate_has_the_same_subject_and_a_new_serial(void) {
    create();
    wf_certificate old = issue(&device);
    uint8_t serial[WF_SERIAL_LEN];
    wf_identity_file fresh;
    wf_certificate end;
    serial_of(serial, &old);
    CHECK_OK(wf_authority_renew(a, &fresh, serial, wf_bytes_of(NULL, 0), KIT_NOW, KIT_NOW + 2 * YEAR));
    check_chain(&fresh, WF_ROLE_DEVICE, 1);
    CHECK_OK(wf_certificate_parse(&end, fresh.chain[0]));
    CHECK(wf_bytes_equal(end.subject, old.subject) && !wf_bytes_equal(end.serial, old.serial));
    CHECK(memcmp(end.public_key, old.public_key, WF_P256_PUBLIC_LEN) == 0 && end.not_after == KIT_NOW + 2 * YEAR);
    const wf_csr_order asked = {.common_name = "lamp", .number = kit_number};
    CHECK_OK(wf_authority_renew(a, &fresh, serial, request_of(6, &asked), KIT_NOW, KIT_NOW + YEAR));
    CHECK_OK(wf_certificate_parse(&end, fresh.chain[0]));
    const wf_p256_key key = kit_key(6);
    CHECK(memcmp(end.public_key, key.public_key, sizeof key.public_key) == 0 && end.role == WF_ROLE_DEVICE);
    const wf_csr_order other = {.common_name = "another lamp", .number = kit_number};
    CHECK(wf_authority_renew(a, &fresh, serial, request_of(6, &other), KIT_NOW, KIT_NOW + YEAR) == WF_ERROR_REQUEST);
    wf_authority_close(a);
}

static void what_is_revoked_or_unknown_is_not_renewed(void) {
    create();
    wf_certificate old = issue(&device);
    uint8_t serial[WF_SERIAL_LEN], unknown[WF_SERIAL_LEN] = {0}, of_root[WF_SERIAL_LEN];
    wf_identity_file fresh;
    wf_authority_entry entry;
    serial_of(serial, &old);
    CHECK_OK(wf_authority_revoke(a, serial, WF_CRL_KEY_COMPROMISE, KIT_NOW));
    CHECK(wf_authority_renew(a, &fresh, serial, wf_bytes_of(NULL, 0), KIT_NOW, KIT_NOW + YEAR) == WF_ERROR_REVOKED);
    CHECK(wf_authority_renew(a, &fresh, unknown, wf_bytes_of(NULL, 0), KIT_NOW, KIT_NOW + YEAR) == WF_ERROR_ARGUMENT);
    CHECK_OK(wf_authority_at(a, &entry, 0));
    serial_of(of_root, &entry.certificate);
    CHECK(wf_authority_renew(a, &fresh, of_root, wf_bytes_of(NULL, 0), KIT_NOW, KIT_NOW + YEAR) == WF_ERROR_ARGUMENT);
    CHECK(wf_authority_revoke(a, of_root, WF_CRL_CA_COMPROMISE, KIT_NOW) == WF_ERROR_ARGUMENT);
    CHECK(wf_authority_revoke(a, unknown, WF_CRL_SUPERSEDED, KIT_NOW) == WF_ERROR_ARGUMENT);
    CHECK(wf_authority_revoke(a, serial, WF_CRL_SUPERSEDED, KIT_NOW) == WF_ERROR_REVOKED);
    old = issue(&controller);
    serial_of(serial, &old);
    CHECK(wf_authority_revoke(a, serial, WF_CRL_ON_HOLD, KIT_NOW) == WF_ERROR_ARGUMENT);
    CHECK(wf_authority_revoke(a, serial, (wf_crl_reason)8, KIT_NOW) == WF_ERROR_ARGUMENT);
    CHECK(wf_authority_revoke(a, serial, WF_CRL_SUPERSEDED, -1) == WF_ERROR_ARGUMENT);
    wf_authority_close(a);
}

static wf_crl read_list(wf_authority_ca which, wf_bytes list, const wf_certificate *asked, bool revoked) {
    wf_certificate issuer;
    wf_crl_query query;
    wf_crl crl;
    CHECK_OK(wf_certificate_parse(&issuer, wf_authority_certificate(a, which)));
    CHECK_OK(wf_crl_query_of(&query, asked));
    CHECK_OK(wf_crl_read(&crl, &query, 1, list, &issuer));
    CHECK(query.revoked == revoked);
    return crl;
}

static void a_list_names_what_its_ca_revoked(void) {
    create();
    CHECK_OK(wf_authority_add_ca(a, WF_CA_ISSUING, "CA", KIT_NOW, KIT_NOW + YEAR));
    wf_certificate end = issue(&device), ca;
    uint8_t serial[WF_SERIAL_LEN];
    wf_bytes list;
    CHECK_OK(wf_authority_publish(a, &list, WF_CA_ISSUING, KIT_NOW, KIT_NOW + KIT_DAY));
    CHECK(read_list(WF_CA_ISSUING, list, &end, false).number == KIT_NOW);
    serial_of(serial, &end);
    CHECK_OK(wf_authority_revoke(a, serial, WF_CRL_KEY_COMPROMISE, KIT_NOW));
    CHECK_OK(wf_authority_publish(a, &list, WF_CA_ISSUING, KIT_NOW, KIT_NOW + KIT_DAY));
    CHECK(read_list(WF_CA_ISSUING, list, &end, true).number == KIT_NOW + 1);
    CHECK_OK(wf_certificate_parse(&ca, wf_authority_certificate(a, WF_CA_ISSUING)));
    CHECK_OK(wf_authority_publish(a, &list, WF_CA_ROOT, KIT_NOW, KIT_NOW + KIT_DAY));
    CHECK(read_list(WF_CA_ROOT, list, &ca, false).entries == 0);
    reopen();
    CHECK_OK(wf_authority_publish(a, &list, WF_CA_ISSUING, KIT_NOW, KIT_NOW + KIT_DAY));
    CHECK(read_list(WF_CA_ISSUING, list, &end, true).number == KIT_NOW + 2);
    CHECK_OK(wf_authority_publish(a, &list, WF_CA_ISSUING, KIT_NOW + 100, KIT_NOW + KIT_DAY));
    CHECK(read_list(WF_CA_ISSUING, list, &end, true).number == KIT_NOW + 100);
    CHECK(access(path_of("issuing.crl.pem"), R_OK) == 0);
    CHECK(wf_authority_publish(a, &list, WF_CA_DEVICES, KIT_NOW, KIT_NOW + KIT_DAY) == WF_ERROR_STATE);
    CHECK(wf_authority_publish(a, &list, WF_CA_ROOT, KIT_NOW, KIT_NOW - 1) == WF_ERROR_ARGUMENT);
    CHECK(list.len == 0);
    wf_authority_close(a);
}

static void a_revoked_ca_issues_no_more_and_another_takes_its_place(void) {
    create();
    CHECK_OK(wf_authority_add_ca(a, WF_CA_ISSUING, "CA", KIT_NOW, KIT_NOW + YEAR));
    wf_certificate ca;
    uint8_t serial[WF_SERIAL_LEN];
    wf_bytes list;
    CHECK_OK(wf_certificate_parse(&ca, wf_authority_certificate(a, WF_CA_ISSUING)));
    serial_of(serial, &ca);
    CHECK_OK(wf_authority_revoke(a, serial, WF_CRL_CA_COMPROMISE, KIT_NOW));
    CHECK_OK(wf_authority_publish(a, &list, WF_CA_ROOT, KIT_NOW, KIT_NOW + KIT_DAY));
    (void)read_list(WF_CA_ROOT, list, &ca, true);
    CHECK(wf_authority_issue(a, &identity, &device) == WF_ERROR_REVOKED);
    CHECK_OK(wf_authority_add_ca(a, WF_CA_ISSUING, "CA 2", KIT_NOW, KIT_NOW + YEAR));
    reopen();
    (void)issue(&device);
    check_chain(&identity, WF_ROLE_DEVICE, 2);
    wf_authority_close(a);
}

static void in_memory_it_does_the_same(void) {
    wf_bytes list;
    CHECK_OK(wf_authority_create(&a, text, NULL, "Root", KIT_NOW, KIT_NOW + YEAR, wf_entropy_system()));
    (void)issue(&device);
    check_chain(&identity, WF_ROLE_DEVICE, 1);
    CHECK_OK(wf_authority_publish(a, &list, WF_CA_ROOT, KIT_NOW, KIT_NOW + KIT_DAY));
    wf_authority_close(a);
    wf_authority_close(NULL);
}

// clang-format off
#define CASE(rule) {#rule, rule}
static const check_case cases[] = {
    CASE(nobody_else_may_reach_folder_and_files),
    CASE(a_folder_in_use_is_locked),
    CASE(a_folder_with_something_in_it_is_not_taken),
    CASE(all_of_it_is_there_after_opening_again),
    CASE(a_line_that_was_torn_is_dropped_and_nothing_else),
    CASE(a_wrong_line_is_named),
    CASE(a_key_file_in_the_wrong_place_is_noticed),
    CASE(without_any_key_file_there_is_no_authority),
    CASE(the_roots_key_may_be_kept_elsewhere),
    CASE(a_killed_process_leaves_a_sound_folder),
    CASE(the_root_alone_issues),
    CASE(a_ca_of_the_role_issues_before_one_of_both),
    CASE(nothing_outlives_its_issuer),
    CASE(an_order_outside_the_profile_is_refused),
    CASE(a_request_is_signed_for_its_own_key),
    CASE(a_request_that_disagrees_is_refused),
    CASE(a_renewed_certificate_has_the_same_subject_and_a_new_serial),
    CASE(what_is_revoked_or_unknown_is_not_renewed),
    CASE(a_list_names_what_its_ca_revoked),
    CASE(a_revoked_ca_issues_no_more_and_another_takes_its_place),
    CASE(in_memory_it_does_the_same),
};
// clang-format on

CHECK_MAIN(cases)

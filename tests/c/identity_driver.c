/* Identity files for tests that hold them against other software: `save PATH` makes one, `load PATH` says what one
 * holds.
 *
 * `load` prints the error's name, or OK and then a line each: the private scalar, the certificates of the chain and the
 * trusted roots, all in hexadecimal.
 */
#include <stdio.h>
#include <string.h>
#include <warifu/entropy.h>
#include <warifu/identity_file.h>

typedef struct maker {
    wf_drbg drbg;
    wf_p256_key root_key, key;
    uint8_t root_der[WF_CERTIFICATE_LEN], end_der[WF_CERTIFICATE_LEN];
} maker;

static wf_error issue(wf_bytes *out, uint8_t der[static WF_CERTIFICATE_LEN], const wf_certificate_order *order,
                      const wf_certificate *issuer, maker *m) {
    wf_writer writer = wf_writer_of(der, WF_CERTIFICATE_LEN);
    wf_error error = wf_certificate_issue(&writer, order, issuer, wf_signer_of(&m->root_key), &m->drbg);
    *out = wf_bytes_of(der, writer.len);
    return error;
}

static wf_error save(const char *path) {
    static const uint8_t number[WF_NUMBER_LEN] = {0xFE, 0x00, 0x00, 0x77, 1};
    const wf_bytes none = wf_bytes_of(NULL, 0);
    maker m;
    wf_bytes root, end;
    wf_certificate issuer;
    wf_error error = wf_drbg_start(&m.drbg, wf_entropy_system(), none, none);
    if (error != WF_OK || (error = wf_p256_generate(&m.root_key, &m.drbg)) != WF_OK ||
        (error = wf_p256_generate(&m.key, &m.drbg)) != WF_OK) {
        return error;
    }
    wf_certificate_order order = {.common_name = "Root", .is_ca = true, .path_len = 0, .serial = {1}};
    order.not_before = 1700000000;
    order.not_after = 2000000000;
    order.public_key = m.root_key.public_key;
    if ((error = issue(&root, m.root_der, &order, NULL, &m)) != WF_OK ||
        (error = wf_certificate_parse(&issuer, root)) != WF_OK) {
        return error;
    }
    order = (wf_certificate_order){.common_name = "Device", .role = WF_ROLE_DEVICE, .number = number, .serial = {2}};
    order.not_before = 1700000000;
    order.not_after = 2000000000;
    order.public_key = m.key.public_key;
    if ((error = issue(&end, m.end_der, &order, &issuer, &m)) != WF_OK) {
        return error;
    }
    wf_identity identity = {
        .signer = wf_signer_of(&m.key), .chain = &end, .chain_len = 1, .anchors = &root, .anchor_count = 1};
    return wf_identity_file_save(path, &identity);
}

static void print_hex(const char *what, wf_bytes bytes) {
    printf("%s ", what);
    for (size_t i = 0; i < bytes.len; i++) {
        printf("%02x", bytes.at[i]);
    }
    printf("\n");
}

static void print(const wf_identity *identity) {
    print_hex("key", wf_bytes_of(wf_signer_key(identity->signer)->private_key, WF_P256_PRIVATE_LEN));
    for (size_t i = 0; i < identity->chain_len; i++) {
        print_hex("chain", identity->chain[i]);
    }
    for (size_t i = 0; i < identity->anchor_count; i++) {
        print_hex("anchor", identity->anchors[i]);
    }
}

int main(int argc, char **argv) {
    static wf_identity_file loaded;
    wf_error error = wf_crypto_start();
    if (argc != 3) {
        return 2;
    }
    bool load = strcmp(argv[1], "load") == 0;
    if (error == WF_OK) {
        error = load ? wf_identity_file_load(&loaded, argv[2]) : save(argv[2]);
    }
    puts(wf_error_row_of(error)->name);
    if (load && error == WF_OK) {
        print(&loaded.view);
    }
    return 0;
}

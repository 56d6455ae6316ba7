/* The text of an identity, with its key or without: what loads also prints, and the print loads as the same. */
#include <stdlib.h>
#include <string.h>
#include <warifu/identity_file.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_public(wf_bytes bytes) {
    uint8_t text[8192];
    wf_identity_file first, second;
    if (wf_identity_pem_read_public(&first, bytes) != WF_OK) {
        return;
    }
    wf_writer out = wf_writer_of(text, sizeof text);
    if (first.view.signer.sign != NULL || wf_identity_pem_write_public(&out, &first.view) != WF_OK ||
        wf_identity_pem_read_public(&second, wf_bytes_of(text, out.len)) != WF_OK ||
        memcmp(first.der, second.der, sizeof first.der) != 0) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static bool started;
    uint8_t text[8192];
    wf_identity_file first, second;
    if (!started && wf_crypto_start() != WF_OK) {
        abort();
    }
    started = true;
    check_public(wf_bytes_of(data, size));
    if (wf_identity_pem_read(&first, wf_bytes_of(data, size)) != WF_OK) {
        return 0;
    }
    wf_writer out = wf_writer_of(text, sizeof text);
    if (wf_identity_pem_write(&out, &first.view) != WF_OK ||
        wf_identity_pem_read(&second, wf_bytes_of(text, out.len)) != WF_OK ||
        memcmp(first.der, second.der, sizeof first.der) != 0 ||
        memcmp(&first.key, &second.key, sizeof first.key) != 0) {
        abort();
    }
    return 0;
}

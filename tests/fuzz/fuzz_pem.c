/* PEM text or DER from anybody: what is found lies in the input or in the room, which is no longer than the input. */
#include <stdlib.h>
#include <warifu/pem.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t room[1 << 16];
    size_t len = size < sizeof room ? size : sizeof room;
    wf_writer writer = wf_writer_of(room, len);
    wf_bytes out;
    wf_error error = wf_pem_or_der(&out, &writer, "X509 CRL", wf_bytes_of(data, len));
    if (error == WF_OK && out.at != data && (out.at < room || out.len > len || writer.overflow)) {
        abort();
    }
    if (error != WF_OK && error != WF_ERROR_PEM) {
        abort();
    }
    return 0;
}

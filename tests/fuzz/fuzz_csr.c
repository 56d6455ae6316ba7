/* Certificate requests. What is accepted keeps its views inside the input. */
#include <stdlib.h>
#include <warifu/csr.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static bool started = false;
    if (!started) {
        started = wf_crypto_start() == WF_OK;
    }
    wf_csr r;
    if (wf_csr_parse(&r, wf_bytes_of(data, size)) != WF_OK) {
        if (r.der.at != NULL || r.has_number) {
            abort();
        }
        return 0;
    }
    const wf_bytes views[] = {r.info, r.subject, r.common_name};
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        if (views[i].len > 0 && (views[i].at < data || views[i].at + views[i].len > data + size)) {
            abort();
        }
    }
    return 0;
}

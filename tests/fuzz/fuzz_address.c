/* The text of an address: whatever parses prints as a text that means the same. */
#include <stdlib.h>
#include <string.h>
#include <warifu/address.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char text[256], printed[WF_ADDRESS_TEXT_LEN];
    wf_address address, again;
    if (size >= sizeof text) {
        return 0;
    }
    if (size > 0) {
        memcpy(text, data, size);
    }
    text[size] = '\0';
    if (wf_address_parse(&address, text, 0) != WF_OK) {
        return 0;
    }
    if (wf_address_parse(&again, wf_address_format(printed, &address), 0) != WF_OK ||
        !wf_address_equal(&address, &again)) {
        abort();
    }
    return 0;
}

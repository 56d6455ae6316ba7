/* A set-up code: whatever parses prints as the one canonical text, which parses to the same; a fault is inside the
 * text. */
#include <stdlib.h>
#include <string.h>
#include <warifu/setup_code.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char text[WF_SETUP_CODE_TEXT_LEN + 1], line[WF_SETUP_CODE_SAYING_LEN];
    wf_setup_code code, again;
    wf_setup_code_fault fault;
    if (wf_setup_code_parse(&code, (const char *)data, size, &fault) != WF_OK) {
        wf_setup_code_say(line, &fault);
        if (fault.part == WF_SETUP_CODE_NONE || fault.position > size + 1) {
            abort();
        }
        return 0;
    }
    wf_setup_code_write(text, &code);
    if (fault.part != WF_SETUP_CODE_NONE || size < strlen(text) ||
        wf_setup_code_parse(&again, text, strlen(text), NULL) != WF_OK || memcmp(&code, &again, sizeof code) != 0) {
        abort();
    }
    return 0;
}

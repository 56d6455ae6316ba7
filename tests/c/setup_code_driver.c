/* Set-up codes for pytest, a line each: `write HASH SECRET EXPORTER` gives text, grouped text, slot key and both
 * proofs; `parse TEXT`, the text in hexadecimal, gives OK, hash and secret, or what is wrong, where and how many. */
#include "hex.h"
#include <warifu/setup_code.h>

enum { LINE_LEN = 4096 };

static void print_word(const uint8_t *at, size_t len) {
    putchar(' ');
    hex_print(stdout, wf_bytes_of(at, len));
}

static wf_error write_code(const wf_setup_code *code, const uint8_t exporter[static WF_SETUP_CODE_EXPORTER_LEN]) {
    char text[WF_SETUP_CODE_TEXT_LEN + 1], grouped[WF_SETUP_CODE_GROUPED_LEN + 1];
    uint8_t key[WF_SETUP_CODE_KEY_LEN], initiator[WF_SETUP_CODE_PROOF_LEN], responder[WF_SETUP_CODE_PROOF_LEN];
    wf_error error = wf_setup_code_slot_key(key, code);
    if (error != WF_OK || (error = wf_setup_code_proof(initiator, code, exporter, WF_SETUP_CODE_INITIATOR)) != WF_OK ||
        (error = wf_setup_code_proof(responder, code, exporter, WF_SETUP_CODE_RESPONDER)) != WF_OK) {
        return error;
    }
    wf_setup_code_write(text, code);
    wf_setup_code_write_grouped(grouped, code);
    printf("%s %s", text, grouped);
    print_word(key, sizeof key);
    print_word(initiator, sizeof initiator);
    print_word(responder, sizeof responder);
    putchar('\n');
    return WF_OK;
}

static void parse_code(const char *text, size_t len) {
    static const char *const parts[] = {
#define NAME(name, what, next) #name,
        WF_SETUP_CODE_FAULTS(NAME)
#undef NAME
    };
    wf_setup_code code;
    wf_setup_code_fault fault;
    if (wf_setup_code_parse(&code, text, len, &fault) == WF_OK) {
        fputs("OK", stdout);
        print_word(code.spki_hash, sizeof code.spki_hash);
        print_word(code.secret, sizeof code.secret);
        putchar('\n');
    } else {
        printf("%s %zu %zu\n", parts[fault.part], fault.position, fault.count);
    }
}

static wf_error answer(char *line) {
    uint8_t bytes[LINE_LEN / 2];
    wf_setup_code code;
    line[strcspn(line, "\n")] = '\0';
    if (strncmp(line, "parse ", 6) == 0) {
        wf_bytes text = hex_bytes(bytes, sizeof bytes, line + 6);
        parse_code((const char *)bytes, text.len);
        return WF_OK;
    }
    hex_bytes(bytes, sizeof bytes, line + strlen("write "));
    memcpy(code.spki_hash, bytes, sizeof code.spki_hash);
    memcpy(code.secret, bytes + 32, sizeof code.secret);
    return write_code(&code, bytes + 48);
}

int main(void) {
    static char line[LINE_LEN];
    wf_error error = wf_crypto_start();
    while (error == WF_OK && fgets(line, sizeof line, stdin) != NULL) {
        error = answer(line);
    }
    return error == WF_OK ? 0 : 1;
}

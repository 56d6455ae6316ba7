/* Error messages (RFC 9528 section 6). */
#include <string.h>

#include "edhoc/cbor.h"
#include "edhoc/run.h"

static void write_suites(wf_writer *out, const wf_edhoc_config *config) {
    wf_edhoc_suite suites[2];
    size_t count = wf_edhoc_suites(suites, config);
    if (count > 1) {
        wf_cbor_write_head(out, WF_CBOR_ARRAY, count);
    }
    for (size_t i = 0; i < count; i++) {
        wf_cbor_write_int(out, (int64_t)suites[i]);
    }
}

wf_error wf_edhoc_write_error(wf_writer *out, const wf_edhoc_config *config, wf_error reason) {
    switch (reason) {
    case WF_ERROR_UNSUPPORTED_SUITE:
        wf_cbor_write_int(out, WF_EDHOC_CODE_SUITE);
        write_suites(out, config);
        break;
    case WF_ERROR_CREDENTIAL:
        wf_cbor_write_int(out, WF_EDHOC_CODE_CREDENTIAL);
        wf_cbor_write_head(out, WF_CBOR_SIMPLE, WF_CBOR_TRUE);
        break;
    case WF_OK: /* 0 is never sent (RFC 9528 6.1) */
        return WF_ERROR_ARGUMENT;
    default:
        wf_cbor_write_int(out, WF_EDHOC_CODE_UNSPECIFIED);
        wf_cbor_write_tstr(out, wf_error_row_of(reason)->name);
        break;
    }
    return out->overflow ? WF_ERROR_TOO_SMALL : WF_OK;
}

static void read_suites(wf_edhoc_error_message *out, wf_reader *r) {
    size_t count = 1;
    if (wf_cbor_next_is(r, WF_CBOR_ARRAY)) {
        count = wf_cbor_read_array(r);
        if (count < 2) {
            wf_reader_fail(r);
        }
    }
    for (size_t i = 0; i < count && !r->failed; i++) {
        int64_t suite = wf_cbor_read_int(r);
        if (!r->failed && suite >= 0 && suite <= UINT8_MAX && out->suites_len < sizeof out->suites) {
            out->suites[out->suites_len++] = (uint8_t)suite;
        }
    }
}

wf_error wf_edhoc_read_error(wf_edhoc_error_message *out, wf_bytes message) {
    memset(out, 0, sizeof *out);
    wf_error error = message.len <= WF_EDHOC_MESSAGE_LEN ? wf_cbor_check(message) : WF_ERROR_EDHOC_MESSAGE;
    if (error != WF_OK) {
        return error;
    }
    wf_reader r = wf_reader_of(message);
    out->code = wf_cbor_read_int(&r);
    switch (out->code) {
    case WF_EDHOC_CODE_SUCCESS: /* also what a failed reading gives */
        wf_reader_fail(&r);
        break;
    case WF_EDHOC_CODE_UNSPECIFIED:
        out->text = wf_cbor_read_tstr(&r);
        break;
    case WF_EDHOC_CODE_SUITE:
        read_suites(out, &r);
        break;
    case WF_EDHOC_CODE_CREDENTIAL:
        if (wf_cbor_read_simple(&r) != WF_CBOR_TRUE) {
            wf_reader_fail(&r);
        }
        break;
    default: /* a code of the future: any one item */
        (void)wf_cbor_read_item(&r);
        break;
    }
    if (wf_reader_finish(&r) != WF_OK) {
        memset(out, 0, sizeof *out);
        return WF_ERROR_EDHOC_MESSAGE;
    }
    return WF_OK;
}

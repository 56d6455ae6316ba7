#include "decode_da.h"

#include <warifu/edhoc.h>

/* Where the next part goes. */
typedef struct parts {
    wf_text *text;
    wf_decode_form form;
    bool begun;
} parts;

static void begin(parts *p, const char *words) {
    const char *between = p->form == WF_DECODE_LINES ? "\n  " : p->begun ? ", " : ": ";
    wf_text_put(p->text, between);
    wf_text_put(p->text, words);
    p->begun = true;
}

static void put_bytes(parts *p, const char *name, wf_bytes bytes) {
    if (bytes.len > 0) {
        begin(p, name);
        wf_words_hex(p->text, bytes);
    }
}

static void put_hello(parts *p, const wf_hello *hello) {
    const struct {
        bool said;
        const char *words;
    } all[] = {{hello->is_device, "device"},
               {hello->is_controller, "controller"},
               {!hello->is_device && !hello->is_controller, "no role"},
               {hello->has_pairings, "paired"},
               {!hello->has_pairings, "unpaired"},
               {hello->demands_code, "demands its code"},
               {hello->demands_root, "demands a root"},
               {hello->takes_suite_3, "suite 3"},
               {hello->takes_suite_2, "suite 2"},
               {!hello->window_open, "window closed"},
               {hello->window_open, "window open for "}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i].said) {
            begin(p, all[i].words);
        }
    }
    if (hello->window_open) {
        wf_words_count(p->text, hello->window_seconds, " s");
    }
}

/* What the tag of a message_1 is for. */
static const char *tag_of(const wf_da_frame *frame) {
    if (frame->type != WF_DA_MESSAGE_1) {
        return "tag ";
    }
    return (frame->flags & WF_DA_TAG_OF_CODE) != 0       ? "tag of the set-up code "
           : (frame->flags & WF_DA_TAG_COVERS_WAKE) != 0 ? "tag of a peer that was called "
                                                         : "tag of a peer ";
}

static void put_edhoc_error(parts *p, wf_bytes message) {
    wf_edhoc_error_message error;
    if (wf_edhoc_read_error(&error, message) != WF_OK) {
        return;
    }
    begin(p, error.code == WF_EDHOC_CODE_SUITE        ? "no common suite"
             : error.code == WF_EDHOC_CODE_CREDENTIAL ? "credential not known"
                                                      : "says ");
    for (size_t i = 0; i < error.text.len; i++) {
        const char c = (char)error.text.at[i];
        const char shown[] = {c >= ' ' && c <= '~' ? c : '?', '\0'};
        wf_text_put(p->text, shown);
    }
}

static bool is_record(const wf_da_frame *frame) {
    return frame->kid.len > 0;
}

/* How long it is, and where there is room what. */
static void put_long(parts *p, wf_bytes bytes, const char *what) {
    if (bytes.len == 0) {
        return;
    }
    begin(p, "");
    wf_words_count(p->text, bytes.len, what);
    if (p->form == WF_DECODE_LINES) {
        wf_text_put(p->text, ": ");
        wf_words_hex(p->text, bytes);
    }
}

static void put_head(wf_text *text, const wf_da_frame *frame, wf_decode_form form) {
    bool lines = form == WF_DECODE_LINES;
    wf_text_put(text, lines ? "Device Authentication, TID " : "[");
    wf_words_code(text, frame->tid, 4);
    wf_text_put(text, lines ? ": " : "] DA ");
    wf_text_put(text, wf_da_type_name(frame->type));
    if (lines) {
        wf_text_put(text, " (");
        wf_words_code(text, frame->type, 2);
        wf_text_put(text, ")");
    }
}

void wf_decode_da(wf_text *text, const wf_da_frame *frame, wf_decode_form form) {
    parts p = {text, form, false};
    put_head(text, frame, form);
    if (frame->type == WF_DA_HELLO_ANSWER) {
        put_hello(&p, &frame->hello);
    }
    put_bytes(&p, "gid ", frame->gid);
    put_bytes(&p, "kid ", frame->kid);
    if (is_record(frame)) {
        begin(&p, "PIV ");
        wf_text_number(text, (int64_t)frame->piv, 0);
    }
    if (frame->type == WF_DA_MESSAGE_3) {
        begin(&p, "C_R ");
        wf_words_code(text, frame->connection_id, 2);
    }
    put_bytes(&p, "cookie ", frame->cookie);
    put_bytes(&p, tag_of(frame), frame->tag);
    put_bytes(&p, "hint ", frame->hint);
    put_bytes(&p, "nonce ", frame->nonce);
    if (frame->type == WF_DA_EDHOC_ERROR) {
        put_edhoc_error(&p, frame->payload);
    }
    put_long(&p, frame->payload, is_record(frame) ? " bytes of ciphertext and tag" : " bytes of EDHOC");
    put_long(&p, frame->signature, " bytes of encrypted signature");
}

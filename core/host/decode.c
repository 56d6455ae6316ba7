#include <warifu/decode.h>

#include "decode_da.h"
#include <warifu/frame.h>

enum { NODES = 1, SHOWN = 32 };

static wf_bytes beginning(wf_bytes bytes) {
    return wf_bytes_of(bytes.at, bytes.len < SHOWN ? bytes.len : SHOWN);
}

/* One word or two; nothing for bytes, and for a value that holds others. */
static void put_value(wf_text *text, const wf_property_info *property, wf_bytes edt) {
    wf_value node;
    size_t count;
    if (edt.len == 0 || wf_value_decode(property, &node, NODES, &count, NULL, edt) != WF_OK ||
        node.kind == WF_VALUE_RAW || node.kind == WF_VALUE_BITMAP || node.kind == WF_VALUE_OBJECT ||
        node.kind == WF_VALUE_ARRAY) {
        return;
    }
    wf_text_put(text, " ");
    wf_text_value(text, &node);
}

/* "B3=1A (targetTemperature 26 Celsius)"; without a name where the dictionary has none. */
static void put_property(wf_text *text, const wf_dictionary *dictionary, uint16_t class_code,
                         const wf_property *property) {
    wf_property_info info;
    wf_words_code(text, property->epc, 2);
    if (property->edt.len > 0) {
        wf_text_put(text, "=");
        wf_words_hex(text, property->edt);
    }
    if (wf_dictionary_property(dictionary, &info, class_code, property->epc, 0)) {
        wf_text_put(text, " (");
        wf_text_put(text, info.names.id);
        put_value(text, &info, property->edt);
        wf_text_put(text, ")");
    }
}

typedef struct message {
    const wf_dictionary *dictionary;
    const wf_frame *frame;
    wf_decode_form form;
} message;

/* A request is about the destination, anything else about the source. */
static uint16_t class_of(const wf_frame *frame) {
    return (uint16_t)((frame->esv >> 4 == 6 ? frame->deoj : frame->seoj) >> 8);
}

static void put_list(wf_text *text, const message *m, const wf_property_list *list, const char *which) {
    wf_property property;
    size_t at = 0;
    for (bool first = true; !text->cut && wf_property_next(list, &at, &property); first = false) {
        wf_text_put(text, m->form == WF_DECODE_LINES ? "\n  " : " ");
        wf_text_put(text, m->form == WF_DECODE_LINES || first ? which : "");
        put_property(text, m->dictionary, class_of(m->frame), &property);
    }
}

static void put_trailing(wf_text *text, const message *m) {
    if (m->frame->trailing.len > 0) {
        wf_text_put(text, m->form == WF_DECODE_LINES ? "\n  then " : " (then ");
        wf_words_count(text, m->frame->trailing.len, " bytes: ");
        wf_words_hex(text, m->frame->trailing);
        wf_text_put(text, m->form == WF_DECODE_LINES ? "" : ")");
    }
}

static void put_lists(wf_text *text, const message *m) {
    bool two = wf_esv_has_two_lists(m->frame->esv);
    put_list(text, m, &m->frame->list, two && m->form == WF_DECODE_LINES ? "set " : "");
    put_list(text, m, &m->frame->gets, "get ");
    put_trailing(text, m);
}

static void put_esv(wf_text *text, uint8_t esv) {
    if (wf_esv_known(esv)) {
        wf_text_put(text, wf_esv_name(esv));
    } else {
        wf_text_put(text, "ESV ");
        wf_words_code(text, esv, 2);
    }
}

static void put_objects(wf_text *text, const wf_frame *frame) {
    wf_words_code(text, frame->seoj, 6);
    wf_text_put(text, " -> ");
    wf_words_code(text, frame->deoj, 6);
}

/* What is the same in clear and inside a record. */
static void put_line(wf_text *text, const message *m) {
    bool has_more = m->frame->list.count > 0 || m->frame->gets.count > 0 || m->frame->trailing.len > 0;
    put_esv(text, m->frame->esv);
    wf_text_put(text, " ");
    put_objects(text, m->frame);
    wf_text_put(text, has_more ? ":" : "");
    put_lists(text, m);
}

static void put_lines(wf_text *text, const message *m) {
    wf_text_put(text, "ECHONET Lite, TID ");
    wf_words_code(text, m->frame->tid, 4);
    wf_text_put(text, ": ");
    put_objects(text, m->frame);
    wf_text_put(text, " ");
    put_esv(text, m->frame->esv);
    wf_text_put(text, " (");
    wf_words_code(text, m->frame->esv, 2);
    wf_text_put(text, ")");
    put_lists(text, m);
}

static void put_tid(wf_text *text, uint16_t tid) {
    wf_text_put(text, "[");
    wf_words_code(text, tid, 4);
    wf_text_put(text, "] ");
}

static void put_arbitrary(wf_text *text, const wf_frame *frame, wf_decode_form form) {
    if (form == WF_DECODE_LINES) {
        wf_text_put(text, "ECHONET Lite, TID ");
        wf_words_code(text, frame->tid, 4);
        wf_text_put(text, ": arbitrary format\n  ");
    } else {
        put_tid(text, frame->tid);
        wf_text_put(text, "arbitrary format, ");
    }
    wf_words_count(text, frame->arbitrary.len, " bytes: ");
    wf_words_hex(text, frame->arbitrary);
}

static void put_no(wf_text *text, const char *what, wf_bytes bytes) {
    wf_text_put(text, what);
    wf_words_count(text, bytes.len, " bytes: ");
    wf_words_hex(text, beginning(bytes));
}

void wf_decode(char *out, size_t size, const wf_dictionary *dictionary, wf_bytes datagram, wf_decode_form form) {
    wf_frame frame;
    wf_da_frame da = {0};
    wf_text text = wf_text_of(out, size);
    const message m = {dictionary, &frame, form};
    if (wf_frame_parse(&frame, datagram) != WF_OK) {
        put_no(&text, "no ECHONET Lite frame, ", datagram);
    } else if (frame.ehd2 == WF_EHD2_ARBITRARY && wf_da_frame_parse(&da, datagram) == WF_OK) {
        wf_decode_da(&text, &da, form);
    } else if (frame.ehd2 == WF_EHD2_ARBITRARY) {
        put_arbitrary(&text, &frame, form);
    } else if (form == WF_DECODE_LINES) {
        put_lines(&text, &m);
    } else {
        put_tid(&text, frame.tid);
        put_line(&text, &m);
    }
}

void wf_decode_edata(char *out, size_t size, const wf_dictionary *dictionary, wf_bytes edata) {
    wf_frame frame;
    wf_text text = wf_text_of(out, size);
    const message m = {dictionary, &frame, WF_DECODE_LINE};
    if (wf_edata_parse(&frame, edata) != WF_OK) {
        put_no(&text, "no EDATA, ", edata);
    } else {
        put_line(&text, &m);
    }
}

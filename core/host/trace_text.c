#define _XOPEN_SOURCE 700
#include "words.h"

#include <string.h>
#include <time.h>
#include <warifu/datagram.h>
#include <warifu/decode.h>
#include <warifu/trace_file.h>

enum { SECOND_US = 1000000, BYTES_IN_A_ROW = 16, BITS = 8 };

static unsigned common_bits(const wf_address *a, const wf_address *b) {
    unsigned bits = 0;
    while (bits < sizeof a->ip * BITS && ((a->ip[bits / BITS] ^ b->ip[bits / BITS]) >> (7 - bits % BITS) & 1) == 0) {
        bits++;
    }
    return bits;
}

wf_address wf_traced_own(const wf_address *own, size_t count, const wf_address *peer) {
    const bool to_all = wf_address_is_unspecified(peer);
    const wf_address *best = NULL;
    for (size_t i = 0; i < count; i++) {
        const bool fits = to_all || wf_address_is_ipv4(&own[i]) == wf_address_is_ipv4(peer);
        if (fits && (best == NULL || (!to_all && common_bits(&own[i], peer) > common_bits(best, peer)))) {
            best = &own[i];
        }
    }
    return best != NULL ? *best : (wf_address){0};
}

/* ---- text ---- */

static void put_time(wf_text *text, int64_t us) {
    const time_t seconds = (time_t)(us / SECOND_US);
    char clock[16] = "";
    struct tm parts;
    if (localtime_r(&seconds, &parts) == NULL || strftime(clock, sizeof clock, "%H:%M:%S.", &parts) == 0) {
        clock[0] = '\0';
    }
    wf_text_put(text, clock);
    const unsigned ms = (unsigned)(us % SECOND_US / 1000);
    const char digits[] = {(char)('0' + ms / 100), (char)('0' + ms / 10 % 10), (char)('0' + ms % 10), '\0'};
    wf_text_put(text, digits);
}

static void put_peer(wf_text *text, const wf_traced *traced) {
    char address[WF_ADDRESS_TEXT_LEN];
    const bool to_all = wf_address_is_unspecified(&traced->peer);
    wf_text_put(text, traced->sent ? " -> " : " <- ");
    wf_text_put(text, to_all ? "everybody" : wf_address_format(address, &traced->peer));
    wf_text_put(text, traced->multicast && !traced->sent ? " to everybody " : " ");
}

static void put_row(wf_text *text, wf_bytes bytes, size_t at) {
    wf_text_put(text, "\n  ");
    wf_words_code(text, at, 8);
    wf_text_put(text, ":");
    for (size_t i = 0; i < BYTES_IN_A_ROW; i++) {
        wf_text_put(text, i % 2 == 0 ? " " : "");
        if (at + i < bytes.len) {
            wf_words_code(text, bytes.at[at + i], 2);
        } else {
            wf_text_put(text, "  ");
        }
    }
    wf_text_put(text, "  ");
    for (size_t i = at; i < bytes.len && i < at + BYTES_IN_A_ROW; i++) {
        const char c = (char)bytes.at[i];
        const char shown[] = {c >= ' ' && c <= '~' ? c : '.', '\0'};
        wf_text_put(text, shown);
    }
}

/* The rest of the text is the decoder's. */
static void put_decoded(wf_text *text, const wf_dictionary *dictionary, wf_bytes bytes, bool is_edata) {
    if (text->cut) {
        return;
    }
    char *at = text->at + text->len;
    const size_t left = text->size - text->len;
    if (is_edata) {
        wf_decode_edata(at, left, dictionary, bytes);
    } else {
        wf_decode(at, left, dictionary, bytes, WF_DECODE_LINE);
    }
    text->len += strlen(at);
}

void wf_traced_text(char *out, size_t size, const wf_dictionary *dictionary, const wf_traced *traced, bool dump) {
    wf_text text = wf_text_of(out, size);
    put_time(&text, traced->time_us);
    put_peer(&text, traced);
    wf_words_count(&text, traced->datagram.len, " bytes ");
    put_decoded(&text, dictionary, traced->datagram, false);
    if (traced->inner.len > 0) {
        wf_text_put(&text, " | ");
        put_decoded(&text, dictionary, traced->inner, true);
    }
    for (size_t at = 0; dump && at < traced->datagram.len && !text.cut; at += BYTES_IN_A_ROW) {
        put_row(&text, traced->datagram, at);
    }
}

/* ---- JSON ---- */

static void put_key(wf_text *text, const char *name) {
    wf_text_put(text, ",\"");
    wf_text_put(text, name);
    wf_text_put(text, "\":");
}

static void put_address(wf_text *text, const char *name, const wf_address *address) {
    char written[WF_ADDRESS_TEXT_LEN];
    const bool known = !wf_address_is_unspecified(address);
    put_key(text, name);
    wf_text_put(text, known ? "\"" : "null");
    wf_text_put(text, known ? wf_address_format(written, address) : "");
    wf_text_put(text, known ? "\"" : "");
}

static void put_bytes(wf_text *text, const char *name, wf_bytes bytes) {
    put_key(text, name);
    wf_text_put(text, "\"");
    wf_words_hex(text, bytes);
    wf_text_put(text, "\"");
}

/* A vendor's dictionary may call a property anything. */
static void put_escaped(wf_text *text, const char *words) {
    for (; *words != '\0' && !text->cut; words++) {
        const char plain[] = {*words, '\0'};
        if (*words == '"' || *words == '\\') {
            wf_text_put(text, "\\");
        }
        if ((unsigned char)*words < ' ') {
            wf_text_put(text, "\\u00");
            wf_words_code(text, (unsigned char)*words, 2);
        } else {
            wf_text_put(text, plain);
        }
    }
}

static void put_words(wf_text *text, const wf_dictionary *dictionary, const char *name, wf_bytes bytes, bool is_edata) {
    char words[WF_DECODE_LEN];
    if (is_edata) {
        wf_decode_edata(words, sizeof words, dictionary, bytes);
    } else {
        wf_decode(words, sizeof words, dictionary, bytes, WF_DECODE_LINE);
    }
    put_key(text, name);
    wf_text_put(text, "\"");
    put_escaped(text, words);
    wf_text_put(text, "\"");
}

wf_error wf_traced_json(char *out, size_t size, const wf_dictionary *dictionary, const wf_traced *traced) {
    wf_text text = wf_text_of(out, size);
    wf_text_put(&text, "{\"time\":");
    wf_text_number(&text, traced->time_us, -6);
    put_key(&text, "sent");
    wf_text_put(&text, traced->sent ? "true" : "false");
    put_key(&text, "multicast");
    wf_text_put(&text, traced->multicast ? "true" : "false");
    put_address(&text, "address", &traced->peer);
    put_address(&text, "own", &traced->own);
    put_bytes(&text, "datagram", traced->datagram);
    put_words(&text, dictionary, "text", traced->datagram, false);
    put_bytes(&text, "inner", traced->inner);
    if (traced->inner.len > 0) {
        put_words(&text, dictionary, "inner_text", traced->inner, true);
    }
    wf_text_put(&text, "}");
    return text.cut ? WF_ERROR_TOO_SMALL : WF_OK;
}

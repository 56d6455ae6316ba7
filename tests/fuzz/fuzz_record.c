/* Session records. The input is a script: raw datagrams, and records that are sealed with a number and a text of its
 * choice, then changed or not. What was not sealed for these keys never opens; what was opens to its text; each number
 * is fresh once, as a list of all that were accepted says. */
#include <stdlib.h>
#include <string.h>

#include "da/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS = 64, TEXT = 64, RECORD = WF_DA_HEADER_LEN + 32 + TEXT + WF_CCM_TAG_LEN };
enum { RAW, WHOLE, CHANGED, CUT, OTHER_BOND, KINDS };

typedef struct world {
    wf_record_keys sender, receiver;
    wf_replay_window window;
    uint64_t accepted[STEPS];
    size_t count;
} world;

static void demand(bool holds) {
    if (!holds) {
        abort();
    }
}

static void make_keys(world *w) {
    static const uint8_t secret[16] = {1}, salt[8] = {2};
    static const wf_kid one = {{0x37}, 1}, other = {{0xAB, 0xCD}, 2};
    *w =
        (world){.sender = {.send_kid = one, .receive_kid = other}, .receiver = {.send_kid = other, .receive_kid = one}};
    demand(wf_record_derive(&w->sender, wf_bytes_of(secret, 16), wf_bytes_of(salt, 8), WF_RECORD_ALG) == WF_OK);
    demand(wf_record_derive(&w->receiver, wf_bytes_of(secret, 16), wf_bytes_of(salt, 8), WF_RECORD_ALG) == WF_OK);
}

/* RFC 8613 7.4 by a list: nothing twice, nothing 64 or more behind the highest. */
static bool list_says_fresh(const world *w, uint64_t number) {
    uint64_t highest = 0;
    for (size_t i = 0; i < w->count; i++) {
        if (w->accepted[i] == number) {
            return false;
        }
        highest = w->accepted[i] > highest ? w->accepted[i] : highest;
    }
    return w->count == 0 || number > highest || highest - number < 64;
}

static void take_number(world *w, uint64_t number) {
    bool fresh = wf_replay_is_fresh(&w->window, number);
    demand(fresh == list_says_fresh(w, number));
    if (fresh) {
        wf_replay_accept(&w->window, number);
        w->accepted[w->count++] = number;
    }
}

/* Does it open, and to what? */
static bool opens(const world *w, wf_bytes datagram, const wf_record_bond *bond, uint8_t out[static RECORD],
                  size_t *len, uint64_t *number) {
    static const uint8_t blank[RECORD];
    wf_da_frame frame;
    memset(out, 0, RECORD);
    if (wf_da_frame_parse(&frame, datagram) != WF_OK || (frame.type != WF_DA_REQUEST && frame.type != WF_DA_ANSWER) ||
        frame.payload.len > RECORD) {
        return false;
    }
    wf_error error = wf_record_open(out, len, &w->receiver, &frame, bond);
    demand(error == WF_OK || (error == WF_ERROR_TAG && *len == 0 && memcmp(out, blank, RECORD) == 0));
    *number = frame.piv;
    return error == WF_OK;
}

static void step(world *w, wf_reader *script) {
    static const uint8_t other_kid = 9;
    uint8_t record[RECORD], out[RECORD];
    size_t len, opened;
    uint64_t number;
    uint8_t kind = wf_read_u8(script) % KINDS;
    wf_bytes text = wf_read_bytes(script, wf_read_u8(script) % TEXT);
    if (text.len == 0) {
        return; /* no record is empty, on the wire neither */
    }
    if (kind == RAW) {
        demand(!opens(w, text, NULL, out, &opened, &number));
        return;
    }
    /* 40 bits, as the sender's counter; near each other, so that the window matters */
    uint64_t piv = (uint64_t)wf_read_u8(script) << (wf_read_u8(script) % 32);
    wf_writer writer = wf_writer_of(record, sizeof record);
    wf_da_type type = (piv & 1) != 0 ? WF_DA_ANSWER : WF_DA_REQUEST;
    const wf_record_bond bond = {wf_bytes_of(&other_kid, 1), piv / 2}, *bound = (piv & 1) != 0 ? &bond : NULL;
    demand(wf_record_seal(&writer, &w->sender, type, 1, piv, bound, text) == WF_OK);
    demand(wf_writer_finish(&writer, &len) == WF_OK);
    size_t at = wf_read_u8(script) % len;
    if (kind == CHANGED) {
        record[at] ^= (uint8_t)(1U << (wf_read_u8(script) % 8));
    }
    const wf_record_bond wrong = {bond.kid, bond.piv + 1};
    bool whole = opens(w, wf_bytes_of(record, kind == CUT ? at : len), kind == OTHER_BOND ? &wrong : bound, out,
                       &opened, &number);
    demand(whole == (kind == WHOLE));
    if (whole) {
        demand(number == piv && opened == text.len && (text.len == 0 || memcmp(out, text.at, text.len) == 0));
        take_number(w, number);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static world keyed;
    if (keyed.sender.send_kid.len == 0) {
        demand(wf_crypto_start() == WF_OK);
        make_keys(&keyed);
    }
    world w = keyed;
    wf_reader script = wf_reader_of(wf_bytes_of(data, size));
    for (size_t steps = 0; steps < STEPS && script.left > 0; steps++) {
        step(&w, &script);
    }
    return 0;
}

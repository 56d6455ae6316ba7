#include <string.h>
#include <warifu/setup_code.h>

enum {
    PREFIX_LEN = 7,
    VERSION = 1,
    DATA_SYMBOLS = 77, /* 384 bits by fives; the last bit is 0 */
    SUM_SYMBOLS = 6,
    BODY_SYMBOLS = 1 + DATA_SYMBOLS, /* what the checksum covers */
    SYMBOLS = BODY_SYMBOLS + SUM_SYMBOLS,
    GROUP = 4,
    NO_SYMBOL = 0x80
};

/* The code of BIP 173 with the target of BIP 350: distance 5 up to 89 symbols of 5 bits. */
static const uint32_t generator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
static const uint32_t sum_target = 0x2bc830a3;

static const char prefix[] = "WARIFU:";
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* without I, L, O, U, which look like others */

/* All ones when a and b, both small, are the same; zero otherwise. */
static uint32_t same_mask(uint32_t a, uint32_t b) {
    return 0u - (((a ^ b) - 1u) >> 31);
}

static uint32_t upper(uint32_t c) {
    uint32_t outside = ((c - 'a') >> 31) | (('z' - c) >> 31);
    return c - ((outside - 1u) & 0x20u);
}

static uint8_t symbol_of(uint32_t c) {
    uint32_t symbol = 0, known = 0;
    for (uint32_t i = 0; i < 32; i++) {
        uint32_t same = same_mask(c, (uint8_t)alphabet[i]);
        symbol |= same & i;
        known |= same;
    }
    return (uint8_t)(symbol | (~known & NO_SYMBOL));
}

static char letter_of(uint32_t symbol) {
    uint32_t letter = 0;
    for (uint32_t i = 0; i < 32; i++) {
        letter |= same_mask(symbol, i) & (uint8_t)alphabet[i];
    }
    return (char)letter;
}

static uint32_t sum_of(const uint8_t *symbols, size_t count) {
    uint32_t sum = 1;
    for (size_t at = 0; at < count; at++) {
        uint32_t top = sum >> 25;
        sum = ((sum & 0x1ffffff) << 5) ^ symbols[at];
        for (unsigned i = 0; i < 5; i++) {
            sum ^= (0u - ((top >> i) & 1u)) & generator[i];
        }
    }
    return sum;
}

static uint8_t byte_of(const wf_setup_code *code, size_t at) {
    return at < WF_HASH_LEN ? code->spki_hash[at] : code->secret[at - WF_HASH_LEN];
}

static void pack(uint8_t symbols[static SYMBOLS], const wf_setup_code *code) {
    uint32_t held = 0;
    unsigned bits = 0;
    size_t at = 0;
    symbols[at++] = VERSION;
    for (size_t i = 0; i < sizeof *code; i++) {
        held = (held << 8) | byte_of(code, i);
        for (bits += 8; bits >= 5; bits -= 5) {
            symbols[at++] = (held >> (bits - 5)) & 31;
        }
    }
    symbols[at++] = (held << (5 - bits)) & 31;
    memset(symbols + at, 0, SUM_SYMBOLS);
    uint32_t sum = sum_of(symbols, SYMBOLS) ^ sum_target;
    for (size_t i = 0; i < SUM_SYMBOLS; i++) {
        symbols[at + i] = (sum >> (5 * (SUM_SYMBOLS - 1 - i))) & 31;
    }
}

static void unpack(wf_setup_code *code, const uint8_t symbols[static SYMBOLS]) {
    uint32_t held = 0;
    unsigned bits = 0;
    size_t out = 0;
    for (size_t at = 1; at < BODY_SYMBOLS; at++) {
        held = (held << 5) | symbols[at];
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            *(out < WF_HASH_LEN ? &code->spki_hash[out] : &code->secret[out - WF_HASH_LEN]) = (uint8_t)(held >> bits);
            out++;
        }
    }
}

static void write_groups(char *out, const wf_setup_code *code, size_t group) {
    uint8_t symbols[SYMBOLS];
    pack(symbols, code);
    memcpy(out, prefix, PREFIX_LEN);
    out += PREFIX_LEN;
    for (size_t at = 0; at < SYMBOLS; at++) {
        if (at > 0 && at % group == 0) {
            *out++ = '-';
        }
        *out++ = letter_of(symbols[at]);
    }
    *out = '\0';
    wf_wipe(symbols, sizeof symbols);
}

void wf_setup_code_write(char out[static WF_SETUP_CODE_TEXT_LEN + 1], const wf_setup_code *code) {
    write_groups(out, code, SYMBOLS);
}

void wf_setup_code_write_grouped(char out[static WF_SETUP_CODE_GROUPED_LEN + 1], const wf_setup_code *code) {
    write_groups(out, code, GROUP);
}

/* A text as it was typed: `next` is the place of the next character that counts. */
typedef struct typed {
    const char *text;
    size_t len, next;
} typed;

static bool more(typed *t) {
    while (t->next < t->len && t->text[t->next] != '\0' && strchr(" -\t\r\n", t->text[t->next]) != NULL) {
        t->next++;
    }
    return t->next < t->len;
}

static uint32_t take(typed *t) {
    return upper((uint8_t)t->text[t->next++]);
}

static wf_setup_code_fault fault_of(wf_setup_code_part part, size_t position, size_t count) {
    return (wf_setup_code_fault){part, position, count};
}

/* The symbols of the text, with the place of each and of the first that is too many. */
static wf_setup_code_fault read_symbols(uint8_t symbols[static SYMBOLS], size_t places[static SYMBOLS + 1], typed t) {
    for (size_t at = 0; at < PREFIX_LEN; at++) {
        size_t place = more(&t) ? t.next + 1 : t.len + 1;
        if (place > t.len || take(&t) != (uint8_t)prefix[at]) {
            return fault_of(WF_SETUP_CODE_PREFIX, place, 0);
        }
    }
    size_t count = 0;
    for (; more(&t); count++) {
        uint8_t symbol = symbol_of(take(&t));
        if (symbol == NO_SYMBOL) {
            return fault_of(WF_SETUP_CODE_CHARACTER, t.next, 0);
        }
        if (count == 0 && symbol != VERSION) {
            return fault_of(WF_SETUP_CODE_VERSION, t.next, 0);
        }
        if (count <= SYMBOLS) {
            places[count] = t.next;
        }
        if (count < SYMBOLS) {
            symbols[count] = symbol;
        }
    }
    if (count < SYMBOLS) {
        return fault_of(WF_SETUP_CODE_SHORT, 0, SYMBOLS - count);
    }
    return count > SYMBOLS ? fault_of(WF_SETUP_CODE_LONG, places[SYMBOLS], count - SYMBOLS)
                           : fault_of(WF_SETUP_CODE_NONE, 0, 0);
}

wf_error wf_setup_code_parse(wf_setup_code *out, const char *text, size_t len, wf_setup_code_fault *fault) {
    uint8_t symbols[SYMBOLS];
    size_t places[SYMBOLS + 1];
    memset(out, 0, sizeof *out);
    wf_setup_code_fault found = read_symbols(symbols, places, (typed){text, len, 0});
    if (found.part == WF_SETUP_CODE_NONE && sum_of(symbols, SYMBOLS) != sum_target) {
        found = fault_of(WF_SETUP_CODE_CHECKSUM, 0, 0);
    } else if (found.part == WF_SETUP_CODE_NONE && (symbols[BODY_SYMBOLS - 1] & 1) != 0) {
        found = fault_of(WF_SETUP_CODE_CHARACTER, places[BODY_SYMBOLS - 1], 0);
    }
    if (found.part == WF_SETUP_CODE_NONE) {
        unpack(out, symbols);
    }
    wf_wipe(symbols, sizeof symbols);
    if (fault != NULL) {
        *fault = found;
    }
    return found.part == WF_SETUP_CODE_NONE ? WF_OK : WF_ERROR_NOT_A_CODE;
}

/* Appends what fits and keeps room for the zero byte. */
static void append(char out[static WF_SETUP_CODE_SAYING_LEN], const char *text) {
    size_t used = strlen(out), len = strlen(text), room = WF_SETUP_CODE_SAYING_LEN - 1 - used;
    len = len < room ? len : room;
    memcpy(out + used, text, len);
    out[used + len] = '\0';
}

static void append_number(char out[static WF_SETUP_CODE_SAYING_LEN], size_t number) {
    char digits[24];
    size_t at = sizeof digits - 1;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    append(out, digits + at);
}

void wf_setup_code_say(char out[static WF_SETUP_CODE_SAYING_LEN], const wf_setup_code_fault *fault) {
    static const struct {
        const char *what, *next;
    } rows[] = {
#define ROW(name, what, next) {what, next},
        WF_SETUP_CODE_FAULTS(ROW)
#undef ROW
    };
    out[0] = '\0';
    append(out, rows[fault->part].what);
    if (fault->position > 0) {
        append(out, " (character ");
        append_number(out, fault->position);
        append(out, ")");
    } else if (fault->count > 0) {
        append(out, " (");
        append_number(out, fault->count);
        append(out, ")");
    }
    if (rows[fault->part].next[0] != '\0') {
        append(out, ": ");
        append(out, rows[fault->part].next);
    }
}

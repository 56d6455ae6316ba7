#include <warifu/property_map.h>

enum { FIRST_EPC = 0x80, BIT_FORM_COUNT = 16 };

static uint64_t bit_of(uint8_t epc) {
    return (uint64_t)1 << (epc & 63);
}

static size_t word_of(uint8_t epc) {
    return epc >= 0xC0 ? 1 : 0;
}

void wf_epc_set_add(wf_epc_set *set, uint8_t epc) {
    if (epc >= FIRST_EPC) {
        set->words[word_of(epc)] |= bit_of(epc);
    }
}

bool wf_epc_set_has(const wf_epc_set *set, uint8_t epc) {
    return epc >= FIRST_EPC && (set->words[word_of(epc)] & bit_of(epc)) != 0;
}

unsigned wf_epc_set_count(const wf_epc_set *set) {
    unsigned count = 0;
    for (unsigned epc = FIRST_EPC; epc <= UINT8_MAX; epc++) {
        count += wf_epc_set_has(set, (uint8_t)epc) ? 1 : 0;
    }
    return count;
}

void wf_property_map_write(wf_writer *out, const wf_epc_set *set) {
    unsigned count = wf_epc_set_count(set);
    uint8_t bits[BIT_FORM_COUNT] = {0};
    wf_write_u8(out, (uint8_t)count);
    for (unsigned epc = FIRST_EPC; epc <= UINT8_MAX; epc++) {
        if (!wf_epc_set_has(set, (uint8_t)epc)) {
            continue;
        }
        if (count < BIT_FORM_COUNT) {
            wf_write_u8(out, (uint8_t)epc);
        } else {
            bits[epc & 0x0F] = (uint8_t)(bits[epc & 0x0F] | 1u << ((epc >> 4) - 8));
        }
    }
    if (count >= BIT_FORM_COUNT) {
        wf_write_bytes(out, bits, sizeof bits);
    }
}

static void add_bits(wf_epc_set *set, wf_bytes bits) {
    for (unsigned i = 0; i < BIT_FORM_COUNT; i++) {
        for (unsigned b = 0; b < 8; b++) {
            if (bits.at[i] >> b & 1) {
                wf_epc_set_add(set, (uint8_t)(FIRST_EPC + 16 * b + i));
            }
        }
    }
}

static bool all_codes(wf_bytes codes) {
    for (size_t i = 0; i < codes.len; i++) {
        if (codes.at[i] < FIRST_EPC) {
            return false;
        }
    }
    return true;
}

wf_error wf_property_map_read(wf_epc_set *out, wf_bytes edt) {
    wf_reader r = wf_reader_of(edt);
    *out = (wf_epc_set){{0}};
    uint8_t count = wf_read_u8(&r);
    wf_bytes rest = wf_read_rest(&r);
    if (r.failed) {
        return WF_ERROR_PROPERTY_MAP;
    }
    /* The length tells the form, since the count may lie. Sixteen bytes could be either: the count then decides,
     * unless it says codes and the bytes can't be codes. */
    bool codes = all_codes(rest);
    if (rest.len == BIT_FORM_COUNT && (count >= BIT_FORM_COUNT || !codes)) {
        add_bits(out, rest);
        return WF_OK;
    }
    for (size_t i = 0; codes && i < rest.len; i++) {
        wf_epc_set_add(out, rest.at[i]);
    }
    return codes ? WF_OK : WF_ERROR_PROPERTY_MAP;
}

#include "dictionary_table.h"
#include <string.h>

enum { NEWEST = 0x7F, PROFILE_GROUP = 0x0E, FIRST_EPC = 0x80, LAST_EPC = 0xFF, LAST_CLASS = 0xFFFF };

char wf_dictionary_release(wf_bytes edt) {
    if (edt.len != 4 || edt.at[0] != 0 || edt.at[1] != 0) {
        return 0;
    }
    uint8_t letter = edt.at[2];
    /* Release A is written as a small letter. */
    letter = letter >= 'a' && letter <= 'z' ? (uint8_t)(letter - 'a' + 'A') : letter;
    return letter >= 'A' && letter <= 'Z' ? (char)letter : 0;
}

/* --- classes --- */

/* The first class of this one dictionary whose code is not below `code`; NULL past the end. */
static const wf_class_row *class_from(const wf_dictionary *dictionary, unsigned code) {
    size_t low = 0, high = dictionary->class_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (dictionary->classes[middle].code < code) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < dictionary->class_count ? &dictionary->classes[low] : NULL;
}

static const wf_class_row *class_at(const wf_dictionary *dictionary, unsigned code) {
    const wf_class_row *row = class_from(dictionary, code);
    return row != NULL && row->code == code ? row : NULL;
}

static wf_class_info class_info(const wf_dictionary *dictionary, const wf_class_row *row) {
    return (wf_class_info){row->code, row->from, row->to, wf_names_of(dictionary, row->names)};
}

bool wf_dictionary_next_class(const wf_dictionary *dictionary, unsigned *at, wf_class_info *out) {
    unsigned nearest = LAST_CLASS + 1;
    for (const wf_dictionary *d = dictionary; d != NULL && *at <= LAST_CLASS; d = d->base) {
        const wf_class_row *row = class_from(d, *at);
        if (row != NULL && row->code < nearest) {
            nearest = row->code;
            *out = class_info(d, row);
        }
    }
    *at = nearest + 1;
    return nearest <= LAST_CLASS;
}

bool wf_dictionary_class(const wf_dictionary *dictionary, wf_class_info *out, uint16_t code) {
    unsigned at = code;
    return wf_dictionary_next_class(dictionary, &at, out) && out->code == code;
}

bool wf_dictionary_class_named(const wf_dictionary *dictionary, wf_class_info *out, const char *id) {
    for (unsigned at = 0; wf_dictionary_next_class(dictionary, &at, out);) {
        if (strcmp(out->names.id, id) == 0) {
            return true;
        }
    }
    return false;
}

/* --- properties --- */

static wf_property_info property_info(const wf_dictionary *dictionary, const wf_class_row *owner,
                                      const wf_property_row *row) {
    const wf_type_row *type = &dictionary->types[row->type];
    return (wf_property_info){
        .class_code = owner->code,
        .epc = row->epc,
        .from = row->from,
        .to = row->to,
        .in_release = true,
        .get = (wf_rule)(row->rules & 15),
        .set = (wf_rule)(row->rules >> 4 & 15),
        .inf = (wf_rule)(row->rules >> 8 & 15),
        .atomic = row->atomic,
        .min_size = type->min_size,
        .max_size = type->max_size,
        .names = wf_names_of(dictionary, row->names),
        .type = {dictionary, row->type},
    };
}

/* How many letters a release lies outside of what a row says: 0 for the right one. */
static int distance(const wf_property_row *row, int release) {
    int to = row->to == 0 ? NEWEST : row->to;
    if (release < row->from) {
        return row->from - release;
    }
    return release > to ? release - to : 0;
}

/* Of the entries for one EPC, the one of the release, or else the nearest: a device may well be ahead of its 82. */
static const wf_property_row *choose(const wf_dictionary *dictionary, const wf_class_row *owner, uint8_t epc,
                                     int release) {
    const wf_property_row *row = dictionary->properties + owner->first, *end = row + owner->count, *best = NULL;
    for (size_t left = owner->count; left > 0;) { /* the first one of that EPC */
        size_t half = left / 2;
        if (row[half].epc < epc) {
            row += half + 1;
            left -= half + 1;
        } else {
            left = half;
        }
    }
    for (; row < end && row->epc == epc; row++) {
        if (best == NULL || distance(row, release) < distance(best, release)) {
            best = row;
        }
    }
    return best;
}

static bool find(const wf_dictionary *dictionary, wf_property_info *out, uint16_t class_code, uint8_t epc,
                 int release) {
    for (const wf_dictionary *d = dictionary; d != NULL; d = d->base) {
        const wf_class_row *owner = class_at(d, class_code);
        const wf_property_row *row = owner != NULL ? choose(d, owner, epc, release) : NULL;
        if (row != NULL) {
            *out = property_info(d, owner, row);
            out->in_release = distance(row, release) == 0;
            return true;
        }
    }
    return false;
}

bool wf_dictionary_property(const wf_dictionary *dictionary, wf_property_info *out, uint16_t class_code, uint8_t epc,
                            char release) {
    int letter = release == 0 ? NEWEST : release;
    return find(dictionary, out, class_code, epc, letter) ||
           (class_code >> 8 != PROFILE_GROUP && find(dictionary, out, WF_CLASS_SUPERCLASS, epc, letter));
}

bool wf_dictionary_next_property(const wf_dictionary *dictionary, unsigned *at, wf_property_info *out,
                                 uint16_t class_code, char release) {
    for (unsigned epc = *at < FIRST_EPC ? FIRST_EPC : *at; epc <= LAST_EPC; epc++) {
        if (wf_dictionary_property(dictionary, out, class_code, (uint8_t)epc, release)) {
            *at = epc + 1;
            return true;
        }
    }
    *at = LAST_EPC + 1;
    return false;
}

bool wf_dictionary_property_named(const wf_dictionary *dictionary, wf_property_info *out, uint16_t class_code,
                                  const char *id, char release) {
    wf_property_info property;
    bool found = false;
    for (unsigned at = 0; wf_dictionary_next_property(dictionary, &at, &property, class_code, release);) {
        /* The class's own one goes before one of the superclass that is called the same. */
        if (strcmp(property.names.id, id) == 0 && (!found || property.class_code == class_code)) {
            *out = property;
            found = true;
        }
    }
    return found;
}

bool wf_dictionary_next_entry(const wf_dictionary *dictionary, unsigned *at, wf_property_info *out,
                              uint16_t class_code) {
    unsigned before = 0;
    for (const wf_dictionary *d = dictionary; d != NULL; d = d->base) {
        const wf_class_row *owner = class_at(d, class_code);
        if (owner == NULL) {
            continue;
        }
        if (*at < before + owner->count) {
            *out = property_info(d, owner, &d->properties[owner->first + *at - before]);
            ++*at;
            return true;
        }
        before += owner->count;
    }
    return false;
}

/* The rows of a dictionary. They hold offsets instead of pointers, so that the built-in one is read-only data whatever
 * address it is loaded at. tools/dictionary.py knows their sizes. */
#ifndef WARIFU_DICTIONARY_TABLE_H
#define WARIFU_DICTIONARY_TABLE_H

#include <warifu/dictionary.h>

/* Containers in containers: what a reader of values keeps room for. */
enum { WF_TYPE_DEPTH = 6 };

/* Offsets of texts in the pools `ids`, `en`, `ja`; there 0 is the empty text. */
typedef struct wf_names_row {
    uint16_t id, en, ja;
} wf_names_row;

typedef struct wf_class_row { /* sorted by code */
    uint16_t code;
    char from, to;
    uint16_t first, count; /* of its properties */
    wf_names_row names;
} wf_class_row;

typedef struct wf_property_row { /* sorted by EPC, then by release */
    uint8_t epc;
    char from, to;
    uint8_t atomic;
    uint16_t rules; /* 4 bits each: get, set, inf */
    wf_names_row names;
    uint16_t type;
} wf_property_row;

/* What `first` and `count` are: number: a row of `numbers`; numeric, state: rows; level: code of level 1, levels; time:
 * greatest hour; array: type of the items, most items (the least stand in `flags`); object, bitmap: rows of `members`;
 * one of: rows of `options`. */
typedef struct wf_type_row {
    uint8_t kind, flags;
    uint8_t min_size, max_size;
    uint16_t first, count;
} wf_type_row;

enum { WF_NUMBER_SIGNED = 1, WF_NUMBER_UNDERFLOW = 2, WF_NUMBER_OVERFLOW = 4 }; /* flags of a number */

typedef struct wf_number_row {
    int64_t minimum, maximum;
    uint16_t unit;
    int8_t exponent;
    uint8_t coefficients[3];
} wf_number_row;

enum { WF_CODE_READ_ONLY = 0x8000, WF_CODE_UNDEFINED = 0x4000, WF_CODE_NO_DATA = 0x2000, WF_CODE_MORE = 0x1FFF };

typedef struct wf_enumerator_row {
    uint32_t code; /* of a state with more than 4 bytes: its last 4, whose sign fills the others */
    uint16_t more; /* flags, and how many codes follow that mean the same */
    wf_names_row names;
} wf_enumerator_row;

typedef struct wf_numeric_row {
    int32_t number;
    int8_t exponent;
    uint8_t code;
} wf_numeric_row;

typedef struct wf_member_row {
    uint16_t type;
    wf_names_row names;
    uint8_t byte, mask; /* bitmaps */
} wf_member_row;

struct wf_dictionary {
    const wf_dictionary *base; /* asked for what this one doesn't have */
    const wf_class_row *classes;
    const wf_property_row *properties;
    const wf_type_row *types;
    const wf_number_row *numbers;
    const wf_enumerator_row *enumerators;
    const wf_numeric_row *numerics;
    const wf_member_row *members;
    const uint16_t *options;
    const char *ids, *en, *ja;
    uint16_t class_count;
};

static inline const wf_type_row *wf_type_row_of(wf_type type) {
    return &type.dictionary->types[type.index];
}

static inline wf_names wf_names_of(const wf_dictionary *dictionary, wf_names_row row) {
    return (wf_names){dictionary->ids + row.id, dictionary->en + row.en, dictionary->ja + row.ja};
}

#endif

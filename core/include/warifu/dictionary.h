/* The dictionary of ECHONET Lite: what classes and properties are called, who may read and set them, and of what type
 * their values are (<warifu/value.h> reads and writes those).
 *
 * The built-in one holds the device classes, the superclass and the node profile of the Machine Readable Appendix (see
 * NOTICE and docs/reference/dictionary.md). Every look-up takes the dictionary it asks; one that stands on another (an
 * overlay) is asked first, then the one below. NULL is a dictionary without entries. All results are views: texts and
 * types live as long as their dictionary. Nothing here fails otherwise than by not finding.
 */
#ifndef WARIFU_DICTIONARY_H
#define WARIFU_DICTIONARY_H

#include <warifu/bytes.h>

WF_C_BEGIN

typedef struct wf_dictionary wf_dictionary;

/* NULL in a build without it (CMake: WARIFU_DICTIONARY=OFF). */
const wf_dictionary *wf_dictionary_builtin(void);

enum { WF_CLASS_SUPERCLASS = 0x0000, WF_CLASS_NODE_PROFILE = 0x0EF0 };

/* An identifier in lower camel case for programs, and names for people in UTF-8. Empty where there is none, never NULL
 * in a result. */
typedef struct wf_names {
    const char *id, *en, *ja;
} wf_names;

/* MRA's access rule of one way of access: name in C, name elsewhere, what it demands. */
#define WF_RULES(X)                                                        \
    X(NONE, "none", "not applicable")                                      \
    X(OPTIONAL, "optional", "a device may have it")                        \
    X(REQUIRED, "required", "every device has it")                         \
    X(REQUIRED_C, "required_c", "required under a condition of the class") \
    X(REQUIRED_O, "required_o", "required where an optional function is there")

typedef enum wf_rule {
#define WF_RULE(name, text, what) WF_RULE_##name,
    WF_RULES(WF_RULE)
#undef WF_RULE
} wf_rule;

const char *wf_rule_text(wf_rule rule); /* "required_c"; "unknown" for what is none */

/* A type of some dictionary; see wf_type_describe. */
typedef struct wf_type {
    const wf_dictionary *dictionary;
    uint16_t index;
} wf_type;

/* Releases of the Appendix are letters from 'A' on; `to` is 0 where the entry still holds. */
typedef struct wf_class_info {
    uint16_t code; /* group << 8 | class */
    char from, to;
    wf_names names;
} wf_class_info;

typedef struct wf_property_info {
    uint16_t class_code; /* where it is defined: the class itself or WF_CLASS_SUPERCLASS */
    uint8_t epc;
    char from, to;
    bool in_release; /* false: no entry holds in the release asked for, and this is the nearest one */
    wf_rule get, set, inf;
    uint8_t atomic;             /* the EPC to set in the same SetGet before this one is read; 0: none */
    uint8_t min_size, max_size; /* of the EDT */
    wf_names names;
    wf_type type;
} wf_property_info;

/* The release letter in a device object's property 82 (00 00 letter revision); 0 when there is none. The node profile's
 * 82 is of another kind: use 0 with it. */
char wf_dictionary_release(wf_bytes edt);

bool wf_dictionary_class(const wf_dictionary *dictionary, wf_class_info *out, uint16_t code);
bool wf_dictionary_class_named(const wf_dictionary *dictionary, wf_class_info *out, const char *id);
/* All classes by code, the superclass first: `*at` starts at 0. */
bool wf_dictionary_next_class(const wf_dictionary *dictionary, unsigned *at, wf_class_info *out);

/* The property of a class, else of the superclass (profiles, group 0E, have none). A class that no dictionary knows has
 * the superclass's properties. `release` chooses among several entries; 0 means the newest. */
bool wf_dictionary_property(const wf_dictionary *dictionary, wf_property_info *out, uint16_t class_code, uint8_t epc,
                            char release);
/* By identifier. Only the entry that wf_dictionary_property gives counts, so that what is found is what the EPC means.
 */
bool wf_dictionary_property_named(const wf_dictionary *dictionary, wf_property_info *out, uint16_t class_code,
                                  const char *id, char release);
/* All properties by EPC, those of the superclass among them: `*at` starts at 0. */
bool wf_dictionary_next_property(const wf_dictionary *dictionary, unsigned *at, wf_property_info *out,
                                 uint16_t class_code, char release);
/* Every entry that the class itself has, for each EPC from the oldest to the newest: `*at` starts at 0. */
bool wf_dictionary_next_entry(const wf_dictionary *dictionary, unsigned *at, wf_property_info *out,
                              uint16_t class_code);

/* Every kind of type: name in C, name elsewhere, what it is. */
#define WF_TYPE_KINDS(X)                                                       \
    X(NUMBER, "number", "an integer of 1, 2 or 4 bytes, times a power of ten") \
    X(NUMERIC, "numeric", "codes that stand for numbers")                      \
    X(STATE, "state", "codes that stand for names")                            \
    X(LEVEL, "level", "codes in a row, level 1 first")                         \
    X(BITMAP, "bitmap", "named bits, each group of bits a state or a level")   \
    X(RAW, "raw", "bytes")                                                     \
    X(TIME, "time", "hour and minute; with 3 bytes second")                    \
    X(DATE, "date", "year (2 bytes), month, day")                              \
    X(DATE_TIME, "date_time", "date, hour and minute; with 7 bytes second")    \
    X(ARRAY, "array", "items of one type and size")                            \
    X(OBJECT, "object", "named members one after another")                     \
    X(ONE_OF, "one_of", "alternatives; a later one goes before an earlier one")

typedef enum wf_type_kind {
#define WF_TYPE_KIND(name, text, what) WF_TYPE_##name,
    WF_TYPE_KINDS(WF_TYPE_KIND)
#undef WF_TYPE_KIND
} wf_type_kind;

const char *wf_type_kind_text(wf_type_kind kind); /* "date_time"; "unknown" for what is none */

typedef struct wf_type_info {
    wf_type_kind kind;
    uint8_t min_size, max_size;
    uint16_t count; /* members, fields, alternatives, 1 for an array's item type; a state's or numeric's enumerators */
    /* Number and level: the least and the greatest one; a number's raw, before the exponent. */
    int64_t minimum, maximum;
    int8_t exponent;               /* number: the value is raw * 10^exponent */
    bool is_signed;                /* number */
    bool underflow_code;           /* number: has its format's reserved code for that */
    bool overflow_code;            /* number */
    uint8_t coefficients[3];       /* number: EPCs whose values are to be multiplied with it; 0 after the last */
    const char *unit;              /* number: as MRA writes it; empty without one */
    uint32_t base;                 /* level: the code of level 1 */
    uint8_t max_hour;              /* time */
    uint16_t min_items, max_items; /* array */
} wf_type_info;

/* A member of an object, a field of a bitmap, an alternative, or the items of an array. */
typedef struct wf_member_info {
    wf_names names; /* members and fields */
    wf_type type;
    uint8_t byte, mask; /* fields: the bits of that byte of the bitmap, 0 first */
} wf_member_info;

/* A code of a state or a numeric type. */
typedef struct wf_enumerator {
    uint64_t first, last; /* the codes, equal but for a few states */
    wf_names names;       /* state */
    bool read_only;       /* state: never set */
    bool undefined;       /* state: says that the number beside it is undefined */
    bool no_data;         /* state: says that there is no measurement */
    int64_t number;       /* numeric: number * 10^exponent */
    int8_t exponent;
} wf_enumerator;

void wf_type_describe(wf_type type, wf_type_info *out);
bool wf_type_member(wf_type type, wf_member_info *out, unsigned index);
bool wf_type_enumerator(wf_type type, wf_enumerator *out, unsigned index);

WF_C_END

#endif

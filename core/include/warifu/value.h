/* Values of properties: from bytes to a tree and back, by the types of a dictionary.
 *
 * A tree is a row of nodes in the caller's array, each container before its children: an object with two numbers is
 * three nodes. A plain value is one node. Decoding and encoding are each other's inverse: what decodes encodes to the
 * same bytes, and what encodes decodes to the same value. Raw bytes need nothing of this and can be used beside it.
 */
#ifndef WARIFU_VALUE_H
#define WARIFU_VALUE_H

#include <warifu/dictionary.h>

WF_C_BEGIN

/* Every kind of node: name in C, name elsewhere, what of a node it fills. */
#define WF_VALUE_KINDS(X)                                                                                \
    X(NUMBER, "number", "number * 10^exponent, unit, coefficients")                                      \
    X(LEVEL, "level", "number: 1 is the lowest; code, since a property may have several rows of levels") \
    X(STATE, "state", "name, code")                                                                      \
    X(UNDEFINED, "undefined", "a state beside a number, that says that it is undefined: name, code")     \
    X(NO_DATA, "no_data", "a state beside a number, that says that there is no measurement: name, code") \
    X(UNDERFLOW, "underflow", "reserved code of a number: below what it can show")                       \
    X(OVERFLOW, "overflow", "reserved code of a number: above what it can show")                         \
    X(BITMAP, "bitmap", "bytes; then `count` fields")                                                    \
    X(RAW, "raw", "bytes")                                                                               \
    X(TIME, "time", "hour, minute, second")                                                              \
    X(DATE, "date", "year, month, day")                                                                  \
    X(DATE_TIME, "date_time", "all six")                                                                 \
    X(ARRAY, "array", "then `count` items")                                                              \
    X(OBJECT, "object", "then `count` members")

typedef enum wf_value_kind {
#define WF_VALUE_KIND(name, text, what) WF_VALUE_##name,
    WF_VALUE_KINDS(WF_VALUE_KIND)
#undef WF_VALUE_KIND
} wf_value_kind;

const char *wf_value_kind_text(wf_value_kind kind);             /* "no_data"; "unknown" for what is none */
bool wf_value_kind_named(wf_value_kind *out, const char *text); /* false: no kind is called so */

/* One node. What its kind doesn't name is zero after decoding and not looked at by encoding. */
typedef struct wf_value {
    wf_value_kind kind;
    uint16_t count; /* children of this node; the children of those stand between them */
    int8_t exponent;
    bool coded; /* `code` says something */
    uint8_t coefficients[3];
    uint8_t month, day, hour, minute, second;
    uint16_t year;
    int64_t number;
    uint64_t code;
    const char *unit; /* to encode: NULL or the type's own */
    wf_names name;    /* of a state; to encode `id` is enough, and may be the English or Japanese name as well */
    wf_names member;  /* of this node in its object or bitmap; to encode `id` is enough, or NULL where order tells */
    wf_bytes bytes;   /* a view into the EDT */
} wf_value;

enum { WF_VALUE_MESSAGE_LEN = 256 };

/* Why a value was refused, in one line: the property, the value, what is allowed. Empty after success. */
typedef struct wf_value_message {
    char text[WF_VALUE_MESSAGE_LEN];
} wf_value_message;

/* Reads an EDT. `message` may be NULL. Errors: WRONG_VALUE (the bytes are no value of this type; see the message),
 * TOO_SMALL (more than `capacity` nodes; *count says how many there are). */
WF_MUST_CHECK wf_error wf_value_decode(const wf_property_info *property, wf_value *nodes, size_t capacity,
                                       size_t *count, wf_value_message *message, wf_bytes edt);

/* Appends the EDT of a tree. Taken besides what decoding gives: a number in the property's unit with any exponent as
 * long as it is exact; a whole number for a level; a level or a state by its code, or without it if only one code fits;
 * UNDEFINED and NO_DATA without a name; raw bytes for any type, if they are a value of it; a bitmap without bytes that
 * names all its fields, or with bytes and those fields that differ. `set`: for a Set request, which can't hold reserved
 * and read-only codes. Refused as well: a number whose bytes mean something else (02A4 C5: 0 W is the code of
 * "cancel"). Nothing is written after an error. Errors: WRONG_VALUE (see the message), TOO_SMALL. */
WF_MUST_CHECK wf_error wf_value_encode(const wf_property_info *property, wf_writer *out, wf_value_message *message,
                                       const wf_value *nodes, size_t count, bool set);

/* Whether an EDT is a value of the property; with `set` one that a Set request may hold: no reserved and no read-only
 * code. `message` may be NULL. Errors: WRONG_VALUE. */
WF_MUST_CHECK wf_error wf_value_check(const wf_property_info *property, wf_value_message *message, wf_bytes edt,
                                      bool set);

/* One node as a short text: "23.5 Celsius", "auto", "level 3", "12:30", "2026-11-23", bytes in hex, "[48]". Always
 * ends with NUL; what does not fit is cut and ends with "...". */
void wf_value_text(const wf_value *node, char *out, size_t size);

WF_C_END

#endif

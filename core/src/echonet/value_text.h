/* Values and types in words, for messages. */
#ifndef WARIFU_VALUE_TEXT_H
#define WARIFU_VALUE_TEXT_H

#include "dictionary_table.h"
#include <warifu/value.h>

/* A cursor over a text that ends with "..." where it was cut. */
typedef struct wf_text {
    char *at;
    size_t size, len;
    bool cut;
} wf_text;

wf_text wf_text_of(char *at, size_t size); /* size > 0; starts as the empty text */
void wf_text_put(wf_text *text, const char *words);
void wf_text_number(wf_text *text, int64_t number, int exponent);
void wf_text_hex(wf_text *text, wf_bytes bytes);
void wf_text_value(wf_text *text, const wf_value *node);

/* Where a walk through a tree stands: a container, and which of its children comes next. */
typedef struct wf_frame_of_tree {
    wf_type type;
    wf_bytes rest; /* decoding: the bytes of the children to come */
    unsigned next, count;
} wf_frame_of_tree;

typedef struct wf_path {
    const wf_property_info *property;
    wf_value_message *message; /* may be NULL */
    bool set;
    unsigned depth;
    wf_frame_of_tree frames[WF_TYPE_DEPTH];
} wf_path;

/* Starts a walk with no message. */
wf_path wf_path_of(const wf_property_info *property, wf_value_message *message, bool set);
/* Says which property and which part of it, what it got, and what `type` takes; gives WRONG_VALUE. */
wf_error wf_path_refuse(const wf_path *path, wf_type type, const char *got);
wf_error wf_path_refuse_value(const wf_path *path, wf_type type, const wf_value *node);

#endif

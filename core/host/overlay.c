#include "overlay_build.h"
#include "text_file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RULE_BITS = 4 };

/* ---- properties ---- */

/* "A-" or "D-F"; NULL is "A-". */
static bool read_release(wf_overlay_builder *b, char *from, char *to, json_t *value) {
    const char *text = value == NULL ? "A-" : json_is_string(value) ? json_string_value(value) : "";
    size_t len = strlen(text);
    *from = text[0];
    *to = len == 3 ? text[2] : '\0';
    if (len < 2 || len > 3 || text[1] != '-' || *from < 'A' || *from > 'Z' ||
        (len == 3 && (*to < *from || *to > 'Z'))) {
        return wf_build_refuse(b, "a release is such as \"A-\" or \"D-F\"");
    }
    return true;
}

static bool read_access(wf_overlay_builder *b, uint16_t *rules, json_t *value) {
    static const char letters[] = "-oRCO"; /* in the order of wf_rule */
    const char *text = json_is_string(value) ? json_string_value(value) : "";
    if (strlen(text) != 3 || strspn(text, letters) != 3) {
        return wf_build_refuse(b, "access must be three of - o R C O, for get, set and inf");
    }
    for (unsigned i = 0; i < 3; i++) {
        *rules = (uint16_t)(*rules | (unsigned)(strchr(letters, text[i]) - letters) << RULE_BITS * i);
    }
    return true;
}

static bool read_epc(wf_overlay_builder *b, uint8_t *out, json_t *value, const char *what) {
    uint64_t epc;
    if (!wf_build_hex(b, &epc, value, what, 2)) {
        return false;
    }
    *out = (uint8_t)epc;
    return epc >= 0x80 || wf_build_refuse(b, "%s is below 80", what);
}

static bool build_property(wf_overlay_builder *b, json_t *entry) {
    static const char *const keys[] = {"epc", "release", "access", "atomic", "id", "en", "ja", "type", NULL};
    json_t *atomic = json_object_get(entry, "atomic");
    wf_property_row row = {0};
    wf_made_type made;
    uint16_t index;
    if (!json_is_object(entry)) {
        return wf_build_refuse(b, "a property must be an object");
    }
    if (!wf_build_keys(b, entry, keys) || !read_epc(b, &row.epc, json_object_get(entry, "epc"), "epc")) {
        return false;
    }
    wf_build_enter(b, " (%02X)", row.epc);
    if (!read_release(b, &row.from, &row.to, json_object_get(entry, "release")) ||
        !read_access(b, &row.rules, json_object_get(entry, "access")) ||
        (atomic != NULL && !read_epc(b, &row.atomic, atomic, "atomic")) ||
        !wf_build_names(b, &row.names, json_object_get(entry, "id"), json_object_get(entry, "en"),
                        json_object_get(entry, "ja")) ||
        !wf_build_type(b, &made, json_object_get(entry, "type"), false)) {
        return false;
    }
    row.type = made.index;
    return wf_build_append(b, &b->overlay->properties, &index, &row, sizeof row, 1);
}

static int by_epc(const void *a, const void *c) {
    const wf_property_row *one = a, *other = c;
    return one->epc != other->epc ? (one->epc > other->epc) - (one->epc < other->epc)
                                  : (one->from > other->from) - (one->from < other->from);
}

/* What look-ups rely on: sorted, one entry for each EPC and release, one EPC for each identifier. */
static bool order_properties(wf_overlay_builder *b, wf_property_row *rows, size_t count) {
    const char *ids = b->overlay->ids.at;
    if (count > 1) {
        qsort(rows, count, sizeof *rows, by_epc);
    }
    for (size_t i = 1; i < count; i++) {
        const wf_property_row *before = &rows[i - 1];
        if (before->epc == rows[i].epc && (before->to == 0 || before->to >= rows[i].from)) {
            return wf_build_refuse(b, "property %02X stands there twice for the same release", rows[i].epc);
        }
        for (size_t k = 0; k < i; k++) {
            if (rows[k].epc != rows[i].epc && strcmp(ids + rows[k].names.id, ids + rows[i].names.id) == 0) {
                return wf_build_refuse(b, "%02X and %02X are both called '%s'", rows[k].epc, rows[i].epc,
                                       ids + rows[i].names.id);
            }
        }
    }
    return true;
}

/* ---- classes ---- */

/* Of a class that the base knows the names may be left out: they are the base's. */
static bool class_names(wf_overlay_builder *b, wf_class_row *row, json_t *entry) {
    wf_class_info known;
    json_t *id = json_object_get(entry, "id"), *en = json_object_get(entry, "en"), *ja = json_object_get(entry, "ja");
    if (id != NULL || en != NULL || ja != NULL || json_object_get(entry, "release") != NULL ||
        !wf_dictionary_class(b->overlay->dictionary.base, &known, row->code)) {
        return read_release(b, &row->from, &row->to, json_object_get(entry, "release")) &&
               wf_build_names(b, &row->names, id, en, ja);
    }
    row->from = known.from;
    row->to = known.to;
    wf_overlay *o = b->overlay;
    return wf_build_append(b, &o->ids, &row->names.id, known.names.id, 1, strlen(known.names.id) + 1) &&
           wf_build_append(b, &o->en, &row->names.en, known.names.en, 1, strlen(known.names.en) + 1) &&
           wf_build_append(b, &o->ja, &row->names.ja, known.names.ja, 1, strlen(known.names.ja) + 1);
}

static bool build_class(wf_overlay_builder *b, json_t *entry) {
    static const char *const keys[] = {"class", "release", "id", "en", "ja", "properties", NULL};
    json_t *properties = json_object_get(entry, "properties"), *property;
    wf_class_row row = {0};
    uint64_t code;
    uint16_t index;
    size_t at;
    if (!json_is_object(entry)) {
        return wf_build_refuse(b, "a class must be an object");
    }
    if (!wf_build_keys(b, entry, keys) || !wf_build_hex(b, &code, json_object_get(entry, "class"), "class", 4)) {
        return false;
    }
    wf_build_enter(b, " (%04X)", (unsigned)code);
    row.code = (uint16_t)code;
    row.first = (uint16_t)b->overlay->properties.count;
    if (properties != NULL && !json_is_array(properties)) {
        return wf_build_refuse(b, "properties must be a list");
    }
    if (!class_names(b, &row, entry)) {
        return false;
    }
    json_array_foreach(properties, at, property) {
        size_t before = wf_build_enter(b, ".properties[%zu]", at);
        if (!build_property(b, property)) {
            return false;
        }
        wf_build_leave(b, before);
    }
    row.count = (uint16_t)json_array_size(properties);
    wf_property_row *rows = b->overlay->properties.at;
    return (row.count == 0 || order_properties(b, rows + row.first, row.count)) &&
           wf_build_append(b, &b->overlay->classes, &index, &row, sizeof row, 1);
}

static int by_code(const void *a, const void *c) {
    const wf_class_row *one = a, *other = c;
    return (one->code > other->code) - (one->code < other->code);
}

static bool build_classes(wf_overlay_builder *b, json_t *root) {
    json_t *classes = json_object_get(root, "classes"), *entry;
    size_t at;
    if (json_array_size(classes) == 0) {
        return wf_build_refuse(b, "classes must be a list of classes");
    }
    json_array_foreach(classes, at, entry) {
        size_t before = wf_build_enter(b, "classes[%zu]", at);
        if (!build_class(b, entry)) {
            return false;
        }
        wf_build_leave(b, before);
    }
    wf_class_row *rows = b->overlay->classes.at;
    qsort(rows, b->overlay->classes.count, sizeof *rows, by_code);
    for (size_t i = 1; i < b->overlay->classes.count; i++) {
        if (rows[i].code == rows[i - 1].code) {
            return wf_build_refuse(b, "class %04X stands there twice", rows[i].code);
        }
    }
    return true;
}

/* ---- the whole ---- */

static bool build_types(wf_overlay_builder *b, json_t *root) {
    const char *name;
    json_t *type;
    b->types = json_object_get(root, "types");
    if (b->types != NULL && !json_is_object(b->types)) {
        return wf_build_refuse(b, "types must be an object from names to types");
    }
    json_object_foreach(b->types, name, type) { /* those that nobody uses are checked as well */
        wf_made_type made;
        size_t before = wf_build_enter(b, "types.%s", name);
        if (!wf_build_type(b, &made, type, false)) {
            return false;
        }
        wf_build_leave(b, before);
    }
    return true;
}

static bool build(wf_overlay_builder *b, json_t *root) {
    static const char *const keys[] = {"types", "classes", NULL};
    uint16_t none;
    if (!json_is_object(root)) {
        return wf_build_refuse(b, "an overlay is an object with classes, and maybe types");
    }
    /* Offset 0 is the empty text. */
    return wf_build_append(b, &b->overlay->ids, &none, "", 1, 1) &&
           wf_build_append(b, &b->overlay->en, &none, "", 1, 1) &&
           wf_build_append(b, &b->overlay->ja, &none, "", 1, 1) && wf_build_keys(b, root, keys) &&
           build_types(b, root) && build_classes(b, root);
}

static void finish(wf_overlay *o) {
    wf_dictionary *d = &o->dictionary;
    d->classes = o->classes.at;
    d->properties = o->properties.at;
    d->types = o->types.at;
    d->numbers = o->numbers.at;
    d->enumerators = o->enumerators.at;
    d->numerics = o->numerics.at;
    d->members = o->members.at;
    d->options = o->options.at;
    d->ids = o->ids.at;
    d->en = o->en.at;
    d->ja = o->ja.at;
    d->class_count = (uint16_t)o->classes.count;
}

static wf_error parse(wf_overlay **out, wf_overlay_message *message, const wf_dictionary *base, wf_bytes text) {
    json_error_t error;
    json_t *root = json_loadb((const char *)text.at, text.len, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        snprintf(message->text, sizeof message->text, "line %d, column %d: %s", error.line, error.column, error.text);
        return WF_ERROR_OVERLAY;
    }
    wf_overlay_builder b = {.overlay = calloc(1, sizeof *b.overlay), .message = message};
    if (b.overlay == NULL) {
        json_decref(root);
        return WF_ERROR_CAPACITY;
    }
    b.overlay->dictionary.base = base;
    bool good = build(&b, root);
    json_decref(root);
    if (!good) {
        wf_overlay_free(b.overlay);
        return b.error;
    }
    finish(b.overlay);
    *out = b.overlay;
    return WF_OK;
}

wf_error wf_overlay_parse(wf_overlay **out, wf_overlay_message *message, const wf_dictionary *base, wf_bytes text) {
    *out = NULL;
    message->text[0] = '\0';
    if (text.len > WF_OVERLAY_TEXT_LEN) {
        snprintf(message->text, sizeof message->text, "it has more than %d bytes", WF_OVERLAY_TEXT_LEN);
        return WF_ERROR_OVERLAY;
    }
    return parse(out, message, base, text);
}

wf_error wf_overlay_load(wf_overlay **out, wf_overlay_message *message, const wf_dictionary *base, const char *path) {
    uint8_t *text = malloc(WF_OVERLAY_TEXT_LEN + 1);
    size_t len;
    *out = NULL;
    message->text[0] = '\0';
    if (text == NULL) {
        return WF_ERROR_CAPACITY;
    }
    wf_error error = wf_text_file_read(text, &len, WF_OVERLAY_TEXT_LEN + 1, message->text, sizeof message->text, path);
    if (error == WF_OK) {
        error = wf_overlay_parse(out, message, base, wf_bytes_of(text, len));
    }
    free(text);
    return error;
}

const wf_dictionary *wf_overlay_dictionary(const wf_overlay *overlay) {
    return &overlay->dictionary;
}

void wf_overlay_free(wf_overlay *overlay) {
    if (overlay == NULL) {
        return;
    }
    wf_rows *const all[] = {&overlay->classes,     &overlay->properties, &overlay->types,   &overlay->numbers,
                            &overlay->enumerators, &overlay->numerics,   &overlay->members, &overlay->options,
                            &overlay->ids,         &overlay->en,         &overlay->ja};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        free(all[i]->at);
    }
    free(overlay);
}

#include "node_table.h"
#include <string.h>

enum {
    PROFILE_PROPERTIES = 7, /* 80 82 83 8A 8C 8D BF of the node profile */
    TEXT_LEN = 12,          /* of 8C and 8D */
    LAST_INSTANCE = 0x7F,
    PROFILE_GROUP = 0x0E,
    TRANSMISSION_ONLY = 0x0EF002,
    ALIGNMENT = sizeof(uint64_t),
    /* Far above any home, and low enough that no size below overflows 32 bits. */
    MOST_OBJECTS = 1 << 16,
    MOST_PROPERTIES = 1 << 20,
    MOST_VALUE_BYTES = 1 << 26
};

typedef struct layout {
    size_t objects, properties, changes, values, end;
    size_t property_capacity, value_capacity;
} layout;

static size_t aligned(size_t offset) {
    return (offset + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static bool within_limits(const wf_node_config *config) {
    return config->objects <= MOST_OBJECTS && config->properties <= MOST_PROPERTIES &&
           config->value_bytes <= MOST_VALUE_BYTES;
}

static bool has_text(const char *text) {
    return text != NULL && text[0] != '\0';
}

static layout layout_of(const wf_node_config *config) {
    const size_t texts = (size_t)has_text(config->product_code) + (size_t)has_text(config->production_number);
    layout at = {.property_capacity = config->properties + PROFILE_PROPERTIES - 2 + texts,
                 .value_capacity = config->value_bytes + 1 + 4 + 17 + 3 + 2 + TEXT_LEN * texts};
    at.objects = aligned(sizeof(wf_node));
    at.properties = aligned(at.objects + config->objects * sizeof(wf_eoj));
    at.changes = aligned(at.properties + at.property_capacity * sizeof(wf_node_property));
    at.values = at.changes + at.property_capacity * sizeof(uint32_t);
    at.end = aligned(at.values + at.value_capacity);
    return at;
}

size_t wf_node_size(const wf_node_config *config) {
    return within_limits(config) ? layout_of(config).end : 0;
}

/* Twelve ASCII characters, or fewer with zeros after them; false for any other text. */
static bool write_text(uint8_t out[static TEXT_LEN], const char *text) {
    size_t len = 0;
    memset(out, 0, TEXT_LEN);
    for (; has_text(text) && text[len] != '\0'; len++) {
        if (len == TEXT_LEN || text[len] < ' ' || text[len] > '~') {
            return false;
        }
        out[len] = (uint8_t)text[len];
    }
    return true;
}

static wf_error add_profile(wf_node *node, const wf_node_config *config) {
    static const uint8_t on[] = {0x30};
    static const uint8_t version[] = {0x01, 0x0E, 0x03, 0x00}; /* Ver. 1.14, formats 1 and 2 */
    uint8_t product[TEXT_LEN], production[TEXT_LEN], unique[2];
    if (!write_text(product, config->product_code) || !write_text(production, config->production_number)) {
        return WF_ERROR_ARGUMENT;
    }
    memcpy(unique, config->unique, sizeof unique);
    if (unique[0] == 0 && unique[1] == 0) {
        wf_node_make_unique(unique, config->number);
    }
    const struct {
        uint8_t epc;
        uint8_t access;
        wf_bytes value;
    } rows[PROFILE_PROPERTIES] = {
        {0x80, WF_ACCESS_GET | WF_ACCESS_INF, wf_bytes_of(on, sizeof on)},
        {0x82, WF_ACCESS_GET, wf_bytes_of(version, sizeof version)},
        {0x83, WF_ACCESS_GET, wf_bytes_of(config->number, sizeof config->number)},
        {0x8A, WF_ACCESS_GET, wf_bytes_of(config->maker, sizeof config->maker)},
        {0x8C, WF_ACCESS_GET, wf_bytes_of(product, has_text(config->product_code) ? sizeof product : 0)},
        {0x8D, WF_ACCESS_GET, wf_bytes_of(production, has_text(config->production_number) ? sizeof production : 0)},
        {WF_EPC_UNIQUE, WF_ACCESS_GET | WF_ACCESS_SET, wf_bytes_of(unique, sizeof unique)},
    };
    wf_error error = WF_OK;
    for (size_t i = 0; i < PROFILE_PROPERTIES && error == WF_OK; i++) {
        size_t len = rows[i].value.len;
        if (len == 0) {
            continue;
        }
        error = wf_node_add_property(node, node->profile, rows[i].epc, rows[i].access, len, len, rows[i].value);
    }
    return error;
}

wf_error wf_node_start(wf_node **out, const wf_node_config *config, void *memory, size_t size) {
    *out = NULL;
    if (!within_limits(config) || memory == NULL || (uintptr_t)memory % ALIGNMENT != 0) {
        return WF_ERROR_ARGUMENT;
    }
    layout at = layout_of(config);
    if (size < at.end) {
        return WF_ERROR_TOO_SMALL;
    }
    uint8_t *base = memory;
    wf_node *node = memory;
    *node = (wf_node){
        .profile = config->transmits_only ? TRANSMISSION_ONLY : WF_EOJ_NODE_PROFILE,
        .set_hook = config->set_hook,
        .set_context = config->set_context,
        .get_hook = config->get_hook,
        .get_context = config->get_context,
        .value_rule = config->value_rule != NULL ? config->value_rule : wf_node_usual_rule,
        .rule_context = config->rule_context,
        .objects = (wf_eoj *)(void *)(base + at.objects),
        .object_capacity = config->objects,
        .properties = (wf_node_property *)(void *)(base + at.properties),
        .property_capacity = at.property_capacity,
        .changes = (uint32_t *)(void *)(base + at.changes),
        .values = base + at.values,
        .value_capacity = at.value_capacity,
    };
    wf_error error = add_profile(node, config);
    *out = error == WF_OK ? node : NULL;
    return error;
}

wf_eoj wf_node_profile(const wf_node *node) {
    return node->profile;
}

size_t wf_node_object_from(const wf_node *node, wf_eoj eoj) {
    size_t low = 0, high = node->object_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (node->objects[middle] < eoj) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

size_t wf_node_property_from(const wf_node *node, uint32_t key) {
    size_t low = 0, high = node->property_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (node->properties[middle].key < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool wf_node_has(const wf_node *node, wf_eoj eoj) {
    size_t i = wf_node_object_from(node, eoj);
    return eoj == node->profile || (i < node->object_count && node->objects[i] == eoj);
}

wf_node_property *wf_node_find(const wf_node *node, wf_eoj eoj, uint8_t epc) {
    size_t i = wf_node_property_from(node, eoj << 8 | epc);
    bool found = i < node->property_count && node->properties[i].key == (eoj << 8 | epc);
    return found ? &node->properties[i] : NULL;
}

wf_bytes wf_node_value(const wf_node *node, const wf_node_property *property) {
    return wf_bytes_of(node->values + property->value_at, property->len);
}

unsigned wf_node_look(const wf_node *node, wf_eoj eoj, uint8_t epc, uint8_t scratch[static WF_EDT_LEN],
                      wf_bytes *value) {
    *value = wf_bytes_of(NULL, 0);
    if (!wf_node_has(node, eoj)) {
        return 0;
    }
    const wf_node_property *property = wf_node_find(node, eoj, epc);
    if (property != NULL) {
        *value = wf_node_value(node, property);
        return property->access;
    }
    unsigned access = wf_node_computed_access(eoj, epc);
    if (access != 0) {
        wf_writer w = wf_writer_of(scratch, WF_EDT_LEN);
        wf_node_compute(node, eoj, epc, &w);
        *value = wf_bytes_of(scratch, w.len);
    }
    return access;
}

wf_error wf_node_add_object(wf_node *node, wf_eoj eoj) {
    unsigned instance = eoj & 0xFF;
    if (eoj > 0xFFFFFF || eoj >> 16 == PROFILE_GROUP || instance == 0 || instance > LAST_INSTANCE ||
        wf_node_has(node, eoj)) {
        return WF_ERROR_ARGUMENT;
    }
    if (node->object_count == node->object_capacity) {
        return WF_ERROR_CAPACITY;
    }
    size_t i = wf_node_object_from(node, eoj);
    memmove(&node->objects[i + 1], &node->objects[i], (node->object_count - i) * sizeof node->objects[0]);
    node->objects[i] = eoj;
    node->object_count++;
    return WF_OK;
}

bool wf_node_usual_rule(void *context, const wf_node *node, wf_eoj eoj, uint8_t epc, wf_bytes value, bool asked) {
    (void)context;
    (void)node;
    (void)asked;
    /* The place of installation is one code or a whole position (Appendix, device object super class). */
    return eoj >> 16 == PROFILE_GROUP || epc != 0x81 || value.len == 1 || value.len == 17;
}

wf_error wf_node_add_property(wf_node *node, wf_eoj eoj, uint8_t epc, unsigned access, size_t min_len, size_t max_len,
                              wf_bytes value) {
    const unsigned every_access = WF_ACCESS_GET | WF_ACCESS_SET | WF_ACCESS_INF;
    if (!wf_node_has(node, eoj)) {
        return WF_ERROR_NO_OBJECT;
    }
    /* An empty value could not be told from a refusal in an answer, hence at least one byte. */
    if (epc < 0x80 || access == 0 || (access & ~every_access) != 0 || min_len < 1 || max_len > WF_EDT_LEN ||
        value.len < min_len || value.len > max_len || wf_node_computed_access(eoj, epc) != 0 ||
        wf_node_find(node, eoj, epc) != NULL || !node->value_rule(node->rule_context, node, eoj, epc, value, false)) {
        return WF_ERROR_ARGUMENT;
    }
    if (node->property_count == node->property_capacity || max_len > node->value_capacity - node->value_len) {
        return WF_ERROR_CAPACITY;
    }
    size_t i = wf_node_property_from(node, eoj << 8 | epc);
    wf_node_property *property = &node->properties[i];
    memmove(property + 1, property, (node->property_count - i) * sizeof *property);
    *property = (wf_node_property){.key = eoj << 8 | epc,
                                   .value_at = (uint32_t)node->value_len,
                                   .len = (uint8_t)value.len,
                                   .min_len = (uint8_t)min_len,
                                   .max_len = (uint8_t)max_len,
                                   .access = (uint8_t)access};
    memmove(node->values + node->value_len, value.at, value.len);
    node->value_len += max_len;
    node->property_count++;
    return WF_OK;
}

static void note_change(wf_node *node, wf_node_property *property) {
    if (property->changed || (property->access & WF_ACCESS_INF) == 0) {
        return;
    }
    property->changed = true;
    node->changes[(node->change_first + node->change_count) % node->property_capacity] = property->key;
    node->change_count++;
}

wf_error wf_node_put(wf_node *node, wf_eoj eoj, uint8_t epc, wf_bytes value) {
    if (!wf_node_has(node, eoj)) {
        return WF_ERROR_NO_OBJECT;
    }
    wf_node_property *property = wf_node_find(node, eoj, epc);
    if (property == NULL) {
        return wf_node_computed_access(eoj, epc) != 0 ? WF_ERROR_ARGUMENT : WF_ERROR_NO_PROPERTY;
    }
    if (!wf_node_takes(node, property, value, false)) {
        return WF_ERROR_ARGUMENT;
    }
    if (!wf_bytes_equal(wf_node_value(node, property), value)) {
        memmove(node->values + property->value_at, value.at, value.len);
        property->len = (uint8_t)value.len;
        note_change(node, property);
    }
    return WF_OK;
}

wf_error wf_node_get(const wf_node *node, wf_eoj eoj, uint8_t epc, wf_writer *out) {
    uint8_t scratch[WF_EDT_LEN];
    wf_bytes value;
    if (!wf_node_has(node, eoj)) {
        return WF_ERROR_NO_OBJECT;
    }
    if (wf_node_look(node, eoj, epc, scratch, &value) == 0) {
        return WF_ERROR_NO_PROPERTY;
    }
    wf_write_view(out, value);
    return out->overflow ? WF_ERROR_TOO_SMALL : WF_OK;
}

bool wf_node_next_change(wf_node *node, wf_eoj *eoj, uint8_t *epc) {
    if (node->change_count == 0) {
        return false;
    }
    uint32_t key = node->changes[node->change_first];
    node->change_first = (node->change_first + 1) % node->property_capacity;
    node->change_count--;
    *eoj = key >> 8;
    *epc = (uint8_t)key;
    wf_node_property *property = wf_node_find(node, *eoj, *epc);
    if (property != NULL) { /* always: what is removed takes its changes along */
        property->changed = false;
    }
    return true;
}

/* The first object of the class of `from` that is not below it. */
static bool object_of_class(const wf_node *node, wf_eoj from, wf_eoj *out) {
    size_t i = wf_node_object_from(node, from);
    *out = from >> 8 == node->profile >> 8 ? node->profile : i < node->object_count ? node->objects[i] : 0;
    return *out >= from && *out >> 8 == from >> 8;
}

bool wf_node_next_target(const wf_node *node, wf_eoj deoj, size_t *at, wf_eoj *out) {
    wf_eoj instance = deoj & 0xFF;
    bool found = false;
    if (instance != 0) {
        *out = deoj;
        found = *at == 0 && wf_node_has(node, deoj);
    } else if (*at < LAST_INSTANCE) {
        found = object_of_class(node, deoj + (wf_eoj)*at + 1, out);
    }
    *at = found ? *out & 0xFF : LAST_INSTANCE;
    return found;
}

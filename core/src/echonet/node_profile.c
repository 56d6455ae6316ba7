/* What a node says about itself without storing it: property maps, counts, instance and class lists (at most 84
 * instances in D5 and D6 and 8 classes in D7: Machine Readable Appendix, 0EF0). */
#include "node_table.h"

enum { MOST_INSTANCES = 84, MOST_CLASSES = 8 };
enum {
    EPC_INF_MAP = 0x9D,
    EPC_SET_MAP = 0x9E,
    EPC_GET_MAP = 0x9F,
    EPC_INSTANCE_COUNT = 0xD3,
    EPC_CLASS_COUNT = 0xD4,
    EPC_INSTANCE_LIST_NOTICE = 0xD5,
    EPC_INSTANCE_LIST = 0xD6,
    EPC_CLASS_LIST = 0xD7
};

static const struct {
    uint8_t epc;
    uint8_t access;
    bool of_every_object;
} computed[] = {
    {EPC_INF_MAP, WF_ACCESS_GET, true},        {EPC_SET_MAP, WF_ACCESS_GET, true},
    {EPC_GET_MAP, WF_ACCESS_GET, true},        {EPC_INSTANCE_COUNT, WF_ACCESS_GET, false},
    {EPC_CLASS_COUNT, WF_ACCESS_GET, false},   {EPC_INSTANCE_LIST_NOTICE, WF_ACCESS_INF, false},
    {EPC_INSTANCE_LIST, WF_ACCESS_GET, false}, {EPC_CLASS_LIST, WF_ACCESS_GET, false},
};
enum { COMPUTED = sizeof computed / sizeof computed[0] };

unsigned wf_node_computed_access(wf_eoj eoj, uint8_t epc) {
    for (size_t i = 0; i < COMPUTED; i++) {
        if (computed[i].epc == epc && (computed[i].of_every_object || eoj >> 8 == WF_EOJ_NODE_PROFILE >> 8)) {
            return computed[i].access;
        }
    }
    return 0;
}

/* ---- unique identifier data (Part II 6.11.1) ---- */

enum { STAYS = 0x80, WAS_SET = 0x40, FREE = 0x3F }; /* of the first byte */

void wf_node_make_unique(uint8_t out[static 2], const uint8_t number[static 17]) {
    uint32_t hash = 0x811C9DC5; /* FNV-1a */
    for (size_t i = 0; i < 17; i++) {
        hash = (hash ^ number[i]) * 0x01000193;
    }
    hash ^= hash >> 16;
    out[0] = (uint8_t)(STAYS | (hash >> 8 & FREE));
    out[1] = (uint8_t)hash;
}

bool wf_node_is_unique(const wf_node *node, const wf_node_property *property) {
    return property->key == (node->profile << 8 | WF_EPC_UNIQUE) && property->max_len == 2;
}

wf_bytes wf_node_as_stored(const wf_node *node, const wf_node_property *property, wf_bytes asked,
                           uint8_t scratch[static 2]) {
    if (!wf_node_is_unique(node, property) || asked.len != 2) {
        return asked;
    }
    scratch[0] = (uint8_t)((asked.at[0] & ~STAYS) | (node->values[property->value_at] & STAYS));
    scratch[1] = asked.at[1];
    return wf_bytes_of(scratch, 2);
}

bool wf_node_takes(const wf_node *node, const wf_node_property *property, wf_bytes value, bool asked) {
    if (value.len < property->min_len || value.len > property->max_len ||
        (asked && wf_node_is_unique(node, property) && (value.len != 2 || (value.at[0] & WAS_SET) == 0))) {
        return false;
    }
    return node->value_rule(node->rule_context, node, property->key >> 8, (uint8_t)property->key, value, asked);
}

/* ---- what is computed ---- */

static void write_map(const wf_node *node, wf_eoj eoj, wf_access access, wf_writer *out) {
    wf_epc_set set = {{0}};
    for (size_t i = 0; i < COMPUTED; i++) {
        if (wf_node_computed_access(eoj, computed[i].epc) & access) {
            wf_epc_set_add(&set, computed[i].epc);
        }
    }
    for (size_t i = wf_node_property_from(node, eoj << 8); i < node->property_count; i++) {
        const wf_node_property *property = &node->properties[i];
        if (property->key >> 8 != eoj) {
            break;
        }
        if (property->access & access) {
            wf_epc_set_add(&set, (uint8_t)property->key);
        }
    }
    wf_property_map_write(out, &set);
}

static size_t next_class_from(const wf_node *node, size_t object) {
    return wf_node_object_from(node, (node->objects[object] | 0xFF) + 1);
}

static void write_class_count(const wf_node *node, wf_writer *out) {
    uint16_t count = 1; /* the node profile's own */
    for (size_t i = 0; i < node->object_count; i = next_class_from(node, i)) {
        count++;
    }
    wf_write_u16(out, count);
}

static void write_class_list(const wf_node *node, wf_writer *out) {
    uint8_t *count = wf_write_space(out, 1);
    if (count == NULL) {
        return;
    }
    *count = 0;
    for (size_t i = 0; i < node->object_count && *count < MOST_CLASSES; i = next_class_from(node, i)) {
        wf_write_u16(out, (uint16_t)(node->objects[i] >> 8));
        ++*count;
    }
}

bool wf_node_instance_list(const wf_node *node, unsigned part, wf_writer *out) {
    size_t first = (size_t)part * MOST_INSTANCES;
    if (part > 0 && first >= node->object_count) {
        return false;
    }
    size_t left = node->object_count - first;
    size_t count = left < MOST_INSTANCES ? left : MOST_INSTANCES;
    wf_write_u8(out, (uint8_t)count);
    for (size_t i = first; i < first + count; i++) {
        wf_write_u16(out, (uint16_t)(node->objects[i] >> 8));
        wf_write_u8(out, (uint8_t)node->objects[i]);
    }
    return true;
}

void wf_node_compute(const wf_node *node, wf_eoj eoj, uint8_t epc, wf_writer *out) {
    switch (epc) {
    case EPC_INF_MAP:
        write_map(node, eoj, WF_ACCESS_INF, out);
        break;
    case EPC_SET_MAP:
        write_map(node, eoj, WF_ACCESS_SET, out);
        break;
    case EPC_GET_MAP:
        write_map(node, eoj, WF_ACCESS_GET, out);
        break;
    case EPC_INSTANCE_COUNT:
        wf_write_u8(out, (uint8_t)(node->object_count >> 16));
        wf_write_u16(out, (uint16_t)node->object_count);
        break;
    case EPC_CLASS_COUNT:
        write_class_count(node, out);
        break;
    case EPC_INSTANCE_LIST_NOTICE:
    case EPC_INSTANCE_LIST:
        (void)wf_node_instance_list(node, 0, out);
        break;
    case EPC_CLASS_LIST:
        write_class_list(node, out);
        break;
    default:
        break;
    }
}

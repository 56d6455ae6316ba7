/* What a node is called, kept in the store: the identification number of one that no certificate gives it, chosen once,
 * and the unique identifier data of any. */
#include "engine/state.h"

#include <string.h>

enum { NUMBER_MARK = 0xFE };

static wf_error choose(wf_engine_config *config) {
    uint8_t *number = config->node.number;
    for (size_t i = 0; i < sizeof config->node.number; i++) {
        if (number[i] != 0) {
            return WF_OK;
        }
    }
    number[0] = NUMBER_MARK;
    memcpy(number + 1, config->node.maker, sizeof config->node.maker);
    return config->entropy.fill(config->entropy.context, number + 4, sizeof config->node.number - 4);
}

/* An entry that is as long as `out`, or none. */
static wf_error load(const wf_store *store, uint16_t id, uint8_t *out, size_t size, bool *found) {
    uint8_t kept[sizeof((wf_engine_config *)NULL)->node.number];
    size_t len = 0;
    *found = false;
    wf_error error = store->load != NULL ? store->load(store->context, id, kept, size, &len) : WF_OK;
    if (error == WF_ERROR_TOO_SMALL || (error == WF_OK && len != 0 && len != size)) {
        return WF_ERROR_STORE_DAMAGED;
    }
    if (error == WF_OK && len == size) {
        memcpy(out, kept, size);
        *found = true;
    }
    return error;
}

wf_error wf_number_keep(wf_engine_config *config) {
    const wf_store *store = &config->store;
    bool found;
    wf_error error = load(store, WF_STORE_NUMBER, config->node.number, sizeof config->node.number, &found);
    if (error != WF_OK || found) {
        return error;
    }
    error = choose(config);
    if (error == WF_OK && store->save != NULL) {
        error = store->save(store->context, WF_STORE_NUMBER, config->node.number, sizeof config->node.number);
    }
    return error;
}

wf_error wf_unique_load(wf_engine_config *config) {
    bool found;
    return load(&config->store, WF_STORE_UNIQUE, config->node.unique, sizeof config->node.unique, &found);
}

wf_error wf_unique_keep(const wf_engine *engine, wf_eoj eoj, uint8_t epc, wf_bytes value) {
    const wf_store *store = &engine->kept;
    if (eoj != wf_node_profile(engine->node) || epc != WF_EPC_UNIQUE || store->save == NULL) {
        return WF_OK;
    }
    return store->save(store->context, WF_STORE_UNIQUE, value.at, value.len);
}

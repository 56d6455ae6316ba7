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

wf_error wf_number_keep(wf_engine_config *config) {
    const wf_store *store = &config->store;
    uint8_t kept[sizeof config->node.number];
    size_t len = 0;
    wf_error error = WF_OK;
    if (store->load != NULL) {
        error = store->load(store->context, WF_STORE_NUMBER, kept, sizeof kept, &len);
    }
    if (error == WF_OK && len == sizeof kept) {
        memcpy(config->node.number, kept, sizeof kept);
        return WF_OK;
    }
    if (error == WF_OK && len > 0) {
        return WF_ERROR_STORE_DAMAGED;
    }
    if (error == WF_OK) {
        error = choose(config);
    }
    if (error == WF_OK && store->save != NULL) {
        error = store->save(store->context, WF_STORE_NUMBER, config->node.number, sizeof config->node.number);
    }
    return error;
}

wf_error wf_unique_load(wf_engine_config *config) {
    const wf_store *store = &config->store;
    uint8_t kept[sizeof config->node.unique];
    size_t len = 0;
    if (store->load == NULL) {
        return WF_OK;
    }
    wf_error error = store->load(store->context, WF_STORE_UNIQUE, kept, sizeof kept, &len);
    if (error == WF_OK && len == sizeof kept) {
        memcpy(config->node.unique, kept, sizeof kept);
        return WF_OK;
    }
    return error == WF_OK && len > 0 ? WF_ERROR_STORE_DAMAGED : error;
}

wf_error wf_unique_keep(const wf_engine *engine, wf_eoj eoj, uint8_t epc, wf_bytes value) {
    const wf_store *store = &engine->kept;
    if (eoj != wf_node_profile(engine->node) || epc != WF_EPC_UNIQUE || store->save == NULL) {
        return WF_OK;
    }
    return store->save(store->context, WF_STORE_UNIQUE, value.at, value.len);
}

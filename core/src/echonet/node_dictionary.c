/* Which values a node takes, by the dictionary. */
#include <warifu/node.h>
#include <warifu/value.h>

bool wf_node_dictionary_rule(void *context, wf_eoj eoj, uint8_t epc, wf_bytes value) {
    const wf_node_dictionary *by = context;
    wf_property_info property;
    wf_value root;
    size_t nodes;
    if (!wf_dictionary_property(by->dictionary, &property, (uint16_t)(eoj >> 8), epc, by->release)) {
        return wf_node_usual_rule(NULL, eoj, epc, value);
    }
    wf_error error = wf_value_decode(&property, &root, 1, &nodes, NULL, value);
    return error == WF_OK || error == WF_ERROR_TOO_SMALL; /* only the parts of the value have no room here */
}

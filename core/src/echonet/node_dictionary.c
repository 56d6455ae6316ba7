/* Which values a node takes, by the dictionary. */
#include <warifu/node.h>
#include <warifu/value.h>

enum { RELEASE = 0x82, RELEASE_LEN = 4, PROFILE_GROUP = 0x0E };

/* That of the object's own 82; 0, the newest, where it has none. */
static char release_of(const wf_node *node, wf_eoj eoj) {
    uint8_t edt[RELEASE_LEN];
    wf_writer out = wf_writer_of(edt, sizeof edt);
    if (eoj >> 16 == PROFILE_GROUP || wf_node_get(node, eoj, RELEASE, &out) != WF_OK) {
        return 0;
    }
    return wf_dictionary_release(wf_bytes_of(edt, out.len));
}

bool wf_node_dictionary_rule(void *context, const wf_node *node, wf_eoj eoj, uint8_t epc, wf_bytes value, bool asked) {
    const wf_node_dictionary *by = context;
    wf_property_info property;
    if (!wf_dictionary_property(by->dictionary, &property, (uint16_t)(eoj >> 8), epc, release_of(node, eoj))) {
        return wf_node_usual_rule(NULL, node, eoj, epc, value, asked);
    }
    return wf_value_check(&property, NULL, value, asked) == WF_OK;
}

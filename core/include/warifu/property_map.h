/* Property maps (EPC 9D, 9E, 9F; Part II appendix 1): the set of EPCs that an object announces, sets or gets. */
#ifndef WARIFU_PROPERTY_MAP_H
#define WARIFU_PROPERTY_MAP_H

#include <warifu/bytes.h>

WF_C_BEGIN

enum { WF_PROPERTY_MAP_LEN = 17 };

/* Bit (epc - 0x80) of 128. */
typedef struct wf_epc_set {
    uint64_t words[2];
} wf_epc_set;

void wf_epc_set_add(wf_epc_set *set, uint8_t epc); /* ignores epc < 0x80 */
bool wf_epc_set_has(const wf_epc_set *set, uint8_t epc);
unsigned wf_epc_set_count(const wf_epc_set *set);

/* Writes the codes below 16 properties, else the bit form: at most WF_PROPERTY_MAP_LEN bytes. */
void wf_property_map_write(wf_writer *out, const wf_epc_set *set);

/* Reads what real devices send: the codes or bits that are present count, the count byte may lie. 17 bytes are the bit
 * form, unless the count is below 16 and the 16 bytes can all be codes; any other length is a list of codes. Errors:
 * PROPERTY_MAP (no byte at all, or a code below 80). */
WF_MUST_CHECK wf_error wf_property_map_read(wf_epc_set *out, wf_bytes edt);

WF_C_END

#endif

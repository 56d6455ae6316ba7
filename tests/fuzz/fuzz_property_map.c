/* Property maps: whatever reads as a set is written as a map that reads as the same set. */
#include <stdlib.h>
#include <warifu/property_map.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t map[WF_PROPERTY_MAP_LEN];
    wf_epc_set set, again;
    wf_writer out = wf_writer_of(map, sizeof map);
    if (wf_property_map_read(&set, wf_bytes_of(data, size)) != WF_OK) {
        return 0;
    }
    wf_property_map_write(&out, &set);
    if (out.overflow || map[0] != wf_epc_set_count(&set) ||
        wf_property_map_read(&again, wf_bytes_of(map, out.len)) != WF_OK || again.words[0] != set.words[0] ||
        again.words[1] != set.words[1]) {
        abort();
    }
    return 0;
}

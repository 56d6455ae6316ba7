/* Frames in words: any datagram gives a text that ends inside its room, and a longer room gives no other beginning. */
#include <stdlib.h>
#include <string.h>
#include <warifu/decode.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SHORT = 40, MARK = 0x5A };

static void check_room(wf_bytes datagram, wf_decode_form form, size_t room) {
    static char whole[WF_DECODE_LEN];
    char part[SHORT + 1];
    memset(part, MARK, sizeof part);
    wf_decode(whole, sizeof whole, wf_dictionary_builtin(), datagram, form);
    wf_decode(part, room, wf_dictionary_builtin(), datagram, form);
    const char *end = memchr(whole, 0, sizeof whole), *short_end = memchr(part, 0, room);
    if (end == NULL || short_end == NULL || part[room] != MARK) {
        abort();
    }
    bool cut = (size_t)(end - whole) >= room;
    size_t same = cut ? room - sizeof "..." : (size_t)(end - whole) + 1;
    if (memcmp(whole, part, same) != 0 || (cut && memcmp(short_end - 3, "...", 3) != 0)) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char edata[SHORT];
    wf_bytes bytes = wf_bytes_of(data, size);
    size_t room = size > 0 ? 8 + data[0] % (SHORT - 8) : SHORT;
    check_room(bytes, WF_DECODE_LINE, room);
    check_room(bytes, WF_DECODE_LINES, room);
    wf_decode_edata(edata, sizeof edata, wf_dictionary_builtin(), bytes);
    return memchr(edata, 0, sizeof edata) != NULL ? 0 : (abort(), 0);
}

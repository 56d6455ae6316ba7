/* The light's board for ./dev size: as much of one as makes the linker keep what it would keep for a real one. */
#include "../../examples/bare_metal/board.h"

static wf_error fill(void *context, uint8_t *out, size_t len) {
    (void)context, (void)out, (void)len;
    return WF_ERROR_ENTROPY;
}

bool board_receive(board_datagram *out) {
    (void)out;
    return false;
}

void board_send(const wf_datagram *datagram) {
    (void)datagram;
}

void board_sleep(wf_time until) {
    (void)until;
}

wf_time board_milliseconds(void) {
    return 0;
}

wf_entropy board_entropy(void) {
    return (wf_entropy){.fill = fill};
}

wf_store board_flash(void) {
    return (wf_store){.load = NULL};
}

const wf_identity *board_identity(void) {
    static wf_p256_key key;
    static wf_identity identity;
    identity.signer = wf_signer_of(&key);
    return &identity;
}

bool board_button_was_pressed(void) {
    return false;
}

void board_set_light(bool on) {
    (void)on;
}

void board_stop(const char *why) {
    (void)why;
    for (;;) {
    }
}

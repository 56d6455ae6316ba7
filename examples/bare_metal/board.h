/* What the light needs of the board it runs on. board_posix.c stands in for one, so that it can be tried on a desk. */
#ifndef BOARD_H
#define BOARD_H

#include <warifu/engine.h>

typedef struct board_datagram {
    wf_address from;
    bool multicast;
    wf_bytes bytes;
} board_datagram;

bool board_receive(board_datagram *out); /* false: none waits */
void board_send(const wf_datagram *datagram);
void board_sleep(wf_time until); /* or until a datagram comes or the button is pressed */

wf_time board_milliseconds(void);
wf_entropy board_entropy(void);          /* a hardware generator */
wf_store board_flash(void);              /* two slots for each entry: warifu/store.h says why */
const wf_identity *board_identity(void); /* from the factory */

bool board_button_was_pressed(void); /* the owner's local act, which opens the pairing window */
void board_set_light(bool on);
void board_stop(const char *why); /* a watchdog, or a blinking code */

#endif

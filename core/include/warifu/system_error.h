/* What the operating system said: errno and the call that gave it, beside the wf_error of an adapter. */
#ifndef WARIFU_SYSTEM_ERROR_H
#define WARIFU_SYSTEM_ERROR_H

#include <stdint.h>
#include <warifu/error.h>

WF_C_BEGIN

enum { WF_SYSTEM_ERROR_TEXT_LEN = 160 };

typedef struct wf_system_error {
    int number;       /* errno; 0: nothing happened yet */
    const char *call; /* static: "bind", "fsync", ...; NULL: nothing happened yet */
    int64_t process;  /* that has what was wanted; 0: not known */
} wf_system_error;

/* Writes "bind: Address already in use", "lock: process 4711 has it", or "" when nothing happened. Gives `text` back.
 */
char *wf_system_error_text(char text[WF_STATIC WF_SYSTEM_ERROR_TEXT_LEN], const wf_system_error *error);

WF_C_END

#endif

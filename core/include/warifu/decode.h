/* Frames in words, for people who look at traffic: ECHONET Lite and Device Authentication, whatever the bytes are.
 *
 * Every text ends with NUL; what does not fit is cut and ends with "...". For hosts only.
 */
#ifndef WARIFU_DECODE_H
#define WARIFU_DECODE_H

#include <warifu/dictionary.h>

WF_C_BEGIN

/* Room for all that a datagram of this SDK can say. */
enum { WF_DECODE_LEN = 1 << 16 };

typedef enum wf_decode_form {
    WF_DECODE_LINE, /* "[0001] Get_Res 013001 -> 05FF01: 80=30 (operationStatus true)" */
    WF_DECODE_LINES /* a head, then a line for each property or part */
} wf_decode_form;

/* Any datagram. Names are those of `dictionary`. */
void wf_decode(char *out, size_t size, const wf_dictionary *dictionary, wf_bytes datagram, wf_decode_form form);
/* EDATA (SEOJ to the last property), as a record protects it; always a line. */
void wf_decode_edata(char *out, size_t size, const wf_dictionary *dictionary, wf_bytes edata);

WF_C_END

#endif

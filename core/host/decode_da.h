/* Inside core/host: what of a Device Authentication frame is in clear, in words. */
#ifndef WARIFU_DECODE_DA_H
#define WARIFU_DECODE_DA_H

#include "words.h"
#include <warifu/decode.h>
#include <warifu/wire.h>

void wf_decode_da(wf_text *text, const wf_da_frame *frame, wf_decode_form form);

#endif

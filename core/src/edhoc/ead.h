/* External authorization data (RFC 9528 3.8). */
#ifndef WARIFU_EDHOC_EAD_H
#define WARIFU_EDHOC_EAD_H

#include <warifu/edhoc.h>

/* `ead` may be NULL. Errors: ARGUMENT (more items than the table has, padding that claims to be critical). */
WF_MUST_CHECK wf_error wf_edhoc_ead_write(wf_writer *out, const wf_edhoc_ead *ead);

/* Reads items to the end of `r`. Padding is dropped, and so is what is not critical and has no place in the table or a
 * label past 65,535. Fails the reader on anything but items. Errors: CRITICAL_EAD. */
WF_MUST_CHECK wf_error wf_edhoc_ead_read(wf_edhoc_ead *out, wf_reader *r, const wf_edhoc_config *config);

#endif

/* Randomness at the start, and the factory reset, which begins it anew. */
#ifndef WARIFU_DA_RESET_H
#define WARIFU_DA_RESET_H

#include "da/state.h"

/* Starts the generator and draws what lives as long as it. */
WF_MUST_CHECK wf_error wf_da_start_randomness(wf_da *da, wf_entropy entropy);
/* Before anything else is read from the store: finishes a reset that the power cut short. Errors: RESTORE_UNFINISHED.
 */
WF_MUST_CHECK wf_error wf_da_check_marks(wf_da *da);

#endif

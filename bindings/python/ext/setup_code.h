/* What an engine takes of a SetupCode. */
#ifndef WARIFU_EXTENSION_SETUP_CODE_H
#define WARIFU_EXTENSION_SETUP_CODE_H

#include "extension.h"
#include <warifu/setup_code.h>

/* The code, or NULL for None; valid while the caller holds a reference. Raises TypeError. */
bool ext_as_setup_code(const ext_state *state, const wf_setup_code **out, PyObject *object);

#endif

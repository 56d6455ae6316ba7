/* What other types take of an Identity. */
#ifndef WARIFU_EXTENSION_IDENTITY_H
#define WARIFU_EXTENSION_IDENTITY_H

#include "extension.h"
#include <warifu/identity_file.h>

/* NULL for None, else an Identity that this process may use. Raises TypeError, State. */
bool ext_as_identity(const ext_state *state, PyObject **out, PyObject *object);
/* Valid while the caller holds a reference to the object. */
const wf_identity *ext_identity_view(PyObject *identity);
/* The number of the own certificate, or NULL where it has none. */
const uint8_t *ext_identity_number(PyObject *identity);
PyObject *ext_identity_from_pem(const ext_state *state, wf_bytes text);

#endif

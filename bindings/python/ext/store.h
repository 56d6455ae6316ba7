/* Stores as engines borrow them: a FileStore or a SimStore. */
#ifndef WARIFU_EXTENSION_STORE_H
#define WARIFU_EXTENSION_STORE_H

#include "extension.h"
#include <warifu/store.h>

/* Gives a store to an engine, which gives it back. Raises TypeError, State when another one has it, Closed. */
bool ext_store_take(const ext_state *state, wf_store *out, PyObject *store);
void ext_store_give_back(PyObject *store);
/* Raises what the system said when `error` came from this store. */
PyObject *ext_store_raise(PyObject *store, wf_error error);

#endif

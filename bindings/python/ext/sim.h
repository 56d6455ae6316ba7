/* What the types of the simulator share, and what others take of a simulated host. */
#ifndef WARIFU_EXTENSION_SIM_H
#define WARIFU_EXTENSION_SIM_H

#include "extension.h"
#include <warifu/entropy.h>
#include <warifu/sim.h>

typedef struct sim_object {
    PyObject_HEAD wf_sim *sim;
    PyObject *tamper, *monitor; /* callables or NULL */
} sim_object;

PyObject *ext_sim_host_of(sim_object *sim, wf_sim_host id);

/* What "entropy" means where Python gives it: a SimHost's own, the system's for None. Raises TypeError. */
bool ext_as_entropy(const ext_state *state, wf_entropy *out, PyObject *host);

/* As a store, for store.c alone. */
bool ext_sim_store_take(PyObject *store, wf_store *out);
void ext_sim_store_give_back(PyObject *store);

#endif

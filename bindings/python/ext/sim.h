/* What the types of the simulator share. */
#ifndef WARIFU_EXTENSION_SIM_H
#define WARIFU_EXTENSION_SIM_H

#include "extension.h"
#include <warifu/sim.h>

typedef struct sim_object {
    PyObject_HEAD wf_sim *sim;
    PyObject *tamper, *monitor; /* callables or NULL */
} sim_object;

/* A host keeps its simulator alive. */
typedef struct sim_host_object {
    PyObject_HEAD PyObject *sim;
    wf_sim_host id;
} sim_host_object;

PyObject *ext_sim_host_of(sim_object *sim, wf_sim_host id);
wf_sim *ext_sim_of_host(const sim_host_object *host);

#endif

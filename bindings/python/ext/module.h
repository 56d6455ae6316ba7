/* What module.c puts together: each file's types and functions. */
#ifndef WARIFU_EXTENSION_MODULE_H
#define WARIFU_EXTENSION_MODULE_H

#include "extension.h"

int ext_add_engine(PyObject *module, ext_state *state);
int ext_add_udp(PyObject *module, ext_state *state);
int ext_add_store(PyObject *module, ext_state *state);
int ext_add_identity(PyObject *module, ext_state *state);
int ext_add_setup_code(PyObject *module, ext_state *state);
int ext_add_authority(PyObject *module, ext_state *state);
int ext_add_sim(PyObject *module, ext_state *state);
int ext_add_sim_host(PyObject *module, ext_state *state);
int ext_add_sim_store(PyObject *module, ext_state *state);

extern PyMethodDef ext_audit_functions[];
extern PyMethodDef ext_keeping_functions[];
extern PyMethodDef ext_codec_functions[];
extern PyMethodDef ext_certificate_functions[];
extern PyMethodDef ext_pkcs11_functions[];
extern PyMethodDef ext_dictionary_functions[];
extern PyMethodDef ext_value_functions[];
extern PyMethodDef ext_doctor_functions[];
extern PyMethodDef ext_policy_functions[];
extern PyMethodDef ext_trace_functions[];

#endif

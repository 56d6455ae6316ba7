/* What an engine is made with. */
#ifndef WARIFU_EXTENSION_ENGINE_CONFIG_H
#define WARIFU_EXTENSION_ENGINE_CONFIG_H

#include "engine.h"

typedef struct engine_arguments {
    wf_engine_config config;
    uint64_t now;
    PyObject *identity, *store, *entropy, *dictionary, *set_hook, *get_hook;
    PyObject *policy, *known, *setup_code, *former;
    Py_buffer number, maker;
    long long build_date;
    int transmits_only, keep_number, check_values, interview, code_alone, groups;
    wf_address *addresses; /* of `known`, until the engine has copied them */
} engine_arguments;

bool engine_parse_arguments(engine_arguments *out, PyObject *args, PyObject *keywords);
void engine_release_arguments(engine_arguments *given);

/* Makes the configuration whole. What of it the engine borrows is held by `self` from here on. */
bool engine_configure(engine_object *self, engine_arguments *given);

extern const char engine_doc[];

#endif

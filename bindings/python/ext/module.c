/* The module `warifu._warifu`: the core for Python, thin. The package `warifu` is what people import. */
#include "module.h"
#include <warifu/clock.h>
#include <warifu/crypto.h>
#include <warifu/version.h>

static PyObject *monotonic(PyObject *module, PyObject *unused) {
    uint64_t now;
    wf_error error = wf_clock_monotonic(&now);
    (void)unused;
    return error == WF_OK ? PyLong_FromUnsignedLongLong(now) : ext_raise(PyModule_GetState(module), error, NULL);
}

static PyMethodDef clock_functions[] = {
    {"monotonic", monotonic, METH_NOARGS,
     "monotonic($module, /)\n--\n\nMilliseconds that never go back and count the time asleep: an engine's `now`."},
    {NULL, NULL, 0, NULL},
};

/* libtomcrypt registers its algorithms once a process, and our objects don't know of a second interpreter. */
static int refuse_subinterpreter(void) {
    if (PyInterpreterState_GetID(PyInterpreterState_Get()) == 0) {
        return 0;
    }
    PyErr_SetString(PyExc_ImportError, "warifu works in the main interpreter only");
    return -1;
}

static int add_functions(PyObject *module) {
    PyMethodDef *tables[] = {clock_functions,           ext_error_functions,      ext_codec_functions,
                             ext_certificate_functions, ext_dictionary_functions, ext_doctor_functions,
                             ext_keeping_functions,     ext_audit_functions,      ext_pkcs11_functions,
                             ext_policy_functions,      ext_trace_functions,      ext_value_functions};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (PyModule_AddFunctions(module, tables[i]) < 0) {
            return -1;
        }
    }
    return 0;
}

static int add_types(PyObject *module, ext_state *state) {
    int (*const steps[])(PyObject *, ext_state *) = {ext_add_sim,      ext_add_sim_host,   ext_add_sim_store,
                                                     ext_add_identity, ext_add_setup_code, ext_add_authority,
                                                     ext_add_store,    ext_add_udp,        ext_add_engine};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (steps[i](module, state) < 0) {
            return -1;
        }
    }
    return 0;
}

static int execute(PyObject *module) {
    ext_state *state = PyModule_GetState(module);
    if (refuse_subinterpreter() < 0 || ext_add_errors(module, state) < 0) {
        return -1;
    }
    wf_error error = wf_crypto_start();
    if (error != WF_OK) {
        ext_raise(state, error, NULL);
        return -1;
    }
    if (ext_add_records(module, state) < 0 || add_types(module, state) < 0 || add_functions(module) < 0) {
        return -1;
    }
    return PyModule_AddStringConstant(module, "__version__", WF_VERSION);
}

static int traverse(PyObject *module, visitproc visit, void *arg) {
    ext_state *state = PyModule_GetState(module);
    Py_VISIT(state->error);
    Py_VISIT(state->error_types);
#define VISIT(name) Py_VISIT(state->name);
    EXT_TYPES(VISIT)
#undef VISIT
    return 0;
}

static int clear(PyObject *module) {
    ext_state *state = PyModule_GetState(module);
    Py_CLEAR(state->error);
    Py_CLEAR(state->error_types);
#define CLEAR(name) Py_CLEAR(state->name);
    EXT_TYPES(CLEAR)
#undef CLEAR
    return 0;
}

static void release(void *module) {
    clear(module);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, EXT_SLOT(execute)},
    {0, NULL},
};

static PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "warifu._warifu",
    .m_doc = "The core of Warifu, as it is: no socket is read and no clock is asked unless you do. Use `warifu`.",
    .m_size = sizeof(ext_state),
    .m_slots = slots,
    .m_traverse = traverse,
    .m_clear = clear,
    .m_free = release,
};

PyMODINIT_FUNC PyInit__warifu(void);
PyMODINIT_FUNC PyInit__warifu(void) {
    return PyModuleDef_Init(&definition);
}

/* What an engine tells of its datagrams and, when told to, of its keys. */
#include "engine.h"

static void tell(void *context, const wf_traced *traced) {
    engine_object *self = context;
    const bool taken = ext_guard_take_gil(&self->guard);
    PyObject *trace = Py_XNewRef(self->trace);
    if (trace != NULL) {
        PyObject *result = PyObject_CallFunction(trace, "NNNNN", PyBool_FromLong(traced->sent),
                                                 PyBool_FromLong(traced->multicast), ext_from_address(&traced->peer),
                                                 ext_from_bytes(traced->datagram), ext_from_bytes(traced->inner));
        if (result == NULL) {
            PyErr_WriteUnraisable(trace);
        }
        Py_XDECREF(result);
        Py_DECREF(trace);
    }
    engine_put_back(self, taken);
}

PyObject *engine_set_trace(PyObject *object, PyObject *trace) {
    engine_object *self = (engine_object *)object;
    if (trace != Py_None && !PyCallable_Check(trace)) {
        PyErr_SetString(PyExc_TypeError, "a trace must be callable or None");
        return NULL;
    }
    if (!engine_enter(self)) {
        return NULL;
    }
    PyObject *before = self->trace;
    self->trace = trace == Py_None ? NULL : Py_NewRef(trace);
    wf_engine_set_trace(self->engine, self->trace != NULL ? &(wf_trace){tell, self} : NULL);
    engine_leave(self);
    Py_XDECREF(before);
    return Py_NewRef(Py_None);
}

static wf_error begin(engine_object *self, const char *path) {
    wf_error error = wf_key_log_file_open(&self->keys, path);
    if (error == WF_OK) {
        const wf_key_log log = wf_key_log_file_log(&self->keys);
        error = wf_engine_set_key_log(self->engine, &log);
    }
    return error;
}

static PyObject *log_to(engine_object *self, const char *path) {
    const ext_state *state = ext_state_of((PyObject *)self);
    wf_error error = wf_engine_set_key_log(self->engine, NULL);
    wf_key_log_file_close(&self->keys);
    if (error == WF_OK && path != NULL) {
        error = begin(self, path);
    }
    if (error == WF_OK) {
        return Py_NewRef(Py_None);
    }
    wf_key_log_file_close(&self->keys);
    return error == WF_ERROR_STORE ? ext_raise_system(state, error, &self->keys.file.system_error, path)
                                   : ext_raise(state, error, "there is no identity, or this build has no key log");
}

PyObject *engine_log_keys(PyObject *object, PyObject *given) {
    engine_object *self = (engine_object *)object;
    PyObject *path = NULL, *result = NULL;
    if (given != Py_None && !PyUnicode_FSConverter(given, &path)) {
        return NULL;
    }
    if (engine_enter(self)) {
        result = log_to(self, path != NULL ? PyBytes_AsString(path) : NULL);
        engine_leave(self);
    }
    Py_XDECREF(path);
    return result;
}

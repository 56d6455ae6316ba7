/* What the core calls back: the set hook and the trace, both Python callables. They run with the GIL, whether or not
 * the call around them had given it up. */
#include "engine.h"

/* Takes the GIL where it was released; what it gives back goes to `put_back`. */
static PyThreadState *take_if_released(engine_object *self) {
    PyThreadState *thread = self->released;
    if (thread != NULL) {
        self->released = NULL;
        PyEval_RestoreThread(thread);
    }
    return thread;
}

static void put_back(engine_object *self, const PyThreadState *thread) {
    if (thread != NULL) {
        self->released = PyEval_SaveThread();
    }
}

/* None and True let the value in; anything else that isn't False is a mistake in the hook. */
static bool verdict(PyObject *result) {
    if (result == Py_None || result == Py_True) {
        return true;
    }
    if (result != NULL && result != Py_False) {
        PyErr_Format(PyExc_TypeError, "a set hook gives True, False or None, not %R", result);
    }
    return false;
}

static bool ask_set_hook(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_bytes edt) {
    engine_object *self = context;
    PyThreadState *thread = take_if_released(self);
    PyObject *hook = Py_XNewRef(self->set_hook); /* NULL once the collector has cleared it */
    PyObject *before = ext_from_bytes(old);
    PyObject *after = ext_from_bytes(edt);
    PyObject *result = NULL;
    self->in_hook = true;
    if (hook != NULL && before != NULL && after != NULL) {
        result = PyObject_CallFunction(hook, "IBOO", (unsigned)eoj, epc, before, after);
    }
    self->in_hook = false;
    bool accepted = verdict(result);
    if (PyErr_Occurred()) {
        PyErr_WriteUnraisable(hook);
    }
    Py_XDECREF(result);
    Py_XDECREF(after);
    Py_XDECREF(before);
    Py_XDECREF(hook);
    put_back(self, thread);
    return accepted;
}

static void tell_trace(void *context, bool sent, const wf_address *peer, wf_bytes datagram, wf_bytes inner) {
    engine_object *self = context;
    PyThreadState *thread = take_if_released(self);
    PyObject *trace = Py_XNewRef(self->trace);
    if (trace != NULL) {
        PyObject *result = PyObject_CallFunction(trace, "NNNN", PyBool_FromLong(sent), ext_from_address(peer),
                                                 ext_from_bytes(datagram), ext_from_bytes(inner));
        if (result == NULL) {
            PyErr_WriteUnraisable(trace);
        }
        Py_XDECREF(result);
        Py_DECREF(trace);
    }
    put_back(self, thread);
}

void engine_lend_callbacks(engine_object *self, wf_engine_config *config) {
    if (self->set_hook != NULL) {
        config->node.set_hook = ask_set_hook;
        config->node.set_context = self;
    }
    if (self->trace != NULL) {
        config->trace = (wf_trace){.datagram = tell_trace, .context = self};
    }
}

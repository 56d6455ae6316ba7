/* What the core calls back: the get and set hooks, Python callables; the trace is in engine_trace.c. They run with the
 * GIL, whether or not the call around them had given it up. */
#include "engine.h"

void engine_put_back(engine_object *self, bool taken) {
    if (taken) {
        ext_guard_release_gil(&self->guard);
    }
}

/* Whether a hook's result is the id that later() gave it; then the verdict comes afterwards. */
static bool is_later(const engine_object *self, PyObject *result) {
    return self->later != 0 && PyLong_CheckExact(result) && PyLong_AsUnsignedLong(result) == self->later;
}

/* None and True let the value in; anything else that isn't False is a mistake in the hook. */
static bool verdict_of_set(const engine_object *self, PyObject *result) {
    if (result == Py_None || result == Py_True) {
        return true;
    }
    if (result != Py_False && !is_later(self, result)) {
        PyErr_Format(PyExc_TypeError, "a set hook gives True, False, None or what later() gave, not %R", result);
    }
    return false;
}

/* Bytes are the present value, None stands for the stored one. */
static bool verdict_of_get(const engine_object *self, PyObject *result, wf_writer *fresh) {
    if (result == Py_None) {
        return true;
    }
    if (PyBytes_CheckExact(result) && PyBytes_Size(result) > 0) {
        wf_write_bytes(fresh, (const uint8_t *)PyBytes_AsString(result), (size_t)PyBytes_Size(result));
        return true;
    }
    if (result != Py_False && !is_later(self, result)) {
        PyErr_Format(PyExc_TypeError, "a get hook gives bytes, None, False or what later() gave, not %R", result);
    }
    return false;
}

/* Calls a hook with arguments that it takes over; NULL when one of them or the hook is missing, or it raised. */
static PyObject *call_hook(engine_object *self, PyObject *hook, PyObject *arguments) {
    PyObject *result = NULL;
    self->in_hook = true;
    self->later = 0;
    if (hook != NULL && arguments != NULL) {
        result = PyObject_CallObject(hook, arguments);
    }
    self->in_hook = false;
    Py_XDECREF(arguments);
    return result;
}

static bool end_hook(PyObject *hook, PyObject *result, bool accepted) {
    if (PyErr_Occurred()) {
        PyErr_WriteUnraisable(hook);
        accepted = false;
    }
    Py_XDECREF(result);
    Py_XDECREF(hook);
    return accepted;
}

static bool ask_set_hook(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_bytes edt) {
    engine_object *self = context;
    bool taken = ext_guard_take_gil(&self->guard);
    PyObject *hook = Py_XNewRef(self->set_hook); /* NULL once the collector has cleared it */
    PyObject *arguments = Py_BuildValue("(IBNN)", (unsigned)eoj, epc, ext_from_bytes(old), ext_from_bytes(edt));
    PyObject *result = call_hook(self, hook, arguments);
    bool accepted = end_hook(hook, result, result != NULL && verdict_of_set(self, result));
    engine_put_back(self, taken);
    return accepted;
}

static bool ask_get_hook(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_writer *fresh) {
    engine_object *self = context;
    bool taken = ext_guard_take_gil(&self->guard);
    PyObject *hook = Py_XNewRef(self->get_hook);
    PyObject *result = call_hook(self, hook, Py_BuildValue("(IBN)", (unsigned)eoj, epc, ext_from_bytes(old)));
    bool accepted = end_hook(hook, result, result != NULL && verdict_of_get(self, result, fresh));
    engine_put_back(self, taken);
    return accepted;
}

void engine_lend_callbacks(engine_object *self, wf_engine_config *config) {
    if (self->set_hook != NULL) {
        config->node.set_hook = ask_set_hook;
        config->node.set_context = self;
    }
    if (self->get_hook != NULL) {
        config->node.get_hook = ask_get_hook;
        config->node.get_context = self;
    }
}

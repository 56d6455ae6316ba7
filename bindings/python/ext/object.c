/* The life of types and objects, as the limited API wants it done. */
#include "extension.h"
#include <unistd.h>

int ext_add_type(PyObject *module, PyTypeObject **out, const char *name, size_t size, PyType_Slot *slots) {
    unsigned flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE;
    bool made_by_callers = false;
    for (const PyType_Slot *slot = slots; slot->slot != 0; slot++) {
        made_by_callers = made_by_callers || slot->slot == Py_tp_new;
    }
    PyType_Spec spec = {
        .name = name,
        .basicsize = (int)size,
        .flags = made_by_callers ? flags : flags | Py_TPFLAGS_DISALLOW_INSTANTIATION,
        .slots = slots,
    };
    *out = (PyTypeObject *)PyType_FromModuleAndSpec(module, &spec, NULL);
    return *out == NULL ? -1 : PyModule_AddType(module, *out);
}

int ext_traverse(PyObject *object, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(object));
    return 0;
}

ext_state *ext_state_of(PyObject *object) {
    return PyType_GetModuleState(Py_TYPE(object));
}

ext_state *ext_state_of_class(PyObject *type) {
    return PyType_GetModuleState((PyTypeObject *)type);
}

PyObject *ext_allocate(PyTypeObject *type) {
    __extension__ allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    return allocate(type, 0);
}

void ext_free(PyObject *object) {
    PyTypeObject *type = Py_TYPE(object);
    __extension__ freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(object);
    Py_DECREF(type); /* an instance of a heap type holds its type */
}

void ext_warn_unclosed(const char *what) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    /* No object goes into the warning: the one that is being freed must not be kept. */
    if (PyErr_WarnFormat(PyExc_ResourceWarning, 1, "a warifu %s was not closed", what) < 0) {
        PyErr_WriteUnraisable(NULL);
    }
    PyErr_Restore(type, value, traceback);
}

ext_guard ext_guard_open(void) {
    return (ext_guard){.process = getpid(), .open = true};
}

bool ext_guard_is_own(const ext_guard *guard) {
    return guard->process == getpid();
}

bool ext_guard_check(const ext_guard *guard, const ext_state *state) {
    if (!ext_guard_is_own(guard)) {
        ext_raise(state, WF_ERROR_STATE, "this object belongs to another process (fork)");
    } else if (guard->busy) {
        ext_raise(state, WF_ERROR_STATE, "a call on this object is under way, in another thread or around a callback");
    } else if (!guard->open) {
        ext_raise(state, WF_ERROR_CLOSED, NULL);
    } else {
        return true;
    }
    return false;
}

bool ext_guard_enter(ext_guard *guard, const ext_state *state) {
    bool may = ext_guard_check(guard, state);
    guard->busy = guard->busy || may;
    return may;
}

void ext_guard_leave(ext_guard *guard) {
    guard->busy = false;
}

void ext_guard_release_gil(ext_guard *guard) {
    if (!guard->keeps_gil) {
        guard->released = PyEval_SaveThread();
    }
}

bool ext_guard_take_gil(ext_guard *guard) {
    PyThreadState *thread = guard->released;
    guard->released = NULL;
    if (thread != NULL) {
        PyEval_RestoreThread(thread);
    }
    return thread != NULL;
}

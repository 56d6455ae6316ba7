/* The life of objects, as the limited API wants it done. */
#include "extension.h"

ext_state *ext_state_of(PyObject *object) {
    return PyType_GetModuleState(Py_TYPE(object));
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

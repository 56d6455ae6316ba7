/* The audit log, of an engine and of a directory: (text, JSON) for each entry. */
#include "engine.h"
#include "module.h"
#include <warifu/file_store.h>

static PyObject *rendered(void (*write)(wf_writer *, const wf_audit_entry *), const wf_audit_entry *entry) {
    uint8_t text[WF_AUDIT_TEXT_LEN];
    wf_writer w = wf_writer_of(text, sizeof text);
    write(&w, entry);
    return PyUnicode_DecodeASCII((const char *)text, (Py_ssize_t)w.len, NULL);
}

static PyObject *list_of(wf_audit_reader *reader) {
    PyObject *list = PyList_New(0);
    wf_audit_entry entry;
    while (list != NULL && wf_audit_next(reader, &entry)) {
        ext_append(&list,
                   Py_BuildValue("(NN)", rendered(wf_audit_write_text, &entry), rendered(wf_audit_write_json, &entry)));
    }
    return list;
}

/* What was passed over is known at the end of the walk. */
static PyObject *list_and_damage(wf_audit_reader *reader) {
    PyObject *list = list_of(reader);
    return list == NULL ? NULL : Py_BuildValue("(NI)", list, reader->damaged);
}

PyObject *engine_audit(PyObject *object, PyObject *unused) {
    engine_object *self = (engine_object *)object;
    PyObject *result = NULL;
    (void)unused;
    wf_audit_reader *reader = PyMem_Malloc(sizeof *reader);
    if (reader == NULL) {
        return PyErr_NoMemory();
    }
    if (engine_enter(self)) {
        wf_engine_audit(self->engine, reader);
        result = list_and_damage(reader);
        engine_leave(self);
    }
    PyMem_Free(reader);
    return result;
}

/* ---- of a directory ---- */

typedef struct place {
    wf_file_store store;
    wf_audit_reader reader;
} place;

static wf_error open_place(place *at, const char *path) {
    wf_error error = wf_file_store_open_to_read(&at->store, path);
    if (error == WF_OK) {
        wf_store store = wf_file_store_as_store(&at->store);
        error = wf_audit_read(&at->reader, &store);
    }
    return error;
}

static PyObject *read_audit(PyObject *module, PyObject *args) {
    PyObject *path, *result = NULL;
    if (!PyArg_ParseTuple(args, "O&:read_audit", PyUnicode_FSConverter, &path)) {
        return NULL;
    }
    place *at = PyMem_Calloc(1, sizeof *at);
    if (at == NULL) {
        PyErr_NoMemory();
    } else {
        wf_error error = open_place(at, PyBytes_AsString(path));
        result = error == WF_OK ? list_and_damage(&at->reader)
                                : ext_raise_system(PyModule_GetState(module), error, &at->store.system_error,
                                                   PyBytes_AsString(path));
        wf_file_store_close(&at->store);
    }
    PyMem_Free(at);
    Py_DECREF(path);
    return result;
}

PyMethodDef ext_audit_functions[] = {
    {"read_audit", read_audit, METH_VARARGS,
     "read_audit($module, path, /)\n--\n\nThe audit log of a FileStore's directory, whether a node has it or not: a "
     "list of\n(text, JSON), oldest first, and how many entries of the store nobody can read. Raises errors.Store,\n"
     "StoreVersion."},
    {NULL, NULL, 0, NULL},
};

/* FileStore: a directory that keeps what a node must not forget. An engine borrows it; until then it can be closed. */
#include "store.h"
#include "module.h"
#include "sim.h"
#include <warifu/file_store.h>

enum { PATH_LEN = 4096 };

typedef struct store_object {
    PyObject_HEAD ext_guard guard;
    bool lent;      /* to an engine */
    PyObject *path; /* str */
    wf_file_store store;
} store_object;

static bool take(store_object *self, const ext_state *state, wf_store *out) {
    if (!ext_guard_check(&self->guard, state)) {
        return false;
    }
    if (self->lent) {
        ext_raise(state, WF_ERROR_STATE, "another engine uses this store");
        return false;
    }
    self->lent = true;
    *out = wf_file_store_as_store(&self->store);
    return true;
}

bool ext_store_take(const ext_state *state, wf_store *out, PyObject *store) {
    if (Py_IS_TYPE(store, state->sim_store)) {
        return ext_sim_store_take(store, out);
    }
    if (Py_IS_TYPE(store, state->store)) {
        return take((store_object *)store, state, out);
    }
    PyErr_SetString(PyExc_TypeError, "store must be a FileStore, a SimStore or None");
    return false;
}

void ext_store_give_back(PyObject *store) {
    if (Py_IS_TYPE(store, ext_state_of(store)->sim_store)) {
        ext_sim_store_give_back(store);
    } else {
        ((store_object *)store)->lent = false;
    }
}

PyObject *ext_store_raise(PyObject *store, wf_error error) {
    store_object *self = (store_object *)store;
    if (Py_IS_TYPE(store, ext_state_of(store)->sim_store)) {
        return ext_raise(ext_state_of(store), error, NULL);
    }
    return ext_raise_system(ext_state_of(store), error, &self->store.system_error,
                            PyUnicode_AsUTF8AndSize(self->path, NULL));
}

static bool open_store(store_object *self, PyObject *path, bool adopts) {
    self->path = PyUnicode_DecodeFSDefault(PyBytes_AsString(path));
    if (self->path == NULL) {
        return false;
    }
    const char *at = PyBytes_AsString(path);
    wf_error error = adopts ? wf_file_store_adopt(&self->store, at) : wf_file_store_open(&self->store, at);
    if (error != WF_OK) {
        wf_system_error system = self->store.system_error;
        ext_raise_system(ext_state_of((PyObject *)self), error, &system, at);
        return false;
    }
    self->guard = ext_guard_open();
    return true;
}

static PyObject *make(PyTypeObject *type, PyObject *args, PyObject *keywords) {
    static char *names[] = {"path", "adopt", NULL};
    PyObject *path;
    int adopts = 0;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O&|$p:FileStore", names, PyUnicode_FSConverter, &path, &adopts)) {
        return NULL;
    }
    store_object *self = (store_object *)ext_allocate(type);
    if (self != NULL && !open_store(self, path, adopts != 0)) {
        Py_CLEAR(self);
    }
    Py_DECREF(path);
    return (PyObject *)self;
}

static PyObject *default_path(PyObject *type, PyObject *unused) {
    char path[PATH_LEN];
    (void)unused;
    wf_error error = wf_file_store_default_path(path, sizeof path);
    return error == WF_OK ? PyUnicode_DecodeFSDefault(path) : ext_raise(ext_state_of_class(type), error, NULL);
}

static PyObject *close_method(PyObject *object, PyObject *unused) {
    store_object *self = (store_object *)object;
    (void)unused;
    if (self->lent) {
        return ext_raise(ext_state_of(object), WF_ERROR_STATE, "an engine uses this store: close that first");
    }
    self->guard.open = false;
    wf_file_store_close(&self->store);
    return Py_NewRef(Py_None);
}

static PyObject *get_path(PyObject *object, void *unused) {
    (void)unused;
    return Py_NewRef(((store_object *)object)->path);
}

static PyObject *get_closed(PyObject *object, void *unused) {
    (void)unused;
    return PyBool_FromLong(!((store_object *)object)->guard.open);
}

static PyObject *get_damaged(PyObject *object, void *unused) {
    (void)unused;
    return PyLong_FromUnsignedLongLong(((store_object *)object)->store.damaged);
}

static PyObject *get_healed(PyObject *object, void *unused) {
    (void)unused;
    return PyLong_FromUnsignedLongLong(((store_object *)object)->store.healed);
}

static void deallocate(PyObject *object) {
    store_object *self = (store_object *)object;
    PyObject_GC_UnTrack(object);
    if (self->guard.open && ext_guard_is_own(&self->guard)) {
        ext_warn_unclosed("FileStore");
    }
    wf_file_store_close(&self->store);
    Py_XDECREF(self->path);
    ext_free(object);
}

static PyMethodDef methods[] = {
    {"default_path", default_path, METH_NOARGS | METH_CLASS,
     "default_path($type, /)\n--\n\n$XDG_STATE_HOME/warifu, or ~/.local/state/warifu. Raises errors.Store."},
    {"close", close_method, METH_NOARGS,
     "close($self, /)\n--\n\nUnlocks the directory; a second time does nothing. Raises State while an engine uses it."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef members[] = {
    {"path", get_path, NULL, "The directory.", NULL},
    {"closed", get_closed, NULL, "Whether it is closed.", NULL},
    {"healed", get_healed, NULL, "Of these, made whole again from the other copy.", NULL},
    {"damaged", get_damaged, NULL, "Damaged slots met so far, also where the other copy helped.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc,
     "FileStore(path, *, adopt=False)\n--\n\nThe durable store in a directory of its own, locked while it is open; "
     "adopt: a copy too, which belongs there from now on.\n\n"
     "Raises errors.Store, StoreLocked, StoreVersion, StoreCopied."},
    {Py_tp_new, EXT_SLOT(make)},
    {Py_tp_dealloc, EXT_SLOT(deallocate)},
    {Py_tp_traverse, EXT_SLOT(ext_traverse)},
    {Py_tp_methods, methods},
    {Py_tp_getset, members},
    {0, NULL},
};

int ext_add_store(PyObject *module, ext_state *state) {
    return ext_add_type(module, &state->store, "warifu._warifu.FileStore", sizeof(store_object), slots);
}

/* What is done to a state directory that no node uses: thin, for warifu.keeping. */
#include "module.h"
#include <warifu/entropy.h>
#include <warifu/keeping.h>

/* ---- arguments ---- */

typedef struct paths {
    PyObject *state, *file, *old; /* bytes, or NULL */
} paths;

static void release(paths *p) {
    Py_CLEAR(p->state);
    Py_CLEAR(p->file);
    Py_CLEAR(p->old);
}

static const char *text_of(PyObject *path) {
    return path == NULL ? NULL : PyBytes_AsString(path);
}

static PyObject *done(PyObject *module, wf_error error, const wf_system_error *reason, PyObject *path) {
    return error == WF_OK ? Py_NewRef(Py_None)
                          : ext_raise_system(PyModule_GetState(module), error, reason, text_of(path));
}

/* ---- pairings ---- */

static PyObject *row_of(const wf_stored_peer *peer) {
    bool readable = peer->error == WF_OK;
    return Py_BuildValue("(iNNNNN)", (int)peer->error, PyBool_FromLong(peer->is_confirmed),
                         ext_from_optional_bytes(readable, peer->number, sizeof peer->number),
                         ext_from_optional_bytes(readable, peer->fingerprint, sizeof peer->fingerprint),
                         ext_from_role(peer->role), ext_from_address(&peer->address));
}

static bool add(void *context, const wf_stored_peer *peer) {
    PyObject **list = context;
    ext_append(list, row_of(peer));
    return *list != NULL;
}

static PyObject *peers(PyObject *module, PyObject *args) {
    paths p = {0};
    wf_system_error reason;
    if (!PyArg_ParseTuple(args, "O&:stored_peers", PyUnicode_FSConverter, &p.state)) {
        return NULL;
    }
    PyObject *list = PyList_New(0);
    if (list != NULL) {
        wf_error error = wf_keeping_peers(text_of(p.state), add, &list, &reason);
        if (error != WF_OK) {
            Py_CLEAR(list);
            done(module, error, &reason, p.state);
        }
    }
    release(&p);
    return list;
}

static PyObject *forget(PyObject *module, PyObject *args) {
    paths p = {0};
    Py_buffer number = {0};
    wf_system_error reason;
    PyObject *result = NULL;
    if (PyArg_ParseTuple(args, "O&y*:stored_forget", PyUnicode_FSConverter, &p.state, &number)) {
        if (number.len == WF_NUMBER_LEN) {
            result = done(module, wf_keeping_forget(text_of(p.state), number.buf, &reason), &reason, p.state);
        } else {
            ext_raise(PyModule_GetState(module), WF_ERROR_ARGUMENT, "an identification number has 17 bytes");
        }
        PyBuffer_Release(&number);
    }
    release(&p);
    return result;
}

static PyObject *forget_damaged(PyObject *module, PyObject *args) {
    paths p = {0};
    wf_system_error reason;
    unsigned count;
    if (!PyArg_ParseTuple(args, "O&:stored_forget_damaged", PyUnicode_FSConverter, &p.state)) {
        return NULL;
    }
    wf_error error = wf_keeping_forget_damaged(text_of(p.state), &count, &reason);
    PyObject *result = error == WF_OK ? PyLong_FromUnsignedLong(count) : done(module, error, &reason, p.state);
    release(&p);
    return result;
}

static PyObject *one_path(PyObject *module, PyObject *args, const char *format,
                          wf_error (*act)(const char *state, wf_system_error *reason)) {
    paths p = {0};
    wf_system_error reason;
    if (!PyArg_ParseTuple(args, format, PyUnicode_FSConverter, &p.state)) {
        return NULL;
    }
    PyObject *result = done(module, act(text_of(p.state), &reason), &reason, p.state);
    release(&p);
    return result;
}

static PyObject *reset(PyObject *module, PyObject *args) {
    return one_path(module, args, "O&:stored_reset", wf_keeping_reset);
}

static PyObject *adopt(PyObject *module, PyObject *args) {
    return one_path(module, args, "O&:stored_adopt", wf_keeping_adopt);
}

/* ---- backups: other threads go on while the key is derived ---- */

static PyObject *backup(PyObject *module, PyObject *args) {
    paths p = {0};
    Py_buffer passphrase = {0};
    wf_backup_order order = {.entropy = wf_entropy_system()};
    wf_system_error reason;
    PyObject *result = NULL;
    int skips = 0;
    long long made;
    if (PyArg_ParseTuple(args, "O&O&y*LO&p:stored_backup", PyUnicode_FSConverter, &p.state, PyUnicode_FSConverter,
                         &p.file, &passphrase, &made, ext_as_u32, &order.iterations, &skips)) {
        wf_error error;
        order.passphrase = ext_view(&passphrase);
        order.made = made;
        order.skips_damaged = skips != 0;
        const char *state = text_of(p.state), *file = text_of(p.file);
        Py_BEGIN_ALLOW_THREADS;
        error = wf_keeping_backup(state, file, &order, &reason);
        Py_END_ALLOW_THREADS;
        result = done(module, error, &reason, p.state);
        PyBuffer_Release(&passphrase);
    }
    release(&p);
    return result;
}

static PyObject *restore(PyObject *module, PyObject *args) {
    paths p = {0};
    Py_buffer passphrase = {0};
    wf_backup_order order = {.entropy = wf_entropy_system()};
    wf_system_error reason;
    PyObject *result = NULL;
    long long made;
    if (PyArg_ParseTuple(args, "O&O&O&y*LO&:stored_restore", PyUnicode_FSConverter, &p.state, PyUnicode_FSConverter,
                         &p.file, ext_as_path, &p.old, &passphrase, &made, ext_as_u32, &order.iterations)) {
        wf_error error;
        order.passphrase = ext_view(&passphrase);
        order.made = made;
        const char *state = text_of(p.state), *file = text_of(p.file), *old = text_of(p.old);
        Py_BEGIN_ALLOW_THREADS;
        error = wf_keeping_restore(state, file, old, &order, &reason);
        Py_END_ALLOW_THREADS;
        result = done(module, error, &reason, p.state);
        PyBuffer_Release(&passphrase);
    }
    release(&p);
    return result;
}

PyMethodDef ext_keeping_functions[] = {
    {"stored_peers", peers, METH_VARARGS, "stored_peers($module, state, /)\n--\n\nThe pairings in a state directory."},
    {"stored_forget", forget, METH_VARARGS, "stored_forget($module, state, number, /)\n--\n\nRemoves one."},
    {"stored_forget_damaged", forget_damaged, METH_VARARGS,
     "stored_forget_damaged($module, state, /)\n--\n\nRemoves those that nobody can read; how many."},
    {"stored_reset", reset, METH_VARARGS, "stored_reset($module, state, /)\n--\n\nA factory reset."},
    {"stored_adopt", adopt, METH_VARARGS, "stored_adopt($module, state, /)\n--\n\nLets a copy belong where it is."},
    {"stored_backup", backup, METH_VARARGS,
     "stored_backup($module, state, file, passphrase, made, iterations, skip_damaged, /)\n--\n\nWrites a backup."},
    {"stored_restore", restore, METH_VARARGS,
     "stored_restore($module, state, file, old, passphrase, made, iterations, /)\n--\n\nRestores one."},
    {NULL, NULL, 0, NULL},
};

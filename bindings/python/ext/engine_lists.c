/* Engine: revocation lists. What is being sent the engine borrows, so it is kept here until the request is done. */
#include "engine.h"

static engine_object *engine_of(PyObject *object) {
    return (engine_object *)object;
}

static wf_bytes view_of(PyObject *bytes) {
    return wf_bytes_of((const uint8_t *)PyBytes_AsString(bytes), (size_t)PyBytes_Size(bytes));
}

PyObject *engine_take_list(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    PyObject *issuer, *list;
    if (!PyArg_ParseTuple(args, "O&SS:take_list", ext_as_u64, &now, &issuer, &list) || !engine_enter(self)) {
        return NULL;
    }
    wf_bytes issuer_view = view_of(issuer), list_view = view_of(list);
    engine_release_gil(self);
    wf_error error = wf_engine_take_list(self->engine, now, issuer_view, list_view);
    engine_take_gil(self);
    engine_leave(self);
    if (error == WF_ERROR_STORE && self->store != NULL) {
        return ext_store_raise(self->store, error);
    }
    return engine_none_or_raise(object, error);
}

static bool lend(engine_object *self, wf_request_id id, PyObject *lent) {
    PyObject *key = PyLong_FromUnsignedLong(id.value);
    bool good = key != NULL && PyDict_SetItem(self->lent, key, lent) == 0;
    Py_XDECREF(key);
    return good;
}

PyObject *engine_send_list(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    wf_peer_id peer;
    wf_request_id id = {0};
    PyObject *issuer, *list;
    if (!PyArg_ParseTuple(args, "O&O&SS:send_list", ext_as_u64, &now, ext_as_u32, &peer.value, &issuer, &list)) {
        return NULL;
    }
    if (self->lent == NULL) {
        self->lent = PyDict_New();
    }
    PyObject *lent = self->lent == NULL ? NULL : PyTuple_Pack(2, issuer, list), *result = NULL;
    if (lent != NULL && engine_enter(self)) {
        wf_error error = wf_engine_send_list(self->engine, now, &id, peer, view_of(issuer), view_of(list));
        bool kept = error != WF_OK || lend(self, id, lent);
        if (!kept) {
            wf_engine_cancel(self->engine, now, id);
        }
        engine_leave(self);
        if (kept) {
            result = error == WF_OK ? PyLong_FromUnsignedLong(id.value) : ext_raise(ext_state_of(object), error, NULL);
        }
    }
    Py_XDECREF(lent);
    return result;
}

void engine_is_done(engine_object *self, wf_request_id id) {
    PyObject *key = self->lent == NULL ? NULL : PyLong_FromUnsignedLong(id.value);
    if (key != NULL && PyDict_Contains(self->lent, key) == 1) {
        (void)PyDict_DelItem(self->lent, key);
    }
    Py_XDECREF(key);
}

PyObject *engine_lists(PyObject *object, PyObject *unused) {
    engine_object *self = engine_of(object);
    wf_crl crl;
    uint32_t kept;
    unsigned at = 0;
    (void)unused;
    if (!engine_enter(self)) {
        return NULL;
    }
    PyObject *lists = PyList_New(0);
    while (lists != NULL && wf_engine_next_list(self->engine, &at, &crl, &kept)) {
        PyObject *row = Py_BuildValue("(NKLLkk)", ext_from_bytes(wf_bytes_of(crl.issuer, sizeof crl.issuer)),
                                      (unsigned long long)crl.number, (long long)crl.this_update,
                                      (long long)crl.next_update, (unsigned long)crl.entries, (unsigned long)kept);
        if (row == NULL || PyList_Append(lists, row) < 0) {
            Py_CLEAR(lists);
        }
        Py_XDECREF(row);
    }
    engine_leave(self);
    return lists;
}

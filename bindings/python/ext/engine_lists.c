/* Engine: revocation lists. What is being sent the engine borrows, so it is kept here until the request is done. */
#include "engine.h"
#include "store.h"

PyObject *engine_take_list(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    PyObject *issuer, *list, *result = NULL;
    if (!PyArg_ParseTuple(args, "O&O&O&:take_list", ext_as_u64, &now, ext_as_bytes, &issuer, ext_as_bytes, &list)) {
        return NULL;
    }
    wf_bytes issuer_view = ext_view_bytes(issuer), list_view = ext_view_bytes(list);
    if (engine_begin(self)) {
        wf_error error = wf_engine_take_list(self->engine, now, issuer_view, list_view);
        engine_finish(self);
        result = error == WF_ERROR_STORE && self->store != NULL ? ext_store_raise(self->store, error)
                                                                : ext_none_or_raise(object, error);
    }
    Py_DECREF(issuer);
    Py_DECREF(list);
    return result;
}

static bool lend(engine_object *self, wf_request_id id, PyObject *lent) {
    PyObject *key = PyLong_FromUnsignedLong(id.value);
    bool good = key != NULL && PyDict_SetItem(self->lent, key, lent) == 0;
    Py_XDECREF(key);
    return good;
}

/* `lent` is (issuer, list), both bytes. */
static PyObject *send_lent(engine_object *self, uint64_t now, wf_peer_id peer, PyObject *lent) {
    wf_bytes issuer = ext_view_bytes(PyTuple_GetItem(lent, 0)), list = ext_view_bytes(PyTuple_GetItem(lent, 1));
    wf_request_id id = {0};
    if (!engine_begin(self)) {
        return NULL;
    }
    wf_error error = wf_engine_send_list(self->engine, now, &id, peer, issuer, list);
    ext_guard_take_gil(&self->guard);
    bool kept = error != WF_OK || lend(self, id, lent);
    if (!kept) {
        wf_engine_cancel(self->engine, now, id);
    }
    engine_leave(self);
    return kept ? engine_id_or_raise((PyObject *)self, error, id) : NULL;
}

PyObject *engine_send_list(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    wf_peer_id peer;
    PyObject *issuer, *list, *result = NULL;
    if (!PyArg_ParseTuple(args, "O&O&O&O&:send_list", ext_as_u64, &now, ext_as_u32, &peer.value, ext_as_bytes, &issuer,
                          ext_as_bytes, &list)) {
        return NULL;
    }
    if (self->lent == NULL) {
        self->lent = PyDict_New();
    }
    PyObject *lent = self->lent == NULL ? NULL : PyTuple_Pack(2, issuer, list);
    if (lent != NULL) {
        result = send_lent(self, now, peer, lent);
    }
    Py_XDECREF(lent);
    Py_DECREF(issuer);
    Py_DECREF(list);
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
        ext_append(&lists, Py_BuildValue("(NKLLkk)", ext_from_bytes(wf_bytes_of(crl.issuer, sizeof crl.issuer)),
                                         (unsigned long long)crl.number, (long long)crl.this_update,
                                         (long long)crl.next_update, (unsigned long)crl.entries, (unsigned long)kept));
    }
    engine_leave(self);
    return lists;
}

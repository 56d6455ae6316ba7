/* Ca: what it makes and signs, with the GIL given up. Keys go out as an Identity only. */
#include "authority.h"
#include "identity.h"
#include <string.h>
#include <warifu/crypto.h>

enum { PEM_LEN = 16384 };

PyObject *ca_add_ca(PyObject *object, PyObject *args) {
    ca_object *self = (ca_object *)object;
    const char *name;
    long long before, after;
    wf_authority_ca which;
    if (!PyArg_ParseTuple(args, "O&sLL:add_ca", ca_as_kind, &which, &name, &before, &after) || !ca_enter(self)) {
        return NULL;
    }
    ext_guard_release_gil(&self->guard);
    wf_error error = wf_authority_add_ca(self->authority, which, name, before, after);
    ext_guard_take_gil(&self->guard);
    PyObject *result = error == WF_OK ? Py_NewRef(Py_None) : ca_raise(self, error);
    ca_leave(self);
    return result;
}

/* ---- certificates ---- */

/* What one issuing is given; NULL or empty where the call has no such part. */
typedef struct order {
    wf_authority_order order;
    uint8_t serial[WF_SERIAL_LEN];
    wf_bytes request;
} order;

typedef wf_error (*issue_call)(wf_authority *authority, wf_identity_file *out, const order *given);

static wf_error issue(wf_authority *authority, wf_identity_file *out, const order *given) {
    return wf_authority_issue(authority, out, &given->order);
}

static wf_error sign(wf_authority *authority, wf_identity_file *out, const order *given) {
    return wf_authority_sign(authority, out, given->request, &given->order);
}

static wf_error renew(wf_authority *authority, wf_identity_file *out, const order *given) {
    return wf_authority_renew(authority, out, given->serial, given->request, given->order.not_before,
                              given->order.not_after);
}

static PyObject *identity_of(const ca_object *self, const wf_identity_file *file) {
    uint8_t pem[PEM_LEN];
    wf_writer text = wf_writer_of(pem, sizeof pem);
    wf_error error = wf_identity_pem_write(&text, &file->view);
    PyObject *made = error == WF_OK
                         ? ext_identity_from_pem(ext_state_of((PyObject *)(uintptr_t)self), wf_bytes_of(pem, text.len))
                         : ca_raise(self, error);
    wf_wipe(pem, sizeof pem);
    return made;
}

/* The chain and the root, in DER. */
static PyObject *certificates_of(const ca_object *self, const wf_identity_file *file) {
    PyObject *list = PyList_New(0);
    (void)self;
    for (size_t i = 0; list != NULL && i < file->view.chain_len; i++) {
        ext_append(&list, ext_from_bytes(file->chain[i]));
    }
    for (size_t i = 0; list != NULL && i < file->view.anchor_count; i++) {
        ext_append(&list, ext_from_bytes(file->anchors[i]));
    }
    return list;
}

static PyObject *issue_with(PyObject *object, issue_call call, const order *given,
                            PyObject *(*result_of)(const ca_object *self, const wf_identity_file *file)) {
    ca_object *self = (ca_object *)object;
    wf_identity_file file;
    if (!ca_enter(self)) {
        return NULL;
    }
    ext_guard_release_gil(&self->guard);
    wf_error error = call(self->authority, &file, given);
    ext_guard_take_gil(&self->guard);
    PyObject *made = error == WF_OK ? result_of(self, &file) : ca_raise(self, error);
    wf_identity_file_wipe(&file);
    ca_leave(self);
    return made;
}

/* `number` may be NULL where a request says it. */
static bool read_subject(const ext_state *state, order *given, const char *role, PyObject *number) {
    wf_bytes view = ext_view_bytes(number);
    given->order.number = view.at;
    if ((number != NULL && view.len != WF_NUMBER_LEN) || !ext_as_role(&given->order.role, role)) {
        ext_raise(state, WF_ERROR_ARGUMENT, "the role is device or controller, the number has 17 bytes");
        return false;
    }
    return true;
}

PyObject *ca_issue(PyObject *object, PyObject *args) {
    const char *role;
    PyObject *number;
    order given = {0};
    long long before, after;
    if (!PyArg_ParseTuple(args, "sO&zLL:issue", &role, ext_as_bytes, &number, &given.order.common_name, &before,
                          &after)) {
        return NULL;
    }
    given.order.not_before = before;
    given.order.not_after = after;
    PyObject *made = NULL;
    if (read_subject(ext_state_of(object), &given, role, number)) {
        made = issue_with(object, issue, &given, identity_of);
    }
    Py_DECREF(number);
    return made;
}

PyObject *ca_sign(PyObject *object, PyObject *args) {
    const char *role;
    PyObject *request, *number;
    order given = {0};
    long long before, after;
    if (!PyArg_ParseTuple(args, "O&zO&zLL:sign", ext_as_bytes, &request, &role, ext_as_optional_bytes, &number,
                          &given.order.common_name, &before, &after)) {
        return NULL;
    }
    given.request = ext_view_bytes(request);
    given.order.not_before = before;
    given.order.not_after = after;
    PyObject *made = NULL;
    if (read_subject(ext_state_of(object), &given, role, number)) {
        made = issue_with(object, sign, &given, certificates_of);
    }
    Py_DECREF(request);
    Py_XDECREF(number);
    return made;
}

/* With zeros in front. Raises Argument when it is too long for a serial number. */
static bool read_serial(const ext_state *state, uint8_t out[static WF_SERIAL_LEN], const Py_buffer *serial) {
    if (serial->len > WF_SERIAL_LEN) {
        ext_raise(state, WF_ERROR_ARGUMENT, "no such serial number");
        return false;
    }
    memset(out, 0, WF_SERIAL_LEN);
    memcpy(out + WF_SERIAL_LEN - serial->len, serial->buf, (size_t)serial->len);
    return true;
}

PyObject *ca_renew(PyObject *object, PyObject *args) {
    Py_buffer serial;
    PyObject *request;
    order given = {0};
    long long before, after;
    if (!PyArg_ParseTuple(args, "y*O&LL:renew", &serial, ext_as_optional_bytes, &request, &before, &after)) {
        return NULL;
    }
    given.request = ext_view_bytes(request);
    given.order.not_before = before;
    given.order.not_after = after;
    PyObject *made = NULL;
    if (read_serial(ext_state_of(object), given.serial, &serial)) {
        made = issue_with(object, renew, &given, certificates_of);
    }
    PyBuffer_Release(&serial);
    Py_XDECREF(request);
    return made;
}

/* ---- revocation ---- */

PyObject *ca_revoke(PyObject *object, PyObject *args) {
    ca_object *self = (ca_object *)object;
    Py_buffer serial;
    uint8_t padded[WF_SERIAL_LEN];
    long long now;
    int reason;
    if (!PyArg_ParseTuple(args, "y*iL:revoke", &serial, &reason, &now)) {
        return NULL;
    }
    PyObject *result = NULL;
    if (read_serial(ext_state_of(object), padded, &serial) && ca_enter(self)) {
        ext_guard_release_gil(&self->guard);
        wf_error error = wf_authority_revoke(self->authority, padded, (wf_crl_reason)reason, now);
        ext_guard_take_gil(&self->guard);
        result = error == WF_OK ? Py_NewRef(Py_None) : ca_raise(self, error);
        ca_leave(self);
    }
    PyBuffer_Release(&serial);
    return result;
}

PyObject *ca_publish(PyObject *object, PyObject *args) {
    ca_object *self = (ca_object *)object;
    wf_authority_ca which;
    long long this_update, next_update;
    if (!PyArg_ParseTuple(args, "O&LL:publish", ca_as_kind, &which, &this_update, &next_update) || !ca_enter(self)) {
        return NULL;
    }
    wf_bytes der;
    ext_guard_release_gil(&self->guard);
    wf_error error = wf_authority_publish(self->authority, &der, which, this_update, next_update);
    ext_guard_take_gil(&self->guard);
    PyObject *result = error == WF_OK ? ext_from_bytes(der) : ca_raise(self, error);
    ca_leave(self);
    return result;
}

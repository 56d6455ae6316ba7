/* An authority, in a folder or in memory: thin over <warifu/authority.h>. Keys go out as an Identity only. */
#include "extension.h"
#include <string.h>
#include <warifu/authority.h>
#include <warifu/entropy.h>

enum { PEM_LEN = 16384 };

typedef struct ca_object {
    PyObject_HEAD wf_authority *authority; /* NULL: closed */
    PyObject *host;                        /* whose randomness it takes, or NULL */
} ca_object;

static wf_authority *open_one(PyObject *object) {
    wf_authority *authority = ((ca_object *)object)->authority;
    if (authority == NULL) {
        ext_raise(ext_state_of(object), WF_ERROR_CLOSED, "authority");
    }
    return authority;
}

static PyObject *raise_of(PyObject *object, wf_error error) {
    const char *text = wf_authority_text(((ca_object *)object)->authority);
    return ext_raise(ext_state_of(object), error, text[0] == '\0' ? NULL : text);
}

static bool as_ca(wf_authority_ca *out, const char *name) {
    static const char *const names[WF_CA_COUNT] = {"root", "issuing", "devices", "controllers"};
    for (unsigned i = 0; i < WF_CA_COUNT; i++) {
        if (strcmp(name, names[i]) == 0) {
            *out = (wf_authority_ca)i;
            return true;
        }
    }
    PyErr_Format(PyExc_ValueError, "'%s' is not root, issuing, devices or controllers", name);
    return false;
}

/* ---- making and opening ---- */

static PyObject *finish(PyObject *type, PyObject *host, wf_authority *authority, wf_error error, const char *text) {
    if (error != WF_OK) {
        return ext_raise(PyType_GetModuleState((PyTypeObject *)type), error, text[0] == '\0' ? NULL : text);
    }
    ca_object *self = (ca_object *)ext_allocate((PyTypeObject *)type);
    if (self == NULL) {
        wf_authority_close(authority);
        return NULL;
    }
    self->authority = authority;
    self->host = Py_NewRef(host);
    return (PyObject *)self;
}

static int as_path(PyObject *object, void *out) {
    if (object == Py_None) {
        *(PyObject **)out = NULL;
        return 1;
    }
    return PyUnicode_FSConverter(object, out);
}

static PyObject *create(PyObject *type, PyObject *args, PyObject *keywords) {
    static char *names[] = {"folder", "name", "not_before", "not_after", "entropy", NULL};
    PyObject *folder = NULL, *host = Py_None;
    const char *name;
    long long before, after;
    wf_entropy entropy;
    char text[WF_AUTHORITY_TEXT_LEN];
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O&sLL|$O:create", names, as_path, &folder, &name, &before, &after,
                                     &host)) {
        return NULL;
    }
    PyObject *made = NULL;
    if (ext_as_entropy(PyType_GetModuleState((PyTypeObject *)type), &entropy, host)) {
        wf_authority *authority;
        wf_error error = wf_authority_create(&authority, text, folder == NULL ? NULL : PyBytes_AsString(folder), name,
                                             before, after, entropy);
        made = finish(type, host, authority, error, text);
    }
    Py_XDECREF(folder);
    return made;
}

static PyObject *open_folder(PyObject *type, PyObject *args) {
    PyObject *folder;
    char text[WF_AUTHORITY_TEXT_LEN];
    wf_authority *authority;
    if (!PyArg_ParseTuple(args, "O&:open", PyUnicode_FSConverter, &folder)) {
        return NULL;
    }
    wf_error error = wf_authority_open(&authority, text, PyBytes_AsString(folder), wf_entropy_system());
    Py_DECREF(folder);
    return finish(type, Py_None, authority, error, text);
}

static PyObject *close_folder(PyObject *object, PyObject *unused) {
    (void)unused;
    ca_object *self = (ca_object *)object;
    wf_authority_close(self->authority);
    self->authority = NULL;
    Py_RETURN_NONE;
}

static int traverse(PyObject *object, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(((ca_object *)object)->host);
    return 0;
}

/* Without its randomness an authority is of no use. */
static int clear(PyObject *object) {
    ca_object *self = (ca_object *)object;
    wf_authority_close(self->authority);
    self->authority = NULL;
    Py_CLEAR(self->host);
    return 0;
}

static void deallocate(PyObject *object) {
    PyObject_GC_UnTrack(object);
    (void)clear(object);
    ext_free(object);
}

/* ---- CAs ---- */

static PyObject *add_ca(PyObject *object, PyObject *args) {
    wf_authority *authority = open_one(object);
    const char *kind, *name;
    long long before, after;
    wf_authority_ca which;
    if (authority == NULL || !PyArg_ParseTuple(args, "ssLL:add_ca", &kind, &name, &before, &after) ||
        !as_ca(&which, kind)) {
        return NULL;
    }
    wf_error error = wf_authority_add_ca(authority, which, name, before, after);
    return error == WF_OK ? Py_NewRef(Py_None) : raise_of(object, error);
}

static PyObject *certificate(PyObject *object, PyObject *args) {
    wf_authority *authority = open_one(object);
    const char *kind;
    wf_authority_ca which;
    if (authority == NULL || !PyArg_ParseTuple(args, "s:certificate", &kind) || !as_ca(&which, kind)) {
        return NULL;
    }
    wf_bytes der = wf_authority_certificate(authority, which);
    return ext_from_optional_bytes(der.len > 0, der.at, der.len);
}

/* ---- issuing ---- */

static PyObject *identity_of(PyObject *object, const wf_identity_file *file) {
    uint8_t pem[PEM_LEN];
    const ext_state *state = ext_state_of(object);
    wf_writer text = wf_writer_of(pem, sizeof pem);
    wf_error error = wf_identity_pem_write(&text, &file->view);
    PyObject *made = error == WF_OK ? PyObject_CallMethod((PyObject *)state->identity, "from_pem", "y#",
                                                          (const char *)pem, (Py_ssize_t)text.len)
                                    : ext_raise(state, error, NULL);
    wf_wipe(pem, sizeof pem);
    return made;
}

/* The chain and the root, in DER. */
static PyObject *certificates_of(const wf_identity_file *file) {
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < file->view.chain_len + file->view.anchor_count; i++) {
        size_t place = i - file->view.chain_len;
        PyObject *item = ext_from_bytes(i < file->view.chain_len ? file->chain[i] : file->anchors[place]);
        if (item == NULL || PyList_Append(list, item) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(item);
    }
    return list;
}

static PyObject *issue(PyObject *object, PyObject *args) {
    wf_authority *authority = open_one(object);
    const char *role;
    Py_buffer number;
    wf_authority_order order = {0};
    long long before, after;
    if (authority == NULL ||
        !PyArg_ParseTuple(args, "sy*zLL:issue", &role, &number, &order.common_name, &before, &after)) {
        return NULL;
    }
    PyObject *made = NULL;
    order.number = number.buf;
    order.not_before = before;
    order.not_after = after;
    if (number.len != WF_NUMBER_LEN || !ext_as_role(&order.role, role)) {
        ext_raise(ext_state_of(object), WF_ERROR_ARGUMENT,
                  "a role (device, controller) goes with a number of 17 bytes");
    } else {
        wf_identity_file file;
        wf_error error = wf_authority_issue(authority, &file, &order);
        made = error == WF_OK ? identity_of(object, &file) : raise_of(object, error);
        wf_identity_file_wipe(&file);
    }
    PyBuffer_Release(&number);
    return made;
}

static PyObject *sign(PyObject *object, PyObject *args) {
    wf_authority *authority = open_one(object);
    const char *role;
    Py_buffer request, number = {0};
    wf_authority_order order = {0};
    long long before, after;
    if (authority == NULL ||
        !PyArg_ParseTuple(args, "y*zz*zLL:sign", &request, &role, &number, &order.common_name, &before, &after)) {
        return NULL;
    }
    PyObject *made = NULL;
    order.number = number.buf;
    order.not_before = before;
    order.not_after = after;
    if ((number.obj != NULL && number.len != WF_NUMBER_LEN) || !ext_as_role(&order.role, role)) {
        ext_raise(ext_state_of(object), WF_ERROR_ARGUMENT, "the role is device or controller, the number has 17 bytes");
    } else {
        wf_identity_file file;
        wf_error error = wf_authority_sign(authority, &file, ext_view(&request), &order);
        made = error == WF_OK ? certificates_of(&file) : raise_of(object, error);
    }
    PyBuffer_Release(&request);
    if (number.obj != NULL) {
        PyBuffer_Release(&number);
    }
    return made;
}

/* With zeros in front; false when it is too long for a serial number. */
static bool as_serial(uint8_t out[static WF_SERIAL_LEN], const Py_buffer *serial) {
    memset(out, 0, WF_SERIAL_LEN);
    if (serial->len > WF_SERIAL_LEN) {
        return false;
    }
    memcpy(out + WF_SERIAL_LEN - serial->len, serial->buf, (size_t)serial->len);
    return true;
}

static PyObject *renew(PyObject *object, PyObject *args) {
    wf_authority *authority = open_one(object);
    Py_buffer serial, request = {0};
    uint8_t padded[WF_SERIAL_LEN];
    long long before, after;
    if (authority == NULL || !PyArg_ParseTuple(args, "y*z*LL:renew", &serial, &request, &before, &after)) {
        return NULL;
    }
    wf_identity_file file;
    wf_error error = WF_ERROR_ARGUMENT;
    if (as_serial(padded, &serial)) {
        error = wf_authority_renew(authority, &file, padded, ext_view(&request), before, after);
    }
    PyObject *made = error == WF_OK ? certificates_of(&file) : raise_of(object, error);
    PyBuffer_Release(&serial);
    if (request.obj != NULL) {
        PyBuffer_Release(&request);
    }
    return made;
}

/* ---- revocation ---- */

static PyObject *revoke_one(PyObject *object, PyObject *args) {
    wf_authority *authority = open_one(object);
    Py_buffer serial;
    uint8_t padded[WF_SERIAL_LEN];
    long long now;
    int reason;
    if (authority == NULL || !PyArg_ParseTuple(args, "y*iL:revoke", &serial, &reason, &now)) {
        return NULL;
    }
    wf_error error = WF_ERROR_ARGUMENT;
    if (as_serial(padded, &serial)) {
        error = wf_authority_revoke(authority, padded, (wf_crl_reason)reason, now);
    }
    PyBuffer_Release(&serial);
    return error == WF_OK ? Py_NewRef(Py_None) : raise_of(object, error);
}

static PyObject *publish(PyObject *object, PyObject *args) {
    wf_authority *authority = open_one(object);
    const char *kind;
    wf_authority_ca which;
    long long this_update, next_update;
    if (authority == NULL || !PyArg_ParseTuple(args, "sLL:publish", &kind, &this_update, &next_update) ||
        !as_ca(&which, kind)) {
        return NULL;
    }
    wf_bytes der;
    wf_error error = wf_authority_publish(authority, &der, which, this_update, next_update);
    return error == WF_OK ? ext_from_bytes(der) : raise_of(object, error);
}

/* (certificate, issuer's, revoked at or None, reason), the oldest first. */
static PyObject *entries(PyObject *object, PyObject *unused) {
    (void)unused;
    const wf_authority *authority = open_one(object);
    PyObject *list = authority == NULL ? NULL : PyList_New(0);
    for (size_t i = 0; list != NULL && i < wf_authority_count(authority); i++) {
        wf_authority_entry entry;
        wf_error error = wf_authority_at(authority, &entry, i);
        if (error != WF_OK) {
            Py_DECREF(list);
            return raise_of(object, error);
        }
        wf_bytes der = entry.certificate.der;
        PyObject *at = entry.revoked ? PyLong_FromLongLong(entry.revoked_at) : Py_NewRef(Py_None);
        PyObject *item =
            at == NULL ? NULL : Py_BuildValue("y#iNi", der.at, (Py_ssize_t)der.len, entry.issuer, at, entry.reason);
        if (item == NULL || PyList_Append(list, item) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(item);
    }
    return list;
}

static PyMethodDef methods[] = {
    {"create", EXT_METHOD(create), METH_VARARGS | METH_KEYWORDS | METH_CLASS,
     "create($type, folder, name, not_before, not_after, *, entropy=None)\n--\n\nA new authority in a folder, or in "
     "memory when that is None."},
    {"open", open_folder, METH_VARARGS | METH_CLASS, "open($type, folder, /)\n--\n\nThe authority in that folder."},
    {"close", close_folder, METH_NOARGS, "close($self, /)\n--\n\nWipes its keys; the folder is free."},
    {"add_ca", add_ca, METH_VARARGS, "add_ca($self, kind, name, not_before, not_after, /)\n--\n\nA CA under the root."},
    {"certificate", certificate, METH_VARARGS,
     "certificate($self, kind, /)\n--\n\nThe certificate of a CA in DER, or None."},
    {"issue", issue, METH_VARARGS,
     "issue($self, role, number, name, not_before, not_after, /)\n--\n\nAn Identity with a new key."},
    {"sign", sign, METH_VARARGS,
     "sign($self, request, role, number, name, not_before, not_after, /)\n--\n\nChain and root for the key of a "
     "request "
     "(PKCS#10, DER)."},
    {"renew", renew, METH_VARARGS,
     "renew($self, serial, request, not_before, not_after, /)\n--\n\nChain and root for the same subject and role."},
    {"revoke", revoke_one, METH_VARARGS,
     "revoke($self, serial, reason, now, /)\n--\n\nPuts a certificate on its issuer's next list."},
    {"publish", publish, METH_VARARGS,
     "publish($self, kind, this_update, next_update, /)\n--\n\nThe next list of a CA, in DER."},
    {"entries", entries, METH_NOARGS,
     "entries($self, /)\n--\n\n(certificate, number of the issuer, revoked at or None, reason), the oldest first."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "An authority, as the C core has it: see warifu.Authority."},
    {Py_tp_dealloc, EXT_SLOT(deallocate)},
    {Py_tp_traverse, EXT_SLOT(traverse)},
    {Py_tp_clear, EXT_SLOT(clear)},
    {Py_tp_methods, methods},
    {0, NULL},
};
static PyType_Spec spec = {
    .name = "warifu._warifu.Ca",
    .basicsize = sizeof(ca_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};

int ext_add_authority(PyObject *module, ext_state *state) {
    state->ca = (PyTypeObject *)PyType_FromModuleAndSpec(module, &spec, NULL);
    return state->ca == NULL ? -1 : PyModule_AddType(module, state->ca);
}

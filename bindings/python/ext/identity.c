/* Identity: a key, its certificates and the trusted roots. The key is shown to nobody but a file or PEM text. */
#include "identity.h"
#include "module.h"
#include <errno.h>
#include <string.h>
#include <warifu/pkcs11.h>

enum { PEM_LEN = 16384 }; /* what the core reads at most */

typedef struct identity_object {
    PyObject_HEAD ext_guard guard;
    wf_identity_file file;
    wf_pkcs11 *token;   /* holds the key, where it is not in `file` */
    wf_certificate own; /* of the end certificate, or the root of an authority */
} identity_object;

const wf_identity *ext_identity_view(PyObject *identity) {
    return &((identity_object *)identity)->file.view;
}

/* A token's session is its process's own. */
static bool usable(const identity_object *self) {
    return self->token == NULL || ext_guard_check(&self->guard, ext_state_of((PyObject *)self));
}

bool ext_as_identity(const ext_state *state, PyObject **out, PyObject *object) {
    *out = object == Py_None ? NULL : object;
    if (*out == NULL) {
        return true;
    }
    if (!Py_IS_TYPE(object, state->identity)) {
        PyErr_SetString(PyExc_TypeError, "identity and former must be an Identity or None");
        return false;
    }
    return usable((identity_object *)object);
}

const uint8_t *ext_identity_number(PyObject *identity) {
    const wf_certificate *own = &((identity_object *)identity)->own;
    return own->has_number ? own->number : NULL;
}

static wf_bytes own_certificate(const identity_object *self) {
    return self->file.view.chain_len > 0 ? self->file.chain[0] : self->file.anchors[0];
}

/* Takes over `self`: a half-made object goes with the error. */
static PyObject *finish(identity_object *self, wf_error error, const char *detail) {
    if (error == WF_OK) {
        error = wf_certificate_parse(&self->own, own_certificate(self));
    }
    if (error == WF_OK) {
        return (PyObject *)self;
    }
    ext_raise(ext_state_of((PyObject *)self), error, detail);
    Py_DECREF(self);
    return NULL;
}

/* Whether the key belongs to the certificate takes work on the curve. */
PyObject *ext_identity_from_pem(const ext_state *state, wf_bytes text) {
    identity_object *self = (identity_object *)ext_allocate(state->identity);
    if (self == NULL) {
        return NULL;
    }
    wf_error error;
    Py_BEGIN_ALLOW_THREADS;
    error = wf_identity_pem_read(&self->file, text);
    Py_END_ALLOW_THREADS;
    return finish(self, error, NULL);
}

static PyObject *from_pem(PyObject *type, PyObject *args) {
    PyObject *text;
    if (!PyArg_ParseTuple(args, "O&:from_pem", ext_as_text, &text)) {
        return NULL;
    }
    PyObject *made = ext_identity_from_pem(ext_state_of_class(type), ext_view_bytes(text));
    Py_DECREF(text);
    return made;
}

static wf_error open_token(identity_object *self, char text[static WF_PKCS11_TEXT_LEN], const wf_pkcs11_place *place,
                           wf_bytes certificates) {
    text[0] = '\0';
    wf_certificate own;
    wf_error error = wf_identity_pem_read_public(&self->file, certificates);
    if (error == WF_OK) {
        error = wf_certificate_parse(&own, own_certificate(self));
    }
    if (error == WF_OK) {
        error = wf_pkcs11_open(&self->token, text, place);
    }
    if (error == WF_OK) {
        self->file.view.signer = wf_pkcs11_signer(self->token);
        bool same = memcmp(own.public_key, self->file.view.signer.public_key, sizeof own.public_key) == 0;
        error = same ? WF_OK : WF_ERROR_KEY;
    }
    return error;
}

static PyObject *from_pkcs11(PyObject *type, PyObject *args, PyObject *keywords) {
    static char *names[] = {"certificates", "module", "token", "key", "pin", NULL};
    PyObject *text, *module = NULL;
    wf_pkcs11_place place = {0};
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O&|$O&zzz:from_pkcs11", names, ext_as_text, &text,
                                     PyUnicode_FSConverter, &module, &place.token, &place.key, &place.pin)) {
        return NULL;
    }
    PyObject *made = NULL;
    identity_object *self = NULL;
    if (module == NULL) {
        PyErr_SetString(PyExc_TypeError, "from_pkcs11() needs module=, the path of a PKCS#11 module");
    } else if ((self = (identity_object *)ext_allocate((PyTypeObject *)type)) != NULL) {
        char detail[WF_PKCS11_TEXT_LEN];
        wf_error error;
        wf_bytes certificates = ext_view_bytes(text);
        self->guard = ext_guard_open();
        place.module = PyBytes_AsString(module);
        Py_BEGIN_ALLOW_THREADS;
        error = open_token(self, detail, &place, certificates);
        Py_END_ALLOW_THREADS;
        made = finish(self, error, detail[0] == '\0' ? NULL : detail);
    }
    Py_XDECREF(module);
    Py_DECREF(text);
    return made;
}

static PyObject *load(PyObject *type, PyObject *args) {
    PyObject *path;
    if (!PyArg_ParseTuple(args, "O&:load", PyUnicode_FSConverter, &path)) {
        return NULL;
    }
    PyObject *made = NULL;
    identity_object *self = (identity_object *)ext_allocate((PyTypeObject *)type);
    if (self != NULL) {
        const char *at = PyBytes_AsString(path);
        wf_error error;
        int number;
        Py_BEGIN_ALLOW_THREADS;
        errno = 0;
        error = wf_identity_file_load(&self->file, at);
        number = errno;
        Py_END_ALLOW_THREADS;
        if (error == WF_OK) {
            made = finish(self, WF_OK, NULL);
        } else {
            ext_raise_path(ext_state_of((PyObject *)self), error, number, "read", at);
            Py_DECREF(self);
        }
    }
    Py_DECREF(path);
    return made;
}

static PyObject *save(PyObject *object, PyObject *args) {
    PyObject *path;
    if (!PyArg_ParseTuple(args, "O&:save", PyUnicode_FSConverter, &path)) {
        return NULL;
    }
    const char *at = PyBytes_AsString(path);
    errno = 0;
    wf_error error = wf_identity_file_save(at, ext_identity_view(object));
    PyObject *result =
        error == WF_OK ? Py_NewRef(Py_None) : ext_raise_path(ext_state_of(object), error, errno, "write", at);
    Py_DECREF(path);
    return result;
}

static PyObject *to_pem(PyObject *object, PyObject *unused) {
    (void)unused;
    uint8_t text[PEM_LEN];
    wf_writer writer = wf_writer_of(text, sizeof text);
    wf_error error = wf_identity_pem_write(&writer, &((identity_object *)object)->file.view);
    PyObject *result = error == WF_OK ? PyUnicode_FromStringAndSize((const char *)text, (Py_ssize_t)writer.len)
                                      : ext_raise(ext_state_of(object), error, NULL);
    wf_wipe(text, sizeof text);
    return result;
}

static PyObject *list_of(const wf_bytes *items, size_t count) {
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < count; i++) {
        ext_append(&list, ext_from_bytes(items[i]));
    }
    return list;
}

static PyObject *get_chain(PyObject *object, void *unused) {
    (void)unused;
    const wf_identity *view = ext_identity_view(object);
    return list_of(view->chain, view->chain_len);
}

static PyObject *get_anchors(PyObject *object, void *unused) {
    (void)unused;
    const wf_identity *view = ext_identity_view(object);
    return list_of(view->anchors, view->anchor_count);
}

static PyObject *get_number(PyObject *object, void *unused) {
    (void)unused;
    const wf_certificate *own = &((identity_object *)object)->own;
    return ext_from_optional_bytes(own->has_number, own->number, sizeof own->number);
}

static PyObject *get_role(PyObject *object, void *unused) {
    (void)unused;
    return ext_from_role(((identity_object *)object)->own.role);
}

static PyObject *get_certificate(PyObject *object, void *unused) {
    (void)unused;
    return ext_from_bytes(own_certificate((identity_object *)object));
}

static PyObject *get_fingerprint(PyObject *object, void *unused) {
    (void)unused;
    uint8_t fingerprint[WF_HASH_LEN];
    wf_error error = wf_certificate_fingerprint(fingerprint, own_certificate((identity_object *)object));
    return error == WF_OK ? ext_from_bytes(wf_bytes_of(fingerprint, sizeof fingerprint))
                          : ext_raise(ext_state_of(object), error, NULL);
}

static PyObject *repr(PyObject *object) {
    const wf_certificate *own = &((identity_object *)object)->own;
    char number[2 * WF_NUMBER_LEN + 1];
    if (own->role == WF_ROLE_NONE) {
        return PyUnicode_FromFormat("<warifu.Identity %s>", own->is_ca ? "authority" : "without a role");
    }
    ext_hex(number, own->number, own->has_number ? WF_NUMBER_LEN : 0);
    return PyUnicode_FromFormat("<warifu.Identity %s %s>", own->role == WF_ROLE_DEVICE ? "device" : "controller",
                                number);
}

static void deallocate(PyObject *object) {
    identity_object *self = (identity_object *)object;
    PyObject_GC_UnTrack(object);
    if (self->token != NULL && ext_guard_is_own(&self->guard)) {
        wf_pkcs11_close(self->token);
    }
    wf_identity_file_wipe(&self->file);
    ext_free(object);
}

static PyObject *refuse_copy(PyObject *object, PyObject *unused) {
    (void)unused;
    PyErr_Format(PyExc_TypeError, "%R holds a private key: use save() or to_pem()", object);
    return NULL;
}

static PyMethodDef methods[] = {
    {"from_pem", from_pem, METH_VARARGS | METH_CLASS,
     "from_pem($type, text, /)\n--\n\nReads PEM text: a PKCS#8 key, the own chain, and the trusted roots "
     "(self-issued).\n\n"
     "Raises Pem, Der, errors.Certificate, errors.Key, TooSmall."},
    {"from_pkcs11", EXT_METHOD(from_pkcs11), METH_VARARGS | METH_KEYWORDS | METH_CLASS,
     "from_pkcs11($type, certificates, *, module, token=None, key=None, pin=None)\n--\n\nAn identity whose private key "
     "stays in a PKCS#11 token.\n\n`certificates` is PEM text: the own chain and the trusted roots. `module` is the "
     "path of the token maker's module,\n`token` and `key` are labels, needed where there are several; without `pin` "
     "nobody logs in. It can't be\nsaved. Raises Token, errors.Key (the certificate is for another key), Pem, Der, "
     "errors.Certificate."},
    {"load", load, METH_VARARGS | METH_CLASS,
     "load($type, path, /)\n--\n\nReads an identity file; it must be readable by its owner only.\n\n"
     "Raises errors.Store, Pem, Der, errors.Certificate, errors.Key, TooSmall."},
    {"save", save, METH_VARARGS,
     "save($self, path, /)\n--\n\nWrites the file whole or not at all, mode 0600. Raises errors.Store."},
    {"to_pem", to_pem, METH_NOARGS,
     "to_pem($self, /)\n--\n\nThe PEM text, private key included: treat it as a secret."},
    {"__reduce__", refuse_copy, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef members[] = {
    {"chain", get_chain, NULL, "Own certificates in DER, end certificate first, without the root.", NULL},
    {"anchors", get_anchors, NULL, "Trusted root certificates in DER.", NULL},
    {"certificate", get_certificate, NULL, "The own certificate in DER; of an authority its root.", NULL},
    {"number", get_number, NULL, "Identification number (17 bytes), or None.", NULL},
    {"role", get_role, NULL, "\"device\", \"controller\" or None.", NULL},
    {"fingerprint", get_fingerprint, NULL, "SHA-256 of the own certificate.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "A key, its certificates and the trusted roots. Made by an Authority or loaded from a file."},
    {Py_tp_dealloc, EXT_SLOT(deallocate)},
    {Py_tp_traverse, EXT_SLOT(ext_traverse)},
    {Py_tp_repr, EXT_SLOT(repr)},
    {Py_tp_methods, methods},
    {Py_tp_getset, members},
    {0, NULL},
};

int ext_add_identity(PyObject *module, ext_state *state) {
    return ext_add_type(module, &state->identity, "warifu.Identity", sizeof(identity_object), slots);
}

/* SetupCode: what a device's label says. Its secret is shown by text() and qr() and by nothing else. */
#include "setup_code.h"
#include "identity.h"
#include "module.h"
#include "sim.h"
#include <errno.h>
#include <string.h>
#include <warifu/qr.h>
#include <warifu/setup_code_file.h>

typedef struct code_object {
    PyObject_HEAD wf_setup_code code;
} code_object;

static const wf_setup_code *code_of(PyObject *object) {
    return &((code_object *)object)->code;
}

bool ext_as_setup_code(const ext_state *state, const wf_setup_code **out, PyObject *object) {
    *out = NULL;
    if (object == Py_None) {
        return true;
    }
    if (!Py_IS_TYPE(object, state->setup_code)) {
        PyErr_SetString(PyExc_TypeError, "a set-up code must be a SetupCode or None");
        return false;
    }
    *out = code_of(object);
    return true;
}

/* Takes over `self`: a half-made object goes with the error. */
static PyObject *finish(code_object *self, wf_error error, const char *detail) {
    if (error == WF_OK) {
        return (PyObject *)self;
    }
    ext_raise(ext_state_of((PyObject *)self), error, detail);
    Py_DECREF(self);
    return NULL;
}

static PyObject *parse(PyObject *type, PyObject *args) {
    const char *text;
    Py_ssize_t len;
    char said[WF_SETUP_CODE_SAYING_LEN];
    wf_setup_code_fault fault;
    if (!PyArg_ParseTuple(args, "s#:parse", &text, &len)) {
        return NULL;
    }
    code_object *self = (code_object *)ext_allocate((PyTypeObject *)type);
    if (self == NULL) {
        return NULL;
    }
    wf_error error = wf_setup_code_parse(&self->code, text, (size_t)len, &fault);
    wf_setup_code_say(said, &fault);
    return finish(self, error, said);
}

/* The key of an Identity, or 64 bytes. */
static bool as_public_key(const ext_state *state, uint8_t out[static WF_P256_PUBLIC_LEN], PyObject *object) {
    Py_buffer bytes;
    if (Py_IS_TYPE(object, state->identity)) {
        memcpy(out, ext_identity_view(object)->signer.public_key, WF_P256_PUBLIC_LEN);
        return true;
    }
    if (PyObject_GetBuffer(object, &bytes, PyBUF_SIMPLE) < 0) {
        PyErr_SetString(PyExc_TypeError, "key must be an Identity or bytes");
        return false;
    }
    bool copied = ext_copy_exact(state, out, WF_P256_PUBLIC_LEN, &bytes, "key");
    PyBuffer_Release(&bytes);
    return copied;
}

static wf_error make_code(wf_setup_code *out, const uint8_t public_key[static WF_P256_PUBLIC_LEN], wf_entropy entropy) {
    wf_drbg drbg;
    wf_bytes none = wf_bytes_of(NULL, 0);
    wf_error error = wf_drbg_start(&drbg, entropy, none, none);
    if (error == WF_OK) {
        error = wf_setup_code_make(out, public_key, &drbg);
    }
    wf_drbg_wipe(&drbg);
    return error;
}

static PyObject *make(PyObject *type, PyObject *args, PyObject *keywords) {
    static char *names[] = {"key", "entropy", NULL};
    PyObject *key, *host = Py_None;
    uint8_t public_key[WF_P256_PUBLIC_LEN];
    wf_entropy entropy;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|$O:make", names, &key, &host)) {
        return NULL;
    }
    const ext_state *state = ext_state_of_class(type);
    if (!as_public_key(state, public_key, key) || !ext_as_entropy(state, &entropy, host)) {
        return NULL;
    }
    code_object *self = (code_object *)ext_allocate((PyTypeObject *)type);
    return self == NULL ? NULL : finish(self, make_code(&self->code, public_key, entropy), NULL);
}

/* The same for files. */
static PyObject *finish_file(code_object *self, wf_error error, int number, PyObject *path) {
    if (error == WF_OK) {
        return (PyObject *)self;
    }
    ext_raise_path(ext_state_of((PyObject *)self), error, number, "read", PyBytes_AsString(path));
    Py_DECREF(self);
    return NULL;
}

static PyObject *load(PyObject *type, PyObject *args) {
    PyObject *path;
    if (!PyArg_ParseTuple(args, "O&:load", PyUnicode_FSConverter, &path)) {
        return NULL;
    }
    PyObject *made = NULL;
    code_object *self = (code_object *)ext_allocate((PyTypeObject *)type);
    if (self != NULL) {
        errno = 0;
        wf_error error = wf_setup_code_file_load(&self->code, PyBytes_AsString(path));
        made = finish_file(self, error, errno, path);
    }
    Py_DECREF(path);
    return made;
}

static PyObject *load_or_make(PyObject *type, PyObject *args) {
    PyObject *path, *key;
    uint8_t public_key[WF_P256_PUBLIC_LEN];
    if (!PyArg_ParseTuple(args, "O&O:load_or_make", PyUnicode_FSConverter, &path, &key)) {
        return NULL;
    }
    PyObject *made = NULL;
    code_object *self = NULL;
    if (as_public_key(ext_state_of_class(type), public_key, key)) {
        self = (code_object *)ext_allocate((PyTypeObject *)type);
    }
    if (self != NULL) {
        errno = 0;
        wf_error error =
            wf_setup_code_file_load_or_make(&self->code, PyBytes_AsString(path), public_key, wf_entropy_system());
        made = finish_file(self, error, errno, path);
    }
    Py_DECREF(path);
    return made;
}

static PyObject *save(PyObject *object, PyObject *args) {
    PyObject *path;
    if (!PyArg_ParseTuple(args, "O&:save", PyUnicode_FSConverter, &path)) {
        return NULL;
    }
    errno = 0;
    wf_error error = wf_setup_code_file_save(PyBytes_AsString(path), code_of(object));
    PyObject *result = error == WF_OK
                           ? Py_NewRef(Py_None)
                           : ext_raise_path(ext_state_of(object), error, errno, "write", PyBytes_AsString(path));
    Py_DECREF(path);
    return result;
}

static PyObject *text(PyObject *object, PyObject *args, PyObject *keywords) {
    static char *names[] = {"grouped", NULL};
    char out[WF_SETUP_CODE_GROUPED_LEN + 1];
    int grouped = 0;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|$p:text", names, &grouped)) {
        return NULL;
    }
    if (grouped) {
        wf_setup_code_write_grouped(out, code_of(object));
    } else {
        wf_setup_code_write(out, code_of(object));
    }
    PyObject *result = PyUnicode_FromString(out);
    wf_wipe(out, sizeof out);
    return result;
}

static PyObject *qr(PyObject *object, PyObject *args, PyObject *keywords) {
    static char *names[] = {"ascii", "invert", NULL};
    char out[WF_SETUP_CODE_TEXT_LEN + 1], *drawing = NULL;
    int ascii = 0, invert = 0;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|$pp:qr", names, &ascii, &invert)) {
        return NULL;
    }
    wf_setup_code_write(out, code_of(object));
    wf_error error = wf_qr_draw(&drawing, out, (ascii ? WF_QR_ASCII : 0u) | (invert ? WF_QR_INVERT : 0u));
    wf_wipe(out, sizeof out);
    PyObject *result = error == WF_OK ? PyUnicode_FromString(drawing) : ext_raise(ext_state_of(object), error, NULL);
    wf_qr_free(drawing);
    return result;
}

static PyObject *belongs_to(PyObject *object, PyObject *key) {
    uint8_t public_key[WF_P256_PUBLIC_LEN];
    const ext_state *state = ext_state_of(object);
    if (!as_public_key(state, public_key, key)) {
        return NULL;
    }
    wf_error error = wf_setup_code_check_key(code_of(object), public_key);
    return error == WF_OK || error == WF_ERROR_WRONG_DEVICE ? PyBool_FromLong(error == WF_OK)
                                                            : ext_raise(state, error, NULL);
}

static PyObject *get_fingerprint(PyObject *object, void *unused) {
    (void)unused;
    return ext_from_bytes(wf_bytes_of(code_of(object)->spki_hash, WF_HASH_LEN));
}

static PyObject *repr(PyObject *object) {
    char name[17];
    ext_hex(name, code_of(object)->spki_hash, sizeof name / 2);
    return PyUnicode_FromFormat("<warifu.SetupCode of the key %s...>", name);
}

static PyObject *compare(PyObject *object, PyObject *other, int operation) {
    if ((operation != Py_EQ && operation != Py_NE) || !Py_IS_TYPE(other, Py_TYPE(object))) {
        return Py_NewRef(Py_NotImplemented);
    }
    bool hashes = wf_equal_secret(code_of(object)->spki_hash, code_of(other)->spki_hash, WF_HASH_LEN);
    bool secrets = wf_equal_secret(code_of(object)->secret, code_of(other)->secret, WF_SETUP_CODE_SECRET_LEN);
    return PyBool_FromLong((hashes & secrets) == (operation == Py_EQ));
}

static void deallocate(PyObject *object) {
    PyObject_GC_UnTrack(object);
    wf_setup_code_wipe(&((code_object *)object)->code);
    ext_free(object);
}

static PyObject *refuse_copy(PyObject *object, PyObject *unused) {
    (void)unused;
    PyErr_Format(PyExc_TypeError, "%R holds a secret: use text()", object);
    return NULL;
}

static PyMethodDef methods[] = {
    {"parse", parse, METH_VARARGS | METH_CLASS,
     "parse($type, text, /)\n--\n\nReads a code as scanned or typed: lower case, blanks and hyphens don't matter.\n\n"
     "Raises errors.NotACode, which says what is wrong, where, and never the code itself."},
    {"make", EXT_METHOD(make), METH_VARARGS | METH_KEYWORDS | METH_CLASS,
     "make($type, key, *, entropy=None)\n--\n\nA new code, with a fresh secret, for the device with this key: an "
     "Identity, or a public key as x and y (64 bytes).\n\nRaises errors.Point, errors.Entropy."},
    {"load", load, METH_VARARGS | METH_CLASS,
     "load($type, path, /)\n--\n\nReads a file with a code; it must be readable by its owner only.\n\n"
     "Raises errors.Store, NotACode."},
    {"load_or_make", load_or_make, METH_VARARGS | METH_CLASS,
     "load_or_make($type, path, key, /)\n--\n\nReads the file; where there is none, makes a code for the device with "
     "this key\n(an Identity, or 64 bytes) and keeps it there, mode 0600: so a device has the same code after each\n"
     "restart.\n\nRaises errors.Store, NotACode, WrongDevice (the file's code is for another key), errors.Entropy."},
    {"save", save, METH_VARARGS,
     "save($self, path, /)\n--\n\nWrites the file whole or not at all, mode 0600. Raises errors.Store."},
    {"text", EXT_METHOD(text), METH_VARARGS | METH_KEYWORDS,
     "text($self, *, grouped=False)\n--\n\nThe code itself, secret included: with `grouped` in groups of four, for "
     "people who type it."},
    {"qr", EXT_METHOD(qr), METH_VARARGS | METH_KEYWORDS,
     "qr($self, *, ascii=False, invert=False)\n--\n\nThe code as a QR code of block characters, or of `##` with "
     "`ascii`: for light writing on a dark ground, with `invert` for dark writing on a light one."},
    {"belongs_to", belongs_to, METH_O,
     "belongs_to($self, key, /)\n--\n\nIs it the code of the device with this key (an Identity, or 64 bytes)?"},
    {"__reduce__", refuse_copy, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef members[] = {
    {"fingerprint", get_fingerprint, NULL, "SHA-256 of the device's SubjectPublicKeyInfo: no secret.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "The set-up code of a device: which key it has, and a secret that only its owner can know.\n\n"
                "Codes compare in constant time; they have no hash and are not pickled."},
    {Py_tp_dealloc, EXT_SLOT(deallocate)},
    {Py_tp_traverse, EXT_SLOT(ext_traverse)},
    {Py_tp_repr, EXT_SLOT(repr)},
    {Py_tp_richcompare, EXT_SLOT(compare)},
    {Py_tp_hash, EXT_SLOT(PyObject_HashNotImplemented)},
    {Py_tp_methods, methods},
    {Py_tp_getset, members},
    {0, NULL},
};

int ext_add_setup_code(PyObject *module, ext_state *state) {
    return ext_add_type(module, &state->setup_code, "warifu.SetupCode", sizeof(code_object), slots);
}

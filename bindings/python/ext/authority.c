/* Ca: an authority, in a folder or in memory, thin over <warifu/authority.h>. Its life, and what it holds; what it
 * issues is in authority_issue.c. */
#include "authority.h"
#include "module.h"
#include "sim.h"
#include <string.h>

bool ca_enter(ca_object *self) {
    return ext_guard_enter(&self->guard, ext_state_of((PyObject *)self));
}

void ca_leave(ca_object *self) {
    ext_guard_leave(&self->guard);
}

PyObject *ca_raise(const ca_object *self, wf_error error) {
    const char *text = wf_authority_text(self->authority);
    return ext_raise(ext_state_of((PyObject *)(uintptr_t)self), error, text[0] == '\0' ? NULL : text);
}

int ca_as_kind(PyObject *object, void *out) {
    static const char *const names[WF_CA_COUNT] = {"root", "issuing", "devices", "controllers"};
    const char *name = PyUnicode_AsUTF8AndSize(object, NULL);
    for (unsigned i = 0; name != NULL && i < WF_CA_COUNT; i++) {
        if (strcmp(name, names[i]) == 0) {
            *(wf_authority_ca *)out = (wf_authority_ca)i;
            return 1;
        }
    }
    if (name != NULL) {
        PyErr_Format(PyExc_ValueError, "'%s' is not root, issuing, devices or controllers", name);
    }
    return 0;
}

/* ---- making and opening ---- */

/* What a call that makes an authority is given, and gives. */
typedef struct opening {
    const char *folder, *name;
    long long not_before, not_after;
    wf_entropy entropy;
    wf_authority *made;
    char text[WF_AUTHORITY_TEXT_LEN];
} opening;

static PyObject *finish(PyObject *type, PyObject *host, const opening *given, wf_error error) {
    if (error != WF_OK) {
        return ext_raise(ext_state_of_class(type), error, given->text[0] == '\0' ? NULL : given->text);
    }
    ca_object *self = (ca_object *)ext_allocate((PyTypeObject *)type);
    if (self == NULL) {
        wf_authority_close(given->made);
        return NULL;
    }
    self->guard = ext_guard_open();
    self->guard.keeps_gil = host != Py_None;
    self->authority = given->made;
    self->host = Py_NewRef(host);
    return (PyObject *)self;
}

static wf_error create_one(opening *given) {
    return wf_authority_create(&given->made, given->text, given->folder, given->name, given->not_before,
                               given->not_after, given->entropy);
}

static PyObject *create(PyObject *type, PyObject *args, PyObject *keywords) {
    static char *names[] = {"folder", "name", "not_before", "not_after", "entropy", NULL};
    PyObject *folder = NULL, *host = Py_None, *made = NULL;
    opening given = {0};
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O&sLL|$O:create", names, ext_as_path, &folder, &given.name,
                                     &given.not_before, &given.not_after, &host)) {
        return NULL;
    }
    if (ext_as_entropy(ext_state_of_class(type), &given.entropy, host)) {
        ext_guard work = {.keeps_gil = host != Py_None};
        given.folder = folder == NULL ? NULL : PyBytes_AsString(folder);
        ext_guard_release_gil(&work);
        wf_error error = create_one(&given);
        ext_guard_take_gil(&work);
        made = finish(type, host, &given, error);
    }
    Py_XDECREF(folder);
    return made;
}

static PyObject *open_folder(PyObject *type, PyObject *args) {
    PyObject *folder;
    opening given = {.entropy = wf_entropy_system()};
    if (!PyArg_ParseTuple(args, "O&:open", PyUnicode_FSConverter, &folder)) {
        return NULL;
    }
    given.folder = PyBytes_AsString(folder);
    wf_error error;
    Py_BEGIN_ALLOW_THREADS;
    error = wf_authority_open(&given.made, given.text, given.folder, given.entropy);
    Py_END_ALLOW_THREADS;
    Py_DECREF(folder);
    return finish(type, Py_None, &given, error);
}

static void shut(ca_object *self) {
    self->guard.open = false;
    wf_authority_close(self->authority);
    self->authority = NULL;
}

static PyObject *close_folder(PyObject *object, PyObject *unused) {
    ca_object *self = (ca_object *)object;
    (void)unused;
    if (self->guard.open) {
        if (!ca_enter(self)) {
            return NULL;
        }
        shut(self);
        ca_leave(self);
    }
    return Py_NewRef(Py_None);
}

static int traverse(PyObject *object, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(((ca_object *)object)->host);
    return 0;
}

/* Without its randomness an authority is of no use. */
static int clear(PyObject *object) {
    ca_object *self = (ca_object *)object;
    shut(self);
    Py_CLEAR(self->host);
    return 0;
}

static void deallocate(PyObject *object) {
    PyObject_GC_UnTrack(object);
    (void)clear(object);
    ext_free(object);
}

/* ---- what it holds ---- */

static PyObject *certificate(PyObject *object, PyObject *args) {
    ca_object *self = (ca_object *)object;
    wf_authority_ca which;
    if (!PyArg_ParseTuple(args, "O&:certificate", ca_as_kind, &which) || !ca_enter(self)) {
        return NULL;
    }
    wf_bytes der = wf_authority_certificate(self->authority, which);
    PyObject *result = ext_from_optional_bytes(der.len > 0, der.at, der.len);
    ca_leave(self);
    return result;
}

static PyObject *entry_row(const wf_authority_entry *entry) {
    PyObject *at = entry->revoked ? PyLong_FromLongLong(entry->revoked_at) : Py_NewRef(Py_None);
    return Py_BuildValue("(NiNi)", ext_from_bytes(entry->certificate.der), (int)entry->issuer, at, (int)entry->reason);
}

static PyObject *entries(PyObject *object, PyObject *unused) {
    ca_object *self = (ca_object *)object;
    (void)unused;
    if (!ca_enter(self)) {
        return NULL;
    }
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < wf_authority_count(self->authority); i++) {
        wf_authority_entry entry;
        wf_error error = wf_authority_at(self->authority, &entry, i);
        ext_append(&list, error == WF_OK ? entry_row(&entry) : ca_raise(self, error));
    }
    ca_leave(self);
    return list;
}

static PyMethodDef methods[] = {
    {"create", EXT_METHOD(create), METH_VARARGS | METH_KEYWORDS | METH_CLASS,
     "create($type, folder, name, not_before, not_after, *, entropy=None)\n--\n\nA new authority in a folder, or in "
     "memory when that is None."},
    {"open", open_folder, METH_VARARGS | METH_CLASS, "open($type, folder, /)\n--\n\nThe authority in that folder."},
    {"close", close_folder, METH_NOARGS, "close($self, /)\n--\n\nWipes its keys; the folder is free."},
    {"add_ca", ca_add_ca, METH_VARARGS,
     "add_ca($self, kind, name, not_before, not_after, /)\n--\n\nA CA under the root."},
    {"certificate", certificate, METH_VARARGS,
     "certificate($self, kind, /)\n--\n\nThe certificate of a CA in DER, or None."},
    {"issue", ca_issue, METH_VARARGS,
     "issue($self, role, number, name, not_before, not_after, /)\n--\n\nAn Identity with a new key."},
    {"sign", ca_sign, METH_VARARGS,
     "sign($self, request, role, number, name, not_before, not_after, /)\n--\n\nChain and root for the key of a "
     "request "
     "(PKCS#10, DER)."},
    {"renew", ca_renew, METH_VARARGS,
     "renew($self, serial, request, not_before, not_after, /)\n--\n\nChain and root for the same subject and role."},
    {"revoke", ca_revoke, METH_VARARGS,
     "revoke($self, serial, reason, now, /)\n--\n\nPuts a certificate on its issuer's next list."},
    {"publish", ca_publish, METH_VARARGS,
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

int ext_add_authority(PyObject *module, ext_state *state) {
    return ext_add_type(module, &state->ca, "warifu._warifu.Ca", sizeof(ca_object), slots);
}

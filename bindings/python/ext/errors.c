/* The exceptions, made from the one error table. Each is also the builtin of its nature. */
#include "extension.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static PyObject *builtin_of(wf_nature nature) {
    switch (nature) {
    case WF_NATURE_VALUE:
        return PyExc_ValueError;
    case WF_NATURE_USAGE:
        return PyExc_RuntimeError;
    case WF_NATURE_DENIED:
        return PyExc_PermissionError;
    case WF_NATURE_TIMEOUT:
        return PyExc_TimeoutError;
    case WF_NATURE_LINK:
        return PyExc_ConnectionError;
    case WF_NATURE_LOOKUP:
        return PyExc_KeyError;
    case WF_NATURE_SYSTEM:
        return PyExc_OSError;
    case WF_NATURE_CRYPTO:
    case WF_NATURE_NONE:
        break;
    }
    return NULL;
}

static const char *nature_text(wf_nature nature) {
    static const char *const texts[] = {"none",    "value", "usage",  "crypto", "denied",
                                        "timeout", "link",  "lookup", "system"};
    return (size_t)nature < sizeof texts / sizeof texts[0] ? texts[nature] : "none";
}

/* "warifu.errors.WindowClosed" of "WINDOW_CLOSED". */
static void class_name(char *out, size_t size, const char *upper) {
    size_t len = (size_t)snprintf(out, size, "warifu.errors.");
    bool capital = true;
    for (; *upper != '\0' && len + 1 < size; upper++) {
        if (*upper == '_') {
            capital = true;
            continue;
        }
        bool lower = !capital && *upper >= 'A' && *upper <= 'Z';
        out[len++] = lower ? (char)(*upper - 'A' + 'a') : *upper;
        capital = false;
    }
    out[len] = '\0';
}

/* KeyError prints its argument's repr and OSError its errno: ours read as sentences. */
static PyObject *base_attributes(void) {
    PyObject *text = PyObject_GetAttrString(PyExc_BaseException, "__str__");
    PyObject *attributes = text == NULL ? NULL
                                        : Py_BuildValue("{s:O,s:i,s:s,s:s,s:O,s:O}", "__str__", text, "code", 0, "name",
                                                        "", "hint", "", "address", Py_None, "peer", Py_None);
    Py_XDECREF(text);
    return attributes;
}

static PyObject *make_class(const ext_state *state, const wf_error_row *row) {
    char name[80], doc[320];
    class_name(name, sizeof name, row->name);
    snprintf(doc, sizeof doc, "%c%s (error %d): %s.", row->what[0] >= 'a' ? row->what[0] - 'a' + 'A' : row->what[0],
             row->what + 1, (int)row->code, row->next);
    PyObject *builtin = builtin_of(row->nature);
    PyObject *bases = builtin == NULL ? PyTuple_Pack(1, state->error) : PyTuple_Pack(2, state->error, builtin);
    PyObject *attributes = Py_BuildValue("{s:i,s:s,s:s}", "code", (int)row->code, "name", row->name, "hint", row->next);
    PyObject *made = NULL;
    if (bases != NULL && attributes != NULL) {
        made = PyErr_NewExceptionWithDoc(name, doc, bases, attributes);
    }
    Py_XDECREF(bases);
    Py_XDECREF(attributes);
    return made;
}

static int add_class(PyObject *module, const ext_state *state, const wf_error_row *row) {
    int failed = -1;
    PyObject *made = make_class(state, row);
    PyObject *code = PyLong_FromLong((long)row->code);
    PyObject *name = made == NULL ? NULL : PyObject_GetAttrString(made, "__name__");
    if (code != NULL && name != NULL) {
        failed =
            PyDict_SetItem(state->error_types, code, made) < 0 || PyObject_SetAttr(module, name, made) < 0 ? -1 : 0;
    }
    Py_XDECREF(name);
    Py_XDECREF(code);
    Py_XDECREF(made);
    return failed;
}

int ext_add_errors(PyObject *module, ext_state *state) {
    PyObject *attributes = base_attributes();
    if (attributes == NULL) {
        return -1;
    }
    state->error = PyErr_NewExceptionWithDoc("warifu.errors.Error",
                                             "The base of all errors of Warifu: `code`, `name` and `hint` are its row "
                                             "of the error table, `address` and `peer` say with whom, where known.",
                                             PyExc_Exception, attributes);
    Py_DECREF(attributes);
    state->error_types = PyDict_New();
    if (state->error == NULL || state->error_types == NULL ||
        PyModule_AddObjectRef(module, "Error", state->error) < 0) {
        return -1;
    }
    const wf_error_row *row;
    for (unsigned i = 0; (row = wf_error_at(i)) != NULL; i++) {
        if (row->code != WF_OK && add_class(module, state, row) < 0) {
            return -1;
        }
    }
    return 0;
}

/* "what happened: detail (address); what to do" */
static PyObject *sentence(const wf_error_row *row, const char *detail, const char *address) {
    return PyUnicode_FromFormat("%s%s%s%s%s%s; %s", row->what, detail == NULL ? "" : ": ", detail == NULL ? "" : detail,
                                address == NULL ? "" : " (", address == NULL ? "" : address, address == NULL ? "" : ")",
                                row->next);
}

PyObject *ext_make_error(const ext_state *state, wf_error error, const char *detail, const char *address) {
    const wf_error_row *row = wf_error_row_of(error);
    PyObject *made = NULL;
    PyObject *code = PyLong_FromLong((long)row->code);
    PyObject *text = sentence(row, detail, address);
    PyObject *type = code == NULL ? NULL : PyDict_GetItemWithError(state->error_types, code); /* borrowed */
    if (type == NULL && !PyErr_Occurred()) {
        type = state->error; /* success is no error: a mistake of ours, still not a crash */
    }
    if (type != NULL && text != NULL) {
        made = PyObject_CallFunctionObjArgs(type, text, NULL);
    }
    if (made != NULL && address != NULL) {
        PyObject *place = PyUnicode_FromString(address);
        if (place == NULL || PyObject_SetAttrString(made, "address", place) < 0) {
            Py_CLEAR(made);
        }
        Py_XDECREF(place);
    }
    Py_XDECREF(code);
    Py_XDECREF(text);
    return made;
}

static PyObject *raise_made(PyObject *made) {
    if (made != NULL) {
        PyErr_SetObject((PyObject *)Py_TYPE(made), made);
        Py_DECREF(made);
    }
    return NULL;
}

PyObject *ext_raise(const ext_state *state, wf_error error, const char *detail) {
    return raise_made(ext_make_error(state, error, detail, NULL));
}

PyObject *ext_none_or_raise(PyObject *object, wf_error error) {
    return error == WF_OK ? Py_NewRef(Py_None) : ext_raise(ext_state_of(object), error, NULL);
}

PyObject *ext_raise_system(const ext_state *state, wf_error error, const wf_system_error *system, const char *detail) {
    char text[WF_SYSTEM_ERROR_TEXT_LEN], joined[WF_SYSTEM_ERROR_TEXT_LEN + 512];
    wf_system_error_text(text, system);
    snprintf(joined, sizeof joined, "%s%s%s", detail == NULL ? "" : detail,
             detail == NULL || text[0] == '\0' ? "" : ": ", text);
    PyObject *made = ext_make_error(state, error, joined[0] == '\0' ? NULL : joined, NULL);
    if (made != NULL && system->number != 0 && wf_error_row_of(error)->nature == WF_NATURE_SYSTEM) {
        PyObject *number = PyLong_FromLong(system->number);
        if (number == NULL || PyObject_SetAttrString(made, "errno", number) < 0) {
            Py_CLEAR(made);
        }
        Py_XDECREF(number);
    }
    return raise_made(made);
}

PyObject *ext_raise_path(const ext_state *state, wf_error error, int number, const char *call, const char *path) {
    wf_system_error system = {.number = error == WF_ERROR_STORE ? number : 0, .call = call};
    return ext_raise_system(state, error, &system, path);
}

static PyObject *make_error(PyObject *module, PyObject *args) {
    int code;
    const char *detail = NULL, *address = NULL;
    if (!PyArg_ParseTuple(args, "i|zz:make_error", &code, &detail, &address)) {
        return NULL;
    }
    return ext_make_error(PyModule_GetState(module), (wf_error)code, detail, address);
}

static PyObject *error_table(PyObject *module, PyObject *unused) {
    (void)module;
    (void)unused;
    PyObject *table = PyList_New(0);
    const wf_error_row *row;
    for (unsigned i = 0; table != NULL && (row = wf_error_at(i)) != NULL; i++) {
        ext_append(&table,
                   Py_BuildValue("(issss)", (int)row->code, row->name, nature_text(row->nature), row->what, row->next));
    }
    return table;
}

PyMethodDef ext_error_functions[] = {
    {"make_error", make_error, METH_VARARGS,
     "make_error($module, code, detail=None, address=None, /)\n--\n\nA new exception of the class of `code`, not "
     "raised."},
    {"error_table", error_table, METH_NOARGS,
     "error_table($module, /)\n--\n\nThe error table: tuples of code, name, nature, what happened, what to do."},
    {NULL, NULL, 0, NULL},
};

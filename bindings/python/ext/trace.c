/* Traces: frames in words, and files of datagrams. A traced datagram is a tuple of time in seconds, sent, multicast,
 * address or None, own address or None, datagram, inner; a file that is written is a capsule. */
#include "dictionary.h"
#include "module.h"
#include <string.h>
#include <warifu/datagram.h>
#include <warifu/decode.h>
#include <warifu/trace_file.h>

enum { SECOND_US = 1000000, TEXT_LEN = 1 << 19, MOST_OWN = 64 };

static const char capsule_name[] = "warifu._warifu.trace_file";

typedef struct trace_capsule {
    wf_trace_file file;
    PyObject *dictionary;
} trace_capsule;

/* ---- words ---- */

static PyObject *decode(PyObject *module, PyObject *args) {
    const wf_dictionary *dictionary;
    Py_buffer datagram;
    int lines = 0;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*O&|p:decode", &datagram, ext_as_dictionary, &dictionary, &lines)) {
        return NULL;
    }
    char *text = PyMem_Malloc(WF_DECODE_LEN);
    if (text != NULL) {
        wf_decode(text, WF_DECODE_LEN, dictionary, ext_view(&datagram), lines ? WF_DECODE_LINES : WF_DECODE_LINE);
    }
    PyObject *result = text != NULL ? PyUnicode_FromString(text) : PyErr_NoMemory();
    PyMem_Free(text);
    PyBuffer_Release(&datagram);
    return result;
}

static PyObject *decode_edata(PyObject *module, PyObject *args) {
    const wf_dictionary *dictionary;
    Py_buffer edata;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*O&:decode_edata", &edata, ext_as_dictionary, &dictionary)) {
        return NULL;
    }
    char *text = PyMem_Malloc(WF_DECODE_LEN);
    if (text != NULL) {
        wf_decode_edata(text, WF_DECODE_LEN, dictionary, ext_view(&edata));
    }
    PyObject *result = text != NULL ? PyUnicode_FromString(text) : PyErr_NoMemory();
    PyMem_Free(text);
    PyBuffer_Release(&edata);
    return result;
}

/* ---- traced datagrams ---- */

typedef struct row {
    wf_traced traced;
    Py_buffer datagram, inner;
} row;

static void release_row(row *r) {
    if (r->datagram.obj != NULL) {
        PyBuffer_Release(&r->datagram);
    }
    if (r->inner.obj != NULL) {
        PyBuffer_Release(&r->inner);
    }
}

/* False with an exception; release_row either way. */
static bool read_row(const ext_state *state, row *out, PyObject *tuple) {
    double time;
    int sent, multicast;
    const char *peer, *own;
    *out = (row){0};
    if (!PyArg_ParseTuple(tuple, "dppzzy*y*;a traced datagram", &time, &sent, &multicast, &peer, &own, &out->datagram,
                          &out->inner)) {
        return false;
    }
    if (out->datagram.len > WF_TRACE_DATAGRAM_LEN || out->inner.len > WF_TRACE_DATAGRAM_LEN) {
        ext_raise(state, WF_ERROR_ARGUMENT, "it is longer than a datagram");
        return false;
    }
    out->traced = (wf_traced){.sent = sent != 0,
                              .multicast = multicast != 0,
                              .time_us = time > 0 && time < 1e12 ? (int64_t)(time * SECOND_US + 0.5) : 0,
                              .datagram = ext_view(&out->datagram),
                              .inner = ext_view(&out->inner)};
    return (peer == NULL || ext_as_address(state, &out->traced.peer, peer, WF_PORT)) &&
           (own == NULL || ext_as_address(state, &out->traced.own, own, WF_PORT));
}

static PyObject *traced_tuple(const wf_traced *traced) {
    return Py_BuildValue("(dNNNNNN)", (double)traced->time_us / SECOND_US, PyBool_FromLong(traced->sent),
                         PyBool_FromLong(traced->multicast), ext_from_address(&traced->peer),
                         ext_from_address(&traced->own), ext_from_bytes(traced->datagram),
                         ext_from_bytes(traced->inner));
}

static PyObject *traced_text(PyObject *module, PyObject *args) {
    const ext_state *state = PyModule_GetState(module);
    const wf_dictionary *dictionary;
    PyObject *tuple, *result = NULL;
    int dump;
    row r;
    if (!PyArg_ParseTuple(args, "O!O&p:traced_text", &PyTuple_Type, &tuple, ext_as_dictionary, &dictionary, &dump)) {
        return NULL;
    }
    char *text = PyMem_Malloc(TEXT_LEN);
    if (text == NULL) {
        return PyErr_NoMemory();
    }
    if (read_row(state, &r, tuple)) {
        wf_traced_text(text, TEXT_LEN, dictionary, &r.traced, dump != 0);
        result = PyUnicode_FromString(text);
    }
    release_row(&r);
    PyMem_Free(text);
    return result;
}

static PyObject *own_address(PyObject *module, PyObject *args) {
    const ext_state *state = PyModule_GetState(module);
    wf_address own[MOST_OWN], to = {0};
    const char *peer;
    PyObject *list;
    uint16_t port;
    size_t count = 0;
    if (!PyArg_ParseTuple(args, "zO!O&:own_address", &peer, &PyList_Type, &list, ext_as_u16, &port) ||
        (peer != NULL && !ext_as_address(state, &to, peer, WF_PORT))) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyList_Size(list) && count < MOST_OWN; i++) {
        const char *text = PyUnicode_AsUTF8AndSize(PyList_GetItem(list, i), NULL);
        if (text == NULL || !ext_as_address(state, &own[count++], text, port)) {
            return NULL;
        }
    }
    const wf_address nearest = wf_traced_own(own, count, &to);
    return ext_from_address(&nearest);
}

/* ---- files ---- */

static void free_file(PyObject *capsule) {
    trace_capsule *at = PyCapsule_GetPointer(capsule, capsule_name);
    wf_trace_file_close(&at->file);
    Py_XDECREF(at->dictionary);
    PyMem_Free(at);
}

static PyObject *new_capsule(trace_capsule **out) {
    *out = PyMem_Calloc(1, sizeof **out);
    if (*out == NULL) {
        return PyErr_NoMemory();
    }
    PyObject *capsule = PyCapsule_New(*out, capsule_name, free_file);
    if (capsule == NULL) {
        PyMem_Free(*out);
    }
    return capsule;
}

static bool form_of(wf_trace_form *out, const char *name) {
    static const char *const names[] = {
        [WF_TRACE_TEXT] = "text", [WF_TRACE_JSON] = "json", [WF_TRACE_PCAPNG] = "pcapng"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0) {
            *out = (wf_trace_form)i;
            return true;
        }
    }
    return false;
}

static PyObject *trace_open(PyObject *module, PyObject *args) {
    const ext_state *state = PyModule_GetState(module);
    wf_trace_file_config config = {.form = WF_TRACE_TEXT};
    const char *form;
    PyObject *path, *names;
    trace_capsule *at;
    int append, plain;
    if (!PyArg_ParseTuple(args, "O&sppO:trace_open", PyUnicode_FSConverter, &path, &form, &append, &plain, &names)) {
        return NULL;
    }
    config.append = append != 0;
    config.plain = plain != 0;
    PyObject *capsule = NULL;
    if (!form_of(&config.form, form)) {
        ext_raise(state, WF_ERROR_ARGUMENT, "the forms are text, json and pcapng");
    } else if (ext_as_dictionary(names, &config.dictionary) && (capsule = new_capsule(&at)) != NULL) {
        at->dictionary = Py_NewRef(names);
        const wf_error error = wf_trace_file_open(&at->file, &config, PyBytes_AsString(path));
        if (error != WF_OK) {
            const wf_system_error system = at->file.file.system_error;
            Py_CLEAR(capsule);
            ext_raise_path(state, error, system.number, system.call, PyBytes_AsString(path));
        }
    }
    Py_DECREF(path);
    return capsule;
}

static PyObject *trace_write(PyObject *module, PyObject *args) {
    const ext_state *state = PyModule_GetState(module);
    PyObject *capsule, *tuple;
    row r;
    if (!PyArg_ParseTuple(args, "OO!:trace_write", &capsule, &PyTuple_Type, &tuple)) {
        return NULL;
    }
    trace_capsule *at = PyCapsule_GetPointer(capsule, capsule_name);
    wf_error error = WF_OK;
    if (at != NULL && read_row(state, &r, tuple)) {
        error = wf_trace_file_write(&at->file, &r.traced);
    }
    if (at != NULL) {
        release_row(&r);
    }
    if (PyErr_Occurred()) {
        return NULL;
    }
    return error == WF_OK ? Py_NewRef(Py_None)
                          : ext_raise_system(state, error, &at->file.file.system_error, "the trace ends here");
}

static PyObject *trace_lost(PyObject *module, PyObject *capsule) {
    const trace_capsule *at = PyCapsule_GetPointer(capsule, capsule_name);
    (void)module;
    return at == NULL ? NULL : PyLong_FromUnsignedLongLong(at->file.lost);
}

static PyObject *trace_close(PyObject *module, PyObject *capsule) {
    trace_capsule *at = PyCapsule_GetPointer(capsule, capsule_name);
    (void)module;
    if (at == NULL) {
        return NULL;
    }
    wf_trace_file_close(&at->file);
    return Py_NewRef(Py_None);
}

static bool append_all(PyObject *list, wf_trace_reader *reader) {
    wf_traced traced;
    bool good = list != NULL;
    while (good && wf_trace_reader_next(reader, &traced)) {
        PyObject *tuple = traced_tuple(&traced);
        good = tuple != NULL && PyList_Append(list, tuple) == 0;
        Py_XDECREF(tuple);
    }
    return good;
}

static PyObject *read_trace(PyObject *module, PyObject *args) {
    const ext_state *state = PyModule_GetState(module);
    wf_trace_reader *reader;
    Py_buffer contents;
    size_t line;
    if (!PyArg_ParseTuple(args, "y*:read_trace", &contents)) {
        return NULL;
    }
    PyObject *list = PyList_New(0), *result = NULL;
    const wf_error error = wf_trace_reader_open(&reader, ext_view(&contents));
    if (error != WF_OK) {
        ext_raise(state, error, NULL);
    } else if (append_all(list, reader)) {
        const bool whole = wf_trace_reader_finish(reader, &line) == WF_OK;
        PyObject *end = whole ? Py_NewRef(Py_None) : PyLong_FromSize_t(line);
        result = Py_BuildValue("(ON)", list, end);
    }
    wf_trace_reader_close(reader);
    Py_XDECREF(list);
    PyBuffer_Release(&contents);
    return result;
}

PyMethodDef ext_trace_functions[] = {
    {"decode", decode, METH_VARARGS,
     "decode($module, datagram, dictionary, lines=False, /)\n--\n\nAny datagram in words, in a line or in several."},
    {"decode_edata", decode_edata, METH_VARARGS,
     "decode_edata($module, edata, dictionary, /)\n--\n\nEDATA (SEOJ to the last property) in words."},
    {"traced_text", traced_text, METH_VARARGS,
     "traced_text($module, traced, dictionary, dump, /)\n--\n\nA traced datagram in words; with `dump` its bytes."},
    {"own_address", own_address, METH_VARARGS,
     "own_address($module, peer, addresses, port, /)\n--\n\nThe one of these that looks nearest to the peer, or None."},
    {"trace_open", trace_open, METH_VARARGS,
     "trace_open($module, path, form, append, plain, dictionary, /)\n--\n\nA file to write to. Raises errors.Store, "
     "NotATrace, Argument."},
    {"trace_write", trace_write, METH_VARARGS,
     "trace_write($module, file, traced, /)\n--\n\nAdds a datagram. Raises errors.Store, once."},
    {"trace_lost", trace_lost, METH_O,
     "trace_lost($module, file, /)\n--\n\nHow many datagrams are not in it after a failure."},
    {"trace_close", trace_close, METH_O, "trace_close($module, file, /)\n--\n\nA second time does nothing."},
    {"read_trace", read_trace, METH_VARARGS,
     "read_trace($module, contents, /)\n--\n\nA list of traced datagrams, and None, or where it can't be read further "
     "the line (0: unknown)."},
    {NULL, NULL, 0, NULL},
};

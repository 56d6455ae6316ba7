/* Values of properties: nodes in a row, as tuples, to and from EDT. */
#include "dictionary.h"
#include "module.h"
#include <warifu/value.h>

enum { NODES = 512 }; /* the most that 255 bytes hold: an item each, twice for objects */

static PyObject *code_of(const wf_value *node) {
    return node->coded ? PyLong_FromUnsignedLongLong(node->code) : Py_NewRef(Py_None);
}

static PyObject *node_row(const wf_value *node) {
    const char *unit = node->unit == NULL ? "" : node->unit;
    PyObject *coefficients = PyBytes_FromStringAndSize((const char *)node->coefficients, sizeof node->coefficients);
    return Py_BuildValue("(siLiNsNNNN(iiiiii))", wf_value_kind_text(node->kind), node->count, (long long)node->number,
                         node->exponent, code_of(node), unit, coefficients, ext_from_names(node->name),
                         ext_from_names(node->member), ext_from_bytes(node->bytes), node->year, node->month, node->day,
                         node->hour, node->minute, node->second);
}

/* Names that are not there are NULL in a node. */
static void fill(wf_names *names) {
    names->id = names->id == NULL ? "" : names->id;
    names->en = names->en == NULL ? "" : names->en;
    names->ja = names->ja == NULL ? "" : names->ja;
}

static PyObject *decode_with(const ext_state *state, const wf_property_info *property, wf_value *nodes, wf_bytes edt) {
    wf_value_message message;
    size_t count;
    wf_error error = wf_value_decode(property, nodes, NODES, &count, &message, edt);
    if (error != WF_OK) {
        return ext_raise(state, error, message.text[0] == '\0' ? NULL : message.text);
    }
    PyObject *list = PyList_New(0);
    for (size_t i = 0; i < count && list != NULL; i++) {
        fill(&nodes[i].name);
        fill(&nodes[i].member);
        ext_append(&list, node_row(&nodes[i]));
    }
    return list;
}

static PyObject *dictionary_decode(PyObject *module, PyObject *args) {
    const wf_dictionary *dictionary;
    uint16_t class_code;
    uint8_t epc;
    char release;
    Py_buffer edt;
    wf_property_info property;
    if (!PyArg_ParseTuple(args, "O&O&O&O&y*:dictionary_decode", ext_as_dictionary, &dictionary, ext_as_u16, &class_code,
                          ext_as_u8, &epc, ext_as_release, &release, &edt)) {
        return NULL;
    }
    PyObject *result = NULL;
    wf_value *nodes = PyMem_Calloc(NODES, sizeof *nodes);
    if (nodes == NULL) {
        PyErr_NoMemory();
    } else if (ext_find_property(PyModule_GetState(module), dictionary, &property, class_code, epc, release)) {
        result = decode_with(PyModule_GetState(module), &property, nodes, ext_view(&edt));
    }
    PyMem_Free(nodes);
    PyBuffer_Release(&edt);
    return result;
}

/* A node of (kind, count, number, exponent, code or None, unit or None, name, member, bytes, (y, m, d, h, m, s)). It
 * views what the tuple holds. */
static bool read_node(wf_value *out, PyObject *row) {
    int count, exponent, moment[6];
    long long number;
    PyObject *code;
    const char *kind, *bytes;
    Py_ssize_t len;
    if (!PyArg_ParseTuple(row, "siLiOzzzy#(iiiiii);a node", &kind, &count, &number, &exponent, &code, &out->unit,
                          &out->name.id, &out->member.id, &bytes, &len, &moment[0], &moment[1], &moment[2], &moment[3],
                          &moment[4], &moment[5])) {
        return false;
    }
    bool good = wf_value_kind_named(&out->kind, kind) && count >= 0 && count < NODES && exponent >= INT8_MIN &&
                exponent <= INT8_MAX;
    for (size_t i = 0; i < sizeof moment / sizeof moment[0]; i++) {
        good = good && moment[i] >= 0 && moment[i] <= (i == 0 ? UINT16_MAX : UINT8_MAX);
    }
    if (!good) {
        PyErr_SetString(PyExc_ValueError, "a node is out of range");
        return false;
    }
    out->count = (uint16_t)count;
    out->number = number;
    out->exponent = (int8_t)exponent;
    out->bytes = wf_bytes_of((const uint8_t *)bytes, (size_t)len);
    out->coded = code != Py_None;
    out->year = (uint16_t)moment[0];
    out->month = (uint8_t)moment[1];
    out->day = (uint8_t)moment[2];
    out->hour = (uint8_t)moment[3];
    out->minute = (uint8_t)moment[4];
    out->second = (uint8_t)moment[5];
    return !out->coded || ext_as_u64(code, &out->code) != 0;
}

static bool read_nodes(const ext_state *state, wf_value *nodes, size_t *count, PyObject *rows) {
    Py_ssize_t len = PyTuple_Size(rows);
    if (len > NODES) {
        ext_raise(state, WF_ERROR_WRONG_VALUE, "more parts than a property has room for");
        return false;
    }
    for (Py_ssize_t i = 0; i < len; i++) {
        if (!read_node(&nodes[i], PyTuple_GetItem(rows, i))) {
            return false;
        }
    }
    *count = len < 0 ? 0 : (size_t)len;
    return len >= 0;
}

static PyObject *encode_with(const ext_state *state, const wf_property_info *property, const wf_value *nodes,
                             size_t count, bool set) {
    uint8_t edt[UINT8_MAX];
    wf_value_message message;
    wf_writer out = wf_writer_of(edt, sizeof edt);
    wf_error error = wf_value_encode(property, &out, &message, nodes, count, set);
    return error == WF_OK ? ext_from_bytes(wf_bytes_of(edt, out.len))
                          : ext_raise(state, error, message.text[0] == '\0' ? NULL : message.text);
}

static PyObject *dictionary_encode(PyObject *module, PyObject *args) {
    const ext_state *state = PyModule_GetState(module);
    const wf_dictionary *dictionary;
    uint16_t class_code;
    uint8_t epc;
    char release;
    PyObject *rows;
    int set;
    wf_property_info property;
    if (!PyArg_ParseTuple(args, "O&O&O&O&Op:dictionary_encode", ext_as_dictionary, &dictionary, ext_as_u16, &class_code,
                          ext_as_u8, &epc, ext_as_release, &release, &rows, &set) ||
        !ext_find_property(PyModule_GetState(module), dictionary, &property, class_code, epc, release)) {
        return NULL;
    }
    PyObject *result = NULL;
    size_t count;
    wf_value *nodes = PyMem_Calloc(NODES, sizeof *nodes);
    if (nodes == NULL) {
        PyErr_NoMemory();
    } else if (read_nodes(state, nodes, &count, rows)) {
        result = encode_with(state, &property, nodes, count, set != 0);
    }
    PyMem_Free(nodes);
    return result;
}

PyMethodDef ext_value_functions[] = {
    {"dictionary_decode", dictionary_decode, METH_VARARGS,
     "dictionary_decode($module, dictionary, class_code, epc, release, edt, /)\n--\n\nThe nodes of a value."},
    {"dictionary_encode", dictionary_encode, METH_VARARGS,
     "dictionary_encode($module, dictionary, class_code, epc, release, nodes, set, /)\n--\n\nThe EDT of a value's "
     "nodes."},
    {NULL, NULL, 0, NULL},
};

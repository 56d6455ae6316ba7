/* The dictionary, as it is: rows as tuples, values as nodes in a row. `warifu._dictionary` makes of them what people
 * read. */
#include "extension.h"
#include <warifu/overlay.h>
#include <warifu/value.h>

enum { NODES = 512 }; /* the most that 255 bytes hold: an item each, twice for objects */

static PyObject *names_of(wf_names names) {
    return Py_BuildValue("(sss)", names.id, names.en, names.ja);
}

/* A release letter, or None for the newest and for "still holds". */
static PyObject *from_letter(char letter) {
    return letter == 0 ? Py_NewRef(Py_None) : PyUnicode_FromStringAndSize(&letter, 1);
}

static int as_release(PyObject *object, void *out) {
    const char *text;
    Py_ssize_t len;
    *(char *)out = 0;
    if (object == Py_None) {
        return 1;
    }
    text = PyUnicode_AsUTF8AndSize(object, &len);
    if (text == NULL) {
        return 0;
    }
    if (len != 1 || text[0] < 'A' || text[0] > 'Z') {
        PyErr_Format(PyExc_ValueError, "a release is a letter from A to Z, not %R", object);
        return 0;
    }
    *(char *)out = text[0];
    return 1;
}

/* ---- overlays: capsules whose context is the one below ---- */

static const char capsule_name[] = "warifu.overlay";

static void free_overlay(PyObject *capsule) {
    PyObject *base = PyCapsule_GetContext(capsule);
    wf_overlay_free(PyCapsule_GetPointer(capsule, capsule_name));
    Py_XDECREF(base);
}

int ext_as_dictionary(PyObject *object, void *out) {
    const wf_dictionary **dictionary = out;
    if (object == Py_None) {
        *dictionary = wf_dictionary_builtin();
        return 1;
    }
    if (!PyCapsule_IsValid(object, capsule_name)) {
        PyErr_SetString(PyExc_TypeError, "a dictionary is the handle of an overlay or None");
        return 0;
    }
    *dictionary = wf_overlay_dictionary(PyCapsule_GetPointer(object, capsule_name));
    return 1;
}

static PyObject *make_overlay(wf_overlay *overlay, PyObject *base) {
    PyObject *capsule = PyCapsule_New(overlay, capsule_name, free_overlay);
    if (capsule == NULL) {
        wf_overlay_free(overlay);
    } else {
        PyCapsule_SetContext(capsule, Py_NewRef(base));
    }
    return capsule;
}

static PyObject *dictionary_load(PyObject *module, PyObject *args) {
    PyObject *path, *base;
    const wf_dictionary *below;
    wf_overlay *overlay;
    wf_overlay_message message;
    if (!PyArg_ParseTuple(args, "O&O:dictionary_load", PyUnicode_FSConverter, &path, &base)) {
        return NULL;
    }
    PyObject *made = NULL;
    if (ext_as_dictionary(base, &below)) {
        wf_error error = wf_overlay_load(&overlay, &message, below, PyBytes_AsString(path));
        made = error == WF_OK ? make_overlay(overlay, base) : ext_raise(PyModule_GetState(module), error, message.text);
    }
    Py_DECREF(path);
    return made;
}

/* Appends and takes the reference; false when something failed. */
static bool append(PyObject *list, PyObject *item) {
    bool good = item != NULL && PyList_Append(list, item) == 0;
    Py_XDECREF(item);
    return good;
}

/* ---- classes and properties ---- */

static PyObject *class_row(const wf_class_info *info) {
    return Py_BuildValue("(iNNN)", info->code, from_letter(info->from), from_letter(info->to), names_of(info->names));
}

static PyObject *dictionary_classes(PyObject *module, PyObject *args) {
    (void)module;
    const wf_dictionary *dictionary;
    wf_class_info info;
    if (!PyArg_ParseTuple(args, "O&:dictionary_classes", ext_as_dictionary, &dictionary)) {
        return NULL;
    }
    PyObject *list = PyList_New(0);
    for (unsigned at = 0; list != NULL && wf_dictionary_next_class(dictionary, &at, &info);) {
        if (!append(list, class_row(&info))) {
            Py_CLEAR(list);
        }
    }
    return list;
}

static PyObject *member_row(const wf_member_info *member, PyObject *type) {
    return Py_BuildValue("(NNii)", names_of(member->names), type, member->byte, member->mask);
}

static PyObject *enumerator_row(const wf_enumerator *e) {
    return Py_BuildValue("(KKNNNNLi)", (unsigned long long)e->first, (unsigned long long)e->last, names_of(e->names),
                         PyBool_FromLong(e->read_only), PyBool_FromLong(e->undefined), PyBool_FromLong(e->no_data),
                         (long long)e->number, e->exponent);
}

static PyObject *enumerators_of(wf_type type) {
    wf_enumerator enumerator;
    PyObject *list = PyList_New(0);
    for (unsigned i = 0; list != NULL && wf_type_enumerator(type, &enumerator, i); i++) {
        if (!append(list, enumerator_row(&enumerator))) {
            Py_CLEAR(list);
        }
    }
    return list;
}

static PyObject *type_tree(wf_type type);

static PyObject *members_of(wf_type type) {
    wf_member_info member;
    PyObject *list = PyList_New(0);
    if (list == NULL || Py_EnterRecursiveCall(" in a type of the dictionary") != 0) {
        Py_XDECREF(list);
        return NULL;
    }
    for (unsigned i = 0; list != NULL && wf_type_member(type, &member, i); i++) {
        PyObject *below = type_tree(member.type);
        if (below == NULL || !append(list, member_row(&member, below))) {
            Py_CLEAR(list);
        }
    }
    Py_LeaveRecursiveCall();
    return list;
}

static PyObject *type_tree(wf_type type) {
    wf_type_info info;
    wf_type_describe(type, &info);
    PyObject *unit = PyUnicode_FromString(info.unit);
    PyObject *coefficients = PyBytes_FromStringAndSize((const char *)info.coefficients, sizeof info.coefficients);
    return Py_BuildValue("(siiLLiNNNNNKi(ii)NN)", wf_type_kind_text(info.kind), info.min_size, info.max_size,
                         (long long)info.minimum, (long long)info.maximum, info.exponent,
                         PyBool_FromLong(info.is_signed), PyBool_FromLong(info.underflow_code),
                         PyBool_FromLong(info.overflow_code), coefficients, unit, (unsigned long long)info.base,
                         info.max_hour, info.min_items, info.max_items, members_of(type), enumerators_of(type));
}

static PyObject *property_row(const wf_property_info *info) {
    return Py_BuildValue("(iiNNN(sss)i(ii)N)", info->class_code, info->epc, from_letter(info->from),
                         from_letter(info->to), PyBool_FromLong(info->in_release), wf_rule_text(info->get),
                         wf_rule_text(info->set), wf_rule_text(info->inf), info->atomic, info->min_size, info->max_size,
                         names_of(info->names));
}

/* By EPC or identifier; None when there is none. */
static PyObject *dictionary_property(PyObject *module, PyObject *args) {
    (void)module;
    const wf_dictionary *dictionary;
    uint16_t class_code;
    PyObject *key;
    char release;
    if (!PyArg_ParseTuple(args, "O&O&OO&:dictionary_property", ext_as_dictionary, &dictionary, ext_as_u16, &class_code,
                          &key, as_release, &release)) {
        return NULL;
    }
    wf_property_info info;
    bool found = false;
    if (PyUnicode_Check(key)) {
        const char *id = PyUnicode_AsUTF8AndSize(key, NULL);
        found = id != NULL && wf_dictionary_property_named(dictionary, &info, class_code, id, release);
    } else {
        uint8_t epc;
        found = ext_as_u8(key, &epc) && wf_dictionary_property(dictionary, &info, class_code, epc, release);
    }
    if (PyErr_Occurred()) {
        return NULL;
    }
    return found ? property_row(&info) : Py_NewRef(Py_None);
}

static PyObject *dictionary_properties(PyObject *module, PyObject *args) {
    (void)module;
    const wf_dictionary *dictionary;
    uint16_t class_code;
    char release;
    int entries;
    if (!PyArg_ParseTuple(args, "O&O&O&p:dictionary_properties", ext_as_dictionary, &dictionary, ext_as_u16,
                          &class_code, as_release, &release, &entries)) {
        return NULL;
    }
    wf_property_info info;
    unsigned at = 0;
    PyObject *list = PyList_New(0);
    while (list != NULL && (entries ? wf_dictionary_next_entry(dictionary, &at, &info, class_code)
                                    : wf_dictionary_next_property(dictionary, &at, &info, class_code, release))) {
        if (!append(list, property_row(&info))) {
            Py_CLEAR(list);
        }
    }
    return list;
}

/* The entry that a row came from: its class's own, in the release that it names. */
static bool find(PyObject *module, const wf_dictionary *dictionary, wf_property_info *out, uint16_t class_code,
                 uint8_t epc, char release) {
    if (wf_dictionary_property(dictionary, out, class_code, epc, release)) {
        return true;
    }
    ext_raise(PyModule_GetState(module), WF_ERROR_NOT_IN_DICTIONARY, NULL);
    return false;
}

static PyObject *dictionary_type(PyObject *module, PyObject *args) {
    const wf_dictionary *dictionary;
    uint16_t class_code;
    uint8_t epc;
    char release;
    wf_property_info info;
    if (!PyArg_ParseTuple(args, "O&O&O&O&:dictionary_type", ext_as_dictionary, &dictionary, ext_as_u16, &class_code,
                          ext_as_u8, &epc, as_release, &release) ||
        !find(module, dictionary, &info, class_code, epc, release)) {
        return NULL;
    }
    return type_tree(info.type);
}

/* ---- values ---- */

static PyObject *code_of(const wf_value *node) {
    return node->coded ? PyLong_FromUnsignedLongLong(node->code) : Py_NewRef(Py_None);
}

static PyObject *node_row(const wf_value *node) {
    const char *unit = node->unit == NULL ? "" : node->unit;
    PyObject *coefficients = PyBytes_FromStringAndSize((const char *)node->coefficients, sizeof node->coefficients);
    return Py_BuildValue("(siLiNsNNNN(iiiiii))", wf_value_kind_text(node->kind), node->count, (long long)node->number,
                         node->exponent, code_of(node), unit, coefficients, names_of(node->name),
                         names_of(node->member), ext_from_bytes(node->bytes), node->year, node->month, node->day,
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
        if (!append(list, node_row(&nodes[i]))) {
            Py_CLEAR(list);
        }
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
                          ext_as_u8, &epc, as_release, &release, &edt)) {
        return NULL;
    }
    PyObject *result = NULL;
    wf_value *nodes = PyMem_Calloc(NODES, sizeof *nodes);
    if (nodes == NULL) {
        PyErr_NoMemory();
    } else if (find(module, dictionary, &property, class_code, epc, release)) {
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
                          ext_as_u8, &epc, as_release, &release, &rows, &set) ||
        !find(module, dictionary, &property, class_code, epc, release)) {
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

static PyObject *dictionary_release(PyObject *module, PyObject *args) {
    (void)module;
    Py_buffer edt;
    if (!PyArg_ParseTuple(args, "y*:dictionary_release", &edt)) {
        return NULL;
    }
    PyObject *letter = from_letter(wf_dictionary_release(ext_view(&edt)));
    PyBuffer_Release(&edt);
    return letter;
}

PyMethodDef ext_dictionary_functions[] = {
    {"dictionary_load", dictionary_load, METH_VARARGS,
     "dictionary_load($module, path, base, /)\n--\n\nAn overlay from a file, over another one or None."},
    {"dictionary_classes", dictionary_classes, METH_VARARGS,
     "dictionary_classes($module, dictionary, /)\n--\n\nAll classes: (code, from, to, names)."},
    {"dictionary_property", dictionary_property, METH_VARARGS,
     "dictionary_property($module, dictionary, class_code, key, release, /)\n--\n\nThe entry of an EPC or identifier, "
     "or None."},
    {"dictionary_properties", dictionary_properties, METH_VARARGS,
     "dictionary_properties($module, dictionary, class_code, release, entries, /)\n--\n\nThe properties of a class; "
     "with `entries` "
     "every entry of its own."},
    {"dictionary_type", dictionary_type, METH_VARARGS,
     "dictionary_type($module, dictionary, class_code, epc, release, /)\n--\n\nThe type of a property, as nested "
     "tuples."},
    {"dictionary_decode", dictionary_decode, METH_VARARGS,
     "dictionary_decode($module, dictionary, class_code, epc, release, edt, /)\n--\n\nThe nodes of a value."},
    {"dictionary_encode", dictionary_encode, METH_VARARGS,
     "dictionary_encode($module, dictionary, class_code, epc, release, nodes, set, /)\n--\n\nThe EDT of a value's "
     "nodes."},
    {"dictionary_release", dictionary_release, METH_VARARGS,
     "dictionary_release($module, edt, /)\n--\n\nThe release letter in property 82 of a device object, or None."},
    {NULL, NULL, 0, NULL},
};

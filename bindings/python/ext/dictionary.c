/* The dictionary, as it is: rows as tuples. `warifu._dictionary` makes of them what people read. */
#include "dictionary.h"
#include "module.h"
#include <warifu/overlay.h>

PyObject *ext_from_names(wf_names names) {
    return Py_BuildValue("(sss)", names.id, names.en, names.ja);
}

/* A release letter, or None for the newest and for "still holds". */
PyObject *ext_from_release(char letter) {
    return letter == 0 ? Py_NewRef(Py_None) : PyUnicode_FromStringAndSize(&letter, 1);
}

int ext_as_release(PyObject *object, void *out) {
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

/* ---- classes and properties ---- */

static PyObject *class_row(const wf_class_info *info) {
    return Py_BuildValue("(iNNN)", info->code, ext_from_release(info->from), ext_from_release(info->to),
                         ext_from_names(info->names));
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
        ext_append(&list, class_row(&info));
    }
    return list;
}

static PyObject *member_row(const wf_member_info *member, PyObject *type) {
    return Py_BuildValue("(NNii)", ext_from_names(member->names), type, member->byte, member->mask);
}

static PyObject *enumerator_row(const wf_enumerator *e) {
    return Py_BuildValue("(KKNNNNLi)", (unsigned long long)e->first, (unsigned long long)e->last,
                         ext_from_names(e->names), PyBool_FromLong(e->read_only), PyBool_FromLong(e->undefined),
                         PyBool_FromLong(e->no_data), (long long)e->number, e->exponent);
}

static PyObject *enumerators_of(wf_type type) {
    wf_enumerator enumerator;
    PyObject *list = PyList_New(0);
    for (unsigned i = 0; list != NULL && wf_type_enumerator(type, &enumerator, i); i++) {
        ext_append(&list, enumerator_row(&enumerator));
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
        ext_append(&list, below == NULL ? NULL : member_row(&member, below));
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
    return Py_BuildValue("(iiNNN(sss)i(ii)N)", info->class_code, info->epc, ext_from_release(info->from),
                         ext_from_release(info->to), PyBool_FromLong(info->in_release), wf_rule_text(info->get),
                         wf_rule_text(info->set), wf_rule_text(info->inf), info->atomic, info->min_size, info->max_size,
                         ext_from_names(info->names));
}

/* By EPC or identifier; None when there is none. */
static PyObject *dictionary_property(PyObject *module, PyObject *args) {
    (void)module;
    const wf_dictionary *dictionary;
    uint16_t class_code;
    PyObject *key;
    char release;
    if (!PyArg_ParseTuple(args, "O&O&OO&:dictionary_property", ext_as_dictionary, &dictionary, ext_as_u16, &class_code,
                          &key, ext_as_release, &release)) {
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
                          &class_code, ext_as_release, &release, &entries)) {
        return NULL;
    }
    wf_property_info info;
    unsigned at = 0;
    PyObject *list = PyList_New(0);
    while (list != NULL && (entries ? wf_dictionary_next_entry(dictionary, &at, &info, class_code)
                                    : wf_dictionary_next_property(dictionary, &at, &info, class_code, release))) {
        ext_append(&list, property_row(&info));
    }
    return list;
}

bool ext_find_property(const ext_state *state, const wf_dictionary *dictionary, wf_property_info *out,
                       uint16_t class_code, uint8_t epc, char release) {
    if (wf_dictionary_property(dictionary, out, class_code, epc, release)) {
        return true;
    }
    ext_raise(state, WF_ERROR_NOT_IN_DICTIONARY, NULL);
    return false;
}

static PyObject *dictionary_type(PyObject *module, PyObject *args) {
    const wf_dictionary *dictionary;
    uint16_t class_code;
    uint8_t epc;
    char release;
    wf_property_info info;
    if (!PyArg_ParseTuple(args, "O&O&O&O&:dictionary_type", ext_as_dictionary, &dictionary, ext_as_u16, &class_code,
                          ext_as_u8, &epc, ext_as_release, &release) ||
        !ext_find_property(PyModule_GetState(module), dictionary, &info, class_code, epc, release)) {
        return NULL;
    }
    return type_tree(info.type);
}

static PyObject *dictionary_release(PyObject *module, PyObject *args) {
    (void)module;
    Py_buffer edt;
    if (!PyArg_ParseTuple(args, "y*:dictionary_release", &edt)) {
        return NULL;
    }
    PyObject *letter = ext_from_release(wf_dictionary_release(ext_view(&edt)));
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
    {"dictionary_release", dictionary_release, METH_VARARGS,
     "dictionary_release($module, edt, /)\n--\n\nThe release letter in property 82 of a device object, or None."},
    {NULL, NULL, 0, NULL},
};

/* Policies: capsules of a const wf_policy, whose context is the file that it comes from, or NULL. */
#include "policy.h"
#include "dictionary.h"
#include "module.h"
#include <string.h>
#include <warifu/policy_file.h>

static const char capsule_name[] = "warifu.policy";

static void free_policy(PyObject *capsule) {
    wf_policy_file_free(PyCapsule_GetContext(capsule));
}

static PyObject *make_policy(const wf_policy *policy, wf_policy_file *file) {
    PyObject *capsule = PyCapsule_New((void *)(uintptr_t)policy, capsule_name, free_policy);
    if (capsule == NULL) {
        wf_policy_file_free(file);
    } else {
        PyCapsule_SetContext(capsule, file);
    }
    return capsule;
}

int ext_as_policy(PyObject *object, void *out) {
    if (!PyCapsule_IsValid(object, capsule_name)) {
        PyErr_SetString(PyExc_TypeError, "a policy is the handle of one");
        return 0;
    }
    *(const wf_policy **)out = PyCapsule_GetPointer(object, capsule_name);
    return 1;
}

static PyObject *named(PyObject *module, PyObject *args) {
    const char *name;
    if (!PyArg_ParseTuple(args, "s:policy_named", &name)) {
        return NULL;
    }
    const wf_policy *policy = wf_policy_named(name);
    return policy != NULL
               ? make_policy(policy, NULL)
               : ext_raise(PyModule_GetState(module), WF_ERROR_ARGUMENT, "the policies are strict, mixed, open");
}

static PyObject *made(PyObject *module, wf_error error, wf_policy_file *file, const wf_policy_message *message) {
    return error == WF_OK ? make_policy(wf_policy_file_policy(file), file)
                          : ext_raise(PyModule_GetState(module), error, message->text);
}

static PyObject *parse(PyObject *module, PyObject *args) {
    const wf_dictionary *dictionary;
    wf_policy_file *file;
    wf_policy_message message;
    Py_buffer text;
    if (!PyArg_ParseTuple(args, "y*O&:policy_parse", &text, ext_as_dictionary, &dictionary)) {
        return NULL;
    }
    wf_error error = wf_policy_parse(&file, &message, dictionary, ext_view(&text));
    PyBuffer_Release(&text);
    return made(module, error, file, &message);
}

static PyObject *load(PyObject *module, PyObject *args) {
    const wf_dictionary *dictionary;
    wf_policy_file *file;
    wf_policy_message message;
    PyObject *path, *base;
    if (!PyArg_ParseTuple(args, "O&O:policy_load", PyUnicode_FSConverter, &path, &base)) {
        return NULL;
    }
    PyObject *result = NULL;
    if (ext_as_dictionary(base, &dictionary)) {
        wf_error error = wf_policy_load(&file, &message, dictionary, PyBytes_AsString(path));
        result = made(module, error, file, &message);
    }
    Py_DECREF(path);
    return result;
}

static PyObject *write_out(PyObject *module, PyObject *args) {
    const wf_policy *policy;
    size_t capacity = 4096;
    if (!PyArg_ParseTuple(args, "O&:policy_write", ext_as_policy, &policy)) {
        return NULL;
    }
    for (;; capacity *= 2) {
        uint8_t *text = PyMem_Malloc(capacity);
        if (text == NULL) {
            return PyErr_NoMemory();
        }
        wf_writer out = wf_writer_of(text, capacity);
        wf_error error = wf_policy_write(policy, &out);
        PyObject *result = error == WF_OK ? PyUnicode_DecodeUTF8((const char *)text, (Py_ssize_t)out.len, NULL)
                           : error == WF_ERROR_TOO_SMALL ? NULL
                                                         : ext_raise(PyModule_GetState(module), error, NULL);
        PyMem_Free(text);
        if (error != WF_ERROR_TOO_SMALL) {
            return result;
        }
    }
}

static PyObject *describe(PyObject *module, PyObject *args) {
    const wf_policy *policy;
    (void)module;
    if (!PyArg_ParseTuple(args, "O&:policy_describe", ext_as_policy, &policy)) {
        return NULL;
    }
    return Py_BuildValue("(szN)", policy->name, policy->base != NULL ? policy->base->name : NULL,
                         PyBool_FromLong(wf_policy_is_for_laboratory(policy)));
}

/* ---- verdicts ---- */

PyObject *ext_from_verdict(const wf_policy_verdict *verdict, const wf_policy_question *question) {
    char text[WF_POLICY_TEXT_LEN];
    const wf_policy_rule *rule = verdict->rule;
    (void)wf_policy_explain(text, verdict, question);
    return Py_BuildValue("(NssnIzN)", PyBool_FromLong(verdict->allowed), wf_peer_kind_text(question->peer),
                         verdict->policy->name, rule != NULL ? (Py_ssize_t)verdict->index + 1 : 0,
                         rule != NULL ? rule->line : 0, rule != NULL ? rule->why : NULL,
                         PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "replace"));
}

bool ext_read_question(const ext_state *state, wf_policy_question *out, const char *kind, const char *access) {
    if (!wf_peer_kind_named(&out->peer, kind)) {
        ext_raise(state, WF_ERROR_ARGUMENT, "a peer is unknown, known, member or paired");
    } else if (!wf_policy_access_named(&out->access, access)) {
        ext_raise(state, WF_ERROR_ARGUMENT, "an access is read, write, notify or announce");
    } else {
        return true;
    }
    return false;
}

static PyObject *decide(PyObject *module, PyObject *args) {
    const wf_policy *policy;
    const char *kind, *access;
    wf_policy_question question = {0};
    if (!PyArg_ParseTuple(args, "O&sO&O&s:policy_decide", ext_as_policy, &policy, &kind, ext_as_eoj, &question.eoj,
                          ext_as_u8, &question.epc, &access) ||
        !ext_read_question(PyModule_GetState(module), &question, kind, access)) {
        return NULL;
    }
    wf_policy_verdict verdict = wf_policy_decide(policy, &question);
    return ext_from_verdict(&verdict, &question);
}

PyMethodDef ext_policy_functions[] = {
    {"policy_named", named, METH_VARARGS, "policy_named($module, name, /)\n--\n\nA shipped policy. Raises Argument."},
    {"policy_parse", parse, METH_VARARGS,
     "policy_parse($module, text, dictionary, /)\n--\n\nA policy from the bytes of a file. Raises PolicyFile, "
     "Capacity."},
    {"policy_load", load, METH_VARARGS,
     "policy_load($module, path, dictionary, /)\n--\n\nA policy from a file. Raises PolicyFile, errors.Store, "
     "Capacity."},
    {"policy_write", write_out, METH_VARARGS, "policy_write($module, policy, /)\n--\n\nIts file, as a text."},
    {"policy_describe", describe, METH_VARARGS,
     "policy_describe($module, policy, /)\n--\n\n(name, what it extends or None, whether it is for a laboratory)"},
    {"policy_decide", decide, METH_VARARGS,
     "policy_decide($module, policy, kind, eoj, epc, access, /)\n--\n\n(allowed, kind, policy, rule from 1 or 0, line "
     "or 0, "
     "why or None, sentence). Raises Argument."},
    {NULL, NULL, 0, NULL},
};

/* Values between Python and the core. */
#include "extension.h"
#include <string.h>

/* All unsigned integers, `most` being the largest that the caller takes. */
static bool as_unsigned(PyObject *object, uint64_t most, uint64_t *out) {
    unsigned long long value = PyLong_AsUnsignedLongLong(object);
    if (value == (unsigned long long)-1 && PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_OverflowError)) {
            return false;
        }
        PyErr_Clear();
        value = (unsigned long long)-1;
        most = most == UINT64_MAX ? UINT64_MAX - 1 : most;
    }
    if (value > most) {
        PyErr_Format(PyExc_ValueError, "%R is outside 0..%llu", object, (unsigned long long)most);
        return false;
    }
    *out = value;
    return true;
}

int ext_as_u8(PyObject *object, void *out) {
    uint64_t value;
    if (!as_unsigned(object, UINT8_MAX, &value)) {
        return 0;
    }
    *(uint8_t *)out = (uint8_t)value;
    return 1;
}

int ext_as_u16(PyObject *object, void *out) {
    uint64_t value;
    if (!as_unsigned(object, UINT16_MAX, &value)) {
        return 0;
    }
    *(uint16_t *)out = (uint16_t)value;
    return 1;
}

int ext_as_eoj(PyObject *object, void *out) {
    uint64_t value;
    if (!as_unsigned(object, 0xFFFFFF, &value)) {
        return 0;
    }
    *(wf_eoj *)out = (wf_eoj)value;
    return 1;
}

int ext_as_u32(PyObject *object, void *out) {
    uint64_t value;
    if (!as_unsigned(object, UINT32_MAX, &value)) {
        return 0;
    }
    *(uint32_t *)out = (uint32_t)value;
    return 1;
}

int ext_as_size(PyObject *object, void *out) {
    uint32_t value;
    if (!ext_as_u32(object, &value)) {
        return 0;
    }
    *(size_t *)out = value;
    return 1;
}

int ext_as_u64(PyObject *object, void *out) {
    return as_unsigned(object, UINT64_MAX, (uint64_t *)out);
}

int ext_as_bytes(PyObject *object, void *out) {
    if (object == NULL) { /* a later argument was wrong */
        Py_CLEAR(*(PyObject **)out);
        return 1;
    }
    if (!PyObject_CheckBuffer(object)) {
        PyErr_Format(PyExc_TypeError, "a bytes-like object is required, not %R", Py_TYPE(object));
        return 0;
    }
    *(PyObject **)out = PyBytes_FromObject(object);
    return *(PyObject **)out == NULL ? 0 : Py_CLEANUP_SUPPORTED;
}

int ext_as_optional_bytes(PyObject *object, void *out) {
    if (object == Py_None) {
        *(PyObject **)out = NULL;
        return 1;
    }
    return ext_as_bytes(object, out);
}

int ext_as_text(PyObject *object, void *out) {
    if (object == NULL || !PyUnicode_Check(object)) {
        return ext_as_bytes(object, out);
    }
    *(PyObject **)out = PyUnicode_AsUTF8String(object);
    return *(PyObject **)out == NULL ? 0 : Py_CLEANUP_SUPPORTED;
}

int ext_as_path(PyObject *object, void *out) {
    if (object == Py_None) {
        *(PyObject **)out = NULL;
        return 1;
    }
    return PyUnicode_FSConverter(object, out);
}

bool ext_as_address(const ext_state *state, wf_address *out, const char *text, uint16_t default_port) {
    memset(out, 0, sizeof *out);
    if (text == NULL) {
        return true;
    }
    wf_error error = wf_address_parse(out, text, default_port);
    if (error != WF_OK) {
        PyObject *detail = PyUnicode_FromFormat("'%s' is no address", text);
        const char *utf8 = detail == NULL ? NULL : PyUnicode_AsUTF8AndSize(detail, NULL);
        if (utf8 != NULL) {
            ext_raise(state, error, utf8);
        }
        Py_XDECREF(detail);
        return false;
    }
    return true;
}

PyObject *ext_from_address(const wf_address *address) {
    static const wf_address nowhere;
    char text[WF_ADDRESS_TEXT_LEN];
    if (wf_address_equal(address, &nowhere)) {
        return Py_NewRef(Py_None);
    }
    return PyUnicode_FromString(wf_address_format(text, address));
}

PyObject *ext_from_bytes(wf_bytes bytes) {
    return PyBytes_FromStringAndSize((const char *)bytes.at, (Py_ssize_t)bytes.len);
}

PyObject *ext_from_optional_bytes(bool present, const uint8_t *at, size_t len) {
    return present ? ext_from_bytes(wf_bytes_of(at, len)) : Py_NewRef(Py_None);
}

PyObject *ext_from_role(wf_role role) {
    switch (role) {
    case WF_ROLE_DEVICE:
        return PyUnicode_FromString("device");
    case WF_ROLE_CONTROLLER:
        return PyUnicode_FromString("controller");
    case WF_ROLE_NONE:
        break;
    }
    return Py_NewRef(Py_None);
}

void ext_hex(char *out, const uint8_t *at, size_t len) {
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[at[i] >> 4];
        out[2 * i + 1] = digits[at[i] & 0x0F];
    }
    out[2 * len] = '\0';
}

wf_bytes ext_view(const Py_buffer *buffer) {
    return wf_bytes_of(buffer->buf, (size_t)buffer->len);
}

wf_bytes ext_view_bytes(PyObject *bytes) {
    return bytes == NULL ? wf_bytes_of(NULL, 0)
                         : wf_bytes_of((const uint8_t *)PyBytes_AsString(bytes), (size_t)PyBytes_Size(bytes));
}

void ext_release(Py_buffer *buffer) {
    if (buffer->obj != NULL) {
        PyBuffer_Release(buffer);
    }
}

void ext_append(PyObject **list, PyObject *item) {
    if (*list != NULL && (item == NULL || PyList_Append(*list, item) < 0)) {
        Py_CLEAR(*list);
    }
    Py_XDECREF(item);
}

PyObject *ext_as_tuple(PyObject *list) {
    PyObject *tuple = list == NULL ? NULL : PyList_AsTuple(list);
    Py_XDECREF(list);
    return tuple;
}

bool ext_copy_exact(const ext_state *state, uint8_t *out, size_t len, const Py_buffer *buffer, const char *what) {
    if ((size_t)buffer->len == len) {
        memcpy(out, buffer->buf, len);
        return true;
    }
    ext_raise(state, WF_ERROR_ARGUMENT, what);
    return false;
}

bool ext_as_role(wf_role *out, const char *text) {
    if (text == NULL) {
        *out = WF_ROLE_NONE;
    } else if (strcmp(text, "device") == 0) {
        *out = WF_ROLE_DEVICE;
    } else if (strcmp(text, "controller") == 0) {
        *out = WF_ROLE_CONTROLLER;
    } else {
        return false;
    }
    return true;
}

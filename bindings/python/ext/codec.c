/* Frames, property maps and DA frames, from and to bytes. */
#include "module.h"
#include <warifu/frame.h>
#include <warifu/property_map.h>
#include <warifu/wire.h>

enum { FRAME_LEN = 65507 }; /* the longest UDP datagram */

/* ---- parsing ---- */

static PyObject *properties_of(const wf_property_list *list) {
    PyObject *items = PyList_New(0);
    size_t at = 0;
    wf_property property;
    while (items != NULL && wf_property_next(list, &at, &property)) {
        ext_append(&items, Py_BuildValue("(iN)", property.epc, ext_from_bytes(property.edt)));
    }
    return ext_as_tuple(items);
}

static PyObject *frame_record(const ext_state *state, const wf_frame *frame) {
    ext_record record = ext_record_begin(state->frame);
    ext_record_add(&record, PyLong_FromLong(frame->ehd2));
    ext_record_add(&record, PyLong_FromLong(frame->tid));
    ext_record_add(&record, PyLong_FromUnsignedLong(frame->seoj));
    ext_record_add(&record, PyLong_FromUnsignedLong(frame->deoj));
    ext_record_add(&record, PyLong_FromLong(frame->esv));
    ext_record_add(&record, properties_of(&frame->list));
    ext_record_add(&record, properties_of(&frame->gets));
    ext_record_add(&record, ext_from_bytes(frame->arbitrary));
    ext_record_add(&record, ext_from_bytes(frame->trailing));
    return ext_record_end(&record);
}

typedef wf_error (*parse_function)(wf_frame *out, wf_bytes bytes);

static PyObject *parse_with(PyObject *module, PyObject *args, parse_function parse) {
    const ext_state *state = PyModule_GetState(module);
    Py_buffer bytes;
    if (!PyArg_ParseTuple(args, "y*", &bytes)) {
        return NULL;
    }
    wf_frame frame;
    wf_error error = parse(&frame, ext_view(&bytes));
    PyObject *result = error == WF_OK ? frame_record(state, &frame) : ext_raise(state, error, NULL);
    PyBuffer_Release(&bytes);
    return result;
}

static PyObject *frame_parse(PyObject *module, PyObject *args) {
    return parse_with(module, args, wf_frame_parse);
}

static PyObject *edata_parse(PyObject *module, PyObject *args) {
    return parse_with(module, args, wf_edata_parse);
}

static PyObject *da_frame_record(const ext_state *state, const wf_da_frame *frame) {
    bool is_record = frame->type == WF_DA_REQUEST || frame->type == WF_DA_ANSWER;
    ext_record record = ext_record_begin(state->da_frame);
    ext_record_add(&record, PyLong_FromLong(frame->tid));
    ext_record_add(&record, PyLong_FromLong(frame->type));
    ext_record_add(&record, PyUnicode_FromString(wf_da_type_name(frame->type)));
    ext_record_add(&record,
                   frame->type == WF_DA_HELLO_ANSWER ? ext_from_hello(state, &frame->hello) : Py_NewRef(Py_None));
    ext_record_add(&record, PyLong_FromLong(frame->flags));
    ext_record_add(&record, ext_from_bytes(frame->cookie));
    ext_record_add(&record, ext_from_bytes(frame->tag));
    ext_record_add(&record, ext_from_bytes(frame->nonce));
    ext_record_add(&record,
                   frame->type == WF_DA_MESSAGE_3 ? PyLong_FromLong(frame->connection_id) : Py_NewRef(Py_None));
    ext_record_add(&record, ext_from_bytes(frame->kid));
    ext_record_add(&record, is_record ? PyLong_FromUnsignedLongLong(frame->piv) : Py_NewRef(Py_None));
    ext_record_add(&record, ext_from_bytes(frame->payload));
    return ext_record_end(&record);
}

static PyObject *da_frame_parse(PyObject *module, PyObject *args) {
    const ext_state *state = PyModule_GetState(module);
    Py_buffer bytes;
    if (!PyArg_ParseTuple(args, "y*:da_frame_parse", &bytes)) {
        return NULL;
    }
    wf_da_frame frame = {0};
    wf_error error = wf_da_frame_parse(&frame, ext_view(&bytes));
    PyObject *result = error == WF_OK ? da_frame_record(state, &frame) : ext_raise(state, error, NULL);
    PyBuffer_Release(&bytes);
    return result;
}

/* ---- composing ---- */

static bool add_property(const ext_state *state, wf_frame_writer *writer, PyObject *item) {
    uint8_t epc;
    Py_buffer edt;
    if (!PyArg_Parse(item, "(O&y*);a property is a tuple of EPC and EDT", ext_as_u8, &epc, &edt)) {
        return false;
    }
    bool fits = wf_frame_property(writer, epc, ext_view(&edt));
    PyBuffer_Release(&edt);
    if (!fits) {
        ext_raise(state, WF_ERROR_TOO_SMALL, "a frame takes 255 properties of 255 bytes and 65,507 bytes in all");
    }
    return fits;
}

static bool add_properties(const ext_state *state, wf_frame_writer *writer, PyObject *properties) {
    PyObject *iterator = PyObject_GetIter(properties);
    PyObject *item;
    bool good = iterator != NULL;
    while (good && (item = PyIter_Next(iterator)) != NULL) {
        good = add_property(state, writer, item);
        Py_DECREF(item);
    }
    Py_XDECREF(iterator);
    return good && !PyErr_Occurred();
}

static PyObject *finish_frame(const ext_state *state, const wf_writer *out) {
    size_t len;
    wf_error error = wf_writer_finish(out, &len);
    return error == WF_OK ? ext_from_bytes(wf_bytes_of(out->start, len)) : ext_raise(state, error, NULL);
}

static PyObject *compose(PyObject *module, bool with_header, uint16_t tid, PyObject *args) {
    const ext_state *state = PyModule_GetState(module);
    wf_eoj seoj, deoj;
    uint8_t esv;
    PyObject *properties, *gets = Py_None;
    if (!PyArg_ParseTuple(args, "O&O&O&O|O", ext_as_eoj, &seoj, ext_as_eoj, &deoj, ext_as_u8, &esv, &properties,
                          &gets)) {
        return NULL;
    }
    if (wf_esv_has_two_lists(esv) != (gets != Py_None)) {
        return ext_raise(state, WF_ERROR_ARGUMENT, "the SetGet family has two lists, every other service has one");
    }
    PyObject *result = NULL;
    uint8_t *buffer = PyMem_Malloc(FRAME_LEN);
    if (buffer == NULL) {
        return PyErr_NoMemory();
    }
    wf_writer out = wf_writer_of(buffer, FRAME_LEN);
    wf_frame_writer writer =
        with_header ? wf_frame_begin(&out, tid, seoj, deoj, esv) : wf_edata_begin(&out, seoj, deoj, esv);
    if (add_properties(state, &writer, properties)) {
        if (gets == Py_None) {
            result = finish_frame(state, &out);
        } else {
            wf_frame_gets(&writer);
            result = add_properties(state, &writer, gets) ? finish_frame(state, &out) : NULL;
        }
    }
    PyMem_Free(buffer);
    return result;
}

static PyObject *edata_compose(PyObject *module, PyObject *args) {
    return compose(module, false, 0, args);
}

static PyObject *frame_compose(PyObject *module, PyObject *args) {
    uint16_t tid;
    PyObject *first = PyTuple_GetSlice(args, 0, 1);
    PyObject *rest = PyTuple_GetSlice(args, 1, PyTuple_Size(args));
    PyObject *result = NULL;
    if (first != NULL && rest != NULL && PyArg_ParseTuple(first, "O&:frame_compose", ext_as_u16, &tid)) {
        result = compose(module, true, tid, rest);
    }
    Py_XDECREF(first);
    Py_XDECREF(rest);
    return result;
}

static PyObject *frame_arbitrary(PyObject *module, PyObject *args) {
    const ext_state *state = PyModule_GetState(module);
    uint16_t tid;
    Py_buffer bytes;
    if (!PyArg_ParseTuple(args, "O&y*:frame_arbitrary", ext_as_u16, &tid, &bytes)) {
        return NULL;
    }
    PyObject *result = NULL;
    uint8_t *buffer = PyMem_Malloc(FRAME_LEN);
    if (buffer == NULL) {
        PyErr_NoMemory();
    } else {
        wf_writer out = wf_writer_of(buffer, FRAME_LEN);
        wf_frame_arbitrary(&out, tid, ext_view(&bytes));
        result = finish_frame(state, &out);
    }
    PyMem_Free(buffer);
    PyBuffer_Release(&bytes);
    return result;
}

/* ---- the rest ---- */

static PyObject *esv_name(PyObject *module, PyObject *args) {
    uint8_t esv;
    (void)module;
    return PyArg_ParseTuple(args, "O&:esv_name", ext_as_u8, &esv) ? PyUnicode_FromString(wf_esv_name(esv)) : NULL;
}

static PyObject *epcs_of(const wf_epc_set *set) {
    PyObject *list = PyList_New(0);
    for (unsigned epc = 0x80; list != NULL && epc <= 0xFF; epc++) {
        if (wf_epc_set_has(set, (uint8_t)epc)) {
            ext_append(&list, PyLong_FromUnsignedLong(epc));
        }
    }
    return list;
}

static PyObject *property_map_read(PyObject *module, PyObject *args) {
    const ext_state *state = PyModule_GetState(module);
    Py_buffer edt;
    if (!PyArg_ParseTuple(args, "y*:property_map_read", &edt)) {
        return NULL;
    }
    wf_epc_set set = {{0, 0}};
    wf_error error = wf_property_map_read(&set, ext_view(&edt));
    PyObject *result = error == WF_OK ? epcs_of(&set) : ext_raise(state, error, NULL);
    PyBuffer_Release(&edt);
    return result;
}

static PyObject *property_map_write(PyObject *module, PyObject *epcs) {
    const ext_state *state = PyModule_GetState(module);
    wf_epc_set set = {{0, 0}};
    PyObject *iterator = PyObject_GetIter(epcs);
    PyObject *item;
    bool good = iterator != NULL;
    while (good && (item = PyIter_Next(iterator)) != NULL) {
        uint8_t epc = 0;
        good = ext_as_u8(item, &epc) != 0;
        if (good && epc < 0x80) {
            ext_raise(state, WF_ERROR_ARGUMENT, "an EPC lies in 80..FF");
            good = false;
        }
        wf_epc_set_add(&set, epc);
        Py_DECREF(item);
    }
    Py_XDECREF(iterator);
    if (!good || PyErr_Occurred()) {
        return NULL;
    }
    uint8_t buffer[WF_PROPERTY_MAP_LEN];
    wf_writer out = wf_writer_of(buffer, sizeof buffer);
    wf_property_map_write(&out, &set);
    return finish_frame(state, &out);
}

PyMethodDef ext_codec_functions[] = {
    {"frame_parse", frame_parse, METH_VARARGS,
     "frame_parse($module, datagram, /)\n--\n\nTakes a frame apart. Raises errors.Frame."},
    {"edata_parse", edata_parse, METH_VARARGS,
     "edata_parse($module, edata, /)\n--\n\nTakes EDATA (SEOJ to the last property) apart, with TID 0. Raises "
     "errors.Frame."},
    {"frame_compose", frame_compose, METH_VARARGS,
     "frame_compose($module, tid, seoj, deoj, esv, properties, gets=None, /)\n--\n\nA frame of the specified format. "
     "`properties` are tuples of EPC and EDT. Raises Argument, TooSmall."},
    {"edata_compose", edata_compose, METH_VARARGS,
     "edata_compose($module, seoj, deoj, esv, properties, gets=None, /)\n--\n\nThe same without EHD and TID."},
    {"frame_arbitrary", frame_arbitrary, METH_VARARGS,
     "frame_arbitrary($module, tid, data, /)\n--\n\nA frame of the arbitrary format. Raises TooSmall."},
    {"da_frame_parse", da_frame_parse, METH_VARARGS,
     "da_frame_parse($module, datagram, /)\n--\n\nTakes a frame of the open DA profile 1 apart. Raises errors.Frame."},
    {"esv_name", esv_name, METH_VARARGS,
     "esv_name($module, esv, /)\n--\n\n\"Get_Res\"; \"reserved\" for unknown ones."},
    {"property_map_read", property_map_read, METH_VARARGS,
     "property_map_read($module, edt, /)\n--\n\nThe EPCs of a property map (9D, 9E, 9F), sorted. Raises "
     "errors.PropertyMap."},
    {"property_map_write", property_map_write, METH_O,
     "property_map_write($module, epcs, /)\n--\n\nThe property map of these EPCs. Raises Argument."},
    {NULL, NULL, 0, NULL},
};

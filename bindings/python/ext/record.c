/* Records: what the core hands out in structs becomes an immutable tuple with names. */
#include "extension.h"

ext_record ext_record_begin(PyTypeObject *type) {
    PyObject *object = PyStructSequence_New(type);
    return (ext_record){.object = object, .failed = object == NULL};
}

void ext_record_add(ext_record *record, PyObject *value) {
    if (record->failed || value == NULL) {
        record->failed = true;
        Py_XDECREF(value);
        return;
    }
    PyStructSequence_SetItem(record->object, record->at++, value);
}

PyObject *ext_record_end(ext_record *record) {
    if (record->failed) {
        Py_CLEAR(record->object);
    }
    return record->object;
}

static PyStructSequence_Field hello_fields[] = {
    {"is_device", "it takes pairings"},
    {"is_controller", "it makes pairings"},
    {"window_open", "its pairing window is open"},
    {"has_pairings", "it is paired with somebody"},
    {"demands_code", "who pairs with it has to know its set-up code"},
    {"demands_root", "who pairs with it needs a certificate under its roots"},
    {"suites", "the EDHOC cipher suites it takes, of 2 and 3"},
    {"window_seconds", "how long the window stays open, in seconds"},
    {NULL, NULL},
};
static PyStructSequence_Desc hello_description = {
    "warifu.Hello", "What a node says about itself in a hello: a hint, authenticated by nothing.", hello_fields, 8};

static PyStructSequence_Field event_fields[] = {
    {"kind", "\"done\", \"answer\", \"found\", ..."},
    {"request", "the request it belongs to; 0: none"},
    {"peer", "the peer's id; 0: none"},
    {"address", "from where; None where that has no meaning"},
    {"error", "code of the error table; 0: success"},
    {"is_protected", "whether it came in a record of `peer`"},
    {"step", "of a pairing; None otherwise"},
    {"hello", "of \"found\"; None otherwise"},
    {"number", "identification number (17 bytes); None where there is none"},
    {"tid", "TID of the frame"},
    {"eoj", "the object of \"property_set\", or that the policy refused"},
    {"epc", "the property of it"},
    {"edata", "EDATA, or the value of \"property_set\", or every EPC that the policy refused"},
    {"known", "a node of the roster; 0: none"},
    {"changes", "of \"node_changed\": a sum of 1 address, 2 instances, 4 number, 8 online, 16 details"},
    {"access", "what the policy refused: a sum of 1 read, 2 write, 4 notify, 8 announce"},
    {"signed_by", "of what came in a group: fingerprint of the certificate whose key signed it; None otherwise"},
    {NULL, NULL},
};
static PyStructSequence_Desc event_description = {"warifu._warifu.Event", "What happened in an engine.", event_fields,
                                                  17};

static PyStructSequence_Field group_fields[] = {
    {"manager", "the peer that manages it; 0: this node"},
    {"gid", "of the group 4 bytes, of its epoch 2"},
    {"members", "who have the keys of this epoch; on a device: who are listened to"},
    {"waiting", "peers who have not"},
    {"next_number", "that this node will use in it"},
    {NULL, NULL},
};
static PyStructSequence_Desc group_description = {"warifu._warifu.GroupRow", "A group of an engine.", group_fields, 5};

static PyStructSequence_Field peer_fields[] = {
    {"id", "valid in this engine only"},
    {"number", "identification number (17 bytes)"},
    {"fingerprint", "SHA-256 of its certificate"},
    {"role", "\"device\" or \"controller\""},
    {"address", "where it was last proven to be; None: unknown"},
    {"has_session", "whether fresh keys are there"},
    {NULL, NULL},
};
static PyStructSequence_Desc peer_description = {"warifu._warifu.PeerRow", "One pairing of an engine.", peer_fields, 6};

static PyStructSequence_Field known_fields[] = {
    {"id", "valid in this engine only"},
    {"address", "where it was heard last"},
    {"is_online", "whether it answered when it was last asked"},
    {"error", "why it is offline: code of the error table; 0: it isn't"},
    {"is_peer", "whether it is paired: then address and number are proven"},
    {"number", "identification number (17 bytes); None: not known"},
    {"maker", "maker code (3 bytes); None: not known"},
    {"version", "82 of the node profile (4 bytes); None: not known"},
    {"limit", "most properties that it takes at once; 0: not learnt"},
    {"no_setget", "whether it refuses SetGet"},
    {"objects", "EOJs, without the node profile"},
    {"other", "the same node in the other family of addresses; None: not known"},
    {NULL, NULL},
};
static PyStructSequence_Desc known_description = {"warifu._warifu.KnownRow", "One node of the roster.", known_fields,
                                                  12};

static PyStructSequence_Field frame_fields[] = {
    {"ehd2", "0x81 (specified format) or 0x82 (arbitrary)"},
    {"tid", "TID"},
    {"seoj", "source object"},
    {"deoj", "destination object"},
    {"esv", "service"},
    {"properties", "(EPC, EDT) in order; the set list of the SetGet family"},
    {"gets", "(EPC, EDT) of the get list of the SetGet family"},
    {"arbitrary", "what follows the TID in the arbitrary format"},
    {"trailing", "bytes after the last property"},
    {NULL, NULL},
};
static PyStructSequence_Desc frame_description = {"warifu._warifu.ParsedFrame",
                                                  "An ECHONET Lite frame (Part II chapter 3).", frame_fields, 9};

static PyStructSequence_Field da_frame_fields[] = {
    {"tid", "TID"},
    {"type", "type byte"},
    {"name", "\"message_1\", \"request\", ..."},
    {"hello", "of a hello answer; None otherwise"},
    {"flags", "of message_1"},
    {"cookie", "of message_1 and RETRY"},
    {"tag", "of message_1 and WAKE"},
    {"nonce", "of WAKE"},
    {"connection_id", "of message_3; None otherwise"},
    {"kid", "of a record"},
    {"piv", "of a record; None otherwise"},
    {"payload", "EDHOC message, or ciphertext and tag"},
    {NULL, NULL},
};
static PyStructSequence_Desc da_frame_description = {
    "warifu._warifu.ParsedDaFrame", "A frame of the open DA profile 1, as far as it is in clear.", da_frame_fields, 12};

static PyStructSequence_Field certificate_fields[] = {
    {"serial", "serial number, big endian"},
    {"issuer", "Name, DER"},
    {"subject", "Name, DER"},
    {"not_before", "seconds since 1970"},
    {"not_after", "seconds since 1970"},
    {"public_key", "P-256 point: x and y, 32 bytes each"},
    {"is_ca", "whether it may sign certificates"},
    {"path_len", "most CAs below it; None: no limit"},
    {"number", "identification number (17 bytes); None where there is none"},
    {"role", "\"device\", \"controller\" or None"},
    {"fingerprint", "SHA-256 of the DER"},
    {NULL, NULL},
};
static PyStructSequence_Desc certificate_description = {
    "warifu._warifu.ParsedCertificate", "An X.509 certificate of the device profile.", certificate_fields, 11};

static int add_record(PyObject *module, PyTypeObject **out, PyStructSequence_Desc *description) {
    *out = PyStructSequence_NewType(description);
    return *out == NULL ? -1 : PyModule_AddType(module, *out);
}

int ext_add_records(PyObject *module, ext_state *state) {
    if (add_record(module, &state->hello, &hello_description) < 0 ||
        add_record(module, &state->event, &event_description) < 0 ||
        add_record(module, &state->peer, &peer_description) < 0 ||
        add_record(module, &state->known, &known_description) < 0 ||
        add_record(module, &state->group, &group_description) < 0 ||
        add_record(module, &state->frame, &frame_description) < 0 ||
        add_record(module, &state->da_frame, &da_frame_description) < 0 ||
        add_record(module, &state->certificate, &certificate_description) < 0) {
        return -1;
    }
    return 0;
}

PyObject *ext_from_hello(const ext_state *state, const wf_hello *hello) {
    ext_record record = ext_record_begin(state->hello);
    ext_record_add(&record, PyBool_FromLong(hello->is_device));
    ext_record_add(&record, PyBool_FromLong(hello->is_controller));
    ext_record_add(&record, PyBool_FromLong(hello->window_open));
    ext_record_add(&record, PyBool_FromLong(hello->has_pairings));
    ext_record_add(&record, PyBool_FromLong(hello->demands_code));
    ext_record_add(&record, PyBool_FromLong(hello->demands_root));
    if (hello->takes_suite_2 && hello->takes_suite_3) {
        ext_record_add(&record, Py_BuildValue("(ii)", 3, 2));
    } else if (hello->takes_suite_2 || hello->takes_suite_3) {
        ext_record_add(&record, Py_BuildValue("(i)", hello->takes_suite_3 ? 3 : 2));
    } else {
        ext_record_add(&record, PyTuple_New(0));
    }
    ext_record_add(&record, PyLong_FromLong(hello->window_seconds));
    return ext_record_end(&record);
}

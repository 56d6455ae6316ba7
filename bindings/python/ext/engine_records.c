/* What an engine hands out in structs, as records. */
#include "engine.h"

static bool is_any(const uint8_t *at, size_t len) {
    uint8_t bits = 0;
    for (size_t i = 0; i < len; i++) {
        bits |= at[i];
    }
    return bits != 0;
}

PyObject *engine_event_record(const ext_state *state, const wf_event *event) {
    bool step = event->kind == WF_EVENT_PAIR_STEP, found = event->kind == WF_EVENT_FOUND;
    ext_record record = ext_record_begin(state->event);
    ext_record_add(&record, PyUnicode_FromString(wf_event_kind_text(event->kind)));
    ext_record_add(&record, PyLong_FromUnsignedLong(event->request.value));
    ext_record_add(&record, PyLong_FromUnsignedLong(event->peer.value));
    ext_record_add(&record, ext_from_address(&event->from));
    ext_record_add(&record, PyLong_FromLong((long)event->error));
    ext_record_add(&record, PyBool_FromLong(event->is_protected));
    ext_record_add(&record, step ? PyUnicode_FromString(wf_pair_step_text(event->step)) : Py_NewRef(Py_None));
    ext_record_add(&record, found ? ext_from_hello(state, &event->hello) : Py_NewRef(Py_None));
    bool numbered = is_any(event->number, sizeof event->number);
    ext_record_add(&record, ext_from_optional_bytes(numbered, event->number, sizeof event->number));
    ext_record_add(&record, PyLong_FromLong(event->tid));
    ext_record_add(&record, PyLong_FromUnsignedLong(event->eoj));
    ext_record_add(&record, PyLong_FromLong(event->epc));
    ext_record_add(&record, ext_from_bytes(event->edata));
    ext_record_add(&record, PyLong_FromUnsignedLong(event->known.value));
    ext_record_add(&record, PyLong_FromUnsignedLong(event->changes));
    ext_record_add(&record, PyLong_FromLong(event->access));
    ext_record_add(&record, ext_from_optional_bytes(event->is_signed, event->member, sizeof event->member));
    return ext_record_end(&record);
}

PyObject *engine_peer_record(const ext_state *state, const wf_peer *peer) {
    ext_record record = ext_record_begin(state->peer);
    ext_record_add(&record, PyLong_FromUnsignedLong(peer->id.value));
    ext_record_add(&record, ext_from_bytes(wf_bytes_of(peer->number, sizeof peer->number)));
    ext_record_add(&record, ext_from_bytes(wf_bytes_of(peer->fingerprint, sizeof peer->fingerprint)));
    ext_record_add(&record, ext_from_role(peer->role));
    ext_record_add(&record, ext_from_address(&peer->address));
    ext_record_add(&record, PyBool_FromLong(peer->has_session));
    return ext_record_end(&record);
}

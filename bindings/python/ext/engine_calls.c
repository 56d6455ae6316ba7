/* Engine: its calls, each between engine_enter and engine_leave. Those on its node are in engine_node.c. */
#include "engine.h"
#include <string.h>

static engine_object *engine_of(PyObject *object) {
    return (engine_object *)object;
}

PyObject *engine_none_or_raise(PyObject *object, wf_error error) {
    return error == WF_OK ? Py_NewRef(Py_None) : ext_raise(ext_state_of(object), error, NULL);
}

static PyObject *id_or_raise(PyObject *object, wf_error error, wf_request_id id) {
    return error == WF_OK ? PyLong_FromUnsignedLong(id.value) : ext_raise(ext_state_of(object), error, NULL);
}

/* ---- datagrams, events, time ---- */

static PyObject *receive(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    const char *text;
    int multicast;
    PyObject *datagram;
    wf_address from;
    /* Only bytes: nobody can change them while the GIL is given up. */
    if (!PyArg_ParseTuple(args, "O&spS:receive", ext_as_u64, &now, &text, &multicast, &datagram) ||
        !ext_as_address(ext_state_of(object), &from, text, self->port) || !engine_enter(self)) {
        return NULL;
    }
    wf_bytes view = wf_bytes_of((const uint8_t *)PyBytes_AsString(datagram), (size_t)PyBytes_Size(datagram));
    engine_release_gil(self);
    wf_engine_receive(self->engine, now, &from, multicast != 0, view);
    engine_take_gil(self);
    engine_leave(self);
    return Py_NewRef(Py_None);
}

static PyObject *next_datagram(PyObject *object, PyObject *unused) {
    engine_object *self = engine_of(object);
    wf_datagram datagram;
    (void)unused;
    if (!engine_enter(self)) {
        return NULL;
    }
    PyObject *result = NULL;
    if (wf_engine_next_datagram(self->engine, &datagram)) {
        result = Py_BuildValue("(NN)", ext_from_address(&datagram.to), ext_from_bytes(datagram.bytes));
    } else {
        result = Py_NewRef(Py_None);
    }
    engine_leave(self);
    return result;
}

static PyObject *next_event(PyObject *object, PyObject *unused) {
    engine_object *self = engine_of(object);
    wf_event event;
    (void)unused;
    if (!engine_enter(self)) {
        return NULL;
    }
    bool any = wf_engine_next_event(self->engine, &event);
    PyObject *result = any ? ext_from_event(ext_state_of(object), &event) : Py_NewRef(Py_None);
    if (any && event.kind == WF_EVENT_DONE) {
        engine_is_done(self, event.request);
    }
    engine_leave(self);
    return result;
}

static PyObject *deadline(PyObject *object, PyObject *unused) {
    engine_object *self = engine_of(object);
    (void)unused;
    if (!engine_enter(self)) {
        return NULL;
    }
    wf_time at = wf_engine_deadline(self->engine);
    engine_leave(self);
    return at == WF_TIME_NEVER ? Py_NewRef(Py_None) : PyLong_FromUnsignedLongLong(at);
}

static PyObject *tick(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    if (!PyArg_ParseTuple(args, "O&:tick", ext_as_u64, &now) || !engine_enter(self)) {
        return NULL;
    }
    engine_release_gil(self);
    wf_engine_tick(self->engine, now);
    engine_take_gil(self);
    engine_leave(self);
    return Py_NewRef(Py_None);
}

static PyObject *set_date(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    long long seconds;
    if (!PyArg_ParseTuple(args, "O&L:set_date", ext_as_u64, &now, &seconds) || !engine_enter(self)) {
        return NULL;
    }
    wf_engine_set_date(self->engine, now, seconds);
    engine_leave(self);
    return Py_NewRef(Py_None);
}

/* ---- requests ---- */

static PyObject *request(PyObject *object, PyObject *args, PyObject *keywords) {
    static char *names[] = {"now", "edata", "peer", "address", "timeout_ms", "repeatable", NULL};
    engine_object *self = engine_of(object);
    wf_request order = {0};
    wf_request_id id = {0};
    uint64_t now;
    Py_buffer edata;
    const char *address = NULL;
    int repeatable = 0;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O&y*|$O&zO&p:request", names, ext_as_u64, &now, &edata,
                                     ext_as_u32, &order.target.peer.value, &address, ext_as_u32, &order.timeout_ms,
                                     &repeatable)) {
        return NULL;
    }
    PyObject *result = NULL;
    if (ext_as_address(ext_state_of(object), &order.target.address, address, self->port) && engine_enter(self)) {
        order.edata = ext_view(&edata);
        order.repeatable = repeatable != 0;
        wf_error error = wf_engine_request(self->engine, now, &id, &order);
        engine_leave(self);
        result = id_or_raise(object, error, id);
    }
    PyBuffer_Release(&edata);
    return result;
}

static PyObject *hello(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    const char *text;
    uint32_t duration;
    wf_address to;
    wf_request_id id = {0};
    if (!PyArg_ParseTuple(args, "O&zO&:hello", ext_as_u64, &now, &text, ext_as_u32, &duration) ||
        !ext_as_address(ext_state_of(object), &to, text, self->port) || !engine_enter(self)) {
        return NULL;
    }
    wf_error error = wf_engine_hello(self->engine, now, &id, &to, duration);
    engine_leave(self);
    return id_or_raise(object, error, id);
}

static PyObject *cancel(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    wf_request_id id;
    if (!PyArg_ParseTuple(args, "O&O&:cancel", ext_as_u64, &now, ext_as_u32, &id.value) || !engine_enter(self)) {
        return NULL;
    }
    wf_engine_cancel(self->engine, now, id);
    engine_leave(self);
    return Py_NewRef(Py_None);
}

static PyObject *send_raw(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    const char *text;
    wf_address to;
    Py_buffer datagram;
    if (!PyArg_ParseTuple(args, "zy*:send_raw", &text, &datagram)) {
        return NULL;
    }
    PyObject *result = NULL;
    if (ext_as_address(ext_state_of(object), &to, text, self->port) && engine_enter(self)) {
        wf_error error = wf_engine_send_raw(self->engine, &to, ext_view(&datagram));
        engine_leave(self);
        result = engine_none_or_raise(object, error);
    }
    PyBuffer_Release(&datagram);
    return result;
}

/* ---- pairing ---- */

static PyObject *pair(PyObject *object, PyObject *args, PyObject *keywords) {
    static char *names[] = {"now", "address", "number", "code", "root_too", "duration_ms", NULL};
    engine_object *self = engine_of(object);
    const ext_state *state = ext_state_of(object);
    uint64_t now;
    const char *text;
    Py_buffer number = {0};
    PyObject *code = Py_None;
    int root_too = 0;
    uint8_t wanted[WF_NUMBER_LEN];
    wf_pair_order order = {0};
    wf_request_id id = {0};
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O&s|z*$OpO&:pair", names, ext_as_u64, &now, &text, &number, &code,
                                     &root_too, ext_as_u32, &order.duration_ms)) {
        return NULL;
    }
    PyObject *result = NULL;
    bool named = number.obj != NULL;
    order.root_too = root_too != 0;
    if (ext_as_address(state, &order.address, text, self->port) && ext_as_setup_code(state, &order.code, code) &&
        (!named || ext_copy_exact(state, wanted, sizeof wanted, &number, "number has 17 bytes")) &&
        engine_enter(self)) {
        order.number = named ? wanted : NULL;
        engine_release_gil(self);
        wf_error error = wf_engine_pair(self->engine, now, &id, &order);
        engine_take_gil(self);
        engine_leave(self);
        result = id_or_raise(object, error, id);
    }
    if (named) {
        PyBuffer_Release(&number);
    }
    return result;
}

static PyObject *pair_decide(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    wf_request_id id;
    int accept;
    if (!PyArg_ParseTuple(args, "O&O&p:pair_decide", ext_as_u64, &now, ext_as_u32, &id.value, &accept) ||
        !engine_enter(self)) {
        return NULL;
    }
    engine_release_gil(self);
    wf_engine_pair_decide(self->engine, now, id, accept != 0);
    engine_take_gil(self);
    engine_leave(self);
    return Py_NewRef(Py_None);
}

static PyObject *unpair(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    wf_peer_id peer;
    wf_request_id id = {0};
    if (!PyArg_ParseTuple(args, "O&O&:unpair", ext_as_u64, &now, ext_as_u32, &peer.value) || !engine_enter(self)) {
        return NULL;
    }
    wf_error error = wf_engine_unpair(self->engine, now, &id, peer);
    engine_leave(self);
    return id_or_raise(object, error, id);
}

static PyObject *forget_peer(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    wf_peer_id peer;
    if (!PyArg_ParseTuple(args, "O&O&:forget_peer", ext_as_u64, &now, ext_as_u32, &peer.value) || !engine_enter(self)) {
        return NULL;
    }
    wf_error error = wf_engine_forget_peer(self->engine, now, peer);
    engine_leave(self);
    return engine_none_or_raise(object, error);
}

static PyObject *factory_reset(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    if (!PyArg_ParseTuple(args, "O&:factory_reset", ext_as_u64, &now) || !engine_enter(self)) {
        return NULL;
    }
    wf_error error = wf_engine_factory_reset(self->engine, now);
    engine_leave(self);
    return engine_none_or_raise(object, error);
}

static PyObject *open_window(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    uint32_t duration = 0, pairings = 0;
    if (!PyArg_ParseTuple(args, "O&|O&O&:open_window", ext_as_u64, &now, ext_as_u32, &duration, ext_as_u32,
                          &pairings) ||
        !engine_enter(self)) {
        return NULL;
    }
    wf_error error = wf_engine_open_window(self->engine, now, duration, pairings);
    engine_leave(self);
    return engine_none_or_raise(object, error);
}

static PyObject *close_window(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    if (!PyArg_ParseTuple(args, "O&:close_window", ext_as_u64, &now) || !engine_enter(self)) {
        return NULL;
    }
    wf_engine_close_window(self->engine, now);
    engine_leave(self);
    return Py_NewRef(Py_None);
}

static PyObject *window(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    if (!PyArg_ParseTuple(args, "O&:window", ext_as_u64, &now) || !engine_enter(self)) {
        return NULL;
    }
    wf_window_state seen = wf_engine_window(self->engine, now);
    engine_leave(self);
    return Py_BuildValue("(kIII)", (unsigned long)seen.left_ms, seen.pairings, seen.failures, seen.opened_today);
}

/* ---- what was seen ---- */

static PyObject *peers(PyObject *object, PyObject *unused) {
    engine_object *self = engine_of(object);
    wf_peer peer;
    unsigned at = 0;
    (void)unused;
    if (!engine_enter(self)) {
        return NULL;
    }
    PyObject *list = PyList_New(0);
    while (list != NULL && wf_engine_next_peer(self->engine, &at, &peer)) {
        PyObject *item = ext_from_peer(ext_state_of(object), &peer);
        if (item == NULL || PyList_Append(list, item) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(item);
    }
    engine_leave(self);
    return list;
}

static bool add_counter(PyObject *counters, const char *name, uint64_t count) {
    PyObject *value = PyLong_FromUnsignedLongLong(count);
    bool good = value != NULL && PyDict_SetItemString(counters, name, value) == 0;
    Py_XDECREF(value);
    return good;
}

static PyObject *counters(PyObject *object, PyObject *unused) {
    engine_object *self = engine_of(object);
    (void)unused;
    if (!engine_enter(self)) {
        return NULL;
    }
    const wf_counters seen = *wf_engine_counters(self->engine);
    engine_leave(self);
    PyObject *result = PyDict_New();
#define ADD_COUNTER(name, what)                                     \
    if (result != NULL && !add_counter(result, #name, seen.name)) { \
        Py_CLEAR(result);                                           \
    }
    WF_COUNTERS(ADD_COUNTER)
#undef ADD_COUNTER
    return result;
}

#define KEYWORDS (METH_VARARGS | METH_KEYWORDS)
PyMethodDef engine_methods[] = {
    {"add_object", engine_add_object, METH_VARARGS, "add_object($self, eoj, /)\n--\n\nRaises Argument, Capacity."},
    {"add_property", engine_add_property, METH_VARARGS,
     "add_property($self, eoj, epc, access, min_len, max_len, value, /)\n--\n\n`access` is a sum of 1 get, 2 set, 4 "
     "announced. "
     "Raises NoObject, Argument, Capacity."},
    {"announce", engine_announce, METH_VARARGS,
     "announce($self, now, /)\n--\n\nOnce all objects are there: tells the network that this node is up."},
    {"put", engine_put, METH_VARARGS,
     "put($self, now, eoj, epc, value, /)\n--\n\nWrites a property of this node. Raises NoObject, NoProperty, "
     "Argument."},
    {"get", engine_get, METH_VARARGS,
     "get($self, eoj, epc, /)\n--\n\nReads a property of this node. Raises NoObject, NoProperty."},
    {"remove_object", engine_remove_object, METH_VARARGS,
     "remove_object($self, eoj, /)\n--\n\nWith its properties. Raises NoObject, Argument."},
    {"remove_property", engine_remove_property, METH_VARARGS,
     "remove_property($self, eoj, epc, /)\n--\n\nRaises NoObject, NoProperty, Argument."},
    {"announce_instances", engine_announce_instances, METH_VARARGS,
     "announce_instances($self, now, /)\n--\n\nAfter objects came or went: the instance list again."},
    {"later", engine_later, METH_NOARGS,
     "later($self, /)\n--\n\nInside a get or set hook, which gives what this gives: answer_later() decides. Raises "
     "State, Capacity."},
    {"answer_later", engine_answer_later, METH_VARARGS,
     "answer_later($self, now, later, accept, value=b'', /)\n--\n\nDecides what a hook put off. Raises State (too "
     "late, or decided), NoObject, NoProperty, Argument (not such a value: it still waits)."},
    {"receive", receive, METH_VARARGS,
     "receive($self, now, address, multicast, datagram, /)\n--\n\nOne datagram (bytes) in; gives up the GIL."},
    {"next_datagram", next_datagram, METH_NOARGS,
     "next_datagram($self, /)\n--\n\n(address, datagram) to send, or None. The address None means every group."},
    {"next_event", next_event, METH_NOARGS, "next_event($self, /)\n--\n\nWhat happened, as an Event, or None."},
    {"deadline", deadline, METH_NOARGS,
     "deadline($self, /)\n--\n\nWhen to call tick(); None: only a datagram changes anything."},
    {"tick", tick, METH_VARARGS, "tick($self, now, /)\n--\n\nLets time pass; gives up the GIL."},
    {"set_date", set_date, METH_VARARGS,
     "set_date($self, now, seconds, /)\n--\n\nThe date in seconds since 1970, for certificates."},
    {"request", EXT_METHOD(request), KEYWORDS,
     "request($self, now, edata, *, peer=0, address=None, timeout_ms=0, repeatable=False)\n--\n\nSends a request and "
     "gives "
     "its "
     "id; neither peer nor address: to everybody. Raises errors.Frame, Capacity, NotPaired, TooSmall."},
    {"inform", EXT_METHOD(engine_inform), KEYWORDS,
     "inform($self, now, eoj, epcs, *, peer=0, address=None, confirm=False, timeout_ms=0)\n--\n\n"
     "Tells one node (INF, or with `confirm` INFC) or everybody properties of this node as they are; gives the "
     "request's id, 0 where there is nothing to wait for. Raises Argument, NoObject, NoProperty, errors.Policy, "
     "Capacity, NotPaired, TooSmall."},
    {"call", EXT_METHOD(engine_call), KEYWORDS,
     "call($self, now, seoj, deoj, sets, gets, *, peer=0, address=None, timeout_ms=0, verify_ms=0,\n"
     "     repeatable=False, force=False)\n--\n\n"
     "Begins a call: sets [(epc, edt)], then gets (EPCs as bytes), whatever the device's limits; gives its id. With "
     "`force` many gets are asked for though the map 9F does not list them. Raises "
     "Argument, Capacity, NotPaired, TooSmall, State."},
    {"results", engine_results, METH_NOARGS,
     "results($self, /)\n--\n\n(epc, is_set, status, edt) for each property of the call whose \"done\" next_event() "
     "gave last."},
    {"discover", engine_discover, METH_VARARGS,
     "discover($self, now, address, duration_ms, check, /)\n--\n\nAsks who is there (address None: everybody); with "
     "`check` those who stay silent are asked one by one. Raises Capacity."},
    {"interview", engine_interview, METH_VARARGS,
     "interview($self, now, known, /)\n--\n\nAsks a node for its property maps, in the background. Raises NoObject, "
     "State."},
    {"known", engine_known, METH_NOARGS, "known($self, /)\n--\n\nThe roster, as KnownRow."},
    {"known_one", engine_known_one, METH_VARARGS, "known_one($self, id, /)\n--\n\nThe same for one node, or None."},
    {"forget", engine_forget, METH_VARARGS, "forget($self, id, /)\n--\n\nDrops a node from the roster."},
    {"hello", hello, METH_VARARGS,
     "hello($self, now, address, duration_ms, /)\n--\n\nAsks who speaks Device Authentication; None: everybody."},
    {"cancel", cancel, METH_VARARGS, "cancel($self, now, request, /)\n--\n\nEnds a request early."},
    {"send_raw", send_raw, METH_VARARGS,
     "send_raw($self, address, datagram, /)\n--\n\nAny datagram as it is, for tests of others. Raises Capacity, "
     "TooSmall."},
    {"pair", EXT_METHOD(pair), KEYWORDS,
     "pair($self, now, address, number=None, *, code=None, root_too=False, duration_ms=0)\n--\n\nBegins a pairing; "
     "gives up the GIL. Raises State, Capacity, Argument, Untrusted."},
    {"pair_decide", pair_decide, METH_VARARGS,
     "pair_decide($self, now, request, accept, /)\n--\n\nAnswers \"pair_question\"."},
    {"unpair", unpair, METH_VARARGS, "unpair($self, now, peer, /)\n--\n\nEnds a pairing. Raises NotPaired, Capacity."},
    {"forget_peer", forget_peer, METH_VARARGS,
     "forget_peer($self, now, peer, /)\n--\n\nRemoves a pairing here; the peer isn't told. Raises NotPaired, Store."},
    {"factory_reset", factory_reset, METH_VARARGS,
     "factory_reset($self, now, /)\n--\n\nErases all pairings and keys. Raises State, Store, Entropy."},
    {"open_window", open_window, METH_VARARGS,
     "open_window($self, now, duration_ms=0, pairings=0, /)\n--\n\nOpens the pairing window; 0: 180 s, and one "
     "pairing. Raises State, Argument, LockedOut, errors.Store."},
    {"close_window", close_window, METH_VARARGS, "close_window($self, now, /)\n--\n\nCloses the pairing window."},
    {"window", window, METH_VARARGS,
     "window($self, now, /)\n--\n\nMilliseconds left (0: closed), pairings it still takes, wrong proofs seen in it, "
     "windows opened in the last 24 h of operation."},
    {"peers", peers, METH_NOARGS, "peers($self, /)\n--\n\nAll pairings, as PeerRow."},
    {"counters", counters, METH_NOARGS, "counters($self, /)\n--\n\nWhat was counted since the start, by name."},
    {"explain", engine_explain, METH_VARARGS,
     "explain($self, kind, peer, address, eoj, epc, access, /)\n--\n\nWhich rule decides for a peer's id, else for who "
     "asks in clear from an address, else for that kind; as policy_decide. Raises Argument, NotPaired."},
    {"take_list", engine_take_list, METH_VARARGS,
     "take_list($self, now, issuer, list, /)\n--\n\nA revocation list of the CA with this certificate (both bytes); "
     "gives "
     "up the GIL. Raises State, Untrusted, Chain, Crl, CrlOld, CrlExpired, NotYetValid, Capacity, Store, ..."},
    {"send_list", engine_send_list, METH_VARARGS,
     "send_list($self, now, peer, issuer, list, /)\n--\n\nGives a list to a peer. Raises NotPaired, Capacity."},
    {"lists", engine_lists, METH_NOARGS,
     "lists($self, /)\n--\n\n(issuer, number, this update, next update, entries, kept) of each list held; `issuer` is "
     "the "
     "SHA-256 of its name."},
    {"audit", engine_audit, METH_NOARGS,
     "audit($self, /)\n--\n\nThe audit log: a list of (text, JSON), oldest first, and how many entries of the store "
     "nobody can "
     "read."},
    {"close", engine_close, METH_NOARGS,
     "close($self, /)\n--\n\nWrites the audit log down, wipes all secrets and gives the store back; a second time does "
     "nothing. Raises State."},
    {NULL, NULL, 0, NULL},
};

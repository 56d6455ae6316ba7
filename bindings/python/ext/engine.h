/* What the files of the type Engine share. */
#ifndef WARIFU_EXTENSION_ENGINE_H
#define WARIFU_EXTENSION_ENGINE_H

#include "extension.h"
#include <warifu/dictionary.h>
#include <warifu/engine.h>
#include <warifu/trace_file.h>

typedef struct engine_object {
    PyObject_HEAD ext_guard guard;
    wf_engine *engine; /* NULL: closed */
    void *memory;      /* the one block that it lives in */
    size_t size;
    uint16_t port;
    PyObject *identity, *former, *store, *entropy, *dictionary; /* lent to the engine: kept as long as it lives */
    PyObject *lent;   /* request -> (issuer, list): lent until it is done; NULL: nothing ever was */
    PyObject *policy; /* the handle, or NULL; lent as well */
    PyObject *set_hook, *get_hook, *trace; /* callables or NULL */
    wf_key_log_file keys;                  /* closed unless the owner wants it */
    wf_node_dictionary values;             /* the rule for values, where it is asked for */
    bool in_hook;                          /* a call is under way, and it has called a hook */
    uint32_t later;                        /* what that hook put off; 0: nothing */
    unsigned long thread;                  /* of that call */
} engine_object;

static inline engine_object *engine_of(PyObject *object) {
    return (engine_object *)object;
}

/* Every call stands between these two: see ext_guard_enter. */
bool engine_enter(engine_object *self);
void engine_leave(engine_object *self);

/* Or, where there may be work on curves and disks, between these, without the GIL: nothing of Python's in between. */
bool engine_begin(engine_object *self);
void engine_finish(engine_object *self);

/* Is this a call that a get or set hook makes, on its own thread? */
bool engine_is_in_hook(const engine_object *self);

/* At the end of a callback: gives the GIL up again where ext_guard_take_gil took it. */
void engine_put_back(engine_object *self, bool taken);

/* Puts the callbacks into a configuration. */
void engine_lend_callbacks(engine_object *self, wf_engine_config *config);

PyObject *engine_id_or_raise(PyObject *object, wf_error error, wf_request_id id);

/* engine_records.c */
PyObject *engine_event_record(const ext_state *state, const wf_event *event);
PyObject *engine_peer_record(const ext_state *state, const wf_peer *peer);

/* engine_calls.c */
PyObject *engine_receive(PyObject *object, PyObject *args);
PyObject *engine_next_datagram(PyObject *object, PyObject *unused);
PyObject *engine_next_event(PyObject *object, PyObject *unused);
PyObject *engine_deadline(PyObject *object, PyObject *unused);
PyObject *engine_tick(PyObject *object, PyObject *args);
PyObject *engine_set_date(PyObject *object, PyObject *args);
PyObject *engine_request(PyObject *object, PyObject *args, PyObject *keywords);
PyObject *engine_hello(PyObject *object, PyObject *args);
PyObject *engine_cancel(PyObject *object, PyObject *args);
PyObject *engine_send_raw(PyObject *object, PyObject *args);
PyObject *engine_peers(PyObject *object, PyObject *unused);
PyObject *engine_counters(PyObject *object, PyObject *unused);

/* engine_pairing.c */
PyObject *engine_pair(PyObject *object, PyObject *args, PyObject *keywords);
PyObject *engine_pair_decide(PyObject *object, PyObject *args);
PyObject *engine_unpair(PyObject *object, PyObject *args);
PyObject *engine_forget_peer(PyObject *object, PyObject *args);
PyObject *engine_factory_reset(PyObject *object, PyObject *args);
PyObject *engine_open_window(PyObject *object, PyObject *args);
PyObject *engine_close_window(PyObject *object, PyObject *args);
PyObject *engine_window(PyObject *object, PyObject *args);

/* engine_groups.c */
PyObject *engine_groups(PyObject *object, PyObject *unused);
PyObject *engine_renew_group(PyObject *object, PyObject *args);
PyObject *engine_forge(PyObject *object, PyObject *args);

/* engine_node.c */
PyObject *engine_add_object(PyObject *object, PyObject *args);
PyObject *engine_add_property(PyObject *object, PyObject *args);
PyObject *engine_announce(PyObject *object, PyObject *args);
PyObject *engine_put(PyObject *object, PyObject *args);
PyObject *engine_get(PyObject *object, PyObject *args);
PyObject *engine_remove_object(PyObject *object, PyObject *args);
PyObject *engine_remove_property(PyObject *object, PyObject *args);
PyObject *engine_announce_instances(PyObject *object, PyObject *args);
PyObject *engine_inform(PyObject *object, PyObject *args, PyObject *keywords);
PyObject *engine_later(PyObject *object, PyObject *unused);
PyObject *engine_answer_later(PyObject *object, PyObject *args);

/* engine_controller.c */
PyObject *engine_call(PyObject *object, PyObject *args, PyObject *keywords);
PyObject *engine_results(PyObject *object, PyObject *unused);
PyObject *engine_discover(PyObject *object, PyObject *args);
PyObject *engine_interview(PyObject *object, PyObject *args);
PyObject *engine_forget(PyObject *object, PyObject *args);
PyObject *engine_known(PyObject *object, PyObject *unused);
PyObject *engine_known_one(PyObject *object, PyObject *args);

/* engine_lists.c */
PyObject *engine_take_list(PyObject *object, PyObject *args);
PyObject *engine_send_list(PyObject *object, PyObject *args);
PyObject *engine_lists(PyObject *object, PyObject *unused);
void engine_is_done(engine_object *self, wf_request_id id); /* its event is taken: what was lent is free */

/* engine_policy.c */
PyObject *engine_explain(PyObject *object, PyObject *args);

/* engine_trace.c */
PyObject *engine_set_trace(PyObject *object, PyObject *trace);
PyObject *engine_log_keys(PyObject *object, PyObject *given);

/* audit.c */
PyObject *engine_audit(PyObject *object, PyObject *unused);

PyObject *engine_close(PyObject *object, PyObject *unused);
extern PyMethodDef engine_methods[];

#endif

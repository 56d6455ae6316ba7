/* Engine: the table of its methods. */
#include "engine.h"

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
    {"set_trace", engine_set_trace, METH_O,
     "set_trace($self, trace, /)\n--\n\nCalls trace(sent, multicast, address, datagram, inner) for every datagram from "
     "here on; None: nothing any more. Exceptions in it are reported as unraisable."},
    {"log_keys", engine_log_keys, METH_O,
     "log_keys($self, path, /)\n--\n\nWrites the keys of its sessions, those there are and each new one, to a file; "
     "None ends that. Raises errors.Store, State (this build has no key log)."},
    {"receive", engine_receive, METH_VARARGS,
     "receive($self, now, address, multicast, datagram, /)\n--\n\nOne datagram (bytes) in; gives up the GIL."},
    {"next_datagram", engine_next_datagram, METH_NOARGS,
     "next_datagram($self, /)\n--\n\n(address, datagram) to send, or None. The address None means every group."},
    {"next_event", engine_next_event, METH_NOARGS, "next_event($self, /)\n--\n\nWhat happened, as an Event, or None."},
    {"deadline", engine_deadline, METH_NOARGS,
     "deadline($self, /)\n--\n\nWhen to call tick(); None: only a datagram changes anything."},
    {"tick", engine_tick, METH_VARARGS, "tick($self, now, /)\n--\n\nLets time pass; gives up the GIL."},
    {"set_date", engine_set_date, METH_VARARGS,
     "set_date($self, now, seconds, /)\n--\n\nThe date in seconds since 1970, for certificates."},
    {"request", EXT_METHOD(engine_request), KEYWORDS,
     "request($self, now, edata, *, peer=0, address=None, timeout_ms=0, repeatable=False, group=False)\n--\n\n"
     "Sends a request and gives its id; neither peer nor address: to everybody, or to all members of the group. Raises "
     "errors.Frame, Capacity, NotPaired, TooSmall; State and NoSession of the group."},
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
    {"hello", engine_hello, METH_VARARGS,
     "hello($self, now, address, duration_ms, /)\n--\n\nAsks who speaks Device Authentication; None: everybody."},
    {"cancel", engine_cancel, METH_VARARGS, "cancel($self, now, request, /)\n--\n\nEnds a request early."},
    {"send_raw", engine_send_raw, METH_VARARGS,
     "send_raw($self, address, datagram, /)\n--\n\nAny datagram as it is, for tests of others. Raises Capacity, "
     "TooSmall."},
    {"pair", EXT_METHOD(engine_pair), KEYWORDS,
     "pair($self, now, address, number=None, *, code=None, root_too=False, duration_ms=0)\n--\n\nBegins a pairing; "
     "gives up the GIL. Raises State, Capacity, Argument, Untrusted."},
    {"pair_decide", engine_pair_decide, METH_VARARGS,
     "pair_decide($self, now, request, accept, /)\n--\n\nAnswers \"pair_question\"."},
    {"unpair", engine_unpair, METH_VARARGS,
     "unpair($self, now, peer, /)\n--\n\nEnds a pairing. Raises NotPaired, Capacity."},
    {"forget_peer", engine_forget_peer, METH_VARARGS,
     "forget_peer($self, now, peer, /)\n--\n\nRemoves a pairing here; the peer isn't told. Raises NotPaired, Store."},
    {"factory_reset", engine_factory_reset, METH_VARARGS,
     "factory_reset($self, now, /)\n--\n\nErases all pairings and keys. Raises State, Store, Entropy."},
    {"open_window", engine_open_window, METH_VARARGS,
     "open_window($self, now, duration_ms=0, pairings=0, /)\n--\n\nOpens the pairing window; 0: 180 s, and one "
     "pairing. Raises State, Argument, LockedOut, errors.Store."},
    {"close_window", engine_close_window, METH_VARARGS,
     "close_window($self, now, /)\n--\n\nCloses the pairing window."},
    {"window", engine_window, METH_VARARGS,
     "window($self, now, /)\n--\n\nMilliseconds left (0: closed), pairings it still takes, wrong proofs seen in it, "
     "windows opened in the last 24 h of operation."},
    {"peers", engine_peers, METH_NOARGS, "peers($self, /)\n--\n\nAll pairings, as PeerRow."},
    {"groups", engine_groups, METH_NOARGS, "groups($self, /)\n--\n\nThe groups of this node, as GroupRow."},
    {"renew_group", engine_renew_group, METH_VARARGS,
     "renew_group($self, now, /)\n--\n\nA new epoch of the managed group; the old one counts for 30 s more. Raises "
     "State."},
    {"forge", engine_forge, METH_VARARGS,
     "forge($self, victim, edata, /)\n--\n\nFor tests: says EDATA in the name of another engine in the same group, "
     "signed "
     "by its own key. Raises State (they are in none), TooSmall."},
    {"counters", engine_counters, METH_NOARGS, "counters($self, /)\n--\n\nWhat was counted since the start, by name."},
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

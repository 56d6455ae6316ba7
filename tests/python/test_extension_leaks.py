"""The extension loses no memory: every part of it is used over and over, with errors on the way."""

import contextlib
import ctypes
import functools
import gc
import itertools
import os
import sys

import pytest
from home import authority, somewhere
from warifu import _warifu, errors

ROUNDS = 40
END = 1 << 32
NUMBER = b"\xfe" + bytes(16)
AIRCON = 0x0130


@functools.cache
def lamp():
    """One for all rounds: an authority remembers what it issued."""
    return authority().issue("device")


def refused(*calls):
    for call in calls:
        with pytest.raises((errors.Error, TypeError, ValueError)):
            call()


def use_engine(place):
    identity = lamp()
    store = _warifu.FileStore(place / "state")
    engine = _warifu.Engine(0, identity=identity, store=store, set_hook=lambda *what: True)
    engine.set_trace(lambda *what: None)
    refused(lambda: engine.get(1, 1), lambda: _warifu.Engine(0, policy="none"), lambda: _warifu.Engine(0, store=store))
    refused(lambda: engine.call(0, 1, 2, [(0x80, b"1"), (0x81, 5)], b""), lambda: engine.receive(0, "?", False, b"x"))
    engine.announce(0)
    with contextlib.suppress(errors.LockedOut):
        engine.open_window(0)
    engine.window(0)
    engine.cancel(0, engine.hello(0, None, 100))
    engine.cancel(0, engine.request(0, bytearray(b"\x05\xff\x01\x0e\xf0\x01\x62\x01\x80\x00")))
    engine.receive(0, "127.0.0.9:3610", False, bytearray(b"\x10\x81"))
    engine.tick(200)
    while engine.next_event() is not None or engine.next_datagram() is not None:
        pass
    engine.counters(), engine.peers(), engine.lists(), engine.audit(), engine.known()
    engine.close(), store.close()
    _warifu.read_audit(place / "state"), _warifu.stored_peers(place / "state")


def use_sockets(place):
    udp = _warifu.Udp(0, interfaces=[somewhere()])
    refused(lambda: _warifu.Udp(0, interfaces=["no-such-interface"]), lambda: udp.send("nowhere", b""))
    udp.send(udp.addresses[0], b"hi")
    udp.receive(), udp.filenos(), udp.interfaces, udp.dropped
    udp.close()


def use_frames(place):
    refused(lambda: _warifu.frame_parse(b""), lambda: _warifu.frame_compose(1, 2, 3, 0x6E, [(0x80, 1)], []))
    _warifu.frame_parse(_warifu.frame_compose(1, 2, 3, 0x6E, [(0x80, b"1")], [(0x81, b"")]))
    _warifu.property_map_read(_warifu.property_map_write(range(0x80, 0x90)))
    refused(lambda: _warifu.property_map_write([1]), lambda: _warifu.property_map_read(b""))
    _warifu.error_table(), _warifu.make_error(1, "why", "192.0.2.1:3610")


def use_authority(place):
    ca = _warifu.Ca.create(None, "Home", 0, END)
    identity = ca.issue("device", NUMBER, "lamp", 0, END)
    refused(
        lambda: ca.issue("lamp", NUMBER, None, 0, END), lambda: ca.certificate("none"), lambda: ca.revoke(b"", 0, 0)
    )
    serial = _warifu.certificate_parse(identity.certificate).serial
    ca.renew(serial, None, 0, END), ca.revoke(serial, 1, 5), ca.publish("root", 5, 10), ca.entries()
    ca.close()
    refused(ca.entries)


def use_identity(place):
    identity = _warifu.Identity.from_pem(lamp().to_pem())
    identity.save(place / "me.pem")
    _warifu.Identity.load(place / "me.pem")
    refused(lambda: _warifu.Identity.from_pem("no"), lambda: _warifu.Identity.load(place / "none"))
    identity.chain, identity.anchors, identity.number, identity.role, identity.fingerprint, repr(identity)
    code = _warifu.SetupCode.make(identity)
    assert _warifu.SetupCode.parse(code.text()) == code
    code.qr(), code.text(grouped=True), code.belongs_to(identity), repr(code)
    refused(lambda: _warifu.SetupCode.parse("no"), lambda: _warifu.SetupCode.make(b"short"))


def use_simulator(place):
    sim = _warifu.Sim(1)
    one, other = sim.add_host(), sim.add_host()
    one.add_address(1, "192.0.2.1"), other.add_address(1, "192.0.2.2")
    sim.set_monitor(lambda *what: sim), sim.set_tamper(lambda *what: what[-1])  # circles
    one.send("192.0.2.2", b"hi")
    sim.run_until(10)
    other.receive(), one.random_bytes(9), one.addresses, sim.counts()
    store = _warifu.SimStore(1)
    engine = _warifu.Engine(0, identity=lamp(), store=store, entropy=one)
    engine.close()
    store.restore(store.clone()), store.entries()
    refused(lambda: sim.set_monitor(5), lambda: sim.set_faults(loss=2), lambda: store.restore(sim))


def use_dictionary(place):
    _warifu.dictionary_properties(None, AIRCON, None, False)
    _warifu.dictionary_type(None, AIRCON, 0x80, None)
    _warifu.dictionary_decode(None, AIRCON, 0xB3, None, b"\x18")
    refused(
        lambda: _warifu.dictionary_decode(None, AIRCON, 0xB3, None, b""),
        lambda: _warifu.dictionary_type(None, AIRCON, 0x02, None),
        lambda: _warifu.dictionary_load(place / "none", None),
    )
    policy = _warifu.policy_parse(_warifu.policy_write(_warifu.policy_named("mixed")).encode(), None)
    _warifu.policy_describe(policy), _warifu.policy_decide(policy, "unknown", 0x013001, 0x80, "read")
    refused(lambda: _warifu.policy_parse(b"{", None), lambda: _warifu.policy_named("none"))


class Mallinfo(ctypes.Structure):
    """glibc's mallinfo2: ten sizes, of which these two are bytes in use."""

    _fields_ = (("a", ctypes.c_size_t * 4), ("mapped", ctypes.c_size_t), ("b", ctypes.c_size_t * 2))
    _fields_ += (("used", ctypes.c_size_t), ("c", ctypes.c_size_t * 2))


def bytes_of_c():
    mallinfo = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if mallinfo is None:
        return 0
    mallinfo.restype = Mallinfo
    seen = mallinfo()
    return seen.used + seen.mapped


def held():
    """Blocks of Python's, references where this Python counts them, and bytes of malloc's."""
    gc.collect()
    count = getattr(sys, "gettotalrefcount", int)
    return sys.getallocatedblocks(), count(), bytes_of_c()


USES = [use_engine, use_sockets, use_frames, use_authority, use_identity, use_simulator, use_dictionary]


@pytest.mark.parametrize("use", USES, ids=lambda use: use.__name__.removeprefix("use_"))
def test_nothing_leaks_in_a_loop(use, tmp_path):
    """What leaks grows in every batch; what only warms up does not."""

    def after(rounds):
        for _ in range(rounds):
            use(tmp_path)
        return held()

    seen = [after(20), *(after(ROUNDS) for _ in range(3))]
    files = len(os.listdir("/proc/self/fd"))
    batches = [[end - begin for begin, end in zip(*pair, strict=True)] for pair in itertools.pairwise(seen)]
    blocks, references, used = (min(kind) for kind in zip(*batches, strict=True))
    assert blocks < ROUNDS // 2  # one lost a round would be twice as many
    assert references < ROUNDS // 2
    assert used < ROUNDS * 16
    after(5)
    assert len(os.listdir("/proc/self/fd")) == files

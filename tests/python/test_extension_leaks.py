"""The extension loses no memory: everything is done over and over."""

import contextlib
import gc
import os
import sys

import pytest
from home import authority, somewhere
from warifu import _warifu, errors


def use_everything(identity, place, path):
    store = _warifu.FileStore(path)
    engine = _warifu.Engine(0, identity=identity, store=store, set_hook=lambda *what: True, trace=lambda *what: None)
    udp = _warifu.Udp(0, interfaces=[place])
    for call in (lambda: engine.get(1, 1), lambda: _warifu.frame_parse(b""), lambda: _warifu.Engine(0, policy="none")):
        with pytest.raises(errors.Error):
            call()
    engine.announce(0)
    with contextlib.suppress(errors.LockedOut):
        engine.open_window(0)
    engine.window(0)
    engine.cancel(0, engine.hello(0, None, 100))
    engine.tick(200)
    while engine.next_event() is not None or engine.next_datagram() is not None:
        pass
    engine.counters(), engine.peers(), udp.addresses, udp.filenos(), udp.interfaces
    udp.send(udp.addresses[0], b"hi")
    udp.receive()
    _warifu.frame_parse(_warifu.frame_compose(1, 2, 3, 0x6E, [(0x80, b"1")], [(0x81, b"")]))
    _warifu.property_map_read(_warifu.property_map_write(range(0x80, 0x90)))
    _warifu.certificate_parse(_warifu.Identity.from_pem(identity.to_pem()).certificate)
    engine.close(), udp.close(), store.close()


def test_nothing_leaks_in_a_loop(tmp_path):
    identity, place, path = authority().issue("device"), somewhere(), tmp_path / "state"

    def blocks_after(rounds):
        for _ in range(rounds):
            use_everything(identity, place, path)
        gc.collect()
        return sys.getallocatedblocks()

    blocks_after(20)
    files, before = len(os.listdir("/proc/self/fd")), blocks_after(20)
    after = blocks_after(200)
    assert after - before < 100  # one block lost a round would be 200
    assert len(os.listdir("/proc/self/fd")) == files

"""The extension's objects: what types they have, who owns what, threads, forks, interpreters."""

import contextlib
import gc
import importlib
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path

import pytest
from home import authority, somewhere
from warifu import _warifu, errors

# Of CPython's Include/object.h.
IMMUTABLE, HEAP, COLLECTED = 1 << 8, 1 << 9, 1 << 14
KINDS = [kind for kind in vars(_warifu).values() if isinstance(kind, type) and not issubclass(kind, (tuple, Exception))]


def make_ca():
    return _warifu.Ca.create(None, "Home", 0, 1 << 32)


# ---- types ----


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_type_is_of_the_heap_immutable_and_known_to_the_collector(kind):
    assert kind.__flags__ & (IMMUTABLE | HEAP | COLLECTED) == IMMUTABLE | HEAP | COLLECTED
    with pytest.raises(TypeError):
        type("Mine", (kind,), {})
    with pytest.raises(TypeError):
        kind.extra = 1


def test_all_objects_of_the_extension_are_seen_by_the_collector(tmp_path):
    home = _warifu.Sim()
    made = [home, home.add_host(), _warifu.SimStore(), _warifu.FileStore(tmp_path / "state"), make_ca()]
    made += [_warifu.Engine(0), _warifu.Udp(0, interfaces=[somewhere()]), authority().issue("device")]
    made.append(_warifu.SetupCode.make(made[-1]))
    assert {type(one) for one in made} == set(KINDS)
    for one in made:
        assert type(one) in gc.get_referents(one)
        if hasattr(one, "close"):
            one.close()


# ---- the GIL ----


@pytest.fixture
def another_thread():
    """With an endless switch interval it runs only when this one lets it: gives how often it has had a turn."""
    turns = []
    stop = threading.Event()

    def other():
        while not stop.is_set():
            turns.append(1)
            time.sleep(0.0001)

    usual = sys.getswitchinterval()
    worker = threading.Thread(target=other)
    worker.start()
    sys.setswitchinterval(1000)
    yield lambda: len(turns)
    sys.setswitchinterval(usual)
    stop.set()
    worker.join()


@pytest.fixture
def work(tmp_path):
    """Calls with work on curves or disks, by name."""
    one = make_ca()
    device = one.issue("device", b"\xfe" + bytes(16), None, 0, 1 << 32)
    pem = device.to_pem()
    store = _warifu.FileStore(tmp_path / "state")
    engine = _warifu.Engine(0, identity=device, store=store)
    device.save(tmp_path / "me.pem")

    def ask():
        engine.cancel(0, engine.request(0, b"\x05\xff\x01\x0e\xf0\x01\x62\x01\x80\x00"))
        while engine.next_datagram() is not None or engine.next_event() is not None:
            pass

    yield {
        "Ca.create": make_ca,
        "Ca.issue": lambda: one.issue("device", b"\xfe" + bytes(16), None, 0, 1 << 32),
        "Ca.publish": lambda: one.publish("root", 1, 2),
        "Identity.from_pem": lambda: _warifu.Identity.from_pem(pem),
        "Identity.load": lambda: _warifu.Identity.load(tmp_path / "me.pem"),
        "Engine.tick": lambda: engine.tick(0),
        "Engine.receive": lambda: engine.receive(0, "127.0.0.9:3610", False, b"x"),
        "Engine.request": ask,
        "Engine": lambda: _warifu.Engine(0, identity=device).close(),
    }
    engine.close(), store.close()


NAMES = ["Ca.create", "Ca.issue", "Ca.publish", "Identity.from_pem", "Identity.load"]
NAMES += ["Engine.tick", "Engine.receive", "Engine.request", "Engine"]


@pytest.mark.parametrize("name", NAMES)
def test_the_gil_is_given_up_around_work_on_curves_and_disks(name, work, another_thread):
    call = work[name]
    before, end = another_thread(), time.monotonic() + 10
    while another_thread() == before and time.monotonic() < end:
        call()
    assert another_thread() > before


def test_an_authority_works_for_one_thread_at_a_time():
    ca, stop = make_ca(), threading.Event()

    def issue():
        while not stop.is_set():
            with contextlib.suppress(errors.State):
                ca.issue("device", b"\xfe" + bytes(16), None, 0, 1 << 32)

    def look_on():
        while worker.is_alive():
            ca.entries()

    worker = threading.Thread(target=issue)
    worker.start()
    try:
        with pytest.raises(errors.State, match="under way"):
            look_on()
    finally:
        stop.set()
        worker.join()


def test_what_a_call_was_given_may_change_while_it_works():
    """Buffers that others can write to are copied; text is no buffer."""
    engine = _warifu.Engine(0)
    for datagram in (bytearray(b"x"), memoryview(bytearray(b"xyz"))[::2], memoryview(b"x")):
        engine.receive(0, "127.0.0.9:3610", False, datagram)
    for wrong in ("x", 5, None, [1, 2]):
        with pytest.raises(TypeError, match="bytes-like"):
            engine.receive(0, "127.0.0.9:3610", False, wrong)
    assert engine.counters()["received"] == 3
    engine.close()


# ---- who owns what ----


def test_an_engine_that_is_its_own_hook_is_collected():
    class Owner:
        def hook(self, *what):
            return True

    owner = Owner()
    owner.engine = _warifu.Engine(0, set_hook=owner.hook)
    gone = weakref.ref(owner)
    del owner
    gc.collect()
    assert gone() is None


def test_a_store_belongs_to_one_engine_at_a_time(tmp_path):
    store = _warifu.FileStore(tmp_path / "state")
    identity = authority().issue("device")
    engine = _warifu.Engine(0, identity=identity, store=store)
    with pytest.raises(errors.State):
        _warifu.Engine(0, identity=identity, store=store)
    with pytest.raises(errors.State):
        store.close()
    engine.close()
    engine = _warifu.Engine(0, identity=identity, store=store)
    engine.close()
    store.close()
    assert store.closed
    with pytest.raises(errors.Closed):
        _warifu.Engine(0, identity=identity, store=store)


def test_two_processes_cannot_share_a_store(tmp_path):
    store = _warifu.FileStore(tmp_path / "state")
    with pytest.raises(errors.StoreLocked) as caught:
        _warifu.FileStore(tmp_path / "state")
    assert isinstance(caught.value, OSError)
    store.close()
    _warifu.FileStore(tmp_path / "state").close()


@pytest.mark.filterwarnings("default::ResourceWarning")
def test_what_was_not_closed_is_warned_about(tmp_path):
    with pytest.warns(ResourceWarning, match="Udp"):
        _warifu.Udp(0, interfaces=[somewhere()])
    with pytest.warns(ResourceWarning, match="FileStore"):
        _warifu.FileStore(tmp_path / "state")


def test_a_port_in_use_is_an_os_error_with_its_number():
    place = somewhere()
    udp = _warifu.Udp(0, interfaces=[place])
    with pytest.raises(errors.PortInUse) as caught:
        _warifu.Udp(udp.port, interfaces=[place])
    assert isinstance(caught.value, OSError)
    assert caught.value.errno
    assert place in str(caught.value)
    udp.close()
    udp.close()
    with pytest.raises(errors.Closed):
        udp.receive()


# ---- processes, interpreters ----


def run_python(code):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parent,
    )


def test_after_a_fork_every_object_of_the_parent_refuses():
    done = run_python(
        """
import os, tempfile, warifu
from warifu import _warifu, errors
place = tempfile.mkdtemp() + "/state"
store = _warifu.FileStore(place)
udp = _warifu.Udp(0, interfaces=["127.0.0.1"])
engine = _warifu.Engine(0)
ca = _warifu.Ca.create(None, "Home", 0, 1 << 32)
child = os.fork()
if child == 0:
    refused = 0
    calls = [engine.next_event, engine.close, udp.receive, lambda: _warifu.Engine(0, store=store), ca.entries]
    for call in calls:
        try:
            call()
        except errors.State as error:
            refused += isinstance(error, RuntimeError) and "fork" in str(error)
    del engine, udp, store, ca
    os._exit(0 if refused == len(calls) else 1)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
engine.tick(0)
try:
    _warifu.FileStore(place)
except errors.StoreLocked:
    print("still locked", status)
engine.close(), udp.close(), store.close()
"""
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "still locked 0\n", "")


def run_in_second_interpreter(code):
    """Gives the text of the exception that the code ended with. The module's name and ways changed in CPython 3.13."""
    if sys.version_info >= (3, 13):
        interpreters = importlib.import_module("_interpreters")
        own = interpreters.create()
        ended = interpreters.run_string(own, code)
        text = "" if ended is None else ended.formatted
    else:
        interpreters = importlib.import_module("_xxsubinterpreters")
        own = interpreters.create()
        with pytest.raises(interpreters.RunFailedError) as caught:
            interpreters.run_string(own, code)
        text = str(caught.value)
    interpreters.destroy(own)
    return text


def test_a_second_interpreter_is_refused():
    text = run_in_second_interpreter(f"import sys; sys.path = {sys.path!r}; import warifu")
    assert "ImportError" in text
    assert "main interpreter only" in text or "subinterpreters" in text  # ours, or CPython's since 3.12


def test_the_module_can_be_imported_anew():
    done = run_python(
        """
import sys
from warifu import _warifu as first
del sys.modules["warifu._warifu"]
import importlib
second = importlib.import_module("warifu._warifu")
assert second is not first and second.Error is not first.Error
engine = second.Engine(0)
try:
    engine.get(1, 1)
except second.NoObject:
    engine.close()
    print("good")
"""
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "good\n", "")

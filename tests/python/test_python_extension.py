"""The extension itself: lives and ends of its objects, misuse, threads, forks, leaks."""

import ast
import contextlib
import gc
import importlib
import os
import re
import subprocess
import sys
import threading
import time
import typing
import weakref
from pathlib import Path

import pytest
import warifu
from home import AIRCON, POWER, authority, somewhere
from warifu import _calls, _warifu, errors

SETC, GET = 0x61, 0x62
ASKER = "127.0.0.9:3610"


class Unraisable:
    """What was reported as unraisable, instead of a complaint of pytest."""

    def __init__(self, monkeypatch):
        self.seen = []
        monkeypatch.setattr(sys, "unraisablehook", lambda report: self.seen.append(report.exc_value))


@pytest.fixture
def unraisable(monkeypatch):
    return Unraisable(monkeypatch)


def make_engine(**options):
    """A plain node with one object, to which everybody may do everything."""
    engine = _warifu.Engine(0, policy="open", objects=1, properties=1, value_bytes=1, **options)
    engine.add_object(AIRCON)
    engine.add_property(AIRCON, POWER, 7, 1, 1, b"\x30")
    return engine


def ask(engine, esv, value=b"", now=0):
    """Lets a stranger ask; gives the ESV of the answer that the engine sends."""
    frame = _warifu.frame_compose(1, 0x05FF01, AIRCON, esv, [(POWER, value)])
    engine.receive(now, ASKER, False, frame)
    while (item := engine.next_datagram()) is not None:
        answer = _warifu.frame_parse(item[1])
        if answer.esv < 0x73:
            return answer.esv
    return None


# ---- the engine's calls ----


def test_an_engine_answers_without_any_input_or_output_of_its_own():
    engine = make_engine()
    assert ask(engine, GET) == 0x72
    assert ask(engine, SETC, b"\x31") == 0x71
    assert engine.get(AIRCON, POWER) == b"\x31"
    assert engine.counters()["received"] == 2
    engine.close()


def test_a_closed_engine_says_so():
    engine = make_engine()
    engine.close()
    engine.close()
    assert engine.closed
    for call in (engine.next_event, engine.deadline, engine.peers, lambda: engine.tick(0)):
        with pytest.raises(errors.Closed):
            call()


def test_times_and_numbers_out_of_range_are_value_errors():
    engine = make_engine()
    for call in (lambda: engine.tick(-1), lambda: engine.tick(1 << 64), lambda: engine.get(1 << 24, POWER)):
        with pytest.raises(ValueError, match="outside"):
            call()
    with pytest.raises(TypeError):
        engine.tick("now")
    with pytest.raises(errors.Argument):
        engine.send_raw("no address", b"")
    engine.close()


def test_what_the_node_has_not_got_is_a_key_error():
    engine = make_engine()
    with pytest.raises(KeyError):
        engine.get(AIRCON, 0xB3)
    with pytest.raises(KeyError):
        engine.put(0, 0x013002, POWER, b"\x30")
    engine.close()


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"policy": "lax"}, errors.Argument),
        ({"number": b"short"}, errors.Argument),
        ({"maker": b"long!"}, errors.Argument),
        ({"requests": 0}, errors.Argument),
        ({"identity": "me"}, TypeError),
        ({"store": "here"}, TypeError),
        ({"set_hook": 5}, TypeError),
        ({"trace": "yes"}, TypeError),
        ({"requests": 1 << 32}, ValueError),
    ],
)
def test_a_wrong_configuration_is_refused(options, error):
    with pytest.raises(error):
        _warifu.Engine(0, **options)


def test_no_type_can_be_subclassed_or_changed():
    for kind in (_warifu.Engine, _warifu.Udp, _warifu.FileStore, _warifu.Identity):
        with pytest.raises(TypeError):
            type("Mine", (kind,), {})
        with pytest.raises(TypeError):
            kind.extra = 1


# ---- callbacks ----


def test_a_set_hook_decides_with_true_none_and_false():
    asked = []
    verdicts = iter([True, None, False])

    def hook(*what):
        asked.append(what)
        return next(verdicts)

    engine = make_engine(set_hook=hook)
    assert [ask(engine, SETC, value) for value in (b"\x31", b"\x30", b"\x31")] == [0x71, 0x71, 0x51]
    assert asked[0] == (AIRCON, POWER, b"\x30", b"\x31")
    assert engine.get(AIRCON, POWER) == b"\x30"
    engine.close()


def test_an_exception_in_a_set_hook_is_reported_and_refuses(unraisable):
    def hook(*what):
        raise ZeroDivisionError("in the hook")

    engine = make_engine(set_hook=hook)
    assert ask(engine, SETC, b"\x31") == 0x51
    assert [type(error) for error in unraisable.seen] == [ZeroDivisionError]
    assert engine.get(AIRCON, POWER) == b"\x30"
    engine.close()


def test_a_verdict_that_is_no_verdict_is_reported_and_refuses(unraisable):
    engine = make_engine(set_hook=lambda *what: "yes")
    assert ask(engine, SETC, b"\x31") == 0x51
    assert [type(error) for error in unraisable.seen] == [TypeError]
    engine.close()


def test_a_set_hook_may_put_and_get_and_nothing_else():
    caught = []

    def hook(eoj, epc, old, new):
        engine.put(0, eoj, epc, b"\x41")
        assert engine.get(eoj, epc) == b"\x41"
        for call in (engine.next_event, engine.close, engine.peers, lambda: engine.tick(0)):
            try:
                call()
            except errors.State as error:
                caught.append(error)
        return False

    engine = make_engine(set_hook=hook)
    assert ask(engine, SETC, b"\x31") == 0x51
    assert len(caught) == 4
    assert engine.get(AIRCON, POWER) == b"\x41"
    engine.close()


def test_a_trace_sees_every_datagram_and_must_not_call_the_engine(unraisable):
    seen = []

    def trace(*what):
        seen.append(what)
        engine.get(AIRCON, POWER)

    engine = make_engine(trace=trace)
    assert ask(engine, GET) == 0x72
    assert [(sent, address) for sent, address, _, _ in seen] == [(False, ASKER), (True, ASKER)]
    assert [type(error) for error in unraisable.seen] == [errors.State, errors.State]
    engine.close()


def test_another_thread_is_refused_while_a_call_is_under_way():
    inside, done = threading.Event(), threading.Event()

    def hook(*what):
        inside.set()
        done.wait(10)

    engine = make_engine(set_hook=hook)
    worker = threading.Thread(target=ask, args=(engine, SETC, b"\x31"))
    worker.start()
    assert inside.wait(10)
    try:
        for call in (engine.next_event, engine.close, lambda: engine.put(0, AIRCON, POWER, b"\x31")):
            with pytest.raises(errors.State):
                call()
    finally:
        done.set()
        worker.join()
    assert engine.get(AIRCON, POWER) == b"\x31"
    engine.close()


def test_the_gil_is_given_up_while_the_engine_works():
    """With an endless switch interval another thread runs only when this one lets it."""
    engine = make_engine()
    turns = []
    stop = threading.Event()

    def other():
        while not stop.is_set():
            turns.append(1)
            time.sleep(0.0001)

    usual = sys.getswitchinterval()
    worker = threading.Thread(target=other)
    worker.start()
    try:
        sys.setswitchinterval(1000)
        before, end = len(turns), time.monotonic() + 10
        while len(turns) == before and time.monotonic() < end:
            engine.tick(0)
        assert len(turns) > before
    finally:
        sys.setswitchinterval(usual)
        stop.set()
        worker.join()
    engine.close()


# ---- who owns what ----


def test_an_engine_that_is_its_own_hook_is_collected():
    class Owner:
        def hook(self, *what):
            return True

    owner = Owner()
    owner.engine = make_engine(set_hook=owner.hook)
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


# ---- secrets ----


def test_no_text_of_an_identity_shows_its_key():
    identity = authority().issue("device", name="lamp")
    key = "".join(identity.to_pem().split("-----")[2].split())
    own = warifu.Device([], identity=identity)
    texts = [repr(identity), str(identity), repr(own), repr(authority())]
    assert "lamp" not in key
    for text in texts:
        assert not any(key[i : i + 12] in text for i in range(len(key) - 12))
    with pytest.raises(TypeError, match="private key"):
        identity.__reduce__()


def test_an_identity_comes_back_from_its_file_which_only_its_owner_reads(tmp_path):
    identity = authority().issue("controller", number="FE" + "AB" * 16)
    path = tmp_path / "me.pem"
    identity.save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    again = _warifu.Identity.load(path)
    assert (again.number, again.role) == (bytes.fromhex("FE" + "AB" * 16), "controller")
    assert (again.chain, again.anchors) == (identity.chain, identity.anchors)
    assert again.fingerprint == _warifu.certificate_parse(again.certificate).fingerprint
    path.chmod(0o644)
    with pytest.raises(errors.Store):
        _warifu.Identity.load(path)


@pytest.mark.parametrize("wrong", [{"role": "lamp"}, {"role": ""}, {"number": b"short"}])
def test_a_wrong_order_is_refused(wrong):
    with pytest.raises(ValueError, match=r"role|17 bytes"):
        authority().issue(**{"role": "device", **wrong})


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
child = os.fork()
if child == 0:
    refused = 0
    for call in (engine.next_event, engine.close, udp.receive, lambda: _warifu.Engine(0, store=store)):
        try:
            call()
        except errors.State as error:
            refused += isinstance(error, RuntimeError) and "fork" in str(error)
    del engine, udp, store
    os._exit(0 if refused == 4 else 1)
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


# ---- leaks, stubs ----


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


def stub_names(body):
    return {node.name for node in body if isinstance(node, ast.ClassDef | ast.FunctionDef)} - {"__new__"}


def test_the_stub_names_what_the_extension_has():
    stub = ast.parse((Path(warifu.__file__).parent / "_warifu.pyi").read_text())
    public = {name for name in vars(_warifu) if not name.startswith("_")}
    assert stub_names(stub.body) == public
    for node in stub.body:
        if isinstance(node, ast.ClassDef) and not issubclass(getattr(_warifu, node.name), errors.Error):
            kind = getattr(_warifu, node.name)
            names = {name for name in vars(kind) if not name.startswith("_") and not name.startswith("n_")}
            assert stub_names(node.body) == names, node.name


def test_the_outcomes_of_properties_are_those_of_the_header():
    root = Path(__file__).resolve().parents[2]
    table = (root / "core" / "include" / "warifu" / "controller.h").read_text(encoding="utf-8")
    names = re.findall(r'^    X\([A-Z_]+, "(\w+)", ', table, re.MULTILINE)
    assert len(names) == 9
    assert sorted(typing.get_args(_calls.Status)) == sorted(names)
    stub = (root / "bindings" / "python" / "warifu" / "_warifu.pyi").read_text(encoding="utf-8")
    (literal,) = re.findall(r'Literal\[("value", [^\]]*)\]', stub)
    assert sorted(re.findall(r'"(\w+)"', literal)) == sorted(names)

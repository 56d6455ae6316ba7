"""The extension itself: an engine's calls and callbacks, misuse, secrets, stubs."""

import ast
import re
import sys
import threading
import typing
from pathlib import Path

import pytest
import warifu
from home import AIRCON, POWER, authority
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
        ({"requests": 1 << 32}, ValueError),
    ],
)
def test_a_wrong_configuration_is_refused(options, error):
    with pytest.raises(error):
        _warifu.Engine(0, **options)


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

    engine = make_engine()
    engine.set_trace(trace)
    assert ask(engine, GET) == 0x72
    assert [one[:3] for one in seen] == [(False, False, ASKER), (True, False, ASKER)]
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


# ---- stubs ----


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

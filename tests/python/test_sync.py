"""warifu.sync: the asyncio classes again, waiting; in a virtual home."""

import asyncio
import importlib.util
import inspect
import re
import threading
from pathlib import Path
from types import ModuleType

import pytest
import warifu
from warifu import errors, sync
from warifu.sync.testing import Home

ROOT = Path(__file__).resolve().parents[2]
AIRCON, POWER, TARGET = 0x013001, 0x80, 0xB3
PAIRS = [(kind, getattr(sync, kind.__name__)) for kind in (warifu.Controller, warifu.Device, warifu.Node, warifu.Peer)]
PAIRS += [(kind, getattr(sync, kind.__name__)) for kind in (warifu.RemoteObject, warifu.Group)]
PAIRS += [(warifu.testing.Home, Home)]
RENAMED = {"aclose": "close"}
INNER = {"sim", "seed"}


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sync_generator", ROOT / "tools" / "sync.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def aircon() -> warifu.Object:
    return warifu.Object(
        AIRCON, [warifu.Property(POWER, b"\x30", "get set inf"), warifu.Property(TARGET, b"\x18", "get set inf")]
    )


@pytest.fixture
def home(warifu_sync_home):
    return warifu_sync_home


@pytest.fixture
def pair(home):
    with home.device([aircon()]) as device, home.controller() as controller:
        device.open_window()
        yield device, controller, controller.pair(device.addresses[0], number=device.number)


# ---- derived ----


@pytest.mark.parametrize("path", generator().GENERATED, ids=lambda path: path.name)
def test_what_is_generated_is_fresh(path: Path) -> None:
    module = generator()
    assert path.read_text(encoding="utf-8") == module.made(module.GENERATED[path]), "run python3 tools/sync.py"


def public(kind: type) -> dict[str, object]:
    return {name: getattr(kind, name) for name in dir(kind) if not name.startswith("_")}


@pytest.mark.parametrize(("kind", "waiting"), PAIRS, ids=lambda kind: kind.__name__)
def test_a_class_has_every_method_and_none_is_a_coroutine_function(kind: type, waiting: type) -> None:
    declared = {name for base in kind.__mro__ for name in inspect.get_annotations(base)}
    names = set(public(kind)) | {name for name in declared if not name.startswith("_")}
    assert {RENAMED.get(name, name) for name in names} - INNER <= set(public(waiting))
    assert [name for name, member in public(waiting).items() if inspect.iscoroutinefunction(member)] == []


@pytest.mark.parametrize(("kind", "waiting"), PAIRS, ids=lambda kind: kind.__name__)
def test_parameters_are_the_same_and_each_wait_has_a_timeout(kind: type, waiting: type) -> None:
    for name, member in public(kind).items():
        if inspect.isfunction(member) and name not in INNER:
            ours = [each for each in inspect.signature(member).parameters if each != "kwargs"]
            theirs = list(inspect.signature(getattr(waiting, name)).parameters)
            assert [each for each in theirs if each != "timeout"] == [each for each in ours if each != "timeout"], name
            assert ("timeout" in theirs) == inspect.iscoroutinefunction(member) or name == "close", name


# ---- in a virtual home ----


def test_it_pairs_sets_reads_and_hears(pair) -> None:
    _, controller, peer = pair
    ac = peer.object("homeAirConditioner")
    with ac.notifications() as heard:
        ac.set("targetTemperature", 26, verify=True)
        assert ac.get("targetTemperature").unit == "Celsius"
        note = heard.next(timeout=5)
        assert (note.values, note.peer) == ({"targetTemperature": 26}, peer)
        with pytest.raises(TimeoutError):
            heard.next(timeout=5)
    assert list(heard) == []
    assert controller.peers == [peer]
    assert repr(peer).startswith("<warifu.sync.Peer device ")


def test_time_goes_on_during_calls_only(home) -> None:
    with home.device([aircon()]) as device:
        device.open_window(180)
        before = home.seconds
        assert home.seconds == before
        home.sleep(179)
        assert device.window.is_open
        home.sleep(2)
        assert not device.window.is_open
        assert home.seconds == pytest.approx(before + 181)


def test_who_reads_too_slowly_loses_the_oldest_which_are_counted(pair) -> None:
    device, _, peer = pair
    with peer.notifications(limit=2) as heard:
        for degrees in range(20, 25):
            device.put(AIRCON, TARGET, bytes([degrees]))
            peer.get(AIRCON, TARGET)
        assert [next(heard).values["targetTemperature"] for _ in range(2)] == [23, 24]
        assert heard.dropped == 3


def test_events_have_the_peer_of_this_face(home) -> None:
    with home.device([aircon()]) as device, home.controller() as controller, device.events() as events:
        device.open_window()
        controller.pair(device.addresses[0], number=device.number)
        event = next(event for event in events if event.kind == "paired")
        assert isinstance(event, sync.Event)
        assert event.peer == device.peers[0]
        assert isinstance(event.peer, sync.Peer)


def test_an_error_is_raised_at_the_callers_line_with_its_peer(home, pair) -> None:
    device, _, peer = pair
    home.disconnect(device)
    with pytest.raises(errors.NoAnswer) as caught:
        peer.get(AIRCON, POWER, timeout=1)  # here
    assert caught.value.peer == peer
    assert isinstance(caught.value.peer, sync.Peer)
    mine = [entry for entry in caught.traceback if Path(entry.path) == Path(__file__)]
    assert "# here" in str(mine[-1].statement)


def test_a_wait_ends_at_its_timeout_and_leaves_nothing(home, pair) -> None:
    device, controller, peer = pair
    home.disconnect(device)
    start = home.seconds
    with pytest.raises(TimeoutError):
        controller.unpair(peer, timeout=0.5)
    assert home.seconds == pytest.approx(start + 0.5)
    assert controller._it._runtime._calls == {}


def test_questions_and_progress_are_asked_in_the_thread_that_waits(home) -> None:
    asked, steps = [], []
    with home.device([aircon()]) as device, home.controller() as controller:
        device.open_window()
        controller.pair(
            device.addresses[0],
            confirm=lambda number: asked.append((number, threading.get_ident())) or True,
            progress=steps.append,
        )
        assert asked == [(device.number, threading.get_ident())]
        assert steps[-1] == "confirmed"


def test_a_power_cut_and_what_comes_after_are_played_too(home, pair) -> None:
    device, _, peer = pair
    home.cut_power(device)
    home.power_on(device)
    assert peer.get(AIRCON, POWER) == {POWER: b"\x30"}
    with home.record() as records:
        peer.get(AIRCON, POWER)
    assert len(records) >= 4
    home.split([device])


def test_in_a_running_loop_it_says_what_to_do_instead(home) -> None:
    async def main() -> None:
        with pytest.raises(RuntimeError, match="await the same call of warifu"):
            home.sleep(1)

    asyncio.run(main())


@pytest.mark.warifu(seed=7, loss=0.9)
def test_the_marker_makes_the_home_of_the_fixture(warifu_sync_home) -> None:
    assert isinstance(warifu_sync_home, Home)
    with warifu_sync_home.device([aircon()]) as device, warifu_sync_home.controller() as controller:
        for _ in range(20):
            controller.discover(1, address=device.addresses[0])
        assert warifu_sync_home.counts["lost"] > 20


def test_the_page_of_it_shows_what_runs() -> None:
    page = (ROOT / "docs" / "reference" / "python-sync.md").read_text(encoding="utf-8")
    (shown,) = [block for block in re.findall(r"^```python\n(.*?)^```$", page, flags=re.M | re.S) if "testing" in block]
    names: dict[str, object] = {}
    exec(compile(shown, "python-sync.md", "exec"), names)
    assert isinstance(names["peer"], sync.Peer)


def test_a_home_is_for_one_thread(home) -> None:
    caught = []

    def other() -> None:
        with pytest.raises(RuntimeError, match="from the thread that made it") as error:
            home.sleep(1)
        caught.append(error)

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert len(caught) == 1

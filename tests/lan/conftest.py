"""The tests of this folder run in a second pytest, on host 1 of a LAN of their own (private-lan.sh).

The first pytest starts the second with the tests that were chosen, and passes on what it reports, test by test. Where
no such LAN can be made the tests are skipped, with the reason.
"""

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
INSIDE = os.environ.get("WARIFU_LAN") == "host1"
REPORTS = "WARIFU_LAN_REPORTS"  # number of the descriptor for the reports, each a line of JSON
UNAVAILABLE = 77
ITEM_S = 30
SILENCE_S = 60  # longest time without a report
PR_SET_PDEATHSIG = 1

sys.path.insert(0, str(HERE.parent / "python"))  # home.py


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class SecondPytest:
    """The pytest on the LAN, and with it the LAN and all that runs there, from `__init__` to `close`."""

    def __init__(self, items: list[str]) -> None:
        self.said = ""
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - open until close
        self._reports, writing = os.pipe()
        self._unread = b""
        inner = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--timeout={ITEM_S}", *items]
        self._process = subprocess.Popen(
            [HERE / "private-lan.sh", *inner],
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            cwd=HERE.parent.parent,
            env={**os.environ, REPORTS: str(writing)},
            pass_fds=[writing],
            preexec_fn=_die_with_parent,
        )
        os.close(writing)

    def report(self) -> dict[str, Any] | None:
        """The next one; None: there will be no more."""
        while b"\n" not in self._unread and not self._output.closed:
            more = os.read(self._reports, 65536) if select.select([self._reports], [], [], SILENCE_S)[0] else b""
            if not more:
                return None
            self._unread += more
        line, _, self._unread = self._unread.partition(b"\n")
        return json.loads(line) if line else None

    def close(self) -> bool:
        """Ends it; `said` is what it printed. Gives whether it could be started at all. A second time does no harm."""
        if not self._output.closed:
            try:
                self._process.wait(1)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._output.seek(0)
            self.said = self._output.read().decode(errors="replace").strip()
            self._output.close()
            os.close(self._reports)
        return self._process.returncode != UNAVAILABLE


SECOND = pytest.StashKey[SecondPytest]()


def _second(session: pytest.Session) -> SecondPytest:
    if SECOND not in session.stash:
        session.stash[SECOND] = SecondPytest([item.nodeid for item in session.items if HERE in item.path.parents])
    return session.stash[SECOND]


def _verdict(item: pytest.Item, outcome: Any, text: Any) -> pytest.TestReport:
    return pytest.TestReport(item.nodeid, item.location, dict.fromkeys(item.keywords, 1), outcome, text, "call")


def _pass_on(item: pytest.Item) -> None:
    """All reports of one test."""
    second = _second(item.session)
    while (row := second.report()) is not None:
        report = item.config.hook.pytest_report_from_serializable(config=item.config, data=row)
        item.ihook.pytest_runtest_logreport(report=report)
        if report.nodeid == item.nodeid and report.when == "teardown":
            return
    if second.close():
        why = f"the pytest on the private LAN ended, or hung, before this test was over; it said:\n{second.said}"
        report = _verdict(item, "failed", why)
    else:
        reason = "".join(second.said.splitlines()[-1:])
        report = _verdict(item, "skipped", (str(item.path), 0, f"Skipped: {reason}"))
    item.ihook.pytest_runtest_logreport(report=report)


class Reporter:
    """In the second pytest: writes what the first one reads."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._reports = int(os.environ[REPORTS])
        os.set_inheritable(self._reports, False)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        row = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        os.write(self._reports, json.dumps(row).encode() + b"\n")


if INSIDE:

    def pytest_configure(config: pytest.Config) -> None:
        config.pluginmanager.register(Reporter(config))

else:

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
        if HERE not in item.path.parents:
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        _pass_on(item)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def pytest_sessionfinish(session: pytest.Session) -> None:
        if SECOND in session.stash:
            session.stash[SECOND].close()

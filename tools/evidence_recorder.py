"""A plugin of pytest for tools/evidence.py: runs the tests that fit, and tells the outcome of each as a line of JSON.

WARIFU_EVIDENCE holds the patterns and the number of the pipe to tell.
"""

import json
import os
from fnmatch import fnmatchcase

import pytest

ORDERS = json.loads(os.environ["WARIFU_EVIDENCE"])
PIPE = os.fdopen(ORDERS["to"], "w", encoding="utf-8", buffering=1)
os.set_inheritable(ORDERS["to"], False)  # or a program that a test leaves behind would keep it open
told: dict[str, dict] = {}


def tell(**step: object) -> None:
    PIPE.write(json.dumps(step) + "\n")


def wanted(item: pytest.Item) -> bool:
    name = item.nodeid.partition("[")[0]
    return any(fnmatchcase(name, pattern) for pattern in ORDERS["patterns"])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = filter(wanted, items)
    tell(collected=[item.nodeid for item in items])


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.failed:
        tell(broken=report.nodeid, why=report.longreprtext)


def said(report: pytest.TestReport) -> str:
    """Why it was skipped, the last line of a failure, or the last line that a program printed."""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    texts = (
        [report.longreprtext]
        if report.failed
        else [text for name, text in report.sections if name == "Captured output call"]
    )
    lines = [line for text in texts for line in text.strip().splitlines()]
    return lines[-1].strip() if lines else ""


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Of setup, call and teardown the worst counts."""
    so_far = told.setdefault(report.nodeid, {"test": report.nodeid, "outcome": "passed", "seconds": 0.0})
    so_far["seconds"] = round(so_far["seconds"] + report.duration, 3)
    if report.failed or (report.skipped and so_far["outcome"] == "passed"):
        so_far["outcome"] = report.outcome
    if words := said(report):
        so_far["said"] = words
    if report.when == "teardown":
        tell(**told.pop(report.nodeid))

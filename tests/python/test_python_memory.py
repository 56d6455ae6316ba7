"""Reading again and again costs no memory; tests/bench/bench_get.py does it a million times."""

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest
from warifu.testing import run

BENCH = Path(__file__).resolve().parents[1] / "bench" / "bench_get.py"
COUNT = 20_000
MOST_GROWTH = 1 << 20  # bytes: half of what a lost object of 100 bytes a read would take


def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_get", BENCH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="there is no /proc")
@pytest.mark.skipif("asan" in os.environ.get("LD_PRELOAD", ""), reason="the sanitizer keeps what is freed")
def test_twenty_thousand_reads_grow_no_memory() -> None:
    found = run(bench().measure(COUNT))
    assert found.count == COUNT
    assert found.growth < MOST_GROWTH, found.resident

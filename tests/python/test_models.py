"""The state machine of pairing under Spin: no state of it breaks a rule, and each mutation of it does."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

MODEL = Path(__file__).resolve().parents[1] / "models" / "pairing.pml"
MUTATIONS = {
    "NO_PROOF": "slot_peer==1",  # whoever has keys is written down
    "EXTENDS": "window<=before",  # a message_1 lets the window last longer
    "EARLY": "paired_by==own",  # the controller is content with message_4
}


def search(place: Path, *definitions: str) -> str:
    if not shutil.which("spin"):
        pytest.skip("no spin here; ./dev setup installs it")
    subprocess.run(["spin", "-a", *definitions, MODEL], cwd=place, check=True, capture_output=True, timeout=60)
    subprocess.run(["cc", "-O2", "-DSAFETY", "-DCOLLAPSE", "pan.c", "-o", "pan"], cwd=place, check=True, timeout=60)
    return subprocess.run(["./pan", "-m400000"], cwd=place, capture_output=True, text=True, timeout=200).stdout


def test_no_order_of_messages_breaks_a_rule_of_pairing_and_every_step_is_taken(tmp_path: Path) -> None:
    told = search(tmp_path)
    assert "errors: 0" in told
    assert "Search not completed" not in told
    unreached = re.findall(r"pairing\.pml:\d+, state \d+, \"(.*)\"", told)
    assert set(unreached) == {"-end-"}  # they live for ever; all else happens


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_mutation_is_found(mutation: str, tmp_path: Path) -> None:
    assert f"assertion violated ({MUTATIONS[mutation]})" in search(tmp_path, f"-DMUTATION_{mutation}")

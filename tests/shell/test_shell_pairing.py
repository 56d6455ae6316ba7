"""Pairing from the shell: by set-up codes and under a common root, what is said when it fails, and how it ends."""

import json
from pathlib import Path

import warifu
from shell_home import Home

STEPS = ["1/5 asking", "2/5 it is at that address", "3/5 it proved", "4/5 keys are agreed", "5/5 it confirmed"]


def test_a_set_up_code_pairs_and_each_step_is_told(home: Home) -> None:
    device = home.device()
    done = home.run("pair", device.address, "--code", device.code)
    assert (done.returncode, done.stdout) == (0, f"paired with {device.number} at {device.address}:{home.port}\n")
    told = done.stderr.splitlines()
    assert len(told) == len(STEPS)
    assert all(line.startswith(step) for line, step in zip(told, STEPS, strict=True))


def test_a_pairing_lasts_and_protects_what_follows(home: Home) -> None:
    device = home.device(policy="strict")
    assert home.run("get", "AIRCON", "80").returncode == 5
    assert home.run("pair", "AIRCON", "--code", device.code).returncode == 0
    got = json.loads(home.run("get", "AIRCON", "operationStatus", "--json").stdout)
    assert (got["protected"], got["values"]) == (True, {"operationStatus": False})
    (peer,) = json.loads(home.run("peers", "--json").stdout)["peers"]
    assert (peer["number"], peer["role"], peer["confirmed"]) == (device.number, "device", True)
    assert home.run("peers", "--quiet").stdout == device.number + "\n"


def test_a_peer_keeps_its_name_though_others_claim_it_in_clear(home: Home) -> None:
    peer = home.paired()
    home.device(plain="yes")
    for _ in range(2):
        got = json.loads(home.run("get", "AIRCON", "BB", "--json").stdout)
        assert (got["number"], got["protected"]) == (peer.number, True)


def test_the_code_is_read_from_the_standard_input_where_the_device_demands_one(home: Home) -> None:
    device = home.device(pairings=2)
    code = Path(device.code).read_text()
    assert home.run("pair", device.address, text=code).returncode == 0
    assert home.run("unpair", device.address).returncode == 0
    assert home.run("pair", device.address, "--code", "-", text=code).returncode == 0


def test_a_missing_code_is_asked_for_and_a_word_is_not_taken(home: Home) -> None:
    device = home.device()
    assert home.run("pair", device.address).stderr.startswith("ARGUMENT: no code was given")
    word = home.run("pair", device.address, "--code", Path(device.code).read_text().strip())
    assert word.stderr.startswith("ARGUMENT: a code is no word")
    assert Path(device.code).read_text()[10:20] not in word.stderr


# What kind of device, with what words, gives which status, error and advice.
FAILURES = [
    ({}, ["--code", "WRONG"], 4, "WRONG_CODE", "label"),
    ({"window": 0}, ["--code", "CODE"], 5, "WINDOW_CLOSED", "window NODE --wait"),
    ({}, ["--number", "FE" + 16 * "00"], 5, "CODE_NEEDED", "--code FILE"),
    ({"plain": "yes"}, ["--yes"], 5, "PLAINTEXT_ONLY", "get and set work in clear"),
    ({"identity": "ROOT"}, ["--number", "ITS"], 4, "UNTRUSTED", "--identity"),
]


def test_each_failure_says_what_to_do_next(home: Home, tmp_path: Path) -> None:
    """An attempt lasts half a minute, because no unproven answer may end it: they all run at the same time."""
    authority = warifu.Authority.create("A root of others")
    warifu.SetupCode.make(authority.issue("device")).save(tmp_path / "wrong")
    authority.issue("device").save(tmp_path / "root.pem")
    attempts = []
    for options, words, *_ in FAILURES:
        files = {"ROOT": str(tmp_path / "root.pem"), "WRONG": str(tmp_path / "wrong")}
        device = home.device(**{name: files.get(str(value), value) for name, value in options.items()})
        files |= {"CODE": device.code, "ITS": device.number}
        words = [files.get(word, word) for word in words]
        attempts.append(home.stranger("pair", device.address, *words, "--for", "2"))
    for attempt, (_, words, status, error, advice) in zip(attempts, FAILURES, strict=True):
        shown, said = attempt.communicate(timeout=60)
        assert (attempt.returncode, shown) == (status, ""), (words, said)
        assert f"\n{error}: " in said
        assert advice in said[said.index(error) :]


def test_a_common_root_pairs_after_the_number_is_said(home: Home, tmp_path: Path) -> None:
    authority = warifu.Authority.create("A root")
    authority.issue("device").save(tmp_path / "device.pem")
    authority.issue("controller").save(tmp_path / "shell.pem")
    device = home.device(identity=tmp_path / "device.pem", pairings=3)
    assert home.run("identity", "--take", str(tmp_path / "shell.pem")).returncode == 0
    undecided = home.run("pair", device.address)
    assert undecided.stderr.startswith("ARGUMENT: nobody said which device it is")
    wrong = home.run("pair", device.address, "--number", "FE" + 16 * "00")
    assert (wrong.returncode, "WRONG_DEVICE: " in wrong.stderr) == (5, True)
    assert home.run("pair", device.address, "--number", device.number).returncode == 0
    assert home.run("unpair", device.number).returncode == 0
    assert home.run("pair", device.address, "--yes").returncode == 0


def test_unpair_ends_it_on_both_sides(home: Home) -> None:
    device = home.paired()
    assert home.run("unpair", "AIRCON").stdout == f"unpaired from {device.number}\n"
    assert device.said("unpaired") == "unpaired"
    assert home.run("peers").stdout == "there are no pairings\n"
    again = home.run("unpair", device.address)
    assert (again.returncode, again.stderr.startswith("NOT_PAIRED: ")) == (8, True)


def test_unpairing_from_who_is_away_is_done_here_and_says_so(home: Home) -> None:
    device = home.paired()
    device.stop()
    done = home.run("unpair", device.number)
    assert (done.returncode, done.stderr.startswith("UNPAIRED_HERE_ONLY: ")) == (7, True)
    assert home.run("peers", "--quiet").stdout == ""


def test_an_identity_is_not_replaced_while_peers_know_it(home: Home, tmp_path: Path) -> None:
    warifu.Authority.create("A root").issue("controller").save(tmp_path / "new.pem")
    before = home.run("identity", "--quiet").stdout
    home.paired()
    done = home.run("identity", "--take", str(tmp_path / "new.pem"))
    assert done.stderr.startswith("STATE: 1 peers know this shell by another number")
    assert home.run("identity", "--quiet").stdout == before
    warifu.Authority.create("A root").issue("device").save(tmp_path / "device.pem")
    assert home.run("identity", "--take", str(tmp_path / "device.pem")).stderr.startswith("WRONG_ROLE: ")


def test_forget_and_reset_leave_nothing_of_a_peer(home: Home, tmp_path: Path) -> None:
    device = home.paired()
    remembered = tmp_path / "warifu" / "objects"
    assert home.run("get", "AIRCON", "80").returncode == 0
    assert remembered.read_text() == f"{device.number} 013001\n"
    assert home.run("forget", "0000").stderr.startswith("NOT_PAIRED: ")
    assert home.run("forget", device.number[-6:].lower()).returncode == 0
    assert remembered.read_text() == ""
    assert home.run("peers", "--quiet").stdout == ""
    home.paired()
    assert home.run("get", "AIRCON", "80").returncode == 0
    assert home.run("reset", "--yes").returncode == 0
    assert remembered.read_text() == ""


def test_an_object_that_a_peer_has_not_had_before_is_found(home: Home, tmp_path: Path) -> None:
    device = home.paired()
    assert home.run("get", "AIRCON", "80").returncode == 0
    (tmp_path / "warifu" / "objects").write_text(f"{device.number} 029001\n")
    assert home.run("get", "AIRCON", "BB", "--quiet").stdout == "24\n"
    assert (tmp_path / "warifu" / "objects").read_text() == f"{device.number} 013001\n"

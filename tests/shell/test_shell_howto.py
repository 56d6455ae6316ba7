"""The scripts of docs/howto/script-the-shell.md do what the page says."""

import re
from pathlib import Path

from shell_home import Home

PAGE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "script-the-shell.md"


def block(language: str) -> str:
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.M | re.S)
    (text,) = (text for name, text in blocks if name == language)
    return text


def test_the_lines_of_the_page_bring_a_house_to_sleep(home: Home, tmp_path: Path) -> None:
    for kind in ("029001", "013001", "026F01"):
        home.paired(object=kind)
    (tmp_path / "good-night").write_text(block(""))
    assert home.run("set", "AIRCON", "80=on").returncode == 0
    assert home.run("get", "lock", "mainElectricLock", "--quiet").stdout == "false\n"
    done = home.run("--search", "3", "--timeout", "2", "good-night")
    assert (done.returncode, done.stderr) == (0, "")
    assert home.run("get", "AIRCON", "80", "--quiet").stdout == "false\n"
    assert home.run("get", "lock", "mainElectricLock", "--quiet").stdout == "true\n"


def test_the_lua_of_the_page_cools_a_warm_room(home: Home, tmp_path: Path) -> None:
    home.paired(warms=0.2)
    script = block("lua").replace("watch(60)", "watch(0.5)").replace("room > 28", "room > 23")
    (tmp_path / "cool.lua").write_text(script)
    done = home.run("cool.lua")
    assert (done.returncode, done.stderr) == (0, "")
    assert "notification\t" in done.stdout
    assert home.run("get", "AIRCON", "80", "--quiet").stdout == "true\n"


def test_the_case_of_the_page_has_the_statuses_of_the_shell(home: Home) -> None:
    home.paired(object="026F01")
    text = block("sh")
    refused, silent = home.run("set", "lock", "B3=0x29"), home.run("set", "toaster", "80=on")
    assert f'{refused.returncode}) echo "the lock refused"' in text
    assert f'{silent.returncode}) echo "the lock is silent"' in text

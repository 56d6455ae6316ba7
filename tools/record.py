"""Records a session of the shell as a picture: `python3 tools/record.py [WARIFU]`, after ./dev build.

It types at a real shell on a pseudo-terminal, beside virtual devices on the loopback interface, and writes the screen
as docs/images/shell.svg: text that can be selected, without anything from elsewhere. Numbers differ from one recording
to the next; a test holds the shape of the picture and its verbs against the shell.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from terminal import PROMPT, Shell
from wcwidth import wcswidth

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "shell.svg"
COLUMNS, LINES = 108, 24
WIDTH, HEIGHT, MARGIN = 8.4, 18, 14  # of a cell, in pixels

STYLE = """\
    rect { fill: #16181d }
    text { font: 14px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #c9ced6; white-space: pre }
    .prompt { fill: #6fb3d2 }
    .typed { fill: #ffffff; font-weight: bold }
    .dim { fill: #737a86 }"""

# The devices of the recording: an air conditioner that warms up quickly, and a door lock.
HOME = """
local folder = arg[1]
local home <close> = assert(warifu.virtual.home {
    port = tonumber(arg[2]), window = 300, speed = 120,
    devices = {
        { class = "homeAirConditioner", code = folder .. "/aircon.code", address = "127.0.0.11" },
        { class = "electricLock", code = folder .. "/lock.code", address = "127.0.0.12" },
    },
})
print "ready"
home:serve()
"""


def play(shell: Shell) -> None:
    """What is typed."""
    shell.line("discover")
    shell.line("pair homeAirConditioner --code aircon.code")
    shell.type("get homeA\tope\t")
    shell.wait(lambda: "operation" in shell.row, "the completed line")
    shell.type("\t")
    shell.expect("operationMode ")
    shell.line("Mode roomTemperature")
    shell.type("set homeA\toperationMode=\t")
    shell.expect("dehumidification")
    shell.line("heating targetTemperature=30")
    shell.line("get homeAirConditioner operationMode targetTemperature --lang ja")
    shell.type("set homeAir")
    shell.wait(
        lambda: "roomTemperature" in shell.rows[-2] and shell.rows[-1].endswith("VALUE..."),
        "a notification above the line, and a hint behind it",
    )


def runs(row: dict[int, object], columns: int) -> Iterator[tuple[int, str, str]]:
    """Parts of a row that look alike: column, style, text."""
    cells = [(x, row[x]) for x in range(columns) if row[x].data]
    text = "".join(cell.data for _, cell in cells)
    is_line = text.startswith(PROMPT)

    def style(numbered: tuple[int, object]) -> str:
        x, cell = numbered
        if cell.fg == "brightblack":
            return "dim"
        return "" if not is_line else "prompt" if x < len(PROMPT) else "typed"

    for name, group in groupby(cells, key=style):
        part = list(group)
        yield part[0][0], name, "".join(cell.data for _, cell in part)


def picture(shell: Shell) -> str:
    """The screen, and what has left it, as SVG."""
    rows = [*shell.screen.history.top, *(shell.screen.buffer[y] for y in range(len(shell.rows)))]
    columns = shell.screen.columns
    lines = []
    for y, row in enumerate(rows):
        for x, style, text in runs(row, columns):
            text = text.rstrip() if x + wcswidth(text) >= columns else text
            if text.strip():
                kind = f' class="{style}"' if style else ""
                lines.append(
                    f'  <text x="{MARGIN + x * WIDTH:.1f}" y="{MARGIN + (y + 0.75) * HEIGHT:.1f}"{kind} '
                    f'textLength="{wcswidth(text) * WIDTH:.1f}" xml:space="preserve">{escape(text)}</text>'
                )
    width, height = 2 * MARGIN + columns * WIDTH, 2 * MARGIN + len(rows) * HEIGHT
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img">'
    return "\n".join(
        [
            "<!-- Made by tools/record.py from a session of the shell. -->",
            head,
            "  <title>A session of the shell warifu</title>",
            f"  <style>\n{STYLE}\n  </style>",
            '  <rect width="100%" height="100%" rx="8"/>',
            *lines,
            "</svg>\n",
        ]
    )


def session(warifu: Path, folder: Path, port: int) -> str:
    """Plays it in that folder and gives the picture."""
    words = ["env", "-C", folder, warifu, "--state", "state", "--address", "127.0.0.1", "--port", str(port)]
    shell = Shell(words, {"HOME": str(folder)}, COLUMNS, LINES)
    try:
        shell.ready()
        play(shell)
        return picture(shell)
    finally:
        shell.close()


def record(warifu: Path, port: int = 3610) -> str:
    """The picture of a session beside virtual devices."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "home.lua").write_text(HOME)
        words = [warifu, "home.lua", ".", str(port)]
        with subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as home:
            try:
                assert home.stdout is not None
                assert home.stdout.readline() == "ready\n"
                return session(warifu, folder, port)
            finally:
                home.terminate()


def main(words: list[str]) -> None:
    warifu = Path(words[0]) if words else ROOT / "build" / "dev" / "shell" / "warifu"
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(record(warifu.resolve()))


if __name__ == "__main__":
    main(sys.argv[1:])

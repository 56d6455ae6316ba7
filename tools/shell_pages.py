"""Writes the pages made from the shell's table of verbs: `python3 tools/shell_pages.py [SHELL]`.

They are the reference of the verbs in docs/reference/shell.md and the man page docs/warifu.1; a test proves that they
are fresh. The shell itself gives the table (`warifu help --json`): build/dev/shell/warifu unless another one is named.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "shell.md"
MAN = ROOT / "docs" / "warifu.1"
BEGIN, END = "<!-- verbs: made by tools/shell_pages.py from shell/lua/verbs -->\n", "<!-- end of verbs -->"

Table = dict[str, Any]


def table(shell: Path) -> Table:
    done = subprocess.run([shell, "help", "--json"], capture_output=True, text=True, check=True)
    described: Table = json.loads(done.stdout)
    return described


def groups(described: Table) -> dict[str, list[Table]]:
    found: dict[str, list[Table]] = {}
    for verb in described["verbs"]:
        found.setdefault(verb["group"], []).append(verb)
    return found


def placeholder(option: Table) -> str:
    return f"{option['name']} {option['value']}" if "value" in option else str(option["name"])


# ---- Markdown ----


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def option_rows(options: list[Table]) -> list[str]:
    return ["| | |", "|---|---|", *(f"| `{placeholder(option)}` | {cell(option['help'])} |" for option in options)]


def verb_section(verb: Table) -> list[str]:
    words = " ".join([verb["name"], *arguments(verb)])
    out = [f"#### `{words}`", "", sentence(verb["help"])]
    if "more" in verb:
        out[-1] += " " + verb["more"].replace("\n", " ")
    if "next" in verb:
        out[-1] += f" Next: {verb['next']}."
    if "gives" in verb:
        out += ["", f"JSON: {verb['gives']}."]
    if verb["options"]:
        out += ["", *option_rows(verb["options"])]
    return [*out, ""]


def sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def arguments(verb: Table) -> list[str]:
    shown = []
    for argument in verb["arguments"]:
        word = argument["name"] + ("..." if argument["many"] else "")
        shown.append(f"[{word}]" if argument["optional"] else word)
    return shown


# What the topics of help are called as sections of the page.
TOPICS = {"names": "How nodes and objects are called", "values": "How properties and values are written"}


def paragraphs(text: str) -> str:
    """A topic of help in Markdown: what could be taken for markup is escaped."""
    return re.sub(r"([\[\]*_<>])", r"\\\1", text)


def markdown(described: Table) -> str:
    out = [""]
    for topic, title in TOPICS.items():
        out += [f"### {title}", "", paragraphs(described["topics"][topic]), ""]
    out += ["### Options of the start", "", *option_rows(described["start"]), ""]
    out += ["### Options of every verb", "", *option_rows(described["common"]), ""]
    for title, verbs in groups(described).items():
        out += [f"### {title}", ""]
        for verb in verbs:
            out += verb_section(verb)
    return "\n".join(out)


def page(described: Table) -> str:
    """The page with its marked part made anew; the rest is written by hand."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return before + BEGIN + markdown(described) + "\n" + END + rest.partition(END)[2]


# ---- man ----


def roff(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "")
    return re.sub(r"^([.'])", r"\\&\1", escaped, flags=re.M)


def man_options(options: list[Table]) -> list[str]:
    out = []
    for option in options:
        value = f" \\fI{roff(option['value'])}\\fR" if "value" in option else ""
        out += [".TP", f"\\fB{roff(option['name'])}\\fR{value}", roff(option["help"])]
    return out


def man_verb(verb: Table) -> list[str]:
    words = " ".join(f"\\fI{roff(word)}\\fR" for word in arguments(verb))
    out = [".TP", f"\\fB{roff(verb['name'])}\\fR {words}".rstrip(), roff(sentence(verb["help"]))]
    if "more" in verb:
        out.append(roff(verb["more"]))
    if "gives" in verb:
        out += [".br", roff(f"JSON: {verb['gives']}.")]
    if verb["options"]:
        out += [".RS", *man_options(verb["options"]), ".RE"]
    return out


HEAD = """\
.\\" Made by tools/shell_pages.py from shell/lua/verbs.
.TH WARIFU 1
.SH NAME
warifu \\- ECHONET Lite with Device Authentication: verbs, a Lua prompt, scripts
.SH SYNOPSIS
.B warifu
.RI [ option ]...
.RI [ verb
.RI [ argument "]... | " script
.RI [ argument "]... | " \\- ]
.SH DESCRIPTION
Without a verb or a script: a prompt on a terminal, else the standard input is run. A line is a verb, or else Lua 5.4
with the module \\fBwarifu\\fR at hand. Results go to the standard output, everything else to the standard error.
.SH OPTIONS
.TP
\\fB\\-e\\fR \\fICODE\\fR
runs this Lua"""

TAIL = """\
.SH EXIT STATUS
0 done; 1 a script failed; 2 wrong usage; 3 bad input; 4 a proof failed; 5 refused; 6 nobody answered; 7 no connection;
8 no such thing; 9 the system failed; 130 interrupted.
.SH ENVIRONMENT
\\fBXDG_STATE_HOME\\fR: the state directory is \\fIwarifu\\fR in it, else in \\fI~/.local/state\\fR. \\fBLANG\\fR: a
Japanese one gives names in Japanese.
.SH SEE ALSO
docs/reference/shell.md, docs/reference/lua.md
"""


def man(described: Table) -> str:
    out = [HEAD, *man_options(described["start"]), *man_options(described["common"])]
    for topic in TOPICS:
        out += [f".SH {topic.upper()}", roff(described["topics"][topic])]
    out.append(".SH VERBS")
    for title, verbs in groups(described).items():
        out.append(f".SS {roff(title)}")
        for verb in verbs:
            out += man_verb(verb)
    return "\n".join(out) + "\n" + TAIL


GENERATED = {PAGE: page, MAN: man}

if __name__ == "__main__":
    described = table(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "dev" / "shell" / "warifu"))
    for path, make in GENERATED.items():
        path.write_text(make(described), encoding="utf-8")
        print(path.relative_to(ROOT))

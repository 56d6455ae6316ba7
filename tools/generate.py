"""Writes what is derived from the tables of the core: `python3 tools/generate.py`. A test proves that it is fresh.

Needs nothing but Python; each generator gives the text of one file.
"""

import re
import tomllib
from pathlib import Path

import lua_reference

ROOT = Path(__file__).resolve().parent.parent
HEADERS = ROOT / "core" / "include" / "warifu"
ROW = re.compile(
    r'X\(\s*(?P<code>\d+),\s*(?P<name>\w+),\s*(?P<nature>\w+),\s*"(?P<what>[^"]*)",\s*"(?P<next>[^"]*)"\)'
    r"|/\* (?P<layer>[^*]+) \*/"
)
FINDING = re.compile(r'X\(\s*(?P<name>\w+),\s*(?P<severity>\w+),\s*"(?P<what>[^"]*)",\s*"(?P<next>[^"]*)"\)')
AUDITED = re.compile(r'X\(\s*\d+,\s*\w+,\s*"(?P<name>\w+)",\s*(?P<care>\w+),\s*"(?P<what>[^"]*)"\)')
COUNTER = re.compile(r'X\(\s*(?P<name>\w+),\s*"(?P<what>[^"]*)"\)')

# What an exception of that nature also is in Python.
BUILTINS = {
    "NONE": "",
    "VALUE": "ValueError",
    "USAGE": "RuntimeError",
    "CRYPTO": "",
    "DENIED": "PermissionError",
    "TIMEOUT": "TimeoutError",
    "LINK": "ConnectionError",
    "LOOKUP": "KeyError",
    "SYSTEM": "OSError",
}


def table(header: str, macro: str) -> str:
    """The rows of an X-macro: its #define up to the line that doesn't go on."""
    text = (HEADERS / header).read_text(encoding="utf-8")
    lines = text[text.index(f"#define {macro}(X)") :].split("\n")
    end = next(at for at, line in enumerate(lines) if not line.endswith("\\"))
    return " ".join(line.rstrip("\\").strip() for line in lines[: end + 1])


def exception(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def errors() -> str:
    out = [
        "<!-- Made by tools/generate.py from core/include/warifu/error.h. -->",
        "# Errors",
        "",
        "Every error of Warifu, from its one table, [`<warifu/error.h>`](../../core/include/warifu/error.h). In C the",
        "value is `WF_ERROR_` and the name; in Python it is an exception of `warifu.errors`, which also is the builtin",
        "named; in Lua a call gives `nil, message, code`. The text is what a node may tell another one in an EDHOC",
        "error message, the code what it tells in a record ([the profile](da-profile-1.md#kinds)).",
    ]
    for row in ROW.finditer(table("error.h", "WF_ERRORS")):
        if row["layer"]:
            out += ["", f"## {row['layer'].strip().capitalize()}", ""]
            out += ["| code | name | Python | what happened | what to do |", "|---|---|---|---|---|"]
        elif row["code"] != "0":
            builtin = BUILTINS[row["nature"]]
            python = f"`{exception(row['name'])}`" + (f" ({builtin})" if builtin else "")
            out.append(f"| {row['code']} | `{row['name']}` | {python} | {row['what']} | {row['next']} |")
    return "\n".join(out) + "\n"


def counters() -> str:
    out = [
        "<!-- Made by tools/generate.py from core/include/warifu/counters.h. -->",
        "# Counters",
        "",
        "What a node counts since its start: `wf_engine_counters` in C, `counters` in Python.",
        "",
        "| name | counts |",
        "|---|---|",
    ]
    out += [f"| `{row['name']}` | {row['what']} |" for row in COUNTER.finditer(table("counters.h", "WF_COUNTERS"))]
    return "\n".join(out) + "\n"


def findings() -> str:
    out = [
        "<!-- Made by tools/generate.py from core/include/warifu/doctor.h. -->",
        "# What the doctor finds",
        "",
        "Every kind of finding, from its one table, [`<warifu/doctor.h>`](../../core/include/warifu/doctor.h). How to",
        "ask and how to go on: [nothing arrives](../howto/nothing-arrives.md). A *problem* means that it can't work",
        "like that, a *warning* that this may be why, a *note* is worth knowing. A finding may weigh less than its row",
        "says, never more.",
        "",
        "| id | severity | what was found | what to do |",
        "|---|---|---|---|",
    ]
    for row in FINDING.finditer(table("doctor.h", "WF_FINDINGS")):
        out.append(f"| `{row['name']}` | {row['severity'].lower()} | {row['what']} | {row['next']} |")
    return "\n".join(out) + "\n"


# How a thing is kept, as <warifu/audit.h> says.
CARES = {
    "ACT": "an entry of its own, written at once",
    "NOTICE": "the first in an hour written at once, the others counted in it",
    "GATHERED": "gathered: repetitions counted, written once a minute at most",
    "START": "written at once; of many in a row the first and the last stay",
}


def audited() -> str:
    out = [
        "<!-- Made by tools/generate.py from core/include/warifu/audit.h. -->",
        "# What is audited",
        "",
        "Everything that enters the audit log of a node, from its one table,",
        "[`<warifu/audit.h>`](../../core/include/warifu/audit.h), which also says how it is kept. How to read it:",
        "[read the audit log](../howto/read-the-audit-log.md). An `error` is of the [table of errors](errors.md).",
        "",
        "| what | what happened | kept |",
        "|---|---|---|",
    ]
    for row in AUDITED.finditer(table("audit.h", "WF_AUDITED")):
        out.append(f"| `{row['name']}` | {row['what']} | {CARES[row['care']]} |")
    return "\n".join(out) + "\n"


def short(test: str) -> str:
    """As the page names tests: file::case."""
    file, _, case = test.partition("::")
    return f"`{Path(file).stem}::{case}`"


def threats(evidence: dict) -> str:
    out = []
    for threat in evidence["threat"]:
        out += [f"## {threat['id']}: {threat['title']}", "", "| attack | answer | test |", "|---|---|---|"]
        for row in threat["mechanism"]:
            out.append(f"| {row['attack']} | {row['answer']} | {', '.join(short(test) for test in row['tests'])} |")
        out += ["", *([threat["remark"], ""] if "remark" in threat else [])]
    return "\n".join(out[:-1])


def requirements(evidence: dict) -> str:
    out = ["| EN 303 645 | statement | not covered |", "|---|---|---|"]
    for row in evidence["requirement"]:
        out.append(f"| {row['id']}: {row['title']} | {row['statement']} | {row['not_covered']} |")
    return "\n".join(out)


def makers_part(evidence: dict) -> str:
    return "\n".join(
        ["| what | see |", "|---|---|", *[f"| {row['what']} | {row['see']} |" for row in evidence["maker"]]]
    )


SECURITY = ROOT / "docs" / "explanation" / "security.md"


def security() -> str:
    """The page with its marked parts made anew; the rest is written by hand."""
    page = SECURITY.read_text(encoding="utf-8")
    evidence = tomllib.loads((ROOT / "tests" / "evidence.toml").read_text(encoding="utf-8"))
    for name, make in {"threats": threats, "requirements": requirements, "makers_part": makers_part}.items():
        begin, end = f"<!-- {name}: made by tools/generate.py from tests/evidence.toml -->\n", f"<!-- end of {name} -->"
        before, _, rest = page.partition(begin)
        page = before + begin + "\n" + make(evidence) + "\n\n" + end + rest.partition(end)[2]
    return page


GENERATED = {
    ROOT / "docs" / "reference" / "audit.md": audited,
    ROOT / "docs" / "reference" / "errors.md": errors,
    ROOT / "docs" / "reference" / "lua.md": lua_reference.page,
    ROOT / "bindings" / "lua" / "library" / "warifu.lua": lua_reference.annotations,
    ROOT / "docs" / "reference" / "counters.md": counters,
    ROOT / "docs" / "reference" / "doctor.md": findings,
    SECURITY: security,
}

if __name__ == "__main__":
    for path, make in GENERATED.items():
        path.write_text(make(), encoding="utf-8")
        print(path.relative_to(ROOT))

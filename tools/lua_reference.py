"""The Lua module's reference page and the annotations for editors (LuaLS), from one source: bindings/lua/reference.

Each section is a file of its own, in the order of index.toml. What stands in it:

    [[call]]    is = "object:method(name: type, name?: type, name...: type, {option: type, option=default: type})"
                gives = "type" or "type or failure", where failure is nil, message, code; nothing when left out
    [[option]]  is = "name: type"; of the constructor of the class that the section's options_of names
    [[field]]   is = "object.name, .name: type"
    [[kind]]    is = "name"; of an event

and with each `text`, for the page and the editor. `object` is a key of [members] or [objects] in the index.
"""

import re
import textwrap
import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "bindings" / "lua" / "reference"
PARAMETER = re.compile(r"(?P<name>\w+)(?P<mark>\?|\.\.\.)?(?:=(?P<default>[^:]+))?: (?P<type>.+)", re.DOTALL)
CALL = re.compile(r"(?P<object>\w+)(?P<joint>[.:])(?P<name>\w+)\((?P<takes>.*)\)", re.DOTALL)
FAILURE = " or failure"


@dataclass
class Parameter:
    name: str
    type: str
    mark: str = ""  # "?": may be left out; "...": any number of them
    default: str = ""


@dataclass
class Call:
    object: str
    joint: str
    name: str
    parameters: list[Parameter]
    options: list[Parameter]
    gives: str
    can_fail: bool
    text: str


def split(text: str) -> list[str]:
    """At the commas that no bracket holds."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "({[<") - (character in ")}]>")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


def parameter(text: str) -> Parameter:
    found = PARAMETER.fullmatch(text)
    if not found:
        raise ValueError(f"'{text}' is not 'name: type'")
    return Parameter(found["name"], found["type"], found["mark"] or "", found["default"] or "")


def call(row: dict) -> Call:
    found = CALL.fullmatch(row["is"])
    if not found:
        raise ValueError(f"'{row['is']}' is not 'object:method(...)'")
    takes = split(found["takes"])
    options = takes.pop()[1:-1] if takes and takes[-1].startswith("{") else ""
    gives = row.get("gives", "")
    return Call(
        found["object"],
        found["joint"],
        found["name"],
        [parameter(part) for part in takes],
        [parameter(part) for part in split(options)],
        gives.removesuffix(FAILURE),
        gives.endswith(FAILURE),
        " ".join(row["text"].split()),
    )


def index() -> dict:
    return tomllib.loads((FOLDER / "index.toml").read_text(encoding="utf-8"))


def sections() -> list[dict]:
    names = index()["sections"]
    if sorted([*names, "index"]) != sorted(path.stem for path in FOLDER.glob("*.toml")):
        raise ValueError("index.toml does not name the files of bindings/lua/reference")
    return [tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8")) for name in names]


# ---- the page ----


def as_function(one: Parameter) -> str:
    """`name`, or `name(arguments)` of a function."""
    arguments = re.match(r"fun\((?P<all>[^)]*)\)", one.type)
    if not arguments:
        return one.name
    return f"{one.name}({', '.join(part.partition(':')[0] for part in split(arguments['all']))})"


def shown(one: Call) -> str:
    """`object:method(name, {option=, ...})`, as people write it."""
    names = [part.name + (", ..." if part.mark == "..." else "") for part in one.parameters]
    options = "{" + ", ".join(f"{part.name}={part.default}" for part in one.options) + "}" if one.options else ""
    head = one.object + one.joint + one.name
    if options and not names:
        return f"`{head} {options}`"
    return f"`{head}({', '.join([*names, options] if options else names)})`"


def table(rows: list[tuple[str, str]], head: str = "") -> list[str]:
    lines = [f"| {name} | {' '.join(text.split())} |" for name, text in rows]
    return [f"| {head + ' ' * bool(head)}| |", "|---|---|", *lines, ""] if rows else []


def field_names(row: dict) -> str:
    return ", ".join(f"`{name.strip()}`" for name in row["is"].partition(": ")[0].split(","))


def section(part: dict) -> list[str]:
    fields = [(field_names(row), row["text"]) for row in part.get("field", [])]
    calls = [(shown(call(row)), row["text"]) for row in part.get("call", [])]
    options = [(f"`{as_function(parameter(row['is']))}`", row["text"]) for row in part.get("option", [])]
    out = ["#" * part.get("level", 2) + " " + part["title"], ""]
    for text, rows, head in [
        ("text", [], ""),
        ("options_text", options, ""),
        ("calls_text", fields + calls, ""),
        ("kinds_text", [(f"`{row['is']}`", row["text"]) for row in part.get("kind", [])], "kind"),
        ("after", [], ""),
    ]:
        out += [part[text].strip(), ""] if text in part else []
        out += table(rows, head)
    return out


def page() -> str:
    top = index()
    out = [
        "<!-- Made by tools/generate.py from bindings/lua/reference. -->",
        f"# {top['title']}",
        "",
        top["text"].strip(),
        "",
    ]
    for part in sections():
        out += section(part)
    return "\n".join(out).strip() + "\n"


# ---- the annotations ----


def plain(text: str) -> str:
    """Without the page's links."""
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", " ".join(text.split()))


class Annotations:
    def __init__(self) -> None:
        top = index()
        self.members, self.parents, self.aliases = top["members"], top["parents"], top["aliases"]
        self.owners = {**top["objects"], **top["members"]}
        self.parts = sections()
        self.calls = [call(row) for part in self.parts for row in part.get("call", [])]
        own = set(self.owners.values()) - {"warifu"}
        self.own = (
            own | set(self.aliases) | {f"{part['options_of']}Options" for part in self.parts if "options_of" in part}
        )

    def type(self, text: str) -> str:
        """With the module's name before those that are its own."""
        return re.sub(r"\b[A-Z]\w+\b", lambda found: f"warifu.{found[0]}" if found[0] in self.own else found[0], text)

    def result(self, one: Call) -> str:
        kind = self.type(one.gives)
        if not one.can_fail or kind.endswith("?"):
            return kind
        return f"({kind})?" if "|" in kind else f"{kind}?"

    def arguments(self, one: Call) -> list[tuple[str, str]]:
        """Name, with its mark, and type."""
        options = ", ".join(f"{part.name}?: {self.type(part.type)}" for part in one.options)
        out = []
        for part in one.parameters:
            many = part.mark == "..."
            also = f"|{{{options}}}" if many and options else ""
            out.append(("..." if many else part.name + part.mark, self.type(part.type) + also))
        if options and ("..." not in dict(out)):
            out.append(("options?", f"{{{options}}}"))
        return out

    def function(self, one: Call) -> list[str]:
        arguments = self.arguments(one)
        out = textwrap.wrap(
            plain(one.text), 116, initial_indent="--- ", subsequent_indent="--- ", break_on_hyphens=False
        )
        out += [f"---@param {name} {kind}" for name, kind in arguments]
        out += [f"---@return {self.result(one)}"] if one.gives else []
        out += ["---@return string? message", "---@return string? code"] if one.can_fail else []
        names = ", ".join(name.rstrip("?") for name, _ in arguments)
        return [*out, f"function {self.owners[one.object]}{one.joint}{one.name}({names}) end", ""]

    def makes(self, one: Call) -> str:
        """The class that is called to make an object of it; else nothing."""
        return self.members.get(one.name, "") if one.object == "warifu" else ""

    def overloads(self, owner: str) -> list[str]:
        options = f"options?: warifu.{owner}Options"
        out = (
            [f"---@overload fun({options}): warifu.{owner}?, string?, string?"] if f"{owner}Options" in self.own else []
        )
        for one in self.calls:
            if self.makes(one) == owner:
                arguments = ", ".join(f"{name}: {kind}" for name, kind in self.arguments(one))
                out.append(f"---@overload fun({arguments}): {self.result(one)}")
        return out

    def fields(self, owner: str) -> list[str]:
        out = []
        for row in (row for part in self.parts for row in part.get("field", [])):
            names, _, kind = row["is"].partition(": ")
            target, _, field = names.partition(".")
            if self.owners[target] == owner:
                out += [f"---@field {name} {self.type(kind)} {plain(row['text'])}" for name in field.split(", .")]
        if owner == "warifu":
            out += [f"---@field {name} warifu.{kind}" for name, kind in self.members.items()]
        return out

    def one_class(self, owner: str) -> list[str]:
        parent = f": warifu.{self.parents[owner]}" if owner in self.parents else ""
        head = f"---@class {owner if owner == 'warifu' else 'warifu.' + owner}{parent}"
        return [head, *self.fields(owner), *self.overloads(owner), f"local {owner} = {{}}", ""]

    def options(self, part: dict) -> list[str]:
        parent = f": warifu.{part['options_as']}Options" if "options_as" in part else ""
        out = [f"---@class warifu.{part['options_of']}Options{parent}"]
        for row in part["option"]:
            one = parameter(row["is"])
            out.append(f"---@field {one.name}? {self.type(one.type)} {plain(row['text'])}")
        return [*out, ""]

    def text(self) -> str:
        out = ["---@meta warifu", "-- Made by tools/generate.py from bindings/lua/reference.", ""]
        out += [f"---@alias warifu.{name} {self.type(kind)}" for name, kind in self.aliases.items()] + [""]
        out += [line for part in self.parts if "options_of" in part for line in self.options(part)]
        out += [line for owner in dict.fromkeys(self.owners.values()) for line in self.one_class(owner)]
        out += [line for one in self.calls if not self.makes(one) for line in self.function(one)]
        return "\n".join([*out, "return warifu"]) + "\n"


def annotations() -> str:
    return Annotations().text()

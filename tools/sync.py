#!/usr/bin/env python3
"""Writes bindings/python/warifu/sync from the asyncio classes: for each of their methods one that waits.

Not by replacing words in the sources (as `unasync` does): the objects live in an event loop all the same, so that
sessions go on between calls, and only their face is another one.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "bindings" / "python" / "warifu"
WIDTH = 120
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
PARTS = {  # generated file: source, classes
    "_asking": ("_asking", ["Asking"]),
    "_remote": ("_remote", ["Remote"]),
    "nodes": ("nodes", ["Node", "Peer"]),
    "remote_object": ("remote_object", ["RemoteObject"]),
    "events": ("events", ["Event", "Notification"]),
    "group": ("group", ["GroupState", "GroupAnswer", "Group"]),
    "_base_endpoint": ("_base_endpoint", ["BaseEndpoint"]),
    "_acting": ("_acting", ["Acting"]),
    "_endpoint": ("_endpoint", ["Endpoint"]),
    "controller": ("controller", ["Controller"]),
    "device": ("device", ["Device"]),
    "_network": ("testing.network", ["Network"]),
    "testing": ("testing.home", ["Home"]),
}
HOME_OF = {name: part for part, (_, names) in PARTS.items() for name in names} | {"Stream": "_stream"}
BASES = {"BaseEndpoint": "Opened", "Device": "Endpoint", "Network": "Owner"}
PORTALS = {"Controller": "ThreadPortal", "Device": "ThreadPortal", "Home": "OwnLoop"}
BY_HAND_IN = {
    "Facade": "_facade",
    "Opened": "_facade",
    "twin": "_facade",
    "ThreadPortal": "_portal",
    "OwnLoop": "_own_loop",
    "Owner": "_own_loop",
}
CALLBACKS = {"Confirm": "ask", "Progress": "tell"}  # parameters of these types are called in the thread that waits
NOT_MADE = {"close", "__init__", "__aenter__", "__aexit__", "__eq__", "__hash__", "__repr__", "__post_init__"}
WORDS = {  # of docstrings
    r"`async with`": "`with`",
    r"\bawait ": "",
    r"warifu\.testing": "warifu.sync.testing",
    r"(\s)\(it may be a coroutine function\)\. ": r".\1",
    r", on a VirtualLoop\n.*\n": ".\nIts clock goes on during calls only, and only the thread that made it may call.\n",
}


def fold(head: str, items: list[str], tail: str, indent: int) -> str:
    """A call or a signature as ruff formats it: on one line, else its items on one line, else each on its own."""
    space, inner = " " * indent, " " * (indent + 4)
    line = f"{space}{head}({', '.join(items)}){tail}"
    if len(line) <= WIDTH:
        return line + "\n"
    inside = f"{inner}{', '.join(items)}"
    if len(inside) > WIDTH:
        inside = ",\n".join(inner + item for item in items) + ","
    return f"{space}{head}(\n{inside}\n{space}){tail}\n"


def quoted(text: str) -> str:
    return text.replace("'", '"') if '"' not in text else text


def unquoted(node: ast.expr) -> ast.expr:
    """An annotation without the quotes of forward references."""

    class Unquote(ast.NodeTransformer):
        def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
            return node if ast.unparse(node.value) == "Literal" else self.generic_visit(node)  # type: ignore[return-value]

        def visit_Constant(self, node: ast.Constant) -> ast.expr:
            return ast.parse(node.value, mode="eval").body if isinstance(node.value, str) else node

    return Unquote().visit(node)


def annotation(node: ast.expr | None) -> str:
    return "None" if node is None else quoted(ast.unparse(unquoted(node)))


def docstring(node: ast.AST, indent: int, more: str = "") -> str:
    text = ast.get_docstring(node) or ""  # type: ignore[arg-type]
    for word, other in WORDS.items():
        text = re.sub(word, other, text)
    if not text:
        return ""
    space = " " * indent
    lines = (text + (f"\n\n{more}" if more else "")).splitlines()
    end = f"\n{space}" if len(lines) > 1 else ""
    return space + '"""' + "\n".join([lines[0], *(space + line if line else "" for line in lines[1:])]) + end + '"""\n'


class Source:
    """A module of asyncio, and what its names mean."""

    def __init__(self, module: str) -> None:
        self.module = module
        self.text = PACKAGE.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8")
        self.tree = ast.parse(self.text)
        self.depth = module.count(".") + 1  # of the package that its first dot means
        self.imports: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom):
                origin = self._origin(node)
                self.imports |= {alias.name: f"from {origin} import {alias.name}" for alias in node.names}
            elif isinstance(node, ast.Import):
                self.imports |= {alias.name: f"import {alias.name}" for alias in node.names}
        for statement in self.tree.body:
            for name in names_bound_by(statement):
                self.imports[name] = f"from ..{module} import {name}"

    def _origin(self, node: ast.ImportFrom) -> str:
        """As it is written in warifu.sync."""
        if node.level == 0:
            return node.module or ""
        above = self.module.split(".")[: self.depth - node.level]
        return ".." + ".".join([*above, *([node.module] if node.module else [])])

    def find(self, name: str) -> ast.ClassDef:
        return next(each for each in self.tree.body if isinstance(each, ast.ClassDef) and each.name == name)

    def remark(self, node: ast.AnnAssign) -> str:
        """The comment behind an attribute."""
        _, _, remark = self.text.splitlines()[node.lineno - 1].partition("  # ")
        return remark[:1].upper() + remark[1:] + "." if remark else ""


def names_bound_by(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.ClassDef | ast.FunctionDef):
        yield statement.name
    elif isinstance(statement, ast.Assign):
        yield from (target.id for target in statement.targets if isinstance(target, ast.Name))


class Signature:
    """The parameters of a method, as they are declared and as they are passed on."""

    def __init__(self, node: ast.FunctionDef | ast.AsyncFunctionDef, *, bounded: bool) -> None:
        given = node.args
        self.declared: list[str] = ["self"]
        self.passed: list[str] = []
        positional = [*given.posonlyargs, *given.args]
        defaults = [None] * (len(positional) - len(given.defaults)) + list(given.defaults)
        for arg, default in list(zip(positional, defaults, strict=True))[1:]:
            self._take(arg, default, self._value(arg))
            if given.posonlyargs and arg is given.posonlyargs[-1]:
                self.declared.append("/")
        if given.vararg:
            self._take(given.vararg, None, f"*{given.vararg.arg}", star="*")
        elif given.kwonlyargs or bounded:
            self.declared.append("*")
        for arg, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
            self._take(arg, default, f"{arg.arg}={self._value(arg)}")
        if bounded:
            self.declared.append("timeout: float | None = None")
            self.passed.append("within=timeout")
        if given.kwarg:
            self._take(given.kwarg, None, f"**{given.kwarg.arg}", star="**")

    def _take(self, arg: ast.arg, default: ast.expr | None, passed: str, star: str = "") -> None:
        value = "" if default is None else f" = {quoted(ast.unparse(default))}"
        self.declared.append(f"{star}{arg.arg}: {annotation(arg.annotation)}{value}")
        self.passed.append(passed)

    @staticmethod
    def _value(arg: ast.arg) -> str:
        way = next((way for kind, way in CALLBACKS.items() if kind in annotation(arg.annotation).split(" | ")), None)
        return f"self._portal.{way}({arg.arg})" if way else arg.arg


class Face:
    """The class that is written for one of asyncio."""

    def __init__(self, source: Source, node: ast.ClassDef) -> None:
        self.source, self.node = source, node
        self.alias = source.module.rpartition(".")[2]

    def text(self) -> str:
        name = self.node.name
        named = [ast.unparse(base) for base in self.node.bases]
        base = BASES.get(name) or next((each for each in named if each in HOME_OF), "Facade")
        parts = [f"class {name}({base}, of={self.alias}.{name}):\n" + docstring(self.node, 4)]
        if name in PORTALS:
            parts.append(self.constructor())
        parts += [text for each in self.node.body if (text := self.member(each))]
        return "\n".join(parts)

    def constructor(self) -> str:
        init = next(each for each in self.node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__")
        shape = Signature(init, bounded=False)
        made = fold(f"self._it = {self.alias}.{self.node.name}", shape.passed, "", 8)
        portal = f"        self._portal = {PORTALS[self.node.name]}()\n"
        return fold("def __init__", shape.declared, " -> None:", 4) + made + portal

    def member(self, node: ast.stmt) -> str:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and not node.target.id.startswith("_"):
            return self.attribute(node.target.id, annotation(node.annotation), self.source.remark(node))
        if not isinstance(node, FUNCTIONS) or node.name in NOT_MADE or node.name.startswith("_"):
            return ""
        marks = {ast.unparse(each) for each in node.decorator_list}
        if marks & {"property", "cached_property"}:
            return self.attribute(node.name, annotation(node.returns), "", node)
        return self.method(node, overload="overload" in marks, manager="contextlib.contextmanager" in marks)

    def attribute(self, name: str, kind: str, remark: str, node: ast.AST | None = None) -> str:
        doc = docstring(node, 8) if node is not None else f'        """{remark}"""\n' if remark else ""
        body = f'        value: {kind} = self._get("{name}")\n        return value\n'
        return f"    @property\n    def {name}(self) -> {kind}:\n{doc}{body}"

    def method(self, node: ast.FunctionDef | ast.AsyncFunctionDef, *, overload: bool, manager: bool) -> str:
        waits = isinstance(node, ast.AsyncFunctionDef)
        names = {arg.arg for arg in [*node.args.args, *node.args.kwonlyargs]}
        bounded = waits and "timeout" not in names
        shape, kind = Signature(node, bounded=bounded), annotation(node.returns)
        if manager:
            kind = kind.replace("Iterator", "AbstractContextManager", 1)
        if overload:
            return "    @overload\n" + fold(f"def {node.name}", shape.declared, f" -> {kind}: ...", 4)
        more = "After `timeout` seconds it is given up: TimeoutError." if bounded else ""
        way = "self._wait" if waits else "self._call"
        passed = [f'"{node.name}"', *shape.passed]
        body = fold(way if kind == "None" else f"result: {kind} = {way}", passed, "", 8)
        body += "" if kind == "None" else "        return result\n"
        return fold(f"def {node.name}", shape.declared, f" -> {kind}:", 4) + docstring(node, 8, more) + body


def twin(source: Source, node: ast.ClassDef) -> str:
    """A data class of the same fields, whose peer is that of warifu.sync."""
    text = ast.get_source_segment(source.text, node) or ""
    marks = "".join(f"@{ast.unparse(each)}\n" for each in node.decorator_list)
    text = re.sub(r'"(Peer[^"]*)"', r"\1", text)
    return f"{marks}{text}\n\n\ntwin({source.module}.{node.name}, {node.name})\n"


def imports_for(part: str, source: Source, body: str) -> str:
    """What the text of a part needs, of what its source knows."""
    own = {name for name, home in HOME_OF.items() if home == part}
    tree = ast.parse(body)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    bases = {ast.unparse(base) for node in tree.body if isinstance(node, ast.ClassDef) for base in node.bases}
    plain, typed = {"from __future__ import annotations"}, set[str]()
    for name in used - own:
        if name in HOME_OF:
            (plain if name in bases else typed).add(f"from .{HOME_OF[name]} import {name}")
        elif name in BY_HAND_IN:
            plain.add(f"from .{BY_HAND_IN[name]} import {name}")
        elif name == "AbstractContextManager":
            plain.add("from contextlib import AbstractContextManager")
        elif name == source.module.rpartition(".")[2]:
            plain.add(f"from ..{source.module.rpartition('.')[0]} import {name}")
        elif name in source.imports:
            plain.add(source.imports[name])
    if typed:
        plain.add("from typing import TYPE_CHECKING")
    return block(plain) + ("\nif TYPE_CHECKING:\n" + block(typed, "    ") if typed else "")


def block(lines: set[str], indent: str = "") -> str:
    """Imports in the order of ruff."""
    merged: dict[str, set[str]] = {}
    for line in lines:
        origin, _, name = line.removeprefix("from ").partition(" import ")
        merged.setdefault(origin, set()).update(filter(None, [name]))
    groups: dict[int, list[str]] = {}
    for origin in sorted(merged, key=lambda each: (-len(each) + len(each.lstrip(".")), each.lstrip("."))):
        rank = 0 if origin == "__future__" else 2 if origin.startswith(".") else 1
        names = sorted(merged[origin], key=lambda name: (not name.isupper(), not name[0].isupper(), name.lower(), name))
        text = indent + (origin if origin.startswith("import ") else f"from {origin} import {', '.join(names)}") + "\n"
        if len(text) > WIDTH + 1:
            each = "".join(f"{indent}    {name},\n" for name in names)
            text = f"{indent}from {origin} import (\n{each}{indent})\n"
        groups.setdefault(rank, []).append(text)
    for rank in groups:
        groups[rank].sort(key=lambda text: text.startswith("from"))
    return "\n".join("".join(groups[rank]) for rank in sorted(groups))


def is_data(node: ast.ClassDef) -> bool:
    return any(ast.unparse(mark).startswith("dataclass") for mark in node.decorator_list)


def made(part: str) -> str:
    """The text of a generated file."""
    module, names = PARTS[part]
    source = Source(module)
    nodes = [source.find(name) for name in names]
    body = "\n\n".join(twin(source, node) if is_data(node) else Face(source, node).text() for node in nodes)
    path = module.replace(".", "/")
    head = f'"""Made by tools/sync.py from warifu/{path}.py: the same, waiting."""\n\n'
    return head + imports_for(part, source, body) + "\n\n" + body


GENERATED = {PACKAGE / "sync" / f"{part}.py": part for part in PARTS}


def main() -> int:
    for path, part in GENERATED.items():
        path.write_text(made(part), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Writes docs/reference/python-names.md: every public name of the Python package, from its docstrings.

Run it with the Python in which the package is installed: .venv/bin/python tools/python_reference.py
"""

import ast
import inspect
import itertools
import re
import sys
import textwrap
from pathlib import Path
from types import ModuleType

import warifu
import warifu.testing
from warifu._endpoint import Endpoint
from warifu._remote import Remote

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "python-names.md"
INTRODUCTION = """# Every name of the Python package

Made by `tools/python_reference.py` from the docstrings. What holds for all of them is in [the Python
package](python-api.md); `warifu.sync` has the same without `async` and `await` ([how](python-sync.md)). Errors have
[a table](errors.md) of their own. What begins with "await" is a coroutine function; what has no brackets is an
attribute.
"""
WIDTH = 110
SHARED = (Endpoint, Remote)  # by Controller and Device, by Node and Peer
MADE_FROM = {"endpoint", "controller", "node", "ca", "limit"}  # by nobody but the package
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def definition(item: object) -> ast.ClassDef | Function | None:
    """The source of a class or a function of Python; None: it is compiled."""
    try:
        node = ast.parse(inspect.getsource(item)).body[0]  # type: ignore[arg-type]
    except (OSError, TypeError):
        return None
    return node if isinstance(node, (ast.ClassDef, *FUNCTIONS)) else None


def plain(node: ast.AST) -> str:
    """Without the quotes of names that are defined later."""
    text = ast.unparse(node).replace("'", '"')
    return text if "Literal[" in text else re.sub(r'(: |-> |^)"([\w .|\[\]]+)"', r"\1\2", text)


def compiled_signature(item: object) -> str:
    return re.sub(r"\$(self|type|module)(, /)?(, )?", "", getattr(item, "__text_signature__", None) or "")


def marks(node: Function) -> set[str]:
    return set(map(ast.unparse, node.decorator_list))


def signature(node: Function, name: str) -> str:
    shown = plain(node.args)
    if "staticmethod" not in marks(node):
        shown = re.sub(r"^(self|cls)(, /)?(, |$)", "", shown)
    words = "await " if isinstance(node, ast.AsyncFunctionDef) else ""
    returns = "" if node.returns is None else f" -> {plain(node.returns)}"
    return f"{words}{name}({shown.replace('=', ' = ')}){returns}"


def head(text: str) -> str:
    return "\n".join(textwrap.wrap(text, WIDTH, subsequent_indent="        ", break_on_hyphens=False))


def indented(text: str | None) -> str:
    return textwrap.indent(inspect.cleandoc(text or ""), "    ")


def member(nodes: list[Function]) -> str:
    """A method with its overloads, or a property."""
    last = nodes[-1]
    if marks(last) & {"property", "cached_property"}:
        heads = [f"{last.name}: {plain(last.returns)}" if last.returns else last.name]
    else:
        chosen = [node for node in nodes if "overload" in marks(node)] or [last]
        heads = [head(signature(node, last.name)) for node in chosen]
    return "\n".join([*heads, indented(ast.get_docstring(last))])


def members(node: ast.ClassDef) -> list[str]:
    found: dict[str, list[Function]] = {}
    for each in node.body:
        if isinstance(each, FUNCTIONS) and not each.name.startswith("_"):
            found.setdefault(each.name, []).append(each)
    return [member(nodes) for nodes in found.values()]


def attributes(kind: type, node: ast.ClassDef) -> list[str]:
    """Those that the class declares, with the remark behind them."""
    lines = inspect.getsource(kind).splitlines()
    found = []
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and each.target.id[0] != "_":
            _, _, remark = lines[each.lineno - 1].partition("  # ")
            found.append(f"{each.target.id}: {plain(each.annotation)}" + (f"  # {remark}" if remark else ""))
    return ["\n".join(found)] if found else []


def constructor(node: ast.ClassDef) -> list[str]:
    """How to make one; nothing for what only the package makes."""
    found = [each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"]
    if not found or {arg.arg for arg in found[0].args.args} & MADE_FROM or node.name == "Endpoint":
        return []
    return [head(signature(found[0], node.name).removesuffix(" -> None"))]


def python_class(kind: type, node: ast.ClassDef) -> list[str]:
    parts = kind.__mro__ if kind in SHARED else [kind]
    sources = [each for part in parts if isinstance(each := definition(part), ast.ClassDef)]
    own = [source for source in sources if source.name not in ("ABC", "Generic")]
    listed = [text for source in own for text in members(source)]
    return [*constructor(node), inspect.getdoc(kind) or "", *attributes(kind, node), *listed]


def compiled_class(kind: type) -> list[str]:
    parts = [inspect.getdoc(kind) or ""]
    for name, item in vars(kind).items():
        if not re.match("_|n_", name):
            parts.append(f"{name}{compiled_signature(item)}\n{indented(inspect.getdoc(item))}")
    return parts


def remark_of(name: str) -> str:
    """Of an alias or an instance: the string under it in its module."""
    for module in (sys.modules[each] for each in sorted(sys.modules) if each.startswith("warifu")):
        if name in vars(module) and module.__file__ and module.__file__.endswith(".py"):
            for node, after in itertools.pairwise(ast.parse(Path(module.__file__).read_text(encoding="utf-8")).body):
                is_it = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
                if is_it and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                    return f"{plain(node)}\n{indented(str(after.value.value))}"
    raise LookupError(f"nothing is said of {name}")


def entry(name: str, item: object) -> str:
    """The heading of a name and all that is said of it."""
    node, more = definition(item), ""
    if isinstance(item, type):
        parts = python_class(item, node) if isinstance(node, ast.ClassDef) else compiled_class(item)
        shared = next((base for base in SHARED if issubclass(item, base) and base is not item), None)
        more = f"It also has all of [{shared.__name__}](#{shared.__name__.lower()}).\n\n" if shared else ""
    elif isinstance(node, FUNCTIONS):
        parts = [member([node])]
    elif inspect.isbuiltin(item):
        parts = [f"{name}{compiled_signature(item)}\n{indented(item.__doc__)}"]
    else:
        parts = [remark_of(name)]
    text = "\n\n".join(part.strip() for part in parts)
    return f"### {name}\n\n{more}```text\n{text}\n```\n"


def is_listed(name: str, item: object) -> bool:
    is_error = isinstance(item, type) and issubclass(item, warifu.Error)
    return not (inspect.ismodule(item) or name == "__version__" or is_error)


def section(module: ModuleType, opening: str) -> str:
    named = {name: getattr(module, name) for name in module.__all__ if is_listed(name, getattr(module, name))}
    if module is warifu:
        named |= {shared.__name__: shared for shared in SHARED}
    return f"## {module.__name__}\n\n{opening}\n\n" + "\n".join(entry(*each) for each in sorted(named.items()))


def page() -> str:
    """The whole page."""
    return "\n".join(
        [
            INTRODUCTION,
            section(warifu, "`Endpoint` and `Remote` can't be imported from it: they are what others share."),
            section(warifu.keeping, inspect.getdoc(warifu.keeping) or ""),
            section(warifu.testing, "How it is used: [warifu.testing](testing.md)."),
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

"""bindings/lua/reference has every option of the Lua module; tests/lua/test_reference.lua checks its functions."""

import re
from pathlib import Path

import lua_reference
import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "bindings" / "lua" / "warifu"
FUNCTION = re.compile(
    r"^(?P<local>local )?(?:return )?function ?(?:\w+[.:])?(?P<name>\w*)\(.*?\)\n(?P<body>.*?)^end", re.M | re.S
)
CHECKED = re.compile(r"check\.options\((?:[^(),]|\([^()]*\)|\([^()]*\([^()]*\)[^()]*\))+, (?P<known>\w+|\{[^}]*\})\)")
TABLE = re.compile(
    r"local (?P<name>[A-Z_]+) = (?:setmetatable\()?\{(?P<own>[^}]*)\}(?:, \{ __index = (?P<more>\w+) \}\))?"
)

# Whose methods and functions the source files hold.
CLASSES = {
    "authority": "Authority",
    "codec": "Codec",
    "controller": "Controller",
    "device": "Device",
    "dictionary": "Dictionary",
    "doctor": "warifu",
    "endpoint_methods": "Endpoint",
    "group": "Group",
    "identity": "Identity",
    "keeping": "Keeping",
    "node_calls": "Node",
    "node_messages": "Node",
    "node_objects": "Node",
    "pki": "Pki",
    "policy": "Policy",
    "remote_object": "RemoteObject",
    "scheduler": "Scheduler",
    "setup_code": "SetupCode",
    "sim": "Home",
    "trace": "Trace",
    "virtual/faults": "VirtualDevice",
    "virtual/home": "Virtual",
}
# What C reads, without a word of Lua.
IN_C = {("Store", "set_faults")}
# What other parts of the module call in them, and users don't.
WITHIN = {("configuration", "read"), ("own_objects", "add_property")}
# What users know by another name, or of another class.
NAMES = {
    ("sim", "new"): ("Sim", "Home"),
    ("virtual/home", "new"): ("Virtual", "home"),
    ("virtual/faults", "set"): ("VirtualDevice", "fault"),
}


def keys(text: str) -> set[str]:
    return set(re.findall(r"(\w+) = true", text))


def tables(source: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in TABLE.finditer(source):
        found[row["name"]] = keys(row["own"]) | found.get(row["more"] or "", set())
    return found


def options_in(path: Path) -> dict[tuple[str, str], set[str]]:
    """Class and function -> the options that it takes, or that a local function takes which it calls."""
    source, part = path.read_text(encoding="utf-8"), str(path.relative_to(SOURCES).with_suffix(""))
    known = tables(source)
    mine: dict[tuple[str, str], set[str]] = {}
    helpers = {}
    for function in FUNCTION.finditer(source):
        body, name = function["body"], function["name"] or path.stem
        found = [known.get(row["known"], keys(row["known"])) for row in CHECKED.finditer(body)]
        assert len(found) == body.count("check.options("), f"{part}: {name}"
        found += [options for helper, options in helpers.items() if re.search(rf"\b{helper}\(", body)]
        options = set().union(*found)
        if function["local"] and (part, name) not in NAMES:
            helpers[name] = options
        elif options and (part, name) not in WITHIN:
            mine[NAMES.get((part, name), (CLASSES.get(part, part), name))] = options
    return mine


def test_every_option_of_a_function_is_in_the_reference() -> None:
    taken = {name: options for path in SOURCES.rglob("*.lua") for name, options in options_in(path).items()}
    notes = lua_reference.Annotations()
    told = {
        (notes.owners[one.object], one.name): {part.name for part in one.options} for one in notes.calls if one.options
    }
    of_object = {name: options for name, options in told.items() if name[0] == "RemoteObject"}
    of_node = {("RemoteObject", name): options for (owner, name), options in told.items() if owner == "Node"}
    taken |= {name: of_node[name] for name in of_object if name in of_node}  # which it hands on to the node
    assert {name: options for name, options in told.items() if name not in IN_C} == taken


@pytest.mark.parametrize("owner", ["Controller", "Device"])
def test_every_option_of_a_controller_or_device_is_in_the_reference(owner: str) -> None:
    common = tables((SOURCES / "configuration.lua").read_text(encoding="utf-8"))["OPTIONS"] - {"machine"}
    own = (SOURCES / f"{owner.lower()}.lua").read_text(encoding="utf-8")
    opening = re.search(r"Endpoint\.open\(\w+, options, (\w+|\{[^}]*\})\)", own)
    assert opening is not None
    parts = {part["options_of"]: part for part in lua_reference.sections() if "options_of" in part}
    told = {row["is"].partition(":")[0] for row in parts[owner]["option"]}
    if owner == "Device":
        assert told == tables(own)[opening[1]]
    else:
        assert told == common | keys(opening[1])


def test_every_option_of_a_virtual_device_is_in_the_reference() -> None:
    source = (SOURCES / "virtual" / "device.lua").read_text(encoding="utf-8")
    (appliance,) = re.findall(r"local OF_APPLIANCE = \{([^}]*)\}", source)
    known = tables(source)["OPTIONS"] | set(re.findall(r'"(\w+)"', appliance))
    parts = {part["options_of"]: part for part in lua_reference.sections() if "options_of" in part}
    told = {row["is"].partition(":")[0] for row in parts["VirtualDevice"]["option"]}
    assert told == known | {"address"}, "the others are those of a controller"


def test_an_entry_that_can_not_be_read_is_refused() -> None:
    for wrong in ["controller.pair", "controller:pair(node)", "controller:pair(node: Node, {code})"]:
        with pytest.raises(ValueError, match="is not"):
            lua_reference.call({"is": wrong, "text": ""})


def test_an_entry_becomes_what_people_write_and_what_the_editor_reads() -> None:
    one = lua_reference.call(
        {
            "is": "peer:get(eoj: Eoj, property...: Property, {force=no: boolean})",
            "gives": "Values or failure",
            "text": "see [it](x.md)",
        }
    )
    assert lua_reference.shown(one) == "`peer:get(eoj, property, ..., {force=no})`"
    assert lua_reference.Annotations().function(one) == [
        "--- see it",
        "---@param eoj warifu.Eoj",
        "---@param ... warifu.Property|{force?: boolean}",
        "---@return warifu.Values?",
        "---@return string? message",
        "---@return string? code",
        "function Node:get(eoj, ...) end",
        "",
    ]


def test_every_type_in_the_annotations_is_declared() -> None:
    text = lua_reference.annotations()
    declared = set(re.findall(r"^---@(?:class|alias) (?:warifu\.)?(\w+)", text, flags=re.M))
    used = {
        name
        for kind in re.findall(r"^---@(?:param \S+|return|field \w+\??|alias \S+|overload) (.*)$", text, flags=re.M)
        for name in re.findall(r"(?:^|[|:({\[<, ])warifu\.([A-Z]\w+)", kind)
    }
    assert len(declared) > 30
    assert used <= declared

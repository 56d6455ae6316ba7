"""Makes the dictionary of ECHONET Lite: `python3 tools/dictionary.py [MRA]`. A test proves that all of it is fresh.

With a folder of the Machine Readable Appendix (as an argument or in WARIFU_MRA) it writes the compact source
core/dictionary/dictionary.json anew; in any case it writes the C tables of core/src/echonet/dictionary_data.c from that
source. Needs nothing but Python. docs/reference/dictionary.md tells the source's format.

What is taken over from MRA: codes, releases, access rules, types, sizes, limits, units, scales, coefficients, names.
What stays behind: descriptions, notes and remarks. What is a name and what is a sentence:

- Names are MRA's shortName, propertyName, className, elementName and an enumerator's `name`.
- An enumerator's or a bit's readable name stands only in MRA's `descriptions`. There it is taken over as long as it
  names something ("Cooling", "Fault occurred", 冷房); a full stop at its end is left out.
- A text that says something is no name, wherever it stands: it has a finite verb or begins like an explanation
  (SENTENCE). Then the readable English name is the identifier in words ("resetButton": "Reset button"), or ours
  (REWORDED) where the identifier says nothing ("true"). A Japanese text ends before its first 。.

Mended on the way, each one also told in docs/reference/dictionary.md:

- `multipleOf` with a fraction is meant as `multiple`: raw numbers are integers (0287 D0 to EF: 0.1 A).
- shortName "DEL" (97, 9D, 9E, 9F) means that there is none: it is made from the English name.
- A level's `base` is the code of level 1, and its digits tell the size.
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "core" / "dictionary" / "dictionary.json"
TABLES = ROOT / "core" / "src" / "echonet" / "dictionary_data.c"

Node = dict[str, Any]  # a piece of JSON

# --- from MRA to the compact source ---------------------------------------------------------------------------------

RULES = {"notApplicable": "-", "optional": "o", "required": "R", "required_c": "C", "required_o": "O"}
FORMATS = {"int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "int32": 4, "uint32": 4}

SENTENCE = re.compile(
    r"\b(is|are|was|has|have|can|cannot|indicates)\b|^(This|There|When|Used to|Stop the|Set temp)|used$", re.I
)
REWORDED = {
    "No fault has occurred": ("No fault", None),
    "Communication line is normal. (operation through a public network is possible.)": (
        "Communication line normal (operation through a public network possible)",
        None,
    ),
    "Communication line is normal. (operation through a public network is not possible.)": (
        "Communication line normal (operation through a public network not possible)",
        None,
    ),
    "17:00 (this value is nullified if energy shifts occur twice.)": ("17:00", "17時"),
    "Automatic air flow rate control function used": ("Automatic", None),
    "Automatic water temperature control function not used": ("Not automatic", None),
    "Automatic water temperature control function used": ("Automatic", None),
    "Automatic water heating function used": ("Automatic heating", None),
    "Non-automatic water heating function used": ("Manual heating", None),
    "Both reservation functions are OFF": ("No reservation", None),
    "Both the time- and relative time-based reservation functions are ON": ("Time and relative time reservation", None),
    "Time-based reservation function is ON": ("Time reservation only", None),
    "Relative time-based reservation function is ON": ("Relative time reservation only", None),
    "Solar power generation that requires no output power control by output power controlling schedule and cases where "
    "output power controlling schedule has not been acquired": ("No control or no schedule", "制御不要・予定未取得"),
    "There is no water left in the icemaker tank or the icemaker tank has not been positioned correctly in the "
    "refrigerator": ("No tank or no water", None),
    "Water is heating": ("Heating", None),
    "Water is not heating": ("Not heating", None),
    "Participation is possible": ("Participation possible", None),
}

# States beside a number or a time that say why there is none. The others beside them (auto, noSetting ...) are values.
UNDEFINED = {"undefined", "unknown"}
NO_DATA = {"noData", "unmeasurable", "invalid", "historyUnavailable"}


def words(identifier: str) -> str:
    """ "fullyOpen" as "Fully open"; what has no small letters stays."""
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", identifier.replace("_", " ")).split()
    parts = [part if part.isupper() and len(part) > 1 else part.lower() for part in parts]
    return " ".join([parts[0][0].upper() + parts[0][1:], *parts[1:]])


def identifier_of(name: str) -> str:
    parts = re.findall(r"\w+", name)
    return "".join([parts[0].lower(), *(part.capitalize() for part in parts[1:])])


def readable(identifier: str, text: Node) -> list[str]:
    """The English and the Japanese name from a text that may be a sentence."""
    english = re.sub(r"\.(?= *\()", "", text["en"]).strip().rstrip(".")
    english, japanese = " ".join(english.split()), text["ja"].partition("。")[0].strip()
    reworded = REWORDED.get(text["en"].strip()) or REWORDED.get(english)
    if reworded:
        return [reworded[0], reworded[1] or japanese]
    return [words(identifier) if SENTENCE.search(english) else english, japanese]


def exponent_of(multiple: Decimal) -> int:
    exponent = multiple.normalize().as_tuple().exponent
    if multiple != Decimal(1).scaleb(exponent):
        raise ValueError(f"{multiple} is no power of ten")
    return int(exponent)


def compact_number(data: Node) -> Node:
    size = FORMATS[data["format"]]
    signed = data["format"].startswith("int")
    lowest, highest = (-(1 << 8 * size - 1), (1 << 8 * size - 1) - 1) if signed else (0, (1 << 8 * size) - 1)
    codes = [code for code in ("underflow", "overflow") if data.get(f"{code}Code", True)]
    if signed:  # without limits of its own a number leaves room for the reserved codes
        lowest, highest = lowest + ("underflow" in codes), highest - ("overflow" in codes)
    else:
        highest -= len(codes)
    out: Node = {"number": data["format"]}
    if "enum" in data:
        out["values"] = data["enum"]
    else:
        out["from"], out["to"] = data.get("minimum", lowest), data.get("maximum", highest)
    multiple = Decimal(data.get("multiple", 1))
    step = Decimal(data.get("multipleOf", 1))
    if step % 1:
        multiple, step = multiple * step, Decimal(1)
    if step != 1:
        raise ValueError(f"steps of {step} are unknown here")
    if multiple != 1:
        out["scale"] = exponent_of(multiple)
    if "unit" in data:
        out["unit"] = data["unit"]
    if "coefficient" in data:
        out["times"] = [epc[2:].upper() for epc in data["coefficient"]]
    if len(codes) < 2:
        out["codes"] = codes
    return out


def compact_enumerator(row: Node) -> list[str]:
    code = "-".join(edt.strip()[2:].upper() for edt in row["edt"].split("..."))
    return [
        code,
        row["name"],
        *readable(row["name"], row["descriptions"]),
        *(["readOnly"] if row.get("readOnly") else []),
    ]


class Appendix:
    """A folder of MRA, read whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.definitions = self.read("definitions/definitions.json")["definitions"]
        self.named: set[str] = set()  # the shared types in use

    def read(self, place: str) -> Node:
        return json.loads((self.folder / place).read_text(encoding="utf-8"), parse_float=Decimal)

    def resolve(self, data: Node) -> Node:
        while "$ref" in data:
            name = data["$ref"].rpartition("/")[2]
            data = {**self.definitions[name], **{key: value for key, value in data.items() if key != "$ref"}}
        return data

    def classes(self) -> Iterator[Node]:
        for place in ("superClass", "devices", "nodeProfile"):
            for path in sorted((self.folder / place).glob("0x*.json")):
                yield self.read(f"{place}/{path.name}")

    def field(self, row: Node) -> list[Any]:
        place = f"{row['position']['index']}.{int(row['position']['bitMask'][2:], 2):02X}"
        return [place, row["name"], *readable(row["name"], row["descriptions"]), self.type(row["value"])]

    def member(self, row: Node) -> list[Any]:
        return [row["shortName"], *readable(row["shortName"], row["elementName"]), self.type(row["element"])]

    def type(self, data: Node) -> Any:
        """A type of the compact source; the name alone for a shared one, which then is in `named`."""
        if "$ref" in data and len(data) == 1:
            name = data["$ref"].rpartition("/")[2]
            self.named.add(name)
            return name
        if "$ref" in data:
            data = self.resolve(data)
        if "oneOf" in data:
            return {"oneOf": [self.type(option) for option in data["oneOf"]]}
        match data["type"]:
            case "number":
                return compact_number(data)
            case "numericValue":
                values = {row["edt"][2:].upper(): format(Decimal(row["numericValue"]), "f") for row in data["enum"]}
                return {"numeric": data["size"], "values": values}
            case "state":
                return {"state": data["size"], "values": [compact_enumerator(row) for row in data["enum"]]}
            case "level":
                return {"level": data["base"][2:].upper(), "levels": data["maximum"]}
            case "bitmap":
                return {"bitmap": data["size"], "fields": [self.field(row) for row in data["bitmaps"]]}
            case "raw":
                return {"raw": [data["minSize"], data["maxSize"]]}
            case "time":
                return {"time": data.get("size", 3), "hours": data.get("maximumOfHour", 23)}
            case "date":
                return {"date": 4}
            case "date-time":
                return {"date-time": data.get("size", 7)}
            case "array":
                items = self.type(data["items"])
                return {"array": [data.get("minItems", 0), data["maxItems"]], "of": items}
            case "object":
                return {"object": [self.member(row) for row in data["properties"]]}
        raise ValueError(f"unknown type {data['type']}")

    def property(self, row: Node) -> Node:
        short = identifier_of(row["propertyName"]["en"]) if row["shortName"] == "DEL" else row["shortName"]
        english, japanese = readable(short, row["propertyName"])
        access = "".join(RULES[row["accessRule"][access]] for access in ("get", "set", "inf"))
        out = {"epc": row["epc"][2:].upper(), "release": release(row["validRelease"]), "access": access}
        out |= {"id": short, "en": english, "ja": japanese}
        if "atomic" in row:
            out["atomic"] = row["atomic"][2:].upper()
        return out | {"type": self.type(row["data"])}


def release(valid: Node) -> str:
    return f"{valid['from']}-{'' if valid['to'] == 'latest' else valid['to']}"


def one_line(piece: Any) -> str:
    return json.dumps(piece, ensure_ascii=False)


def compact(folder: Path) -> str:
    """The text of the compact source: one type, one property a line."""
    appendix = Appendix(folder)
    classes = []
    for row in appendix.classes():
        head = {"class": row["eoj"][2:].upper(), "release": release(row["validRelease"])}
        head |= {"id": row["shortName"], **{key: row["className"][key].strip() for key in ("en", "ja")}}
        rows = sorted(
            (appendix.property(entry) for entry in row["elProperties"]), key=lambda r: (r["epc"], r["release"])
        )
        lines = ",\n".join(f"    {one_line(entry)}" for entry in rows)
        classes.append(f'  {one_line(head)[:-1]}, "properties": [\n{lines}\n  ]}}')
    types: dict[str, Any] = {}
    while waiting := appendix.named - types.keys():
        types |= {name: appendix.type(appendix.definitions[name]) for name in waiting}
    meta = appendix.read("metaData.json")["metaData"]
    head = {"made by": "tools/dictionary.py", "from": f"Machine Readable Appendix {meta['dataVersion']}"}
    head |= {"date": meta["date"], "newest release": meta["release"], "licence": "NOTICE"}
    types_text = ",\n".join(f"  {one_line(name)}: {one_line(types[name])}" for name in sorted(types))
    classes_text = ",\n".join(classes)
    return f'{one_line(head)[:-1]},\n"types": {{\n{types_text}\n}},\n"classes": [\n{classes_text}\n]}}\n'


# --- from the compact source to C -----------------------------------------------------------------------------------

KINDS = {"number": "NUMBER", "numeric": "NUMERIC", "state": "STATE", "level": "LEVEL", "bitmap": "BITMAP", "raw": "RAW"}
KINDS |= {"time": "TIME", "date": "DATE", "date-time": "DATE_TIME", "array": "ARRAY", "object": "OBJECT"}
KINDS |= {"oneOf": "ONE_OF"}
RULE_NUMBERS = {"-": 0, "o": 1, "R": 2, "C": 3, "O": 4}
SIGNED, UNDERFLOW, OVERFLOW = 1, 2, 4  # of a number's flags
READ_ONLY, IS_UNDEFINED, IS_NO_DATA, MORE = 0x8000, 0x4000, 0x2000, 0x1FFF  # of an enumerator's `more`
EDT_LEN = 255
DEPTH = 6  # WF_TYPE_DEPTH: containers in containers
MEMBERS = 1000  # of a struct; C11 promises 1023

# A table's C type, and the bytes of one row.
ROWS = {
    "classes": ("wf_class_row", 14),
    "properties": ("wf_property_row", 14),
    "types": ("wf_type_row", 8),
    "numbers": ("wf_number_row", 24),
    "enumerators": ("wf_enumerator_row", 12),
    "numerics": ("wf_numeric_row", 8),
    "members": ("wf_member_row", 10),
    "options": ("uint16_t", 2),
}


def u16(value: int) -> int:
    if not 0 <= value <= 0xFFFF:
        raise ValueError(f"{value} does not fit 16 bits: the tables of dictionary_table.h have grown out")
    return value


class Strings:
    """Each text once, NUL-terminated, known by its offset; 0 is the empty one."""

    def __init__(self) -> None:
        self.offsets: dict[str, int] = {"": 0}
        self.end = 1

    def __call__(self, text: str) -> int:
        if text not in self.offsets:
            self.offsets[text] = u16(self.end)
            self.end += len(text.encode()) + 1
        return self.offsets[text]


def decimal_of(text: str) -> tuple[int, int]:
    value = Decimal(text)
    exponent = min(0, int(value.as_tuple().exponent))
    return int(value.scaleb(-exponent)), exponent


class Tables:
    """The rows of every table, as tuples of C expressions; equal runs of rows stand only once."""

    def __init__(self, source: Node) -> None:
        self.source = source
        self.rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in ROWS}
        self.runs: dict[tuple[str, tuple[Any, ...]], int] = {}
        self.ids, self.en, self.ja = Strings(), Strings(), Strings()
        self.depths: list[int] = []
        for row in sorted(source["classes"], key=lambda row: row["class"]):
            self.add_class(row)

    def run(self, table: str, rows: list[tuple[Any, ...]]) -> int:
        key = (table, tuple(rows))
        if key not in self.runs:
            self.runs[key] = u16(len(self.rows[table]))
            self.rows[table] += rows
        return self.runs[key]

    def names(self, row: Node | list[Any]) -> str:
        identifier, english, japanese = (row["id"], row["en"], row["ja"]) if isinstance(row, dict) else row[:3]
        return f"{{{self.ids(identifier)}, {self.en(english)}, {self.ja(japanese)}}}"

    def add_class(self, row: Node) -> None:
        first = len(self.rows["properties"])
        for entry in row["properties"]:
            rules = sum(RULE_NUMBERS[rule] << 4 * at for at, rule in enumerate(entry["access"]))
            head = (
                f"0x{entry['epc']}",
                *releases(entry["release"]),
                f"0x{entry.get('atomic', '00')}",
                f"0x{rules:03X}",
            )
            self.rows["properties"].append((*head, self.names(entry), self.type(entry["type"])))
        head = (f"0x{row['class']}", *releases(row["release"]), u16(first), len(row["properties"]))
        self.rows["classes"].append((*head, self.names(row)))

    def type(self, piece: Any, beside: bool = False) -> int:
        """The index of a type's row. `beside`: it is an alternative of several."""
        data = self.source["types"][piece] if isinstance(piece, str) else piece
        if "values" in data and "number" in data:
            data = {"oneOf": list(ranges(data))}
        kind = next(iter(data))
        flags, least, most, first, count, depth = getattr(self, f"make_{kind.replace('-', '_')}")(data, beside)
        if most > EDT_LEN or depth > DEPTH:
            raise ValueError(f"{piece} is larger than a property can be, or too deep")
        index = self.run("types", [(f"WF_TYPE_{KINDS[kind]}", flags, least, most, u16(first), u16(count))])
        self.depths += [0] * (index + 1 - len(self.depths))
        self.depths[index] = depth
        return index

    def sizes(self, index: int) -> tuple[int, int]:
        return self.rows["types"][index][2:4]

    def make_number(self, data: Node, _: bool) -> tuple[int, ...]:
        size, codes = FORMATS[data["number"]], data.get("codes", ["underflow", "overflow"])
        flags = SIGNED if data["number"].startswith("int") else 0
        flags |= (UNDERFLOW if "underflow" in codes else 0) | (OVERFLOW if "overflow" in codes else 0)
        times = [f"0x{epc}" for epc in data.get("times", [])]
        coefficients = "{" + ", ".join(times or ["0"]) + "}"
        row = (data["from"], data["to"], self.ids(data.get("unit", "")), data.get("scale", 0), coefficients)
        return flags, size, size, self.run("numbers", [row]), 0, 0

    def make_numeric(self, data: Node, _: bool) -> tuple[int, ...]:
        rows = [(*decimal_of(value), f"0x{code}") for code, value in data["values"].items()]
        return 0, data["numeric"], data["numeric"], self.run("numerics", rows), len(rows), 0

    def make_state(self, data: Node, beside: bool) -> tuple[int, ...]:
        size = data["state"] or 1  # 0 in a bitmap, where a code takes a byte of its own for us
        rows = [self.enumerator(row, size, beside) for row in data["values"]]
        return 0, size, size, self.run("enumerators", rows), len(rows), 0

    def enumerator(self, row: list[Any], size: int, beside: bool) -> tuple[Any, ...]:
        first, _, last = row[0].partition("-")
        code, more = int(first, 16), int(last or first, 16) - int(first, 16)
        if size > 4:  # a code of more than 4 bytes is kept as the last four, with the sign before them
            code &= 0xFFFFFFFF
            if int(first, 16) != (code | (-1 << 32 if code >> 31 else 0)) & (1 << 8 * size) - 1:
                raise ValueError(f"the code {first} can't be kept in 32 bits")
        if not 0 <= more <= MORE:
            raise ValueError(f"the codes {row[0]} are too many")
        flags = READ_ONLY if "readOnly" in row[4:] else 0
        if beside:
            flags |= IS_UNDEFINED if row[1] in UNDEFINED else IS_NO_DATA if row[1] in NO_DATA else 0
        return (f"0x{code:X}", f"0x{flags | more:X}" if flags else more, self.names(row[1:4]))

    def make_level(self, data: Node, _: bool) -> tuple[int, ...]:
        size = len(data["level"]) // 2
        return 0, size, size, int(data["level"], 16), data["levels"], 0

    def make_bitmap(self, data: Node, _: bool) -> tuple[int, ...]:
        rows = []
        for place, *names, piece in data["fields"]:
            byte, mask = place.split(".")
            rows.append((self.type(piece), self.names(names), byte, f"0x{mask}"))
        return 0, data["bitmap"], data["bitmap"], self.run("members", rows), len(rows), 1

    def make_raw(self, data: Node, _: bool) -> tuple[int, ...]:
        return 0, *data["raw"], 0, 0, 0

    def make_time(self, data: Node, _: bool) -> tuple[int, ...]:
        return 0, data["time"], data["time"], data["hours"], 0, 0

    def make_date(self, data: Node, _: bool) -> tuple[int, ...]:
        return 0, data["date"], data["date"], 0, 0, 0

    def make_date_time(self, data: Node, _: bool) -> tuple[int, ...]:
        return 0, data["date-time"], data["date-time"], 0, 0, 0

    def make_array(self, data: Node, _: bool) -> tuple[int, ...]:
        item = self.type(data["of"])
        least, most = data["array"]
        size, same = self.sizes(item)
        if size != same or size == 0:
            raise ValueError("an array's items must be of one size")
        return least, least * size, most * size, item, most, 1 + self.depths[item]

    def make_object(self, data: Node, _: bool) -> tuple[int, ...]:
        rows = [(self.type(piece), self.names(names), 0, 0) for *names, piece in data["object"]]
        sizes = [self.sizes(row[0]) for row in rows]
        if sum(least != most for least, most in sizes) > 1:
            raise ValueError("where does one member of variable size end and the next begin?")
        least, most = (sum(column) for column in zip(*sizes, strict=True))
        return 0, least, most, self.run("members", rows), len(rows), 1 + max(self.depths[row[0]] for row in rows)

    def make_oneOf(self, data: Node, _: bool) -> tuple[int, ...]:  # noqa: N802
        rows = [self.type(piece, beside=True) for piece in self.alternatives(data)]
        if sum(self.depths[row] > 0 for row in rows) > 1:
            raise ValueError("two alternatives that are containers can't be told apart")
        sizes = [self.sizes(row) for row in rows]
        least, most = min(size[0] for size in sizes), max(size[1] for size in sizes)
        return (
            0,
            least,
            most,
            self.run("options", [(row,) for row in rows]),
            len(rows),
            max(self.depths[row] for row in rows),
        )

    def alternatives(self, data: Node) -> Iterator[Any]:
        """Alternatives of alternatives are alternatives."""
        for piece in data["oneOf"]:
            inner = self.source["types"][piece] if isinstance(piece, str) else piece
            if "number" in inner and "values" in inner:
                inner = {"oneOf": list(ranges(inner))}
            if "oneOf" in inner:
                yield from self.alternatives(inner)
            else:
                yield piece


def ranges(number: Node) -> Iterator[Node]:
    """A number that has a list of values, as numbers with limits; only the first one knows the reserved codes."""
    rest = {key: value for key, value in number.items() if key != "values"}
    values = sorted(number["values"])
    while values:
        last = next((at for at, value in enumerate(values) if value != values[0] + at), len(values))
        yield rest | {"from": values[0], "to": values[last - 1]}
        rest, values = rest | {"codes": []}, values[last:]


def releases(text: str) -> tuple[str, str]:
    first, _, last = text.partition("-")
    return f"'{first}'", f"'{last}'" if last else "0"


HEAD = """/* Made by tools/dictionary.py from core/dictionary/dictionary.json ({origin}).
 * Copyright of the facts: see NOTICE. {size} bytes, all read-only. */
#include "dictionary_table.h"

#ifndef WARIFU_NO_DICTIONARY

/* clang-format off */
"""

TAIL = """_Static_assert({sum} == {size}, "the size that docs/reference/dictionary.md states");

/* clang-format on */

static const wf_dictionary builtin = {{
{fields}
}};

const wf_dictionary *wf_dictionary_builtin(void) {{
    return &builtin;
}}

#else

const wf_dictionary *wf_dictionary_builtin(void) {{
    return NULL;
}}

#endif
"""


def literal(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def strings_text(name: str, strings: Strings) -> str:
    """Texts one after another, as members of structs: C11 promises neither literals nor structs of any length."""
    texts = list(strings.offsets)
    parts = [texts[at : at + MEMBERS] for at in range(0, len(texts), MEMBERS)]
    lines = ["static const struct {"]
    for number, part in enumerate(parts):
        declared = [f"at{strings.offsets[text]}[{len(text.encode()) + 1}]" for text in part]
        lines.append("    struct {")
        lines += [f"        char {', '.join(declared[at : at + 8])};" for at in range(0, len(declared), 8)]
        lines.append(f"    }} part{number};")
    lines.append(f"}} {name} = {{")
    for part in parts:
        lines += ["    {", *(f"        {literal(text)}," for text in part), "    },"]
    return "\n".join([*lines, "};", ""])


def rows_text(name: str, rows: list[tuple[Any, ...]]) -> str:
    plain = ROWS[name][0].startswith("uint")
    lines = [f"    {row[0]}," if plain else f"    {{{', '.join(map(str, row))}}}," for row in rows]
    return "\n".join([f"static const {ROWS[name][0]} {name}[] = {{", *lines, "};", ""])


def tables(text: str) -> str:
    """The text of dictionary_data.c."""
    source = json.loads(text)
    made = Tables(source)
    pools = {"ids": made.ids, "en": made.en, "ja": made.ja}
    size = sum(len(rows) * ROWS[name][1] for name, rows in made.rows.items())
    size += sum(strings.end for strings in pools.values())
    parts = [HEAD.format(origin=source["from"], size=f"{size:,}")]
    parts += [strings_text(name, strings) for name, strings in pools.items()]
    parts += [rows_text(name, rows) for name, rows in made.rows.items()]
    fields = [f"    .{name} = (const char *)&{name}," for name in pools] + [f"    .{name} = {name}," for name in ROWS]
    fields.append(f"    .class_count = {len(made.rows['classes'])},")
    summed = " + ".join(f"sizeof {name}" for name in (*pools, *ROWS))
    parts.append(TAIL.format(fields="\n".join(fields), sum=summed, size=size))
    return "\n".join(parts)


if __name__ == "__main__":
    mra = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("WARIFU_MRA")
    if mra:
        SOURCE.write_text(compact(Path(mra)), encoding="utf-8")
        print(SOURCE.relative_to(ROOT))
    TABLES.write_text(tables(SOURCE.read_text(encoding="utf-8")), encoding="utf-8")
    print(TABLES.relative_to(ROOT))

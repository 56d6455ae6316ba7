"""The dictionary: its tables are fresh, every property of every class reads and writes values exactly."""

import importlib.util
import json
import random
import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from dictionary_model import Entry, OneOf, State, Tree, mra_entries, source_entries

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "core" / "dictionary" / "dictionary.json"
SEED = "warifu"
NOISE = 12  # random byte strings for each entry, besides samples and wrong sizes

RULES = "-oRCO"


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dictionary_tool", ROOT / "tools" / "dictionary.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ask(build: Path, lines: list[list[str]]) -> list[str]:
    done = subprocess.run(
        [build / "tests" / "dictionary_driver"],
        input="".join("\t".join(words) + "\n" for words in lines),
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    return done.stdout.splitlines()


@pytest.fixture(autouse=True, scope="module")
def with_dictionary(build: Path) -> None:
    if ask(build, [["classes"]]) == [""]:
        pytest.skip("built without the dictionary")


def words_of(line: str) -> dict[str, str]:
    return dict(word.split("=", 1) for word in line.split("\t"))


# --- what the driver says and what the model says, in one form ------------------------------------------------------


def flat(tree: Tree) -> Iterator[Tree]:
    """A tree as the row of nodes that C makes of it."""
    children = tree.get("children", [])
    yield {key: value for key, value in tree.items() if key not in ("children", "read_only")} | {"count": len(children)}
    for child in children:
        yield from flat(child)


def node_of(text: str) -> Tree:
    words = words_of(text)
    kind = words["kind"]
    node: Tree = {"kind": kind, "count": int(words["count"])}
    if "member" in words:
        node["member"] = words["member"]
    if kind == "number":
        node |= {"number": int(words["number"]), "exponent": int(words["exponent"])}
        node |= {"unit": words.get("unit", ""), "times": words["times"]}
    elif kind == "level":
        node |= {"number": int(words["number"]), "code": int(words["code"], 16)}
    elif kind in ("state", "undefined", "noData"):
        node |= {"code": int(words["code"], 16), "name": words["name"]}
    elif kind in ("underflow", "overflow"):
        node["code"] = int(words["code"], 16)
    elif kind in ("raw", "bitmap"):
        node["bytes"] = words["bytes"]
    elif kind in ("time", "date", "dateTime"):
        node["moment"] = [int(part) for part in words["moment"].split()]
    return node


def nodes_of(line: str) -> list[Tree] | None:
    return None if line.startswith("refused\t") else [node_of(part) for part in line.split("\t;\t")]


def expected(tree: Tree | None) -> list[Tree] | None:
    if tree is None:
        return None
    defaults = {"number": {"unit": "", "times": ""}}
    return [defaults.get(node["kind"], {}) | node for node in flat(tree)]


def encoding(nodes: list[Tree]) -> list[str]:
    out: list[str] = []
    for node in nodes:
        out += [";"] if out else []
        for key, value in node.items():
            if key == "moment":
                out.append("moment=" + " ".join(map(str, value)))
            elif key == "code":
                out.append(f"code={value:X}")
            elif key != "times":
                out.append(f"{key}={value}")
    return out


# --- values of every entry ------------------------------------------------------------------------------------------


def tries(entry: Entry) -> list[bytes]:
    """Samples, noise of right sizes, and wrong sizes."""
    rng = random.Random(f"{SEED} {entry.class_code} {entry.epc} {entry.first}")
    out = list(entry.type.samples(rng))
    for _ in range(NOISE):
        out.append(rng.randbytes(rng.randint(entry.type.least, entry.type.most)))
        spoiled = bytearray(rng.choice(out))
        if spoiled:
            spoiled[rng.randrange(len(spoiled))] = rng.choice([0, 1, 0x7F, 0x80, 0xFE, 0xFF])
            out.append(bytes(spoiled))
    out += [
        b"",
        rng.randbytes(entry.type.most + 1),
        *([rng.randbytes(entry.type.least - 1)] if entry.type.least else []),
    ]
    return [edt for edt in dict.fromkeys(out) if len(edt) <= 300]


def place(entry: Entry) -> list[str]:
    return [entry.class_code, entry.epc, entry.first]


def check_values(build: Path, entries: list[Entry]) -> Counter[str]:
    """Bytes to values to bytes, compared with the model; what was seen."""
    seen: Counter[str] = Counter()
    cases = [(entry, edt, entry.type.read(edt)) for entry in entries for edt in tries(entry)]
    answers = ask(build, [["decode", *place(entry), edt.hex() or "-"] for entry, edt, _ in cases])
    again: list[tuple[Entry, bytes, Tree, int]] = []
    for (entry, edt, tree), answer in zip(cases, answers, strict=True):
        assert nodes_of(answer) == expected(tree), f"{place(entry)} {edt.hex()}: {answer}"
        if tree is None:
            seen["refused"] += 1
            assert answer.startswith(f"refused\t{entry.id if entry.id != 'DEL' else ''}"), answer
            assert f"({entry.epc})" in answer
            assert "; it takes " in answer
        else:
            again += [(entry, edt, tree, 0), (entry, edt, tree, 1)]
    lines = [["encode", *place(entry), str(how), *encoding(expected(tree) or [])] for entry, _, tree, how in again]
    for (entry, edt, tree, how), answer in zip(again, ask(build, lines), strict=True):
        kinds = {node["kind"] for node in flat(tree)}
        if how == 1 and (never_set(tree) or kinds & {"underflow", "overflow"}):
            seen["not set"] += 1
            assert answer.startswith("refused\t"), f"{place(entry)} {edt.hex()}: {answer}"
            assert " can't be set; it takes " in answer
        else:
            assert answer == edt.hex(), f"{place(entry)} {tree}: {answer}"
            seen.update({"round trips": 1} | dict.fromkeys(kinds, 1))
    return seen


def never_set(tree: Tree) -> bool:
    return tree.get("read_only", False) or any(map(never_set, tree.get("children", [])))


KINDS = {"number", "level", "state", "undefined", "noData", "underflow", "overflow"}
KINDS |= {"bitmap", "raw", "time", "date", "dateTime", "array", "object"}


def test_every_property_of_every_class_round_trips_and_wrong_bytes_are_refused(build: Path) -> None:
    entries = source_entries(SOURCE)
    assert len(entries) == 982
    seen = check_values(build, entries)
    assert set(seen) == {*KINDS, "refused", "round trips", "not set"}
    assert seen["refused"] > 10_000
    assert seen["round trips"] > 10_000


def test_values_are_what_the_appendix_itself_says(build: Path, mra: Path) -> None:
    entries = mra_entries(mra)
    assert len(entries) == 982
    check_values(build, entries)


def test_the_model_notices_a_wrong_reading(build: Path) -> None:
    """The comparison itself."""
    entry = next(entry for entry in source_entries(SOURCE) if (entry.class_code, entry.epc) == ("0130", "B3"))
    assert isinstance(entry.type, OneOf)
    entry.type.options[0].unit = "Kelvin"
    with pytest.raises(AssertionError):
        check_values(build, [entry])


# --- what people write ----------------------------------------------------------------------------------------------


def states(entry: Entry) -> list[State]:
    options = entry.type.options if isinstance(entry.type, OneOf) else [entry.type]
    return [of for of in options if isinstance(of, State)]


def test_a_name_alone_gives_its_code_or_is_refused_as_ambiguous(build: Path) -> None:
    cases, lines = [], []
    for entry in source_entries(SOURCE):
        for of in states(entry):
            codes = Counter(name for _, _, name, _ in of.rows)
            for first, last, name, read_only in of.rows:
                lines.append(["encode", *place(entry), "1", "kind=state", f"name={name}"])
                plain = codes[name] == 1 and first == last and not read_only
                cases.append((entry, first.to_bytes(of.size, "big").hex() if plain else None))
    assert len(cases) > 1000
    assert sum(code is None for _, code in cases) > 20
    for (entry, code), line, answer in zip(cases, lines, ask(build, lines), strict=True):
        assert answer == code if code else answer.startswith(f"refused\t{entry.id} ("), f"{line}: {answer}"


@pytest.mark.parametrize(
    ("place", "nodes", "answer"),
    [
        ("0130 B3 -", "kind=number number=26", "1a"),
        ("0130 B3 -", "kind=number number=2600 exponent=-2 unit=Celsius", "1a"),
        ("0130 C4 -", "kind=level number=1 code=31", "31"),
        ("027A E2 -", "kind=level number=2 code=22", "22"),
        ("0130 B3 -", "kind=raw bytes=1A", "1a"),
        ("0130 A0 -", "kind=number number=3", "33"),
        ("0130 A0 -", "kind=level number=8", "38"),
        ("0130 B0 -", "kind=state name=冷房", "42"),
        ("0130 B0 -", "kind=state name=Cooling", "42"),
        ("03B9 E7 -", "kind=object count=4 ; " + " ; ".join(["kind=number number=5"] * 4), "0005" * 4),
        ("0000 98 -", "kind=date moment=2028,2,29,0,0,0", "07ec021d"),
        ("0000 97 -", "kind=time moment=0,0,0,23,59,0", "173b"),
        ("0280 E2 -", "kind=number number=10 exponent=-2", "01"),
        ("0000 84 -", "kind=number number=1 exponent=3 unit=W", "03e8"),
        ("0130 C6 -", "kind=bitmap count=2 ; kind=state name=true ; kind=state name=false", "01"),
        ("0130 C6 -", "kind=bitmap count=1 bytes=F0 ; kind=state name=true member=equippedClusterIon", "f2"),
    ],
)
def test_what_people_write_is_taken(build: Path, place: str, nodes: str, answer: str) -> None:
    line = ["encode", *place.split(), "1", *(word.replace(",", " ") for word in nodes.split(" "))]
    (got,) = ask(build, [line])
    assert got == answer


@pytest.mark.parametrize(
    ("place", "nodes", "message"),
    [
        ("0130 B3", "kind=number number=51", "targetTemperature (B3): 51 can't be set; it takes 0 to 50 Celsius"),
        ("0130 B3", "kind=number number=235 exponent=-1", "targetTemperature (B3): 23.5 can't be set; it takes 0 to"),
        ("0130 B3", "kind=number number=70 unit=Fahrenheit", "70 Fahrenheit can't be set"),
        ("0130 B3", "kind=overflow", "targetTemperature (B3): overflow can't be set"),
        ("0130 B3", "kind=raw bytes=33", "targetTemperature (B3): 33 can't be set"),
        ("0130 B3", "", "targetTemperature (B3): nothing can't be set"),
        ("0130 B3", "kind=number number=20 ; kind=number number=21", "more nodes than one value"),
        ("0130 A0", "kind=number number=9", "airFlowLevel (A0): 9 can't be set; it takes level 1 to 8; auto (41)"),
        ("0000 93", "kind=state name=true", "true can't be set; it takes true (41), false (42), true (61), false (62)"),
        ("0000 98", "kind=date moment=2027,2,29,0,0,0", "2027-02-29 can't be set; it takes a date"),
        ("0000 97", "kind=time moment=0,0,0,12,0,30", "12:00:30 can't be set; it takes a time of hour and minute"),
        ("02A4 C5", "kind=number number=0 unit=W", "0 W (0000 means cancel) can't be set"),
        ("0000 81", "kind=raw bytes=0102", "installationLocation (81): 0102 can't be set; it takes 1 byte; 17 bytes"),
        ("0130 C6", "kind=bitmap count=1 ; kind=state name=true", "a bitmap without bytes that leaves fields out"),
        ("0130 C6", "kind=bitmap bytes=00 count=1 ; kind=state name=on", "(C6).equippedElectronic: on can't be set"),
        ("0130 C6", "kind=bitmap bytes=00 count=1 ; kind=state name=on member=no", "(C6): no can't be set"),
        (
            "026B D9",
            "kind=object count=3 ; kind=number ; kind=number ; kind=number",
            "surplusPowerPrediction (D9): [3]",
        ),
        ("027A E2", "kind=number number=3", "3 (33 or 23) can't be set"),
        ("0130 B3", "kind=undefined", "targetTemperature (B3): undefined can't be set; it takes 0 to 50 Celsius"),
        ("026B C8", "kind=number number=2", "it takes 1; 20 to 24"),
    ],
)
def test_a_wrong_value_is_refused_by_name_with_what_is_allowed(
    build: Path, place: str, nodes: str, message: str
) -> None:
    words = [word.replace(",", " ") for word in nodes.split(" ")] if nodes else []
    (got,) = ask(build, [["encode", *place.split(), "-", "1", *words]])
    assert got.startswith("refused\t")
    assert message in got


# --- look-ups -------------------------------------------------------------------------------------------------------


def listing(build: Path) -> list[dict[str, str]]:
    codes = [words_of(line)["code"] for line in ask(build, [["classes"]]) if line]
    assert len(codes) == 57
    return [words_of(line) for line in ask(build, [["entries", code] for code in codes]) if line]


def facts(rows: list[dict[str, str]]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        access = "".join(RULES[int(rule)] for rule in row["rules"])
        yield (row["class"], row["epc"], row["from"], row["to"], access, row["atomic"], row["least"], row["most"])


def check_entries(rows: list[dict[str, str]], entries: list[Entry]) -> None:
    wanted = [
        (e.class_code, e.epc, e.first, e.last, e.access, e.atomic, str(e.type.least), str(e.type.most)) for e in entries
    ]
    assert sorted(facts(rows)) == sorted(wanted)


def test_every_entry_of_the_source_is_found(build: Path) -> None:
    rows, entries = listing(build), source_entries(SOURCE)
    check_entries(rows, entries)
    assert sorted((row["class"], row["epc"], row["from"], row["id"]) for row in rows) == sorted(
        (entry.class_code, entry.epc, entry.first, entry.id) for entry in entries
    )


def test_every_entry_is_the_appendix_s(build: Path, mra: Path) -> None:
    check_entries(listing(build), mra_entries(mra))


def right_entry(entries: list[Entry], letter: str) -> Entry | None:
    return next((e for e in entries if e.first <= letter and (e.last == "-" or letter <= e.last)), None)


def test_the_release_letter_chooses_among_the_entries_of_one_property(build: Path) -> None:
    by_place: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in source_entries(SOURCE):
        by_place[entry.class_code, entry.epc].append(entry)
    letters = [chr(code) for code in range(ord("A"), ord("T"))]
    cases = [(place, letter) for place in by_place for letter in letters]
    answers = ask(build, [["look", *place, letter] for place, letter in cases])
    outside = 0
    for (place, letter), answer in zip(cases, answers, strict=True):
        right, found = right_entry(by_place[place], letter), words_of(answer)
        assert found["class"] == place[0]
        assert found["in"] == ("1" if right else "0")
        if right:
            assert found["from"] == right.first
        outside += right is None
    assert outside > 1000
    newest = ask(build, [["look", *place, "-"] for place in by_place])
    for entries, answer in zip(by_place.values(), newest, strict=True):
        assert words_of(answer)["to"] == max(entries, key=lambda entry: entry.first).last


def test_a_property_is_found_by_its_identifier_and_classes_go_before_the_superclass(build: Path) -> None:
    entries = [entry for entry in source_entries(SOURCE) if entry.last == "-"]
    answers = ask(build, [["named", entry.class_code, entry.id, "-"] for entry in entries])
    for entry, answer in zip(entries, answers, strict=True):
        assert (words_of(answer)["class"], words_of(answer)["epc"]) == (entry.class_code, entry.epc)
    lines = ["named 0130 manufacturer -", "named 0130 operationStatus -", "named 0F20 faultStatus -"]
    lines += ["look 0EF0 93 -", "named 0EF0 faultStatus -", "named 0130 nothing -", "look 0130 F0 -"]
    got = ask(build, [line.split() for line in lines])
    assert [words_of(line)["class"] for line in got[:3]] == ["0000", "0130", "0000"]
    assert got[3:] == ["none", words_of(got[4]) and got[4], "none", "none"]


# --- the tool -------------------------------------------------------------------------------------------------------


def test_the_tables_are_fresh() -> None:
    made = tool()
    assert made.TABLES.read_text(encoding="utf-8") == made.tables(SOURCE.read_text(encoding="utf-8")), (
        "run python3 tools/dictionary.py"
    )


def test_the_compact_source_is_fresh(mra: Path) -> None:
    assert SOURCE.read_text(encoding="utf-8") == tool().compact(mra), "run python3 tools/dictionary.py MRA"


def test_the_notice_holds_the_terms_of_the_appendix(mra: Path) -> None:
    terms = (mra / "COPYRIGHT.txt").read_text(encoding="utf-8").split()
    assert " ".join(terms) in " ".join((ROOT / "NOTICE").read_text(encoding="utf-8").split())


def texts(piece: Any) -> Iterator[str]:
    if isinstance(piece, str):
        yield piece
    elif isinstance(piece, dict | list):
        for inner in piece.values() if isinstance(piece, dict) else piece:
            yield from texts(inner)


def test_names_are_no_sentences() -> None:
    found = set(texts(json.loads(SOURCE.read_text(encoding="utf-8"))))
    sentence = re.compile(r"[a-z]{3}\.$|\. [A-Z]|。|\b(This|indicates|is|are|has|have|can)\b")
    assert sorted(text for text in found if sentence.search(text)) == []
    assert max(map(len, found)) < 160


def test_the_size_in_the_reference_is_the_tables() -> None:
    size = re.search(r"([\d,]+) bytes, all read-only", tool().TABLES.read_text(encoding="utf-8"))
    assert size is not None
    assert f"{size[1]} bytes" in (ROOT / "docs" / "reference" / "dictionary.md").read_text(encoding="utf-8")

"""The core and a second implementation agree on set-up codes, example by example and on random texts."""

import random
import subprocess
from collections.abc import Sequence
from pathlib import Path

import setup_code_model as model

VECTORS = model.vectors()


def ask(build: Path, lines: Sequence[str]) -> list[list[str]]:
    done = subprocess.run(
        [build / "tests" / "setup_code_driver"],
        input="".join(line + "\n" for line in lines),
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    answers = [line.split(" ") for line in done.stdout.splitlines()]
    assert len(answers) == len(lines)
    return answers


def parsed(build: Path, texts: Sequence[str]) -> list[list[str]]:
    return ask(build, ["parse " + text.encode().hex() for text in texts])


def of_model(text: str) -> list[str]:
    result = model.parse(text)
    if isinstance(result[0], bytes):
        return ["OK", *(part.hex() for part in result)]
    return [str(part) for part in result]


def test_the_examples_are_those_of_the_second_implementation():
    assert model.FILE.read_text(encoding="utf-8") == model.dumped()


def test_the_core_writes_codes_keys_and_proofs_as_the_examples_say(build):
    codes = VECTORS["codes"]
    answers = ask(build, [f"write {code['spki_hash']} {code['secret']} {code['exporter']}" for code in codes])
    names = ("text", "grouped", "slot_key", "proof_initiator", "proof_responder")
    assert answers == [[code[name] for name in names] for code in codes]


def test_the_core_reads_every_way_of_typing_the_example(build):
    texts = [text for code in VECTORS["codes"] for text in (code["text"], code["grouped"])]
    codes = [code for code in VECTORS["codes"] for _ in range(2)]
    assert parsed(build, texts) == [["OK", code["spki_hash"], code["secret"]] for code in codes]
    first = ["OK", codes[0]["spki_hash"], codes[0]["secret"]]
    assert parsed(build, VECTORS["typed"]) == [first] * len(VECTORS["typed"])


def test_the_core_refuses_what_the_examples_refuse_for_the_same_reason(build):
    rows = VECTORS["refused"]
    wanted = [[row["part"], str(row["position"]), str(row["count"])] for row in rows]
    assert parsed(build, [row["text"] for row in rows]) == wanted


def mutated(chance: random.Random, text: str) -> str:
    """The text with up to three changes, most of them near what is allowed."""
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(text) + 1)
        char = chance.choice(model.ALPHABET + "iloUu:-! \t")
        text = text[:at] + chance.choice(["", char]) + text[at + chance.randrange(2) :]
    return chance.choice([text, text.lower(), text[: chance.randrange(len(text) + 1)]])


def test_the_core_and_the_second_implementation_judge_any_text_alike(build):
    chance = random.Random(3610)
    texts = []
    for _ in range(1500):
        right = model.write(chance.randbytes(32), chance.randbytes(16))
        texts.append(mutated(chance, chance.choice([right, model.grouped(right)])))
    answers = parsed(build, texts)
    assert answers == [of_model(text) for text in texts]
    assert {answer[0] for answer in answers} == {"OK", "PREFIX", "VERSION", "CHARACTER", "SHORT", "LONG", "CHECKSUM"}


def test_the_text_fits_the_alphanumeric_mode_of_qr_codes():
    allowed = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    assert all(set(code["text"]) | set(code["grouped"]) <= allowed for code in VECTORS["codes"])

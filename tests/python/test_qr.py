"""A decoder reads any text that the core draws, in every style."""

import subprocess

import pytest
import qr_reader

ASCII, INVERT = 1, 2
TEXTS = ["1", "WARIFU 割符", "http://192.0.2.1/?a=b", "0123456789" * 30, "Aa" * 600, "ｶﾀｶﾅ 片仮名\n\t\x7f"]


@pytest.mark.parametrize("flags", range(4))
def test_a_decoder_reads_any_text_back(build, flags):
    done = subprocess.run(
        [build / "tests" / "qr_driver"],
        input="".join(f"{flags} {text.encode().hex()}\n" for text in TEXTS),
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    drawings = [bytes.fromhex(line).decode() for line in done.stdout.splitlines()]
    style = {"ascii_only": bool(flags & ASCII), "invert": bool(flags & INVERT)}
    assert [qr_reader.read(drawing, **style).decode() for drawing in drawings] == TEXTS

"""Reads the QR codes that we draw, as a camera would: as pixels, by a decoder that shares nothing with the encoder."""

import re

import zxingcpp

HALVES = {" ": (False, False), "▀": (True, False), "▄": (False, True), "█": (True, True)}
PIXELS = 4  # a module's side

Rows = list[list[bool]]  # was this module drawn?


def rows_of(drawing: str, *, ascii_only: bool) -> Rows:
    if ascii_only:
        assert re.fullmatch(r"(?:(?:##|  )+\n)+", drawing)
        return [[line[at] == "#" for at in range(0, len(line), 2)] for line in drawing.splitlines()]
    rows = []
    for line in drawing.splitlines():
        pairs = [HALVES[char] for char in line]
        rows += [[top for top, _ in pairs], [bottom for _, bottom in pairs]]
    return rows


def read(drawing: str, *, ascii_only: bool, invert: bool) -> bytes:
    """What the code says; it must be seen without a margin of ours and with the right side light."""
    rows = rows_of(drawing, ascii_only=ascii_only)
    lines = [[0 if drawn == invert else 255 for drawn in row for _ in range(PIXELS)] for row in rows]
    image = [line for line in lines for _ in range(PIXELS)]
    pixels = memoryview(bytes(pixel for line in image for pixel in line)).cast("B", (len(image), len(image[0])))
    (found,) = zxingcpp.read_barcodes(pixels, formats=zxingcpp.BarcodeFormat.QRCode, try_invert=False)
    return found.bytes

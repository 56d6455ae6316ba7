"""Numbers, codes, labels and times as people give them."""

from ._warifu import SetupCode

Number = bytes | str  # an identification number: 17 bytes, or their hexadecimal text


def as_number(number: Number) -> bytes:
    """The 17 bytes of an identification number. Raises ValueError for anything else."""
    value = bytes.fromhex(number) if isinstance(number, str) else bytes(number)
    if len(value) != 17:
        raise ValueError(f"an identification number has 17 bytes, not {len(value)}")
    return value


def as_code(code: SetupCode | str | None) -> SetupCode | None:
    """A set-up code from its text. Raises NotACode."""
    return SetupCode.parse(code) if isinstance(code, str) else code


def as_label(text: str) -> str:
    """A product code or production number. Raises ValueError for what does not fit 12 bytes of ASCII."""
    if len(text) > 12 or not all(" " <= letter <= "~" for letter in text):
        raise ValueError(f"a product code or production number has up to 12 ASCII characters, not {text!r}")
    return text


def milliseconds(seconds: float | None) -> int:
    """For the engine, where 0 means its own default. Raises ValueError for what is not positive."""
    if seconds is None:
        return 0
    if not 0 < seconds < 4_000_000:
        raise ValueError(f"a timeout is a positive number of seconds, not {seconds}")
    return max(1, round(seconds * 1000))

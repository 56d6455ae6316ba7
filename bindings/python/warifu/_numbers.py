"""Identification numbers and addresses as people give them."""

Number = bytes | str  # an identification number: 17 bytes, or their hexadecimal text


def as_number(number: Number) -> bytes:
    """The 17 bytes of an identification number. Raises ValueError for anything else."""
    value = bytes.fromhex(number) if isinstance(number, str) else bytes(number)
    if len(value) != 17:
        raise ValueError(f"an identification number has 17 bytes, not {len(value)}")
    return value

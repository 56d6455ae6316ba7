"""Keys that stay in a PKCS#11 token."""

import os
from typing import Literal

from . import _warifu
from ._numbers import Number, as_number
from ._pem import to_pem


def pkcs11_request(
    *,
    module: str | os.PathLike[str],
    token: str | None = None,
    key: str | None = None,
    pin: str | None = None,
    name: str | None = None,
    number: Number | None = None,
    role: Literal["device", "controller"] | None = None,
    make: bool = False,
) -> str:
    """A certificate request (PKCS#10, PEM) for a P-256 key in a PKCS#11 token; with `make` the key is made there first.

    Hand it to an authority (`Authority.sign`), and give what comes back to `Identity.from_pkcs11` with the same module,
    labels and PIN. Raises Token, Argument.
    """
    number = None if number is None else as_number(number)
    der = _warifu.pkcs11_request(module, token, key, pin, name, number, role, make)
    return to_pem("CERTIFICATE REQUEST", der)

"""Values of properties as JSON has them."""

import json
from collections.abc import Mapping
from typing import Any

import warifu
from warifu import Special, State

MOST_BYTES = 4096


def plain(value: Any) -> Any:
    """null where there is no number, hexadecimal digits for bytes, ISO 8601 for times."""
    if isinstance(value, State) and value in ("true", "false"):
        return bool(value)
    if isinstance(value, Special):
        return None
    if isinstance(value, bytes):
        return value.hex().upper()
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value if isinstance(value, str | int | float) else f"{value}"


def named(values: Mapping[Any, Any]) -> dict[str, Any]:
    """By name; by the digits of the EPC where the dictionary has none."""
    return {key if isinstance(key, str) else f"{key:02X}": plain(value) for key, value in values.items()}


def read(payload: bytes | bytearray) -> dict[str, Any]:
    """The JSON object of a command. Raises ValueError."""
    if len(payload) > MOST_BYTES:
        raise ValueError(f"a command has {MOST_BYTES} bytes at most")
    try:
        values = json.loads(payload, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not the JSON of a command: {error}") from None
    if not isinstance(values, dict) or not values:
        raise ValueError('a command is an object such as {"operationStatus": true}')
    return values


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name is given twice")
    return dict(pairs)


def check(policy: warifu.Policy, eoj: int, values: Mapping[str, Any]) -> None:
    """By MQTT comes who is "known" to the policy. Raises PermissionError with the rule, NotInDictionary."""
    for name in values:
        verdict = policy.explain("known", eoj, name, "write")
        if not verdict:
            raise PermissionError(f"{name}: {verdict}")

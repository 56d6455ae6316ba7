"""The shapes of rows of the dictionary, of policies and authorities, as the core hands them out."""

from typing import Any, Literal

Rule = Literal["none", "optional", "required", "required_c", "required_o"]
Names = tuple[str, str, str]  # identifier, English, Japanese
CaKind = Literal["root", "issuing", "devices", "controllers"]
Moment = tuple[int, int, int, int, int, int]  # year, month, day, hour, minute, second

# class, EPC, since, until, in_release, rules, atomic, sizes, names
PropertyEntry = tuple[int, int, str, str | None, bool, tuple[Rule, Rule, Rule], int, tuple[int, int], Names]
TypeRow = tuple[Any, ...]  # it holds others of its kind; see type_info

# kind, count, number, exponent, code, unit, coefficients, name, member, bytes, moment
ValueNode = tuple[str, int, int, int, int | None, str, bytes, Names, Names, bytes, Moment]
# kind, count, number, exponent, code, unit, name, member, bytes, moment
NodeToWrite = tuple[str, int, int, int, int | None, str | None, str | None, str | None, bytes, Moment]

# allowed, kind of the peer, policy, rule from 1 or 0, line or 0, why, sentence
VerdictRow = tuple[bool, Literal["unknown", "known", "member", "paired"], str, int, int, str | None, str]
TracedRow = tuple[float, bool, bool, str | None, str | None, bytes, bytes]  # see Traced

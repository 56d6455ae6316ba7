"""Policies: who may do what to which property. `Device(policy=...)` and `Controller(policy=...)` take them.

docs/howto/choose-a-policy.md says which one is for whom, docs/reference/policy-file.md how to write one's own.
"""

import logging
import os
from dataclasses import dataclass
from typing import Literal, Self

from . import _warifu
from ._dictionary import Dictionary
from ._dictionary import dictionary as builtin
from ._rows import VerdictRow

PolicyName = Literal["strict", "mixed", "open"]
PeerKind = Literal["unknown", "known", "member", "paired"]
Access = Literal["read", "write", "notify", "announce"]
ListenerName = Literal["hello", "plaintext", "group", "ipv6"]
NAMES = ("strict", "mixed", "open")
LISTENERS = {"hello": 1, "plaintext": 2, "group": 4, "ipv6": 8}

_log = logging.getLogger("warifu")


@dataclass(frozen=True, slots=True)
class Explanation:
    """Which rule decides, as data; `str` gives it as a sentence, and `bool` whether it is allowed.

    `peer` is the kind that counted, `policy` the name of the one whose rule decided, `rule` its number there, `line`
    where it stands in its file (None: it comes with Warifu) and `why` its reason. Without a rule (None) it is denied.
    """

    allowed: bool
    peer: PeerKind
    policy: str
    rule: int | None
    line: int | None
    why: str | None
    text: str

    def __bool__(self) -> bool:
        return self.allowed

    def __str__(self) -> str:
        return self.text


def explanation(row: VerdictRow) -> Explanation:
    allowed, peer, policy, rule, line, why, text = row
    return Explanation(allowed, peer, policy, rule or None, line or None, why, text)


class Policy:
    """Rules in order, of which the first that fits decides; what no rule allows is denied.

    `Policy("strict")`, `Policy("mixed")` and `Policy("open")` come with Warifu.
    """

    def __init__(self, name: PolicyName) -> None:
        self._handle = _warifu.policy_named(name)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, dictionary: Dictionary | None = None) -> Self:
        """The policy of a file. Names of classes and properties are those of `dictionary` (None: the built-in one).

        Raises errors.PolicyFile, whose text names line, column, what is wrong there and what to write instead;
        errors.Store.
        """
        return cls._of(_warifu.policy_load(path, (dictionary or builtin)._handle))

    @classmethod
    def parse(cls, text: str | bytes, *, dictionary: Dictionary | None = None) -> Self:
        """The policy of such a text. Raises errors.PolicyFile."""
        data = text.encode() if isinstance(text, str) else text
        return cls._of(_warifu.policy_parse(data, (dictionary or builtin)._handle))

    @classmethod
    def _of(cls, handle: object) -> Self:
        made = cls.__new__(cls)
        made._handle = handle
        return made

    @property
    def name(self) -> str:
        """What it calls itself."""
        return _warifu.policy_describe(self._handle)[0]

    @property
    def extends(self) -> str | None:
        """The policy whose rules come after its own."""
        return _warifu.policy_describe(self._handle)[1]

    @property
    def is_for_laboratory(self) -> bool:
        """Whether it, or what it extends, is made to protect nothing."""
        return _warifu.policy_describe(self._handle)[2]

    def to_json(self) -> str:
        """Its own rules as a file, which `parse` reads back as the same."""
        return _warifu.policy_write(self._handle)

    def explain(
        self, peer: PeerKind, eoj: int, epc: int | str, access: Access, *, dictionary: Dictionary | None = None
    ) -> Explanation:
        """Which rule decides whether such a peer may do that. Raises ValueError for what is no peer or access."""
        return explanation(
            _warifu.policy_decide(self._handle, peer, eoj, epc_of(eoj, epc, dictionary or builtin), access)
        )

    def __repr__(self) -> str:
        return f"<warifu.Policy {self.name!r}>"


def epc_of(eoj: int, epc: int | str, dictionary: Dictionary) -> int:
    return dictionary.find(eoj >> 8, epc).epc if isinstance(epc, str) else epc


def as_policy(given: "PolicyName | Policy | os.PathLike[str]", dictionary: Dictionary) -> Policy:
    if isinstance(given, Policy):
        return given
    if isinstance(given, os.PathLike):
        return Policy.load(given, dictionary=dictionary)
    if given not in NAMES:
        raise ValueError(f"a policy is strict, mixed or open, or Policy.load(a file), not {given!r}")
    return Policy(given)


def as_listeners(names: "frozenset[str]") -> int:
    if unknown := names - LISTENERS.keys():
        raise ValueError(f"a listener is {', '.join(LISTENERS)}, not {sorted(unknown)[0]!r}")
    return sum(LISTENERS[name] for name in names)


def warn_of(policy: Policy) -> None:
    """Says loudly where nothing is protected."""
    if policy.is_for_laboratory:
        _log.warning(
            "the policy %r is for a laboratory: everybody in the network may read and set everything, unencrypted",
            policy.name,
        )

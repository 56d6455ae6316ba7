"""What became of a command."""

import json
from dataclasses import asdict, dataclass
from typing import Literal, Self

import warifu
from warifu import errors

Status = Literal["done", "refused", "failed", "unknown"]
REFUSED = (errors.Refused, errors.Policy, errors.WrongValue, errors.NotInDictionary, ValueError, TypeError)
NOT_SENT = (errors.NoSession, errors.NoAnswer, errors.NotPaired, errors.TooLate, errors.Capacity, errors.TooSmall)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`done`: the device accepted. `refused`: by the bridge or the device. `failed`: nothing was done. `unknown`: it
    may have been done, and whoever wants to know reads the state."""

    status: Status
    reason: str = ""
    error: str = ""  # the name of Warifu's error

    @classmethod
    def of(cls, error: Exception) -> Self:
        name = error.name if isinstance(error, warifu.Error) else ""
        if isinstance(error, REFUSED):
            return cls("refused", f"{error}", name)
        if isinstance(error, NOT_SENT):
            return cls("failed", f"{error}", name)
        return cls("unknown", f"{error}", name)  # nobody says that nothing was done

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def of_json(cls, text: str) -> Self:
        return cls(**json.loads(text))

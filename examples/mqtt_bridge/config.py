"""What a bridge is told: a JSON file, and a password that is neither in it nor on a command line."""

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import warifu

PASSWORD = "WARIFU_MQTT_PASSWORD"
PATHS = {"ca", "policy", "journal", "identity", "state"}
NAMES = {"gateway", "host", "user"}
OPTIONAL = {"port", "poll", "password_file", "address"}


@dataclass(frozen=True, slots=True)
class Config:
    gateway: str  # its name in topics; no two of a broker have the same
    host: str
    user: str
    password: str = field(repr=False)
    ca: Path  # certificates that the broker's must come from
    policy: warifu.Policy  # what may be written by MQTT
    journal: Path  # which commands were taken, and what became of them
    identity: Path  # of the controller
    state: Path
    address: str | None = None  # of this host, to speak to devices from; None: every interface
    port: int = 8883
    poll: float = 60.0  # seconds between readings of everything

    @classmethod
    def load(cls, path: Path) -> Self:
        """From a file; paths in it are relative to its folder. Raises ValueError, OSError, errors.PolicyFile."""
        given = json.loads(path.read_text(encoding="utf-8"))
        if wrong := (given.keys() - OPTIONAL) ^ (PATHS | NAMES):
            raise ValueError(f"{path}: missing, or not known: {', '.join(sorted(wrong))}")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", given["gateway"]):
            raise ValueError(f"{path}: gateway is 1 to 32 letters, digits, - and _")
        file = given.pop("password_file", None)
        password = os.environ.get(PASSWORD) if file is None else (path.parent / file).read_text().rstrip("\n")
        if not password:
            raise ValueError(f"{path}: no password: name a password_file, or set {PASSWORD}")
        given |= {key: path.parent / given[key] for key in PATHS}
        given["policy"] = warifu.Policy.load(given["policy"])
        return cls(password=password, **given)

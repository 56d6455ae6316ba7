"""`python -m warifu doctor`, `python -m warifu audit`: what helps before anything works, and after it did not."""

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence

from . import __version__
from ._audit import audit
from ._doctor import Finding, doctor
from .errors import Argument, Error

STATUS = {"note": 0, "warning": 1, "problem": 9}
BAD_INPUT, SYSTEM = 3, 9


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m warifu", description=f"Warifu {__version__}")
    verbs = top.add_subparsers(dest="verb", required=True)
    row = verbs.add_parser(
        "doctor",
        help="says why nothing arrives",
        description="Says why nothing arrives. Exit status: 0 nothing or notes, 1 warnings, 9 problems.",
    )
    place = row.add_mutually_exclusive_group()
    place.add_argument("--interface", action="append", metavar="NAME", help="the one to be used (default: all)")
    place.add_argument("--address", action="append", metavar="ADDR", help="or the address of this host to be used")
    row.add_argument("--port", type=int, default=3610, metavar="N", help="another UDP port than 3610")
    row.add_argument("--state", metavar="DIR", help="the state directory to be used")
    row.add_argument("--json", action="store_true", help="one JSON object a line")
    row.add_argument("peer", nargs="?", metavar="PEER", help="the address of a node that should be there")
    log = verbs.add_parser(
        "audit",
        help="shows what happened to a node that matters for its security",
        description="Shows the audit log of a node, which may run or not, the oldest entry first.",
    )
    log.add_argument("--state", metavar="DIR", help="the node's state directory (default: the usual one)")
    log.add_argument("--json", action="store_true", help="one JSON object a line")
    return top


def show(findings: Sequence[Finding], *, as_json: bool) -> None:
    for finding in findings:
        if as_json:
            print(json.dumps(dataclasses.asdict(finding), ensure_ascii=False))
        else:
            detail = f" ({finding.detail})" if finding.detail else ""
            print(f"{finding.severity} {finding.id}: {finding.what}{detail}\n  {finding.next}")
    if not findings and not as_json:
        print("nothing is wrong with this host")


def fail(error: Exception, status: int) -> int:
    print(f"python -m warifu: {error}", file=sys.stderr)
    return status


def show_audit(state: str | None, *, as_json: bool) -> int:
    try:
        log = audit(state)
    except Error as error:
        return fail(error, SYSTEM)
    for entry in log:
        print(entry.json if as_json else entry.text)
    if log.damaged:
        print(f"python -m warifu: {log.damaged} entries of the store can't be read", file=sys.stderr)
    return 0


def main(words: Sequence[str] | None = None) -> int:
    given = parser().parse_args(words)
    if given.verb == "audit":
        return show_audit(given.state, as_json=given.json)
    try:
        findings = doctor(
            address=given.address, interface=given.interface, port=given.port, state=given.state, peer=given.peer
        )
    except (Argument, ValueError) as error:
        return fail(error, BAD_INPUT)
    show(findings, as_json=given.json)
    return STATUS[findings[0].severity] if findings else 0


if __name__ == "__main__":
    sys.exit(main())

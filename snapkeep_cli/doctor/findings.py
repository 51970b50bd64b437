"""What a check found: a verdict, the reason with its figures, and the command that fixes it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from snapkeep_cli.doctor.facts import Unknown


class Verdict(StrEnum):
    """`later`: a later step of the first deployment will fix it. `cannot tell`: we have no access."""

    OK = "ok"
    LATER = "later"
    CANNOT_TELL = "cannot tell"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of one check; `fix` is a command to paste, "" if there is nothing to do."""

    check: str
    verdict: Verdict
    text: str
    fix: str = ""


def ok(check: str, text: str) -> Finding:
    """All is well."""
    return Finding(check, Verdict.OK, text)


def problem(check: str, text: str, fix: str = "") -> Finding:
    """Something is wrong."""
    return Finding(check, Verdict.PROBLEM, text, fix)


def cannot_tell(check: str, unknown: Unknown) -> Finding:
    """A fact could not be learned."""
    return Finding(check, Verdict.CANNOT_TELL, unknown.why, unknown.fix)


def listed(names: list[str], most: int = 5) -> str:
    """The first few names, and the number of others."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")

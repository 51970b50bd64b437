"""Pre-flight findings: a code for machines, a sentence with the figures, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error refuses the restore, a warning only if the request is strict, an info never."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of the pre-flight. `fix` is empty when there is nothing to do."""

    code: str
    severity: Severity
    text: str
    fix: str = ""


def error(code: str, text: str, fix: str = "") -> Finding:
    """A finding that refuses the restore."""
    return Finding(code, Severity.ERROR, text, fix)


def warning(code: str, text: str, fix: str = "") -> Finding:
    """A finding that the user should know before the restore proceeds."""
    return Finding(code, Severity.WARNING, text, fix)


def info(code: str, text: str) -> Finding:
    """A finding about something that is done differently from the request."""
    return Finding(code, Severity.INFO, text)

"""How domain values are written in responses: times, sizes, findings."""

from __future__ import annotations

from snapkeep.domain.restore.findings import Finding, Severity
from snapkeep.domain.restore.suggestions import Suggestion
from snapkeep.domain.sizes import format_quantity
from snapkeep.inbound.api.body import Body


class FindingModel(Body):
    """A result of the pre-flight."""

    code: str
    severity: Severity
    text: str
    fix: str = ""


class RestoreHintModel(Body):
    """The `snapkeep restore` command for a recovery point; `trouble` says why it would be refused now, and is
    empty when it works."""

    command: str
    trouble: str = ""


def restore_hint(found: Suggestion) -> RestoreHintModel:
    """A suggested command as a response body."""
    return RestoreHintModel(command=found.command, trouble=found.trouble)


def finding(found: Finding) -> FindingModel:
    """A finding as a response body."""
    return FindingModel(code=found.code, severity=found.severity, text=found.text, fix=found.fix)


def size_text(size_bytes: int) -> str:
    """A size as a Kubernetes quantity; "" for 0, which means unknown."""
    return format_quantity(size_bytes) if size_bytes else ""

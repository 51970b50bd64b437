"""How values of the domain are written in answers: times, sizes, findings."""

from __future__ import annotations

from pydantic import BaseModel

from snapkeep.domain.restore.findings import Finding, Severity
from snapkeep.domain.sizes import format_quantity


class FindingModel(BaseModel):
    """A result of the pre-flight."""

    code: str
    severity: Severity
    text: str
    fix: str = ""


def finding(found: Finding) -> FindingModel:
    """A finding as it is answered."""
    return FindingModel(code=found.code, severity=found.severity, text=found.text, fix=found.fix)


def size_text(size_bytes: int) -> str:
    """A size as a Kubernetes quantity; "" for 0, which means that it is not known."""
    return format_quantity(size_bytes) if size_bytes else ""

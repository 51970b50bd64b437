"""What every function needs at once: the standard library only, so that the cordon need not wait for it."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from enum import Enum
from typing import Any


def clock() -> datetime:
    """The current time, aware UTC."""
    return datetime.now(UTC)


def as_document(report: Any) -> dict[str, Any]:
    """A report as JSON-ready data."""
    document: dict[str, Any] = json.loads(json.dumps(report, default=_plain))
    return document


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value)

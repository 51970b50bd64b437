"""Where to fetch a report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ReportLink:
    """A URL that needs no signature until it expires. Times are aware UTC."""

    url: str
    written_at: datetime
    expires_at: datetime

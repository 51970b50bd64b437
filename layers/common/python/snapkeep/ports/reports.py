"""Where report pages are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.report.link import ReportLink


class ReportPages(Protocol):
    """Where the pages of reports are kept."""

    def write(self, cluster: str, page: str) -> None:
        """Store a page as the newest of its cluster."""

    def link(self, cluster: str, lasts: timedelta) -> ReportLink | None:
        """A link to the newest page of a cluster, valid for `lasts`; None when there is none."""

"""In-memory report pages."""

from __future__ import annotations

from datetime import datetime, timedelta

from snapkeep.domain.report.link import ReportLink
from snapkeep.ports.clock import Clock
from tests.fakes.faults import Faults


class MemoryPages(Faults):
    """Each cluster's newest page, and when it was written."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.all_pages: dict[str, tuple[datetime, str]] = {}

    def write(self, cluster: str, page: str) -> None:
        self._before("write")
        self.all_pages[cluster] = (self._clock(), page)
        self._after("write")

    def link(self, cluster: str, lasts: timedelta) -> ReportLink | None:
        self._before("link")
        if cluster not in self.all_pages:
            return None
        url = f"https://reports.example.test/{cluster}.html"
        return ReportLink(url, self.all_pages[cluster][0], self._clock() + lasts)

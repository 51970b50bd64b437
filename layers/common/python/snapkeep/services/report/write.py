"""Writes report pages, each independently."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from snapkeep.ports.news import WorkNews
from snapkeep.ports.reports import ReportPages
from snapkeep.services.give_up import part_of_a_pass


@dataclass(slots=True)
class WriteSummary:
    """The counts of each written report, by name, and the reports that could not be written."""

    written: dict[str, dict[str, int]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class WriteReport:
    """Gathers, renders and stores a page for each of these names: clusters, or the vault.

    `make` returns the current page of one, and the counts in it.
    """

    names: Sequence[str]
    make: Callable[[str], tuple[str, dict[str, int]]]
    pages: ReportPages
    news: WorkNews

    def run(self, only: str = "") -> WriteSummary:
        """Write one page, or all. If one cannot be made, its previous page stays."""
        summary, given_up = WriteSummary(), dict[str, str]()
        for name in self.names:
            if only not in ("", name):
                continue
            with part_of_a_pass(f"the report of {name}", given_up, name):
                page, counts = self.make(name)
                self.pages.write(name, page)
                summary.written[name] = counts
        summary.errors += [f"{name}: {why}" for name, why in given_up.items()]
        self.news.parts_given_up("write_report", len(summary.errors))
        return summary

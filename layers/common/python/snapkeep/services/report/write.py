"""Writes the reports of all clusters, each independently."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from snapkeep.domain.policies import Deployment
from snapkeep.domain.report.claims import ClaimState
from snapkeep.domain.report.facts import Report
from snapkeep.ports.news import WorkNews
from snapkeep.ports.reports import ReportPages
from snapkeep.services.give_up import part_of_a_pass


@dataclass(slots=True)
class WriteSummary:
    """The counts of each written report, by cluster, and the reports that could not be written."""

    written: dict[str, dict[str, int]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class WriteReport:
    """Gathers, renders and stores a page for each cluster.

    `gather` returns the current report of a cluster; `render` turns it into a page.
    """

    deployment: Deployment
    gather: Callable[[str], Report]
    render: Callable[[Report], str]
    pages: ReportPages
    news: WorkNews

    def run(self, only: str = "") -> WriteSummary:
        """Write the page of one cluster, or of all. If a cluster cannot be read, its previous page stays."""
        summary, given_up = WriteSummary(), dict[str, str]()
        for cluster in self.deployment.clusters:
            if only not in ("", cluster.name):
                continue
            with part_of_a_pass(f"the report of {cluster.name}", given_up, cluster.name):
                report = self.gather(cluster.name)
                self.pages.write(cluster.name, self.render(report))
                summary.written[cluster.name] = {state.value: report.count(state) for state in ClaimState}
        summary.errors += [f"{name}: {why}" for name, why in given_up.items()]
        self.news.parts_given_up("write_report", len(summary.errors))
        return summary

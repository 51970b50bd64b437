"""The services that report how well everything is protected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapkeep.wiring.restore import suggest_restore

if TYPE_CHECKING:
    from snapkeep.services.report.coverage import ShowCoverage
    from snapkeep.services.report.gather import GatherReport
    from snapkeep.services.report.lost_points import FindLostPoints
    from snapkeep.services.report.past_runs import ReadPastRuns
    from snapkeep.services.report.write import WriteReport
    from snapkeep.wiring.ports import Ports


def show_coverage(ports: Ports) -> ShowCoverage:
    """The service that shows which claims are protected."""
    from snapkeep.services.report.copied import ShowCopied
    from snapkeep.services.report.coverage import ShowCoverage

    return ShowCoverage(
        ports.deployment,
        ports.clusters,
        ports.snapshots,
        ports.calendar,
        ports.clock,
        read_past_runs(ports),
        ShowCopied(ports.deployment, ports.regions, ports.journal.copies, ports.journal.troubles),
    )


def read_past_runs(ports: Ports) -> ReadPastRuns:
    """The service that reads the newest runs of policies."""
    from snapkeep.services.report.past_runs import ReadPastRuns

    return ReadPastRuns(ports.journal.runs, ports.journal.points, lost_points(ports))


def lost_points(ports: Ports) -> FindLostPoints:
    """The service that finds ready points whose snapshots are gone."""
    from snapkeep.services.report.lost_points import FindLostPoints

    journal = ports.journal
    return FindLostPoints(ports.snapshots, journal.points, journal.deletions, journal.catalogue)


def gather_report(ports: Ports) -> GatherReport:
    """The service that gathers a report's contents."""
    from snapkeep.services.find_volumes import FindVolumes
    from snapkeep.services.report.gather import GatherReport
    from snapkeep.services.report.policy_facts import ReadPolicies

    journal = ports.journal
    return GatherReport(
        ports.deployment,
        show_coverage(ports),
        ports.snapshots,
        journal.incidents,
        journal.restores,
        journal.retentions,
        ReadPolicies(journal.runs, journal.points, journal.retentions, ports.calendar, read_past_runs(ports)),
        FindVolumes(ports.snapshots, journal.points),
        lost_points(ports),
        suggest_restore(ports),
    )


def write_report(ports: Ports) -> WriteReport:
    """The service that writes a report's page."""
    from snapkeep.adapters.report_page import render  # the API gathers reports, too, but renders none
    from snapkeep.services.report.write import WriteReport

    return WriteReport(ports.deployment, gather_report(ports).report, render, ports.pages, ports.work_news)

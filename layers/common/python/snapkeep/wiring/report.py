"""The services that report how well everything is protected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapkeep.wiring.archive import show_tier
from snapkeep.wiring.restore import suggest_restore

if TYPE_CHECKING:
    from collections.abc import Callable

    from snapkeep.domain.vault.vault import Vault
    from snapkeep.services.report.checked import ShowChecked
    from snapkeep.services.report.coverage import ShowCoverage
    from snapkeep.services.report.gather import GatherReport
    from snapkeep.services.report.list_points import ListPoints
    from snapkeep.services.report.lost_points import FindLostPoints
    from snapkeep.services.report.on_efs import ShowOnEfs
    from snapkeep.services.report.past_runs import ReadPastRuns
    from snapkeep.services.report.write import WriteReport
    from snapkeep.wiring.ports import Ports


def show_coverage(ports: Ports) -> ShowCoverage:
    """The service that shows which claims are protected."""
    from snapkeep.services.objects.show_namespaces import ShowNamespaces
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
        show_checked(ports),
        show_on_efs(ports),
        ShowNamespaces(ports.deployment, ports.journal.saved_objects, ports.clock),
    )


def show_on_efs(ports: Ports) -> ShowOnEfs:
    """The service that says what the journal knows about backups of file systems."""
    from snapkeep.services.report.on_efs import ShowOnEfs

    return ShowOnEfs(ports.deployment, ports.journal.efs_backups)


def show_checked(ports: Ports) -> ShowChecked:
    """The service that says what checks found, for reports."""
    from snapkeep.services.report.checked import ShowChecked

    return ShowChecked(ports.deployment, ports.journal.checks, ports.journal.suspicions, ports.clock)


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
        show_checked(ports),
        show_tier(ports),
        ports.snapshots,
        journal.incidents,
        journal.restores,
        journal.retentions,
        ReadPolicies(
            journal.runs,
            journal.points,
            journal.retentions,
            ports.calendar,
            read_past_runs(ports),
            show_on_efs(ports),
        ),
        FindVolumes(ports.snapshots, journal.points),
        lost_points(ports),
        suggest_restore(ports),
        show_on_efs(ports),
    )


def write_report(ports: Ports) -> WriteReport:
    """The service that writes report pages: one for each cluster, or the vault's."""
    from snapkeep.services.report.show import VAULT_PAGE
    from snapkeep.services.report.write import WriteReport

    if vault := ports.deployment.vault:
        return WriteReport([VAULT_PAGE], _of_vault(ports, vault), ports.pages, ports.work_news)
    names = [cluster.name for cluster in ports.deployment.clusters]
    return WriteReport(names, _of_clusters(ports), ports.pages, ports.work_news)


def _of_clusters(ports: Ports) -> Callable[[str], tuple[str, dict[str, int]]]:
    """What makes the page of a cluster."""
    from snapkeep.adapters.report_page import render  # the API gathers reports, too, but renders none
    from snapkeep.domain.report.claims import ClaimState

    gather = gather_report(ports).report

    def of_cluster(name: str) -> tuple[str, dict[str, int]]:
        report = gather(name)
        return render(report), {state.value: report.count(state) for state in ClaimState}

    return of_cluster


def _of_vault(ports: Ports, vault: Vault) -> Callable[[str], tuple[str, dict[str, int]]]:
    """What makes the page of a vault."""
    from snapkeep.adapters.report_page.vault import render_vault
    from snapkeep.wiring.vault import show_vault

    shower = show_vault(ports)

    def of_vault(_: str) -> tuple[str, dict[str, int]]:
        found = shower.run()
        return render_vault(found, vault.timezone), {each.source.name: each.copies for each in found.sources}

    return of_vault


def list_points(ports: Ports) -> ListPoints:
    """The service that lists recovery points."""
    from snapkeep.services.report.list_points import ListPoints

    journal = ports.journal
    return ListPoints(ports.deployment, ports.snapshots, journal.catalogue, journal.holds)

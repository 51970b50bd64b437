"""Every day, removes what runs saved whose recovery points have all gone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from snapkeep.domain.backup.runs import run_id
from snapkeep.domain.objects.saved import Saved
from snapkeep.domain.policies import Deployment
from snapkeep.ports.catalogue import Catalogue
from snapkeep.ports.clock import Clock
from snapkeep.ports.objects import ObjectArchives, SavedObjects
from snapkeep.services.give_up import GiveUp, part_of_a_pass

SPARED = timedelta(days=7)
"""How long an archive stays at least: points that are still pending are not in the catalogue."""

FUNCTION = "sweep_objects"


@dataclass(slots=True)
class SweepReport:
    """What one sweep of a cluster removed, by run and namespace."""

    cluster: str
    removed: list[str] = field(default_factory=list)
    given_up: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SweepObjects:
    """Believes the catalogue only if it was compared with everything that EC2 has. The archive goes before
    its record, so a crash in between removes it again, and loses track of nothing."""

    deployment: Deployment
    catalogue: Catalogue
    saved: SavedObjects
    archives: ObjectArchives
    give_up: GiveUp
    clock: Clock

    def run(self) -> list[SweepReport]:
        """One sweep of every cluster."""
        return [self._cluster(cluster.name) for cluster in self.deployment.clusters]

    def _cluster(self, cluster: str) -> SweepReport:
        report = SweepReport(cluster)
        with part_of_a_pass(f"saved objects of {cluster}", report.given_up, cluster):
            if self.catalogue.catalogue_complete_since(cluster) is not None:
                self._sweep(cluster, report)
        report.given_up = self.give_up.report(report.given_up, cluster)
        return report

    def _sweep(self, cluster: str, report: SweepReport) -> None:
        entries = self.catalogue.all_entries(cluster)
        runs = {run_id(cluster, each.policy, each.slot) for each in entries}
        for saved in list(self.saved.all_saved(cluster)):
            if saved.subject.run not in runs and saved.at < self.clock() - SPARED:
                name = f"{saved.subject.run} {saved.subject.namespace}"
                with part_of_a_pass(f"objects of {name}", report.given_up, name):
                    self._remove(saved)
                    report.removed.append(name)

    def _remove(self, saved: Saved) -> None:
        self.archives.remove(saved.archive)
        if saved.secrets_file:
            self.archives.remove_secrets(saved.secrets_file)
        self.saved.drop_saved(saved)

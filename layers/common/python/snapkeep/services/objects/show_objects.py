"""Shows what a run saved, and links to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain.errors import NotFound
from snapkeep.domain.objects.links import ArchiveLinks
from snapkeep.domain.objects.saved import Saved
from snapkeep.domain.policies import Deployment
from snapkeep.ports.clock import Clock
from snapkeep.ports.objects import ObjectArchives, SavedObjects

LASTS = timedelta(minutes=5)
"""How long a link is valid; short, because it needs no signature."""


@dataclass(frozen=True, slots=True)
class ShowObjects:
    """Answers from the journal's records."""

    deployment: Deployment
    saved: SavedObjects
    archives: ObjectArchives
    clock: Clock

    def of_run(self, cluster: str, run_id: str) -> Sequence[Saved]:
        """What a run saved, by namespace. Raises UnknownCluster, and NotFound when it saved nothing."""
        self.deployment.known_cluster(cluster)
        found = list(self.saved.saved_of(cluster, run_id))
        if not found:
            raise NotFound(
                f"no objects were saved with the run {run_id}: its policy must have `objects`, and "
                "save_objects starts with a run, and looks for missed ones every 5 minutes"
            )
        return found

    def links(self, cluster: str, namespace: str, run_id: str) -> ArchiveLinks:
        """Links to what a run saved of a namespace. Raises UnknownCluster, and NotFound without that."""
        for saved in self.of_run(cluster, run_id):
            if saved.subject.namespace == namespace:
                archive, manifest = self.archives.links(saved.archive, LASTS)
                file = saved.secrets_file
                secrets = self.archives.secrets_link(file, LASTS) if file else ""
                return ArchiveLinks(saved, archive, manifest, self.clock() + LASTS, secrets)
        raise NotFound(f"no objects of the namespace {namespace} were saved with the run {run_id}")

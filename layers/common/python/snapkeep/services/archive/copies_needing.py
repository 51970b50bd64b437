"""Finds the snapshots that copies still need: EC2 copies none from the archive tier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from snapkeep.domain.archive import refusals
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.records import CopyStage
from snapkeep.domain.policies import Deployment
from snapkeep.ports.copies import CopyRecords, CopyRequests
from snapkeep.ports.ec2 import Regions
from snapkeep.services.copies.asking.known_copies import known_copies
from snapkeep.services.copies.choose_copies import ChooseCopies
from snapkeep.services.copies.place_copies import PlaceCopies
from snapkeep.services.copies.requests.find_wanted import in_one_cluster
from snapkeep.services.copies_there import copies_there


@dataclass(frozen=True, slots=True)
class CopiesNeeding:
    """Chooses as copy_points does: what it would copy, or may be copying now, stays."""

    deployment: Deployment
    regions: Regions
    records: CopyRecords
    requests: CopyRequests
    chooser: ChooseCopies

    def find(self, cluster: str) -> dict[str, str]:
        """Snapshots (ids) of a cluster that stay in the standard tier, each with the reason.

        A place that does not answer raises: then nothing is archived.
        """
        needed: dict[str, str] = {}
        for place in self.deployment.places:
            reason = refusals.needed_by_copy(place.name)
            needed |= dict.fromkeys(self._wanted(place, cluster), reason)
            needed |= dict.fromkeys(self._begun(place, cluster), reason)
        return needed

    def _wanted(self, place: Place, cluster: str) -> Iterator[str]:
        if place.is_vault:
            there = known_copies(place, self.records.copies_of(place.name, cluster))
        else:
            there = PlaceCopies(copies_there(self.regions, place, cluster, {}))
        chooser = replace(self.chooser, deployment=in_one_cluster(self.deployment, cluster))
        begun = [each for each in self.records.open_copies(place.name) if each.cluster == cluster]
        for each in chooser.run(place, there, begun).wanted:
            yield each.source.snapshot_id

    def _begun(self, place: Place, cluster: str) -> Iterator[str]:
        """Those in progress, tried again, or asked for by people."""
        for record in (
            *self.records.open_copies(place.name),
            *self.records.failed_copies(place.name),
            *self.requests.asked_copies(place.name),
        ):
            if record.cluster == cluster and record.stage is not CopyStage.GIVEN_UP:
                yield record.source

"""Finds the points that rules want at a place and that wait for their turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from snapkeep.domain.copies.copies import Copy
from snapkeep.domain.copies.kms_keys import CANNOT_BE_COPIED
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.records import CopyRecord, CopyStage
from snapkeep.domain.copies.view.lateness import lineage_name
from snapkeep.domain.copies.view.shown import ShownCopy, of_wanted
from snapkeep.domain.policies import Deployment
from snapkeep.domain.troubles import Topic, TroubleKind
from snapkeep.ports.copies import CopyRecords
from snapkeep.ports.troubles import Troubles
from snapkeep.services.copies.choose_copies import ChooseCopies
from snapkeep.services.copies.place_copies import PlaceCopies


@dataclass(frozen=True, slots=True)
class FindWanted:
    """Chooses as copy_points does, and begins nothing."""

    chooser: ChooseCopies
    records: CopyRecords
    troubles: Troubles

    def run(self, place: Place, cluster: str, copies: Sequence[Copy]) -> Iterator[ShownCopy]:
        """The points of a cluster that wait to be copied to a place, which has these copies of them.

        It costs a DescribeSnapshots call per thousand points of each policy that copies there.
        """
        chooser = replace(self.chooser, deployment=in_one_cluster(self.chooser.deployment, cluster))
        begun = [each for each in self.records.open_copies(place.name) if each.cluster == cluster]
        wanted = chooser.run(place, PlaceCopies(copies), begun).wanted
        records = self.records.copies(place.name, [each.key for each in wanted]) if wanted else {}
        late = self.troubles.troubles(Topic(TroubleKind.COPIES_LATE, cluster, place.name)) if wanted else {}
        for each in wanted:
            claim = each.source.claim
            trouble = late.get(lineage_name(claim.namespace, claim.name, each.source.policy))
            record = records.get(each.key)
            if trouble and trouble.reason.startswith(CANNOT_BE_COPIED):
                yield of_wanted(place, each.source, trouble.reason)
            elif record is None or _waits(record.in_region(place.region, place.account)):
                yield of_wanted(place, each.source, _why(each.rule, record))


def in_one_cluster(deployment: Deployment, cluster: str) -> Deployment:
    """The deployment as if it had this cluster alone."""
    here = (policy for policy in deployment.policies if cluster in policy.clusters)
    return replace(deployment, policies=tuple(replace(policy, clusters=(cluster,)) for policy in here))


def _waits(record: CopyRecord) -> bool:
    """True for what was put off; what people asked for is listed as such."""
    return record.stage is CopyStage.WAITING and not record.asked_by


def _why(rule: str, record: CopyRecord | None) -> str:
    put_off = f": {record.reason}" if record and record.reason else ""
    return f"the rule of policy {rule} wants it; it waits for its turn{put_off}"

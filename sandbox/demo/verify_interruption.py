"""Whether a dying node was saved, judged by EC2 and the cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from sandbox.demo.facts import ClaimFact, InterruptionFact
from sandbox.demo.verify import NEEDED_TAGS
from snapkeep.domain import tags


def complaints(fact: InterruptionFact, group: Sequence[ClaimFact]) -> list[str]:
    """All that is wrong, in words. `group` are the claims of the pods that ran on the node."""
    return [*_snapshots(fact, group), *_aftermath(fact), *_timeline(fact)]


def _snapshots(fact: InterruptionFact, group: Sequence[ClaimFact]) -> Iterator[str]:
    """Other claims may run on the node, too; they are saved at the same moment."""
    taken = sorted(snapshot.tags[tags.CLAIM] for snapshot in fact.snapshots)
    missed = sorted({claim.claim for claim in group}.difference(taken))
    if missed:
        yield f"no snapshots of {missed} were taken of {fact.node}, only of {taken}"
    if len({snapshot.started_at for snapshot in fact.snapshots}) > 1:
        yield f"the snapshots of {fact.node} are not of one moment"
    for snapshot in fact.snapshots:
        missing = [key for key in NEEDED_TAGS if key not in snapshot.tags]
        if missing or snapshot.state != "completed":
            yield f"{snapshot.id} is {snapshot.state} and lacks the tags {missing}"


def _aftermath(fact: InterruptionFact) -> Iterator[str]:
    if fact.state != "terminated":
        yield f"{fact.instance} is {fact.state}, expected terminated"
    if fact.moved_to == fact.node or not fact.healthy:
        yield f"what ran on {fact.node} does not run elsewhere"
    if fact.left_attached:
        yield f"{len(fact.left_attached)} volumes are still attached to {fact.node}"


def _timeline(fact: InterruptionFact) -> Iterator[str]:
    cordons = [moment for moment in fact.timeline if moment.text.startswith("cordon:")]
    if not cordons or cordons[0].left is None or cordons[0].left <= 0:
        yield f"the timeline of {fact.instance} shows no cordon in time"
    for earlier, later in pairwise(fact.timeline):
        if later.at < earlier.at:
            yield f"the timeline of {fact.instance} is out of order: {earlier.at}, then {later.at}"
        if earlier.left is not None and later.left is not None and later.left > earlier.left:
            yield f"{fact.instance} had {earlier.left} seconds left, and {later.left} after that"

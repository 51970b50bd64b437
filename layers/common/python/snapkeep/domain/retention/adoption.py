"""Adopting recovery points: making a deployment the owner of points without one, or of another's."""

from __future__ import annotations

from collections.abc import Mapping

from snapkeep.domain import tags
from snapkeep.domain.naming import point_id
from snapkeep.domain.points import Snapshot, SnapshotState


def adopting_tags(snapshot: Snapshot, cluster: str, deployment: str, former: str = "") -> dict[str, str]:
    """The tags that assign a snapshot of the cluster to the deployment; {} when it must not be adopted.

    Without `former`, snapshots that name no deployment are adopted and keep their ids, whose hash contains
    none. Snapshots of the deployment `former` get the ids they would have here. Unfinished snapshots stay
    with the deployment that took them; those that fit no lineage are left to a person.
    """
    present = snapshot.tags
    if not tags.are_ours(present) or present.get(tags.CLUSTER) != cluster:
        return {}
    if present.get(tags.DEPLOYMENT, "") != former or snapshot.state is not SnapshotState.COMPLETED:
        return {}
    named, wanted = present.get(tags.POINT, ""), {tags.DEPLOYMENT: deployment}
    ids = {whose: _point_id(present, whose) for whose in (deployment, former, "")}
    if not named or named not in ids.values():
        return {}
    is_kept = named in (ids[deployment], ids[""])
    return wanted if is_kept else wanted | {tags.POINT: ids[deployment]}


def _point_id(present: Mapping[str, str], deployment: str) -> str:
    facts, slot = tags.claim_facts_of(present), tags.slot_of(present)
    if facts is None or slot is None:
        return ""
    return point_id(facts.name, facts.cluster, facts.uid, present.get(tags.POLICY, ""), slot, deployment)

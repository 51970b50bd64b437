"""The demo does not trust itself: before it reports success it checks what EC2 and Kubernetes hold.

Each check returns complaints in words. No complaint means that every claim that can be protected is
protected, exactly once, and that its snapshot records everything a restore needs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from sandbox.demo.facts import ClaimFact, LiveClaim, LiveSnapshot, RunFact
from snapkeep.domain import tags
from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.drivers import EBS_CSI
from snapkeep.domain.policies import Method

NEEDED_TAGS = (
    tags.MANAGED,
    tags.CLUSTER,
    tags.NAMESPACE,
    tags.CLAIM,
    tags.CLAIM_UID,
    tags.POLICY,
    tags.SLOT,
    tags.RUN,
    tags.POINT,
    tags.METHOD,
    tags.SIZE,
    tags.STORAGE_CLASS,
    tags.ACCESS_MODES,
    tags.VOLUME_MODE,
    tags.FS_TYPE,
    EBS_CSI.mark,
    EBS_CSI.cluster_key,
)
"""The tags that the design and the driver require on every ready recovery point's snapshot."""

OF_VOLUMES = (Method.CSI, Method.EBS)
"""The methods that the demo shows; its config backs up no EFS file system."""


def complaints(
    runs: Sequence[RunFact],
    claims: Sequence[ClaimFact],
    live: Sequence[LiveClaim],
    snapshots: Mapping[str, LiveSnapshot],
    calls: Mapping[str, int],
) -> list[str]:
    """All that is wrong, in words; empty if nothing is. `calls` counts the calls made to EC2."""
    return [
        *_runs(runs),
        *_unprotected(claims, live),
        *_points(claims),
        *_snapshots(claims, live, snapshots),
        *_counted_once(snapshots),
        *_methods(claims),
        *_groups(claims, snapshots),
        *_creates(claims, calls),
    ]


def _runs(runs: Sequence[RunFact]) -> Iterator[str]:
    for run in runs:
        if run.state != RunState.COMPLETED:
            yield f"run {run.id} ended {run.state}" + (f": {run.degraded}" if run.degraded else "")


def _unprotected(claims: Sequence[ClaimFact], live: Sequence[LiveClaim]) -> Iterator[str]:
    protected = {str(claim) for claim in claims if claim.protected}
    for claim in live:
        name = f"{claim.namespace}/{claim.name}"
        if claim.on_ebs and name not in protected:
            yield f"{name} is on EBS and has no ready recovery point"


def _points(claims: Sequence[ClaimFact]) -> Iterator[str]:
    for claim in claims:
        if not claim.points and not claim.reason:
            yield f"{claim} is not protected and no reason is given"
        ready = [point for point in claim.points if point.state == "ready"]
        if claim.points and len(ready) != 1:
            states = ", ".join(f"{point.id} {point.state} {point.reason}".strip() for point in claim.points)
            yield f"{claim} has {len(ready)} ready points under policy {claim.policy}, expected 1: {states}"


def _snapshots(
    claims: Sequence[ClaimFact], live: Sequence[LiveClaim], snapshots: Mapping[str, LiveSnapshot]
) -> Iterator[str]:
    uids = {f"{claim.namespace}/{claim.name}": claim.uid for claim in live}
    for claim in claims:
        for point in claim.points:
            snapshot = snapshots.get(point.snapshot_id)
            if snapshot is None:
                yield f"{claim}: EC2 has no snapshot {point.snapshot_id!r} of ours for point {point.id}"
                continue
            if snapshot.state != "completed":
                yield f"{claim}: snapshot {snapshot.id} is {snapshot.state}, expected completed"
            missing = [key for key in NEEDED_TAGS if key not in snapshot.tags]
            if missing:
                yield f"{claim}: snapshot {snapshot.id} lacks the tags {', '.join(missing)}"
            if snapshot.tags.get(tags.CLAIM_UID) != uids.get(str(claim)):
                yield f"{claim}: snapshot {snapshot.id} is tagged with the UID of another claim"


def _counted_once(snapshots: Mapping[str, LiveSnapshot]) -> Iterator[str]:
    counted = Counter(
        (snapshot.tags.get(tags.CLAIM_UID, snapshot.id), snapshot.tags.get(tags.RUN, ""))
        for snapshot in snapshots.values()
        if tags.DUPLICATE not in snapshot.tags
    )
    for (uid, run), count in counted.items():
        if count > 1:
            yield f"run {run} has {count} snapshots of the claim with UID {uid}, expected 1"


def _methods(claims: Sequence[ClaimFact]) -> Iterator[str]:
    used = {point.method for claim in claims for point in claim.points}
    for method in OF_VOLUMES:
        if method.value not in used:
            yield f"no recovery point was taken by method {method.value}"


def _groups(claims: Sequence[ClaimFact], snapshots: Mapping[str, LiveSnapshot]) -> Iterator[str]:
    groups: dict[str, list[LiveSnapshot]] = {}
    for claim in claims:
        for point in claim.points:
            if point.group and point.snapshot_id in snapshots:
                groups.setdefault(point.group, []).append(snapshots[point.snapshot_id])
    if not any(len(members) > 1 for members in groups.values()):
        yield "no group with two claims was taken"
    for group, members in groups.items():
        if len({member.started_at for member in members}) > 1:
            yield f"the snapshots of group {group} started apart: they are not of one CreateSnapshots"


def _creates(claims: Sequence[ClaimFact], calls: Mapping[str, int]) -> Iterator[str]:
    """One call per claim, one call per group: more would be billed twice, fewer cannot suffice."""
    points = [point for claim in claims for point in claim.points]
    expected = {
        "ec2:CreateSnapshot": sum(1 for point in points if not point.group),
        "ec2:CreateSnapshots": len({point.group for point in points if point.group}),
    }
    for action, count in expected.items():
        if calls.get(action, 0) != count:
            yield f"EC2 was asked {calls.get(action, 0)} times for {action}, expected {count}"

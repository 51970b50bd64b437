"""Checks whether this recovery point can be restored now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from snapkeep.domain.archive.break_even import bring_back_dollars
from snapkeep.domain.archive.tiers import LONGEST_RETURN
from snapkeep.domain.points import PointState
from snapkeep.domain.restore.findings import Finding, error, info, warning
from snapkeep.domain.restore.points import PointFacts
from snapkeep.domain.restore.targets import TargetFacts
from snapkeep.domain.sizes import about
from snapkeep.domain.times import moment

NAMED = 3
"""How many points of an earlier claim a finding names."""


def point_findings(point: PointFacts, target: TargetFacts) -> Iterator[Finding]:
    """Findings about the point's state, storage tier, key and Region."""
    yield from _state(point)
    yield from _passed_over(point)
    if point.suspicious:
        yield _suspicious(point)
    if point.earlier_claim:
        others = len(point.earlier_claim) - NAMED
        shown = ", ".join(point.earlier_claim[:NAMED]) + (f" and {others} older ones" if others > 0 else "")
        yield warning(
            "earlier_claim",
            f"claim {point.namespace}/{point.claim} was deleted and recreated: recovery point {point.id} "
            f"holds the new claim's data, perhaps none, and {shown} the earlier claim's",
            f"to restore the earlier claim, ask for {point.earlier_claim[0]} by its id",
        )
    yield from _tier(point)
    if point.kms_trouble:
        yield error(
            "key_unusable",
            f"the key that encrypts recovery point {point.id} cannot be used: {point.kms_trouble}",
            "enable the key, or cancel its deletion, in AWS KMS",
        )
    if point.region and point.region != target.region:
        yield error(
            "other_region",
            f"recovery point {point.id} is in {point.region}, but the cluster is in {target.region}",
            f"aws ec2 copy-snapshot --source-region {point.region} --source-snapshot-id {point.snapshot_id} "
            f"--region {target.region} --copy-tags",
        )


def _tier(point: PointFacts) -> Iterator[Finding]:
    """Findings about the archive tier: a point is brought back from there, a copy is not."""
    permanently = f"aws ec2 restore-snapshot-tier --snapshot-id {point.snapshot_id} --permanent-restore"
    if point.archived and point.place:
        yield error(
            "point_archived",
            f"recovery point {point.id} is in the archive tier ({point.snapshot_id}), and copies are not "
            "brought back from there",
            f"aws ec2 create-tags --resources {point.snapshot_id} --tags Key=snapkeep:hold,Value=true && "
            f"{permanently} (takes up to 72 hours)",
        )
    elif point.archived:
        size = point.full_bytes or point.size_bytes
        yield warning(
            "point_archived",
            f"recovery point {point.id} is in the archive tier: bringing it back takes up to "
            f"{LONGEST_RETURN // timedelta(hours=1)} hours and costs about ${bring_back_dollars(size):.2f} "
            f"({about(size)}); the claim is created after that",
            "wait for it, or choose a point that is not archived",
        )
    elif point.back_to_archive_at and point.place:
        yield warning(
            "point_restored_for_now",
            f"recovery point {point.id} is restored from the archive tier until "
            f"{moment(point.back_to_archive_at)} only: the claim must be bound by then",
            permanently,
        )
    elif point.back_to_archive_at:
        yield info(
            "point_restored_for_now",
            f"recovery point {point.id} is back from the archive tier until "
            f"{moment(point.back_to_archive_at)}, and stays longer while the restore needs it",
        )


def _suspicious(point: PointFacts) -> Finding:
    listed = f"snapkeep get points{_place(point)} --claim {point.claim} --namespace {point.namespace}"
    return warning(
        "point_suspicious",
        f"a check found recovery point {point.id} suspicious: {point.suspicious}",
        f"look at its data before you use it, or restore an earlier one: {listed}",
    )


def _passed_over(point: PointFacts) -> Iterator[Finding]:
    """Warnings about newer points of the claim that cannot be used."""
    both = (
        f"snapkeep get points{_place(point)} --claim {point.claim} --namespace {point.namespace} lists both"
    )
    if point.newer_archived:
        yield warning(
            "newer_archived",
            f"recovery point {point.newer_archived} is newer than {point.id}, but it is in the archive "
            "tier and is not used",
            both,
        )
    if point.newer_not_ready:
        yield warning(
            "newer_not_ready", f"{point.newer_not_ready} is newer than {point.id}, and is not used", both
        )
    if point.unreadable:
        yield warning(
            "copies_unreadable",
            f"of cluster {point.cluster} in {point.place} {point.unreadable}",
            "write their tags back as their descriptions in EC2 say; one of them may be newer",
        )


def _place(point: PointFacts) -> str:
    """The option that lists the points of the same place; "" for one in its own Region."""
    return f" --from-place {point.place}" if point.place else ""


def _state(point: PointFacts) -> Iterator[Finding]:
    if point.in_bin:
        yield error(
            "point_in_bin",
            f"recovery point {point.id} was deleted and is in the Recycle Bin ({point.snapshot_id})",
            f"aws ec2 create-tags --resources {point.snapshot_id} --tags Key=snapkeep:hold,Value=true && "
            f"aws ec2 restore-snapshot-from-recycle-bin --snapshot-id {point.snapshot_id}",
        )
    elif point.state is PointState.FAILED:
        yield error(
            "point_failed", f"recovery point {point.id} failed: it holds no data", "choose another one"
        )
    elif point.state is not PointState.READY:
        yield error(
            "point_not_ready",
            f"recovery point {point.id} is {point.state.public.value}, not ready yet",
            "wait until it is ready, or choose an earlier one",
        )

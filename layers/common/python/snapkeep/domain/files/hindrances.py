"""What keeps the files of a recovery point from being read, as far as its snapshot says so itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from snapkeep.domain.files.problems import ProblemKind
from snapkeep.domain.points import PointState
from snapkeep.domain.restore.points import PointFacts

ANOTHER = "ask for another recovery point"


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why a point cannot be read, and what to do about it."""

    reason: str
    fix: str
    kind: ProblemKind = ProblemKind.NOT_READY


def hindrance_of(point: PointFacts, keys: Collection[str]) -> Hindrance | None:
    """What keeps a point from being read, if EBS may be asked under these KMS keys (ARNs); None for nothing.

    https://docs.aws.amazon.com/ebs/latest/userguide/ebsapi-faq.html
    """
    if point.volume_mode == "Block":
        reason = "its claim is a raw block volume (volumeMode: Block), which has no file system"
        return Hindrance(reason, "restore the claim to read it", ProblemKind.UNREADABLE)
    if point.in_bin:
        return Hindrance("its snapshot is in the Recycle Bin", f"{ANOTHER}, or bring it back first")
    if point.archived:
        bring_back = (
            f"aws ec2 restore-snapshot-tier --snapshot-id {point.snapshot_id} --temporary-restore-days 7"
        )
        return Hindrance(
            "its snapshot is in the archive tier",
            f"{ANOTHER}, or bring it back first, which takes up to 72 hours: {bring_back}",
        )
    if point.state is not PointState.READY:
        return Hindrance(f"it is {point.state}", ANOTHER)
    if point.key and point.key not in keys:
        return Hindrance(
            f"it is encrypted under {point.key}, which `files.keys` does not list",
            "add the key to `files.keys` in snapkeep.yaml, and deploy",
            ProblemKind.FORBIDDEN,
        )
    return None


def in_sentences(hindered: Mapping[str, Hindrance]) -> list[str]:
    """A sentence for each reason, with the points (by id) that it keeps from being read."""
    by_reason: dict[str, list[str]] = {}
    for point_id, why in hindered.items():
        by_reason.setdefault(why.reason, []).append(point_id)
    return [f"{_points(ids)}: {reason}" for reason, ids in by_reason.items()]


def _points(ids: Sequence[str]) -> str:
    return ids[0] if len(ids) == 1 else f"{ids[0]} and {len(ids) - 1:,} more"

"""Checks that the driver of the target cluster can create a volume from a copy in a place.

Copies carry no driver's tags, because a driver may delete the snapshots that carry them. A restore lends them
to the copy until the claim is bound.
"""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep.domain.restore.findings import Finding, error, info
from snapkeep.domain.restore.points import PointFacts
from snapkeep.domain.restore.preflight.driver import serving_driver
from snapkeep.domain.restore.preflight.key import GRANTS
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.domain.restore.targets import TargetFacts


def copy_findings(request: RestoreRequest, point: PointFacts, target: TargetFacts) -> Iterator[Finding]:
    """What the restore of a copy does beyond other restores and needs from others; nothing for other points.

    A snapshot can name one cluster only: one that names another is an error.
    """
    if not point.place:
        return
    driver = serving_driver(request, point, target)
    named = point.driver_tags.get(driver.cluster_key, request.cluster)
    if named != request.cluster:
        yield error(
            "copy_lent_elsewhere",
            f"copy {point.snapshot_id} in {point.place} names cluster {named} in its tag "
            f"{driver.cluster_key}: it is being restored there, and a snapshot can name one cluster only",
            f"wait until that claim is bound (snapkeep get restores --cluster {named}), or choose another "
            "point",
        )
    lent = ", ".join(f"{key}={value}" for key, value in driver.tags(request.cluster).items())
    yield info(
        "copy_lent",
        f"copy {point.snapshot_id} in {point.place} carries the tags {lent} until the claim is bound: "
        f"without them the driver of {request.cluster} may not restore from it, with them it may delete it",
    )
    if point.key:
        yield info(
            "key_of_copy",
            f"copy {point.snapshot_id} is encrypted with {point.key}: the role of the EBS CSI driver of "
            f"{request.cluster} needs {', '.join(GRANTS)} on it, in its own policy or the key's",
        )

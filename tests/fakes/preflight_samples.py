"""The lab's restore, to start a pre-flight with: a 10Gi point, a gp3 class, a namespace, three zones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from snapkeep.domain.drivers import EBS_CSI
from snapkeep.domain.points import PointState
from snapkeep.domain.restore.findings import Finding
from snapkeep.domain.restore.plans import plan
from snapkeep.domain.restore.points import PointFacts
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.domain.restore.targets import ClassFacts, TargetFacts

GIB = 2**30
GP3 = ClassFacts("gp3", EBS_CSI.name, waits_for_consumer=True, fs_type="xfs")
POINT = "ebs-claim-20261124t180000z-0123456789"


def a_request(**changes: Any) -> RestoreRequest:
    """Restore the point into shop/ebs-claim-2, except for the changes."""
    given = {"cluster": "myeks", "namespace": "shop", "target": "ebs-claim-2", "point_id": POINT}
    return RestoreRequest(**(given | changes))


def a_point(**changes: Any) -> PointFacts:
    """A ready point of a claim that requested 10Gi, except for the changes."""
    given: dict[str, Any] = {
        "id": POINT,
        "snapshot_id": "snap-1",
        "cluster": "myeks",
        "namespace": "shop",
        "claim": "ebs-claim",
        "claim_uid": "uid-1",
        "policy": "nightly",
        "slot": datetime(2026, 11, 24, 18, tzinfo=UTC),
        "started_at": datetime(2026, 11, 24, 18, 1, tzinfo=UTC),
        "state": PointState.READY,
        "size_bytes": 10 * GIB,
        "requested": "10Gi",
        "storage_class": "gp3",
        "access_modes": ("ReadWriteOnce",),
        "volume_mode": "Filesystem",
        "fs_type": "xfs",
        "region": "ap-northeast-2",
    }
    return PointFacts(**(given | changes))


def a_target(**changes: Any) -> TargetFacts:
    """A healthy target, except for the changes."""
    zones = frozenset(f"ap-northeast-2{letter}" for letter in "abc")
    given = {"region": "ap-northeast-2", "classes": {"gp3": GP3}, "node_zones": zones}
    return TargetFacts(**(given | changes))


def the_finding(
    request: RestoreRequest | None = None, point: PointFacts | None = None, target: TargetFacts | None = None
) -> Finding:
    """The only finding for a restore with one fault."""
    (found,) = plan(request or a_request(), point or a_point(), target or a_target()).findings
    return found

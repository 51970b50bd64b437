"""What points store at most: by namespace and policy, archived ones at their own price."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.points import PointState
from snapkeep.domain.report.points import ReportedPoint, reported_points
from snapkeep.domain.report.storage import stored
from tests.fakes.report_samples import CLUSTER, NIGHTLY, NOW, a_snapshot, retentions, slots_before

NIGHTS = slots_before(NIGHTLY, 10)


def points(*claims: str, gib: int = 100, namespace: str = "shop") -> list[ReportedPoint]:
    snapshots = [a_snapshot(claim, NIGHTS[-1], gib=gib, namespace=namespace) for claim in claims]
    return reported_points(snapshots, CLUSTER, retentions({}), NOW)


def test_the_sum_of_all_blocks_is_told_by_namespace_and_policy_the_dearest_first() -> None:
    first, second = stored([*points("a", namespace="small"), *points("a", "b")])
    assert (first.namespace, first.policy, first.points) == ("shop", "nightly", 2)
    assert first.bytes == 200 * 2**30
    assert first.dollars == pytest.approx(10.0)
    assert second.dollars == pytest.approx(5.0)


def test_archived_points_cost_a_quarter() -> None:
    (found,) = stored([replace(point, archived=True) for point in points("a")])
    assert found.dollars == pytest.approx(1.25)


def test_failed_points_store_nothing() -> None:
    assert stored([replace(point, state=PointState.FAILED) for point in points("a")]) == ()

"""Healing while the cluster does not answer, or refuses us."""

from __future__ import annotations

import pytest

from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.errors import ClusterUnreachable, PermanentError, TemporaryError, Throttled
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Method
from tests.unit.snapkeep.services.backup.healing.worlds import healed, taken


def test_a_cluster_that_is_silent_for_a_while_fails_nothing() -> None:
    world = taken("mysql", "wordpress", method=Method.CSI)
    world.clusters.unreachable.add("myeks")
    world.wait(hours=5)
    assert healed(world) == {"not followed": 1}
    world.clusters.unreachable.clear()
    world.finish_snapshots()
    assert world.the_run().state is RunState.COMPLETED  # type: ignore[union-attr]


def test_a_cluster_that_stays_silent_leaves_it_to_ec2_to_say_what_was_cut() -> None:
    world = taken("cut", "not-cut", method=Method.CSI)
    missing = world.point("not-cut").volume_snapshot
    del world.cluster.snapshots["shop", missing]
    world.cluster.run_driver(world.ebs)
    world.clusters.unreachable.add("myeks")
    world.wait(hours=7)
    assert healed(world) == {"not followed": 1, "still pending": 1, "failed": 1}
    assert "did not answer" in world.point("not-cut").reason
    world.finish_snapshots()
    assert world.states() == {"cut": PointState.READY, "not-cut": PointState.FAILED}


@pytest.mark.parametrize("where", ["clusters", "cluster"])
def test_a_cluster_that_refuses_us_for_good_does_not_keep_the_run_open(where: str) -> None:
    world = taken("mysql", method=Method.CSI)
    refusal = PermanentError("volumesnapshots: forbidden; apply `snapkeep manifests`")
    world.wait(minutes=15)
    if where == "clusters":
        world.clusters.fail_next("open", refusal)
    else:
        world.cluster.fail_next("volume_snapshot", refusal)
    assert healed(world) == {"failed": 1}
    assert refusal.reason in world.point("mysql").reason


@pytest.mark.parametrize("error", [ClusterUnreachable("no answer"), Throttled("429")])
def test_a_cluster_that_goes_silent_in_the_middle_keeps_what_was_learned(error: TemporaryError) -> None:
    world = taken("a", "b", method=Method.CSI)
    world.cluster.run_driver(world.ebs)
    volume_snapshot = world.cluster.volume_snapshot
    answers = iter([None, error])

    def then_silent(namespace: str, name: str) -> object:
        trouble = next(answers, None)
        if trouble:
            raise trouble
        return volume_snapshot(namespace, name)

    world.cluster.volume_snapshot = then_silent  # type: ignore[method-assign, assignment]
    assert healed(world) == {"still pending": 1, "not followed": 1}
    assert healed(world) == {"still pending": 2}

"""The demo must notice when something is wrong, or its exit code means nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.demo.facts import ClaimFact, LiveClaim, LiveSnapshot, PointFact, RunFact
from sandbox.demo.verify import NEEDED_TAGS, complaints
from snapkeep.domain import tags
from snapkeep.domain.drivers import EBS_CSI

STARTED = datetime(2026, 11, 24, 18, tzinfo=UTC)


class World:
    """A small world in which all is well: a lone csi claim, a group of two, and one claim on EFS."""

    def __init__(self) -> None:
        self.runs = [RunFact("myeks.daily.20261124T180000Z", "completed")]
        self.claims = [
            claim("app", "solo", point("p-solo", "snap-1", method="csi")),
            claim("blog", "wordpress", point("p-wp", "snap-2", group="blog/wordpress")),
            claim("blog", "mysql", point("p-my", "snap-3", group="blog/wordpress")),
            ClaimFact("myeks", "app", "shared", "", False, "the volume is on EFS: use AWS Backup"),
        ]
        self.live = [live("app", "solo"), live("blog", "wordpress"), live("blog", "mysql")]
        self.live.append(replace(live("app", "shared"), on_ebs=False))
        self.snapshots = {
            "snap-1": snapshot("snap-1", "app/solo"),
            "snap-2": snapshot("snap-2", "blog/wordpress"),
            "snap-3": snapshot("snap-3", "blog/mysql"),
        }

        self.calls = {"ec2:CreateSnapshot": 1, "ec2:CreateSnapshots": 1}

    def complaints(self) -> str:
        return "\n".join(complaints(self.runs, self.claims, self.live, self.snapshots, self.calls))


def claim(namespace: str, name: str, *points: PointFact) -> ClaimFact:
    return ClaimFact("myeks", namespace, name, "daily", True, "", points)


def point(name: str, snapshot_id: str, method: str = "ebs", group: str = "") -> PointFact:
    return PointFact(name, "ready", method, snapshot_id, 20 * 2**30, group)


def live(namespace: str, name: str) -> LiveClaim:
    return LiveClaim(namespace, name, uid=f"uid of {namespace}/{name}", requested="20Gi", on_ebs=True)


def snapshot(snapshot_id: str, name: str) -> LiveSnapshot:
    all_tags = dict.fromkeys(NEEDED_TAGS, "x") | {tags.CLAIM_UID: f"uid of {name}", tags.RUN: "run"}
    return LiveSnapshot(snapshot_id, "completed", STARTED, 20 * 2**30, all_tags)


@pytest.fixture
def world() -> World:
    return World()


def test_a_good_world_gives_no_complaint(world: World) -> None:
    assert world.complaints() == ""


def test_a_run_that_could_do_less_than_it_should_is_told_with_its_reason(world: World) -> None:
    world.runs = [replace(world.runs[0], state="partially_failed", degraded="the cluster did not answer")]

    assert "20261124T180000Z ended partially_failed: the cluster did not answer" in world.complaints()


def test_a_claim_on_ebs_without_a_point_is_noticed(world: World) -> None:
    world.live.append(live("app", "forgotten"))

    assert "app/forgotten is on EBS and has no ready recovery point" in world.complaints()


def test_a_point_that_is_not_ready_is_named_with_its_reason(world: World) -> None:
    stuck = replace(world.claims[0].points[0], state="failed", reason="EC2 said no")
    world.claims[0] = replace(world.claims[0], protected=False, points=(stuck,))

    assert "app/solo has 0 ready points under policy daily" in world.complaints()
    assert "EC2 said no" in world.complaints()


def test_two_ready_points_are_one_too_many(world: World) -> None:
    twice = (*world.claims[0].points, point("p-twin", "snap-1", method="csi"))
    world.claims[0] = replace(world.claims[0], points=twice)

    assert "app/solo has 2 ready points" in world.complaints()


def test_an_uncounted_twin_in_ec2_is_noticed_unless_it_is_marked(world: World) -> None:
    twin = snapshot("snap-9", "app/solo")
    world.snapshots["snap-9"] = twin
    assert "has 2 snapshots of the claim" in world.complaints()

    world.snapshots["snap-9"] = replace(twin, tags=twin.tags | {tags.DUPLICATE: "true"})
    assert world.complaints() == ""


def test_every_missing_tag_is_named(world: World) -> None:
    del world.snapshots["snap-1"].tags[tags.SIZE]
    del world.snapshots["snap-1"].tags[EBS_CSI.mark]

    assert f"snap-1 lacks the tags {tags.SIZE}, {EBS_CSI.mark}" in world.complaints()


def test_a_snapshot_tagged_for_another_claim_is_noticed(world: World) -> None:
    world.snapshots["snap-1"].tags[tags.CLAIM_UID] = "somebody else"

    assert "snap-1 is tagged with the UID of another claim" in world.complaints()


def test_a_point_whose_snapshot_is_gone_or_unfinished_is_noticed(world: World) -> None:
    del world.snapshots["snap-2"]
    world.snapshots["snap-1"] = replace(world.snapshots["snap-1"], state="pending")

    assert "EC2 has no snapshot 'snap-2'" in world.complaints()
    assert "snap-1 is pending, expected completed" in world.complaints()


def test_both_methods_must_have_been_used(world: World) -> None:
    solo = replace(world.claims[0], points=(replace(world.claims[0].points[0], method="ebs"),))
    world.claims[0] = solo

    assert "no recovery point was taken by method csi" in world.complaints()


def test_a_group_taken_in_two_calls_is_not_crash_consistent(world: World) -> None:
    late = replace(world.snapshots["snap-3"], started_at=STARTED + timedelta(seconds=1))
    world.snapshots["snap-3"] = late

    assert "the snapshots of group blog/wordpress started apart" in world.complaints()


def test_a_claim_may_not_be_left_without_a_reason(world: World) -> None:
    world.claims[3] = replace(world.claims[3], reason="")

    assert "app/shared is not protected and no reason is given" in world.complaints()


def test_a_group_taken_in_two_create_calls_is_noticed_even_when_the_times_agree(world: World) -> None:
    world.calls = {"ec2:CreateSnapshot": 3}

    assert "asked 3 times for ec2:CreateSnapshot, expected 1" in world.complaints()
    assert "asked 0 times for ec2:CreateSnapshots, expected 1" in world.complaints()

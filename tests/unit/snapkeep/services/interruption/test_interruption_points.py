"""What is saved of a dying node is a recovery point like any other: listed, restored, healed, pruned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain import tags
from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.drivers import AUTO_MODE
from snapkeep.domain.points import PointState
from snapkeep.domain.report.catalogue import PointQuery
from snapkeep.domain.restore.points import PointFacts
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.services.report.list_points import ListPoints
from snapkeep.services.restore.find_copies import FindCopies
from snapkeep.services.restore.plan import PlanRestore
from tests.fakes.dying import DyingWorld
from tests.fakes.faults import Crash
from tests.fakes.preflight_samples import a_target


def warned(world: DyingWorld, *, events: bool = True) -> None:
    """A warning, its snapshots, and their completion (with its events, unless they are lost)."""
    world.warn(key=f"warning-{world.clock():%d-%H-%M}")
    world.save()
    world.wait(minutes=5)
    world.backups.finish_snapshots(events=events)


def listed(world: DyingWorld) -> list[PointFacts]:
    """The points that the API shows under the built-in policy."""
    points = ListPoints(world.deployment, world.backups.ebs, world.journal.catalogue, world.journal.holds)
    return list(points.page("myeks", PointQuery(policy="interruption"), 100, "").points)


def test_they_are_in_the_catalogue_as_soon_as_ec2_is_done() -> None:
    world = DyingWorld()
    warned(world)
    shown = {(point.claim, point.state) for point in listed(world)}
    assert shown == {("mysql", PointState.READY), ("wordpress", PointState.READY)}


def test_they_carry_all_that_a_restore_needs_when_the_journal_is_gone() -> None:
    world = DyingWorld()
    warned(world)
    for snapshot in world.backups.ebs.all.values():
        facts, slot = tags.claim_facts_of(snapshot.tags), tags.slot_of(snapshot.tags)
        assert facts is not None and slot is not None
        assert (facts.cluster, facts.namespace, facts.requested) == ("myeks", "shop", "4Gi")
        assert snapshot.tags[tags.POLICY] == "interruption"


def test_the_latest_of_a_claim_is_restored_from_one_of_them() -> None:
    world = DyingWorld()
    world.backups.back_up(world.clock())
    world.wait(hours=3)
    warned(world)
    newest = max(listed(world), key=lambda point: (point.claim == "mysql", point.started_at))
    world.backups.cluster.place = a_target()
    world.backups.cluster.namespaces = {"shop": "Active"}
    planner = PlanRestore(
        world.deployment,
        world.backups.clusters,
        world.backups.ebs,
        world.journal.points,
        world.backups.keys,
        FindCopies(world.deployment, world.backups.ebs),
        world.journal.suspicions,
    )
    plan = planner.plan(RestoreRequest(cluster="myeks", namespace="shop", target="mysql-2", claim="mysql"))
    assert (plan.point.id, plan.refused) == (newest.id, False)


def test_lost_events_are_healed_and_the_run_is_closed_and_announced() -> None:
    world = DyingWorld()
    warned(world, events=False)
    assert world.journal.runs.all[world.record.run].state is RunState.RUNNING
    world.wait(minutes=15)
    report = world.backups.reconcile()
    assert report.closed == [world.record.run]
    run = world.journal.runs.all[world.record.run]
    assert (run.state, run.total, run.ready, run.announced) == (RunState.COMPLETED, 2, 2, True)
    assert len(listed(world)) == 2
    assert world.backups.pending_of_pace() == 0


def test_a_save_that_nobody_could_finish_says_whose_log_tells_why() -> None:
    world = DyingWorld()
    world.warn()
    world.journal.crash_after("open_run")
    with pytest.raises(Crash):
        world.save()
    world.wait(minutes=10)
    world.backups.reconcile()
    assert "save_node" in world.journal.runs.all[world.record.run].degraded


def days_of(world: DyingWorld, claim: str) -> list[int]:
    """The age in days of each point of a claim."""
    mine = [point for point in listed(world) if point.claim == claim]
    return sorted((world.clock() - point.started_at).days for point in mine)


def pruned(world: DyingWorld) -> None:
    confirm = world.backups.token()
    assert world.backups.prune(confirm=confirm).refused == ""


def test_the_last_three_and_those_of_a_week_are_kept() -> None:
    world = DyingWorld()
    for _ in range(5):
        warned(world)
        world.wait(days=4)
    pruned(world)
    assert days_of(world, "mysql") == [4, 8, 12]
    world.wait(days=60)
    pruned(world)
    assert days_of(world, "mysql") == [64, 68, 72]


def test_those_of_one_week_stay_however_many_they_are() -> None:
    world = DyingWorld()
    for _ in range(6):
        warned(world)
        world.wait(hours=12)
    pruned(world)
    assert len(days_of(world, "mysql")) == len(days_of(world, "wordpress")) == 6


def test_scheduled_points_are_not_pushed_out_by_them() -> None:
    world = DyingWorld()
    for _ in range(3):
        world.backups.back_up(world.clock())
        world.wait(hours=24)
    for _ in range(4):
        warned(world)
        world.wait(hours=1)
    pruned(world)
    policies = [item.tags[tags.POLICY] for item in world.backups.ebs.all.values()]
    assert policies.count("daily") == 6


def test_volumes_of_auto_mode_are_saved_with_the_tags_that_its_driver_restores_by() -> None:
    world = DyingWorld()
    mysql, wordpress = world.claims
    assert mysql.volume is not None
    auto = replace(mysql, volume=replace(mysql.volume, driver=AUTO_MODE.name))
    world.nodes.claim_list = [auto, wordpress]
    world.backups.cluster.claim_list[:] = [auto, wordpress]
    warned(world)
    saved = {snapshot.tags[tags.CLAIM]: snapshot.tags for snapshot in world.backups.ebs.all.values()}
    assert set(saved) == {"mysql", "wordpress"}
    assert AUTO_MODE.tags("myeks").items() <= saved["mysql"].items()
    facts = tags.claim_facts_of(saved["mysql"])
    assert facts is not None and facts.driver == "ebs.csi.eks.amazonaws.com"
    assert {point.state for point in listed(world)} == {PointState.READY}

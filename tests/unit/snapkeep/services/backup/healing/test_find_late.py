"""What is late: each claim by its own points, whatever the rest of its policy does."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.errors import PermanentError
from snapkeep.domain.policies import Schedule
from tests.fakes.clock import FixedCalendar
from tests.fakes.cluster import FakeCluster, FakeClusters
from tests.fakes.world import SLOT, World, a_claim, a_policy

DAY = timedelta(days=1)
POLICY = ("myeks", "nightly")


def a_world(*claims: str, schedule: Schedule | None = None) -> World:
    """Claims of a nightly policy that reconcile has seen before its first slot."""
    given = {"schedule": schedule} if schedule else {}
    world = World(*map(a_claim, claims), policy=a_policy(**given))
    world.calendar = FixedCalendar(*[SLOT + DAY * day for day in range(60)])
    world._build(lambda port: port)
    world.clock.now = SLOT - timedelta(hours=1)
    world.reconcile()
    return world


def night(world: World, number: int, *, pending: str = "", hours: int = 12) -> None:
    """A night: all snapshots complete but those of one claim; then reconcile looks every hour."""
    world.clock.now = SLOT + DAY * number
    world.backup(world.clock.now)
    world.work()
    for snapshot in list(world.ebs.all.values()):
        if snapshot.state == "pending" and snapshot.volume_id != f"vol-{pending}":
            world.ebs.complete(snapshot.id)
            world.event(snapshot.id)
    for _ in range(hours):
        world.wait(hours=1)
        world.reconcile()


def late(world: World) -> tuple[str, ...]:
    world.reconcile()
    return world.announcer.late_claims[POLICY]


def with_claims(world: World, *claims: str) -> None:
    """Let the cluster have these claims from now on."""
    world.cluster = FakeCluster("myeks", [a_claim(name) for name in claims])
    world.clusters = FakeClusters(world.cluster)
    world._build(lambda port: port)


def test_a_claim_whose_snapshots_stay_pending_rings_in_the_first_night_and_after_a_week() -> None:
    world = a_world("a", "b")
    for number in range(10):
        night(world, number, pending="b")
    assert late(world) == ("shop/b",)
    assert world.announcer.rung() == ["shop/b", "shop/b"]
    assert all(run.state.is_final for run in world.journal.runs.all.values())
    (_, (trouble,), total) = world.announcer.troubles[0]
    assert total == 1 and "is still pending" in trouble.reason


def test_a_claim_rings_although_another_of_its_policy_is_late_already() -> None:
    world = a_world("a", "b", "c")
    night(world, 0)
    del world.ebs.volumes["vol-b"]
    night(world, 1)
    del world.ebs.volumes["vol-c"]
    night(world, 2)
    assert late(world) == ("shop/b", "shop/c")
    assert world.announcer.rung() == ["shop/b", "shop/c"]


def test_nothing_is_late_within_the_allowance_and_a_good_point_ends_it() -> None:
    world = a_world("a", "b")
    night(world, 0)
    del world.ebs.volumes["vol-b"]
    night(world, 1, hours=1)
    assert late(world) == ()
    world.wait(hours=1)
    assert late(world) == ("shop/b",)
    world.ebs.add_volume("vol-b")
    night(world, 2)
    assert late(world) == ()


def test_the_reason_names_the_owed_slot_the_last_good_one_and_why() -> None:
    world = a_world("a", "b")
    night(world, 0)
    del world.ebs.volumes["vol-b"]
    night(world, 1)
    night(world, 2)
    (_, (trouble,), _) = world.announcer.troubles[0]
    assert "its recovery point of 2026-11-25 18:00 UTC is owed" in trouble.reason
    assert "its last good one is of 2026-11-24 18:00 UTC" in trouble.reason


def test_a_policy_that_takes_nothing_is_not_late() -> None:
    world = a_world()
    for number in range(3):
        night(world, number)
    assert late(world) == () and world.announcer.rung() == []


def test_a_policy_that_takes_nothing_any_more_is_not_late() -> None:
    world = a_world("a")
    night(world, 0)
    with_claims(world)
    for number in range(1, 4):
        night(world, number)
    assert late(world) == ()


def test_a_late_claim_that_is_gone_is_late_no_more() -> None:
    world = a_world("a", "b")
    del world.ebs.volumes["vol-b"]
    night(world, 0)
    assert late(world) == ("shop/b",)
    with_claims(world, "a")
    night(world, 1)
    assert late(world) == ()


def test_a_policy_without_any_run_is_late_as_a_whole_and_says_so_once() -> None:
    world = a_world("a")
    night(world, 0)
    for hours in range(1, 40):
        world.clock.now = SLOT + DAY + timedelta(hours=hours)
        world.reconcile()
    assert late(world) == ("every claim",)
    assert world.announcer.rung() == ["every claim"]


def test_a_cluster_that_cannot_be_seen_makes_its_policy_late_with_that_reason() -> None:
    world = a_world("a")
    world.clusters.open = _denied  # type: ignore[method-assign]
    night(world, 0)
    assert late(world) == ("every claim",)
    (_, (trouble,), _) = world.announcer.troubles[0]
    assert "EKS has no cluster myeks" in trouble.reason


def _denied(name: str) -> FakeCluster:
    raise PermanentError("EKS has no cluster myeks")


def test_a_paused_policy_owes_nothing() -> None:
    world = a_world("a", schedule=Schedule("cron(0 18 * * ? *)", enabled=False))
    del world.ebs.volumes["vol-a"]
    night(world, 0)
    assert late(world) == ()


def test_a_schedule_that_cannot_be_evaluated_here_is_judged_by_its_runs() -> None:
    world = a_world("a", "b")
    world.calendar.slots = ()
    del world.ebs.volumes["vol-b"]
    night(world, 0)
    assert late(world) == ("shop/b",)

"""The act of retention must notice when prune, or the past it is given, is not what it seems."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox.demo import history, verify_retention
from sandbox.demo.facts import PruneFact
from snapkeep.domain import tags
from snapkeep.domain.points import PointState
from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.plan import plan
from snapkeep.domain.retention.rules import parse_retention
from tests.integration.demo_past import FIRST, RULES, SEOUL, listing, snapshot


def said(keep: Iterable[str], delete: Iterable[str], **changes: Any) -> PruneFact:
    kept, gone = dict.fromkeys(keep, ("last 1/2",)), dict.fromkeys(delete, "no rule keeps it: last 2 filled")
    return PruneFact(**{
        "refused": "", "brake": "", "confirm": "", "held": frozenset(),
        "points": len(kept) + len(gone), "new": 0,
        "keep": kept, "delete": gone, "deleted": len(gone), **changes,
    })  # fmt: skip


class World:
    """Four points of one lineage, of which prune rightly deleted the older two."""

    def __init__(self) -> None:
        self.before = listing(range(4))
        self.after = listing((2, 3))
        self.everything = {"snap-002", "snap-003", "snap-of-others"}
        self.done = said(("snap-002", "snap-003"), ("snap-000", "snap-001"))
        self.planned = replace(self.done, deleted=0)

    def complaints(self) -> str:
        wrong = verify_retention.pruned(self.before, self.after, self.everything, self.planned, self.done)
        real, rules = self.before["snap-000"], {"last": 2}
        return "\n".join(wrong + verify_retention.by_the_rules(self.before, self.after, real, rules, SEOUL))


@pytest.fixture
def world() -> World:
    return World()


def test_a_prune_that_did_what_it_said_gives_no_complaint(world: World) -> None:
    assert world.complaints() == ""


def test_what_the_plan_deletes_but_ec2_still_shows_is_noticed(world: World) -> None:
    world.after["snap-000"] = world.before["snap-000"]

    assert "EC2 still shows snap-000, which the plan deletes" in world.complaints()


def test_a_snapshot_that_only_lost_its_tags_is_not_gone(world: World) -> None:
    world.everything.add("snap-001")

    assert "snap-001 lost its tags, but EC2 still has it" in world.complaints()


def test_a_snapshot_that_went_without_being_in_the_plan_is_noticed(world: World) -> None:
    del world.after["snap-002"]

    assert "snap-002 is gone from EC2, but the plan did not delete it" in world.complaints()
    assert "the plan keeps snap-002, but EC2 does not show it" in world.complaints()
    assert "snap-002 is gone, but a rule keeps it" in world.complaints()


def test_a_plan_that_deletes_the_last_point_is_noticed_even_when_it_says_so(world: World) -> None:
    world.done = said(("snap-002",), ("snap-000", "snap-001", "snap-003"))
    world.planned, world.after = world.done, listing((2,))

    assert "snap-003, the last point of mysql, is gone" in world.complaints()


def test_a_prune_that_does_not_what_it_rehearsed_is_noticed(world: World) -> None:
    world.planned = said(("snap-003",), ("snap-000", "snap-001", "snap-002"))

    assert "the dry run named 3 deletions, prune planned 2 others" in world.complaints()


def test_a_refused_or_miscounted_prune_is_noticed(world: World) -> None:
    world.done = replace(world.done, refused="retention is frozen", deleted=1)

    assert "prune was refused: retention is frozen" in world.complaints()
    assert "prune counts 1 deleted, EC2 lost 2" in world.complaints()


def test_a_dry_run_that_deletes_is_noticed(world: World) -> None:
    (wrong,) = verify_retention.unchanged(world.before, world.after, "a dry run")

    assert wrong == "a dry run changed 2 snapshots in EC2, such as snap-000"


def test_a_brake_that_holds_names_its_token_and_leaves_ec2_alone(world: World) -> None:
    held = said(
        ("snap-000", "snap-001", "snap-002", "snap-003"),
        (),
        held=frozenset({"snap-000", "snap-001"}),
        confirm="c0ffee",
    )

    assert verify_retention.refused(world.before, world.before, held) == []
    assert verify_retention.refused(world.before, world.after, held)
    assert "let 2 through" in verify_retention.refused(world.before, world.before, world.done)[0]
    nameless = replace(held, confirm="")
    assert "token" in verify_retention.refused(world.before, world.before, nameless)[0]


def test_the_refused_plan_must_be_the_dangerous_one(world: World) -> None:
    real = world.before["snap-000"]

    held = replace(world.done, held=frozenset({"snap-000", "snap-001"}))
    assert verify_retention.would_delete(world.before, held, real, {"last": 2}, SEOUL) == []
    (wrong,) = verify_retention.would_delete(world.before, held, real, {"last": 1}, SEOUL)
    assert wrong == "the brake refused 2 deletions, expected 3"


@pytest.mark.parametrize(
    "rules",
    [
        RULES,
        {"last": 1},
        {"daily": 7, "minimum": 3},
        {"hourly": 30, "yearly": 2},
        {"weekly": "all"},
        {"monthly": 12, "last": 28},
    ],
)
def test_the_second_reading_of_the_rules_agrees_with_the_first(rules: dict[str, int | str]) -> None:
    points = listing(range(361))
    candidates = [Candidate(each.id, each.started_at, PointState.READY) for each in points.values()]
    planned = plan(candidates, parse_retention(rules), SEOUL, FIRST + timedelta(days=91))

    expected = {kept.point.id for kept in planned.keep}
    assert verify_retention.kept_by_counts(points, rules, SEOUL) == expected


def test_rules_by_duration_are_left_to_other_tests() -> None:
    assert verify_retention.kept_by_counts(listing(range(3)), {"within": "7d"}, SEOUL) is None


def test_every_slot_of_the_past_needs_a_whole_snapshot_that_started_then() -> None:
    points, slots = listing(range(3)), [FIRST + number * history.EVERY for number in range(3)]
    real = points["snap-000"]
    assert verify_retention.past(points, real, slots) == []

    points["snap-000"] = replace(real, state="pending")
    points["snap-001"] = replace(points["snap-001"], started_at=FIRST)
    del points["snap-002"]

    incomplete, elsewhen, missing = verify_retention.past(points, real, slots)
    assert "snap-000 of slot 20261128T210000Z is not complete" in incomplete
    assert "snap-001 started at" in elsewhen
    assert "EC2 has no snapshot of slot 20261129T090000Z" in missing


class Ec2:
    """Remembers what it was asked to create, and when by the clock of the past."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.created: list[tuple[datetime, dict[str, Any]]] = []

    def create_snapshot(self, **request: Any) -> None:
        self.created.append((self.clock.now, request))


class Clock:
    """The control endpoint's clock and switches."""

    def __init__(self) -> None:
        self.now = FIRST - timedelta(hours=1)
        self.switches: dict[str, Any] = {"snapshot_events": 1}

    def settings(self, **changes: Any) -> dict[str, Any]:
        self.switches |= changes
        return dict(self.switches)

    def advance_to(self, moment: datetime, only: str) -> None:
        assert only == "none"
        self.now = moment

    def advance(self, by: timedelta, only: str) -> None:
        self.advance_to(self.now + by, only)


def test_the_past_is_made_at_its_slots_with_fitting_tags() -> None:
    clock, real = Clock(), snapshot(0)
    ec2 = Ec2(clock)
    made = history.make(clock, ec2, real, FIRST)  # type: ignore[arg-type]

    assert made == len(ec2.created) == 360
    assert clock.switches == {"snapshot_events": 1}
    times = [at for at, _ in ec2.created]
    assert times == [FIRST + number * timedelta(hours=6) for number in range(360)]
    written = [
        {tag["Key"]: tag["Value"] for tag in request["TagSpecifications"][0]["Tags"]}
        for _, request in ec2.created
    ]
    assert len({each[tags.POINT] for each in written}) == 360
    assert written[5] == snapshot(5).tags

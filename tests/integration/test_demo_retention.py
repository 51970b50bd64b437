"""The act of retention must notice when prune, or the past it is given, is not what it seems."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from sandbox.demo import history, pruning, retention_tables, verify_retention
from sandbox.demo.facts import DeletedFact, KeptFact, LiveSnapshot, PruneFact, RefusalFact, RetentionFact
from sandbox.demo.steps import DemoError
from sandbox.demo.verify import NEEDED_TAGS
from snapkeep.domain import tags
from snapkeep.domain.points import PointState
from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.plan import plan
from snapkeep.domain.retention.rules import parse_retention

FIRST = datetime(2026, 11, 28, 21, tzinfo=UTC)
SEOUL = ZoneInfo("Asia/Seoul")
RULES: Mapping[str, int | str] = {"last": 28, "daily": 14, "weekly": 8, "monthly": 12}


def snapshot(number: int) -> LiveSnapshot:
    """The snapshot of the slot of that number; 0 is the first."""
    slot = FIRST + number * history.EVERY
    identity = {
        tags.CLUSTER: "myeks",
        tags.CLAIM: "mysql",
        tags.CLAIM_UID: "uid-1",
        tags.POLICY: "often",
        tags.DEPLOYMENT: "snapkeep",
    }
    values = history.tags_at(LiveSnapshot("", "", slot, 0, dict.fromkeys(NEEDED_TAGS, "x") | identity), slot)
    return LiveSnapshot(
        f"snap-{number:03d}", "completed", slot + timedelta(seconds=1), 2**30, values, "vol-1"
    )


def listing(numbers: Iterable[int]) -> dict[str, LiveSnapshot]:
    return {each.id: each for each in map(snapshot, numbers)}


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


def log(*entries: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
    return iter(entries)


def report(**changes: Any) -> dict[str, Any]:
    cluster = {
        "cluster": "myeks",
        "refused": "",
        "refusals": [{"token": "c0ffee", "reason": "too far"}],
        "verdict": {"points": 3, "new": 1},
        "counts": {"keep": 1, "delete": 2, "deleted": 2},
        **changes,
    }
    return {"message": "done", "report": {"clusters": [{"cluster": "other"}, cluster]}}


def test_the_whole_plan_is_read_from_the_log() -> None:
    fact = pruning.read(
        log(
            {"delete": {"snap-1": "a"}},
            {"delete": {"snap-2": "b"}},
            {"keep": {"snap-3": ["the brake refused to delete it on Monday"]}},
            report(),
        ),
        "myeks",
    )

    assert (set(fact.keep), dict(fact.delete)) == ({"snap-3"}, {"snap-1": "a", "snap-2": "b"})
    assert (fact.held, fact.brake, fact.confirm) == ({"snap-3"}, "too far", "c0ffee")
    assert (fact.points, fact.new, fact.deleted) == (3, 1, 2)


def test_a_log_that_does_not_hold_the_whole_plan_is_not_believed() -> None:
    with pytest.raises(DemoError, match="logs 0 to keep and 1 to delete"):
        pruning.read(log({"delete": {"snap-1": "a"}}, report()), "myeks")


def test_a_prune_without_a_plan_says_why() -> None:
    with pytest.raises(DemoError, match="no plan: EC2 does not answer"):
        pruning.read(log(report(verdict=None, refused="EC2 does not answer")), "myeks")


def test_tables_show_what_stays_what_went_and_what_was_refused() -> None:
    shown = io.StringIO()
    console = Console(file=shown, width=100)
    slot = datetime(2027, 2, 26, 15, tzinfo=UTC)
    refused = RefusalFact(
        "retention last 28 -> last 1", 41, "grace until then", 41, 45, "41 of 45 would go", "c0ffee"
    )
    fact = RetentionFact(
        claim="blog/mysql",
        policy="often",
        timezone="Asia/Seoul",
        rules=RULES,
        words="keep 28 six-hourly points",
        made="made by hand",
        simulated=2,
        kept=(KeptFact("snap-1", slot, ("last 1/28", "oldest monthly")),),
        deleted=(
            DeletedFact("snap-3", slot - timedelta(days=1), "no rule keeps it: last 28 filled"),
            DeletedFact("snap-2", slot - timedelta(days=2), "no rule keeps it: last 28 filled"),
        ),
        refused=refused,
    )

    retention_tables.show(console, fact)
    retention_tables.show_refusal(console, refused)

    text = shown.getvalue()
    for words in (
        "Kept for blog/mysql: 1 of 3 points",
        "Sat 2027-02-27 00:00  snap-1  ",
        "last 1/28, oldest monthly",
        "policy often: keep 28 six-hourly points",
        "points by rule: last 1, oldest monthly 1",
        "simulated: made by hand",
        "gone from EC2: 2 points",
        " 2       2027-02-26  2027-02-25  last 28 filled",
        "the brake refuses 41 deletions: 41 of 45 would go",
        'to carry them out: {"confirm": "c0ffee"}',
        "grace until then: 41 points stay",
    ):
        assert words in text
    assert max(map(len, text.splitlines())) <= 100

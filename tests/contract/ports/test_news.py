"""What news promise: those in memory and those on an event bus tell the same, once each."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest

from snapkeep.adapters.aws.events import EventAnnouncer
from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.domain.messages import Change
from snapkeep.domain.metrics import Metric
from snapkeep.domain.retention.deletion.brake_refusals import Refusal
from snapkeep.domain.retention.deletion.orphans import Orphan, OrphanKind
from snapkeep.domain.troubles import Topic, Trouble, TroubleKind
from snapkeep.ports.news import TroubleNews
from tests.contract.ports.samples import NOW, SLOT, a_point, a_run
from tests.fakes import FakeAnnouncer
from tests.fakes.nodes import FakeNews

RUN = replace(a_run(), state=RunState.PARTIALLY_FAILED, total=2, ready=1, failed=1)
POINT = a_point(reason="the volume is gone")
CHANGE = Change("arn:aws:iam::123456789012:role/dev", "PUT", "/holds", 201, "request-1", "/holds/1")
REFUSAL = Refusal("myeks", "0123456789abcdef", frozenset({"snap-1"}), "too many", NOW, "{}")
ORPHAN = Orphan(OrphanKind.LATE_SNAPSHOT, "snap-1", "nothing counts it")
INCIDENT = IncidentRecord("i-1", "myeks", "node-1")
TOPIC = Topic(TroubleKind.BACKUP_LATE, "myeks", "daily")


class Bus:
    """An EventBridge that keeps the details it is given."""

    def __init__(self) -> None:
        self.details: list[dict[str, Any]] = []

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        self.details += [json.loads(entry["Detail"]) for entry in Entries]
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}


def told(tell: Callable[[Any], None]) -> list[dict[str, Any]]:
    """The details of the events that a call publishes."""
    bus: Any = Bus()
    tell(EventAnnouncer(bus, "default"))
    return list(bus.details)


def remembered(tell: Callable[[Any], None], fake: Any) -> Any:
    """The fake after the call."""
    tell(fake)
    return fake


def names(detail: dict[str, Any], *keys: str) -> tuple[Any, ...]:
    return tuple(detail[key] for key in keys)


def test_the_end_of_a_run_names_its_failures_late_points_and_skews() -> None:
    def tell(news: Any) -> None:
        news.run_closed(RUN, [POINT], {"shop": 0.5}, [POINT])

    (detail,), fake = told(tell), remembered(tell, FakeAnnouncer())
    ((run, failures),) = fake.closed
    assert names(detail, "run", "state", "ready") == (run.id, run.state, run.ready)
    assert [each["point"] for each in detail["failures"]] == [each.id for each in failures]
    assert [each["point"] for each in detail["late_points"]] == [each.id for each in fake.late[run.id]]
    assert detail["groups"] == fake.skews


def test_late_points_that_ended_are_counted() -> None:
    def tell(news: Any) -> None:
        news.late_points_ended(RUN, 2)

    (detail,), fake = told(tell), remembered(tell, FakeAnnouncer())
    ((run, ended),) = fake.late_ended
    assert names(detail, "run", "ended") == (run.id, ended)


@pytest.mark.parametrize(("method", "kept"), [("slot_missed", "missed"), ("slot_refused", "refused")])
def test_a_slot_without_a_run_has_its_reason(method: str, kept: str) -> None:
    def tell(news: Any) -> None:
        getattr(news, method)("myeks", "daily", SLOT, "too late")

    (detail,), fake = told(tell), remembered(tell, FakeAnnouncer())
    (slot,) = getattr(fake, kept)
    assert names(detail, "cluster", "policy", "reason") == (slot.cluster, slot.policy, slot.reason)
    assert detail["slot"] == slot.slot.isoformat()


def test_a_point_without_its_lock_has_its_reason() -> None:
    def tell(news: Any) -> None:
        news.not_locked(POINT, "the lock is refused")

    (detail,), fake = told(tell), remembered(tell, FakeAnnouncer())
    assert [names(detail, "point", "reason")] == fake.unlocked


def test_orphans_have_their_counts_and_their_cost() -> None:
    def tell(news: Any) -> None:
        news.orphans_found("myeks", {"late snapshot": 1}, 0.5, [ORPHAN])

    (detail,), fake = told(tell), remembered(tell, FakeAnnouncer())
    assert [names(detail, "cluster", "counts", "dollars_a_month_at_most")] == fake.orphans


def test_what_stays_without_a_cluster_or_a_policy_is_told() -> None:
    def tell(news: Any) -> None:
        news.cluster_gone("myeks", "EKS has no such cluster")
        news.policy_orphaned("myeks", "daily", 3)

    (gone, orphaned), fake = told(tell), remembered(tell, FakeAnnouncer())
    assert [names(gone, "cluster", "reason")] == fake.gone
    assert [names(orphaned, "cluster", "policy", "points")] == fake.orphaned


def test_refused_deletions_come_with_their_token() -> None:
    def tell(news: Any) -> None:
        news.prune_braked(REFUSAL)

    (detail,), fake = told(tell), remembered(tell, FakeAnnouncer())
    (refusal,) = fake.braked
    assert names(detail, "cluster", "confirm", "reason") == (refusal.cluster, refusal.token, refusal.reason)


def test_a_change_is_told_whole() -> None:
    def tell(news: Any) -> None:
        news.changed(CHANGE)

    (detail,), fake = told(tell), remembered(tell, FakeAnnouncer())
    (change,) = fake.changes
    assert asdict(change).items() <= detail.items()


def test_a_step_of_an_incident_has_its_reason_and_figures() -> None:
    def tell(news: Any) -> None:
        news.interruption(INCIDENT, "saved", "all in time", {Metric.SNAPSHOTS_IN_TIME: 2.0})

    (detail,), fake = told(tell), remembered(tell, FakeNews())
    (step,) = fake.steps
    assert names(detail, "instance", "step", "reason", "figures") == (
        step.instance,
        step.step,
        step.reason,
        step.figures,
    )


@pytest.mark.parametrize("make", [FakeAnnouncer, FakeNews, lambda: EventAnnouncer(Bus(), "default")])  # type: ignore[arg-type]
def test_troubles_are_told_as_far_as_one_event_names_them(make: Callable[[], TroubleNews]) -> None:
    due = [Trouble(f"shop/data-{number}", "no recovery point", NOW) for number in range(250)]
    news = make()
    assert news.trouble(TOPIC, due[:1], 1) == 1
    assert news.trouble(TOPIC, due, 250) == 100


def test_what_is_only_counted_is_no_event() -> None:
    def tell(news: Any) -> None:
        news.freshness("myeks", "daily", NOW - SLOT, ["shop/data"])
        news.parts_given_up("reconcile", 1)
        news.unknown_notice("aws.ec2", "unheard of")

    assert told(tell) == []

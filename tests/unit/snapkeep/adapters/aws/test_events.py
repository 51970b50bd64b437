"""What is published: events with every figure and reason, metrics with few dimensions."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.adapters.aws.events import MOST_BYTES, EventAnnouncer
from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.domain.metrics import Metric
from snapkeep.domain.points import PointState
from snapkeep.domain.retention.deletion.brake_refusals import Refusal
from snapkeep.domain.retention.deletion.orphans import Orphan, OrphanKind
from snapkeep.domain.troubles import Topic, Trouble, TroubleKind
from tests.contract.ports.samples import a_point
from tests.unit.snapkeep.adapters.aws.event_bus import NOW, Bus, a_closed_run, failed_points, metrics


@pytest.mark.parametrize(
    ("state", "detail_type"),
    [
        (RunState.COMPLETED, "Snapkeep Run Completed"),
        (RunState.PARTIALLY_FAILED, "Snapkeep Run Partially Failed"),
        (RunState.FAILED, "Snapkeep Run Failed"),
    ],
)
def test_each_way_a_run_can_end_has_its_event(bus: Any, state: RunState, detail_type: str) -> None:
    EventAnnouncer(bus, "default").run_closed(a_closed_run(state), [], {})
    (entry,) = bus.entries
    assert (entry["Source"], entry["DetailType"]) == ("snapkeep", detail_type)
    assert entry["EventBusName"] == "default"


def test_the_event_says_what_failed_and_why(bus: Any) -> None:
    run = a_closed_run(
        RunState.PARTIALLY_FAILED, total=3, ready=2, failed=1, degraded="API away", skipped={"efs": 2}
    )
    EventAnnouncer(bus, "default").run_closed(run, failed_points(1), {"wordpress": 0.4})
    ((_, detail),) = bus.details()
    assert detail["version"] == "1"
    assert (detail["cluster"], detail["policy"], detail["run"]) == ("myeks", "daily", run.id)
    assert detail["slot"] == "2026-11-24T18:00:00+00:00"
    assert (detail["total"], detail["ready"], detail["failed"]) == (3, 2, 1)
    assert (detail["degraded"], detail["left"]) == ("API away", {"efs": 2})
    assert detail["groups"] == {"wordpress": 0.4}
    (failure,) = detail["failures"]
    assert (failure["namespace"], failure["claim"]) == ("wordpress", "data-0")
    assert failure["reason"] == "the volume is gone"


def test_a_run_that_closed_at_its_limit_names_what_is_late(
    bus: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    late = a_point("data-0", state=PointState.PENDING, snapshot_id="snap-1")
    announcer = EventAnnouncer(bus, "default")
    run = a_closed_run(RunState.PARTIALLY_FAILED, total=2, ready=1, late=1)
    announcer.run_closed(run, [], {}, [late])
    announcer.late_points_ended(replace(run, ready=2, late=0), 1)
    ((_, closed), (kind, ended)) = bus.details()
    assert (closed["late"], closed["late_points"][0]["snapshot"]) == (1, "snap-1")
    assert closed["late_points"][0]["claim"] == "data-0"
    assert kind == "Snapkeep Late Points Ended"
    assert (ended["run"], ended["ready"], ended["late"], ended["ended"]) == (run.id, 2, 0, 1)
    assert metrics(capsys.readouterr().out)["PointsLate"]["value"] == [1]


def test_a_missed_slot_is_told_with_its_reason(bus: Any) -> None:
    EventAnnouncer(bus, "default").slot_missed("myeks", "daily", NOW, "older than catch-up")
    assert bus.details() == [
        (
            "Snapkeep Slot Missed",
            {
                "version": "1",
                "text": "daily in myeks: no run for slot 2026-11-24T18:00:00+00:00: older than catch-up",
                "runbook": "run-failed",
                "cluster": "myeks",
                "policy": "daily",
                "slot": "2026-11-24T18:00:00+00:00",
                "reason": "older than catch-up",
            },
        )
    ]


def test_a_refused_slot_is_told_with_its_reason(bus: Any, capsys: pytest.CaptureFixture[str]) -> None:
    EventAnnouncer(bus, "default").slot_refused("myeks", "daily", NOW, "not due then")
    ((kind, detail),) = bus.details()
    assert kind == "Snapkeep Slot Refused"
    assert (detail["slot"], detail["reason"]) == ("2026-11-24T18:00:00+00:00", "not due then")
    assert metrics(capsys.readouterr().out)["SlotsRefused"]["value"] == [1]


@pytest.mark.parametrize(
    ("figures", "rings"),
    [
        ({Metric.VOLUMES_MISSED: 2, Metric.INTERRUPTIONS_MISSED: 0}, True),
        ({Metric.VOLUMES_MISSED: 0, Metric.INTERRUPTIONS_MISSED: 1}, True),
        ({Metric.VOLUMES_MISSED: 0, Metric.INTERRUPTIONS_MISSED: 0}, False),
        ({Metric.NOTICES: 1}, False),
    ],
)
def test_each_incident_that_missed_something_is_an_event_of_its_own(
    bus: Any, figures: dict[Metric, float], rings: bool
) -> None:
    record = IncidentRecord("i-1", "myeks", "node")
    EventAnnouncer(bus, "default").interruption(record, "over", "2 volumes were not snapshotted", figures)
    kinds = [kind for kind, _ in bus.details()]
    assert kinds == ["Snapkeep Interruption", "Snapkeep Interruption Missed"][: 1 + rings]
    assert bus.details()[-1][1]["reason"] == "2 volumes were not snapshotted"


def test_an_event_that_was_not_taken_is_tried_again() -> None:
    full: Any = Bus(failed=1)
    with pytest.raises(TemporaryError, match="slow down"):
        EventAnnouncer(full, "default").slot_missed("myeks", "daily", NOW, "late")


def test_troubles_are_told_with_their_reasons_and_how_many_there_are(bus: Any) -> None:
    topic = Topic(TroubleKind.BACKUP_LATE, "myeks", "nightly")
    new = Trouble("shop/a", "the volume is gone", NOW)
    old = Trouble("shop/b", "denied", NOW - timedelta(days=7), told_at=NOW - timedelta(days=7))
    assert EventAnnouncer(bus, "default").trouble(topic, [new, old], 9) == 2
    ((kind, detail),) = bus.details()
    assert kind == "Snapkeep Backup Late"
    assert (detail["cluster"], detail["about"], detail["told"], detail["total"]) == ("myeks", "nightly", 2, 9)
    assert [(item["subject"], item["reminder"]) for item in detail["troubles"]] == [
        ("shop/a", False),
        ("shop/b", True),
    ]
    assert detail["troubles"][0]["reason"] == "the volume is gone"


def test_an_event_says_how_many_troubles_it_names_and_always_holds_them_all(bus: Any) -> None:
    topic = Topic(TroubleKind.WORK_GIVEN_UP, "myeks", "prune")
    due = [Trouble("n" * 315 + f"/{number:04}", "ä" * 5000, NOW) for number in range(300)]
    named = EventAnnouncer(bus, "default").trouble(topic, due, 300)
    ((_, detail),) = bus.details()
    assert [item["subject"] for item in detail["troubles"]] == [each.subject for each in due[:named]]
    assert (detail["told"], detail["total"], named) == (named, 300, 100)
    assert len(json.dumps(detail)) <= MOST_BYTES


def test_a_braked_prune_tells_its_figures_and_what_confirms_it(bus: Any) -> None:
    names = frozenset(f"snap-{n}" for n in range(80))
    refusal = Refusal("myeks", "0123456789abcdef", names, "80 of 90 points would be deleted", NOW, "rules")
    EventAnnouncer(bus, "default").prune_braked(refusal)
    ((kind, detail),) = bus.details()
    assert kind == "Snapkeep Prune Braked"
    assert (detail["cluster"], detail["confirm"]) == ("myeks", "0123456789abcdef")
    assert (detail["reason"], detail["deletions"]) == ("80 of 90 points would be deleted", 80)
    assert len(detail["snapshots"]) == 50


def test_a_point_without_its_lock_is_told_with_what_can_be_deleted(bus: Any) -> None:
    EventAnnouncer(bus, "default").not_locked(a_point(), "not locked, so it can be deleted: denied")
    ((kind, detail),) = bus.details()
    assert kind == "Snapkeep Point Not Locked"
    assert (detail["cluster"], detail["policy"], detail["reason"]) == (
        "myeks",
        "daily",
        "not locked, so it can be deleted: denied",
    )
    assert detail["point"]


def test_orphans_are_told_with_what_they_cost_at_most(bus: Any) -> None:
    orphan = Orphan(OrphanKind.LATE_SNAPSHOT, "snap-1", "nothing counts it", 20 * 2**30)
    EventAnnouncer(bus, "default").orphans_found("myeks", {"late snapshot": 80}, 80.0, [orphan] * 80)
    ((kind, detail),) = bus.details()
    assert kind == "Snapkeep Orphans Found"
    assert (detail["counts"], detail["dollars_a_month_at_most"]) == ({"late snapshot": 80}, 80.0)
    assert len(detail["orphans"]) == 50
    assert detail["orphans"][0] == {
        "kind": "late snapshot",
        "name": "snap-1",
        "reason": "nothing counts it",
    }


def test_a_cluster_that_is_gone_and_a_removed_policy_say_that_their_points_stay(bus: Any) -> None:
    announcer = EventAnnouncer(bus, "default")
    announcer.cluster_gone("myeks", "EKS has no cluster myeks: its backups stay")
    announcer.policy_orphaned("myeks", "nightly", 7)
    (gone, orphaned) = bus.details()
    assert gone[0] == "Snapkeep Cluster Gone"
    assert (gone[1]["cluster"], gone[1]["reason"]) == ("myeks", "EKS has no cluster myeks: its backups stay")
    assert orphaned[0] == "Snapkeep Policy Orphaned"
    assert (orphaned[1]["policy"], orphaned[1]["points"]) == ("nightly", 7)
    assert "its 7 points stay" in orphaned[1]["reason"]

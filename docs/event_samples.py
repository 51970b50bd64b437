"""What Snapkeep publishes, by the code that publishes it: a sample of each event for `docs/events.md`."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from snapkeep.adapters.aws.copy_events import CopyAnnouncer
from snapkeep.adapters.aws.loan_events import LoanAnnouncer
from snapkeep.domain.backup.runs import Run, RunState, run_id
from snapkeep.domain.copies.records import CopyRecord, CopyStage
from snapkeep.domain.interruption.records import IncidentRecord, TimelineEntry
from snapkeep.domain.messages import Change, FilesRead, ObjectsRead
from snapkeep.domain.metrics import Metric
from snapkeep.domain.points import ClaimFacts, Point, PointState
from snapkeep.domain.policies import Method
from snapkeep.domain.report.announcements import Event
from snapkeep.domain.retention.deletion.brake_refusals import Refusal
from snapkeep.domain.retention.deletion.orphans import Orphan, OrphanKind
from snapkeep.domain.troubles import Topic, Trouble, TroubleKind
from snapkeep.domain.vault.loans import Loan
from snapkeep.domain.vault.verify import Why

NOW = datetime(2026, 12, 2, 1, 0, 42, tzinfo=UTC)
SLOT = datetime(2026, 12, 2, 1, tzinfo=UTC)
POINT = Point(
    id="data-20261202t010000z-5f0c2a91d3",
    run=run_id("shop", "nightly", SLOT),
    policy="nightly",
    slot=SLOT,
    claim=ClaimFacts("shop", "web", "data", "0c9d…", "20Gi", "gp3", ("ReadWriteOnce",), "Filesystem", "ext4"),
    volume_id="vol-0a1b2c3d4e5f60718",
    method=Method.EBS,
    accepted_at=NOW,
    lead="data-20261202t010000z-5f0c2a91d3",
    state=PointState.FAILED,
    reason="EC2 has no volume vol-0a1b2c3d4e5f60718",
)
RUN = Run(POINT.run, "shop", "nightly", SLOT, NOW, total=3, ready=2, failed=1, skipped={"not-ebs": 1})
LATE = replace(POINT, snapshot_id="snap-0a1b2c3d4e5f60718", reason="pending for 80 minutes")
INCIDENT = IncidentRecord(
    "i-0a1b2c3d4e5f60718",
    "shop",
    "ip-10-0-1-7.eu-west-1.compute.internal",
    timeline=(TimelineEntry(NOW, "cordoned", 118.0),),
    run="shop.interruption.20261202T010042Z",
)
COPY = CopyRecord(
    place="osaka",
    cluster="shop",
    point_id=POINT.id,
    source=LATE.snapshot_id,
    region="ap-northeast-3",
    namespace="web",
    claim="data",
    policy="nightly",
    rule="nightly",
    taken=NOW,
    stage=CopyStage.READY,
    snapshot_id="snap-0f1e2d3c4b5a69788",
    incremental=True,
)
TROUBLE = Trouble("web/data", "no recovery point since 2026-11-30T01:00:00+00:00", NOW)


LOAN = Loan(
    snapshot_id=COPY.snapshot_id,
    account="333344445555",
    place="prod",
    cluster="shop",
    namespace="web",
    claim="data",
    point=POINT.id,
    key="arn:aws:kms:ap-northeast-2:222233334444:key/0f9e8d7c",
    begun_at=NOW,
    until=NOW + timedelta(days=2),
    by="arn:aws:iam::222233334444:role/on-call",
)


class _Announcer(CopyAnnouncer, LoanAnnouncer):
    """Publishes all events."""


def _run(state: RunState, **changes: Any) -> Callable[[_Announcer], object]:
    failures = [POINT] if changes.get("failed") else []
    return lambda news: news.run_closed(replace(RUN, state=state, **changes), failures, {"app": 0.0})


def _trouble(kind: TroubleKind, about: str = "nightly") -> Callable[[_Announcer], object]:
    return lambda news: news.trouble(Topic(kind, "shop", about), [TROUBLE], 1)


def _at_source(kind: TroubleKind, subject: str, reason: str) -> Callable[[CopyAnnouncer], object]:
    return lambda news: news.trouble(Topic(kind, "", "prod"), [Trouble(subject, reason, NOW)], 1)


CALLS: Mapping[Event, Callable[[_Announcer], object]] = {
    Event.RUN_COMPLETED: _run(RunState.COMPLETED, ready=3, failed=0),
    Event.RUN_PARTIALLY_FAILED: lambda news: news.run_closed(
        replace(RUN, state=RunState.PARTIALLY_FAILED, ready=1, late=1), [POINT], {"app": 0.0}, [LATE]
    ),
    Event.RUN_FAILED: _run(RunState.FAILED, total=1, ready=0, failed=1),
    Event.LATE_POINTS_ENDED: lambda news: news.late_points_ended(RUN, 1),
    Event.SLOT_MISSED: lambda news: news.slot_missed("shop", "nightly", SLOT, "later than catch_up: 1 hour"),
    Event.SLOT_REFUSED: lambda news: news.slot_refused("shop", "nightly", SLOT, "the schedule has no 01:00"),
    Event.POINT_NOT_LOCKED: lambda news: news.not_locked(LATE, "not locked, so it can be deleted"),
    Event.ORPHANS_FOUND: lambda news: news.orphans_found(
        "shop",
        {"late snapshot": 1},
        1.0,
        [Orphan(OrphanKind.LATE_SNAPSHOT, LATE.snapshot_id, "nothing counts it")],
    ),
    Event.PRUNE_BRAKED: lambda news: news.prune_braked(
        Refusal(
            "shop", "0123456789abcdef", frozenset({LATE.snapshot_id}), "all points of web/data", NOW, "{}"
        )
    ),
    Event.CLUSTER_GONE: lambda news: news.cluster_gone("shop", "EKS has no cluster shop: its backups stay"),
    Event.POLICY_ORPHANED: lambda news: news.policy_orphaned("shop", "weekly", 7),
    Event.CHANGED: lambda news: news.changed(
        Change(
            "arn:aws:iam::111122223333:role/dev",
            "POST",
            "/v1/clusters/shop/restores",
            202,
            "8f3c",
            "/v1/restores/r1",
        )
    ),
    Event.FILES_READ: lambda news: news.files_read(
        FilesRead(
            "arn:aws:iam::111122223333:role/dev",
            "get",
            "shop",
            "web",
            "data",
            POINT.id,
            "/uploads/logo.png",
            "",
            "8f3c",
        )
    ),
    Event.OBJECTS_READ: lambda news: news.objects_read(
        ObjectsRead(
            "arn:aws:iam::111122223333:role/dev", "shop", "web", "shop.nightly.20261202T010000Z", "8f3c"
        )
    ),
    Event.INTERRUPTION: lambda news: news.interruption(
        INCIDENT, "cordoned", "spot interruption", {Metric.SECONDS_TO_CORDON: 1.9}
    ),
    Event.INTERRUPTION_MISSED: lambda news: news.interruption(
        INCIDENT, "over", "1 volume was not snapshotted", {Metric.VOLUMES_MISSED: 1}
    ),
    Event.BACKUP_LATE: _trouble(TroubleKind.BACKUP_LATE),
    Event.WORK_GIVEN_UP: _trouble(TroubleKind.WORK_GIVEN_UP, "prune"),
    Event.DELETION_STUCK: _trouble(TroubleKind.DELETION_STUCK, "prune"),
    Event.LABEL_MISREAD: _trouble(TroubleKind.LABEL_MISREAD),
    Event.BACKUPS_ENDED: _trouble(TroubleKind.BACKUPS_ENDED),
    Event.POINTS_LOST: _trouble(TroubleKind.POINTS_LOST, "recovery points deleted in EC2"),
    Event.COPY_READY: lambda news: news.copy_ready(COPY),
    Event.COPY_FAILED: _trouble(TroubleKind.COPY_FAILED, "osaka"),
    Event.COPIES_LATE: _trouble(TroubleKind.COPIES_LATE, "osaka"),
    Event.COPIES_LOST: _trouble(TroubleKind.COPIES_LOST, "osaka"),
    Event.COPIES_NOT_LOCKED: _trouble(TroubleKind.COPIES_NOT_LOCKED, "osaka"),
    Event.COPIES_LEFT: _trouble(TroubleKind.COPIES_LEFT, "osaka"),
    Event.COPIES_FULL: _trouble(TroubleKind.COPIES_FULL, "osaka"),
    Event.LOAN_BEGUN: lambda news: news.loan_begun(LOAN),
    Event.LOAN_ENDED: lambda news: news.loan_ended(LOAN.ended(NOW, "its time was over")),
    Event.LOANS_NOT_ENDED: _trouble(TroubleKind.LOANS_NOT_ENDED, "loans"),
    Event.SOURCE_SILENT: _at_source(TroubleKind.SOURCE_SILENT, "prod", "prod has asked for nothing since"),
    Event.POINTS_SUSPICIOUS: _trouble(TroubleKind.POINTS_SUSPICIOUS, "check_points"),
    Event.OBJECTS_NOT_LISTED: _trouble(TroubleKind.OBJECTS_NOT_LISTED),
    Event.FILE_SYSTEMS_NOT_BACKED_UP: _trouble(TroubleKind.FILE_SYSTEMS_NOT_BACKED_UP, "shared"),
    Event.LIMIT_REACHED: _at_source(TroubleKind.LIMIT_REACHED, "prod", "500 copies were begun in 24 hours"),
    Event.REQUESTS_REFUSED: _at_source(
        TroubleKind.REQUESTS_REFUSED, Why.SIZE.value, "snap-0f1e2d3c4b5a69788 has 4 GiB in EC2, and 8 GiB"
    ),
}
"""What publishes each event; the last event of a call is the sample."""


class _Bus:
    """An event bus that keeps what is published."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        self.entries += Entries
        return {"FailedEntryCount": 0, "Entries": []}


def sample(event: Event) -> dict[str, Any]:
    """The event as a rule's target gets it from EventBridge."""
    bus = _Bus()
    with redirect_stdout(io.StringIO()):  # metrics
        CALLS[event](_Announcer(cast(Any, bus), "default"))
    entry = bus.entries[-1]
    return {
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": "111122223333",
        "time": f"{NOW + timedelta(seconds=8):%Y-%m-%dT%H:%M:%SZ}",
        "region": "eu-west-1",
        "resources": [],
        "detail": json.loads(entry["Detail"]),
    }

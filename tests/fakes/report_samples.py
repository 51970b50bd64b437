"""Sample reports: a cluster with some of everything, and one with any number of claims.

The domain computes retention, coverage and objectives, as in the product; only the answers of AWS and the
cluster are made up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from snapkeep.adapters.calendar import CronCalendar
from snapkeep.domain import tags
from snapkeep.domain.backup.protectability import Code
from snapkeep.domain.backup.runs import Run, RunState
from snapkeep.domain.naming import point_id
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.policies import Method, Policy, Schedule
from snapkeep.domain.report import coverage
from snapkeep.domain.report.acceptances import Acceptance
from snapkeep.domain.report.claims import DAYS, Failure, Past, ReportedClaim, days_of
from snapkeep.domain.report.coverage import CoverageReport, CoveredClaim, Promise
from snapkeep.domain.report.facts import Report, Sources, report
from snapkeep.domain.report.points import RetentionFacts, reported_points
from snapkeep.domain.restore.commands import restore_command
from snapkeep.domain.restore.operations import Stage
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.domain.restore.suggestions import Suggestion
from snapkeep.domain.retention.lineages import PolicyRetention
from snapkeep.domain.retention.rules import parse_retention
from snapkeep.domain.times import compact
from tests.fakes.report_claims import a_promise, left
from tests.fakes.report_copies import PLACES, copied
from tests.fakes.report_incidents import an_incident
from tests.fakes.report_namespaces import some_namespaces
from tests.fakes.restore_samples import a_restore
from tests.fakes.world import a_policy

NOW = datetime(2026, 11, 24, 1, 20, tzinfo=UTC)
CLUSTER, SEOUL, GIB = "myeks", "Asia/Seoul", 2**30

NIGHTLY = a_policy(
    "nightly",
    schedule=Schedule("cron(0 2 * * ? *)", SEOUL, 5),
    method=Method.CSI,
    retention={"last": 3, "daily": 7, "weekly": 4, "monthly": 6, "minimum": 2},
)
SIX_HOURLY = a_policy(
    "six-hourly",
    schedule=Schedule("cron(0 */6 * * ? *)", SEOUL, 5),
    retention={"last": 28, "daily": 14, "weekly": 8, "monthly": 12},
)
WEEKLY = a_policy("weekly", schedule=Schedule("cron(30 3 ? * SUN *)", SEOUL), retention={"last": 7})
POLICIES = (NIGHTLY, SIX_HOURLY, WEEKLY)


def a_snapshot(
    claim: str,
    slot: datetime,
    *,
    namespace: str = "shop",
    policy: str = "nightly",
    gib: int = 10,
    full_gib: float = 0,
    state: SnapshotState = SnapshotState.COMPLETED,
    **more: str,
) -> Snapshot:
    """The snapshot of a claim's point, with all its tags; `more` are extra tags by their word."""
    uid = f"uid-{namespace}-{claim}"
    name = point_id(claim, CLUSTER, uid, policy, slot)
    words = {f"snapkeep:{key}": value for key, value in more.items()}
    return Snapshot(
        id=f"snap-0{name[-10:]}{slot:%m%d%H}",
        volume_id=f"vol-{claim}",
        state=state,
        started_at=slot,
        size_bytes=gib * GIB,
        tags={
            tags.MANAGED: "true",
            tags.CLUSTER: CLUSTER,
            tags.NAMESPACE: namespace,
            tags.CLAIM: claim,
            tags.CLAIM_UID: uid,
            tags.POLICY: policy,
            tags.SLOT: compact(slot),
            tags.POINT: name,
            tags.SIZE: f"{gib}Gi",
            tags.ACCESS_MODES: "ReadWriteOnce",
            tags.VOLUME_MODE: "Filesystem",
        }
        | words,
        full_bytes=int(full_gib * GIB),
    )


def slots_before(policy: Policy, days: float, now: datetime = NOW) -> list[datetime]:
    """A policy's slots in the days before now."""
    start = now - timedelta(days=days)
    return list(CronCalendar().due(policy.schedule, start, now, start))


def slots_ahead(policies: Iterable[Policy] = POLICIES, now: datetime = NOW) -> dict[str, list[datetime]]:
    """Each policy's slots from yesterday on, for 35 days."""
    start, end = now - timedelta(days=1), now + timedelta(days=35)
    return {item.name: list(CronCalendar().due(item.schedule, start, end, start)) for item in policies}


def retentions(
    ahead: Mapping[str, Sequence[datetime]], policies: Iterable[Policy] = POLICIES, now: datetime = NOW
) -> RetentionFacts:
    """The retention decisions for these policies' points."""
    rules = {
        item.name: PolicyRetention(parse_retention(item.retention), ZoneInfo(item.schedule.timezone))
        for item in policies
    }
    return RetentionFacts(
        rules, {}, {name: next(s for s in slots if s > now) for name, slots in ahead.items()}
    )


def a_covered(
    claim: str,
    *promises: Promise,
    namespace: str = "shop",
    now: datetime = NOW,
) -> CoveredClaim:
    """A claim and how these promises cover it."""
    good = {item.last_good for item in promises if item.last_good}
    return coverage.covered(namespace, claim, promises, good, now)


WORDPRESS = ("mysql-pv-claim", "wp-pv-claim")


def _taken(shop: str, good: str, nights: Sequence[datetime], hours: Sequence[datetime]) -> list[Snapshot]:
    """The snapshots of nights and of every six hours."""
    return [
        *(a_snapshot(good, slot, namespace=shop, gib=40, full_gib=22) for slot in _kept(NIGHTLY, nights)),
        *(a_snapshot("sessions", slot, namespace=shop) for slot in nights[:-3][-9:]),
        *(a_snapshot("search-index", slot, namespace=shop, gib=120) for slot in nights[-11:-2]),
        *(
            a_snapshot(name, slot, namespace="wordpress", policy="six-hourly", gib=20, full_gib=6.5)
            for name in WORDPRESS
            for slot in _kept(SIX_HOURLY, hours)
        ),
        *(a_snapshot("old-blog", slot, namespace="retired", gib=8) for slot in nights[-40:-36]),
        a_snapshot(good, NOW - timedelta(hours=4), namespace=shop, policy="on-demand", gib=40, hold="true"),
    ]


def _covered(
    said: Mapping[str, str],
    ahead: Mapping[str, Sequence[datetime]],
    nights: Sequence[datetime],
    hours: Sequence[datetime],
) -> list[CoveredClaim]:
    """A claim in every state."""
    night, hour = _next(ahead, "nightly"), _next(ahead, "six-hourly")
    shop, good = said["shop"], said["good"]
    return [
        a_covered(good, a_promise(NIGHTLY, nights, night), namespace=shop),
        a_covered("sessions", a_promise(NIGHTLY, nights[:-3], night, missed=nights[-3]), namespace=shop),
        a_covered("search-index", a_promise(NIGHTLY, nights[:-2], night), namespace=shop),
        a_covered("uploads", a_promise(NIGHTLY, (), night), namespace=shop),
        *(a_covered(n, a_promise(SIX_HOURLY, hours, hour), namespace="wordpress") for n in WORDPRESS),
        coverage.not_covered(left("media", "photos", Code.EFS, said["why"])),
        coverage.not_covered(left("batch", "sorted", Code.NO_POLICY, "no policy takes it")),
        coverage.not_covered(
            left("batch", "report-7d9c-scratch", Code.SCRATCH, "emptyDir dies with its pod"),
            acceptance=Acceptance("batch", "every run starts from an empty folder", until="2027-06-30"),
            now=NOW,
        ),
    ]


def a_report(names: Mapping[str, str] | None = None) -> Report:
    """A cluster with a claim in every state, incidents and restores; `names` replaces the cluster's texts."""
    said = {"good": "orders-db", "shop": "shop", "why": "EFS has no snapshots: back it up with AWS Backup"}
    said |= dict(names or {})
    shop, good = said["shop"], said["good"]
    ahead = slots_ahead()
    nights, hours = slots_before(NIGHTLY, 60), slots_before(SIX_HOURLY, 90)
    snapshots = _taken(shop, good, nights, hours)
    covered = tuple(copied(each, NOW) for each in _covered(said, ahead, nights, hours))
    failure = Failure(shop, "search-index", "nightly", nights[-1], "the KMS key of vol-0c1f is disabled")
    found = report(
        Sources(
            region="ap-northeast-2",
            policies=POLICIES,
            coverage=CoverageReport(CLUSTER, NOW, covered, places=PLACES, namespaces=some_namespaces(NOW)),
            points=reported_points(snapshots, CLUSTER, retentions(ahead), NOW),
            failures=[failure],
            last_runs=last_runs(),
            slots=ahead,
            retentions=retentions(ahead).policies,
            incidents=[an_incident(NOW), an_incident(NOW, "i-0d41f7b2c9e8a6350", hours=31, closed=True)],
            restores=[
                a_restore(1, target="orders-db-restored", stage=Stage.BOUND, accepted_at=NOW - _days(1)),
                a_restore(2, target="orders-db-drill", accepted_at=NOW - _days(0.01)),
                a_restore(3, target="old", accepted_at=NOW - _days(9)).failed(NOW - _days(9), "no zone"),
            ],
            notes=["it is unknown which claims are gone: the API server of myeks does not answer"],
        )
    )
    policies = tuple(replace(item, runs=_history(item.name, item.last_run)) for item in found.policies)
    past = Past(
        {
            (shop, good): nights,
            (shop, "sessions"): nights[:-3],
        }
        | {("wordpress", name): hours[-80:] for name in WORDPRESS},
        {(shop, "search-index"): nights[-2:]},
        NOW - _days(DAYS),
    )
    claims = tuple(
        replace(item, restore=_how(item), days=days_of(item, past, SEOUL, NOW)) for item in found.claims
    )
    return replace(found, policies=policies, claims=claims)


def _history(policy: str, last: Run | None) -> tuple[Run, ...]:
    """A run a day for a month, the last one as it was, one of the others failed."""
    if last is None:
        return ()
    days = [replace(last, id=f"{policy}-{day}", slot=last.slot - _days(day)) for day in range(28, 0, -1)]
    good = [replace(run, state=RunState.COMPLETED, ready=run.total, failed=0) for run in days]
    good[9] = replace(good[9], state=RunState.FAILED, ready=0, failed=good[9].total)
    return (*good, last)


def _how(claim: ReportedClaim) -> Suggestion | None:
    """The command for its last good point."""
    if not claim.last_good:
        return None
    point = f"{claim.claim}-{claim.last_good:%Y%m%dt%H%M%Sz}"
    target = f"{claim.claim}-restored"
    return Suggestion(restore_command(RestoreRequest(CLUSTER, claim.namespace, target, point_id=point)))


def a_great_report(claims: int = 5_000, namespaces: int = 50) -> Report:
    """A cluster with many claims under the policy `nightly`, each with all the points it keeps."""
    ahead = slots_ahead()
    nights = _kept(NIGHTLY, slots_before(NIGHTLY, 200))
    names = [(f"team-{number % namespaces:02}", f"data-{number:04}") for number in range(claims)]
    snapshots = (
        a_snapshot(claim, slot, namespace=namespace, gib=50, full_gib=30)
        for namespace, claim in names
        for slot in nights
    )
    night = _next(ahead, "nightly")
    late = a_promise(NIGHTLY, nights[1:], night, missed=nights[0])
    fine = a_promise(NIGHTLY, nights, night)
    covered = tuple(
        a_covered(claim, late if number % 40 == 0 else fine, namespace=namespace)
        for number, (namespace, claim) in enumerate(names)
    )
    found = report(
        Sources(
            region="us-east-1",
            policies=POLICIES,
            coverage=CoverageReport(CLUSTER, NOW, covered),
            points=reported_points(snapshots, CLUSTER, retentions(ahead), NOW),
            failures=(),
            last_runs=last_runs(),
            slots=ahead,
            retentions=retentions(ahead).policies,
            incidents=(),
            restores=(),
        )
    )
    past = Past({}, {}, NOW - _days(10))
    return replace(found, claims=tuple(replace(c, days=days_of(c, past, SEOUL, NOW)) for c in found.claims))


def last_runs() -> dict[str, Run | None]:
    """Each policy's newest closed run; `weekly` never ran."""
    night, hour = slots_before(NIGHTLY, 2)[-1], slots_before(SIX_HOURLY, 2)[-1]
    return {
        "nightly": Run("n", CLUSTER, "nightly", night, night, RunState.PARTIALLY_FAILED, 4, 3, 1),
        "six-hourly": Run("s", CLUSTER, "six-hourly", hour, hour, RunState.COMPLETED, 2, 2),
        "weekly": None,
    }


def _kept(policy: Policy, slots: Sequence[datetime]) -> list[datetime]:
    """The slots that survive when the policy has pruned all along."""
    made = [a_snapshot("kept", slot, policy=policy.name) for slot in slots]
    rules = RetentionFacts(retentions({}, (policy,)).policies, {}, {})
    points = reported_points(made, CLUSTER, rules, NOW)
    return [point.slot for point in points if point.fate.value == "stays"]


def _next(ahead: Mapping[str, Sequence[datetime]], policy: str) -> datetime:
    return next(slot for slot in ahead[policy] if slot > NOW)


def _days(number: float) -> timedelta:
    return timedelta(days=number)

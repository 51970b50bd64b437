"""The report of a cluster: everything the page shows, as one value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from snapkeep.domain.backup.runs import Run
from snapkeep.domain.copies.view.standing import PlaceStands, by_place
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.domain.objects.view.wholeness import NamespaceStands
from snapkeep.domain.policies import Policy
from snapkeep.domain.proof.summary import UNASKED, ChecksSummary
from snapkeep.domain.report.claims import ClaimState, Failure, ReportedClaim, objective, reported_claims
from snapkeep.domain.report.coverage import CoverageReport
from snapkeep.domain.report.points import ReportedPoint
from snapkeep.domain.report.storage import US_EAST_1, Prices, Stored, StoredOnEfs, stored, stored_on_efs
from snapkeep.domain.report.week import Week, week
from snapkeep.domain.restore.operations import RestoreOperation
from snapkeep.domain.retention.lineages import PolicyRetention
from snapkeep.domain.retention.words import in_words


@dataclass(frozen=True, slots=True)
class ReportedPolicy:
    """A policy in words: when it runs, what it keeps, how many claims it takes, when it runs next, and its
    last closed run. `runs` are those of the last 30 days, oldest first; empty if nobody asked for them."""

    name: str
    schedule: str
    timezone: str
    enabled: bool
    method: str
    keeps: str
    claims: int
    next_run: datetime | None
    last_run: Run | None
    objective: timedelta | None
    runs: tuple[Run, ...] = ()

    @property
    def success(self) -> float | None:
        """The share of the points of these runs that became ready; None without points."""
        total = sum(run.total for run in self.runs)
        return sum(run.ready for run in self.runs) / total if total else None


@dataclass(frozen=True, slots=True)
class Sources:
    """The data behind a report, gathered once.

    `slots` holds, by policy, the slots of the week from today and beyond, ascending (aware UTC). Each policy
    has a retention, or `invalid` says why it cannot be read. `files` says that files of points are read.
    """

    region: str
    policies: Sequence[Policy]
    coverage: CoverageReport
    points: Sequence[ReportedPoint]
    failures: Sequence[Failure]
    last_runs: Mapping[str, Run | None]
    slots: Mapping[str, Sequence[datetime]]
    retentions: Mapping[str, PolicyRetention]
    incidents: Sequence[IncidentRecord]
    restores: Sequence[RestoreOperation]
    invalid: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    files: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """How a cluster's data is protected. Times are aware UTC.

    `notes` says what could not be determined. Incidents and restores come newest first. `gone` are claims
    (namespace/name) that the cluster no longer has and whose good points remain, even where `claims` omits
    them. `places` says how claims stand in the places that they are copied to, `checks` how points stand that
    were looked into. With `files`, files of points are read by command.
    `namespaces` says which are restorable whole, where a policy saves objects.
    """

    cluster: str
    region: str
    at: datetime
    timezone: str
    claims: tuple[ReportedClaim, ...]
    policies: tuple[ReportedPolicy, ...]
    week: Week
    stored: tuple[Stored, ...]
    incidents: tuple[IncidentRecord, ...]
    restores: tuple[RestoreOperation, ...]
    prices: Prices
    notes: tuple[str, ...]
    gone: frozenset[str] = frozenset()
    places: tuple[PlaceStands, ...] = ()
    checks: ChecksSummary = UNASKED
    files: bool = False
    namespaces: tuple[NamespaceStands, ...] = ()
    stored_on_efs: StoredOnEfs | None = None

    def count(self, state: ClaimState) -> int:
        """How many claims are in a state."""
        return sum(claim.state is state for claim in self.claims)


def report(sources: Sources, prices: Prices = US_EAST_1) -> Report:
    """The report on the gathered data, as of the time of its coverage report."""
    now = sources.coverage.at
    timezone = _timezone(sources.policies)
    taken = Counter(name for claim in sources.coverage.claims for name in claim.policies)
    policies = tuple(_policy(policy, sources, taken[policy.name], now) for policy in sources.policies)
    objectives = {policy.name: policy.objective for policy in policies}
    return Report(
        cluster=sources.coverage.cluster,
        region=sources.region,
        at=now,
        timezone=timezone,
        claims=tuple(reported_claims(sources.coverage.claims, sources.points, sources.failures, objectives)),
        policies=policies,
        week=week(sources.slots, taken, timezone, now),
        stored=stored(sources.points, prices),
        incidents=tuple(sorted(sources.incidents, key=opened, reverse=True)),
        restores=tuple(sorted(sources.restores, key=lambda item: item.accepted_at, reverse=True)),
        prices=prices,
        notes=(*_invalid(sources), *sources.notes, *_unasked(sources.coverage)),
        gone=sources.coverage.gone,
        places=by_place(
            ((claim.name, copy) for claim in sources.coverage.claims for copy in claim.copies),
            sources.coverage.places,
        ),
        checks=sources.coverage.checks,
        files=sources.files,
        namespaces=sources.coverage.namespaces,
        stored_on_efs=stored_on_efs(sources.points, prices),
    )


def _policy(policy: Policy, sources: Sources, claims: int, now: datetime) -> ReportedPolicy:
    slots = sources.slots.get(policy.name, ())
    retention = sources.retentions.get(policy.name)
    invalid = sources.invalid.get(policy.name, "")
    keeps = in_words(retention.rules) if retention else f"unreadable retention: {invalid}"
    return ReportedPolicy(
        policy.name,
        policy.schedule.expression,
        policy.schedule.timezone,
        policy.schedule.enabled,
        policy.method.value,
        keeps,
        claims,
        next((slot for slot in slots if slot > now), None),
        sources.last_runs.get(policy.name),
        objective(policy.schedule, slots),
    )


def _invalid(sources: Sources) -> list[str]:
    return [
        f"policy {name} prunes nothing: its retention: {reason}" for name, reason in sources.invalid.items()
    ]


def _unasked(coverage: CoverageReport) -> list[str]:
    """What nobody could ask about copies, checks and saved objects."""
    of = {
        "copies": coverage.copies_unasked,
        "checks": coverage.checks.unasked,
        "objects": coverage.objects_unasked,
    }
    return [f"{subject}: {why}" for subject, why in of.items() if why]


def _timezone(policies: Sequence[Policy]) -> str:
    """The zone that most policies run in."""
    zones = Counter(policy.schedule.timezone for policy in policies)
    return zones.most_common(1)[0][0] if zones else "UTC"


def notice_given(record: IncidentRecord) -> timedelta | None:
    """The time from the first notice of an incident to its earliest deadline; None without a deadline."""
    deadlines = [notice.deadline for notice in record.notices if notice.deadline]
    return min(deadlines) - opened(record) if deadlines else None


def opened(record: IncidentRecord) -> datetime:
    """The time of the first notice or timeline entry of an incident (aware UTC)."""
    heard = [notice.announced_at for notice in record.notices] + [moment.at for moment in record.timeline]
    return min(heard)

"""Response bodies about the state of a cluster and its claims."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from snapkeep.domain.backup.runs import Run, RunState
from snapkeep.domain.copies.view.standing import PlaceStands, Standing
from snapkeep.domain.points import PointState
from snapkeep.domain.report.claims import ClaimState, ReportedClaim
from snapkeep.domain.report.facts import Report, ReportedPolicy, opened
from snapkeep.domain.report.points import Outlook, ReportedPoint
from snapkeep.domain.restore.operations import RestoreOperation, Stage
from snapkeep.domain.times import to_second
from snapkeep.inbound.api.body import Body
from snapkeep.inbound.api.models.check import CheckModel, ChecksModel, check_model, checks_model
from snapkeep.inbound.api.words import RestoreHintModel, restore_hint, size_text

if TYPE_CHECKING:
    from snapkeep.domain.interruption.records import IncidentRecord


class RunModel(Body):
    """A closed run: how many of its `total` recovery points are ready."""

    slot: str
    state: RunState
    ready: int
    total: int


class PolicyStatusModel(Body):
    """A policy: how many claims it takes, its newest closed run, its next slot, what it keeps."""

    name: str
    claims: int
    last_run: RunModel | None
    next_run: str | None
    keeps: str


class TroubleModel(Body):
    """A claim that is not protected as promised, and why."""

    namespace: str
    claim: str
    state: ClaimState
    reason: str


class IncidentModel(Body):
    """An instance that is about to die; `latest` is the last entry of its timeline."""

    instance: str
    node: str
    opened_at: str
    closed_at: str | None
    latest: str


class RestoreStatusModel(Body):
    """A restore as the journal knows it."""

    id: str
    namespace: str
    claim: str
    stage: Stage
    accepted_at: str


class PlaceStatusModel(Body):
    """How claims stand in a place they are copied to, and when the data of the oldest of their newest copies
    was snapshotted. `account` is that of a vault; `copies` are ready. `waiting` counts the cluster's points
    that the last turn at the place left for the next, up to 60; `last_turn` is when one last listed it."""

    place: str
    region: str
    account: str
    on_time: int
    late: int
    not_copied: int
    failed: int
    cannot_be_copied: int
    oldest: str | None
    copies: int
    in_progress: int
    waiting: int
    last_turn: str | None


class StatusModel(Body):
    """The state of a cluster. `claims` counts claims by state (deleted ones if good points remain);
    `troubles` names those that could be protected as promised, but are not; `notes` says what could not be
    asked. `namespaces` counts namespaces by whether they are restorable whole; it is empty where no policy
    saves objects."""

    cluster: str
    at: str
    claims: dict[str, int]
    troubles: list[TroubleModel]
    policies: list[PolicyStatusModel]
    incidents: list[IncidentModel]
    restores: list[RestoreStatusModel]
    notes: list[str]
    places: list[PlaceStatusModel]
    checks: ChecksModel
    namespaces: dict[str, int]


class ReportedPointModel(Body):
    """A recovery point and its fate; `goes_at` is when the next backup will push it out. `tier` says where it
    is stored and why, empty when there is nothing to say."""

    id: str
    slot: str
    policy: str
    state: PointState
    size: str
    snapshot_id: str
    held: bool
    fate: Outlook
    reasons: list[str]
    goes_at: str | None
    check: CheckModel | None
    tier: str


class ClaimModel(Body):
    """A claim, how it is protected, and its recovery points, newest first.

    `objective_seconds` is how old its newest good point may become; `restore` is how to restore that point.
    """

    namespace: str
    claim: str
    state: ClaimState
    reason: str
    policies: list[str]
    last_good: str | None
    last_good_id: str
    next_run: str | None
    objective_seconds: int | None
    restore: RestoreHintModel | None
    note: str
    recovery_points: list[ReportedPointModel]


def _place(stands: PlaceStands) -> PlaceStatusModel:
    return PlaceStatusModel(
        place=stands.place,
        region=stands.holds.region,
        account=stands.holds.account,
        on_time=stands.counts.get(Standing.ON_TIME, 0),
        late=stands.counts.get(Standing.LATE, 0),
        not_copied=stands.counts.get(Standing.NOT_COPIED, 0),
        failed=stands.counts.get(Standing.FAILED, 0),
        cannot_be_copied=stands.counts.get(Standing.CANNOT_BE_COPIED, 0),
        oldest=to_second(stands.oldest) if stands.oldest else None,
        copies=stands.holds.copies,
        in_progress=stands.holds.in_progress,
        waiting=stands.holds.waiting,
        last_turn=to_second(stands.holds.last_turn) if stands.holds.last_turn else None,
    )


def status_model(report: Report) -> StatusModel:
    """A status as a response body."""
    return StatusModel(
        cluster=report.cluster,
        at=to_second(report.at),
        claims={state.value: report.count(state) for state in ClaimState}
        | {ClaimState.GONE.value: len(report.gone)},
        troubles=[
            TroubleModel(namespace=claim.namespace, claim=claim.claim, state=claim.state, reason=claim.reason)
            for claim in report.claims
            if claim.state.is_wanting
        ],
        policies=[_policy(policy) for policy in report.policies],
        incidents=[_incident(record) for record in report.incidents],
        restores=[_restore(item) for item in report.restores],
        notes=list(report.notes),
        places=[_place(stands) for stands in report.places],
        checks=checks_model(report.checks),
        namespaces=dict(Counter(each.state.value for each in report.namespaces)),
    )


def claim_model(claim: ReportedClaim) -> ClaimModel:
    """A claim as a response body."""
    return ClaimModel(
        namespace=claim.namespace,
        claim=claim.claim,
        state=claim.state,
        reason=claim.reason,
        policies=list(claim.policies),
        last_good=to_second(claim.last_good) if claim.last_good else None,
        last_good_id=claim.last_good_id,
        next_run=to_second(claim.next_run) if claim.next_run else None,
        objective_seconds=int(claim.objective.total_seconds()) if claim.objective else None,
        restore=restore_hint(claim.restore) if claim.restore else None,
        note=claim.note,
        recovery_points=[_point(point) for point in claim.points],
    )


def _policy(policy: ReportedPolicy) -> PolicyStatusModel:
    return PolicyStatusModel(
        name=policy.name,
        claims=policy.claims,
        last_run=_run(policy.last_run) if policy.last_run else None,
        next_run=to_second(policy.next_run) if policy.next_run else None,
        keeps=policy.keeps,
    )


def _run(run: Run) -> RunModel:
    return RunModel(slot=to_second(run.slot), state=run.state, ready=run.ready, total=run.total)


def _incident(record: IncidentRecord) -> IncidentModel:
    return IncidentModel(
        instance=record.instance,
        node=record.node,
        opened_at=to_second(opened(record)),
        closed_at=to_second(record.closed_at) if record.closed_at else None,
        latest=record.timeline[-1].text if record.timeline else "",
    )


def _restore(item: RestoreOperation) -> RestoreStatusModel:
    return RestoreStatusModel(
        id=item.id,
        namespace=item.namespace,
        claim=item.target,
        stage=item.stage,
        accepted_at=to_second(item.accepted_at),
    )


def _point(point: ReportedPoint) -> ReportedPointModel:
    return ReportedPointModel(
        id=point.id,
        slot=to_second(point.slot),
        policy=point.policy,
        state=point.state,
        size=size_text(point.size_bytes),
        snapshot_id=point.snapshot_id,
        held=point.held,
        fate=point.fate,
        reasons=list(point.reasons),
        goes_at=to_second(point.goes_at) if point.goes_at else None,
        check=check_model(point.check) if point.check else None,
        tier=point.tier,
    )

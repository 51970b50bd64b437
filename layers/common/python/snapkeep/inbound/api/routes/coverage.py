"""Coverage: which claims are protected, late, unprotected, unprotectable or excluded, and why."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Router

from snapkeep.domain.copies.view.standing import Standing
from snapkeep.domain.report.coverage import Coverage, CoverageReport, CoveredClaim
from snapkeep.domain.times import to_second
from snapkeep.inbound.api.actions import Actions
from snapkeep.inbound.api.answers import read_responses
from snapkeep.inbound.api.body import Body
from snapkeep.inbound.api.models.check import CheckModel, ChecksModel, check_model, checks_model
from snapkeep.inbound.api.models.namespace import NamespaceModel, namespace_model
from snapkeep.inbound.api.names import Cluster, Namespace
from snapkeep.inbound.api.once import Once
from snapkeep.inbound.api.routing import new_router


class LastGoodModel(Body):
    """The newest recovery point that a claim can be restored from."""

    id: str
    policy: str
    slot: str


class CopiedToModel(Body):
    """How a claim stands in a place: `taken` is when the data of its newest ready copy was snapshotted."""

    place: str
    policy: str
    standing: Standing
    taken: str | None
    reason: str
    is_late: bool


class CoveredClaimModel(Body):
    """The coverage of a claim; a pod's volume without a claim is named `pod:volume`. `check` says how its
    newest good point stands; null without one, and where points are not checked."""

    namespace: str
    claim: str
    state: Coverage
    reason: str
    policy: str
    last_good: LastGoodModel | None
    next_run: str | None
    copies: list[CopiedToModel]
    check: CheckModel | None


class CoverageModel(Body):
    """The coverage of a cluster's claims now; `unasked` says what could not be asked, and is mostly empty.
    `copies_late` counts claims whose copies are late, `copies_unasked` names places that did not answer.
    `namespaces` says which are restorable whole, where a policy saves objects; `objects_unasked` why that is
    unknown."""

    cluster: str
    at: str
    protected: int
    late: int
    unprotected: int
    unprotectable: int
    excluded: int
    unasked: str
    copies_late: int
    copies_unasked: str
    checks: ChecksModel
    claims: list[CoveredClaimModel]
    namespaces: list[NamespaceModel]
    objects_unasked: str


SHOWS: dict[str, Any] = {"tags": ["coverage"], "responses": read_responses(CoverageModel)}


def coverage_routes(actions: Actions, once: Once) -> Router:
    """The routes about coverage."""
    router = new_router()

    @router.get("/v1/clusters/<cluster>/coverage", summary="Show how claims are covered", **SHOWS)
    def show_coverage(cluster: Cluster) -> CoverageModel:
        return _model(actions.show_coverage(cluster, ""))

    @router.get(
        "/v1/clusters/<cluster>/namespaces/<namespace>/coverage",
        summary="Show how claims of a namespace are covered",
        **SHOWS,
    )
    def show_coverage_of_namespace(cluster: Cluster, namespace: Namespace) -> CoverageModel:
        return _model(actions.show_coverage(cluster, namespace))

    return router


def _model(report: CoverageReport) -> CoverageModel:
    return CoverageModel(
        cluster=report.cluster,
        at=to_second(report.at),
        protected=report.count(Coverage.PROTECTED),
        late=report.count(Coverage.LATE),
        unprotected=report.count(Coverage.UNPROTECTED),
        unprotectable=report.count(Coverage.UNPROTECTABLE),
        excluded=report.count(Coverage.EXCLUDED),
        unasked=report.unasked,
        copies_late=report.copies_late,
        copies_unasked=report.copies_unasked,
        checks=checks_model(report.checks),
        claims=[_claim(claim) for claim in report.claims],
        namespaces=[namespace_model(each) for each in report.namespaces],
        objects_unasked=report.objects_unasked,
    )


def _claim(claim: CoveredClaim) -> CoveredClaimModel:
    good = claim.last_good
    return CoveredClaimModel(
        namespace=claim.namespace,
        claim=claim.claim,
        state=claim.state,
        reason=claim.reason,
        policy=claim.policy,
        last_good=LastGoodModel(id=good.point_id, policy=good.policy, slot=to_second(good.slot))
        if good
        else None,
        next_run=to_second(claim.next_run) if claim.next_run else None,
        copies=[
            CopiedToModel(
                place=copy.place,
                policy=copy.policy,
                standing=copy.standing,
                taken=to_second(copy.taken) if copy.taken else None,
                reason=copy.reason,
                is_late=copy.is_late,
            )
            for copy in claim.copies
        ],
        check=check_model(claim.check) if claim.check else None,
    )

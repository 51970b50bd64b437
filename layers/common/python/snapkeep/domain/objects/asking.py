"""By which policy a run saves the objects of a namespace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from snapkeep.domain.backup.on_demand import OnDemandRequest
from snapkeep.domain.backup.runs import Run
from snapkeep.domain.backup.selection import reaches
from snapkeep.domain.policies import Deployment, Policy


def asking(run: Run, deployment: Deployment) -> Sequence[Policy]:
    """The policies by which the run may save objects, in the order of the file; none if it saves nothing.

    A run on demand saves like the policy that its request names, or else like all of its cluster that need
    no label on a claim. What it saves has no lock, as its points have none.
    """
    if run.request is None:
        return [each for each in deployment.policies if each.name == run.policy and each.objects]
    return [
        replace(each, lock=None)
        for each in deployment.policies
        if each.objects and run.cluster in each.clusters and _is_meant(each, run.request)
    ]


def policy_for(namespace: str, run: Run, policies: Sequence[Policy]) -> Policy | None:
    """The first of the policies that `asking` found for the run which covers the namespace; None if none
    does. What the run's own policy took is covered, wherever it is."""
    named = run.request is None or bool(run.request.policy)
    return next((each for each in policies if named or reaches(each.selection, namespace)), None)


def _is_meant(policy: Policy, request: OnDemandRequest) -> bool:
    return policy.name == request.policy if request.policy else not policy.selection.opt_in_only

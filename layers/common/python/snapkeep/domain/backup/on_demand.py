"""On-demand requests: somebody asks to back up named claims, a selection or a policy's claims now.

The recovery points always belong to the built-in policy `on-demand`, whose retention deletes them; a policy
named in the request only says what to take, and how.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from snapkeep.domain.backup.protectability import Code
from snapkeep.domain.backup.selection import (
    Selected,
    SkippedClaim,
    Taken,
    arranged,
    decide_alone,
    reaches,
    select_for,
)
from snapkeep.domain.claims import Claim, ClaimName, ScratchVolume, Volume, VolumeKind
from snapkeep.domain.points import ClaimFacts
from snapkeep.domain.policies import ON_DEMAND, BackupSpec, Deployment, Method, Policy, Selection
from snapkeep.domain.sizes import parse_quantity

BY_NAME = "it was requested by name"

NAMED = 3
"""How many claims a sentence names; the list of skipped claims has them all."""


@dataclass(frozen=True, slots=True)
class OnDemandRequest:
    """What to back up now: `claims`, or a `selection`, or what a `policy` takes; exactly one is given.

    Without a `method`, it takes a VolumeSnapshot if the cluster supports it, else an EBS snapshot by EC2. A
    request for one `namespace` is visible in that namespace only.
    """

    claims: tuple[ClaimName, ...] = ()
    selection: Selection | None = None
    policy: str = ""
    method: Method | None = None
    namespace: str = ""
    caller: str = ""


def spec_of(request: OnDemandRequest, cluster: str, deployment: Deployment) -> BackupSpec | None:
    """How to carry out a request in a cluster: like the policy that it names, if any.

    None if the cluster lacks that policy, or only its schedule can start it.
    """
    if request.policy:
        policy = deployment.policy(request.policy)
        if policy is None or cluster not in policy.clusters or not policy.method.is_of_volumes:
            return None
        return replace(policy, method=request.method) if request.method else policy
    return BackupSpec(
        name=ON_DEMAND,
        selection=request.selection or Selection(),
        method=request.method or Method.CSI,
        csi_fallback=request.method is None,
    )


def why_no_spec(request: OnDemandRequest, cluster: str, deployment: Deployment) -> str:
    """A sentence saying why the requested policy cannot be run there now, and which policies can."""
    policies = [item for item in deployment.volume_policies if cluster in item.clusters]
    here = ", ".join(item.name for item in policies) or "none"
    policy = deployment.policy(request.policy)
    if policy and cluster in policy.clusters:
        return (
            f"policy {policy.name} backs up EFS file systems, and runs at its slots only "
            f"(policies that run on demand: {here})"
        )
    return f"cluster {cluster} has no policy {request.policy} (its policies: {here})"


def select_wanted(
    request: OnDemandRequest,
    spec: BackupSpec,
    deployment: Deployment,
    claims: Iterable[Claim],
    scratch: Iterable[ScratchVolume] = (),
) -> Selected:
    """Which of a cluster's claims a request takes by `spec` (see `spec_of`), and which it skips.

    Only a request for a policy reports scratch volumes. Claims and namespaces outside the request are not
    mentioned: a caller who may back up one namespace may not learn about others.
    """
    if isinstance(spec, Policy):
        return select_for(spec, deployment, claims, scratch)
    if request.claims:
        return _by_name(request, spec, claims)
    return arranged(
        [decide_alone(claim, spec) for claim in claims if reaches(spec.selection, claim.namespace)]
    )


def wants_known(request: OnDemandRequest, spec: BackupSpec, claim: ClaimFacts) -> bool:
    """Whether a request takes a claim that is known only from earlier points, whose tags hold no labels."""
    if request.policy:
        return True
    if request.claims:
        return ClaimName(claim.namespace, claim.name) in request.claims
    if spec.selection.labels:
        return False
    try:
        return isinstance(decide_alone(_as_claim(claim), spec), Taken)
    except ValueError:  # a size that somebody edited
        return False


def unmet(request: OnDemandRequest, cluster: str, selected: Selected) -> str:
    """What a request will not get, in words; "" if it gets everything."""
    if request.claims and selected.skipped:
        missing = "; ".join(f"{item.subject}: {item.reason}" for item in selected.skipped[:NAMED])
        more = len(selected.skipped) - NAMED
        rest = f"; and {more} more" if more > 0 else ""
        figures = f"{len(selected.skipped)} of the {len(request.claims)} requested claims are not taken"
        return f"{figures}: {missing}{rest}"
    if selected.taken:
        return ""
    reasons = Counter(item.code.value for item in selected.skipped).most_common(NAMED)
    seen = ", ".join(f"{count} {code}" for code, count in reasons)
    why = f"of the claims considered: {seen}" if seen else "there are no claims within its selection"
    return f"the request takes no claim in cluster {cluster} ({why})"


def _by_name(request: OnDemandRequest, spec: BackupSpec, claims: Iterable[Claim]) -> Selected:
    named = frozenset(request.claims)
    found = {
        name: decide_alone(claim, spec, BY_NAME)
        for claim in claims
        if (name := ClaimName(claim.namespace, claim.name)) in named
    }
    missing = [
        SkippedClaim(name, Code.NOT_FOUND, f"namespace {name.namespace} has no claim {name.name}")
        for name in named - found.keys()
    ]
    return arranged(list(found.values()), missing)


def _as_claim(facts: ClaimFacts) -> Claim:
    """A claim as it was when its last point was taken; its volume is assumed to exist."""
    return Claim(
        cluster=facts.cluster,
        namespace=facts.namespace,
        name=facts.name,
        uid=facts.uid,
        phase="Bound",
        requested=facts.requested,
        requested_bytes=parse_quantity(facts.requested),
        storage_class=facts.storage_class,
        access_modes=facts.access_modes,
        volume_mode=facts.volume_mode,
        volume=Volume("", VolumeKind.EBS_CSI, facts.driver, "", facts.fs_type),
    )

"""Wishes: backups that somebody asks for now, of claims by name, of a selection or of a policy.

Whatever is wished for, the recovery points belong to the built-in policy `on-demand`, whose retention
lets them go; the policy that a wish names only says what is taken, and how.
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
from snapkeep.domain.policies import ON_DEMAND, Deployment, Method, Policy, Schedule, Selection
from snapkeep.domain.sizes import parse_quantity

BY_NAME = "it was asked for by name"

NAMED = 3
"""Claims that a sentence names; the list of what was left has all."""


@dataclass(frozen=True, slots=True)
class OnDemandRequest:
    """What to back up now: `claims`, or a `selection`, or what a `policy` takes; exactly one is given.

    Without a `method` a VolumeSnapshot is taken where the cluster can, else an EBS snapshot by EC2.
    A wish of one `namespace` is shown in that namespace only.
    """

    claims: tuple[ClaimName, ...] = ()
    selection: Selection | None = None
    policy: str = ""
    method: Method | None = None
    namespace: str = ""
    caller: str = ""


def policy_of(wish: OnDemandRequest, cluster: str, deployment: Deployment) -> Policy | None:
    """How a wish is carried out in a cluster; None when it names a policy that is not there."""
    if wish.policy:
        policy = deployment.policy(wish.policy)
        if policy is None or cluster not in policy.clusters:
            return None
        return replace(policy, method=wish.method) if wish.method else policy
    return Policy(
        name=ON_DEMAND,
        clusters=(cluster,),
        selection=wish.selection or Selection(),
        schedule=Schedule("", enabled=False),
        method=wish.method or Method.CSI,
        retention={},
        csi_fallback=wish.method is None,
    )


def unknown_policy(wish: OnDemandRequest, cluster: str, deployment: Deployment) -> str:
    """Says that the policy a wish names is not there, and which are."""
    here = ", ".join(item.name for item in deployment.policies if cluster in item.clusters) or "none"
    return f"cluster {cluster} has no policy {wish.policy} (its policies: {here})"


def select_wanted(
    wish: OnDemandRequest,
    policy: Policy,
    deployment: Deployment,
    claims: Iterable[Claim],
    scratch: Iterable[ScratchVolume] = (),
) -> Selected:
    """What a wish takes of a cluster's claims by `policy` (see `policy_of`), and what it leaves.

    Only a policy reports scratch volumes. Of claims and namespaces that were not asked for nothing is
    said: who may back up one namespace may not be told of others.
    """
    if wish.policy:
        return select_for(policy, deployment, claims, scratch)
    if wish.claims:
        return _by_name(wish, policy, claims)
    return arranged(
        [decide_alone(claim, policy) for claim in claims if reaches(policy.selection, claim.namespace)]
    )


def wants_known(wish: OnDemandRequest, policy: Policy, claim: ClaimFacts) -> bool:
    """Whether a wish takes a claim of which only earlier tags are known; those know no labels."""
    if wish.policy:
        return True
    if wish.claims:
        return ClaimName(claim.namespace, claim.name) in wish.claims
    if policy.selection.labels:
        return False
    try:
        return isinstance(decide_alone(_as_claim(claim), policy), Taken)
    except ValueError:  # a size that somebody edited
        return False


def unmet(wish: OnDemandRequest, cluster: str, selected: Selected) -> str:
    """What a wish asked for and does not get, in words; "" when it gets what it asked for."""
    if wish.claims and selected.left:
        missing = "; ".join(f"{item.subject}: {item.reason}" for item in selected.left[:NAMED])
        more = len(selected.left) - NAMED
        rest = f"; and {more} more" if more > 0 else ""
        figures = f"{len(selected.left)} of the {len(wish.claims)} claims asked for are not taken"
        return f"{figures}: {missing}{rest}"
    if selected.taken:
        return ""
    reasons = Counter(item.code.value for item in selected.left).most_common(NAMED)
    seen = ", ".join(f"{count} {code}" for code, count in reasons)
    why = f"of the claims looked at: {seen}" if seen else "there are no claims where it looks"
    return f"the wish takes no claim of cluster {cluster} ({why})"


def _by_name(wish: OnDemandRequest, policy: Policy, claims: Iterable[Claim]) -> Selected:
    named = frozenset(wish.claims)
    found = {
        name: decide_alone(claim, policy, BY_NAME)
        for claim in claims
        if (name := ClaimName(claim.namespace, claim.name)) in named
    }
    missing = [
        SkippedClaim(name, Code.NOT_FOUND, f"namespace {name.namespace} has no claim {name.name}")
        for name in named - found.keys()
    ]
    return arranged(list(found.values()), missing)


def _as_claim(facts: ClaimFacts) -> Claim:
    """A claim as it was when its last point was taken; its volume is known to exist."""
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

"""Which claims a policy takes and which it skips, each with the reason.

The most specific instruction wins: a claim's label `snapkeep.io/exclude` over its label `snapkeep.io/policy`
over the policy's own selection. A label can only name a configured policy. A claim that cannot be protected
is skipped with a plain reason; it is never an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from snapkeep.domain import object_labels
from snapkeep.domain.backup.protectability import Code as Code
from snapkeep.domain.backup.protectability import Refusal, not_protectable, scratch_refusal
from snapkeep.domain.backup.sharing import Holders, holders_of, sharers_of
from snapkeep.domain.claims import Claim, ClaimName, ScratchVolume, VolumeKind
from snapkeep.domain.labels import describe, matches
from snapkeep.domain.policies import BackupSpec, Deployment, Method, Policy, Selection
from snapkeep.domain.sizes import format_quantity

POLICIES_SHOWN = 4
"""How many policies a reason quotes, so that it stays readable."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A claim that a policy takes. `method_reason` says why `method` differs from the policy's, if it does.

    `group` is the key of its crash-consistent group, "" when it is alone. `sharers` are the other claims on
    its volume among those considered.
    """

    claim: Claim
    policy: str
    method: Method
    reason: str
    method_reason: str = ""
    group: str = ""
    sharers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SkippedClaim:
    """A claim (or the name of a missing one) or scratch volume that is not taken, and why."""

    subject: Claim | ClaimName | ScratchVolume
    code: Code
    reason: str


@dataclass(frozen=True, slots=True)
class Selected:
    """What is taken and what is skipped, both sorted by namespace and name."""

    taken: tuple[Taken, ...]
    skipped: tuple[SkippedClaim, ...]


def select_for(
    policy: Policy, deployment: Deployment, claims: Iterable[Claim], scratch: Iterable[ScratchVolume] = ()
) -> Selected:
    """Which of these claims one run of `policy` takes, and which it skips.

    Scratch volumes are reported in the policy's namespaces; an opt-in policy ignores them.
    """
    unprotected = [
        SkippedClaim(volume, *scratch_refusal(volume))
        for volume in scratch
        if not policy.selection.opt_in_only and not _outside(volume.namespace, policy.selection)
    ]
    return arranged([decide(claim, policy, deployment.policies) for claim in claims], unprotected)


def select(
    claims: Iterable[Claim], policies: Sequence[Policy], cluster: str, scratch: Iterable[ScratchVolume] = ()
) -> Selected:
    """What all policies together take in a cluster: each claim once per policy, or skipped once."""
    here = sorted((policy for policy in policies if cluster in policy.clusters), key=lambda item: item.name)
    decisions = [decision for claim in claims for decision in _decide_by_all(claim, here, policies)]
    return arranged(decisions, [SkippedClaim(volume, *scratch_refusal(volume)) for volume in scratch])


def decide(claim: Claim, policy: Policy, policies: Sequence[Policy]) -> Taken | SkippedClaim:
    """Whether `policy` takes the claim; `policies` are all of the file, in its order."""
    opted_in = claim.labels.get(object_labels.POLICY) == policy.name
    refusal = (
        _excluded(claim)
        or _other_cluster(claim, policy)
        or _opted_elsewhere(claim, policy, policies)
        or (None if opted_in else _outside(claim.namespace, policy.selection))
        or not_protectable(claim, policy.method)
        or (None if opted_in else _unselected(claim, policy))
        or (None if opted_in else _taken_exclusively(claim, policy, policies))
    )
    if refusal is not None:
        return SkippedClaim(claim, *refusal)
    reason = f"its label {object_labels.POLICY} names the policy" if opted_in else _describe(policy.selection)
    ignored = misread_exclusion(claim)
    return _taken(claim, policy, f"{reason}; {ignored}" if ignored else reason)


def misread_exclusion(claim: Claim) -> str:
    """Why a label that looks like an exclusion has no effect; "" without such a label."""
    value = claim.labels.get(object_labels.EXCLUDE, "")
    if value in ("", "true", "false"):
        return ""
    return f'its label {object_labels.EXCLUDE} is "{value}", which excludes nothing: only "true" does'


def decide_alone(claim: Claim, policy: BackupSpec, reason: str = "") -> Taken | SkippedClaim:
    """Whether `policy` takes the claim, whatever policy its label names; `reason` says why.

    Used for on-demand requests: the label that names a policy concerns schedules only, but the one that
    excludes a claim always counts.
    """
    refusal = (
        _excluded(claim)
        or _outside(claim.namespace, policy.selection)
        or not_protectable(claim, policy.method)
        or _unselected(claim, policy)
    )
    return (
        SkippedClaim(claim, *refusal)
        if refusal
        else _taken(claim, policy, reason or _describe(policy.selection))
    )


def reaches(selection: Selection, namespace: str) -> bool:
    """True when a selection covers that namespace."""
    return _outside(namespace, selection) is None


def method_for(claim: Claim, policy: BackupSpec) -> tuple[Method, str]:
    """The method for a point of the claim, and the reason when it is not the policy's own.

    The snapshot controller answers "snapshotting non-CSI volumes is not supported" for a volume without
    `spec.csi`, and a CSI-migrated volume is still an in-tree object without one.
    https://github.com/kubernetes-csi/external-snapshotter/blob/master/pkg/common-controller/snapshot_controller.go
    The EBS CSI driver has no group snapshots:
    https://github.com/kubernetes-sigs/aws-ebs-csi-driver/issues/2350
    """
    if policy.method is not Method.CSI:
        return policy.method, ""
    if claim.volume is not None and claim.volume.kind is not VolumeKind.EBS_CSI:
        return Method.EBS, "by ebs instead of csi: the snapshot controller cannot snapshot in-tree volumes"
    if group_key(claim, policy):
        return Method.EBS, (
            "by ebs instead of csi: a crash-consistent group needs EC2 CreateSnapshots, "
            "which the EBS CSI driver does not offer"
        )
    return Method.CSI, ""


def group_key(claim: Claim, policy: BackupSpec) -> str:
    """The claim's crash-consistent group, `namespace/label value`; "" when it is in none."""
    value = claim.labels.get(policy.group_label, "") if policy.group_label else ""
    return f"{claim.namespace}/{value}" if value else ""


def _taken(claim: Claim, policy: BackupSpec, reason: str) -> Taken:
    method, method_reason = method_for(claim, policy)
    return Taken(claim, policy.name, method, reason, method_reason, group_key(claim, policy))


def _decide_by_all(
    claim: Claim, here: Sequence[Policy], policies: Sequence[Policy]
) -> Sequence[Taken | SkippedClaim]:
    """Every policy that takes the claim, or the one reason that helps a user most."""
    decisions = {policy.name: decide(claim, policy, policies) for policy in here}
    taken = [decision for decision in decisions.values() if isinstance(decision, Taken)]
    if taken:
        return taken
    skipped = [(name, decision) for name, decision in decisions.items() if isinstance(decision, SkippedClaim)]
    for _, decision in skipped:
        if decision.code in (Code.EXCLUDED, Code.UNKNOWN_POLICY):
            return [decision]
    refusal = not_protectable(claim)
    if refusal is not None and all(not_protectable(claim, policy.method) for policy in here):
        return [SkippedClaim(claim, *refusal)]
    why = _why_none(skipped) or "the cluster has none"
    return [SkippedClaim(claim, Code.NO_POLICY, f"no policy takes it ({why})")]


def _why_none(skipped: Sequence[tuple[str, SkippedClaim]]) -> str:
    """The reasons of a few policies, those for other namespaces last, and how many more there are."""
    nearest = sorted(skipped, key=lambda each: each[1].code is Code.NAMESPACE)
    said = [f"{name}: {decision.reason}" for name, decision in nearest[:POLICIES_SHOWN]]
    more = len(skipped) - POLICIES_SHOWN
    return "; ".join([*said, *([f"and {more} more"] if more > 0 else [])])


def _excluded(claim: Claim) -> Refusal | None:
    if claim.labels.get(object_labels.EXCLUDE) == "true":
        return Code.EXCLUDED, f'its label {object_labels.EXCLUDE} is "true"'
    return None


def _other_cluster(claim: Claim, policy: Policy) -> Refusal | None:
    if claim.cluster in policy.clusters:
        return None
    return Code.OTHER_CLUSTER, f"policy {policy.name} is not for cluster {claim.cluster!r}"


def _opted_elsewhere(claim: Claim, policy: Policy, policies: Sequence[Policy]) -> Refusal | None:
    named = claim.labels.get(object_labels.POLICY)
    if named is None or named == policy.name:
        return None
    allowed = sorted(other.name for other in policies if claim.cluster in other.clusters)
    if named in allowed:
        return Code.OTHER_POLICY, f"its label {object_labels.POLICY} names policy {named}"
    return Code.UNKNOWN_POLICY, (
        f"its label {object_labels.POLICY} names {named!r}, which is no policy of cluster {claim.cluster!r}; "
        f"allowed: {', '.join(allowed) or 'none'}"
    )


def _taken_exclusively(claim: Claim, policy: Policy, policies: Sequence[Policy]) -> Refusal | None:
    """The exclusive policy that takes the claim instead: the first in the file, unless it is paused."""
    for other in policies:
        if not other.exclusive or not other.schedule.enabled or claim.cluster not in other.clusters:
            continue
        if other.method.is_of_volumes is not policy.method.is_of_volumes:
            continue
        if not _outside(claim.namespace, other.selection) and not _unselected(claim, other):
            if other.name == policy.name:
                return None
            return Code.OTHER_POLICY, f"policy {other.name} takes it, and is exclusive"
    return None


def _outside(namespace: str, selection: Selection) -> Refusal | None:
    for pattern in selection.exclude_namespaces:
        if fnmatchcase(namespace, pattern):
            return Code.NAMESPACE, f"namespace {namespace!r} is excluded by {pattern!r}"
    if selection.namespaces and not any(fnmatchcase(namespace, item) for item in selection.namespaces):
        return Code.NAMESPACE, f"namespace {namespace!r} is not among {', '.join(selection.namespaces)}"
    return None


def _unselected(claim: Claim, policy: BackupSpec) -> Refusal | None:
    """The part of the policy's selection (apart from namespaces) that the claim does not meet."""
    selection, size = policy.selection, claim.size_bytes
    if selection.opt_in_only:
        return (
            Code.NOT_OPTED_IN,
            f"the policy takes only claims with the label {object_labels.POLICY}: {policy.name}",
        )
    for requirement in selection.labels:
        if not matches(claim.labels, requirement):
            return Code.LABELS, f"its labels do not meet {describe(requirement)}"
    if selection.storage_classes and claim.storage_class not in selection.storage_classes:
        classes = ", ".join(selection.storage_classes)
        return Code.STORAGE_CLASS, f"storage class {claim.storage_class!r} is not among {classes}"
    if selection.min_bytes is not None and size < selection.min_bytes:
        return Code.SIZE, f"{_size(claim)} is below the minimum, {format_quantity(selection.min_bytes)}"
    if selection.max_bytes is not None and size > selection.max_bytes:
        return Code.SIZE, f"{_size(claim)} is above the maximum, {format_quantity(selection.max_bytes)}"
    return None


def _size(claim: Claim) -> str:
    """The claim's size, with the requested size where that differs."""
    if claim.size_bytes == claim.requested_bytes:
        return claim.requested
    return f"its volume's {format_quantity(claim.size_bytes)} ({claim.requested} requested)"


def _describe(selection: Selection) -> str:
    """The criteria that a taken claim met, for the plan."""
    parts = [f"namespace {', '.join(selection.namespaces)}"] if selection.namespaces else []
    parts += [f"label {describe(requirement)}" for requirement in selection.labels]
    parts += [f"storage class {', '.join(selection.storage_classes)}"] if selection.storage_classes else []
    parts += [f"at least {format_quantity(selection.min_bytes)}"] if selection.min_bytes is not None else []
    parts += [f"at most {format_quantity(selection.max_bytes)}"] if selection.max_bytes is not None else []
    return f"selected by {'; '.join(parts)}" if parts else "the policy takes every claim"


def arranged(decisions: Sequence[Taken | SkippedClaim], more: Sequence[SkippedClaim] = ()) -> Selected:
    """Decisions sorted as `Selected` promises; `more` adds skipped ones."""
    subjects = [item.claim if isinstance(item, Taken) else item.subject for item in decisions]
    holders = holders_of(subject for subject in subjects if isinstance(subject, Claim))
    taken = [_with_sharers(decision, holders) for decision in decisions if isinstance(decision, Taken)]
    skipped = [decision for decision in decisions if isinstance(decision, SkippedClaim)]
    return Selected(
        taken=tuple(sorted(taken, key=lambda item: (item.claim.namespace, item.claim.name, item.policy))),
        skipped=tuple(
            sorted([*skipped, *more], key=lambda item: (item.subject.namespace, str(item.subject)))
        ),
    )


def _with_sharers(taken: Taken, holders: Holders) -> Taken:
    volume = taken.claim.volume
    if volume is None:
        return taken
    return replace(taken, sharers=sharers_of(holders, volume.handle, taken.claim.uid))

"""What prevents that a plan is carried out, and what people should know before it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from snapkeep.domain.object_labels import RESTORED_FROM
from snapkeep.domain.objects.manifests import name_of
from snapkeep_cli.cluster.kubectl import MANAGER
from snapkeep_cli.namespaces.planning import Planned, restore_other
from snapkeep_cli.namespaces.target import NAMESPACES, Target, label_of

Finding = dict[str, str]
Document = Mapping[str, Any]

ERROR, WARNING = "error", "warning"
MOST = 10
"""How many objects in the way are named."""

OF_NAMESPACES = frozenset({"serviceaccount/default"})
"""What Kubernetes makes in each namespace: it is completed, and no conflict is forced.
https://kubernetes.io/docs/concepts/security/service-accounts/#default-service-accounts"""


def finding(severity: str, code: str, text: str, fix: str = "") -> Finding:
    """A finding as the API writes it."""
    return {"severity": severity, "code": code, "text": text, "fix": fix}


def obstacles(found: Planned, target: Target) -> Iterator[Finding]:
    """Findings about the target, those that refuse the plan first."""
    into = found.move.into
    if target.phase == "Terminating":
        yield finding(
            ERROR,
            "namespace_terminating",
            f"namespace {into} is being deleted: nothing can be made in it",
            f"kubectl wait --for=delete namespace/{into} --timeout=10m",
        )
    yield from _unserved(target)
    yield from _denied(target, into)
    yield from _in_the_way(found, target)
    yield from _to_bring(found, target)


def is_done(item: Document, target: Target, run: str) -> bool:
    """Whether an object was applied before from the archive of the run."""
    there = target.existing.get(label_of(item))
    return there is not None and _origin(there) == run


def _origin(item: Document) -> str:
    return str((item["metadata"].get("annotations") or {}).get(RESTORED_FROM) or "")


def _unserved(target: Target) -> Iterator[Finding]:
    for kind, names in target.unserved.items():
        yield finding(
            ERROR,
            "kind_missing",
            f"the cluster does not serve {kind} in namespaces, the kind of {_some(names)}",
            f"install what brings that kind, or leave it out: --without {kind.partition(' ')[0]}",
        )


def _denied(target: Target, into: str) -> Iterator[Finding]:
    for what in target.denied:
        if what == f"patch {NAMESPACES}" and not target.is_absent:
            text = f"you may not patch namespace {into}: its saved labels and annotations are not applied"
            yield finding(WARNING, "namespace_stays", text)
        elif what == f"create {NAMESPACES}":
            text = f"the cluster has no namespace {into}, and you may not create namespaces"
            yield finding(ERROR, "not_allowed", text, f"ask an admin for: kubectl create namespace {into}")
        else:
            text = f"you may not {what} in namespace {into}"
            yield finding(ERROR, "not_allowed", text, "ask an admin of the cluster, or see --without")


def _in_the_way(found: Planned, target: Target) -> Iterator[Finding]:
    run = found.move.saved.run
    labels = [label_of(item) for item in found.plan.objects]
    there = [target.existing[label] for label in labels if label in target.existing]
    blocking = [each for each in there if _origin(each) != run and label_of(each) not in OF_NAMESPACES]
    for item in islice(blocking, MOST):
        named = f"{item['kind']}/{name_of(item)}"
        origin = _origin(item)
        whose = f"restored from {origin}" if origin else _managers(item)
        yield finding(
            ERROR,
            "in_the_way",
            f"{named} exists in {found.move.into}, {whose}: nothing is overwritten",
            f"delete it, choose another namespace with --into, or keep it: --without {named}",
        )
    if len(blocking) > MOST:
        text = f"{len(blocking) - MOST} more objects exist in {found.move.into}"
        yield finding(ERROR, "in_the_way", text, "choose an empty namespace with --into")


def _managers(item: Document) -> str:
    """Who owns its fields, such as argocd-controller."""
    rows = item["metadata"].get("managedFields") or ()
    names = dict.fromkeys(str(row.get("manager")) for row in rows if row.get("manager") != MANAGER)
    return f"managed by {', '.join(names)}" if names else "made by somebody else"


def _to_bring(found: Planned, target: Target) -> Iterator[Finding]:
    into, old = found.move.into, found.move.saved.namespace
    missing = [name for name in found.secrets if name not in (target.secrets or ())]
    saved = [name for name in missing if name in found.encrypted]
    if saved:
        text = f"{into} lacks Secrets that are saved, encrypted: {', '.join(saved)}"
        yield finding(WARNING, "secret_missing", text, "add --secrets, if KMS lets you decrypt them")
    missing = [name for name in missing if name not in saved]
    if missing and target.secrets is None:
        text = f"you may not list Secrets; the saved objects need {', '.join(missing)}"
        yield finding(WARNING, "secret_missing", text, f"make sure that {into} has them")
    elif missing:
        yield finding(
            WARNING,
            "secret_missing",
            f"{into} lacks Secrets that are not saved: {', '.join(missing)}. Pods that need them wait",
            f"create them now or later: kubectl create secret generic {missing[0]} -n {into} …",
        )
    for claim in sorted(set(found.plan.empty) - target.brought):
        yield finding(
            WARNING,
            "claim_without_point",
            f"claim {claim} does not come back: the run has no ready recovery point for it",
            f"first restore another point of the claim: {restore_other(found.move, claim)}",
        )
    if found.plan.mentions:
        text = f"these still name Services in {old}: {', '.join(found.plan.mentions)}"
        yield finding(WARNING, "old_names", text, "edit them once they are applied")
    for kind in found.unsaved:
        text = f"{kind} were not saved, because the cluster did not let Snapkeep list them"
        yield finding(WARNING, "kind_not_saved", text)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST])
    return f"{shown} and {len(names) - MOST} more" if len(names) > MOST else shown

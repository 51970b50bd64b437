"""Applies the objects of a plan on the server, in their order; conflicts are told and never forced.

https://kubernetes.io/docs/reference/using-api/server-side-apply/
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from snapkeep.domain.object_labels import RESTORED_FROM
from snapkeep.domain.objects.manifests import name_of
from snapkeep.domain.objects.yaml_text import document
from snapkeep_cli.api.patience import waiting
from snapkeep_cli.namespaces.obstacles import ERROR, WARNING, Finding, finding
from snapkeep_cli.namespaces.planning import counted
from snapkeep_cli.namespaces.ports import TargetCluster
from snapkeep_cli.namespaces.target import label_of
from snapkeep_cli.output import say

Document = Mapping[str, Any]

TRIES = 4
PAUSE = 3.0
"""Seconds between tries: the count of a new quota, and what a new Role or account is needed for, take a
moment. https://kubernetes.io/docs/concepts/policy/resource-quotas/"""

AT_ONCE = 200
"""How many objects one kubectl applies."""

MOST = 20
"""How many refused objects are tried one by one, to learn which was refused why."""

WARNED = "Warning:"

NO_DRY_RUN = "does not support dry run"
"""How the API server speaks of a webhook with side effects.
https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#side-effects"""

DEFAULT = "default"
"""The service account that Kubernetes makes in a new namespace, a moment later."""


def marked(item: Document, run: str) -> Document:
    """The object with the run that it comes from, by which a repeated command knows what it has done."""
    metadata = item["metadata"]
    annotations = {**(metadata.get("annotations") or {}), RESTORED_FROM: run}
    return {**item, "metadata": {**metadata, "annotations": annotations}}


def rehearse(cluster: TargetCluster, items: Sequence[Document], run: str) -> list[Finding]:
    """What the API server would refuse, as findings. That one object misses another one that was only tried
    is no reason to refuse, nor is a webhook that allows no dry run. Raises KubectlFailed."""
    refused = _refused(cluster, [marked(each, run) for each in items], dry_run=True)
    reasons = _reasons(cluster, refused, dry_run=True)
    made = {DEFAULT, *map(name_of, items)}
    return [_finding(label, reason, made) for label, reason in reasons.items()]


def apply(
    cluster: TargetCluster,
    items: Sequence[Document],
    run: str,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, str]:
    """Apply objects; why by label for those that were refused again and again. Raises KubectlFailed."""
    left: Sequence[Document] = [marked(each, run) for each in items]
    for number in range(TRIES):
        if number:
            sleep(PAUSE)
        left = _refused(cluster, left)
        if not left:
            return {}
    return _reasons(cluster, left)


def _refused(
    cluster: TargetCluster, items: Sequence[Document], *, dry_run: bool = False
) -> Sequence[Document]:
    """The objects that were refused, some at a time, so that people see how far it is."""
    left: list[Document] = []
    for start in range(0, len(items), AT_ONCE):
        some = items[start : start + AT_ONCE]
        with waiting(f"{'tried' if dry_run else 'applied'} {start} of {counted(len(items), 'object')}"):
            found = cluster.apply("".join(map(document, some)), dry_run=dry_run)
        for line in found.said:
            if line.startswith(WARNED) and dry_run:
                say(line)
        left += [each for each in some if label_of(each) not in found.done]
    return left


def _reasons(cluster: TargetCluster, items: Sequence[Document], *, dry_run: bool = False) -> dict[str, str]:
    """Why objects are refused, by label: kubectl's errors do not name the object."""
    found: dict[str, str] = {}
    for item in items[:MOST]:
        answer = cluster.apply(document(item), dry_run=dry_run)
        if label_of(item) not in answer.done:
            said = [line for line in answer.said if not line.startswith(WARNED)]
            found[label_of(item)] = "; ".join(said) or "kubectl does not say why"
    for item in items[MOST:]:
        found[label_of(item)] = "refused like those before it"
    return found


def _finding(label: str, reason: str, made: set[str]) -> Finding:
    if NO_DRY_RUN in reason or any(f'"{name}" not found' in reason for name in made):
        return finding(WARNING, "not_tried", f"the API server cannot try {label}: {reason}")
    if "conflict" in reason:
        text = f"others manage parts of {label}: {reason}"
        return finding(ERROR, "field_conflict", text, f"let them keep it: --without {_named(label)}")
    text = f"the API server would refuse {label}: {reason}"
    return finding(ERROR, "object_refused", text, f"correct that, or leave it out: --without {_named(label)}")


def _named(label: str) -> str:
    """KIND/NAME of a label such as `deployment.apps/web`."""
    kind, _, name = label.partition("/")
    return f"{kind.partition('.')[0]}/{name}"

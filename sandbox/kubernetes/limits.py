"""LimitRange: the minimum and maximum that one claim in a namespace may request, enforced at admission.

Enforced for claims only. Sources: https://kubernetes.io/docs/concepts/policy/limit-range/ and
k8s.io/kubernetes `plugin/pkg/admission/limitranger/admission.go` (the texts of the refusal).
"""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.kubernetes import errors
from sandbox.kubernetes.quantity import quantity
from sandbox.kubernetes.requests import Object, Target
from sandbox.kubernetes.store import Store

LIMITS = "limitranges"
CLAIM = "PersistentVolumeClaim"


def refuse_out_of_bounds(store: Store, target: Target, obj: Object) -> None:
    """Raise ApiError 403, in the real server's words, for a claim outside its namespace's bounds."""
    if target.resource.plural != "persistentvolumeclaims" or target.namespace is None:
        return
    requests = (obj.get("spec", {}).get("resources") or {}).get("requests") or {}
    asked = str(requests.get("storage", "0"))
    found = list(_refusals(store, target.namespace, asked))
    if found:
        text = found[0] if len(found) == 1 else f"[{', '.join(found)}]"
        raise errors.forbidden(target.resource, obj["metadata"].get("name", ""), text)


def _refusals(store: Store, namespace: str, asked: str) -> Iterator[str]:
    for limits in store.peek_all(LIMITS, namespace)[0]:
        for limit in limits["spec"].get("limits") or []:
            if limit.get("type") != CLAIM:
                continue
            least = (limit.get("min") or {}).get("storage")
            most = (limit.get("max") or {}).get("storage")
            if least is not None and quantity(asked) < quantity(least):
                yield f"minimum storage usage per {CLAIM} is {least}, but request is {asked}"
            if most is not None and quantity(asked) > quantity(most):
                yield f"maximum storage usage per {CLAIM} is {most}, but request is {asked}"

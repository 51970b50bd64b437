"""What the controllers of Deployments, ReplicaSets and StatefulSets share: pods made from a template."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from sandbox.driver.claim_words import is_finished
from sandbox.driver.cluster import Cluster, is_deleting
from sandbox.driver.snapshot_words import Object
from sandbox.kubernetes.store import copy


def owner_reference(owner: Object) -> Object:
    """The controller reference that children carry."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def owner_of(obj: Object, kind: str) -> str:
    """The name of the object's owning controller of that kind, "" if there is none."""
    for reference in obj["metadata"].get("ownerReferences") or []:
        if reference.get("controller") and reference["kind"] == kind:
            return str(reference["name"])
    return ""


def children(cluster: Cluster, resource: str, owner: Object) -> list[Object]:
    """The objects that `owner` controls."""
    namespace, uid = owner["metadata"]["namespace"], owner["metadata"]["uid"]
    return [
        obj
        for obj in cluster.peek(resource, namespace)
        if any(each["uid"] == uid for each in obj["metadata"].get("ownerReferences") or [])
    ]


def living(pods: list[Object]) -> list[Object]:
    """Pods that count as replicas."""
    return [pod for pod in pods if not is_deleting(pod) and not is_finished(pod)]


def is_pod_ready(pod: Object) -> bool:
    """Whether the pod's Ready condition is True."""
    conditions = pod.get("status", {}).get("conditions") or []
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def pod_from(template: Object, owner: Object, **metadata: Any) -> Object:
    """A pod made from a template, owned by `owner`."""
    made: Object = copy({"metadata": template.get("metadata") or {}, "spec": template["spec"]})
    made["metadata"].update(metadata, ownerReferences=[owner_reference(owner)])
    made["status"] = {"phase": "Pending"}
    return made


def template_hash(template: Object) -> str:
    """A short name for a pod template that changes only when the template does."""
    return sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()[:10]

"""Subresources that are separate from their object: eviction, binding, scale, log, finalize."""

from __future__ import annotations

from typing import Any

from sandbox.kubernetes import errors
from sandbox.kubernetes.bodies import read_body
from sandbox.kubernetes.eviction import refuse_disruption
from sandbox.kubernetes.objects import Objects
from sandbox.kubernetes.policy_admission import Policies
from sandbox.kubernetes.requests import Object, Request, Response, Target, json_response
from sandbox.kubernetes.store import Store, timestamp

_EVICTED = {
    "type": "DisruptionTarget",
    "status": "True",
    "reason": "EvictionByEvictionAPI",
    "message": "Eviction API: evicting",
    "lastProbeTime": None,
}
_SUCCESS = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}


class Subresources:
    """Answers subresource requests, on one store."""

    def __init__(self, store: Store, objects: Objects, policies: Policies) -> None:
        self._store = store
        self._objects = objects
        self._policies = policies

    def handle(self, request: Request, target: Target) -> Response | None:
        """The answer, or None for `status`, which is written like the object itself."""
        handlers = {
            "eviction": self._evict,
            "binding": self._bind,
            "log": self._log,
            "scale": self._scale,
            "finalize": self._finalize,
        }
        handler = handlers.get(target.subresource)
        return handler(request, target) if handler else None

    def _evict(self, request: Request, target: Target) -> Response:
        """Delete the pod unless a disruption budget forbids it. Raises ApiError 404, 409 or 429."""
        body = read_body(request, "policy/v1", "Eviction")
        meta = body.get("metadata") or {}
        if meta.get("namespace", target.namespace) != target.namespace:
            text = "the namespace of the provided object does not match the namespace sent on the request"
            raise errors.bad_request(text)
        if meta.get("name") != target.name:
            raise errors.bad_request("name in URL does not match name in Eviction object")
        with self._store.changed:  # nothing may change between the budget check and the delete
            pod = self._objects.get(target)
            self._policies.check(request, target, "CREATE", body)
            refuse_disruption(self._store, pod)
            if not request.flag("dryRun"):
                self._mark(target, body.get("deleteOptions") or {})
            self._objects.delete_with(request, target, body.get("deleteOptions") or {})
        return json_response(_SUCCESS, 201)

    def _mark(self, target: Target, options: Object) -> None:
        """Record in the pod's status what ends it, unless the delete will be refused."""
        now = timestamp(self._store.clock())
        self._objects.check_preconditions(target, options)

        def add(pod: Object) -> None:
            conditions = pod.setdefault("status", {}).setdefault("conditions", [])
            conditions[:] = [row for row in conditions if row.get("type") != "DisruptionTarget"]
            conditions.append(_EVICTED | {"lastTransitionTime": now})

        self._store.update("pods", target.namespace, target.name, add)

    def _bind(self, request: Request, target: Target) -> Response:
        """Put a pod on a node, as the scheduler does. Raises ApiError 404, or 409 if it already has one."""
        body = read_body(request, "v1", "Binding")
        node = body.get("target", {}).get("name", "")
        pod = self._objects.get(target)
        self._policies.check(request, target, "CREATE", body)
        if pod["spec"].get("nodeName"):
            text = f'pod {target.name} is already assigned to node "{pod["spec"]["nodeName"]}"'
            raise errors.conflict(target.resource, target.name, text)
        now = timestamp(self._store.clock())

        def assign(obj: Object) -> None:
            obj["spec"]["nodeName"] = node
            scheduled = {"type": "PodScheduled", "status": "True", "lastTransitionTime": now}
            obj.setdefault("status", {}).setdefault("conditions", []).append(scheduled)

        self._store.update("pods", target.namespace, target.name, assign)
        return json_response(_SUCCESS, 201)

    def _log(self, request: Request, target: Target) -> Response:
        """There is no kubelet, so answer as for an unreachable node."""
        node = self._objects.get(target)["spec"].get("nodeName")
        if not node:
            raise errors.bad_request(f"pod {target.name} does not have a host assigned")
        place = f"https://{node}:10250/containerLogs/{target.namespace}/{target.name}"
        raise errors.internal(f'Get "{place}": dial tcp: lookup {node}: no such host')

    def _scale(self, request: Request, target: Target) -> Response:
        """Read or set the replicas. Raises ApiError 404, 409 or 422."""
        if request.method == "GET":
            return json_response(_scale_of(self._objects.get(target)))
        kind = "PUT" if request.method == "PUT" else request.content_type
        replicas = (
            request.document().get("spec", {}).get("replicas")
            if isinstance(request.document(), dict)
            else None
        )
        if not isinstance(replicas, int) or replicas < 0:
            raise errors.bad_request(
                f"spec.replicas of a Scale must be a whole number, not {replicas!r} ({kind})"
            )

        def resize(obj: Object) -> None:
            obj["spec"]["replicas"] = replicas

        old = _scale_of(self._objects.get(target))
        self._policies.check(request, target, "UPDATE", old | {"spec": {"replicas": replicas}}, old)
        changed = self._store.update(target.resource.plural, target.namespace, target.name, resize)
        return json_response(_scale_of(changed))

    def _finalize(self, request: Request, target: Target) -> Response:
        """Replace the finalizers in a namespace's spec. Raises ApiError 404."""
        wanted = request.document().get("spec", {}).get("finalizers") or []
        old = self._objects.get(target)
        spec = {"finalizers": wanted} if wanted else {}
        self._policies.check(request, target, "UPDATE", {**old, "spec": spec}, old)

        def release(obj: Object) -> None:
            obj["spec"] = spec

        return json_response(self._store.update("namespaces", None, target.name, release))


def _scale_of(obj: Object) -> Object:
    selector = obj["spec"].get("selector", {}).get("matchLabels") or {}
    found: dict[str, Any] = {
        "replicas": obj.get("status", {}).get("replicas", 0),
        "selector": ",".join(f"{key}={value}" for key, value in selector.items()),
    }
    meta = {key: obj["metadata"][key] for key in ("name", "namespace", "uid", "resourceVersion")}
    spec = {"replicas": obj["spec"].get("replicas", 1)}
    return {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": meta, "spec": spec, "status": found}

"""A tiny scheduler: a pod without a node gets the emptiest node that may take it.

https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from sandbox.driver.claim_binding import VOLUMES, reserve, waits_for_consumer
from sandbox.driver.claim_words import claim_names, is_finished, is_unbound
from sandbox.driver.cluster import Cluster, annotate, annotations_of, is_deleting
from sandbox.driver.placement import explain, refusal
from sandbox.driver.provisioner import SELECTED_NODE
from sandbox.driver.snapshot_words import CLAIMS, Object
from sandbox.driver.volume_matching import best_for_scheduler, class_of, wanted_by
from sandbox.driver.worker import Backoff, Key, key_of

COMPONENT = "default-scheduler"
NO_PROVISIONER = "kubernetes.io/no-provisioner"
EVERYTHING: Key = ("", "everything")


class Scheduler:
    """Binds pods to nodes; one look covers all pods without a node."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._backoff = Backoff(0.5, 5.0)

    def keys(self, resource: str, obj: Object) -> Iterable[Key]:
        """Pods, nodes, and claims that pods may be waiting for."""
        if resource in ("pods", "nodes", CLAIMS):
            yield EVERYTHING

    def sync(self, keys: Sequence[Key]) -> Mapping[Key, float]:
        """Place every pod that can be placed; retry the others with back-off."""
        pods = [pod for pod in self._cluster.peek("pods") if not is_finished(pod)]
        homeless = [pod for pod in pods if not pod["spec"].get("nodeName") and not is_deleting(pod)]
        if not homeless:
            return {}
        nodes = {node["metadata"]["name"]: node for node in self._cluster.peek("nodes")}
        placed = [pod for pod in pods if pod["spec"].get("nodeName") in nodes]
        left = 0
        for pod in sorted(homeless, key=lambda each: each["metadata"]["creationTimestamp"]):
            if not self._place(pod, nodes, placed):
                left += 1
        return {EVERYTHING: self._backoff.next(EVERYTHING)} if left else {}

    def _place(self, pod: Object, nodes: Mapping[str, Object], placed: list[Object]) -> bool:
        claims = self._claims(pod)
        if claims is None:
            return False
        node = self._choose(pod, nodes, placed, claims)
        if node is None:
            return False
        unbound = [claim for claim in claims if is_unbound(claim)]
        if unbound:
            self._find_volumes(unbound, nodes[node])
            return False
        self._bind(pod, node)
        placed.append({**pod, "spec": {**pod["spec"], "nodeName": node}})
        return True

    def _claims(self, pod: Object) -> list[Object] | None:
        namespace = pod["metadata"]["namespace"]
        claims = []
        for name in claim_names(pod):
            claim = self._cluster.find(CLAIMS, namespace, name)
            if claim is None:
                text = f'0/0 nodes are available: persistentvolumeclaim "{name}" not found.'
                self._cluster.warning(pod, COMPONENT, "FailedScheduling", text)
                return None
            claims.append(claim)
        return claims

    def _choose(
        self, pod: Object, nodes: Mapping[str, Object], placed: Sequence[Object], claims: Sequence[Object]
    ) -> str | None:
        """The node an earlier look promised to a claim, else the allowed one with the fewest pods."""
        volumes = [
            volume
            for claim in claims
            if (volume := self._cluster.find(VOLUMES, None, claim["spec"].get("volumeName", ""))) is not None
        ]
        neighbours = [
            (other, nodes[other["spec"]["nodeName"]])
            for other in placed
            if other["metadata"]["namespace"] == pod["metadata"]["namespace"]
        ]
        waiting = self._waiting(claims)
        refusals = {
            name: refusal(pod, node, volumes, neighbours) or self._no_volume(waiting, node)
            for name, node in nodes.items()
        }
        allowed = sorted(name for name, reason in refusals.items() if not reason)
        if not allowed:
            text = explain(list(refusals.values()), len(nodes))
            self._cluster.warning(pod, COMPONENT, "FailedScheduling", text)
            return None
        promised = {annotations_of(claim).get(SELECTED_NODE) for claim in claims if is_unbound(claim)}
        load = Counter(other["spec"]["nodeName"] for other in placed)
        return min(allowed, key=lambda name: (name not in promised, load[name], name))

    def _waiting(self, claims: Sequence[Object]) -> list[Object]:
        """The claims whose volume the scheduler chooses."""
        return [
            claim
            for claim in claims
            if is_unbound(claim)
            and not claim["spec"].get("volumeName")
            and waits_for_consumer(self._cluster, claim)
        ]

    def _no_volume(self, waiting: Sequence[Object], node: Object) -> str:
        """Why claims of classes that provision nothing keep a pod off a node; "" if they do not."""
        for claim in waiting:
            storage_class = self._cluster.find("storageclasses", None, class_of(claim))
            if storage_class is None or storage_class["provisioner"] != NO_PROVISIONER:
                continue
            if best_for_scheduler(claim, self._cluster.peek(VOLUMES), node) is None:
                return "node(s) didn't find available persistent volumes to bind"
        return ""

    def _find_volumes(self, claims: Sequence[Object], node: Object) -> None:
        """Give each claim that waits for its first consumer a free volume, the smallest claim first, or else
        the node where its volume will be created. The other claims bind by themselves.

        https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/volumebinding/binder.go
        """
        taken: set[str] = set()
        for claim in sorted(self._waiting(claims), key=wanted_by):
            told = SELECTED_NODE in annotations_of(claim)
            volume = None if told else best_for_scheduler(claim, self._cluster.peek(VOLUMES), node, taken)
            if volume is not None:
                taken.add(volume["metadata"]["name"])
                reserve(self._cluster, claim, volume)
            elif not told:
                mark = {SELECTED_NODE: node["metadata"]["name"]}
                self._cluster.change(CLAIMS, *key_of(claim), partial(annotate, **mark))

    def _bind(self, pod: Object, node: str) -> None:
        def bind(obj: Object) -> None:
            obj["spec"]["nodeName"] = node
            scheduled = {
                "type": "PodScheduled",
                "status": "True",
                "lastTransitionTime": self._cluster.now(),
            }
            obj["status"] = {**obj.get("status", {}), "phase": "Pending", "conditions": [scheduled]}

        self._cluster.change("pods", *key_of(pod), bind)
        text = f"Successfully assigned {'/'.join(key_of(pod))} to {node}"
        self._cluster.normal(pod, COMPONENT, "Scheduled", text)

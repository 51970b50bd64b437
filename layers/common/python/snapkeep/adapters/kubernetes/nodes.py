"""Nodes, with their pods and attachments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from snapkeep.adapters.kubernetes.claims import claim_of, volume_of
from snapkeep.domain.drivers import DRIVERS
from snapkeep.domain.errors import BudgetBlocks, NameTaken, NotFound
from snapkeep.domain.interruption.nodes import Attachment, Node, NodeChange, NodeEvent, Pod, Taint
from snapkeep.domain.times import to_second
from snapkeep.ports.kubernetes import Evicted

if TYPE_CHECKING:
    from snapkeep.adapters.kubernetes.client import Document, KubernetesClient
    from snapkeep.adapters.kubernetes.connections import EksConnections
    from snapkeep.domain.claims import Claim, Volume
    from snapkeep.ports.clock import Clock

NODES = "/api/v1/nodes"
ATTACHMENTS = "/apis/storage.k8s.io/v1/volumeattachments"
NODE_ID = "csi.alpha.kubernetes.io/node-id"
"""The annotation in which the external-attacher records the driver's name for the node: for EBS, the instance
id."""

STATIC = "kubernetes.io/config.mirror"
"""Marks the mirror of a static pod, which only its kubelet can end.
https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-config-mirror
"""

COMPONENT = "snapkeep"


class KubernetesNodes:
    """The nodes of one cluster."""

    def __init__(self, client: KubernetesClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def find(self, instance: str, hint: str = "") -> Node | None:
        """The node whose providerID names the instance.

        A node is usually named after its private DNS name or instance id; otherwise all nodes are searched,
        because no selector supports providerIDs.
        """
        for name in filter(None, (hint, instance)):
            node = self.named(name)
            if node is not None and node.is_instance(instance):
                return node
        nodes = map(_node, self._client.list(NODES))
        return next((node for node in nodes if node.is_instance(instance)), None)

    def named(self, name: str) -> Node | None:
        try:
            return _node(self._client.get(f"{NODES}/{name}"))
        except NotFound:
            return None

    def write(self, node: Node, change: NodeChange) -> bool:
        """Change a node by a merge with its version; False when the node has changed since it was read."""
        metadata: Document = {"resourceVersion": node.version}
        spec: Document = {}
        if change.annotations:
            metadata["annotations"] = dict(change.annotations)
        if change.unschedulable is not None:
            spec["unschedulable"] = change.unschedulable or None
        if change.taints is not None:
            spec["taints"] = [_taint_document(taint) for taint in change.taints] or None
        try:
            self._client.patch(f"{NODES}/{node.name}", {"metadata": metadata, "spec": spec})
        except NameTaken:
            return False
        return True

    def record_event(self, event: NodeEvent) -> None:
        """Write a Kubernetes Event; those of nodes are in the namespace `default`."""
        namespace = event.namespace or "default"
        now = self._clock()
        about = {"apiVersion": "v1", "kind": event.kind, "name": event.name, "uid": event.uid}
        document = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {
                "name": f"{event.name[:200]}.{int(now.timestamp() * 1_000_000):x}",
                "namespace": namespace,
            },
            "involvedObject": about | ({"namespace": event.namespace} if event.namespace else {}),
            "type": "Warning" if event.warning else "Normal",
            "reason": event.reason,
            "message": event.text[:1024],
            "source": {"component": COMPONENT},
            "reportingComponent": COMPONENT,
            "reportingInstance": COMPONENT,
            "firstTimestamp": to_second(now),
            "lastTimestamp": to_second(now),
            "count": 1,
        }
        self._client.create(f"/api/v1/namespaces/{namespace}/events", document)

    def pods(self, node: str) -> Sequence[Pod]:
        return [
            _pod(item)
            for item in self._client.list("/api/v1/pods", {"fieldSelector": f"spec.nodeName={node}"})
        ]

    def claims_of(self, pods: Sequence[Pod]) -> Sequence[Claim]:
        """The claims these pods use, with their volumes; deleted claims are omitted."""
        wanted = dict.fromkeys((pod.namespace, claim) for pod in pods for claim in pod.claims)
        found = (self._claim(namespace, name) for namespace, name in wanted)
        return [claim for claim in found if claim is not None]

    def claims_behind(self, volumes: Sequence[str]) -> Sequence[Claim]:
        """The claims bound to these PersistentVolumes."""
        found = (self._claim_behind(name) for name in volumes)
        return [claim for claim in found if claim is not None]

    def _claim_behind(self, volume: str) -> Claim | None:
        try:
            bound = self._client.get(f"/api/v1/persistentvolumes/{volume}")["spec"].get("claimRef")
        except NotFound:
            return None
        claim = self._claim(bound["namespace"], bound["name"]) if bound else None
        # A later claim of the same name has its own volume.
        return claim if claim and claim.volume and claim.volume.name == volume else None

    def _claim(self, namespace: str, name: str) -> Claim | None:
        try:
            document = self._client.get(f"/api/v1/namespaces/{namespace}/persistentvolumeclaims/{name}")
        except NotFound:
            return None
        volume = self._volume(str(document["spec"].get("volumeName") or ""))
        return claim_of(document, self._client.cluster, {volume.name: volume} if volume else {})

    def _volume(self, name: str) -> Volume | None:
        try:
            return volume_of(self._client.get(f"/api/v1/persistentvolumes/{name}")) if name else None
        except NotFound:
            return None

    def evict(self, pod: Pod, grace_seconds: int) -> Evicted:
        """Ask for the pod's eviction.

        https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
        """
        options = {"gracePeriodSeconds": grace_seconds, "preconditions": {"uid": pod.uid}}
        body = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": pod.name, "namespace": pod.namespace},
            "deleteOptions": options,
        }
        try:
            self._client.create(f"{_path(pod)}/eviction", body)
        except (NotFound, NameTaken):  # gone, or another pod now has its name
            return Evicted(gone=True)
        except BudgetBlocks as error:
            return Evicted(blocked_by=error.reason)
        return Evicted()

    def delete_now(self, pod: Pod, grace_seconds: int = 0) -> None:
        """Delete a pod regardless of its disruption budgets."""
        try:
            self._client.delete(_path(pod), pod.uid, grace_seconds)
        except NameTaken:
            return

    def attachments(self) -> Sequence[Attachment]:
        """All attachments of EBS volumes."""
        items = self._client.list(ATTACHMENTS)
        return [_attachment(item) for item in items if item["spec"].get("attacher") in DRIVERS]

    def volume_ids(self, volumes: Sequence[str]) -> Mapping[str, str]:
        """EC2 volume id by the name of the PersistentVolume."""
        found = {name: self._volume(name) for name in volumes}
        return {name: volume.handle for name, volume in found.items() if volume}

    def delete_attachment(self, attachment: Attachment) -> None:
        """Delete an attachment."""
        try:
            self._client.delete(f"{ATTACHMENTS}/{attachment.name}", attachment.uid)
        except NameTaken:
            return


class EksNodes:
    """The nodes of the EKS clusters of one account and Region."""

    def __init__(self, connections: EksConnections, clock: Clock) -> None:
        self._connections = connections
        self._clock = clock

    def open(self, name: str) -> KubernetesNodes:
        """The nodes of the cluster of that name; raises what `EksConnections.client` raises."""
        return KubernetesNodes(self._connections.client(name), self._clock)


def _path(pod: Pod) -> str:
    return f"/api/v1/namespaces/{pod.namespace}/pods/{pod.name}"


def _node(item: Document) -> Node:
    metadata, spec = item["metadata"], item.get("spec") or {}
    conditions = (item.get("status") or {}).get("conditions") or []
    return Node(
        name=metadata["name"],
        uid=metadata["uid"],
        version=metadata["resourceVersion"],
        provider_id=spec.get("providerID", ""),
        ready=any(each.get("type") == "Ready" and each.get("status") == "True" for each in conditions),
        unschedulable=bool(spec.get("unschedulable")),
        labels=metadata.get("labels") or {},
        annotations=metadata.get("annotations") or {},
        taints=tuple(_taint(each) for each in spec.get("taints") or []),
    )


def _taint(item: Mapping[str, Any]) -> Taint:
    return Taint(item["key"], item.get("value", ""), item["effect"], item.get("timeAdded") or "")


def _taint_document(taint: Taint) -> Document:
    fields = {"key": taint.key, "value": taint.value, "effect": taint.effect, "timeAdded": taint.added_at}
    return {key: value for key, value in fields.items() if value}


def _pod(item: Document) -> Pod:
    metadata, spec = item["metadata"], item["spec"]
    owners = metadata.get("ownerReferences") or []
    volumes = spec.get("volumes") or []
    grace = spec.get("terminationGracePeriodSeconds")
    return Pod(
        namespace=metadata["namespace"],
        name=metadata["name"],
        uid=metadata["uid"],
        phase=(item.get("status") or {}).get("phase", ""),
        owner=next((each["kind"] for each in owners if each.get("controller")), ""),
        grace_seconds=30 if grace is None else int(grace),
        claims=tuple(filter(None, (_claim_name(metadata["name"], volume) for volume in volumes))),
        static=STATIC in (metadata.get("annotations") or {}),
        deleting="deletionTimestamp" in metadata,
    )


def _claim_name(pod: str, volume: Mapping[str, Any]) -> str:
    """The claim behind a volume of a pod; an ephemeral one has a claim named after both.

    https://kubernetes.io/docs/concepts/storage/ephemeral-volumes/#persistentvolumeclaim-naming
    """
    if "ephemeral" in volume:
        return f"{pod}-{volume['name']}"
    return str((volume.get("persistentVolumeClaim") or {}).get("claimName", ""))


def _attachment(item: Document) -> Attachment:
    metadata, spec = item["metadata"], item["spec"]
    return Attachment(
        name=metadata["name"],
        uid=metadata["uid"],
        volume=spec["source"].get("persistentVolumeName", ""),
        node=spec["nodeName"],
        instance=(metadata.get("annotations") or {}).get(NODE_ID, ""),
    )

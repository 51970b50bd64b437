"""Nodes, their pods and attachments, as the cluster shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Taint:
    """A taint as Kubernetes writes it; `added_at` keeps the API's text unchanged."""

    key: str
    value: str
    effect: str
    added_at: str = ""


@dataclass(frozen=True)
class Node:
    """A Node object as it was read; `version` (its resourceVersion) guards against changing a newer one."""

    name: str
    uid: str
    version: str
    provider_id: str
    ready: bool = True
    unschedulable: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Taint, ...] = ()

    def is_instance(self, instance: str) -> bool:
        """True when its providerID names this EC2 instance: `aws:///<zone>/<instance>`.

        https://github.com/kubernetes/cloud-provider-aws (providerID)
        """
        return self.provider_id.startswith("aws:///") and self.provider_id.rsplit("/", 1)[-1] == instance


@dataclass(frozen=True)
class NodeChange:
    """What to write on a node; None leaves a field as it is, an annotation with value None is removed.

    `taints` is the complete list, because Kubernetes replaces it as a whole.
    """

    unschedulable: bool | None = None
    annotations: Mapping[str, str | None] = field(default_factory=dict)
    taints: tuple[Taint, ...] | None = None


@dataclass(frozen=True)
class Pod:
    """A pod on a node. `claims` are names of claims in its namespace; `grace_seconds` is the period that its
    spec sets."""

    namespace: str
    name: str
    uid: str
    phase: str = "Running"
    owner: str = ""
    grace_seconds: int = 30
    claims: tuple[str, ...] = ()
    static: bool = False
    deleting: bool = False

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True)
class Attachment:
    """A VolumeAttachment: a PersistentVolume on a node, which the EBS CSI driver knows as `instance`."""

    name: str
    uid: str
    volume: str
    node: str
    instance: str = ""


@dataclass(frozen=True)
class NodeEvent:
    """A Kubernetes Event to write about an object."""

    kind: str
    namespace: str
    name: str
    uid: str
    reason: str
    text: str
    warning: bool = True

"""After a node has died: when its volumes may be detached, and how.

Kubernetes waits 6 minutes for a kubelet that will never answer, unless told that the machine is off. Only EC2
knows that.
https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/#non-graceful-node-shutdown
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from snapkeep.domain import object_labels
from snapkeep.domain.interruption.instances import Instance, InstanceState
from snapkeep.domain.interruption.nodes import Attachment, Node, NodeChange, Pod, Taint

OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"
TAINT = Taint(OUT_OF_SERVICE, "nodeshutdown", "NoExecute")


class Step(StrEnum):
    """The next step."""

    WAIT = "wait"
    TAINT = "taint"
    DETACH = "detach"
    UNTAINT = "untaint"
    DONE = "done"
    HANDS_OFF = "hands off"


@dataclass(frozen=True)
class Aftermath:
    """The next step and why. `attachments` and `pods` are the ones to delete."""

    step: Step
    reason: str
    change: NodeChange | None = None
    attachments: tuple[Attachment, ...] = ()
    pods: tuple[Pod, ...] = ()


def aftermath(
    instance_id: str,
    instance: Instance | None,
    node: Node | None,
    attachments: Sequence[Attachment],
    held: Mapping[str, str],
    pods: Collection[Pod] = (),
) -> Aftermath:
    """The next step for a node whose instance is reported dead.

    `instance` is None when EC2 no longer knows it. `held` maps each attachment's name to the instance that
    its volume is attached to in EC2 ("" for none); `pods` are those still bound to the node.
    """
    if instance is not None and instance.state is InstanceState.SHUTTING_DOWN:
        return Aftermath(Step.WAIT, f"{instance.id} is still shutting down; EC2 has not terminated it yet")
    if instance is not None and instance.state is not InstanceState.TERMINATED:
        text = f"{instance.id} is {instance.state}, not terminated: its volumes stay attached"
        return Aftermath(Step.HANDS_OFF, text)
    busy = [each for each in attachments if held.get(each.name) == instance_id]
    if busy:
        return Aftermath(Step.WAIT, f"EC2 has not detached {len(busy)} volumes of {instance_id} yet")
    if node is None:
        return _without_node(tuple(attachments), tuple(pods))
    if attachments or any(pod.claims for pod in pods):
        return _with_node(node)
    return _settled(node)


def _without_node(stale: tuple[Attachment, ...], pods: tuple[Pod, ...]) -> Aftermath:
    if not stale and not pods:
        return Aftermath(Step.DONE, "the node is gone, and nothing holds a volume there")
    text = f"the node is gone; {len(stale)} attachments and {len(pods)} pods are still registered there"
    return Aftermath(Step.DETACH, text, attachments=stale, pods=pods)


def _with_node(node: Node) -> Aftermath:
    # On a ready node the taint has no special effect: Kubernetes deletes pods and detaches volumes by force
    # only once the node is not ready.
    # https://github.com/kubernetes/enhancements/tree/master/keps/sig-storage/2268-non-graceful-shutdown
    if any(taint.key == OUT_OF_SERVICE for taint in node.taints):
        return Aftermath(Step.WAIT, f"{node.name} is out of service; Kubernetes is detaching its volumes")
    if node.ready:
        return Aftermath(
            Step.WAIT, f"Kubernetes still considers {node.name} ready; that ends within a minute"
        )
    change = NodeChange(annotations={object_labels.OUT_OF_SERVICE: "true"}, taints=(*node.taints, TAINT))
    return Aftermath(Step.TAINT, f"{node.name} is out of service: EC2 says its instance is gone", change)


def _settled(node: Node) -> Aftermath:
    if object_labels.OUT_OF_SERVICE not in node.annotations:
        return Aftermath(Step.DONE, f"nothing holds a volume on {node.name}")
    rest = tuple(taint for taint in node.taints if taint.key != OUT_OF_SERVICE)
    change = NodeChange(annotations={object_labels.OUT_OF_SERVICE: None}, taints=rest)
    return Aftermath(Step.UNTAINT, f"nothing holds a volume on {node.name} any more", change)

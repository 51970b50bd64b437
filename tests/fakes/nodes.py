"""In-memory EC2 instances, nodes, queues and interruption news."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from snapkeep.domain.claims import Claim
from snapkeep.domain.errors import NotFound
from snapkeep.domain.interruption.instances import Instance
from snapkeep.domain.interruption.nodes import Attachment, Node, NodeChange, NodeEvent, Pod
from snapkeep.domain.interruption.notices import Hook
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.domain.metrics import Metric
from snapkeep.ports.kubernetes import Evicted
from tests.fakes.faults import Faults
from tests.fakes.troubles import FakeTroubleNews


class FakeInstances(Faults):
    """Instances by id."""

    def __init__(self, *instances: Instance) -> None:
        super().__init__()
        self.all = {machine.id: machine for machine in instances}

    def instance(self, instance: str) -> Instance | None:
        self._before("instance")
        return self.all.get(instance)


class FakeNodes(Faults):
    """One cluster's nodes, pods and attachments; `budgets` says by pod name what blocks its eviction.

    `rivals` are changes that somebody else makes just before our next writes.
    """

    def __init__(self, *nodes: Node) -> None:
        super().__init__()
        self.nodes = {node.name: node for node in nodes}
        self.all_pods: dict[str, list[Pod]] = {}
        self.claim_list: list[Claim] = []
        self.all_attachments: list[Attachment] = []
        self.budgets: dict[str, str] = {}
        self.rivals: list[NodeChange] = []
        self.said: list[NodeEvent] = []
        self.evicted: list[tuple[str, int]] = []
        self.deleted: list[str] = []
        self.calls: list[str] = []

    def open(self, name: str) -> FakeNodes:
        self._before("open")
        return self

    def find(self, instance: str, hint: str = "") -> Node | None:
        self._before("find")
        self.calls.append("find")
        return next((node for node in self.nodes.values() if node.is_instance(instance)), None)

    def named(self, name: str) -> Node | None:
        self._before("named")
        self.calls.append("named")
        return self.nodes.get(name)

    def write(self, node: Node, change: NodeChange) -> bool:
        self._before("write")
        self.calls.append("write")
        if self.rivals:
            self._apply(self.nodes[node.name], self.rivals.pop(0))
        known = self.nodes.get(node.name)
        if known is None:
            raise NotFound(f"node {node.name} is gone")
        if known.version != node.version:
            return False
        self._apply(known, change)
        self._after("write")
        return True

    def _apply(self, node: Node, change: NodeChange) -> None:
        annotations = {**node.annotations, **change.annotations}
        self.nodes[node.name] = replace(
            node,
            version=str(int(node.version) + 1),
            unschedulable=node.unschedulable if change.unschedulable is None else change.unschedulable,
            annotations={key: value for key, value in annotations.items() if value is not None},
            taints=node.taints if change.taints is None else change.taints,
        )

    def record_event(self, event: NodeEvent) -> None:
        self._before("record_event")
        self.said.append(event)

    def pods(self, node: str) -> Sequence[Pod]:
        self._before("pods")
        return list(self.all_pods.get(node, []))

    def claims_of(self, pods: Sequence[Pod]) -> Sequence[Claim]:
        self._before("claims_of")
        wanted = {(pod.namespace, name) for pod in pods for name in pod.claims}
        return [claim for claim in self.claim_list if (claim.namespace, claim.name) in wanted]

    def claims_behind(self, volumes: Sequence[str]) -> Sequence[Claim]:
        self._before("claims_behind")
        return [claim for claim in self.claim_list if claim.volume and claim.volume.name in volumes]

    def evict(self, pod: Pod, grace_seconds: int) -> Evicted:
        self._before("evict")
        there = [each for pods in self.all_pods.values() for each in pods]
        if pod.uid not in {each.uid for each in there}:
            return Evicted(gone=True)
        if pod.name in self.budgets:
            return Evicted(blocked_by=self.budgets[pod.name])
        self.evicted.append((str(pod), grace_seconds))
        self._mark_deleting(pod)
        return Evicted()

    def _mark_deleting(self, pod: Pod) -> None:
        for name, pods in self.all_pods.items():
            going = [replace(each, deleting=True) if each.uid == pod.uid else each for each in pods]
            self.all_pods[name] = going

    def delete_now(self, pod: Pod, grace_seconds: int = 0) -> None:
        self._before("delete_now")
        self.deleted.append(str(pod))
        if grace_seconds:
            self._mark_deleting(pod)
            return
        for name, pods in self.all_pods.items():
            self.all_pods[name] = [each for each in pods if each.uid != pod.uid]

    def attachments(self) -> Sequence[Attachment]:
        self._before("attachments")
        return list(self.all_attachments)

    def volume_ids(self, volumes: Sequence[str]) -> Mapping[str, str]:
        self._before("volume_ids")
        return {name: name.replace("pv-", "vol-") for name in volumes}

    def delete_attachment(self, attachment: Attachment) -> None:
        self._before("delete_attachment")
        self.all_attachments = [each for each in self.all_attachments if each.uid != attachment.uid]
        self._after("delete_attachment")


class FakeIncidentQueue(Faults):
    """The requests, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, timedelta]] = []

    def send(self, instance: str, delay: timedelta = timedelta()) -> None:
        self._before("send")
        self.sent.append((instance, min(max(delay, timedelta()), timedelta(minutes=15))))


class FakeHooks(Faults):
    """Records calls to the hooks; tokens in `over` no longer wait."""

    def __init__(self) -> None:
        super().__init__()
        self.beats: list[str] = []
        self.completed: list[str] = []
        self.over: set[str] = set()

    def heartbeat(self, hook: Hook, instance: str) -> bool:
        self._before("heartbeat")
        self.beats.append(hook.token)
        return hook.token not in self.over

    def complete(self, hook: Hook, instance: str) -> bool:
        self._before("complete")
        self.completed.append(hook.token)
        waited = hook.token not in self.over
        self.over.add(hook.token)
        return waited


@dataclass(frozen=True)
class News:
    """A published step."""

    instance: str
    step: str
    reason: str
    figures: Mapping[Metric, float]


class FakeNews(FakeTroubleNews):
    """Records published steps."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[News] = []
        self.unknown: list[tuple[str, str]] = []

    def interruption(
        self, record: IncidentRecord, step: str, reason: str, figures: Mapping[Metric, float]
    ) -> None:
        self._before("interruption")
        self.steps.append(News(record.instance, step, reason, dict(figures)))
        self._after("interruption")

    def unknown_notice(self, source: str, kind: str) -> None:
        self.unknown.append((source, kind))

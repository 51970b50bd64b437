"""The first seconds: find the owner of the instance, and cordon its node before more pods can land there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from snapkeep.domain.errors import NotFound, TemporaryError
from snapkeep.domain.interruption.cordons import CordonPlan, cordon, uncordon
from snapkeep.domain.interruption.incidents import incident
from snapkeep.domain.interruption.instances import Instance
from snapkeep.domain.interruption.nodes import Node
from snapkeep.domain.interruption.notices import Kind, Notice
from snapkeep.domain.interruption.ownership import owner
from snapkeep.domain.interruption.rules import NodeRules
from snapkeep.domain.interruption.urgency import Action, assess
from snapkeep.domain.metrics import Metric
from snapkeep.domain.policies import Deployment
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Instances
from snapkeep.ports.kubernetes import NodeClusters, Nodes

ATTEMPTS = 5
"""How often to read and write a node again if others change it at the same time."""


@dataclass(frozen=True)
class Triage:
    """What one notice led to in the first seconds.

    `cluster` is empty when the instance belongs to no configured cluster, `node` is None when it has no node
    there, and `reason` says why. `plan` is the cordon that was set at `cordoned_at`. `seen_at` is when the
    notice arrived.
    """

    notice: Notice
    reason: str = ""
    cluster: str = ""
    node: Node | None = None
    machine: Instance | None = None
    rules: NodeRules = field(default_factory=NodeRules)
    plan: CordonPlan | None = None
    cordoned_at: datetime | None = None
    seen_at: datetime | None = None

    @property
    def seconds_to_cordon(self) -> float | None:
        """From the time in the event (whole seconds) to the cordon."""
        if self.cordoned_at is None:
            return None
        return (self.cordoned_at - self.notice.announced_at).total_seconds()

    @property
    def figures(self) -> dict[Metric, float]:
        """The metrics of this notice."""
        figures: dict[Metric, float] = {Metric.NOTICES: 1}
        if self.seen_at is not None:
            figures[Metric.NOTICE_AGE] = max(0.0, (self.seen_at - self.notice.announced_at).total_seconds())
        if self.notice.kind is Kind.SPOT and self.seconds_to_cordon is not None:
            figures[Metric.SECONDS_TO_CORDON] = max(0.0, self.seconds_to_cordon)
        return figures


@dataclass(frozen=True)
class CordonNode:
    """Checks the instance of a notice, and cordons its node if that is due now."""

    deployment: Deployment
    instances: Instances
    clusters: NodeClusters
    clock: Clock

    def look(self, notice: Notice) -> Triage:
        """Triage a notice with one EC2 call, and for a node of our clusters two Kubernetes calls, read and
        write.

        A report that an instance runs costs no call here: the journal shows whether an incident waits for it.
        Raises TemporaryError when something did not answer.
        """
        if notice.is_running:
            return Triage(notice)
        seen = Triage(notice, seen_at=self.clock())
        machine = self.instances.instance(notice.instance)
        if machine is None:
            return replace(seen, reason=f"EC2 knows no instance {notice.instance}")
        named = owner(machine.tags)
        if named is None:
            return replace(seen, reason=f"no tag of {notice.instance} names a cluster")
        if self.deployment.cluster(named.cluster) is None:
            return replace(seen, reason=f"snapkeep.yaml names no cluster {named.cluster} ({named.tag})")
        nodes = self.clusters.open(named.cluster)
        node = nodes.find(machine.id, machine.private_dns)
        if node is None:
            reason = f"{named.cluster} has no node with the providerID of {machine.id} ({named.tag})"
            rules = self.deployment.interruption.rules_for(named.cluster, {})
            return replace(seen, reason=reason, cluster=named.cluster, machine=machine, rules=rules)
        rules = self.deployment.interruption.rules_for(named.cluster, node.labels)
        seen = replace(seen, cluster=named.cluster, node=node, machine=machine, rules=rules)
        action = assess(incident(notice.instance, (notice,)), rules, self.clock()).action
        if action is not Action.ACT or not rules.cordon:
            return seen
        plan = self.cordon(nodes, node, notice)
        return replace(seen, plan=plan, cordoned_at=self.clock())

    def cordon(self, nodes: Nodes, node: Node, notice: Notice) -> CordonPlan:
        """Cordon the node unless it is cordoned; read it again whenever somebody else changed it
        meanwhile."""
        for _ in range(ATTEMPTS):
            plan = cordon(node, notice.key, notice.announced_at)
            if plan.change is None or nodes.write(node, plan.change):
                return plan
            again = nodes.named(node.name)
            if again is None or not again.is_instance(notice.instance):
                raise NotFound(f"the node {node.name} disappeared while it was being cordoned")
            node = again
        raise TemporaryError(f"{node.name} changed {ATTEMPTS} times while it was being cordoned")

    def cordon_again(self, cluster: str, node: Node, notice: Notice) -> CordonPlan:
        """Read the node again and cordon it."""
        nodes = self.clusters.open(cluster)
        now = nodes.named(node.name)
        return self.cordon(nodes, now if now and now.is_instance(notice.instance) else node, notice)

    def uncordon(self, cluster: str, instance: str, name: str) -> CordonPlan | None:
        """Uncordon the node if the cordon is ours; None when the node no longer exists."""
        nodes = self.clusters.open(cluster)
        for _ in range(ATTEMPTS):
            node = nodes.find(instance, name)
            if node is None:
                return None
            plan = uncordon(node)
            if plan.change is None or nodes.write(node, plan.change):
                return plan
        raise TemporaryError(f"{name} changed {ATTEMPTS} times while it was being uncordoned")

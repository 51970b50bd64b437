"""The state of a node that is about to die, from EC2 and its cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from snapkeep.domain.claims import Claim
from snapkeep.domain.interruption.instances import Instance, InstanceState
from snapkeep.domain.interruption.nodes import Node, Pod
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.domain.interruption.rules import NodeRules
from snapkeep.domain.policies import Deployment
from snapkeep.ports.ec2 import Instances
from snapkeep.ports.kubernetes import NodeClusters, Nodes


@dataclass(frozen=True)
class NodeState:
    """An instance with its node and pods. `volumes` are the EC2 ids of the node's data volumes."""

    machine: Instance
    node: Node
    nodes: Nodes
    pods: Sequence[Pod]
    claims: Sequence[Claim]
    volumes: Sequence[str]
    rules: NodeRules


@dataclass(frozen=True)
class LookAtNode:
    """Reads the node of an incident."""

    deployment: Deployment
    instances: Instances
    clusters: NodeClusters

    def look(self, record: IncidentRecord) -> NodeState | None:
        """The state of the node; None when EC2 has no such instance or the cluster no such node.

        Raises TemporaryError when something did not answer.
        """
        machine = self.instances.instance(record.instance)
        if machine is None:
            return None
        nodes = self.clusters.open(record.cluster)
        node = nodes.find(record.instance, record.node or machine.private_dns)
        if node is None:
            return None
        pods = nodes.pods(node.name)
        rules = self.deployment.interruption.rules_for(record.cluster, node.labels)
        claims, volumes = _claims(machine, node, nodes, pods)
        return NodeState(machine, node, nodes, pods, claims, volumes, rules)

    def left_behind(self, record: IncidentRecord) -> Sequence[str] | None:
        """The EC2 ids of the volumes still attached to a node that is gone; None when unknown.

        An empty list proves nothing once the instance is dead.
        """
        nodes = self.clusters.open(record.cluster)
        left = [each.volume for each in nodes.attachments() if each.instance == record.instance]
        if not left:
            machine = self.instances.instance(record.instance)
            return None if machine is None or machine.state is InstanceState.TERMINATED else ()
        return tuple(nodes.volume_ids(left).values())


def _claims(
    machine: Instance, node: Node, nodes: Nodes, pods: Sequence[Pod]
) -> tuple[Sequence[Claim], Sequence[str]]:
    """The claims of the pods, and of volumes still attached after their pods left; and the data volumes,
    because EC2 may not yet show everything that Kubernetes has attached.
    """
    claims = nodes.claims_of(pods)
    attached = {each.volume for each in nodes.attachments() if each.node == node.name}
    known = {claim.volume.name for claim in claims if claim.volume}
    claims = [*claims, *nodes.claims_behind(sorted(attached - known))]
    on = [claim.volume.handle for claim in claims if claim.volume and claim.volume.name in attached]
    return claims, tuple(dict.fromkeys((*machine.volumes, *on)))

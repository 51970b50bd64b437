"""A fake cluster with a node about to die: MySQL and WordPress on one spot node.

`announce()` delivers an event as EventBridge would; `save()`, `release()` and `tick()` run the functions
that were requested; time passes only through `world.clock.forward(...)`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from snapkeep.domain.interruption.instances import Instance, InstanceState
from snapkeep.domain.interruption.nodes import Attachment, Node, Pod
from snapkeep.domain.interruption.notices import Hook, Kind, Notice, spot_deadline
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.domain.interruption.rules import InterruptionRules, NodeRules
from snapkeep.domain.points import ClaimFacts, Point
from snapkeep.domain.policies import Method, Pace
from snapkeep.services.interruption.cordon import CordonNode, Triage
from snapkeep.services.interruption.incidents import Handled
from snapkeep.services.interruption.release_volumes import Released
from snapkeep.services.interruption.save_node import SaveReport
from snapkeep.wiring import interruption
from tests.fakes.nodes import FakeHooks, FakeIncidentQueue, FakeInstances, FakeNews, FakeNodes
from tests.fakes.world import World, a_claim, a_policy

INSTANCE = "i-0123456789abcdef0"
NODE = "ip-192-168-1-30.ap-northeast-2.compute.internal"
HOOK = Hook("group", "drain", "token")


def a_node(name: str = NODE, instance: str = INSTANCE, **changes: Any) -> Node:
    """A Ready node on that instance."""
    return replace(Node(name, f"uid-{name}", "1", f"aws:///ap-northeast-2a/{instance}"), **changes)


def an_instance(instance: str = INSTANCE, **changes: Any) -> Instance:
    """A running spot instance in the cluster, with MySQL's and WordPress's volumes."""
    machine = Instance(
        instance,
        InstanceState.RUNNING,
        NODE,
        spot=True,
        volumes=("vol-mysql", "vol-wordpress"),
        tags={"aws:eks:cluster-name": "myeks"},
    )
    return replace(machine, **changes)


def a_pod(name: str, *claims: str, **changes: Any) -> Pod:
    """A StatefulSet's running pod."""
    return replace(Pod("shop", name, f"uid-{name}", owner="StatefulSet", claims=claims), **changes)


def a_notice(at: datetime, kind: Kind = Kind.SPOT, **changes: Any) -> Notice:
    """A spot interruption warning from that time, or another announcement."""
    given = Notice("event-1", kind, INSTANCE, at)
    if kind is Kind.SPOT:
        action = changes.get("action", "terminate")
        given = replace(given, action=action, deadline=spot_deadline(action, at))
    return replace(given, **changes)


class DyingWorld:
    """The node, its pods and everything that looks after them."""

    def __init__(
        self,
        reaction: NodeRules | None = None,
        pace: Pace | None = None,
        wrap: Callable[[Any], Any] = lambda port: port,
    ) -> None:
        """`wrap` may put a proxy around each port."""
        self.claims = (a_claim("mysql"), a_claim("wordpress"))
        self.backups = World(*self.claims, policy=a_policy("daily"), pace=pace)
        self.clock = self.backups.clock
        self.journal = self.backups.journal
        self.deployment = replace(
            self.backups.deployment, interruption=InterruptionRules(reaction or NodeRules())
        )
        self.instances = FakeInstances(an_instance())
        self.nodes = FakeNodes(a_node(), a_node("other", "i-0other"))
        self.nodes.claim_list = list(self.claims)
        self.nodes.all_pods[NODE] = [
            a_pod("web", owner="ReplicaSet"),
            a_pod("mysql-0", "mysql", grace_seconds=60),
        ]
        self.nodes.all_pods[NODE] += [a_pod("wordpress-0", "wordpress"), a_pod("agent", owner="DaemonSet")]
        self.nodes.all_attachments = [
            Attachment(f"csi-{name}", f"uid-{name}", f"pv-{name}", NODE, INSTANCE)
            for name in ("mysql", "wordpress")
        ]
        self.attach_volumes(INSTANCE)
        self.to_save, self.to_release = FakeIncidentQueue(), FakeIncidentQueue()
        self.hooks, self.news = FakeHooks(), FakeNews()
        self._build(wrap)

    def _build(self, wrap: Callable[[Any], Any]) -> None:
        self.ports = ports = replace(
            self.backups.ports(wrap),
            deployment=self.deployment,
            snapshots=wrap(self.backups.ebs),
            instances=wrap(self.instances),
            nodes=wrap(self.nodes),
            hooks=wrap(self.hooks),
            to_save=wrap(self.to_save),
            to_release=wrap(self.to_release),
            incident_news=wrap(self.news),
        )
        self.cordoner = CordonNode(self.deployment, ports.instances, ports.nodes, self.clock)
        self.handler = interruption.handle_interruption(ports, self.cordoner)
        self.volumes = interruption.save_volumes(ports)
        self.saver = interruption.save_node(ports)
        self.releaser = interruption.release_volumes(ports)

    def own(self, event: dict[str, Any]) -> str:
        """Make the event current and about this world's instance; return the instance's id."""
        self.clock.now = datetime.fromisoformat(event.get("time") or event["detail"]["Time"])
        for key in ("instance-id", "EC2InstanceId"):
            if key in event["detail"]:
                theirs = event["detail"][key]
        machine, node = self.instances.all.pop(INSTANCE), self.nodes.nodes[NODE]
        self.instances.all[theirs] = replace(machine, id=theirs)
        self.nodes.nodes[NODE] = replace(node, provider_id=f"aws:///ap-northeast-2a/{theirs}")
        return str(theirs)

    def attach_volumes(self, instance: str) -> None:
        """Attach the volumes to this instance in EC2 ("": to none)."""
        for volume in an_instance().volumes:
            self.backups.ebs.add_volume(volume, instance=instance)

    def look(self, notice: Notice) -> Triage:
        """Run the first seconds only."""
        return self.cordoner.look(notice)

    def announce(self, notice: Notice) -> Handled:
        """Deliver one announcement."""
        return self.handler.record(self.cordoner.look(notice))

    def warn(self, **changes: Any) -> Handled:
        """Deliver a spot interruption warning now."""
        return self.announce(a_notice(self.clock(), **changes))

    def save(self) -> SaveReport:
        """Run save_node once."""
        self.to_save.sent.clear()
        return self.saver.run(INSTANCE, self.backups.owner())

    def release(self, *notices: Notice) -> Released:
        """Run release_volumes once."""
        self.to_release.sent.clear()
        return self.releaser.run(INSTANCE, notices)

    def die(self, state: InstanceState = InstanceState.TERMINATED) -> None:
        """End the machine; EC2 detaches its volumes once it is terminated."""
        dead = state is InstanceState.TERMINATED
        gone = {"private_dns": "", "volumes": ()} if dead else {}
        self.instances.all[INSTANCE] = replace(self.instances.all[INSTANCE], state=state, **gone)
        if dead:
            self.attach_volumes("")
            self.nodes.nodes[NODE] = replace(self.nodes.nodes[NODE], ready=False)

    def vanish(self) -> None:
        """Remove the node with its pods and attachments."""
        self.nodes.nodes.pop(NODE, None)
        self.nodes.all_attachments, self.nodes.all_pods[NODE] = [], []

    def wait(self, **duration: float) -> None:
        """Let time pass."""
        self.clock.forward(**duration)

    def point(self, claim: str) -> Point:
        """A claim's recovery point, as another policy would have created it."""
        found = next(each for each in self.claims if each.name == claim)
        facts = ClaimFacts("myeks", found.namespace, claim, found.uid, "4Gi", "gp3", (), "Filesystem", "xfs")
        name = f"{claim}-point"
        slot = self.clock()
        return Point(name, "run", "daily", slot, facts, f"vol-{claim}", Method.EBS, slot, name)

    @property
    def node(self) -> Node:
        """The node's present state."""
        return self.nodes.nodes[NODE]

    @property
    def record(self) -> IncidentRecord:
        """The incident from the journal."""
        return self.journal.incidents.all[INSTANCE]

    @property
    def lines(self) -> list[str]:
        """The timeline's text."""
        return [moment.text for moment in self.record.timeline]

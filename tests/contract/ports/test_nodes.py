"""What the nodes of a cluster promise: the fake's, and the real adapter's on the sandbox's Kubernetes API."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.kubernetes.cluster import ClusterServer, Settings
from snapkeep.adapters.kubernetes.client import KubernetesClient
from snapkeep.adapters.kubernetes.nodes import KubernetesNodes
from snapkeep.adapters.kubernetes.quick_transport import quick_transport
from snapkeep.domain.drivers import DRIVERS
from snapkeep.domain.interruption.aftermath import TAINT
from snapkeep.domain.interruption.nodes import Attachment, NodeChange, NodeEvent
from snapkeep.ports.kubernetes import Evicted, Nodes
from tests.fakes.dying import INSTANCE, NODE, a_node, a_pod
from tests.fakes.nodes import FakeNodes
from tests.fakes.world import a_claim


class World(ABC):
    """A cluster with one node, and what a test may do to it besides using the port."""

    nodes: Nodes

    @abstractmethod
    def add_pod(self, name: str, budget: str = "") -> None:
        """A running pod on the node; with a budget that does not let it go."""

    @abstractmethod
    def add_claim(self, name: str) -> None:
        """A claim in `shop` that is bound to `pv-<name>`, the EBS volume `vol-<name>`."""

    @abstractmethod
    def add_attachment(self, name: str, driver: str) -> None:
        """A volume attached to the node."""


class FakeWorld(World):
    """The fake."""

    def __init__(self) -> None:
        self.nodes = self.fake = FakeNodes(a_node())

    def add_pod(self, name: str, budget: str = "") -> None:
        self.fake.all_pods.setdefault(NODE, []).append(a_pod(name, f"{name}-data"))
        if budget:
            self.fake.budgets[name] = (
                f"The disruption budget {budget} needs 1 healthy pods and has 1 currently"
            )

    def add_claim(self, name: str) -> None:
        self.fake.claim_list.append(a_claim(name))

    def add_attachment(self, name: str, driver: str) -> None:
        self.fake.all_attachments.append(Attachment(name, f"uid-{name}", f"pv-{name}", NODE, INSTANCE))


def now() -> datetime:
    """The present, because the server's clock is real."""
    return datetime.now(UTC)


class SandboxWorld(World):
    """The real adapter with the quick transport, over TLS."""

    def __init__(self, folder: Path) -> None:
        self.server = ClusterServer(Settings(folder))
        self.server.start()
        http = quick_transport(self.server.url, self.server.certificate_authority.read_text())
        self.nodes = KubernetesNodes(KubernetesClient("myeks", self.server.url, http, self), now)
        self.server.store.create("namespaces", None, {"metadata": {"name": "shop"}})
        spec = {"providerID": f"aws:///ap-northeast-2a/{INSTANCE}"}
        status = {"conditions": [{"type": "Ready", "status": "True"}]}
        self.server.store.create("nodes", None, {"metadata": {"name": NODE}, "spec": spec, "status": status})

    def token(self) -> str:
        return self.server.admin_token

    def drop(self) -> None:
        raise AssertionError("the sandbox refused its own token")

    def add_pod(self, name: str, budget: str = "") -> None:
        labels = {"app": name}
        claim = {"name": "data", "persistentVolumeClaim": {"claimName": f"{name}-data"}}
        spec = {"nodeName": NODE, "volumes": [claim], "containers": [{"name": "c", "image": "i"}]}
        status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
        metadata = {"name": name, "labels": labels}
        self.server.store.create("pods", "shop", {"metadata": metadata, "spec": spec, "status": status})
        if budget:
            rule = {"minAvailable": 1, "selector": {"matchLabels": labels}}
            self.server.store.create(
                "poddisruptionbudgets", "shop", {"metadata": {"name": budget}, "spec": rule}
            )

    def add_claim(self, name: str) -> None:
        csi = {"driver": "ebs.csi.aws.com", "volumeHandle": f"vol-{name}", "fsType": "xfs"}
        bound = {"csi": csi, "claimRef": {"namespace": "shop", "name": name}}
        volume = {"metadata": {"name": f"pv-{name}"}, "spec": bound}
        self.server.store.create("persistentvolumes", None, volume)
        spec = {"accessModes": ["ReadWriteOnce"], "volumeName": f"pv-{name}"}
        spec |= {"resources": {"requests": {"storage": "4Gi"}}, "storageClassName": "gp3"}
        claim = {"metadata": {"name": name}, "spec": spec, "status": {"phase": "Bound"}}
        self.server.store.create("persistentvolumeclaims", "shop", claim)

    def add_attachment(self, name: str, driver: str) -> None:
        metadata = {"name": name, "annotations": {"csi.alpha.kubernetes.io/node-id": INSTANCE}}
        source = {"persistentVolumeName": f"pv-{name}"}
        spec = {"attacher": driver, "nodeName": NODE, "source": source}
        self.server.store.create("volumeattachments", None, {"metadata": metadata, "spec": spec})


@pytest.fixture(params=["fake", "sandbox"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "fake":
        yield FakeWorld()
        return
    sandbox = SandboxWorld(tmp_path)
    yield sandbox
    sandbox.server.stop()


def test_a_node_is_found_by_its_instance_whatever_it_is_called(world: World) -> None:
    for hint in (NODE, "", "another-name"):
        node = world.nodes.find(INSTANCE, hint)
        assert node is not None and (node.name, node.ready) == (NODE, True)
    assert world.nodes.find("i-0000000000000dead", NODE) is None
    assert world.nodes.named("nobody") is None


def test_a_change_is_written_and_taken_back(world: World) -> None:
    node = world.nodes.named(NODE)
    assert node is not None
    change = NodeChange(unschedulable=True, annotations={"snapkeep.io/cordon": "x"}, taints=(TAINT,))
    assert world.nodes.write(node, change)
    node = world.nodes.named(NODE)
    assert node is not None
    assert (node.unschedulable, node.annotations["snapkeep.io/cordon"]) == (True, "x")
    assert [taint.key for taint in node.taints] == [TAINT.key]
    back = NodeChange(unschedulable=False, annotations={"snapkeep.io/cordon": None}, taints=())
    assert world.nodes.write(node, back)
    node = world.nodes.named(NODE)
    assert node is not None
    assert (node.unschedulable, dict(node.annotations), node.taints) == (False, {}, ())


def test_a_change_to_what_somebody_else_changed_is_refused(world: World) -> None:
    node = world.nodes.named(NODE)
    assert node is not None
    assert world.nodes.write(node, NodeChange(annotations={"theirs": "1"}))
    assert not world.nodes.write(node, NodeChange(unschedulable=True))
    after = world.nodes.named(NODE)
    assert after is not None and not after.unschedulable


def test_a_pod_is_evicted_unless_its_budget_blocks_that(world: World) -> None:
    world.add_pod("web-0")
    world.add_pod("mysql-0", budget="mysql")
    pods = {pod.name: pod for pod in world.nodes.pods(NODE)}
    assert pods["mysql-0"].claims == ("mysql-0-data",)
    assert world.nodes.evict(pods["web-0"], 5) == Evicted()
    blocked = world.nodes.evict(pods["mysql-0"], 5).blocked_by
    assert blocked == "The disruption budget mysql needs 1 healthy pods and has 1 currently"


def test_a_pod_that_is_gone_cannot_be_evicted(world: World) -> None:
    world.add_pod("web-0")
    (pod,) = world.nodes.pods(NODE)
    world.nodes.delete_now(pod)
    assert world.nodes.pods(NODE) == []
    assert world.nodes.evict(pod, 5) == Evicted(gone=True)


@pytest.mark.parametrize("driver", sorted(DRIVERS))
def test_attachments_are_listed_and_deleted(world: World, driver: str) -> None:
    world.add_attachment("csi-1", driver)
    (found,) = world.nodes.attachments()
    assert (found.volume, found.node, found.instance) == ("pv-csi-1", NODE, INSTANCE)
    world.nodes.delete_attachment(found)
    world.nodes.delete_attachment(found)
    assert list(world.nodes.attachments()) == []


def test_an_event_can_be_said_of_a_node_and_of_a_pod(world: World) -> None:
    world.nodes.record_event(NodeEvent("Node", "", NODE, "uid", "SnapkeepCordoned", "x" * 2000))
    world.nodes.record_event(NodeEvent("Pod", "shop", "web-0", "uid", "SnapkeepEvictionBlocked", "text"))


def test_a_pod_can_be_deleted_whatever_its_budget_says(world: World) -> None:
    world.add_pod("mysql-0", budget="mysql")
    (pod,) = world.nodes.pods(NODE)
    world.nodes.delete_now(pod, 5)
    assert all(each.deleting for each in world.nodes.pods(NODE))
    world.nodes.delete_now(pod)
    assert list(world.nodes.pods(NODE)) == []


def test_a_claim_is_found_by_the_volume_it_is_bound_to(world: World) -> None:
    world.add_claim("data")
    (claim,) = world.nodes.claims_behind(["pv-data", "pv-gone"])
    assert (claim.namespace, claim.name) == ("shop", "data")
    assert claim.volume is not None and claim.volume.handle == "vol-data"


def test_a_connection_that_was_closed_meanwhile_costs_no_cordon(tmp_path: Path) -> None:
    world = SandboxWorld(tmp_path)
    try:
        for change in (NodeChange(unschedulable=True), NodeChange(annotations={"snapkeep.io/test": "yes"})):
            world.server.controls["faults"]({"arm": {"action": "reset"}})
            node = world.nodes.find(INSTANCE, NODE)
            assert node is not None
            world.server.controls["faults"]({"arm": {"action": "reset"}})
            assert world.nodes.write(node, change)
    finally:
        world.server.stop()

"""Odd shapes at the border of a warning's first seconds: EC2, the Kubernetes API and EventBridge as they are.

The service is real, so are the Kubernetes adapter and the readers of events; replies are scripted. What is
only a matter of one reader or adapter is tested beside that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from snapkeep.adapters.kubernetes.nodes import KubernetesNodes
from snapkeep.domain.errors import ClusterUnreachable, NotFound
from snapkeep.domain.interruption.instances import InstanceState
from snapkeep.domain.interruption.notices import Kind
from snapkeep.inbound.interruptions import notices
from snapkeep.services.interruption.cordon import CordonNode, Triage
from tests.fakes.dying import NODE, DyingWorld, an_instance
from tests.fakes.nodes import FakeInstances
from tests.unit.snapkeep.adapters.kubernetes.scripted import Reply, ScriptedTransport, a_client

EVENTS = Path(__file__).parents[5] / "events" / "handle_interruption"
INSTANCE = "i-0123456789abcdef0"
TAINTS = [{"key": "karpenter.sh/disrupted", "effect": "NoSchedule"}]


@dataclass
class Cluster:
    """The one cluster, behind a scripted API."""

    nodes: KubernetesNodes

    def open(self, name: str) -> KubernetesNodes:
        assert name == "myeks"
        return self.nodes


def a_node(name: str = NODE, version: str = "7", instance: str = INSTANCE) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "uid": f"uid-{name}", "resourceVersion": version},
        "spec": {"providerID": f"aws:///ap-northeast-2a/{instance}", "taints": TAINTS},
    }


def seen(*replies: Reply | Exception, event: str = "spot_terminate", **machine: Any) -> tuple[Triage, Any]:
    """What a warning leads to when the API replies so, and the requests it got."""
    client, http = a_client(*replies)
    cordoner = CordonNode(
        DyingWorld().deployment,
        FakeInstances(an_instance(INSTANCE, **machine)),
        Cluster(KubernetesNodes(client, DyingWorld().clock)),
        DyingWorld().clock,
    )
    sample: Mapping[str, Any] = json.loads((EVENTS / f"{event}.json").read_text())
    sample = {**sample, "time": DyingWorld().clock().isoformat()}
    sample["detail"]["instance-id"] = INSTANCE
    (notice,) = notices(sample) or ()
    return cordoner.look(notice), http


def requests(http: ScriptedTransport) -> list[tuple[str, str]]:
    return [(method, path.partition("?")[0]) for method, path, _ in http.requests]


def test_a_warm_notice_is_two_kubernetes_calls() -> None:
    sighting, http = seen(Reply(200, a_node()), Reply(200))
    assert sighting.plan is not None and sighting.plan.ours
    assert requests(http) == [("GET", f"/api/v1/nodes/{NODE}"), ("PATCH", f"/api/v1/nodes/{NODE}")]


def test_a_cordon_never_writes_taints() -> None:
    _, http = seen(Reply(200, a_node()), Reply(200))
    assert "taints" not in http.requests[-1][2]["spec"]


def test_409_on_the_patch_is_read_and_written_again() -> None:
    sighting, http = seen(Reply(200, a_node()), Reply(409), Reply(200, a_node(version="8")), Reply(200))
    assert sighting.plan is not None and sighting.plan.ours
    assert http.requests[-1][2]["metadata"]["resourceVersion"] == "8"


def test_401_is_answered_with_a_fresh_token_in_the_same_invocation() -> None:
    sighting, http = seen(Reply(401), Reply(200, a_node()), Reply(401), Reply(200))
    assert sighting.plan is not None
    assert [method for method, _ in requests(http)] == ["GET", "GET", "PATCH", "PATCH"]


def test_an_api_that_is_busy_lets_the_event_come_again() -> None:
    with pytest.raises(ClusterUnreachable):
        seen(Reply(503))


def test_a_node_that_vanishes_while_it_is_cordoned_is_said_so() -> None:
    with pytest.raises(NotFound, match="disappeared while it was being cordoned"):
        seen(Reply(200, a_node()), Reply(409), Reply(404))


def test_a_resource_arn_with_a_zone_and_without_an_account_is_not_even_read() -> None:
    sample = json.loads((EVENTS / "spot_zone_arn.json").read_text())
    assert sample["resources"] == ["arn:aws:ec2:eu-central-1a:instance/i-0a1b2c3d4e5f60718"]
    sighting, _ = seen(Reply(200, a_node()), Reply(200), event="spot_zone_arn")
    assert sighting.plan is not None and sighting.notice.instance == INSTANCE


def test_a_machine_that_lost_its_private_name_is_found_by_the_providerid() -> None:
    listed = Reply(200, {"items": [a_node("other", instance="i-0b"), a_node()], "metadata": {}})
    sighting, _ = seen(Reply(404), listed, Reply(200), private_dns="", state=InstanceState.SHUTTING_DOWN)
    assert sighting.node is not None and sighting.node.name == NODE


def test_a_node_called_by_its_instance_id_is_found() -> None:
    sighting, http = seen(Reply(404), Reply(200, a_node(INSTANCE)), Reply(200))
    assert sighting.plan is not None
    assert requests(http)[-1] == ("PATCH", f"/api/v1/nodes/{INSTANCE}")


def test_another_machine_under_the_private_name_is_left_alone() -> None:
    theirs = a_node(instance="i-0b")
    sighting, http = seen(Reply(200, theirs), Reply(404), Reply(200, {"items": [theirs], "metadata": {}}))
    assert sighting.plan is None and "no node with the providerID" in sighting.reason
    assert "PATCH" not in [method for method, _ in requests(http)]


@pytest.mark.parametrize(
    "tags",
    [
        {"aws:eks:cluster-name": "myeks"},
        {"eks:cluster-name": "myeks"},
        {"eks:eks-cluster-name": "myeks"},
        {"kubernetes.io/cluster/myeks": "owned", "k8s.io/cluster-autoscaler/other": "owned"},
        {"alpha.eksctl.io/cluster-name": "myeks"},
    ],
)
def test_each_of_the_five_tags_leads_to_the_cluster(tags: dict[str, str]) -> None:
    sighting, _ = seen(Reply(200, a_node()), Reply(200), tags=tags)
    assert sighting.cluster == "myeks"


def test_an_account_that_is_a_number_is_no_trouble() -> None:
    sample = json.loads((EVENTS / "spot_terminate.json").read_text())
    (notice,) = notices({**sample, "account": 123456789012}) or ()
    assert notice.kind is Kind.SPOT

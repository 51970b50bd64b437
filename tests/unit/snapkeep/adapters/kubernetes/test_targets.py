"""Reading the place of a restore, from what a cluster answers."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.adapters.kubernetes.targets import read_target
from snapkeep.domain.restore.targets import ClassFacts, QuotaFacts, TargetFacts
from tests.unit.snapkeep.adapters.kubernetes.scripted import Reply, a_client, status

ABSENT = status(404, "NotFound", "not found")
NOTHING = Reply(200, {"items": []})
RETAINING = Reply(200, {"deletionPolicy": "Retain"})


def listed(*items: dict[str, Any]) -> Reply:
    for number, item in enumerate(items):
        item.setdefault("metadata", {}).setdefault("uid", f"uid-{number}")
    return Reply(200, {"items": list(items)})


def a_namespace(**metadata: Any) -> Reply:
    return Reply(200, {"metadata": metadata, "status": {"phase": "Active"}})


def test_a_place_is_told_with_its_quotas_classes_and_zones() -> None:
    quota = {
        "metadata": {"name": "team"},
        "spec": {"hard": {"requests.storage": "50Gi"}},
        "status": {"hard": {"requests.storage": "50Gi"}, "used": {"requests.storage": "45Gi"}},
    }
    topology = {"matchLabelExpressions": [{"key": "topology.ebs.csi.aws.com/zone", "values": ["a", "b"]}]}
    gold = {
        "metadata": {"name": "gold"},
        "provisioner": "ebs.csi.aws.com",
        "volumeBindingMode": "WaitForFirstConsumer",
        "parameters": {"Type": "io2"},
        "allowedTopologies": [topology],
    }
    plain = {
        "metadata": {"name": "plain"},
        "provisioner": "ebs.csi.aws.com",
        "volumeBindingMode": "Immediate",
    }
    node = {"metadata": {"labels": {"topology.kubernetes.io/zone": "a"}}}
    client, http = a_client(
        a_namespace(),
        listed({"metadata": {"name": "data"}}),
        listed(quota),
        listed(gold, plain),
        listed(node, {"metadata": {}}),
        Reply(200, {}),
        RETAINING,
    )
    assert read_target(client, "shop", "data", "ap-northeast-2") == TargetFacts(
        region="ap-northeast-2",
        namespace_phase="Active",
        claim_exists=True,
        quotas=(QuotaFacts("team", {"requests.storage": "50Gi"}, {"requests.storage": "45Gi"}),),
        classes={
            "gold": ClassFacts("gold", "ebs.csi.aws.com", True, "io2", ("a", "b")),
            "plain": ClassFacts("plain", "ebs.csi.aws.com", False),
        },
        node_zones=frozenset({"a"}),
    )
    assert "fieldSelector=metadata.name%3Ddata" in http.requests[1][1]


def test_a_namespace_that_is_not_there_is_not_looked_into() -> None:
    client, http = a_client(ABSENT, NOTHING, NOTHING, ABSENT)
    found = read_target(client, "lost", "data", "ap-northeast-2")
    assert (found.namespace_phase, found.claim_exists, found.quotas) == ("", False, ())
    assert "CRDs" in found.no_snapshots
    assert len(http.requests) == 4


@pytest.mark.parametrize(
    ("metadata", "phase"), [({"deletionTimestamp": "now"}, "Terminating"), ({}, "Active")]
)
def test_a_namespace_on_its_way_out_is_terminating(metadata: dict[str, str], phase: str) -> None:
    client, _ = a_client(
        a_namespace(**metadata), NOTHING, NOTHING, NOTHING, NOTHING, Reply(200, {}), RETAINING
    )
    assert read_target(client, "shop", "data", "").namespace_phase == phase

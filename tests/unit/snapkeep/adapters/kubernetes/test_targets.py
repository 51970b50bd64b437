"""Reading the place of a restore, from what a cluster answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from snapkeep.adapters.kubernetes.targets import read_target
from snapkeep.domain.restore.targets import ClassFacts, FreeVolume, LimitFacts, QuotaFacts, TargetFacts
from tests.unit.snapkeep.adapters.kubernetes.scripted import Reply, a_client, status

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
ABSENT = status(404, "NotFound", "not found")
NOTHING = Reply(200, {"items": []})
RETAINING = Reply(200, {"deletionPolicy": "Retain"})


def listed(*items: dict[str, Any]) -> Reply:
    for number, item in enumerate(items):
        item.setdefault("metadata", {}).setdefault("uid", f"uid-{number}")
    return Reply(200, {"items": list(items)})


def a_lease(renewed: datetime) -> Reply:
    return Reply(200, {"spec": {"renewTime": renewed.isoformat()}})


def a_namespace(**metadata: Any) -> Reply:
    return Reply(200, {"metadata": metadata, "status": {"phase": "Active"}})


QUOTA = {
    "metadata": {"name": "team"},
    "spec": {"hard": {"requests.storage": "50Gi"}},
    "status": {"hard": {"requests.storage": "50Gi"}, "used": {"requests.storage": "45Gi"}},
}
BOUNDS = {
    "metadata": {"name": "claims"},
    "spec": {
        "limits": [
            {"type": "Container", "max": {"memory": "1Gi"}},
            {"type": "PersistentVolumeClaim", "min": {"storage": "1Gi"}, "max": {"storage": "100Gi"}},
        ]
    },
}
TOPOLOGY = {"matchLabelExpressions": [{"key": "topology.ebs.csi.aws.com/zone", "values": ["a", "b"]}]}
GOLD = {
    "metadata": {"name": "gold"},
    "provisioner": "ebs.csi.aws.com",
    "volumeBindingMode": "WaitForFirstConsumer",
    "parameters": {"Type": "io2"},
    "allowedTopologies": [TOPOLOGY],
}
PLAIN = {
    "metadata": {"name": "plain"},
    "provisioner": "ebs.csi.aws.com",
    "volumeBindingMode": "Immediate",
}


def test_a_place_is_told_with_its_quotas_classes_and_zones() -> None:
    node = {"metadata": {"labels": {"topology.kubernetes.io/zone": "a"}}}
    spec = {"capacity": {"storage": "20Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": "gold"}
    available, bound = {"phase": "Available"}, {"phase": "Bound"}
    mine = {**spec, "claimRef": {"namespace": "shop", "name": "data"}}
    other = {**spec, "claimRef": {"namespace": "shop", "name": "other"}}
    client, http = a_client(
        a_namespace(),
        listed({"metadata": {"name": "data"}}),
        listed({"metadata": {"name": "data-restored"}}),
        listed(),
        listed(QUOTA),
        listed(BOUNDS),
        listed(GOLD, PLAIN),
        listed(node, {"metadata": {}}),
        listed(
            {"metadata": {"name": "free"}, "spec": spec, "status": available},
            {"metadata": {"name": "mine"}, "spec": mine, "status": available},
            {"metadata": {"name": "others"}, "spec": other, "status": available},
            {"metadata": {"name": "used"}, "spec": spec, "status": bound},
            {"metadata": {"name": "going", "deletionTimestamp": "now"}, "spec": spec, "status": available},
        ),
        Reply(200, {}),
        RETAINING,
        a_lease(NOW - timedelta(minutes=20)),
    )
    assert read_target(client, "shop", "data", "ap-northeast-2", NOW) == TargetFacts(
        region="ap-northeast-2",
        namespace_phase="Active",
        claim_exists=True,
        free_name="data-restored-2",
        quotas=(QuotaFacts("team", {"requests.storage": "50Gi"}, {"requests.storage": "45Gi"}),),
        limits=(LimitFacts("claims", "1Gi", "100Gi"),),
        controller_silent_since=NOW - timedelta(minutes=20),
        classes={
            "gold": ClassFacts("gold", "ebs.csi.aws.com", True, "io2", ("a", "b")),
            "plain": ClassFacts("plain", "ebs.csi.aws.com", False),
        },
        node_zones=frozenset({"a"}),
        free_volumes=(
            FreeVolume("free", 20 * 2**30, "gold", ("ReadWriteOnce",)),
            FreeVolume("mine", 20 * 2**30, "gold", ("ReadWriteOnce",), reserved=True),
        ),
    )
    assert "fieldSelector=metadata.name%3Ddata" in http.requests[1][1]


def test_a_namespace_that_is_not_there_is_not_looked_into() -> None:
    client, http = a_client(ABSENT, NOTHING, NOTHING, ABSENT, ABSENT)
    found = read_target(client, "lost", "data", "ap-northeast-2", NOW)
    assert (found.namespace_phase, found.claim_exists, found.quotas) == ("", False, ())
    assert "CRDs" in found.no_snapshots["ebs.csi.aws.com"]
    assert len(http.requests) == 5


@pytest.mark.parametrize(
    ("metadata", "phase"), [({"deletionTimestamp": "now"}, "Terminating"), ({}, "Active")]
)
def test_a_namespace_on_its_way_out_is_terminating(metadata: dict[str, str], phase: str) -> None:
    client, _ = a_client(
        a_namespace(**metadata),
        NOTHING,
        NOTHING,
        NOTHING,
        NOTHING,
        NOTHING,
        NOTHING,
        Reply(200, {}),
        RETAINING,
        ABSENT,
    )
    assert read_target(client, "shop", "data", "", NOW).namespace_phase == phase


@pytest.mark.parametrize("name", ["a,metadata.namespace!=x", "Data", "../secrets", ""])
def test_a_name_that_is_none_is_not_asked_for(name: str) -> None:
    client, http = a_client(
        a_namespace(), NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, Reply(200, {}), RETAINING, ABSENT
    )
    assert read_target(client, "shop", name, "", NOW).claim_exists is False
    assert not any("persistentvolumeclaims" in request[1] for request in http.requests)


@pytest.mark.parametrize(
    "lease", [ABSENT, Reply(200, {"spec": {}}), Reply(200, {"spec": {"renewTime": "2026-11-24T17:59:30.5Z"}})]
)
def test_a_controller_that_is_alive_or_keeps_no_lease_is_not_silent(lease: Reply) -> None:
    client, _ = a_client(
        a_namespace(), NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, Reply(200, {}), RETAINING, lease
    )
    assert read_target(client, "shop", "data", "", NOW).controller_silent_since is None

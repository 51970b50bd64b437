"""Objects are applied in their order, some at a time, and tried again."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep_cli.namespaces.applying import AT_ONCE, MOST, TRIES, apply, rehearse
from tests.fakes.target_cluster import FakeTargetCluster
from tests.fakes.world import World


@pytest.fixture
def cluster() -> FakeTargetCluster:
    world = World()
    world.cluster.namespaces["shop"] = "Active"
    return FakeTargetCluster(world)


def config_maps(number: int) -> list[dict[str, Any]]:
    return [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"c{each}", "namespace": "shop"}}
        for each in range(number)
    ]


def test_many_objects_are_applied_in_order_and_marked(cluster: FakeTargetCluster) -> None:
    many = config_maps(AT_ONCE + 1)
    assert apply(cluster, many, "run") == {}
    assert cluster.applied == [f"configmap/c{each}" for each in range(AT_ONCE + 1)]
    made = cluster.items["shop", "configmap/c0"]["metadata"]
    assert made["annotations"] == {"snapkeep.io/restored-from": "run"}


def test_what_is_refused_for_a_moment_is_tried_again(cluster: FakeTargetCluster) -> None:
    """As pods are until a new quota is counted."""
    slept: list[float] = []
    cluster.refuses = lambda item: "status unknown for quota: few" if len(slept) < 2 else ""

    assert apply(cluster, config_maps(2), "run", slept.append) == {}

    assert len(slept) == 2
    assert cluster.applied == ["configmap/c0", "configmap/c1"]


def test_what_stays_refused_says_why_each_and_does_not_stop_the_rest(cluster: FakeTargetCluster) -> None:
    cluster.refuses = lambda item: "no" if item["metadata"]["name"] != "c9" else ""
    slept: list[float] = []

    found = apply(cluster, config_maps(MOST + 5), "run", slept.append)

    assert len(slept) == TRIES - 1
    assert cluster.applied == ["configmap/c9"]
    assert len(found) == MOST + 4
    assert found["configmap/c0"] == "no" and found["configmap/c24"] == "refused like those before it"


def test_warnings_of_the_api_server_are_shown_once(
    cluster: FakeTargetCluster, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.warning = "Warning: would violate PodSecurity"
    assert rehearse(cluster, config_maps(1), "run") == []
    assert apply(cluster, config_maps(1), "run") == {}
    assert capsys.readouterr().err.count("would violate PodSecurity") == 1

"""Waiting until a namespace is back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain.objects.restoring import NamespacePlan
from snapkeep_cli.api.client import ApiClient
from snapkeep_cli.api.transport import Unreachable
from snapkeep_cli.cluster.kubectl import KubectlFailed
from snapkeep_cli.namespaces.judging import Trouble
from snapkeep_cli.namespaces.planning import Move, Planned
from snapkeep_cli.namespaces.watching import Watch
from snapkeep_cli.objects.archives import Archived
from tests.fakes.clock import TestClock
from tests.fakes.target_cluster import RUNNING, FakeTargetCluster
from tests.fakes.world import SLOT, World

WEB = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web", "namespace": "shop"},
    "spec": {"replicas": 1},
}


@pytest.fixture
def cluster() -> FakeTargetCluster:
    """shop has web, whose pod does not run yet."""
    world = World()
    world.cluster.namespaces["shop"] = "Active"
    cluster = FakeTargetCluster(world)
    cluster.has("shop", WEB)
    cluster.pods = lambda name: {"phase": "Pending"}
    return cluster


def watched(cluster: FakeTargetCluster, *later: Any, patience: int = 60) -> list[Trouble]:
    """What is missing in the end; each of `later` happens after another look."""
    plan = NamespacePlan((WEB,), {}, (), (), ())
    found = Planned(Move("myeks", Archived("run", "shop"), "shop"), plan, (), ())
    watch = Watch(ApiClient(None), cluster, found, {("apps/v1", "Deployment"): "deployments"}, {})  # type: ignore[arg-type]
    clock, steps = TestClock(SLOT), iter(later)

    def sleep(seconds: float) -> None:
        clock.forward(seconds=seconds)
        next(steps, lambda: None)()

    return watch.until_whole(timedelta(seconds=patience), lambda: clock().timestamp(), sleep)


def test_it_waits_until_the_pods_run(cluster: FakeTargetCluster) -> None:
    def run() -> None:
        cluster.pods = lambda name: RUNNING

    assert watched(cluster, lambda: None, run) == []


def test_when_its_patience_ends_it_says_what_is_missing(cluster: FakeTargetCluster) -> None:
    (found,) = watched(cluster, patience=10)
    assert (found.what, found.waits) == ("Deployment web", True)


@pytest.mark.parametrize("trouble", [KubectlFailed("connection refused"), Unreachable("no route")])
def test_a_cluster_that_is_silent_for_a_while_is_asked_again(
    cluster: FakeTargetCluster, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    answers = cluster.living

    def fail(*_: Any) -> Any:
        raise trouble

    def again() -> None:
        cluster.pods = lambda name: RUNNING
        monkeypatch.setattr(cluster, "living", answers)

    monkeypatch.setattr(cluster, "living", fail)
    assert watched(cluster, lambda: None, again) == []
    monkeypatch.setattr(cluster, "living", fail)
    with pytest.raises(type(trouble)):
        watched(cluster, patience=10)


def test_who_may_not_list_pods_is_not_kept_waiting(
    cluster: FakeTargetCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> Any:
        raise KubectlFailed("Error from server (Forbidden): pods is forbidden")

    monkeypatch.setattr(cluster, "living", refuse)
    with pytest.raises(KubectlFailed, match="Forbidden"):
        watched(cluster, lambda: pytest.fail("it waited"))

"""shop was saved and is lost; what kubectl reaches is a fake beside the world of the API."""

from __future__ import annotations

import pytest

from snapkeep_cli.commands import restore_namespace
from snapkeep_cli.namespaces import applying
from tests.fakes.preflight_samples import a_target
from tests.fakes.saving import SavingWorld
from tests.fakes.target_cluster import FakeTargetCluster
from tests.fakes.world import SLOT
from tests.unit.snapkeep_cli.conftest import Command, connected
from tests.unit.snapkeep_cli.saved import put_behind_links


@pytest.fixture
def world() -> SavingWorld:
    """shop was saved, and is lost; store is there."""
    return lost_shop("data")


def lost_shop(*claims: str) -> SavingWorld:
    """A world in which the pods of shop's `api` mounted these claims, of which only data has a point."""
    world = SavingWorld()
    env = [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}]
    volumes = [{"persistentVolumeClaim": {"claimName": each}} for each in claims]
    pods = {"containers": [{"env": env}], "volumes": volumes}
    world.objects.put("deployments.apps", "shop", "api", spec={"replicas": 1, "template": {"spec": pods}})
    world.objects.put("configmaps", "shop", "conf", data={"host": "web.shop.svc"})
    world.cluster.namespaces |= {"store": "Active"}
    world.cluster.place = a_target()
    world.back_up(SLOT)
    world.save()
    world.cluster.claim_list.clear()
    return world


@pytest.fixture
def cluster(world: SavingWorld, monkeypatch: pytest.MonkeyPatch) -> FakeTargetCluster:
    cluster = FakeTargetCluster(world)
    monkeypatch.setattr(restore_namespace, "kubectl_for", lambda *_, **__: cluster)
    monkeypatch.setattr(applying, "PAUSE", 0)
    return cluster


@pytest.fixture
def snapkeep(world: SavingWorld, cluster: FakeTargetCluster, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command, with the archives behind their links."""
    put_behind_links(world, monkeypatch)
    return connected(world, monkeypatch)

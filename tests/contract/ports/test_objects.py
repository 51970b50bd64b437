"""What the objects of a cluster promise: those in memory, and the adapter on the sandbox's API server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from snapkeep.adapters.kubernetes.client import KubernetesClient
from snapkeep.adapters.kubernetes.objects import KubernetesObjects
from snapkeep.domain.objects.kinds import SAVED, Kind, choose
from snapkeep.ports.objects import Objects
from tests.contract.ports.clusters import SandboxWorld
from tests.contract.ports.official_transport import official_transport
from tests.fakes.objects import FakeObjects

Put = Callable[..., None]


@pytest.fixture(scope="module")
def sandbox_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxWorld]:
    world = SandboxWorld(tmp_path_factory.mktemp("objects"))
    yield world
    world.stop()


@pytest.fixture(params=["fake", "sandbox"])
def cluster(request: pytest.FixtureRequest) -> tuple[Objects, Put]:
    """The objects of a cluster, and how a test puts one there: kind, namespace, name and fields."""
    if request.param == "fake":
        fake = FakeObjects()
        return fake, fake.put
    world: SandboxWorld = request.getfixturevalue("sandbox_world")
    return in_sandbox(world), putting_into(world)


def in_sandbox(world: SandboxWorld) -> KubernetesObjects:
    authority = world.server.certificate_authority.read_text()
    http = official_transport(world.server.url, authority)
    return KubernetesObjects(KubernetesClient("myeks", world.server.url, http, world))


def putting_into(world: SandboxWorld) -> Put:
    def put(kind: str, namespace: str, name: str, **fields: Any) -> None:
        metadata = {"name": name, **fields.pop("metadata", {})}
        world.store.create(kind.partition(".")[0], namespace or None, {"metadata": metadata, **fields})

    return put


def named(objects: Objects, qualified: str) -> Kind:
    return next(kind for kind in objects.served_kinds().kinds if str(kind) == qualified)


def test_every_kind_that_is_saved_is_served(cluster: tuple[Objects, Put]) -> None:
    served = cluster[0].served_kinds()
    assert not served.silent
    names = [str(kind) for kind in served.kinds]
    assert len(set(names)) == len(names)
    assert tuple(map(str, choose(served.kinds).kinds)) == SAVED
    assert "secrets" in names and "nodes" not in names and "pods/status" not in names


def test_objects_say_their_kind_and_come_by_name(cluster: tuple[Objects, Put]) -> None:
    objects, put = cluster
    for namespace, name in (("kinds", "b"), ("kinds", "a"), ("other", "c")):
        put("deployments.apps", namespace, name, spec={"replicas": 1})
    kind = named(objects, "deployments.apps")
    found = list(objects.objects(kind, "kinds"))
    assert [each["metadata"]["name"] for each in found] == ["a", "b"]
    assert {(each["apiVersion"], each["kind"]) for each in found} == {("apps/v1", "Deployment")}
    assert list(objects.objects(kind, "nowhere")) == []


def test_one_object_is_read_by_name(cluster: tuple[Objects, Put]) -> None:
    objects, put = cluster
    put("configmaps", "one", "conf", data={"a": "b"})
    put("storageclasses.storage.k8s.io", "", "gp3-one", provisioner="ebs.csi.aws.com")
    found = objects.object(named(objects, "configmaps"), "one", "conf")
    assert found is not None and (found["kind"], found["data"]) == ("ConfigMap", {"a": "b"})
    assert objects.object(named(objects, "configmaps"), "one", "other") is None
    storage_class = Kind("storage.k8s.io", "v1", "storageclasses", "StorageClass")
    cluster_wide = objects.object(storage_class, "", "gp3-one")
    assert cluster_wide is not None and cluster_wide["apiVersion"] == "storage.k8s.io/v1"


def test_long_lists_come_in_pages_and_survive_an_expired_token(sandbox_world: SandboxWorld) -> None:
    put, objects = putting_into(sandbox_world), in_sandbox(sandbox_world)
    for number in range(1_200):
        put("services", "pages", f"s-{number:04}", spec={})
    sandbox_world.server.controls["faults"]({"arm": {"action": "expired", "verb": "list"}})
    found = [each["metadata"]["name"] for each in objects.objects(named(objects, "services"), "pages")]
    assert found == [f"s-{number:04}" for number in range(1_200)]


def test_large_objects_come_in_smaller_pages(sandbox_world: SandboxWorld) -> None:
    put, objects = putting_into(sandbox_world), in_sandbox(sandbox_world)
    for number in range(120):
        put("configmaps", "large", f"c-{number:03}")
    sandbox_world.server.controls["traffic"]({"reset": True})
    assert len(list(objects.objects(named(objects, "configmaps"), "large"))) == 120
    lists = sandbox_world.server.controls["traffic"]({})["lists"]
    assert lists == {"configmaps": {"first_page": 1, "next_page": 2}}

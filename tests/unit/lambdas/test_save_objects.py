"""save_objects: a tick of its schedule saves the objects beside new runs, and the answer says how many."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from lambdas.save_objects.handler import handle
from snapkeep.adapters.aws.envelopes import KmsEnvelopes
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.wiring import aws
from tests.fakes.kms import FakeKms
from tests.fakes.objects import FakeObjectClusters, FakeObjects, MemoryArchives
from tests.fakes.world import SLOT, World
from tests.unit.lambdas.conftest import Context, Load


@dataclass(frozen=True)
class Early(Context):
    """An invocation that has just begun."""

    def get_remaining_time_in_millis(self) -> int:
        return 300_000


@pytest.fixture
def archives(world: World, monkeypatch: pytest.MonkeyPatch) -> MemoryArchives:
    """The archives of a world with a run whose policy saves objects."""
    world.back_up(SLOT)
    objects, archives = FakeObjects(), MemoryArchives()
    objects.put("namespaces", "", "shop")
    objects.put("deployments.apps", "shop", "web")
    policies = tuple(replace(each, objects=ObjectScope.NAMESPACE) for each in world.deployment.policies)
    ports = replace(
        world.ports(),
        deployment=replace(world.deployment, policies=policies),
        object_clusters=FakeObjectClusters({"myeks": objects}),
        object_archives=archives,
        envelopes=KmsEnvelopes(FakeKms()),
    )
    monkeypatch.setattr(aws, "ports", lambda _: ports)
    return archives


def test_a_tick_saves_every_namespace_of_a_new_run(archives: MemoryArchives, sample: Load) -> None:
    (report,) = handle(sample("save_objects/tick"), Early())["clusters"]
    assert list(report["saved"].values()) == [2]
    assert report["given_up"] == {}
    assert handle(sample("save_objects/tick"), Early())["clusters"][0]["saved"] == {}


def test_an_event_may_name_one_cluster(archives: MemoryArchives) -> None:
    assert handle({"cluster": "other"}, Early())["clusters"] == []
    assert len(handle({"cluster": "myeks"}, Early())["clusters"][0]["saved"]) == 1


def test_no_namespace_begins_in_the_last_two_minutes(archives: MemoryArchives, sample: Load) -> None:
    (report,) = handle(sample("save_objects/tick"), Context())["clusters"]
    assert (report["saved"], report["waiting"]) == ({}, ["daily shop"])
    assert not archives.texts


def test_a_sweep_removes_only_what_has_no_points(archives: MemoryArchives, sample: Load) -> None:
    handle(sample("save_objects/tick"), Early())
    (report,) = handle(sample("save_objects/sweep"), Early())["clusters"]
    assert report == {"cluster": "myeks", "removed": [], "given_up": {}}
    assert archives.texts

"""`snapkeep objects`: counts, names and reasons, and the objects themselves."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
import yaml

from snapkeep.domain.objects.manifests import to_document
from snapkeep_cli.commands import objects
from tests.fakes.saving import SavingWorld, run_of
from tests.fakes.world import SLOT
from tests.unit.snapkeep_cli.conftest import Command, connected


@pytest.fixture
def world() -> SavingWorld:
    """A night whose objects were saved: a deployment that names a Secret, and a replica set that it makes."""
    world = SavingWorld()
    env = [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}]
    template = {"spec": {"containers": [{"env": env}]}}
    owner = [{"kind": "Deployment", "name": "web", "controller": True}]
    world.objects.put("deployments.apps", "shop", "api", spec={"template": template})
    world.objects.put("replicasets.apps", "shop", "web-1", metadata={"ownerReferences": owner})
    world.objects.forbidden = {"cronjobs.batch"}
    world.back_up(SLOT)
    world.save()
    return world


@pytest.fixture
def snapkeep(world: SavingWorld, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command, with the archives behind their links."""

    def read(url: str) -> Iterator[bytes]:
        key = url.removeprefix("https://objects.test/")
        if key.endswith(".json"):
            yield json.dumps(to_document(world.archives.manifests[key.removesuffix(".json")])).encode()
        else:
            yield packed(world, key.removesuffix(".yaml.gz"))

    for each in world.records():
        digest = hashlib.sha256(packed(world, each.archive.key)).hexdigest()
        world.journal.saved_objects.write_saved(replace(each, archive=replace(each.archive, sha256=digest)))
    monkeypatch.setattr(objects, "streamed", read)
    return connected(world, monkeypatch)


def packed(world: SavingWorld, key: str) -> bytes:
    return gzip.compress(world.archives.texts[key].encode(), mtime=0)


def test_a_run_shows_how_many_objects_it_saved_of_each_namespace(snapkeep: Command) -> None:
    ended = snapkeep("objects", run_of())
    assert ended.code == 0
    shop, store = ended.out.splitlines()[1:3]
    assert shop.split()[:5] == ["shop", "namespace", "3", "1", "1"]
    assert store.split()[:4] == ["store", "namespace", "2", "0"]
    assert "cronjobs.batch" in shop
    assert f"snapkeep objects {run_of()} -n shop" in ended.err


def test_a_namespace_shows_names_and_what_was_left_out_and_why(snapkeep: Command) -> None:
    ended = snapkeep("objects", run_of(), "-n", "shop")
    assert ended.code == 0
    assert "deployments.apps" in ended.out and "api, web" in ended.out
    assert "Deployment makes it" in ended.out and "web-1" in ended.out
    assert "Snapkeep does not read Secrets" in ended.out
    assert "the Secrets db (password)" in ended.err
    assert json.loads(snapkeep("objects", run_of(), "-n", "shop", "-o", "json").out)["secrets"] == {
        "db": ["password"]
    }


def test_yaml_is_the_objects_of_one_namespace_or_of_all(snapkeep: Command) -> None:
    shop = list(yaml.safe_load_all(snapkeep("objects", run_of(), "-n", "shop", "-o", "yaml").out))
    assert [each["metadata"]["name"] for each in shop] == ["shop", "api", "web"]
    both = list(yaml.safe_load_all(snapkeep("objects", run_of(), "-o", "yaml").out))
    assert [each["kind"] for each in both].count("Namespace") == 2


def test_an_archive_with_another_checksum_is_refused(world: SavingWorld, snapkeep: Command) -> None:
    world.archives.texts[f"{run_of()}/shop"] += "---\nkind: Evil\n"
    ended = snapkeep("objects", run_of(), "-n", "shop", "-o", "yaml")
    assert ended.code != 0 and "Evil" not in ended.out
    assert "error[spoilt_download]" in ended.err


def test_a_run_that_saved_nothing_says_why(snapkeep: Command) -> None:
    ended = snapkeep("objects", run_of(1))
    assert ended.code != 0
    assert "no objects were saved with the run" in ended.err

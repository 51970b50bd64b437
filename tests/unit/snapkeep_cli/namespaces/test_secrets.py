"""Secrets that were saved come back with their namespace, if a person who may decrypt them asks for that."""

from __future__ import annotations

import pytest

from tests.fakes.kms import KEY
from tests.fakes.preflight_samples import a_target
from tests.fakes.saving import SavingWorld, run_of
from tests.fakes.target_cluster import FakeTargetCluster
from tests.fakes.world import SLOT
from tests.unit.snapkeep_cli.conftest import Command

VALUE = "Y29ycmVjdCBob3JzZQ=="
RESTORE = ("restore-namespace", run_of(), "-n", "shop")


@pytest.fixture
def world() -> SavingWorld:
    """shop was saved with the Secret that its deployment names, and is lost."""
    world = SavingWorld(secrets_key=KEY)
    env = [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}]
    world.objects.put(
        "deployments.apps", "shop", "api", spec={"template": {"spec": {"containers": [{"env": env}]}}}
    )
    world.objects.put("secrets", "shop", "db", type="Opaque", data={"password": VALUE})
    world.cluster.place = a_target()
    world.back_up(SLOT)
    world.save()
    world.cluster.claim_list.clear()
    return world


def test_secrets_come_back_before_what_needs_them(cluster: FakeTargetCluster, snapkeep: Command) -> None:
    ended = snapkeep(*RESTORE, "--secrets", "--yes")

    assert ended.code == 0, ended.err
    assert cluster.applied.index("secret/db") < cluster.applied.index("deployment.apps/api")
    assert cluster.items["shop", "secret/db"]["data"] == {"password": VALUE}
    assert "secret_missing" not in ended.err


@pytest.mark.parametrize("more", [["--dry-run"], ["--yes"], ["--yes", "-o", "json"]])
def test_no_value_is_printed(snapkeep: Command, more: list[str]) -> None:
    ended = snapkeep(*RESTORE, "--secrets", *more)
    assert ended.code == 0, ended.err
    assert VALUE not in ended.out + ended.err
    assert "Secret" in ended.out + ended.err


def test_without_being_asked_no_secret_is_decrypted(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command
) -> None:
    ended = snapkeep(*RESTORE, "--dry-run")

    assert "shop lacks Secrets that are saved, encrypted: db" in ended.err
    assert "add --secrets" in ended.err and "that are not saved" not in ended.err
    assert [action for action, _, _ in world.kms.calls] == ["GenerateDataKey"]


def test_who_may_not_decrypt_makes_nothing(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command
) -> None:
    world.kms.refused.add(KEY)
    ended = snapkeep(*RESTORE, "--secrets", "--yes")
    assert ended.code == 5 and "you need kms:Decrypt" in ended.err
    assert (cluster.applied, world.cluster.restored) == ([], {})

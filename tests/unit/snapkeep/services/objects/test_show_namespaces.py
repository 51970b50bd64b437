"""Coverage says of each namespace whether it is restorable whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.backup.runs import run_id
from snapkeep.domain.claims import ScratchVolume
from snapkeep.domain.efs.backups import EfsBackup, EfsClaim
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.naming import point_id
from snapkeep.domain.objects.view.wholeness import Lack, NamespaceStands, Wholeness
from snapkeep.domain.objects.view.words import in_words
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import ON_DEMAND, Method, Selection
from snapkeep.domain.report.coverage import CoverageReport
from snapkeep.domain.times import compact
from tests.fakes.efs import on_efs
from tests.fakes.saving import NIGHT, SavingWorld, run_of
from tests.fakes.world import SLOT, a_claim, a_policy


def coverage(world: SavingWorld, namespace: str = "") -> CoverageReport:
    """The coverage as the API shows it."""
    return world.actions().show_coverage("myeks", namespace)


def namespaces(world: SavingWorld, namespace: str = "") -> dict[str, NamespaceStands]:
    return {each.namespace: each for each in coverage(world, namespace).namespaces}


@pytest.fixture
def world() -> SavingWorld:
    """Two namespaces whose objects and points are saved, three hours later."""
    world = SavingWorld()
    world.back_up(SLOT)
    world.save()
    world.wait(hours=3)
    return world


def test_namespaces_with_objects_and_points_are_restorable_whole(world: SavingWorld) -> None:
    found = namespaces(world)
    assert {name: in_words(each) for name, each in found.items()} == {
        "shop": "restorable whole",
        "store": "restorable whole",
    }
    saved = found["shop"].saved
    assert saved is not None and saved.summary is not None
    assert (saved.subject.run, saved.objects) == (run_of(), 2)
    assert saved.summary.kinds == {"namespaces": 1, "deployments.apps": 1}


def test_a_namespace_hears_of_itself_only(world: SavingWorld) -> None:
    assert list(namespaces(world, "shop")) == ["shop"]


def test_without_a_policy_that_saves_objects_there_is_nothing_to_say() -> None:
    world = SavingWorld(objects=None)
    world.back_up(SLOT)
    assert namespaces(world) == {}


def test_a_namespace_that_no_such_policy_takes_says_so(world: SavingWorld) -> None:
    world.cluster.claim_list.append(a_claim("new", namespace="other"))
    only = replace(world.policy, selection=Selection(namespaces=("shop", "store")))
    world.deployment = replace(world.deployment, policies=(only,))
    assert namespaces(world)["other"].state is Wholeness.NOT_SAVED


def test_a_claim_that_came_after_the_run_is_missing(world: SavingWorld) -> None:
    world.cluster.claim_list.append(a_claim("new", namespace="shop"))
    found = namespaces(world)["shop"]
    assert found.names(Lack.CLAIM) == ["new"]
    assert "has no ready recovery point yet" in in_words(found)


def test_the_folder_of_a_pod_is_no_claim(world: SavingWorld) -> None:
    world.cluster.scratch_list = [ScratchVolume("myeks", "shop", "web-0", "tmp", "emptyDir")]
    assert namespaces(world)["shop"].state is Wholeness.WHOLE


def test_a_run_that_saved_no_objects_leaves_those_of_before(world: SavingWorld) -> None:
    world.back_up(SLOT + NIGHT)
    world.wait(hours=3)
    found = namespaces(world)["shop"]
    assert [each.lack for each in found.missing] == [Lack.AGE]


def test_an_archive_of_before_a_failed_save_is_found(world: SavingWorld) -> None:
    world.back_up(SLOT + NIGHT)
    world.archives.fail_next("write", TemporaryError("S3 is slow"))
    assert list(world.save().given_up) == ["nightly shop"]
    world.wait(hours=3)
    found = namespaces(world)
    assert found["store"].state is Wholeness.WHOLE
    assert found["shop"].saved is not None and found["shop"].saved.subject.run == run_of()


def test_a_namespace_that_is_gone_from_the_cluster_can_come_back(world: SavingWorld) -> None:
    world.cluster.claim_list = [each for each in world.cluster.claim_list if each.namespace != "shop"]
    found = namespaces(world)["shop"]
    assert (found.state, found.gone) == (Wholeness.WHOLE, True)


def test_a_cluster_that_is_lost_shows_what_can_come_back(world: SavingWorld) -> None:
    world.clusters.unreachable.add("myeks")
    assert namespaces(world)["shop"].state is Wholeness.WHOLE


def test_records_that_cannot_be_read_are_named_and_hide_no_claim(world: SavingWorld) -> None:
    world.journal.saved_objects.fail_next("newest_saved", TemporaryError("the journal is slow"))
    found = coverage(world)
    assert (found.objects_unasked, found.namespaces, len(found.claims)) == ("the journal is slow", (), 2)


@pytest.mark.parametrize("state", [PointState.READY, PointState.FAILED])
def test_a_claim_on_efs_needs_a_backup_of_its_file_system(world: SavingWorld, state: PointState) -> None:
    photos = replace(on_efs("photos", "fs-01234567"), namespace="shop")
    world.cluster.claim_list.append(photos)
    policies = (world.policy, a_policy("shared", method=Method.AWS_BACKUP))
    world.deployment = replace(world.deployment, policies=policies)
    claim = EfsClaim("myeks", photos.namespace, photos.name, photos.uid, "/")
    backup = EfsBackup("fs-01234567", "shared", SLOT, "snapkeep", (claim,), SLOT)
    world.journal.efs_backups.open_backup(replace(backup, state=state, ended_at=SLOT))
    found = namespaces(world)[photos.namespace]
    assert found.names(Lack.CLAIM) == ([] if state is PointState.READY else ["photos"])


def test_what_was_saved_on_demand_counts_until_a_schedule_saves_again(world: SavingWorld) -> None:
    on_demand(world, SLOT + timedelta(hours=1))
    assert policy_of(world, "shop") == ON_DEMAND
    assert policy_of(world, "store") == "nightly"
    world.back_up(SLOT + NIGHT)
    world.save()
    world.wait(hours=3)
    assert policy_of(world, "shop") == "nightly"


def policy_of(world: SavingWorld, namespace: str) -> str:
    """The policy of the run by which a namespace is judged."""
    saved = namespaces(world)[namespace].saved
    assert saved is not None
    return saved.subject.policy


def on_demand(world: SavingWorld, slot: datetime) -> None:
    """A run on demand that took the claim of shop and saved its objects."""
    (saved,) = [each for each in world.records() if each.subject.namespace == "shop"]
    subject = replace(saved.subject, policy=ON_DEMAND, run=run_id("myeks", ON_DEMAND, slot), slot=slot)
    world.journal.saved_objects.write_saved(replace(saved, subject=subject))
    (snapshot,) = [each for each in world.ebs.all.values() if each.tags[tags.NAMESPACE] == "shop"]
    of = (snapshot.tags[tags.CLAIM_UID], ON_DEMAND, slot, snapshot.tags.get(tags.DEPLOYMENT, ""))
    own = {tags.POLICY: ON_DEMAND, tags.SLOT: compact(slot), tags.POINT: point_id("data", "myeks", *of)}
    world.ebs.put(replace(snapshot, id="snap-asked", started_at=slot, tags=snapshot.tags | own))

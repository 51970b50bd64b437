"""The objects beside the newest run are saved once, and what fails is tried again and told."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
import yaml

from snapkeep.domain.backup.runs import Run
from snapkeep.domain.errors import ClusterUnreachable, TemporaryError
from snapkeep.domain.objects.manifests import Archive, Subject
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from snapkeep.domain.troubles import Topic, TroubleKind
from snapkeep.services.objects.save_objects import LEASE, ObjectsReport
from tests.fakes.faults import Crash
from tests.fakes.objects import MemoryArchives
from tests.fakes.saving import NIGHT, SavingWorld, run_of
from tests.fakes.world import SLOT


def test_every_namespace_of_a_run_is_saved_once() -> None:
    world = SavingWorld()
    world.back_up(SLOT)
    report = world.save()
    assert report.saved == {f"{run_of()} shop": 2, f"{run_of()} store": 2}
    assert report.given_up == {}
    documents = list(yaml.safe_load_all(world.archives.texts[f"{run_of()}/shop"]))
    assert [each["kind"] for each in documents] == ["Namespace", "Deployment"]
    assert world.save().saved == {}
    assert set(world.archives.versions.values()) == {1}


def test_a_record_says_what_was_saved() -> None:
    world = SavingWorld(lock=Lock(LockMode.GOVERNANCE, 7))
    world.back_up(SLOT)
    world.save()
    (saved, _) = world.records()
    assert (saved.subject.run, saved.subject.namespace, saved.objects) == (run_of(), "shop", 2)
    assert saved.archive.key == f"{run_of()}/shop"
    assert world.archives.locks[saved.archive.key] == Lock(LockMode.GOVERNANCE, 7)
    assert world.archives.manifests[saved.archive.key].saved["deployments.apps"] == ("web",)


def test_a_policy_that_does_not_ask_saves_nothing() -> None:
    world = SavingWorld(objects=None)
    world.back_up(SLOT)
    assert world.save().saved == {} and not world.archives.texts


def test_only_the_newest_run_is_served() -> None:
    world = SavingWorld()
    world.back_up(SLOT)
    world.back_up(SLOT + NIGHT)
    assert set(world.save().saved) == {f"{run_of(1)} shop", f"{run_of(1)} store"}


def test_a_run_whose_slot_has_long_passed_is_not_served() -> None:
    world = SavingWorld()
    world.back_up(SLOT)
    world.wait(hours=25)
    assert world.save().saved == {}


def test_what_fails_is_tried_again_and_stops_no_other_namespace() -> None:
    world = SavingWorld()
    world.back_up(SLOT)
    world.archives.fail_next("write", TemporaryError("S3 is slow"))
    first = world.save()
    assert list(first.saved) == [f"{run_of()} store"]
    assert first.given_up == {"nightly shop": "S3 is slow"}
    assert list(world.save().saved) == [f"{run_of()} shop"]


def test_people_are_told_when_it_fails_for_long() -> None:
    world = SavingWorld()
    world.back_up(SLOT)
    world.object_clusters.clusters["myeks"] = ClusterUnreachable("myeks did not answer")
    world.save()
    told = len(world.announcer.troubles)
    world.wait(minutes=61)
    world.save()
    assert len(world.announcer.troubles) == told + 1


def test_a_namespace_that_is_gone_is_no_trouble() -> None:
    world = SavingWorld()
    world.back_up(SLOT)
    del world.objects.items[("namespaces", "")]
    report = world.save()
    assert (report.gone, report.given_up) == (["shop", "store"], {})


def test_a_pass_without_time_begins_no_namespace() -> None:
    world = SavingWorld()
    world.back_up(SLOT)
    report = world.save(seconds=0)
    assert report.waiting == ["nightly shop", "nightly store"] and report.saved == {}


@pytest.mark.parametrize(
    ("port", "method", "archives"),
    [("archives", "write", 2), ("archives", "write_manifest", 1), ("records", "write_saved", 1)],
)
def test_a_crash_after_any_step_ends_with_a_complete_archive(port: str, method: str, archives: int) -> None:
    world = SavingWorld()
    world.back_up(SLOT)
    faulty = world.archives if port == "archives" else world.journal.saved_objects
    faulty.crash_after(method)
    with pytest.raises(Crash):
        world.save()
    world.save()
    assert {each.subject.namespace for each in world.records()} == {"shop", "store"}
    assert world.archives.versions[f"{run_of()}/shop"] == archives
    assert all(each.archive == world.archives.manifests[each.archive.key].archive for each in world.records())


class Watched(MemoryArchives):
    """Archives during whose storing something else happens."""

    def __init__(self, during: Callable[[], object]) -> None:
        super().__init__()
        self.during = during

    def write(self, subject: Subject, documents: Iterable[str], lock: Lock | None) -> Archive:
        during, self.during = self.during, lambda: None
        during()
        return super().write(subject, documents, lock)


def test_two_passes_at_a_time_store_one_archive() -> None:
    world = SavingWorld()
    world.back_up(SLOT)
    within: list[ObjectsReport] = []
    world.archives = Watched(lambda: within.append(world.save(owner="second")))
    report = world.save(owner="first")
    assert [each.waiting for each in within] == [["nightly shop"]]
    assert (list(within[0].saved), report.given_up) == ([f"{run_of()} store"], {})
    assert set(world.archives.versions.values()) == {1}
    assert not world.journal.saved_objects.leases


def test_the_lease_of_a_pass_that_died_ends() -> None:
    world = SavingWorld()
    world.back_up(SLOT)
    subject = Subject("myeks", "nightly", run_of(), SLOT, "shop", ObjectScope.NAMESPACE)
    world.journal.saved_objects.lease_saving(subject, "died", world.clock() + LEASE, world.clock())
    assert world.save().waiting == ["nightly shop"]
    world.wait(minutes=5)
    assert list(world.save().saved) == [f"{run_of()} shop"]


def test_an_archive_is_saved_even_if_its_lease_cannot_be_released() -> None:
    world = SavingWorld()
    world.back_up(SLOT)
    world.journal.saved_objects.fail_next("release_saving", TemporaryError("DynamoDB is slow"))
    report = world.save()
    assert (len(report.saved), report.given_up) == (2, {})


def told(world: SavingWorld, kind: TroubleKind) -> list[str]:
    """The reasons that were told, in their order."""
    return [
        f"{one.subject}: {one.reason}"
        for topic, due, _ in world.announcer.troubles
        if topic.kind is kind
        for one in due
    ]


def test_what_fails_for_nights_is_told_once_a_week() -> None:
    world = SavingWorld()
    world.object_clusters.clusters["myeks"] = ClusterUnreachable("myeks did not answer")
    for night in range(6):
        world.back_up(SLOT + night * NIGHT)
        for _ in range(23):
            world.save()
            world.wait(hours=1)
        being_planned = Run(run_of(night + 1), "myeks", "nightly", world.clock(), world.clock())
        world.journal.runs.all[being_planned.id] = being_planned
        world.save()
        del world.journal.runs.all[being_planned.id]
    assert told(world, TroubleKind.WORK_GIVEN_UP) == [
        "nightly shop: myeks did not answer",
        "nightly store: myeks did not answer",
    ]


def test_what_a_run_left_unsaved_lasts_after_its_day_until_a_newer_run_is_saved() -> None:
    world = SavingWorld()
    world.back_up(SLOT)
    world.object_clusters.clusters["myeks"] = ClusterUnreachable("myeks did not answer")
    world.save()
    world.wait(hours=2)
    world.save()
    world.wait(days=7)
    assert world.save().waiting == ["nightly shop", "nightly store"]
    assert len(told(world, TroubleKind.WORK_GIVEN_UP)) == 4
    world.object_clusters.clusters["myeks"] = world.objects
    world.back_up(SLOT + 8 * NIGHT)
    assert world.save().waiting == []
    world.wait(days=7)
    world.save()
    assert len(told(world, TroubleKind.WORK_GIVEN_UP)) == 4


def test_kinds_that_may_not_be_listed_are_told_at_once_and_then_weekly() -> None:
    world = SavingWorld()
    world.objects.forbidden = {"jobs.batch"}
    for night in range(6):
        world.back_up(SLOT + night * NIGHT)
        for _ in range(3):
            world.save()
            world.wait(minutes=5)
    first = told(world, TroubleKind.OBJECTS_NOT_LISTED)
    assert first == [
        "shop: its jobs.batch are not saved, because save_objects could not list them: apply what `snapkeep "
        "manifests` prints",
        first[1],
    ]
    world.objects.forbidden = set()
    for night in range(6, 8):
        world.back_up(SLOT + night * NIGHT)
        world.save()
        world.save()
    assert len(told(world, TroubleKind.OBJECTS_NOT_LISTED)) == 2
    assert world.journal.troubles.troubles(Topic(TroubleKind.OBJECTS_NOT_LISTED, "myeks", "nightly")) == {}

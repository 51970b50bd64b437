"""What every journal promises about saved objects: the one in memory and the one in DynamoDB."""

from __future__ import annotations

from snapkeep.domain.objects.manifests import Archive, Subject
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.objects.saved import Saved
from snapkeep.ports.journal import Journal
from tests.contract.ports.samples import NOW


def saved(namespace: str, run: str = "myeks.nightly.1", cluster: str = "myeks", objects: int = 5) -> Saved:
    subject = Subject(cluster, "nightly", run, NOW, namespace, ObjectScope.WORKLOAD)
    archive = Archive(f"{run}/{namespace}", "v1", "ab" * 32, 100, 900)
    return Saved(subject, archive, NOW, objects, 2, 1, ("jobs.batch",))


def test_the_records_of_a_run_come_back_by_namespace(journal: Journal) -> None:
    others = (saved("shop", run="myeks.nightly.10"), saved("shop", cluster="other"))
    for each in (saved("store"), saved("shop"), *others):
        journal.saved_objects.write_saved(each)
    assert list(journal.saved_objects.saved_of("myeks", "myeks.nightly.1")) == [saved("shop"), saved("store")]
    assert list(journal.saved_objects.saved_of("myeks", "myeks.nightly.2")) == []


def test_the_last_record_of_a_namespace_counts(journal: Journal) -> None:
    for objects in (5, 6):
        journal.saved_objects.write_saved(saved("shop", objects=objects))
    (found,) = journal.saved_objects.saved_of("myeks", "myeks.nightly.1")
    assert found.objects == 6


def test_records_are_dropped_once(journal: Journal) -> None:
    shop, store = saved("shop"), saved("store", run="myeks.nightly.2")
    for each in (shop, store, saved("shop", cluster="other")):
        journal.saved_objects.write_saved(each)
    assert list(journal.saved_objects.all_saved("myeks")) == [shop, store]
    for _ in range(2):
        journal.saved_objects.drop_saved(shop)
    assert list(journal.saved_objects.all_saved("myeks")) == [store]

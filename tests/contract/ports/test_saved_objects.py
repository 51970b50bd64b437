"""What every journal promises about saved objects: the one in memory and the one in DynamoDB."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.domain.objects.manifests import Archive, LeftOut, SecretsFile, Subject
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.objects.saved import Saved, Summary
from snapkeep.ports.journal import Journal
from tests.contract.ports.samples import NOW, later


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


def test_the_newest_runs_of_a_policy_come_first(journal: Journal) -> None:
    runs = ("myeks.nightly.20261130T180000Z", "myeks.nightly.20261201T180000Z")
    others = ("myeks.nightly-2.20261202T180000Z", "myeks.weekly.20261202T180000Z")
    for run in (*runs, *others):
        journal.saved_objects.write_saved(saved("shop", run=run))
    journal.saved_objects.write_saved(saved("shop", run=runs[0], cluster="other"))
    found = journal.saved_objects.newest_saved("myeks", "nightly")
    assert [each.subject.run for each in found] == [*reversed(runs)]


def test_a_record_keeps_its_summary(journal: Journal) -> None:
    left = (LeftOut("pods", "ReplicaSet makes it", 4, ("web-1-x",)),)
    summary = Summary({"pods": 3}, ("db",), ("postgresqls.acid.zalan.do",), ("a.example.com",), 7, left)
    for each in (replace(saved("shop"), summary=summary), saved("store")):
        journal.saved_objects.write_saved(each)
    shop, store = journal.saved_objects.saved_of("myeks", "myeks.nightly.1")
    assert (shop.summary, store.summary) == (summary, None)


def test_a_record_says_where_secrets_are(journal: Journal) -> None:
    file = SecretsFile("run/shop.secrets.enc", "v1", "cd" * 32, 300, "arn:aws:kms:ap-northeast-2:1:key/1")
    journal.saved_objects.write_saved(replace(saved("shop"), secrets_saved=2, secrets_file=file))
    (found,) = journal.saved_objects.saved_of("myeks", "myeks.nightly.1")
    assert (found.secrets_saved, found.secrets_file) == (2, file)


def test_one_owner_at_a_time_saves_a_namespace_of_a_run(journal: Journal) -> None:
    store, shop = journal.saved_objects, saved("shop").subject
    assert store.lease_saving(shop, "first", later(minutes=5), NOW)
    assert store.lease_saving(shop, "first", later(minutes=6), NOW)
    assert not store.lease_saving(shop, "second", later(minutes=9), later(minutes=5))
    assert store.lease_saving(saved("store").subject, "second", later(minutes=5), NOW)
    assert list(store.all_saved("myeks")) == []
    store.release_saving(shop, "second")
    assert not store.lease_saving(shop, "second", later(minutes=9), later(minutes=5))
    store.release_saving(shop, "first")
    assert store.lease_saving(shop, "second", later(minutes=5), NOW)
    assert store.lease_saving(shop, "third", later(minutes=9), later(minutes=5))
    store.release_saving(saved("gone").subject, "first")

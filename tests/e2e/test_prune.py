"""Pruning what the driver cut: the EC2 snapshot goes, and with it both objects in the cluster."""

from __future__ import annotations

from tests.e2e.product import CONTENTS, SNAPSHOTS, Product
from tests.integration.deployed import until


def test_what_is_pruned_leaves_nothing_behind(product: Product) -> None:
    product.make_claims("pruned", 1)
    for _ in range(3):
        product.backup("pruned")
        product.until_closed("pruned", 120)

    product.prune()  # as after each run

    until(lambda: len(product.snapshots("pruned")) == 1 or None, "the older snapshots to be deleted", 60)
    (kept,) = product.snapshots("pruned")
    until(lambda: objects(product) == (1, 1) or None, "their objects to be deleted", 60)
    (snapshot,) = product.store.list(SNAPSHOTS, "pruned")
    content = product.store.get(CONTENTS, None, snapshot["status"]["boundVolumeSnapshotContentName"])
    assert content["status"]["snapshotHandle"] == kept.id
    assert kept.tags["snapkeep:slot"] == f"{product.slots['pruned']:%Y%m%dT%H%M%SZ}"


def test_a_sweep_sees_all_objects_and_finds_none_without_an_owner(product: Product) -> None:
    report = product.prune(orphans=True, dry_run=True)

    assert (report["refused"], report["notes"], report["orphans"]) == ("", [], [])


def objects(product: Product) -> tuple[int, int]:
    """How many VolumeSnapshots and contents the namespace still has."""
    contents = [
        each
        for each in product.store.list(CONTENTS)
        if each["spec"]["volumeSnapshotRef"]["namespace"] == "pruned"
    ]
    return len(product.store.list(SNAPSHOTS, "pruned")), len(contents)

"""Somebody restores the journal's table from an old copy: nothing goes that it cannot account for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.integration.deployed import Deployed
from tests.integration.flows.story import pass_time

POLICY = "old-copy"
KEPT = 3
"""What the policy keeps."""

Items = Mapping[tuple[str, str], dict[str, Any]]


def items_of(product: Deployed) -> Items:
    pages = product.sandbox.client("dynamodb").get_paginator("scan")
    found = pages.paginate(TableName=product.outputs["JournalTableName"]).search("Items")
    return {(item["pk"]["S"], item["sk"]["S"]): item for item in found}


def restore(product: Deployed, copy: Items) -> None:
    """Reset the table to what it held when the copy was made, as restoring the table would."""
    dynamodb, table = product.sandbox.client("dynamodb"), product.outputs["JournalTableName"]
    for pk, sk in items_of(product).keys() - copy.keys():
        dynamodb.delete_item(TableName=table, Key={"pk": {"S": pk}, "sk": {"S": sk}})
    for item in copy.values():
        dynamodb.put_item(TableName=table, Item=item)


def take(product: Deployed, times: int) -> None:
    for _ in range(times):
        product.backup(POLICY)
        product.until_closed(POLICY)
        pass_time(product, timedelta(minutes=10))
    product.sandbox.aws.wait_idle()


def test_a_journal_from_an_old_copy_deletes_nothing_within_its_grace(product: Deployed) -> None:
    product.make_claims(POLICY, 1)
    product.prune()  # from now on the policy's retention is known, and nothing of it is in a grace
    take(product, KEPT - 1)
    product.prune()
    copy = items_of(product)
    take(product, KEPT - 1)
    product.prune()
    before = {item.id for item in product.snapshots(POLICY)}
    assert len(before) == KEPT

    restore(product, copy)
    notes = product.prune()["notes"]
    assert [note for note in notes if "restored from an old copy" in note], notes
    take(product, 1)
    product.prune()
    assert before < {item.id for item in product.snapshots(POLICY)}, "a grace spares what would go"

    pass_time(product, timedelta(hours=73))
    product.prune()
    after = {item.id for item in product.snapshots(POLICY)}
    assert len(after) == KEPT and len(after & before) == KEPT - 1

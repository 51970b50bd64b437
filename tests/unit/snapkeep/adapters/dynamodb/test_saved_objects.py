"""Records of saved objects in DynamoDB, beyond what the contract says."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from snapkeep.adapters.dynamodb.saved_objects import DynamoSavedObjects, saved_key
from snapkeep.adapters.dynamodb.table import Table
from snapkeep.domain.objects.kinds import SAVED
from snapkeep.domain.objects.manifests import Archive, LeftOut, Subject
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.objects.saved import EXAMPLES, NAMED, REASONS, Saved, Summary
from tests.contract.ports.samples import NOW, TABLE
from tests.unit.snapkeep.adapters.dynamodb.aws_table import CountingClient

PAGE = 1_000_000
"""How many bytes one call of Query reads.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html"""


def saved() -> Saved:
    subject = Subject("myeks", "nightly", "myeks.nightly.1", NOW, "shop", ObjectScope.NAMESPACE)
    return Saved(subject, Archive("key", "v1", "ab" * 32, 1, 2), NOW, 5, 2, 1, ("jobs.batch",))


def test_a_record_of_a_version_before_has_no_summary(client: CountingClient) -> None:
    real: Any = client
    table = Table(real, TABLE, sleep=lambda _: None)
    stored = DynamoSavedObjects(table)
    stored.write_saved(saved())
    key = saved_key("myeks", "myeks.nightly.1", "shop")
    fields = json.loads(client.item(*key.values())["saved"]["S"])
    del fields["summary"]
    table.put({**key, "saved": json.dumps(fields)})
    assert list(stored.saved_of("myeks", "myeks.nightly.1")) == [saved()]


def test_a_hundred_records_of_crowded_namespaces_are_read_by_one_call(client: CountingClient) -> None:
    names = tuple(f"{'n' * 60}-{number}" for number in range(NAMED))
    left = (LeftOut("n" * 60, "r" * 60, 1000, names[:EXAMPLES]),) * REASONS
    summary = Summary(dict.fromkeys((*SAVED, *names), 10_000), names, names, names, 3000, left)
    real: Any = client
    stored = DynamoSavedObjects(Table(real, TABLE, sleep=lambda _: None))
    stored.write_saved(replace(saved(), summary=summary))
    item = client.item("OBJECTS#myeks", "myeks.nightly.1 shop")
    assert 100 * len(json.dumps(item)) < PAGE

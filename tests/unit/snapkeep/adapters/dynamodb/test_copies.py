"""Copies in DynamoDB: what may expire and when, beyond what the contract says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.copies import copy_item
from snapkeep.domain.copies.records import new_record
from tests.contract.ports.samples import NOW
from tests.unit.snapkeep.domain.copies.copy_samples import OSAKA, source_at

COPY = new_record(OSAKA, source_at(NOW), "daily").intended(NOW).started("snap-0aaa", NOW)


def expires(record: Any) -> object:
    return copy_item(record).get("expires_at")


def test_a_complete_copy_is_remembered_until_it_was_found_gone() -> None:
    ready = COPY.ready(NOW)
    assert expires(ready) is None
    assert expires(replace(ready, gone_at=NOW)) == schema.expiry(NOW)


def test_failures_and_what_vaults_said_expire_and_open_and_cancelled_copies_do_not() -> None:
    assert expires(COPY) is None
    assert expires(COPY.failed("EC2 failed it", NOW)) == schema.expiry(NOW)
    assert expires(COPY.dropped(NOW)) is None
    in_vault = replace(COPY.ready(NOW), account="222233334444")
    assert expires(in_vault) == schema.expiry(NOW, schema.KEEP_IN_VAULT)

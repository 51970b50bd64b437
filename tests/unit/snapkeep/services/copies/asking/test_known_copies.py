"""What the journal says of a vault is what choices and queues go by."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.copies.copies import CopyState
from snapkeep.domain.copies.records import CopyStage, new_record
from snapkeep.services.copies.asking.known_copies import known_copies
from tests.contract.ports.samples import NOW
from tests.fakes.asking import VAULT
from tests.unit.snapkeep.domain.copies.copy_samples import source_at

RECORD = replace(new_record(VAULT, source_at(NOW), "daily"), stage=CopyStage.COPYING, started_at=NOW)


def test_a_record_tells_all_that_a_queue_goes_by() -> None:
    (copy,) = known_copies(VAULT, [RECORD]).copies
    source = source_at(NOW)
    assert (copy.point_id, copy.taken, copy.policy) == (source.point_id, NOW, "daily")
    assert (copy.claim.cluster, copy.claim.uid) == (source.claim.cluster, source.claim.uid)
    assert copy.is_there and copy.state is CopyState.PENDING


@pytest.mark.parametrize("stage", [*CopyStage])
def test_only_what_may_be_in_the_vault_is_there(stage: CopyStage) -> None:
    listed = known_copies(VAULT, [replace(RECORD, stage=stage)])
    there = [copy for copy in listed.copies if copy.is_there]
    assert bool(there) == (stage in (CopyStage.INTENDED, CopyStage.COPYING, CopyStage.READY))


@pytest.mark.parametrize("elsewhere", [{"account": "333344445555"}, {"account": ""}, {"region": "us-east-1"}])
def test_copies_in_the_vault_of_before_do_not_count(elsewhere: dict[str, str]) -> None:
    record = replace(RECORD, stage=CopyStage.READY, **elsewhere)
    assert known_copies(VAULT, [record]).copies == []

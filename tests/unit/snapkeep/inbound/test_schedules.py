"""What schedules send: a cluster, a policy, and the scheduled time, never the present."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from snapkeep.domain.messages import BackupRequest
from snapkeep.inbound.errors import MalformedMessage
from snapkeep.inbound.schedules import backup_request

INPUT = {"cluster": "myeks", "policy": "daily", "scheduledTime": "2026-11-24T18:00:00Z"}
SLOT = datetime(2026, 11, 24, 18, tzinfo=UTC)


@pytest.mark.parametrize("time", ["2026-11-24T18:00:00Z", "2026-11-25T03:00:00+09:00", "2026-11-24T18:00:00"])
def test_the_scheduled_time_is_the_slot_in_utc(time: str) -> None:
    assert backup_request(INPUT | {"scheduledTime": time}) == BackupRequest("myeks", "daily", SLOT)
    assert backup_request(INPUT | {"scheduledTime": time}).slot.utcoffset() == SLOT.utcoffset()


def test_the_schedule_of_several_clusters_names_none() -> None:
    assert backup_request({key: INPUT[key] for key in ("policy", "scheduledTime")}) == BackupRequest(
        "", "daily", SLOT
    )


@pytest.mark.parametrize("key", ["cluster", "policy", "scheduledTime"])
@pytest.mark.parametrize("value", [None, "", 17])
def test_a_missing_or_odd_value_is_named(key: str, value: Any) -> None:
    with pytest.raises(MalformedMessage, match=key):
        backup_request({**INPUT, key: value})


def test_a_placeholder_that_was_not_filled_in_is_no_time() -> None:
    with pytest.raises(MalformedMessage, match=r"<aws\.scheduler\.scheduled-time>"):
        backup_request(INPUT | {"scheduledTime": "<aws.scheduler.scheduled-time>"})

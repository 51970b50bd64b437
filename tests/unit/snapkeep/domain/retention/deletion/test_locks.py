"""A lock arrives unchanged in the functions."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from snapkeep.domain.retention.deletion.locks import Lock, LockMode, lock_of


@pytest.mark.parametrize("lock", [Lock(LockMode.GOVERNANCE, 7), Lock(LockMode.COMPLIANCE, 30, 24)])
def test_a_lock_survives_the_trip_through_json(lock: Lock) -> None:
    assert lock_of(json.loads(json.dumps(asdict(lock)))) == lock


def test_no_lock_is_no_lock_and_a_strange_one_is_refused() -> None:
    assert lock_of(None) is None
    with pytest.raises(ValueError, match="forever"):
        lock_of({"mode": "forever", "days": 3})

"""A refused plan is not carried out; inbound/api/test_prune.py covers the API."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.errors import PermanentError
from snapkeep.domain.retention.prune_plans import PrunePlan
from snapkeep.services.retention.request import RequestPrune
from tests.fakes.world import World

PLAN = PrunePlan("myeks", "", 1, 1, (("snap-1", "old"),))


class Refusing:
    """A prune that would do nothing."""

    def __init__(self) -> None:
        self.pruned: list[str] = []

    def rehearse(self, cluster: str, place: str = "") -> PrunePlan:
        return replace(PLAN, refused="retention is frozen, nothing is deleted: the cluster is gone")

    def prune(self, cluster: str, token: str, place: str = "") -> None:
        self.pruned.append(token)


def test_a_frozen_retention_starts_no_prune() -> None:
    pruner = Refusing()
    with pytest.raises(PermanentError, match="retention is frozen"):
        RequestPrune(World().deployment, pruner).start("myeks", "0" * 16)
    assert pruner.pruned == []

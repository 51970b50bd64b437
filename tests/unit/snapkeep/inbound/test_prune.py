"""What prune is sent, and what it refuses to guess."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.domain.messages import PruneRequest
from snapkeep.inbound.errors import MalformedMessage
from snapkeep.inbound.prune import prune_request


def test_a_tick_means_all_clusters() -> None:
    assert prune_request({"scheduledTime": "2026-11-24T18:00:00Z"}) == PruneRequest()


def test_our_event_means_its_cluster_and_cannot_confirm() -> None:
    detail = {"cluster": "myeks", "confirm": "0123", "dry_run": True}
    event = {"source": "snapkeep", "detail-type": "Snapkeep Run Completed", "detail": detail}
    assert prune_request(event) == PruneRequest("myeks")


def test_a_person_may_rehearse_and_confirm() -> None:
    wish = {"cluster": "myeks", "dry_run": True, "confirm": "0123"}
    assert prune_request(wish) == PruneRequest("myeks", dry_run=True, confirm="0123")


@pytest.mark.parametrize(
    "event", [{"dry_run": "true"}, {"cluster": 1}, {"confirm": None}, {"detail-type": "x", "detail": {}}]
)
def test_what_is_not_clear_prunes_nothing(event: dict[str, Any]) -> None:
    with pytest.raises(MalformedMessage):
        prune_request(event)


def test_a_sweep_is_asked_for_by_a_flag_and_by_nothing_like_one() -> None:
    assert prune_request({"orphans": True, "cluster": "myeks"}) == PruneRequest("myeks", orphans=True)
    with pytest.raises(MalformedMessage, match="'orphans' must be true or false"):
        prune_request({"orphans": "yes"})

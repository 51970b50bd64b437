"""Runs: one id for every duplicate event, and an honest end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from snapkeep.domain.backup.runs import Run, RunState, outcome, run_id
from tests.fakes.world import SLOT

RUN = Run(
    "myeks.nightly.20261124T180000Z", "myeks", "nightly", SLOT, accepted_at=SLOT, state=RunState.RUNNING
)


def test_the_same_slot_has_the_same_id_in_every_zone() -> None:
    seoul = datetime.fromisoformat("2026-11-25T03:00:00+09:00")
    assert run_id("myeks", "nightly", seoul) == run_id("myeks", "nightly", SLOT) == RUN.id


def test_different_slots_policies_and_clusters_have_different_ids() -> None:
    later = SLOT.replace(second=1)
    ids = {
        run_id(*given) for given in [("a", "b", SLOT), ("a", "c", SLOT), ("b", "b", SLOT), ("a", "b", later)]
    }
    assert len(ids) == 4


@pytest.mark.parametrize(
    ("total", "ready", "failed", "degraded", "ended"),
    [
        (0, 0, 0, "", RunState.COMPLETED),
        (2, 2, 0, "", RunState.COMPLETED),
        (2, 1, 1, "", RunState.PARTIALLY_FAILED),
        (2, 0, 2, "", RunState.FAILED),
        (2, 2, 0, "the cluster is silent", RunState.PARTIALLY_FAILED),
        (0, 0, 0, "the cluster is silent", RunState.FAILED),
        (2, 0, 2, "the cluster is silent", RunState.FAILED),
    ],
)
def test_how_a_run_ends(total: int, ready: int, failed: int, degraded: str, ended: RunState) -> None:
    assert outcome(replace(RUN, total=total, ready=ready, failed=failed, degraded=degraded)) is ended


def test_a_run_is_settled_when_every_point_ended_and_its_planner_is_done() -> None:
    assert not replace(RUN, total=2, ready=1).is_settled
    assert replace(RUN, total=2, ready=1, failed=1).is_settled
    assert not replace(RUN, total=2, ready=2, state=RunState.PLANNING).is_settled
    assert not replace(RUN, total=2, ready=2, state=RunState.COMPLETED).is_settled


def test_three_states_are_final() -> None:
    final = {state for state in RunState if state.is_final}
    assert final == {RunState.COMPLETED, RunState.PARTIALLY_FAILED, RunState.FAILED}

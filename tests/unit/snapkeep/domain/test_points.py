"""Points: states, the time to try, lateness and the skew of groups."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain.points import Point, PointState, group_skews, is_too_early, volume_timeout
from tests.fakes.world import GIB, SLOT, World, a_claim


def a_point(**changes: object) -> Point:
    world = World(a_claim("mysql"))
    world.backup()
    return replace(world.point("mysql"), **changes)  # type: ignore[arg-type]


def test_users_see_what_is_not_created_yet_as_pending() -> None:
    shown = {state.value: state.public.value for state in PointState}
    assert shown == {
        "planned": "pending",
        "creating": "pending",
        "pending": "pending",
        "ready": "ready",
        "failed": "failed",
        "deleting": "deleting",
    }


def test_only_ready_and_failed_are_final() -> None:
    assert {state for state in PointState if state.is_final} == {PointState.READY, PointState.FAILED}


def test_a_point_is_tried_for_six_hours() -> None:
    assert a_point().give_up_at == SLOT + timedelta(hours=6)


def test_the_skew_of_a_group_is_from_its_first_to_its_last_snapshot() -> None:
    starts = [SLOT, SLOT + timedelta(seconds=7), SLOT + timedelta(seconds=2.5)]
    members = [a_point(group="shop/x", started_at=start) for start in starts]
    alone = a_point(started_at=SLOT)
    waiting = a_point(group="shop/y")
    assert group_skews([*members, alone, waiting]) == {"shop/x": 7.0}
    assert group_skews(members[:1]) == {"shop/x": 0.0}


def test_larger_volumes_have_longer_before_they_are_late() -> None:
    assert volume_timeout(0) == timedelta(hours=1)
    assert volume_timeout(120 * GIB) == timedelta(hours=2)


def test_what_started_a_minute_before_its_run_in_whole_seconds_is_too_early() -> None:
    accepted = SLOT + timedelta(minutes=7)
    point = a_point(accepted_at=accepted)
    assert not is_too_early(accepted - timedelta(seconds=60), point)
    assert is_too_early(accepted - timedelta(seconds=61), point)
    assert is_too_early(accepted - timedelta(seconds=60, milliseconds=1), point)
    assert is_too_early(SLOT - timedelta(days=1), point)


def test_a_point_names_its_volume_snapshot_by_its_nonce() -> None:
    assert a_point().volume_snapshot == a_point().id
    assert a_point(nonce="0123456789abcdef").volume_snapshot == f"{a_point().id}-0123456789abcdef"

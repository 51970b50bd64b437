"""How far checks have come, and when somebody should look."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.proof.progress import STOPPED_AFTER, TOO_LATE, Progress


@pytest.mark.parametrize(("points", "looked_into", "share"), [(0, 0, 100), (8, 2, 25), (3, 3, 100)])
def test_the_share_is_of_all_recent_points(points: int, looked_into: int, share: float) -> None:
    assert Progress(points, looked_into).share == share


def test_checks_have_stopped_when_a_point_waits_for_long_and_none_is_checked() -> None:
    late = STOPPED_AFTER + timedelta(hours=3)
    assert Progress(9, 1, waiting=8, oldest=STOPPED_AFTER).behind == ""
    assert Progress(9, 1, waiting=8, oldest=late).behind == "8 points wait for a check, the oldest for 9 h"
    assert Progress(9, 8, waiting=1, oldest=late).behind == "1 point waits for a check, the oldest for 9 h"


def test_a_backlog_is_no_trouble_until_points_get_too_old_to_be_checked() -> None:
    assert Progress(9, 1, done=1, waiting=8, oldest=TOO_LATE).behind == ""
    late = TOO_LATE + timedelta(hours=1)
    assert Progress(9, 1, done=1, waiting=8, oldest=late).behind.endswith("the oldest for 169 h")

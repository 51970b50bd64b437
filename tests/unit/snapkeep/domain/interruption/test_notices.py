"""How much time an announcement leaves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from snapkeep.domain.interruption.notices import Kind, Notice, Standing, spot_deadline

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(("action", "seconds"), [("terminate", 120), ("stop", 120), ("hibernate", 0)])
def test_a_spot_warning_leaves_two_minutes_and_hibernation_none(action: str, seconds: int) -> None:
    assert spot_deadline(action, AT) == AT + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("seconds", "standing"), [(0, Standing.IN_TIME), (119, Standing.IN_TIME), (120, Standing.TOO_LATE)]
)
def test_a_notice_is_too_late_from_its_deadline_on(seconds: int, standing: Standing) -> None:
    notice = Notice("e", Kind.SPOT, "i-1", AT, "terminate", spot_deadline("terminate", AT))
    assert notice.standing(AT + timedelta(seconds=seconds)) is standing


def test_a_notice_without_a_time_stays_open() -> None:
    assert Notice("e", Kind.REBALANCE, "i-1", AT).standing(AT + timedelta(days=9)) is Standing.OPEN

"""The pace: half of what EC2 allows, never more, and never stuck."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.backup import pacing
from snapkeep.domain.backup.pacing import Bucket
from snapkeep.domain.policies import Pace

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
PACE = Pace(per_second=2.5, burst=50, pending=80)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def minutes(count: float) -> float:
    return 60 * count


def test_an_untouched_account_may_create_a_burst_at_once() -> None:
    after, granted = pacing.grant(pacing.full(PACE, NOW), PACE, 60, NOW)
    assert granted == 50
    assert (after.tokens, after.pending) == (0, 50)


def test_after_the_burst_creates_come_at_the_steady_rate() -> None:
    bucket, _ = pacing.grant(pacing.full(PACE, NOW), PACE, 50, NOW)
    bucket, granted = pacing.grant(bucket, PACE, 50, later(4))
    assert granted == 10
    assert pacing.grant(bucket, PACE, 50, later(4))[1] == 0


def test_a_thousand_creates_take_as_long_as_arithmetic_says() -> None:
    pace = Pace(per_second=5, burst=100, pending=100_000)
    bucket, done, second = pacing.full(pace, NOW), 0, 0
    while True:
        bucket, granted = pacing.grant(bucket, pace, 1000 - done, later(second))
        done += granted
        if done == 1000:
            break
        second += 1
    assert second == 180


def test_nothing_is_granted_while_too_many_are_pending() -> None:
    bucket = Bucket(tokens=50, at=NOW, pending=78)
    bucket, granted = pacing.grant(bucket, PACE, 10, NOW)
    assert granted == 2
    assert pacing.grant(bucket, PACE, 10, NOW)[1] == 0
    assert pacing.wait(bucket, PACE, 10, NOW) == pacing.PENDING_WAIT
    assert pacing.grant(pacing.finished(bucket, 5), PACE, 10, NOW)[1] == 5


def test_who_wants_all_or_none_gets_none_and_takes_none_while_it_is_too_little() -> None:
    bucket = Bucket(tokens=9, at=NOW)
    after, granted = pacing.grant(bucket, PACE, 10, NOW, whole=True)
    assert (after, granted) == (bucket, 0)
    after, granted = pacing.grant(bucket, PACE, 9, NOW, whole=True)
    assert (after.tokens, after.pending, granted) == (0, 9, 9)


def test_the_wait_is_until_the_wanted_creates_fit() -> None:
    bucket = Bucket(tokens=0, at=NOW)
    assert pacing.wait(bucket, PACE, 10, NOW) == timedelta(seconds=4)
    assert pacing.wait(bucket, PACE, 10, later(3)) == timedelta(seconds=1)
    assert pacing.wait(bucket, PACE, 10, later(60)) == timedelta()


def test_those_who_wait_come_back_one_after_the_other() -> None:
    bucket = Bucket(tokens=0, at=NOW)
    turns = []
    for _ in range(3):
        bucket, turn = pacing.line_up(bucket, PACE, 10, NOW)
        turns.append(turn.total_seconds())
    assert turns == [4, 8, 12]


def test_those_who_wait_for_pending_snapshots_use_the_tokens_that_gather_meanwhile() -> None:
    bucket, turns = Bucket(tokens=50, at=NOW, pending=80), []
    for _ in range(9):
        bucket, turn = pacing.line_up(bucket, PACE, 10, NOW)
        turns.append(turn.total_seconds())
    assert turns == [10, 10, 10, 10, 10, 10, 10, 12, 16]


def test_those_who_wait_for_pending_snapshots_come_back_at_the_steady_rate_at_most() -> None:
    bucket = Bucket(tokens=50, at=NOW, pending=80)
    for job in range(30):
        bucket, turn = pacing.line_up(bucket, PACE, 10, later(job))
    assert later(29) + turn == later(-20 + 30 * 4)


def test_the_line_is_never_longer_than_the_queue_can_hide_a_job() -> None:
    bucket = Bucket(tokens=0, at=NOW)
    for _ in range(1000):
        bucket, turn = pacing.line_up(bucket, PACE, 10, NOW)
    assert turn == pacing.LONGEST_LINE
    assert pacing.line_up(bucket, PACE, 10, later(minutes(14)))[1] == timedelta(seconds=4)


def test_an_old_line_delays_nobody() -> None:
    bucket = Bucket(tokens=0, at=NOW, line_ends=later(-60))
    assert pacing.line_up(bucket, PACE, 10, NOW)[1] == timedelta(seconds=4)


def test_nobody_waits_for_more_than_a_full_bucket() -> None:
    assert pacing.wait(Bucket(tokens=0, at=NOW), PACE, 5000, NOW) == timedelta(seconds=20)


def test_more_pending_than_allowed_grants_nothing_and_takes_nothing() -> None:
    bucket, granted = pacing.grant(Bucket(tokens=50, at=NOW, pending=200), PACE, 10, NOW)
    assert granted == 0
    assert (bucket.tokens, bucket.pending) == (50, 200)


def test_no_fewer_than_none_are_pending() -> None:
    assert pacing.finished(Bucket(tokens=1, at=NOW, pending=2), 5).pending == 0


def test_a_clock_that_was_set_back_gives_no_tokens() -> None:
    bucket = Bucket(tokens=3, at=NOW)
    assert pacing.refill(bucket, PACE, later(-3600)) == bucket


@given(
    st.lists(st.tuples(st.floats(0, 600), st.integers(0, 200), st.integers(0, 50)), max_size=40),
    st.floats(0.1, 20),
    st.integers(1, 100),
    st.integers(1, 100),
)
def test_no_order_of_asking_gets_more_than_burst_and_rate_allow(
    asks: list[tuple[float, int, int]], per_second: float, burst: int, pending: int
) -> None:
    pace = Pace(per_second=per_second, burst=burst, pending=pending)
    bucket, total, elapsed = pacing.full(pace, NOW), 0, 0.0
    for pause, wanted, ended in asks:
        elapsed += pause
        bucket, granted = pacing.grant(pacing.finished(bucket, ended), pace, wanted, later(elapsed))
        total += granted
        assert 0 <= granted <= wanted
        assert 0 <= bucket.pending <= pending
        assert -1e-6 <= bucket.tokens <= burst
        assert total <= burst + per_second * elapsed + 1e-3

"""What every pacer promises: the one in memory and the one in DynamoDB, shared by many functions."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from snapkeep.adapters.dynamodb import DynamoPacer
from snapkeep.domain.backup import pacing
from snapkeep.domain.policies import Pace
from snapkeep.ports.ec2 import Pacer
from tests.contract.ports.samples import NOW, TABLE, later
from tests.fakes import FakePacer

PACE = Pace(per_second=2.5, burst=50, pending=80)

NewPacer = Callable[[str], Pacer]


@pytest.fixture(params=["memory", "dynamodb", pytest.param("sandbox", marks=pytest.mark.sandbox)])
def new_pacer(request: pytest.FixtureRequest) -> NewPacer:
    """Gives the pacer of a bucket's name; DynamoDB's are shared by all that use the same name."""
    if request.param == "memory":
        buckets: dict[str, FakePacer] = {}
        return lambda name: buckets.setdefault(name, FakePacer(PACE))
    fixture = {"dynamodb": "table_client", "sandbox": "sandbox_table_client"}[request.param]
    client = request.getfixturevalue(fixture)
    return lambda name: DynamoPacer(client, TABLE, name, PACE)


@pytest.fixture
def pacer(new_pacer: NewPacer) -> Pacer:
    return new_pacer("ap-northeast-2/CreateSnapshot")


def test_a_burst_goes_at_once_and_then_the_steady_rate(pacer: Pacer) -> None:
    assert pacer.take(30, NOW) == 30
    assert pacer.take(30, NOW) == 20
    assert pacer.take(10, NOW) == 0
    assert pacer.wait(10, NOW) == timedelta(seconds=4)
    assert pacer.take(10, later(seconds=4)) == 10


def test_who_wants_all_or_none_takes_nothing_from_a_bucket_with_too_little(pacer: Pacer) -> None:
    assert pacer.take(30, NOW) == 30
    assert pacer.take(30, NOW, whole=True) == 0
    assert pacer.take(20, NOW, whole=True) == 20


def test_the_bucket_is_shared_by_all_who_use_its_name(new_pacer: NewPacer) -> None:
    assert new_pacer("here/CreateSnapshot").take(50, NOW) == 50
    assert new_pacer("here/CreateSnapshot").take(1, NOW) == 0
    assert new_pacer("there/CreateSnapshot").take(1, NOW) == 1


def test_pending_snapshots_are_counted_until_they_finish(pacer: Pacer) -> None:
    assert pacer.take(50, NOW) == 50
    assert pacer.take(50, later(seconds=60)) == 30
    assert pacer.wait(1, later(minutes=9)) == pacing.PENDING_WAIT
    pacer.finished(7)
    assert pacer.take(50, later(minutes=9)) == 7


def test_what_ec2_says_is_pending_corrects_the_count(pacer: Pacer) -> None:
    pacer.take(50, NOW)
    pacer.correct(79)
    assert pacer.take(50, later(minutes=9)) == 1
    pacer.correct(0)
    assert pacer.take(50, later(minutes=9)) == 49


def test_finishing_more_than_are_pending_leaves_none_pending(pacer: Pacer) -> None:
    pacer.take(5, NOW)
    pacer.finished(50)
    pacer.finished(0)
    assert pacer.take(50, later(minutes=9)) == 50
    assert pacer.take(50, later(minutes=18)) == 30


def test_an_untouched_bucket_takes_any_news(pacer: Pacer) -> None:
    pacer.finished(3)
    assert pacer.wait(50, NOW) == timedelta()
    assert pacer.take(50, NOW) == 50


def test_many_at_once_never_get_more_than_there_is(pacer: Pacer) -> None:
    with ThreadPoolExecutor(8) as pool:
        granted = list(pool.map(lambda _: pacer.take(10, NOW), range(16)))
    assert sum(granted) <= 50
    assert set(granted) <= {0, 10}
    assert any(granted)


def test_those_who_wait_are_told_different_times(pacer: Pacer) -> None:
    pacer.take(50, NOW)
    assert [pacer.line_up(10, NOW).total_seconds() for _ in range(3)] == [4, 8, 12]

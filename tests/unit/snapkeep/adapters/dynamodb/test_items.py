"""Runs and points survive the way into an item and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.adapters.dynamodb.items import Item, point_item, point_of, run_item, run_of
from snapkeep.domain.backup.runs import Run, RunState
from snapkeep.domain.points import Point, PointState
from snapkeep.domain.policies import Method
from tests.contract.ports.samples import NOW, a_point, a_run

TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def through_dynamodb(item: Item) -> Item:
    """The item as DynamoDB gives it back."""
    stored = {name: TypeSerializer().serialize(value) for name, value in item.items()}
    return {name: TypeDeserializer().deserialize(value) for name, value in stored.items()}


@pytest.mark.parametrize(
    "run",
    [
        a_run(),
        replace(a_run(), state=RunState.RUNNING, total=1000, ready=3, failed=2, skipped={"efs": 2}),
        replace(a_run(), state=RunState.PARTIALLY_FAILED, degraded="API away", closed_at=NOW, announced=True),
    ],
)
def test_a_run_comes_back_as_it_was(run: Run) -> None:
    assert run_of(through_dynamodb(run_item(run))) == run


@pytest.mark.parametrize(
    "point",
    [
        a_point(),
        a_point(method=Method.CSI, group="wordpress", method_reason="in-tree", lead="other"),
        a_point(group="wordpress", sharers=("shop/other",), behind="other"),
        a_point(state=PointState.CREATING, intent_at=NOW, empty_reads=2, last_read_at=NOW),
        a_point(state=PointState.READY, snapshot_id="snap-1", size_bytes=64 * 2**40, started_at=NOW),
        a_point(claim=replace(a_point().claim, storage_class="", fs_type="", access_modes=())),
    ],
)
def test_a_point_comes_back_as_it_was(point: Point) -> None:
    assert point_of(through_dynamodb(point_item(point))) == point


@given(st.text(), st.text(), TIMES)
def test_any_text_of_a_cluster_comes_back_as_it_was(name: str, reason: str, time: datetime) -> None:
    point = a_point(reason=reason, started_at=time)
    point = replace(point, claim=replace(point.claim, storage_class=name, namespace=name))
    assert point_of(through_dynamodb(point_item(point))) == point

"""Copy rules: what `every` means, and that they arrive unchanged in the functions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.rules import MOST_EVERY, CopyRule, Every, Period, read_every
from snapkeep.domain.policies import (
    Cluster,
    Deployment,
    Method,
    Policy,
    Schedule,
    from_document,
    to_document,
)
from snapkeep.domain.retention.deletion.locks import Lock, LockMode

texts = st.text(min_size=1, max_size=20)
everies = st.builds(Every, st.sampled_from(Period)) | st.builds(
    Every, st.just(Period.SLOT), st.integers(1, MOST_EVERY)
)
locks = st.none() | st.builds(Lock, st.sampled_from(LockMode), st.integers(1, 99), st.integers(0, 72))
rules = st.builds(
    CopyRule,
    to=texts,
    retention=st.dictionaries(texts, st.integers(1, 99) | texts, max_size=3),
    every=everies,
    lock=locks,
    backfill=st.integers(1, 99),
    also=st.lists(st.sampled_from(["interruption", "on-demand"]), unique=True).map(tuple),
)
places = st.builds(Place, texts, texts, texts, st.booleans())


@given(st.lists(rules, max_size=3), st.lists(places, max_size=3))
def test_places_and_rules_survive_the_trip_to_the_functions(
    rules: list[CopyRule], places: list[Place]
) -> None:
    policy = Policy(
        name="a",
        clusters=("c",),
        method=Method.CSI,
        schedule=Schedule("rate(1 day)"),
        retention={"last": 1},
        copies=tuple(rules),
    )
    deployment = Deployment((Cluster("c", "us-east-1"),), (policy,), places=tuple(places))
    assert from_document(json.loads(json.dumps(to_document(deployment)))) == deployment


def test_a_document_from_before_copies_is_read() -> None:
    deployment = Deployment((Cluster("c", "us-east-1"),), ())
    document = to_document(deployment)
    del document["places"]
    assert from_document(document) == deployment


@pytest.mark.parametrize(
    ("written", "every", "shown"),
    [
        ("slot", Every(), "slot"),
        ("day", Every(Period.DAY), "day"),
        ("week", Every(Period.WEEK), "week"),
        (1, Every(), "slot"),
        (7, Every(number=7), "7"),
    ],
)
def test_every_is_a_period_or_a_number_of_slots(written: object, every: Every, shown: str) -> None:
    assert read_every(written) == every
    assert str(every) == shown


@pytest.mark.parametrize("written", [0, -1, True, 1001, 1.5, "", "month", "7", None, [], {}])
def test_nothing_else_is_a_frequency(written: Any) -> None:
    with pytest.raises(ValueError, match="use slot, day, week, or a whole number N from 1 to 1000"):
        read_every(written)

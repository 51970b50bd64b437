"""A trial on its way through JSON."""

from __future__ import annotations

import json

import pytest

from snapkeep.domain.backup.runs import Skipped
from snapkeep.domain.policies import Method
from snapkeep.domain.report.trials import (
    ChangedClaim,
    Trial,
    TriedClaim,
    TriedDeletion,
    trial_from_document,
)
from snapkeep.wiring.basics import as_document

TRIAL = Trial(
    "myeks",
    "shop",
    (TriedClaim("shop", "data", "nightly", Method.EBS, "why", "blocked"),),
    (Skipped("shop/tmp", "scratch", "why not"),),
    (ChangedClaim("shop/data", ("a",), ("b", "c")),),
    (TriedDeletion("snap-1", "shop/data", "nightly", "why", at_once=True, stays="held"),),
    7,
    ("a note",),
)


def test_a_trial_survives_the_trip_through_json() -> None:
    assert trial_from_document(json.loads(json.dumps(as_document(TRIAL)))) == TRIAL


def test_another_document_is_none() -> None:
    document = as_document(TRIAL)
    for change in (
        {"taken": [{"claim": "data"}]},
        {"deletions": 3},
        {"taken": [{**document["taken"][0], "method": "?"}]},
    ):
        with pytest.raises((KeyError, TypeError, ValueError)):
            trial_from_document(document | change)
    with pytest.raises(KeyError):
        trial_from_document({})

"""What a policy kept before spares points for a while."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.retention import RetentionRules
from snapkeep.domain.retention_history import KEPT_VERSIONS, RetentionVersion, retention_of, seen
from tests.contract.ports.samples import NOW, later
from tests.fakes.world import a_policy


def test_a_change_is_added_once_and_the_rules_before_it_end_then() -> None:
    first = seen((), a_policy(retention={"last": 9}), NOW)
    assert seen(first, a_policy(retention={"last": 9}), later(hours=1)) == first
    second = seen(first, a_policy(retention={"last": 2}), later(hours=2))
    retention = retention_of(second)
    assert retention.rules == RetentionRules(last=2)
    (earlier,) = retention.earlier
    assert (earlier.rules, earlier.until) == (RetentionRules(last=9), later(hours=2))
    assert earlier.spares_at(later(hours=73)) and not earlier.spares_at(later(hours=75))


def test_rules_that_keep_nothing_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="no rule keeps anything"):
        retention_of([RetentionVersion({}, "UTC", NOW)])


def test_the_history_does_not_grow_without_end() -> None:
    history: tuple[RetentionVersion, ...] = ()
    for number in range(1, 50):
        history = seen(history, a_policy(retention={"last": number}), NOW + timedelta(days=number))
    assert len(history) == KEPT_VERSIONS and history[-1].block == {"last": 49}

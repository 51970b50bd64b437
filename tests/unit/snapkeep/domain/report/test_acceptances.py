"""What the config accepts as it is: by name or pattern, in some clusters, until a day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from snapkeep.domain.report.acceptances import Acceptance, find_acceptance

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("acceptance", "covers"),
    [
        (Acceptance("shop", "why"), True),
        (Acceptance("sh*", "why", claim="da?a"), True),
        (Acceptance("shop", "why", claim="other"), False),
        (Acceptance("Shop", "why"), False),
        (Acceptance("shop", "why", clusters=("other",)), False),
        (Acceptance("shop", "why", clusters=("other", "myeks")), True),
    ],
)
def test_patterns_and_clusters_decide(acceptance: Acceptance, covers: bool) -> None:
    assert acceptance.covers("myeks", "shop", "data") is covers


def test_it_holds_through_its_last_day_in_utc() -> None:
    ends = Acceptance("shop", "why", until="2026-11-25")
    assert not ends.has_ended(NOW.replace(hour=23, minute=59))
    assert ends.has_ended(datetime(2026, 11, 26, tzinfo=UTC))
    assert not Acceptance("shop", "why").has_ended(datetime(2999, 1, 1, tzinfo=UTC))


def test_one_that_holds_comes_before_those_that_ended() -> None:
    old, older = (Acceptance("shop", "old", until=f"2026-11-2{day}") for day in (3, 1))
    holding = Acceptance("*", "holding")
    assert find_acceptance([old, holding, older], "myeks", "shop", "data", NOW) == holding
    assert find_acceptance([older, old], "myeks", "shop", "data", NOW) == old
    assert find_acceptance([], "myeks", "shop", "data", NOW) is None

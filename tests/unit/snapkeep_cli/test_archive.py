"""What `snapkeep validate` says about the archive tier."""

from __future__ import annotations

from snapkeep_cli.archive import archive_in_words
from tests.fakes.world import a_policy


def test_a_policy_says_when_its_points_are_archived_and_how_many() -> None:
    policy = a_policy(
        retention={"last": 28, "weekly": 6, "monthly": 12, "yearly": 3},
        archive_after={"monthly": "30d", "yearly": "60d"},
    )
    assert [*archive_in_words(policy)] == [
        "archives: monthly points from 42 days until 365, when weekly no longer keeps them; yearly points "
        "from 60 days until 1095; at most 13 points of a volume, and only where that costs less"
    ]


def test_one_without_the_setting_says_nothing() -> None:
    assert [*archive_in_words(a_policy())] == []

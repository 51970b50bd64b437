"""What a file says about the archive tier: what arrives, and what cannot work or would cost more."""

from __future__ import annotations

import pytest

from snapkeep.domain.policies import from_document, to_document
from tests.unit.snapkeep_cli.config.conftest import Loader, Refusals
from tests.unit.snapkeep_cli.config.refused_file import changed

YEAR = "daily: 14, monthly: 12, yearly: 3"


def archiving(after: str, retention: str = YEAR) -> str:
    """The file with a policy that keeps and archives so."""
    return changed("{last: 3}\n", f"{{{retention}}}\n    archive_after: {{{after}}}\n")


def test_ages_arrive_also_in_the_functions(loaded: Loader) -> None:
    deployment = loaded(archiving("monthly: 30d, yearly: 2m"))
    assert deployment.policies[0].archive_after == {"monthly": "30d", "yearly": "2m"}
    assert from_document(to_document(deployment)) == deployment


def test_nothing_is_archived_unless_written(loaded: Loader) -> None:
    deployment = loaded(changed("{last: 3}", "{monthly: 12}"))
    assert deployment.policies[0].archive_after == {}
    document = to_document(deployment)
    del document["policies"][0]["archive_after"]
    assert from_document(document) == deployment


@pytest.mark.parametrize(
    ("after", "retention", "says"),
    [
        ("", YEAR, "archive_after: is empty; give monthly or yearly, such as {monthly: 30d}"),
        ("weekly: 30d", YEAR, "points that weekly keeps are not archived: they share their blocks"),
        ("last: 30d", YEAR, "points that last keeps are not archived"),
        ("moonly: 30d", YEAR, "archive_after.moonly: unknown key (did you mean 'monthly'?)"),
        ("monthly: 30", YEAR, "archive_after.monthly: '30' is not a duration"),
        ("monthly: 30d", "daily: 7", "the retention has no monthly rule, so there is nothing to archive"),
        (
            "monthly: 30d",
            "daily: 7, monthly: 3",
            "archive_after.monthly: EC2 bills at least 90 days in the archive tier, and points would "
            "stay there for 61: they would be archived at 30 days, and deleted at about 91; keep them for "
            "120 days or more, or remove it",
        ),
        (
            "monthly: 30d",
            "weekly: 20, monthly: 6",
            "for 42: they would be archived at 140 days, because retention.weekly keeps them until then, and "
            "deleted at about 182; keep them for 230 days or more",
        ),
        (
            "monthly: 30d",
            "monthly: 12, max_age: 100d",
            "for 70: they would be archived at 30 days, and deleted",
        ),
        ("monthly: 30d", "within: 5y, monthly: 12", "would stay there for 0"),
        ("monthly: 30d", "last: all, monthly: 12", "because retention.last keeps all; remove it"),
        ("yearly: 30d", "monthly: 60, yearly: 5", "because retention.monthly keeps them until then"),
        (
            "monthly: 30d",
            "monthly: 28",
            "archive_after: would archive up to 28 points of a volume, and EC2 allows",
        ),
        ("monthly: 30d", "monthly: all", "would archive more and more points of a volume, and EC2 allows 25"),
        ("monthly: 30d, yearly: 30d", "monthly: 24, yearly: 10", "up to 32 points of a volume"),
    ],
)
def test_what_cannot_work_is_refused(refusals: Refusals, after: str, retention: str, says: str) -> None:
    (line,) = refusals(archiving(after, retention))
    assert says in line


@pytest.mark.parametrize(
    ("after", "retention"),
    [
        ("monthly: 30d, yearly: 30d", "last: 12, weekly: 6, monthly: 12, yearly: 7"),
        ("monthly: 1d", "monthly: 4"),
        ("monthly: 30d", "within_monthly: 2y"),
        ("yearly: 400d", "monthly: 12, yearly: 5, max_age: 3y"),
        ("monthly: 30d", "weekly: 104, monthly: 36"),
    ],
)
def test_what_pays_is_accepted(loaded: Loader, after: str, retention: str) -> None:
    assert loaded(archiving(after, retention)).policies[0].archive_after

"""What is accepted as it is needs to say what, and why."""

from __future__ import annotations

import pytest

from tests.unit.snapkeep_cli.config.conftest import Refusals
from tests.unit.snapkeep_cli.config.refused_file import FILE


@pytest.mark.parametrize(
    ("item", "place"),
    [
        ("{namespace: lab}", "accept[0].reason"),
        ("{namespace: lab, reason: tests, until: soon}", "accept[0].until"),
        ("{namespace: lab, reason: tests, clusters: [nope]}", "accept[0].clusters[0]"),
        ("{namespace: lab, reason: tests, clam: data}", "accept[0].clam"),
        ("{reason: tests}", "accept[0].namespace"),
    ],
)
def test_what_is_accepted_without_saying_what_and_why_is_refused(
    refusals: Refusals, item: str, place: str
) -> None:
    (problem,) = refusals(f"accept: [{item}]\n{FILE}")
    assert problem.split(": ")[1] == place


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (
            '{namespace: a, reason: tests, until: "2027-06-30"}',
            "'2027-06-30' is not allowed; use a day without",
        ),
        ("{namespace: a, reason: tests, until: 2027-06-30T10:00:00Z}", "use a day without quotes, such as"),
        ('{namespace: a, reason: "no"}', "'no' is too short; use 3 characters or more"),
        (f"{{namespace: a, reason: {'x' * 201}}}", "is too long; use 200 characters or less"),
        ('{namespace: a, reason: "\\ud800xx"}', "is not allowed; use text in Unicode"),
    ],
)
def test_what_is_wrong_with_a_value_is_said_in_words(refusals: Refusals, item: str, words: str) -> None:
    (problem,) = refusals(f"accept: [{item}]\n{FILE}")
    assert words in problem

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

"""LimitRanges: a claim outside their bounds is refused by name and figures."""

from __future__ import annotations

import pytest

from snapkeep.domain.restore.plans import plan
from snapkeep.domain.restore.targets import LimitFacts
from tests.fakes.preflight_samples import a_point, a_request, a_target, the_finding


@pytest.mark.parametrize(
    ("limit", "code", "text", "fix"),
    [
        (
            LimitFacts("claims", smallest="20Gi"),
            "below_limit_range",
            "limit range claims of namespace shop allows claims of 20Gi at least, but 10Gi is requested",
            "ask for 20Gi, or change the limit range",
        ),
        (
            LimitFacts("claims", largest="8Gi"),
            "above_limit_range",
            "limit range claims of namespace shop allows claims of 8Gi at most, but 10Gi is needed",
            "change the limit range to 10Gi or more, or restore into another namespace",
        ),
    ],
)
def test_a_claim_outside_the_bounds_is_refused(limit: LimitFacts, code: str, text: str, fix: str) -> None:
    found = the_finding(target=a_target(limits=(limit,)))
    assert (found.code, found.text, found.fix) == (code, text, fix)


@pytest.mark.parametrize(
    "limit", [LimitFacts("claims", "10Gi", "10Gi"), LimitFacts("claims"), LimitFacts("claims", "odd", "odd")]
)
def test_a_claim_within_them_is_not(limit: LimitFacts) -> None:
    assert plan(a_request(), a_point(), a_target(limits=(limit,))).findings == ()

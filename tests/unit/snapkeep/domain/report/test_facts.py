"""The report put together: the counts, the policies in words, incidents and restores newest first."""

from __future__ import annotations

from snapkeep.domain.report.claims import ClaimState
from snapkeep.domain.report.facts import opened
from tests.fakes.report_samples import NOW, a_report


def test_every_claim_is_in_one_state() -> None:
    report = a_report()
    counts = {state: report.count(state) for state in ClaimState}
    assert counts == {
        ClaimState.FAILING: 1,
        ClaimState.UNPROTECTED: 1,
        ClaimState.LATE: 2,
        ClaimState.UNPROTECTABLE: 1,
        ClaimState.PROTECTED: 3,
        ClaimState.EXCLUDED: 1,
        ClaimState.GONE: 1,
    }
    assert sum(counts.values()) == len(report.claims)


def test_a_policy_says_what_it_keeps_how_many_claims_it_takes_and_when_it_runs_next() -> None:
    nightly, six_hourly, weekly = a_report().policies
    assert nightly.keeps.startswith("keep the newest 3 points, the newest of each of 7 days")
    assert (nightly.claims, six_hourly.claims, weekly.claims) == (4, 2, 0)
    assert nightly.next_run and nightly.next_run > NOW


def test_times_are_those_of_most_policies() -> None:
    assert a_report().timezone == "Asia/Seoul"


def test_incidents_and_restores_come_newest_first() -> None:
    report = a_report()
    times = [opened(record) for record in report.incidents]
    assert times == sorted(times, reverse=True)
    assert [item.target for item in report.restores] == ["orders-db-drill", "orders-db-restored", "old"]

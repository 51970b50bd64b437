"""The verdict: one sentence, and what to do next."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.adapters.report_page.verdict import Verdict, verdict
from snapkeep.domain.proof.checks import Subject
from snapkeep.domain.proof.summary import ChecksSummary
from snapkeep.domain.proof.suspicions import Suspicion
from snapkeep.domain.report.claims import ClaimState
from tests.fakes.report_samples import NOW, a_report


def of(*states: ClaimState, copies: bool = False) -> Verdict:
    report = a_report() if copies else replace(a_report(), places=())
    return verdict(replace(report, claims=tuple(item for item in report.claims if item.state in states)))


def test_trouble_is_counted_and_the_worst_claim_named_with_its_reason() -> None:
    found = verdict(a_report())
    assert (found.tone, found.sentence) == (
        "bad",
        "4 of 7 claims need attention: 1 failing, 1 unprotected, 2 late.",
    )
    assert found.following.startswith("Start with shop/search-index: policy nightly failed at ")


def test_what_is_suspicious_comes_first_even_if_everything_is_protected() -> None:
    subject = Subject("sk-1", "snap-1", "myeks", "shop", "orders-db", "uid", NOW)
    checks = ChecksSummary(True, {}, (Suspicion(subject, "it was formatted again", "snap-0"),))
    report = replace(a_report(), places=(), checks=checks)
    safe = tuple(item for item in report.claims if item.state is ClaimState.PROTECTED)
    assert verdict(replace(report, claims=safe)) == Verdict(
        "bad",
        "1 recovery point is suspicious. Everything that can be protected is protected: all 3 claims.",
        "Look at shop/orders-db (sk-1) first: it was formatted again.",
    )


def test_one_claim_is_one_claim() -> None:
    assert of(ClaimState.FAILING).sentence == "1 of 1 claim needs attention: 1 failing."


def test_all_protected_can_be_reached_and_says_what_is_left_out() -> None:
    assert of(ClaimState.PROTECTED) == Verdict(
        "good", "Everything that can be protected is protected: all 3 claims."
    )
    rest = of(ClaimState.PROTECTED, ClaimState.EXCLUDED, ClaimState.UNPROTECTABLE, ClaimState.GONE)
    assert rest.tone == "good"
    assert rest.following == (
        "1 is excluded on purpose; 1 cannot be backed up here, and the list says what to use instead."
    )


def test_late_copies_are_named_although_every_claim_is_protected() -> None:
    found = of(ClaimState.PROTECTED, copies=True)
    assert (found.tone, found.following) == (
        "good",
        "The copies of 1 claim need attention, and Copies says why.",
    )


def test_a_cluster_without_claims_is_neither_good_nor_bad() -> None:
    assert of() == Verdict("quiet", "The cluster has no claims to protect.")

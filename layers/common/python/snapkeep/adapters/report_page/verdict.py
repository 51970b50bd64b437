"""The first sentence of the page: whether everything is safe, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain.report.claims import ClaimState
from snapkeep.domain.report.facts import Report


@dataclass(frozen=True, slots=True)
class Verdict:
    """`tone` is good, bad or quiet; `sentence` says how the cluster is doing, `following` what to do next."""

    tone: str
    sentence: str
    following: str = ""


def verdict(report: Report) -> Verdict:
    """The verdict on a report. The claims of a report come worst first."""
    if suspicious := report.checks.suspicions:
        first = suspicious[0]
        rest = _protection(report)
        return Verdict(
            "bad",
            f"{_suspicious(len(suspicious))}. {rest.sentence}",
            f"Look at {first.subject.words} first: {first.reason}.",
        )
    return _protection(report)


def _protection(report: Report) -> Verdict:
    """The verdict on how claims are protected."""
    protected = report.count(ClaimState.PROTECTED)
    wanting = [claim for claim in report.claims if claim.state.is_wanting]
    if wanting:
        worst = wanting[0]
        counts = ", ".join(
            f"{report.count(state):,} {state}"
            for state in ClaimState
            if state.is_wanting and report.count(state)
        )
        total = protected + len(wanting)
        return Verdict(
            "bad",
            f"{len(wanting):,} of {total:,} {_claims(total)} {_need(len(wanting))} attention: {counts}.",
            f"Start with {worst.namespace}/{worst.claim}: {worst.reason}.",
        )
    if not protected:
        return Verdict("quiet", "The cluster has no claims to protect.", _rest(report))
    everything = "the 1 claim" if protected == 1 else f"all {protected:,} claims"
    return Verdict("good", f"Everything that can be protected is protected: {everything}.", _rest(report))


def _suspicious(count: int) -> str:
    return "1 recovery point is suspicious" if count == 1 else f"{count:,} recovery points are suspicious"


def _claims(count: int) -> str:
    return "claim" if count == 1 else "claims"


def _need(count: int) -> str:
    return "needs" if count == 1 else "need"


def _rest(report: Report) -> str:
    """Claims whose copies are late, that are excluded on purpose, or that nothing can back up."""
    parts = []
    if late := len({claim for place in report.places for claim, _ in place.late}):
        parts.append(f"the copies of {late:,} {_claims(late)} need attention, and Copies says why")
    if excluded := report.count(ClaimState.EXCLUDED):
        parts.append(f"{excluded:,} {'is' if excluded == 1 else 'are'} excluded on purpose")
    if other := report.count(ClaimState.UNPROTECTABLE):
        parts.append(f"{other:,} cannot be backed up here, and the list says what to use instead")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""

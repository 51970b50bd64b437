"""What a vault publishes about its loans; docs/events.md shows the events themselves."""

from __future__ import annotations

from typing import Any, cast

from snapkeep.adapters.aws.loan_events import LoanAnnouncer
from tests.contract.ports.samples import NOW
from tests.contract.ports.test_loan_journal import a_loan
from tests.unit.snapkeep.adapters.aws.event_bus import Bus


def news(bus: Bus) -> LoanAnnouncer:
    return LoanAnnouncer(cast(Any, bus), "default")


def test_who_lends_what_to_whom_until_when_is_published(bus: Bus) -> None:
    news(bus).loan_begun(a_loan())
    ((kind, detail),) = bus.details()
    assert kind == "Snapkeep Loan Begun"
    assert (detail["snapshot"], detail["account"], detail["until"]) == (
        "snap-0aaa",
        "333344445555",
        "2026-11-26T18:00:05+00:00",
    )
    assert detail["caller"] == "arn:aws:iam::222233334444:role/ann"


def test_the_end_of_a_loan_says_why(bus: Bus) -> None:
    news(bus).loan_ended(a_loan().ending("ann").ended(NOW, "ended by ann"))
    ((kind, detail),) = bus.details()
    assert (kind, detail["reason"], detail["claim"]) == ("Snapkeep Loan Ended", "ended by ann", "mysql")

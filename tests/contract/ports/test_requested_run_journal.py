"""What both journals, in memory and in DynamoDB, promise about runs that somebody asks for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain.backup.on_demand import OnDemandRequest
from snapkeep.domain.backup.runs import Run
from snapkeep.domain.claims import ClaimName
from snapkeep.domain.policies import Method
from snapkeep.ports.journal import Journal
from tests.contract.ports.samples import ME, NOW, OTHER, SLOT, UNTIL, a_run


def a_wanted_run(second: int = 0) -> Run:
    wish = OnDemandRequest(
        claims=(ClaimName("shop", "data"),), method=Method.EBS, namespace="shop", caller="ann"
    )
    return replace(a_run("on-demand", SLOT + timedelta(seconds=second)), request=wish)


def test_a_request_has_one_run_however_often_it_is_sent(journal: Journal) -> None:
    assert journal.requests.requested_run("one") is None
    assert journal.requests.accept_run(a_wanted_run(), "one") == a_wanted_run()
    assert journal.requests.accept_run(a_wanted_run(7), "one") == a_wanted_run()
    assert journal.requests.requested_run("one") == a_wanted_run() == journal.runs.run(a_wanted_run().id)
    assert journal.runs.run(a_wanted_run(7).id) is None


def test_a_slot_that_another_request_has_is_not_given_again(journal: Journal) -> None:
    journal.requests.accept_run(a_wanted_run(), "one")
    assert journal.requests.accept_run(a_wanted_run(), "two") is None
    assert journal.requests.requested_run("two") is None
    assert journal.requests.accept_run(a_wanted_run(1), "two") == a_wanted_run(1)


def test_an_accepted_run_is_open_and_planned_with_its_wish(journal: Journal) -> None:
    journal.requests.accept_run(a_wanted_run(), "one")
    assert list(journal.runs.open_runs()) == [a_wanted_run()]
    bare = replace(a_wanted_run(), request=None)
    assert journal.runs.open_run(bare, ME, UNTIL, NOW) == a_wanted_run()
    assert journal.runs.open_run(bare, OTHER, UNTIL, NOW) is None

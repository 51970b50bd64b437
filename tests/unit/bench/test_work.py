"""What a part of the cost formula is measured of: real calls of the journal, and nothing else."""

from __future__ import annotations

from bench.work import deliveries, looks_of, prunes_of, run_of


def test_every_claim_more_costs_the_same_more() -> None:
    one, two, four = run_of(1), run_of(2), run_of(4)

    assert two.writes - one.writes == (four.writes - two.writes) / 2 > 5
    assert two.table_gib > one.table_gib > 0


def test_deliveries_are_those_of_one_backup() -> None:
    found = deliveries(volumes=60)

    assert 1 < found.invocations < 4
    assert found.messages > found.invocations
    assert 0.1 < found.gib_seconds < 1


def test_a_prune_that_deletes_costs_more_than_one_that_only_looks() -> None:
    deleting, looking = prunes_of(claims=2, points=4)

    assert deleting.writes > looking.writes
    assert deleting.gib_seconds > looking.gib_seconds


def test_reconcile_pays_for_every_policy_it_looks_at() -> None:
    assert looks_of(2).reads > looks_of(1).reads

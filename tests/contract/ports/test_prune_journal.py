"""What every journal promises about pruning: the one in memory and the one in DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.adapters.dynamodb import dynamo_journal
from snapkeep.domain.retention.deletion.absences import Absence
from snapkeep.domain.retention.deletion.brake_refusals import Kind, Refusal
from snapkeep.domain.retention.deletion.deletions import (
    Announced,
    Deletion,
    DeletionStep,
    LastPrune,
    PruneLease,
)
from snapkeep.domain.retention.history import RetentionVersion
from snapkeep.ports.journal import Journal
from tests.contract.ports.samples import NOW, TABLE, later
from tests.fakes import MemoryJournal


@pytest.fixture(params=["memory", "dynamodb"])
def journal(request: pytest.FixtureRequest) -> Journal:
    if request.param == "memory":
        return MemoryJournal()
    return dynamo_journal(request.getfixturevalue("table_client"), TABLE)


def a_deletion(number: int = 1, cluster: str = "myeks") -> Deletion:
    return Deletion(f"snap-{number}", cluster, "no rule keeps it", NOW)


def test_an_intent_is_open_until_it_ends(journal: Journal) -> None:
    journal.deletions.intend_deletions([a_deletion(1), a_deletion(2), a_deletion(3, "other")])
    journal.deletions.end_deletions(["snap-1"], "deleted", later(minutes=1))
    assert list(journal.deletions.open_deletions("myeks")) == [a_deletion(2)]
    journal.deletions.end_deletions(["snap-1"], "deleted", later(minutes=2))
    assert [item.snapshot_id for item in journal.deletions.open_deletions("other")] == ["snap-3"]


def test_a_second_intent_does_not_forget_how_far_the_first_came(journal: Journal) -> None:
    journal.deletions.intend_deletions([a_deletion()])
    journal.deletions.move_deletions(["snap-1"], DeletionStep.ASKED)
    journal.deletions.intend_deletions([a_deletion()])
    (found,) = journal.deletions.open_deletions("myeks")
    assert found.step is DeletionStep.ASKED


@pytest.mark.parametrize("strangers", [[], ["snap-2", "snap-unknown"]])
def test_many_deletions_move_and_end_together_whatever_became_of_the_others(
    journal: Journal, strangers: list[str]
) -> None:
    """`snap-2` has ended before, and nobody intended `snap-unknown`."""
    journal.deletions.intend_deletions([a_deletion(number) for number in range(1, 5)])
    journal.deletions.end_deletions(["snap-2"], "kept: held", NOW)
    some = ["snap-1", *strangers, "snap-3"]
    journal.deletions.move_deletions(some, DeletionStep.ASKED)
    steps = {item.snapshot_id: item.step for item in journal.deletions.open_deletions("myeks")}
    assert steps == {
        "snap-1": DeletionStep.ASKED,
        "snap-3": DeletionStep.ASKED,
        "snap-4": DeletionStep.INTENDED,
    }
    journal.deletions.end_deletions(some, "deleted", later(minutes=1))
    assert list(journal.deletions.open_deletions("myeks")) == [a_deletion(4)]
    assert not journal.deletions.knows_deletion("snap-unknown")


def test_a_deletion_that_was_withdrawn_may_be_intended_again(journal: Journal) -> None:
    journal.deletions.intend_deletions([a_deletion()])
    journal.deletions.end_deletions(["snap-1"], "kept: held", NOW)
    journal.deletions.move_deletions(["snap-1"], DeletionStep.ASKED)
    assert list(journal.deletions.open_deletions("myeks")) == []
    journal.deletions.intend_deletions([a_deletion()])
    assert list(journal.deletions.open_deletions("myeks")) == [a_deletion()]


def test_the_last_prune_of_each_cluster_is_known(journal: Journal) -> None:
    assert journal.prunes.last_prune("myeks") is None
    journal.prunes.write_last_prune(LastPrune("myeks", NOW, ("snap-1",)))
    journal.prunes.write_last_prune(LastPrune("myeks", later(hours=1)))
    assert journal.prunes.last_prune("myeks") == LastPrune("myeks", later(hours=1))
    assert journal.prunes.last_prune("other") is None


def test_the_retentions_of_a_policy_come_back_as_written(journal: Journal) -> None:
    history = [
        RetentionVersion({"last": 3, "within": "7d"}, "Asia/Seoul", NOW),
        RetentionVersion({"daily": "all"}, "UTC", later(hours=1), timedelta(minutes=90)),
    ]
    assert list(journal.retentions.retention_history("myeks", "daily")) == []
    journal.retentions.write_retention_history("myeks", "daily", history)
    assert list(journal.retentions.retention_history("myeks", "daily")) == history
    assert list(journal.retentions.retention_history("other", "daily")) == []


def a_lease(owner: str, cluster: str = "myeks", **until: int) -> PruneLease:
    return PruneLease(cluster, owner, later(**until))


def test_one_prune_of_a_cluster_at_a_time_and_the_second_learns_of_the_first(journal: Journal) -> None:
    first, second = a_lease("first", minutes=12), a_lease("second", minutes=13)
    assert journal.prunes.lease_prune(first, NOW) == first
    assert journal.prunes.lease_prune(second, later(minutes=1)) == first
    other = a_lease("second", "other", minutes=13)
    assert journal.prunes.lease_prune(other, later(minutes=1)) == other


def test_a_lease_ends_by_itself_and_its_owner_may_take_it_again(journal: Journal) -> None:
    first, longer = a_lease("first", minutes=12), a_lease("first", minutes=14)
    journal.prunes.lease_prune(first, NOW)
    assert journal.prunes.lease_prune(longer, later(minutes=2)) == longer
    second = a_lease("second", minutes=26)
    assert journal.prunes.lease_prune(second, later(minutes=13)) == longer
    assert journal.prunes.lease_prune(second, later(minutes=14)) == second


def test_only_its_owner_gives_a_lease_back(journal: Journal) -> None:
    first, second = a_lease("first", minutes=12), a_lease("second", minutes=12)
    journal.prunes.lease_prune(first, NOW)
    journal.prunes.release_prune("myeks", "second")
    assert journal.prunes.lease_prune(second, NOW) == first
    journal.prunes.release_prune("myeks", "first")
    journal.prunes.release_prune("myeks", "first")
    assert journal.prunes.lease_prune(second, NOW) == second


def test_what_was_told_of_a_cluster_is_remembered(journal: Journal) -> None:
    assert journal.prunes.announced("myeks") == Announced("myeks")
    journal.prunes.record_announced(Announced("myeks", "EKS has no cluster myeks", ("nightly", "weekly")))
    assert journal.prunes.announced("myeks") == Announced(
        "myeks", "EKS has no cluster myeks", ("nightly", "weekly")
    )
    journal.prunes.record_announced(Announced("myeks"))
    assert journal.prunes.announced("myeks") == Announced("myeks") and journal.prunes.announced(
        "other"
    ) == Announced("other")


def test_a_lease_is_no_gone_claim_and_no_last_prune(journal: Journal) -> None:
    journal.prunes.lease_prune(a_lease("first", minutes=12), NOW)
    assert dict(journal.retentions.gone_claims("myeks")) == {} and journal.prunes.last_prune("myeks") is None


def test_gone_claims_are_replaced_as_a_whole_however_many(journal: Journal) -> None:
    many = {f"uid-{number:05}": later(seconds=number) for number in range(4500)}
    assert dict(journal.retentions.gone_claims("myeks")) == {}
    journal.retentions.write_gone_claims("myeks", many)
    assert dict(journal.retentions.gone_claims("myeks")) == many
    journal.retentions.write_gone_claims("myeks", {"uid-7": NOW})
    assert dict(journal.retentions.gone_claims("myeks")) == {"uid-7": NOW}
    assert dict(journal.retentions.gone_claims("other")) == {}


def a_refusal(token: str, names: int = 2, cluster: str = "myeks", **since: int) -> Refusal:
    found = frozenset(f"snap-{number:05}" for number in range(names))
    return Refusal(cluster, token, found, "too far", later(**since), "rules")


def test_a_refusal_is_open_until_it_is_removed(journal: Journal) -> None:
    assert list(journal.refusals.refusals("myeks")) == []
    older, newer = a_refusal("b", hours=1), a_refusal("a", hours=2)
    newer = replace(newer, kind=Kind.ORPHANS)
    for refusal in (newer, older, a_refusal("a", cluster="other")):
        journal.refusals.write_refusal(refusal)
    assert list(journal.refusals.refusals("myeks")) == [older, newer]
    journal.refusals.remove_refusal("myeks", "b")
    journal.refusals.remove_refusal("myeks", "b")
    assert list(journal.refusals.refusals("myeks")) == [newer]
    assert list(journal.refusals.refusals("other")) == [a_refusal("a", cluster="other")]


def test_a_refusal_is_replaced_as_a_whole_however_many_it_names(journal: Journal) -> None:
    large = a_refusal("a", names=20_000)
    journal.refusals.write_refusal(large)
    assert list(journal.refusals.refusals("myeks")) == [large]
    small = replace(
        large.without({f"snap-{number:05}" for number in range(19_999)}), announced_at=later(hours=3)
    )
    journal.refusals.write_refusal(small)
    assert list(journal.refusals.refusals("myeks")) == [small]


def test_a_deletion_is_no_open_run(journal: Journal) -> None:
    journal.deletions.intend_deletions([a_deletion()])
    assert list(journal.runs.open_runs()) == []


def test_a_deletion_is_known_from_its_intent_on_and_after_its_end(journal: Journal) -> None:
    assert not journal.deletions.knows_deletion("snap-1")
    journal.deletions.intend_deletions([a_deletion()])
    assert journal.deletions.knows_deletion("snap-1")
    journal.deletions.end_deletions(["snap-1"], "deleted", NOW)
    assert journal.deletions.knows_deletion("snap-1")


def test_the_latest_word_on_an_absence_counts(journal: Journal) -> None:
    away = Absence("snap-1", NOW)
    back = replace(away, back_at=NOW + timedelta(days=1))
    journal.absences.write_absences([away, Absence("snap-2", NOW)])
    journal.absences.write_absences([back])
    assert journal.absences.absences(["snap-1", "snap-3"]) == {"snap-1": back}


def test_the_last_sweep_of_a_cluster_is_remembered(journal: Journal) -> None:
    assert journal.prunes.last_sweep("myeks") is None
    journal.prunes.write_last_sweep("myeks", NOW)
    journal.prunes.write_last_sweep("myeks", later(days=7))
    assert (journal.prunes.last_sweep("myeks"), journal.prunes.last_sweep("other")) == (later(days=7), None)

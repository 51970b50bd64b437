"""What every journal promises about restores: the one in memory and the one in DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.adapters.dynamodb import dynamo_journal
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.restore.operations import HOLD_FOR, Stage
from snapkeep.ports.journal import Journal
from tests.contract.ports.samples import TABLE
from tests.fakes import MemoryJournal
from tests.fakes.restore_samples import NOW, a_restore


@pytest.fixture(params=["memory", "dynamodb"])
def journal(request: pytest.FixtureRequest) -> Journal:
    if request.param == "memory":
        return MemoryJournal()
    return dynamo_journal(request.getfixturevalue("table_client"), TABLE)


def test_a_restore_comes_back_as_written(journal: Journal) -> None:
    assert journal.restores.restore(a_restore().id) is None
    assert journal.restores.add_restore(a_restore()) == a_restore()
    told = replace(a_restore(), held_until=NOW + HOLD_FOR).happened(NOW, "made", Stage.CREATED)
    written = journal.restores.write_restore(told)
    assert written == replace(told, revision=1)
    assert journal.restores.restore(a_restore().id) == written


def test_a_restore_of_a_copy_comes_back_with_its_place(journal: Journal) -> None:
    copied = journal.restores.add_restore(a_restore(place="osaka"))
    found = journal.restores.restore(copied.id)
    assert found is not None
    assert (found.place, found.lent_tags) == ("osaka", copied.lent_tags)


def test_a_restore_of_an_archived_point_comes_back_with_what_it_waits_for(journal: Journal) -> None:
    waiting = a_restore(stage=Stage.BRINGING_BACK, archived=True, awaits="bringing back (3%)")
    assert journal.restores.restore(journal.restores.add_restore(waiting).id) == waiting


def test_a_restore_that_is_known_stands_as_it_is(journal: Journal) -> None:
    journal.restores.add_restore(a_restore())
    made = journal.restores.write_restore(a_restore().happened(NOW, "made", Stage.CREATED))
    assert journal.restores.add_restore(a_restore()) == made


def test_of_two_writers_one_has_to_look_again(journal: Journal) -> None:
    restore = journal.restores.add_restore(a_restore())
    made = journal.restores.write_restore(restore.happened(NOW, "made", Stage.CREATED))
    with pytest.raises(TemporaryError):
        journal.restores.write_restore(restore.failed(NOW, "gave up"))
    assert journal.restores.restore(restore.id) == made


def test_a_restore_is_open_until_it_is_cleaned_up(journal: Journal) -> None:
    first, second = journal.restores.add_restore(a_restore(1)), journal.restores.add_restore(a_restore(2))
    bound = journal.restores.write_restore(first.happened(NOW, "bound", Stage.BOUND))
    assert {restore.id for restore in journal.restores.open_restores()} == {first.id, second.id}
    journal.restores.write_restore(replace(bound, cleaned=True))
    assert [restore.id for restore in journal.restores.open_restores()] == [second.id]


def test_the_restores_of_a_namespace_come_newest_first(journal: Journal) -> None:
    for number in (1, 2, 3):
        journal.restores.add_restore(a_restore(number, accepted_at=NOW + timedelta(minutes=number)))
    journal.restores.add_restore(a_restore(4, namespace="other"))
    found = [restore.id for restore in journal.restores.restores_of("myeks", "shop")]
    assert found == [a_restore(number).id for number in (3, 2, 1)]
    assert list(journal.restores.restores_of("elsewhere", "shop")) == []


def test_a_list_of_restores_goes_on_after_any_of_them(journal: Journal) -> None:
    restores = [journal.restores.add_restore(a_restore(number)) for number in (1, 2, 3)]  # all of one instant
    listed = list(journal.restores.restores_of("myeks", "shop"))
    assert {restore.id for restore in listed} == {restore.id for restore in restores}
    assert [restore.id for restore in journal.restores.restores_of("myeks", "shop", listed[0])] == [
        restore.id for restore in listed[1:]
    ]
    assert list(journal.restores.restores_of("myeks", "shop", listed[-1])) == []


def test_open_runs_know_nothing_of_restores(journal: Journal) -> None:
    journal.restores.add_restore(a_restore())
    assert list(journal.runs.open_runs()) == []
    assert list(journal.deletions.open_deletions("myeks")) == []

"""The brake after the journal was restored from an old copy."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes import MemoryJournal
from tests.unit.snapkeep.services.retention.deletion.stories import DAY, Story

COPIED = (
    ("runs", "all"),
    ("points", "all"),
    ("prunes", "_prunes"),
    ("refusals", "_refusals"),
    ("retentions", "_retentions"),
    ("retentions", "_gone"),
    ("deletions", "under_way"),
    ("deletions", "ended"),
)


def copy_of(journal: MemoryJournal) -> Mapping[tuple[str, str], Any]:
    return deepcopy({(store, name): getattr(getattr(journal, store), name) for store, name in COPIED})


def restore_from(copy: Mapping[tuple[str, str], Any], journal: MemoryJournal) -> None:
    """Let the journal know again what it knew when the copy was made."""
    for (store, name), known in deepcopy(dict(copy)).items():
        setattr(getattr(journal, store), name, known)


@pytest.mark.parametrize("days", [0, 10, 40, 400])
def test_a_journal_restored_from_an_old_copy_lets_no_slip_through(days: int) -> None:
    story = Story({"last": 1}, every=timedelta(hours=6))
    story.live(3)
    copy = copy_of(story.world.journal)
    story.slot += timedelta(days=days)
    story.world.journal.retentions.write_retention_history("myeks", "nightly", ())
    story.lower({"last": 28})
    story.live(60)
    kept = story.points()
    assert len(kept) == 28
    restore_from(copy, story.world.journal)
    story.lower({"last": 1})
    notes = story.world.prune().notes
    assert [note for note in notes if "restored from an old copy" in note]
    story.live(11)
    assert kept <= story.points(), "what the last rules kept is spared for a grace"
    story.live(20)
    assert kept <= story.points(), "and then the brake asks"
    assert story.refused()


def test_a_restored_journal_calls_no_point_new_that_it_does_not_know() -> None:
    story = Story({"last": 28}, every=timedelta(hours=6))
    story.live(4)
    copy = copy_of(story.world.journal)
    story.live(24)
    restore_from(copy, story.world.journal)
    verdict = story.world.prune(dry_run=True).verdict
    assert verdict is not None and verdict.new == 1, "the one that came with the last prune that it knows"
    story.world.prune()
    story.live(1)
    verdict = story.world.prune(dry_run=True).verdict
    assert verdict is not None and verdict.new <= 1
    assert not [note for note in story.world.prune().notes if "old copy" in note], "it is told once"


@pytest.mark.parametrize("days", [3, 30, 100, 400])
def test_a_prune_that_did_not_run_for_long_is_no_old_copy(days: int) -> None:
    """The journal knows the runs meanwhile, or their time in it is over."""
    story = Story({"last": 28}, every=DAY)
    story.live(4)
    for _ in range(days):
        story.slot += DAY
        story.world.back_up(story.slot)
        journal = story.world.journal
        over = {name for name, run in journal.runs.all.items() if run.slot < story.slot - 90 * DAY}
        journal.runs.all = {name: run for name, run in journal.runs.all.items() if name not in over}
    report = story.world.prune()
    assert not [note for note in report.notes if "old copy" in note]
    assert not [why for _, reasons in report.keep for why in reasons if "grace" in why]


@given(
    before=st.integers(1, 12),
    meanwhile=st.integers(1, 12),
    after=st.integers(1, 12),
    lived=st.integers(1, 10),
    since=st.integers(1, 20),
)
@settings(max_examples=25, deadline=None)
def test_whatever_was_kept_when_an_old_copy_came_back_stays_for_its_grace(
    before: int, meanwhile: int, after: int, lived: int, since: int
) -> None:
    story = Story({"last": before}, every=timedelta(hours=6))
    story.live(lived)
    copy = copy_of(story.world.journal)
    story.lower({"last": meanwhile})
    story.live(since)
    kept = story.points()
    restore_from(copy, story.world.journal)
    story.lower({"last": after})
    story.live(11)
    assert kept <= story.points()

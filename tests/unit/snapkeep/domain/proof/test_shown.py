"""What people are shown about points, with and without a check."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from snapkeep.domain.points import PointState
from snapkeep.domain.proof.checks import Check, Subject, Verdict
from snapkeep.domain.proof.looks import Look
from snapkeep.domain.proof.shown import Checkable, CheckState, shown_check

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
NEW = Checkable(PointState.READY, NOW - timedelta(hours=1))
SUBJECT = Subject("sk-1", "snap-1", "myeks", "shop", "data", "uid", NOW)
CHECKED = Check(SUBJECT, Verdict.CHECKED, NOW, look=Look("xfs", 1))
SUSPICIOUS = replace(CHECKED, verdict=Verdict.SUSPICIOUS, reasons=("it shrank", "a name is gone"))
UNSEEN = Check(SUBJECT, Verdict.NOT_LOOKED_AT, NOW, ("key arn:k does not let check_points read it",))


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (CHECKED, "checked"),
        (SUSPICIOUS, "suspicious: it shrank"),
        (UNSEEN, "not looked at: key arn:k does not let check_points read it"),
        (SUSPICIOUS.accepted("ann", "we dropped a table"), "accepted by ann: we dropped a table"),
    ],
)
def test_a_check_is_said_in_a_word_with_its_first_reason(check: Check, words: str) -> None:
    assert shown_check(NEW, check, True, NOW).words == words


@pytest.mark.parametrize(
    ("point", "words"),
    [
        (NEW, "not checked yet"),
        (replace(NEW, slot=None), "not checked yet"),
        (replace(NEW, slot=NOW - timedelta(days=8, seconds=1)), "never checked: it is older than 8 days"),
        (replace(NEW, archived=True), "not looked at: in the archive tier"),
        (replace(NEW, state=PointState.PENDING), "not ready"),
        (replace(NEW, state=PointState.FAILED), "not ready"),
        (replace(NEW, state=PointState.PENDING, is_copy=True), "not ready"),
    ],
)
def test_a_point_without_a_check_says_why_it_has_none(point: Checkable, words: str) -> None:
    assert shown_check(point, None, True, NOW).words == words
    assert shown_check(point, None, False, NOW).words == "checks are off"


def test_a_copy_is_not_looked_into_whatever_this_deployment_says_about_its_points() -> None:
    for on in (True, False):
        found = shown_check(replace(NEW, is_copy=True), None, on, NOW)
        assert (found.state, found.words) == (CheckState.COPY, "a copy that was not looked into")


def test_a_check_outlives_the_setting_and_the_move_to_the_archive() -> None:
    assert shown_check(replace(NEW, archived=True), SUSPICIOUS, False, NOW).state is CheckState.SUSPICIOUS

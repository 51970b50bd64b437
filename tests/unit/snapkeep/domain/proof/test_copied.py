"""A copy is judged by its source."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from snapkeep.domain.proof.checks import Check, Subject, Verdict
from snapkeep.domain.proof.copied import differences, judge_copy
from snapkeep.domain.proof.looks import Look, Unseen

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
LOOK = Look("xfs", 10, 10, 5, "f00d", "", ("a", "b"), expected={"/a": 4, "/gone": None})
SOURCE = Check(
    Subject("sk-1", "snap-1", "myeks", "shop", "data", "uid", NOW), Verdict.CHECKED, NOW, look=LOOK
)
COPY = replace(SOURCE.subject, snapshot_id="snap-c", place="osaka")


def test_what_its_source_showed_is_no_reason() -> None:
    """The figures of how much changed, and what was expected then, may differ."""
    seen = replace(LOOK, free=6, written=0, changed=None, expected={"/gone": None, "/new": None})
    assert list(differences(seen, LOOK)) == []
    found = judge_copy(COPY, seen, SOURCE, NOW)
    assert (found.verdict, found.base, found.look) == (Verdict.CHECKED, "sk-1", seen)


def test_an_expected_file_that_differs_is_a_reason() -> None:
    seen = replace(LOOK, expected={"/a": 3, "/gone": None})
    assert list(differences(seen, LOOK)) == ["/a is not as in its source"]


def test_without_a_look_into_its_source_a_copy_is_judged_by_itself() -> None:
    unseen = replace(SOURCE, verdict=Verdict.NOT_LOOKED_AT, look=None, reasons=("LUKS",))
    for source in (None, unseen):
        found = judge_copy(COPY, LOOK, source, NOW)
        assert (found.verdict, found.reasons, found.base) == (
            Verdict.SUSPICIOUS,
            ("/gone is missing",),
            "",
        )


def test_a_copy_that_holds_no_file_system_differs_from_a_source_with_one() -> None:
    wiped = Unseen("the volume holds data without a known format", by_contents=True)
    found = judge_copy(COPY, wiped, SOURCE, NOW)
    assert found.verdict is Verdict.SUSPICIOUS
    assert found.reasons == ("the volume holds data without a known format; its source holds xfs",)


def test_a_copy_that_may_not_be_read_is_not_suspicious() -> None:
    assert judge_copy(COPY, Unseen("key arn:k"), SOURCE, NOW).verdict is Verdict.NOT_LOOKED_AT

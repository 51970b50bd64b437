"""What a pass did is counted by verdict, points and their copies apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from snapkeep.domain.proof.checks import Check, Subject, Verdict
from snapkeep.services.proof.report import AT_A_TIME, CheckReport, note, portions

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
POINT = Subject("sk-1", "snap-1", "myeks", "shop", "data", "uid", NOW)
COPY = replace(POINT, place="osaka")


def test_each_verdict_has_its_place_and_a_copy_names_its_own() -> None:
    report = CheckReport("myeks")
    note(Check(POINT, Verdict.CHECKED, NOW), report)
    note(Check(COPY, Verdict.SUSPICIOUS, NOW, ("it shrank", "a name is gone")), report)
    note(Check(replace(COPY, place="tokyo"), Verdict.NOT_LOOKED_AT, NOW, ("LUKS",)), report)
    assert report.checked == ["sk-1"]
    assert report.suspicious == {"sk-1 in osaka": "it shrank; a name is gone"}
    assert report.not_looked_at == {"sk-1 in tokyo": "LUKS"}


def test_portions_hold_everything_once_and_never_too_much() -> None:
    for length in (0, 1, AT_A_TIME, AT_A_TIME + 1):
        found = list(portions(range(length)))
        assert [each for some in found for each in some] == list(range(length))
        assert all(0 < len(some) <= AT_A_TIME for some in found)

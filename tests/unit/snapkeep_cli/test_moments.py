"""Times as people write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import typer

from snapkeep_cli.exit_codes import Exit
from snapkeep_cli.moments import ahead, end_of, start_of


def noon() -> datetime:
    return datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("", ""),
        ("now", "2026-11-24T12:00:00Z"),
        ("today", "2026-11-24T23:59:59Z"),
        ("Yesterday", "2026-11-23T23:59:59Z"),
        ("2026-11-20", "2026-11-20T23:59:59Z"),
        ("2026-11-20T08:00:00Z", "2026-11-20T08:00:00Z"),
        ("2026-11-20T08:00:00+09:00", "2026-11-19T23:00:00Z"),
        ("2026-11-20 08:00", "2026-11-20T08:00:00Z"),
        ("3h ago", "2026-11-24T09:00:00Z"),
        ("2 days ago", "2026-11-22T12:00:00Z"),
        ("90 minutes ago", "2026-11-24T10:30:00Z"),
    ],
)
def test_a_time_in_the_past(written: str, moment: str) -> None:
    assert end_of(written, "--at", noon) == moment


def test_since_a_day_is_since_its_start() -> None:
    assert start_of("yesterday", "--since", noon) == "2026-11-23T00:00:00Z"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2027-06-01", "2027-06-01T23:59:59Z"),
        ("90d", "2027-02-22T12:00:00Z"),
        ("in 2 weeks", "2026-12-08T12:00:00Z"),
        ("3 hours from now", "2026-11-24T15:00:00Z"),
        ("2027-06-01T18:00:00Z", "2027-06-01T18:00:00Z"),
    ],
)
def test_a_time_to_come(written: str, moment: str) -> None:
    assert ahead(written, "--until", noon) == moment


@pytest.mark.parametrize(
    "written", ["soon", "31.12.2026", "2026-02-30", "9999d ago ago", "1e3", "0001-01-01T00:00+14:00"]
)
def test_what_is_no_time_is_refused_with_what_is(written: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        end_of(written, "--at", noon)
    assert ended.value.exit_code == Exit.USAGE
    said = capsys.readouterr().err
    assert f"error[usage]: --at: '{written}' is not a time" in said and "fix: write 2026-11-24" in said

"""What one question about files may read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from snapkeep.domain.errors import FilesRefused
from snapkeep.domain.files.limits import FileLimits, FileRules, file_rules_of

LIMITS = FileLimits(largest_file=2**20, most_entries=1000, deepest=8, longest=timedelta(seconds=90))


@pytest.mark.parametrize(
    ("check", "figures", "setting"),
    [
        (
            lambda: LIMITS.check_size("/a", 2**20 + 1),
            ("/a has 1.0 MiB (1,048,577 bytes)", "1,048,576"),
            "largest_file",
        ),
        (lambda: LIMITS.check_entries("/a", 1001), ("/a holds more than 1,000",), "most_entries"),
        (lambda: LIMITS.check_depth("/a", 9), ("/a is 9 folders deep, more than 8",), "deepest"),
        (lambda: LIMITS.check_time("/a", timedelta(seconds=91)), ("/a takes longer than 90 s",), "longest"),
    ],
)
def test_a_refusal_names_the_figure_the_limit_and_the_setting(
    check: Callable[[], None], figures: tuple[str, ...], setting: str
) -> None:
    with pytest.raises(FilesRefused) as caught:
        check()
    assert all(figure in caught.value.reason for figure in figures)
    assert f"`{setting}` under `files` in snapkeep.yaml" in caught.value.fix


def test_what_is_within_the_limits_is_read() -> None:
    LIMITS.check_size("/a", 2**20)
    LIMITS.check_entries("/a", 1000)
    LIMITS.check_depth("/a", 8)
    LIMITS.check_time("/a", timedelta(seconds=90))


def test_rules_come_back_from_a_document() -> None:
    limits = {"largest_file": 2**20, "most_entries": 1000, "deepest": 8, "longest": 90}
    assert file_rules_of({"keys": ["arn:k"], "limits": limits}) == FileRules(("arn:k",), LIMITS)
    assert file_rules_of(None) is None

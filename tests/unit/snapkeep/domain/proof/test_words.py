"""What a check has looked at, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from snapkeep.domain.proof.checks import Check, Subject, Verdict
from snapkeep.domain.proof.looks import Look
from snapkeep.domain.proof.words import looked_at

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
GIB = 2**30
LOOK = Look("ext4", 4 * GIB, 4 * GIB, 3 * GIB, label="db", names=("a", "b", "c", "d", "e", "f"))
SUBJECT = Subject("sk-2", "snap-2", "myeks", "shop", "data", "uid", NOW)


def lines(look: Look | None, base: str = "") -> dict[str, str]:
    """What is said of a look, by what it is about."""
    said = looked_at(Check(SUBJECT, Verdict.CHECKED, NOW, look=look, base=base))
    return {name: words for name, _, words in (line.partition(": ") for line in said)}


def test_everything_that_was_seen_is_said() -> None:
    expected = {"/out.txt": 5 * 2**20, "/empty": 0, "/none": None}
    look = replace(LOOK, expected=expected, written=2 * GIB, changed=GIB, errors="3 errors since May")
    assert lines(look, "sk-1") == {
        "format": "ext4 labelled db, 1.0 GiB of 4.0 GiB in use",
        "log": "clean",
        "root": "a, b, c, d, e and 1 more",
        "expected": "/out.txt has 5.0 MiB, /empty is empty, /none is missing",
        "recorded by the kernel": "3 errors since May",
        "compared with": "sk-1",
        "changed since then": "1.0 GiB; 2.0 GiB were ever written",
    }


@pytest.mark.parametrize(
    ("look", "words"),
    [
        (replace(LOOK, transactions=1), "1 transaction replayed"),
        (replace(LOOK, transactions=14), "14 transactions replayed"),
        (
            replace(LOOK, transactions=2, log_trouble="fast commits"),
            "not replayed, so the newest changes are not visible (fast commits)",
        ),
    ],
)
def test_a_log_says_whether_the_newest_changes_are_visible(look: Look, words: str) -> None:
    assert lines(look)["log"] == words


def test_a_sample_is_called_one_and_what_cannot_be_compared_is_said() -> None:
    look = replace(LOOK, written=2 * GIB, changed=GIB, sampled=200 * GIB)
    assert lines(look, "sk-1")["changed since then"] == (
        "1.0 GiB; 2.0 GiB were ever written, in a sample of 200 GiB"
    )
    assert lines(LOOK, "sk-1")["changed since then"].startswith("unknown, because EBS cannot compare")


def test_the_first_point_is_compared_with_nothing() -> None:
    assert lines(LOOK)["compared with"] == "nothing, because no earlier point is good"


def test_nothing_is_said_of_what_was_not_seen() -> None:
    assert lines(None) == {}

"""What makes a point suspicious, and what does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from snapkeep.domain.proof.checks import Check, Subject, Verdict, base_of, judge
from snapkeep.domain.proof.looks import Broken, Look, Unseen

NOW = datetime(2026, 11, 30, 2, tzinfo=UTC)
GIB = 2**30
FIRST = Look(
    contents="xfs",
    volume_size=20 * GIB,
    size=20 * GIB,
    free=18 * GIB,
    uuid="f00d",
    names=("ibdata1", "mysql", "wordpress", "ib_logfile0"),
    written=2 * GIB,
)


def subject(number: int) -> Subject:
    taken = NOW + timedelta(days=number)
    return Subject(f"sk-{number}", f"snap-{number}", "myeks", "wordpress", "mysql", "uid", taken)


def check(look: Look, base: Look | None = FIRST) -> Check:
    before = judge(subject(1), base, None, NOW) if base else None
    return judge(subject(2), look, before, NOW)


def test_samples_are_compared_only_if_they_are_of_the_same_size() -> None:
    before = judge(subject(1), replace(FIRST, sampled=200 * GIB), None, NOW)
    look = replace(FIRST, changed=2 * GIB, sampled=200 * GIB)
    (reason,) = judge(subject(2), look, before, NOW).reasons
    assert reason == "100% of the 2.0 GiB that were written before have changed in a sample of 200 GiB"
    grown = judge(subject(2), replace(look, sampled=250 * GIB), before, NOW)
    assert grown.verdict is Verdict.CHECKED


def test_a_point_like_the_one_before_is_checked() -> None:
    found = check(replace(FIRST, free=17 * GIB, changed=GIB // 10, transactions=7))
    assert (found.verdict, found.reasons, found.base, found.is_good) == (Verdict.CHECKED, (), "sk-1", True)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"uuid": "beef"}, "it was formatted again: its xfs has the UUID beef, not f00d"),
        ({"contents": "ext4"}, "it now holds ext4; before, it held xfs"),
        ({"names": ("README",)}, "4 of 4 names in its root are gone, such as ibdata1"),
        ({"free": 20 * GIB - 2**20}, "it now holds 1.0 MiB; before, it held 2.0 GiB"),
        ({"changed": 2 * GIB}, "100% of the 2.0 GiB that were written before have changed"),
        ({"errors": "the kernel has recorded 3 errors"}, "the kernel has recorded 3 errors"),
        ({"expected": {"/out.txt": None}}, "/out.txt is missing"),
        ({"expected": {"/out.txt": 0}}, "/out.txt is empty"),
    ],
)
def test_a_suspicious_point_says_why(change: dict[str, Any], reason: str) -> None:
    found = check(replace(FIRST, **change))
    assert (found.verdict, found.reasons, found.is_good) == (Verdict.SUSPICIOUS, (reason,), False)


@pytest.mark.parametrize(
    "change",
    [
        {"names": ("ibdata1", "mysql", "binlog.2")},  # logs come and go
        {"expected": {"/out.txt": 7}},
        {"transactions": 300},
        {"label": "new"},
        {"changed": GIB},
        {"log_trouble": "its journal uses fast commits"},
    ],
)
def test_ordinary_changes_are_not_suspicious(change: dict[str, Any]) -> None:
    assert check(replace(FIRST, **change)).verdict is Verdict.CHECKED


def test_a_small_volume_may_change_as_a_whole() -> None:
    small = replace(FIRST, written=2**20, free=FIRST.size - 2**20)
    found = check(replace(small, changed=2**20, free=FIRST.size), base=small)
    assert found.verdict is Verdict.CHECKED


def test_the_first_point_is_judged_by_itself() -> None:
    assert check(FIRST, base=None).verdict is Verdict.CHECKED
    assert check(replace(FIRST, expected={"/a": None}), base=None).verdict is Verdict.SUSPICIOUS


def test_what_contradicts_itself_is_suspicious() -> None:
    found = judge(subject(2), Broken("there is no xfs superblock"), None, NOW)
    assert (found.verdict, found.reasons) == (Verdict.SUSPICIOUS, ("there is no xfs superblock",))


def test_what_cannot_be_looked_into_is_neither_good_nor_bad() -> None:
    found = judge(subject(2), Unseen("the volume holds a LUKS container"), None, NOW)
    assert (found.verdict, found.is_good) == (Verdict.NOT_LOOKED_AT, False)


def test_what_held_a_file_system_and_holds_none_now_is_suspicious_until_somebody_accepts() -> None:
    """Whoever encrypts the volume as a whole, or wipes it, leaves no names to compare."""
    before = judge(subject(1), FIRST, None, NOW)
    wiped = Unseen("the volume holds an encrypted LUKS container", by_contents=True)
    found = judge(subject(2), wiped, before, NOW)
    assert found.verdict is Verdict.SUSPICIOUS
    assert found.reasons == ("the volume holds an encrypted LUKS container; before, it held xfs",)
    meant = found.accepted("ann", "we encrypt it now")
    later = judge(subject(3), wiped, base_of(subject(3), [before, meant]), NOW)
    assert (later.verdict, later.base) == (Verdict.NOT_LOOKED_AT, "sk-2")


def test_a_key_that_is_refused_makes_nothing_suspicious() -> None:
    before = judge(subject(1), FIRST, None, NOW)
    assert judge(subject(2), Unseen("key k"), before, NOW).verdict is Verdict.NOT_LOOKED_AT


def test_an_accepted_point_is_what_later_ones_are_compared_with() -> None:
    formatted = check(replace(FIRST, uuid="beef")).accepted("ann", "we moved to a new disk")
    assert formatted.is_good
    later = judge(subject(3), replace(FIRST, uuid="beef"), formatted, NOW)
    assert (later.verdict, later.base) == (Verdict.CHECKED, "sk-2")


def test_a_point_is_compared_with_the_newest_earlier_good_one() -> None:
    good = [judge(subject(number), FIRST, None, NOW) for number in (1, 2, 5)]
    bad = judge(subject(3), replace(FIRST, uuid="beef"), good[0], NOW)
    found = base_of(subject(4), [*good, bad])
    assert found is good[1]
    assert base_of(subject(1), good) is None
    other = replace(subject(4), claim_uid="another")
    assert base_of(other, good) is None

"""Whose holds a tag stands for: written, read back, and set against what the journal knows."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from snapkeep.domain.restore.hold_tags import code_of, ended_restores, names, settle, whole_seconds, write_tag
from snapkeep.domain.restore.holds import BY_HAND, FOREVER, Hold
from tests.fakes.restore_samples import NOW

SNAPSHOT = "snap-1"
ADMIN = "cluster arn:aws:iam::123456789012:role/Admin"
RESTORE = "restore 0123456789abcdef"
LATER = NOW + timedelta(days=1)


def a_hold(holder: str, until: datetime = FOREVER) -> Hold:
    return Hold(SNAPSHOT, holder, "because", until)


def holders(holds: tuple[Hold, ...]) -> list[str]:
    return [hold.holder for hold in holds]


def test_a_tag_names_each_holder_and_its_end() -> None:
    value = write_tag([a_hold(RESTORE, LATER), a_hold(ADMIN)])
    assert value == f"{code_of(ADMIN)} restore:0123456789abcdef@20261125T180000Z"
    assert re.fullmatch(r"cluster:Admin-[0-9a-f]{10}", code_of(ADMIN))


def test_an_end_is_never_written_sooner_than_it_is() -> None:
    assert whole_seconds(NOW + timedelta(microseconds=1)) == NOW + timedelta(seconds=1)
    assert whole_seconds(NOW) == NOW
    assert whole_seconds(FOREVER + timedelta(days=3)) == FOREVER


@pytest.mark.parametrize("count", [1, 4, 5, 30, 1000])
def test_a_tag_fits_whoever_and_however_many_hold(count: int) -> None:
    known = [a_hold(f"cluster arn:aws:iam::1:role/Ä{n}/{'x' * 500}{n}", LATER) for n in range(count)]
    value = write_tag(known)
    assert len(value) <= 256
    assert re.fullmatch(r"[A-Za-z0-9 +\-=._:/@]+", value)
    found = settle(SNAPSHOT, known, value, NOW)
    assert (len(found.in_force), found.learned, found.over) == (count, (), ())
    ended = settle(SNAPSHOT, known, value, LATER)
    assert (ended.in_force, len(ended.over)) == ((), count)


def test_those_who_did_not_fit_hold_on_when_the_journal_forgot_them() -> None:
    value = write_tag([a_hold(f"restore {n:016x}", LATER) for n in range(30)])
    found = settle(SNAPSHOT, [], value, NOW)
    assert len(found.in_force) < 10 and all(hold.until == LATER for hold in found.in_force)
    assert settle(SNAPSHOT, [], value, LATER).in_force == ()


def test_an_end_that_only_an_old_journal_knows_ends_nothing() -> None:
    known = [a_hold(ADMIN, NOW)]
    found = settle(SNAPSHOT, known, write_tag([a_hold(ADMIN, LATER)]), NOW)
    assert found.learned == found.in_force == (a_hold(ADMIN, LATER),)
    assert found.over == ()


def test_a_holder_whom_only_the_tag_names_is_learned_with_its_end() -> None:
    value = write_tag([a_hold(ADMIN, LATER), a_hold(RESTORE, NOW)])
    found = settle(SNAPSHOT, [a_hold(RESTORE, NOW)], value, NOW)
    assert [(hold.holder, hold.until) for hold in found.learned] == [(code_of(ADMIN), LATER)]
    assert holders(found.over) == [RESTORE]
    learned = settle(SNAPSHOT, found.learned, value, LATER)
    assert holders(learned.over) == [code_of(ADMIN)]


@pytest.mark.parametrize(
    "value", ["true", "", "yes", "ask Ann first", "restore:0123456789abcdef@20269999T180000Z", "others.0"]
)
def test_whatever_else_a_tag_says_was_set_by_hand_and_holds_for_good(value: str) -> None:
    found = settle(SNAPSHOT, [a_hold(RESTORE, NOW)], value, NOW)
    assert holders(found.in_force) == [BY_HAND]
    assert found.in_force[0].until == FOREVER
    assert write_tag(found.in_force) == "hand"


def test_what_was_given_back_is_over_whatever_the_tag_says_and_also_under_its_short_name() -> None:
    lifted = replace(a_hold(ADMIN), lifted_at=NOW)
    found = settle(SNAPSHOT, [lifted, a_hold(code_of(ADMIN))], code_of(ADMIN), NOW)
    assert (found.in_force, holders(found.over)) == ((), [ADMIN, code_of(ADMIN)])


def test_a_hold_is_in_force_although_one_learned_from_the_tag_was_given_back_under_its_name() -> None:
    learned = replace(a_hold(code_of(ADMIN)), lifted_at=NOW)
    for known in ([learned, a_hold(ADMIN)], [a_hold(ADMIN), learned]):
        found = settle(SNAPSHOT, known, code_of(ADMIN), NOW)
        assert (holders(found.in_force), holders(found.over)) == ([ADMIN], [code_of(ADMIN)])


def test_a_needed_hold_stays_in_force_after_its_end() -> None:
    known = [a_hold(RESTORE, NOW)]
    found = settle(SNAPSHOT, known, write_tag(known), NOW, [RESTORE])
    assert (holders(found.in_force), found.over) == ([RESTORE], ())


def test_a_tag_of_a_version_before_belongs_to_its_holds_and_ends_none_by_time() -> None:
    old = replace(a_hold("api", NOW), named=False)
    found = settle(SNAPSHOT, [old], "true", NOW)
    assert found.in_force == found.learned == (replace(old, until=FOREVER),)
    lifted = settle(SNAPSHOT, [replace(old, lifted_at=NOW)], "true", NOW)
    assert (lifted.in_force, holders(lifted.over)) == ((), ["api"])
    acting = settle(SNAPSHOT, [replace(old, until=LATER)], "true", NOW, acting="api")
    assert acting.learned == ()


def test_a_tag_names_a_hold_until_its_holder_is_taken_out() -> None:
    assert names(write_tag([a_hold(ADMIN)]), [a_hold(ADMIN)])
    assert not names(write_tag([a_hold(RESTORE)]), [a_hold(ADMIN)])
    assert not names(None, [a_hold(ADMIN)])
    assert names("true", [replace(a_hold("api"), named=False)])


@pytest.mark.parametrize(
    ("value", "ended"),
    [
        ("restore:0123456789abcdef@20261123T000000Z", ("restore:0123456789abcdef",)),
        ("restore:0123456789abcdef@20261123T000000Z cluster:ann-0a1b2c3d4e", ("restore:0123456789abcdef",)),
        ("restore:0123456789abcdef@20270101T000000Z", ()),
        ("restore:0123456789abcdef@20261123T000000Z restore:fedcba9876543210@20270101T000000Z", ()),
        ("restore:0123456789abcdef@20261123T000000Z others.2", ()),
        ("restore:0123456789abcdef", ()),
        ("true", ()),
        ("", ()),
    ],
)
def test_restores_of_a_tag_have_ended_when_all_of_them_have(value: str, ended: tuple[str, ...]) -> None:
    assert ended_restores(value, datetime(2026, 11, 24, tzinfo=UTC)) == ended

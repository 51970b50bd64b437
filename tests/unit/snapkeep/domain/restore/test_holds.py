"""When a hold ends."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.restore.holds import Hold, principal_of
from tests.fakes.restore_samples import NOW


def test_a_hold_ends_at_its_time_and_not_before() -> None:
    hold = Hold("snap-1", "ann", "audit", NOW)
    assert hold.ended(NOW) and not hold.ended(NOW - timedelta(seconds=1))
    assert hold.ends == NOW


def test_a_hold_without_an_end_never_ends_by_itself() -> None:
    hold = Hold("snap-1", "ann", "audit")
    assert hold.ends is None and not hold.ended(NOW + timedelta(days=365_000))


def test_only_the_hold_of_a_restore_names_one() -> None:
    holders = ("restore 0123", "failed restore 0123", "api", "tag")
    assert [Hold("snap-1", holder, "because").restore for holder in holders] == ["0123", "", "", ""]


def test_what_was_given_back_has_ended_whatever_its_end() -> None:
    assert Hold("snap-1", "ann", "audit", lifted_at=NOW).ended(NOW)


def test_sessions_of_a_role_are_one_principal_and_users_are_themselves() -> None:
    role = "arn:aws:sts::123456789012:assumed-role/Admin"
    assert principal_of(f"{role}/monday") == principal_of(f"{role}/tuesday") == role
    assert principal_of(f"{role}2/monday") != role
    assert principal_of("arn:aws:iam::123456789012:user/ann") == "arn:aws:iam::123456789012:user/ann"


def test_a_user_is_no_session_whatever_the_path_says() -> None:
    user = "arn:aws:iam::123456789012:user/:assumed-role/team/ann"
    assert principal_of(user) == user

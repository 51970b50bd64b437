"""A deployment lists its own snapshots and those from before the tag, and names all that it creates."""

from __future__ import annotations

from snapkeep.adapters.aws.own_snapshots import OwnSnapshots
from snapkeep.domain import tags
from tests.fakes.snapshots import FakeSnapshots

OURS = {tags.MANAGED: "true"}


def an_account() -> tuple[FakeSnapshots, OwnSnapshots, OwnSnapshots]:
    account = FakeSnapshots()
    account.add_volume("vol-1", instance="i-1")
    return account, OwnSnapshots(account, "blue"), OwnSnapshots(account, "green")


def test_each_lists_its_own_and_what_names_no_deployment() -> None:
    account, blue, green = an_account()
    before = account.create("vol-1", OURS, "")
    first = blue.create("vol-1", OURS, "")
    second = green.create("vol-1", OURS, "")

    assert [each.id for each in blue.find(OURS)] == [before.id, first.id]
    assert [each.id for each in green.find(OURS)] == [before.id, second.id]


def test_members_of_a_group_name_the_deployment() -> None:
    _, blue, green = an_account()
    (member,) = blue.create_group("i-1", [], OURS, "")

    assert member.tags == {**OURS, tags.DEPLOYMENT: "blue"}
    assert not list(green.find(OURS))


def test_what_is_asked_for_by_its_id_is_shown_whoever_has_it() -> None:
    _, blue, green = an_account()
    theirs = blue.create("vol-1", OURS, "")

    assert green.get(theirs.id) == theirs
    assert green.get_many([theirs.id]) == {theirs.id: theirs}

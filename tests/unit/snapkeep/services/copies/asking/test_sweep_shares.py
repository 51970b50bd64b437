"""Nothing stays shared that nobody asks for, and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.domain import tags
from snapkeep.domain.errors import TemporaryError
from tests.fakes.asking import ACCOUNT, VAULT, AskWorld


def test_a_share_that_could_not_be_ended_is_ended_by_a_later_turn() -> None:
    world = AskWorld("mysql")
    world.turn()
    world.shares.fail_next("unshare", *[TemporaryError("EC2 does not answer")] * 2)
    (report,) = world.answer("mysql")
    assert world.shared() == ["mysql"] and report.given_up
    world.later(minutes=5)
    assert world.shared() == []


def test_what_is_asked_for_stays_shared_also_when_an_index_lags() -> None:
    world = AskWorld()
    world.turn()
    world.later(minutes=5)
    assert world.shared() == ["mysql", "wordpress"]


def test_what_another_place_in_that_account_asks_for_stays_shared() -> None:
    world = AskWorld("mysql")
    second = replace(VAULT, name="second", region="us-east-1")
    world.turn()
    world.deployment = replace(world.deployment, places=(VAULT, second))
    world.build()
    world.taker.run(world.owner())
    assert world.shared() == ["mysql"]


def test_shares_with_others_and_snapshots_of_others_are_left_alone() -> None:
    world = AskWorld("mysql")
    (source,) = world.ebs.all.values()
    world.ebs.put(replace(source, id="snap-theirs", tags=source.tags | {tags.DEPLOYMENT: "other"}))
    world.ebs.put(replace(source, id="snap-plain", tags={}))
    kept = {("snap-theirs", ACCOUNT), ("snap-plain", ACCOUNT), (source.id, "333344445555")}
    world.shares.all |= kept
    world.turn()
    world.answer("mysql")
    assert world.shares.all == kept

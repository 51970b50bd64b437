"""Points that rules want and that wait are listed beside the copies."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain.copies.view.shown import CopyQuery, ShownCopy, ShownState
from snapkeep.wiring.copies import list_copies
from tests.fakes.asking import AskWorld
from tests.fakes.copying import CopyWorld
from tests.fakes.world import SLOT

AWS_KEY = "arn:aws:kms:ap-northeast-2:111122223333:key/aws"


def listed(world: CopyWorld, **wanted: str) -> list[ShownCopy]:
    return list(list_copies(world.ports()).page("myeks", CopyQuery(**wanted), 50).copies)  # type: ignore[arg-type]


def states(world: CopyWorld, **wanted: str) -> list[tuple[str, str]]:
    return [(copy.claim, copy.state.value) for copy in listed(world, **wanted)]


def test_a_point_is_wanted_until_its_copy_begins() -> None:
    world = CopyWorld("mysql", "redis")
    (mysql, redis) = listed(world)
    assert (mysql.state, redis.state) == (ShownState.WANTED, ShownState.WANTED)
    assert mysql.reason == "the rule of policy nightly wants it; it waits for its turn"
    assert (mysql.snapshot_id, mysql.size_bytes) == ("", 4 * 2**30)
    world.osaka.most_in_progress = 1
    world.turn()
    assert sorted(states(world)) == [("mysql", "pending"), ("redis", "wanted")]
    world.osaka.most_in_progress = 20
    world.live(minutes=15)
    assert sorted(states(world)) == [("mysql", "ready"), ("redis", "ready")]


def test_what_ec2_refused_for_now_says_so() -> None:
    world = CopyWorld("mysql")
    world.osaka.most_in_progress = 0
    world.turn()
    (copy,) = listed(world)
    assert copy.state is ShownState.WANTED
    assert copy.reason.startswith("the rule of policy nightly wants it; it waits for its turn: ")


def test_filters_meet_what_waits_and_a_single_point_is_not_looked_for() -> None:
    world = CopyWorld("mysql", "redis")
    assert states(world, claim="redis") == [("redis", "wanted")]
    assert states(world, state="ready") == []
    assert states(world, state="wanted", policy="weekly") == []
    assert listed(world, point=listed(world)[0].point_id) == []


def test_a_point_that_people_cancelled_or_that_failed_is_listed_once() -> None:
    world = CopyWorld("mysql")
    world.osaka.closed_keys = {world.deployment.places[0].kms_key}
    world.live(minutes=10)
    assert [state for _, state in states(world)] == ["failed"]


def test_a_point_that_a_vault_cannot_copy_says_why() -> None:
    world = AskWorld("mysql")
    world.keys.of_aws.add(AWS_KEY)
    for name, snapshot in [*world.ebs.all.items()]:
        world.ebs.all[name] = replace(snapshot, key=AWS_KEY)
    world.turn()
    (copy,) = listed(world)
    assert copy.state is ShownState.WANTED
    assert copy.reason.startswith(f"cannot be copied: key {AWS_KEY}")


def test_a_newer_point_is_wanted_beside_the_copy_of_the_last_one() -> None:
    world = CopyWorld("mysql")
    world.live(minutes=10)
    world.back_up_again(SLOT + timedelta(days=1))
    assert states(world) == [("mysql", "wanted"), ("mysql", "ready")]

"""Tags that were lent to restores of a lost journal come off once those restores have ended."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.domain import tags
from snapkeep.domain.drivers import EBS_CSI
from snapkeep.domain.errors import Throttled
from tests.fakes.adopting import SPARE, AdoptingWorld


def is_bare(world: AdoptingWorld) -> bool:
    """True when the copy carries neither a driver's tags nor a hold."""
    return not {tags.HOLD, EBS_CSI.mark, EBS_CSI.cluster_key} & world.copy_of().tags.keys()


def made_anew(world: AdoptingWorld) -> None:
    """The deployment is deleted and made anew: its journal is empty."""
    world.journal = AdoptingWorld().journal
    world.rebuild()


def test_what_a_lost_journal_had_lent_is_taken_back_when_its_hold_is_over() -> None:
    world = AdoptingWorld()
    world.ask()
    made_anew(world)
    world.finish()
    assert world.lent() == SPARE, "the claim may still be waiting"
    world.wait(hours=24)
    world.finish()
    assert is_bare(world)


def test_trouble_with_one_copy_stops_no_other_and_is_tried_again() -> None:
    world = AdoptingWorld()
    world.ask()
    world.ask(claim="wordpress", target="too")
    made_anew(world)
    world.wait(days=2)
    world.ebs.fail_next("remove_tags", Throttled("RequestLimitExceeded"))
    world.finish()
    assert sorted([world.lent(), world.lent("wordpress")]) == ["", SPARE]
    world.finish()
    assert is_bare(world) and world.lent("wordpress") == ""


def test_a_restore_that_lasts_longer_than_its_first_hold_keeps_the_tags() -> None:
    world = AdoptingWorld()
    world.ask()
    for _ in range(3):
        world.wait(hours=13)
        world.finish()
    assert world.lent() == SPARE
    made_anew(world)
    world.ask(target="second")
    world.wait(hours=30)
    world.finish(passes=2)
    assert world.lent() == SPARE
    world.settle()
    assert is_bare(world)


def test_tags_that_a_person_put_on_stay() -> None:
    world = AdoptingWorld()
    world.ebs.add_tags(world.copy_of().id, EBS_CSI.tags(SPARE) | {tags.HOLD: "true"})
    world.wait(days=9)
    world.finish()
    assert world.lent() == SPARE


def test_without_adopt_no_copy_is_touched_and_what_was_lent_before_is_told_with_the_command() -> None:
    world = AdoptingWorld()
    world.ask()
    world.deployment = replace(world.deployment, adopt=False)
    made_anew(world)
    world.wait(days=2)
    report = world.finisher.run()
    assert world.lent() == SPARE
    told = report.given_up["lent tags"]
    assert f"aws ec2 delete-tags --resources {world.copy_of().id} --tags Key=ebs.csi.aws.com/cluster" in told
    assert "adopt: true once more" in told


def test_without_adopt_nothing_is_told_of_tags_that_nobody_lent() -> None:
    world = AdoptingWorld()
    world.ebs.add_tags(world.copy_of().id, EBS_CSI.tags(SPARE))
    world.deployment = replace(world.deployment, adopt=False)
    world.rebuild()
    assert world.finisher.run().given_up == {}

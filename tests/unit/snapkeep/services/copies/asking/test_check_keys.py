"""A point under the key of AWS is never asked for, and people are told why, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain.troubles import TroubleKind
from tests.fakes.asking import AskWorld
from tests.fakes.world_reads import SLOT

AWS_KEY = "arn:aws:kms:ap-northeast-2:111122223333:key/aws"
OWN_KEY = "arn:aws:kms:ap-northeast-2:111122223333:key/own"


def encrypted(world: AskWorld, **keys: str) -> None:
    """Put the snapshots of the claims under these keys."""
    for name, snapshot in [*world.ebs.all.items()]:
        key = keys.get(snapshot.tags["snapkeep:claim"], "")
        world.ebs.all[name] = replace(snapshot, key=key)


def test_a_point_under_the_key_of_aws_is_told_like_a_late_one_and_never_asked_for() -> None:
    world = AskWorld("mysql", "plain", "own")
    world.keys.of_aws.add(AWS_KEY)
    encrypted(world, mysql=AWS_KEY, own=OWN_KEY)
    report = world.turn()
    assert sorted(request.tags["snapkeep:claim"] for request in world.requests()) == ["own", "plain"]
    (reason,) = report.late.values()
    assert reason.startswith(f"cannot be copied: key {AWS_KEY}") and "kmsKeyId" in reason
    assert [*report.late] == ["shop/mysql (nightly)"]
    assert world.held() == ["own", "plain"] and not report.failed
    assert "mysql" not in world.records()


def test_it_is_told_once_though_every_day_has_a_new_point() -> None:
    world = AskWorld("mysql")
    world.keys.of_aws.add(AWS_KEY)
    encrypted(world, mysql=AWS_KEY)
    for day in range(1, 5):
        world.turn()
        world.back_up_again(SLOT + timedelta(days=day))
        encrypted(world, mysql=AWS_KEY)
        world.turn()
    assert [topic.kind for topic, *_ in world.news.troubles] == [TroubleKind.COPIES_LATE]


def test_a_claim_on_a_new_volume_under_a_key_of_its_own_is_asked_for() -> None:
    world = AskWorld("mysql")
    world.keys.of_aws.add(AWS_KEY)
    encrypted(world, mysql=AWS_KEY)
    world.turn()
    encrypted(world, mysql=OWN_KEY)
    assert len(world.turn().started) == 1
    (report,) = world.answer("mysql")
    assert len(report.ready) == 1 and report.late == {}

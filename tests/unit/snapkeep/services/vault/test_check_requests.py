"""Requests that do not hold: refused with the figures, told to the vault's people, and nothing is copied."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.copies.requests import Outcome
from snapkeep.domain.points import SnapshotState
from snapkeep.domain.troubles import TroubleKind
from tests.fakes.asking import ACCOUNT
from tests.fakes.pulling import PullWorld

OTHER = "snap-0aaaaaaaaaaaaaaa1"


def test_another_snapshot_of_a_point_that_is_here_is_refused_and_told() -> None:
    world = PullWorld("mysql")
    request = world.asked()
    world.send(request)
    world.source.ebs.put(replace(world.source.ebs.all[request.snapshot], id=OTHER))
    world.source.shares.share(OTHER, ACCOUNT)
    forged = replace(request, snapshot=OTHER)
    world.send(forged)
    world.finish()
    world.send(forged)
    outcome, reason = world.last()
    assert outcome is Outcome.REFUSED and f"no other snapshot for it, such as {OTHER}, is copied" in reason
    assert world.ec2.calls["copy"] == 1
    assert [reason] == world.told(TroubleKind.REQUESTS_REFUSED)[-1:]


def test_another_snapshot_does_not_take_the_place_of_a_copy_that_somebody_deleted() -> None:
    world = PullWorld("mysql")
    request = world.asked()
    world.send(request)
    world.finish()
    (copy,) = world.ec2.all.values()
    world.ec2.all[copy.id] = replace(copy, state=SnapshotState.RECOVERABLE)
    world.wait(hours=3)
    world.source.ebs.put(replace(world.source.ebs.all[request.snapshot], id=OTHER))
    world.source.shares.share(OTHER, ACCOUNT)
    world.send(replace(request, snapshot=OTHER))
    outcome, reason = world.last()
    assert outcome is Outcome.REFUSED and f"was here as {copy.id}, the copy of {request.snapshot}" in reason
    assert world.ec2.calls["copy"] == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"size_bytes": 2**30}, "has 4 GiB in EC2, and 1 GiB in the request"),
        ({tags.CLUSTER: "other"}, "cluster 'other' does not belong to prod, which has myeks"),
        ({tags.CLAIM_UID: "another"}, "contradict each other"),
        ({tags.SLOT: "20261123T180000Z"}, "contradict each other"),
        ({tags.POINT: "mysql-20261124t180000z-0123456789"}, "contradict each other"),
        ({tags.NAMESPACE: "<script>"}, "the tag snapkeep:namespace of mysql-"),
        ({tags.SIZE: "much"}, "the tag snapkeep:size of mysql-"),
        ({tags.ACCESS_MODES: ""}, "the tag snapkeep:access-modes of mysql-"),
    ],
)
def test_a_forged_request_is_refused_with_the_figures_and_copies_nothing(
    changes: dict[str, object], reason: str
) -> None:
    world = PullWorld("mysql")
    request = world.asked()
    fields = {key: value for key, value in changes.items() if not key.startswith("snapkeep:")}
    forged = {key: str(value) for key, value in changes.items() if key.startswith("snapkeep:")}
    world.send(replace(request, tags={**request.tags, **forged}, **fields))
    outcome, said = world.last()
    assert outcome is Outcome.REFUSED and reason in said
    assert (world.ec2.calls["copy"], world.waiting()) == (0, [])
    assert world.told(TroubleKind.REQUESTS_REFUSED) == [said]


def test_the_snapshot_of_another_account_is_refused() -> None:
    world = PullWorld("mysql")
    request = world.asked()
    found = world.source.ebs.all[request.snapshot]
    world.source.ebs.all[found.id] = replace(found, owner="999999999999")
    world.send(request)
    outcome, reason = world.last()
    assert outcome is Outcome.REFUSED and "belongs to account 999999999999, and prod is account" in reason


@pytest.mark.parametrize(("days", "said"), [(3, "does not fit its slot"), (40, "and now it is")])
def test_a_snapshot_that_does_not_fit_its_slot_is_refused(days: int, said: str) -> None:
    world = PullWorld("mysql")
    request = world.asked()
    found = world.source.ebs.all[request.snapshot]
    if days == 3:
        world.wait(days=10)
    world.source.ebs.all[found.id] = replace(found, started_at=found.started_at + timedelta(days=days))
    world.send(request)
    outcome, reason = world.last()
    assert outcome is Outcome.REFUSED and said in reason


def test_a_snapshot_under_a_key_of_aws_or_in_the_archive_is_refused() -> None:
    for change, said in (
        ({"key": "arn:aws:kms:ap-northeast-2:111122223333:key/aws"}, "an AWS managed key"),
        ({"archived": True}, "is archived"),
    ):
        world = PullWorld("mysql")
        request = world.asked()
        found = world.source.ebs.all[request.snapshot]
        world.source.ebs.all[found.id] = replace(found, **change)  # type: ignore[arg-type]
        world.keys.of_aws.add("arn:aws:kms:ap-northeast-2:111122223333:key/aws")
        world.send(request)
        outcome, reason = world.last()
        assert outcome is Outcome.REFUSED and said in reason


def test_refusals_are_told_once_a_week_for_each_kind() -> None:
    world = PullWorld("mysql")
    request = world.asked()
    for number in range(20):
        world.send(replace(request, size_bytes=2**30 * (number + 5)))
        world.wait(hours=1)
    world.send(replace(request, tags={**request.tags, tags.CLUSTER: "other"}))
    assert len(world.told(TroubleKind.REQUESTS_REFUSED)) == 2
    world.wait(days=8)
    world.turn()
    assert len(world.told(TroubleKind.REQUESTS_REFUSED)) == 2
    world.send(replace(request, size_bytes=2**30))
    assert len(world.told(TroubleKind.REQUESTS_REFUSED)) == 3


def test_a_snapshot_that_is_not_shared_fails_so_that_the_source_tries_again_and_people_hear_of_it() -> None:
    world = PullWorld("mysql")
    world.send(replace(world.asked(), snapshot=OTHER))
    world.wait(minutes=5)
    world.turn()
    outcome, reason = world.last()
    assert outcome is Outcome.FAILED
    assert f"does not show {OTHER}: it is gone, or not shared with this account" in reason
    assert (world.told(TroubleKind.REQUESTS_REFUSED), world.waiting()) == ([reason], [])


def test_a_share_that_ec2_does_not_show_yet_is_waited_for() -> None:
    world = PullWorld("mysql")
    request = world.asked()
    world.source.shares.unshare(request.snapshot, ACCOUNT)
    world.send(request)
    assert (world.answered(), len(world.waiting())) == ([], 1)
    world.wait(minutes=1)
    world.source.shares.share(request.snapshot, ACCOUNT)
    world.turn()
    assert world.ec2.calls["copy"] == 1

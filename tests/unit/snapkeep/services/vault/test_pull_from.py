"""What a vault does with requests: it copies what holds, once, and tells the source and its own people about
the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.copies.records import CopyStage
from snapkeep.domain.copies.requests import CopyRequest, Outcome
from snapkeep.domain.copies.tags import COPY_FROM
from snapkeep.domain.errors import Forbidden, TemporaryError
from snapkeep.domain.points import SnapshotState
from snapkeep.domain.troubles import TroubleKind
from snapkeep.services.vault import known_sources
from tests.fakes.asking import ACCOUNT, VAULT_KEY
from tests.fakes.copies import BAD_KEY
from tests.fakes.pulling import PROD, PullWorld

OTHER = "snap-0aaaaaaaaaaaaaaa1"


def asked(world: PullWorld) -> CopyRequest:
    """The request for the only claim, which has not reached the vault."""
    world.source.turn()
    world._delivered = len(world.source.vaults.asked)
    return world.source.requests()[-1]


def last(world: PullWorld) -> tuple[Outcome, str]:
    answer = world.answered()[-1]
    return answer.outcome, answer.reason


def test_a_copy_is_locked_while_it_is_pending_and_its_answer_says_what_ec2_shows() -> None:
    world = PullWorld("mysql")
    world.ask()
    (copy,) = world.ec2.all.values()
    assert (copy.state, copy.id in world.ec2.locks) == (SnapshotState.PENDING, True)
    assert copy.tags[COPY_FROM] == "111122223333/ap-northeast-2"
    assert world.answered() == []
    world.finish()
    (answer,) = world.answered()
    (lock,) = world.ec2.locks[copy.id]
    assert (answer.outcome, answer.copy, answer.kms_key) == (Outcome.READY, copy.id, VAULT_KEY)
    assert (answer.region, answer.locked_until) == ("eu-west-1", lock.locked_until)


def test_a_point_that_is_here_is_answered_at_once_and_not_copied_again() -> None:
    world = PullWorld("mysql")
    world.live(minutes=20)
    request = world.source.requests()[-1]
    for _ in range(3):
        world.send(request)
    assert [answer.outcome for answer in world.answered()] == [Outcome.READY] * 4
    assert (world.ec2.calls["copy"], world.waiting()) == (1, [])


def test_another_snapshot_of_a_point_that_is_here_is_refused_and_told() -> None:
    world = PullWorld("mysql")
    request = asked(world)
    world.send(request)
    world.source.ebs.put(replace(world.source.ebs.all[request.snapshot], id=OTHER))
    world.source.shares.share(OTHER, ACCOUNT)
    forged = replace(request, snapshot=OTHER)
    world.send(forged)
    world.finish()
    world.send(forged)
    outcome, reason = last(world)
    assert outcome is Outcome.REFUSED and f"no other snapshot for it, such as {OTHER}, is copied" in reason
    assert world.ec2.calls["copy"] == 1
    assert [reason] == world.told(TroubleKind.REQUESTS_REFUSED)[-1:]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"size_bytes": 2**30}, "has 4 GiB in EC2, and 1 GiB in the request"),
        ({tags.CLUSTER: "other"}, "cluster 'other' is not prod's, which has myeks"),
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
    request = asked(world)
    fields = {key: value for key, value in changes.items() if not key.startswith("snapkeep:")}
    forged = {key: str(value) for key, value in changes.items() if key.startswith("snapkeep:")}
    world.send(replace(request, tags={**request.tags, **forged}, **fields))
    outcome, said = last(world)
    assert outcome is Outcome.REFUSED and reason in said
    assert (world.ec2.calls["copy"], world.waiting()) == (0, [])
    assert world.told(TroubleKind.REQUESTS_REFUSED) == [said]


def test_the_snapshot_of_another_account_is_refused() -> None:
    world = PullWorld("mysql")
    request = asked(world)
    found = world.source.ebs.all[request.snapshot]
    world.source.ebs.all[found.id] = replace(found, owner="999999999999")
    world.send(request)
    outcome, reason = last(world)
    assert outcome is Outcome.REFUSED and "belongs to account 999999999999, and prod is account" in reason


@pytest.mark.parametrize(("days", "said"), [(3, "does not fit its slot"), (40, "and now it is")])
def test_a_snapshot_that_does_not_fit_its_slot_is_refused(days: int, said: str) -> None:
    world = PullWorld("mysql")
    request = asked(world)
    found = world.source.ebs.all[request.snapshot]
    if days == 3:
        world.wait(days=10)
    world.source.ebs.all[found.id] = replace(found, started_at=found.started_at + timedelta(days=days))
    world.send(request)
    outcome, reason = last(world)
    assert outcome is Outcome.REFUSED and said in reason


def test_a_snapshot_under_a_key_of_aws_or_in_the_archive_is_refused() -> None:
    for change, said in (
        ({"key": "arn:aws:kms:ap-northeast-2:111122223333:key/aws"}, "a key of AWS"),
        ({"archived": True}, "is archived"),
    ):
        world = PullWorld("mysql")
        request = asked(world)
        found = world.source.ebs.all[request.snapshot]
        world.source.ebs.all[found.id] = replace(found, **change)  # type: ignore[arg-type]
        world.keys.of_aws.add("arn:aws:kms:ap-northeast-2:111122223333:key/aws")
        world.send(request)
        outcome, reason = last(world)
        assert outcome is Outcome.REFUSED and said in reason


def test_refusals_are_told_once_a_week_for_each_kind() -> None:
    world = PullWorld("mysql")
    request = asked(world)
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


def test_a_copy_that_ec2_fails_is_tried_three_times_then_answered_and_tried_anew_when_asked_again() -> None:
    world = PullWorld("mysql")
    world.ec2.fails = [BAD_KEY] * 3
    request = asked(world)
    world.send(request)
    for _ in range(30):
        world.turn()
        world.finish()
        world.wait(minutes=5)
    outcome, reason = last(world)
    assert outcome is Outcome.FAILED and BAD_KEY in reason
    assert (world.ec2.calls["copy"], len(world.answered()), world.waiting()) == (3, 1, [])
    assert len(world.told(TroubleKind.COPY_FAILED)) == 1
    world.send(request)  # the same event once more
    assert (world.ec2.calls["copy"], last(world)[0]) == (3, Outcome.FAILED)
    world.send(replace(request, asked_at=world.clock()))
    world.finish()
    assert (world.ec2.calls["copy"], last(world)[0]) == (4, Outcome.READY)


def test_a_disabled_key_of_the_vault_fails_copies_and_says_so() -> None:
    world = PullWorld("mysql")
    world.ec2.closed_keys.add(VAULT_KEY)
    world.live(minutes=240)
    assert Outcome.FAILED in {answer.outcome for answer in world.answered()}
    assert all(BAD_KEY in answer.reason for answer in world.answered())
    assert world.source.records()["mysql"].stage is CopyStage.GIVEN_UP
    assert len(world.told(TroubleKind.COPY_FAILED)) == len(world.source.told(TroubleKind.COPY_FAILED)) == 1
    world.ec2.closed_keys.clear()
    world.source.back_up_again(world.clock().replace(microsecond=0))
    world.live(minutes=20)
    assert world.source.records()["mysql"].stage is CopyStage.READY


def test_a_full_region_lets_requests_wait() -> None:
    world = PullWorld("mysql", "wordpress")
    world.ec2.most_in_progress = 1
    world.live(minutes=40)
    assert [answer.outcome for answer in world.answered()] == [Outcome.READY] * 2
    assert world.news.troubles == []


@pytest.mark.parametrize("half_way", ["unshare", "delete"])
def test_a_source_that_goes_half_way_fails_the_copy_or_not_as_ec2_says(half_way: str) -> None:
    world = PullWorld("mysql")
    request = asked(world)
    world.send(request)
    world.source.shares.unshare(request.snapshot, ACCOUNT)
    if half_way == "delete":
        world.source.ebs.delete(request.snapshot)
    world.finish()
    for _ in range(30):
        world.turn()
        world.wait(minutes=5)
    outcome, reason = last(world)
    if half_way == "unshare":
        assert outcome is Outcome.READY
    else:
        assert outcome is Outcome.FAILED and "is gone, or not shared" in reason
    assert (world.ec2.calls["copy"], world.waiting()) == (1, [])


def test_a_point_that_is_unshared_between_the_check_and_the_copy_is_not_copied() -> None:
    world = PullWorld("mysql")
    request = asked(world)
    world.journal.vault_requests.meanwhile(
        "request", lambda: world.source.shares.unshare(request.snapshot, ACCOUNT)
    )
    world.send(request)
    world.turn()
    outcome, reason = last(world)
    assert outcome is Outcome.FAILED and "is gone, or not shared" in reason
    assert world.ec2.calls["copy"] == 0


def test_ec2_that_does_not_answer_lets_requests_wait() -> None:
    world = PullWorld("mysql")
    world.shared.fail_next("shared", *[TemporaryError("describe: timed out")] * 2)
    world.ask()
    assert world.turn().given_up == {"prod: new copies": "describe: timed out"}
    assert world.answered() == []
    world.live(minutes=15)
    assert last(world)[0] is Outcome.READY


def test_a_bus_that_takes_no_answer_gets_it_later_and_people_hear_of_it_if_that_lasts() -> None:
    world = PullWorld("mysql")
    world.answers.fail_next("answer", *[TemporaryError("did not take the answer: AccessDenied")] * 8)
    world.live(minutes=60)
    assert [answer.outcome for answer in world.answered()] == [Outcome.READY]
    assert len(world.told(TroubleKind.WORK_GIVEN_UP)) == 1
    assert world.ec2.calls["copy"] == 1


def test_a_copy_that_cannot_be_locked_is_told_and_locked_later() -> None:
    world = PullWorld("mysql")
    world.ec2.fail_next("lock", *[Forbidden("lock: UnauthorizedOperation")] * 4)
    world.live(minutes=15)
    assert last(world)[0] is Outcome.READY and world.answered()[-1].locked_until is None
    (reason,) = world.told(TroubleKind.COPIES_NOT_LOCKED)
    assert "UnauthorizedOperation" in reason
    world.live(minutes=20)
    assert len(world.ec2.locks) == 1


def test_a_copy_that_somebody_deletes_is_told_and_made_again_once_when_asked() -> None:
    world = PullWorld("mysql")
    request = asked(world)
    lost = []
    for _ in range(2):
        world.send(request)
        world.finish()
        (name,) = world.ec2.all
        assert last(world) == (Outcome.READY, "")
        world.ec2.all.clear()
        world.wait(days=1)
        world.turn()
        lost.append(f"{name} was deleted in EC2, and not by Snapkeep")
    assert world.told(TroubleKind.COPIES_LOST) == lost[:1]  # one claim, within a week
    world.send(request)
    outcome, reason = last(world)
    assert outcome is Outcome.REFUSED and "the second copy that somebody deleted" in reason
    assert world.ec2.calls["copy"] == 2


def test_a_source_that_falls_silent_is_told_only_if_it_has_copies() -> None:
    world = PullWorld("mysql")
    world.wait(days=3)
    world.turn()
    assert world.told(TroubleKind.SOURCE_SILENT) == []
    world.live(minutes=20)
    world.wait(days=2)
    world.turn()
    (reason,) = world.told(TroubleKind.SOURCE_SILENT)
    assert "prod (deployment snapkeep in 111122223333/ap-northeast-2) has asked for nothing since" in reason
    world.send(world.source.requests()[-1])
    world.turn()
    world.wait(days=8)
    world.turn()
    assert len(world.told(TroubleKind.SOURCE_SILENT)) == 2


def test_a_copy_that_says_that_it_is_from_elsewhere_counts_nowhere() -> None:
    world = PullWorld("mysql")
    world.live(minutes=20)
    (copy,) = world.ec2.all.values()
    world.ec2.all[copy.id] = replace(copy, tags=copy.tags | {COPY_FROM: "999999999999/ap-northeast-2"})
    world.wait(days=1)
    for _ in range(2):
        world.turn()
    (reason,) = world.told(TroubleKind.COPIES_LOST)
    assert reason == f"{copy.id} is hidden: its tags no longer say that it is a copy there"


def test_a_source_of_the_config_of_which_nothing_is_known_costs_little() -> None:
    world = PullWorld("mysql", sources=[replace(PROD, name="quiet", deployment="other")])
    report = world.turn()
    assert (report.place, report.given_up, report.answered) == ("quiet", {}, {})


def test_a_source_that_left_the_config_is_told_until_its_copies_are_gone() -> None:
    world = PullWorld("mysql")
    world.live(minutes=20)
    world.vault = replace(world.vault, sources=())
    world.build()
    for _ in range(3):
        world.puller.run(world.owner())
        world.wait(days=1)
    (reason,) = world.told(TroubleKind.COPIES_LEFT)
    assert reason.startswith("copies of prod, which the config no longer names: 1. Nothing prunes them")
    world.ec2.all.clear()
    world.wait(days=8)
    for _ in range(2):
        world.puller.run(world.owner())
    assert len(world.told(TroubleKind.COPIES_LEFT)) == 1
    assert world.journal.copies.known == {}


def test_a_copy_that_takes_very_long_is_told() -> None:
    world = PullWorld("mysql")
    world.ask()
    world.wait(hours=2)
    for _ in range(2):
        world.turn()
    (reason,) = world.told(TroubleKind.COPIES_LATE)
    assert "has been in progress since 2026-11-24 18:10 UTC" in reason


def test_a_source_with_very_many_copies_waits_for_the_schedule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_sources, "MANY", 1)
    world = PullWorld("mysql")
    world.live(minutes=20)
    listings = world.ec2.calls["find by snapkeep:managed, snapkeep:place"]
    world.send(world.source.requests()[-1])
    world.puller.ended(world.owner(), {}, sorted(world.ec2.all))
    assert world.ec2.calls["find by snapkeep:managed, snapkeep:place"] == listings
    assert len(world.waiting()) == 1
    world.turn()
    assert (world.waiting(), last(world)[0]) == ([], Outcome.READY)


def test_a_share_that_ec2_does_not_show_yet_is_waited_for() -> None:
    world = PullWorld("mysql")
    request = asked(world)
    world.source.shares.unshare(request.snapshot, ACCOUNT)
    world.send(request)
    assert (world.answered(), len(world.waiting())) == ([], 1)
    world.wait(minutes=1)
    world.source.shares.share(request.snapshot, ACCOUNT)
    world.turn()
    assert world.ec2.calls["copy"] == 1


def test_a_snapshot_that_is_not_shared_fails_so_that_the_source_tries_again_and_people_hear_of_it() -> None:
    world = PullWorld("mysql")
    world.send(replace(asked(world), snapshot=OTHER))
    world.wait(minutes=5)
    world.turn()
    outcome, reason = last(world)
    assert outcome is Outcome.FAILED
    assert f"does not show {OTHER}: it is gone, or not shared with this account" in reason
    assert (world.told(TroubleKind.REQUESTS_REFUSED), world.waiting()) == ([reason], [])

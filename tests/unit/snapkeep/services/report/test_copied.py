"""Coverage of copies: how each claim stands in each place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain.copies.view.standing import CopiedTo, Standing
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.report.coverage import CoverageReport
from snapkeep.domain.troubles import TroubleKind
from snapkeep.wiring.report import show_coverage
from tests.fakes.asking import AskWorld
from tests.fakes.copying import OSAKA, CopyWorld, to_osaka
from tests.fakes.world import SLOT, World, a_claim

DAY = timedelta(days=1)


def report(world: World, namespace: str = "") -> CoverageReport:
    return show_coverage(world.ports()).report("myeks", namespace)


def copied(world: World) -> CopiedTo:
    (copy,) = report(world).claims[0].copies
    return copy


def test_a_claim_stands_by_its_newest_ready_copy() -> None:
    world = CopyWorld("mysql")
    assert (copied(world).standing, copied(world).is_late) == (Standing.NOT_COPIED, False)
    world.turn()
    assert copied(world).standing is Standing.NOT_COPIED
    world.finish()
    assert (copied(world).standing, copied(world).taken) == (Standing.ON_TIME, SLOT)
    for day in (1, 2, 3):
        world.back_up_again(SLOT + day * DAY)
    assert (copied(world).standing, report(world).copies_late) == (Standing.LATE, 1)
    world.live(minutes=10)
    assert (copied(world).standing, report(world).copies_late) == (Standing.ON_TIME, 0)


def test_a_copy_that_was_given_up_says_why_until_a_newer_one_is_ready() -> None:
    world = CopyWorld("mysql")
    world.osaka.closed_keys = {OSAKA.kms_key}
    world.live(minutes=120)
    assert (copied(world).standing, copied(world).is_late) == (Standing.FAILED, True)
    assert "Given key ID is not accessible" in copied(world).reason
    world.osaka.closed_keys = set()
    world.back_up_again(SLOT + DAY)
    world.live(minutes=10)
    assert copied(world).standing is Standing.ON_TIME


def test_the_copy_of_an_earlier_claim_of_the_name_does_not_count() -> None:
    world = CopyWorld("mysql")
    world.live(minutes=10)
    (claim,) = world.cluster.claim_list
    world.cluster.claim_list[:] = [replace(claim, uid="uid-of-a-new-one")]
    assert copied(world).standing is Standing.NOT_COPIED


def test_a_place_that_does_not_answer_is_named_and_coverage_stays() -> None:
    world = CopyWorld("mysql")
    world.osaka.fail_next("find", TemporaryError("the Region is away"))
    found = report(world)
    assert found.copies_unasked == "osaka (ap-northeast-3) did not answer: the Region is away"
    assert (found.claims[0].copies, found.unasked) == ((), "")


def test_copies_in_a_vault_count_by_the_journal() -> None:
    world = CopyWorld("mysql", rule=to_osaka(lock=None))
    world.live(minutes=10)
    world.deployment = replace(world.deployment, places=(replace(OSAKA, account="222233334444"),))
    world.osaka.fail_next("find", AssertionError("nobody here may look into the vault"))
    assert copied(world).standing is Standing.ON_TIME


def test_a_place_that_retires_promises_nothing() -> None:
    world = CopyWorld("mysql")
    world.deployment = replace(world.deployment, places=(replace(OSAKA, retire=True),))
    assert report(world).claims[0].copies == ()


def test_without_copies_in_the_config_nobody_is_asked() -> None:
    world = World(a_claim("mysql"))
    world.back_up(SLOT)
    assert report(world).claims[0].copies == ()
    assert world.regions.all == {}


def test_a_place_says_what_it_holds_and_what_copy_points_does_there() -> None:
    world = CopyWorld("mysql", "redis")
    world.osaka.most_in_progress = 1
    world.turn()
    (osaka,) = report(world).places
    assert (osaka.place, osaka.region, osaka.account, osaka.copies) == ("osaka", "ap-northeast-3", "", 0)
    assert (osaka.in_progress, osaka.waiting, osaka.last_turn) == (1, 1, world.clock())
    world.osaka.most_in_progress = 20
    world.live(minutes=15)
    (osaka,) = report(world).places
    assert (osaka.copies, osaka.bytes, osaka.in_progress, osaka.waiting) == (2, 8 * 2**30, 0, 0)


def test_a_claim_whose_key_no_vault_can_use_is_uncovered_there_with_the_fix() -> None:
    world = AskWorld("mysql")
    key = "arn:aws:kms:ap-northeast-2:111122223333:key/aws"
    world.keys.of_aws.add(key)
    for name, snapshot in [*world.ebs.all.items()]:
        world.ebs.all[name] = replace(snapshot, key=key)
    world.turn()
    found = report(world)
    (copy,) = found.claims[0].copies
    assert (copy.standing, copy.is_late, found.copies_late) == (Standing.CANNOT_BE_COPIED, True, 1)
    assert copy.reason.startswith(f"cannot be copied: key {key}") and "kmsKeyId" in copy.reason


def test_coverage_and_people_are_told_of_the_same_late_claims() -> None:
    world = CopyWorld("mysql")
    world.wait(days=9)
    world.osaka.most_in_progress = 0
    world.turn()
    assert (copied(world).is_late, world.told(TroubleKind.COPIES_LATE)) == (False, [])
    world.wait(days=1)
    world.turn()
    assert copied(world).is_late and len(world.told(TroubleKind.COPIES_LATE)) == 1


def test_copies_show_although_the_cluster_does_not_answer() -> None:
    world = CopyWorld("mysql")
    world.live(minutes=10)
    world.clusters.unreachable.add("myeks")
    found = show_coverage(world.ports()).now_or_remembered("myeks")
    (copy,) = found.claims[0].copies
    assert found.unasked and copy.standing is Standing.ON_TIME

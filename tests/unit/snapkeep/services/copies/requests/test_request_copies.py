"""What people ask of copies: asked once, journaled, refused with the fix, cancelled as far as EC2 lets it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.copies.records import CopyRecord, CopyStage
from snapkeep.domain.copies.tags import CANCELLED
from snapkeep.domain.copies.view.asked import AskedCopy, Outcome
from snapkeep.domain.copies.view.shown import ShownCopy, ShownState
from snapkeep.domain.errors import CopyRefused, NotFound, TemporaryError, Throttled
from snapkeep.services.copies.requests.request_copies import RequestCopies
from snapkeep.wiring.copies import request_copies
from snapkeep.wiring.report import list_points
from tests.fakes.copies import BAD_KEY
from tests.fakes.copying import OSAKA, CopyWorld, to_osaka
from tests.fakes.world import SLOT

DAY = timedelta(days=1)
BY = "arn:aws:iam::111122223333:user/ann"


def asking(world: CopyWorld) -> RequestCopies:
    ports = world.ports()
    return request_copies(ports, list_points(ports))


def ask(world: CopyWorld, point: str, namespace: str = "", place: str = "osaka") -> AskedCopy:
    return asking(world).ask("myeks", namespace, point, place, BY)


def cancel(world: CopyWorld, point: str, namespace: str = "", place: str = "osaka") -> ShownCopy:
    return asking(world).cancel("myeks", namespace, point, place, BY)


def two_days() -> tuple[CopyWorld, str, str]:
    """A world without locks whose rules copied the newer of two points; the older and the newer one's ids."""
    world = CopyWorld("mysql", rule=to_osaka(lock=None, retention={"last": 1}))
    world.back_up_again(SLOT + DAY)
    world.live(minutes=10)
    older, newer = (
        each.tags[tags.POINT] for each in sorted(world.ebs.all.values(), key=lambda each: each.started_at)
    )
    assert [copy.tags[tags.POINT] for copy in world.osaka.all.values()] == [newer]
    return world, older, newer


def record(world: CopyWorld, point: str) -> CopyRecord:
    return world.journal.copies.all["osaka", "myeks", point]


def test_a_point_that_no_rule_wants_is_copied_by_the_next_turn() -> None:
    world, older, _ = two_days()
    asked = ask(world, older)
    assert (asked.outcome, asked.copy.state, asked.copy.asked_by) == (Outcome.ASKED, "waiting", BY)
    assert "by last 1" in asked.kept
    assert ask(world, older) == asked
    world.live(minutes=10)
    assert (record(world, older).stage, record(world, older).asked_by) == (CopyStage.READY, BY)
    assert ask(world, older).outcome is Outcome.THERE
    assert len(world.osaka.all) == 2


def test_what_is_in_progress_or_there_is_not_copied_again() -> None:
    world = CopyWorld("mysql")
    world.turn()
    point = world.point("mysql").id
    assert ask(world, point).outcome is Outcome.IN_PROGRESS
    world.finish()
    assert ask(world, point).outcome is Outcome.THERE
    assert world.osaka.calls["copy"] == 1


def test_a_copy_that_was_given_up_begins_anew_when_somebody_asks() -> None:
    world = CopyWorld("mysql")
    world.osaka.fails = [BAD_KEY] * 3
    world.live(minutes=120)
    point = world.point("mysql").id
    assert record(world, point).stage is CopyStage.GIVEN_UP
    assert ask(world, point).outcome is Outcome.ASKED
    world.live(minutes=10)
    assert (record(world, point).stage, record(world, point).attempt) == (CopyStage.READY, 1)


def test_what_somebody_asked_for_comes_first_of_its_claim() -> None:
    world = CopyWorld("mysql", rule=to_osaka(backfill=5, retention={"last": 9}))
    for day in (1, 2):
        world.back_up_again(SLOT + day * DAY)
    older = min(world.ebs.all.values(), key=lambda each: each.started_at).tags[tags.POINT]
    ask(world, older)
    world.osaka.most_in_progress = 1
    world.turn()
    assert [copy.tags[tags.POINT] for copy in world.osaka.all.values()] == [older]


def test_it_still_waits_if_the_region_is_full() -> None:
    world, older, _ = two_days()
    ask(world, older)
    world.osaka.fail_next("copy", Throttled("20 copies are in progress"))
    world.turn()
    assert (record(world, older).stage, record(world, older).asked_by) == (CopyStage.WAITING, BY)
    world.live(minutes=10)
    assert record(world, older).stage is CopyStage.READY


def test_a_copy_that_no_rule_wants_is_tried_again_when_it_failed() -> None:
    world, older, _ = two_days()
    ask(world, older)
    world.osaka.fails = [BAD_KEY]
    world.live(minutes=10)
    assert record(world, older).stage is CopyStage.FAILED
    world.live(minutes=40)
    assert record(world, older).stage is CopyStage.READY


def test_a_point_that_is_gone_by_the_next_turn_is_given_up() -> None:
    world, older, _ = two_days()
    ask(world, older)
    (source,) = [each.id for each in world.ebs.all.values() if each.tags[tags.POINT] == older]
    del world.ebs.all[source]
    world.turn()
    assert record(world, older).stage is CopyStage.GIVEN_UP
    assert "no longer a ready recovery point" in record(world, older).reason


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        ("archive", "is in the archive tier"),
        ("theirs", "belongs to deployment theirs"),
        ("key", "the kms_key of osaka cannot encrypt copies"),
    ],
)
def test_what_cannot_be_copied_is_refused_and_not_journaled(spoil: str, reason: str) -> None:
    world, older, _ = two_days()
    (source,) = [each for each in world.ebs.all.values() if each.tags[tags.POINT] == older]
    if spoil == "archive":
        world.ebs.archive(source.id)
    elif spoil == "theirs":
        source.tags[tags.DEPLOYMENT] = "theirs"
    else:
        world.regions.keys_there.troubles[OSAKA.kms_key] = "it is disabled"
    with pytest.raises(CopyRefused, match=reason) as refused:
        ask(world, older)
    assert refused.value.fix
    assert ("osaka", "myeks", older) not in world.journal.copies.all


def test_unknown_points_places_and_other_namespaces_are_not_found() -> None:
    world, older, newer = two_days()
    for point, namespace, place in (
        ("nothing", "", "osaka"),
        (older, "other", "osaka"),
        (older, "", "moon"),
    ):
        with pytest.raises(NotFound):
            ask(world, point, namespace, place)
        with pytest.raises(NotFound):
            cancel(world, point, namespace, place)
    with pytest.raises(NotFound):
        cancel(world, newer, "other")


def test_a_request_is_not_written_over_a_turn_that_began_meanwhile() -> None:
    world, older, _ = two_days()
    ask(world, older)
    world.journal.copy_requests.meanwhile("request_copy", world.turn)
    with pytest.raises(TemporaryError):
        cancel(world, older)
    assert record(world, older).stage is CopyStage.COPYING
    assert cancel(world, older).state is ShownState.CANCELLED


def test_a_copy_that_waits_is_dropped_and_no_rule_wants_it_again() -> None:
    world = CopyWorld("mysql", rule=to_osaka(lock=None))
    point = world.point("mysql").id
    assert cancel(world, point).state is ShownState.CANCELLED
    assert cancel(world, point).reason.startswith(f"cancelled by {BY}")
    world.live(minutes=30)
    assert world.osaka.all == {}
    assert world.news.troubles == []
    world.back_up_again(SLOT + DAY)
    world.live(minutes=10)
    assert len(world.copies()["mysql"]) == 1
    assert ask(world, point).outcome is Outcome.ASKED
    world.live(minutes=10)
    assert len(world.copies()["mysql"]) == 2


def test_a_copy_in_progress_is_marked_by_the_next_turn_and_its_source_is_let_go() -> None:
    world = CopyWorld("mysql", rule=to_osaka(lock=None))
    world.turn()
    point = world.point("mysql").id
    assert world.held() == ["mysql"]
    shown = cancel(world, point)
    assert (shown.state, shown.snapshot_id) == (ShownState.CANCELLED, *world.osaka.all)
    world.turn()
    (copy,) = world.osaka.all.values()
    assert CANCELLED in copy.tags
    assert (record(world, point).stage, record(world, point).snapshot_id) == (CopyStage.CANCELLED, copy.id)
    assert world.held() == []
    world.live(minutes=30)
    assert world.osaka.calls["copy"] == 1
    assert world.news.ready == [] and world.news.failed == []


def test_a_cancellation_is_withdrawn_by_asking_before_the_next_turn() -> None:
    world = CopyWorld("mysql", rule=to_osaka(lock=None))
    world.turn()
    point = world.point("mysql").id
    cancel(world, point)
    assert ask(world, point).outcome is Outcome.IN_PROGRESS
    world.live(minutes=10)
    assert record(world, point).stage is CopyStage.READY
    assert len(world.copies()["mysql"]) == 1


def test_a_point_is_copied_anew_after_its_copy_was_cancelled_and_marked() -> None:
    world = CopyWorld("mysql", rule=to_osaka(lock=None))
    world.turn()
    point = world.point("mysql").id
    cancel(world, point)
    world.turn()
    assert ask(world, point).outcome is Outcome.ASKED
    world.live(minutes=10)
    assert record(world, point).stage is CopyStage.READY
    assert [CANCELLED in each.tags for each in world.osaka.all.values()] == [True, False]


def test_an_intent_whose_copy_nobody_saw_yet_is_cancelled_once_it_shows_up() -> None:
    world = CopyWorld("mysql", rule=to_osaka(lock=None), lag=timedelta(minutes=3))
    world.osaka.lose_answer("copy")
    world.turn()
    point = world.point("mysql").id
    assert record(world, point).stage is CopyStage.INTENDED
    cancel(world, point)
    world.live(minutes=30)
    (copy,) = world.osaka.all.values()
    assert CANCELLED in copy.tags
    assert record(world, point).stage is CopyStage.CANCELLED


def test_a_cancelled_copy_that_fails_is_not_tried_again() -> None:
    world = CopyWorld("mysql", rule=to_osaka(lock=None))
    world.turn()
    point = world.point("mysql").id
    cancel(world, point)
    world.osaka.fails = [BAD_KEY]
    world.osaka.finish_copies()
    world.live(minutes=60)
    assert record(world, point).stage is CopyStage.CANCELLED
    assert (world.osaka.calls["copy"], world.news.failed) == (1, [])


def test_a_locked_copy_cannot_go_and_says_so() -> None:
    world = CopyWorld("mysql")
    world.turn()
    with pytest.raises(CopyRefused, match=r"is locked \(governance\).*not even while it is pending"):
        cancel(world, world.point("mysql").id)
    world.live(minutes=10)
    assert len(world.copies()["mysql"]) == 1


def test_a_copy_that_is_locked_after_somebody_cancelled_it_is_kept_and_says_why() -> None:
    world = CopyWorld("mysql")
    world.osaka.fail_next("lock", TemporaryError("later"))
    world.turn()
    point = world.point("mysql").id
    cancel(world, point)
    (copy,) = world.osaka.all
    world.osaka.lock(copy, to_osaka().lock)  # type: ignore[arg-type]
    world.live(minutes=10)
    assert record(world, point).stage is CopyStage.READY
    assert CANCELLED not in world.osaka.all[copy].tags


def test_a_complete_copy_is_not_cancelled() -> None:
    world = CopyWorld("mysql", rule=to_osaka(lock=None))
    world.live(minutes=10)
    with pytest.raises(CopyRefused, match="is already in osaka") as refused:
        cancel(world, world.point("mysql").id)
    assert "retention in osaka deletes it in time" in refused.value.fix
    world.osaka.all.clear()  # EC2 does not show it for a moment
    with pytest.raises(CopyRefused, match="is already in osaka"):
        cancel(world, world.point("mysql").id)


def test_nobody_asks_a_vault_by_hand_or_stops_it() -> None:
    world, older, _ = two_days()
    world.deployment = replace(world.deployment, places=(replace(OSAKA, account="222233334444"),))
    for request in (ask, cancel):
        with pytest.raises(CopyRefused, match="osaka is in account 222233334444") as refused:
            request(world, older)
        assert "a place in this account" in refused.value.fix

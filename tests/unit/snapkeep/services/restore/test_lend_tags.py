"""A driver's tags on a copy: there while a restore needs them, off afterwards, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from snapkeep.domain.drivers import EBS_CSI
from snapkeep.domain.errors import NameTaken, TemporaryError, Throttled
from snapkeep.domain.restore.operations import GIVE_UP_AFTER, Stage
from tests.fakes.adopting import OTHER, SPARE, AdoptingWorld
from tests.fakes.crashes import CrashAt
from tests.fakes.faults import Crash


def test_a_copy_carries_the_target_clusters_tags_and_a_hold_until_its_claim_is_bound() -> None:
    world = AdoptingWorld()
    assert world.lent() == ""
    assert world.ask().status == 202
    assert world.lent() == SPARE
    assert "snapkeep:hold" in world.copy_of().tags
    assert world.lent("wordpress") == "", "only the copy that is restored"
    world.settle()
    assert [restore.stage for restore in world.restores()] == [Stage.BOUND]
    assert world.nothing_left_over()


def test_a_key_that_is_disabled_in_the_place_refuses_the_restore_before_anything_is_lent() -> None:
    world = AdoptingWorld()
    world.keys.troubles[world.copy_of().key] = "it is disabled"
    refused = world.ask()
    assert (refused.status, refused.json["findings"][0]["code"]) == (422, "key_unusable")
    assert world.nothing_left_over()


def test_the_tags_are_on_before_the_content_is_made() -> None:
    world = AdoptingWorld()
    world.cluster.fail_next("import_snapshot", TemporaryError("not now"))
    world.ask()
    assert (world.restores()[0].stage, world.lent()) == (Stage.ACCEPTED, SPARE)
    world.settle()
    assert world.nothing_left_over()


def test_no_tags_are_lent_while_the_cluster_does_not_answer() -> None:
    world = AdoptingWorld()
    world.cluster.fail_next("import_snapshot", Throttled("slow down"))
    world.ask()
    world.ebs.remove_tags(world.copy_of().id, EBS_CSI.tags(SPARE))
    world.clusters.unreachable.add(SPARE)
    world.finish()
    assert world.lent() == ""


def test_tags_that_somebody_took_off_are_lent_again_while_the_claim_waits() -> None:
    world = AdoptingWorld()
    world.ask()
    world.ebs.remove_tags(world.copy_of().id, EBS_CSI.tags(SPARE))
    world.finish()
    assert world.lent() == SPARE


def test_a_restore_that_fails_gives_the_tags_back() -> None:
    world = AdoptingWorld()
    world.cluster.fail_next("create_restored_claim", NameTaken("taken"))
    assert world.ask().status == 409
    world.finish()
    assert [restore.stage for restore in world.restores()] == [Stage.FAILED]
    assert world.nothing_left_over()


def test_a_claim_that_is_deleted_before_it_is_bound_gives_the_tags_back() -> None:
    world = AdoptingWorld()
    world.ask()
    del world.cluster.restored["shop", "back"]
    world.finish(passes=2)
    assert [restore.stage for restore in world.restores()] == [Stage.REMOVED]
    assert world.nothing_left_over()


def test_a_restore_whose_time_is_over_gives_the_tags_back_even_if_its_cluster_is_silent() -> None:
    world = AdoptingWorld()
    world.cluster.fail_next("create_restored_claim", TemporaryError("not now"))
    world.ask()
    world.clusters.unreachable.add(SPARE)
    world.wait(minutes=GIVE_UP_AFTER / timedelta(minutes=1) + 1)
    world.finish()
    assert [restore.stage for restore in world.restores()] == [Stage.FAILED]
    assert world.lent() == "", "the clean-up in the cluster waits, the tags do not"
    world.clusters.unreachable.clear()
    world.finish()
    assert world.nothing_left_over()


def test_the_end_of_one_restore_leaves_the_tags_to_another_one_of_the_same_copy() -> None:
    world = AdoptingWorld()
    world.ask()
    world.ask(target="second")
    world.cluster.bind_restored("shop", "back")
    world.finish()
    assert [restore.stage for restore in world.restores()] == [Stage.BOUND, Stage.CREATED]
    assert world.lent() == SPARE
    world.settle()
    assert world.nothing_left_over()


def test_two_restores_of_a_copy_that_end_at_once_leave_no_tags() -> None:
    world = AdoptingWorld()
    world.ask()
    world.ask(target="second")
    for name in ("back", "second"):
        world.cluster.bind_restored("shop", name)
    world.finish()
    assert world.nothing_left_over()


def test_a_restore_that_begins_while_another_one_takes_the_tags_off_keeps_them() -> None:
    for step in range(1, 40):
        world = AdoptingWorld()
        world.begin()
        world.cluster.bind_restored("shop", "back")
        before = _Before(step, partial(world.begin, "second"))
        world.rebuild(before)
        world.finish()
        world.rebuild()
        if before.calls < step:
            return
        assert world.lent() == SPARE, f"lost when it began before call {step}"
        world.settle()
        assert world.nothing_left_over()
    raise AssertionError("a pass never made fewer calls: the matrix is too short")


class _Before:
    """Puts a proxy around every port; something happens right before the n-th call of any of them."""

    def __init__(self, step: int, act: Callable[[], object]) -> None:
        self.step, self.act, self.calls = step, act, 0

    def __call__(self, port: object) -> object:
        return _Proxy(port, self)


class _Proxy:
    def __init__(self, port: object, before: _Before) -> None:
        self._port, self._before = port, before

    def __getattr__(self, name: str) -> object:
        method = getattr(self._port, name)

        def call(*given: object, **named: object) -> object:
            self._before.calls += 1
            if self._before.calls == self._before.step:
                self._before.act()
            answer = method(*given, **named)
            return _Proxy(answer, self._before) if name == "open" else answer

        return call


def test_a_copy_names_one_cluster_at_a_time_and_the_later_restore_is_refused() -> None:
    world = AdoptingWorld()
    world.ask()
    refused = world.ask(OTHER)
    assert (refused.status, refused.code) == (422, "restore_refused")
    assert refused.json["findings"][0]["code"] == "copy_lent_elsewhere"
    world.settle()
    assert world.ask(OTHER).status == 202
    world.settle()
    assert world.nothing_left_over()


def test_of_two_restores_that_met_the_earlier_gets_the_copy_and_the_later_waits() -> None:
    world = AdoptingWorld()
    world.ask()
    world.wait(minutes=1)
    first = world.restores()[0]
    later = replace(
        first,
        id="f" * 16,
        cluster=OTHER,
        accepted_at=world.clock(),
        held_until=None,
        stage=Stage.ACCEPTED,
        timeline=(),
        revision=0,
    )
    assert world.restore.start(later).stage is Stage.ACCEPTED
    assert world.lent() == SPARE
    world.cluster.bind_restored("shop", "back")
    world.finish(passes=2)
    assert world.lent() == OTHER
    world.settle()
    assert [restore.stage for restore in world.restores()] == [Stage.BOUND, Stage.BOUND]
    assert world.nothing_left_over()


def test_a_copy_that_is_gone_does_not_keep_the_end_from_coming() -> None:
    world = AdoptingWorld()
    world.ask()
    world.cluster.bind_restored("shop", "back")
    del world.ebs.all[world.copy_of().id]
    world.finish(passes=2)
    assert not list(world.journal.restores.open_restores())


def steps_of_an_answer() -> int:
    counter = CrashAt(0, after=False)
    AdoptingWorld().begin(wrap=counter)
    return counter.calls


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_the_api_dies_around_any_call_and_the_restore_ends_as_without_it(after: bool) -> None:
    home = AdoptingWorld()
    for step in range(1, steps_of_an_answer() + 1):
        world = AdoptingWorld()
        with pytest.raises(Crash):
            world.begin(wrap=CrashAt(step, after=after))
        world.settle()
        assert all(restore.stage is Stage.BOUND for restore in world.restores())
        assert world.nothing_left_over(), f"left over after a crash at call {step}"
        assert len(world.ebs.all) == len(home.ebs.all), "no copy was lost"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("ending", ["bound", "removed", "failed"])
def test_finish_restores_dies_around_any_call_and_nothing_stays_on_the_copy(ending: str, after: bool) -> None:
    for step in range(1, 60):
        world = AdoptingWorld()
        if ending == "failed":
            world.cluster.fail_next("create_restored_claim", NameTaken("taken"))
        world.begin()
        if ending == "bound":
            world.cluster.bind_restored("shop", "back")
        elif ending == "removed":
            del world.cluster.restored["shop", "back"]
        crash = CrashAt(step, after=after)
        world.rebuild(crash)
        world.finish()
        world.rebuild()
        world.finish(passes=2)
        assert world.nothing_left_over(), f"left over after a crash at call {step}"
        assert world.restores()[0].stage.value == ending
        if not crash.crashed:
            return
    raise AssertionError("finish_restores never got through: the matrix is too short")

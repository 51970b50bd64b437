"""Restores against everything at once: prune, each other, and a function that dies after any step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import NameTaken, PermanentError, Throttled
from snapkeep.domain.messages import PruneRequest
from snapkeep.domain.policies import Method
from snapkeep.domain.restore.operations import Stage
from snapkeep.wiring import retention
from tests.fakes.api import Api
from tests.fakes.faults import Crash
from tests.fakes.journal import wrapped
from tests.fakes.preflight_samples import a_target
from tests.fakes.snapshots import FakeSnapshots
from tests.fakes.world import SLOT, World, a_claim, a_policy

HERE = "/v1/clusters/myeks/namespaces/shop/restores"
TARGET = ("shop", "back")


class GuardedSnapshots(FakeSnapshots):
    """EC2 behind IAM: prune's role may not delete what carries the hold tag."""

    def delete(self, snapshot_id: str) -> None:
        snapshot = self.all.get(snapshot_id)
        if snapshot is not None and tags.HOLD in snapshot.tags:
            raise PermanentError(f"not authorized to delete {snapshot_id}: it is held")
        super().delete(snapshot_id)


class Interrupt:
    """A proxy around ports that lets something happen just before the n-th call."""

    def __init__(self, step: int = 0, act: Callable[[], object] = lambda: None) -> None:
        self.step, self.act, self.calls = step, act, 0

    def __call__(self, port: Any) -> Any:
        return _Port(port, self)


class _Port:
    def __init__(self, port: Any, interrupt: Interrupt) -> None:
        self._port, self._interrupt = port, interrupt

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        def call(*given: Any, **named: Any) -> Any:
            self._interrupt.calls += 1
            if self._interrupt.calls == self._interrupt.step:
                self._interrupt.act()
            answer = method(*given, **named)
            return _Port(answer, self._interrupt) if name == "open" else answer

        return call


def a_world(method: Method) -> World:
    """Five daily points of shop/data of which retention wants one; the oldest is point 0."""
    world = World(a_claim("data"), policy=a_policy(method=method, retention={"last": 1}))
    world.ebs.__class__ = GuardedSnapshots
    world.cluster.namespaces["shop"] = "Active"
    world.cluster.place = a_target()
    for day in range(5):
        world.back_up(SLOT + timedelta(days=day))
    world.wait(hours=1)
    return world


def oldest(world: World) -> str:
    first = min(world.ebs.all.values(), key=lambda item: item.started_at)
    return first.tags[tags.POINT]


def settle(world: World) -> None:
    """Let finish_restores run, let a pod use the claim, let prune and finish_restores run again."""
    for _ in range(4):
        world.wait(minutes=5)
        world.finisher.run()
    if TARGET in world.cluster.restored:
        restore = next(iter(world.journal.restores.all.values()))
        seen = world.cluster.restored_claim(restore)
        assert seen is not None and seen.snapshot_ready, "the claim would hang"
        assert restore.snapshot_id in world.ebs.all, "the claim waits for a snapshot that is gone"
        world.cluster.bind_restored(*TARGET)
    for _ in range(2):
        world.wait(minutes=5)
        world.finisher.run()


def nothing_left_over(world: World) -> None:
    assert all(tags.HOLD not in snapshot.tags for snapshot in world.ebs.all.values())
    assert world.cluster.imported_contents == {}
    assert world.cluster.imported_snapshots == {}
    assert list(world.journal.restores.open_restores()) == []


def restored_or_told(world: World, status: int) -> None:
    """Accepted means bound, or failed with a reason; refused means that nothing was made."""
    settle(world)
    nothing_left_over(world)
    stages = [restore.stage for restore in world.journal.restores.all.values()]
    if TARGET in world.cluster.restored:
        assert stages == [Stage.BOUND]
    else:
        assert status != 202 or stages == [Stage.FAILED]
        assert all(restore.reason for restore in world.journal.restores.all.values())
    assert len(world.ebs.all) >= 1, "the newest good point stays whatever happens"


def prune_all(world: World) -> None:
    """Prune what retention does not keep, past the brake."""
    world.prune(confirm=world.token())


def ask(world: World, wish: dict[str, str], replies: list[int]) -> None:
    """Somebody asks for a restore."""
    replies.append(Api(world).post(HERE, wish).status)


METHODS = [Method.EBS, Method.CSI]


@pytest.mark.parametrize(("port", "call"), [("ebs", "add_tags"), ("journal", "write_hold")])
def test_a_restore_that_could_not_hold_its_point_yet_keeps_it(port: str, call: str) -> None:
    world = a_world(Method.EBS)
    getattr(world, port).fail_next(call, Throttled("slow down", timedelta(seconds=1)))
    reply = Api(world).post(HERE, {"recovery_point": oldest(world), "target": "back"})
    assert reply.status == 202
    prune_all(world)
    settle(world)
    (restore,) = world.journal.restores.all.values()
    assert restore.stage is Stage.BOUND


def steps_of_restore(method: Method) -> int:
    world, counter = a_world(method), Interrupt()
    assert (
        Api(world, wrap=counter).post(HERE, {"recovery_point": oldest(world), "target": "back"}).status == 202
    )
    return counter.calls


@pytest.mark.parametrize("method", METHODS)
def test_prune_at_any_moment_of_a_restore(method: Method) -> None:
    for step in range(1, steps_of_restore(method) + 1):
        world = a_world(method)
        interrupt = Interrupt(step, partial(prune_all, world))
        reply = Api(world, wrap=interrupt).post(HERE, {"recovery_point": oldest(world), "target": "back"})
        restored_or_told(world, reply.status)


@pytest.mark.parametrize("method", METHODS)
def test_a_restore_at_any_moment_of_prune(method: Method) -> None:
    counted = a_world(method)
    confirm = counted.token()
    calls = calls_of_prune(counted, confirm)
    for step in range(1, calls + 1):
        world = a_world(method)
        wish = {"recovery_point": oldest(world), "target": "back"}
        replies: list[int] = []
        confirm = world.token()
        calls_of_prune(world, confirm, step, partial(ask, world, wish, replies))
        restored_or_told(world, replies[0])


def calls_of_prune(
    world: World, confirm: str, step: int = 0, act: Callable[[], object] = lambda: None
) -> int:
    """Prune with something happening before its n-th call; returns how many calls it made."""
    interrupt = Interrupt(step, act)
    ports = replace(
        world.ports(),
        clusters=interrupt(world.clusters),
        snapshots=interrupt(world.ebs),
        journal=wrapped(world.journal, interrupt),
    )
    retention.prune(ports).run("prune", PruneRequest(confirm=confirm))
    return interrupt.calls


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("again", [True, False], ids=["sent again", "never sent again"])
def test_the_function_dies_before_any_step_of_a_restore(method: Method, again: bool) -> None:
    for step in range(1, steps_of_restore(method) + 1):
        world = a_world(method)
        wish = {"recovery_point": oldest(world), "target": "back"}
        api = Api(world, wrap=Interrupt(step, _die))
        with pytest.raises(Crash):
            api.post(HERE, wish, key="one")
        if again:
            api.answers.records.clear()  # in DynamoDB their time runs out with the function's
            assert Api(world, answers=api.answers).post(HERE, wish, key="one").status == 202
        begun = len(world.journal.restores.all)
        settle(world)
        nothing_left_over(world)
        assert [restore.stage for restore in world.journal.restores.all.values()] == [Stage.BOUND] * begun
        assert len([place for place in world.cluster.restored if place == TARGET]) == begun
        assert begun == 1 or not again


def _die() -> None:
    raise Crash("the function died")


@pytest.mark.parametrize("method", METHODS)
def test_two_restores_to_one_name_at_any_moment(method: Method) -> None:
    for step in range(1, steps_of_restore(method) + 1):
        world = a_world(method)
        wish = {"recovery_point": oldest(world), "target": "back"}
        replies: list[int] = []
        interrupt = Interrupt(step, partial(ask, world, wish, replies))
        replies.append(Api(world, caller="arn:other", wrap=interrupt).post(HERE, wish).status)
        assert sorted(replies)[0] == 202
        assert sorted(replies)[1] in (409, 422)
        for _ in range(2):
            world.wait(minutes=5)
            world.finisher.run()
        winner = world.cluster.restored[TARGET].operation
        assert world.journal.restores.all[winner].stage is Stage.CREATED
        world.cluster.bind_restored(*TARGET)
        for _ in range(2):
            world.wait(minutes=5)
            world.finisher.run()
        nothing_left_over(world)


def test_a_volume_snapshot_that_somebody_deletes_is_imported_again() -> None:
    world = a_world(Method.CSI)
    point = oldest(world)
    place = Api(world).post(HERE, {"recovery_point": point, "target": "back"}).headers["Location"]
    taken = world.journal.points.find_point(point)
    assert taken is not None
    world.cluster.delete_volume_snapshot("shop", taken.volume_snapshot)
    settle(world)
    nothing_left_over(world)
    shown = Api(world).get(place).json
    assert shown["state"] == "bound"
    assert (
        f"VolumeSnapshot {taken.volume_snapshot} was deleted: the claim is restored from the EBS snapshot "
        "itself" in [moment["text"] for moment in shown["timeline"]]
    )


@pytest.mark.parametrize("renewals_fail", [False, True], ids=["EC2 answers", "EC2 throttles as well"])
def test_a_claim_that_waits_keeps_its_point_while_the_api_server_is_away(renewals_fail: bool) -> None:
    world = a_world(Method.EBS)
    wish = {"recovery_point": oldest(world), "target": "back"}
    assert Api(world).post(HERE, wish).status == 202
    world.clusters.unreachable.add("myeks")
    for _ in range(12):
        if renewals_fail:
            world.ebs.fail_next("get", Throttled("RequestLimitExceeded"))
        world.wait(hours=4)
        report = world.finisher.run()
        assert report.released == []
        assert report.errors
    world.clusters.unreachable.clear()
    prune_all(world)
    settle(world)
    nothing_left_over(world)
    assert [restore.stage for restore in world.journal.restores.all.values()] == [Stage.BOUND]


def test_a_failed_restore_that_cannot_be_cleaned_up_keeps_its_point() -> None:
    world = a_world(Method.EBS)
    world.cluster.fail_next("create_restored_claim", NameTaken("taken"))
    Api(world).post(HERE, {"recovery_point": oldest(world), "target": "back"})
    world.clusters.unreachable.add("myeks")
    for _ in range(12):
        world.wait(hours=4)
        assert world.finisher.run().released == []
    world.clusters.unreachable.clear()
    world.wait(minutes=5)
    world.finisher.run()
    nothing_left_over(world)

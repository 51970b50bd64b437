"""A backup on demand saves objects as the policies of its namespaces do, and they go with its points."""

from __future__ import annotations

import pytest

from snapkeep.domain.backup.on_demand import OnDemandRequest
from snapkeep.domain.backup.runs import Run
from snapkeep.domain.claims import ClaimName
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.policies import ON_DEMAND, Selection
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from snapkeep.wiring import objects
from tests.fakes.saving import SavingWorld

DATA = OnDemandRequest(claims=(ClaimName("shop", "data"),))
STORE = OnDemandRequest(selection=Selection(namespaces=("store",)), namespace="store")
NIGHTLY = OnDemandRequest(policy="nightly")


def backed_up(world: SavingWorld, request: OnDemandRequest) -> Run:
    """The run of a request after everything worked as deployed."""
    run = world.request_backup.accept("myeks", request, f"request at {world.clock()}")
    while world.starter.started:
        planned = world.plan_backup.run(*world.starter.started.pop(0), world.owner())
        objects.save_beside(world.ports()).start(planned)
    world.work()
    world.finish_snapshots()
    return run


@pytest.mark.parametrize(
    ("request_", "namespaces"), [(DATA, {"shop"}), (STORE, {"store"}), (NIGHTLY, {"shop", "store"})]
)
def test_a_backup_on_demand_saves_the_objects_of_its_namespaces(
    request_: OnDemandRequest, namespaces: set[str]
) -> None:
    world = SavingWorld(lock=Lock(LockMode.COMPLIANCE, 30))
    run = backed_up(world, request_)
    assert world.objects_saver.asked == ["myeks"]
    assert set(world.save().saved) == {f"{run.id} {name}" for name in namespaces}
    assert {each.subject.policy for each in world.records()} == {ON_DEMAND}
    assert not any(world.archives.locks.values()), "nothing locks points on demand, so nothing locks these"
    assert world.save().saved == {}


def test_only_the_newest_run_of_a_namespace_is_served() -> None:
    world = SavingWorld()
    first = backed_up(world, NIGHTLY)
    world.wait(minutes=1)
    second = backed_up(world, DATA)
    assert set(world.save().saved) == {f"{first.id} store", f"{second.id} shop"}


def test_a_run_is_served_for_two_hours() -> None:
    world = SavingWorld()
    run = backed_up(world, DATA)
    world.archives.fail_next("write", TemporaryError("S3 is slow"))
    assert world.save().given_up == {"on-demand shop": "S3 is slow"}
    world.wait(minutes=119)
    assert set(world.save().saved) == {f"{run.id} shop"}
    late = backed_up(world, STORE)
    world.wait(minutes=121)
    assert world.save().saved == {}
    assert late.id not in {each.subject.run for each in world.records()}


@pytest.mark.parametrize(
    "policy",
    [
        {"objects": None},
        {"selection": Selection(namespaces=("other",))},
        {"selection": Selection(opt_in_only=True)},
        {"clusters": ("other",)},
    ],
)
def test_what_no_policy_asks_for_is_not_saved(policy: dict[str, object]) -> None:
    world = SavingWorld(**policy)
    backed_up(world, DATA)
    assert world.save().saved == {}


def test_what_was_saved_goes_with_the_points() -> None:
    world = SavingWorld()
    first = backed_up(world, DATA)
    world.save()
    world.prune()
    sweeper = objects.sweep_objects(world.ports())
    world.wait(hours=24 * 31)
    world.prune()
    assert [report.removed for report in sweeper.run()] == [[]]
    backed_up(world, DATA)
    world.save()
    for _ in range(4):
        world.wait(hours=24)
        world.prune()
    assert [report.removed for report in sweeper.run()] == [[f"{first.id} shop"]]
    assert len(world.records()) == 1

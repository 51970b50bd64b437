"""`snapkeep backup`, `snapkeep get backup`."""

from __future__ import annotations

import pytest

from tests.fakes.saving import SavingWorld, run_of
from tests.fakes.world import SLOT, World
from tests.unit.snapkeep_cli.conftest import Command, connected


def finish(world: World) -> None:
    for cluster, policy, slot in world.starter.started:
        world.plan_backup.run(cluster, policy, slot, world.owner())
    world.work()
    world.finish_snapshots()


def test_a_claim_is_backed_up_and_shown(snapkeep: Command, world: World) -> None:
    started = snapkeep("backup", "data", "-n", "shop")
    assert started.code == 0, started.err
    assert "planning" in started.out
    finish(world)
    made = next(run.id for run in world.journal.runs.all.values() if run.policy == "on-demand")
    shown = snapkeep("get", "backup", made)
    assert shown.code == 0
    assert f"{made} is completed: 1 of 1 points ready, 0 failed" in shown.err
    assert shown.out.splitlines()[1].split()[:4] == ["shop", "data", "ready", "csi"]


def test_who_stops_waiting_knows_how_to_look_again(snapkeep: Command, world: World) -> None:
    ended = snapkeep("backup", "data", "-n", "shop", "--wait", "--timeout", "1")
    assert ended.code == 7
    told = next(line for line in ended.err.splitlines() if line.startswith("if you stop waiting: "))
    finish(world)
    shown = snapkeep(*told.partition(": snapkeep ")[2].split())
    assert "1 of 1 points ready" in shown.err


def test_a_backup_from_tags_says_so_in_the_table(snapkeep: Command, world: World) -> None:
    snapkeep("backup", "--policy", "nightly")
    world.clusters.unreachable.add("myeks")
    for cluster, policy, slot in world.starter.started:
        world.plan_backup.run(cluster, policy, slot, world.owner())
    made = next(run.id for run in world.journal.runs.all.values() if run.policy == "on-demand")
    shown = snapkeep("get", "backup", made)
    assert "by ebs from its tags: the cluster could not be read" in shown.out
    assert "warning: " in shown.err and "new claims were not seen" in shown.err


def test_a_backup_of_a_cluster_that_does_not_answer_says_at_once_what_it_will_do(
    snapkeep: Command, world: World
) -> None:
    world.clusters.unreachable.add("myeks")
    started = snapkeep("backup", "data", "-n", "shop")
    assert started.code == 0
    assert "the claims known from recovery points are backed up by ebs" in started.err


def test_a_backup_whose_snapshot_was_deleted_in_ec2_says_so(snapkeep: Command, world: World) -> None:
    (run,) = world.journal.runs.all.values()
    (snapshot,) = world.ebs.all.values()
    world.ebs.delete(snapshot.id)
    shown = snapkeep("get", "backup", run.id)
    assert shown.out.splitlines()[1].split()[:3] == ["shop", "data", "gone"]
    assert f"snapshot {snapshot.id} was deleted in EC2, and not by Snapkeep" in shown.out


@pytest.mark.parametrize("words", [("-n", "shop"), ("shop/data",), ("--policy", "nightly")])
def test_a_dry_run_lists_what_would_be_taken(snapkeep: Command, world: World, words: tuple[str, ...]) -> None:
    shown = snapkeep("backup", *words, "--dry-run")
    assert (shown.code, shown.out.splitlines()[1].split()[:2]) == (0, ["shop", "data"])
    assert world.starter.started == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 2),
        (("data",), 2),
        (("data", "-n", "shop", "--policy", "nightly"), 2),
        (("lost", "-n", "shop"), 3),
        (("lost", "-n", "shop", "--dry-run"), 3),
        (("--policy", "lost"), 4),
    ],
)
def test_the_exit_code_says_what_is_wrong(snapkeep: Command, words: tuple[str, ...], code: int) -> None:
    assert snapkeep("backup", *words).code == code


def test_a_run_says_how_many_objects_were_saved_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    world = SavingWorld()
    container = {"envFrom": [{"secretRef": {"name": "db"}}]}
    world.objects.put("pods", "shop", "web", spec={"containers": [container]})
    world.back_up(SLOT)
    snapkeep = connected(world, monkeypatch)
    assert "objects" not in snapkeep("get", "backup", run_of()).err
    world.save()
    shown = snapkeep("get", "backup", run_of())
    assert "5 objects of 2 namespaces are saved with it, without 1 Secret that they name" in shown.err
    assert f"snapkeep objects {run_of()}" in shown.err

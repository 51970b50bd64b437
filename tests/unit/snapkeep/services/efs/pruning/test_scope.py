"""The recovery points of file systems as a scope of prune: by their policies, with its brake."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.snapkeep.services.efs.pruning.prune_world import FS, OTHER_FS, PruneWorld


def test_each_file_system_keeps_what_its_policy_says() -> None:
    world = PruneWorld({"last": 3})
    world.nights(8)

    assert [len(world.good(name)) for name in (FS, OTHER_FS)] == [3, 3]
    assert world.good()[-1].started_at == world.clock()


def test_a_plan_deletes_nothing() -> None:
    world = PruneWorld()
    world.nights(4)
    world.night(prune=False)

    report = world.prune(dry_run=True)

    assert report.cluster == "file systems"
    assert (report.counts["delete"], report.counts["keep"]) == (2, 6)
    assert [reason for _, reason in report.delete] == ["no rule keeps it: last 3 filled by newer points"] * 2
    assert len(world.good()) == 4


def test_failed_backups_push_nothing_out() -> None:
    world = PruneWorld({"last": 2})
    world.nights(4)
    before = [each.arn for each in world.good()]
    for _ in range(10):
        world.night(fails=True)

    assert [each.arn for each in world.good()] == before


def test_the_brake_refuses_what_looks_like_a_slip_until_somebody_confirms() -> None:
    world = PruneWorld({"last": 30})
    world.nights(12)
    (policy,) = world.deployment.policies
    world.configure(replace(policy, retention={"last": 1}))
    world.prune()
    world.clock.forward(hours=73)

    braked = world.prune()
    assert len(world.good()) == 12
    (refusal,) = braked.refusals
    world.prune(confirm=refusal.token)
    assert [len(world.good(name)) for name in (FS, OTHER_FS)] == [1, 1]


def test_a_removed_policy_keeps_its_points_and_is_told() -> None:
    world = PruneWorld()
    world.nights(5)
    world.configure()

    report = world.prune()

    assert report.orphaned_policies == ["shared"]
    assert len(world.good()) == 3
    assert [(scope, policy) for scope, policy, _ in world.announcer.orphaned] == [("file systems", "shared")]

"""A file system that was deleted ends its lineages, where a policy says so; only EFS can say that it was."""

from __future__ import annotations

from snapkeep.domain.errors import Forbidden
from tests.unit.snapkeep.services.efs.pruning.prune_world import FS, OTHER_FS, PruneWorld


def deleted(world: PruneWorld, name: str = FS) -> None:
    """Somebody deletes a file system, and nothing backs it up any more."""
    del world.access_points.file_systems[name]
    world.clusters.clusters["myeks"].claim_list = [
        each for each in world.clusters.clusters["myeks"].claim_list if name not in str(each.volume)
    ]


def test_the_last_point_of_a_deleted_file_system_stays() -> None:
    world = PruneWorld({"last": 4, "after_claim_deleted": "7d"})
    world.nights(6)
    deleted(world)
    world.nights(6)
    assert len(world.good()) == 4
    world.nights(3)
    (refusal,) = world.prune().refusals  # one of two file systems is a fifth of them at least
    world.prune(confirm=refusal.token)
    assert len(world.good()) == 1
    assert len(world.good(OTHER_FS)) == 4


def test_max_age_waits_for_an_existing_file_system_whose_backups_fail_only() -> None:
    world = PruneWorld({"last": 30, "max_age": "5d"})
    world.nights(4)
    deleted(world)
    world.clusters.clusters["myeks"].claim_list.clear()
    for _ in range(9):
        world.clock.forward(days=1)
        world.prune()

    assert len(world.good()) == 1
    assert len(world.good(OTHER_FS)) == 4


def test_while_efs_does_not_answer_no_file_system_is_gone() -> None:
    world = PruneWorld({"last": 4, "after_claim_deleted": "1d"})
    world.nights(6)
    deleted(world)
    world.clock.forward(days=1)
    world.prune()
    world.clock.forward(days=2)
    world.access_points.fail_next("file_system", Forbidden("no right"))

    report = world.prune()

    assert len(world.good()) == 4
    assert any("unknown which file systems are gone: no right" in note for note in report.notes)


def test_policies_without_such_rules_ask_efs_nothing() -> None:
    world = PruneWorld({"last": 3})
    world.access_points.fail_next("file_system", Forbidden("nobody may ask"))
    world.nights(2)

    assert world.prune().notes == []

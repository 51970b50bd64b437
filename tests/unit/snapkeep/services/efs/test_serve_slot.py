"""A slot says what it could not take into its backups, until a later slot can."""

from __future__ import annotations

from datetime import datetime, timedelta

from snapkeep.domain.messages import BackupRequest
from snapkeep.services.backup.check_slot import RefusedSlot
from snapkeep.services.efs.back_up import EfsReport
from snapkeep.wiring.file_systems import serve_slot
from tests.fakes.efs import on_efs
from tests.unit.snapkeep.services.efs.efs_world import FS, SLOT, EfsWorld


def served(world: EfsWorld, slot: datetime = SLOT, cluster: str = "") -> EfsReport | RefusedSlot:
    """What the slot's schedule asks for, which names a cluster only if the policy has no other."""
    return serve_slot(world.ports()).run(BackupRequest(cluster, "shared", slot), "an invocation")


def test_a_claim_whose_folder_is_unknown_is_told() -> None:
    world = EfsWorld()
    world.has(on_efs("lost", f"{FS}::fsap-0000000c"))

    served(world)

    ((topic, (trouble,), _),) = world.announcer.troubles
    assert (topic.cluster, topic.about, trouble.subject) == ("myeks", "shared", "web/lost")
    assert "access point fsap-0000000c is gone" in trouble.reason


def test_a_silent_cluster_is_told_and_over_when_it_answers() -> None:
    world = EfsWorld()
    world.has(on_efs("one", FS))
    world.goes_silent()
    served(world)
    ((_, (trouble,), _),) = world.announcer.troubles
    assert trouble.subject == "claims"
    assert "myeks did not list its claims at 2026-11-24 18:00 UTC" in trouble.reason
    assert "the Kubernetes API of myeks did not answer" in trouble.reason

    world.clusters.unreachable.clear()
    world.clock.forward(days=1)
    served(world, SLOT + timedelta(days=1))
    world.clusters.unreachable.add("myeks")
    world.clock.forward(days=1)
    served(world, SLOT + timedelta(days=2))
    assert len(world.announcer.troubles) == 2


def test_a_slot_without_a_cluster_is_checked_too() -> None:
    world = EfsWorld(clusters=("blue", "green"))
    world.has(on_efs("one", FS, cluster="blue"))

    late = served(world, SLOT - timedelta(days=1))

    assert isinstance(late, RefusedSlot)
    assert "older than the catch-up window" in late.refused
    assert world.records() == []

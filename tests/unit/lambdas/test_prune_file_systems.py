"""prune_file_systems: a tick of its schedule deletes the recovery points that may go."""

from __future__ import annotations

import pytest

from lambdas.prune_file_systems.handler import handle
from snapkeep.settings import PruneFileSystemsSettings
from snapkeep.wiring import aws
from tests.unit.lambdas.conftest import Context, Load
from tests.unit.snapkeep.services.efs.pruning.prune_world import FS, OTHER_FS, PruneWorld


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> PruneWorld:
    """Two file systems, of each of which one backup may go."""
    world = PruneWorld({"last": 3})
    world.nights(3)
    world.night(prune=False)
    settings = PruneFileSystemsSettings(journal_table="t", event_bus="b", backup_vault="v")
    for variable in settings.to_environment():
        monkeypatch.setenv(variable, "x")
    monkeypatch.setattr(aws, "ports", lambda _: world.ports())
    return world


def test_a_tick_prunes_all_file_systems_at_once(world: PruneWorld, sample: Load, context: Context) -> None:
    (report,) = handle(sample("prune_file_systems/tick"), context)["clusters"]
    assert (report["cluster"], report["counts"]["delete"]) == ("file systems", 2)
    assert [len(world.good(name)) for name in (FS, OTHER_FS)] == [3, 3]


@pytest.mark.parametrize("case", ["dry_run", "confirm"])
def test_a_rehearsal_and_an_unknown_token_delete_nothing(
    world: PruneWorld, sample: Load, context: Context, case: str
) -> None:
    (report,) = handle(sample(f"prune_file_systems/{case}"), context)["clusters"]
    assert ("no refusal has the token" in report["refused"]) == (case == "confirm")
    assert len(world.good()) == 4


def test_a_week_after_week_tick_reports_what_is_no_backup(
    world: PruneWorld, sample: Load, context: Context
) -> None:
    world.put(1)
    world.clock.forward(days=2)
    (report,) = handle(sample("prune_file_systems/orphans"), context)["clusters"]
    assert report["counts"] == {"recovery point of AWS Backup": 1}
    assert len(world.good()) == 5

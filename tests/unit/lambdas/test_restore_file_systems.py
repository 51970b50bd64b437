"""restore_file_systems: a tick and the API bring every open restore on, and the answer names it."""

from __future__ import annotations

import pytest

from lambdas.restore_file_systems.handler import handle
from snapkeep.domain.efs.restore.operations import EfsStage
from snapkeep.settings import RestoreFileSystemsSettings
from snapkeep.wiring import aws
from tests.fakes.api import Api
from tests.fakes.efs_restoring import EfsRestoringWorld
from tests.unit.lambdas.conftest import Context, Load

HERE = "/v1/clusters/myeks/namespaces/shop/efs-restores"


class WaitingWorld(EfsRestoringWorld):
    """Its function does not run when the API asks, as if Lambda had queued the message."""

    def follow_restores(self) -> None:
        return


@pytest.fixture
def efs(monkeypatch: pytest.MonkeyPatch) -> WaitingWorld:
    """A world whose handler is wired to it."""
    world = WaitingWorld()
    monkeypatch.setattr(aws, "ports", lambda _: world.ports())
    names = dict.fromkeys(("journal_table", "event_bus", "backup_role"), "x")
    for variable, value in RestoreFileSystemsSettings(**names).to_environment().items():
        monkeypatch.setenv(variable, value)
    return world


@pytest.mark.parametrize("case", ["tick", "asked"])
def test_it_brings_restores_on(efs: WaitingWorld, sample: Load, context: Context, case: str) -> None:
    name = Api(efs).post(HERE, {"claim": "uploads", "target": "copy"}).json["restore"]["id"]
    event = sample(f"restore_file_systems/{case}")

    assert handle(event, context)["moved"] == {name: "restoring"}
    efs.jobs.end()
    assert handle(event, context)["moved"] == {name: "restored"}
    assert efs.journal.efs_restores.all[name].stage is EfsStage.RESTORED

"""prune_copies: a tick of its schedule deletes the copies that may go, and the answer names them."""

from __future__ import annotations

import pytest

from lambdas.prune_copies.handler import handle
from snapkeep.settings import PruneCopiesSettings
from snapkeep.wiring import aws, copies
from tests.fakes.copying import CopyWorld, to_osaka
from tests.unit.lambdas.conftest import Context, Load


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> CopyWorld:
    """Copies in Osaka, of which one may go."""
    world = CopyWorld("mysql", rule=to_osaka(lock=None))
    world.prune_copies()
    world.copied(4)
    for variable in PruneCopiesSettings(journal_table="t", event_bus="b").to_environment():
        monkeypatch.setenv(variable, "x")
    monkeypatch.setattr(aws, "ports", lambda _: None)
    monkeypatch.setattr(copies, "prune_copies", lambda _: world.copy_pruner)
    return world


def test_a_tick_prunes_each_cluster_in_each_place(world: CopyWorld, sample: Load, context: Context) -> None:
    (report,) = handle(sample("prune_copies/tick"), context)["clusters"]
    assert (report["cluster"], report["counts"]["deleted"]) == ("myeks@osaka", 1)
    assert len(world.osaka.all) == 3


@pytest.mark.parametrize("case", ["dry_run", "confirm"])
def test_a_rehearsal_and_an_unknown_token_delete_nothing(
    world: CopyWorld, sample: Load, context: Context, case: str
) -> None:
    (report,) = handle(sample(f"prune_copies/{case}"), context)["clusters"]
    assert ("no refusal has the token" in report["refused"]) == (case == "confirm")
    assert len(world.osaka.all) == 4

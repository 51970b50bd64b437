"""The table of saved objects in terminals of 60 to 200 columns."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from snapkeep_cli.commands import restore_namespace
from snapkeep_cli.main import app
from tests.fakes.preflight_samples import a_target
from tests.fakes.saving import SavingWorld, run_of
from tests.fakes.target_cluster import FakeTargetCluster
from tests.fakes.terminal import terminal
from tests.fakes.world import SLOT
from tests.unit.snapkeep_cli.conftest import connected
from tests.unit.snapkeep_cli.saved import put_behind_links
from tests.unit.snapkeep_cli.test_loan_terminals import TO_COPY, WIDTHS

OF_OBJECTS = {"objects": (), "restore-namespace": ("-n", "shop", "--dry-run")}


@pytest.mark.parametrize("command", OF_OBJECTS)
@pytest.mark.parametrize("columns", WIDTHS)
def test_what_a_run_saved_fits_the_terminal(
    command: str, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = SavingWorld()
    world.objects.forbidden = {"cronjobs.batch"}
    world.back_up(SLOT)
    world.save()
    world.cluster.place = a_target()
    world.cluster.claim_list.clear()
    put_behind_links(world, monkeypatch)
    monkeypatch.setattr(restore_namespace, "kubectl_for", lambda *_, **__: FakeTargetCluster(world))
    connected(world, monkeypatch)
    with terminal(monkeypatch, columns) as screen, pytest.raises(SystemExit):
        app([command, run_of(), *OF_OBJECTS[command]], prog_name="snapkeep")
    lines = screen.text.replace("\r\n", "\n").splitlines()
    assert "shop" in " ".join(lines).split()
    assert [line for line in lines if cell_len(line) > columns and not TO_COPY.match(line.strip())] == []


@pytest.mark.parametrize("columns", WIDTHS)
def test_what_namespaces_lack_fits_the_terminal_and_no_name_moves_the_cursor(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = SavingWorld()
    world.objects.forbidden = {"cronjobs.batch"}
    secrets = [{"secretRef": {"name": f"db-{number}\x1b[2J"}} for number in range(30)]
    world.objects.put("pods", "shop", "web", spec={"containers": [{"envFrom": secrets}]})
    world.back_up(SLOT)
    world.save()
    world.wait(hours=3)
    connected(world, monkeypatch)
    with terminal(monkeypatch, columns) as screen, pytest.raises(SystemExit):
        app(["coverage"], prog_name="snapkeep")
    lines = screen.text.replace("\r\n", "\n").splitlines()
    text = " ".join(" ".join(lines).split())
    assert [line for line in lines if cell_len(line) > columns] == []
    assert "incomplete" in text and "30 Secrets" in text and "cronjobs.batch" in text
    assert "db-0\N{REPLACEMENT CHARACTER}[2J" in text

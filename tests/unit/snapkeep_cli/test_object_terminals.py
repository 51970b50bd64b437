"""The table of saved objects in terminals of 60 to 200 columns."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from snapkeep_cli.main import app
from tests.fakes.saving import SavingWorld, run_of
from tests.fakes.terminal import terminal
from tests.fakes.world import SLOT
from tests.unit.snapkeep_cli.conftest import connected
from tests.unit.snapkeep_cli.test_loan_terminals import TO_COPY, WIDTHS

OF_OBJECTS = "objects"


@pytest.mark.parametrize("columns", WIDTHS)
def test_what_a_run_saved_fits_the_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    world = SavingWorld()
    world.objects.forbidden = {"cronjobs.batch"}
    world.back_up(SLOT)
    world.save()
    connected(world, monkeypatch)
    with terminal(monkeypatch, columns) as screen, pytest.raises(SystemExit):
        app([OF_OBJECTS, run_of()], prog_name="snapkeep")
    lines = screen.text.replace("\r\n", "\n").splitlines()
    assert "shop" in " ".join(lines).split()
    assert [line for line in lines if cell_len(line) > columns and not TO_COPY.match(line.strip())] == []

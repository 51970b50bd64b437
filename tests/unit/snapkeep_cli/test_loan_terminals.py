"""Commands about loans in terminals of 60 to 200 columns."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from snapkeep_cli.main import app
from tests.fakes.borrowing import BorrowingWorld
from tests.fakes.lending import BORROWER, COPY_ID, LendingWorld
from tests.fakes.terminal import terminal
from tests.unit.snapkeep_cli.conftest import connected

WIDTHS = (60, 80, 120, 200)
TO_COPY = re.compile(r"(?:[a-z ]+: )?snapkeep |aws |kubectl |npx |fix: |\S+$")
"""A command and a name stay whole, so that they can be copied; the terminal wraps them by itself."""

OF_LOANS: dict[str, tuple[str, ...]] = {
    "copies borrow": ("--loan", "LOAN"),
    "copies end-loan": (COPY_ID, "--to", BORROWER),
    "get loans": (),
}


@pytest.mark.parametrize("command", OF_LOANS)
@pytest.mark.parametrize("columns", WIDTHS)
def test_what_a_command_about_loans_shows_fits_the_terminal(
    command: str, columns: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    borrower, vault = BorrowingWorld(), LendingWorld()
    vault.lend()
    file = tmp_path / "loan"
    file.write_text(json.dumps(borrower.lent().to_document()))
    connected(borrower if command == "copies borrow" else vault, monkeypatch)  # type: ignore[arg-type]
    monkeypatch.chdir(tmp_path)
    words = [word.replace("LOAN", file.name) for word in OF_LOANS[command]]
    with terminal(monkeypatch, columns) as screen, pytest.raises(SystemExit):
        app([*command.split(), *words], prog_name="snapkeep")
    lines = screen.text.replace("\r\n", "\n").splitlines()
    assert lines
    wide = [line for line in lines if cell_len(line) > columns and not TO_COPY.match(line.strip())]
    assert wide == []

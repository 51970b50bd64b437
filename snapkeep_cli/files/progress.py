"""Shows how much of a download has arrived."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn

from snapkeep.domain.sizes import about
from snapkeep_cli.api.patience import waiting
from snapkeep_cli.files.saving import Shown, unseen
from snapkeep_cli.output import err


@contextmanager
def download_of(size: int) -> Iterator[Shown]:
    """A bar in a terminal; otherwise a line, once it takes longer than people expect."""
    paper = err()
    if paper.full:
        with waiting(f"fetching {about(size)}"):
            yield unseen
        return
    columns = (BarColumn(bar_width=20), DownloadColumn(binary_units=True), TransferSpeedColumn())
    with Progress(*columns, console=paper, transient=True) as progress:
        task = progress.add_task("", total=size)
        yield lambda done: progress.update(task, completed=done)

"""Waits for the API to finish something, and shows its progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from snapkeep_cli.api.calls import Document
from snapkeep_cli.api.client import ApiProblem
from snapkeep_cli.api.patience import displayed
from snapkeep_cli.api.transport import Unreachable
from snapkeep_cli.exit_codes import Exit
from snapkeep_cli.output import err, fail
from snapkeep_cli.tables import Paper, clean

EVERY = timedelta(seconds=2)

Show = Callable[[str, int | None, int | None], None]
"""(text, done, total) Shows the progress; None if it is unknown."""


def wait_for(
    look: Callable[[], Document],
    ended: Collection[str],
    limit: timedelta,
    *,
    fix: str = "it continues; check again later",
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Document:
    """The document once its `state` is one of `ended`; exits with 7 and the advice `fix` after `limit`.

    If the API does not answer for a while it is asked again, because the work goes on.
    """
    end = clock() + limit.total_seconds()
    text = "waiting"
    with progress_on(err()) as show:
        while True:
            try:
                found = look()
            except (ApiProblem, Unreachable) as trouble:
                if isinstance(trouble, ApiProblem) and trouble.exit_code is not Exit.UNAVAILABLE:
                    raise
                show(f"no answer, asking again: {clean(trouble)}", None, None)
            else:
                text = f"{clean(found['state'])}: {clean(found.get('text', ''))}".rstrip(": ")
                show(text, found.get("ready"), found.get("total"))
                if found["state"] in ended:
                    return found
            if clock() >= end:
                break
            sleep(EVERY.total_seconds())
    raise fail(
        "still_waiting",
        f"still {text} after {limit.total_seconds():.0f} s",
        fix,
    )


@contextmanager
def progress_on(paper: Paper) -> Iterator[Show]:
    """A bar in a terminal; otherwise a line for each change."""
    if paper.full:
        yield _in_lines(paper)
        return
    columns = (BarColumn(bar_width=20), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with displayed(), Progress(*columns, console=paper, transient=True) as progress:
        task = progress.add_task("waiting", total=None)

        def show(text: str, done: int | None, total: int | None) -> None:
            progress.update(task, description=text, completed=done or 0, total=total or None)

        yield show


def _in_lines(paper: Paper) -> Show:
    shown = [""]

    def show(text: str, done: int | None, total: int | None) -> None:
        if text != shown[0]:
            paper.print(text, markup=False)
        shown[0] = text

    return show

"""Steps: what the demo does, shown as it happens, timed, and recorded for the report.

On a terminal a step is a spinner with its running time, which turns into a tick; elsewhere it is one line
when it ends. A failed step names itself, so nobody has to guess how far the demo got.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

POLL_SECONDS = 0.1
"""How often a wait polls."""


class DemoError(Exception):
    """Something is wrong; `advice` says what to do next."""

    def __init__(self, reason: str, advice: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One finished step: its name, whether it worked, and its wall time in seconds."""

    name: str
    ok: bool
    seconds: float


class Line:
    """The line of the running step."""

    def __init__(self, name: str, progress: Progress, patience: float = 1.0) -> None:
        self._name = name
        self._progress = progress
        self._patience = patience
        self._task = progress.add_task(name, total=None)
        self.note = ""

    def say(self, note: str) -> None:
        """Show the step's progress; the last note stays on the finished line."""
        self.note = note
        self._progress.update(self._task, description=f"{self._name}: {note}")

    def wait_for(self, done: Callable[[], bool], limit: float, otherwise: Callable[[], DemoError]) -> None:
        """Poll every POLL_SECONDS until `done`. After `limit` seconds, times the steps' patience, raise what
        `otherwise` returns, with the time waited.
        """
        limit *= self._patience
        end = time.monotonic() + limit
        while not done():
            if time.monotonic() > end:
                late = otherwise()
                raise DemoError(f"after {limit:g} s: {late.reason}", late.advice)
            time.sleep(POLL_SECONDS)


class Steps:
    """Runs steps one after the other and records their outcome. `patience` multiplies every limit: more
    than 1 for a cluster slower than the sandbox's own."""

    def __init__(self, console: Console, patience: float = 1.0) -> None:
        self._console = console
        self.patience = patience
        self.records: list[StepRecord] = []

    @contextmanager
    def step(self, name: str) -> Iterator[Line]:
        """Show, time and record what happens inside; exceptions pass through."""
        started = time.monotonic()
        progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        ok = False
        with progress:
            line = Line(name, progress, self.patience)
            try:
                yield line
                ok = True
            finally:
                self._finish(StepRecord(name, ok, round(time.monotonic() - started, 2)), line.note, progress)

    @property
    def failed(self) -> str:
        """The name of the failed step, "" if none failed."""
        return next((record.name for record in self.records if not record.ok), "")

    def _finish(self, record: StepRecord, note: str, progress: Progress) -> None:
        self.records.append(record)
        mark = Text("✓", style="green") if record.ok else Text("✗", style="bold red")
        said = Text(f": {note}" if note else "", style="dim")
        seconds = Text(f"  {record.seconds:.1f} s", style="cyan")
        progress.console.print(Text.assemble(mark, " ", record.name, said, seconds), soft_wrap=True)

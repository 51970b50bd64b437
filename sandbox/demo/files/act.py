"""The act of looking into points: what they hold is told without a volume, a pod or the cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console

from sandbox.demo import evidence
from sandbox.demo.facts import CheckFact, ClaimFact, FilesFact
from sandbox.demo.files import verify
from sandbox.demo.files.evidence import read_checks
from sandbox.demo.files.volumes import Volumes
from sandbox.demo.report import titled_table
from sandbox.demo.slots import fire
from sandbox.demo.steps import DemoError, Steps
from sandbox.launch import Sandbox

CHECKS = "check-points"
SECONDS = 60


@dataclass
class FilesAct:
    """Looks into the points of volumes that hold the images of `volumes`; `table` is the journal's."""

    steps: Steps
    console: Console
    sandbox: Sandbox
    volumes: Volumes
    table: str
    fact: FilesFact | None = None

    def play(self, claims: Sequence[ClaimFact]) -> None:
        """Play the whole act; DemoError if what is read is not what the kernel's recovery found."""
        protected = [each for each in claims if each.points]
        self.fact = FilesFact(tuple(self._check(protected)))
        self._show(self.fact.checks)

    def _check(self, claims: Sequence[ClaimFact]) -> list[CheckFact]:
        with self.steps.step("Look into the new points, as every five minutes") as line:
            fire(self.sandbox, CHECKS)
            self.sandbox.aws.wait_idle(SECONDS * self.steps.patience)
            snapshots = evidence.read_snapshots(self.sandbox.client("ec2"))
            found = read_checks(self.sandbox.client("dynamodb"), self.table, claims, snapshots)
            wrong = verify.checked(found, self.volumes.held)
            if wrong:
                raise DemoError("\n".join(wrong))
            line.say(f"{len(found)} checked, and each holds what the kernel finds on the same blocks")
        return found

    def _show(self, checks: Sequence[CheckFact]) -> None:
        table = titled_table("Checked points", "claim", "file system", "of its log replayed", "in its root")
        for each in checks:
            replayed = f"{each.transactions:,} transactions"
            table.add_row(each.claim, each.contents, replayed, _some(each.names))
        self.console.print("", table)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown

"""The act of looking into points: what they hold is told without a volume, a pod or the cluster."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from sandbox.demo import evidence
from sandbox.demo.facts import CheckFact, ClaimFact, FilesFact, LiveSnapshot, VersionFact
from sandbox.demo.files import verify
from sandbox.demo.files.evidence import fetched_from, read_checks
from sandbox.demo.files.volumes import Volumes
from sandbox.demo.lost_region.evidence import newest
from sandbox.demo.person import Person, Said
from sandbox.demo.report import titled_table
from sandbox.demo.slots import fire
from sandbox.demo.steps import DemoError, Steps
from sandbox.lab.volumes import DROPPED
from sandbox.launch import Sandbox
from snapkeep.domain import tags

CHECKS = "check-points"
SECONDS = 60
WRITER, WRITTEN = "default/ebs-claim", "/out.txt"
"""The lab's grown claim, and the file to which its pod appends the time."""
DATABASE, TABLE = "wordpress/mysql-pv-claim", "/wordpress/wp_posts.ibd"


@dataclass
class FilesAct:
    """Looks into the points of volumes that hold the images of `volumes`. `table` is the journal's; what is
    fetched goes to `folder`. `fact` holds the findings."""

    steps: Steps
    console: Console
    sandbox: Sandbox
    volumes: Volumes
    person: Person
    table: str
    folder: Path
    fact: FilesFact | None = None

    def play(self, claims: Sequence[ClaimFact]) -> None:
        """Play the whole act; DemoError if what is read is not what the kernel's recovery found."""
        protected = {str(each): each for each in claims if each.points}
        self.fact = FilesFact(tuple(self._check(list(protected.values()))))
        self._show_checks(self.fact.checks)
        if {WRITER, DATABASE} <= protected.keys():
            self._read_written(self.fact)
            self._find_table(self.fact, protected[DATABASE])

    def _check(self, claims: Sequence[ClaimFact]) -> list[CheckFact]:
        with self.steps.step("Look into the new points, as every five minutes") as line:
            fire(self.sandbox, CHECKS)
            self.sandbox.aws.wait_idle(SECONDS * self.steps.patience)
            snapshots = evidence.read_snapshots(self.sandbox.client("ec2"))
            found = read_checks(self.sandbox.client("dynamodb"), self.table, claims, snapshots)
            _raise(verify.checked(found, self.volumes.held))
            line.say(f"{len(found)} checked, and each holds what the kernel finds on the same blocks")
        return found

    def _read_written(self, fact: FilesFact) -> None:
        """What the pod wrote until the snapshot, though no pod and no volume runs."""
        point = next(each.point for each in fact.checks if each.claim == WRITER)
        with self.steps.step(f"Read what the pod wrote, out of the point of {WRITER}") as line:
            listed = self.person.types(f"snapkeep ls {WRITER}:/")
            if WRITTEN.strip("/") not in listed.out:
                raise DemoError(f"`{listed.command}` does not show {WRITTEN}:\n{listed.out}")
            said, file = self._get(WRITER, WRITTEN)
            found = fetched_from(file, WRITER, point, WRITTEN)
            _raise(verify.fetched(found, self.volumes.held[WRITER]))
            last = file.read_text().splitlines()[-1]
            self.fact = replace(fact, written=last, fetched=(found,))
            line.say(f"{found.size:,} bytes, and the last line says {last}")
        for each in (listed, said):
            self._show(each)

    def _find_table(self, fact: FilesFact, claim: ClaimFact) -> None:
        """Somebody drops a table; the point before has it."""
        before = claim.points[0].id
        had = self.volumes.held[DATABASE]
        after = self._drop_table(claim)
        with self.steps.step(f"Find {TABLE} in the points, and fetch it") as line:
            command = f"snapkeep versions {DATABASE}:{TABLE}"
            versions = self.person.types(command)
            told = json.loads(self.person.types(f"{command} -o json").out)["versions"]
            found = tuple(VersionFact(each["recovery_point"], each["size"]) for each in told)
            _raise(verify.versions(found, before, after, had.entries[TABLE]))
            said, file = self._get(before, TABLE)
            table = fetched_from(file, DATABASE, before, TABLE)
            _raise(verify.fetched(table, had))
            self.fact = replace(self.fact or fact, versions=found, fetched=(*fact.fetched, table))
            line.say(f"{table.size:,} bytes, each as it was before")
        for each in (versions, said):
            self._show(each)

    def _drop_table(self, claim: ClaimFact) -> str:
        """The point that is made then."""
        name = Path(TABLE).stem
        with self.steps.step(f"Somebody drops table {name}, and the next backup is taken without it") as line:
            self.volumes.fill({DATABASE: DROPPED})
            self.person.types(f"snapkeep backup {DATABASE} --method ebs --wait")
            after = self._newest(claim)
            if after.id == claim.points[0].snapshot_id or after.state != "completed":
                raise DemoError(f"no snapshot of {claim} was taken")
            line.say(after.id)
        return after.tags[tags.POINT]

    def _newest(self, claim: ClaimFact) -> LiveSnapshot:
        return newest(self.sandbox.client("ec2"), [claim])[str(claim)]

    def _get(self, whose: str, path: str) -> tuple[Said, Path]:
        file = self.folder / Path(path).name
        file.unlink(missing_ok=True)
        return self.person.types(f"snapkeep get file {whose}:{path} -o {file}"), file

    def _show(self, said: Said) -> None:
        self.console.print(f"\n$ {said.command}", markup=False, soft_wrap=True, style="bold")
        for line in (said.out + said.err).rstrip().splitlines():
            self.console.print(f"  {line}", markup=False, soft_wrap=True)

    def _show_checks(self, checks: Sequence[CheckFact]) -> None:
        table = titled_table("Checked points", "claim", "file system", "of its log replayed", "in its root")
        for each in checks:
            replayed = f"{each.transactions:,} transactions"
            table.add_row(each.claim, each.contents, replayed, _some(each.names))
        self.console.print("", table)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown


def _raise(wrong: Sequence[str]) -> None:
    if wrong:
        raise DemoError("\n".join(wrong))

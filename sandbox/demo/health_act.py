"""The last act: back up what the moved clock made late, and show how the cluster stands."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from sandbox.demo.person import Person
from sandbox.demo.slots import fire
from sandbox.demo.steps import DemoError, Steps
from sandbox.launch import Sandbox
from snapkeep.domain.naming import backup_schedule

WRITER = "snapkeep-write-report"
SECONDS = 60


@dataclass(frozen=True, slots=True)
class HealthAct:
    """Looks at the whole with the command line, as a person would; the page goes to `folder`. The policies
    `by_schedule` do not run on demand."""

    steps: Steps
    console: Console
    sandbox: Sandbox
    person: Person
    folder: Path
    by_schedule: Collection[str] = ()

    def play(self, cluster: str) -> None:
        """Back up, write the page, show the status. DemoError if a claim is then late or failing."""
        with self.steps.step("Back up what the moved clock made late") as line:
            found = json.loads(self.person.types("snapkeep status -o json").out)
            taking = [policy["name"] for policy in found["policies"] if policy["claims"]]
            for policy in taking:
                if policy in self.by_schedule:
                    fire(self.sandbox, backup_schedule(policy))
                else:
                    self.person.types(f"snapkeep backup --policy {policy} --wait")
            self.sandbox.aws.wait_idle(SECONDS * self.steps.patience)
            line.say(f"policies {', '.join(taking)}")
        with self.steps.step("Write the report's page, and fetch it") as line:
            answer = self.sandbox.client("lambda").invoke(
                FunctionName=WRITER, Payload=json.dumps({"cluster": cluster}).encode()
            )
            written = json.loads(answer["Payload"].read())
            if written.get("errors", ["no answer"]):
                raise DemoError(f"the page was not written: {written}")
            page = self.folder / f"snapkeep-{cluster}.html"
            self.person.types(f"snapkeep report -o {page}")
            line.say(str(page))
        said = self.person.types("snapkeep status")
        self.console.print(f"\n$ {said.command}", markup=False, style="bold")
        for text in (said.out + said.err).rstrip().splitlines():
            self.console.print(f"  {text}", markup=False, soft_wrap=True)
        counts = json.loads(self.person.types("snapkeep status -o json").out)["claims"]
        wanting = {state: counts[state] for state in ("failing", "late") if counts[state]}
        if wanting:
            raise DemoError(f"after all acts not every claim is in good health: {wanting}")

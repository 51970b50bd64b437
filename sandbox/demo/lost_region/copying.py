"""Before the loss: somebody writes a post, and the newest points are copied to Osaka and to a vault."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import chain
from pathlib import Path

from sandbox.demo.facts import ClaimFact, LiveCopy, LiveSnapshot
from sandbox.demo.kube import Admin
from sandbox.demo.lost_region import verify
from sandbox.demo.lost_region.configs import LOCK_DAYS, OSAKA, PLACE, VAULT, Destination
from sandbox.demo.lost_region.evidence import newest, read_copies, shared, volume_of
from sandbox.demo.slots import fire
from sandbox.demo.steps import DemoError, Line, Steps
from sandbox.deploy import DeployedStack, deploy
from sandbox.launch import Sandbox

SCHEDULE = "copy-points"
LATER = timedelta(minutes=5)
"""When a queue delivers again what arrived while the place was being worked on."""
MOST_TIMES = 6
SECONDS = 60


@dataclass
class Copying:
    """`written` is what the volume of each claim holds, `newest` the snapshot of each that must come back."""

    steps: Steps
    sandbox: Sandbox
    admin: Admin
    written: dict[str, str] = field(default_factory=dict)
    newest: Mapping[str, LiveSnapshot] = field(default_factory=dict)

    def deploy_vault(self, assembly: Future[Path]) -> DeployedStack:
        """Deploy the vault in its own account."""
        with self.steps.step(f"Deploy a vault in another account, {VAULT.account}") as line:
            stack, *_ = deploy(assembly.result(), partial(self.sandbox.client, account=VAULT.account))
            line.say(f"{len(stack.resources)} resources in {OSAKA}")
        return stack

    def publish(self, group: Sequence[ClaimFact]) -> None:
        """Write to the volumes of a group what nobody could guess."""
        with self.steps.step("Publish a post: WordPress and MySQL write to their volumes") as line:
            for claim in group:
                text = secrets.token_hex(4)
                self.sandbox.aws.write_volume(volume_of(self.admin, claim.namespace, claim.claim), text)
                self.written[str(claim)] = text
            line.say(", ".join(f"{text} in {claim}" for claim, text in self.written.items()))

    def copy(self, group: Sequence[ClaimFact]) -> None:
        """Let the schedules copy what the policy's rules ask for; DemoError if EC2 shows anything else."""
        with self.steps.step("Copy the newest points to Osaka and to the vault, as the policy asks") as line:
            self.newest = newest(self.sandbox.client("ec2"), group)
            fire(self.sandbox, SCHEDULE)
            for _ in range(MOST_TIMES):
                line.wait_for(lambda: self._rests(line), SECONDS, lambda: DemoError(f"only {line.note}"))
                if not self._shared():
                    break
                self.sandbox.aws.advance(LATER, only="none")
                self.sandbox.aws.show_hidden()
            wrong = [
                each
                for place in (PLACE, VAULT)
                for each in verify.copied(self.copies(place), self.newest, place.key)
            ]
            wrong += [f"{each} is still shared" for each in self._shared()]
            if wrong:
                raise DemoError("\n".join(wrong))
            line.say(f"{line.note}, each under a key of its account and locked for {LOCK_DAYS} days")

    def copies(self, destination: Destination) -> list[LiveCopy]:
        """The copies at a destination, as EC2 shows them to an administrator there."""
        return read_copies(self.sandbox.client("ec2", OSAKA, destination.account))

    def _rests(self, line: Line) -> bool:
        """Whether no copy is in progress and nobody works on one."""
        self.sandbox.aws.wait_idle(SECONDS * self.steps.patience)
        found = {each.place: self.copies(each) for each in (PLACE, VAULT)}
        line.say(", ".join(f"{len(copies)} copies in {place}" for place, copies in found.items()))
        if not all(found.values()) or any(each.state == "pending" for each in chain(*found.values())):
            return False
        self.sandbox.aws.wait_idle(SECONDS * self.steps.patience)  # the journals learn of what just ended
        return True

    def _shared(self) -> list[str]:
        """What the vault may copy."""
        return shared(self.sandbox, PLACE.account, VAULT.account, self.sandbox.region)

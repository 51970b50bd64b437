"""Before the loss: somebody writes a post, and Snapkeep copies WordPress's newest points to Osaka."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.demo.facts import ClaimFact, LiveCopy, LiveSnapshot
from sandbox.demo.kube import Admin
from sandbox.demo.lost_region import verify
from sandbox.demo.lost_region.configs import KEY, LOCK_DAYS, OSAKA
from sandbox.demo.lost_region.evidence import newest, read_copies, volume_of
from sandbox.demo.steps import DemoError, Steps
from sandbox.launch import Sandbox

SCHEDULE = "copy-points"
SECONDS = 60


@dataclass
class Copying:
    """`written` is what the volume of each claim holds, `newest` the snapshot of each that must come back."""

    steps: Steps
    sandbox: Sandbox
    admin: Admin
    written: dict[str, str] = field(default_factory=dict)
    newest: Mapping[str, LiveSnapshot] = field(default_factory=dict)
    copies: Sequence[LiveCopy] = ()

    def publish(self, group: Sequence[ClaimFact]) -> None:
        """Write to the volumes of a group what nobody could guess."""
        with self.steps.step("Publish a post: WordPress and MySQL write to their volumes") as line:
            for claim in group:
                text = secrets.token_hex(4)
                self.sandbox.aws.write_volume(volume_of(self.admin, claim.namespace, claim.claim), text)
                self.written[str(claim)] = text
            line.say(", ".join(f"{text} in {claim}" for claim, text in self.written.items()))

    def copy(self, group: Sequence[ClaimFact]) -> None:
        """Let the schedule copy what the policy's rule asks for; DemoError if EC2 shows anything else."""
        aws = self.sandbox.aws
        with self.steps.step("Copy the newest points to Osaka, as the policy asks") as line:
            self.newest = newest(self.sandbox.client("ec2"), group)
            due = next((each.next for each in aws.schedules() if each.name == SCHEDULE), None)
            if due is None:
                raise DemoError(f"schedule {SCHEDULE} has no next slot")
            aws.advance_to(due, only=SCHEDULE)

            def ready() -> bool:
                self.copies = read_copies(self.sandbox.client("ec2", OSAKA))
                done = {each.source_id for each in self.copies if each.state == "completed"}
                line.say(f"{len(done)} copies ready")
                return {each.id for each in self.newest.values()} <= done

            line.wait_for(ready, SECONDS, lambda: DemoError(f"Osaka has {len(self.copies)} copies"))
            aws.wait_idle(SECONDS * self.steps.patience)  # the journal learns of them, and sources are let go
            self.copies = read_copies(self.sandbox.client("ec2", OSAKA))
            wrong = verify.copied(self.copies, self.newest, KEY)
            if wrong:
                raise DemoError("\n".join(wrong))
            line.say(f"{len(self.copies)} copies under a key of {OSAKA}, each locked for {LOCK_DAYS} days")

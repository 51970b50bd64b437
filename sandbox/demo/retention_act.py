"""The act of retention: ninety days of backups, a dry run of prune, the prune, and a refused plan."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from rich.console import Console

from sandbox.demo import evidence, history, retention_tables, slip, verify_retention
from sandbox.demo.facts import (
    ClaimFact,
    DeletedFact,
    KeptFact,
    LiveSnapshot,
    PruneFact,
    RefusalFact,
    RetentionFact,
)
from sandbox.demo.pruning import prune
from sandbox.demo.slots import next_slot
from sandbox.demo.steps import DemoError, Steps
from sandbox.demo.verify_retention import Listing
from sandbox.launch import Sandbox
from snapkeep.domain.naming import backup_schedule
from snapkeep.domain.policies import Deployment, Policy
from snapkeep.domain.retention.plan import GRACE
from snapkeep.domain.retention.rules import parse_retention
from snapkeep.domain.retention.words import in_words

SLIP = {"last": 1}
"""The retention that somebody deploys by mistake."""

JUST_AFTER = timedelta(minutes=1)


@dataclass
class RetentionAct:
    """Prunes the first claim of a group: WordPress's MySQL, in the example.

    `table` is the journal's; `fact` holds the findings.
    """

    steps: Steps
    console: Console
    sandbox: Sandbox
    deployment: Deployment
    table: str
    fact: RetentionFact | None = None

    def play(self, claims: Sequence[ClaimFact]) -> None:
        """Play the whole act; DemoError if EC2 contradicts prune."""
        claim = next(each for each in claims if any(point.group for point in each.points))
        policy = next(each for each in self.deployment.policies if each.name == claim.policy)
        real = self._listing()[claim.points[0].snapshot_id]
        before, simulated = self._make_history(claim, real)
        planned = self._rehearse(claim.cluster, before)
        after, done = self._prune(claim.cluster, before, planned, real, policy)
        self.fact = _fact(claim, policy, simulated, done, verify_retention.lineage(before, real))
        retention_tables.show(self.console, self.fact)
        refused = self._refuse(claim.cluster, policy, real, after)
        self.fact = dataclasses.replace(self.fact, refused=refused)
        retention_tables.show_refusal(self.console, refused)

    def _make_history(self, claim: ClaimFact, real: LiveSnapshot) -> tuple[Listing, int]:
        aws = self.sandbox.aws
        with self.steps.step(f"Simulate {history.SPAN.days} days of six-hourly backups of {claim}") as line:
            aws.wait_idle()  # what runs sleeps in real time, what is started later passes over it
            aws.settings(functions_skip_sleep=True)
            first = next_slot(self.sandbox, backup_schedule(claim.policy))
            simulated = history.make(aws, self.sandbox.client("ec2"), real, first)
            history.journal_runs(self.sandbox.client("dynamodb"), self.table, real, first)
            found = self._listing()
            _raise(verify_retention.past(found, real, list(history.slots(first))))
            line.say(f"{simulated} snapshots")
        return found, simulated

    def _rehearse(self, cluster: str, before: Listing) -> PruneFact:
        with self.steps.step("Rehearse prune (dry run)") as line:
            planned = prune(self.sandbox, line, cluster, dry_run=True)
            _raise(verify_retention.unchanged(before, self._listing(), "a dry run"))
            line.say(
                f"keeps {len(planned.keep) - len(planned.held)} and deletes {len(planned.delete)}; "
                f"{len(planned.held)} more need a confirmation, because nothing was pruned for so long"
            )
        return planned

    def _prune(
        self, cluster: str, before: Listing, planned: PruneFact, real: LiveSnapshot, policy: Policy
    ) -> tuple[Listing, PruneFact]:
        with self.steps.step("Prune, and confirm what the brake held back") as line:
            done = prune(self.sandbox, line, cluster, confirm=planned.confirm)
            line.say(f"{done.deleted} deleted, each journaled and checked afterwards")
        with self.steps.step("Check what EC2 still has") as line:
            after, zone = self._listing(), ZoneInfo(policy.schedule.timezone)
            everything = evidence.snapshot_ids(self.sandbox.client("ec2"))
            wrong = verify_retention.pruned(before, after, everything, planned, done)
            _raise(wrong + verify_retention.by_the_rules(before, after, real, policy.retention, zone))
            gone = len(before) - len(after)
            line.say(
                f"{gone} of {len(before)} snapshots are gone; the other {len(after)} are those of the plan"
            )
        return after, done

    def _refuse(self, cluster: str, policy: Policy, real: LiveSnapshot, before: Listing) -> RefusalFact:
        """Somebody lowers the retention: a grace period spares the points first, then the brake does."""
        change = f"policy {policy.name}: retention {_shown(policy.retention)} -> {_shown(SLIP)}"
        with slip.deployed(self.sandbox.client("lambda"), self.deployment, policy.name, SLIP):
            with self.steps.step(
                f"Lower the retention of {policy.name} to {_shown(SLIP)} by mistake, and prune"
            ) as line:
                spared, grace = _grace(prune(self.sandbox, line, cluster))
                _raise(verify_retention.unchanged(before, self._listing(), "a prune in the grace period"))
                line.say(f"nothing deleted, {spared} points spared: {grace}")
            with self.steps.step(f"Wait {GRACE.total_seconds() / 3600:.0f} hours and prune again") as line:
                self.sandbox.aws.advance(GRACE + JUST_AFTER, only="none")
                said, zone = prune(self.sandbox, line, cluster), ZoneInfo(policy.schedule.timezone)
                _raise(verify_retention.refused(before, self._listing(), said))
                _raise(verify_retention.would_delete(before, said, real, SLIP, zone))
                line.say(f"the brake refuses {len(said.held)} deletions; EC2 is unchanged")
        return RefusalFact(change, spared, grace, len(said.held), said.points, said.brake, said.confirm)

    def _listing(self) -> Listing:
        return evidence.read_snapshots(self.sandbox.client("ec2"))


def _fact(
    claim: ClaimFact, policy: Policy, simulated: int, done: PruneFact, points: Listing
) -> RetentionFact:
    newest_first = sorted(points.values(), key=lambda each: (each.started_at, each.id), reverse=True)
    kept = [each for each in newest_first if each.id in done.keep]
    deleted = [each for each in newest_first if each.id in done.delete]
    return RetentionFact(
        claim=str(claim),
        policy=policy.name,
        timezone=policy.schedule.timezone,
        rules=dict(policy.retention),
        words=in_words(parse_retention(policy.retention), history.EVERY),
        made=history.MADE,
        simulated=simulated,
        kept=tuple(KeptFact(each.id, each.started_at, done.keep[each.id]) for each in kept),
        deleted=tuple(DeletedFact(each.id, each.started_at, done.delete[each.id]) for each in deleted),
    )


def _grace(said: PruneFact) -> tuple[int, str]:
    """How many points stay only because of a grace period, and until when, in prune's words."""
    reasons = [reason for reasons in said.keep.values() for reason in reasons if reason.startswith("grace ")]
    return len(reasons), reasons[0].split(": ", 1)[0] if reasons else ""


def _shown(retention: Mapping[str, int | str]) -> str:
    return ", ".join(f"{rule} {amount}" for rule, amount in retention.items())


def _raise(wrong: Sequence[str]) -> None:
    if wrong:
        shown = [*wrong[:10], *([f"and {len(wrong) - 10} more"] if len(wrong) > 10 else [])]
        raise DemoError("\n".join(shown))

"""Copies that people ask for, beyond what the rules want."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from snapkeep.domain.copies.lineages import KEEP_ALL, policies_there
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.view.shown import ShownCopy
from snapkeep.domain.errors import CopyRefused
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Deployment, Policy
from snapkeep.domain.restore.points import PointFacts
from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.plan import plan
from snapkeep.domain.retention.rules import parse_retention


class Outcome(StrEnum):
    """What came of asking: `asked` waits for the next turn at the place, the others need nothing more."""

    ASKED = "asked"
    IN_PROGRESS = "in_progress"
    THERE = "there"


@dataclass(frozen=True, slots=True)
class AskedCopy:
    """The copy that somebody asked for; `kept` says what keeps it in the place."""

    outcome: Outcome
    copy: ShownCopy
    kept: str


def check_point(point: PointFacts) -> None:
    """Raises CopyRefused for a point that EC2 would not copy.

    Pending and archived snapshots are not copied.
    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html
    """
    if point.archived:
        raise CopyRefused(
            f"the snapshot {point.snapshot_id} of {point.id} is in the archive tier, and EC2 cannot copy it "
            "from there",
            "restore it first, which takes up to 72 hours: aws ec2 restore-snapshot-tier "
            f"--snapshot-id {point.snapshot_id} --temporary-restore-days 7",
        )
    if point.state is not PointState.READY:
        wait = point.state.public is PointState.PENDING
        raise CopyRefused(
            f"{point.id} is {point.state.public.value}, and EC2 copies complete snapshots only",
            "wait until it is ready: `snapkeep get points` shows it" if wait else "take another point",
        )


def check_place(place: Place) -> None:
    """Raises CopyRefused for a place that gets no more copies."""
    if place.retire:
        raise CopyRefused(
            f"place {place.name} retires, so it gets no more copies",
            "choose another place, or remove `retire` from it in snapkeep.yaml and deploy",
        )


def check_reach(place: Place) -> None:
    """Raises CopyRefused for a vault, whose copies nobody here starts or stops by hand."""
    if place.is_vault:
        raise CopyRefused(
            f"place {place.name} is in account {place.account}, which copies only what the rules request",
            "add a rule to the policy's `copies` in snapkeep.yaml, or choose a place in this account",
        )


def asking_policy(deployment: Deployment, place: str, policy: str) -> str:
    """The policy whose rule asks for copies of that policy's points in a place; itself if none does."""
    for each in deployment.policies:
        for rule in each.copies:
            if rule.to == place and policy in (each.name, *rule.also):
                return each.name
    return policy


def what_keeps(
    deployment: Deployment, place: str, point: PointFacts, others: Iterable[datetime], now: datetime
) -> str:
    """What keeps the copy of a point in a place, in a sentence.

    `others` are the times (aware UTC) of the copies of its claim under its policy that are there. The newest
    copy of a volume stays until the next one is made, whatever the rules say.
    """
    known = policies_there(deployment, place).get(point.policy)
    if known is None or known.retention == KEEP_ALL:
        return f"no rule of {place} names policy {point.policy}, so nothing deletes the copy automatically"
    kept = ", ".join(f"{name} {amount}" for name, amount in known.retention.items())
    rules = f"{place} keeps copies of policy {point.policy} by {kept}"
    if _is_kept(known, point.started_at, others, now):
        return rules
    return (
        f"{rules}, which does not keep this one: unless it is locked or held, the first prune after the next "
        "copy of its volume deletes it"
    )


def _is_kept(policy: Policy, taken: datetime, others: Iterable[datetime], now: datetime) -> bool:
    """True if the rules of the place keep a copy of that time beside these others."""
    points = [Candidate(f"{number}", time, PointState.READY) for number, time in enumerate([taken, *others])]
    zone = ZoneInfo(policy.schedule.timezone)
    kept = plan(points, parse_retention(policy.retention), zone, now).keep
    return any(fate.point.id == "0" for fate in kept)
